"""What each change of a scenario does to each episode, in dB."""

from __future__ import annotations

from collections.abc import Iterator

import xarray as xr

from bayes_trace.errors import BayesTraceError
from bayes_trace.evidence import EvidenceSet, Scenario
from bayes_trace.likelihood import compile_decisions
from bayes_trace.report.results import Effect
from bayes_trace.scenarios import apply_scenario
from bayes_trace.summary.verdicts import BASE, Answers

__all__ = ["effects"]

#: smaller changes print as nothing
LEAST = 0.05


def effects(
    es: EvidenceSet, evidence: xr.Dataset, answers: Answers, coder: str
) -> dict[str, tuple[Effect, ...]]:
    """By scenario, what its items do to the odds of the base leader over the base runner-up, in each episode.

    Scenarios that change nothing are left out; one that does not know the two hypotheses any more has no number.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.summary.verdicts import gather_answers
    >>> table = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    >>> effects(table, bt.compile_evidence(table), gather_answers(table), table.base_coder)
    {}
    """
    place = {subject.id: number for number, subject in enumerate(answers.subjects)}

    def strongest(each: Effect) -> tuple[float, int]:
        # as printed: what differs by rounding alone stays in the order of the set
        return -round(abs(each.db or 0.0), 1), place[each.episode]

    found: dict[str, tuple[Effect, ...]] = {}
    for setting in answers.others:
        if setting.kind == "scenario":
            changed = compile_decisions(apply_scenario(es, *setting.scenarios))
            each = _of_scenario(es.scenarios[setting.id], evidence, changed, answers, coder)
            found[setting.id] = tuple(sorted(each, key=strongest))
    return found


def _of_scenario(
    scenario: Scenario, first: xr.Dataset, second: xr.Dataset, answers: Answers, coder: str
) -> Iterator[Effect]:
    from bayes_trace.sensitivity import attribution

    rankings = {
        each.id: there.ranking[:2]
        for each in answers.subjects
        if (there := answers.answer(each.id, BASE, coder))
    }
    for of, against in dict.fromkeys(rankings.values()):
        try:
            parts = attribution(first, second, of=of, against=against, coder=coder)
        except BayesTraceError:
            continue  # the scenario does not know one of the two
        columns = (parts[name].values.tolist() for name in ("episode", "component"))
        for episode, name, db in zip(*columns, parts.values.tolist(), strict=True):
            if rankings.get(episode) == (of, against) and abs(db) >= LEAST:
                item = str(name).rpartition("@")[0]
                yield Effect(episode, item, *_said(scenario, item), float(db))


def _said(scenario: Scenario, item: str) -> tuple[str, str]:
    """What the scenario does with an item, and why."""
    for drop in scenario.drop:
        if drop.item == item:
            return "set aside", drop.reason
    for change in scenario.change:
        if change.item == item:
            return "changed", change.reason
    if any(each.id == item for items in scenario.add_items.values() for each in items):
        return "added", ""
    return ("prior", "") if item == "prior" else ("weighs differently", "")
