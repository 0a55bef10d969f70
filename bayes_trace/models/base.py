"""A `pm.Model` that knows what it was built from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pymc as pm
import scipy.linalg
import xarray as xr

__all__ = ["EvidenceModel", "Prior", "Record", "Tensor", "ZeroSum", "as_names"]

Array = npt.NDArray[np.float64]
#: a symbolic array; PyTensor carries no types
Tensor = Any


def as_names(names: str | Iterable[str]) -> list[str]:
    """A list, also of one name that was given without brackets."""
    return [names] if isinstance(names, str) else list(names)


@dataclass(frozen=True)
class Prior:
    """Distribution of a free variable, for drawing from it and for its density without compiling."""

    kind: Literal["normal", "half_normal", "dirichlet"]
    #: standard deviation, or the parameters of a Dirichlet
    scale: Array
    dims: tuple[str, ...]
    #: shared by many items, so that its prior is part of ``log_prior``
    shared: bool = True


@dataclass(frozen=True)
class ZeroSum:
    """An array that sums to zero along its last axes, from free normals."""

    #: orthonormal columns: (cell of the array, free normal)
    basis: Array
    dims: tuple[str, ...]
    sizes: tuple[int, ...]
    #: name of the free normals
    free: str


@dataclass
class Record:
    """What `sample` must know of a model besides its graph."""

    name: str
    evidence: xr.Dataset
    #: equal for models that one compiled function serves
    signature: str
    #: episode -> why there is no model of the data
    without_data_model: dict[str, str]
    priors: dict[str, Prior] = field(default_factory=dict)
    zero_sums: dict[str, ZeroSum] = field(default_factory=dict)
    #: deterministics to keep; of these, some are turned into log-likelihoods
    stored: list[str] = field(default_factory=list)
    #: quantities whose chains must agree, besides log-odds of probabilities
    judged: list[str] = field(default_factory=list)
    #: arrays for ``constant_data``
    constants: dict[str, xr.DataArray] = field(default_factory=dict)
    #: what follows from the free variables, for draws from the prior
    derived: dict[str, Callable[[xr.Dataset], xr.DataArray]] = field(default_factory=dict)
    #: the same model with another prior scale, for what is `prior-driven`
    rescaled: Callable[[float], EvidenceModel] | None = None
    #: plain facts for ``attrs``
    attrs: dict[str, str | float] = field(default_factory=dict)


class EvidenceModel(pm.Model):  # type: ignore[misc] # PyMC carries no types
    """A PyMC model of evidence, with a record of what it was built from.

    Every number that a scenario may change is `pm.Data`.
    """

    def __init__(
        self, *, record: Record, coords: Mapping[str, Sequence[object]], rivals: str = "hypothesis"
    ) -> None:
        super().__init__(coords=coords)
        self.record = record
        #: dimension of what likelihoods are stated for
        self.rivals = rivals

    @property
    def membership(self) -> xr.DataArray:
        """1 where a hypothesis, alone or compound, holds a mechanism."""
        names, mechanisms = (list(self.coords[dim]) for dim in ("hypothesis", "mechanism"))
        holds = [[float(part in name.split("+")) for part in mechanisms] for name in names]
        return xr.DataArray(
            holds, {"hypothesis": names, "mechanism": mechanisms}, ("hypothesis", "mechanism")
        )

    @property
    def kept(self) -> list[str]:
        """Names of all that is kept of a draw: what is shown, and what priors are densities of."""
        return list(dict.fromkeys([*self.record.stored, *(variable.name for variable in self.free_RVs)]))

    def inclusion(self, probability: xr.DataArray) -> xr.DataArray:
        """Probability that a mechanism is at work, alone or in a compound."""
        included: xr.DataArray = xr.dot(probability, self.membership, dim="hypothesis")
        return included

    def data(self, name: str, values: npt.ArrayLike, dims: Sequence[str] | None = None) -> Tensor:
        """A number that may change without compiling afresh."""
        array = np.asarray(values)
        # a known shape leaves no broadcasting to decide while it runs, and less to compile
        return pm.Data(name, array, dims=dims, shape=array.shape)

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
