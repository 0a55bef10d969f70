"""What a set states, as plain values that the page reads: codings, links, rates, under every assumption."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from bayes_trace.evidence import Coding, EvidenceSet, Hypothesis, Reading, Reliability, Value
from bayes_trace.evidence.coded import term_in, verbal_terms
from bayes_trace.evidence.names import short_names
from bayes_trace.likelihood.entries import Entry, Link, chosen_episodes, links_in
from bayes_trace.likelihood.links import EVENT, FACT, REPORT

__all__ = ["Pool", "assumption", "coding_of", "reading_of", "scales", "stated"]

Plain = dict[str, Any]
_KINDS = {EVENT: "event", FACT: "fact"}
_ROLES = {EVENT: "event", REPORT: "report"}


class Pool:
    """Entries once each, whatever assumptions hold them."""

    def __init__(self) -> None:
        self.entries: list[Plain] = []
        self._places: dict[str, int] = {}

    def place(self, entry: Plain) -> int:
        """Where the entry stands."""
        key = json.dumps(entry, sort_keys=True)
        if key not in self._places:
            self._places[key] = len(self.entries)
            self.entries.append(entry)
        return self._places[key]


def stated(value: Value) -> float | str | list[float]:
    """A bare number or term, or low, best and high."""
    return [value.lower, float(value.best), value.upper] if value.is_range else value.best


def filled(record: Plain) -> Plain:
    """Without what says nothing."""
    return {key: value for key, value in record.items() if value not in (None, "", [], {}, False)}


def assumption(
    es: EvidenceSet, pool: Pool, *, name: str, label: str, reason: str, scenarios: Iterable[str]
) -> Plain:
    """The set under one choice of scenarios."""
    chosen = chosen_episodes(es, None)
    episodes: dict[str, Plain] = {each.id: {"prior": _prior(es, each.id), "links": []} for each in chosen}
    used: set[str] = set()
    for link in links_in(es, chosen):
        episodes[link.episode.id]["links"].append(_link(link, pool))
        used |= {entry.source for entry in link.entries}
    core = {name: parts for name, parts in es.core_parts().items() if parts}
    return {
        "id": name,
        "label": label,
        "reason": reason,
        "scenarios": list(scenarios),
        "hypotheses": _hypotheses(es),
        "means": es.compounds,
        "core": [[(h in parts) / len(parts) for h in es.hypothesis_ids] for parts in core.values()],
        "coreParts": [list(parts) for parts in core.values()],
        "episodes": episodes,
        "sources": {
            s.id: _rates(own) for s in es.sources if s.id in used and (own := es.reliability_of(s.id))
        },
        "clusters": {
            c.id: {"label": c.label or c.id, "correlation": stated(c.correlation)} for c in es.clusters
        },
        "readings": {r.id: reading_of(r) for r in es.readings},
    }


def _prior(es: EvidenceSet, episode: str) -> list[float]:
    prior = es.prior(episode)
    total = sum(prior.values())
    return [prior[name] / total for name in es.hypothesis_ids]


def _hypotheses(es: EvidenceSet) -> list[Plain]:
    short = short_names(es.hypotheses)
    return [_hypothesis(each, short[each.id]) for each in es.hypotheses]


def _hypothesis(each: Hypothesis, short: str) -> Plain:
    return {
        "id": each.id,
        "label": each.label,
        "short": short,
        "refusal": each.refusal_label or each.label,
        "statement": each.statement,
        "refusalStatement": each.refusal_statement or each.statement,
        "residual": each.residual,
    }


def _link(link: Link, pool: Pool) -> Plain:
    first = link.entries[0].of
    return filled(
        {
            "kind": _KINDS.get(link.kind, "item"),
            "group": link.group or link.id,
            "cluster": link.cluster,
            "agreement": stated(first.correlation) if link.kind == EVENT else None,  # type: ignore[union-attr]
            "entries": [pool.place(_entry(entry)) for entry in link.entries],
        }
    )


def _entry(entry: Entry) -> Plain:
    of = entry.of
    detection = getattr(of, "detection", None)
    by = getattr(of, "detection_by_hypothesis", {})
    return {
        "of": of.id,
        "role": _ROLES.get(entry.role, "item"),
        # a scenario that drops an item drops what any coding is conditional on it
        "given": sorted(of.conditional_on),
        "codings": {coder: coding_of(coding) for coder, coding in entry.codings.items()},
        **filled(
            {
                "absent": getattr(of, "found", "") == "absent",
                "denies": getattr(of, "denies", False),
                "source": entry.source,
                "detection": stated(detection) if detection else None,
                "detectionBy": {name: stated(value) for name, value in by.items()},
            }
        ),
    }


def coding_of(coding: Coding) -> Plain:
    """One judgement, as it was stated."""
    anchor = coding.reference_probability
    options = {
        option: {name: stated(value) for name, value in values.items()}
        for option, values in coding.options.items()
    }
    more = {
        "scale": coding.scale,
        "reference": coding.reference,
        "anchor": stated(anchor) if anchor else None,
        "reason": coding.reason,
        "cells": coding.cell_reasons,
    }
    return {"unit": str(coding.unit), "options": options, **filled(more)}


def reading_of(reading: Reading) -> Plain:
    """A reading in words, and the probability of each of its options."""
    words = {option: reading.in_words(option) for option in reading.options}
    return {"label": reading.label or reading.id, "options": reading.options, "words": words}


def _rates(rates: Reliability) -> Plain:
    denies = [stated(rates.denies.if_true), stated(rates.denies.if_false)] if rates.denies else None
    by = {name: _rates(each) for name, each in rates.by_hypothesis.items()}
    return {
        "hit": stated(rates.hit),
        "false": stated(rates.false_report),
        **filled({"denies": denies, "answers": rates.always_answers, "by": by}),
    }


def scales(es: EvidenceSet, entries: Iterable[Plain]) -> dict[str, dict[str, list[float]]]:
    """Verbal scales by name, the IPCC's among them: low, best and high of every term, also as the entries spell it."""
    known = {name: verbal_terms(es, name) or {} for name in ("ipcc", *(scale.id for scale in es.scales))}
    spelt = {name: dict(terms) for name, terms in known.items()}
    judged = (
        coding for entry in entries for coding in entry["codings"].values() if coding["unit"] == "verbal"
    )
    for coding in judged:
        scale = coding.get("scale", "ipcc")
        words = (str(word) for values in coding["options"].values() for word in values.values())
        spelt[scale].update({word: value for word in words if (value := term_in(known[scale], word))})
    return {
        name: {term: [v.lower, float(v.best), v.upper] for term, v in terms.items()}
        for name, terms in spelt.items()
    }
