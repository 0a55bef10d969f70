"""Which elicited quantity the answer owes its uncertainty to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy.special import expit

from bayes_trace.errors import BayesTraceError
from bayes_trace.exact.mean import two_piece_nodes
from bayes_trace.scales import NATS_PER_DB, log_to_db
from bayes_trace.sensitivity.elicited import Deviates, Elicited, elicited
from bayes_trace.sensitivity.groups import Group, groups_of
from bayes_trace.sensitivity.ledger import Array, Index, Ledger, normalised, open_ledger
from bayes_trace.sensitivity.pooling import pool

__all__ = ["global_indices"]

#: nodes on either side of zero, in one dimension and where several are crossed
NODES, CROSSED = 40, 8
CODERS = "coders"
#: a variance of a probability that is none
STILL = 1e-24


def global_indices(
    evidence: xr.Dataset,
    *,
    n: int = 1024,
    seed: int = 0,
    coder: str | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> xr.Dataset:
    """What share of the uncertainty of each answer comes from which item, source or from the coders.

    The log-odds of leader against runner-up add up over independent groups of items, so their variance is split
    without remainder. The probability of the leader is no sum; its first-order index is the share of its variance
    that would go if the group were known, its total index the share that would stay if only the group
    were unknown.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    n
        Draws for the indices of the probability, and for groups that quadrature does not reach.
    seed
        Of those draws.
    coder
        By default the base coder.
    progress
        Told the episode, and how much of all is done.

    Returns
    -------
    Dataset over ``group``, named ``group@episode`` with coordinates ``episode`` and ``items``: ``variance`` of
    the log-odds (dB squared) and its ``share``, ``first_order``, ``total``, and ``method`` (``quadrature``, or
    ``draws`` for readings and uncertain correlations). Items are grouped where they share a source of
    uncertain reliability, an implication, a fact or an uncertain correlation. With several coders, their
    noise about each likelihood (the spread of their codings) is one group, ``coders``. Missing shares where
    nothing is uncertain. Ranges are taken as *propagated*: a sensitivity distribution, no posterior.

    Raises
    ------
    BayesTraceError
        For fewer than 2 draws.
    UnknownNameError
        For an unknown coder.

    References
    ----------
    Sobol (2001); Saltelli et al. (2010), doi:10.1016/j.cpc.2009.09.018, eq. (b) and (f).

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"memo": {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2}, "note": {"A": 0.4, "B": 0.2}}
    >>> global_indices(bt.compile_evidence(bt.from_table(table))).share.values.tolist()
    [1.0]
    """
    if n < 2:
        message = f"n={n}; expected 2 draws or more"
        raise BayesTraceError(message)
    ledger = open_ledger(evidence, coder)
    noise = _noise(evidence)
    records: list[_Index] = []
    for number, name in enumerate(ledger.episodes):
        if progress:
            progress(name, number / len(ledger.episodes))
        records += _episode(ledger, number, noise, np.random.default_rng([seed, number]), n)
    return _dataset(ledger, records, n, seed)


@dataclass(frozen=True)
class _Index:
    group: str
    episode: str
    items: str
    method: str
    variance: float
    share: float
    first_order: float
    total: float


def _dataset(ledger: Ledger, records: list[_Index], n: int, seed: int) -> xr.Dataset:
    def column(name: str, kind: type) -> np.ndarray:
        return np.array([getattr(each, name) for each in records], dtype=kind)

    numbers = {
        name: ("group", column(name, float), {"units": "1"}) for name in ("share", "first_order", "total")
    }
    return xr.Dataset(
        {
            "variance": ("group", column("variance", float), {"units": "dB^2"}),
            **numbers,
            "method": ("group", column("method", str)),
        },
        {
            "group": [f"{each.group}@{each.episode}" for each in records],
            "episode": ("group", column("episode", str)),
            "items": ("group", column("items", str)),
        },
        ledger.attrs | {"n": n, "seed": seed, "second_order": "propagated"},
    )


def _noise(evidence: xr.Dataset) -> float:
    """Standard deviation (nats) of a coder about the others in one likelihood; 0 with one coder."""
    if evidence.sizes["coder"] == 1:
        return 0.0
    spread = pool(evidence)["spread"].values
    known = spread[np.isfinite(spread)]
    return float(np.sqrt(np.mean(known**2)) * NATS_PER_DB) if known.size else 0.0


def _episode(ledger: Ledger, episode: int, noise: float, rng: np.random.Generator, n: int) -> list[_Index]:
    stated = elicited(ledger, episode)
    pair = ledger.order[episode, :2]
    groups = groups_of(ledger, stated)
    drawn = [_drawn(stated, groups, rng, n, noise) for _ in range(2)]
    names = [(group.name, group) for group in groups] + (
        [(CODERS, None)] if noise and stated.links.size else []
    )
    variances = []
    for place, (_, group) in enumerate(names):
        if group is not None and group.is_plain:
            variances.append(_by_quadrature(stated, group, pair))
        elif group is not None:
            gap = drawn[0][:, place, pair[0]] - drawn[0][:, place, pair[1]]
            variances.append(float(gap.var(ddof=1)))
        else:
            variances.append(2.0 * noise**2 * float((stated.kappa(stated.zeros(1)) ** 2).sum()))
    whole = sum(variances)
    first, total = _sobol(ledger, episode, drawn)
    items = ledger.evidence["link_item"].values[stated.links]
    return [
        _Index(
            group=name,
            episode=ledger.episodes[episode],
            items=" ".join(items if group is None else items[group.links]),
            method="quadrature" if group is None or group.is_plain else "draws",
            variance=float(log_to_db(log_to_db(variance))),
            share=variance / whole if whole > 0 else np.nan,
            first_order=first[place],
            total=total[place],
        )
        for place, ((name, group), variance) in enumerate(zip(names, variances, strict=True))
    ]


# --- variance of the log-odds ----------------------------------------------------------------


def _by_quadrature(stated: Elicited, group: Group, pair: Index) -> float:
    """Variance (nats squared) of the group's part of the log-odds, over the reliability that it shares."""
    expected, variance, weight = np.zeros(1), np.zeros(1), np.ones(1)
    for link in group.links:
        mean, spread, weight = _moments(stated, int(link), pair)
        expected, variance = expected + mean, variance + spread
    overall = float(np.sum(weight * expected))
    return float(np.sum(weight * ((expected - overall) ** 2 + variance)))


def _moments(stated: Elicited, link: int, pair: Index) -> tuple[Array, Array, Array]:
    """Mean and variance of one link's log-odds at each node of its source's rates, and the nodes' weights."""
    kappa = float(stated.kappa(stated.zeros(1))[0, link])
    source = int(stated.source[link])
    rates = [_rate_nodes(stated, name, source, pair) for name in ("hit", "false_report")]
    detection, detected = _detection_nodes(stated, link, pair)
    weight = np.multiply.outer(rates[0][1], rates[1][1])
    mean, second = np.zeros((*weight.shape, detected.size)), np.zeros((*weight.shape, detected.size))
    for sign, h in zip((1.0, -1.0), range(2), strict=True):
        first, square = _row_moments(
            stated, link, int(pair[h]), (rates[0][0][h], rates[1][0][h], detection[h])
        )
        mean, second = mean + sign * first, second + square - first**2
    over = mean @ detected
    spread = ((second + mean**2) @ detected) - over**2
    return kappa * over, kappa**2 * spread, weight


def _row_moments(
    stated: Elicited, link: int, h: int, shared: tuple[Array, Array, Array]
) -> tuple[Array, Array]:
    """First and second moment of one log-likelihood at every node of rates and detection (hit, false, found)."""
    cell = stated.location
    at, low, high = (part[link, 0, h] for part in (cell.location, cell.low, cell.high))
    crossed = any(each.size > 1 for each in shared)
    z, weight = (
        two_piece_nodes(CROSSED if crossed else NODES) if low > 0 or high > 0 else (np.zeros(1), np.ones(1))
    )
    x = at + np.where(z < 0, low, high) * z
    r, f, d, p = np.ix_(*shared, x if stated.is_ratio[link] else expit(x))
    if stated.is_ratio[link]:
        row = np.broadcast_to(p * NATS_PER_DB, np.broadcast_shapes(r.shape, f.shape, d.shape, p.shape))
    else:
        with np.errstate(divide="ignore"):
            q = r * p + f * (1 - p)
            row = np.log(1 - d * q if stated.absent[link] else q * np.ones_like(d))
    row = np.where(np.isfinite(row), row, 0.0)  # a certain zero does not vary
    return row @ weight, row**2 @ weight


def _rate_nodes(stated: Elicited, name: str, source: int, pair: Index) -> tuple[list[Array], Array]:
    """Values under the two hypotheses at common deviates, and weights; 1 and 0 where no source model applies."""
    if source < 0:
        certain = np.full(1, float(name == "hit"))
        return [certain, certain], np.ones(1)
    rate = getattr(stated, name)
    return _common_nodes(rate.location[source], rate.low[source], rate.high[source], pair)


def _detection_nodes(stated: Elicited, link: int, pair: Index) -> tuple[list[Array], Array]:
    if not stated.absent[link]:
        return [np.ones(1), np.ones(1)], np.ones(1)
    d = stated.detection
    return _common_nodes(d.location[link], d.low[link], d.high[link], pair)


def _common_nodes(at: Array, low: Array, high: Array, pair: Index) -> tuple[list[Array], Array]:
    if not ((low > 0) | (high > 0)).any():
        return [expit(at[[h]]) for h in pair], np.ones(1)
    z, weight = two_piece_nodes(CROSSED)
    return [expit(at[h] + np.where(z < 0, low[h], high[h]) * z) for h in pair], weight


# --- Sobol indices of the probability ----------------------------------------------------------


def _drawn(stated: Elicited, groups: list[Group], rng: np.random.Generator, n: int, noise: float) -> Array:
    """Contributions (draw, group, hypothesis) to the log joint; what does not vary comes first, in group 0."""
    z = stated.zeros(n)
    moved = {name: rng.standard_normal(getattr(z, name).shape) for name in _fields(z)}
    z = replace(z, **moved)
    z = _shared(groups, z)
    rows, kappa = stated.rows(z), stated.kappa(z)
    weighted = kappa[..., None] * rows
    parts = [weighted[:, group.links].sum(axis=1) for group in groups]
    if noise and stated.links.size:
        size = np.sqrt((kappa**2).sum(axis=1))[:, None] * noise
        parts.append(size * rng.standard_normal((n, stated.log_prior.size)))
    fixed = np.setdiff1d(np.arange(stated.links.size), [link for group in groups for link in group.links])
    parts.append(weighted[:, fixed].sum(axis=1))
    return np.stack(parts, axis=1)


def _fields(z: Deviates) -> Iterator[str]:
    yield from z.__dataclass_fields__


def _shared(groups: list[Group], z: Deviates) -> Deviates:
    """Links of one implication move together."""
    location = z.location
    for group in groups:
        for links in group.moves_together:
            location[:, links[1:]] = location[:, links[:1]]
    return replace(z, location=location)


def _sobol(ledger: Ledger, episode: int, drawn: list[Array]) -> tuple[Array, Array]:
    """First-order and total indices of the leader's probability by group (the last part is no group)."""
    a, b = drawn
    prior, leader = ledger.log_prior[episode], ledger.leader[episode]

    def answer(parts: Array) -> Array:
        return normalised(prior + parts)[..., leader]

    whole_a, whole_b = a.sum(axis=1), b.sum(axis=1)
    at_a, at_b = answer(whole_a), answer(whole_b)
    variance = float(np.concatenate([at_a, at_b]).var())
    n_groups = a.shape[1] - 1
    if variance < STILL or not n_groups:
        return np.full(n_groups, np.nan), np.full(n_groups, np.nan)
    # a hypothesis that is ruled out stays so: infinities cancel
    finite_a, finite_b = (np.where(np.isfinite(parts), parts, 0.0) for parts in (a, b))
    swapped = whole_a[:, None] - finite_a[:, :-1] + finite_b[:, :-1]
    mixed = answer(swapped).T
    centre = 0.5 * (at_a.mean() + at_b.mean())
    first = ((at_b - centre) * (mixed - at_a)).mean(axis=1) / variance
    total = 0.5 * ((at_a - mixed) ** 2).mean(axis=1) / variance
    return first, total
