"""Stated numbers to a location and two spreads on the scale where their noise is normal.

x = location + (spread_low if z < 0 else spread_high) z with z standard normal, so that low,
best and high hold exactly. The scale is the logit for probabilities and decibels for ratios.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bayes_trace.evidence import Coding, EvidenceSet, Reliability, Source, Value
from bayes_trace.evidence.coded import verbal_terms
from bayes_trace.scales import Z_90, logit

__all__ = ["Spread", "fraction", "likelihoods", "reliability_of"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """Location and spreads of some numbers, one scale for all."""

    location: Array
    low: Array
    high: Array
    is_ratio: bool = False


def fraction(values: list[Value]) -> Spread:
    """Probabilities (detection, reliability, correlation) on the logit scale."""
    numbers = np.array([[v.lower, float(v.best), v.upper] for v in values]).reshape(-1, 3)
    return _two_piece(logit(numbers), ranged=np.array([v.is_range for v in values], dtype=bool))


def _two_piece(numbers: Array, ranged: npt.NDArray[np.bool_], *, is_ratio: bool = False) -> Spread:
    low, best, high = numbers.T
    with np.errstate(invalid="ignore"):  # a certain 0 or 1 has no spread
        below = np.where(ranged, (best - low) / Z_90, 0.0)
        above = np.where(ranged, (high - best) / Z_90, 0.0)
    return Spread(best, below, above, is_ratio)


def likelihoods(es: EvidenceSet, coding: Coding, option: str) -> Spread:
    """Likelihoods of one coding under one reading, in the order of the hypotheses."""
    stated = coding.options[option]
    if coding.unit == "ratio_db":
        return _ratios(es, coding, stated)
    terms = verbal_terms(es, coding.scale) or {}
    values = [stated[name] for name in es.hypothesis_ids]
    if coding.unit == "verbal":
        values = [terms[str(value.best)] for value in values]
    numbers = np.array([[v.lower, float(v.best), v.upper] for v in values])
    if coding.unit == "db":
        numbers = 10.0 ** (numbers / 10.0)
    return _two_piece(logit(numbers), np.array([v.is_range for v in values]))


def _ratios(es: EvidenceSet, coding: Coding, stated: dict[str, Value]) -> Spread:
    values = [stated.get(name, Value(best=0.0)) for name in es.hypothesis_ids]
    numbers = np.array([[v.lower, float(v.best), v.upper] for v in values])
    ranged = np.array([v.is_range for v in values])
    if coding.reference_probability is not None:
        return _anchored(coding, numbers, ranged)
    spread = _two_piece(numbers, ranged, is_ratio=True)
    return _share_reference(spread, es.hypothesis_ids.index(str(coding.reference)))


def _anchored(coding: Coding, numbers: Array, ranged: npt.NDArray[np.bool_]) -> Spread:
    """Ratios times the probability of the reference are probabilities."""
    anchor = coding.reference_probability or Value(best=0.5)
    probabilities = float(anchor.best) * 10.0 ** (numbers / 10.0)
    return _two_piece(logit(probabilities), ranged)


def _share_reference(spread: Spread, reference: int) -> Spread:
    """Let the reference carry half the smallest variance, so that it is only a name.

    What is stated are differences to the reference: its own high side widens their low side.
    """
    others = np.arange(spread.location.size) != reference
    low, high = spread.low.copy(), spread.high.copy()
    half_low = 0.5 * float(np.min(low[others]) ** 2)
    half_high = 0.5 * float(np.min(high[others]) ** 2)
    low[others] = np.sqrt(low[others] ** 2 - half_low)
    high[others] = np.sqrt(high[others] ** 2 - half_high)
    low[reference], high[reference] = np.sqrt(half_high), np.sqrt(half_low)
    return Spread(spread.location, low, high, is_ratio=True)


def reliability_of(es: EvidenceSet, source: Source) -> Reliability | None:
    """Hit and false-report rates of a source, stated or by its grade."""
    return source.reliability or (es.reliability_grades.get(source.grade) if source.grade else None)
