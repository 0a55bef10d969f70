"""The largest weight that items with known answers support."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bayes_trace.calibration.known import Array, as_log_ratios
from bayes_trace.guards import guarded
from bayes_trace.scales import log_to_db

__all__ = ["OverClaimBounds", "over_claim_bounds"]

#: fewer items with known answers support next to nothing
FEW = 30
_HAIR = 1e-9


@dataclass(frozen=True)
class OverClaimBounds:
    """What weights a set of items with known answers supports.

    Examples
    --------
    >>> print(OverClaimBounds(for_first=19.0, for_second=9.6, items=(100, 1000), beyond=100))
    1100 items with known answers (100 and 1000) support weights up to 19.0 dB for the first hypothesis and
    9.6 dB for the second. 100 of them claim more.
    """

    #: largest supported weight for the first hypothesis, in dB from 0
    for_first: float
    #: largest supported weight for the second hypothesis, in dB from 0
    for_second: float
    #: how many items have the first hypothesis true, and the second
    items: tuple[int, int]
    #: how many items claim more than is supported
    beyond: int

    @property
    def few(self) -> bool:
        """Whether there are fewer than 30 items."""
        return sum(self.items) < FEW

    def __str__(self) -> str:
        count = f"{sum(self.items)} items with known answers ({self.items[0]} and {self.items[1]})"
        limits = (
            f"{self.for_first:.1f} dB for the first hypothesis and {self.for_second:.1f} dB for the second"
        )
        claim = f"{self.beyond} of them claim{'s' if self.beyond == 1 else ''} more."
        if self.few:
            return (
                f"{count} support almost nothing: no weight above {limits}. {claim} Collect at least {FEW}."
            )
        return f"{count} support weights up to {limits}. {claim}"


@guarded
def over_claim_bounds(first: npt.ArrayLike, second: npt.ArrayLike) -> OverClaimBounds:
    """The largest weights that items with known answers support, both ways.

    Parameters
    ----------
    first, second
        Ratios of items for which the first hypothesis is true, and for which the second is.

    Returns
    -------
    The empirical upper and lower bounds, in dB: up to them, whoever acts on the ratios does better than with
    none at all, whatever is at stake, even if one more item of each group had misled. They are limited by
    numbers: n and m items with perfect ratios support n (m + 1) / (n + 1) for the first hypothesis.

    Raises
    ------
    CalibrationError
        For empty groups, NaN and negative ratios.

    References
    ----------
    Vergeer, van Es, de Jongh, Alberink and Stoel (2016), Science and Justice 56, 482-491.

    Examples
    --------
    >>> print(over_claim_bounds([40, 200, 3], [0.01, 0.2, 0.5]))
    6 items with known answers (3 and 3) support almost nothing: no weight above 4.8 dB for the first
    hypothesis and 3.0 dB for the second. 4 of them claim more. Collect at least 30.
    """
    one, two = as_log_ratios(first, second)
    up, down = _largest(one, two), _largest(-two, -one)
    every = np.concatenate([one, two])
    beyond = int(((every > up + _HAIR) | (every < -down - _HAIR)).sum())
    in_db = [float(log_to_db(each)) for each in (up, down)]
    return OverClaimBounds(in_db[0], in_db[1], (one.size, two.size), beyond)


def _largest(true: Array, false: Array) -> float:
    """Largest log ratio up to which acting on ratios never costs more than ignoring them.

    Acting when a ratio exceeds t costs P(missed) + t P(false alarm), ignoring all ratios costs 1. Both shares
    are steps in t, so that between two ratios the cost crosses 1 at most once.
    """
    ends = np.unique(np.concatenate([[0.0], true[true > 0], false[false > 0]]))
    missed = (np.searchsorted(np.sort(true), ends, side="right") + 1) / (true.size + 1)
    alarm = (false.size - np.searchsorted(np.sort(false), ends, side="right") + 1) / (false.size + 1)
    with np.errstate(divide="ignore"):
        crossing = np.log(1 - missed) - np.log(alarm)
    crosses = crossing < np.append(ends[1:], np.inf)
    at = int(np.argmax(crosses))
    return float(max(crossing[at], ends[at]))
