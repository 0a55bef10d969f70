"""How precise a score is, given how few items it rests on."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bayes_trace.calibration.known import Array, as_log_ratios, as_probability
from bayes_trace.errors import CalibrationError
from bayes_trace.guards import guarded

__all__ = ["Interval", "bootstrap"]

Score = Callable[[Array, Array], float]
_FEWEST = 2


@dataclass(frozen=True)
class Interval:
    """A score and its bootstrap interval.

    Examples
    --------
    >>> print(Interval(value=0.41, low=0.3, high=0.52, level=0.9))
    0.41 (90 % interval 0.3 to 0.52)
    """

    #: the score of the items themselves
    value: float
    #: ends of the interval
    low: float
    high: float
    #: share of resampled scores inside
    level: float

    def __str__(self) -> str:
        return f"{self.value:.3g} ({self.level:.0%} interval {self.low:.3g} to {self.high:.3g})".replace(
            "%", " %"
        )


def _number(scored: object) -> float:
    if isinstance(scored, (int, float, np.number)) or (isinstance(scored, np.ndarray) and scored.size == 1):
        return float(scored)
    message = f"score gives {scored!r}, expected a number"
    raise CalibrationError(message)


@guarded
def bootstrap(
    score: Score,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    level: float = 0.9,
    draws: int = 2000,
    seed: int = 0,
) -> Interval:
    """Bootstrap interval of a score: items are resampled with replacement within each group.

    Parameters
    ----------
    score
        `cllr`, `brier` or any other function of two groups of ratios.
    first, second
        Ratios of items for which the first hypothesis is true, and for which the second is.
    level
        Share of resampled scores inside the interval.
    draws
        How often items are drawn.
    seed
        Of the random numbers.

    Returns
    -------
    The score and a percentile interval. It knows only the items at hand: with few of them it is too narrow.

    Raises
    ------
    CalibrationError
        For fewer than two items in a group, and where resampled scores are not numbers.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 13; SciPy's implementation.

    Examples
    --------
    >>> from bayes_trace.calibration import cllr
    >>> found = bootstrap(cllr, [3, 5, 0.5, 9], [0.2, 0.3, 2, 0.1], seed=1)
    >>> found.low < found.value < found.high
    True
    """
    from scipy import stats

    as_log_ratios(first, second)
    groups = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if min(group.size for group in groups) < _FEWEST or draws < 1:
        sizes = " and ".join(str(group.size) for group in groups)
        message = f"{sizes} items, {draws} draws: expected at least two items in each group, and one draw"
        raise CalibrationError(message)
    share = float(as_probability("level", level))
    value = _number(score(*groups))
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        # of scores that are no numbers, which are named below
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        found = stats.bootstrap(
            groups,
            score,
            paired=False,
            vectorized=False,
            n_resamples=draws,
            confidence_level=share,
            method="percentile",
            rng=np.random.default_rng(seed),
        ).confidence_interval
    if any(map(math.isnan, (value, float(found.low), float(found.high)))):
        message = "some resampled groups have no finite score; expected more items, or none of 0 or infinity"
        raise CalibrationError(message)
    return Interval(value, float(found.low), float(found.high), share)
