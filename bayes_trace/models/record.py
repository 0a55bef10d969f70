"""What `sample` needs to know about a model besides its graph; needs no PyMC."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import NoDataModelError

if TYPE_CHECKING:
    from bayes_trace.models.base import EvidenceModel

__all__ = ["Prior", "Record", "ZeroSum", "as_names", "no_data_model"]

Array = npt.NDArray[np.float64]


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
    """What `sample` needs to know about a model besides its graph."""

    name: str
    evidence: xr.Dataset
    #: equal for models that one compiled function serves
    signature: str
    #: episode -> why there is no model of the data
    without_data_model: dict[str, str]
    #: those of them that have no log-likelihood either, with the reason
    without_density: dict[str, str] = field(default_factory=dict)
    #: names of the places of every dimension
    coords: dict[str, tuple[object, ...]] = field(default_factory=dict)
    #: what was found, by the name of the observed variable
    observed: dict[str, xr.DataArray] = field(default_factory=dict)
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

    @property
    def membership(self) -> xr.DataArray:
        """1 where a hypothesis, alone or compound, holds a mechanism."""
        names, mechanisms = ([str(each) for each in self.coords[dim]] for dim in ("hypothesis", "mechanism"))
        holds = [[float(part in name.split("+")) for part in mechanisms] for name in names]
        return xr.DataArray(
            holds, {"hypothesis": names, "mechanism": mechanisms}, ("hypothesis", "mechanism")
        )

    def inclusion(self, probability: xr.DataArray) -> xr.DataArray:
        """Probability that a mechanism is at work, alone or in a compound."""
        included: xr.DataArray = xr.dot(probability, self.membership, dim="hypothesis")
        return included


def as_names(names: str | Iterable[str]) -> list[str]:
    """A list, also of one name that was given without brackets."""
    return [names] if isinstance(names, str) else list(names)


def no_data_model(reasons: dict[str, str], what: str) -> NoDataModelError:
    """The error that says why there is nothing to predict, and for which episodes."""
    first, why = next(iter(reasons.items()))
    more = f" and {len(reasons) - 1} more" if len(reasons) > 1 else ""
    message = (
        f"{what}: episode {first}{more} has no model of the data ({why}); "
        "code absolute probabilities without a discount, or leave these episodes out with episodes="
    )
    return NoDataModelError(message)
