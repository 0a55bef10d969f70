"""Scenario steps that drop items and events."""

from __future__ import annotations

from bayes_trace.errors import ScenarioError, UnknownNameError
from bayes_trace.evidence import Drop, Event, EvidenceSet, Item, Scenario
from bayes_trace.scenarios.copying import copy_set, map_coded, with_coded, without_coded

__all__ = ["drop_items", "without_reports_beyond"]


def drop_items(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Items and events set aside by name, and those that restate what the scenario names."""
    restating = [
        each.id
        for each in es.coded.values()
        if each.codings and es.restated(each) & set(scenario.drop_restating)
    ]
    for drop in (*scenario.drop, *(Drop(item=name) for name in restating)):
        if drop.item not in es.coded:
            if drop.item in es.set_aside:
                continue
            raise ScenarioError(str(UnknownNameError("item or event", drop.item, list(es.coded))))
        for name in (drop.item, *(_dependants(es, drop.item) if drop.with_dependants else ())):
            if name in es.coded:  # the last report takes its event along
                es = _without(es, es.coded[name], drop.episodes)
    return es


def _dependants(es: EvidenceSet, name: str) -> list[str]:
    """Items and events coded given this one, directly or through others."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        on = waiting.pop()
        for each in es.coded.values():
            if on in each.conditional_on and each.id not in found:
                found.append(each.id)
                waiting.append(each.id)
    return found


def _without(es: EvidenceSet, old: Item | Event, episodes: tuple[str, ...]) -> EvidenceSet:
    here = es.episodes_of(old)
    kept = tuple(episode for episode in here if episodes and episode not in episodes)
    if not kept:
        return _gone(es, old)
    codings = tuple(
        coding.model_copy(update={"episodes": left})
        for coding in old.codings
        if (left := tuple(e for e in coding.episodes or here if e in kept))
    )
    report = isinstance(old, Item) and old.event is not None
    why = "" if codings or report else "dropped by a scenario"
    fewer = old.model_copy(update={"episodes": kept, "codings": codings, "not_coded": why})
    gone_here = tuple(f"{old.id}@{episode}" for episode in here if episode not in kept)
    es = copy_set(with_coded(es, fewer), {"set_aside": (*es.set_aside, *gone_here)})
    return without_reports_beyond(es, fewer)


def _gone(es: EvidenceSet, old: Item | Event) -> EvidenceSet:
    """Without the item and the members of its package that are coded nowhere else, or the event and its reports."""
    if isinstance(old, Event):
        names = {old.id, *(item.id for item in es.reports[old.id])}
    else:
        alone = (name for name in old.package if name in es.items and not es.items[name].codings)
        names = {old.id, *alone, *_last_report(es, old)}
    aside = (old.id, *sorted(names - {old.id}))
    return copy_set(without_coded(es, names), {"set_aside": (*es.set_aside, *aside)})


def _last_report(es: EvidenceSet, item: Item) -> tuple[str, ...]:
    """The event that nobody reports once this item is gone."""
    event = item.event or ""
    return (event,) if event in es.events and len(es.reports[event]) == 1 else ()


def without_reports_beyond(es: EvidenceSet, event: Item | Event) -> EvidenceSet:
    """The set whose reports of an event bear on no episode that the event has left."""
    if not isinstance(event, Event):
        return es

    def within(each: Item | Event) -> Item | Event | None:
        if isinstance(each, Event) or each.event != event.id or not each.episodes:
            return each
        left = tuple(name for name in each.episodes if name in event.episodes)
        return each.model_copy(update={"episodes": left}) if left else None

    return map_coded(es, within)
