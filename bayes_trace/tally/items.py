"""The items of an evidence set, counted."""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_trace.exact import weight_of_evidence
from bayes_trace.guards import guarded
from bayes_trace.tally.factors import bayes_factor

__all__ = ["tally"]


@guarded
def tally(
    evidence: xr.Dataset, of: str, *, against: str, minimum_db: float = 0.0, coder: str | None = None
) -> xr.Dataset:
    """Items for and against a hypothesis in every episode, what their number says, and what their weights say.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    of, against
        The working theory and its rival.
    minimum_db
        An item counts for the one that it favours by more than this; the others count for neither.
    coder
        By default the base coder.

    Returns
    -------
    Dataset over ``episode``: ``supporting``, ``opposing`` and ``neutral``, numbers of links (a fact or an
    event that several items report is one); ``bayes_factor`` and ``worst_case`` of the numbers; ``weight``,
    the sum of the weights in dB.

    Raises
    ------
    WrongArgumentError
        For a minimum below 0 or above 1,000.
    UnknownNameError
        For an unknown hypothesis or coder.

    References
    ----------
    Lopez, Bowers and Gajardo Cooper (2026), arXiv:2606.16683.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> rows = {"a": {"T": 0.6, "R": 0.4}, "b": {"T": 0.6, "R": 0.4}, "c": {"T": 0.01, "R": 0.5}}
    >>> counted = tally(bt.compile_evidence(bt.from_table(rows)), "T", against="R")
    >>> counted.supporting.item(), counted.opposing.item(), round(counted.weight.item(), 1)
    (2, 1, -13.5)
    """
    weight = weight_of_evidence(evidence, of, against=against, coder=coder)
    side = np.where(weight > minimum_db, 1, np.where(weight < -minimum_db, -1, 0))
    index, size = evidence["episode_index"].values, evidence.sizes["episode"]
    supporting, opposing, neutral = (np.bincount(index[side == s], minlength=size) for s in (1, -1, 0))
    pairs = list(zip(supporting.tolist(), opposing.tolist(), strict=True))
    with np.errstate(invalid="ignore"):  # infinite both ways: no sum
        total = np.bincount(index, weights=weight.values, minlength=size)
    values = {
        "supporting": supporting,
        "opposing": opposing,
        "neutral": neutral,
        "bayes_factor": [bayes_factor(k, r) for k, r in pairs],
        "worst_case": [bayes_factor(k, r, rival="worst_case") for k, r in pairs],
    }
    return xr.Dataset(
        {
            **{name: ("episode", value, {"units": "1"}) for name, value in values.items()},
            "weight": ("episode", total, {"units": "dB"}),
        },
        {"episode": evidence["episode"]},
        {"of": of, "against": against, "minimum_db": minimum_db},
    )
