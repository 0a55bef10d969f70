"""One number at a time: codings at the ends of their ranges, and the value at which rivals tie."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.special import expit

from bayes_trace.scales import Z_90, db_to_log, log_to_db, logit
from bayes_trace.sensitivity.elicited import stated_spreads
from bayes_trace.sensitivity.ledger import (
    CELLS,
    Array,
    Index,
    Ledger,
    check_within,
    find_hypothesis,
    normalised,
    open_ledger,
)

__all__ = ["one_way", "tipping_points"]

#: a common half-width in dB stops short of certainty
HIGHEST = 0.999
ENDS = ("low", "high")


def one_way(evidence: xr.Dataset, *, uniform: float | None = None, coder: str | None = None) -> xr.Dataset:
    """Posterior with each coding at the low and at the high end of its range: the tornado.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    uniform
        Instead of the stated ranges, this many dB of probability (or of ratio) on either side,
        never above .999.
    coder
        By default the base coder.

    Returns
    -------
    Dataset with ``probability`` (link, varied, end, hypothesis), where ``varied`` is the hypothesis whose
    likelihood moves and ``end`` is low or high; ``lead`` (link, varied, end), the dB of the leader of the
    episode over its strongest rival, negative where it is overtaken; and ``swing`` (link, varied), the
    distance in dB between the two ends. All options of an item with readings move together. A ratio
    moves against its reference, which has no range of its own.

    Raises
    ------
    BayesTraceError
        For a negative half-width.

    References
    ----------
    Howard (1988), Decision Analysis: Practice and Promise, on tornado diagrams.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> memo = {"A": {"low": 0.4, "best": 0.8, "high": 0.9}, "B": 0.2}
    >>> ev = bt.compile_evidence(bt.from_table({"memo": memo}))
    >>> moved = one_way(ev).probability.sel(varied="A", hypothesis="A").isel(link=0)
    >>> moved.round(3).values.tolist()
    [0.667, 0.818]
    """
    ledger = open_ledger(evidence, coder)
    ends = _stated_ends(ledger) if uniform is None else _uniform_ends(ledger, uniform)
    joint = _at_ends(ledger, ends)
    lead = _lead(ledger, joint)
    with np.errstate(invalid="ignore"):
        swing = np.nan_to_num(np.abs(lead[..., 1] - lead[..., 0]), nan=0.0, posinf=np.inf)
    dims = ("link", "varied", "end")
    return xr.Dataset(
        {
            "probability": ((*dims, "hypothesis"), normalised(joint), {"units": "1"}),
            "lead": (dims, lead, {"units": "dB"}),
            "swing": (dims[:2], swing, {"units": "dB"}),
        },
        {**ledger.coords("link", "hypothesis"), "varied": ledger.hypotheses, "end": list(ENDS)},
        ledger.attrs | {"range": "stated" if uniform is None else f"{uniform:g} dB either way"},
    )


def _stated_ends(ledger: Ledger) -> Array:
    """Locations (end, link, option, hypothesis) at the stated low and high."""
    low, high = stated_spreads(ledger)
    at = ledger.evidence["location"].values[0]
    return np.stack([at - Z_90 * low, at + Z_90 * high])


def _uniform_ends(ledger: Ledger, db: float) -> Array:
    width = float(check_within("uniform", db, 0.0, np.inf))
    at = ledger.evidence["location"].values[0]
    p = expit(at)
    ratio = ledger.evidence["is_ratio"].values[0][:, None, None]
    ends = []
    for sign in (-1.0, 1.0):
        moved = p * np.exp(db_to_log(sign * width))
        ends.append(np.where(ratio, at + sign * width, logit(np.minimum(moved, np.maximum(p, HIGHEST)))))
    return np.stack(ends)


def _at_ends(ledger: Ledger, ends: Array) -> Array:
    """Log joint (link, varied, end, hypothesis) of the link's episode, one cell moved at a time.

    The links of one position in all episodes are moved at once: episodes know nothing of each other.
    """
    n_links, n_options, n = ends.shape[1:]
    first = np.searchsorted(ledger.episode_index, ledger.episode_index)
    position = np.arange(n_links) - first
    base = ledger.evidence["location"].values[0]
    joint = np.zeros((n_links, n, 2, n))
    most = int(position.max(initial=-1)) + 1
    step = min(max(1, CELLS // max(1, 2 * n * base.size)), max(1, most))
    for start in range(0, most, step):
        here = np.flatnonzero((position >= start) & (position < start + step))
        moved = np.broadcast_to(base, (step, n, 2, n_links, n_options, n)).copy()
        for varied in range(n):
            for end in range(2):
                moved[position[here] - start, varied, end, here, :, varied] = ends[end, here, :, varied]
        every = ledger.joint_at(moved.reshape(-1, n_links, n_options, n))
        every = every.reshape(step, n, 2, *every.shape[1:])
        joint[here] = every[position[here] - start, :, :, ledger.episode_index[here]]
    return joint


def _lead(ledger: Ledger, joint: Array) -> Array:
    """Decibels of each link's episode's leader over its strongest rival, joint (link, varied, end, h)."""
    leader = ledger.leader[ledger.episode_index][:, None, None, None]
    mine = np.take_along_axis(joint, np.broadcast_to(leader, (*joint.shape[:-1], 1)), axis=-1)[..., 0]
    rivals = np.where(np.arange(joint.shape[-1]) == leader, -np.inf, joint).max(axis=-1)
    with np.errstate(invalid="ignore"):
        return log_to_db(mine - rivals)


def tipping_points(
    evidence: xr.Dataset, *, target: str | None = None, coder: str | None = None
) -> xr.Dataset:
    """The likelihood ratio of each item at which leader and rival would tie.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    target
        A hypothesis to take in the place of the leader, whether it leads or not.
    coder
        By default the base coder.

    Returns
    -------
    Dataset over ``link`` and ``rival``: ``ratio`` and ``ratio_db``, target : rival as coded, of the final
    row; ``tipping_ratio`` and ``tipping_db``, the value at which the two would tie, all else as it is,
    LR x odds^(-1 / kappa); ``distance`` = tipping_db - ratio_db. Where no value that the item could have
    would do, the tipping point is 0 or infinite (minus or plus infinity dB): a report stays between f/r and
    r/f, an absence between 1 - d and 1 / (1 - d). ``attainable_low`` and ``attainable_high`` are those limits in
    dB. Missing for the target itself. A neutral member of a cluster is weighed as if it spoke.

    Raises
    ------
    UnknownNameError
        For an unknown hypothesis or coder.

    References
    ----------
    Good (1950), on odds; Schum (1994) on the limits of reports.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.5, "B": 0.25}}
    >>> tip = tipping_points(bt.compile_evidence(bt.from_table(table)))
    >>> round(float(tip.tipping_ratio.sel(link="memo@episode", rival="B").item()), 3)
    0.5
    """
    ledger = open_ledger(evidence, coder)
    of = ledger.leader if target is None else np.full(len(ledger.episodes), find_hypothesis(ledger, target))
    own = ledger.links_against(ledger.rows, of)
    rest, kappa = _all_else(ledger, of)
    with np.errstate(invalid="ignore"):
        tip = -rest / kappa[:, None]
    low, high = _attainable(ledger, of)
    tip = np.where(tip < low - 1e-12, -np.inf, np.where(tip > high + 1e-12, np.inf, tip))
    itself = np.arange(tip.shape[1]) == of[ledger.episode_index][:, None]
    with np.errstate(invalid="ignore"):
        parts = {
            "ratio_db": log_to_db(own),
            "tipping_db": log_to_db(tip),
            "distance": log_to_db(np.where(own == tip, 0.0, tip - own)),
            "attainable_low": log_to_db(low),
            "attainable_high": log_to_db(high),
        }
    dims = ("link", "rival")
    with np.errstate(over="ignore"):
        ratios = {"ratio": np.exp(own), "tipping_ratio": np.exp(tip)}
    hidden = {name: np.where(itself, np.nan, values) for name, values in (ratios | parts).items()}
    units = {name: {"units": "1" if name in ratios else "dB"} for name in hidden}
    return xr.Dataset(
        {name: (dims, values, units[name]) for name, values in hidden.items()},
        {
            **ledger.coords("link"),
            "rival": ledger.hypotheses,
            "target": ("link", ledger.names(of)[ledger.episode_index]),
        },
        ledger.attrs,
    )


def _all_else(ledger: Ledger, of: Index) -> tuple[Array, Array]:
    """Log-odds target : rival (link, rival) from all but the link itself, and the weight that it has or would have.

    Infinities are counted apart, so that an item's own can be taken away again.
    """
    own = ledger.links_against(ledger.weighted, of)
    finite = np.where(np.isfinite(own), own, 0.0)
    prior = ledger.against(ledger.log_prior, of)
    rest = (prior + ledger.sum(finite))[ledger.episode_index] - finite
    for sign in (1.0, -1.0):
        endless = (own == sign * np.inf).astype(np.float64)
        others = ledger.sum(endless)[ledger.episode_index] - endless
        with np.errstate(invalid="ignore"):  # both ruled out by others: no ratio would settle it
            rest = np.where(others > 0, rest + sign * np.inf, rest)
    company = ledger.company(ledger.evidence["cluster_index"].values)
    kappa = 1.0 / (1.0 + (company - 1) * ledger.correlation)
    return _with_one_more(ledger, own, rest), kappa


def _with_one_more(ledger: Ledger, own: Array, rest: Array) -> Array:
    """A neutral member that began to speak would lower the weight of the others of its cluster."""
    cluster = ledger.evidence["cluster_index"].values
    silent = np.flatnonzero((cluster >= 0) & ~ledger.speaks & (ledger.correlation > 0))
    lowered = rest.copy()
    for link in silent:
        mates = (
            (cluster == cluster[link]) & (ledger.episode_index == ledger.episode_index[link]) & ledger.speaks
        )
        if mates.any():
            rho, k = ledger.correlation[link], int(mates.sum())
            factor = (1.0 + (k - 1) * rho) / (1.0 + k * rho)
            mine = own[mates]
            lowered[link] += (factor - 1.0) * np.where(np.isfinite(mine), mine, 0.0).sum(axis=0)
    return lowered


def _attainable(ledger: Ledger, of: Index) -> tuple[Array, Array]:
    """Least and greatest log ratio target : rival (link, rival) that the final row can take."""
    least, most = _final_limits(ledger)
    mine = of[ledger.episode_index][:, None]
    with np.errstate(invalid="ignore"):
        low = np.take_along_axis(least, mine, axis=1) - most
        high = np.take_along_axis(most, mine, axis=1) - least
    return np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)


def _final_limits(ledger: Ledger) -> tuple[Array, Array]:
    """Log of the least and greatest final likelihood (link, hypothesis), whatever is coded."""
    ev = ledger.evidence
    shape = ledger.rows.shape
    low, high = np.zeros(shape), np.ones(shape)
    source = ev["source_index"].values
    if (reported := source >= 0).any():
        hit, false = (
            expit(ev[f"{name}_location"].values)[source[reported]] for name in ("hit", "false_report")
        )
        low[reported], high[reported] = np.minimum(hit, false), np.maximum(hit, false)
    if (absent := ev["absent"].values).any():
        d = expit(ev["detection_location"].values[absent])
        low[absent], high[absent] = 1 - d * high[absent], 1 - d * low[absent]
    # a link that turns on a fact with others is conditional on them, and its row has no limits of its own
    read = ev["read"].values[0] | ev["is_ratio"].values[0]
    low[read], high[read] = 0.0, np.inf
    with np.errstate(divide="ignore"):
        return np.log(low), np.log(high)
