"""What people read on the page: titles, paraphrases, citations, dates in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bayes_trace.evidence import Event, EvidenceSet, Item
from bayes_trace.evidence.dates import last_day
from bayes_trace.evidence.names import title_of
from bayes_trace.explore.numbers import filled
from bayes_trace.report.citation import Cited
from bayes_trace.report.text import day

__all__ = ["episode_texts", "frame", "item_texts", "source_labels"]

Plain = dict[str, Any]
_AUDIENCES = {"private": "private", "diplomatic": "diplomatic", "public": "public"}
#: characters of a source's name beside a slider
LABEL = 90


def frame(es: EvidenceSet, more: Iterable[EvidenceSet] = ()) -> Plain:
    """What is said of the whole set; scenarios may add episodes to its cases."""
    from importlib import metadata

    return {
        "format": 1,
        "id": es.id,
        "title": es.title,
        "question": es.question,
        "about": es.about,
        "licence": es.licence,
        "digest": es.digest,
        "version": metadata.version("bayes-trace"),
        "base": es.base_coder,
        "coders": [{"id": c.id, "label": c.label or c.id, "note": c.note} for c in _base_first(es)],
        "cases": _cases([es, *more]),
    }


def _cases(sets: list[EvidenceSet]) -> list[Plain]:
    """Cases in the order of the set, each with the episodes that it has under any assumptions."""
    found: dict[str, Plain] = {}
    for case in (case for each in sets for case in each.cases if case.episodes):
        record = found.setdefault(case.case, {"id": case.case, "label": case.label, "episodes": []})
        record["episodes"] += [each.id for each in case.episodes if each.id not in record["episodes"]]
    return list(found.values())


def _base_first(es: EvidenceSet) -> Iterator[Any]:
    by_id = {coder.id: coder for coder in es.coders}
    yield from (by_id[name] for name in es.coder_ids)


def episode_texts(
    es: EvidenceSet, briefs: dict[str, tuple[str, list[str]]], more: Iterable[EvidenceSet] = ()
) -> dict[str, Plain]:
    """Every episode in words, also those that scenarios add; `briefs` has verdict and sentences of those scored."""
    texts: dict[str, Plain] = {}
    for each in (es, *more):
        texts |= {name: text for name, text in _episodes(each, briefs).items() if name not in texts}
    return texts


def _episodes(es: EvidenceSet, briefs: dict[str, tuple[str, list[str]]]) -> dict[str, Plain]:
    return {
        name: {
            "label": each.label,
            "case": es.case_of[name].label,
            "date": day(each.date, short=True) if each.date else "",
            "outcome": each.outcome,
            "refusal": each.granted == "no",
            "transferred": each.transferred,
            "note": each.note,
            "verdict": briefs.get(name, ("", []))[0],
            "brief": briefs.get(name, ("", []))[1],
            **({} if each.scored else {"silent": each.not_scored or "Not scored."}),
        }
        for name, each in es.episodes.items()
    }


def item_texts(es: EvidenceSet, more: Iterable[EvidenceSet] = ()) -> dict[str, Plain]:
    """Every item and event of the set, and those that scenarios add, in words."""
    known: dict[str, Item | Event] = dict(es.coded)
    book = {each.id: each.text for each in es.codebook}
    for other in more:
        known |= {name: each for name, each in other.coded.items() if name not in known}
    items = {name: each for name, each in known.items() if isinstance(each, Item)}
    cited = Cited(es, more=items)
    return {name: _text(each, cited, book) for name, each in known.items()}


def _text(each: Item | Event, cited: Cited, book: dict[str, str]) -> Plain:
    implications = [["It bears on", book[name]] for name in each.implications if name in book]
    if isinstance(each, Event):
        plain = {"title": title_of(each), "text": each.label, "date": "", "sortDate": ""}
        return {**plain, "facts": implications, "citation": "", "references": []}
    source = cited.of(each.id)
    return {
        "title": title_of(each),
        "text": each.paraphrase,
        "date": day(each.date, short=True) if each.date else "undated",
        "sortDate": last_day(each.date) if each.date else "",
        "facts": [*_facts(each), *implications],
        "citation": source["in_text"],
        "references": source["references"],
        **filled({"excerpt": each.excerpt, "url": each.url}),
    }


def _facts(item: Item) -> list[list[str]]:
    """What is known of the document, each with its name."""
    known = [
        ("Said", day(item.statement_date, short=True) if item.statement_date else ""),
        ("Speaker", item.speaker),
        ("Author", item.author if item.author != item.speaker else ""),
        ("To", item.recipient),
        ("Audience", _AUDIENCES.get(item.audience or "", "")),
        ("Kind", item.kind),
        ("Written later", "after the decision, as a report of the time" if item.retrospective else ""),
        ("Searched", (item.search or "looked for and not found") if item.found == "absent" else ""),
        ("Says", "that it did not happen" if item.denies else ""),
        ("Original", item.original),
        ("Translation", item.translation),
        ("Excerpt", item.rights),
        ("Caution", item.ambiguity),
    ]
    return [[name, value] for name, value in known if value]


def source_labels(es: EvidenceSet, keys: Iterable[str]) -> dict[str, str]:
    """A name for each source that is weighed."""
    found = {}
    for key in dict.fromkeys(keys):
        source = es.source_by_key.get(key)
        title = str((source.csl if source else {}).get("title") or key)
        found[key] = title if len(title) <= LABEL else f"{title[: LABEL - 1].rstrip()}…"
    return found
