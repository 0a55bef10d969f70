"""Scenarios as rows: one per part and thing that it is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bayes_trace.evidence import Scenario
from bayes_trace.files.nodes import Where
from bayes_trace.files.workbook.cells import STRUCTURE, TEXT, WORD, Cell, CellError
from bayes_trace.files.workbook.collector import Place
from bayes_trace.files.workbook.columns import SCENARIOS
from bayes_trace.files.workbook.rows import Line, Sheets

__all__ = ["read_scenarios", "scenario_rows"]

#: texts, one row each
_TEXTS = ("label", "reason", "base_digest")
#: names, one row each
_NAMES = ("extends", "drop_restating", "drop_hypotheses")
#: records, one row each, and the field that the column `name` holds
_RECORDS = {"drop": "item", "change": "item", "add_hypotheses": "id", "split": "hypothesis"}
#: values by name, one row each
_VALUES = ("fix_readings", "add_readings", "correlations", "priors", "reliability", "episode_priors")
#: whole records by case, one row each
_ADDED = ("add_items", "add_events")
_PARTS = (*_TEXTS, *_NAMES, *_RECORDS, *_VALUES, *_ADDED, "correlation")


def scenario_rows(name: str, scenario: Scenario) -> Iterator[dict[str, Cell]]:
    """Rows of one scenario; parts that are empty have none."""
    plain = scenario.model_dump(mode="json", exclude_defaults=True)
    for part, value in plain.items():
        for about, content in _split(part, value):
            row: dict[str, Cell] = {"scenario": name, "part": part}
            if about is not None:
                row["name"] = WORD.show(about)
            if content is not None:
                row["content"] = (TEXT if part in _TEXTS else STRUCTURE).show(content)
            yield row


def _split(part: str, value: Any) -> Iterator[tuple[str | None, Any]]:  # noqa: ANN401 - plain values
    if part in _NAMES:
        yield from ((name, None) for name in value)
    elif part in _RECORDS:
        for record in value:
            rest = {key: each for key, each in record.items() if key != _RECORDS[part]}
            yield record[_RECORDS[part]], rest or None
    elif part in _VALUES:
        yield from value.items()
    elif part in _ADDED:
        for case, items in value.items():
            yield from ((case, item) for item in items or [None])
    else:
        yield None, value


class _Draft:
    """A scenario in the making."""

    def __init__(self, line: Line) -> None:
        self.plain: dict[str, Any] = {}
        self.places: dict[Where, Place] = {(): line.place()}

    def add(self, line: Line) -> None:
        """Take in one row."""
        part, name, cell = line.get("part"), line.get("name"), line.get("content")
        content = (TEXT if part in _TEXTS else STRUCTURE).read(cell)
        place = line.place("name" if part in _NAMES else "content")
        self.places.setdefault((part,), place)
        if part in (*_NAMES, *_RECORDS, *_VALUES, *_ADDED) and name is None:
            message = f"empty; say what the part {part} is about"
            raise CellError(message)
        if part in _NAMES:
            self._append(part, name, place)
        elif part in _RECORDS:
            self._append(part, {_RECORDS[part]: name, **_mapping(content)}, place)
        elif part in _VALUES:
            self._set(self.plain.setdefault(part, {}), name, content, (part, name), place)
        elif part in _ADDED:
            items = self.plain.setdefault(part, {}).setdefault(name, [])
            if content is not None:
                self.places[part, name, str(_mapping(content).get("id"))] = place
                items.append(content)
        else:
            self._set(self.plain, part, content, (part,), place)

    def _append(self, part: str, value: Any, place: Place) -> None:  # noqa: ANN401 - plain values
        made = self.plain.setdefault(part, [])
        at = str(value[_RECORDS[part]]) if isinstance(value, dict) else len(made)
        self.places[part, at] = place
        made.append(value)

    def _set(self, holder: dict[str, Any], key: str, value: object, where: Where, place: Place) -> None:
        if key in holder:
            message = f"the row stands twice, first in row {self.places[where].row}; keep one of them"
            raise CellError(message)
        self.places[where] = place
        holder[key] = value


def _mapping(content: object) -> dict[str, Any]:
    if content is None:
        return {}
    if not isinstance(content, dict):
        message = f'{content!r}, expected a mapping such as {{"reason": "..."}}; write it as JSON or YAML'
        raise CellError(message)
    return content


def read_scenarios(sheets: Sheets) -> dict[str, Scenario]:
    """Scenarios by name."""
    drafts: dict[str, _Draft] = {}
    for line in sheets.lines(SCENARIOS):
        name, part = line.get("scenario"), line.get("part")
        draft = drafts.setdefault(name, _Draft(line))
        if part not in _PARTS:
            message = f"no part {part!r}; expected one of: {', '.join(_PARTS)}"
            sheets.notes.note(line.place("part"), message, ("scenarios", name))
            continue
        try:
            draft.add(line)
        except CellError as error:
            blank = line.get("name") is None and part not in (*_TEXTS, "correlation")
            sheets.notes.note(
                line.place("name" if blank else "content"), str(error), ("scenarios", name, part)
            )
    found = {
        name: sheets.notes.validate(Scenario, draft.plain, draft.places, ("scenarios", name))
        for name, draft in drafts.items()
    }
    return {name: scenario for name, scenario in found.items() if scenario}
