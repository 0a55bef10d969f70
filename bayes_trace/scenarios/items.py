"""Scenario steps that touch items and events: added, recoded, re-described."""

from __future__ import annotations

from bayes_trace.errors import ScenarioError, UnknownNameError
from bayes_trace.evidence import Change, Coding, Event, EvidenceSet, Item, Scenario
from bayes_trace.scenarios.copying import copy_set, with_coded
from bayes_trace.scenarios.dropping import without_reports_beyond

__all__ = ["add_items", "change_items"]


def add_items(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Items and events brought in, behind those of their case; what earlier scenarios change in them is changed."""
    cases = tuple(
        case.model_copy(
            update={
                "items": (*case.items, *scenario.add_items.get(case.case, ())),
                "events": (*case.events, *scenario.add_events.get(case.case, ())),
            }
        )
        for case in es.cases
    )
    changed, new = copy_set(es, {"cases": cases}), set(scenario.added)
    for change in (each for name in es.applied for each in es.scenarios[name].change if each.item in new):
        changed = _with_change(changed, change)
    return changed


def change_items(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Items and events recoded or re-described.

    One that an earlier scenario dropped is passed over. For one that another scenario adds the change waits until
    it is there, so that the two may be applied in either order.
    """
    awaited = {name for other in es.scenarios.values() for name in other.added}
    for change in scenario.change:
        if change.item in es.coded:
            es = _with_change(es, change)
        elif change.item not in {*es.set_aside, *awaited}:
            raise ScenarioError(str(UnknownNameError("item or event", change.item, list(es.coded))))
    return es


def _with_change(es: EvidenceSet, change: Change) -> EvidenceSet:
    old = es.coded[change.item]
    new = _changed(es, old, change)
    left = tuple(f"{old.id}@{name}" for name in es.episodes_of(old) if name not in es.episodes_of(new))
    es = copy_set(with_coded(es, new), {"set_aside": (*es.set_aside, *left)})
    return without_reports_beyond(es, new)


def _changed(es: EvidenceSet, old: Item | Event, change: Change) -> Item | Event:
    new = old.model_copy(update=_plain_changes(old, change))
    for coding in change.every_coding:
        codings = _recoded(es, new, coding)
        new = new.model_copy(update={"codings": codings, "not_coded": "" if codings else new.not_coded})
    kept = (_within(coding, es.episodes_of(new)) for coding in new.codings)
    return new.model_copy(update={"codings": tuple(coding for coding in kept if coding)})


def _plain_changes(old: Item | Event, change: Change) -> dict[str, object]:
    """What replaces a field of the same name."""
    update: dict[str, object] = {}
    for name in change.model_fields_set - {"item", "coding", "codings", "reason"}:
        value = getattr(change, name)
        if value is None:
            continue
        if name not in type(old).model_fields:
            kind = "an event" if isinstance(old, Event) else "an item"
            message = f"{old.id} is {kind}, which has no {name}; leave it out of the change"
            raise ScenarioError(message)
        update[name] = value
    return update


def _within(coding: Coding, episodes: tuple[str, ...]) -> Coding | None:
    """The coding in the episodes that are left of those it names; None where none is."""
    left = tuple(name for name in coding.episodes if name in episodes)
    if coding.episodes and not left:
        return None
    return coding if left == coding.episodes else coding.model_copy(update={"episodes": left})


def _targets(es: EvidenceSet, item: Item | Event, new: Coding) -> tuple[str, ...]:
    """Episodes that a recoding is for; one for which the item was dropped before is passed over."""
    for name in new.episodes:
        if name not in es.episodes:
            raise ScenarioError(str(UnknownNameError("episode", name, list(es.episodes))))
    if new.episodes:
        return tuple(name for name in new.episodes if name in item.episodes)
    mine = (coding for coding in item.codings if _stands_for(es, coding, new))
    coded = dict.fromkeys(name for coding in mine for name in coding.episodes or item.episodes)
    dropped = any(entry.startswith(f"{item.id}@") for entry in es.set_aside)
    return tuple(coded) or (() if dropped else item.episodes)


def _recoded(es: EvidenceSet, item: Item | Event, new: Coding) -> tuple[Coding, ...]:
    """The item's codings with one coder's judgement replaced in the episodes named."""
    targets = _targets(es, item, new)
    codings: list[Coding] = []
    merged: dict[str, Coding] = {}
    for coding in item.codings:
        episodes = coding.episodes or item.episodes
        touched = [e for e in episodes if e in targets] if _stands_for(es, coding, new) else []
        kept = tuple(e for e in episodes if e not in touched)
        if kept:
            codings.append(coding.model_copy(update={"episodes": kept}) if touched else coding)
        merged.update({e: _merged(coding, new, e) for e in touched})
    fresh = [merged.get(e) or new.model_copy(update={"episodes": (e,)}) for e in targets]
    return (*codings, *fresh)


def _stands_for(es: EvidenceSet, old: Coding, new: Coding) -> bool:
    """Whether a coding is by the same coder about the same thing."""
    return old.about == new.about and (old.coder or es.base_coder) == (new.coder or es.base_coder)


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
    for name in ("reason", "cluster", "given", "of", "reference", "reference_probability", "scale"):
        if getattr(new, name):
            update[name] = getattr(new, name)
    return old.model_copy(update=update)
