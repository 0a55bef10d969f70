"""Named changes of assumptions: a set and a scenario give another set."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bayes_trace.errors import EvidenceSetError, Problem, ScenarioError, UnknownNameError
from bayes_trace.evidence import EvidenceSet, Scenario, list_problems
from bayes_trace.guards import guarded
from bayes_trace.scenarios.bias import discount_search
from bayes_trace.scenarios.copying import copy_set
from bayes_trace.scenarios.dropping import drop_items
from bayes_trace.scenarios.episodes import add_episodes, change_episodes
from bayes_trace.scenarios.hypotheses import change_hypotheses
from bayes_trace.scenarios.items import add_items, change_items
from bayes_trace.scenarios.stated import set_clusters, set_episode_priors, set_readings, set_reliability

__all__ = ["apply_scenario"]


@guarded
def apply_scenario(evidence_set: EvidenceSet, *names: str) -> EvidenceSet:
    """Apply named scenarios, one after the other.

    Parameters
    ----------
    evidence_set
        The set; it stays as it is.
    names
        Scenarios of the set, each after those that it extends.

    Returns
    -------
    A new set with the names in `applied`.

    Raises
    ------
    UnknownNameError
        If the set has no such scenario.
    ScenarioError
        If the file of a scenario has problems, if a scenario names what is not there, or keeps an item
        coded given one that it drops.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
    >>> bt.apply_scenario(arms, "source_criticised").applied
    ('source_criticised',)
    """
    changed = evidence_set
    for name in names:
        if name not in evidence_set.scenarios:
            raise UnknownNameError("scenario", name, sorted(evidence_set.scenarios))
        for each in _lineage(evidence_set, name):
            changed = _apply(changed, each, evidence_set.scenarios[each])
    return changed


def _lineage(es: EvidenceSet, name: str) -> list[str]:
    """The scenarios that one extends, oldest first, then itself."""
    before = [each for parent in es.scenarios[name].extends for each in _lineage(es, parent)]
    return list(dict.fromkeys([*before, name]))


def _apply(es: EvidenceSet, name: str, scenario: Scenario) -> EvidenceSet:
    if name in es.applied:
        return es
    kept = es.changed_by.get(name)
    if kept is None or kept[0] is not es or kept[1] is not scenario:
        kept = es.changed_by[name] = es, scenario, _changed(es, name, scenario)
    return kept[2]


def _changed(es: EvidenceSet, name: str, scenario: Scenario) -> EvidenceSet:
    if scenario.faults:
        raise ScenarioError(str(EvidenceSetError(f"scenario {name}", scenario.faults)))
    steps: tuple[Callable[[EvidenceSet, Scenario], EvidenceSet], ...] = (
        change_hypotheses,
        add_episodes,
        change_episodes,
        set_episode_priors,
        set_readings,
        set_clusters,
        set_reliability,
        add_items,
        change_items,
        discount_search,
        drop_items,
    )
    changed = es
    for step in steps:
        try:
            changed = step(changed, scenario)
        except (ScenarioError, UnknownNameError) as error:
            message = f"scenario {name}: {error}"
            raise ScenarioError(message) from None
    changed = copy_set(changed, {"applied": (*es.applied, name)})
    if problems := [*_dangling(changed), *list_problems(changed)]:
        # EvidenceSetError lists problems well; its text becomes the scenario's
        raise ScenarioError(str(EvidenceSetError(f"scenario {name}", problems)))
    return changed


def _dangling(es: EvidenceSet) -> Iterable[Problem]:
    """Items and events coded given something that is no longer there."""
    for each in es.coded.values():
        kind = "events" if each.id in es.events else "items"
        for other in sorted(each.conditional_on):
            here = {f"{other}@{name}" for coding in each.codings for name in coding.episodes or each.episodes}
            if other in es.set_aside or here & set(es.set_aside):
                message = f"is coded given {other}, which is dropped; drop it too (with_dependants: true) or recode it"
                yield Problem((kind, each.id, "given"), message)
