"""What may be counted and asked: checks that say what is there and what was expected."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real

from bayes_trace.errors import CountError

__all__ = ["as_count", "as_pairs", "as_positive", "as_threshold", "exp"]

Pair = tuple[float, float]

#: items that may be counted; with more, the integrals lose their digits
MOST_ITEMS = 1_000_000
#: the logarithm of the largest floating number
_LARGEST = 709.78


def exp(log: float) -> float:
    """A ratio of its logarithm; infinity where no floating number is so large."""
    return math.exp(log) if log < _LARGEST else math.inf


def as_count(name: str, value: object) -> int:
    """A whole number from 0."""
    number = _number(value)
    if 0 <= number <= MOST_ITEMS and number.is_integer():
        return int(number)
    wanted = "0 or more" if not number > MOST_ITEMS else f"at most {MOST_ITEMS}"
    message = f"{name} = {value!r}: expected a whole number of items, {wanted}"
    raise CountError(message)


def as_positive(name: str, value: object) -> float:
    """A finite number above 0."""
    number = _number(value)
    if number > 0:
        return number
    message = f"{name} = {value!r}: expected a number above 0"
    raise CountError(message)


def as_threshold(value: object) -> float:
    """A finite number above 1."""
    number = _number(value)
    if number > 1:
        return number
    message = f"threshold = {value!r}: expected a number above 1, such as 20"
    raise CountError(message)


def as_pairs(weights: Sequence[Sequence[float]]) -> list[Pair]:
    """Two pairs of Beta parameters."""
    try:
        pairs = [(a, b) for a, b in weights]
    except (TypeError, ValueError):
        pairs = []
    if len(pairs) != len(("theory", "rival")):
        message = f"weights = {weights!r}: expected two pairs, such as ((1, 1), (1, 1))"
        raise CountError(message)
    return [
        (as_positive(f"weights[{n}][0]", a), as_positive(f"weights[{n}][1]", b))
        for n, (a, b) in enumerate(pairs)
    ]


def _number(value: object) -> float:
    """A finite number; NaN, which no comparison accepts, for anything else."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return math.nan
    try:
        return float(value) if math.isfinite(value) else math.nan
    except OverflowError:
        return math.nan
