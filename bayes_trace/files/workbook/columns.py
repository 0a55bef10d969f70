"""The sheets of a workbook as ``sheets.yaml`` declares them, filled in by what the records' models know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from bayes_trace.evidence import (
    Case,
    Cluster,
    Coder,
    Coding,
    Episode,
    Event,
    Hypothesis,
    Implication,
    Item,
    SetFile,
    Source,
)
from bayes_trace.evidence.forms import CodingUnit
from bayes_trace.evidence.values import Frozen
from bayes_trace.files.cells import KINDS, MIXED, NUMBER, TEXT, Kind, kind_of
from bayes_trace.files.nodes import Where, read_document

__all__ = ["FLAT", "MODELS", "NOTES", "SET", "SHEETS", "Column", "Sheet"]

NARROW, MIDDLE, WIDE = 10, 20, 110
#: lists of the set whose records have a row each, and further records with columns
_RECORDS: dict[str, type[Frozen]] = {
    "hypotheses": Hypothesis,
    "coders": Coder,
    "cases": Case,
    "episodes": Episode,
    "events": Event,
    "items": Item,
    "codebook": Implication,
    "clusters": Cluster,
}
MODELS: dict[str, type[Frozen]] = {**_RECORDS, "set": SetFile, "coding": Coding, "source": Source}
_SPREAD = {"condition": "conditions", "prior": "prior"}


@dataclass(frozen=True)
class Column:
    """One column: its heading, how to fill it in, and where its value stands in the record."""

    heading: str
    help: str = ""
    kind: Kind = TEXT
    #: by default a field of the same name
    path: Where = ()
    width: int = MIDDLE
    #: the sheet whose ids are offered, or the words of the drop-down
    choices: str | tuple[str, ...] = ()
    required: bool = False
    #: written out even where it is the default
    always: bool = False

    @property
    def where(self) -> Where:
        """Path of the value inside the record."""
        return self.path or (self.heading,)


@dataclass(frozen=True)
class Sheet:
    """One sheet; with a key, every row is a record of that list of the set."""

    name: str
    about: str
    columns: tuple[Column, ...]
    key: str = ""
    #: fields spread over columns of their own, such as ``condition: NAME``
    spread: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """Heading of the first column, which names the record."""
        return self.columns[0].heading


def _sheet(name: str, declared: Mapping[str, Any]) -> Sheet:
    record = declared.get("record", "")
    columns = (_columns(heading, said, record) for heading, said in declared["columns"].items())
    spread = tuple((front, _SPREAD[front]) for front in declared.get("spread", ()))
    key = record if record in _RECORDS else ""
    return Sheet(name, declared["about"], tuple(each for column in columns for each in column), key, spread)


def _columns(heading: str, said: str | Mapping[str, Any], record: str) -> Iterator[Column]:
    """A declared column; three for a value and its 90 % range."""
    options = {"help": said} if isinstance(said, str) else dict(said)
    kind, model = options.pop("kind", ""), MODELS.get(options.pop("of", record))
    lists = {name: tuple(value) for name, value in options.items() if isinstance(value, list)}
    column = Column(heading, kind=KINDS.get(kind, MIXED if kind else TEXT), **{**options, **lists})
    field = model.model_fields.get(str(column.where[0])) if model and not kind else None
    if field:
        own, words = kind_of(field)
        always = isinstance(field.default, (bool, str)) and bool(field.default)
        required = column.required or field.is_required()
        column = replace(column, kind=own, choices=column.choices or words, required=required, always=always)
    yield from _ranged(column) if column.kind is MIXED and kind in ("", "ranged") else [column]


def _ranged(column: Column) -> Iterator[Column]:
    low, high = "Low end of the 90 % range; blank: no range.", "High end of the 90 % range."
    yield Column(f"{column.heading}_low", low, NUMBER, (*column.where, "low"), NARROW)
    yield replace(column, path=(*column.where, "best"), width=NARROW)
    yield Column(f"{column.heading}_high", high, NUMBER, (*column.where, "high"), NARROW)


_TEXT = resources.files("bayes_trace.files.workbook").joinpath("sheets.yaml").read_text("utf-8")
_READ: dict[str, Any] = read_document(_TEXT, "sheets.yaml").value
#: the first page: heading or keyword, and what to say of it
NOTES: list[tuple[str, str]] = [
    (left, text)
    for left, right in _READ.pop("Notes")
    for text in ([f"{unit}: {unit.form.example}." for unit in CodingUnit] if right == "{units}" else [right])
]
_DECLARED = {name: _sheet(name, each) for name, each in _READ.items()}
#: the sheet Set holds one fact per row: key, how it is read, what it means
SET = _DECLARED["Set"].columns
#: the one sheet of a lone table
FLAT = _DECLARED.pop("Flat")
_KEY_AND_VALUE = (Column("key"), Column("value", width=WIDE))
#: every sheet that is read, in the order of the workbook
SHEETS = {**_DECLARED, "Set": replace(_DECLARED["Set"], columns=_KEY_AND_VALUE)}
