"""Power-scaling of prior and evidence, where there is a model of the data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from arviz_base import dataset_to_dataframe
from arviz_stats import psense, psense_summary

from bayes_trace.errors import NoDataModelError, UnknownNameError
from bayes_trace.guards import guarded
from bayes_trace.summary.episodes import CONSTANT

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["power_sensitivity"]


@guarded
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
    to the ``prior`` (0 where priors are even and certain: any power of them is the same) and to the
    ``likelihood``, above .05 counted as sensitive, and a ``diagnosis``.

    Raises
    ------
    NoDataModelError
        Where ratios, discounts or readings leave no model of the data, the evidence is the same in
        every draw, or one hypothesis was drawn every time.
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
    _refuse(draws, episode)
    known = [str(name) for name in draws["posterior"].to_dataset()["episode"].values]
    if episode not in known:
        raise UnknownNameError("episode", episode, known)
    given = "_given" if "log_likelihood_given" in draws else ""
    groups = {
        "posterior": draws["drawn"].to_dataset()[["indicator"]],
        "log_likelihood": draws[f"log_likelihood{given}"].to_dataset(),
        **_log_prior(draws, f"log_prior{given}"),
    }
    groups = {name: group.sel(episode=[episode]) for name, group in groups.items()}
    _refuse_still(episode, groups)
    tree = xr.DataTree.from_dict(groups)
    if "log_prior" not in groups or _is_still(groups["log_prior"]["drawn_hypothesis"]):
        return _of_evidence_alone(tree)
    return psense_summary(tree, var_names=["indicator"])


def _log_prior(draws: xr.DataTree, group: str) -> dict[str, xr.Dataset]:
    """Of the drawn hypothesis; missing where every hypothesis has the same for certain."""
    found = draws[group].to_dataset() if group in draws else xr.Dataset()
    return {"log_prior": found[["drawn_hypothesis"]]} if "drawn_hypothesis" in found else {}


def _is_still(values: xr.DataArray) -> bool:
    return bool(np.ptp(values.values) < CONSTANT)


def _refuse_still(episode: str, groups: dict[str, xr.Dataset]) -> None:
    """ArviZ cannot scale what never moves, nor see a hypothesis move that no draw changes."""
    if _is_still(groups["log_likelihood"]["evidence"]):
        message = f"power-scaling: the evidence of episode {episode} is the same in every draw"
        raise NoDataModelError(message)
    if bool((np.ptp(groups["posterior"]["indicator"].values, axis=(0, 1)) == 0).all()):
        message = (
            f"power-scaling: one hypothesis of episode {episode} was drawn every time, so that no power of "
            "the prior or the evidence can be seen to change it; look at bt.sensitivity.power_scaling"
        )
        raise NoDataModelError(message)


def _of_evidence_alone(tree: xr.DataTree) -> pd.DataFrame:
    """Where the stated prior is even and certain, any power of it is the same prior."""
    found = psense(tree, var_names=["indicator"], group="likelihood")
    both = xr.concat([found * 0.0, found], dim="component").assign_coords(component=["prior", "likelihood"])
    table = dataset_to_dataframe(both, sample_dims=["component"]).T
    return table.assign(diagnosis="✓").round(3)


def _refuse(draws: xr.DataTree, episode: str) -> None:
    reasons = json.loads(draws.attrs.get("no_data_model", "{}"))
    if episode in reasons:
        message = (
            f"power-scaling: episode {episode} has no model of the data ({reasons[episode]}); code absolute "
            "probabilities without a discount, or ask of another episode"
        )
        raise NoDataModelError(message)
    if "log_likelihood" not in draws:
        message = f"power-scaling: {draws.attrs.get('no_log_likelihood', 'the draws hold no log-likelihood')}"
        raise NoDataModelError(message)
