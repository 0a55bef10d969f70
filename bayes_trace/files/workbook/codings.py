"""Rows of likelihoods as codings, and codings as rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bayes_trace.evidence import Coder, Coding
from bayes_trace.files.nodes import Where
from bayes_trace.files.workbook.cells import Cell
from bayes_trace.files.workbook.collector import Collector, Place
from bayes_trace.files.workbook.columns import CODINGS
from bayes_trace.files.workbook.rows import Line, dig

__all__ = ["Draft", "coding_rows", "draft_codings"]

#: what all rows of a coding have in common
SHARED = ("unit", "scale", "reference", "reference_probability", "cluster", "given")


class Draft:
    """A coding in the making: plain values, the place of each, and the item that it judges."""

    def __init__(self, lines: Sequence[Line]) -> None:
        first = lines[0]
        self.item: str = first.get("item")
        self.places: dict[Where, Place] = {(): first.place()}
        self.plain: dict[str, Any] = {}
        for key in ("coder", "episodes"):
            if first.get(key):
                self.plain[key] = first.get(key)
        self.lines = lines

    def fill(self, notes: Collector) -> None:
        """Take in the rows; what they disagree on is noted."""
        for key in SHARED:
            self._share(key, notes)
        for line in self.lines:
            self._value(line, notes)
        self._reasons()

    def _share(self, key: str, notes: Collector) -> None:
        holder = next((line for line in self.lines if line.get(key)), self.lines[0])
        for where, place in holder.places.items():
            if where[:1] == (key,):
                self.places[where] = place
        if not holder.get(key):
            return
        self.plain[key] = holder.get(key)
        for line in self.lines:
            if line.get(key) and line.get(key) != holder.get(key):
                said = f"{_say(holder.get(key))} in row {holder.place().row} of the same coding"
                message = f"{_say(line.get(key))}, but {said}; make them equal"
                notes.note(line.place(key), message, ("items", self.item))

    def _value(self, line: Line, notes: Collector) -> None:
        hypothesis, option, value = line.get("hypothesis"), line.get("option"), line.get("value")
        where: Where = ("readings", option, hypothesis) if option else ("values", hypothesis)
        if where in self.places and (value or dig(self.plain, where)):
            message = f"the row stands twice, first in row {self.places[where].row}; keep one of them"
            notes.note(line.place("hypothesis"), message, ("items", self.item, hypothesis))
            return
        self.places.setdefault(where[:-1], line.place())
        self.places[where] = line.place("value")
        for end in ("low", "best", "high"):
            self.places[*where, end] = line.place("value", end)
        if value:
            holder = self.plain
            for key in where[:-1]:
                holder = holder.setdefault(str(key), {})
            holder[hypothesis] = value

    def _reasons(self) -> None:
        """A second reason in another row is that hypothesis's own."""
        cells: dict[str, str] = {}
        for line in self.lines:
            hypothesis, reason = line.get("hypothesis"), line.get("reason")
            if reason is not None and reason != self.plain.setdefault("reason", reason):
                cells.setdefault(hypothesis, reason)
            if line.get("cell_reason") is not None:
                cells[hypothesis] = line.get("cell_reason")
        if cells:
            self.plain["cell_reasons"] = cells

    @property
    def empty(self) -> bool:
        """Whether no row holds a likelihood: not judged yet."""
        return not (self.plain.get("values") or self.plain.get("readings"))

    def take_defaults(self, coder: Coder | None) -> None:
        """Where no unit is named, the coder's unit, scale and reference hold."""
        if "unit" not in self.plain and coder:
            declared = {"unit": coder.unit, "scale": coder.scale, "reference": coder.reference}
            self.plain.update(
                {key: value for key, value in declared.items() if value and key not in self.plain}
            )

    def build(self, number: int, notes: Collector) -> Coding | None:
        """The coding, as the item's coding of this number."""
        return notes.validate(Coding, self.plain, self.places, ("items", self.item, "codings", number))


def _say(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, dict):
        return " ".join(f"{key} {each}" for key, each in value.items())
    return repr(value)


def draft_codings(lines: Iterable[Line], notes: Collector) -> list[Draft]:
    """Rows put together by item, coder and episodes, in the order of their first rows."""
    groups: dict[tuple[Any, ...], list[Line]] = {}
    for line in lines:
        key = (line.get("item"), line.get("coder"), tuple(line.get("episodes") or ()))
        groups.setdefault(key, []).append(line)
    drafts = [Draft(group) for group in groups.values()]
    for draft in drafts:
        draft.fill(notes)
    return [draft for draft in drafts if not draft.empty]


def coding_rows(item: str, coding: Coding) -> Iterator[dict[str, Cell]]:
    """One row per reading option and hypothesis."""
    plain = coding.model_dump(mode="json", exclude_defaults=True)
    shared = {key: plain[key] for key in ("coder", "episodes", *SHARED) if key in plain}
    shared["unit"] = coding.unit
    rest = {"reason": plain["reason"]} if "reason" in plain else {}
    reasons: dict[str, str] = dict(coding.cell_reasons)
    for option, hypothesis, value in _cells(coding, plain):
        said = {"cell_reason": reasons.pop(hypothesis)} if hypothesis in reasons else {}
        record = {"item": item, "hypothesis": hypothesis, **shared, **rest, **said}
        rest = {}
        yield _show({**record, **({"option": option} if option else {}), **value})


def _cells(coding: Coding, plain: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    options = plain["readings"] if coding.readings else {"": plain.get("values", {})}
    named: set[str] = set()
    for option, values in options.items():
        for hypothesis, value in values.items():
            named.add(hypothesis)
            yield option, hypothesis, {"value": value}
    for hypothesis in (name for name in coding.cell_reasons if name not in named):
        # the reference of a ratio has a reason, perhaps, but no number
        yield "", hypothesis, {}


def _show(record: Mapping[str, Any]) -> dict[str, Cell]:
    found = ((column, dig(record, column.where)) for column in CODINGS.columns)
    return {column.heading: column.kind.show(value) for column, value in found if value is not None}
