"""Rows under headings, from an Excel file or a CSV, before anyone asks what they mean."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bayes_trace.files.workbook.cells import Cell, is_blank
from bayes_trace.files.workbook.collector import Collector, Place

__all__ = ["Row", "Table", "letter", "make_table", "plain_heading", "read_csv_table"]


def letter(number: int) -> str:
    """Letters of a column counted from 0.

    Examples
    --------
    >>> letter(0), letter(25), letter(26), letter(701), letter(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    text = ""
    while number >= 0:
        number, rest = divmod(number, 26)
        text = chr(ord("A") + rest) + text
        number -= 1
    return text


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


@dataclass(frozen=True)
class Row:
    """One row: its number on the sheet and its cells by heading."""

    number: int
    cells: dict[str, Cell]


@dataclass
class Table:
    """One sheet."""

    sheet: str
    #: heading -> letter of its column
    columns: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    #: row of the headings
    head: int = 1

    def place(self, row: int = 0, heading: str = "") -> Place:
        """Where a cell, a row or, without a row, the heading of a column stands."""
        column = self.columns.get(heading, "")
        return Place(self.sheet, row or self.head, column, heading if column else "")


def make_table(sheet: str, lines: Sequence[tuple[int, Sequence[Cell]]], notes: Collector) -> Table:
    """Headings from the first line that shows something, rows from the others."""
    shown = [(number, cells) for number, cells in lines if not all(is_blank(cell) for cell in cells)]
    table = Table(sheet)
    if not shown:
        return table
    table.head, heading_cells = shown[0]
    names = dict(_headings(table, heading_cells, notes))
    for number, cells in shown[1:]:
        kept = {name: cells[place] for place, name in names.items() if place < len(cells)}
        for place, cell in enumerate(cells):
            if not is_blank(cell) and place not in names and not _is_own(heading_cells, place):
                at = Place(sheet, number, letter(place))
                notes.note(at, f"{cell!r} stands in a column without a heading; give it one or remove it")
        if not all(is_blank(cell) for cell in kept.values()):
            table.rows.append(Row(number, kept))
    return table


def _is_own(headings: Sequence[Cell], place: int) -> bool:
    """Columns whose heading begins with # are the coder's own."""
    return place < len(headings) and str(headings[place]).lstrip().startswith("#")


def _headings(table: Table, cells: Sequence[Cell], notes: Collector) -> Iterator[tuple[int, str]]:
    for place, cell in enumerate(cells):
        if is_blank(cell) or _is_own(cells, place):
            continue
        name = plain_heading(str(cell))
        if name in table.columns:
            at = Place(table.sheet, table.head, letter(place), name)
            notes.note(at, f"the heading stands in column {table.columns[name]} as well; keep one of them")
            continue
        table.columns[name] = letter(place)
        yield place, name


def read_csv_table(path: Path, notes: Collector) -> Table | None:
    """The table of a CSV: UTF-8, separated by commas, semicolons or tabs."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        notes.note(Place(), "not UTF-8 text; save it as 'CSV UTF-8', or as .xlsx")
        return None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    lines: list[tuple[int, list[Cell]]] = []
    try:
        while True:
            # rows as a spreadsheet numbers them, not lines: a cell may hold several
            lines.append((len(lines) + 1, list(next(reader))))
    except StopIteration:
        return make_table("", lines, notes)
    except csv.Error as error:
        notes.note(
            Place(row=len(lines) + 1), f"not CSV: {error}; quote texts that hold quotes or line breaks"
        )
        return None


def _delimiter(text: str) -> str:
    """What separates most headings."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)
