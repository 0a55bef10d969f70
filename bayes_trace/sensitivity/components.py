"""Items of an episode that hang together: removing one changes what the others contribute."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from bayes_trace.sensitivity.ledger import Array, Flags, Index, Ledger, close_over_given

__all__ = ["Component", "components", "joined"]

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
class Cluster:
    """Members whose contributions add up, times one weight that depends on how many stay.

    A link of no cluster is one of a single member.
    """

    names: tuple[str, ...]
    #: log-odds (member, rival) before the weight
    gaps: Array
    correlation: float

    @property
    def size(self) -> int:
        """How many members could be removed."""
        return len(self.names)

    def _weight(self, removed: int) -> float:
        stay = self.size - removed
        return 1.0 / (1.0 + (stay - 1) * self.correlation) if stay else 0.0

    def least(self, removed: int) -> Array:
        """Without the members that do most for the leader."""
        if removed == self.size:
            return np.zeros(self.gaps.shape[1])
        stay = np.sort(self.gaps, axis=0)[: self.size - removed]
        return np.asarray(self._weight(removed) * stay.sum(axis=0))

    def subsets(self, removed: int) -> Iterator[Subset]:
        """Every way to remove so many."""
        for out in itertools.combinations(range(self.size), removed):
            stay = np.delete(self.gaps, out, axis=0)
            total = self._weight(removed) * stay.sum(axis=0) if stay.size else np.zeros(self.gaps.shape[1])
            yield tuple(self.names[each] for each in out), total


@dataclass(frozen=True)
class Tangle:
    """Members tied by more than a cluster: coded given one another, or turning on one fact.

    Every subset is computed as the engine would compute it.
    """

    ledger: Ledger
    episode: int
    links: Index
    rivals: Index
    _known: dict[int, tuple[list[tuple[int, ...]], Array]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many members could be removed."""
        return self.links.size

    def _all(self, removed: int) -> tuple[list[tuple[int, ...]], Array]:
        """Subsets that go, none of which holds an item that would go with another, and what is left."""
        if removed not in self._known:
            chosen = list(itertools.combinations(range(self.links.size), removed))
            left = [self._left(chosen[start : start + AT_ONCE]) for start in range(0, len(chosen), AT_ONCE)]
            self._known[removed] = chosen, np.concatenate(left)
        return self._known[removed]

    def _left(self, chosen: Sequence[tuple[int, ...]]) -> Array:
        dropped = np.zeros((len(chosen), self.ledger.episode_index.size), dtype=bool)
        for number, each in enumerate(chosen):
            dropped[number, self.links[list(each)]] = True
        leader = self.ledger.leader[self.episode]
        total = np.empty((len(chosen), self.rivals.size))
        for part, rows, kappa in self.ledger.without(dropped):
            mine = kappa[:, self.links, None] * rows[:, self.links]
            with np.errstate(invalid="ignore"):
                gap = np.nan_to_num(mine[..., [leader]] - mine[..., self.rivals], nan=0.0, posinf=np.inf)
            total[part] = gap.sum(axis=1)
        return total

    def least(self, removed: int) -> Array:
        """Least over all subsets of that size."""
        return np.asarray(self._all(removed)[1].min(axis=0))

    def subsets(self, removed: int) -> Iterator[Subset]:
        """Every subset of that size."""
        names = self.ledger.evidence["link_item"].values[self.links]
        for out, left in zip(*self._all(removed), strict=True):
            yield tuple(str(name) for name in names[list(out)]), left


def components(ledger: Ledger, episode: int, rivals: Index) -> list[Component]:
    """The speaking links of an episode, split into groups that do not touch each other."""
    links = ledger.links(episode)
    tied = _ties(ledger, links)
    found: list[Component] = []
    for group in _connected(tied):
        members = links[group]
        if _is_plain(ledger, members):
            members = members[ledger.speaks[members]]
            if members.size:
                found.append(_cluster(ledger, members, rivals))
        else:
            found.append(Tangle(ledger, episode, members, rivals))
    return found


def joined(groups: Sequence[Component]) -> list[Component]:
    """The same, with links that stand alone put into one group of independent members."""
    alone = [group for group in groups if isinstance(group, Cluster) and group.size == 1]
    rest = [group for group in groups if not (isinstance(group, Cluster) and group.size == 1)]
    if not alone:
        return rest
    names = tuple(group.names[0] for group in alone)
    return [Cluster(names, np.concatenate([group.gaps for group in alone]), 0.0), *rest]


def _cluster(ledger: Ledger, members: Index, rivals: Index) -> Cluster:
    names = tuple(str(name) for name in ledger.evidence["link_item"].values[members])
    gaps = ledger.links_against(ledger.rows)[members][:, rivals]
    return Cluster(names, gaps, float(ledger.correlation[members[0]]))


def _is_plain(ledger: Ledger, members: Index) -> bool:
    """Whether the members share a cluster at most."""
    return members.size == 1 or not (_by_reading(ledger, members) | _by_given(ledger, members)).any()


def _ties(ledger: Ledger, links: Index) -> Flags:
    """Which links (link, link) change one another's contribution when one goes."""
    cluster = np.asarray(ledger.evidence["cluster_index"].values)[links]
    discounted = (cluster >= 0) & (ledger.correlation[links] > 0)
    same = (cluster[:, None] == cluster) & discounted[:, None] & discounted
    return np.asarray(same | _by_reading(ledger, links) | _by_given(ledger, links))


def _by_reading(ledger: Ledger, links: Index) -> Flags:
    reading = np.asarray(ledger.evidence["reading_index"].values)[links]
    read = np.asarray(ledger.evidence["read"].values[0])[links]
    same = (reading[:, None] == reading) & read[:, None] & read
    np.fill_diagonal(same, val=False)
    return np.asarray(same)


def _by_given(ledger: Ledger, links: Index) -> Flags:
    """Whether dropping one takes the other along."""
    dropped = np.zeros((links.size, ledger.episode_index.size), dtype=bool)
    dropped[np.arange(links.size), links] = True
    gone = close_over_given(ledger.evidence, dropped)[:, links]
    np.fill_diagonal(gone, val=False)
    return gone | gone.T


def _connected(tied: Flags) -> list[Index]:
    """Groups of places that are tied, directly or through others, in order."""
    waiting = list(range(tied.shape[0]))
    groups = []
    while waiting:
        group, fresh = set[int](), {waiting[0]}
        while fresh:
            group |= fresh
            fresh = {int(n) for each in fresh for n in np.flatnonzero(tied[each])} - group
        groups.append(np.array(sorted(group), dtype=np.int64))
        waiting = [each for each in waiting if each not in group]
    return groups
