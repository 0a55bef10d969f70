"""How far an answer can be pushed, in words: the table of measures of `sensitivity`, said."""

from __future__ import annotations

import math
from collections.abc import Callable

from bayes_trace import tables
from bayes_trace.report.results import Robust
from bayes_trace.sensitivity import Criterion, Measure, measures
from bayes_trace.sensitivity import rule as criteria

__all__ = ["because", "questions", "rule"]


def because(robust: Robust) -> str:
    """Why an answer has no better word.

    Examples
    --------
    >>> because(Robust("fragile", ("lead", "items_to_tie"), {}, ()))
    'the lead is small; few items carry it'
    """
    weak = {measure.name: measure.weakness for measure in measures()}
    return "; ".join(weak.get(name) or name.replace("_", " ") for name in robust.because)


def questions(robust: Robust, leader: str) -> list[tuple[str, str]]:
    """Questions of a sceptic, and what the numbers answer.

    Parameters
    ----------
    robust
        Of one episode.
    leader
        Label of the leading hypothesis.

    Examples
    --------
    >>> numbers = {"fewest_items": float("nan"), "prior_needed": 0.006}
    >>> questions(Robust("moderate", (), numbers, ()), "Loyalty")[0]
    ('Fewest items whose removal changes the leader', 'no removal does')
    """
    asked = [measure for measure in measures() if measure.question]
    rows = [(measure.question.format(leader=leader), _said(measure, robust)) for measure in asked]
    return [(what, said) for what, said in rows if said]


def _said(measure: Measure, robust: Robust) -> str:
    """The value in words; empty where there is nothing to say."""
    if measure.name not in robust.numbers:
        return ""
    value = robust.numbers[measure.name]
    if measure.interval:
        return _between([robust.numbers[name] for name in measure.values])
    lost = math.isnan(value) if measure.form == "count" else math.isinf(value)
    if lost or math.isnan(value):
        return measure.never if lost else ""
    names = ", ".join(filter(None, (robust.names.get(name, "") for name in measure.names)))
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


def rule() -> str:
    """The rule behind the words, from the rule itself.

    Examples
    --------
    >>> rule().split(";")[0]
    'the lead in dB (robust at 10 or more, moderate at 5 or more)'
    """
    what = {measure.name: measure.what for measure in measures()}
    return "; ".join(f"{what[each.measure]} ({_bounds(each)})" for each in criteria())


def _bounds(criterion: Criterion) -> str:
    more = "or more" if criterion.higher_is_better else "or less"
    ends = [
        f"{word} where none loses it" if math.isinf(bound) else f"{word} at {bound:.3g} {more}"
        for word, bound in (("robust", criterion.robust), ("moderate", criterion.moderate))
    ]
    return ", ".join(ends)
