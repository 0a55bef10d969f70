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
    for name, scenario in es.scenarios.items():
        if name in _TAKEN or "+" in name:
            message = (
                f"{name!r} is no name for a scenario: base, preferred and names joined by + "
                "mean something else; rename the file"
            )
            yield Problem(("scenarios", name), message)
        for key, (kind, names, known) in _named(es, scenario).items():
            where = ("scenarios", name, *key.split("."))
            yield from (unknown_name(where, kind, each, known) for each in names if each not in known)
        for drop in scenario.drop:
            where = ("scenarios", name, "drop", drop.item)
            known = _ever_episodes(es)
            yield from (unknown_name(where, "episode", e, known) for e in drop.episodes if e not in known)
        if name in _ancestors(es, name):
            yield Problem(("scenarios", name, "extends"), "the scenario extends itself; break the cycle")


def _named(es: EvidenceSet, scenario: Scenario) -> dict[str, tuple[str, Iterable[str], list[str]]]:
    """Key -> kind, names that it gives, names that there are."""
    coded = [*es.coded, *scenario.added, *es.set_aside]
    # a change of what another scenario adds waits until that one is applied
    ever = [*coded, *(name for other in es.scenarios.values() for name in other.added)]
    cases = [case.case for case in es.cases]
    return {
        "extends": ("scenario", scenario.extends, list(es.scenarios)),
        "drop": ("item or event", [drop.item for drop in scenario.drop], coded),
        "change": ("item or event", [change.item for change in scenario.change], ever),
        "correlations": ("cluster", scenario.correlations, [cluster.id for cluster in es.clusters]),
        "reliability": ("source", scenario.reliability, list(es.source_by_key)),
        "episode_priors": ("episode", scenario.episode_priors, [*es.episodes, *scenario.new_episodes]),
        "change_episodes": (
            "episode",
            [each.episode for each in scenario.change_episodes],
            _ever_episodes(es),
        ),
        "add_episodes": ("case", scenario.add_episodes, cases),
        "add_items": ("case", scenario.add_items, cases),
        "add_events": ("case", scenario.add_events, cases),
    }


def _ever_episodes(es: EvidenceSet) -> list[str]:
    """Episodes of the set, and those that a scenario adds."""
    return [*es.episodes, *(name for each in es.scenarios.values() for name in each.new_episodes)]


def _ancestors(es: EvidenceSet, name: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(es.scenarios[name].extends)
    while waiting:
        parent = waiting.pop()
        if parent not in seen and parent in es.scenarios:
            seen.add(parent)
            waiting.extend(es.scenarios[parent].extends)
    return seen
