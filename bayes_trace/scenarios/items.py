"""Scenario steps that touch readings, clusters and items."""

from __future__ import annotations

from bayes_trace.errors import ScenarioError, UnknownNameError
from bayes_trace.evidence import Change, Cluster, Coding, Drop, EvidenceSet, Item, Reading, Scenario
from bayes_trace.scenarios.copying import copy_set, map_items, with_item

__all__ = ["add_items", "change_items", "drop_items", "set_clusters", "set_readings"]


def set_readings(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Readings added, and readings taken as certain."""
    added = tuple(Reading(id=name, options=options) for name, options in scenario.add_readings.items())
    kept = {reading.id: reading for reading in (*es.readings, *added)}
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


def add_items(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Items brought in, behind those of their case."""
    cases = tuple(
        case.model_copy(update={"items": (*case.items, *scenario.add_items.get(case.case, ()))})
        for case in es.cases
    )
    return copy_set(es, {"cases": cases})


def change_items(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Items recoded or re-described; one that an earlier scenario dropped is passed over."""
    for change in scenario.change:
        if change.item in es.items:
            old = es.items[change.item]
            new = _changed(es, old, change)
            left = tuple(f"{old.id}@{name}" for name in old.episodes if name not in new.episodes)
            es = copy_set(with_item(es, new), {"set_aside": (*es.set_aside, *left)})
        elif change.item not in es.set_aside:
            raise ScenarioError(str(UnknownNameError("item", change.item, list(es.items))))
    return es


_PLAIN_CHANGES = tuple(name for name in Change.model_fields if name in Item.model_fields)


def _changed(es: EvidenceSet, item: Item, change: Change) -> Item:
    update = {name: value for name in _PLAIN_CHANGES if (value := getattr(change, name)) is not None}
    item = item.model_copy(update=update)
    if change.coding is not None:
        codings = _recoded(es, item, change.coding)
        item = item.model_copy(update={"codings": codings, "not_coded": "" if codings else item.not_coded})
    kept = (_within(coding, item.episodes) for coding in item.codings)
    return item.model_copy(update={"codings": tuple(coding for coding in kept if coding)})


def _within(coding: Coding, episodes: tuple[str, ...]) -> Coding | None:
    """The coding in the episodes that are left of those it names; None where none is."""
    left = tuple(name for name in coding.episodes if name in episodes)
    if coding.episodes and not left:
        return None
    return coding if left == coding.episodes else coding.model_copy(update={"episodes": left})


def _targets(es: EvidenceSet, item: Item, new: Coding) -> tuple[str, ...]:
    """Episodes that a recoding is for; one for which the item was dropped before is passed over."""
    for name in new.episodes:
        if name not in es.episodes:
            raise ScenarioError(str(UnknownNameError("episode", name, list(es.episodes))))
    if new.episodes:
        return tuple(name for name in new.episodes if name in item.episodes)
    coder = new.coder or es.base_coder
    mine = (coding for coding in item.codings if (coding.coder or es.base_coder) == coder)
    coded = dict.fromkeys(name for coding in mine for name in coding.episodes or item.episodes)
    dropped = any(entry.startswith(f"{item.id}@") for entry in es.set_aside)
    return tuple(coded) or (() if dropped else item.episodes)


def _recoded(es: EvidenceSet, item: Item, new: Coding) -> tuple[Coding, ...]:
    """The item's codings with one coder's judgement replaced in the episodes named."""
    coder = new.coder or es.base_coder
    targets = _targets(es, item, new)
    codings: list[Coding] = []
    merged: dict[str, Coding] = {}
    for coding in item.codings:
        episodes = coding.episodes or item.episodes
        touched = [e for e in episodes if e in targets] if (coding.coder or es.base_coder) == coder else []
        kept = tuple(e for e in episodes if e not in touched)
        if kept:
            codings.append(coding.model_copy(update={"episodes": kept}) if touched else coding)
        merged.update({e: _merged(coding, new, e) for e in touched})
    fresh = [merged.get(e) or new.model_copy(update={"episodes": (e,)}) for e in targets]
    return (*codings, *fresh)


def _merged(old: Coding, new: Coding, episode: str) -> Coding:
    """New likelihoods over old ones; with readings, a plain value holds under every option."""
    partly = bool(old.readings) or not set(old.values) <= set(new.values)
    if new.values and old.unit != new.unit and partly:
        message = (
            f"the change is in {new.unit}, the coding in {old.unit}; recode every hypothesis or keep the unit"
        )
        raise ScenarioError(message)
    reasons = {**old.cell_reasons, **new.cell_reasons}
    update: dict[str, object] = {"episodes": (episode,), "cell_reasons": reasons}
    if new.readings:
        update |= {"readings": new.readings, "values": {}, "unit": new.unit}
    elif old.readings:
        update["readings"] = {option: {**values, **new.values} for option, values in old.readings.items()}
    elif new.values:
        update |= {"values": {**old.values, **new.values}, "unit": new.unit}
    for name in ("reason", "cluster", "given", "reference", "reference_probability", "scale"):
        if getattr(new, name):
            update[name] = getattr(new, name)
    return old.model_copy(update=update)


def drop_items(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Items set aside by name, and those that restate what the scenario names."""
    restating = [
        item.id
        for item in es.items.values()
        if item.codings and es.restated(item) & set(scenario.drop_restating)
    ]
    for drop in (*scenario.drop, *(Drop(item=name) for name in restating)):
        if drop.item not in es.items:
            if drop.item in es.set_aside:
                continue
            raise ScenarioError(str(UnknownNameError("item", drop.item, list(es.items))))
        for name in (drop.item, *(_dependants(es, drop.item) if drop.with_dependants else ())):
            es = _without_item(es, name, drop.episodes)
    return es


def _dependants(es: EvidenceSet, name: str) -> list[str]:
    """Items coded given this one, directly or through others."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        on = waiting.pop()
        for item in es.items.values():
            if on in item.conditional_on and item.id not in found:
                found.append(item.id)
                waiting.append(item.id)
    return found


def _without_item(es: EvidenceSet, name: str, episodes: tuple[str, ...]) -> EvidenceSet:
    item = es.items[name]
    kept = tuple(episode for episode in item.episodes if episodes and episode not in episodes)
    if not kept:
        members = set(item.package)
        gone = map_items(es, lambda each: None if each.id == name or each.id in members else each)
        return copy_set(gone, {"set_aside": (*es.set_aside, name)})
    gone_here = tuple(f"{name}@{episode}" for episode in item.episodes if episode not in kept)
    codings = tuple(
        coding.model_copy(update={"episodes": left})
        for coding in item.codings
        if (left := tuple(e for e in coding.episodes or item.episodes if e in kept))
    )
    why = "" if codings else "set aside by a scenario"
    fewer = item.model_copy(update={"episodes": kept, "codings": codings, "not_coded": why})
    return copy_set(with_item(es, fewer), {"set_aside": (*es.set_aside, *gone_here)})
