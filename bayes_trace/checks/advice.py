"""One piece of advice, and the checks that give it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np

from bayes_trace.evidence import Coding, Event, EvidenceSet, Item
from bayes_trace.evidence.coded import best_numbers
from bayes_trace.scales.units import ratio_to_db

__all__ = [
    "Advice",
    "Check",
    "Finding",
    "asked_once",
    "base_codings",
    "best_db",
    "cluster_of",
    "coded_items",
    "documents",
    "spread_db",
]

#: path in the set and what was found there
Finding = tuple[tuple[str | int, ...], str]
#: item, episode and coding
Coded = list[tuple[Item, str, Coding]]


@dataclass(frozen=True)
class Advice:
    """What a critical reader would ask, where, why, and on what authority."""

    #: ``A`` for advice, ``E`` for an error
    code: str
    where: tuple[str | int, ...]
    message: str
    reason: str
    reference: str

    @property
    def path(self) -> str:
        """The dotted path, for people."""
        return ".".join(str(part) for part in self.where)

    @property
    def is_error(self) -> bool:
        """Whether part of the set cannot be used as it is."""
        return self.code.startswith("E")

    def __str__(self) -> str:
        return f"{self.code} {self.path}: {self.message}"


@dataclass(frozen=True)
class Check:
    """A question put to a whole set; `reason` and `reference` go with every finding."""

    code: str
    reason: str
    reference: str
    find: Callable[[EvidenceSet], Iterator[Finding]]

    def __call__(self, evidence_set: EvidenceSet) -> list[Advice]:
        """Advice for every finding."""
        return [
            Advice(self.code, where, message, self.reason, self.reference)
            for where, message in self.find(evidence_set)
        ]


def base_codings(es: EvidenceSet) -> Iterator[tuple[Item | Event, str, Coding]]:
    """Item or event, episode and coding of the base coder, for what was sought."""
    yield from coded_items(es)
    for event, episode, coding, coder in es.coded_events():
        if coder == es.base_coder and es.reports_on(event.id, episode):
            yield event, episode, coding


def coded_items(es: EvidenceSet) -> Coded:
    """The same of items alone."""
    known = _ITEMS.get([])
    for asked, found in known:
        if asked is es:
            return found
    links = es.coded_links()
    own = [(item, at, coding) for item, at, coding, by in links if by == es.base_coder and item.sought]
    known.append((es, own))
    return own


def documents(es: EvidenceSet) -> Iterator[tuple[Item, str]]:
    """Item and episode, for items that the base coder coded and for reports of an event that it coded."""
    yield from ((item, episode) for item, episode, _ in coded_items(es))
    for event, episode, _, coder in es.coded_events():
        if coder == es.base_coder:
            yield from ((item, episode) for item in es.reports_on(event.id, episode))


def cluster_of(coded: Item | Event, coding: Coding) -> str:
    """The cluster in which a coding stands; empty where it stands in none."""
    return coding.cluster or coded.cluster or ""


#: what several checks ask of one coding, while they look at one set
_KNOWN: ContextVar[dict[tuple[int, int], dict[str, float]]] = ContextVar("known")
_ITEMS: ContextVar[list[tuple[EvidenceSet, Coded]]] = ContextVar("items")


@contextlib.contextmanager
def asked_once() -> Iterator[None]:
    """Meanwhile items are gone through and decibels worked out once, for a set that stays as it is."""
    tokens = _KNOWN.set({}), _ITEMS.set([])
    try:
        yield
    finally:
        _KNOWN.reset(tokens[0])
        _ITEMS.reset(tokens[1])


def best_db(es: EvidenceSet, item: Item | Event, coding: Coding) -> dict[str, float]:
    """Decibels of the best values as coded, under the likeliest reading."""
    known, key = _KNOWN.get({}), (id(item), id(coding))
    if key not in known:
        known[key] = _best_db(es, item, coding)
    return known[key]


def _best_db(es: EvidenceSet, item: Item | Event, coding: Coding) -> dict[str, float]:
    options = coding.options
    if coding.readings:
        weights = es.options[str(item.reading)] if isinstance(item, Item) else {}
        values = options[max(weights, key=lambda option: weights[option])]
    else:
        values = options[""]
    numbers = best_numbers(es, coding, values)
    # of ratios as well, which may be beyond one
    return dict(zip(numbers, ratio_to_db(np.array([*numbers.values()])).tolist(), strict=True))


def spread_db(db: dict[str, float]) -> float:
    """Decibels between the best and the worst explained hypothesis."""
    return max(db.values()) - min(db.values())
