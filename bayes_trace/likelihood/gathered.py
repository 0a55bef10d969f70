"""From the records of an evidence set to columns: each record is looked at once, and never again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from bayes_trace.evidence import Cluster, Coding, Event, EvidenceSet, Reliability, Value
from bayes_trace.evidence.coded import term_in, verbal_terms
from bayes_trace.evidence.values import CodingUnit, Values
from bayes_trace.likelihood.columns import Rates
from bayes_trace.likelihood.elicited import Codings
from bayes_trace.likelihood.entries import Entry, Link
from bayes_trace.likelihood.links import EVENT, FACT

__all__ = ["agreement_of", "codings_of", "correlations_of", "detection_of", "positions", "rates_of"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
_UNITS = list(CodingUnit)
#: what a compound has that is not coded
_UNSTATED = Value.model_construct(best=np.nan)
_CERTAIN, _NEVER = Value(best=1.0), Value(best=0.0)


def positions(names: Sequence[str], among: Iterable[str]) -> Index:
    """Place of each name among others, -1 where it is not."""
    place = {name: number for number, name in enumerate(among)}
    return np.array([place.get(name, -1) for name in names], dtype=np.int64)


def _triples(values: Sequence[Value]) -> Array:
    """Low, best and high (value, 3); the best value three times where there is no range."""
    ends = np.repeat(np.array([value.best for value in values], dtype=np.float64)[:, None], 3, axis=1)
    ranged = [number for number, value in enumerate(values) if value.low is not None]
    ends[ranged, 0] = [values[number].low for number in ranged]
    ends[ranged, 2] = [values[number].high for number in ranged]
    return ends


def codings_of(es: EvidenceSet, links: Sequence[Link]) -> Codings:
    """All codings, row by row; options in the order in which their reading declares them."""
    coder_at = {coder: number for number, coder in enumerate(es.coder_ids)}
    facts = [link.group if link.kind == FACT else "" for link in links for _ in link.entries]
    entries = (entry for link in links for entry in link.entries)
    said = [
        (coder_at[coder], number, coding)
        for number, entry in enumerate(entries)
        for coder, coding in entry.codings.items()
    ]
    rows = [(coder, number, 0, coding, coding.values) for coder, number, coding in said if not facts[number]]
    rows += [
        (coder, number, place, coding, coding.readings[option])
        for coder, number, coding in said
        if facts[number]
        for place, option in enumerate(es.options[facts[number]])
    ]
    if not rows:
        return _codings(es, [], [], np.zeros((0, 3), dtype=np.int64))
    coders, numbers, options, stated, values = zip(*rows, strict=True)
    return _codings(es, stated, values, np.array([coders, numbers, options], dtype=np.int64).T)


def _codings(es: EvidenceSet, stated: Sequence[Coding], values: Sequence[Values], places: Index) -> Codings:
    ids = es.hypothesis_ids
    units = [coding.unit for coding in stated]
    numbers = _triples(_in_order(_in_numbers(es, stated, values), ids)).reshape(-1, len(ids), 3)
    anchor, reference = np.ones((len(stated), 3)), np.full(len(stated), -1, dtype=np.int64)
    anchored = [number for number, coding in enumerate(stated) if coding.reference_probability]
    anchor[anchored] = _triples(
        [coding.reference_probability or _CERTAIN for coding in map(stated.__getitem__, anchored)]
    )
    ratios = {unit for unit in set(units) if unit.form.ratio}
    for number in [number for number, unit in enumerate(units) if unit in ratios] if ratios else ():
        place = ids.index(str(stated[number].reference))
        if stated[number].reference not in values[number]:
            numbers[number, place] = units[number].form.neutral
        if not stated[number].reference_probability:
            reference[number] = place
    return Codings(
        places=places,
        numbers=numbers,
        form=positions(units, _UNITS),
        known=[unit.form for unit in _UNITS],
        anchor=anchor,
        reference=reference,
    )


def _in_order(rows: Sequence[Mapping[str, Value]], ids: Sequence[str]) -> list[Value]:
    """The values of all rows, one behind the other, hypotheses in the order of the set."""
    try:
        columns = [[row[name] for row in rows] for name in ids]
    except KeyError:
        return [row.get(name, _UNSTATED) for row in rows for name in ids]
    return list(chain.from_iterable(zip(*columns, strict=True)))


def _in_numbers(
    es: EvidenceSet, stated: Sequence[Coding], values: Sequence[Values]
) -> Sequence[Mapping[str, Value]]:
    """The values, words of a scale as the numbers that they stand for."""
    words = [number for number, coding in enumerate(stated) if coding.unit is CodingUnit.VERBAL]
    rows: list[Mapping[str, Value]] = list(values)
    terms = {scale: verbal_terms(es, scale) or {} for scale in {stated[number].scale for number in words}}
    for number in words:
        own = terms[stated[number].scale]
        meant = {name: term_in(own, value.best) or _UNSTATED for name, value in values[number].items()}
        rows[number] = meant
    return rows


def detection_of(es: EvidenceSet, entries: Sequence[Entry]) -> tuple[Index, Array]:
    """Entries with a detection, and low, best and high (of those, hypothesis, 3)."""
    ids = es.hypothesis_ids
    at, stated = [], []
    for number, entry in enumerate(entries):
        if isinstance(entry.of, Event):
            continue
        common, own = entry.of.detection, entry.of.detection_by_hypothesis
        if common is not None or own:
            at.append(number)
            stated += [own.get(name, common or _CERTAIN) for name in ids]
    return np.array(at, dtype=np.int64), _triples(stated).reshape(-1, len(ids), 3)


def agreement_of(links: Sequence[Link]) -> tuple[Index, Array]:
    """Events among the links, and the correlation of the reports of each (of those, 3)."""
    events = [(number, link.entries[0].of) for number, link in enumerate(links) if link.kind == EVENT]
    stated = [event.correlation for _, event in events if isinstance(event, Event)]
    return np.array([number for number, _ in events], dtype=np.int64), _triples(stated)


def correlations_of(clusters: Sequence[Cluster]) -> Array:
    """Low, best and high (cluster, 3)."""
    return _triples([cluster.correlation for cluster in clusters])


def rates_of(stated: Sequence[Reliability], hypotheses: Sequence[str]) -> Rates:
    """How sources report, hypothesis by hypothesis."""
    own = [(common.by_hypothesis.get(name, common), common) for common in stated for name in hypotheses]
    denials = [rate.denies or common.denies for rate, common in own]

    def table(values: Sequence[Value]) -> Array:
        return _triples(values).reshape(len(stated), len(hypotheses), 3)

    return Rates(
        hit=table([rate.hit for rate, _ in own]),
        false_report=table([rate.false_report for rate, _ in own]),
        denial_if_true=table([each.if_true if each else _NEVER for each in denials]),
        denial_if_false=table([each.if_false if each else _NEVER for each in denials]),
        answers=np.array([each.always_answers for each in stated], dtype=bool),
    )
