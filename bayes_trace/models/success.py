"""Attempts and their outcomes: what makes an attempt succeed, when the attempt itself is uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pymc as pm
import pytensor.tensor as pt
import xarray as xr
from scipy.special import expit

from bayes_trace.errors import ModelError
from bayes_trace.evidence.values import MADE
from bayes_trace.guards import guarded
from bayes_trace.likelihood import SUCCESS_SD, granted_share, needed_attempts, speaks
from bayes_trace.models.base import EvidenceModel, Tensor
from bayes_trace.models.conditions import Design, make_design, without_restating
from bayes_trace.models.elicitation import basic_coords, keep_episodes
from bayes_trace.models.graph import build_rows, level_of_ratios, sum_by_episode
from bayes_trace.models.layout import Layout, make_layout
from bayes_trace.models.numbers import PYTENSOR
from bayes_trace.models.record import Record, as_names

__all__ = ["success_model"]

Array = npt.NDArray[np.float64]
#: prior standard deviation of a slope, in log-odds per standard deviation of its condition
SLOPE_SD = 1.0


@guarded
def success_model(evidence: xr.Dataset, *, conditions: Sequence[str] | str) -> EvidenceModel:
    """Which conditions make an attempt succeed, with the attempt itself summed out.

    Whether the attempt was made is hidden; what items say of it are their codings ``about: attempt``, never
    those of a hypothesis. With it the outcome is granted with probability expit(level + x_j slope), without
    it with expit(base).

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    conditions
        Conditions that the set declares.

    Returns
    -------
    A `pm.Model` of all decisions with a known outcome, scored or not, of which something is coded about an
    attempt; the parts of a split one are one, and what was granted in part counts half as granted. It has
    ``slope(column)``, ``level``, ``base``, ``attempts`` (the share of decisions with an attempt),
    ``probability(episode, hypothesis)`` that it was made, ``success(episode)`` given an attempt and
    ``success_without`` one, and ``decisive(episode)``, the least probability that an attempt was made and
    decided the outcome (a lower bound if nothing confounds the two; `summary.summarise_attempts` reports its
    5 % point, since its mean is as large where nothing works). Items that restate a condition or the outcome
    are left out and listed in ``attrs["left_out"]`` of the draws.

    Raises
    ------
    ModelError
        If nothing is coded about an attempt of a decision with a known outcome.
    ConditionError
        For conditions that are missing, constant, collinear, or too many for the cases.
    UnknownNameError
        For a condition that is not there.

    References
    ----------
    Humphreys and Jacobs (2015), American Political Science Review 109: 653-673, on hidden types behind
    outcomes; Tian and Pearl (2000), Annals of Mathematics and Artificial Intelligence 28: 287-313, on bounds.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> arms = bt.compile_evidence(bt.read_evidence_set("evidence_sets/us_arms_transfers"))
    >>> model = success_model(arms, conditions=["loyalty_record"])
    >>> model.coords["hypothesis"]
    ('made', 'not_made')
    """
    attempts = needed_attempts(evidence)
    fitted = keep_episodes(attempts, _decided(attempts))
    named = as_names(conditions)
    fitted, left_out = without_restating(fitted, named)
    design = make_design(fitted, named)
    layout = make_layout(fitted, "set")
    return _build(layout, design, {"left_out": " ".join(left_out), **layout.attrs}, 1.0)


def _decided(attempts: xr.Dataset) -> list[int]:
    """Places of the decisions to learn from."""
    held = np.flatnonzero(speaks(attempts))
    if not held.size:
        message = (
            f"{attempts.attrs.get('evidence_set', 'the set')}: no decision with a known outcome is coded about an "
            "attempt; state granted, or code one"
        )
        raise ModelError(message)
    return [int(j) for j in held]


def _build(layout: Layout, design: Design, attrs: dict[str, str | float], scale: float) -> EvidenceModel:
    record = Record(
        name="success",
        evidence=layout.evidence,
        signature=f"success:{design.names}:{layout.signature}",
        without_data_model=layout.without_data_model,
        without_density=layout.without_density,
        attrs={**attrs, "prior_scale": scale},
        rescaled=partial(_build, layout, design, attrs),
    )
    coords = {**basic_coords(layout), "hypothesis": list(MADE), "column": list(design.names)}
    model = EvidenceModel(record=record, coords=coords)
    with model:
        rows = build_rows(model, layout, turn_absent=True)
        sums = sum_by_episode(layout, rows.rows, rows.weight) - level_of_ratios(layout, rows)[:, None]
        _outcomes(model, layout, design, sums, scale)
    record.constants |= _constants(layout, design)
    return model


def _outcomes(model: EvidenceModel, layout: Layout, design: Design, sums: Tensor, scale: float) -> None:
    wide = model.data("prior_scale", scale)
    x = model.data("design", design.standard, ("episode", "column"))
    slope = SLOPE_SD * wide * model.normal("slope_raw", 1.0, ("column",))
    level, base, attempts = (
        SUCCESS_SD * wide * model.normal(f"{name}_raw", 1.0, ()) for name in ("level", "base", "attempts")
    )
    model.keep("slope", slope, ("column",), judge=True)
    model.keep("level", level, (), judge=True)
    model.keep("base", base, (), judge=True)
    model.keep("attempts", pm.math.sigmoid(attempts), (), judge=True)
    log_share = pt.stack([-pt.softplus(-attempts), -pt.softplus(attempts)])[None, :]
    odds = pt.stack([level + (x * slope[None, :]).sum(axis=1), base + 0.0 * x[:, 0]], axis=1)
    y = model.observe("outcome", "granted", granted_share(layout.evidence), ("episode",))
    pm.CustomDist(
        "outcome",
        log_share + sums,
        odds,
        logp=lambda value, weight, odds: PYTENSOR.log_sum(weight + _bernoulli(value, odds), -1),
        random=_draw_outcome,
        signature="(h),(h)->()",
        dtype="float64",
        observed=y,
        dims=("episode",),
    )
    given = sums + _bernoulli(y, odds)
    model.keep("share", pt.exp(log_share) + 0.0 * odds, ("episode", "hypothesis"))
    model.keep("log_likelihood_given", given, ("episode", "hypothesis"))
    probability = model.keep(
        "probability", pm.math.softmax(log_share + given, axis=-1), ("episode", "hypothesis")
    )
    _keep_success(model, probability[:, 0], odds, y)
    _derive(model, scale)


def _keep_success(model: EvidenceModel, made: Tensor, odds: Tensor, y: Tensor) -> None:
    """Success with and without an attempt, and the bound on "made and decisive" of what was granted."""
    success = model.keep("success", pm.math.sigmoid(odds[:, 0]), ("episode",))
    without = model.keep("success_without", pm.math.sigmoid(odds[0, 1]), ())
    bound = pt.gt(y, 0) * made * pt.maximum(0.0, 1.0 - without / success)
    model.keep("decisive", bound, ("episode",))


def _bernoulli(value: Tensor, odds: Tensor) -> Tensor:
    """Log-probability of an outcome; half of each where it was granted in part."""
    granted = value[:, None]
    return -granted * pt.softplus(-odds) - (1 - granted) * pt.softplus(odds)


def _draw_outcome(
    weight: Array,
    odds: Array,
    rng: np.random.Generator | None = None,
    size: object = None,  # noqa: ARG001
) -> Array:
    """Draw whether the attempt was made, given its own evidence, then the outcome."""
    rng = rng or np.random.default_rng()
    made = rng.random(weight.shape[0]) < expit(weight[:, 0] - weight[:, 1])
    success = expit(np.where(made, odds[:, 0], odds[:, 1]))
    return (rng.random(success.size) < success).astype(np.float64)


def _derive(model: EvidenceModel, scale: float) -> None:
    """What `sample` shows of the prior."""
    episodes = list(model.coords["episode"])

    def share(draws: xr.Dataset) -> xr.DataArray:
        p = expit(SUCCESS_SD * scale * draws["attempts_raw"].values)[:, :, None, None]
        both = np.concatenate([p, 1 - p], axis=-1).repeat(len(episodes), axis=2)
        coords = {"episode": episodes, "hypothesis": list(MADE)}
        return xr.DataArray(both, coords, ("chain", "draw", "episode", "hypothesis"))

    def rate(draws: xr.Dataset, *, of: str) -> xr.DataArray:
        return draws[of].copy(data=expit(SUCCESS_SD * scale * draws[of].values))

    model.record.derived |= {
        "slope": lambda draws: SLOPE_SD * scale * draws["slope_raw"],
        "level": lambda draws: SUCCESS_SD * scale * draws["level_raw"],
        "base": lambda draws: SUCCESS_SD * scale * draws["base_raw"],
        "attempts": partial(rate, of="attempts_raw"),
        "success_without": partial(rate, of="base_raw"),
        "share": share,
    }


def _constants(layout: Layout, design: Design) -> dict[str, xr.DataArray]:
    columns = {"column": list(design.names)}
    episodes = {"episode": layout.evidence["episode"].values.astype(str)}
    return {
        "condition_value": xr.DataArray(design.stated, {**episodes, **columns}, ("episode", "column")),
        "condition_sd": xr.DataArray(design.sd, columns, ("column",)),
        "condition_mean": xr.DataArray(design.mean, columns, ("column",)),
        "outcome": xr.DataArray(granted_share(layout.evidence), episodes, ("episode",)),
    }
