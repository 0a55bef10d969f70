"""Whether the chains agree, judged on what is reported."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr
from arviz_stats.base import array_stats

from bayes_trace.models.record import Record
from bayes_trace.scales import logit

__all__ = ["diagnose", "log_odds"]

#: a run fails above the first, or above the second with fewer effective draws than ENOUGH
RHAT_FAIL, RHAT_WATCH = 1.02, 1.01
ENOUGH, FEWEST = 1000, 400
#: ends of a 90 % interval, as ranges are stated
TAILS = (0.05, 0.95)
#: a quantity that moves less than this is constant, neither passed nor failed
CONSTANT = 1e-10
TINY = 1e-300


def log_odds(probability: xr.DataArray) -> xr.DataArray:
    """Log P - log P(leader), leader of the mean; (chain, draw, episode, hypothesis)."""
    log_p = probability.copy(data=np.log(np.maximum(probability.values, TINY)))
    leader = probability.mean(("chain", "draw")).argmax("hypothesis")
    return log_p - log_p.isel(hypothesis=leader)


def diagnose(record: Record, draws: xr.Dataset) -> tuple[xr.Dataset, list[str]]:
    """R-hat and effective draws of all that is judged, and the failures, worst first.

    Returns
    -------
    Dataset with ``rhat``, ``ess``, ``ess_tail`` and ``constant`` of each quantity; the sentences.
    """
    names, constant, judged = [], [], []
    for name, values in _quantities(record, draws):
        still = bool(np.ptp(values) < CONSTANT)  # NaN compares as moving
        names.append(name)
        constant.append(still)
        judged.append((np.nan,) * 3 if still else _judged(values))
    rhat, ess, tail = np.array(judged, dtype=np.float64).reshape(-1, 3).T
    table = xr.Dataset(
        {
            "rhat": ("quantity", rhat),
            "ess": ("quantity", ess),
            "ess_tail": ("quantity", tail),
            "constant": ("quantity", np.array(constant, dtype=bool)),
        },
        {"quantity": np.array(names, dtype=str)},
    )
    return table, _failures(table)


def _judged(values: np.ndarray) -> tuple[float, float, float]:
    """R-hat, and effective draws in the bulk and in the tails."""
    found = (
        array_stats.rhat(values, chain_axis=0, draw_axis=1, method="rank"),
        array_stats.ess(values, chain_axis=0, draw_axis=1, method="bulk"),
        array_stats.ess(values, chain_axis=0, draw_axis=1, method="tail", prob=TAILS),
    )
    rhat, bulk, tail = (float(each) for each in found)
    return rhat, bulk, tail


def _quantities(record: Record, draws: xr.Dataset) -> Iterator[tuple[str, np.ndarray]]:
    """Name and draws (chain, draw) of every quantity on which a run is judged."""
    yield from _cells("log odds", log_odds(draws["probability"]))
    if any("+" in str(name) for name in draws["hypothesis"].values):
        share = record.inclusion(draws["probability"]).clip(TINY, 1 - np.finfo(float).eps)
        yield from _cells("inclusion", share.copy(data=logit(share.values)))
    for name in record.judged:
        if name in draws:
            yield from _cells(name, draws[name])


def _cells(name: str, values: xr.DataArray) -> Iterator[tuple[str, np.ndarray]]:
    stacked = values.transpose("chain", "draw", ...)
    dims = [str(dim) for dim in stacked.dims[2:]]
    for at in np.ndindex(*stacked.shape[2:]):
        where = ", ".join(str(stacked[dim].values[i]) for dim, i in zip(dims, at, strict=True))
        yield (f"{name}[{where}]" if where else name), stacked.values[(slice(None), slice(None), *at)]


def _failures(table: xr.Dataset) -> list[str]:
    rhat, ess, tail = (table[name].values for name in ("rhat", "ess", "ess_tail"))
    fewest = np.fmin(ess, tail)
    lost = ~table["constant"].values & np.isnan(rhat + ess + tail)
    bad = (rhat > RHAT_FAIL) | ((rhat > RHAT_WATCH) & (ess < ENOUGH)) | (fewest < FEWEST)
    order = np.lexsort((fewest, -np.nan_to_num(rhat, nan=np.inf)))
    names = table["quantity"].values
    return [
        f"{names[q]}: R-hat {rhat[q]:.3f}, {ess[q]:.0f} effective draws ({tail[q]:.0f} in the tails)"
        for q in order
        if bad[q] or lost[q]
    ]
