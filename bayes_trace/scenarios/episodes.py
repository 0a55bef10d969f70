"""Scenario steps that touch episodes: added, decided otherwise, read anew."""

from __future__ import annotations

from functools import partial

from bayes_trace.errors import ScenarioError, UnknownNameError
from bayes_trace.evidence import Episode, EpisodeChange, EvidenceSet, Scenario
from bayes_trace.scenarios.copying import copy_set, map_episodes

__all__ = ["add_episodes", "change_episodes"]


def add_episodes(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Episodes brought in, behind those of their case; what earlier scenarios change in them is changed."""
    cases = tuple(
        case.model_copy(update={"episodes": (*case.episodes, *scenario.add_episodes.get(case.case, ()))})
        for case in es.cases
    )
    earlier = (each for name in es.applied for each in es.scenarios[name].change_episodes)
    return _with_changes(
        copy_set(es, {"cases": cases}),
        tuple(change for change in earlier if change.episode in scenario.new_episodes),
    )


def change_episodes(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Episodes changed; a change of one that another scenario adds waits until it is there."""
    awaited = {name for other in es.scenarios.values() for name in other.new_episodes}
    for change in scenario.change_episodes:
        if change.episode not in {*es.episodes, *awaited}:
            raise ScenarioError(str(UnknownNameError("episode", change.episode, list(es.episodes))))
    return _with_changes(es, scenario.change_episodes)


def _with_changes(es: EvidenceSet, changes: tuple[EpisodeChange, ...]) -> EvidenceSet:
    for change in changes:
        es = map_episodes(es, partial(_changed, change=change))
    return es


def _changed(episode: Episode, *, change: EpisodeChange) -> Episode:
    if episode.id != change.episode:
        return episode
    stated = change.model_fields_set - {"episode", "reason", "conditions"}
    update = {name: value for name in stated if (value := getattr(change, name)) is not None}
    if update.get("scored"):
        update.setdefault("not_scored", "")
    return episode.model_copy(update={**update, "conditions": {**episode.conditions, **change.conditions}})
