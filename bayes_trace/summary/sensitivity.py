"""Power-scaling of prior and evidence, where there is a model of the data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import xarray as xr
from arviz_stats import psense_summary

from bayes_trace.errors import NoDataModelError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["power_sensitivity"]


def power_sensitivity(draws: xr.DataTree, *, episode: str) -> pd.DataFrame:
    """How strongly the answer for an episode depends on the prior and on the evidence.

    Parameters
    ----------
    draws
        From `sample`.
    episode
        Whose prior and evidence are scaled, and whose hypotheses are looked at.

    Returns
    -------
    The table of `arviz_stats.psense_summary` for the indicators of the drawn hypothesis: sensitivity
    to the ``prior`` and to the ``likelihood``, above .05 counted as sensitive, and a ``diagnosis``.

    Raises
    ------
    NoDataModelError
        Where ratios, discounts or readings leave no model of the data, or the evidence is the same in
        every draw.
    UnknownNameError
        For an episode that is not there.

    References
    ----------
    Kallioinen et al. (2024), Statistics and Computing 34: 57.

    Examples
    --------
    >>> tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs={"no_data_model": '{"e": "ratios"}'})})
    >>> power_sensitivity(tree, episode="e")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    bayes_trace.errors.NoDataModelError: power-scaling: episode e has no model of the data (ratios); ...
    """
    _refuse(draws)
    known = [str(name) for name in draws["posterior"].to_dataset()["episode"].values]
    if episode not in known:
        raise UnknownNameError("episode", episode, known)
    groups = {name: draws[name].to_dataset() for name in ("posterior", "log_likelihood", "log_prior")}
    groups["posterior"] = groups["posterior"][["indicator"]].sel(episode=[episode])
    groups["log_likelihood"] = groups["log_likelihood"].sel(episode=[episode])
    groups["log_prior"] = groups["log_prior"][["drawn_hypothesis"]].sel(episode=[episode])
    return psense_summary(xr.DataTree.from_dict(groups), var_names=["indicator"])


def _refuse(draws: xr.DataTree) -> None:
    if "no_data_model" in draws.attrs:
        reasons = json.loads(draws.attrs["no_data_model"])
        first, why = next(iter(reasons.items()))
        message = (
            f"power-scaling: episode {first} has no model of the data ({why}); code absolute probabilities "
            f"without a discount, or leave out {', '.join(reasons)} with episodes="
        )
        raise NoDataModelError(message)
    if "log_likelihood" not in draws:
        message = f"power-scaling: {draws.attrs.get('no_log_likelihood', 'the draws hold no log-likelihood')}"
        raise NoDataModelError(message)
