"""One row of a sheet as the plain values of a record, and a record as one row."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bayes_trace.evidence.values import Frozen
from bayes_trace.files.nodes import Where
from bayes_trace.files.workbook.cells import MIXED, WORD, Cell, CellError
from bayes_trace.files.workbook.collector import Collector, Place
from bayes_trace.files.workbook.columns import Column, Sheet
from bayes_trace.files.workbook.tables import Row, Table

__all__ = ["Line", "Sheets", "check_headings", "dig", "parse_row", "put", "show_row", "spread_heading"]


#: columns beside the paths that their cells answer for
Marked = Sequence[tuple[Column, list[Where]]]


class Line:
    """The plain values of one row, and the place of each."""

    def __init__(self, place: Place) -> None:
        self.plain: dict[str, Any] = {}
        self.places: dict[Where, Place] = {(): place}
        self.sound = True

    def get(self, *where: str) -> Any:  # noqa: ANN401 - a plain value
        """The value at a path, None where the cell is blank."""
        return dig(self.plain, where)

    def place(self, *where: str) -> Place:
        """Place of the value, or of the row."""
        return self.places.get(where, self.places[()])


class Sheets:
    """The tables of a workbook, and where their faults are noted."""

    def __init__(self, tables: Mapping[str, Table], notes: Collector) -> None:
        self.tables = tables
        self.notes = notes

    def lines(self, sheet: Sheet) -> Iterator[Line]:
        """Sound rows of a sheet; faults of the others are noted, so ask once."""
        if sheet.name not in self.tables:
            return
        table = self.tables[sheet.name]
        check_headings(table, sheet, self.notes)
        columns = _present(table, sheet)
        lines = (parse_row(table, row, sheet, columns, self.notes) for row in table.rows)
        yield from (line for line in lines if line.sound)

    def ids(self, sheet: str, heading: str) -> set[str]:
        """What stands in a column of ids, sound rows or not."""
        cells = [row.cells.get(heading) for row in self.tables.get(sheet, Table(sheet)).rows]
        return {str(WORD.parse(cell)) for cell in cells if cell is not None}


def dig(plain: Any, where: Iterable[int | str]) -> Any:  # noqa: ANN401 - plain values
    """The value at a path; a bare number is its own best value."""
    for key in where:
        if isinstance(plain, dict):
            plain = plain.get(str(key))
        elif key != "best":
            return None
    return plain


def put(plain: dict[str, Any], where: Where, value: object) -> None:
    """Set the value at a path."""
    *front, last = (str(key) for key in where)
    for key in front:
        plain = plain.setdefault(key, {})
    plain[last] = value


def spread_heading(prefix: str, name: str) -> str:
    """Heading of a column that holds one named value of every record.

    Examples
    --------
    >>> spread_heading("condition", "loyal record")
    'condition: loyal record'
    """
    return f"{prefix}: {WORD.show(name)}"


def check_headings(table: Table, sheet: Sheet, notes: Collector) -> None:
    """Note columns that nobody knows, and those that are missing."""
    known = [column.heading for column in sheet.columns]
    fronts = [prefix for prefix, _ in sheet.spread]
    for heading in table.columns:
        if heading not in known and heading.partition(": ")[0] not in fronts:
            close = difflib.get_close_matches(heading, known, n=1)
            mend = (
                f"did you mean {close[0]}?"
                if close
                else "correct it, or begin it with # to keep it as your own"
            )
            expected = ", ".join([*known, *(f"{front}: NAME" for front in fronts)])
            notes.note(
                table.place(table.head, heading), f"unknown heading {heading!r}; {mend} Expected: {expected}"
            )
    for column in sheet.columns:
        if column.required and column.heading not in table.columns and table.columns:
            notes.note(
                Place(table.sheet, table.head), f"no column {column.heading!r}; add it: {_lower(column.help)}"
            )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def parse_row(table: Table, row: Row, sheet: Sheet, columns: Marked, notes: Collector) -> Line:
    """Values of a row by path; faults of single cells are noted."""
    line = Line(table.place(row.number))
    for column, marks in columns:
        place = table.place(row.number, column.heading)
        for where in marks:
            line.places.setdefault(where, place)
        try:
            value = column.kind.read(row.cells.get(column.heading))
        except CellError as error:
            notes.note(place, str(error), _name(sheet, row))
            line.sound = False
            continue
        if value is not None:
            put(line.plain, column.where, value)
        elif column.required:
            notes.note(place, f"empty; fill it in: {_lower(column.help)}", _name(sheet, row))
            line.sound = False
    line.sound &= all(column.heading in table.columns for column in sheet.columns if column.required)
    return line


def _present(table: Table, sheet: Sheet) -> Marked:
    """Columns that the table has, each with the paths that its cells answer for."""
    known = [column for column in sheet.columns if column.heading in table.columns]
    spread = list(_spread_columns(table, sheet))
    return [(column, _marks(column, whole=False)) for column in known] + [
        (column, _marks(column, whole=True)) for column in spread
    ]


def _marks(column: Column, *, whole: bool) -> list[Where]:
    where = column.where
    around = whole or (len(where) > 1 and where[-1] in ("best", "key"))
    return [where, where[:-1]] if around else [where]


def _name(sheet: Sheet, row: Row) -> Where:
    """The record's id, if its first cell holds one."""
    first = row.cells.get(sheet.id)
    return (sheet.key, str(first).strip()) if sheet.key and first else ()


def _spread_columns(table: Table, sheet: Sheet) -> Iterable[Column]:
    for heading in table.columns:
        front, _, name = heading.partition(": ")
        for prefix, field in sheet.spread:
            if front == prefix and name:
                yield Column(heading, MIXED, path=(field, str(WORD.read(name))))


def show_row(record: Frozen, sheet: Sheet, *, case: str = "") -> dict[str, Cell]:
    """Cells of a record by heading; what is the default stays blank."""
    plain = {**record.model_dump(mode="json", exclude_defaults=True), **({"case": case} if case else {})}
    row: dict[str, Cell] = {}
    for column in sheet.columns:
        value = dig(plain, column.where)
        if value is None and column.always:
            value = getattr(record, column.heading)
        if value is not None:
            row[column.heading] = column.kind.show(value)
    for prefix, field in sheet.spread:
        named: Mapping[str, Any] = plain.get(field, {})
        row.update({spread_heading(prefix, name): MIXED.show(value) for name, value in named.items()})
    return row
