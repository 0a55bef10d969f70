"""Checks of order in time: sources against what they are cited for, causes before effects, words and their compilation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bayes_trace.checks.advice import Check, Finding, documents
from bayes_trace.evidence import EvidenceSet, Item
from bayes_trace.evidence.csl import issued_day
from bayes_trace.evidence.dates import first_day, last_day

__all__ = ["CHECKS", "said_on"]

#: months between words and the paper that holds them, beyond which somebody compiled it
MONTHS = 3


def said_on(item: Item) -> str:
    """The date of an item's words: its own, or that of the document; empty where neither is known."""
    return item.statement_date or item.date or ""


def _too_old(es: EvidenceSet) -> Iterator[Finding]:
    """A document cannot tell what came after it; an author's own sentence names its documents only beside."""
    for item in es.items.values():
        told = (item.cited_for or item.statement_date or "") if item.source else ""
        for reference in (item.source, *item.see_also) if told else ():
            source = es.source_by_key.get(reference.key) if reference else None
            day = issued_day(source.csl) if source else ""
            end = told.rsplit("/", 1)[-1]
            if source and day and day[: len(end)] < end:
                yield (
                    ("items", item.id, "source"),
                    f"{source.id} is of {day} and is cited for {told}; cite what could know it, or say what it does show",
                )


def _answers_too_early(es: EvidenceSet) -> Iterator[Finding]:
    dates = {
        **{e.id: e.date or "" for e in es.episodes.values()},
        **{i.id: said_on(i) for i in es.items.values()},
    }
    for item in es.items.values():
        for name in item.answers:
            if dates.get(name) and said_on(item) and last_day(said_on(item)) < first_day(dates[name]):
                yield (
                    ("items", item.id, "answers"),
                    f"of {said_on(item)}, before {name} ({dates[name]}), which it is to answer; one of the dates is "
                    "wrong, or it answers something else",
                )


def _first_by_code(es: EvidenceSet) -> dict[str, dict[str, tuple[str, str]]]:
    """Episode -> implication -> date and id of the earliest item that has it."""
    found: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for item, episode in documents(es):
        if (date := said_on(item)) and item.kind != "uncited assertion":
            for code in item.implications:
                old = found[episode].get(code)
                if old is None or first_day(date) < first_day(old[0]):
                    found[episode][code] = (date, item.id)
    return found


def _effect_first(es: EvidenceSet) -> Iterator[Finding]:
    """On one episode the earliest of what follows comes before the earliest of what it is to follow."""
    follows = {each.id: each.follows for each in es.codebook if each.follows}
    for episode, codes in _first_by_code(es).items():
        said: dict[tuple[str, str], list[str]] = defaultdict(list)
        for code in follows.keys() & codes.keys():
            for cause in follows[code]:
                if cause in codes and last_day(codes[code][0]) < first_day(codes[cause][0]):
                    said[codes[code][1], codes[cause][1]].append(f"{code} after {cause}")
        for (effect, cause), broken in said.items():
            days = said_on(es.items[effect]), said_on(es.items[cause])
            yield (
                ("episodes", episode),
                f"{effect} ({days[0]}) comes before {cause} ({days[1]}), but the codebook has {', '.join(sorted(broken))}; "
                "see whether a date is wrong, or whether the one was an answer at all",
            )


def _after_the_decision(es: EvidenceSet) -> Iterator[Finding]:
    """A cause that goes on after its effect, which the flag ``retrospective`` does not excuse."""
    causes = {each.id for each in es.codebook if each.before_decision}
    for item, name in documents(es):
        told, decided = item.statement_date, es.episodes[name].date
        if told and decided and causes & set(item.implications) and last_day(told) > last_day(decided):
            yield (
                ("items", item.id, "statement_date"),
                f"tells of {told}, which goes on after {name} ({decided}); name what lay before it, or drop the item there",
            )


def _compiled(es: EvidenceSet) -> Iterator[Finding]:
    seen = set()
    for item, _ in documents(es):
        words, paper = item.statement_date, item.date
        late = (
            words and paper and not item.retrospective and _months(last_day(words), first_day(paper)) > MONTHS
        )
        if late and item.id not in seen:
            seen.add(item.id)
            yield (
                ("items", item.id, "statement_date"),
                f"words of {words} in a paper of {paper}: whoever compiled it spoke too; cite the record of the time, or "
                "flag it retrospective",
            )


def _months(earlier: str, later: str) -> int:
    (y1, m1), (y2, m2) = ((int(day[:4]), int(day[5:7])) for day in (earlier, later))
    return 12 * (y2 - y1) + m2 - m1


def _order(es: EvidenceSet) -> Iterator[Finding]:
    for find in (_answers_too_early, _effect_first, _after_the_decision):
        yield from find(es)


CHECKS = (
    Check("A40", "a source cannot tell what came after it", "Trachtenberg (2006)", _too_old),
    Check(
        "A41",
        "a cause comes before its effect, a claim before what answers it",
        "Beach and Pedersen (2019)",
        _order,
    ),
    Check(
        "A42", "words and the paper that holds them have two dates and two authors", "Thies (2002)", _compiled
    ),
)
