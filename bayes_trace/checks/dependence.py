"""Checks of dependence: chains of conditioning, clusters, witnesses to one event."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Container, Iterator

from bayes_trace.checks.advice import (
    Check,
    Finding,
    base_codings,
    best_db,
    cluster_of,
    coded_items,
    spread_db,
)
from bayes_trace.evidence import Coding, Event, EvidenceSet, Item
from bayes_trace.evidence.coded import home_of

__all__ = ["CHECKS"]


def _given(coded: Item | Event, coding: Coding) -> list[str]:
    return list(dict.fromkeys((*coded.given, *coding.given)))


def _nearest(es: EvidenceSet, name: str, here: Container[str]) -> list[str]:
    """What an item or event is coded given, through others that are not here, as far as what is."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        new = {each for each in es.coded[waiting.pop()].conditional_on if each in es.coded} - seen
        seen |= new
        waiting.extend(each for each in new if each not in here)
    return sorted(each for each in seen if each in here)


def _cut_chains(es: EvidenceSet) -> Iterator[Finding]:
    """On one episode: c given b given a, where b does not bear on it."""
    here: dict[str, set[str]] = defaultdict(set)
    for coded, episode, _ in base_codings(es):
        here[episode].add(coded.id)
    known: dict[tuple[str, str], list[str]] = {}
    for coded, episode, coding in base_codings(es):
        for middle in _given(coded, coding):
            if middle not in es.coded or middle in here[episode]:
                continue
            if (middle, episode) not in known:
                known[middle, episode] = _nearest(es, middle, here[episode])
            if cut := known[middle, episode]:
                yield (
                    (*home_of(coded), "given"),
                    f"is coded given {middle}, which does not bear on {episode}, so its link to {', '.join(cut)} "
                    f"is broken there; name {cut[0]} as well, or let {middle} bear on {episode}",
                )


def _given_in_cluster(es: EvidenceSet) -> Iterator[Finding]:
    discounted = {cluster.id for cluster in es.clusters if cluster.correlation.upper > 0}
    clusters = {(coded.id, episode): cluster_of(coded, coding) for coded, episode, coding in base_codings(es)}
    seen = set()
    for coded, episode, coding in base_codings(es):
        cluster = cluster_of(coded, coding)
        for other in _given(coded, coding):
            twice = cluster in discounted and clusters.get((other, episode)) == cluster
            if twice and (coded.id, other) not in seen:
                seen.add((coded.id, other))
                yield (
                    (*home_of(coded), "given"),
                    f"is coded given {other} and shares the cluster {cluster} with it; keep only one of the two discounts",
                )


def _twins(es: EvidenceSet) -> Iterator[Finding]:
    """Different sources, the same date, the same likelihoods: perhaps two witnesses to one event."""
    alike: dict[str, dict[str, str]] = defaultdict(dict)
    for item, episode, coding in coded_items(es):
        separates = spread_db(best_db(es, item, coding)) > 0
        if item.source and item.date and item.reading is None and separates and not cluster_of(item, coding):
            values = coding.model_dump(mode="json", include={"unit", "values", "reference"})
            key = json.dumps([episode, item.statement_date or item.date, item.found, values], sort_keys=True)
            alike[key][item.id] = item.source.key
    said: set[tuple[str, ...]] = set()
    for items in alike.values():
        if len(set(items.values())) > 1 and tuple(items) not in said:
            said.add(tuple(items))
            first, *others = items
            yield (
                ("items", first),
                f"{', '.join(others)} from another source has the same date and the same likelihoods; if they report "
                "the same thing, make it an event with one report each",
            )


CHECKS = (
    Check(
        "A19",
        "a broken chain of conditioning leaves its last link conditional on a missing item",
        "chain rule",
        _cut_chains,
    ),
    Check(
        "A20",
        "what is coded given another item is already discounted",
        "Fairfield and Charman (2022)",
        _given_in_cluster,
    ),
    Check("A21", "two witnesses to one event are not two events", "Schum (1994)", _twins),
)
