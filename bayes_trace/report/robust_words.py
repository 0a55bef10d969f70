"""How far an answer can be pushed, in words."""

from __future__ import annotations

import math

from bayes_trace import tables
from bayes_trace.report.results import Robust
from bayes_trace.sensitivity import RULE, Criterion

__all__ = ["because", "questions", "rule"]

#: measure -> what a poor value of it means
_BECAUSE = {
    "lead": "the lead is small",
    "items_to_tie": "few items carry it",
    "fewest_items": "few items carry it",
    "items_to_turn": "few recoded items would turn it",
    "prior_needed": "a sceptic's prior undoes it",
    "correlation_lost": "dependence within clusters undoes it",
    "correlation_all_lost": "dependence among the items undoes it",
    "search_bias": "a slight bias of the search undoes it",
    "scenario_share": "some scenarios have another leader",
    "coder_share": "coders disagree on the leader",
}
#: measure -> what is measured
_MEASURES = {
    "lead": "the lead in dB",
    "items_to_tie": "the fewest items whose removal leaves the leader level or behind",
    "fewest_items": "the fewest items whose removal changes the leader",
    "items_to_turn": "the items that would have to be turned round",
    "prior_needed": "the prior at which the leader would be as likely as not",
    "correlation_lost": "the correlation in its clusters at which the lead is lost",
    "correlation_all_lost": "the correlation of all items at which the lead is lost",
    "search_bias": "the bias of the search in dB that loses the lead",
    "scenario_share": "the share of scenarios in which the leader leads",
    "coder_share": "the share of coders by whom it leads",
}


def because(robust: Robust) -> str:
    """Why an answer has no better word.

    Examples
    --------
    >>> because(Robust("fragile", ("lead", "items_to_tie"), {}, ()))
    'the lead is small; few items carry it'
    """
    return "; ".join(_BECAUSE.get(name, name.replace("_", " ")) for name in robust.because)


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
    >>> numbers = {"fewest_items": float("nan"), "prior_needed": 0.006, "scenarios_held": 6, "scenarios_tried": 7}
    >>> questions(Robust("moderate", (), numbers, ()), "Loyalty")[0]
    ('Fewest items whose removal changes the leader', 'no removal does')
    """
    n = robust.numbers
    rows = [
        ("Fewest items whose removal changes the leader", _removed(robust)),
        ("Fewest items whose removal leaves it level or behind", _count(n, "items_to_tie")),
        ("Fewest items that would have to be turned round", _count(n, "items_to_turn")),
        (f"Prior of {leader} at which it would be as likely as not", _probability(n, "prior_needed")),
        ("Correlation in its clusters at which the lead is lost", _correlation(n, "correlation_lost")),
        ("Correlation of all its items at which the lead is lost", _correlation(n, "correlation_all_lost")),
        ("Bias of the search, off every favouring item, that loses the lead", _bias(n)),
        (f"P({leader}), every 90 % range a hard limit", _between(n, "least", "most")),
        (f"P({leader}), a tenth of the prior left open", _between(n, "prior_least", "prior_most")),
        (f"Scenarios in which {leader} leads", _share(n, "scenarios_held", "scenarios_tried", least=1)),
        (f"Coders by whom {leader} leads", _share(n, "coders_agreeing", "coders_tried", least=2)),
    ]
    return [(what, said) for what, said in rows if said]


def _removed(robust: Robust) -> str:
    count = robust.numbers.get("fewest_items", math.nan)
    return "no removal does" if math.isnan(count) else f"{count:.0f}: {', '.join(robust.flip)}"


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


def _share(numbers: dict[str, float], part: str, whole: str, *, least: int) -> str:
    tried = numbers.get(whole, 0)
    return f"{numbers[part]:.0f} of {tried:.0f}" if tried >= least else ""


def rule() -> str:
    """The rule behind the words, from the rule itself.

    Examples
    --------
    >>> rule().split(";")[0]
    'the lead in dB (robust at 10 or more, moderate at 5 or more)'
    """
    return "; ".join(_criterion(each) for each in RULE)


def _criterion(criterion: Criterion) -> str:
    more = "or more" if criterion.higher_is_better else "or less"
    ends = [
        f"{word} where none loses it" if math.isinf(bound) else f"{word} at {bound:.3g} {more}"
        for word, bound in (("robust", criterion.robust), ("moderate", criterion.moderate))
    ]
    return f"{_MEASURES.get(criterion.measure, criterion.measure.replace('_', ' '))} ({', '.join(ends)})"
