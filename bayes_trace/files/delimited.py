"""Rows of a CSV as people and spreadsheet programs write it: any separator, ``sep=`` lines, loose headings."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

__all__ = ["csv_rows", "plain_heading"]


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
        Where the text is no CSV.
    """
    told = re.match(r'"?sep=(.)"?[,;\t ]*\r?\n', text)
    delimiter = told[1] if told else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for number, cells in enumerate(reader, 1):
        if not told or number > 1:
            yield reader.line_num if by_line else number, cells


def _delimiter(text: str) -> str:
    """What separates most headings."""
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith(("#", '"#')))
    return max(",;\t", key=next(lines, "").count)
