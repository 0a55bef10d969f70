"""What each cell of an overview says: who leads, how probable, whether level, whether overturned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError
from bayes_trace.exact import LEVEL_DB
from bayes_trace.guards import guarded
from bayes_trace.scales import probability_to_db

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["overview_cells"]

DIMS = ("scenario", "coder", "episode")


@guarded
def overview_cells(
    probabilities: xr.Dataset | xr.DataArray | pd.DataFrame,
    *,
    parts: Mapping[str, str] | None = None,
    level_db: float = LEVEL_DB,
) -> xr.Dataset:
    """Leaders, ties and reversals of every episode, by scenario and coder.

    Parameters
    ----------
    probabilities
        Posterior probabilities over ``scenario``, ``coder``, ``episode``, ``hypothesis``, as from
        `sensitivity.scenarios`; or a tidy table with these columns and ``probability``, whosever numbers
        they are. The first scenario is the one that others are compared with. What is missing was not coded.
    parts
        The hypothesis that each part of a split one is counted with: without it a split halves a leader
        mechanically.
    level_db
        Hypotheses less than this many decibels of probability behind the first are level with it.

    Returns
    -------
    Dataset over scenario, coder and episode: ``leader`` and ``second`` (level with it; empty where there is
    none), ``level`` (how many are level, 0 where nothing was coded), ``probability`` of the leader, and
    ``overturned``: none of the leaders led for the same coder in the first scenario. Scenarios in
    which nothing differs from the first are left out and named in ``attrs["same"]``.

    Raises
    ------
    BayesTraceError
        If a dimension, or a column, is missing, or there is no probability.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("base", "A", 0.9), ("base", "B", 0.1), ("strict", "A", 0.3), ("strict", "B", 0.7)]
    >>> table = pd.DataFrame(rows, columns=["scenario", "hypothesis", "probability"])
    >>> cells = overview_cells(table.assign(coder="me", episode="vote"))
    >>> cells["leader"].values.ravel().tolist(), cells["overturned"].values.ravel().tolist()
    (['A', 'B'], [False, True])
    """
    table = _with_parts(_filled(_table(probabilities)), dict(parts or {}))
    kept, same = _differing(table)
    values = np.nan_to_num(kept.values, nan=0.0)
    coded = np.isfinite(kept.values).any(axis=-1)
    order = np.argsort(-values, axis=-1, kind="stable")
    ranked = np.take_along_axis(values, order, axis=-1)
    near = _near(ranked, level_db) & coded[..., None]
    names = kept["hypothesis"].values.astype(str)
    leads = np.zeros_like(near)
    np.put_along_axis(leads, order, near, axis=-1)
    shared = (leads & leads[:1]).any(axis=-1)
    second = names[order[..., 1]] if names.size > 1 else np.full(coded.shape, "")
    return xr.Dataset(
        {
            "leader": (DIMS, np.where(coded, names[order[..., 0]], "")),
            "second": (DIMS, np.where(near.sum(axis=-1) > 1, second, "")),
            "level": (DIMS, near.sum(axis=-1)),
            "probability": (DIMS, np.where(coded, ranked[..., 0], np.nan), {"units": "1"}),
            "overturned": (DIMS, coded & coded[:1] & ~shared),
        },
        {
            name: kept[name]
            for name in kept.coords
            if name != "hypothesis" and "hypothesis" not in kept[name].dims
        },
        {
            "same": " ".join(same),
            "hypotheses": " ".join(names),
            "level_db": level_db,
            "preferred": str(getattr(probabilities, "attrs", {}).get("preferred", "")),
        },
    )


def _near(ranked: np.ndarray, level_db: float) -> np.ndarray:
    """Within so many decibels of the first."""
    with np.errstate(divide="ignore", invalid="ignore"):
        behind = probability_to_db(ranked[..., :1]) - probability_to_db(ranked)
    return np.asarray((np.round(behind, 1) < level_db) & (ranked > 0))


def _table(probabilities: xr.Dataset | xr.DataArray | pd.DataFrame) -> xr.DataArray:
    wanted = (*DIMS, "hypothesis")
    if not isinstance(probabilities, xr.Dataset | xr.DataArray):
        if missing := [name for name in (*wanted, "probability") if name not in probabilities.columns]:
            message = f"the table has no column {', '.join(missing)}; it has {', '.join(map(str, probabilities.columns))}"
            raise BayesTraceError(message)
        indexed = probabilities.set_index(list(wanted))["probability"].to_xarray()
        # in the order of the table, not of the alphabet
        ordered: xr.DataArray = indexed.sel(
            {name: probabilities[name].drop_duplicates().values for name in wanted}
        )
        return ordered
    array = probabilities["probability"] if isinstance(probabilities, xr.Dataset) else probabilities
    if missing := [name for name in wanted if name not in array.dims]:
        message = f"the probabilities have no dimension {', '.join(missing)}; they have {', '.join(map(str, array.dims))}"
        raise BayesTraceError(message)
    return array.transpose(*wanted)


def _filled(table: xr.DataArray) -> xr.DataArray:
    if not table.size:
        message = "there are no probabilities, expected one at least for an episode that somebody coded"
        raise BayesTraceError(message)
    return table


def _with_parts(table: xr.DataArray, parts: Mapping[str, str]) -> xr.DataArray:
    """Parts of a split hypothesis added up again."""
    if not parts:
        return table
    whole = [parts.get(str(name), str(name)) for name in table["hypothesis"].values]
    names = list(dict.fromkeys(whole))
    summed = [
        table.isel(hypothesis=[n for n, name in enumerate(whole) if name == one]).sum(
            "hypothesis", min_count=1
        )
        for one in names
    ]
    return xr.concat(summed, xr.Variable("hypothesis", names)).transpose(*DIMS, "hypothesis")


def _differing(table: xr.DataArray) -> tuple[xr.DataArray, list[str]]:
    base = table.values[0]
    alike = [bool(np.allclose(np.nan_to_num(each), np.nan_to_num(base), atol=1e-12)) for each in table.values]
    names = [str(name) for name in table["scenario"].values]
    same = [name for name, equal in list(zip(names, alike, strict=True))[1:] if equal]
    return table.sel(scenario=[name for name in names if name not in same]), same
