"""Checks of documents: dates, sources, absence, repetition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bayes_trace.checks.advice import (
    Check,
    Finding,
    base_codings,
    best_db,
    cluster_of,
    coded_items,
    documents,
    spread_db,
)
from bayes_trace.evidence import EvidenceSet, Reliability
from bayes_trace.evidence.coded import home_of
from bayes_trace.evidence.dates import last_day

__all__ = ["CHECKS"]

UNCITED_DB = 3.0


def _anachronisms(es: EvidenceSet) -> Iterator[Finding]:
    for item, name in documents(es):
        episode = es.episodes[name]
        if not item.date or not episode.date or item.retrospective:
            continue
        first_day = item.date.split("/")[0]
        if first_day > last_day(episode.date):
            yield (
                ("items", item.id, "date"),
                f"dated {item.date}, after {name} ({episode.date}); "
                "correct the date, flag it retrospective, or drop it there",
            )


def _restatements(es: EvidenceSet) -> Iterator[Finding]:
    seen = set()
    for item, _, coding in base_codings(es):
        said = es.restated(item)
        if said and item.id not in seen and spread_db(best_db(es, item, coding)) > 0:
            seen.add(item.id)
            yield (
                home_of(item),
                f"restates the {', '.join(sorted(said))} but discriminates between hypotheses; "
                "see the scenario outcome_free, or code it with equal likelihoods",
            )


def _shared_documents(es: EvidenceSet) -> Iterator[Finding]:
    links: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for item, episode, coding in coded_items(es):
        if item.source:
            links[episode, item.source.key][item.id] = cluster_of(item, coding)
    for clusters in links.values():  # what is coded given another of them is no second witness
        for name in [name for name in clusters if es.items[name].conditional_on & clusters.keys()]:
            del clusters[name]
    for (episode, key), clusters in links.items():
        if len(clusters) > 1 and (len(set(clusters.values())) > 1 or "" in clusters.values()):
            yield (
                ("episodes", episode),
                f"{', '.join(clusters)} come from one document ({key}) but are not in one "
                "cluster; put them in a cluster, or code one given the other",
            )


def _uncertain(reliability: Reliability) -> bool:
    own = (reliability, *reliability.by_hypothesis.values())
    return any(value.is_range for each in own for value in (each.hit, each.false_report))


def _reliabilities(es: EvidenceSet) -> Iterator[tuple[str, Reliability]]:
    for source in es.sources:
        stated = source.reliability or es.reliability_grades.get(source.grade or "")
        if stated:
            yield source.id, stated


def _discounted_twice(es: EvidenceSet) -> Iterator[Finding]:
    uncertain = {key for key, reliability in _reliabilities(es) if _uncertain(reliability)}
    discounted = {cluster.id for cluster in es.clusters if cluster.correlation.upper > 0}
    members: dict[tuple[str, str], set[str]] = defaultdict(set)
    for item, _, coding in coded_items(es):
        cluster = cluster_of(item, coding)
        if item.source and item.source.key in uncertain and cluster in discounted:
            members[item.source.key, cluster].add(item.id)
    for (key, cluster), items in members.items():
        if len(items) > 1:
            yield (
                ("sources", key, "reliability"),
                f"{', '.join(sorted(items))} share this uncertain source and the cluster {cluster}; "
                "keep only one of the two discounts",
            )


def _useless_sources(es: EvidenceSet) -> Iterator[Finding]:
    for key, reliability in _reliabilities(es):
        for name, each in (("", reliability), *reliability.by_hypothesis.items()):
            hit, false_report = float(each.hit.best), float(each.false_report.best)
            if hit <= false_report:
                under = f" under {name}" if name else ""
                yield (
                    ("sources", key, "reliability"),
                    f"hit {hit:g} is no higher than false report {false_report:g}{under}; "
                    "its reports carry no information, or point the other way",
                )


def _uncited(es: EvidenceSet) -> Iterator[Finding]:
    seen = set()
    for item, _, coding in coded_items(es):
        weight = spread_db(best_db(es, item, coding))
        if item.source is None and weight > UNCITED_DB and item.id not in seen:
            seen.add(item.id)
            yield (
                ("items", item.id),
                f"no source, but {weight:.1f} dB between hypotheses; cite one, or reduce the weight to {UNCITED_DB:g} dB",
            )


def _unsearched(es: EvidenceSet) -> Iterator[Finding]:
    seen = set()
    for item, _ in documents(es):
        claims = item.found == "absent" or "absence" in item.kind.lower()
        if claims and not item.search and item.id not in seen:
            seen.add(item.id)
            yield (
                ("items", item.id, "search"),
                "claims an absence without a search record; say what was searched",
            )


CHECKS = (
    Check(
        "A01", "a later document cannot have caused a decision", "Bennett and Checkel (2015)", _anachronisms
    ),
    Check(
        "A02",
        "the outcome and the conditions are given; counting them again as evidence is circular",
        "Fairfield and Charman (2022)",
        _restatements,
    ),
    Check("A03", "one document is one witness", "Befani (2021); Zaks (2021)", _shared_documents),
    Check(
        "A04",
        "a shared reliability already makes the reports of one source dependent",
        "Schum (1994)",
        _discounted_twice,
    ),
    Check("A05", "a report is worth at most hit : false report", "Schum (1994)", _useless_sources),
    Check("A10", "an assertion without a source is the author's view, not evidence", "Zaks (2021)", _uncited),
    Check(
        "A11",
        "not finding something says little unless one looked where it would be",
        "Gonzalez-Ocantos and LaPorte (2021)",
        _unsearched,
    ),
)
