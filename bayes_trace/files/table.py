"""Codings of further coders: one CSV per coder, one row per item, episode and hypothesis."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from bayes_trace.errors import Problem
from bayes_trace.evidence import Coder, Coding
from bayes_trace.files.cells import CHOICE, MIXED, NUMBER, CellError, is_blank
from bayes_trace.files.delimited import csv_fault, csv_rows, plain_heading
from bayes_trace.files.nodes import Where
from bayes_trace.files.validation import in_words

__all__ = ["COLUMNS", "CodingTable", "read_table", "write_table"]

COLUMNS = ("item", "episode", "hypothesis", "low", "best", "high", "note")
_OPTIONAL = ("unit", "about", "of", "reading")
_CELLS = "wrong number of cells in this row; put text that contains commas in quotation marks"

Row = tuple[int, dict[str, str]]


class CodingTable:
    """Codings by item, with the line of every cell and the problems met."""

    def __init__(self, file: str, coder: Coder) -> None:
        self.file = file
        self.coder = coder
        self.header = ""
        self.codings: dict[str, list[Coding]] = {}
        #: (item, place among the item's codings of this coder) -> hypothesis -> line
        self.lines: dict[tuple[str, int], dict[str, int]] = {}
        self.problems: list[Problem] = []

    def problem(self, where: Where, message: str, line: int) -> None:
        """Note a fault of the table."""
        self.problems.append(Problem(("codings", self.coder.id, *where), message, self.file, line))


def read_table(text: str, file: str, coder: Coder) -> CodingTable:
    """Read one coder's CSV, also as a spreadsheet program saves it; faults are in `problems`, never raised."""
    table = CodingTable(file, coder)
    lines = text.splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if not line.startswith(("#", '"#', "sep="))), len(lines))
    table.header = "\n".join(_comment(line) for line in lines[:start] if not line.startswith("sep="))
    rows: list[tuple[int, list[str]]] = []
    try:
        rows.extend((start + line, cells) for line, cells in csv_rows("".join(lines[start:]), by_line=True))
    except csv.Error as error:
        table.problem((), csv_fault(error), start + len(lines[start:]))
        return table
    shown = [(line, cells) for line, cells in rows if not all(map(is_blank, cells))]
    head = [plain_heading(cell) for cell in shown[0][1]] if shown else []
    while head and not head[-1]:
        head.pop()
    fault = _heading_fault(head)
    if fault:
        table.problem((), f"{fault}; expected {','.join(COLUMNS)}", start + 1)
    else:
        _collect(table, _named(table, head, shown[1:]))
    return table


def _comment(line: str) -> str:
    """The text of a comment, without what a spreadsheet program puts around it and after it."""
    text = next(csv.reader([line]))[0] if line.startswith('"#') else line.rstrip("\r\n")
    bare = text.rstrip(",;\t")
    text = bare if len(text) - len(bare) >= len(COLUMNS) - 1 else text
    return text.removeprefix("#").removeprefix(" ")


def _heading_fault(head: Sequence[str]) -> str:
    wrong = [
        *(f"column {name!r} is missing" for name in COLUMNS[:-1] if name not in head),
        *(f"unknown column {name!r}" for name in head if name not in (*COLUMNS, *_OPTIONAL)),
        *(f"duplicate column {name!r}" for name in head if head.count(name) > 1),
    ]
    return next(iter(wrong), "")


def _named(table: CodingTable, head: Sequence[str], rows: Iterable[tuple[int, list[str]]]) -> Iterator[Row]:
    """Cells by heading; blank cells beyond the headings are of no account."""
    for line, cells in rows:
        beyond = [cell for cell in cells[len(head) :] if not is_blank(cell)]
        if beyond or len(cells) < len(head):
            table.problem((cells[head.index("item")].strip(),), _CELLS, line)
        else:
            yield line, {name: cell.strip() for name, cell in zip(head, cells, strict=False)}


def _collect(table: CodingTable, rows: Iterable[Row]) -> None:
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for line, cells in rows:
        key = (cells["item"], cells["episode"], cells.get("about", ""))
        groups.setdefault(key, []).append((line, cells))
    for group in groups.values():
        _add_coding(table, group)


def _add_coding(table: CodingTable, rows: list[Row]) -> None:
    (item, episode), about = (rows[0][1][key] for key in ("item", "episode")), rows[0][1].get("about")
    readings: dict[str, dict[str, Any]] = {}
    place = len(table.codings.get(item, []))
    for line, cells in rows:
        hypothesis, values = cells["hypothesis"], readings.setdefault(cells.get("reading", ""), {})
        if hypothesis in values:
            table.problem(_at(item, episode, hypothesis), "duplicate row; keep one of them", line)
        values[hypothesis] = _value(table, cells, line)
        table.lines.setdefault((item, place), {}).setdefault(hypothesis, line)
    units = {CHOICE.read(cells.get("unit")) or table.coder.unit for _, cells in rows}
    senses = {sense for _, cells in rows if (sense := CHOICE.read(cells.get("of")))}
    for several, mend in ((units, "use one unit"), (senses, "use one sense")):
        if len(several) > 1:
            message = f"rows in {' and '.join(sorted(several))}; {mend} for the coding of an item"
            table.problem(_at(item, episode), message, rows[0][0])
    notes = {cells["hypothesis"]: cells["note"] for _, cells in reversed(rows) if cells.get("note")}
    first = next((cells["hypothesis"] for _, cells in rows if cells.get("note")), "")
    data = {
        "coder": table.coder.id,
        "episodes": (episode,) if episode else (),
        "about": about or None,
        "of": next(iter(senses), None),
        "unit": next(iter(units)),
        "scale": table.coder.scale,
        "reference": table.coder.reference,
        "values": readings.get("", {}),
        "readings": {option: values for option, values in readings.items() if option},
        "reason": notes.get(first, ""),
        "cell_reasons": {name: note for name, note in notes.items() if name != first},
    }
    try:
        coding = Coding.model_validate(data)
    except ValidationError as error:
        said = set()
        for detail in error.errors():
            hypothesis = str(detail["loc"][1]) if detail["loc"][:1] == ("values",) else ""
            line = table.lines[item, place].get(hypothesis, rows[0][0])
            # what is neither a number nor a term is refused twice
            if (hypothesis, line) not in said:
                table.problem(_at(item, episode, hypothesis), in_words(detail), line)
            said.add((hypothesis, line))
        return
    table.codings.setdefault(item, []).append(coding)


def _at(*names: str) -> Where:
    """A path without the parts that a row leaves blank."""
    return tuple(name for name in names if name)


def _value(table: CodingTable, cells: dict[str, str], line: int) -> dict[str, object]:
    """Low, best and high of a row; a fault is noted and a harmless number stands in."""
    where = _at(cells["item"], cells["episode"], cells["hypothesis"])
    value: dict[str, object] = {}
    for end, kind in (("low", NUMBER), ("best", MIXED), ("high", NUMBER)):
        try:
            read = kind.read(cells[end])
        except CellError:
            table.problem((*where, end), f"{cells[end]!r}, expected a number", line)
        else:
            value |= {} if read is None else {end: read}
    if "best" not in value:
        table.problem((*where, "best"), "missing; give every hypothesis a value", line)
        return {"best": 0.5}
    return value


def write_table(header: str, codings: Iterable[tuple[str, Coding]], coder: Coder) -> str:
    """The CSV of one coder, as `read_table` reads it."""
    out = io.StringIO(newline="")
    for line in header.splitlines():
        out.write(f"# {line}\n" if line else "#\n")
    codings = list(codings)
    said = {
        "unit": any(coding.unit != coder.unit for _, coding in codings),
        "about": any(coding.about for _, coding in codings),
        "of": any(coding.of for _, coding in codings),
    }
    columns = (*COLUMNS, *(name for name, is_said in said.items() if is_said))
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for item, coding in codings:
        for row in _rows(item, coding):
            writer.writerow({key: row[key] for key in columns})
    return out.getvalue()


def _rows(item: str, coding: Coding) -> Iterable[dict[str, object]]:
    for episode in coding.episodes or ("",):
        for number, (hypothesis, value) in enumerate(coding.values.items()):
            note = coding.cell_reasons.get(hypothesis, coding.reason if number == 0 else "")
            yield {
                "item": item,
                "episode": episode,
                "hypothesis": hypothesis,
                "low": "" if value.low is None else repr(value.low),
                "best": value.best if isinstance(value.best, str) else repr(value.best),
                "high": "" if value.high is None else repr(value.high),
                "note": note,
                "unit": coding.unit,
                "about": coding.about or "",
                "of": coding.of or "",
            }
