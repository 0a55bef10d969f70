"""Plain values to records; every validation error in our words, at its line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from bayes_trace.evidence import Case, Coding, Episode, Event, Hypothesis, Item, Scenario, SetFile, Source
from bayes_trace.evidence.values import number_meant
from bayes_trace.files.nodes import Document, Where

__all__ = ["in_words", "line_at", "validate"]

_HOMES: dict[str, type[BaseModel]] = {
    "an entry of `codings`": Coding,
    "a hypothesis": Hypothesis,
    "set.yaml": SetFile,
    "a case": Case,
    "an episode": Episode,
    "an item": Item,
    "an event": Event,
    "a scenario": Scenario,
    "a source": Source,
}
#: faults of one record that are worked out one by one, of which each takes a kilobyte
MOST_FAULTS = 100_000
_KEYS = sorted({key for model in _HOMES.values() for key in model.model_fields})


def validate[M: BaseModel](model: type[M], value: object, document: Document, where: Where = ()) -> M | None:
    """The record, or None with the problems noted in the document.

    `where` is the path of `value` inside the document.
    """
    if not isinstance(value, dict):
        document.problem(where, f"{_show(value)}, expected a mapping of keys", line_at(document, where)[0])
        return None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        if error.error_count() > MOST_FAULTS:
            _note_some(model, value, document, where, error.error_count())
            return None
        details = error.errors()
        if _write_out(value, details):
            return validate(model, value, document, where)
        said = set()
        for detail in details:
            at = (*where, *_readable(value, detail["loc"]))
            line, known = line_at(document, at)
            path = at if detail["type"] in ("missing", "extra_forbidden") else known
            # a value that is neither number nor word is refused twice, a list of refused entries is too short
            if path not in said and not (detail["type"] == "too_short" and _inside(details, detail["loc"])):
                document.problem(path, in_words(detail), line)
            said.add(path)
        return None


def _note_some[M: BaseModel](
    model: type[M], value: object, document: Document, where: Where, count: int
) -> None:
    """The faults in the first entries of every list and mapping, and how many there are in all."""
    document.problem(
        where,
        f"{count} values that are not as expected; correct the first of them",
        line_at(document, where)[0],
    )
    for most in (100, 1000, 10_000):
        before = len(document.problems)
        if validate(model, _cut(value, most), document, where) is None and len(document.problems) > before:
            return


def _cut(value: object, most: int) -> object:
    if isinstance(value, dict):
        return {key: _cut(each, most) for key, each in list(value.items())[:most]}
    return [_cut(each, most) for each in value[:most]] if isinstance(value, list) else value


def _write_out(value: Any, details: list[Any]) -> bool:  # noqa: ANN401 - plain YAML
    """Put numbers that stand where text belongs there as text, as they were written."""
    found = False
    for detail in details:
        number = detail["input"]
        if (
            detail["type"] == "string_type"
            and isinstance(number, (int, float))
            and not isinstance(number, bool)
        ):
            *front, last = detail["loc"]
            holder = value
            for key in front:
                holder = _child(holder, key)
            child = _child(holder, last)
            if isinstance(holder, (dict, list)) and child is number:
                holder[last] = str(number)
                found = True
    return found


def _inside(details: list[Any], loc: tuple[int | str, ...]) -> bool:
    """Whether something deeper was refused as well."""
    return any(len(each["loc"]) > len(loc) and each["loc"][: len(loc)] == loc for each in details)


def line_at(document: Document, where: Where) -> tuple[int, Where]:
    """Line of the value, or of the nearest thing around it, and the path that was found."""
    for length in range(len(where), -1, -1):
        if where[:length] in document.lines:
            return document.lines[where[:length]], where[:length]
    return 0, ()


def _readable(value: Any, loc: tuple[int | str, ...]) -> Where:  # noqa: ANN401 - plain YAML
    """Pydantic's indices as the ids that people wrote."""
    return tuple(_steps(value, loc))


def _steps(value: Any, loc: tuple[int | str, ...]) -> Iterator[int | str]:  # noqa: ANN401
    rest = list(loc)
    while rest:
        key = rest.pop(0)
        if key == "codings" and isinstance(value, dict) and "coding" in value and rest[:2] == [0, "values"]:
            # the short form, unfolded by the record
            key, rest = "coding", rest[2:]
        elif key == "codings" and isinstance(value, dict) and "coding" in value and rest[:1] == [0]:
            rest = rest[1:]
            continue
        if isinstance(key, int) and isinstance(value, dict):
            continue  # one record written without its list
        child = _child(value, key)
        yield _name(child, key) if isinstance(key, int) else key
        value = child


def _child(value: Any, key: int | str) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None


def _name(child: object, index: int) -> int | str:
    if isinstance(child, dict):
        for key in ("id", "item", "hypothesis"):
            if isinstance(child.get(key), str):
                return str(child[key])
    return index


def in_words(detail: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    """One fault that pydantic found, as people say it."""
    kind, given = detail["type"], detail["input"]
    if kind == "missing":
        return "missing; this key is required"
    if kind == "extra_forbidden":
        return "unknown key; " + _place_of(str(detail["loc"][-1]))
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind in ("too_short", "too_long"):
        least, most = detail["ctx"].get("min_length"), detail["ctx"].get("max_length")
        wanted = f"at least {least}" if kind == "too_short" else f"at most {most}"
        return f"{len(given)} entries, expected {wanted}"
    if kind == "string_pattern_mismatch":
        return f"{_show(given)}, expected one word of letters, digits and . _ + / -"
    meant = number_meant(given) if kind == "float_type" else ""
    return f"{_show(given)}, {_expectation(detail)}" + (f"; {meant}" if meant else "")


def _place_of(name: str) -> str:
    """Where a key that stands in the wrong place belongs, or which key was meant."""
    if homes := [home for home, model in _HOMES.items() if name in model.model_fields]:
        return f"it belongs in {' or '.join(homes)}"
    close = difflib.get_close_matches(name, _KEYS, n=1)
    return f"did you mean `{close[0]}`?" if close else "remove it"


def _expectation(detail: Any) -> str:  # noqa: ANN401
    text = str(detail["msg"]).replace("a valid tuple", "a list")
    text = re.sub(r"a valid dictionary( or instance of \w+)?", "a mapping of keys", text)
    for prefix in ("Input should be ", "Value error, "):
        if text.startswith(prefix):
            return f"expected {text.removeprefix(prefix)}"
    return f"expected otherwise: {text[0].lower()}{text[1:]}"


def _show(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, (dict, list, tuple)):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
