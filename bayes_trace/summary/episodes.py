"""The table of probabilities: centre, spread, and whether the chains agree on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import xarray as xr
from arviz_stats.base import array_stats

from bayes_trace.guards import guarded

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CONSTANT", "intervals", "marks", "summarise"]

Array = npt.NDArray[np.float64]
#: a quantity that moves less than this is constant
CONSTANT = 1e-10
#: 90 as ranges are stated; 89 stays for those who read it by name
LEVELS = (89, 90, 95)
#: probabilities that differ by a smaller share are level
LEVEL = 1e-12
#: fewer chains than this cannot be compared
PAIR = 2


@guarded
def summarise(draws: xr.DataTree) -> pd.DataFrame:
    """One row per episode and hypothesis.

    Parameters
    ----------
    draws
        From `sample` or `propagate`.

    Returns
    -------
    A data frame with ``episode``, ``hypothesis``, ``prior``, ``mean``, ``median``, equal-tailed
    intervals (``low_90``, ``high_90``; likewise 89 and 95 %), ``p_leading`` (share of draws in which
    the hypothesis leads; those that are level share it), ``mcse`` of the mean, ``r_hat``, ``ess`` and
    ``flag``: ``constant`` where nothing moves, ``not converged`` or ``interrupted`` where the run was
    marked, ``propagated`` for a sensitivity distribution. Its ``attrs`` say the same of the whole.

    References
    ----------
    Vehtari et al. (2021), Bayesian Analysis 16: 667-718, on R-hat, effective draws and MCSE.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.propagation import propagate
    >>> es = bt.from_table({"memo": {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2}})
    >>> table = summarise(propagate(bt.compile_evidence(es), draws=1000, seed=1))
    >>> table[["hypothesis", "p_leading", "flag"]].values.tolist()
    [['A', 1.0, 'propagated'], ['B', 0.0, 'propagated']]
    """
    import pandas as pd

    probability = draws["posterior"]["probability"].transpose("episode", "hypothesis", "chain", "draw")
    prior = draws["constant_data"].to_dataset().get("prior")
    leads = probability.values >= probability.values.max(axis=1, keepdims=True) * (1 - LEVEL)
    leads = leads / leads.sum(axis=1, keepdims=True)
    rows = []
    for j, episode in enumerate(probability["episode"].values):
        for h, name in enumerate(probability["hypothesis"].values):
            values = probability.values[j, h]
            row: dict[str, object] = {"episode": str(episode), "hypothesis": str(name)}
            if prior is not None:
                row["prior"] = float(prior.sel(episode=episode, hypothesis=name))
            row |= {"mean": float(values.mean()), "median": float(np.median(values)), **intervals(values)}
            row |= {"p_leading": float(leads[j, h].mean()), **_chains(values)}
            row["flag"] = "; ".join(_flags(draws, values))
            rows.append(row)
    table = pd.DataFrame(rows)
    table.attrs = {name: draws.attrs[name] for name in ("model", "kind", "scenario") if name in draws.attrs}
    table.attrs["note"] = "; ".join(marks(draws))
    return table


def intervals(values: Array) -> dict[str, float]:
    """Equal-tailed intervals of draws."""
    ends: dict[str, float] = {}
    for level in LEVELS:
        tail = (1 - level / 100) / 2
        low, high = np.quantile(values, [tail, 1 - tail])
        ends |= {f"low_{level}": float(low), f"high_{level}": float(high)}
    return ends


def _chains(values: Array) -> dict[str, float]:
    """MCSE, R-hat and effective draws; all of no meaning where nothing moves."""
    if np.ptp(values) < CONSTANT:
        return {"mcse": 0.0, "r_hat": np.nan, "ess": np.nan}

    def judged(function: Callable[..., object], method: str) -> float:
        return float(np.asarray(function(values, chain_axis=0, draw_axis=1, method=method)))

    several = values.shape[0] >= PAIR
    return {
        "mcse": judged(array_stats.mcse, "mean"),
        "r_hat": judged(array_stats.rhat, "rank") if several else np.nan,
        "ess": judged(array_stats.ess, "bulk"),
    }


def marks(draws: xr.DataTree) -> list[str]:
    """What a reader must know about a run before its numbers."""
    said = []
    if draws.attrs.get("kind") == "propagated":
        said.append("propagated")
    if not draws.attrs.get("converged", 1):
        said.append("not converged")
    if draws.attrs.get("interrupted", 0):
        said.append("interrupted")
    return said


def _flags(draws: xr.DataTree, values: Array) -> list[str]:
    still = ["constant"] if np.ptp(values) < CONSTANT else []
    return [*still, *marks(draws)]
