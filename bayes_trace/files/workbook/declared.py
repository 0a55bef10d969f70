"""Sheets whose records spread over several rows: sources' rates, scales, readings, conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bayes_trace.evidence import Reading, Source, VerbalScale
from bayes_trace.files.nodes import Where
from bayes_trace.files.workbook.collector import Place
from bayes_trace.files.workbook.columns import CONDITIONS, READINGS, RELIABILITY, SCALES, SOURCES
from bayes_trace.files.workbook.rows import Line, Sheets

__all__ = ["Rates", "read_conditions", "read_rates", "read_readings", "read_scales", "read_sources"]


class Rates:
    """Reliability of one source or grade as plain values, and their places."""

    def __init__(self, line: Line) -> None:
        self.plain: dict[str, Any] = {}
        self.places: dict[Where, Place] = {(): line.place("source" if line.get("source") else "grade")}

    def add(self, line: Line) -> None:
        """Take in one row; with a hypothesis it goes inside."""
        within: Where = ()
        holder = self.plain
        for part in (line.get("hypothesis") or "").split(">"):
            if part.strip():
                within = (*within, "by_hypothesis", part.strip())
                holder = holder.setdefault("by_hypothesis", {}).setdefault(part.strip(), {})
        holder.update({key: line.get(key) for key in ("hit", "false_report") if line.get(key)})
        for where, place in line.places.items():
            if where[:1] in (("hit",), ("false_report",)):
                self.places[*within, *where] = place


def read_rates(sheets: Sheets) -> dict[tuple[str, str], Rates]:
    """Rates by kind (source or grade) and name."""
    made: dict[tuple[str, str], Rates] = {}
    seen: dict[tuple[str, str, str], int] = {}
    for line in sheets.lines(RELIABILITY):
        kind = "source" if line.get("source") else "grade"
        name, hypothesis = line.get(kind), line.get("hypothesis") or ""
        if not name or (line.get("source") and line.get("grade")):
            what = "both a source and a grade" if name else "neither a source nor a grade"
            sheets.notes.note(line.place(kind), f"{what}, expected one of them; fill in one of the two cells")
            continue
        first = seen.setdefault((kind, name, hypothesis), line.place().row)
        if first != line.place().row:
            sheets.notes.note(
                line.place(kind), f"the row stands twice, first in row {first}; keep one of them"
            )
            continue
        made.setdefault((kind, name), Rates(line)).add(line)
    return made


def read_sources(sheets: Sheets, rates: dict[tuple[str, str], Rates]) -> list[Source]:
    """Sources, each with its own rates if it has any."""
    own = {name: each for (kind, name), each in rates.items() if kind == "source"}
    found = [_source(sheets, line, own) for line in sheets.lines(SOURCES)]
    for name in own.keys() - sheets.ids("Sources", "id"):
        message = f"no source {name!r} on the sheet Sources; add it there or correct the id"
        sheets.notes.note(own[name].places[()], message)
    return [source for source in found if source]


def _source(sheets: Sheets, line: Line, own: dict[str, Rates]) -> Source | None:
    name = line.get("id")
    csl = line.plain.pop("csl", None) or {}
    places = dict(line.places)
    if not isinstance(csl, dict):
        message = f'{csl!r}, expected CSL fields such as {{"publisher": "Knopf"}}; write them as JSON or YAML'
        sheets.notes.note(line.place("csl"), message, ("sources", name))
        return None
    if csl:
        # a field that CSL does not know is a fault of the whole record
        places[()] = line.place("csl")
    for key in csl:
        places.setdefault((str(key),), line.place("csl"))
    plain = {**line.plain, **csl}
    if name in own:
        plain["reliability"] = own[name].plain
        places.update({("reliability", *where): place for where, place in own[name].places.items()})
    return sheets.notes.validate(Source, plain, places, ("sources", name))


def read_scales(sheets: Sheets) -> list[VerbalScale]:
    """Verbal scales, one row per term."""
    made: dict[str, tuple[dict[str, Any], dict[Where, Place]]] = {}
    for line in sheets.lines(SCALES):
        terms, places = made.setdefault(line.get("scale"), ({}, {(): line.place()}))
        term = line.get("term")
        if term in terms:
            sheets.notes.note(line.place("term"), f"the term {term!r} stands twice; keep one of them")
        elif term is not None:
            terms[term] = line.get("value") or {}
            places.update(_under(("terms", term), line, "value"))
    found = (
        sheets.notes.validate(VerbalScale, {"id": name, "terms": terms}, places, ("scales", name))
        for name, (terms, places) in made.items()
    )
    return [scale for scale in found if scale]


def _under(prefix: Where, line: Line, field: str) -> Iterator[tuple[Where, Place]]:
    """Places of a field's cells under another path."""
    for where, place in line.places.items():
        if where[:1] == (field,):
            yield (*prefix, *where[1:]), place


def read_readings(sheets: Sheets) -> list[Reading]:
    """Readings, one row per option."""
    made: dict[str, tuple[dict[str, Any], dict[Where, Place]]] = {}
    for line in sheets.lines(READINGS):
        name = line.get("reading")
        plain, places = made.setdefault(name, ({"id": name, "options": {}}, {(): line.place()}))
        option, label = line.get("option"), line.get("label")
        if label and plain.setdefault("label", label) != label:
            message = f"another label than in an earlier row of {name}; keep one of them"
            sheets.notes.note(line.place("label"), message)
        places.setdefault(("options",), line.place("probability"))
        if option in plain["options"]:
            sheets.notes.note(line.place("option"), f"the option {option!r} stands twice; keep one of them")
        elif option is not None:
            plain["options"][option] = line.get("probability")
            places["options", option] = line.place("probability")
    found = (
        sheets.notes.validate(Reading, plain, places, ("readings", name))
        for name, (plain, places) in made.items()
    )
    return [reading for reading in found if reading]


def read_conditions(sheets: Sheets) -> dict[str, str]:
    """What the values of every condition mean."""
    made: dict[str, str] = {}
    for line in sheets.lines(CONDITIONS):
        name = line.get("condition")
        if name in made:
            sheets.notes.note(
                line.place("condition"), f"the condition {name!r} stands twice; keep one of them"
            )
        made[name] = line.get("meaning") or ""
    return made
