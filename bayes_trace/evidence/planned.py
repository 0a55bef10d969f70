"""Problems of scenarios that can be seen before they are applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bayes_trace.errors import Problem
from bayes_trace.evidence.about import unknown_name
from bayes_trace.evidence.scenario import Scenario
from bayes_trace.evidence.sets import EvidenceSet

__all__ = ["scenario_problems"]

#: what commands call the set as it stands, and the scenarios that its author stands by
_TAKEN = ("base", "preferred")


def scenario_problems(es: EvidenceSet) -> Iterator[Problem]:
    """Unknown names in scenarios and in the list of preferred ones."""
    for name in es.preferred:
        if name not in es.scenarios:
            yield unknown_name(("preferred",), "scenario", name, es.scenarios)
    known = _known(es)
    for name, scenario in es.scenarios.items():
        if name in _TAKEN or "+" in name:
            message = (
                f"{name!r} is no name for a scenario: base, preferred and names joined by + "
                "mean something else; rename the file"
            )
            yield Problem(("scenarios", name), message)
        yield from _unknown(name, scenario, known)
        for drop in scenario.drop:
            where = ("scenarios", name, "drop", drop.item)
            episodes = known["change_episodes"]
            yield from (
                unknown_name(where, "episode", e, episodes) for e in drop.episodes if e not in episodes
            )
        if name in _ancestors(es, name):
            yield Problem(("scenarios", name, "extends"), "the scenario extends itself; break the cycle")


def _unknown(name: str, scenario: Scenario, known: dict[str, dict[str, None]]) -> Iterator[Problem]:
    """Names that are neither in the set nor added by the scenario itself."""
    added = {"drop": dict.fromkeys(scenario.added), "episode_priors": dict.fromkeys(scenario.new_episodes)}
    for key, (kind, names) in _named(scenario).items():
        own = added.get(key, {})
        for each in names:
            if each not in known[key] and each not in own:
                yield unknown_name(("scenarios", name, key), kind, each, {**known[key], **own})


def _named(scenario: Scenario) -> dict[str, tuple[str, Iterable[str]]]:
    """Key -> kind, and the names that the scenario gives."""
    return {
        "extends": ("scenario", scenario.extends),
        "drop": ("item or event", [drop.item for drop in scenario.drop]),
        "change": ("item or event", [change.item for change in scenario.change]),
        "correlations": ("cluster", scenario.correlations),
        "reliability": ("source", scenario.reliability),
        "episode_priors": ("episode", scenario.episode_priors),
        "change_episodes": ("episode", [each.episode for each in scenario.change_episodes]),
        "add_episodes": ("case", scenario.add_episodes),
        "add_items": ("case", scenario.add_items),
        "add_events": ("case", scenario.add_events),
    }


def _known(es: EvidenceSet) -> dict[str, dict[str, None]]:
    """Key -> the names that there are, in order, but for what a scenario itself adds."""
    cases = dict.fromkeys(case.case for case in es.cases)
    every = es.scenarios.values()
    return {
        "extends": dict.fromkeys(es.scenarios),
        "drop": dict.fromkeys([*es.coded, *es.set_aside]),
        # a change of what another scenario adds waits until that one is applied
        "change": dict.fromkeys([*es.coded, *es.set_aside, *(name for each in every for name in each.added)]),
        "correlations": es.declared["cluster"],
        "reliability": dict.fromkeys(es.source_by_key),
        "episode_priors": dict.fromkeys(es.episodes),
        "change_episodes": dict.fromkeys(
            [*es.episodes, *(name for each in every for name in each.new_episodes)]
        ),
        "add_episodes": cases,
        "add_items": cases,
        "add_events": cases,
    }


def _ancestors(es: EvidenceSet, name: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(es.scenarios[name].extends)
    while waiting:
        parent = waiting.pop()
        if parent not in seen and parent in es.scenarios:
            seen.add(parent)
            waiting.extend(es.scenarios[parent].extends)
    return seen
