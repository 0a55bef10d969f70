"""How robust an answer is, in words: the measures of `sensitivity` as sentences."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from bayes_trace import tables
from bayes_trace.report.results import Robustness

if TYPE_CHECKING:
    from bayes_trace.sensitivity import Measure

__all__ = ["questions"]


def questions(robustness: Robustness, leader: str) -> list[tuple[str, str]]:
    """A sceptic's questions, and what the numbers answer.

    Parameters
    ----------
    robustness
        Of one episode.
    leader
        Label of the leading hypothesis.

    Examples
    --------
    >>> questions(Robustness({"fewest_items": float("nan"), "prior_needed": 0.006}), "Loyalty")[0]
    ('Fewest items whose removal changes the leader', 'no removal does')
    """
    from bayes_trace.sensitivity import measures

    asked = [measure for measure in measures() if measure.question]
    rows = [(measure.question.format(leader=leader), _said(measure, robustness)) for measure in asked]
    return [(what, said) for what, said in rows if said]


def _said(measure: Measure, robustness: Robustness) -> str:
    """The value in words; empty where there is nothing to say."""
    if measure.name not in robustness.numbers:
        return ""
    value = robustness.numbers[measure.name]
    if measure.interval:
        return _between([robustness.numbers[name] for name in measure.values])
    lost = math.isnan(value) if measure.form == "count" else math.isinf(value)
    if lost or math.isnan(value):
        return measure.never if lost else ""
    names = ", ".join(filter(None, (robustness.names.get(name, "") for name in measure.names)))
    said = _FORMS[measure.form](value)
    if not names:
        return said
    return f"{said}: {names}" if measure.form == "count" else f"{said} ({names})"


_FORMS: dict[str, Callable[[float], str]] = {
    "count": lambda value: f"{value:.0f}" if value else "none; it is level already",
    "probability": tables.probability,
    "correlation": lambda value: f"{value:.2f}".removeprefix("0"),
    "dB": lambda value: f"{tables.db(value, sign=False)} dB",
    "factor": lambda value: f"{value:.2f}",
}


def _between(ends: list[float]) -> str:
    if any(map(math.isnan, ends)) or math.isclose(*ends):
        return ""  # nothing was stated that could move it
    return " to ".join(tables.probability(end) for end in ends)
