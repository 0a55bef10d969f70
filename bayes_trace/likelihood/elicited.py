"""Stated numbers to a location and two spreads on the scale where their noise is normal.

x = location + (spread_low if z < 0 else spread_high) z with z standard normal, so that low, best and high hold
exactly. The scale is the logit for probabilities, and decibels against the reference for ratios.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from bayes_trace.evidence import Coding, EvidenceSet, Value
from bayes_trace.evidence.coded import term_in, verbal_terms
from bayes_trace.evidence.forms import Form
from bayes_trace.scales import Z_90, logit, probability_to_db

__all__ = ["Spread", "Stated", "fraction"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
Triple = tuple[float, float, float]
_UNSTATED = (np.nan, np.nan, np.nan)
_NONE = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Spread:
    """Location and spreads of some numbers."""

    location: Array
    low: Array
    high: Array


def fraction(values: Sequence[Value]) -> Spread:
    """Probabilities (detection, reliability, correlation) on the logit scale."""
    numbers = np.array([_triple(value) for value in values]).reshape(-1, 3)
    return _two_piece(logit(numbers))


def _triple(value: Value) -> Triple:
    return value.lower, float(value.best), value.upper


def _two_piece(numbers: Array) -> Spread:
    """From low, best, high along the last axis; a certain 0 or 1 has no spread."""
    low, best, high = np.moveaxis(numbers, -1, 0)
    with np.errstate(invalid="ignore"):
        below = np.where(low < best, (best - low) / Z_90, 0.0)
        above = np.where(high > best, (high - best) / Z_90, 0.0)
    return Spread(best, below, above)


@dataclass
class Stated:
    """Codings, collected one by one and turned into arrays at once."""

    es: EvidenceSet
    numbers: list[Triple] = field(default_factory=list)
    anchors: list[Triple] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    references: list[int] = field(default_factory=list)
    #: coder, entry and option of each row
    places: list[tuple[int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ids = self.es.hypothesis_ids
        self._terms = cache(
            lambda scale: {k: _triple(v) for k, v in (verbal_terms(self.es, scale) or {}).items()}
        )

    def add(self, coding: Coding, option: str, place: tuple[int, int, int]) -> None:
        """One row of likelihoods, at its place (coder, entry, option)."""
        stated = coding.options[option]
        if coding.form.words:
            terms = self._terms(coding.scale)
            row = [
                (term_in(terms, stated[name].best) or _UNSTATED) if name in stated else _UNSTATED
                for name in self._ids
            ]
        else:
            row = [_triple(stated[name]) if name in stated else _UNSTATED for name in self._ids]
        self.numbers += row
        self.forms.append(coding.form)
        anchor = coding.reference_probability
        self.anchors.append(_NONE if anchor is None else _triple(anchor))
        free = coding.form.ratio and anchor is None
        self.references.append(self._ids.index(str(coding.reference)) if free else -1)
        if coding.form.ratio and coding.reference not in stated:
            none = coding.form.neutral
            self.numbers[self._ids.index(str(coding.reference)) - len(self._ids)] = (none, none, none)
        self.places.append(place)

    def spread(self) -> Spread:
        """All rows (row, hypothesis) on their scale."""
        numbers = np.array(self.numbers, dtype=np.float64).reshape(len(self.places), -1, 3)
        linear = self._with_compounds(self._linear(numbers)) * np.array(self.anchors).reshape(-1, 1, 3)
        relative = np.array(self.references, dtype=np.int64) >= 0
        scaled = np.empty_like(linear)
        scaled[relative] = probability_to_db(linear[relative])
        scaled[~relative] = logit(linear[~relative])
        return _two_piece(scaled)

    def _linear(self, numbers: Array) -> Array:
        """Probabilities, or plain ratios."""
        for form in set(self.forms):
            rows = np.array([each is form for each in self.forms])
            numbers[rows] = form.to_number(numbers[rows])
        return numbers

    def _with_compounds(self, linear: Array) -> Array:
        """A compound that is not coded has the mean of its parts: each paper shows one of the reasons."""
        for name, shares in self.es.compounds.items():
            place = self._ids.index(name)
            unstated = np.isnan(linear[:, place, 1])
            share = np.array([shares.get(each, 0.0) for each in self._ids])[:, None]
            parts = np.where(share > 0, linear[unstated] * share, 0.0)
            linear[unstated, place] = parts.sum(axis=1)
        return linear
