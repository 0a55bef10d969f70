"""A set in the making: plain values, the cell of each, and every problem at its cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from bayes_trace.errors import EvidenceSetError, Problem
from bayes_trace.evidence import EvidenceSet, list_problems
from bayes_trace.files.nodes import Document, Where
from bayes_trace.files.validation import validate

__all__ = ["INSIDE", "Draft", "Place", "dig"]

#: lists of records, kept by id while they are made
_LISTS = ("hypotheses", "coders", "codebook", "scales", "readings", "clusters", "sources")
#: lists of records that stand inside a case
INSIDE = ("episodes", "events", "items")
#: unreadable values to go without before the rest of a table is given up
MOST_PRUNED = 100
#: parts of a path that mean nothing on a sheet
_SILENT = ("codings", "values")


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: a cell, a row, a column or a whole sheet.

    Examples
    --------
    >>> print(Place("Codings", 12, "F", "best"))
    sheet Codings, row 12, column F (best)
    """

    sheet: str = ""
    row: int = 0
    letter: str = ""
    heading: str = ""

    def __str__(self) -> str:
        column = f"column {self.letter} ({self.heading})" if self.heading else f"column {self.letter}"
        parts = (
            f"sheet {self.sheet}" if self.sheet else "",
            f"row {self.row}" if self.row else "",
            column if self.letter else "",
        )
        return ", ".join(part for part in parts if part)


def dig(plain: Any, where: Iterable[int | str]) -> Any:  # noqa: ANN401 - plain values
    """The value at a path; a bare number is its own best value."""
    for key in where:
        if isinstance(plain, dict):
            plain = plain.get(key)
        elif key != "best":
            return None
    return plain


class Draft:
    """Gathers what the cells say under paths of the set, such as ``items.TW-1.date``."""

    def __init__(self, name: str, sheets: Iterable[str] = ()) -> None:
        self.name = name
        self.plain: dict[str, Any] = {}
        self.places: dict[Where, Place] = {}
        self._order = {sheet: number for number, sheet in enumerate(sheets)}
        self._found: list[tuple[Place, Problem]] = []

    # --- what is said ------------------------------------------------------------------------

    def get(self, *where: int | str) -> Any:  # noqa: ANN401 - plain values
        """What was said at a path so far."""
        return dig(self.plain, where)

    def take(self, where: Where, value: object, places: Mapping[Where, Place]) -> None:
        """Put a value at a path, and remember the cells inside it."""
        *front, last = where
        holder = self.plain
        for key in front:
            holder = holder.setdefault(key, {})  # type: ignore[arg-type] # numbers of codings
        holder[last] = value  # type: ignore[index]
        for inside, place in places.items():
            self.places[*where, *inside] = place

    # --- what is wrong -----------------------------------------------------------------------

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self._found)

    def note(self, place: Place, message: str, where: Where = ()) -> None:
        """Keep one problem; without a message it is known already."""
        if message:
            shown = tuple(part for part in where if isinstance(part, str) and part not in _SILENT)
            self._found.append((place, Problem(shown, message, str(place))))

    def error(self) -> EvidenceSetError:
        """Everything found, in the order of the sheets and rows."""
        ordered = sorted(self._found, key=lambda pair: (self._order.get(pair[0].sheet, 99), pair[0].row))
        return EvidenceSetError(self.name, dict.fromkeys(problem for _, problem in ordered))

    def _locate(self, problem: Problem) -> None:
        """Keep a problem at the cell that it comes from, unless that sheet's faults say it already."""
        where, message = problem.where, _of_cells(problem.message)
        known = (where[:length] for length in range(len(where), -1, -1))
        place = next((self.places[each] for each in known if each in self.places), Place())
        same = [found for found, _ in self._found if found.sheet == place.sheet]
        missing = bool(place.sheet) and Place(place.sheet) in same
        if not missing and not (same and "rows, expected at least" in message):
            self.note(place, message, where)

    # --- the set -----------------------------------------------------------------------------

    def build(self) -> EvidenceSet | None:
        """The set, or None with every problem noted."""
        cases = list(self.get("cases") or ())
        lines = dict.fromkeys((_nested(where, cases, self.plain) for where in self.places), 1)
        document = Document("", lines={(): 1, **lines})
        es = validate(EvidenceSet, self._whole(), document)
        for problem in document.problems:
            self._locate(Problem(_flattened(problem.where, cases), problem.message))
        if es is not None and not self:
            for problem in list_problems(es):
                self._locate(problem)
            return es
        known = {place for place, _ in self._found}
        for problem in list_problems(salvaged) if (salvaged := _salvaged(self._whole())) else ():
            self._locate_further(problem, known)
        return None

    def _locate_further(self, problem: Problem, known: set[Place]) -> None:
        """Keep what does not follow from rows that were not read."""
        where = problem.where
        place = next(
            (self.places[where[:n]] for n in range(len(where), -1, -1) if where[:n] in self.places), Place()
        )
        lacks = problem.message.startswith(("missing", "no ", "priors sum", "probabilities sum"))
        unread = {each.sheet for each in known} if problem.message.startswith("no ") else {place.sheet}
        rows = {(each.sheet, each.row) for each in known}
        if (place.sheet, place.row) not in rows and not (lacks and unread & {each.sheet for each in known}):
            self._locate(problem)

    def _whole(self) -> dict[str, Any]:
        """Lists in the place of what was kept by id, and cases with what stands in them."""
        inside = {key: self.get(key) or {} for key in INSIDE}
        whole = {key: value for key, value in self.plain.items() if key not in INSIDE}
        whole.update({key: list(whole[key].values()) for key in _LISTS if key in whole})
        whole["cases"] = [
            {**case, **{key: _of_case(name, records) for key, records in inside.items()}}
            for name, case in (self.get("cases") or {}).items()
        ]
        return whole


def _salvaged(whole: dict[str, Any]) -> EvidenceSet | None:
    """The set without what cannot be read, so that the rest is looked at as well; None where too little is left."""
    plain = {**dict.fromkeys(("id", "title", "question", "base_coder"), "unread"), **deepcopy(whole)}
    for _ in range(MOST_PRUNED):
        try:
            return EvidenceSet.model_validate(plain)
        except ValidationError as error:
            if not _prune(plain, error.errors()[0]["loc"]):
                return None
    return None


def _prune(plain: dict[str, Any], loc: tuple[int | str, ...]) -> bool:
    """Take out what stands at a path, or the record that lacks it; whether anything was there."""
    inside: Any = plain
    last: tuple[Any, Any] | None = None
    for key in loc:
        there = (
            key in inside
            if isinstance(inside, dict)
            else isinstance(inside, list) and key in range(len(inside))
        )
        if not there:
            break
        last, inside = (inside, key), inside[key]
    if last is not None:
        holder, key = last
        del holder[key]
    return last is not None


def _of_case(case: str, records: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Records of a case, their codings in a list."""
    mine = (dict(record) for record in records.values() if record.get("case") == case)
    return [
        {**record, "codings": list(record["codings"].values())} if "codings" in record else record
        for record in mine
        if record.pop("case")
    ]


def _nested(where: Where, cases: list[str], plain: dict[str, Any]) -> Where:
    """A path as the whole set has it: records inside their cases, cases by number."""
    if where[:1] == ("cases",) and where[1:2] and where[1] in cases:
        return ("cases", cases.index(str(where[1])), *where[2:])
    case = dig(plain, (*where[:2], "case")) if where[0:1] and where[0] in INSIDE else None
    return ("cases", cases.index(case), *where) if case in cases else where


def _flattened(where: Where, cases: list[str]) -> Where:
    """The path back again."""
    if where[:1] == ("cases",) and len(where) > 1 and isinstance(where[1], int):
        return (
            where[2:] if where[2:3] in (("episodes",), ("items",)) else ("cases", cases[where[1]], *where[2:])
        )
    return where


def _of_cells(message: str) -> str:
    """What is said of keys and lists in a file, said of cells and rows."""
    if count := re.fullmatch(r"(\d+) entries, expected (at \w+ \d+)", message):
        return f"{count[1]} rows, expected {count[2]}{'; add what is missing' if 'least' in message else ''}"
    return message.replace("this key is required", "fill in the cell")
