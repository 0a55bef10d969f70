"""Which links of an episode share uncertain numbers, and which uncertain numbers belong to one link alone.

Given the hypothesis and the correlations, blocks are independent. In a block *shared* deviates touch several links
or hypotheses at once (or a link in a way that no integral over one number covers); *own* numbers are integrated
out, or drawn, one by one: a link is linear in each of them, or it has one for each hypothesis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bayes_trace.likelihood.links import EVENT, ITEM, REPORT
from bayes_trace.likelihood.ranges import Elicited

__all__ = ["Block", "Shared", "blocks_of", "uncertain_weight", "whole_block"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
RATES = ("hit", "false_report", "denial_if_true", "denial_if_false")


@dataclass(frozen=True)
class Shared:
    """One deviate of a block: a quantity, as in `Deviates`, and its place there."""

    quantity: str
    at: tuple[int, ...]


@dataclass(frozen=True)
class Block:
    """Links that hang together, or those that share nothing."""

    #: places of the links among those it was made from
    links: Index
    stated: Elicited
    shared: tuple[Shared, ...]
    #: which links each of these touches (shared, link)
    touches: Flags
    #: numbers that touch their link only (entry, option, hypothesis)
    own: Flags
    #: the same of detections (entry,)
    own_detection: Flags
    #: links of weight 1, whatever the correlations are
    whole: Flags
    #: links coded by ratios, which teach nothing about their level
    relative: Flags
    #: even share of each hypothesis of the set as written, for that level
    level: Array


def uncertain_weight(stated: Elicited) -> Flags:
    """Links in a cluster of an uncertain correlation that discounts them."""
    links = stated.links
    ranged = np.append(stated.ranged("correlation"), False)[links.cluster]
    return np.asarray(ranged & (links.effective_number > 1))


def blocks_of(stated: Elicited, level: Array) -> list[Block]:
    """The blocks of some episodes: first one of all links that share nothing, then the others, each of one episode.

    Parameters
    ----------
    stated
        What one coder stated for coded links.
    level
        Weight of every hypothesis in the level of ratios.
    """
    n = stated.links.n_links
    kinds = _Kinds(stated)
    used = [*kinds.rates(), *kinds.detections(), *kinds.items()]
    place = {key: n + at for at, key in enumerate(dict.fromkeys(key for key, _ in used))}
    touched = np.unique(np.array([link for _, link in used], dtype=np.int64))
    pairs = [*((link, place[key]) for key, link in used), *_coupled(stated, kinds.relative, touched)]
    label = _components(pairs, n + len(place))[:n]
    together = np.unique(label[touched])
    apart = np.flatnonzero(~np.isin(label, together))
    held = [*([apart] if apart.size else []), *(np.flatnonzero(label == each) for each in together)]
    return [_block(stated.take(links), links, level) for links in held]


def whole_block(stated: Elicited, level: Array) -> Block:
    """One block of all links, for those that are known to share nothing."""
    return _block(stated, np.arange(stated.links.n_links), level)


def _coupled(stated: Elicited, relative: Flags, touched: Index) -> list[tuple[int, int]]:
    """Links coded by ratios hang together in an episode where any of them is uncertain."""
    pairs = []
    for episode in np.unique(stated.links.episode[touched[relative[touched]]]):
        links = np.flatnonzero(relative & (stated.links.episode == episode))
        pairs += [(int(links[0]), int(link)) for link in links]
    return pairs


def _components(pairs: list[tuple[int, int]], size: int) -> Index:
    first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(first.size), (first, second)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _block(part: Elicited, links: Index, level: Array) -> Block:
    kinds = _Kinds(part)
    used = [*kinds.rates(), *kinds.detections(), *kinds.items()]
    shared = {key: place for place, key in enumerate(dict.fromkeys(key for key, _ in used))}
    touches = np.zeros((len(shared), links.size), dtype=bool)
    for key, link in used:
        touches[shared[key], link] = True
    return Block(
        links=links,
        stated=part,
        shared=tuple(shared),
        touches=touches,
        own=kinds.own,
        own_detection=kinds.own_detection,
        whole=kinds.whole,
        relative=kinds.relative,
        level=level,
    )


class _Kinds:
    """What is shared, and what is a link's own, among the uncertain numbers of some links of one episode."""

    def __init__(self, stated: Elicited) -> None:
        self.stated = stated
        links = stated.links
        self.of = links.entry_link
        counted = links.coded
        self.relative = _any(counted & links.is_ratio, self.of, links.n_links)
        self.whole = ~uncertain_weight(stated) & (links.kappa == 1)
        self.ranged = (
            stated.ranged("location") & counted[:, None, None] & (links.role != REPORT)[:, None, None]
        )
        self.followed = np.bincount(stated.leads, minlength=self.of.size)[stated.leads] > 1
        self.linear = (self.whole & ~self.relative) | self._one_each()
        searched = counted & links.absent & stated.ranged("detection").any(axis=1)
        alone = self.whole & ~self.relative & self._reports_apart()
        self.own = self.ranged & (self.linear[self.of] & ~self.followed)[:, None, None]
        self.own_detection = searched & alone[self.of]
        self.searched = searched

    def _one_each(self) -> Flags:
        """Discounted links with at most one uncertain number for each hypothesis."""
        each = np.zeros((self.stated.links.n_links, self.ranged.shape[2]), dtype=np.int64)
        np.add.at(each, self.of, self.ranged.sum(axis=1))
        return np.asarray((each <= 1).all(axis=1) & ~self.relative)

    def _reports_apart(self) -> Flags:
        """Links but events whose reports are correlated: these are not linear in a detection."""
        location = self.stated.parts["agreement"][0]
        return np.asarray((self.stated.links.kind != EVENT) | np.isneginf(location))

    def rates(self) -> Iterator[tuple[Shared, int]]:
        """Uncertain rates of sources, with each link that they touch."""
        links = self.stated.links
        moves = {name: self.stated.ranged(name).any(axis=1) for name in RATES}
        for entry in np.flatnonzero((links.source >= 0) & links.coded):
            source, link = int(links.source[entry]), int(self.of[entry])
            denied = links.role[entry] == REPORT and links.says_no[entry] and not links.absent[entry]
            names = RATES[2:] if denied and not links.answers[source] else RATES[:2]
            if links.role[entry] in (ITEM, REPORT):
                yield from ((Shared(name, (source,)), link) for name in names if moves[name][source])

    def detections(self) -> Iterator[tuple[Shared, int]]:
        """Uncertain detections that are not their link's own."""
        for entry in np.flatnonzero(self.searched & ~self.own_detection):
            yield Shared("detection", (int(entry),)), int(self.of[entry])

    def items(self) -> Iterator[tuple[Shared, int]]:
        """Deviates of items that are not their link's own, those of references of ratios among them."""
        links, leads = self.stated.links, self.stated.leads
        for entry, option, hypothesis in np.argwhere(self.ranged & ~self.own):
            lead, link = int(leads[entry]), int(self.of[entry])
            yield Shared("location", (lead, int(option), int(hypothesis))), link
            if links.is_ratio[entry]:
                yield Shared("reference", (lead, int(option))), link


def _any(flags: Flags, at: Index, n: int) -> Flags:
    return np.asarray(np.bincount(at[flags], minlength=n) > 0)
