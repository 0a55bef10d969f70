"""The fewest items without which another hypothesis would lead, exactly."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from bayes_trace.exact import TIE
from bayes_trace.guards import guarded
from bayes_trace.sensitivity.additive import Component
from bayes_trace.sensitivity.arrays import Array, Arrays, open_arrays
from bayes_trace.sensitivity.components import components, joined
from bayes_trace.sensitivity.registry import Measure, Question, register

__all__ = ["fewest_items_to_flip"]

#: sets listed in full, and sets counted before the count becomes a lower bound
LISTED, COUNTED = 20, 10_000


@guarded
def fewest_items_to_flip(
    evidence: xr.Dataset,
    *,
    coder: str | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> xr.Dataset:
    """The smallest set of items whose removal changes the leader.

    Exact, also where weights change as members of a cluster leave and where items are coded given one another: per
    rival, the least that each group of tied items can contribute after m removals, joined over groups by dynamic
    programming. Of dozens of reports of one event, or of items on one fact, not every set is tried; there the sets
    are made of those that do most by themselves, and ``is_exact`` is false. Items are documents: those
    that turn on one fact are removed one by one, and so are the reports of an event. What is coded given a removed
    item goes along and does not count as removed. A tie is no change of leader.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    coder
        By default the base coder.
    progress
        Told the episode, and how much of all is done.

    Returns
    -------
    Dataset over ``episode``: ``count``, missing where no removal changes the leader; ``to_tie``, the fewest that
    leave it level with a rival or behind; ``is_exact``, false where both are upper bounds; ``items``, one smallest set
    (that which leaves the leader furthest behind), separated by blanks, and ``new_leader``, who leads
    without it; ``n_ties``, how many sets are as small (a lower bound where ``n_ties_is_exact`` is false);
    ``sets`` (episode, tie): at most 20 of them.

    Raises
    ------
    UnknownNameError
        For an unknown coder.

    References
    ----------
    Broderick, Giordano and Meager (2020), arXiv:2011.14999, ask the same of regressions, by approximation.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.4, "B": 0.3}, "gap": {"A": 0.2, "B": 0.5}}
    >>> fewest = fewest_items_to_flip(bt.compile_evidence(bt.from_table(table)))
    >>> fewest["count"].values.tolist(), fewest["items"].values.tolist()
    ([1.0], ['memo'])
    """
    arrays = open_arrays(evidence, coder)
    found = []
    for number, name in enumerate(arrays.episodes):
        if progress:
            progress(name, number / len(arrays.episodes))
        found.append(_search(arrays, number))
    listed = [[each.items for each in flip.best] for flip in found]
    padded = [[" ".join(names) for names in sets] + [""] * (LISTED - len(sets)) for sets in listed]
    return xr.Dataset(
        {
            "count": ("episode", np.array([flip.count for flip in found]), {"units": "1"}),
            "to_tie": ("episode", np.array([flip.to_tie for flip in found]), {"units": "1"}),
            "is_exact": ("episode", np.array([flip.is_exact for flip in found])),
            "items": ("episode", np.array([sets[0] for sets in padded])),
            "new_leader": ("episode", np.array([flip.new_leader for flip in found])),
            "n_ties": ("episode", np.array([flip.n_ties for flip in found])),
            "n_ties_is_exact": ("episode", np.array([flip.lists_all for flip in found])),
            "sets": (("episode", "tie"), np.array(padded)),
        },
        {**arrays.coords("episode"), "leader": ("episode", arrays.names(arrays.leader))},
        arrays.attrs,
    )


@dataclass(frozen=True)
class _Set:
    """Items removed, and the log-odds leader : rival (rival,) that are left."""

    items: tuple[str, ...]
    left: Array


@dataclass(frozen=True)
class _Flip:
    count: float
    to_tie: float
    n_ties: int
    best: Sequence[_Set]
    new_leader: str
    is_exact: bool
    lists_all: bool


def _search(arrays: Arrays, episode: int) -> _Flip:
    """How many removals it takes, then every set of that size."""
    rivals = np.flatnonzero(np.arange(len(arrays.hypotheses)) != arrays.leader[episode])
    prior = arrays.against(arrays.log_prior)[episode, rivals]
    groups = components(arrays, episode, rivals)
    to_tie = _fewest(joined(groups), prior, TIE)
    count = _fewest(joined(groups), prior, -TIE)
    if math.isnan(count):
        return _Flip(count, to_tie, 0, (), "", _finds_least(groups, count), lists_all=True)
    groups = _strongest_first(groups, prior, int(count))
    least = _suffixes(groups, int(count), rivals.size)
    sets = [
        _Set(tuple(sorted(each.items, key=arrays.item_place.__getitem__)), each.left)
        for each in itertools.islice(_sets(groups, least, prior, int(count)), COUNTED)
    ]
    best = sorted(sets, key=lambda each: (round(float(each.left.min()), 9), each.items))[:LISTED]
    new = arrays.hypotheses[rivals[int(best[0].left.argmin())]]
    listed = all(group.lists_all(number) for group in groups for number in range(1, int(count) + 1))
    exact = _finds_least(groups, count)
    return _Flip(count, to_tie, len(sets), best, new, exact, lists_all=listed and len(sets) < COUNTED)


def _finds_least(groups: Sequence[Component], most: float) -> bool:
    """Whether nothing was left out of account for up to so many removals, or for any number."""
    return all(
        group.finds_least(number)
        for group in groups
        for number in range(1, group.size + 1)
        if not number > most
    )


def _fewest(groups: Sequence[Component], prior: Array, level: float) -> float:
    """Least number of removals that bring some log-odds below a level; looks at few before it looks at many."""
    size = sum(group.size for group in groups)
    limit = min(1, size)
    while True:
        least = prior + _suffixes(groups, limit, prior.size)[0]
        below = np.flatnonzero((least < level).any(axis=1))
        if below.size or limit == size:
            return float(below[0]) if below.size else math.nan
        limit = min(2 * limit, size)


def _strongest_first(groups: list[Component], prior: Array, count: int) -> list[Component]:
    """Groups in an order in which those come first whose items do most against the rival that can gain most."""
    rival = int((prior + _suffixes(joined(groups), count, prior.size)[0][count]).argmin())

    def gain(group: Component) -> float:
        return float((group.least(0) - group.least(1))[rival]) if group.size else 0.0

    return sorted(groups, key=gain, reverse=True)


def _suffixes(groups: Sequence[Component], count: int, n_rivals: int) -> list[Array]:
    """Least contribution (removed, rival) of the groups from each place on, after 0, 1, ... `count` removals."""
    nothing = np.full((count + 1, n_rivals), np.inf)
    nothing[0] = 0.0
    table = [nothing]
    for group in reversed(groups):
        after, best = table[-1], np.full((count + 1, n_rivals), np.inf)
        for m in range(min(count, group.size) + 1):
            best[m:] = np.minimum(best[m:], group.least(m) + after[: count + 1 - m])
        table.append(best)
    return table[::-1]


def _sets(groups: Sequence[Component], least: list[Array], prior: Array, count: int) -> Iterator[_Set]:
    """Every set of `count` removals that puts some rival ahead; what cannot is not followed."""
    taken: list[tuple[str, ...]] = []
    path = [_choices(groups, least, prior, count, 0)]
    while path:
        step = next(path[-1], None)
        if step is None:
            path.pop()
            del taken[len(path) - 1 :]
            continue
        items, total, left = step
        del taken[len(path) - 1 :]
        taken.append(items)
        if left:
            path.append(_choices(groups, least, total, left, len(path)))
        else:  # nothing more goes: what is left is known
            yield _Set(tuple(itertools.chain(*taken)), total + least[len(path)][0])


def _choices(
    groups: Sequence[Component], least: list[Array], so_far: Array, left: int, place: int
) -> Iterator[tuple[tuple[str, ...], Array, int]]:
    """Ways to remove some of one group after which some rival can still be put ahead."""
    if place == len(groups):
        return
    group = groups[place]
    for m in range(min(left, group.size), -1, -1):
        after = least[place + 1][left - m]
        if (so_far + group.least(m) + after < -TIE).any():
            for items, contribution in group.subsets(m, -TIE - so_far - after):
                total = so_far + contribution
                if (total + after < -TIE).any():
                    yield items, total, left - m


register(
    Question(
        "fewest_items_to_flip",
        lambda asked: fewest_items_to_flip(asked.evidence, coder=asked.coder),
        place=10,
        measures=(
            Measure(
                {"items_to_tie": "to_tie"},
                "count",
                enough=3.0,
                little=2.0,
                what="the fewest items whose removal leaves the leader level or behind",
                weakness="few items carry it",
                question="Fewest items whose removal leaves it level or behind",
                column="Items",
                legend="fewest whose removal leaves no lead",
            ),
            Measure(
                {"fewest_items": "count"},
                "count",
                names={"items_to_flip": "items"},
                weakness="few items carry it",
                question="Fewest items whose removal changes the leader",
                never="no removal does",
            ),
        ),
    )
)
