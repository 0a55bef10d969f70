"""Units of belief and of evidence: probability, odds, decibels.

Arrays in, arrays out. Infinities are meant: a probability of 0 is minus infinity decibels of odds, and back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Literal

import numpy as np
import numpy.typing as npt

from bayes_trace.errors import ScaleError
from bayes_trace.guards import guarded

__all__ = [
    "Unit",
    "convert",
    "db_to_log",
    "expit",
    "log_expit",
    "log_sum",
    "log_to_db",
    "logit",
    "probability_to_db",
]

Unit = Literal["probability", "odds", "log_odds", "db", "bits", "nats"]
Array = npt.NDArray[np.float64]
#: natural logarithms in one decibel: 10 log10 x = ln x / NATS_PER_DB
NATS_PER_DB = float(np.log(10.0) / 10.0)
#: every interval that is stated or shown holds 90 %, from its lower tail to its upper; the normal deviate of that end
INTERVAL, TAILS, Z_90 = 0.9, (0.05, 0.95), 1.6448536269514722


#: what was computed may miss an end by the last bits
_SLACK = 1e-9


def inside(values: npt.ArrayLike, what: str, top: float) -> Array:
    """Numbers from nought to a limit; what is missing (NaN) stays so."""
    x = np.asarray(values, dtype=np.float64)
    beyond = (x < -_SLACK) | (x > top + _SLACK)
    if beyond.any():
        message = f"{what} outside [0, {top:g}]: {x[beyond].ravel()[0]:g}"
        raise ScaleError(message)
    return np.clip(x, 0.0, top)


@guarded
def db_to_log(db: npt.ArrayLike) -> Array:
    """Natural logarithm of a ratio or probability given in decibels.

    Examples
    --------
    >>> round(float(db_to_log(10.0)), 6)
    2.302585
    """
    return np.asarray(db, dtype=np.float64) * NATS_PER_DB


@guarded
def log_to_db(log: npt.ArrayLike) -> Array:
    """Decibels of a ratio or probability given as a natural logarithm.

    Examples
    --------
    >>> round(float(log_to_db(np.log(2.0))), 4)
    3.0103
    """
    return np.asarray(log, dtype=np.float64) / NATS_PER_DB


def ratio_to_db(ratio: Array) -> Array:
    """Decibels of ratios from nought, which are not looked at again."""
    with np.errstate(divide="ignore"):
        return 10 * np.log10(ratio)


@guarded
def probability_to_db(probability: npt.ArrayLike) -> Array:
    """Decibels of a probability itself, 10 log10 P; not of its odds.

    Examples
    --------
    >>> round(float(probability_to_db(0.5)), 4)
    -3.0103
    """
    return ratio_to_db(inside(probability, "probability", 1.0))


@guarded
def logit(probability: npt.ArrayLike) -> Array:
    """Log-odds of a probability; 0 and 1 give minus and plus infinity.

    Examples
    --------
    >>> logit([0.0, 0.5, 1.0]).tolist()
    [-inf, 0.0, inf]
    """
    p = inside(probability, "probability", 1.0)
    with np.errstate(divide="ignore"):
        return np.log(p) - np.log1p(-p)


@guarded
def expit(log_odds: npt.ArrayLike) -> Array:
    """Probability of log-odds; NumPy's own, since SciPy would double the time to start.

    Examples
    --------
    >>> expit([-np.inf, 0.0, np.inf]).tolist()
    [0.0, 0.5, 1.0]
    """
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-np.asarray(log_odds, dtype=np.float64)))


@guarded
def log_expit(log_odds: npt.ArrayLike) -> Array:
    """Logarithm of the probability of log-odds, exact in both tails.

    Examples
    --------
    >>> float(log_expit(-1000.0))
    -1000.0
    """
    with np.errstate(invalid="ignore"):  # what is missing stays so
        return -np.logaddexp(0.0, -np.asarray(log_odds, dtype=np.float64))


@guarded
def log_sum(logs: npt.ArrayLike, *, axis: int, keepdims: bool = False) -> Array:
    """Logarithm of the sum of what is given as logarithms; minus infinity where all are.

    Examples
    --------
    >>> round(float(log_sum(np.log([0.2, 0.3]), axis=0)), 6) == round(float(np.log(0.5)), 6)
    True
    """
    values = np.asarray(logs, dtype=np.float64)
    if not -values.ndim <= axis < values.ndim:
        message = f"axis {axis} of an array of {values.ndim} dimensions; expected one that it has"
        raise ScaleError(message)
    parts = np.moveaxis(values, axis, 0)
    # a few long rows are summed sooner than many short ones, to the same bits
    total = reduce(np.logaddexp, parts) if 0 < len(parts) <= 16 else np.logaddexp.reduce(parts)
    return np.expand_dims(total, axis) if keepdims else np.asarray(total)


def _log(odds: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.log(odds)


def _exp(log_odds: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.exp(log_odds)


_TO_LOG_ODDS: dict[str, Callable[[Array], Array]] = {
    "probability": logit,
    "odds": _log,
    "log_odds": lambda x: x,
    "nats": lambda x: x,
    "db": db_to_log,
    "bits": lambda x: x * np.log(2.0),
}
_FROM_LOG_ODDS: dict[str, Callable[[Array], Array]] = {
    "probability": expit,
    "odds": _exp,
    "log_odds": lambda x: x,
    "nats": lambda x: x,
    "db": log_to_db,
    "bits": lambda x: x / np.log(2.0),
}


@guarded
def convert(values: npt.ArrayLike, source: Unit | str, target: Unit | str) -> Array:
    """Turn probabilities, odds or weights into one another.

    Parameters
    ----------
    values
        Any shape. Decibels, bits and nats are logarithms of odds (or of a likelihood ratio).
    source, target
        ``probability``, ``odds``, ``log_odds`` (natural), ``db``, ``bits`` or ``nats``.

    Returns
    -------
    The same shape. Certainty is infinite, never an error.

    Raises
    ------
    ScaleError
        For an unknown unit, a probability outside [0, 1] or negative odds.

    References
    ----------
    Good (1950), Probability and the Weighing of Evidence; Jaynes (2003), section 4.2.

    Examples
    --------
    >>> round(float(convert(0.8, "probability", "db")), 4)
    6.0206
    >>> convert([-np.inf, 0.0, np.inf], "db", "probability").tolist()
    [0.0, 0.5, 1.0]
    """
    for unit in (source, target):
        if unit not in _TO_LOG_ODDS:
            message = f"unknown unit {unit!r}; expected one of {', '.join(_TO_LOG_ODDS)}"
            raise ScaleError(message)
    top = {"probability": 1.0, "odds": np.inf}.get(source)
    x = np.asarray(values, dtype=np.float64) if top is None else inside(values, source, top)
    if source == target:
        return x.copy()
    return _FROM_LOG_ODDS[target](_TO_LOG_ODDS[source](x))
