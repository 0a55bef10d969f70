"""One piece of advice, and the checks that give it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bayes_trace import scales
from bayes_trace.evidence import Coding, EvidenceSet, Item
from bayes_trace.evidence.coded import best_numbers

__all__ = ["Advice", "Check", "Finding", "base_codings", "best_db", "spread_db"]

#: path in the set and what was found there
Finding = tuple[tuple[str | int, ...], str]


@dataclass(frozen=True)
class Advice:
    """What a critical reader would ask about, where, why, and who says so."""

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


def base_codings(es: EvidenceSet) -> Iterator[tuple[Item, str, Coding]]:
    """Item, episode and coding of the base coder, for items that were sought."""
    for item, episode, coding, coder in es.coded_links():
        if coder == es.base_coder and item.found != "not_sought":
            yield item, episode, coding


def best_db(es: EvidenceSet, item: Item, coding: Coding) -> dict[str, float]:
    """Decibels of the best values as coded, under the likeliest reading."""
    options = coding.options
    if coding.readings:
        weights = next(each.options for each in es.readings if each.id == item.reading)
        values = options[max(weights, key=lambda option: weights[option])]
    else:
        values = options[""]
    numbers = best_numbers(es, coding, values)
    return {name: float(scales.probability_to_db(number)) for name, number in numbers.items()}


def spread_db(db: dict[str, float]) -> float:
    """Decibels between the best and the worst explained hypothesis."""
    return max(db.values()) - min(db.values())
