"""Rows as the plain values of records and codings, and records and codings as rows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bayes_trace.evidence import Coding
from bayes_trace.evidence.values import Frozen
from bayes_trace.files.cells import MIXED, WORD, Cell, CellError
from bayes_trace.files.nodes import Where
from bayes_trace.files.workbook.book import Row, Table
from bayes_trace.files.workbook.columns import Column, Sheet
from bayes_trace.files.workbook.draft import Draft, Place, dig

__all__ = [
    "CodingDraft",
    "Line",
    "Sheets",
    "agreed",
    "coding_rows",
    "draft_codings",
    "group",
    "show",
    "show_record",
    "spread_heading",
]


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

    def under(self, key: str) -> dict[Where, Place]:
        """Places of a field's cells, by their paths inside it."""
        return {where[1:]: place for where, place in self.places.items() if where[:1] == (key,)}

    def put(self, where: Where, value: object) -> None:
        """Set the value at a path."""
        *front, last = (str(key) for key in where)
        holder = self.plain
        for key in front:
            holder = holder.setdefault(key, {})
        holder[last] = value


class Sheets:
    """The tables of a workbook, and the draft that their rows make."""

    def __init__(self, tables: Mapping[str, Table], draft: Draft) -> None:
        self.tables = tables
        self.draft = draft

    def table(self, sheet: Sheet) -> Table:
        """The sheet's table, empty where it is missing."""
        return self.tables.get(sheet.name, Table(sheet.name))

    def lines(self, sheet: Sheet) -> Iterator[Line]:
        """Sound rows of a sheet; faults of the others are noted, so ask once."""
        table = self.table(sheet)
        _check_headings(table, sheet, self.draft)
        columns = [column for column in sheet.columns if column.heading in table.columns]
        columns += _spread_columns(table, sheet)
        lines = (_parse(table, row, sheet, columns, self.draft) for row in table.rows)
        yield from (line for line in lines if line.sound)

    def ids(self, sheet: Sheet) -> set[str]:
        """What stands in the column of ids, sound rows or not."""
        cells = [row.cells.get(sheet.id) for row in self.table(sheet).rows]
        return {str(WORD.parse(cell)) for cell in cells if cell is not None}


def spread_heading(prefix: str, name: str) -> str:
    """Heading of a column that holds one named value of every record.

    Examples
    --------
    >>> spread_heading("condition", "loyal record")
    'condition: loyal record'
    """
    return f"{prefix}: {WORD.show(name)}"


def _spread_columns(table: Table, sheet: Sheet) -> Iterator[Column]:
    fields = dict(sheet.spread)
    for heading in table.columns:
        front, _, name = heading.partition(": ")
        if front in fields and name:
            yield Column(heading, kind=MIXED, path=(fields[front], str(WORD.read(name))))


def _check_headings(table: Table, sheet: Sheet, draft: Draft) -> None:
    """Note columns that nobody knows, and those that are missing."""
    known = [column.heading for column in sheet.columns]
    fronts = [prefix for prefix, _ in sheet.spread]
    for heading in table.columns:
        if heading not in known and heading.partition(": ")[0] not in fronts:
            close = difflib.get_close_matches(heading, known, n=1)
            mend = (
                f"did you mean {close[0]}?"
                if close
                else "correct it, or begin it with # to keep it as your own."
            )
            expected = ", ".join([*known, *(f"{front}: NAME" for front in fronts)])
            message = f"unknown heading {heading!r}; {mend} Expected: {expected}"
            draft.note(table.place(table.head, heading), message)
    for column in sheet.columns:
        if column.required and column.heading not in table.columns and table.columns:
            message = f"no column {column.heading!r}; add it: {_lower(column.help)}"
            draft.note(Place(table.sheet, table.head), message)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _parse(table: Table, row: Row, sheet: Sheet, columns: Sequence[Column], draft: Draft) -> Line:
    """Values of a row by path; faults of single cells are noted."""
    line = Line(table.place(row.number))
    name: Where = (
        (sheet.key, str(row.cells[sheet.id]).strip()) if sheet.key and row.cells.get(sheet.id) else ()
    )
    for column in columns:
        place = table.place(row.number, column.heading)
        for where in _answers_for(column):
            line.places.setdefault(where, place)
        try:
            value = column.kind.read(row.cells.get(column.heading))
        except CellError as error:
            draft.note(place, str(error), name)
            line.sound = False
            continue
        if value is not None:
            line.put(column.where, value)
        elif column.required:
            draft.note(place, f"empty; fill it in: {_lower(column.help)}", name)
            line.sound = False
    line.sound &= all(column.heading in table.columns for column in sheet.columns if column.required)
    return line


def _answers_for(column: Column) -> list[Where]:
    """Paths whose faults are said at the column: a field of several cells has one that stands for it."""
    where = column.where
    around = len(where) > 1 and (where[-1] in ("best", "key") or where[0] in ("conditions", "prior"))
    return [where, where[:-1]] if around else [where]


# --- rows that speak of one thing ---------------------------------------------------------


def group(lines: Iterable[Line], *keys: str) -> dict[Any, list[Line]]:
    """Rows by what they name, in the order of first appearance; rows that name nothing are left out."""
    groups: dict[Any, list[Line]] = {}
    for line in lines:
        name = line.get(*keys)
        if name:
            groups.setdefault(name, []).append(line)
    return groups


def agreed(draft: Draft, lines: Iterable[Line], *where: str, of: str = "", about: Where = ()) -> Any:  # noqa: ANN401
    """What the rows say of one thing; the first that says it counts, and another is a problem."""
    said = [line for line in lines if line.get(*where) not in (None, [])]
    for line in said[1:]:
        if line.get(*where) != said[0].get(*where):
            first = f"{_say(said[0].get(*where))} in row {said[0].place().row}{of}"
            message = f"{_say(line.get(*where))}, but {first}; make them equal"
            draft.note(line.place(*where), message, about)
    return said[0].get(*where) if said else None


def _say(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, dict):
        return " ".join(f"{key} {each}" for key, each in value.items())
    return repr(value)


# --- back to rows -------------------------------------------------------------------------


def show(columns: Iterable[Column], plain: Mapping[str, Any]) -> dict[str, Cell]:
    """Cells by heading; what is not said stays blank."""
    found = ((column, dig(plain, column.where)) for column in columns)
    return {column.heading: column.kind.show(value) for column, value in found if value is not None}


def show_record(record: Frozen, sheet: Sheet, *, case: str = "") -> dict[str, Cell]:
    """Cells of a record by heading; what is the default stays blank."""
    plain = record.model_dump(mode="json", exclude_defaults=True)
    always = {column.heading: getattr(record, column.heading) for column in sheet.columns if column.always}
    row = show(sheet.columns, {**always, **plain, **({"case": case} if case else {})})
    for prefix, field in sheet.spread:
        named: Mapping[str, Any] = plain.get(field, {})
        row.update({spread_heading(prefix, name): MIXED.show(value) for name, value in named.items()})
    return row


# --- rows of likelihoods -------------------------------------------------------------------

#: what the rows of a coding do not share
_OWN = {"coder", "episodes", "values", "readings", "reason", "cell_reasons"}
#: what all of them do
SHARED = tuple(key for key in Coding.model_fields if key not in _OWN)


class CodingDraft:
    """A coding in the making: plain values, the place of each, and the item that it judges."""

    def __init__(self, lines: Sequence[Line], draft: Draft) -> None:
        self.first = lines[0]
        self.item: str = self.first.get("item")
        #: items, or events where one has that id
        self.kind = "events" if draft.get("events", self.item) is not None else "items"
        self.places: dict[Where, Place] = {(): self.first.place()}
        self.plain: dict[str, Any] = {
            key: self.first.get(key) for key in ("coder", "episodes") if self.first.get(key)
        }
        for key in SHARED:
            self._share(key, lines, draft)
        for line in lines:
            self._value(line, draft)
        self._reasons(lines)

    def _share(self, key: str, lines: Sequence[Line], draft: Draft) -> None:
        value = agreed(draft, lines, key, of=" of the same coding", about=(self.kind, self.item))
        holder = next((line for line in lines if line.get(key)), lines[0])
        self.places.update({(key, *where): place for where, place in holder.under(key).items()})
        self.plain.update({} if value is None else {key: value})

    def _value(self, line: Line, draft: Draft) -> None:
        hypothesis, option, value = line.get("hypothesis"), line.get("option"), line.get("value")
        where: Where = ("readings", option, hypothesis) if option else ("values", hypothesis)
        if where in self.places and (value or dig(self.plain, where)):
            message = f"duplicate row, first in row {self.places[where].row}; keep one of them"
            draft.note(line.place("hypothesis"), message, (self.kind, self.item, hypothesis))
            return
        self.places.setdefault(where[:-1], line.place())
        self.places.update({(*where, *inside): place for inside, place in line.under("value").items()})
        if value:
            holder = self.plain
            for key in where[:-1]:
                holder = holder.setdefault(str(key), {})
            holder[hypothesis] = value

    def _reasons(self, lines: Sequence[Line]) -> None:
        """A second reason in another row is that hypothesis's own."""
        cells: dict[str, str] = {}
        for line in lines:
            hypothesis, reason = line.get("hypothesis"), line.get("reason")
            if reason is not None and reason != self.plain.setdefault("reason", reason):
                cells.setdefault(hypothesis, reason)
            if line.get("cell_reason") is not None:
                cells[hypothesis] = line.get("cell_reason")
        self.plain.update({"cell_reasons": cells} if cells else {})

    @property
    def empty(self) -> bool:
        """Whether no row holds a likelihood: not judged yet."""
        return not (self.plain.get("values") or self.plain.get("readings"))

    def take(self, draft: Draft) -> None:
        """Put the coding to its item."""
        number = len(draft.get(self.kind, self.item, "codings") or ())
        draft.take((self.kind, self.item, "codings", number), self.plain, self.places)


def draft_codings(lines: Iterable[Line], draft: Draft) -> list[CodingDraft]:
    """Rows put together by item, coder, episodes and what they are about, in the order of their first rows."""
    groups: dict[tuple[Any, ...], list[Line]] = {}
    for line in lines:
        key = (*(line.get(name) for name in ("item", "coder", "about")), *(line.get("episodes") or ()))
        groups.setdefault(key, []).append(line)
    drafts = [CodingDraft(group, draft) for group in groups.values()]
    return [each for each in drafts if not each.empty]


def coding_rows(item: str, coding: Coding) -> Iterator[dict[str, Any]]:
    """One row per reading option and hypothesis."""
    plain = coding.model_dump(mode="json", exclude_defaults=True)
    shared = {key: plain[key] for key in ("coder", "episodes", *SHARED) if key in plain}
    rest = {"reason": plain["reason"]} if "reason" in plain else {}
    reasons: dict[str, str] = dict(coding.cell_reasons)
    for option, hypothesis, value in _cells(coding, plain):
        said = {"cell_reason": reasons.pop(hypothesis)} if hypothesis in reasons else {}
        chosen = {"option": option} if option else {}
        yield {
            "item": item,
            "hypothesis": hypothesis,
            "unit": coding.unit,
            **shared,
            **rest,
            **said,
            **chosen,
            **value,
        }
        rest = {}


def _cells(coding: Coding, plain: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    options = plain["readings"] if coding.readings else {"": plain.get("values", {})}
    named: set[str] = set()
    for option, values in options.items():
        for hypothesis, value in values.items():
            named.add(hypothesis)
            yield option, hypothesis, {"value": value}
    for hypothesis in (name for name in coding.cell_reasons if name not in named):
        # the reference of a ratio has a reason, perhaps, but no number
        yield "", hypothesis, {}
