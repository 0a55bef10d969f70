"""Draws from the priors of a model and their log-densities, without compiling anything."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import gammaln

from bayes_trace.models.record import Prior, Record

__all__ = ["draw_priors", "log_density"]

Array = npt.NDArray[np.float64]
LOG_ROOT_TAU = 0.5 * float(np.log(2 * np.pi))


def draw_priors(record: Record, draws: int, rng: np.random.Generator) -> xr.Dataset:
    """Draws of the shared free variables from their priors, one chain, and of what sums to zero."""
    data: dict[str, tuple[tuple[str, ...], Array]] = {}
    coords: dict[str, list[object]] = {}
    for name, prior in record.priors.items():
        if not prior.shared:
            continue
        sizes = tuple(len(record.coords[dim]) for dim in prior.dims)
        data[name] = (("chain", "draw", *prior.dims), _draw(prior, (1, draws, *sizes), rng))
        coords |= {dim: list(record.coords[dim]) for dim in prior.dims}
    for name, array in record.zero_sums.items():
        cells = data[array.free][1] @ array.basis.T
        data[name] = (("chain", "draw", *array.dims), cells.reshape(1, draws, *array.sizes))
        coords |= {dim: list(record.coords[dim]) for dim in array.dims}
    return xr.Dataset(data, {**coords, "chain": [0], "draw": np.arange(draws)})


def _draw(prior: Prior, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    if prior.kind == "dirichlet":
        gammas = rng.standard_gamma(np.broadcast_to(prior.scale, shape))
        return np.asarray(gammas / gammas.sum(axis=-1, keepdims=True))
    z = rng.standard_normal(shape) * prior.scale
    return np.asarray(np.abs(z) if prior.kind == "half_normal" else z)


def log_density(prior: Prior, values: xr.DataArray) -> xr.DataArray:
    """Log-density of draws, summed over what is not independent.

    Parameters
    ----------
    prior
        The distribution.
    values
        With dimensions chain, draw and those of the prior.

    Returns
    -------
    Nats; a Dirichlet has lost its last dimension.
    """
    x = values.values
    if prior.kind == "dirichlet":
        a = prior.scale
        density = ((a - 1) * np.log(x)).sum(-1) + gammaln(a.sum(-1)) - gammaln(a).sum(-1)
        return _like(values, density, 1)
    each = -0.5 * (x / prior.scale) ** 2 - np.log(prior.scale) - LOG_ROOT_TAU
    if prior.kind == "half_normal":
        each = each + np.log(2.0)
    return _like(values, each, 0)


def _like(values: xr.DataArray, density: Array, lost: int) -> xr.DataArray:
    dims = values.dims[: values.ndim - lost]
    coords = {name: coord for name, coord in values.coords.items() if set(coord.dims) <= set(dims)}
    return xr.DataArray(density, coords, dims)
