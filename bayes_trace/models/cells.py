"""Tables of elicited numbers, and which normal deviate moves which number."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.likelihood import kernel
from bayes_trace.likelihood.kernel import NUMPY
from bayes_trace.scales import expit

__all__ = ["Table", "rate_of", "tabulate"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Keys = Sequence[Sequence[Hashable]]

#: logit of a probability that counts as certain; e^-690 is the smallest that stays a normal number
CERTAIN = 690.0


@dataclass(frozen=True)
class Table:
    """Elicited numbers x = location + (low if z < 0 else high) z, row by row.

    Cells with the same slot share a deviate z; a slot of -1 is a point. In a row of ratios the deviate
    of the reference moves every difference to it.
    """

    location: Array
    low: Array
    high: Array
    #: place of each cell's deviate
    slot: Index
    #: place of the deviate of the reference of each row, -1 where there is none
    common: Index
    #: name of each deviate
    names: tuple[str, ...]

    @property
    def is_uncertain(self) -> bool:
        """Whether any cell has a range."""
        return bool(self.names)


def tabulate(location: Array, low: Array, high: Array, keys: Keys, reference: Index | None = None) -> Table:
    """Number the deviates of a table.

    Parameters
    ----------
    location, low, high
        Two-dimensional. Infinite locations are certain and become plus or minus 690.
    keys
        One key per cell; cells of equal key share a deviate.
    reference
        Column that the ratios of each row are taken against, -1 in rows that hold none.
    """
    ranged = (low > 0) | (high > 0)
    against = np.full(location.shape[0], -1, dtype=np.int64) if reference is None else reference
    rows = np.flatnonzero(ranged.any(axis=1) & (against >= 0))
    ranged[rows, against[rows]] = True
    slot = np.full(location.shape, -1, dtype=np.int64)
    found: dict[Hashable, int] = {}
    uncertain = {keys[row][column] for row, column in zip(*np.nonzero(ranged), strict=True)}
    for row, column in np.ndindex(*location.shape):
        key = keys[row][column]
        if key in uncertain:
            slot[row, column] = found.setdefault(key, len(found))
    common = np.full(location.shape[0], -1, dtype=np.int64)
    common[rows] = slot[rows, against[rows]]
    names = tuple("|".join(str(part) for part in _parts(key) if part != "") for key in found)
    return Table(np.clip(location, -CERTAIN, CERTAIN), low, high, slot, common, names)


def _parts(key: Hashable) -> tuple[Hashable, ...]:
    return key if isinstance(key, tuple) else (key,)


def rate_of(draws: xr.Dataset, *, name: str, table: Table, dims: tuple[str, ...]) -> xr.DataArray:
    """An uncertain rate (chain, draw, *dims) from draws of its deviate."""
    rows = np.flatnonzero((table.slot >= 0).any(axis=1))
    z = np.concatenate([draws[f"{name}_noise"].values, np.zeros((*draws[f"{name}_noise"].shape[:2], 1))], -1)
    parts = table.location[rows], table.low[rows], table.high[rows]
    rate = expit(kernel.two_piece(NUMPY, *parts, z[..., table.slot[rows]]))
    return xr.DataArray(rate, dims=("chain", "draw", *dims))
