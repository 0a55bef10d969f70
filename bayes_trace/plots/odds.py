"""Axes of log-odds, where equal lengths are equal decibels, named by probabilities."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from bayes_trace.scales import convert

__all__ = ["FARTHEST", "name_odds", "to_odds"]

Array = npt.NDArray[np.float64]
#: decibels of odds that are drawn to scale; what lies beyond stands at the edge
FARTHEST = 80.0
#: powers of ten that are written out
_PLAIN = 4
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _named() -> dict[float, str]:
    """Places that an axis may name, and their names."""
    places = {0.0: ".5"}
    for power in range(1, int(FARTHEST // 10) + 1):
        at = float(convert(10.0**-power, "probability", "db"))
        plain = power <= _PLAIN
        small = f"{10.0**-power:.{power}f}".lstrip("0") if plain else f"10⁻{str(power).translate(_RAISED)}"
        places[at] = small
        places[-at] = f".{'9' * power}" if plain else f"1−{small}"
    return places


def to_odds(probability: npt.ArrayLike) -> Array:
    """Decibels of odds, those beyond what is drawn at the edge.

    Examples
    --------
    >>> to_odds([0.5, 1.0]).tolist()
    [0.0, 80.0]
    """
    odds: Array = np.clip(convert(np.clip(probability, 0.0, 1.0), "probability", "db"), -FARTHEST, FARTHEST)
    return odds


def name_odds(ax: Axes, low: float, high: float, *, axis: Literal["x", "y"] = "x") -> None:
    """Probabilities as ticks of an axis in decibels of odds: one half, and as many others as have room.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> ax = plt.figure().add_subplot()
    >>> name_odds(ax, -12, 22)
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['.1', '.5', '.9', '.99']
    >>> plt.close(ax.figure)
    """
    room = (high - low) / 8
    places = _named()
    chosen: list[float] = []
    for at in sorted(places, key=abs):
        if low <= at <= high and all(abs(at - other) >= room for other in chosen):
            chosen.append(at)
    words = [places[at] for at in sorted(chosen)]
    (ax.set_xticks if axis == "x" else ax.set_yticks)(sorted(chosen), words)
