"""An unnamed explanation, and how well it would have to fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import LARGEST_DB, guarded
from bayes_trace.scales import db_to_log, expit, log_to_db, logit
from bayes_trace.sensitivity.arrays import check_within, normalised, open_arrays
from bayes_trace.sensitivity.registry import Question, register

__all__ = ["residual_sweep"]

DELTAS = tuple(np.linspace(-20.0, 20.0, 41).tolist())


@guarded
def residual_sweep(
    evidence: xr.Dataset,
    *,
    prior: float = 0.1,
    delta_db: Sequence[float] = DELTAS,
    name: str = "unnamed",
    coder: str | None = None,
) -> xr.Dataset:
    """Posterior of a rival that is not among the hypotheses, as its fit to all the evidence varies.

    log L_res = log(sum pi_h L_h / sum pi_h) + delta on the episode's total: at 0 dB it explains the evidence
    as well as the named ones do on average, and keeps its prior.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    prior
        Of the unnamed rival; the others keep their proportions.
    delta_db
        Decibels by which it explains the whole evidence better than they do on average.
    name
        What to call it.
    coder
        By default the base coder.

    Returns
    -------
    Dataset with ``probability`` (delta, episode, hypothesis), the unnamed rival last; ``rank`` (delta, episode,
    hypothesis) among the named, 1 for the leader (those that are level in the order of the set), the same at every
    delta, missing for the unnamed; and ``overtakes_at`` (episode), the dB at which it draws level with the leader.

    Raises
    ------
    BayesTraceError
        For a prior that is not strictly between 0 and 1, or a name that a hypothesis has.

    References
    ----------
    Fairfield and Charman (2022), on exhaustive sets of rivals; Fenton, Berger, Lagnado et al. (2014).

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> residual_sweep(ev, delta_db=[0, 10]).probability.isel(episode=0).round(3).values.tolist()
    [[0.72, 0.18, 0.1], [0.379, 0.095, 0.526]]
    """
    arrays = open_arrays(evidence, coder)
    if not 0 < prior < 1:
        message = f"prior={prior:g}; expected a probability between 0 and 1"
        raise BayesTraceError(message)
    if name in arrays.hypotheses:
        message = f"name={name!r} is a hypothesis of the set; give the unnamed rival another name"
        raise BayesTraceError(message)
    delta = check_within("delta_db", delta_db, -LARGEST_DB, LARGEST_DB)
    unnamed = expit(logit(prior) + db_to_log(delta))[:, None, None]
    p = normalised(arrays.joint)
    whole = np.concatenate(
        [(1 - unnamed) * p, np.broadcast_to(unnamed, (delta.size, p.shape[0], 1))], axis=-1
    )
    named = np.argsort(arrays.order, axis=-1) + 1.0
    rank = np.broadcast_to(np.column_stack([named, np.full(len(named), np.nan)]), whole.shape)
    dims = ("delta", "episode", "hypothesis")
    return xr.Dataset(
        {
            "probability": (dims, whole, {"units": "1"}),
            "rank": (dims, rank),
            "overtakes_at": ("episode", log_to_db(np.log(p.max(axis=-1)) - logit(prior)), {"units": "dB"}),
        },
        {
            "delta": ("delta", delta, {"units": "dB"}),
            "hypothesis": [*arrays.hypotheses, name],
            **arrays.coords("episode"),
        },
        arrays.attrs | {"prior": prior},
    )


register(
    Question("residual_sweep", lambda asked: residual_sweep(asked.evidence, coder=asked.coder), place=100)
)
