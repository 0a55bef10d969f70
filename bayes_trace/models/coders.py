"""Several coders: level, lean and noise of each, with their common value summed out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from bayes_trace.models.base import EvidenceModel, Tensor
from bayes_trace.models.layout import Layout
from bayes_trace.scales.units import NATS_PER_DB

__all__ = ["pooled_values"]

#: priors, in dB
LEAN_DB = 2.0
LEVEL_SD_DB = 5.0
NOISE_DB = 2.0
#: how much coders differ in noise, on the log scale
NOISE_SPREAD = 0.3
#: nobody codes finer than this, in dB; keeps perfect agreement from driving the noise to zero
FINEST_DB = 0.1
#: two coders share one noise
PAIR = 2


def pooled_values(model: EvidenceModel, layout: Layout, z: Tensor) -> Tensor:
    """Value of every slot under every hypothesis, given what all coders said.

    Coder c says Normal(x + level_c + lean_ch, range^2 + sigma_c^2) of a common value x whose prior is
    flat. What the codings say with x summed out is the potential ``codings``; x given the codings is
    normal around their weighted mean, and `z` its standard deviate.
    """
    codings = layout.codings
    unit = _unit(layout)
    counted = (layout.items.slot >= 0)[None] & codings.coded[:, :, None]
    parts = codings.stated, codings.spread, np.ones_like(codings.stated)
    stated, spread, finite = model.layers("codings_table", *(np.where(counted, part, 0.0) for part in parts))
    noise, bias = _noise(model, len(codings.coders)), _bias(model, layout)
    weight = finite / (spread**2 + unit**2 * (noise**2 + FINEST_DB**2))
    certain = layout.items.slot < 0
    total = weight.sum(axis=0) + certain
    freed = stated - unit * bias
    middle = (weight * freed).sum(axis=0) / total
    _codings_potential(layout, (finite, weight, total), freed - middle[None])
    value = middle + z / pt.sqrt(total)
    if not certain.any():
        return value
    return pt.switch(certain, model.data("certain_value", layout.items.location), value)


def _unit(layout: Layout) -> npt.NDArray[np.float64]:
    """One dB on the scale of each slot; one number where all have the same scale."""
    unit = np.where(layout.codings.is_ratio, 1.0, NATS_PER_DB)
    return unit[0] if np.unique(unit).size == 1 else unit[None, :, None]


def _noise(model: EvidenceModel, n: int) -> Tensor:
    """Noise of each coder in dB, against (coder, slot, hypothesis); one number for two coders."""
    model.record.derived["coder_noise"] = _noise_of
    common = model.half_normal("coder_noise_scale", NOISE_DB)
    if n == PAIR:
        model.keep("coder_noise", pt.stack([common] * n), ("coder",), judge=True)
        return common
    each = common * pt.exp(NOISE_SPREAD * model.normal("coder_noise_deviate", 1.0, ("coder",)))
    return model.keep("coder_noise", each, ("coder",), judge=True)[:, None, None]


def _noise_of(draws: xr.Dataset) -> xr.DataArray:
    if "coder_noise_deviate" not in draws:
        return draws["coder_noise_scale"].expand_dims(coder=PAIR, axis=-1)
    return draws["coder_noise_scale"] * np.exp(NOISE_SPREAD * draws["coder_noise_deviate"])


def _bias(model: EvidenceModel, layout: Layout) -> Tensor:
    """Level and lean of each coder in dB (coder, slot, hypothesis); a ratio has no level."""
    ratio = layout.codings.is_ratio
    by_hypothesis = model.zero_sum("coder_lean", LEAN_DB, ("coder", model.rivals), axes=2)
    model.keep("coder_lean", by_hypothesis, ("coder", model.rivals), judge=True)
    if ratio.all():
        return by_hypothesis[:, None, :]
    level = model.zero_sum("coder_level", LEVEL_SD_DB, ("coder",))
    model.keep("coder_level", level, ("coder",), judge=True)
    has_level = (~ratio)[None, :, None] if ratio.any() else 1.0
    return by_hypothesis[:, None, :] + level[:, None, None] * has_level


def _codings_potential(layout: Layout, parts: tuple[Tensor, Tensor, Tensor], residual: Tensor) -> None:
    """What the codings say of the coders; each judgement counts once, a ratio one degree less."""
    codings, (finite, weight, total) = layout.codings, parts
    # a lone coding has nothing to agree with: its two terms cancel
    log_weight = pt.log(weight + (1.0 - finite)).sum(axis=0) - pt.log(total)
    degrees = 1.0 - codings.is_ratio / layout.evidence.sizes["hypothesis"]
    fit = 0.5 * degrees[:, None] * log_weight - 0.5 * (weight * residual**2).sum(axis=0)
    pm.Potential("codings", (codings.share[:, None] * fit).sum())
