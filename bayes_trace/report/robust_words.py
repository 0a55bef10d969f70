"""How far an answer can be pushed, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping

from bayes_trace import tables
from bayes_trace.report.results import Robust

__all__ = ["questions"]


def questions(robust: Robust, leader: str, titles: Mapping[str, str]) -> list[tuple[str, str]]:
    """Questions of a sceptic, and what the numbers answer.

    Parameters
    ----------
    robust
        Of one episode.
    leader
        Label of the leading hypothesis.
    titles
        Of items, by id.

    Examples
    --------
    >>> questions(Robust({"fewest_items": float("nan"), "prior_needed": 0.006}, ()), "Loyalty", {})[0]
    ('Fewest items whose removal changes the leader', 'no removal does')
    """
    n = robust.numbers
    rows = [
        ("Fewest items whose removal changes the leader", _removed(robust, titles)),
        ("Fewest items whose removal leaves it level or behind", _count(n, "items_to_tie")),
        ("Fewest items that would have to be turned round", _count(n, "items_to_turn")),
        (f"Prior of {leader} at which it would be as likely as not", _probability(n, "prior_needed")),
        ("Correlation in its clusters at which the lead is lost", _correlation(n, "correlation_lost")),
        ("Correlation of all its items at which the lead is lost", _correlation(n, "correlation_all_lost")),
        ("Bias of the search, off every favouring item, that loses the lead", _bias(n)),
        (f"P({leader}), every 90 % range a hard limit", _between(n, "least", "most")),
        (f"P({leader}), a tenth of the prior left open", _between(n, "prior_least", "prior_most")),
    ]
    return [(what, said) for what, said in rows if said]


def _removed(robust: Robust, titles: Mapping[str, str]) -> str:
    count = robust.numbers.get("fewest_items", math.nan)
    return (
        "no removal does"
        if math.isnan(count)
        else f"{count:.0f}: {'; '.join(titles.get(name, name) for name in robust.flip)}"
    )


def _count(numbers: dict[str, float], name: str) -> str:
    count = numbers.get(name, math.nan)
    if math.isnan(count):
        return ""
    return f"{count:.0f}" if count else "none; it is level already"


def _probability(numbers: dict[str, float], name: str) -> str:
    value = numbers.get(name, math.nan)
    return "" if math.isnan(value) else tables.probability(value)


def _correlation(numbers: dict[str, float], name: str) -> str:
    value = numbers.get(name, math.nan)
    if math.isnan(value):
        return ""
    return "none loses it" if math.isinf(value) else f"{value:.2f}".removeprefix("0")


def _bias(numbers: dict[str, float]) -> str:
    value = numbers.get("search_bias", math.nan)
    if math.isnan(value):
        return ""
    return "none does" if math.isinf(value) else f"{tables.db(value, sign=False)} dB"


def _between(numbers: dict[str, float], low: str, high: str) -> str:
    ends = [numbers.get(name, math.nan) for name in (low, high)]
    if any(map(math.isnan, ends)) or math.isclose(*ends):
        return ""  # nothing was stated that could move it
    return " to ".join(tables.probability(end) for end in ends)
