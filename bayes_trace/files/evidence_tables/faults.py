"""Faults of a block: each names its column, what stands there and the first rows that are at fault."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bayes_trace.errors import EvidenceSetError, Problem
from bayes_trace.files.evidence_tables.rows import Rows

__all__ = ["Faults"]

Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
#: rows that are named; of others there is a count
SHOWN = 3


class Faults:
    """What is wrong in a block, collected so that all of it is said at once."""

    def __init__(self, rows: Rows, file: str, offset: int) -> None:
        self.rows = rows
        self.file = file
        #: row of the file that is the first of the block, counted from 1
        self.offset = offset
        self.problems: list[Problem] = []

    def add(self, column: str, rows: Index, expected: str) -> None:
        """A fault of some rows of the block, in any order; of none: no fault."""
        rows = np.unique(rows[rows >= 0])
        if rows.size:
            message = f"{self._stands(column, rows[0])}in {self._places(rows)}; {expected}"
            self.problems.append(Problem((column,), message, self.file))

    def where(self, column: str, wrong: Flags, expected: str) -> None:
        """A fault wherever a row is marked."""
        self.add(column, np.flatnonzero(wrong), expected)

    def stop(self) -> None:
        """Refuse the block if anything was wrong.

        Raises
        ------
        EvidenceSetError
            With every fault.
        """
        if self.problems:
            raise EvidenceSetError("evidence table", self.problems)

    def _stands(self, column: str, row: int) -> str:
        """What stands in the first row at fault; nothing is said of a blank."""
        if column not in self.rows.table.column_names:
            return ""
        value = self.rows.table[column][int(row)].as_py()
        shown = f"{value:g}" if isinstance(value, float) else repr(value)
        return "" if value is None else f"{shown} "

    def _places(self, rows: Index) -> str:
        named = ", ".join(str(self.offset + int(row)) for row in rows[:SHOWN])
        more = f" and {rows.size - SHOWN:,} more" if rows.size > SHOWN else ""
        item, episode = (self.rows.text(each).values[rows[0]] for each in ("item", "episode"))
        return f"row{'s' if rows.size > 1 else ''} {named}{more} (item {item or 'blank'}, episode {episode or 'blank'})"
