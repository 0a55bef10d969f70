"""Queries about a causal model, read by a small parser: ``Y[X=1] > Y[X=0] & M == 1``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bayes_trace.errors import CausalModelError

__all__ = ["Compare", "Event", "Given", "Join", "Not", "Outcome", "as_event", "outcomes"]

Given = str | Mapping[str, int] | None


@dataclass(frozen=True)
class Outcome:
    """What a node is, where some nodes are set: ``Y[X=1, M=M[X=0]]``."""

    node: str
    settings: tuple[tuple[str, Outcome | int], ...] = ()


@dataclass(frozen=True)
class Compare:
    """Two outcomes, or an outcome and a value, compared."""

    left: Outcome | int
    relation: str
    right: Outcome | int


@dataclass(frozen=True)
class Not:
    """What does not hold."""

    of: Event


@dataclass(frozen=True)
class Join:
    """Several events of which all hold (``&``), or at least one (``|``)."""

    how: str
    parts: tuple[Event, ...]


Event = Compare | Not | Join

RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
#: each opens a level; a stack has an end
_MOST_LEVELS = 50
_TOKEN = re.compile(r"\s*(?:(?P<word>\w+)|(?P<sign>==|!=|<=|>=|[=<>&|!()\[\],]))")


def as_event(question: object) -> Event:
    """The event that a question describes; no question, an event that always holds."""
    if question is None:
        return Join("&", ())
    if isinstance(question, Mapping):
        return Join("&", tuple(Compare(Outcome(node), "==", _value(node, v)) for node, v in question.items()))
    if isinstance(question, str):
        return _Parser(question).read()
    if isinstance(question, Event):
        return question
    message = f"{question!r}: expected a question such as 'Y[X=1] > Y[X=0]'"
    raise CausalModelError(message)


def _value(node: str, value: object) -> int:
    if value in (0, 1):
        return int(value == 1)
    message = f"{node} = {value!r}: expected 0 or 1"
    raise CausalModelError(message)


def outcomes(event: Event) -> list[Outcome]:
    """Every outcome that an event mentions, including those inside the settings of others."""
    if isinstance(event, Not):
        return outcomes(event.of)
    if isinstance(event, Join):
        return [each for part in event.parts for each in outcomes(part)]
    return [each for side in (event.left, event.right) for each in _inside(side)]


def _inside(side: Outcome | int) -> list[Outcome]:
    if isinstance(side, int):
        return []
    return [side, *(each for _, value in side.settings for each in _inside(value))]


class _Parser:
    """Recursive descent over ``|``, ``&``, ``!``, brackets and comparisons."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._tokens()
        self.at = 0

    def read(self) -> Event:
        levels = sum(token in {"(", "[", "!"} for token, _ in self.tokens)
        if levels > _MOST_LEVELS:
            message = f"a question with {levels} opening brackets and !; expected at most {_MOST_LEVELS}"
            raise CausalModelError(message)
        event = self._join("|", lambda: self._join("&", self._single))
        if self._peek():
            self._fail("the end, or & or | before another comparison")
        return event

    def _tokens(self) -> list[tuple[str, int]]:
        found, place = [], 0
        text = self.text.rstrip()
        while place < len(text):
            match = _TOKEN.match(text, place)
            if not match:
                found.append((text[place:].strip()[:1], place))
                break
            found.append((match.group("word") or match.group("sign"), match.start(match.lastgroup or 0)))
            place = match.end()
        return found

    def _peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def _take(self, *expected: str) -> str:
        token = self._peek()
        if token not in expected:
            self._fail(" or ".join(expected))
        self.at += 1
        return token

    def _fail(self, expected: str) -> None:
        place = self.tokens[self.at][1] if self.at < len(self.tokens) else len(self.text)
        there = repr(self._peek()) if self._peek() else "the end"
        message = f"question {self.text!r}: {there} at character {place + 1}, expected {expected}"
        raise CausalModelError(message)

    def _join(self, how: str, part: Callable[[], Event]) -> Event:
        parts = [part()]
        while self._peek() == how:
            self.at += 1
            parts.append(part())
        return parts[0] if len(parts) == 1 else Join(how, tuple(parts))

    def _single(self) -> Event:
        if self._peek() == "!":
            self.at += 1
            return Not(self._single())
        if self._peek() == "(":
            self.at += 1
            event = self._join("|", lambda: self._join("&", self._single))
            self._take(")")
            return event
        left = self._side()
        return Compare(left, self._take(*RELATIONS), self._side())

    def _side(self) -> Outcome | int:
        token = self._peek()
        if token in {"0", "1"}:
            self.at += 1
            return int(token)
        if not token.isidentifier():
            self._fail("a node, such as X or Y[X=1], or 0 or 1")
        self.at += 1
        if self._peek() == "(":
            self._fail(f"no bracket: {token!r} is read as a node, and there are no functions")
        return Outcome(token, self._settings())

    def _settings(self) -> tuple[tuple[str, Outcome | int], ...]:
        found: list[tuple[str, Outcome | int]] = []
        sign = "["
        while self._peek() == sign:
            self.at += 1
            node = self._peek()
            if not node.isidentifier():
                self._fail("a node to set, such as X in Y[X=1]")
            self.at += 1
            self._take("=", "==")
            found.append((node, self._side()))
            sign = ","
        if found:
            self._take("]")
        return tuple(found)
