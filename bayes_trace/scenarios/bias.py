"""Scenario step for a search that favoured one hypothesis: what it found is discounted."""

from __future__ import annotations

from bayes_trace.errors import ScenarioError, UnknownNameError
from bayes_trace.evidence import Coding, Event, EvidenceSet, Item, Scenario, SearchBias, Value
from bayes_trace.evidence.coded import in_numbers
from bayes_trace.evidence.forms import CodingUnit
from bayes_trace.scenarios.copying import map_coded

__all__ = ["discount_search"]

Triple = tuple[float, float, float]
#: upper ends of ranges stay below certainty
CEILING = 0.999
_NONE: Triple = (1.0, 1.0, 1.0)


def discount_search(es: EvidenceSet, scenario: Scenario) -> EvidenceSet:
    """Likelihoods of finds that favour a hypothesis, brought nearer to it by some decibels.

    Under each rival a find becomes more probable by as much, and never more than under the favoured one: a biased
    search hides what is contrary, it turns nothing round. What was looked for in vain, and reports of events, stay.
    """
    for bias in scenario.search_bias:
        for kind, names, known in (
            ("hypothesis", (bias.toward,), es.hypothesis_ids),
            ("episode", bias.episodes, tuple(es.episodes)),
        ):
            for name in names:
                if name not in known:
                    raise ScenarioError(str(UnknownNameError(kind, name, known)))
        es = _discounted(es, bias)
    return es


def _discounted(es: EvidenceSet, bias: SearchBias) -> EvidenceSet:
    def changed(coded: Item | Event) -> Item | Event:
        if isinstance(coded, Event) or coded.found != "present":
            return coded
        codings = [part for coding in coded.codings for part in _split(es, coded, coding, bias)]
        return coded.model_copy(update={"codings": tuple(codings)})

    return map_coded(es, changed)


def _split(es: EvidenceSet, coded: Item | Event, coding: Coding, bias: SearchBias) -> list[Coding]:
    """The coding as it was, and as it is in the episodes that are touched."""
    if coding.about or not _is_whole(es, coding) or not _is_readable(es, coding):
        return [coding]  # of something else than the hypotheses; or refused later, for what it lacks or says
    here = coding.episodes or coded.episodes
    touched = tuple(name for name in here if not bias.episodes or name in bias.episodes)
    if not touched:
        return [coding]
    kept = tuple(name for name in here if name not in touched)
    new = _recoded(es, coding, bias).model_copy(update={"episodes": touched})
    return [*([coding.model_copy(update={"episodes": kept})] if kept else []), new]


def _is_whole(es: EvidenceSet, coding: Coding) -> bool:
    """Whether every hypothesis has a value; those that the same scenario brings may have none yet."""
    return all(
        name in stated or (name in es.compounds and es.compounds[name].keys() <= stated)
        for stated in ({*values, coding.reference} for values in coding.options.values())
        for name in es.hypothesis_ids
    )


def _is_readable(es: EvidenceSet, coding: Coding) -> bool:
    """Whether every value is a number, or a term of the scale."""
    values = [
        value for option in coding.options.values() for value in in_numbers(es, coding, option).values()
    ]
    anchor = coding.reference_probability
    return not any(isinstance(value.best, str) for value in (*values, *([anchor] if anchor else [])))


def _recoded(es: EvidenceSet, coding: Coding, bias: SearchBias) -> Coding:
    """Every hypothesis with a plain number: a probability, or a ratio where only ratios are known."""
    relative = coding.form.ratio and coding.reference_probability is None
    reference = str(coding.reference) if relative else None
    options = {
        option: _values(_raised(_linear(es, coding, option), bias, relative=relative), reference)
        for option in coding.options
    }
    update = {"readings": options} if coding.readings else {"values": options[""]}
    unit = CodingUnit.RATIO if relative else CodingUnit.PROBABILITY
    none = {"scale": None, "reference": reference, "reference_probability": None}
    return coding.model_copy(update={**update, **none, "unit": unit})


def _linear(es: EvidenceSet, coding: Coding, option: str) -> dict[str, Triple]:
    """Low, best and high of every hypothesis as probabilities or plain ratios, means of others worked out."""
    stated = in_numbers(es, coding, coding.options[option])
    own = {name: _ends(coding, value) for name, value in stated.items()}
    if coding.form.ratio:
        own.setdefault(str(coding.reference), _NONE)
    for name, weights in es.compounds.items():
        if name not in own:
            own[name] = _mean(own, weights)
    anchor = coding.reference_probability
    level = _NONE if anchor is None else (anchor.lower, float(anchor.best), anchor.upper)
    return {name: _times(own[name], level) for name in es.hypothesis_ids}


def _ends(coding: Coding, value: Value) -> Triple:
    low, best, high = (
        float(coding.form.to_number(each)) for each in (value.lower, float(value.best), value.upper)
    )
    return low, best, high


def _mean(own: dict[str, Triple], weights: dict[str, float]) -> Triple:
    low, best, high = (sum(weight * own[part][end] for part, weight in weights.items()) for end in range(3))
    return low, best, high


def _times(one: Triple, other: Triple) -> Triple:
    return one[0] * other[0], one[1] * other[1], one[2] * other[2]


def _raised(row: dict[str, Triple], bias: SearchBias, *, relative: bool) -> dict[str, Triple]:
    """Each rival that the find speaks against, raised by as much as the search took from it."""
    _, most, top = row[bias.toward]
    cap = float("inf") if relative else min(top, CEILING)

    def raised(each: Triple) -> Triple:
        low, best, high = each
        if not 0 < best < most:
            return each
        factor = min(10 ** (bias.db / 10), most / best)
        now = best * factor
        return min(low * factor, now), now, max(now, min(high * factor, cap))

    return {name: raised(each) for name, each in row.items()}


def _values(row: dict[str, Triple], reference: str | None) -> dict[str, Value]:
    """Numbers as they are stated; of ratios against the level of their reference."""
    level = row[reference][1] if reference else 1.0
    return {name: _value(low / level, best / level, high / level) for name, (low, best, high) in row.items()}


def _value(low: float, best: float, high: float) -> Value:
    certain = low == high or (best in (0.0, 1.0))
    return Value(best=best) if certain else Value(low=low, best=best, high=high)
