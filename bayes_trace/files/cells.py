"""Single values: what a cell holds as a plain value, and back; nothing is lost on the way.

A value that no plain cell can hold (a text of blanks, a word that looks like a number) is
written as ``json:`` and its JSON, which every cell is read for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from bayes_trace.evidence.values import Value, number_meant
from bayes_trace.files.nodes import Decimal, read_document

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

__all__ = [
    "CELL_LIMIT",
    "CHOICE",
    "DATE",
    "FLAG",
    "KINDS",
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
    "kind_of",
]

#: characters that Excel keeps in one cell
CELL_LIMIT = 32_767
ESCAPE = "json:"
#: what XML, or Excel's own escapes, would change
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
#: a decimal comma that can be nothing else
_COMMA = re.compile(r"[-+]?(0?,[0-9]+|[0-9]+,([0-9]{1,2}|[0-9]{4,}))")
_FLAGS = {"yes": True, "true": True, "x": True, "1": True, "no": False, "false": False, "0": False}


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


def _shown(cell: Cell) -> str:
    text = repr(str(cell)) if isinstance(cell, str) else repr(cell)
    return text if len(text) <= 60 else text[:57] + "..."


def _text(cell: Cell) -> str:
    """Numbers as people write them: 53, not 53.0."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and not isinstance(cell, Decimal):
        return str(int(cell))
    return str(cell)


def _as_is(value: Any) -> Cell:  # noqa: ANN401 - a plain value of any form
    return value if isinstance(value, (bool, int, float)) else str(value)


@dataclass(frozen=True)
class Kind:
    """How the cells of a column are read and shown."""

    #: the value of a cell that shows something
    parse: Callable[[Cell], Any] = _text
    #: the cell as people would fill it in
    write: Callable[[Any], Cell] = _as_is
    #: what is expected, where a date cannot be it; empty where it can
    wants: str = "text"
    #: shown as a number, not as text
    numeric: bool = False

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
        if isinstance(cell, Day) and self.wants:
            raise CellError(_no_date(cell, self.wants))
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


def _no_date(day: Day, wants: str) -> str:
    """What a spreadsheet program made of 3-1, and what was probably typed."""
    if wants != "text":
        kind = "a number" if wants == "a number" else "text"
        return f"the date {day}, expected {wants}; format the cell as {kind} and type it again"
    parts = [str(int(part)) for part in day.split("-") if part.isdecimal()]
    typed = {3: "{1}-{2} or {2}-{1}", 2: "{1}-{0} or {0}-{1}"}.get(len(parts), "something else").format(
        *parts
    )
    return f"the date {day}, expected text; probably {typed} was typed, so format the cell as text and type it again"


class _Raw(Kind):
    """The cell as it is, for what another cell decides."""

    def read(self, cell: Cell) -> Any:  # noqa: ANN401 - a plain value of any form
        """The cell, escapes and all; None where it is blank."""
        return None if is_blank(cell) else cell


def _from_json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        message = (
            f"{_shown(ESCAPE + text)}, expected JSON after {ESCAPE} ({error}); correct it or write plain text"
        )
        raise CellError(message) from None


def _trimmed(cell: Cell) -> str:
    return _text(cell).strip()


def _word(cell: Cell) -> str:
    if isinstance(cell, bool):
        message = (
            f"the truth value {str(cell).upper()}, expected text; format the cell as text and type it again"
        )
        raise CellError(message)
    return _trimmed(cell)


def _choice(cell: Cell) -> str:
    return _trimmed(cell).lower().replace(" ", "_")


def _words(cell: Cell) -> list[str]:
    """Ids in one cell, separated by commas, semicolons, blanks or lines."""
    return [word for word in re.split(r"[,;\s]+", _text(cell)) if word]


def _lines(cell: Cell) -> list[str]:
    return [line.strip() for line in _text(cell).splitlines() if line.strip()]


def _figure(cell: Cell) -> float | None:
    """The number in a cell, also where it was typed as text; None where there is none."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return cell
    text = cell.strip().replace("\N{MINUS SIGN}", "-") if isinstance(cell, str) else ""
    if _NUMBER.fullmatch(text):
        return float(text)
    return float(text.replace(",", ".")) if _COMMA.fullmatch(text) else None


def _number(cell: Cell) -> float:
    number = _figure(cell)
    if number is None:
        hint = (
            number_meant(cell) or "write it with a decimal point, and without units or thousands separators"
        )
        message = f"{_shown(cell)}, expected a number; {hint}"
        raise CellError(message)
    return number


def _mixed(cell: Cell) -> float | str:
    number = _figure(cell)
    return _trimmed(cell) if number is None else number


def _flag(cell: Cell) -> bool:
    word = _trimmed(cell).lower()
    if word not in _FLAGS:
        message = f"{_shown(cell)}, expected yes or no; choose one or leave the cell blank"
        raise CellError(message)
    return _FLAGS[word]


def _references(cell: Cell) -> list[dict[str, str]]:
    """Sources in one cell, a line for each: the id, and a locator after a colon."""
    parts = [line.partition(":") for line in _lines(cell)]
    pairs = [(key.strip(), locator.strip()) for key, _, locator in parts]
    return [{"key": key, **({"locator": locator} if locator else {})} for key, locator in pairs]


def _show_references(value: Any) -> str:  # noqa: ANN401 - plain values
    return "\n".join(": ".join(filter(None, (ref["key"], ref.get("locator")))) for ref in value)


def _structure(cell: Cell) -> Any:  # noqa: ANN401 - plain values
    """JSON, or the YAML that would stand in the folder's file."""
    if not isinstance(cell, str):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        document = read_document(cell, "")
    if document.problems:
        message = f"{_shown(cell)}, expected JSON or YAML; {document.problems[0].message}"
        raise CellError(message)
    return document.value


def _show_structure(value: Any) -> Cell:  # noqa: ANN401 - plain values
    plain = isinstance(value, str) and "\n" not in value and _UNFIT.search(value) is None
    if plain and not read_document(value, "").problems and _structure(value) == value:
        return str(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    return json.dumps(value, ensure_ascii=False)


TEXT = Kind()
WORD = Kind(_word)
CHOICE = Kind(_choice)
WORDS = Kind(_words, lambda value: ", ".join(str(each) for each in value))
#: texts in one cell, a line for each
LINES = Kind(_lines, lambda value: "\n".join(str(each) for each in value))
NUMBER = Kind(_number, numeric=True, wants="a number")
#: a number or a word
MIXED = Kind(_mixed, numeric=True, wants="a number or a word")
FLAG = Kind(_flag, lambda value: "yes" if value else "no")
DATE = Kind(_word, wants="")
REFERENCES = Kind(_references, _show_references)
STRUCTURE = Kind(_structure, _show_structure)
RAW = _Raw()
#: kinds by the names that a declared column gives them
KINDS = {
    "text": TEXT,
    "word": WORD,
    "choice": CHOICE,
    "words": WORDS,
    "lines": LINES,
    "number": NUMBER,
    "mixed": MIXED,
    "flag": FLAG,
    "date": DATE,
    "references": REFERENCES,
    "structure": STRUCTURE,
    "raw": RAW,
}


def kind_of(field: FieldInfo) -> tuple[Kind, tuple[str, ...]]:
    """How a record's field is read and shown, and the words that it takes, by its type."""
    parts = [*_parts(field.annotation), *_parts(field)]
    origins = [get_origin(part) for part in parts]
    if Literal in origins:
        return CHOICE, get_args(parts[origins.index(Literal)])
    named = [part for part in parts if isinstance(part, type) and issubclass(part, StrEnum)]
    if named:
        return CHOICE, tuple(str(each) for each in named[0])
    fits = (
        (STRUCTURE, dict in origins),
        (WORDS, tuple in origins),
        (MIXED, Value in parts),
        (FLAG, bool in parts),
        (NUMBER, float in parts),
        (WORD, any(getattr(part, "pattern", None) for part in parts)),
    )
    return next((kind for kind, fit in fits if fit), TEXT), ("yes", "no") if bool in parts else ()


def _parts(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 - types and pydantic's constraints
    """Everything that an annotation says, from the outside in."""
    yield annotation
    for part in (*get_args(annotation), *getattr(annotation, "metadata", ())):
        yield from _parts(part)
