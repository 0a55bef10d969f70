"""A search biased towards its favourite, and codings made in the wrong direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from bayes_trace.exact import TIE
from bayes_trace.guards import guarded
from bayes_trace.likelihood.links import EVENT, REPORT
from bayes_trace.scales import log_to_db
from bayes_trace.sensitivity.arrays import Array, Arrays, Index, open_arrays
from bayes_trace.sensitivity.registry import Measure, Question, register

__all__ = ["recoding", "search_bias"]


@guarded
def search_bias(evidence: xr.Dataset, *, coder: str | None = None) -> xr.Dataset:
    """How biased a search for the leader's items could be before that bias alone explains the lead.

    If traces that favour the leader were likelier to be looked for and found, b dB come off each item that
    favours it against a rival, never below 0 dB: selection hides contrary items, it turns none round. What
    speaks against the leader stays in full. A fact or an event loses b for each of its items that favours.

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
    have to be artefacts for the lead to be gone (a fact or an event with all of them), with ``artefact_share``
    (episode) the least of it; missing where not even all of them would do.

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
    arrays = open_arrays(evidence, coder)
    shape = arrays.joint.shape
    bias, share, count = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    for episode, rival, one in _pairs(arrays, _favouring(arrays)):
        bias[episode, rival] = _common_discount(one)
        share[episode, rival] = _share_to_lose(one)
        count[episode, rival] = one.items.sum()
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
        _coords(arrays),
        arrays.attrs,
    )


def _coords(arrays: Arrays) -> dict[str, object]:
    return {
        **arrays.coords("episode"),
        "rival": arrays.hypotheses,
        "leader": ("episode", arrays.names(arrays.leader)),
    }


@dataclass(frozen=True)
class _Favour:
    """What favours the leader against one rival, strongest first by item, and all the rest, in nats."""

    weights: Array
    #: how many items each weight is of
    items: Array
    rest: float


def _favouring(arrays: Arrays) -> Array:
    """How many items of each link favour the leader against each rival (link, rival); of a favouring link, one."""
    gaps = arrays.links_against(arrays.weighted)
    of = arrays.structure.entry_link
    mine = np.take_along_axis(arrays.by_item, arrays.leader[arrays.entry_episode][:, None], axis=1)
    with np.errstate(invalid="ignore"):
        favours = (mine - arrays.by_item > 0) & (arrays.structure.role != EVENT)[:, None]
    counted = np.zeros(gaps.shape)
    np.add.at(counted, of, favours)
    return np.maximum(counted, 1.0)


def _pairs(arrays: Arrays, items: Array) -> list[tuple[int, int, _Favour]]:
    """Episode, rival, and what favours the leader of the one against the other."""
    gaps = arrays.links_against(arrays.weighted)
    prior = arrays.against(arrays.log_prior)
    found = []
    for episode, leader in enumerate(arrays.leader):
        links = arrays.links(episode)
        for rival in range(gaps.shape[1]):
            if rival != leader:
                own, each = gaps[links, rival], items[links, rival]
                rest = float(prior[episode, rival] + own[own < 0].sum())
                order = np.argsort(-own / each, kind="stable")
                order = order[own[order] > 0]
                found.append((episode, rival, _Favour(own[order], each[order], rest)))
    return found


def _common_discount(one: _Favour) -> float:
    """Least b with sum max(w - n b, 0) + rest <= 0: a falling line between one weight by item and the next."""
    if one.weights.sum() + one.rest <= TIE:
        return 0.0
    if one.rest > TIE or np.isposinf(one.weights).any():
        return np.inf
    by_item = one.weights / one.items
    if one.rest >= -TIE:
        return float(by_item[0])
    for count in range(1, by_item.size + 1):
        b = (one.weights[:count].sum() + one.rest) / one.items[:count].sum()
        lower = by_item[count] if count < by_item.size else 0.0
        if b >= lower:
            return float(b)
    return np.inf


def _share_to_lose(one: _Favour) -> float:
    """Share of the favouring items, strongest first, without which nothing of the lead is left."""
    left = one.rest + np.append(np.cumsum(one.weights[::-1])[::-1], 0.0)
    gone = np.flatnonzero(left <= TIE)
    if not gone.size:
        return np.nan
    return float(one.items[: gone[0]].sum() / one.items.sum()) if one.items.size else 0.0


@guarded
def recoding(evidence: xr.Dataset, *, coder: str | None = None) -> xr.Dataset:
    """How many items would have to be turned around before another hypothesis leads.

    Turned around, an item says of the rival what it said of the leader, and the other way: its weight w
    becomes -w, and the log-odds lose 2w. A fact is turned around with all its items, which all count; an event, whose
    probability is coded once, counts once.

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
    arrays = open_arrays(evidence, coder)
    counts = np.full(arrays.joint.shape, np.nan)
    for episode, rival, one in _pairs(arrays, _codings(arrays)):
        counts[episode, rival] = _turns(one)
    fewest = np.fmin.reduce(counts, axis=1)
    return xr.Dataset(
        {
            "count": ("episode", fewest, {"units": "1", "long_name": "items to turn around"}),
            "rival_count": (("episode", "rival"), counts, {"units": "1"}),
        },
        _coords(arrays),
        arrays.attrs,
    )


def _codings(arrays: Arrays) -> Array:
    """How many codings of this coder each link rests on (link, rival)."""
    structure = arrays.structure
    coded = structure.coded & (structure.role != REPORT)
    count = np.maximum(np.bincount(structure.entry_link, coded, minlength=structure.n_links), 1.0)
    return np.repeat(count[:, None], len(arrays.hypotheses), axis=1)


def _turns(one: _Favour) -> float:
    """Least number of codings to turn around with rest + what stays - what is turned < 0."""
    decisive = np.isposinf(one.weights)
    if decisive.any():  # until the last of them is turned around the rival stays ruled out
        return float(one.items[decisive].sum())
    turned = _most_by_count(one.weights, one.items.astype(np.int64))
    behind = np.flatnonzero(one.rest + one.weights.sum() - 2.0 * turned < -TIE)
    return float(behind[0]) if behind.size else np.nan


def _most_by_count(weights: Array, counts: Index) -> Array:
    """The most that can be turned around with 0, 1, ... codings (a knapsack where some links have several)."""
    if (counts == 1).all():
        return np.append(0.0, np.cumsum(weights))
    most = np.zeros(int(counts.sum()) + 1)
    for weight, count in zip(weights, counts, strict=True):
        most[count:] = np.maximum(most[count:], most[:-count] + weight)
    return most


register(
    Question(
        "recoding",
        lambda asked: recoding(asked.evidence, coder=asked.coder),
        place=20,
        measures=(
            Measure(
                {"items_to_turn": "count"},
                "count",
                weakness="few recoded items would turn it",
                question="Fewest items that would have to be turned around",
            ),
        ),
    ),
    Question(
        "search_bias",
        lambda asked: search_bias(asked.evidence, coder=asked.coder),
        place=50,
        measures=(
            Measure(
                {"search_bias": "smallest"},
                "dB",
                enough=3.0,
                little=1.0,
                what="the bias of the search in dB that loses the lead",
                weakness="a slight bias of the search undoes it",
                question="Search bias, in dB off every favouring item, at which the lead is lost",
                never="none does",
                column="Bias (dB)",
                legend="dB off every favouring item at which the lead is lost",
            ),
        ),
    ),
)
