"""What follows from the elicited numbers and is stored beside them: effective likelihoods and weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.likelihood.effective import (
    cluster_weight,
    effective_likelihood,
    effective_number,
    option_log_weight,
)
from bayes_trace.likelihood.links import EVENT, REPORT, SOURCES, point_of, structure_of

__all__ = [
    "Ties",
    "close_over_given",
    "drop_entries",
    "likelihoods",
    "take_episodes",
    "ties_of",
    "with_likelihoods",
]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]


def with_likelihoods(evidence: xr.Dataset) -> xr.Dataset:
    """The dataset with effective likelihoods, readings' and clusters' weights computed afresh."""
    stored = {name: evidence.variables[name].values for name in SOURCES}
    return evidence.assign(likelihoods(stored, n_episodes=evidence.sizes["episode"]))


def likelihoods(stored: Mapping[str, npt.NDArray[Any]], *, n_episodes: int) -> dict[str, xr.Variable]:
    """Effective likelihoods, readings' and clusters' weights from the arrays of a dataset by name."""
    parts = [_of_coder(stored, coder, n_episodes) for coder in range(stored["coded"].shape[0])]
    weight, rows, k, kappa = (np.stack(each) for each in zip(*parts, strict=True))
    nats, one = {"units": "nats"}, {"units": "1"}
    stated: dict[str, tuple[tuple[str, ...], Array, dict[str, str]]] = {
        "log_option_weight": (("coder", "link", "option"), weight, {**nats, "long_name": "log lambda"}),
        "log_likelihood": (
            ("coder", "link", "hypothesis"),
            rows,
            {**nats, "long_name": "effective log-likelihood"},
        ),
        "effective_number": (("coder", "link"), k, {**one, "long_name": "effective number of members"}),
        "kappa": (("coder", "link"), kappa, {**one, "long_name": "weight in the cluster"}),
    }
    return {name: xr.Variable(*each, fastpath=True) for name, each in stated.items()}


def _of_coder(
    stored: Mapping[str, npt.NDArray[Any]], coder: int, n_episodes: int
) -> tuple[Array, Array, Array, Array]:
    links, point = structure_of(stored, coder, n_episodes=n_episodes), point_of(stored, coder)
    weight = option_log_weight(links, point)
    rows = effective_likelihood(links, point, log_weight=weight)
    k = effective_number(links, rows)
    return weight[..., 0], rows[..., 0], k[:, 0], cluster_weight(links, k, point.correlation)[:, 0]


def drop_entries(evidence: xr.Dataset, dropped: npt.ArrayLike) -> xr.Dataset:
    """The evidence without some items, reports or events, and without what was coded given them.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    dropped
        True for each entry to set aside.

    Returns
    -------
    A dataset with fewer entries and links. Weights of readings and in clusters are computed afresh, so that
    members which stay may weigh more than before.
    """
    gone = close_over_given(evidence, np.asarray(dropped, dtype=bool)[:, None])[:, 0]
    kept = np.flatnonzero(~gone)
    links, place = np.unique(evidence["entry_link"].values[kept], return_inverse=True)
    fewer = evidence.isel(entry=kept, link=links).assign(entry_link=("entry", place.astype(np.int64)))
    return with_likelihoods(fewer)


def take_episodes(evidence: xr.Dataset, episodes: Index) -> xr.Dataset:
    """The evidence of some episodes alone, by their places in ascending order; what they share stays as it is."""
    place = np.full(evidence.sizes["episode"], -1, dtype=np.int64)
    place[episodes] = np.arange(episodes.size)
    index, entry_link = evidence["episode_index"].values, evidence["entry_link"].values
    links = np.flatnonzero(place[index] >= 0)
    entries = np.flatnonzero(place[index[entry_link]] >= 0)
    fewer = evidence.isel(episode=episodes, link=links, entry=entries)
    return fewer.assign(
        episode_index=("link", place[index[links]]),
        entry_link=("entry", np.searchsorted(links, entry_link[entries])),
    )


def close_over_given(evidence: xr.Dataset, dropped: Flags) -> Flags:
    """Entries (entry, variant) that go with others: what is coded given them, the reports of an event.

    An event goes with the last of its reports.
    """
    return ties_of(evidence).close(dropped)


#: an entry, and others to which it is tied
Tie = tuple[int, Index]


@dataclass(frozen=True)
class Ties:
    """What goes with what, by the number of the episode: nothing is tied to an entry of another one."""

    #: an entry, and those that it is given; none stands before one that it is given
    parents: Mapping[int, Sequence[Tie]]
    #: the entry of an event, and those of its reports
    events: Mapping[int, Sequence[Tie]]

    def close(self, dropped: Flags) -> Flags:
        """Entries (entry, variant) that go with those dropped."""
        gone = np.array(dropped, dtype=bool)
        events = list(chain.from_iterable(self.events.values()))
        for event, reports in events:
            gone[event] |= gone[reports].all(axis=0)
        for child, given in chain.from_iterable(self.parents.values()):
            gone[child] |= gone[given].any(axis=0)
        for event, reports in events:  # nothing is given a report, and no report is given anything
            gone[reports] |= gone[event]
        return gone

    def within(self, episode: int, start: int) -> Ties:
        """Those of one episode, with entries counted from its first."""
        parents, events = (
            {episode: [(entry - start, others - start) for entry, others in ties.get(episode, ())]}
            for ties in (self.parents, self.events)
        )
        return Ties(parents, events)


def ties_of(evidence: xr.Dataset) -> Ties:
    """What goes with what in the evidence."""
    episode = evidence["episode_index"].values[evidence["entry_link"].values]

    def by_episode(ties: Iterable[Tie]) -> dict[int, list[Tie]]:
        found: dict[int, list[Tie]] = {}
        for tie in ties:
            found.setdefault(int(episode[tie[0]]), []).append(tie)
        return found

    return Ties(by_episode(_parents(evidence)), by_episode(_events(evidence)))


def _parents(evidence: xr.Dataset) -> list[Tie]:
    """Entries coded given others on the same episode, each behind those that it is given."""
    given = evidence["entry_given"].values
    if not (given != "").any():
        return []
    names, episodes = (
        evidence["entry_item"].values,
        evidence["link_episode"].values[evidence["entry_link"].values],
    )
    place = {(str(item), str(where)): n for n, (item, where) in enumerate(zip(names, episodes, strict=True))}
    found: dict[int, list[int]] = {}
    for child in np.flatnonzero(given != ""):
        keys = ((name, str(episodes[child])) for name in str(given[child]).split())
        if there := [place[key] for key in keys if key in place]:
            found[int(child)] = there
    ordered = (each for each in TopologicalSorter(found).static_order() if each in found)
    return [(child, np.array(found[child])) for child in ordered]


def _events(evidence: xr.Dataset) -> list[Tie]:
    """The entry of each event, and those of its reports."""
    role, link = evidence["entry_role"].values, evidence["entry_link"].values
    reports, events = np.flatnonzero(role == REPORT), np.flatnonzero(role == EVENT)
    ends = [np.searchsorted(link[reports], link[events], side) for side in ("left", "right")]
    return [(int(event), reports[start:end]) for event, start, end in zip(events, *ends, strict=True)]
