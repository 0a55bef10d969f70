"""Named changes of assumptions: a set and a scenario give another set."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bayes_trace.errors import EvidenceSetError, Problem, ScenarioError, UnknownNameError
from bayes_trace.evidence import (
    Case,
    Change,
    Cluster,
    Coding,
    Drop,
    EvidenceSet,
    Hypothesis,
    Item,
    Part,
    Reading,
    Scenario,
    Split,
    Value,
    list_problems,
)

__all__ = ["apply_scenario"]

TOLERANCE = 1e-6


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
        If a scenario names what is not there, or keeps an item coded given one that it drops.

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
    steps: tuple[Callable[[EvidenceSet, Scenario], EvidenceSet], ...] = (
        _hypotheses,
        _readings,
        _clusters,
        _additions,
        _changes,
        _drops,
    )
    changed = es
    for step in steps:
        try:
            changed = step(changed, scenario)
        except ScenarioError as error:
            message = f"scenario {name}: {error}"
            raise ScenarioError(message) from None
    changed = _copy(changed, applied=(*es.applied, name))
    if problems := [*_dangling(changed), *list_problems(changed)]:
        # EvidenceSetError lists problems well; its text becomes the scenario's
        raise ScenarioError(str(EvidenceSetError(f"scenario {name}", problems)))
    return changed


def _dangling(es: EvidenceSet) -> Iterable[Problem]:
    """Items coded given something that is no longer there."""
    for item in es.items.values():
        for other in sorted({*item.given, *(name for coding in item.codings for name in coding.given)}):
            if other in es.set_aside:
                message = f"is coded given {other}, which is dropped; drop it too (with_dependants: true) or recode it"
                yield Problem(("items", item.id, "given"), message)


# --- hypotheses and priors ----------------------------------------------------------------


def _hypotheses(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    if scenario.priors:
        if set(scenario.priors) != set(es.hypothesis_ids):
            message = (
                f"priors for {', '.join(scenario.priors)}; expected all of {', '.join(es.hypothesis_ids)}"
            )
            raise ScenarioError(message)
        es = _with_priors(es, scenario.priors)
    for name in scenario.drop_hypotheses:
        es = _without_hypothesis(es, name)
    for split in scenario.split:
        es = _split(es, split)
    for part in scenario.add_hypotheses:
        es = _with_hypothesis(es, part)
    return es


def _with_priors(es: EvidenceSet, priors: dict[str, float]) -> EvidenceSet:
    hypotheses = tuple(h.model_copy(update={"prior": priors[h.id]}) for h in es.hypotheses)
    return _copy(es, hypotheses=hypotheses)


def _from_part(part: Part) -> Hypothesis:
    return Hypothesis(**part.model_dump())


def _each_prior(es: EvidenceSet, change: Callable[[dict[str, float]], dict[str, float]]) -> tuple[Case, ...]:
    """Cases with the priors that episodes state for themselves changed in the same way."""
    return tuple(
        case.model_copy(
            update={
                "episodes": tuple(
                    episode.model_copy(update={"prior": change(episode.prior)}) if episode.prior else episode
                    for episode in case.episodes
                )
            }
        )
        for case in es.cases
    )


def _with_hypothesis(es: EvidenceSet, part: Part) -> EvidenceSet:
    """One rival more; the others give up its prior in proportion."""
    rest = 1 - part.prior

    def make_room(prior: dict[str, float]) -> dict[str, float]:
        return {**{name: value * rest for name, value in prior.items()}, part.id: part.prior}

    hypotheses = tuple(h.model_copy(update={"prior": h.prior * rest}) for h in es.hypotheses)
    return _copy(es, hypotheses=(*hypotheses, _from_part(part)), cases=_each_prior(es, make_room))


def _without_hypothesis(es: EvidenceSet, name: str) -> EvidenceSet:
    kept = 1 - es.hypothesis(name).prior

    def share(prior: dict[str, float]) -> dict[str, float]:
        left = 1 - prior[name]
        return {key: value / left for key, value in prior.items() if key != name}

    hypotheses = tuple(h.model_copy(update={"prior": h.prior / kept}) for h in es.hypotheses if h.id != name)
    es = _copy(es, hypotheses=hypotheses, cases=_each_prior(es, share))
    return _map_values(es, lambda values: {key: value for key, value in values.items() if key != name})


def _split(es: EvidenceSet, split: Split) -> EvidenceSet:
    whole = es.hypothesis(split.hypothesis)
    total = sum(part.prior for part in split.into)
    if abs(total - whole.prior) > TOLERANCE:
        message = (
            f"the parts of {whole.id} have priors that sum to {total:g}, expected {whole.prior:g}; "
            "a split shares the prior of the whole"
        )
        raise ScenarioError(message)

    def share(prior: dict[str, float]) -> dict[str, float]:
        parts = {part.id: prior[whole.id] * part.prior / total for part in split.into}
        return {
            key: value
            for name, old in prior.items()
            for key, value in (parts.items() if name == whole.id else [(name, old)])
        }

    hypotheses = tuple(
        each
        for hypothesis in es.hypotheses
        for each in ([_from_part(part) for part in split.into] if hypothesis.id == whole.id else [hypothesis])
    )
    es = _copy(es, hypotheses=hypotheses, cases=_each_prior(es, share))
    names = [part.id for part in split.into]
    return _map_values(es, lambda values: _replaced(values, whole.id, names))


def _replaced(values: dict[str, Value], whole: str, parts: list[str]) -> dict[str, Value]:
    return {key: value for name, value in values.items() for key in (parts if name == whole else [name])}


def _map_values(es: EvidenceSet, change: Callable[[dict[str, Value]], dict[str, Value]]) -> EvidenceSet:
    def recode(item: Item) -> Item:
        codings = tuple(
            coding.model_copy(
                update={
                    "values": change(coding.values),
                    "readings": {option: change(values) for option, values in coding.readings.items()},
                }
            )
            for coding in item.codings
        )
        return item.model_copy(update={"codings": codings})

    return _map_items(es, recode)


def _map_items(es: EvidenceSet, change: Callable[[Item], Item | None]) -> EvidenceSet:
    """The set with every item changed, or left out where the change gives None."""
    cases = tuple(
        case.model_copy(update={"items": tuple(new for item in case.items if (new := change(item)))})
        for case in es.cases
    )
    return _copy(es, cases=cases)


def _with_item(es: EvidenceSet, new: Item) -> EvidenceSet:
    return _map_items(es, lambda item: new if item.id == new.id else item)


def _copy(es: EvidenceSet, **update: object) -> EvidenceSet:
    # model_copy would carry the cached look-ups of the old set along
    fields = {name: getattr(es, name) for name in EvidenceSet.model_fields}
    return EvidenceSet.model_construct(**{**fields, **update})


# --- readings, clusters, items ------------------------------------------------------------


def _readings(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    added = tuple(Reading(id=name, options=options) for name, options in scenario.add_readings.items())
    kept = {reading.id: reading for reading in (*es.readings, *added)}
    for name, option in scenario.fix_readings.items():
        if name not in kept or option not in kept[name].options:
            message = f"fix_readings {name}: {option}: no such reading or option; there are: {', '.join(kept) or 'none'}"
            raise ScenarioError(message)
        kept[name] = kept[name].model_copy(
            update={"options": {key: float(key == option) for key in kept[name].options}}
        )
    return _copy(es, readings=tuple(kept.values()))


def _clusters(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    def changed(cluster: Cluster) -> Cluster:
        value = scenario.correlations.get(cluster.id, scenario.correlation)
        return cluster if value is None else cluster.model_copy(update={"correlation": value})

    return _copy(es, clusters=tuple(changed(cluster) for cluster in es.clusters))


def _additions(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    cases = tuple(
        case.model_copy(update={"items": (*case.items, *scenario.add_items.get(case.case, ()))})
        for case in es.cases
    )
    return _copy(es, cases=cases)


def _changes(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    for change in scenario.change:
        if change.item in es.items:
            new = _changed(es, es.items[change.item], change)
            es = _with_item(es, new)
        elif change.item not in es.set_aside:
            raise ScenarioError(str(UnknownNameError("item", change.item, list(es.items))))
    return es


_PLAIN_CHANGES = tuple(name for name in Change.model_fields if name in Item.model_fields)


def _changed(es: EvidenceSet, item: Item, change: Change) -> Item:
    update = {name: value for name in _PLAIN_CHANGES if (value := getattr(change, name)) is not None}
    item = item.model_copy(update=update)
    if change.coding is not None:
        item = item.model_copy(update={"codings": _recoded(es, item, change.coding)})
    kept = tuple(coding for coding in item.codings if set(coding.episodes) <= set(item.episodes))
    return item.model_copy(update={"codings": kept})


def _targets(es: EvidenceSet, item: Item, new: Coding) -> tuple[str, ...]:
    """Episodes that a recoding is for; one for which the item was dropped before is passed over."""
    for name in new.episodes:
        if name not in es.episodes:
            raise ScenarioError(str(UnknownNameError("episode", name, list(es.episodes))))
    if new.episodes:
        return tuple(name for name in new.episodes if name in item.episodes)
    coder = new.coder or es.base_coder
    mine = (coding for coding in item.codings if (coding.coder or es.base_coder) == coder)
    return tuple(dict.fromkeys(name for coding in mine for name in coding.episodes or item.episodes))


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
    update: dict[str, object] = {"episodes": (episode,)}
    if new.readings:
        update |= {"readings": new.readings, "values": {}, "unit": new.unit}
    elif old.readings:
        update["readings"] = {option: {**values, **new.values} for option, values in old.readings.items()}
    elif new.values:
        if old.unit != new.unit and not set(old.values) <= set(new.values):
            message = f"the change is in {new.unit}, the coding in {old.unit}; recode every hypothesis or keep the unit"
            raise ScenarioError(message)
        update |= {"values": {**old.values, **new.values}, "unit": new.unit}
    for name in ("reason", "cluster", "given", "reference", "reference_probability", "scale"):
        if getattr(new, name):
            update[name] = getattr(new, name)
    return old.model_copy(update=update)


def _drops(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    restating = [item.id for item in es.items.values() if _restates(es, item, scenario.drop_restating)]
    for drop in (*scenario.drop, *(Drop(item=name) for name in restating)):
        if drop.item not in es.items:
            if drop.item in es.set_aside:
                continue
            raise ScenarioError(str(UnknownNameError("item", drop.item, list(es.items))))
        for name in (drop.item, *(_dependants(es, drop.item) if drop.with_dependants else ())):
            es = _without_item(es, name, drop.episodes)
    return es


def _restates(es: EvidenceSet, item: Item, names: tuple[str, ...]) -> bool:
    book = {implication.id: implication.restates for implication in es.codebook}
    said = {*item.restates, *(name for each in item.implications for name in book.get(each, ()))}
    return bool(item.codings) and bool(said & set(names))


def _dependants(es: EvidenceSet, name: str) -> list[str]:
    """Items coded given this one, directly or through others."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        on = waiting.pop()
        for item in es.items.values():
            given = {*item.given, *(each for coding in item.codings for each in coding.given)}
            if on in given and item.id not in found:
                found.append(item.id)
                waiting.append(item.id)
    return found


def _without_item(es: EvidenceSet, name: str, episodes: tuple[str, ...]) -> EvidenceSet:
    item = es.items[name]
    kept = tuple(episode for episode in item.episodes if episodes and episode not in episodes)
    if not kept:
        members = set(item.package)
        gone = _map_items(es, lambda each: None if each.id == name or each.id in members else each)
        return _copy(gone, set_aside=(*es.set_aside, name))
    codings = tuple(
        coding.model_copy(update={"episodes": left})
        for coding in item.codings
        if (left := tuple(e for e in coding.episodes or item.episodes if e in kept))
    )
    why = "" if codings else "set aside by a scenario"
    return _with_item(es, item.model_copy(update={"episodes": kept, "codings": codings, "not_coded": why}))
