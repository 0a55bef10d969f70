"""An evidence set as rows of sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bayes_trace.evidence import EvidenceSet, Source
from bayes_trace.evidence.values import Frozen
from bayes_trace.files.workbook.cells import Cell
from bayes_trace.files.workbook.codings import coding_rows
from bayes_trace.files.workbook.columns import (
    CODINGS,
    CONDITIONS,
    READINGS,
    RELIABILITY,
    SCALES,
    SCENARIOS,
    SET,
    SHEETS,
    SOURCES,
    Sheet,
)
from bayes_trace.files.workbook.rows import dig, show_row, spread_heading
from bayes_trace.files.workbook.scenario_rows import scenario_rows

__all__ = ["Rows", "empty_sheets", "export_rows"]

SheetRow = dict[str, Cell]


@dataclass
class Rows:
    """Rows of one sheet, and its headings in order."""

    sheet: Sheet
    headings: list[str]
    rows: list[SheetRow] = field(default_factory=list)


def export_rows(es: EvidenceSet) -> list[Rows]:
    """Every sheet of a set, in the order of the workbook."""
    makers: dict[str, Callable[[EvidenceSet], Iterator[SheetRow]]] = {
        "Set": _set,
        CODINGS.name: lambda es: (
            row
            for item in es.items.values()
            for coding in item.codings
            for row in coding_rows(item.id, coding)
        ),
        SOURCES.name: lambda es: (_source(source) for source in es.sources),
        RELIABILITY.name: _reliability,
        CONDITIONS.name: lambda es: (
            {
                "condition": CONDITIONS.columns[0].kind.show(name),
                "meaning": CONDITIONS.columns[1].kind.show(text),
            }
            for name, text in es.conditions.items()
        ),
        SCALES.name: _scales,
        READINGS.name: _readings,
        SCENARIOS.name: lambda es: (
            row for name, scenario in es.scenarios.items() for row in scenario_rows(name, scenario)
        ),
    }
    return [
        _with_headings(sheet, list(makers[name](es) if name in makers else _records(es, sheet)), es)
        for name, sheet in SHEETS.items()
    ]


def empty_sheets() -> list[Rows]:
    """Sheets with headings and the keys of the set, to be filled in."""
    made = [Rows(sheet, [column.heading for column in sheet.columns]) for sheet in SHEETS.values()]
    made[0].rows = [{"key": column.heading} for column in SET]
    made[0].rows[0]["value"] = 1
    return made


def _with_headings(sheet: Sheet, rows: list[SheetRow], es: EvidenceSet) -> Rows:
    known = [column.heading for column in sheet.columns]
    if sheet.key in ("cases", "episodes"):
        known += [spread_heading("condition", name) for name in es.conditions]
    spread = dict.fromkeys(heading for row in rows for heading in row if heading not in known)
    return Rows(sheet, [*known, *spread], rows)


def _records(es: EvidenceSet, sheet: Sheet) -> Iterator[SheetRow]:
    if sheet.key in ("episodes", "items"):
        for case in es.cases:
            for record in getattr(case, sheet.key):
                yield show_row(record, sheet, case=case.case)
    else:
        records: tuple[Frozen, ...] = getattr(es, sheet.key)
        yield from (show_row(record, sheet) for record in records)


def _set(es: EvidenceSet) -> Iterator[SheetRow]:
    plain = es.model_dump(mode="json", exclude_defaults=True, include={column.heading for column in SET})
    for column in SET:
        value = plain.get(column.heading, getattr(es, column.heading) if column.always else None)
        row: SheetRow = {"key": column.heading}
        yield row if value is None else {**row, "value": column.kind.show(value)}


def _source(source: Source) -> SheetRow:
    plain = source.model_dump(mode="json", exclude_defaults=True, exclude={"reliability"})
    own: dict[str, Any] = {key: plain.pop(key) for key in ("id", "type", "grade") if key in plain}
    if next(iter(plain), "") == "title" and isinstance(plain["title"], str):
        own["title"] = plain.pop("title")
    if plain:
        own["csl"] = plain
    return _cells(SOURCES, own)


def _cells(sheet: Sheet, record: dict[str, Any]) -> SheetRow:
    found = ((column, dig(record, column.where)) for column in sheet.columns)
    return {column.heading: column.kind.show(value) for column, value in found if value is not None}


def _reliability(es: EvidenceSet) -> Iterator[SheetRow]:
    graded = [("grade", name, rates) for name, rates in es.reliability_grades.items()]
    own = [("source", source.id, source.reliability) for source in es.sources if source.reliability]
    for kind, name, rates in (*graded, *own):
        for hypothesis, plain in _nested(rates.model_dump(mode="json"), ""):
            yield _cells(
                RELIABILITY, {kind: name, **({"hypothesis": hypothesis} if hypothesis else {}), **plain}
            )


def _nested(plain: dict[str, Any], within: str) -> Iterator[tuple[str, dict[str, Any]]]:
    inner = plain.pop("by_hypothesis", {})
    yield within, plain
    for name, rates in inner.items():
        yield from _nested(rates, f"{within} > {name}" if within else name)


def _scales(es: EvidenceSet) -> Iterator[SheetRow]:
    for scale in es.scales:
        if not scale.terms:
            yield _cells(SCALES, {"scale": scale.id})
        for term, value in scale.model_dump(mode="json")["terms"].items():
            yield _cells(SCALES, {"scale": scale.id, "term": term, "value": value})


def _readings(es: EvidenceSet) -> Iterator[SheetRow]:
    for reading in es.readings:
        label = {"label": reading.label} if reading.label else {}
        for option, probability in reading.options.items():
            yield _cells(
                READINGS, {"reading": reading.id, **label, "option": option, "probability": probability}
            )
            label = {}
