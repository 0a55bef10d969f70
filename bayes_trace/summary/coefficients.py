"""The table of coefficients: what was learned against the prior, and what the prior decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import ModelError
from bayes_trace.guards import guarded
from bayes_trace.summary.episodes import intervals, marks

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["summarise_coefficients"]

Array = npt.NDArray[np.float64]
NAMES = ("coefficient", "effect", "slope")
#: an estimate that another prior scale moves by more of its sd is driven by the prior
MOVED = 0.5
#: the explanation of an episode, for telling whether a condition separates them
MORE_LIKELY_THAN_NOT = 0.5


@guarded
def summarise_coefficients(draws: xr.DataTree) -> pd.DataFrame:
    """One row per coefficient of a comparative or success model.

    Parameters
    ----------
    draws
        From `sample` on a `comparative_model` or a `success_model`.

    Returns
    -------
    A data frame with ``quantity`` (``coefficient`` or ``slope``: log-odds per standard deviation of the
    condition; ``effect``: difference in the mean share between its smallest and largest value),
    ``column``, ``hypothesis``, prior mean, sd and P(> 0), posterior ``mean``, ``sd`` and intervals,
    ``p_positive``, ``contraction`` (1 - variance / prior variance), ``half_scale`` and
    ``twice_scale`` (the mean under half and twice the prior scale), and ``flag``: ``prior-driven`` where
    one of these lies more than half an sd away, ``complete separation`` where the condition tells apart
    all episodes for and against, ``other prior scales not converged``, and what marks the run.

    Raises
    ------
    ModelError
        For draws of a model without coefficients.

    References
    ----------
    Kallioinen et al. (2024), Statistics and Computing 34: 57, on prior sensitivity; Albert and Anderson
    (1984), Biometrika 71: 1-10, on separation.

    Examples
    --------
    >>> summarise_coefficients(xr.DataTree.from_dict({"posterior": xr.Dataset(), "prior": xr.Dataset()}))
    Traceback (most recent call last):
        ...
    bayes_trace.errors.ModelError: these draws hold no coefficients; sample a comparative or success model
    """
    import pandas as pd

    posterior, prior = (draws[group].to_dataset() for group in ("posterior", "prior"))
    names = [name for name in NAMES if name in posterior]
    if not names:
        message = "these draws hold no coefficients; sample a comparative or success model"
        raise ModelError(message)
    rows = [
        {"quantity": name, **where, **_row(draws, (name, where), posterior[name], prior[name])}
        for name in names
        for where in _places(posterior[name])
    ]
    table = pd.DataFrame(rows)
    table.attrs = {
        name: draws.attrs[name] for name in ("model", "left_out", "scenario") if name in draws.attrs
    }
    table.attrs["note"] = "; ".join(marks(draws))
    return table


def _places(values: xr.DataArray) -> list[dict[str, str]]:
    dims = [dim for dim in ("column", "hypothesis") if dim in values.dims]
    sizes = [values.sizes[dim] for dim in dims]
    return [
        {dim: str(values[dim].values[i]) for dim, i in zip(dims, at, strict=True)}
        for at in np.ndindex(*sizes)
    ]


def _row(
    draws: xr.DataTree, at: tuple[str, dict[str, str]], after: xr.DataArray, before: xr.DataArray
) -> dict[str, object]:
    name, where = at
    x, x0 = after.sel(where).values, before.sel(where).values
    mean, sd = float(x.mean()), float(x.std())
    row: dict[str, object] = {"prior_mean": float(x0.mean()), "prior_sd": float(x0.std())}
    row["prior_p_positive"] = float((x0 > 0).mean())
    row |= {"mean": mean, "sd": sd, **intervals(x), "p_positive": float((x > 0).mean())}
    row["contraction"] = 1 - sd**2 / float(x0.var())
    flags = [*_separation(draws, where), *marks(draws)]
    if "rescaled" in draws:
        half, twice = (
            float(v) for v in draws["rescaled"].to_dataset()[name].sel(where).sortby("prior_scale").values
        )
        row |= {"half_scale": half, "twice_scale": twice}
        if max(abs(half - mean), abs(twice - mean)) > MOVED * sd:
            flags.insert(0, "prior-driven")
        if not draws["rescaled"].to_dataset().get("converged", xr.DataArray(1)).all():
            flags.append("other prior scales not converged")
    return {**row, "flag": "; ".join(flags)}


def _separation(draws: xr.DataTree, where: dict[str, str]) -> list[str]:
    """Whether the values of a condition tell apart all episodes for and against."""
    constant = draws["constant_data"].to_dataset()
    x = constant["condition_value"].sel(column=where["column"])
    probability = draws["posterior"].to_dataset()["probability"].mean(("chain", "draw"))
    if "outcome" in constant:  # of attempts: those more likely made than not
        kept = probability.sel(hypothesis="made") > MORE_LIKELY_THAN_NOT
        x, side = x[kept.values], (constant["outcome"] > 0)[kept.values]
    else:
        side = probability.sel(hypothesis=where["hypothesis"]) > MORE_LIKELY_THAN_NOT
    yes, no = x.values[side.values], x.values[~side.values]
    if not yes.size or not no.size:
        return []
    apart = yes.min() > no.max() or yes.max() < no.min()
    touching = yes.min() >= no.max() or yes.max() <= no.min()
    if apart:
        return ["complete separation"]
    return ["near-complete separation"] if touching else []
