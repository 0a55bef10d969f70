"""Items whose contributions add up, alone or coded given one another: the least of them without trying every set."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np

from bayes_trace.sensitivity.arrays import Array

__all__ = ["Alone", "Chains", "Component", "Subset"]

#: items removed, and what is left of the log-odds leader : rival (rival,)
Subset = tuple[tuple[str, ...], Array]
#: place, how many are still to be removed, places removed so far, and what those that stay contribute
_Step = tuple[int, int, tuple[int, ...], Array]


class Component(Protocol):
    """Contributions to the log-odds leader : rival, by how many items are removed."""

    @property
    def size(self) -> int:
        """How many of its items could be removed."""

    def least(self, removed: int) -> Array:
        """Least contribution (rival,) after so many removals, each rival by itself."""

    def subsets(self, removed: int, below: Array) -> Iterator[Subset]:
        """Every way to remove so many that leaves less than `below` (rival,) of some rival, and perhaps others."""

    def finds_least(self, removed: int) -> bool:  # noqa: ARG002 - for those that have to try
        """Whether no way to remove so many can leave less."""
        return True

    def lists_all(self, removed: int) -> bool:  # noqa: ARG002 - for those that have to try
        """Whether `subsets` leaves out none that matters."""
        return True


@dataclass(frozen=True)
class Alone(Component):
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

    def subsets(self, removed: int, below: Array) -> Iterator[Subset]:  # noqa: ARG002 - all are few
        """Every way to remove so many."""
        for out in itertools.combinations(range(self.size), removed):
            yield tuple(self.names[each] for each in out), np.delete(self.gaps, out, axis=0).sum(axis=0)


@dataclass(frozen=True)
class Chains(Component):
    """Items each of which is coded given one other at most, whose contributions otherwise add up.

    They stand in an order in which each is followed at once by all that goes with it. To remove what goes
    along anyway gains nothing, so that only items are chosen of which none takes another along.
    """

    names: tuple[str, ...]
    #: log-odds leader : rival (item, rival)
    gaps: Array
    #: of each item, the place behind the last that goes with it
    after: tuple[int, ...]
    _known: dict[int, Array] = field(default_factory=dict)

    @classmethod
    def of(cls, names: tuple[str, ...], gaps: Array, given: Mapping[int, int]) -> Chains:
        """From the items, what each contributes, and the one that an item is coded given."""
        below: dict[int, list[int]] = {}
        for place in range(len(names)):
            below.setdefault(given.get(place, -1), []).append(place)
        order: list[int] = []
        waiting = below[-1][::-1]
        while waiting:
            order.append(waiting.pop())
            waiting += below.get(order[-1], [])[::-1]
        size = np.ones(len(names), dtype=np.int64)
        for place in reversed(order):
            if place in given:
                size[given[place]] += size[place]
        after = tuple(int(at + size[place]) for at, place in enumerate(order))
        return cls(tuple(names[place] for place in order), gaps[order], after)

    @property
    def size(self) -> int:
        """How many items could be removed."""
        return len(self.names)

    def least(self, removed: int) -> Array:
        """Least contribution (rival,) after so many removals at most, each rival by itself."""
        most = min(removed, self._ends)
        if most not in self._known:
            limit = min(max(4, 2 * most), self._ends)
            for number, row in enumerate(self._table(limit, every=False)[0]):
                self._known[number] = row
        return self._known[most]

    def subsets(self, removed: int, below: Array) -> Iterator[tuple[tuple[str, ...], Array]]:
        """Every way to remove so many that may leave less than `below` (rival,), with what is left."""
        table = self._table(min(removed, self._ends), every=True)
        start: _Step = (0, removed, (), np.zeros(below.size))
        path: list[Iterator[_Step]] = [iter([start])]
        while path:
            step = next(path[-1], None)
            if step is None:
                path.pop()
                continue
            place, left, taken, kept = step
            from_here = table[place]
            if not (kept + from_here[min(left, len(from_here) - 1)] < below).any():
                continue
            if not left:
                yield tuple(self.names[item] for item in taken), kept + from_here[0]
            elif place < self.size:
                path.append(self._ways(step))

    def _ways(self, step: _Step) -> Iterator[_Step]:
        """The item goes, or it stays."""
        place, left, taken, kept = step
        yield self.after[place], left - 1, (*taken, place), kept
        yield place + 1, left, taken, kept + self.gaps[place]

    @cached_property
    def _ends(self) -> int:
        """How many items take none along, which is as many as it can make sense to remove."""
        return sum(after == place + 1 for place, after in enumerate(self.after))

    def _table(self, most: int, *, every: bool) -> dict[int, Array]:
        """Least contribution (removed, rival) from a place on; of every place, or of the first alone."""
        awaited = Counter(self.after)
        held = {self.size: np.zeros((most + 1, self.gaps.shape[1]))}
        for place in range(self.size - 1, -1, -1):
            end = self.after[place]
            best = held[place + 1] + self.gaps[place]
            best[1:] = np.minimum(best[1:], held[end][:-1])
            held[place] = best
            awaited[end] -= 1
            for known in (place + 1, end):
                if not every and not awaited[known]:
                    held.pop(known, None)
        return held
