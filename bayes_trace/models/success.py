"""Attempts and their outcomes: what makes a plea succeed, when the plea itself is uncertain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pymc as pm
import pytensor.tensor as pt
import xarray as xr
from scipy.special import expit

from bayes_trace.errors import ModelError
from bayes_trace.likelihood import with_likelihoods
from bayes_trace.models.base import EvidenceModel, Tensor
from bayes_trace.models.conditions import (
    CLASSES,
    Design,
    make_design,
    of_outcome,
    without_restating,
)
from bayes_trace.models.elicitation import basic_coords, keep_episodes
from bayes_trace.models.graph import build_rows, level_of_ratios, sum_by_episode
from bayes_trace.models.layout import Layout, make_layout, take_links
from bayes_trace.models.numbers import PYTENSOR
from bayes_trace.models.record import Record, as_names

__all__ = ["success_model"]

Array = npt.NDArray[np.float64]
#: step of a mechanism whose items tell whether the plea was made
STEP = "attempt"
PLEADED = ("pleaded", "not_pleaded")
#: prior standard deviations, in log-odds; a slope is per standard deviation of its condition
LEVEL_SD, SLOPE_SD = 1.5, 1.0


def success_model(evidence: xr.Dataset, *, conditions: Sequence[str]) -> EvidenceModel:
    """Which conditions make an attempt succeed, with the attempt itself summed out.

    Whether the plea of an episode was made is hidden; items of the step ``attempt`` bear on it. With
    it the outcome is granted with probability expit(level + x_j slope), without it with expit(base).

    Parameters
    ----------
    evidence
        As from `compile_evidence`. Hypotheses whose mechanism has the step ``attempt`` give the
        likelihood of an item if the plea was made, the others (weighted by their priors) if not.
    conditions
        Conditions that the set declares.

    Returns
    -------
    A `pm.Model` with ``slope(column)``, ``level``, ``base``, ``attempts`` (the share of episodes with
    a plea) and ``probability(episode, hypothesis)`` that the plea was made. Items that restate a
    condition or the outcome are left out and listed in ``attrs["left_out"]`` of the draws.

    Raises
    ------
    ModelError
        If no mechanism has a step ``attempt``, or no scored episode a known outcome.
    ConditionError
        For conditions that are missing, constant, collinear, or too many for the cases.
    UnknownNameError
        For a condition that is not there.

    References
    ----------
    Humphreys and Jacobs (2015), American Political Science Review 109: 653-673, on hidden types behind
    outcomes.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> arms = bt.compile_evidence(bt.read_evidence_set("evidence_sets/us_arms_transfers"))
    >>> model = success_model(arms, conditions=["loyalty_record"])
    >>> model.coords["hypothesis"]
    ('pleaded', 'not_pleaded')
    """
    pleading = _pleading(evidence)
    fitted = keep_episodes(evidence, of_outcome(evidence, (*CLASSES[True], *CLASSES[False])))
    named = as_names(conditions)
    fitted, left_out = without_restating(fitted, named)
    design = make_design(fitted, named)
    # clusters weigh what is left of them
    fitted = with_likelihoods(take_links(fitted, np.flatnonzero(fitted["link_step"].values == STEP)))
    layout = make_layout(fitted, "set")
    return _build(layout, design, pleading, {"left_out": " ".join(left_out), **layout.attrs}, 1.0)


def _pleading(evidence: xr.Dataset) -> npt.NDArray[np.bool_]:
    """Hypotheses whose mechanism begins with an attempt."""
    steps = json.loads(str(evidence.attrs.get("steps", "{}")))
    found = np.array([STEP in steps.get(str(name), ()) for name in evidence["hypothesis"].values], dtype=bool)
    if not found.any() or found.all():
        message = (
            f"{evidence.attrs.get('evidence_set', 'the set')}: some but not all hypotheses need a step "
            f"'{STEP}' in their mechanism, to tell a plea from its absence; name it in their steps"
        )
        raise ModelError(message)
    return found


def _build(
    layout: Layout,
    design: Design,
    pleading: npt.NDArray[np.bool_],
    attrs: dict[str, str | float],
    scale: float,
) -> EvidenceModel:
    record = Record(
        name="success",
        evidence=layout.evidence,
        signature=f"success:{design.names}:{pleading.tolist()}:{layout.signature}",
        without_data_model=layout.without_data_model,
        attrs={**attrs, "prior_scale": scale},
        rescaled=partial(_build, layout, design, pleading, attrs),
    )
    coords = {
        **basic_coords(layout),
        "hypothesis": list(PLEADED),
        "mechanism": list(PLEADED),
        "explanation": [str(name) for name in layout.evidence["hypothesis"].values],
        "column": list(design.names),
    }
    model = EvidenceModel(record=record, coords=coords, rivals="explanation")
    with model:
        log_prior = pt.log(model.data("prior", layout.evidence["prior"].values, ("episode", "explanation")))
        sums = _attempt_evidence(model, layout, pleading, log_prior)
        _outcomes(model, layout, design, sums, scale)
    record.constants |= _constants(layout, design)
    return model


def _attempt_evidence(
    model: EvidenceModel, layout: Layout, pleading: npt.NDArray[np.bool_], log_prior: Tensor
) -> Tensor:
    """Log-likelihood of the items (episode, pleaded or not); ratios have no level."""
    rows = build_rows(model, layout, turn_absent=True)
    sums = sum_by_episode(layout, rows.rows, rows.weight)
    by_plea = [
        PYTENSOR.log_sum((log_prior + sums)[:, which], -1) - PYTENSOR.log_sum(log_prior[:, which], -1)
        for which in (np.flatnonzero(pleading), np.flatnonzero(~pleading))
    ]
    return pt.stack(by_plea, axis=1) - level_of_ratios(layout, rows)[:, None]


def _outcomes(model: EvidenceModel, layout: Layout, design: Design, sums: Tensor, scale: float) -> None:
    wide = model.data("prior_scale", scale)
    x = model.data("design", design.standard, ("episode", "column"))
    slope = SLOPE_SD * wide * model.normal("slope_raw", 1.0, ("column",))
    level, base, attempts = (
        LEVEL_SD * wide * model.normal(f"{name}_raw", 1.0, ()) for name in ("level", "base", "attempts")
    )
    model.keep("slope", slope, ("column",), judge=True)
    model.keep("level", level, (), judge=True)
    model.keep("base", base, (), judge=True)
    model.keep("attempts", pm.math.sigmoid(attempts), (), judge=True)
    log_share = pt.stack([-pt.softplus(-attempts), -pt.softplus(attempts)])[None, :]
    odds = pt.stack([level + (x * slope[None, :]).sum(axis=1), base + 0.0 * x[:, 0]], axis=1)
    granted = np.isin(layout.evidence["granted"].values, CLASSES[True]).astype(np.int64)
    y = model.observe("outcome", "granted", granted, ("episode",))
    pm.CustomDist(
        "outcome",
        log_share + sums,
        odds,
        logp=lambda value, weight, odds: PYTENSOR.log_sum(weight + _bernoulli(value, odds), -1),
        random=_draw_outcome,
        signature="(h),(h)->()",
        dtype="int32",
        observed=y,
        dims=("episode",),
    )
    given = sums + _bernoulli(y, odds)
    model.keep("share", pt.exp(log_share) + 0.0 * odds, ("episode", "hypothesis"))
    model.keep("log_likelihood_given", given, ("episode", "hypothesis"))
    model.keep("probability", pm.math.softmax(log_share + given, axis=-1), ("episode", "hypothesis"))
    _derive(model, scale)


def _bernoulli(value: Tensor, odds: Tensor) -> Tensor:
    sign = (2 * value - 1)[:, None]
    return -pt.softplus(-sign * odds)


def _draw_outcome(
    weight: Array,
    odds: Array,
    rng: np.random.Generator | None = None,
    size: object = None,  # noqa: ARG001
) -> npt.NDArray[np.int32]:
    """Draw whether the plea was made, given its own evidence, then the outcome."""
    rng = rng or np.random.default_rng()
    pleaded = rng.random(weight.shape[0]) < expit(weight[:, 0] - weight[:, 1])
    success = expit(np.where(pleaded, odds[:, 0], odds[:, 1]))
    return (rng.random(success.size) < success).astype(np.int32)


def _derive(model: EvidenceModel, scale: float) -> None:
    """What `sample` shows of the prior."""
    episodes = list(model.coords["episode"])

    def share(draws: xr.Dataset) -> xr.DataArray:
        p = expit(LEVEL_SD * scale * draws["attempts_raw"].values)[:, :, None, None]
        both = np.concatenate([p, 1 - p], axis=-1).repeat(len(episodes), axis=2)
        coords = {"episode": episodes, "hypothesis": list(PLEADED)}
        return xr.DataArray(both, coords, ("chain", "draw", "episode", "hypothesis"))

    def attempts(draws: xr.Dataset) -> xr.DataArray:
        return draws["attempts_raw"].copy(data=expit(LEVEL_SD * scale * draws["attempts_raw"].values))

    model.record.derived |= {
        "slope": lambda draws: SLOPE_SD * scale * draws["slope_raw"],
        "level": lambda draws: LEVEL_SD * scale * draws["level_raw"],
        "base": lambda draws: LEVEL_SD * scale * draws["base_raw"],
        "attempts": attempts,
        "share": share,
    }


def _constants(layout: Layout, design: Design) -> dict[str, xr.DataArray]:
    columns = {"column": list(design.names)}
    episodes = {"episode": layout.evidence["episode"].values.astype(str)}
    granted = np.isin(layout.evidence["granted"].values, CLASSES[True]).astype(np.int64)
    return {
        "condition_value": xr.DataArray(design.stated, {**episodes, **columns}, ("episode", "column")),
        "condition_sd": xr.DataArray(design.sd, columns, ("column",)),
        "condition_mean": xr.DataArray(design.mean, columns, ("column",)),
        "outcome": xr.DataArray(granted, episodes, ("episode",)),
    }
