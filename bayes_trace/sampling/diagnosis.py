"""Whether the chains agree, judged on what is reported."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr
from arviz_stats.base import array_stats

from bayes_trace.models import EvidenceModel
from bayes_trace.scales import logit

__all__ = ["diagnose", "log_odds"]

#: a run fails above the first, or above the second with fewer effective draws than ENOUGH
RHAT_FAIL, RHAT_WATCH = 1.02, 1.01
ENOUGH, FEWEST = 1000, 400
#: a quantity that moves less than this is constant, neither passed nor failed
CONSTANT = 1e-10
TINY = 1e-300


def log_odds(probability: xr.DataArray) -> xr.DataArray:
    """Log P - log P(leader), leader of the mean; (chain, draw, episode, hypothesis)."""
    log_p = probability.copy(data=np.log(np.maximum(probability.values, TINY)))
    leader = probability.mean(("chain", "draw")).argmax("hypothesis")
    return log_p - log_p.isel(hypothesis=leader)


def diagnose(model: EvidenceModel, draws: xr.Dataset) -> tuple[xr.Dataset, list[str]]:
    """R-hat and effective draws of all that is judged, and the failures, worst first.

    Returns
    -------
    Dataset with ``rhat(quantity)``, ``ess(quantity)`` and ``constant(quantity)``; the sentences.
    """
    names, rhat, ess, constant = [], [], [], []
    for name, values in _quantities(model, draws):
        still = bool(np.ptp(values) < CONSTANT)  # NaN compares as moving
        names.append(name)
        constant.append(still)
        rhat.append(np.nan if still else _rhat(values))
        ess.append(
            np.nan if still else float(array_stats.ess(values, chain_axis=0, draw_axis=1, method="bulk"))
        )
    table = xr.Dataset(
        {
            "rhat": ("quantity", np.array(rhat)),
            "ess": ("quantity", np.array(ess)),
            "constant": ("quantity", np.array(constant, dtype=bool)),
        },
        {"quantity": np.array(names, dtype=str)},
    )
    return table, _failures(table)


def _rhat(values: np.ndarray) -> float:
    return float(array_stats.rhat(values, chain_axis=0, draw_axis=1, method="rank"))


def _quantities(model: EvidenceModel, draws: xr.Dataset) -> Iterator[tuple[str, np.ndarray]]:
    """Name and draws (chain, draw) of every quantity on which a run is judged."""
    yield from _cells("log odds", log_odds(draws["probability"]))
    if any("+" in str(name) for name in draws["hypothesis"].values):
        share = model.inclusion(draws["probability"]).clip(TINY, 1 - np.finfo(float).eps)
        yield from _cells("inclusion", share.copy(data=logit(share.values)))
    for name in model.record.judged:
        if name in draws:
            yield from _cells(name, draws[name])


def _cells(name: str, values: xr.DataArray) -> Iterator[tuple[str, np.ndarray]]:
    stacked = values.transpose("chain", "draw", ...)
    dims = [str(dim) for dim in stacked.dims[2:]]
    for at in np.ndindex(*stacked.shape[2:]):
        where = ", ".join(str(stacked[dim].values[i]) for dim, i in zip(dims, at, strict=True))
        yield (f"{name}[{where}]" if where else name), stacked.values[(slice(None), slice(None), *at)]


def _failures(table: xr.Dataset) -> list[str]:
    rhat, ess = table["rhat"].values, table["ess"].values
    lost = ~table["constant"].values & (np.isnan(rhat) | np.isnan(ess))
    bad = (rhat > RHAT_FAIL) | ((rhat > RHAT_WATCH) & (ess < ENOUGH)) | (ess < FEWEST)
    order = np.lexsort((ess, -np.nan_to_num(rhat, nan=np.inf)))
    names = table["quantity"].values
    return [
        f"{names[q]}: R-hat {rhat[q]:.3f}, {ess[q]:.0f} effective draws" for q in order if bad[q] or lost[q]
    ]
