"""Problems of codings: likelihoods that are missing, out of bounds or without a scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache

from bayes_trace import scales
from bayes_trace.errors import Problem
from bayes_trace.evidence.about import about_problems, unknown_name
from bayes_trace.evidence.forms import Form
from bayes_trace.evidence.records import Event, Item
from bayes_trace.evidence.sets import EvidenceSet
from bayes_trace.evidence.shown import folded
from bayes_trace.evidence.values import Coding, Value, Values, number_meant

__all__ = ["best_numbers", "coding_problems", "home_of", "in_numbers", "term_in", "verbal_terms"]

Where = tuple[str | int, ...]


def coding_problems(es: EvidenceSet, item: Item | Event) -> Iterator[Problem]:
    """Problems of every coding of one item or event."""
    for number, coding in enumerate(item.codings):
        if _plain(es, item, coding):
            continue
        where: Where = (*home_of(item), "codings", number)
        yield from _names(es, item, coding, where)
        yield from about_problems(es, item, coding, where)
        yield from _absolute(es, item, coding, where)
        yield from _options(es, item, coding, where)
    yield from _repeated(es, item)


def _plain(es: EvidenceSet, item: Item | Event, coding: Coding) -> bool:
    """Whether it is a probability well within its limits for each hypothesis, and nothing else: most are."""
    more = (
        coding.coder or coding.episodes or coding.about or coding.given or coding.cluster or coding.readings
    )
    if more or coding.of or coding.reference_probability or getattr(item, "reading", None):
        return False
    form, values = coding.form, coding.values
    if form.ratio or form.words or getattr(item, "contrast", None) or values.keys() != es.hypothesis_set:
        return False
    return es.unscored.isdisjoint(item.episodes) and all(
        not isinstance(value.best, str) and form.lowest < value.lower and value.upper < form.highest
        for value in values.values()
    )


def _kind(item: Item | Event) -> str:
    return "event" if isinstance(item, Event) else "item"


def home_of(item: Item | Event) -> Where:
    """Path of an item or event in its set."""
    return (f"{_kind(item)}s", item.id)


def verbal_terms(es: EvidenceSet, scale: str | None) -> dict[str, Value] | None:
    """Terms of a scale by name, the IPCC's where none is named; None for an unknown scale."""
    if scale in (None, "ipcc"):
        return _ipcc()
    return next((each.terms for each in es.scales if each.id == scale), None)


@cache
def _ipcc() -> dict[str, Value]:
    return {term: Value(low=w.low, best=w.best, high=w.high) for term, w in scales.IPCC.items()}


def term_in[T](terms: Mapping[str, T], word: object) -> T | None:
    """What a term stands for; its capitals and blanks are of no account unless terms differ in them."""
    if str(word) in terms:
        return terms[str(word)]
    plain = folded(" ".join(str(word).split()))
    alike = [value for term, value in terms.items() if folded(" ".join(term.split())) == plain]
    return alike[0] if len(alike) == 1 else None


def in_numbers(es: EvidenceSet, coding: Coding, values: Values) -> Values:
    """Values with the terms of a verbal scale as what they stand for; a word that is no term stays."""
    if not coding.form.words:
        return values
    terms = verbal_terms(es, coding.scale) or {}
    return {name: term_in(terms, value.best) or value for name, value in values.items()}


def best_numbers(es: EvidenceSet, coding: Coding, values: Values) -> dict[str, float]:
    """Best probability, or plain ratio, of every hypothesis; a compound without a value has the mean of its parts."""
    best = [float(value.best) for value in in_numbers(es, coding, values).values()]
    own = dict(zip(values, coding.form.to_number(best).tolist(), strict=True))
    if coding.form.ratio:
        own.setdefault(str(coding.reference), 1.0)
    if coding.about:
        return {name: own[name] for name in coding.alternatives}
    for name, weights in es.compounds.items():
        if name not in own:
            own[name] = sum(weight * own[part] for part, weight in weights.items())
    return {name: own[name] for name in es.hypothesis_ids}


def _names(es: EvidenceSet, item: Item | Event, coding: Coding, where: Where) -> Iterator[Problem]:
    named: tuple[tuple[str, str, Iterable[str], Collection[str]], ...] = (
        ("coder", "coder", (coding.coder,) if coding.coder else (), es.declared["coder"]),
        ("episodes", "episode", coding.episodes, dict.fromkeys(item.episodes) if coding.episodes else ()),
        ("given", "item or event", coding.given, es.coded),
        ("cluster", "cluster", (coding.cluster,) if coding.cluster else (), es.declared["cluster"]),
    )
    for key, kind, names, known in named:
        for name in names:
            if name not in known:
                yield unknown_name((*where, key), kind, name, known)
    for name in coding.episodes or item.episodes:
        if name in es.episodes and not (es.episodes[name].scored or coding.about):
            yield Problem(
                where, f"codes the {_kind(item)} for {name}, which is not scored; score it or drop the coding"
            )


def _absolute(es: EvidenceSet, item: Item | Event, coding: Coding, where: Where) -> Iterator[Problem]:
    """Ratios need a reference, and a probability of it where absence or reliability is modelled."""
    anchor = coding.reference_probability
    if not coding.form.ratio:
        if anchor:
            message = f"is for ratios, but the unit is {coding.unit}"
            yield Problem((*where, "reference_probability"), message)
        return
    if not coding.reference:
        yield Problem((*where, "reference"), "missing; name the hypothesis that the ratios are relative to")
    elif coding.reference not in (known := coding.alternatives or es.hypothesis_ids):
        yield unknown_name((*where, "reference"), _rival(coding), coding.reference, known)
    why = _needs_level(es, item)
    if anchor is None and why:
        yield Problem(
            (*where, "reference_probability"),
            f"missing; {why} needs an absolute probability, so give P({_kind(item)} given {coding.reference})",
        )
    elif anchor is not None:
        yield from _anchor((*where, "reference_probability"), anchor)


def _anchor(where: Where, anchor: Value) -> Iterator[Problem]:
    if isinstance(anchor.best, str):
        yield Problem(where, f"{anchor.best!r}, expected a number between 0 and 1 or low, best, high")
    elif not 0 < anchor.lower <= anchor.upper < 1:
        shown = f"{anchor.lower:.15g} to {anchor.upper:.15g}" if anchor.is_range else f"{anchor.best:.15g}"
        yield Problem(where, f"{shown}, expected between 0 and 1, neither of them included")


_OF_LEVEL = {"absent": "absence", "planned": "a planned item"}


def _needs_level(es: EvidenceSet, item: Item | Event) -> str:
    """Why ratios alone do not suffice; empty where they do."""
    if isinstance(item, Event):
        return "an event"
    if item.found in _OF_LEVEL:
        return _OF_LEVEL[item.found]
    return "reliability of the source" if item.source and es.reliability_of(item.source.key) else ""


def _options(es: EvidenceSet, item: Item | Event, coding: Coding, where: Where) -> Iterator[Problem]:
    if coding.readings and coding.values:
        yield Problem((*where, "readings"), "both values and readings; keep one of them")
    fact = item.reading if isinstance(item, Item) else None
    declared = tuple(es.options.get(fact, ())) if fact else ()
    if coding.readings and not declared:
        yield Problem(
            (*where, "readings"),
            f"the {_kind(item)} names no reading; add `reading:` and declare its options",
        )
    if declared and not coding.readings:
        message = f"missing; the item turns on {fact}, so code it under each of {', '.join(declared)}"
        yield Problem((*where, "readings"), message)
    if not coding.readings:
        yield from _values(es, item, coding, coding.values, (*where, "values"))
    for option in dict.fromkeys((*declared, *coding.readings)) if coding.readings else ():
        yield from _option(es, item, coding, declared, (*where, "readings", option))


def _option(
    es: EvidenceSet, item: Item | Event, coding: Coding, declared: Sequence[str], where: Where
) -> Iterator[Problem]:
    """Problems of what is said under one option of a reading."""
    option = str(where[-1])
    if option not in coding.readings:
        yield Problem(where, "missing; code the item under every option")
    elif declared and option not in declared:
        yield unknown_name(where, "option", option, declared)
    else:
        yield from _values(es, item, coding, coding.readings[option], where)
        if _impossible(coding, coding.readings[option]):
            yield Problem(
                where,
                "impossible under every hypothesis; leave the option out of the reading, or correct a value",
            )


def _values(
    es: EvidenceSet, item: Item | Event, coding: Coding, values: Values, where: Where
) -> Iterator[Problem]:
    known = coding.alternatives or es.hypothesis_ids
    for hypothesis in known:
        implied = coding.form.ratio and hypothesis == coding.reference
        if hypothesis not in values and not implied and hypothesis not in es.compounds:
            yield Problem((*where, hypothesis), f"missing; {_expected_value(es, coding, hypothesis)}")
    for name, value in values.items():
        if name not in known:
            yield unknown_name((*where, name), _rival(coding), name, known)
        elif coding.form.words:
            yield from _verbal(es, coding, value, (*where, name))
        elif isinstance(value.best, str):
            mend = number_meant(value.best) or "for words say `unit: verbal`"
            yield Problem((*where, name), f"{value.best!r}, expected a number; {mend}")
        else:
            yield from _number(item, coding, name, value, (*where, name))


def _rival(coding: Coding) -> str:
    return "alternative" if coding.about else "hypothesis"


def _expected_value(es: EvidenceSet, coding: Coding, hypothesis: str) -> str:
    if coding.about:
        return f"a coding about: {coding.about} gives a value for {' and for '.join(coding.alternatives)}"
    parts = [part for part in hypothesis.split("+") if part not in es.hypothesis_ids]
    if "+" in hypothesis and parts:
        return f"{', '.join(parts)} is not a hypothesis of the set, so give the compound a value of its own"
    return "give every hypothesis a value"


def _verbal(es: EvidenceSet, coding: Coding, value: Value, where: Where) -> Iterator[Problem]:
    terms: Mapping[str, Value] | None = verbal_terms(es, coding.scale)
    if terms is None:
        yield unknown_name(where, "scale", str(coding.scale), ["ipcc", *(scale.id for scale in es.scales)])
    elif term_in(terms, value.best) is None:
        yield unknown_name(where, "term", str(value.best), list(terms))


def _number(item: Item | Event, coding: Coding, name: str, value: Value, where: Where) -> Iterator[Problem]:
    form, best = coding.form, float(value.best)
    if not form.lowest <= best <= form.highest:
        yield Problem(where, f"{best:.15g}{form.suffix}, expected {form.expected}")
    elif best in form.certain and not item.decisive:
        yield Problem(
            where,
            f"{best:.15g} is certainty; expected less, or `decisive: true` on the {_kind(item)} if that is intended",
        )
    elif value.is_range:
        yield from _range(form, value, where)
    if form.ratio:
        yield from _ratio(coding, name, value, where)


def _range(form: Form, value: Value, where: Where) -> Iterator[Problem]:
    """The ends of a range lie within the limits; where these are certainties, below them."""
    low, high = form.instead
    if high and value.upper >= form.highest:
        yield Problem(where, f"high {value.upper:.15g} is certainty or more; write {high}")
    elif low and value.lower <= form.lowest:
        yield Problem(where, f"low {value.lower:.15g} is impossibility or less; write {low}")
    elif value.lower < form.lowest or value.upper > form.highest:
        yield Problem(
            where, f"{value.lower:.15g} to {value.upper:.15g}{form.suffix}, expected {form.expected}"
        )


def _ratio(coding: Coding, name: str, value: Value, where: Where) -> Iterator[Problem]:
    form, anchor = coding.form, coding.reference_probability
    if name == coding.reference and (value.best != form.neutral or value.is_range):
        shown = f"{value.best}{form.suffix}"
        yield Problem(where, f"{shown} for the reference itself, expected {form.neutral:g} or nothing")
    if anchor is None or isinstance(anchor.best, str) or value.upper > form.highest:
        return
    top = anchor.upper * float(form.to_number(value.upper))
    if top >= 1:
        yield Problem(
            where,
            f"{value.upper:g}{form.suffix} over a reference probability of {anchor.upper:g} is a probability of "
            f"{top:.3g}, expected below 1; lower either",
        )


def _impossible(coding: Coding, values: Values) -> bool:
    """Whether nothing that is stated leaves the item possible."""
    form = coding.form
    return form.lowest in form.certain and all(value.best == form.lowest for value in values.values())


def _repeated(es: EvidenceSet, item: Item | Event) -> Iterator[Problem]:
    if len(item.codings) == 1 and len(item.codings[0].episodes or item.episodes) == 1:
        return
    counts = Counter(
        (coding.coder or es.base_coder, episode, coding.about or "")
        for coding in item.codings
        for episode in coding.episodes or item.episodes
    )
    for (coder, episode, about), count in counts.items():
        if count > 1:
            yield Problem(
                (*home_of(item), "codings"),
                f"{coder} codes the {_kind(item)} {count} times for {episode}"
                f"{f' (about: {about})' if about else ''}; keep one",
            )
