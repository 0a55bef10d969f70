"""Problems of a spreadsheet, each at its sheet, row and column, and records that know their place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from bayes_trace.errors import EvidenceSetError, Problem
from bayes_trace.files.nodes import Document, Where
from bayes_trace.files.validation import validate

__all__ = ["Collector", "Place", "Places"]

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


#: path inside a record -> where it stands
Places = Mapping[Where, Place]


class Collector:
    """Gathers problems, and remembers where every part of the set came from."""

    def __init__(self, name: str, sheets: tuple[str, ...] = ()) -> None:
        self.name = name
        self._order = {sheet: number for number, sheet in enumerate(sheets)}
        self._found: list[tuple[Place, Problem]] = []
        self._marks: dict[Where, Place] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def note(self, place: Place, message: str, where: Where = ()) -> None:
        """Keep one problem; without a message it is known already."""
        if not message:
            return
        shown = tuple(part for part in where if isinstance(part, str) and part not in _SILENT)
        self._found.append((place, Problem(shown, message, str(place))))

    def mark(self, prefix: Where, places: Places) -> None:
        """Remember where a record stands, by its path in the set."""
        self._marks.update({(*prefix, *where): place for where, place in places.items()})

    def validate[M: BaseModel](
        self, model: type[M], plain: object, places: Places, prefix: Where = ()
    ) -> M | None:
        """The record, or None with its problems noted; marked under `prefix` either way."""
        self.mark(prefix, places)
        document = Document("", lines=dict.fromkeys(places, 1))
        document.lines.setdefault((), 1)
        record = validate(model, plain, document)
        for problem in document.problems:
            place, message = _nearest(places, problem.where), _of_cells(problem.message)
            if not self._follows(place, message):
                self.note(place, message, (*prefix, *problem.where))
        return record

    def _follows(self, place: Place, message: str) -> bool:
        """Whether it only repeats that a sheet is missing, or that its rows are faulty."""
        known = [found for found, _ in self._found if found.sheet == place.sheet]
        too_few = "rows, expected at least" in message
        missing = bool(place.sheet) and Place(place.sheet) in known
        return missing or (too_few and bool(known))

    def locate(self, problem: Problem) -> None:
        """Keep a problem of the whole set at the cell that it comes from."""
        self.note(_nearest(self._marks, problem.where), problem.message, problem.where)

    def error(self) -> EvidenceSetError:
        """Everything found, in the order of the sheets and rows."""
        ordered = sorted(self._found, key=lambda pair: (self._order.get(pair[0].sheet, 99), pair[0].row))
        return EvidenceSetError(self.name, dict.fromkeys(problem for _, problem in ordered))


def _of_cells(message: str) -> str:
    """What is said of keys and lists in a file, said of cells and rows."""
    short = re.search(r"should have at least (\d+) items? after validation, not (\d+)", message)
    if short:
        return f"{short[2]} rows, expected at least {short[1]}; add what is missing"
    return message.replace("this key is required", "fill in the cell")


def _nearest(places: Places, where: Where) -> Place:
    """Place of the path, or of the nearest thing around it."""
    for length in range(len(where), -1, -1):
        if where[:length] in places:
            return places[where[:length]]
    return Place()
