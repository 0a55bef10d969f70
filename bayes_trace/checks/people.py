"""Checks of who spoke: offices at their dates, the side that an implication is of, the living and the dead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bayes_trace.checks.advice import Check, Finding
from bayes_trace.checks.timeline import said_on
from bayes_trace.evidence import Actor, Chronicle, EvidenceSet, Item
from bayes_trace.evidence.dates import first_day, last_day

__all__ = ["CHECKS"]


def _titles(chronicle: Chronicle) -> list[str]:
    """Titles of all offices, longer ones first, so that a vice premier is no premier."""
    titles = {office.title for actor in chronicle.actors for office in actor.offices}
    return sorted(titles, key=lambda title: (-len(title), title))


def _title_in(text: str, titles: list[str]) -> str:
    """The title that a text gives; empty where it gives none."""
    return next((title for title in titles if re.search(rf"\b{re.escape(title)}\b", text, re.IGNORECASE)), "")


def _spoken_on(item: Item) -> list[str]:
    """When somebody may have spoken: a statement date that spans years may be of facts in a later document."""
    words = item.statement_date or ""
    spans = first_day(words)[:4] < last_day(words)[:4] if words else False
    return [date for date in (words, item.date or "" if spans or not words else "") if date]


def _offices(es: EvidenceSet) -> Iterator[Finding]:
    titles = _titles(es.chronicle)
    for item in es.items.values():
        dates = _spoken_on(item)
        for key in ("speaker", "author", "recipient") if dates else ():
            text = getattr(item, key)
            title = _title_in(text, titles)
            for actor in es.chronicle.named_in(text) if title else ():
                if not any(
                    o.title.lower() == title.lower() and any(map(o.held, dates)) for o in actor.offices
                ):
                    held = ", ".join(o.title for o in actor.offices if any(map(o.held, dates)))
                    yield (
                        ("items", item.id, key),
                        f"{actor.name} is called {title} on {dates[0]}; offices then: {held or 'none listed'}. See the "
                        "date, or the person",
                    )


def _dead(es: EvidenceSet) -> Iterator[Finding]:
    for item in es.items.values():
        for actor in es.chronicle.named_in(f"{item.paraphrase} {item.speaker}") if said_on(item) else ():
            if actor.died is None:
                continue
            dead = actor.died < first_day(said_on(item))
            if re.search(r"\bthe late\b", item.paraphrase) and not dead:
                message = f"{actor.name} is called late on {said_on(item)}, but died on {actor.died}"
                yield (("items", item.id, "paraphrase"), f"{message}; the words are of later")
            elif dead and actor in es.chronicle.named_in(item.speaker):
                message = f"{actor.name}, who died on {actor.died}, speaks on {said_on(item)}"
                yield (("items", item.id, "speaker"), f"{message}; see the date, or the person")


def _people(es: EvidenceSet) -> Iterator[Finding]:
    yield from _offices(es)
    yield from _dead(es)


def _countries_in(chronicle: Chronicle, text: str) -> set[str]:
    """Countries that the words of a text name."""
    return {
        country.id
        for country in chronicle.countries
        if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in (country.id, *country.also))
    }


def _home(chronicle: Chronicle, actors: list[Actor], text: str) -> str:
    """The country for which one speaks: of the person, or of the one country that is named; empty if unknown."""
    countries = {actor.country for actor in actors if actor.country} or _countries_in(chronicle, text)
    return next(iter(countries)) if len(countries) == 1 else ""


def _claimed(es: EvidenceSet, item: Item, sides: Mapping[str, str]) -> dict[str, set[str]]:
    """Codes of an item that belong to a side -> countries of that side in the cases it bears on."""
    cases = {es.case_of[name].case: es.case_of[name] for name in item.episodes if name in es.case_of}
    found: dict[str, set[str]] = {}
    for code in item.implications:
        countries = {{**es.sides, **case.sides}.get(sides.get(code) or "", "") for case in cases.values()} - {
            ""
        }
        if countries:
            found[code] = countries
    return found


def _wrong_side(es: EvidenceSet) -> Iterator[Finding]:
    sides = {each.id: each.said_by for each in es.codebook if each.said_by}
    partners = {name for case in es.cases for name in case.sides.values()}
    for item in es.items.values():
        claimed = _claimed(es, item, sides)
        text = item.speaker
        home = _home(es.chronicle, es.chronicle.named_in(text), text) if claimed and text else ""
        wrong = [code for code, countries in claimed.items() if home and home not in countries]
        if wrong:
            expected = ", ".join(sorted(set.union(*(claimed[code] for code in wrong))))
            yield (
                ("items", item.id, "implications"),
                f"{', '.join(wrong)} is of {expected}, but {text} speaks for {home}; change the code, or the speaker",
            )
        yield from _other_title(es, item, {name for names in claimed.values() for name in names} & partners)


def _other_title(es: EvidenceSet, item: Item, own: set[str]) -> Iterator[Finding]:
    """The document's own title names another country, and not the one whose words these are to be."""
    source = es.source_by_key.get(item.source.key) if item.source else None
    named = (
        _countries_in(es.chronicle, str(source.csl.get("title", ""))) - set(es.sides.values())
        if source
        else set()
    )
    if own and named and source and not own & named:
        yield (
            ("items", item.id, "source"),
            f"the title of {source.id} speaks of {', '.join(sorted(named))}, and not of {', '.join(sorted(own))}; read who "
            "speaks there",
        )


CHECKS = (
    Check("A43", "a person is told by the office held on the day", "Trachtenberg (2006)", _people),
    Check(
        "A44",
        "an implication of one side is shown by that side's words or deeds",
        "Thies (2002)",
        _wrong_side,
    ),
)
