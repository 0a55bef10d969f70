"""From the records of an evidence set to columns: each record is looked at once, and never again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import attrgetter, itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bayes_trace.evidence import Cluster, Coding, Event, EvidenceSet, Item, Reliability, Value
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
_ENDS = attrgetter("low", "best", "high")
#: what a compound has that is not coded
_UNSTATED = Value.model_construct(best=np.nan)
_CERTAIN, _NEVER = Value(best=1.0), Value(best=0.0)


def positions(names: Sequence[str], among: Iterable[str]) -> Index:
    """Place of each name among others, -1 where it is not."""
    place = {name: number for number, name in enumerate(among)}
    return np.array([place.get(name, -1) for name in names], dtype=np.int64)


def _triples(values: Iterable[Value]) -> Array:
    """Low, best and high (value, 3); the best value three times where there is no range."""
    flat = list(chain.from_iterable(map(_ENDS, values)))
    ends = np.array(flat, dtype=np.float64).reshape(-1, 3)
    return np.where(np.isnan(ends), ends[:, 1:2], ends)


class _Rows(NamedTuple):
    """Codings, one row for each reading."""

    stated: Sequence[Coding]
    unit: Sequence[CodingUnit]
    values: Sequence[Values]
    coder: Sequence[int]
    entry: Sequence[int]
    option: Sequence[int]


def codings_of(es: EvidenceSet, links: Sequence[Link]) -> Codings:
    """All codings, row by row; options in the order in which their reading declares them."""
    coder_at = {coder: number for number, coder in enumerate(es.coder_ids)}
    rows: list[tuple[Coding, CodingUnit, Values, int, int, int]] = []
    number = 0
    for link in links:
        for entry in link.entries:
            for coder, coding in entry.codings.items():
                if link.kind != FACT:
                    rows.append((coding, coding.unit, coding.values, coder_at[coder], number, 0))
                    continue
                for place, option in enumerate(es.options[link.group]):
                    said = coding.readings[option]
                    rows.append((coding, coding.unit, said, coder_at[coder], number, place))
            number += 1
    return _codings(es, _Rows(*zip(*rows, strict=True)) if rows else _Rows((), (), (), (), (), ()))


def _codings(es: EvidenceSet, rows: _Rows) -> Codings:
    units = rows.unit
    numbers = _triples(_in_order(_in_numbers(es, rows), es.hypothesis_ids))
    numbers = numbers.reshape(-1, len(es.hypothesis_ids), 3)
    anchor, reference = np.ones((len(units), 3)), np.full(len(units), -1, dtype=np.int64)
    ratios = {unit for unit in set(units) if unit.form.ratio}
    for number, unit in enumerate(units) if ratios else ():
        if unit in ratios:
            coding = rows.stated[number]
            place = es.hypothesis_ids.index(str(coding.reference))
            if coding.reference not in rows.values[number]:
                numbers[number, place] = unit.form.neutral
            if coding.reference_probability is None:
                reference[number] = place
            else:
                anchor[number] = _triples([coding.reference_probability])
    return Codings(
        places=np.array([rows.coder, rows.entry, rows.option], dtype=np.int64).T,
        numbers=numbers,
        form=positions(units, _UNITS),
        known=[unit.form for unit in _UNITS],
        anchor=anchor,
        reference=reference,
    )


def _in_order(rows: Sequence[Mapping[str, Value]], ids: Sequence[str]) -> list[Value]:
    """The values of all rows, one behind the other, hypotheses in the order of the set."""
    try:
        by_name = [map(itemgetter(name), rows) for name in ids]
        return list(chain.from_iterable(zip(*by_name, strict=True)))
    except KeyError:  # compounds and references may be left out
        return [row.get(name, _UNSTATED) for row in rows for name in ids]


def _in_numbers(es: EvidenceSet, rows: _Rows) -> Sequence[Mapping[str, Value]]:
    """The values, words of a scale as the numbers that they stand for."""
    words = [number for number, unit in enumerate(rows.unit) if unit is CodingUnit.VERBAL]
    if not words:
        return rows.values
    values: list[Mapping[str, Value]] = list(rows.values)
    terms = {scale: verbal_terms(es, scale) or {} for scale in {rows.stated[n].scale for n in words}}
    for number in words:
        own = terms[rows.stated[number].scale]
        values[number] = {
            name: term_in(own, value.best) or _UNSTATED for name, value in values[number].items()
        }
    return values


def detection_of(es: EvidenceSet, entries: Sequence[Entry]) -> tuple[Index, Array]:
    """Entries with a detection, and low, best and high (of those, hypothesis, 3)."""
    ids = es.hypothesis_ids
    at, stated = [], []
    for number, entry in enumerate(entries):
        if isinstance(of := entry.of, Item) and (of.detection is not None or of.detection_by_hypothesis):
            at.append(number)
            stated += [of.detection_by_hypothesis.get(name, of.detection or _CERTAIN) for name in ids]
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
