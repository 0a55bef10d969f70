"""Several episodes of one outcome: which conditions make an explanation more common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pymc as pm
import xarray as xr
from scipy.special import log_softmax, softmax

from bayes_trace.guards import guarded
from bayes_trace.models.base import EvidenceModel, Tensor
from bayes_trace.models.conditions import (
    CLASSES,
    Design,
    Groups,
    make_design,
    make_groups,
    of_outcome,
    without_restating,
)
from bayes_trace.models.contrasts import Contrasts, make_contrasts
from bayes_trace.models.elicitation import add_deterministics, basic_coords, keep_episodes
from bayes_trace.models.graph import build_rows
from bayes_trace.models.layout import Layout, make_layout
from bayes_trace.models.numbers import PYTENSOR
from bayes_trace.models.observed import attach_evidence
from bayes_trace.models.record import Record, as_names

__all__ = ["comparative_model"]

Array = npt.NDArray[np.float64]
#: prior standard deviations, in log-odds; a coefficient is per standard deviation of its condition
INTERCEPT_SD, COEFFICIENT_SD, GROUP_SD = 1.0, 1.0, 0.5
#: draws and rounds that set the offset
OFFSET_DRAWS, OFFSET_ROUNDS = 4000, 30
OFFSET_SEED = 20


@guarded
def comparative_model(
    evidence: xr.Dataset,
    *,
    conditions: Sequence[str] | str,
    granted: bool = True,
    groups: Iterable[str] | str | None = None,
) -> EvidenceModel:
    """Which conditions are associated with which explanation, across episodes of one outcome.

    The hypothesis of each episode is summed out: no posterior of an episode is taken as data. The
    share of hypothesis h in episode j is softmax(offset_j + intercept + x_j coefficient + effects of
    groups), each zero-sum over hypotheses; the offset makes the prior mean share the stated prior.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    conditions
        Conditions that the set declares: numbers, or texts (one column per further level).
    granted
        Fit the episodes in which the outcome was granted (``granted: yes`` or ``part``), or those in
        which it was refused (``no``): a hypothesis explains the one or the other.
    groups
        ``case``, ``administration``; by default both, where the episodes fitted tell them apart.

    Returns
    -------
    A `pm.Model` in which priors stand for mean shares (a concentration of theirs is not used: how far
    shares may lie from them follows from the coefficients). It has
    ``coefficient(column, hypothesis)`` in log-odds per standard deviation,
    ``effect(column, hypothesis)``, the difference that the condition's smallest and largest value make
    to the mean share, ``share`` and ``probability(episode, hypothesis)``. Items that restate a
    condition or the outcome are left out; ``attrs["left_out"]`` of the draws lists them. An item that
    bears on n of the episodes enters each with exponent 1 / n. A contrast of two episodes or cases, of which not both
    are fitted, enters once: P(item) = P(item | it holds) w + P(item | it fails) (1 - w), w the product of the share of
    its hypothesis under the conditions of the first and of what is left of it under those of the second;
    ``attrs["contrasts"]`` lists those used, ``attrs["contrasts_left_out"]`` the others with the reason.

    Raises
    ------
    ModelError
        If no scored episode had that outcome.
    ConditionError
        For conditions or groups that are missing, constant, collinear, or too many for the cases.
    UnknownNameError
        For a condition or a group that is not there.

    References
    ----------
    Humphreys and Jacobs (2015), American Political Science Review 109: 653-673, on joint inference from
    clues and outcomes; Gelman et al. (2008), Annals of Applied Statistics 2: 1360-1383, on weak priors.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> arms = bt.compile_evidence(bt.read_evidence_set("evidence_sets/us_arms_transfers"))
    >>> model = comparative_model(arms, conditions=["loyalty_record"])
    >>> model.coords["column"]
    ('loyalty_record',)
    """
    fitted = keep_episodes(evidence, of_outcome(evidence, CLASSES[bool(granted)]))
    named = as_names(conditions)
    fitted, left_out = without_restating(fitted, named)
    design = make_design(fitted, named)
    grouped = make_groups(fitted, groups)
    layout = make_layout(fitted, "set")
    contrasts = make_contrasts(evidence, fitted, design, grouped)
    attrs: dict[str, str | float] = {
        "left_out": " ".join(left_out),
        "contrasts": " ".join(contrasts.names),
        "contrasts_left_out": "; ".join(f"{name}: {why}" for name, why in contrasts.left_out.items()),
        "groups_left_out": "; ".join(grouped.left_out.values()),
        "outcome": "granted" if granted else "refused",
        **layout.attrs,
    }
    return _build(layout, (design, grouped, contrasts), attrs, 1.0)


def _build(
    layout: Layout,
    regression: tuple[Design, Groups, Contrasts],
    attrs: dict[str, str | float],
    scale: float,
) -> EvidenceModel:
    design, groups, contrasts = regression
    members = {name: index.tolist() for name, index in groups.index.items()}
    record = Record(
        name="comparative",
        evidence=layout.evidence,
        signature=f"comparative:{design.names}:{groups.levels}:{members}:{contrasts.names}:{layout.signature}",
        without_data_model=layout.without_data_model,
        without_density=layout.without_density,
        attrs={**attrs, "prior_scale": scale},
        rescaled=partial(_build, layout, regression, attrs),
    )
    levels = {name: list(found) for name, found in groups.levels.items()}
    coords = {**basic_coords(layout), "column": list(design.names), **levels}
    model = EvidenceModel(record=record, coords=coords)
    with model:
        rows = build_rows(model, layout)
        log_share = _log_share(model, regression, scale)
        given = attach_evidence(model, layout, rows, log_share)
        add_deterministics(model, rows, log_share + given, keep_items=False)
    record.constants |= _constants(layout, design)
    return model


def _constants(layout: Layout, design: Design) -> dict[str, xr.DataArray]:
    columns = {"column": list(design.names)}
    episodes = {"episode": layout.evidence["episode"].values.astype(str)}
    return {
        "condition_value": xr.DataArray(design.stated, {**episodes, **columns}, ("episode", "column")),
        "condition_sd": xr.DataArray(design.sd, columns, ("column",)),
        "condition_mean": xr.DataArray(design.mean, columns, ("column",)),
    }


def _log_share(model: EvidenceModel, regression: tuple[Design, Groups, Contrasts], scale: float) -> Tensor:
    """Free quantities of the regression and the log shares that follow."""
    design, groups, contrasts = regression
    wide = model.data("prior_scale", scale)
    x = model.data("design", design.standard, ("episode", "column"))
    ends = model.data("design_ends", _ends(design))
    intercept = INTERCEPT_SD * wide * model.zero_sum("intercept_raw", 1.0, ("hypothesis",))
    coefficient = COEFFICIENT_SD * wide * model.zero_sum("coefficient_raw", 1.0, ("column", "hypothesis"))
    model.keep("intercept", intercept, ("hypothesis",), judge=True)
    model.keep("coefficient", coefficient, ("column", "hypothesis"), judge=True)
    eta = intercept[None, :] + (x[:, :, None] * coefficient[None]).sum(axis=1)
    effects: dict[str, Tensor] = {}
    for name, index in groups.index.items():
        sd = model.half_normal(f"{name}_sd_raw", 1.0)
        effect = model.zero_sum(f"{name}_raw", 1.0, (name, "hypothesis"), axes=2)
        sd = model.keep(f"{name}_sd", GROUP_SD * wide * sd, (), judge=True)
        effects[name] = model.keep(f"{name}_effect", sd * effect, (name, "hypothesis"), judge=True)
        eta = eta + effects[name][index]
    linear = partial(_linear, design=design, groups=groups, scale=scale)
    offset = _offset(model, linear)
    eta = eta + model.data("offset", offset, ("episode", "hypothesis"))
    model.keep("share", pm.math.softmax(eta, axis=-1), ("episode", "hypothesis"))
    model.keep("effect", _effect(eta, x, ends, coefficient), ("column", "hypothesis"), judge=True)
    _derive(model, design, groups, linear, offset)
    if contrasts.names:
        sides = intercept + (contrasts.x[..., None] * coefficient).sum(axis=2) + offset.mean(axis=0)
        _attach_contrasts(contrasts, sides, effects)
    return eta - PYTENSOR.log_sum(eta, -1)[:, None]


def _attach_contrasts(contrasts: Contrasts, sides: Tensor, effects: dict[str, Tensor]) -> None:
    """What each contrast says: the hypothesis is at work in its first member and not in its second, or not so.

    `sides` (contrast, side, hypothesis) lack the effects of groups; a member of none has the mean of its group, 0.
    """
    for name, effect in effects.items():
        at = contrasts.index[name]
        sides = sides + effect[np.maximum(at, 0)] * (at >= 0)[..., None]
    share = (pm.math.softmax(sides, axis=-1) * contrasts.about[:, None]).sum(axis=-1)
    holds = share[:, 0] * (1 - share[:, 1])
    with_it, without = contrasts.likelihood.T
    pm.Potential("contrasts", pm.math.log(without + (with_it - without) * holds).sum())


def _ends(design: Design) -> Array:
    """Smallest and largest value of each column, standardised: (2, column)."""
    return np.stack([design.standard.min(axis=0), design.standard.max(axis=0)])


def _effect(eta: Tensor, x: Tensor, ends: Tensor, coefficient: Tensor) -> Tensor:
    """Mean share with a condition at its largest value, less that at its smallest."""
    moved = [eta[None] + (ends[end][:, None] - x.T)[:, :, None] * coefficient[:, None, :] for end in (0, 1)]
    low, high = (pm.math.softmax(each, axis=-1).mean(axis=1) for each in moved)
    return high - low


def _linear(draws: xr.Dataset, *, design: Design, groups: Groups, scale: float) -> Array:
    """Linear predictor (draw, episode, hypothesis) without offset, from the raw variables."""

    def raw(name: str) -> Array:
        return np.asarray(draws[name].values[0])

    eta = INTERCEPT_SD * scale * raw("intercept_raw")[:, None, :]
    eta = eta + COEFFICIENT_SD * scale * np.einsum("jk,dkh->djh", design.standard, raw("coefficient_raw"))
    for name, index in groups.index.items():
        sd = GROUP_SD * scale * raw(f"{name}_sd_raw")
        eta = eta + sd[:, None, None] * raw(f"{name}_raw")[:, index]
    return np.asarray(eta)


def _offset(model: EvidenceModel, linear: Callable[[xr.Dataset], Array]) -> Array:
    """Offsets at which the prior mean share of every episode is its stated prior."""
    from bayes_trace.models.priors import draw_priors

    eta = linear(draw_priors(model.record, OFFSET_DRAWS, np.random.default_rng(OFFSET_SEED)))
    stated = np.log(model.record.evidence["prior"].values)
    offset = stated.copy()
    for _ in range(OFFSET_ROUNDS):
        offset += stated - np.log(softmax(eta + offset, axis=-1).mean(axis=0))
        offset -= offset.mean(axis=-1, keepdims=True)
    return np.asarray(offset)


def _derive(
    model: EvidenceModel,
    design: Design,
    groups: Groups,
    linear: Callable[[xr.Dataset], Array],
    offset: Array,
) -> None:
    """What `sample` shows of the prior."""
    scale = float(model.record.attrs["prior_scale"])

    def labelled(values: Array, *dims: str) -> xr.DataArray:
        return xr.DataArray(
            values[None], {dim: list(model.coords[dim]) for dim in dims}, ("chain", "draw", *dims)
        )

    def effect(draws: xr.Dataset) -> xr.DataArray:
        coefficient = COEFFICIENT_SD * scale * draws["coefficient_raw"].values[0]
        eta, x = linear(draws) + offset, design.standard
        low, high = (
            np.stack(
                [
                    softmax(eta + (end[k] - x[:, k])[None, :, None] * coefficient[:, None, k], axis=-1).mean(
                        1
                    )
                    for k in range(x.shape[1])
                ],
                axis=1,
            )
            for end in _ends(design)
        )
        return labelled(high - low, "column", "hypothesis")

    derived: dict[str, Callable[[xr.Dataset], xr.DataArray]] = {
        "share": lambda draws: labelled(
            np.exp(log_softmax(linear(draws) + offset, axis=-1)), "episode", "hypothesis"
        ),
        "intercept": lambda draws: INTERCEPT_SD * scale * draws["intercept_raw"],
        "coefficient": lambda draws: COEFFICIENT_SD * scale * draws["coefficient_raw"],
        "effect": effect,
    }
    for name in groups.index:
        derived[f"{name}_sd"] = partial(_group_sd, name=name, scale=scale)
        derived[f"{name}_effect"] = partial(_group_effect, name=name, scale=scale)
    model.record.derived |= derived


def _group_sd(draws: xr.Dataset, *, name: str, scale: float) -> xr.DataArray:
    return GROUP_SD * scale * draws[f"{name}_sd_raw"]


def _group_effect(draws: xr.Dataset, *, name: str, scale: float) -> xr.DataArray:
    return _group_sd(draws, name=name, scale=scale) * draws[f"{name}_raw"]
