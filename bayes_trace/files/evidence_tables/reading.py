"""A part of a table, read and checked."""

from __future__ import annotations

from collections.abc import Sequence

from bayes_trace.evidence import EvidenceSet
from bayes_trace.files.evidence_tables.checking import check_codings
from bayes_trace.files.evidence_tables.faults import Faults
from bayes_trace.files.evidence_tables.grouping import group
from bayes_trace.files.evidence_tables.parts import Part
from bayes_trace.files.evidence_tables.rows import Judgements, Rows
from bayes_trace.files.evidence_tables.side import Side, side_tables

__all__ = ["read_part"]


def read_part(part: Part, head: EvidenceSet, coders: Sequence[str], *, wide: bool) -> tuple[Judgements, Side]:
    """The codings of a part, and what they share.

    Raises
    ------
    EvidenceSetError
        With every fault: its column, what stands there, and the first rows.
    """
    rows = Rows(part.load())
    faults = Faults(rows, part.file, part.row)
    codings = group(rows, head, coders, faults, wide=wide)
    side = side_tables(codings, head, faults)
    faults.stop()
    check_codings(codings, head, side, faults)
    faults.stop()
    return codings, side
