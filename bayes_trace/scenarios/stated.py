"""Scenario steps that restate numbers: readings, correlations, rates of sources, priors of an episode."""

from __future__ import annotations

from bayes_trace.errors import ScenarioError, UnknownNameError
from bayes_trace.evidence import Cluster, EvidenceSet, Reading, Scenario
from bayes_trace.scenarios.copying import copy_set, map_episodes

__all__ = ["set_clusters", "set_episode_priors", "set_readings", "set_reliability"]


def set_readings(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Readings added or weighed anew, and readings taken as certain."""
    kept = {reading.id: reading for reading in es.readings}
    for name, options in scenario.add_readings.items():
        old = kept.get(name) or Reading(id=name, options=options)
        kept[name] = old.model_copy(update={"options": options})
    for name, option in scenario.fix_readings.items():
        if name not in kept or option not in kept[name].options:
            message = f"fix_readings {name}: {option}: no such reading or option; there are: {', '.join(kept) or 'none'}"
            raise ScenarioError(message)
        kept[name] = kept[name].model_copy(
            update={"options": {key: float(key == option) for key in kept[name].options}}
        )
    return copy_set(es, {"readings": tuple(kept.values())})


def set_clusters(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Correlations of clusters stated anew."""

    def changed(cluster: Cluster) -> Cluster:
        value = scenario.correlations.get(cluster.id, scenario.correlation)
        return cluster if value is None else cluster.model_copy(update={"correlation": value})

    return copy_set(es, {"clusters": tuple(changed(cluster) for cluster in es.clusters)})


def set_reliability(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Rates of sources stated anew, in the place of their own or of their grade."""
    for name in scenario.reliability:
        if name not in es.source_by_key:
            raise ScenarioError(str(UnknownNameError("source", name, list(es.source_by_key))))
    sources = tuple(
        source.model_copy(update={"reliability": scenario.reliability[source.id], "grade": None})
        if source.id in scenario.reliability
        else source
        for source in es.sources
    )
    return copy_set(es, {"sources": sources})


def set_episode_priors(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Priors of single episodes, in the place of the set's; by the hypotheses that are there by then."""
    for name, prior in scenario.episode_priors.items():
        if name not in es.episodes:
            raise ScenarioError(str(UnknownNameError("episode", name, list(es.episodes))))
        if set(prior) != set(es.hypothesis_ids):
            message = f"episode_priors {name}: priors for {', '.join(prior)}; expected all of {', '.join(es.hypothesis_ids)}"
            raise ScenarioError(message)
    priors = scenario.episode_priors
    return map_episodes(es, lambda each: each.model_copy(update={"prior": priors.get(each.id, each.prior)}))
