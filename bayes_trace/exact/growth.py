"""The posterior as the evidence of one episode arrives, item by item."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.exact.updating import select_coder
from bayes_trace.guards import guarded
from bayes_trace.likelihood import best_point, effective_likelihood, links_of, option_log_weight
from bayes_trace.likelihood.links import EVENT, Links
from bayes_trace.scales import log_sum

__all__ = ["trajectory"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


@guarded
def trajectory(
    evidence: xr.Dataset, episode: str, *, order: str | Sequence[str] = "date", coder: str | None = None
) -> xr.DataArray:
    """The posterior as the evidence of one episode arrives, item by item.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    episode
        Its id.
    order
        ``date`` (of the document; undated items last), ``listed`` (as in the files), or item ids in
        any order. An item always stays behind those that it is coded given.
    coder
        By default the base coder.

    Returns
    -------
    Probabilities with dimensions step and hypothesis; step 0 is the prior, and the coordinate
    ``item`` names what each step adds. A link of several items grows item by item. Weights in clusters
    are those of the whole set, so the end point is the posterior whatever the order.

    Raises
    ------
    UnknownNameError
        For an unknown episode or coder.
    BayesTraceError
        For an order that is not a permutation of the episode's items.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.5, "B": 0.5}}))
    >>> trajectory(ev, "episode", order=["note", "memo"]).sel(hypothesis="A").round(2).values.tolist()
    [0.5, 0.5, 0.8]
    """
    one = select_coder(evidence, coder)
    known = [str(each) for each in one["episode"].values]
    if episode not in known:
        raise UnknownNameError("episode", episode, known)
    number = known.index(episode)
    here = one.isel(entry=np.flatnonzero((one["episode_index"].values == number)[one["entry_link"].values]))
    items = np.flatnonzero(here["entry_role"].values != EVENT)
    ordered = _behind_given(here, items[_ranking(here, items, order)])
    probability = _beliefs(one, number, ordered)
    names = ["", *here["entry_item"].values[ordered]]
    coords = {
        "step": np.arange(len(names)),
        "hypothesis": one["hypothesis"].values,
        "item": ("step", np.array(names)),
        "item_date": ("step", np.array(["", *here["entry_date"].values[ordered]])),
        "item_title": ("step", np.array(["", *here["item_title"].values[ordered]])),
    }
    return xr.DataArray(probability, coords, ("step", "hypothesis"), attrs={"units": "1", "episode": episode})


def _beliefs(one: xr.Dataset, episode: int, ordered: Index) -> Array:
    """Probabilities (step, hypothesis) as the entries of one episode are counted one after another."""
    links, entries = links_of(one).take(np.flatnonzero(one["episode_index"].values == episode))
    log_prior = np.log(one["prior"].values[episode])
    coded = _counted(links, ordered)
    point = best_point(one.isel(entry=entries, link=np.flatnonzero(one["episode_index"].values == episode)))
    weight = option_log_weight(links, point, coded)
    rows = effective_likelihood(links, point, coded=coded, log_weight=weight)
    joint = log_prior + (links.kappa[:, None, None] * rows).sum(axis=0).T
    return np.asarray(np.exp(joint - log_sum(joint, axis=1, keepdims=True)))


def _counted(links: Links, ordered: Index) -> npt.NDArray[np.bool_]:
    """Entries (entry, step) counted by each step; events always are, and say nothing without a report."""
    arrived = np.zeros(links.role.size, dtype=np.int64)
    arrived[ordered] = np.arange(1, ordered.size + 1)
    return links.coded[:, None] & (arrived[:, None] <= np.arange(ordered.size + 1))


def _ranking(here: xr.Dataset, items: Index, order: str | Sequence[str]) -> Index:
    names = [str(name) for name in here["entry_item"].values[items]]
    if isinstance(order, str):
        if order not in ("date", "listed"):
            message = f"order={order!r}; expected 'date', 'listed' or a sequence of item ids"
            raise BayesTraceError(message)
        dates = [str(date) or "9999" for date in here["entry_date"].values[items]]
        return np.argsort(dates, kind="stable") if order == "date" else np.arange(len(names))
    wanted = list(order)
    if sorted(wanted) != sorted(names):
        wrong = sorted(set(wanted) ^ set(names)) or ["an item named twice"]
        message = f"order does not name each item of the episode once: {', '.join(wrong)}; the items are {', '.join(names)}"
        raise BayesTraceError(message)
    return np.array([names.index(name) for name in wanted], dtype=np.int64)


def _behind_given(here: xr.Dataset, ordered: Index) -> Index:
    """Keep the order, but no entry before those it is conditional on; of an event, its reports."""
    given = _dependencies(here, ordered)
    rank = {int(n): place for place, n in enumerate(ordered)}
    placed: dict[int, None] = {}
    for start in rank:
        path = [start]
        while path:
            waiting = given[path[-1]] - placed.keys() - set(path)
            if waiting and path[-1] not in placed:
                path.append(min(waiting, key=rank.__getitem__))
            else:
                placed.setdefault(path.pop())
    return np.array(list(placed), dtype=np.int64)


def _dependencies(here: xr.Dataset, ordered: Index) -> dict[int, set[int]]:
    """Entries that stand for what each entry is coded given."""
    names, links = here["entry_item"].values, here["entry_link"].values
    role = here["entry_role"].values
    stands: dict[str, set[int]] = {str(names[n]): {int(n)} for n in ordered}
    for event in np.flatnonzero(role == EVENT):
        stands[str(names[event])] = {int(n) for n in ordered if links[n] == links[event]}
    own = {int(n): str(here["entry_given"].values[n]).split() for n in ordered}
    for event in np.flatnonzero(role == EVENT):
        for n in stands[str(names[event])]:
            own[n] = [*own[n], *str(here["entry_given"].values[event]).split()]
    return {n: set().union(*(stands.get(name, set()) for name in names)) - {n} for n, names in own.items()}
