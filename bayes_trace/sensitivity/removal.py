"""Answers without some of the evidence: each part set aside in turn."""

from __future__ import annotations

from typing import Literal

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError
from bayes_trace.sensitivity.ledger import (
    Flags,
    Ledger,
    check_choice,
    close_over_given,
    normalised,
    open_ledger,
)
from bayes_trace.sensitivity.pooling import pool

__all__ = ["leave_one_out"]

Part = Literal["item", "source", "coder", "cluster", "implication", "step"]


def leave_one_out(evidence: xr.Dataset, *, by: Part = "item", coder: str | None = None) -> xr.DataArray:
    """Posterior with each item, source, cluster, implication, step or coder set aside in turn.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    by
        What is set aside. ``coder`` leaves each coder out of the logarithmic pool of all.
    coder
        By default the base coder.

    Returns
    -------
    Probabilities with dimensions ``left_out``, ``episode``, ``hypothesis``. Items coded given one that
    is set aside go with it (coordinate ``also_removed``), and the clusters of what goes are weighed
    afresh (``reweighted``: links that stay and weigh more).

    Raises
    ------
    BayesTraceError
        For an unknown `by`, for ``by="coder"`` with `coder`, or with a single coder.

    References
    ----------
    Humphreys and Jacobs (2023), ch. 16, on what single clues carry.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.3, "B": 0.6}}))
    >>> without = leave_one_out(ev).sel(left_out="memo", hypothesis="A")
    >>> round(float(without.item()), 3)
    0.333
    """
    check_choice("by", by, ("item", "source", "coder", "cluster", "implication", "step"))
    if by == "coder":
        return _without_coders(evidence, coder)
    ledger = open_ledger(evidence, coder)
    names, dropped = parts_of(ledger.evidence, by)
    gone = close_over_given(ledger.evidence, dropped)
    coords = {
        "left_out": names,
        "also_removed": ("left_out", _listed(gone & ~dropped, ledger.evidence["link"].values)),
        "reweighted": ("left_out", _listed(_reweighted(ledger, gone), ledger.evidence["link"].values)),
        **ledger.coords("episode", "hypothesis"),
    }
    attrs = ledger.attrs | {"units": "1", "long_name": "posterior probability", "by": by}
    return xr.DataArray(
        normalised(ledger.joint_without(dropped)),
        coords,
        ("left_out", "episode", "hypothesis"),
        name="probability",
        attrs=attrs,
    )


def parts_of(evidence: xr.Dataset, by: str) -> tuple[list[str], Flags]:
    """Names of the parts, in order, and the links (part, link) of each; links of no part stand in none."""
    words = [
        str(text).split() if by == "implication" else [str(text)] for text in evidence[f"link_{by}"].values
    ]
    names = list(dict.fromkeys(name for each in words for name in each if name))
    member = np.array([[name in each for each in words] for name in names], dtype=bool)
    return names, member.reshape(len(names), len(words))


def _listed(chosen: Flags, links: np.ndarray) -> np.ndarray:
    return np.array([" ".join(links[row]) for row in chosen], dtype=str)


def _reweighted(ledger: Ledger, gone: Flags) -> Flags:
    changed = np.zeros_like(gone)
    if (ledger.kappa < 1).any():
        for part, _, kappa in ledger.without(gone):
            changed[part] = (kappa != ledger.kappa) & ~gone[part]
    return changed


def _without_coders(evidence: xr.Dataset, coder: str | None) -> xr.DataArray:
    names = [str(name) for name in evidence["coder"].values]
    if coder is not None:
        message = 'by="coder" and coder= exclude one another; give one'
        raise BayesTraceError(message)
    if len(names) == 1:
        message = f'by="coder" needs two coders or more; there is only {names[0]}'
        raise BayesTraceError(message)
    pools = [
        pool(evidence, how="log", weights={name: 1.0 for name in names if name != out})["probability"]
        for out in names
    ]
    result = xr.concat(pools, xr.Variable("left_out", names), coords="minimal", compat="override")
    return result.assign_attrs(by="coder")
