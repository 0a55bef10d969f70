"""Items of an episode that depend on one another: removing one changes what the others contribute."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy.sparse.csgraph import connected_components

from bayes_trace.likelihood import core_spread
from bayes_trace.likelihood.links import EVENT
from bayes_trace.sensitivity.arrays import Array, Arrays, Flags, Index
from bayes_trace.sensitivity.fractional import least_in_cluster

__all__ = ["Alone", "Component", "components", "joined"]

#: items removed, and what is left of the log-odds leader : rival (rival,)
Subset = tuple[tuple[str, ...], Array]
#: subsets computed at once
AT_ONCE = 4096


class Component(Protocol):
    """Contributions to the log-odds leader : rival, by how many items are removed."""

    @property
    def size(self) -> int:
        """How many of its items could be removed."""

    def least(self, removed: int) -> Array:
        """Least contribution (rival,) after so many removals, each rival by itself."""

    def subsets(self, removed: int) -> Iterator[Subset]:
        """Every way to remove so many, with what is left (rival,)."""


@dataclass(frozen=True)
class Alone:
    """Items whose contributions add up, whoever stays."""

    names: tuple[str, ...]
    #: log-odds (item, rival)
    gaps: Array
    #: sums of the smallest (number that stay, rival)
    sums: Array

    @classmethod
    def of(cls, names: tuple[str, ...], gaps: Array) -> Alone:
        """From what each item contributes."""
        nothing = np.zeros((1, gaps.shape[1]))
        return cls(names, gaps, np.concatenate([nothing, np.cumsum(np.sort(gaps, axis=0), axis=0)]))

    @property
    def size(self) -> int:
        """How many items could be removed."""
        return len(self.names)

    def least(self, removed: int) -> Array:
        """Without the items that do most for the leader."""
        return np.asarray(self.sums[self.size - removed])

    def subsets(self, removed: int) -> Iterator[Subset]:
        """Every way to remove so many."""
        for out in itertools.combinations(range(self.size), removed):
            yield tuple(self.names[each] for each in out), np.delete(self.gaps, out, axis=0).sum(axis=0)


@dataclass(frozen=True)
class Tangle:
    """Links tied to one another; every subset of their items is computed as the engine would compute it."""

    arrays: Arrays
    episode: int
    links: Index
    rivals: Index
    _known: dict[int, Array] = field(default_factory=dict)

    @property
    def items(self) -> Index:
        """Entries that could be removed."""
        entries = self.arrays.entries(self.arrays.links(self.episode))
        entries = entries[np.isin(self.arrays.structure.entry_link[entries], self.links)]
        return np.asarray(entries[self.arrays.structure.role[entries] != EVENT])

    @property
    def size(self) -> int:
        """How many items could be removed."""
        return int(self.items.size)

    def least(self, removed: int) -> Array:
        """Least over all subsets of that size."""
        if removed not in self._known:
            each = [left.min(axis=0) for _, left in self._parts(removed)]
            self._known[removed] = np.asarray(np.min(each, axis=0), dtype=np.float64)
        return self._known[removed]

    def subsets(self, removed: int) -> Iterator[Subset]:
        """Every subset of that size."""
        names = self.arrays.entry_names
        for chosen, left in self._parts(removed):
            for out, each in zip(chosen, left, strict=True):
                yield tuple(str(name) for name in names[out]), np.asarray(each)

    def _parts(self, removed: int) -> Iterator[tuple[Index, Array]]:
        """Entries that go (subset, number) and what is left (subset, rival), many subsets at a time."""
        for some in itertools.batched(itertools.combinations(self.items.tolist(), removed), AT_ONCE):
            chosen = np.array(some, dtype=np.int64).reshape(len(some), removed)
            yield chosen, self._left(chosen)

    def _left(self, chosen: Index) -> Array:
        first = self.arrays.entries(self.arrays.links(self.episode))
        dropped = np.zeros((first.size, chosen.shape[0]), dtype=bool)
        dropped[chosen - first[0], np.arange(chosen.shape[0])[:, None]] = True
        leader = self.arrays.leader[self.episode]
        total = np.empty((chosen.shape[0], self.rivals.size))
        links, _, parts = self.arrays.without_in(self.episode, dropped)
        own = np.searchsorted(links, self.links)
        for part, rows, kappa in parts:
            mine = kappa[own, None] * rows[own]
            with np.errstate(invalid="ignore"):
                gap = np.nan_to_num(mine[:, [leader]] - mine[:, self.rivals], nan=0.0, posinf=np.inf)
            total[part] = gap.sum(axis=0).T
        return total


@dataclass(frozen=True)
class ClusteredItems(Tangle):
    """Links of one item each that share a discount: the least is found without looking at every subset."""

    def least(self, removed: int) -> Array:
        """Least over all subsets of that size: a fraction minimised for each rival."""
        if removed not in self._known:
            rows = self.arrays.rows[self.links]
            core = core_spread(self.arrays.structure, rows[..., None])[:, 0]
            with np.errstate(invalid="ignore"):
                wide = np.nan_to_num(rows.max(axis=1) - rows.min(axis=1), nan=0.0, posinf=np.inf)
            gaps = self.arrays.links_against(self.arrays.rows)[self.links][:, self.rivals]
            rho = self._correlation()
            self._known[removed] = np.array(
                [least_in_cluster(gap, (core, wide), self.size - removed, rho) for gap in gaps.T]
            )
        return self._known[removed]

    def _correlation(self) -> float:
        cluster = self.arrays.structure.cluster[self.links[0]]
        return float(1.0 / (1.0 + np.exp(-self.arrays.point.correlation[cluster, 0])))


def components(arrays: Arrays, episode: int, rivals: Index) -> list[Component]:
    """The items of an episode that say something, split into groups that do not touch each other."""
    links = arrays.links(episode)
    tied = _by_given(arrays, episode, links)
    count, group = connected_components(tied | _by_cluster(arrays, links), directed=False)
    gaps = arrays.links_against(arrays.weighted)[links][:, rivals]
    names = arrays.entry_names[arrays.structure.first[links]]
    held = arrays.structure.entry_link[arrays.entries(links)]
    single = np.bincount(np.searchsorted(links, held), minlength=links.size) == 1
    informative = arrays.structure.spoken[links] & (np.ptp(arrays.rows[links], axis=1) != 0)
    found: list[Component] = []
    for number in range(count):
        members = np.flatnonzero(group == number)
        plain = single[members].all() and not tied[np.ix_(members, members)].any()
        members = members[informative[members]] if plain else members
        if plain and members.size == 1:
            found.append(Alone.of((str(names[members[0]]),), gaps[members]))
        elif members.size:
            found.append((ClusteredItems if plain else Tangle)(arrays, episode, links[members], rivals))
    return found


def joined(groups: list[Component]) -> list[Component]:
    """The same, with items that stand alone put into one group."""
    alone = [group for group in groups if isinstance(group, Alone)]
    rest = [group for group in groups if not isinstance(group, Alone)]
    if not alone:
        return rest
    names = tuple(name for group in alone for name in group.names)
    return [Alone.of(names, np.concatenate([group.gaps for group in alone])), *rest]


def _by_cluster(arrays: Arrays, links: Index) -> Flags:
    """Which links (link, link) share a discount."""
    cluster = arrays.structure.cluster[links]
    # at a correlation of 0 nothing is discounted
    logits = np.append(arrays.point.correlation[:, 0], -np.inf)[cluster]
    discounted = (cluster >= 0) & (logits > -np.inf)
    return np.asarray((cluster[:, None] == cluster) & discounted[:, None] & discounted)


def _by_given(arrays: Arrays, episode: int, links: Index) -> Flags:
    """Whether an entry of the one takes an entry of the other along (link, link)."""
    tied = np.zeros((links.size, links.size), dtype=bool)
    entries = arrays.entries(links)
    ties = arrays.ties.within(episode, int(entries[0]) if entries.size else 0)
    if not ties.parents[episode]:
        return tied
    child, parent = np.nonzero(ties.close(np.eye(entries.size, dtype=bool)))
    place = np.searchsorted(links, arrays.structure.entry_link[entries])
    tied[place[child], place[parent]] = True
    np.fill_diagonal(tied, val=False)
    return tied | tied.T
