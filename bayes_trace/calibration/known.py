"""Checks of likelihood ratios of items with known answers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bayes_trace.errors import CalibrationError

__all__ = ["Array", "as_log_ratios", "as_probability"]

Array = npt.NDArray[np.float64]

_NAMES = ("first", "second")


def as_log_ratios(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[Array, Array]:
    """Natural logarithms of both groups of ratios; 0 and infinity are allowed."""
    with np.errstate(divide="ignore"):
        ratios = [_checked(name, group) for name, group in zip(_NAMES, (first, second), strict=True)]
        return np.log(ratios[0]), np.log(ratios[1])


def _checked(name: str, group: npt.ArrayLike) -> Array:
    try:
        ratios = np.asarray(group, dtype=np.float64)
    except (TypeError, ValueError):
        message = f"{name}: {group!r} holds no numbers; expected a list of likelihood ratios"
        raise CalibrationError(message) from None
    if ratios.ndim != 1:
        message = f"{name}: an array of {ratios.ndim} dimensions, expected a list of likelihood ratios"
        raise CalibrationError(message)
    if not ratios.size:
        message = f"{name}: no item for which the {name} hypothesis is true, expected at least one"
        raise CalibrationError(message)
    wrong = np.flatnonzero(~(ratios >= 0))
    if wrong.size:
        message = (
            f"{name}[{wrong[0]}] = {ratios[wrong[0]]:g}: expected a likelihood ratio, a number from 0 "
            "(decibels become ratios with scales.convert)"
        )
        raise CalibrationError(message)
    return ratios


def as_probability(name: str, value: npt.ArrayLike) -> Array:
    """Probabilities strictly between 0 and 1."""
    given = np.asarray(value, dtype=np.float64)
    inside = (given > 0) & (given < 1)
    if not given.size or not inside.all():
        shown = f"{given[~inside].ravel()[0]:g}" if given.size else "nothing"
        message = f"{name} = {shown}: expected a probability between 0 and 1"
        raise CalibrationError(message)
    return given
