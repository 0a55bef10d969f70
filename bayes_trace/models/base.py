"""A `pm.Model` that knows what it was built from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pymc as pm
import scipy.linalg
import xarray as xr

from bayes_trace.models.record import Prior, Record, ZeroSum

__all__ = ["EvidenceModel", "Tensor"]

Array = npt.NDArray[np.float64]
#: a symbolic array; PyTensor carries no types
Tensor = Any


class EvidenceModel(pm.Model):  # type: ignore[misc] # PyMC carries no types
    """A PyMC model of evidence, with a record of what it was built from.

    Every number that a scenario may change is `pm.Data`.
    """

    def __init__(
        self, *, record: Record, coords: Mapping[str, Sequence[object]], rivals: str = "hypothesis"
    ) -> None:
        #: known before the coordinates are, which it keeps as well
        self.record = record
        super().__init__(coords=coords)
        #: dimension of what likelihoods are stated for
        self.rivals = rivals

    def add_coord(
        self,
        name: str,
        values: Sequence[object] | None = None,
        *,
        length: Any = None,  # noqa: ANN401 - as in PyMC
    ) -> None:
        """Name the places of a dimension, in the record as well."""
        super().add_coord(name, values, length=length)
        self.record.coords[name] = tuple(self.coords[name])

    @property
    def kept(self) -> list[str]:
        """Names of all that is kept of a draw: what is shown, and what priors are densities of."""
        return list(dict.fromkeys([*self.record.stored, *(variable.name for variable in self.free_RVs)]))

    def data(self, name: str, values: npt.ArrayLike, dims: Sequence[str] | None = None) -> Tensor:
        """A number that may change without compiling afresh."""
        array = np.asarray(values)
        # a known shape leaves no broadcasting to decide while it runs, and less to compile
        return pm.Data(name, array, dims=dims, shape=array.shape)

    def observe(self, variable: str, name: str, values: npt.ArrayLike, dims: tuple[str, ...]) -> Tensor:
        """What was found, which `variable` is observed to be."""
        coords = {dim: list(self.coords[dim]) for dim in dims}
        self.record.observed[variable] = xr.DataArray(np.asarray(values), coords, dims)
        return self.data(name, values, dims)

    def layers(self, name: str, *arrays: Array) -> list[Tensor]:
        """Numbers of one shape that may change, kept as one array: each one more costs compiling."""
        stacked = self.data(name, np.stack(arrays))
        return [stacked[place] for place in range(len(arrays))]

    def normal(self, name: str, scale: float, dims: tuple[str, ...], *, shared: bool = True) -> Tensor:
        """Independent normals around zero."""
        self.record.priors[name] = Prior("normal", np.asarray(float(scale)), dims, shared)
        return pm.Normal(name, 0.0, scale, dims=dims)

    def half_normal(self, name: str, scale: float, dims: tuple[str, ...] = ()) -> Tensor:
        """Half-normals."""
        self.record.priors[name] = Prior("half_normal", np.asarray(float(scale)), dims)
        return pm.HalfNormal(name, scale, dims=dims or None)

    def zero_sum(self, name: str, scale: float, dims: tuple[str, ...], *, axes: int = 1) -> Tensor:
        """Normals that sum to zero over the last axes.

        The distribution of `pm.ZeroSumNormal`, from its orthonormal contrasts: half the graph, and
        much less to compile.
        """
        sizes = tuple(len(self.coords[dim]) for dim in dims)
        free, direction = f"{name}_free", f"{name}_direction"
        basis = _contrasts(sizes, axes)
        self.record.zero_sums[name] = ZeroSum(basis, dims, sizes, free)
        self.add_coord(direction, range(basis.shape[1]))
        z = self.normal(free, scale, (direction,))
        # summed, not multiplied: a matrix product takes numba a quarter of a minute to compile
        return (basis * z[None, :]).sum(axis=1).reshape(sizes)

    def dirichlet(self, name: str, parameters: Array, dims: tuple[str, ...]) -> Tensor:
        """Dirichlet shares, one vector per row."""
        self.record.priors[name] = Prior("dirichlet", parameters, dims)
        return pm.Dirichlet(name, self.data(f"{name}_parameters", parameters), dims=dims)

    def keep(self, name: str, value: Tensor, dims: tuple[str, ...], *, judge: bool = False) -> Tensor:
        """A deterministic that `sample` stores."""
        self.record.stored.append(name)
        if judge:
            self.record.judged.append(name)
        return pm.Deterministic(name, value, dims=dims)


def _contrasts(sizes: tuple[int, ...], axes: int) -> Array:
    """Orthonormal directions of an array (cells in C order) that sum to zero along its last axes."""
    basis: Array = np.ones((1, 1))
    for place, size in enumerate(sizes):
        free = place < len(sizes) - axes
        basis = np.asarray(np.kron(basis, np.eye(size) if free else scipy.linalg.helmert(size).T))
    return basis
