"""Every sheet of a workbook: its rows into a set in the making, and a set as its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin

from bayes_trace.evidence import EvidenceSet, Scenario
from bayes_trace.evidence.values import Frozen
from bayes_trace.files.cells import STRUCTURE, TEXT, WORD, Cell, CellError
from bayes_trace.files.nodes import Where
from bayes_trace.files.workbook.book import Table
from bayes_trace.files.workbook.columns import SET, SHEETS, Sheet
from bayes_trace.files.workbook.draft import INSIDE, Draft, Place
from bayes_trace.files.workbook.rows import (
    Line,
    Sheets,
    agreed,
    coding_rows,
    draft_codings,
    group,
    show,
    show_record,
    spread_heading,
)

__all__ = ["Rows", "empty_sheets", "export_rows", "take_sheets"]

#: without these sheets there is no set
REQUIRED = ("Set", "Hypotheses", "Coders", "Cases", "Episodes", "Items", "Codings")
#: headings under which the problems of a whole list are said
_OF_LIST = {"hypotheses": "prior"}
_DUPLICATE = "duplicate {}; keep one of them"

SheetRow = dict[str, Cell]


def take_sheets(tables: Mapping[str, Table], draft: Draft) -> None:
    """Put what the sheets hold into the draft; every fault is noted."""
    for name in REQUIRED:
        if name not in tables:
            draft.note(Place(name), f"the sheet is missing; add it. {SHEETS[name].about}")
    sheets = Sheets(tables, draft)
    _take_set(sheets)
    for sheet in SHEETS.values():
        if sheet.key:
            _take_records(sheets, sheet, sheet.key)
    _take_records(sheets, SHEETS["Sources"], "sources")
    _take_options(sheets, SHEETS["Scales"], "scales", "terms", ("scale", "term", "value"))
    _take_options(sheets, SHEETS["Readings"], "readings", "options", ("reading", "option", "probability"))
    _take_conditions(sheets)
    _take_rates(sheets)
    _take_codings(sheets)
    _take_scenarios(sheets)


# --- one row, one record ------------------------------------------------------------------


def _take_set(sheets: Sheets) -> None:
    """The sheet Set: one fact per row."""
    table, draft = sheets.table(SHEETS["Set"]), sheets.draft
    known = {column.heading: column for column in SET}
    blank = Place("Set", 0, table.columns.get("value", ""), "value")
    draft.take(("version",), 1, {})
    seen: set[str] = set()
    for row in table.rows:
        name = str(row.cells.get("key") or "").strip().lower().replace(" ", "_")
        if name not in known or name in seen:
            unknown = f"unknown key {name!r}; expected one of: {', '.join(known)}"
            draft.note(table.place(row.number, "key"), _DUPLICATE.format("key") if name in known else unknown)
            continue
        seen.add(name)
        draft.places[name,] = table.place(row.number, "value")
        try:
            value = known[name].kind.read(row.cells.get("value"))
        except CellError as error:
            draft.note(draft.places[name,], str(error), (name,))
            continue
        if value is not None:
            whole = isinstance(value, float) and value.is_integer() and name == "version"
            draft.plain[name] = int(value) if whole else value
    for name in known:
        draft.places.setdefault((name,), blank)


def _take_records(sheets: Sheets, sheet: Sheet, key: str) -> None:
    """Records of a sheet, one per row."""
    draft, table = sheets.draft, sheets.table(sheet)
    draft.plain.setdefault(key, {})
    heading = _OF_LIST.get(key, sheet.id)
    draft.places[key,] = Place(sheet.name, 0, table.columns.get(heading, ""), heading)
    for line in sheets.lines(sheet):
        name, case = line.get(sheet.id), line.get("case")
        if key in INSIDE and case not in draft.get("cases"):
            known = ", ".join(list(draft.get("cases"))[:12]) or "none on the sheet Cases"
            draft.note(line.place("case"), f"no case {case!r}; expected one of: {known}", (key, name))
        elif draft.get(key, name) is not None:
            draft.note(line.place(sheet.id), _DUPLICATE.format(f"id {name!r}"), (key, name))
        elif key == "sources":
            _take_source(draft, line)
        else:
            draft.take((key, name), line.plain, line.places)


def _take_source(draft: Draft, line: Line) -> None:
    """A reference: its fields are in one cell, except for the commonest."""
    name, csl = line.get("id"), line.plain.pop("csl", None) or {}
    if not isinstance(csl, dict):
        message = f'{csl!r}, expected CSL fields such as {{"publisher": "Knopf"}}; write them as JSON or YAML'
        draft.note(line.place("csl"), message, ("sources", name))
        return
    # a field that CSL does not know is a fault of the whole record
    whole: dict[Where, Place] = {(): line.place("csl")} if csl else {}
    draft.take(("sources", name), {**line.plain, **csl}, {**line.places, **whole})


# --- several rows, one record -------------------------------------------------------------


def _take_options(sheets: Sheets, sheet: Sheet, key: str, field: str, headings: tuple[str, str, str]) -> None:
    """Scales and readings: a row for each term or option."""
    owner, name, value = headings
    draft = sheets.draft
    draft.plain.setdefault(key, {})
    for own, lines in group(sheets.lines(sheet), owner).items():
        draft.take(
            (key, own), {"id": own, field: {}}, {(): lines[0].place(), (field,): lines[0].place(value)}
        )
        label = agreed(draft, lines, "label")
        if label:
            draft.take((key, own, "label"), label, {(): lines[0].place("label")})
        for line in lines:
            each = line.get(name)
            if each in draft.get(key, own, field):
                draft.note(line.place(name), _DUPLICATE.format(f"{name} {each!r}"))
            elif each is not None:
                draft.take((key, own, field, each), line.get(value), line.under(value))
                if said := line.get("wording"):
                    draft.take((key, own, "option_labels", each), said, line.under("wording"))


def _take_conditions(sheets: Sheets) -> None:
    draft = sheets.draft
    draft.plain.setdefault("conditions", {})
    for line in sheets.lines(SHEETS["Conditions"]):
        name = line.get("condition")
        if name in draft.get("conditions"):
            draft.note(line.place("condition"), _DUPLICATE.format(f"condition {name!r}"))
        draft.take(("conditions", name), line.get("meaning") or "", {(): line.place("meaning")})


def _take_rates(sheets: Sheets) -> None:
    """Reliability of sources and grades, inside a hypothesis where a row names one."""
    draft, known = sheets.draft, sheets.ids(SHEETS["Sources"])
    seen: dict[Where, int] = {}
    for line in sheets.lines(SHEETS["Reliability"]):
        kind = "source" if line.get("source") else "grade"
        name = line.get(kind)
        if not name or (line.get("source") and line.get("grade")):
            what = "both a source and a grade" if name else "neither a source nor a grade"
            draft.note(line.place(kind), f"{what}, expected one of them; fill in one of the two cells")
            continue
        if kind == "source" and name not in known:
            message = f"no source {name!r} on the sheet Sources; add it there or correct the id"
            draft.note(line.place(kind), message)
            continue
        own: Where = ("sources", name, "reliability") if kind == "source" else ("reliability_grades", name)
        within = [part.strip() for part in (line.get("hypothesis") or "").split(">") if part.strip()]
        where = (*own, *(each for part in within for each in ("by_hypothesis", part)))
        first = seen.setdefault(where, line.place().row)
        if first != line.place().row:
            message = f"duplicate row, first in row {first}; keep one of them"
            draft.note(line.place(kind), message)
            continue
        if kind == "source" and draft.get("sources", name) is None:
            continue
        draft.places.setdefault(own, line.place(kind))
        for rate in set(line.plain) - {"source", "grade", "hypothesis"}:
            draft.take((*where, rate), line.get(rate), line.under(rate))


def _take_codings(sheets: Sheets) -> None:
    """The codings of every item; where no unit is named, the coder's unit, scale and reference hold."""
    draft = sheets.draft
    known = sheets.ids(SHEETS["Items"]) | sheets.ids(SHEETS["Events"])
    for coding in draft_codings(sheets.lines(SHEETS["Codings"]), draft):
        if coding.item not in known:
            message = f"no item {coding.item!r} on the sheet Items; add it there or correct the id"
            draft.note(coding.first.place("item"), message)
        elif draft.get(coding.kind, coding.item) is not None:
            coder = draft.get("coders", coding.plain.get("coder") or draft.get("base_coder")) or {}
            if "unit" not in coding.plain:
                said = {key: coder[key] for key in ("unit", "scale", "reference") if key in coder}
                coding.plain = {**said, **coding.plain}
            coding.take(draft)


# --- scenarios: one row per part and thing that it is about -------------------------------


def _form(part: str) -> tuple[str, str]:
    """How a part of a scenario is laid out, by the type of its field: the form, and a record's first field."""
    annotation = Scenario.model_fields[part].annotation
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return ("lists" if get_origin(args[1]) is tuple else "values"), ""
    if origin is tuple:
        record = isinstance(args[0], type) and issubclass(args[0], Frozen)
        return ("records", next(iter(args[0].model_fields))) if record else ("names", "")
    return ("text" if annotation is str else "one"), ""


def _take_scenarios(sheets: Sheets) -> None:
    draft = sheets.draft
    draft.plain["scenarios"] = {}
    for name, lines in group(sheets.lines(SHEETS["Scenarios"]), "scenario").items():
        draft.take(("scenarios", name), {}, {(): lines[0].place()})
        for line in lines:
            part = line.get("part")
            if part not in Scenario.model_fields:
                expected = ", ".join(Scenario.model_fields)
                message = f"no part {part!r}; expected one of: {expected}"
                draft.note(line.place("part"), message, ("scenarios", name))
                continue
            try:
                _take_part(draft, ("scenarios", name, part), line)
            except CellError as error:
                blank = line.get("name") is None and _form(part)[0] not in ("text", "one")
                draft.note(line.place("name" if blank else "content"), str(error), ("scenarios", name, part))


def _take_part(draft: Draft, where: Where, line: Line) -> None:
    """Take in one row of a scenario."""
    form, first = _form(str(where[-1]))
    name, content = line.get("name"), (TEXT if form == "text" else STRUCTURE).read(line.get("content"))
    place = line.place("name" if form == "names" else "content")
    draft.places.setdefault(where, place)
    if form not in ("text", "one") and name is None:
        message = f"empty; say what the part {where[-1]} is about"
        raise CellError(message)
    if form == "lists":
        held = draft.get(*where, name) or []
        if content is not None:
            held.append(content)
            draft.places[*where, name, str(_mapping(content).get("id"))] = place
        draft.take((*where, name), held, {})
    elif form in ("records", "names"):
        held = draft.get(*where) or []
        draft.places[*where, name if form == "records" else len(held)] = place
        held.append({first: name, **_mapping(content)} if form == "records" else name)
        draft.take(where, held, {})
    else:
        _put_once(draft, (*where, name) if form == "values" else where, content, place)


def _put_once(draft: Draft, where: Where, content: object, place: Place) -> None:
    if draft.get(*where) is not None:
        message = f"duplicate row, first in row {draft.places[where].row}; keep one of them"
        raise CellError(message)
    draft.take(where, content, {(): place})


def _mapping(content: object) -> dict[str, Any]:
    if content is not None and not isinstance(content, dict):
        message = f'{content!r}, expected a mapping such as {{"reason": "..."}}; write it as JSON or YAML'
        raise CellError(message)
    return content or {}


def _scenario_rows(es: EvidenceSet) -> Iterator[SheetRow]:
    for name, scenario in es.scenarios.items():
        for part, value in scenario.model_dump(mode="json", exclude_defaults=True).items():
            for about, content in _split(part, value):
                row: SheetRow = {"scenario": name, "part": part}
                if about is not None:
                    row["name"] = WORD.show(about)
                if content is not None:
                    row["content"] = (TEXT if _form(part)[0] == "text" else STRUCTURE).show(content)
                yield row


def _split(part: str, value: Any) -> Iterator[tuple[str | None, Any]]:  # noqa: ANN401 - plain values
    form, first = _form(part)
    if form == "names":
        yield from ((name, None) for name in value)
    elif form == "records":
        yield from ((each[first], {k: v for k, v in each.items() if k != first} or None) for each in value)
    elif form == "values":
        yield from value.items()
    elif form == "lists":
        yield from ((name, each) for name, listed in value.items() for each in listed or [None])
    else:
        yield None, value


# --- a set as rows ------------------------------------------------------------------------


@dataclass
class Rows:
    """Rows of one sheet, and its headings in order."""

    sheet: Sheet
    headings: list[str]
    rows: list[SheetRow] = field(default_factory=list)


def export_rows(es: EvidenceSet) -> list[Rows]:
    """Every sheet of a set, in the order of the workbook."""
    plain = es.model_dump(mode="json", exclude_defaults=True)
    scale, reading = ("scale", "term", "value"), ("reading", "option", "probability")
    spread: dict[str, Iterable[Mapping[str, Any]]] = {
        "Codings": (
            row for item in es.coded.values() for each in item.codings for row in coding_rows(item.id, each)
        ),
        "Sources": map(_source, plain.get("sources", ())),
        "Reliability": _rates(es),
        "Conditions": ({"condition": name, "meaning": text} for name, text in es.conditions.items()),
        "Scales": _options(plain.get("scales", ()), "terms", scale),
        "Readings": _options(plain.get("readings", ()), "options", reading),
    }
    made: dict[str, Iterable[SheetRow]] = {
        **{name: [show(SHEETS[name].columns, row) for row in rows] for name, rows in spread.items()},
        "Set": _set_rows(es, plain),
        "Scenarios": _scenario_rows(es),
    }
    return [
        _with_headings(sheet, list(made[name] if name in made else _record_rows(es, sheet)), es)
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
    if "condition" in dict(sheet.spread):
        known += [spread_heading("condition", name) for name in es.conditions]
    spread = dict.fromkeys(heading for row in rows for heading in row if heading not in known)
    return Rows(sheet, [*known, *spread], rows)


def _set_rows(es: EvidenceSet, plain: Mapping[str, Any]) -> Iterator[SheetRow]:
    for column in SET:
        value = plain.get(column.heading, getattr(es, column.heading) if column.always else None)
        yield {"key": column.heading, **({} if value is None else {"value": column.kind.show(value)})}


def _record_rows(es: EvidenceSet, sheet: Sheet) -> Iterator[SheetRow]:
    if sheet.key in INSIDE:
        for case in es.cases:
            yield from (show_record(each, sheet, case=case.case) for each in getattr(case, sheet.key))
    else:
        yield from (show_record(each, sheet) for each in getattr(es, sheet.key))


def _source(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The commonest fields in cells of their own; the order of the others is kept."""
    rest = {key: value for key, value in plain.items() if key != "reliability"}
    own: dict[str, Any] = {key: rest.pop(key) for key in ("id", "type", "grade") if key in rest}
    if next(iter(rest), "") == "title" and isinstance(rest["title"], str):
        own["title"] = rest.pop("title")
    return {**own, **({"csl": rest} if rest else {})}


def _rates(es: EvidenceSet) -> Iterator[dict[str, Any]]:
    graded = [("grade", name, rates) for name, rates in es.reliability_grades.items()]
    own = [("source", source.id, source.reliability) for source in es.sources if source.reliability]
    for kind, name, rates in (*graded, *own):
        for hypothesis, plain in _nested(rates.model_dump(mode="json", exclude_defaults=True), ""):
            yield {kind: name, **({"hypothesis": hypothesis} if hypothesis else {}), **plain}


def _nested(plain: dict[str, Any], within: str) -> Iterator[tuple[str, dict[str, Any]]]:
    inner = plain.pop("by_hypothesis", {})
    yield within, plain
    for name, rates in inner.items():
        yield from _nested(rates, f"{within} > {name}" if within else name)


def _options(
    records: Iterable[Mapping[str, Any]], field: str, headings: tuple[str, str, str]
) -> Iterator[dict[str, Any]]:
    """Scales and readings: a row for each term or option, the label in the first."""
    owner, name, value = headings
    for record in records:
        label = {"label": record["label"]} if "label" in record else {}
        words = {each: {"wording": said} for each, said in record.get("option_labels", {}).items()}
        for each, said in record[field].items() or [(None, None)]:
            yield {owner: record["id"], **label, name: each, **words.get(each, {}), value: said}
            label = {}
