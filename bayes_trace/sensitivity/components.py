"""Items of an episode that depend on one another: removing one changes what the others contribute."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bayes_trace.likelihood import core_spread
from bayes_trace.likelihood.links import EVENT
from bayes_trace.sensitivity.additive import Alone, Chains, Component, Subset
from bayes_trace.sensitivity.arrays import Array, Arrays, Index
from bayes_trace.sensitivity.fractional import least_in_cluster

__all__ = ["components", "joined"]

#: subsets computed at once
AT_ONCE = 4096
#: subsets of one size that are tried; of more, those of the items that do most by themselves
TRIED = 20_000


@dataclass(frozen=True)
class Tangle(Component):
    """Links tied to one another; every subset of their items is computed as the engine would compute it."""

    arrays: Arrays
    episode: int
    links: Index
    rivals: Index
    _known: dict[int, Array] = field(default_factory=dict)

    @cached_property
    def items(self) -> Index:
        """Entries that could be removed."""
        entries = self.arrays.entries(self.arrays.links(self.episode))
        entries = entries[np.isin(self.arrays.structure.entry_link[entries], self.links)]
        return np.asarray(entries[self.arrays.structure.role[entries] != EVENT])

    @property
    def size(self) -> int:
        """How many items could be removed."""
        return int(self.items.size)

    def lists_all(self, removed: int) -> bool:
        """Whether every subset of that size is tried."""
        return math.comb(self.size, removed) <= TRIED

    def finds_least(self, removed: int) -> bool:
        """Only by trying."""
        return self.lists_all(removed)

    def least(self, removed: int) -> Array:
        """Least over all subsets of that size that are tried."""
        if removed not in self._known:
            each = [left.min(axis=0) for _, left in self._parts(removed)]
            self._known[removed] = np.asarray(np.min(each, axis=0))
        return self._known[removed]

    def subsets(self, removed: int, below: Array) -> Iterator[Subset]:  # noqa: ARG002 - found by trying
        """Every subset of that size, or those of the items that do most."""
        names = self.arrays.entry_names
        for chosen, left in self._parts(removed):
            for out, each in zip(chosen, left, strict=True):
                yield tuple(str(name) for name in names[out]), np.asarray(each)

    def _tried(self, removed: int) -> list[int]:
        """Entries whose subsets of that size are tried: all, or as many as may be, those first that do most."""
        items = self.items
        if self.lists_all(removed):
            return items.tolist()  # type: ignore[no-any-return]
        count = removed
        while math.comb(count + 1, removed) <= TRIED:
            count += 1
        return self._strongest[:count]

    @cached_property
    def _strongest(self) -> list[int]:
        """Entries, those first without which the leader loses most against some rival."""
        whole, without = self._left(self.items[None, :0]), self._left(self.items[:, None])
        with np.errstate(invalid="ignore"):
            gain = np.nan_to_num(whole - without, nan=0.0)
        order = gain.argsort(axis=0, kind="stable")[::-1]
        return list(dict.fromkeys(self.items[order].ravel().tolist()))

    def _parts(self, removed: int) -> Iterator[tuple[Index, Array]]:
        """Entries that go (subset, number) and what is left (subset, rival), many subsets at a time."""
        for some in itertools.batched(itertools.combinations(self._tried(removed), removed), AT_ONCE):
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

    def finds_least(self, removed: int) -> bool:  # noqa: ARG002 - however many there are
        """As a fraction is minimised."""
        return True

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

    def subsets(self, removed: int, below: Array) -> Iterator[Subset]:
        """Every subset of that size; of very many not those that come behind one which leaves less than `below`."""
        found = False
        for number, (out, left) in enumerate(super().subsets(removed, below)):
            found = found or bool((left < below).any())
            if found and number > TRIED:
                return
            yield out, left

    def _tried(self, removed: int) -> list[int]:
        """All entries, since the least is known to be among them; those first that do most."""
        return self.items.tolist() if self.lists_all(removed) else self._strongest

    def _correlation(self) -> float:
        cluster = self.arrays.structure.cluster[self.links[0]]
        return float(1.0 / (1.0 + np.exp(-self.arrays.point.correlation[cluster, 0])))


def components(arrays: Arrays, episode: int, rivals: Index) -> list[Component]:
    """The items of an episode that say something, split into groups that do not touch each other."""
    links = arrays.links(episode)
    given, cluster = _given(arrays, episode, links), _discounted(arrays, links)
    gaps = arrays.links_against(arrays.weighted)[links][:, rivals]
    names = arrays.entry_names[arrays.structure.first[links]]
    held = arrays.structure.entry_link[arrays.entries(links)]
    single = np.bincount(np.searchsorted(links, held), minlength=links.size) == 1
    informative = arrays.structure.spoken[links] & (np.ptp(arrays.rows[links], axis=1) != 0)
    found: list[Component] = []
    for members in _groups(given, cluster):
        asked = [given.get(each, frozenset()) for each in members.tolist()]
        plain = single[members].all() and not any(asked)
        own = members[informative[members]] if plain else members
        if plain and own.size == 1:
            found.append(Alone.of((str(names[own[0]]),), gaps[own]))
        elif single[members].all() and _is_chain(asked, cluster[members]):
            place = {each: number for number, each in enumerate(members.tolist())}
            of = {number: place[each] for number, one in enumerate(asked) for each in one}
            found.append(Chains.of(tuple(map(str, names[members])), gaps[members], of))
        elif own.size:
            found.append((ClusteredItems if plain else Tangle)(arrays, episode, links[own], rivals))
    return found


def _groups(given: Mapping[int, frozenset[int]], cluster: Index) -> list[Index]:
    """Places of links that hang together: coded given one another, or with a discount in common."""
    order = np.argsort(cluster, kind="stable")
    same = (cluster[order][1:] == cluster[order][:-1]) & (cluster[order][1:] >= 0)
    pairs = [(child, parent) for child, parents in given.items() for parent in parents]
    ends = np.concatenate(
        [np.array(pairs, dtype=np.int64).reshape(-1, 2), np.stack([order[1:], order[:-1]], axis=1)[same]]
    )
    graph = coo_array((np.ones(len(ends)), ends.T), shape=(cluster.size, cluster.size))
    count, group = connected_components(graph, directed=False)
    return np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group, minlength=count))[:-1])


def _is_chain(asked: Sequence[frozenset[int]], cluster: Index) -> bool:
    """Whether each is coded given one other at most, and none shares a discount."""
    held = cluster[cluster >= 0]
    return any(asked) and all(len(each) <= 1 for each in asked) and np.unique(held).size == held.size


def joined(groups: list[Component]) -> list[Component]:
    """The same, with items that stand alone put into one group."""
    alone = [group for group in groups if isinstance(group, Alone)]
    rest = [group for group in groups if not isinstance(group, Alone)]
    if not alone:
        return rest
    names = tuple(name for group in alone for name in group.names)
    return [Alone.of(names, np.concatenate([group.gaps for group in alone])), *rest]


def _discounted(arrays: Arrays, links: Index) -> Index:
    """The cluster (link,) in which each link is discounted, -1 where it is not; at a correlation of 0 nothing is."""
    cluster = arrays.structure.cluster[links]
    logits = np.append(arrays.point.correlation[:, 0], -np.inf)[cluster]
    return np.where((cluster >= 0) & (logits > -np.inf), cluster, -1)


def _given(arrays: Arrays, episode: int, links: Index) -> dict[int, frozenset[int]]:
    """Places of links, and of those that an entry of theirs is coded given."""
    entries = arrays.entries(links)
    ties = arrays.ties.within(episode, int(entries[0]) if entries.size else 0)
    place = np.searchsorted(links, arrays.structure.entry_link[entries])
    found: dict[int, frozenset[int]] = {}
    for entry, others in ties.parents[episode]:
        child = int(place[entry])
        found[child] = found.get(child, frozenset()) | frozenset(place[others].tolist()) - {child}
    return {child: parents for child, parents in found.items() if parents}
