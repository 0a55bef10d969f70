"""Stated numbers to a location and two spreads on the scale where their noise is normal.

x = location + (spread_low if z < 0 else spread_high) z with z standard normal, so that low, best and high hold
exactly. The scale is the logit for probabilities, and decibels against the reference for ratios.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bayes_trace.evidence.forms import Form
from bayes_trace.scales import logit
from bayes_trace.scales.units import Z_90, ratio_to_db

__all__ = ["Codings", "Spread", "fraction", "spread_of"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Spread:
    """Location and spreads of some numbers."""

    location: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class Codings:
    """What was stated, row by row: one coder on one entry under one reading."""

    #: coder, entry and option of each row (row, 3), no two of them alike
    places: Index
    #: low, best and high as stated (row, hypothesis, 3); a number without a range three times; NaN for a compound
    #: that is not coded
    numbers: Array
    #: what the numbers of each row are, as a place among `known`
    form: Index
    known: Sequence[Form]
    #: probability of the reference (row, 3), which turns ratios into probabilities; 1 for what is none
    anchor: Array
    #: hypothesis that a ratio of unknown level is against, -1 for what has a level
    reference: Index


def fraction(numbers: Array) -> Spread:
    """Probabilities (detection, reliability, correlation) on the logit scale, from low, best, high (..., 3)."""
    return _two_piece(logit(numbers))


def _two_piece(numbers: Array) -> Spread:
    """From low, best, high along the last axis; a certain 0 or 1 has no spread."""
    low, best, high = np.moveaxis(numbers, -1, 0)
    if not ((low < best) | (high > best)).any():
        return Spread(best.copy(), np.zeros(best.shape), np.zeros(best.shape))
    with np.errstate(invalid="ignore"):
        below = np.where(low < best, (best - low) / Z_90, 0.0)
        above = np.where(high > best, (high - best) / Z_90, 0.0)
    return Spread(best.copy(), below, above)


def spread_of(
    codings: Codings, hypotheses: Sequence[str], compounds: Mapping[str, Mapping[str, float]]
) -> Spread:
    """All rows (row, hypothesis) on their scale."""
    linear = _with_compounds(_linear(codings), hypotheses, compounds) * codings.anchor[:, None]
    relative = codings.reference >= 0
    if not relative.any():
        return _two_piece(logit(linear))
    scaled = np.empty_like(linear)
    scaled[relative] = ratio_to_db(linear[relative])
    scaled[~relative] = logit(linear[~relative])
    return _two_piece(scaled)


def _linear(codings: Codings) -> Array:
    """Probabilities, or plain ratios."""
    linear = codings.numbers.copy()
    for number, form in enumerate(codings.known):
        rows = codings.form == number
        linear[rows] = form.to_number(linear[rows])
    return linear


def _with_compounds(
    linear: Array, hypotheses: Sequence[str], compounds: Mapping[str, Mapping[str, float]]
) -> Array:
    """A compound that is not coded has the mean of its parts: each paper shows one of the reasons."""
    for name, shares in compounds.items():
        place = hypotheses.index(name)
        unstated = np.isnan(linear[:, place, 1])
        share = np.array([shares.get(each, 0.0) for each in hypotheses])[:, None]
        parts = np.where(share > 0, linear[unstated] * share, 0.0)
        linear[unstated, place] = parts.sum(axis=1)
    return linear
