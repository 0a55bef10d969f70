"""What a cell holds, as a plain value, and back: nothing is lost on the way.

A value that no plain cell can hold (a text of blanks, a word that looks like a number) is
written as ``json:`` and its JSON, which every cell is read for.
"""

from __future__ import annotations

import json
import re
from typing import Any

from bayes_trace.files.nodes import read_document

__all__ = [
    "CELL_LIMIT",
    "CHOICE",
    "DATE",
    "FLAG",
    "LINES",
    "MIXED",
    "NUMBER",
    "RAW",
    "REFERENCES",
    "STRUCTURE",
    "TEXT",
    "WORD",
    "WORDS",
    "Cell",
    "CellError",
    "Day",
    "Kind",
    "Unreadable",
    "is_blank",
]

#: characters that Excel keeps in one cell
CELL_LIMIT = 32_767
ESCAPE = "json:"
#: what XML, or Excel's own escapes, would change
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
#: a decimal comma that can be nothing else
_COMMA = re.compile(r"[-+]?(0?,\d+|\d+,(\d{1,2}|\d{4,}))")


class Day(str):
    """A date cell as text, as exact as it is shown: ``1972-12-22``, ``1972-12`` or ``1972``."""

    __slots__ = ()


class Unreadable(str):
    """A cell whose fault has been noted already."""

    __slots__ = ()


Cell = str | int | float | bool | None


class CellError(ValueError):
    """A cell that does not hold what its column asks for; without a message, it has been said."""


def is_blank(cell: Cell) -> bool:
    """Whether a cell shows nothing.

    Examples
    --------
    >>> is_blank(None), is_blank("  "), is_blank(0)
    (True, True, False)
    """
    return cell is None or (isinstance(cell, str) and not cell.strip())


class Kind:
    """How the cells of a column are read and shown."""

    #: shown as a number, not as text
    numeric = False

    def read(self, cell: Cell) -> Any:  # noqa: ANN401 - a plain value of any form
        """The plain value; None for a blank cell.

        Raises
        ------
        CellError
            With the value and what was expected.
        """
        if is_blank(cell):
            return None
        if isinstance(cell, Unreadable):
            raise CellError
        if isinstance(cell, str) and cell.lstrip().startswith(ESCAPE):
            return _from_json(cell.lstrip().removeprefix(ESCAPE))
        return self.parse(cell)

    def show(self, value: Any) -> Cell:  # noqa: ANN401 - a plain value of any form
        """The cell that reads as this value."""
        cell = self.write(value)
        unfit = isinstance(cell, str) and _UNFIT.search(cell)
        try:
            if not unfit and self.read(cell) == value:
                return cell
        except CellError:
            pass
        return ESCAPE + json.dumps(value).replace("_x", "_\\u0078")

    def parse(self, cell: Cell) -> Any:  # noqa: ANN401 - a plain value of any form
        """The value of a cell that shows something."""
        return _text(cell)

    def write(self, value: Any) -> Cell:  # noqa: ANN401 - a plain value of any form
        """The cell as people would fill it in."""
        return value if isinstance(value, (bool, int, float)) else str(value)


def _from_json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        message = (
            f"{_shown(ESCAPE + text)}, expected JSON after {ESCAPE} ({error}); mend it or write plain text"
        )
        raise CellError(message) from None


def _text(cell: Cell) -> str:
    """Numbers as people write them: 53, not 53.0."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _shown(cell: Cell) -> str:
    text = repr(str(cell)) if isinstance(cell, str) else repr(cell)
    return text if len(text) <= 60 else text[:57] + "..."


def _number(cell: Cell) -> float | None:
    """The number in a cell, also where it was typed as text; None where there is none."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return cell
    if isinstance(cell, str) and not isinstance(cell, Day):
        text = cell.strip().replace("\N{MINUS SIGN}", "-")
        if _NUMBER.fullmatch(text):
            return float(text)
        if _COMMA.fullmatch(text):
            return float(text.replace(",", "."))
    return None


class _Word(Kind):
    def parse(self, cell: Cell) -> Any:  # noqa: ANN401
        return _text(cell).strip()


class _Choice(_Word):
    def parse(self, cell: Cell) -> Any:  # noqa: ANN401
        return _text(cell).strip().lower().replace(" ", "_")


class _Words(Kind):
    """Ids in one cell, separated by commas, semicolons, blanks or lines."""

    def parse(self, cell: Cell) -> Any:  # noqa: ANN401
        return [word for word in re.split(r"[,;\s]+", _text(cell)) if word]

    def write(self, value: Any) -> Cell:  # noqa: ANN401
        return ", ".join(str(each) for each in value)


class _Lines(Kind):
    """Texts in one cell, a line for each."""

    def parse(self, cell: Cell) -> Any:  # noqa: ANN401
        return [line.strip() for line in _text(cell).splitlines() if line.strip()]

    def write(self, value: Any) -> Cell:  # noqa: ANN401
        return "\n".join(str(each) for each in value)


class _Number(Kind):
    numeric = True

    def parse(self, cell: Cell) -> Any:  # noqa: ANN401
        number = _number(cell)
        if number is not None:
            return number
        if isinstance(cell, Day):
            message = f"the date {cell}, expected a number; format the cell as a number and type it again"
        else:
            hint = "with a decimal point, and without units or thousands separators"
            message = f"{_shown(cell)}, expected a number; write it {hint}"
        raise CellError(message)


class _Mixed(Kind):
    """A number or a word."""

    numeric = True

    def parse(self, cell: Cell) -> Any:  # noqa: ANN401
        number = _number(cell)
        if number is None and isinstance(cell, Day):
            message = (
                f"the date {cell}, expected a number or a word; format the cell as text and type it again"
            )
            raise CellError(message)
        return _text(cell).strip() if number is None else number


_FLAGS = {"yes": True, "true": True, "x": True, "1": True, "no": False, "false": False, "0": False}


class _Flag(Kind):
    def parse(self, cell: Cell) -> Any:  # noqa: ANN401
        word = _text(cell).strip().lower()
        if word not in _FLAGS:
            message = f"{_shown(cell)}, expected yes or no; choose one or leave the cell blank"
            raise CellError(message)
        return _FLAGS[word]

    def write(self, value: Any) -> Cell:  # noqa: ANN401
        return "yes" if value else "no"


class _References(Kind):
    """Sources in one cell, a line for each: the id, and a locator after a colon."""

    def parse(self, cell: Cell) -> Any:  # noqa: ANN401
        parts = [line.partition(":") for line in _text(cell).splitlines() if line.strip()]
        return [
            {"key": key.strip(), **({"locator": locator.strip()} if locator.strip() else {})}
            for key, _, locator in parts
        ]

    def write(self, value: Any) -> Cell:  # noqa: ANN401
        return "\n".join(": ".join(filter(None, (ref["key"], ref.get("locator")))) for ref in value)


class _Structure(Kind):
    """JSON, or the YAML that would stand in the folder's file."""

    def parse(self, cell: Cell) -> Any:  # noqa: ANN401
        if not isinstance(cell, str):
            return cell
        try:
            return json.loads(cell)
        except ValueError:
            pass
        document = read_document(cell, "")
        if document.problems:
            fault = document.problems[0].message
            message = f"{_shown(cell)}, expected JSON or YAML; {fault}"
            raise CellError(message)
        return document.value

    def write(self, value: Any) -> Cell:  # noqa: ANN401
        plain = isinstance(value, str) and "\n" not in value and _UNFIT.search(value) is None
        if plain and not read_document(value, "").problems and self.parse(value) == value:
            return str(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        return json.dumps(value, ensure_ascii=False)


class _Raw(Kind):
    """The cell as it is, for what another cell decides."""

    def read(self, cell: Cell) -> Any:  # noqa: ANN401
        return None if is_blank(cell) else cell


TEXT = Kind()
RAW = _Raw()
WORD = _Word()
CHOICE = _Choice()
WORDS = _Words()
LINES = _Lines()
NUMBER = _Number()
MIXED = _Mixed()
FLAG = _Flag()
DATE = _Word()
REFERENCES = _References()
STRUCTURE = _Structure()
