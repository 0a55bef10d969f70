"""Events and their reports: which report belongs where, and what they say together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.likelihood.links import EVENT, REPORT
from bayes_trace.scales import expit

__all__ = ["ANSWERED", "DENIED", "SILENT", "YES", "Reports", "make_reports", "what_is_said"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
#: what a source says: yes, no where it always answers, no with rates of its own, nothing where it was searched
YES, ANSWERED, DENIED, SILENT = 0, 1, 2, 3


@dataclass(frozen=True)
class Reports:
    """The reports of all events, sorted by what they say."""

    said: Index
    #: place of each report among sources, and of a silent one among searches
    source: Index
    search: Index
    #: report at each place of each event, -1 where it has no more
    at: Index
    #: correlation of the reports of each event
    agreement: Array
    correlated: bool

    def that_said(self, what: int) -> Index:
        """Reports that said so."""
        return np.flatnonzero(self.said == what)


def make_reports(evidence: xr.Dataset, source: Index, search: Index) -> Reports:
    """Reports of all events, from the place of every entry among sources and searches."""
    events = np.flatnonzero(evidence["link_kind"].values == EVENT)
    entry = np.flatnonzero(evidence["entry_role"].values == REPORT)
    said = what_is_said(evidence)[entry]
    order = np.argsort(said, kind="stable")
    entry, said = entry[order], said[order]
    of = np.searchsorted(events, evidence["entry_link"].values[entry])
    counts = np.bincount(of, minlength=events.size)
    at = np.full((events.size, int(counts.max(initial=0))), -1, dtype=np.int64)
    for event in range(events.size):
        at[event, : counts[event]] = np.flatnonzero(of == event)
    agreement = expit(evidence["agreement_location"].values[events])
    return Reports(said, source[entry], search[entry], at, agreement, bool((agreement > 0).any()))


def what_is_said(evidence: xr.Dataset) -> Index:
    """What each entry says as a report of its source."""
    answers = np.append(evidence["source_answers"].values, False)[evidence["source_index"].values]
    said = np.where(evidence["says_no"].values, np.where(answers, ANSWERED, DENIED), YES)
    return np.where(evidence["absent"].values, SILENT, said)
