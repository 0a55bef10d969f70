"""Rows of a CSV as people and spreadsheet programs write it: any separator, ``sep=`` lines, loose headings."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

__all__ = ["FORMULA", "csv_fault", "csv_rows", "inert", "plain_heading"]

#: a text that begins with one of these is a formula to a spreadsheet program
FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: but a signed number is none, nor is a range of such
_SIGNED = re.compile(r"[+-][\d.∞]+(e[+-]?\d+)?( dB)?((–| to |, |; )[+−-]?[\d.∞]+( dB)?)*")
#: cells of one table
MOST_CELLS = 500_000


class _TooMuchError(csv.Error):
    """A table that does not fit into memory."""


def csv_fault(error: csv.Error) -> str:
    """What is wrong with a text that cannot be read as a table."""
    return str(error) if isinstance(error, _TooMuchError) else f"not CSV: {error}"


def inert(cell: object) -> object:
    """A cell to write; a text that a spreadsheet program would take for a formula is quoted with an apostrophe.

    Examples
    --------
    >>> inert("=1+1"), inert("+6.0"), inert("-6 to +3"), inert(-6.0)
    ("'=1+1", '+6.0', '-6 to +3', -6.0)
    """
    formula = isinstance(cell, str) and cell[:1] in FORMULA and not _SIGNED.fullmatch(cell)
    return f"'{cell}" if formula else cell


def plain_heading(text: str) -> str:
    """A heading without the accidents of typing; the name after a colon stays as it is.

    Examples
    --------
    >>> plain_heading(" Refusal statement "), plain_heading("Condition: Loyal record")
    ('refusal_statement', 'condition: Loyal record')
    """
    front, colon, name = text.partition(":")
    front = re.sub(r"[\s_-]+", "_", front.strip().lower())
    return f"{front}: {name.strip()}" if colon else front


def csv_rows(text: str, *, by_line: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Rows by number as a spreadsheet counts them, or by their last lines: a cell may hold several lines.

    Raises
    ------
    csv.Error
        Where the text is no CSV, or has too many cells.
    """
    told = re.match(r'"?sep=(.)"?[,;\t ]*\r?\n', text)
    delimiter = told[1] if told else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    left = MOST_CELLS
    for number, cells in enumerate(reader, 1):
        left -= 1 + len(cells)
        if left < 0:
            message = f"more than {MOST_CELLS} cells; split the file"
            raise _TooMuchError(message)
        if not told or number > 1:
            yield reader.line_num if by_line else number, cells


def _delimiter(text: str) -> str:
    """What separates most headings."""
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith(("#", '"#')))
    return max(",;\t", key=next(lines, "").count)
