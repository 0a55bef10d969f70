"""A search that looked for what it hoped to find, and codings read the wrong way round."""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_trace.scales import log_to_db
from bayes_trace.sensitivity.ledger import TIE, Array, Ledger, open_ledger

__all__ = ["recoding", "search_bias"]


def search_bias(evidence: xr.Dataset, *, coder: str | None = None) -> xr.Dataset:
    """How far the search could have favoured items for the leader before its lead is nothing but that.

    If traces that favour the leader were likelier to be looked for and found, b dB come off each item that
    favours it against a rival, never below 0 dB: selection hides contrary items, it turns none round. What
    speaks against the leader stays in full.

    Parameters
    ----------
    evidence
        As from `compile_evidence`. Weights in clusters stay as they are.
    coder
        By default the base coder.

    Returns
    -------
    Dataset with ``bias`` (episode, rival), the smallest b at which leader and rival are level, infinite
    where they never are; ``smallest`` (episode), the least over rivals; ``favouring`` (episode, rival), how many
    items favour the leader; and ``artefacts`` (episode, rival), the share of them, strongest first, that would
    have to be artefacts for the lead to be gone, with ``artefact_share`` (episode) the least of it;
    missing where not even all of them would do.

    Raises
    ------
    UnknownNameError
        For an unknown coder.

    References
    ----------
    Lopez, Bowers and Gajardo Cooper (2026), arXiv:2606.16683, on biased search among counted observations.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.4, "B": 0.2}, "gap": {"A": 0.25, "B": 0.5}}
    >>> bias = search_bias(bt.compile_evidence(bt.from_table(table)))
    >>> round(float(bias.smallest.item()), 2)  # 6 + 3 - 3 dB: 3 off each leaves 3 + 0 - 3
    3.01
    """
    ledger = open_ledger(evidence, coder)
    shape = ledger.joint.shape
    bias, share, count = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    for episode, rival, favour, rest in _pairs(ledger):
        bias[episode, rival] = _common_discount(favour, rest)
        share[episode, rival] = _share_to_lose(favour, rest)
        count[episode, rival] = favour.size
    pair = ("episode", "rival")
    smallest = np.fmin.reduce(bias, axis=1)
    return xr.Dataset(
        {
            "bias": (pair, log_to_db(bias), {"units": "dB"}),
            "smallest": ("episode", log_to_db(smallest), {"units": "dB"}),
            "favouring": (pair, count),
            "artefacts": (pair, share, {"units": "1"}),
            "artefact_share": ("episode", np.fmin.reduce(share, axis=1), {"units": "1"}),
        },
        _coords(ledger),
        ledger.attrs,
    )


def _coords(ledger: Ledger) -> dict[str, object]:
    return {
        **ledger.coords("episode"),
        "rival": ledger.hypotheses,
        "leader": ("episode", ledger.names(ledger.leader)),
    }


def _pairs(ledger: Ledger) -> list[tuple[int, int, Array, float]]:
    """Episode, rival, the weights (nats) that favour the leader, strongest first, and all the rest."""
    gaps = ledger.links_against(ledger.weighted)
    prior = ledger.against(ledger.log_prior)
    found = []
    for episode, leader in enumerate(ledger.leader):
        here = gaps[ledger.links(episode)]
        for rival in range(here.shape[1]):
            if rival != leader:
                column = here[:, rival]
                favour = np.sort(column[column > 0])[::-1]
                found.append(
                    (episode, rival, favour, float(prior[episode, rival] + column[column < 0].sum()))
                )
    return found


def _common_discount(favour: Array, rest: float) -> float:
    """Least b with sum max(w - b, 0) + rest <= 0: a falling line between one weight and the next."""
    if favour.sum() + rest <= TIE:
        return 0.0
    if rest > TIE or np.isposinf(favour).any():
        return np.inf
    if rest >= -TIE:
        return float(favour[0])
    for count in range(1, favour.size + 1):
        b = (favour[:count].sum() + rest) / count
        lower = favour[count] if count < favour.size else 0.0
        if b >= lower:
            return float(b)
    return np.inf


def _share_to_lose(favour: Array, rest: float) -> float:
    """Share of the favouring items, strongest first, without which nothing of the lead is left."""
    left = rest + np.append(np.cumsum(favour[::-1])[::-1], 0.0)
    gone = np.flatnonzero(left <= TIE)
    if not gone.size:
        return np.nan
    return float(gone[0] / favour.size) if favour.size else 0.0


def recoding(evidence: xr.Dataset, *, coder: str | None = None) -> xr.Dataset:
    """How many items would have to be turned around before another hypothesis leads.

    Turned around, an item says of the rival what it said of the leader, and the other way: its weight w
    becomes -w, and the log-odds lose 2w.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    coder
        By default the base coder.

    Returns
    -------
    Dataset with ``count`` (episode), the fewest over rivals, strongest items first, and ``rival_count``
    (episode, rival); missing where all items together would not do. A tie is no change of leader.

    Raises
    ------
    UnknownNameError
        For an unknown coder.

    References
    ----------
    Lopez, Bowers and Gajardo Cooper (2026), arXiv:2606.16683, on coding error.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.4, "B": 0.2}, "gap": {"A": 0.2, "B": 0.5}}
    >>> recoding(bt.compile_evidence(bt.from_table(table)))["count"].values.tolist()
    [1.0]
    """
    ledger = open_ledger(evidence, coder)
    counts = np.full(ledger.joint.shape, np.nan)
    for episode, rival, favour, rest in _pairs(ledger):
        counts[episode, rival] = _turns(favour, rest)
    fewest = np.fmin.reduce(counts, axis=1)
    return xr.Dataset(
        {
            "count": ("episode", fewest, {"units": "1", "long_name": "items to turn around"}),
            "rival_count": (("episode", "rival"), counts, {"units": "1"}),
        },
        _coords(ledger),
        ledger.attrs,
    )


def _turns(favour: Array, rest: float) -> float:
    """Least n with rest + sum of the others - sum of the n strongest < 0."""
    turned = np.append(0.0, np.cumsum(favour))
    others = np.append(np.cumsum(favour[::-1])[::-1], 0.0)
    with np.errstate(invalid="ignore"):  # both ruled out: neither leads
        behind = np.flatnonzero(rest + others - turned < -TIE)
    return float(behind[0]) if behind.size else np.nan
