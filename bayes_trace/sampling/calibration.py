"""Simulation-based calibration on one compiled model."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.independent import all_done
from bayes_trace.models import elicitation_model
from bayes_trace.models.base import EvidenceModel
from bayes_trace.models.record import no_data_model
from bayes_trace.sampling.chains import run_chains
from bayes_trace.sampling.plan import Plan

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["calibrate"]

Array = npt.NDArray[np.float64]
Truth = dict[str, Array]
#: the truth and what was found, from a generator
Simulate = Callable[[np.random.Generator], tuple[Truth, npt.NDArray[np.int64]]]
#: draws of each chain that ranks are taken among, nearly independent
DRAWS, TUNE, CHAINS, THIN = 250, 250, 2, 3


def calibrate(
    model: EvidenceModel,
    simulate: Simulate,
    *,
    fits: int,
    seed: int,
    client: Client | str | None = None,
) -> dict[str, Array]:
    """Ranks of true quantities among posterior draws, over many simulated data sets.

    Parameters
    ----------
    model
        An elicitation model that has a model of the data.
    simulate
        From a generator, the truth (``true``, the place of each episode's hypothesis, ``share``, its
        prior shares, and rates by name) and what was found (episode, place).
    fits
        Data sets, each fitted with the function that its process compiled for the first.
    seed
        Of the simulation and of the chains; each fit draws from it and from its own number.
    client
        As for `map_independent`: a cluster, to whose workers the fits go.

    Returns
    -------
    For each quantity, numbers between 0 and 1, uniform where the model is calibrated. The summed-out
    hypothesis has a randomised rank in its probabilities.

    Raises
    ------
    NoDataModelError
        If there is no model of the data.

    References
    ----------
    Talts et al. (2020), arXiv:1804.06788; randomised ranks of a discrete quantity: Modrak et al.
    (2023), Bayesian Analysis, doi:10.1214/23-BA1404.
    """
    if model.record.without_data_model:
        raise no_data_model(model.record.without_data_model, "simulation-based calibration")
    numbers = {f"fit {number}": number for number in range(fits)}
    # the graph of a model means nothing to another process, which makes it from the evidence
    fit = partial(_fitted, model.record.evidence, str(model.record.attrs["scope"]), simulate, seed)
    found = list(all_done(fit, numbers, client=client).values())
    return {name: np.concatenate([ranks[name] for ranks in found]) for name in found[0]} if found else {}


def _fitted(evidence: xr.Dataset, scope: str, simulate: Simulate, seed: int, number: int) -> dict[str, Array]:
    """Ranks in one simulated data set."""
    rng = np.random.default_rng([seed, number])
    truth, found = simulate(rng)
    model = elicitation_model(evidence, scope="set" if scope == "set" else "episode")
    model.set_data("found", found)
    draws = run_chains(model, Plan(DRAWS, TUNE, CHAINS, seed + number, "nutpie")).draws
    return _ranks(draws, truth, rng)


def _ranks(draws: xr.Dataset, truth: Truth, rng: np.random.Generator) -> dict[str, Array]:
    ranks = {"hypothesis": _rank_of_hypothesis(draws, truth["true"], rng)}
    thin = draws.isel(draw=slice(None, None, THIN)).stack(sample=("chain", "draw"))
    if "prior_share" in draws:
        below = thin["prior_share"].transpose("episode", "hypothesis", "sample").values[:, 0]
        ranks["prior_share"] = _rank(below, truth["share"][:, 0], rng)
    for name in sorted(set(truth) - {"true", "share"}):
        ranks[name] = _rank(thin[name].transpose(..., "hypothesis", "sample").values[:, 0], truth[name], rng)
    return ranks


def _rank(draws: Array, truth: Array, rng: np.random.Generator) -> Array:
    below = (draws < truth[:, None]).sum(axis=1)
    return np.asarray((below + rng.random(truth.size)) / (draws.shape[1] + 1))


def _rank_of_hypothesis(draws: xr.Dataset, true: Array, rng: np.random.Generator) -> Array:
    p = draws["probability"].mean(("chain", "draw")).transpose("episode", "hypothesis").values
    each = np.arange(true.size)
    return np.asarray(p.cumsum(axis=1)[each, true] - rng.random(true.size) * p[each, true])
