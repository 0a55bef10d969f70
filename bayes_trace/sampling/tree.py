"""From chains to the DataTree that ArviZ reads."""

from __future__ import annotations

import importlib.metadata
import json

import numpy as np
import xarray as xr

from bayes_trace.errors import NoDataModelError
from bayes_trace.models.priors import draw_priors, log_density
from bayes_trace.models.record import Record, no_data_model
from bayes_trace.sampling.diagnosis import CONSTANT
from bayes_trace.sampling.plan import Chains, Plan

__all__ = ["for_loo", "make_tree"]

TINY = 1e-300
#: drawn from the priors for the group ``prior``
PRIOR_DRAWS = 1000
_PACKAGES = ("arviz", "bayes-trace", "numpy", "nutpie", "pymc", "pytensor", "xarray")


def make_tree(record: Record, chains: Chains, plan: Plan) -> xr.DataTree:
    """All groups; log-densities are given the hypothesis drawn beside them."""
    rng = np.random.default_rng(plan.seed)
    draws = chains.draws
    drawn = _draw_hypotheses(draws["probability"], rng)
    share = _log_share(record, draws)
    posterior = draws[[name for name in record.stored if name != "log_likelihood_given"]]
    posterior = posterior.assign(inclusion=record.inclusion(draws["probability"])).drop_attrs(deep=False)
    groups = {
        "posterior": posterior,
        "drawn": _drawn_group(drawn, draws["hypothesis"]),
        "prior": _prior_group(record, rng),
        **_density_groups(record, draws, drawn, share),
        "observed_data": _observed(record),
        "constant_data": _constants(record),
    }
    if "weight" in record.stored:
        groups["log_prior_items"] = _log_priors(record, draws, shared=False)
    tree = xr.DataTree.from_dict({name: group for name, group in groups.items() if group.data_vars})
    tree.attrs = _attrs(record, chains, plan, has_likelihood="log_likelihood" in tree)
    return tree


def _draw_hypotheses(probability: xr.DataArray, rng: np.random.Generator) -> xr.DataArray:
    """One hypothesis per draw and episode, as a place among the hypotheses."""
    p = probability.transpose("chain", "draw", "episode", "hypothesis")
    total = p.values.cumsum(axis=-1)
    at = (rng.random(total.shape[:-1])[..., None] * total[..., -1:] > total).sum(axis=-1)
    return xr.DataArray(at, p.isel(hypothesis=0, drop=True).coords, p.dims[:3])


def _drawn_group(drawn: xr.DataArray, hypothesis: xr.DataArray) -> xr.Dataset:
    """Apart from the posterior, so that a plot of all its variables shows probabilities and not zeros and ones."""
    places = xr.DataArray(np.arange(hypothesis.size), {"hypothesis": hypothesis.values}, ("hypothesis",))
    meanings = " ".join(str(name) for name in hypothesis.values)
    return xr.Dataset(
        {
            "drawn_hypothesis": drawn.assign_attrs(flag_meanings=meanings),
            # 0 or 1: what power-scaling and other tools of ArviZ take for the hypothesis
            "indicator": (drawn == places).astype(np.int64),
        }
    )


def _pick(values: xr.DataArray, drawn: xr.DataArray) -> xr.DataArray:
    """The value at the drawn hypothesis."""
    return values.transpose(..., "hypothesis").isel(hypothesis=drawn).drop_vars("hypothesis", errors="ignore")


def _log_share(record: Record, draws: xr.Dataset) -> xr.DataArray:
    """Log prior share of every hypothesis, per draw where it is uncertain."""
    name = next((name for name in ("share", "prior_share") if name in draws), None)
    if name:
        return xr.DataArray(np.log(np.maximum(draws[name], TINY)))
    fixed = xr.DataArray(np.log(record.constants["prior"]))
    return fixed.broadcast_like(draws["probability"]).transpose("chain", "draw", ...)


def _density_groups(
    record: Record, draws: xr.Dataset, drawn: xr.DataArray, share: xr.DataArray
) -> dict[str, xr.Dataset]:
    """Log-densities where ArviZ looks for them, and the others beside them.

    An elicitation model is asked of hypotheses: its ``log_prior`` and ``log_likelihood`` are given the
    drawn one. The others are asked of coefficients, with the hypotheses summed out. What is the same in every draw,
    as under even priors that are certain, is left out, since no power of it would be another prior.
    """
    prior = _log_priors(record, draws, shared=True)
    of_hypothesis = _moving("drawn_hypothesis", _pick(share, drawn))
    given, summed = _log_likelihoods(record, draws, drawn, share)
    if record.name == "elicitation":
        found = {"log_likelihood": given, "log_likelihood_summed_out": summed}
        return {"log_prior": prior.assign(of_hypothesis), **found}
    found = {"log_likelihood": summed, "log_likelihood_given": given}
    return {"log_prior": prior, "log_prior_given": of_hypothesis, **found}


def _log_likelihoods(
    record: Record, draws: xr.Dataset, drawn: xr.DataArray, share: xr.DataArray
) -> tuple[xr.Dataset, xr.Dataset]:
    """Given the drawn hypothesis, and with it summed out; empty where there is none or nothing moves.

    Episodes of an elicitation model stand alone: those without a log-likelihood are left out. Models that take episodes
    together have all or none.
    """
    whole = record.name != "elicitation"
    if "log_likelihood_given" not in draws or (whole and record.without_density):
        return xr.Dataset(), xr.Dataset()
    names = [str(name) for name in draws["episode"].values]
    sound = {"episode": [name for name in names if name not in record.without_density]}
    given = draws["log_likelihood_given"].sel(sound)
    evidence = _pick(given, drawn.sel(sound))
    joint = share.sel(sound) + given
    top = joint.max("hypothesis")
    summed = top + np.log(xr.DataArray(np.exp(joint - top)).sum("hypothesis"))
    return _moving("evidence", evidence), xr.Dataset({"evidence": summed})


def _moving(name: str, density: xr.DataArray) -> xr.Dataset:
    """A log-density, unless it is the same in every draw."""
    moves = float(np.ptp(density.values, axis=(0, 1)).max(initial=0.0)) >= CONSTANT
    return xr.Dataset({name: density} if moves else {})


def _log_priors(record: Record, draws: xr.Dataset, *, shared: bool) -> xr.Dataset:
    densities = {
        name: log_density(prior, draws[name].transpose("chain", "draw", *prior.dims))
        for name, prior in record.priors.items()
        if prior.shared == shared and name in draws
    }
    return xr.Dataset(densities)


def _prior_group(record: Record, rng: np.random.Generator) -> xr.Dataset:
    """Shared quantities and shares of the hypotheses before any evidence."""
    drawn = draw_priors(record, PRIOR_DRAWS, rng)
    drawn = drawn.assign({name: turn(drawn) for name, turn in record.derived.items()})
    if "share" in drawn:
        share = drawn["share"]
    elif "prior_share" in drawn:
        share = drawn["prior_share"]
    else:
        fixed = record.constants["prior"]
        share = fixed.expand_dims(chain=[0], draw=np.arange(PRIOR_DRAWS)).copy()
    kept = [name for name in record.stored if name in drawn]
    return drawn[kept].assign({"probability": share, "inclusion": record.inclusion(share)})


def _observed(record: Record) -> xr.Dataset:
    return xr.Dataset(record.observed)


def _constants(record: Record) -> xr.Dataset:
    """The compiled evidence that a reader needs beside the draws."""
    names = ("kappa", "log_likelihood", "link_item", "link_episode", "case", "granted", "administration")
    evidence = record.evidence
    kept = evidence[[name for name in names if name in evidence]]
    return kept.reset_coords([n for n in kept.coords if n not in kept.dims]).assign(record.constants)


def _attrs(
    record: Record, chains: Chains, plan: Plan, *, has_likelihood: bool
) -> dict[str, str | float | int]:
    why = {}
    if record.without_density:
        why = {"no_data_model": json.dumps(record.without_density)}
    elif not has_likelihood:
        why = {"no_log_likelihood": "the likelihood given the hypothesis is the same in every draw"}
    times = {"compile_seconds": chains.compile_seconds, "sampling_seconds": chains.sampling_seconds}
    return {
        **{
            name: str(record.evidence.attrs.get(name, ""))
            for name in ("evidence_set", "digest", "content", "scenario")
        },
        "model": record.name,
        "kind": "posterior",
        **record.attrs,
        **why,
        "sampler": plan.sampler,
        "seed": plan.seed,
        "tune": plan.tune,
        "divergences": chains.divergences,
        "interrupted": int(chains.interrupted),
        **{name: round(seconds, 3) for name, seconds in times.items() if seconds is not None},
        "versions": json.dumps({name: _version(name) for name in _PACKAGES}),
        "creation_library": "bayes_trace",
    }


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def for_loo(draws: xr.DataTree) -> xr.DataTree:
    """Draws for `arviz_stats.loo`, if leaving one of their episodes out means anything.

    Parameters
    ----------
    draws
        From `sample` on a comparative model.

    Returns
    -------
    The groups ``posterior`` and ``log_likelihood``, one log-likelihood per episode with its hypothesis
    summed out. `arviz_stats.loo` takes the whole tree of a comparative model as well.

    Raises
    ------
    NoDataModelError
        For another model, whose episodes are not draws from one population, and where ratios or
        discounts leave no model of the data.

    References
    ----------
    Vehtari, Gelman and Gabry (2017), Statistics and Computing 27: 1413-1432.

    Examples
    --------
    >>> tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs={"model": "elicitation"})})
    >>> for_loo(tree)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    bayes_trace.errors.NoDataModelError: leave-one-out of the elicitation model: its episodes are ...
    """
    if draws.attrs.get("model") != "comparative":
        message = (
            f"leave-one-out of the {draws.attrs.get('model', 'unknown')} model: its episodes are not taken as "
            "draws from one population, so that the others predict nothing of one; use comparative_model"
        )
        raise NoDataModelError(message)
    if "log_likelihood" not in draws:
        raise no_data_model(json.loads(draws.attrs["no_data_model"]), "leave-one-out")
    return xr.DataTree.from_dict({name: draws[name].to_dataset() for name in ("posterior", "log_likelihood")})
