"""Direct draws of every episode, arranged as chains with the record that a tree is made from; needs no PyMC."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.exact.mean import coded_links, level_of
from bayes_trace.models.cells import Table, rate_of
from bayes_trace.models.found import entry_slots, what_was_found
from bayes_trace.models.layout import Layout, make_layout
from bayes_trace.models.record import Prior, Record
from bayes_trace.models.selection import basic_coords, prior_constants
from bayes_trace.sampling.direct import EpisodeDraws, NotTrustedError, Wanted, draw_episode
from bayes_trace.sampling.plain import draw_plain, plain_episodes
from bayes_trace.sampling.plan import Chains, Plan

__all__ = ["independent_chains"]

Array = npt.NDArray[np.float64]
#: elicited rates that are shown beside the probabilities
RATES = ("hit", "false_report", "denial_if_true", "denial_if_false", "detection")


def independent_chains(evidence: xr.Dataset, plan: Plan) -> tuple[Record, Chains]:
    """Draw every episode directly.

    Parameters
    ----------
    evidence
        Of one coder, with a dimension ``coder`` of length 1.
    plan
        Draws and chains, and the seed.

    Raises
    ------
    NotTrustedError
        Names the episode for which direct sampling cannot be trusted.
    """
    layout = make_layout(evidence, "episode")
    start = time.perf_counter()
    found = _draw_all(evidence, plan)
    seconds = time.perf_counter() - start
    record = _record(layout, found)
    draws = _as_chains(record, layout, found, plan, _names(evidence))
    return record, Chains(draws, 0, False, None, seconds)


def _draw_all(evidence: xr.Dataset, plan: Plan) -> list[EpisodeDraws]:
    """Every episode from a stream of random numbers of its own."""
    stated, level = coded_links(evidence, 0), level_of(evidence)
    wanted = _wanted(evidence, plan)
    plain = plain_episodes(stated, level, len(wanted))
    at = np.flatnonzero(plain)
    drawn = draw_plain(stated.of_episodes(at), level, [wanted[j] for j in at]) if at.size else ()
    found = dict(zip(at.tolist(), drawn, strict=True))
    for j in np.flatnonzero(~plain).tolist():
        try:
            found[j] = draw_episode(stated.of_episodes(np.array([j])), level, wanted[j])
        except NotTrustedError as error:
            message = f"episode {evidence['episode'].values[j]}: {error}"
            raise NotTrustedError(message) from None
    return [found[j] for j in range(len(wanted))]


def _wanted(evidence: xr.Dataset, plan: Plan) -> list[Wanted]:
    prior, concentration = (evidence[name].values for name in ("prior", "prior_concentration"))
    seeds = np.random.SeedSequence(plan.seed).spawn(prior.shape[0])
    return [
        Wanted(share, plan.draws * plan.chains, np.random.default_rng(seed), cases if cases > 0 else np.inf)
        for share, cases, seed in zip(prior, concentration, seeds, strict=True)
    ]


def _record(layout: Layout, found: Sequence[EpisodeDraws]) -> Record:
    """The record that the same model has in PyMC."""
    slots = entry_slots(layout)
    evidence = layout.evidence
    coords: dict[str, tuple[object, ...]] = {name: tuple(each) for name, each in basic_coords(layout).items()}
    coords["place"] = tuple(range(slots.shape[1]))
    names = [str(name) for name in evidence["episode"].values]
    record = Record(
        name="elicitation",
        evidence=evidence,
        signature="",
        without_data_model=layout.without_data_model,
        without_density=layout.without_density,
        coords=coords,
        attrs={
            "scope": "episode",
            "method": "direct",
            "k_hat": json.dumps({n: round(each.k_hat, 3) for n, each in zip(names, found, strict=True)}),
            "proposals": sum(each.proposals for each in found),
        },
    )
    places = {dim: list(coords[dim]) for dim in ("episode", "place")}
    record.observed["evidence"] = xr.DataArray(what_was_found(layout, slots), places, ("episode", "place"))
    if layout.keeps_density:
        record.stored.append("log_likelihood_given")
    record.stored.append("probability")
    for name in _uncertain(layout):
        _add_rate(record, name, getattr(layout, name))
    _add_share(record)
    record.constants |= prior_constants(record)
    return record


def _uncertain(layout: Layout) -> list[str]:
    return [name for name in RATES if getattr(layout, name).is_uncertain]


def _add_rate(record: Record, name: str, table: Table) -> None:
    """What is stored of an uncertain rate: its deviates, and the rate that follows."""
    deviate, noise = f"{name}_deviate", f"{name}_noise"
    record.coords[deviate] = table.names
    record.priors[noise] = Prior("normal", np.asarray(1.0), (deviate,))
    record.stored.append(name)
    record.judged.append(name)
    record.derived[name] = partial(rate_of, name=name, table=table, dims=(deviate, "hypothesis"))


def _add_share(record: Record) -> None:
    concentration = record.evidence["prior_concentration"].values
    if np.isfinite(concentration).all():
        parameters = concentration[:, None] * record.evidence["prior"].values
        record.priors["prior_share"] = Prior("dirichlet", parameters, ("episode", "hypothesis"))
        record.stored.append("prior_share")
        record.judged.append("prior_share")


# --- arrays ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Shape:
    """Draws (..., draw) of all chains, one after another, to (chain, draw, ...) with names."""

    record: Record
    plan: Plan

    def __call__(self, values: Array, *dims: str) -> xr.DataArray:
        by_chain = values.reshape(*values.shape[:-1], self.plan.chains, self.plan.draws)
        array = np.ascontiguousarray(np.moveaxis(by_chain, (-2, -1), (0, 1)))
        coords: dict[str, object] = {dim: list(self.record.coords[dim]) for dim in dims}
        counted = {"chain": np.arange(self.plan.chains), "draw": np.arange(self.plan.draws)}
        return xr.DataArray(array, {**counted, **coords}, ("chain", "draw", *dims))


def _names(evidence: xr.Dataset) -> dict[str, npt.NDArray[np.str_]]:
    """Names of what has a rate: sources, and entries for detections."""
    return dict.fromkeys(RATES[:-1], evidence["source"].values) | {"detection": evidence["entry_item"].values}


def _as_chains(
    record: Record,
    layout: Layout,
    found: Sequence[EpisodeDraws],
    plan: Plan,
    names: dict[str, npt.NDArray[np.str_]],
) -> xr.Dataset:
    shaped = _Shape(record, plan)
    given = np.stack([each.given for each in found])
    share = np.stack([np.broadcast_to(each.log_share, each.given.shape) for each in found])
    p = np.exp(share + given - (share + given).max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    cells = ("episode", "hypothesis")
    arrays = {"probability": p}
    if layout.keeps_density:
        arrays["log_likelihood_given"] = given
    if "prior_share" in record.priors:
        arrays["prior_share"] = np.exp(share)
    draws = xr.Dataset({name: shaped(values, *cells) for name, values in arrays.items()})
    rng = np.random.default_rng([plan.seed, 1])
    for name in _uncertain(layout):
        z = _deviates(layout, name, found, names[name], rng)
        draws[f"{name}_noise"] = shaped(z, f"{name}_deviate")
        draws[name] = record.derived[name](draws).assign_coords(hypothesis=draws["hypothesis"].values)
    return draws


def _deviates(
    layout: Layout,
    name: str,
    found: Sequence[EpisodeDraws],
    things: npt.NDArray[np.str_],
    rng: np.random.Generator,
) -> Array:
    """Deviates (deviate, draw) of one rate; those that nothing depends on from their prior."""
    at = {each: place for place, each in enumerate(getattr(layout, name).names)}
    values = rng.standard_normal((len(at), found[0].drawn.size))
    for episode, each in zip(layout.evidence["episode"].values, found, strict=True):
        for (rate, thing), z in each.rates.items():
            if rate == name:
                values[at[f"{things[thing]}|{episode}"]] = z
    return values
