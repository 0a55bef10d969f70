"""The table of attempts: whether each was made, what success is worth with and without one, and what is shown of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from bayes_trace.errors import ModelError
from bayes_trace.guards import guarded
from bayes_trace.summary.episodes import marks

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["summarise_attempts"]

#: the end of the bound that is reported
LOWER = 0.05


@guarded
def summarise_attempts(draws: xr.DataTree) -> pd.DataFrame:
    """One row per decision of a success model.

    Parameters
    ----------
    draws
        From `sample` on a `success_model`.

    Returns
    -------
    A data frame with ``episode``, ``made`` (P(the attempt was made)), ``success`` and ``without`` (P(granted) with an
    attempt under the episode's conditions, and without one: means), ``p_helps``, the probability that the first is
    larger, and ``decisive``, the 5 % point of made x max(0, 1 - without / success): at least so probably was an
    attempt made and decided the outcome, if nothing confounds the two. The mean of that bound is as large where
    attempts do nothing, and is not reported. `attrs["note"]` holds what marks the run.

    Raises
    ------
    ModelError
        For draws of another model.

    References
    ----------
    Tian and Pearl (2000), Annals of Mathematics and Artificial Intelligence 28: 287-313.

    Examples
    --------
    >>> summarise_attempts(xr.DataTree.from_dict({"posterior": xr.Dataset()}))
    Traceback (most recent call last):
        ...
    bayes_trace.errors.ModelError: these draws hold no attempts; sample a success model
    """
    import pandas as pd

    posterior = draws["posterior"].to_dataset()
    if "decisive" not in posterior:
        message = "these draws hold no attempts; sample a success model"
        raise ModelError(message)
    rows = []
    for name in posterior["episode"].values:
        one = posterior.sel(episode=name)
        success, without = one["success"].values, one["success_without"].values
        rows.append(
            {
                "episode": str(name),
                "made": float(one["probability"].sel(hypothesis="made").mean()),
                "success": float(success.mean()),
                "without": float(without.mean()),
                "p_helps": float((success > without).mean()),
                "decisive": float(np.quantile(one["decisive"].values, LOWER)),
            }
        )
    table = pd.DataFrame(rows)
    table.attrs["note"] = "; ".join(marks(draws))
    return table
