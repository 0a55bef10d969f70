"""Problems of codings: likelihoods that are missing, out of bounds or without a scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from bayes_trace import scales
from bayes_trace.errors import Problem
from bayes_trace.evidence.records import Event, Item
from bayes_trace.evidence.sets import EvidenceSet
from bayes_trace.evidence.values import Coding, Value, Values

__all__ = ["coding_problems", "unknown_name", "verbal_terms"]

Where = tuple[str | int, ...]
#: decibels beyond which a number is a slip
LARGEST_DB = 1000.0


def coding_problems(es: EvidenceSet, item: Item | Event) -> Iterator[Problem]:
    """Problems of every coding of one item or event."""
    for number, coding in enumerate(item.codings):
        where: Where = (*_home(item), "codings", number)
        yield from _names(es, item, coding, where)
        yield from _absolute(es, item, coding, where)
        yield from _options(es, item, coding, where)
    yield from _repeated(es, item)


def _kind(item: Item | Event) -> str:
    return "event" if isinstance(item, Event) else "item"


def _home(item: Item | Event) -> Where:
    return (f"{_kind(item)}s", item.id)


def unknown_name(where: Where, kind: str, name: str, known: Iterable[str]) -> Problem:
    """A name that leads nowhere, with the first of those that would."""
    shown = ", ".join(list(known)[:12]) or "none declared"
    return Problem(where, f"no {kind} {name!r}; expected one of: {shown}")


def verbal_terms(es: EvidenceSet, scale: str | None) -> dict[str, Value] | None:
    """Terms of a scale by name, the IPCC's where none is named; None for an unknown scale."""
    if scale in (None, "ipcc"):
        return {term: Value(low=w.low, best=w.best, high=w.high) for term, w in scales.IPCC.items()}
    return next((dict(each.terms) for each in es.scales if each.id == scale), None)


def _names(es: EvidenceSet, item: Item | Event, coding: Coding, where: Where) -> Iterator[Problem]:
    named: list[tuple[str, str, tuple[str, ...], list[str]]] = [
        ("coder", "coder", (coding.coder,) if coding.coder else (), [coder.id for coder in es.coders]),
        ("episodes", "episode", coding.episodes, list(item.episodes)),
        ("given", "item or event", coding.given, list(es.coded)),
        ("cluster", "cluster", (coding.cluster,) if coding.cluster else (), [c.id for c in es.clusters]),
    ]
    for key, kind, names, known in named:
        for name in names:
            if name not in known:
                yield unknown_name((*where, key), kind, name, known)
    for name in coding.episodes or item.episodes:
        if name in es.episodes and not es.episodes[name].scored:
            yield Problem(
                where, f"codes the {_kind(item)} for {name}, which is not scored; score it or drop the coding"
            )


def _absolute(es: EvidenceSet, item: Item | Event, coding: Coding, where: Where) -> Iterator[Problem]:
    """Ratios need a reference, and a probability of it where absence or reliability is modelled."""
    if coding.unit != "ratio_db":
        if coding.reference_probability:
            yield Problem((*where, "reference_probability"), f"is for ratios, but the unit is {coding.unit}")
        return
    if not coding.reference:
        yield Problem((*where, "reference"), "missing; name the hypothesis that the ratios are taken against")
    elif coding.reference not in es.hypothesis_ids:
        yield unknown_name((*where, "reference"), "hypothesis", coding.reference, list(es.hypothesis_ids))
    why = _needs_level(es, item)
    if coding.reference_probability is None and why:
        yield Problem(
            (*where, "reference_probability"),
            f"missing; {why} needs an absolute probability, so give P({_kind(item)} given {coding.reference})",
        )


def _needs_level(es: EvidenceSet, item: Item | Event) -> str:
    """Why ratios alone do not suffice; empty where they do."""
    if isinstance(item, Event):
        return "an event"
    if item.found == "absent":
        return "absence"
    return "reliability of the source" if item.source and es.reliability_of(item.source.key) else ""


def _options(es: EvidenceSet, item: Item | Event, coding: Coding, where: Where) -> Iterator[Problem]:
    if coding.readings and coding.values:
        yield Problem((*where, "readings"), "both values and readings; keep one of them")
    if not coding.readings:
        yield from _values(es, item, coding, coding.values, (*where, "values"))
        return
    fact = item.reading if isinstance(item, Item) else None
    declared = next((dict(r.options) for r in es.readings if r.id == fact), {})
    if not declared:
        yield Problem(
            (*where, "readings"), "the item names no reading; add `reading:` and declare its options"
        )
    for option in declared.keys() | coding.readings.keys():
        if option not in coding.readings:
            yield Problem((*where, "readings", option), "missing; code the item under every option")
        elif declared and option not in declared:
            yield unknown_name((*where, "readings", option), "option", option, list(declared))
        else:
            yield from _values(es, item, coding, coding.readings[option], (*where, "readings", option))
            if coding.unit == "probability" and all(v.best == 0 for v in coding.readings[option].values()):
                yield Problem(
                    (*where, "readings", option),
                    "impossible under every hypothesis; leave the option out of the reading, or correct a value",
                )


def _values(
    es: EvidenceSet, item: Item | Event, coding: Coding, values: Values, where: Where
) -> Iterator[Problem]:
    for hypothesis in es.hypothesis_ids:
        implied = coding.unit == "ratio_db" and hypothesis == coding.reference
        if hypothesis not in values and not implied and hypothesis not in es.compounds:
            yield Problem((*where, hypothesis), f"missing; {_expected_value(es, hypothesis)}")
    for name, value in values.items():
        if name not in es.hypothesis_ids:
            yield unknown_name((*where, name), "hypothesis", name, list(es.hypothesis_ids))
        elif coding.unit == "verbal":
            yield from _verbal(es, coding, value, (*where, name))
        elif isinstance(value.best, str):
            yield Problem((*where, name), f"{value.best!r}, expected a number; for words say `unit: verbal`")
        else:
            yield from _number(item, coding, name, value, (*where, name))


def _expected_value(es: EvidenceSet, hypothesis: str) -> str:
    parts = [part for part in hypothesis.split("+") if part not in es.hypothesis_ids]
    if "+" in hypothesis and parts:
        return f"{', '.join(parts)} is no hypothesis of the set, so give the compound a value of its own"
    return "give every hypothesis a value"


def _verbal(es: EvidenceSet, coding: Coding, value: Value, where: Where) -> Iterator[Problem]:
    terms: Mapping[str, Value] | None = verbal_terms(es, coding.scale)
    if terms is None:
        yield unknown_name(where, "scale", str(coding.scale), ["ipcc", *(scale.id for scale in es.scales)])
    elif value.best not in terms:
        yield unknown_name(where, "term", str(value.best), list(terms))


def _number(item: Item | Event, coding: Coding, name: str, value: Value, where: Where) -> Iterator[Problem]:
    if coding.unit == "ratio_db":
        yield from _ratio(coding, name, value, where)
        return
    top, shown = (1.0, "0.95") if coding.unit == "probability" else (0.0, "-0.223 dB, which is .95")
    floor = 0.0 if coding.unit == "probability" else -LARGEST_DB
    best = float(value.best)
    if best < floor < 0:
        yield Problem(where, f"{best:g} dB is as good as impossible; expected at least {floor:g}")
    elif not floor <= best <= top:
        expected = "a probability from 0 to 1" if top else "decibels of a probability, 0 or below"
        yield Problem(where, f"{best:g}, expected {expected}")
    elif best in (floor, top) and not item.decisive:
        yield Problem(
            where, f"{best:g} is certainty; expected less, or `decisive: true` on the item if that is meant"
        )
    elif value.is_range and value.upper >= top:
        yield Problem(where, f"high {value.upper:g} is certainty or more; write {shown}")
    elif value.is_range and value.lower <= floor:
        yield Problem(where, f"low {value.lower:g} is impossibility or less; write 0.01")


def _ratio(coding: Coding, name: str, value: Value, where: Where) -> Iterator[Problem]:
    if name == coding.reference and (value.best != 0 or value.is_range):
        yield Problem(where, f"{value.best} dB for the reference itself, expected 0 or nothing")
    anchor = coding.reference_probability
    if anchor is None or isinstance(anchor.best, str):
        return
    top = anchor.best * 10 ** (min(value.upper, LARGEST_DB) / 10)
    if not 0 < anchor.best < 1 or top >= 1:
        yield Problem(
            where,
            f"{value.upper:g} dB over a reference probability of {anchor.best:g} is a probability of {top:.3g}, "
            "expected below 1; lower either",
        )


def _repeated(es: EvidenceSet, item: Item | Event) -> Iterator[Problem]:
    counts = Counter(
        (coding.coder or es.base_coder, episode)
        for coding in item.codings
        for episode in coding.episodes or item.episodes
    )
    for (coder, episode), count in counts.items():
        if count > 1:
            yield Problem(
                (*_home(item), "codings"),
                f"{coder} codes the {_kind(item)} {count} times for {episode}; keep one",
            )
