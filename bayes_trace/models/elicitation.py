"""Every episode by itself, or all together: how certain the answers are, given ranges, coders and sources."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from bayes_trace.guards import guarded
from bayes_trace.models.base import EvidenceModel, Tensor
from bayes_trace.models.graph import Rows, build_rows
from bayes_trace.models.layout import Layout, Scope, make_layout
from bayes_trace.models.observed import attach_evidence
from bayes_trace.models.record import Record
from bayes_trace.models.selection import basic_coords, keep_episodes, prior_constants, select_episodes
from bayes_trace.scales.units import NATS_PER_DB

__all__ = ["add_deterministics", "basic_coords", "elicitation_model", "keep_episodes", "select_episodes"]


@guarded
def elicitation_model(
    evidence: xr.Dataset,
    *,
    episodes: Iterable[str] | str | None = None,
    scope: Scope = "episode",
    keep_items: bool = False,
) -> EvidenceModel:
    """How certain the answer is, given ranges, several coders and uncertain sources.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    episodes
        Episodes to analyse; by default all (in scope ``set``: all but aggregates).
    scope
        ``episode``: each episode by itself inside one vectorised model, everything uncertain copied
        per episode except for coders' noise and lean. ``set``: what is uncertain is shared, and an item
        that bears on n episodes enters each with exponent 1 / n.
    keep_items
        Store draws of every link's weight and of every deviate as well.

    Returns
    -------
    A `pm.Model` with the deterministics ``probability(episode, hypothesis)``,
    ``inclusion(episode, mechanism)`` and ``weight(link, hypothesis)`` (dB, centred over hypotheses).
    The hypothesis is summed out; uncertain numbers are standard normal deviates. An uncertain
    correlation, which evidence must not teach, is taken at its best value (``attrs["correlations"]``
    of the draws says so). With several coders readings and clusters weigh as the base coder has them.

    Raises
    ------
    UnknownNameError
        For an episode that is not there.
    ModelError
        For an unknown scope, or an aggregate episode asked into a joint model.
    ImpossibleEvidenceError
        If every hypothesis of an episode is ruled out.

    References
    ----------
    Humphreys and Jacobs (2023), section 5.3, on likelihoods shared by items; O'Hagan et al. (2006),
    Uncertain Judgements, on elicited ranges.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> es = bt.from_table({"memo": {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2}})
    >>> model = elicitation_model(bt.compile_evidence(es))
    >>> [variable.name for variable in model.free_RVs]
    ['item_noise']
    """
    chosen = select_episodes(evidence, episodes, scope)
    layout = make_layout(chosen, scope)
    record = Record(
        name="elicitation",
        evidence=layout.evidence,
        signature=f"elicitation:{keep_items}:{layout.signature}",
        without_data_model=layout.without_data_model,
        without_density=layout.without_density,
        attrs={"scope": scope, **layout.attrs},
    )
    model = EvidenceModel(record=record, coords=basic_coords(layout))
    with model:
        stated = model.data("prior", layout.evidence["prior"].values, ("episode", "hypothesis"))
        rows = build_rows(model, layout)
        log_share = _log_share(model, layout, pt.log(stated))
        evidence_sums = attach_evidence(model, layout, rows, log_share)
        add_deterministics(model, rows, log_share + evidence_sums, keep_items=keep_items)
    return model


def _log_share(model: EvidenceModel, layout: Layout, log_prior: Tensor) -> Tensor:
    """Log prior of each hypothesis; with a concentration, one Dirichlet draw per episode."""
    concentration = layout.evidence["prior_concentration"].values
    if not np.isfinite(concentration).all():
        return log_prior
    parameters = concentration[:, None] * layout.evidence["prior"].values
    share = model.dirichlet("prior_share", parameters, ("episode", "hypothesis"))
    model.record.stored.append("prior_share")
    model.record.judged.append("prior_share")
    return pt.log(share)


def add_deterministics(model: EvidenceModel, rows: Rows, joint: Tensor, *, keep_items: bool) -> None:
    """What every model of hypotheses reports; `joint` is log prior plus log-likelihood."""
    probability = model.keep("probability", pm.math.softmax(joint, axis=-1), ("episode", "hypothesis"))
    member = model.record.membership.values
    # not stored with the draws, since it follows from them and a matrix product is slow to compile
    pm.Deterministic("inclusion", pt.dot(probability, member), dims=("episode", "mechanism"))
    model.record.constants |= prior_constants(model.record)
    centred = rows.rows - rows.rows.mean(axis=-1, keepdims=True)
    pm.Deterministic("weight", centred * rows.weight[:, None] / NATS_PER_DB, dims=("link", "hypothesis"))
    if keep_items:
        model.record.stored.append("weight")
        model.record.stored += [name for name, prior in model.record.priors.items() if not prior.shared]
