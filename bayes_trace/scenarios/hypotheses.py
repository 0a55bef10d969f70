"""Scenario steps that touch hypotheses and their priors."""

from __future__ import annotations

from collections.abc import Callable

from bayes_trace.errors import ScenarioError
from bayes_trace.evidence import (
    Case,
    Coding,
    Event,
    EvidenceSet,
    Hypothesis,
    Item,
    Part,
    Reliability,
    Scenario,
    Split,
    Value,
)
from bayes_trace.scenarios.copying import copy_set, map_coded

__all__ = ["change_hypotheses"]

TOLERANCE = 1e-6
#: rivals that an answer is about
FEWEST = 2


def change_hypotheses(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Priors stated anew, hypotheses left out, split or added, in this order."""
    if scenario.priors:
        if set(scenario.priors) != set(es.hypothesis_ids):
            message = (
                f"priors for {', '.join(scenario.priors)}; expected all of {', '.join(es.hypothesis_ids)}"
            )
            raise ScenarioError(message)
        es = _with_priors(es, scenario.priors)
    if scenario.drop_hypotheses and len(set(es.hypothesis_ids) - set(scenario.drop_hypotheses)) < FEWEST:
        message = (
            f"drops {', '.join(scenario.drop_hypotheses)}; expected at least {FEWEST} hypotheses to be left"
        )
        raise ScenarioError(message)
    for name in scenario.drop_hypotheses:
        es = _without_hypothesis(es, name)
    for split in scenario.split:
        es = _split(es, split)
    for part in scenario.add_hypotheses:
        es = _with_hypothesis(es, part)
    return es


def _with_priors(es: EvidenceSet, priors: dict[str, float]) -> EvidenceSet:
    hypotheses = tuple(h.model_copy(update={"prior": priors[h.id]}) for h in es.hypotheses)
    return copy_set(es, {"hypotheses": hypotheses})


def _from_part(part: Part) -> Hypothesis:
    return Hypothesis(**part.model_dump())


def _parts(whole: Hypothesis, split: Split) -> list[Hypothesis]:
    """The parts of a split; one that names no steps has those of the whole."""
    parts = [_from_part(part) for part in split.into]
    return [part if part.steps else part.model_copy(update={"steps": whole.steps}) for part in parts]


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
    update = {
        "written": es.as_written(),
        "hypotheses": (*hypotheses, _from_part(part)),
        "cases": _each_prior(es, make_room),
    }
    changed = copy_set(es, update)
    return _with_mean_detection(changed, part.id) if part.from_mean else changed


def _with_mean_detection(es: EvidenceSet, name: str) -> EvidenceSet:
    """Where detection is stated by hypothesis, that of a newcomer is the even mean over the core hypotheses."""
    core = [parts for parts in es.core_parts().values() if parts]

    def changed(coded: Item | Event) -> Item | Event:
        stated = {} if isinstance(coded, Event) else coded.detection_by_hypothesis
        if not stated:
            return coded
        each = (sum(float(stated[part].best) for part in parts) / len(parts) for parts in core)
        value = Value(best=sum(each) / len(core))
        return coded.model_copy(update={"detection_by_hypothesis": {**stated, name: value}})

    return map_coded(es, changed)


def _without_hypothesis(es: EvidenceSet, name: str) -> EvidenceSet:
    kept = 1 - es.hypothesis(name).prior

    def share(prior: dict[str, float]) -> dict[str, float]:
        left = 1 - prior[name]
        return {key: value / left for key, value in prior.items() if key != name}

    hypotheses = tuple(h.model_copy(update={"prior": h.prior / kept}) for h in es.hypotheses if h.id != name)
    es = _with_written(es, name, [])
    es = copy_set(es, {"hypotheses": hypotheses, "cases": _each_prior(es, share)})
    other = next((h.id for h in hypotheses if h.id not in es.compounds), hypotheses[0].id)
    es = map_coded(es, lambda coded: _with_other_reference(coded, name, other))
    return _map_named(es, name, [])


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
        for each in (_parts(whole, split) if hypothesis.id == whole.id else [hypothesis])
    )
    names = [part.id for part in split.into]
    es = _with_written(es, whole.id, names)
    es = copy_set(es, {"hypotheses": hypotheses, "cases": _each_prior(es, share)})
    es = map_coded(es, lambda coded: _with_split_reference(coded, whole.id, names))
    return _map_named(es, whole.id, names)


def _with_written(es: EvidenceSet, whole: str, parts: list[str]) -> EvidenceSet:
    """The set that remembers by which hypotheses each one of its file is present."""
    written = tuple(
        each.model_copy(update={"now": tuple(_replaced(dict.fromkeys(each.now), whole, parts))})
        for each in es.as_written()
    )
    return copy_set(es, {"written": written})


def _recoded(coded: Item | Event, change: Callable[[Coding], Coding]) -> Item | Event:
    codings = tuple(coding if coding.about else change(coding) for coding in coded.codings)
    return coded.model_copy(update={"codings": codings})


def _over_options(
    coding: Coding, change: Callable[[dict[str, Value]], dict[str, Value]]
) -> dict[str, object]:
    """The values of a coding changed, under every reading where it has any."""
    if coding.readings:
        return {"readings": {option: change(values) for option, values in coding.readings.items()}}
    return {"values": change(coding.values)}


def _with_other_reference(coded: Item | Event, old: str, new: str) -> Item | Event:
    """Ratios against a hypothesis that goes become ratios against another one."""

    def changed(coding: Coding) -> Coding:
        if coding.reference != old:
            return coding
        update = {
            "reference": new,
            **_over_options(coding, lambda values: _turned(coded, coding, values, new)),
        }
        anchor = coding.reference_probability
        if anchor is not None:
            update["reference_probability"] = _anchored(coded, coding, anchor, new)
        return coding.model_copy(update=update)

    return _recoded(coded, changed)


def _turned(coded: Item | Event, coding: Coding, values: dict[str, Value], new: str) -> dict[str, Value]:
    """Ratios against another hypothesis; the old reference is named, the new one is not."""
    if any(value.is_range for value in values.values()):
        message = f"{coding.reference} is the reference of the ratios of {coded.id}, which have ranges; recode them first"
        raise ScenarioError(message)
    form = coding.form
    level = float(form.to_scale(_level(coding, values, new)))
    scaled = {name: float(form.to_scale(float(value.best))) for name, value in values.items()}
    return {name: Value(best=float(form.from_scale(each - level))) for name, each in scaled.items()}


def _level(coding: Coding, values: dict[str, Value], name: str) -> float:
    return float(values[name].best) if name in values else coding.form.neutral


def _anchored(coded: Item | Event, coding: Coding, anchor: Value, new: str) -> Value:
    """The probability of the new reference; one number only if it is the same under every reading."""
    levels = {_level(coding, values, new) for values in coding.options.values()}
    if len(levels) > 1:
        message = (
            f"{coding.reference} is the reference of the ratios of {coded.id}, whose probability differs by reading "
            f"under {new}; recode them first"
        )
        raise ScenarioError(message)
    times = float(coding.form.to_number(levels.pop()))
    ends = {"low": anchor.lower * times, "high": anchor.upper * times} if anchor.is_range else {}
    return Value.model_validate({"best": float(anchor.best) * times, **ends})


def _with_split_reference(coded: Item | Event, whole: str, parts: list[str]) -> Item | Event:
    """Ratios against the whole become ratios against its first part, with which the others are level."""

    def changed(coding: Coding) -> Coding:
        if coding.reference != whole:
            return coding
        level = {whole: Value(best=coding.form.neutral)}
        update = {"reference": parts[0], **_over_options(coding, lambda values: {**level, **values})}
        return coding.model_copy(update=update)

    return _recoded(coded, changed)


def _replaced[V](table: dict[str, V], whole: str, parts: list[str]) -> dict[str, V]:
    """What is said of the whole, said of each part; of none, where there are no parts."""
    return {key: value for name, value in table.items() for key in (parts if name == whole else [name])}


def _map_named(es: EvidenceSet, whole: str, parts: list[str]) -> EvidenceSet:
    """Everything that is stated by hypothesis, with one hypothesis replaced by its parts."""

    def recoded(coding: Coding) -> Coding:
        readings = {option: _replaced(values, whole, parts) for option, values in coding.readings.items()}
        cells = _replaced(coding.cell_reasons, whole, parts)
        values = _replaced(coding.values, whole, parts)
        return coding.model_copy(update={"values": values, "readings": readings, "cell_reasons": cells})

    def changed(coded: Item | Event) -> Item | Event:
        coded = _recoded(coded, recoded)
        if isinstance(coded, Event):
            return coded
        detection = _replaced(coded.detection_by_hypothesis, whole, parts)
        return coded.model_copy(update={"detection_by_hypothesis": detection})

    def rated(reliability: Reliability) -> Reliability:
        own = _replaced(reliability.by_hypothesis, whole, parts)
        return reliability.model_copy(update={"by_hypothesis": own})

    sources = tuple(
        source.model_copy(update={"reliability": rated(source.reliability)}) if source.reliability else source
        for source in es.sources
    )
    coders = tuple(
        coder.model_copy(update={"reference": next(iter(parts), None)}) if coder.reference == whole else coder
        for coder in es.coders
    )
    grades = {name: rated(reliability) for name, reliability in es.reliability_grades.items()}
    update = {"sources": sources, "coders": coders, "reliability_grades": grades}
    return copy_set(map_coded(es, changed), update)
