"""Summaries of files of draws, for a report."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from bayes_trace.errors import BayesTraceError
from bayes_trace.evidence import EvidenceSet, changed_parts
from bayes_trace.report.results import Coefficient, Drawn, Sampled

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["open_draws", "read_draws"]

#: changed parts named in an error
SHOWN = 5
#: bytes of one file of draws, unpacked
MOST_BYTES = 400_000_000


def open_draws(path: Path) -> xr.DataTree:
    """Draws from a file; whatever else it is, it is named.

    Raises
    ------
    BayesTraceError
        If it is no file of draws, or unpacks to more than can be held.
    """
    if not path.is_file():  # a pipe would be waited for
        message = f"{path.as_posix()}: a pipe or a device, expected a file of draws"
        raise BayesTraceError(message)
    import h5py

    try:
        with h5py.File(path) as file:
            file.attrs.get(
                "_nc3_strict"
            )  # h5netcdf asks this first, and is left half made where it cannot be told
        with xr.open_datatree(path, engine="h5netcdf") as tree:
            # what is compressed may unpack without end
            size = tree.nbytes
            if size <= MOST_BYTES:
                return tree.load()
    except Exception as error:
        message = f"{path.as_posix()}: not a file of draws ({error})"
        raise BayesTraceError(message) from error
    message = (
        f"{path.as_posix()}: {size} bytes when unpacked, expected at most {MOST_BYTES}; keep fewer draws"
    )
    raise BayesTraceError(message)


def read_draws(evidence_set: EvidenceSet, trees: Iterable[xr.DataTree]) -> tuple[Drawn, ...]:
    """Summaries of draws that were made from this very set.

    Parameters
    ----------
    evidence_set
        Scenarios already applied, if any.
    trees
        As from `sample` or `propagate`.

    Returns
    -------
    One record per tree: probabilities by episode, and coefficients where the model has them.

    Raises
    ------
    BayesTraceError
        If draws were made from another set or scenario, or before something changed that moves a number; names it.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.propagation import propagate
    >>> es = bt.from_table({"memo": {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2}})
    >>> read_draws(es, [propagate(bt.compile_evidence(es), draws=100, seed=1)])[0].note
    'propagated'
    """
    return tuple(_drawn(evidence_set, tree) for tree in trees)


def _drawn(es: EvidenceSet, tree: xr.DataTree) -> Drawn:
    from bayes_trace.summary import summarise

    _refuse_others(es, tree)
    table = summarise(tree)
    size = tree["posterior"].sizes
    return Drawn(
        model=str(tree.attrs.get("model", "")),
        chains=int(size["chain"]),
        draws=int(size["draw"]),
        seed=str(tree.attrs.get("seed", "")),
        note=str(table.attrs.get("note", "")),
        coefficients=_coefficients(tree),
        sampled={str(name): _sampled(part) for name, part in table.groupby("episode", sort=False)},
    )


def _refuse_others(es: EvidenceSet, tree: xr.DataTree) -> None:
    here = {"evidence_set": es.id, "scenario": "+".join(es.applied) or "base"}
    for name, expected in here.items():
        found = str(tree.attrs.get(name, ""))
        if found != expected:
            message = (
                f"the draws were made with {name.replace('_', ' ')} {found or 'unknown'}, the report is on "
                f"{expected}; sample again with the same set and scenario"
            )
            raise BayesTraceError(message)
    if tree.attrs.get("digest") != es.digest:
        message = f"the draws were made before {_changed(es, tree)}; sample again"
        raise BayesTraceError(message)


def _changed(es: EvidenceSet, tree: xr.DataTree) -> str:
    """What has changed in the set since the draws were made, in words."""
    before = json.loads(tree.attrs.get("content") or "{}")
    if not before:
        return "the set changed, it is not known where"
    parts = changed_parts(before, es.content)
    more = f" and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
    return f"a change of {', '.join(parts[:SHOWN])}{more}"


def _sampled(table: pd.DataFrame) -> tuple[Sampled, ...]:
    return tuple(
        Sampled(str(row["hypothesis"]), row["mean"], row["low_90"], row["high_90"], row["p_leading"])
        for row in table.to_dict("records")
    )


def _coefficients(tree: xr.DataTree) -> tuple[Coefficient, ...]:
    from bayes_trace.summary import summarise_coefficients

    if tree.attrs.get("model") not in ("comparative", "success"):
        return ()
    return tuple(
        Coefficient(
            quantity=str(row["quantity"]),
            condition=str(row.get("column", "")),
            hypothesis=str(row.get("hypothesis", "")),
            prior_mean=row["prior_mean"],
            prior_sd=row["prior_sd"],
            mean=row["mean"],
            low=row["low_90"],
            high=row["high_90"],
            contraction=row["contraction"],
            flag=str(row["flag"]),
        )
        for row in summarise_coefficients(tree).to_dict("records")
    )
