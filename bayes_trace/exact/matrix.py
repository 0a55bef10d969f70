"""The matrix of the older tradition: items by hypotheses, and what counts against each."""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_trace.exact.updating import select_coder, sum_over_links
from bayes_trace.guards import guarded
from bayes_trace.scales import log_to_db

__all__ = ["AGAINST", "ach_matrix"]

#: decibels by which an item has to be less likely than under its best explanation to count against a hypothesis
AGAINST = 3.0


@guarded
def ach_matrix(evidence: xr.Dataset, *, against_db: float = AGAINST, coder: str | None = None) -> xr.Dataset:
    """Analysis of competing hypotheses from the same likelihoods: what is inconsistent with each of them.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    against_db
        An item counts against a hypothesis under which it is at least so much less likely than under the
        hypothesis that explains it best.
    coder
        By default the base coder.

    Returns
    -------
    ``inconsistency`` (link, hypothesis) in dB, how much less likely each item is than under its best explanation, its
    place in a cluster taken into account: never below 0; ``diagnosticity`` (link), the largest of these, 0 where an
    item tells no hypotheses apart; over ``episode`` and ``hypothesis`` their sum, ``total``, and ``items_against``, a
    count. Totals rank the hypotheses exactly as Bayes' rule with even priors does; counts, by which the matrix is
    commonly read, need not.

    Raises
    ------
    UnknownNameError
        For an unknown coder.

    References
    ----------
    Heuer (1999), Psychology of Intelligence Analysis, ch. 8.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> matrix = ach_matrix(bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2, "C": 0.6}})))
    >>> matrix.inconsistency.isel(link=0).round(1).values.tolist(), matrix.items_against.values.tolist()
    ([0.0, 6.0, 1.2], [[0, 1, 0]])
    """
    one = select_coder(evidence, coder)
    rows = one["log_likelihood"].values
    with np.errstate(invalid="ignore"):
        behind = log_to_db((rows.max(axis=1, keepdims=True) - rows) * one["kappa"].values[:, None])
    # impossible under all: nothing is told apart
    behind = np.nan_to_num(behind, nan=0.0, posinf=np.inf)
    by = ("episode", "hypothesis")
    against = sum_over_links(one, (behind >= against_db - 1e-9).astype(np.float64))
    return xr.Dataset(
        {
            "inconsistency": (("link", "hypothesis"), behind, {"units": "dB"}),
            "diagnosticity": ("link", behind.max(axis=1, initial=0.0), {"units": "dB"}),
            "total": (by, sum_over_links(one, behind), {"units": "dB"}),
            "items_against": (by, against.astype(np.int64), {"units": "1"}),
        },
        {**one["link"].coords, **one["hypothesis"].coords, "episode": one["episode"].values},
        {"coder": str(one["coder"].item()), "against_db": against_db},
    )
