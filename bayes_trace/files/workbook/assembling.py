"""Sheets to an evidence set: every record at its place, every problem at its cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bayes_trace.evidence import Case, Coder, Coding, EvidenceSet, Item, SetFile, list_problems
from bayes_trace.files.nodes import Where
from bayes_trace.files.workbook.cells import CellError
from bayes_trace.files.workbook.codings import draft_codings
from bayes_trace.files.workbook.collector import Collector, Place, Places
from bayes_trace.files.workbook.columns import CODINGS, RECORDS, SET, SHEETS, Sheet
from bayes_trace.files.workbook.declared import (
    read_conditions,
    read_rates,
    read_readings,
    read_scales,
    read_sources,
)
from bayes_trace.files.workbook.rows import Line, Sheets
from bayes_trace.files.workbook.scenario_rows import read_scenarios
from bayes_trace.files.workbook.tables import Table

__all__ = ["assemble", "finish"]

#: without these sheets there is no set
REQUIRED = ("Set", "Hypotheses", "Coders", "Cases", "Episodes", "Items", "Codings")
_BY_KEY = {sheet.key: sheet for sheet in RECORDS}

Found = list[tuple[Any, Line]]


def assemble(tables: Mapping[str, Table], notes: Collector) -> EvidenceSet | None:
    """The set that the sheets hold, or None with every problem noted."""
    for name in REQUIRED:
        if name not in tables:
            about = SHEETS[name].about
            notes.note(Place(name), f"the sheet is missing; add it. {about}")
    sheets = Sheets(tables, notes)
    records = {sheet.key: _records(sheets, sheet) for sheet in RECORDS}
    head, places = _head(sheets)
    for key in ("hypotheses", "coders", "codebook", "clusters"):
        head[key] = [record for record, _ in records[key]]
        places[(key,)] = _column(tables, _BY_KEY[key])
    rates = read_rates(sheets)
    head["reliability_grades"] = {name: each.plain for (kind, name), each in rates.items() if kind == "grade"}
    for (kind, name), each in rates.items():
        if kind == "grade":
            places.update({("reliability_grades", name, *where): at for where, at in each.places.items()})
    head["conditions"] = read_conditions(sheets)
    head["scales"] = read_scales(sheets)
    head["readings"] = read_readings(sheets)
    _add_codings(sheets, records, str(head.get("base_coder")))
    parts = {
        "cases": _cases(records, notes),
        "sources": read_sources(sheets, rates),
        "scenarios": read_scenarios(sheets),
    }
    return finish(head, places, parts, notes)


def finish(
    head: dict[str, Any], places: Places, parts: dict[str, Any], notes: Collector
) -> EvidenceSet | None:
    """Put the parts under a head and ask the whole for its problems."""
    record = notes.validate(SetFile, head, places)
    if record is None or notes:
        return None
    fields = {name: getattr(record, name) for name in SetFile.model_fields}
    es = EvidenceSet(**fields, **parts)
    for problem in list_problems(es):
        notes.locate(problem)
    return es


def _records(sheets: Sheets, sheet: Sheet) -> Found:
    """Records of a sheet beside their rows."""
    found: Found = []
    for line in sheets.lines(sheet):
        plain = {key: value for key, value in line.plain.items() if key != "case" or sheet.key == "cases"}
        if sheet.model and (
            record := sheets.notes.validate(sheet.model, plain, line.places, (sheet.key, line.get(sheet.id)))
        ):
            found.append((record, line))
    return found


def _column(tables: Mapping[str, Table], sheet: Sheet) -> Place:
    """What a problem of all records of a kind points at."""
    table = tables.get(sheet.name, Table(sheet.name))
    heading = "prior" if sheet.key == "hypotheses" else sheet.id
    return Place(sheet.name, 0, table.columns.get(heading, ""), heading)


# --- the sheet Set ------------------------------------------------------------------------


def _head(sheets: Sheets) -> tuple[dict[str, Any], dict[Where, Place]]:
    table, notes = sheets.tables.get("Set", Table("Set")), sheets.notes
    known = {column.heading: column for column in SET}
    head: dict[str, Any] = {"version": 1}
    places: dict[Where, Place] = {}
    for row in table.rows:
        name = str(row.cells.get("key") or "").strip().lower().replace(" ", "_")
        place = table.place(row.number, "value")
        if name not in known or (name,) in places:
            unknown = f"unknown key {name!r}; expected one of: {', '.join(known)}"
            message = "the key stands twice; keep one of them" if name in known else unknown
            notes.note(table.place(row.number, "key"), message)
            continue
        places[(name,)] = place
        try:
            value = known[name].kind.read(row.cells.get("value"))
        except CellError as error:
            notes.note(place, str(error), (name,))
            continue
        head.update({name: value} if value is not None else {})
    for column in SET:
        places.setdefault((column.heading,), Place("Set", 0, table.columns.get("value", ""), "value"))
    if isinstance(head["version"], float) and head["version"].is_integer():
        head["version"] = int(head["version"])
    return head, places


# --- cases, items and their codings -------------------------------------------------------


def _cases(records: Mapping[str, Found], notes: Collector) -> list[Case]:
    """Cases with the episodes and items that name them."""
    names = [case.case for case, _ in records["cases"]]
    children: dict[tuple[str, str], list[Any]] = {}
    for key in ("episodes", "items"):
        for record, line in records[key]:
            name = line.get("case")
            children.setdefault((name, key), []).append(record)
            if name not in names:
                message = (
                    f"no case {name!r}; expected one of: {', '.join(names[:12]) or 'none on the sheet Cases'}"
                )
                notes.note(line.place("case"), message, (key, record.id))
    return [
        case.model_copy(
            update={key: tuple(children.pop((case.case, key), ())) for key in ("episodes", "items")}
        )
        for case, _ in records["cases"]
    ]


def _add_codings(sheets: Sheets, records: dict[str, Found], base_coder: str) -> None:
    """Put the codings to their items."""
    coders: dict[str, Coder] = {coder.id: coder for coder, _ in records["coders"]}
    made: dict[str, list[Coding]] = {}
    known = sheets.ids("Items", "id")
    for draft in draft_codings(sheets.lines(CODINGS), sheets.notes):
        if draft.item not in known:
            message = f"no item {draft.item!r} on the sheet Items; add it there or correct the id"
            sheets.notes.note(draft.lines[0].place("item"), message)
            continue
        draft.take_defaults(coders.get(draft.plain.get("coder") or base_coder))
        codings = made.setdefault(draft.item, [])
        coding = draft.build(len(codings), sheets.notes)
        codings += [coding] if coding else []
    records["items"] = [(_with(item, made), line) for item, line in records["items"]]


def _with(item: Item, made: Mapping[str, list[Coding]]) -> Item:
    return item.model_copy(update={"codings": tuple(made.get(item.id, ()))})
