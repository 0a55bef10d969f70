"""Checks of what is claimed: decisions, quantities, amounts, legal acts, contradictions, words that are quoted."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from bayes_trace.checks.advice import Check, Finding, documents
from bayes_trace.evidence import Act, EvidenceSet, Item

__all__ = ["CHECKS"]

_DECIDED = re.compile(
    r"\b(?:approved|agreed|decided|authori[sz]ed|granted|consented|refused|rejected)\b", re.IGNORECASE
)
_MANY = re.compile(
    r"\b(?:each|every|always|repeated(?:ly)?|frequent(?:ly)?|often|again and again)\b", re.IGNORECASE
)
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TIMES = re.compile(rf"\b({'|'.join(_NUMBERS)}) (?:times|requests|occasions)\b", re.IGNORECASE)
_AMOUNT = re.compile(r"\b\d[\d.,]*(?= (?:million|billion))")
_YEAR = re.compile(r"\b(?:1[89]\d\d|20\d\d)\b")
_PRICES = re.compile(r"\b(?:nominal|current|constant|prices|deflated)\b", re.IGNORECASE)
#: letters after the name of an act in which its year may stand
NEAR = 24


def _recommended(es: EvidenceSet) -> Iterator[Finding]:
    """A paper to somebody who decides is no decision."""
    titles = {
        office.title.lower() for actor in es.chronicle.actors for office in actor.offices if office.decides
    }
    for item in es.items.values():
        to_whom = next((title for title in sorted(titles) if title in item.recipient.lower()), "")
        said = _DECIDED.search(item.paraphrase)
        if to_whom and said:
            yield (
                ("items", item.id, "recipient"),
                f"addressed to the {to_whom}, who decides, and yet cited for what was {said[0].lower()}; such a paper "
                "recommends, so cite the decision",
            )


def _papers_of(es: EvidenceSet, item: Item) -> int:
    """Documents behind an item: its own, and those of what it sums up."""
    own = {reference.key for reference in (item.source, *item.see_also) if reference}
    for name in item.package:
        member = es.items.get(name)
        own |= (
            {reference.key for reference in (member.source, *member.see_also) if reference}
            if member
            else set()
        )
    return len(own)


def _more_than_cited(es: EvidenceSet) -> Iterator[Finding]:
    for item in es.items.values():
        papers, times, many = (
            _papers_of(es, item),
            _TIMES.search(item.paraphrase),
            _MANY.search(item.paraphrase),
        )
        least = _NUMBERS.index(times[1].lower()) + 2 if times else 2
        said = times or many
        if said and papers < least:
            yield (
                ("items", item.id, "paraphrase"),
                f"says {said[0].lower()!r} and cites {papers} document{'' if papers == 1 else 's'}; list the instances, or "
                "say what the document shows",
            )


def _amounts(es: EvidenceSet) -> Iterator[Finding]:
    clusters: dict[str, dict[str, str]] = defaultdict(dict)
    for item in es.items.values():
        text = item.paraphrase
        amounts, years = _AMOUNT.findall(text), set(_YEAR.findall(text))
        if len(amounts) > 1 and len(years) > 1 and not _PRICES.search(text):
            yield (
                ("items", item.id, "paraphrase"),
                f"compares amounts of {' and '.join(sorted(years))} without saying in which prices; deflate them, or "
                "call them nominal",
            )
        if amounts and item.cluster:
            clusters[item.cluster][item.id] = text.lower()
    for cluster, texts in clusters.items():
        sold, handed = ([i for i, t in texts.items() if word in t] for word in ("sales", "deliver"))
        if sold and handed and set(sold) != set(handed):
            message = (
                f"{', '.join(sold)} counts sales and {', '.join(handed)} deliveries; they are no one series"
            )
            yield (("clusters", cluster), message)


def _acts(es: EvidenceSet) -> Iterator[Finding]:
    for act in es.chronicle.acts:
        names = "|".join(re.escape(name) for name in (act.name, *act.also))
        known = {act.date[:4], *([act.ended[:4]] if act.ended else [])}
        for case in es.cases:
            for item in case.items if not act.cases or case.case in act.cases else ():
                yield from _of_act(item, act, names, known)


def _of_act(item: Item, act: Act, names: str, known: set[str]) -> Iterator[Finding]:
    text = item.paraphrase
    for found in re.finditer(rf"\b(?:{names})\b([^.;]{{0,{NEAR}}}?)({_YEAR.pattern})", text, re.IGNORECASE):
        if found[2] not in known and not _YEAR.search(found[1]):
            until = f", ended {act.ended}" if act.ended else ""
            message = f"{found[2]} for {act.name}, which is of {act.date}{until}; correct the year, or name the act meant"
            yield (("items", item.id, "paraphrase"), message)
    if act.one_sided and re.search(rf"\b(?:sign|ratif)\w*\b[^.;]*\b(?:{names})\b", text, re.IGNORECASE):
        message = f"{act.name} is an act of one side, and is passed, not signed by two"
        yield (("items", item.id, "paraphrase"), message)


def _contradictions(es: EvidenceSet) -> Iterator[Finding]:
    against = {(each.id, other) for each in es.codebook for other in each.contradicts}
    held: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for item, episode in documents(es):
        for code in item.implications:
            held[episode][code].append(item.id)
    for episode, codes in held.items():
        for one, other in sorted(against):
            first = [name for name in codes.get(one, ()) if name not in codes.get(other, ())]
            second = [name for name in codes.get(other, ()) if name not in codes.get(one, ())]
            if first and second:
                yield (
                    ("episodes", episode),
                    f"{', '.join(first)} has {one} and {', '.join(second)} {other}, which contradict each other; say "
                    "which is to be believed, or make the fact a reading",
                )
    yield from _sums(es)


def _sums(es: EvidenceSet) -> Iterator[Finding]:
    """What sums up others says of all what one of them contradicts."""
    other = {"yes": {"no"}, "no": {"yes", "part"}}
    for episode in es.episodes.values():
        parts = [es.episodes[name] for name in episode.aggregate_of if name in es.episodes]
        unlike = [part.id for part in parts if part.granted in other.get(episode.granted, ())]
        if unlike:
            message = f"{episode.granted!r}, but of its parts {', '.join(unlike)} says otherwise; write part"
            yield (("episodes", episode.id, "granted"), message)


def _plain_words(text: str) -> list[str]:
    """Words without case, marks, brackets of the editor and joints at line ends."""
    return re.findall(r"\w+", re.sub(r"[\[\]]|(?<=\w)-\s*\n\s*", "", text).casefold())


def _misquoted(es: EvidenceSet) -> Iterator[Finding]:
    for item in es.items.values():
        quoted, printed = _plain_words(item.excerpt), _plain_words(item.original)
        here = any(printed[n : n + len(quoted)] == quoted for n in range(len(printed) - len(quoted) + 1))
        if quoted and printed and not here:
            message = f"“{item.excerpt}”, but the original has “{item.original}”; quote what stands there"
            yield (("items", item.id, "excerpt"), message)


CHECKS = (
    Check("A49", "a recommendation is not a decision", "Trachtenberg (2006)", _recommended),
    Check(
        "A50",
        "a claim of many instances is as good as the instances cited",
        "Lustick (1996)",
        _more_than_cited,
    ),
    Check(
        "A51", "amounts of different years, or of different things, make no series", "house rule", _amounts
    ),
    Check("A52", "a legal act has a date, and parties", "house rule", _acts),
    Check(
        "A53",
        "two items that cannot both hold are not two pieces of evidence",
        "Thies (2002)",
        _contradictions,
    ),
    Check("A54", "words in quotation marks are those of the document", "Moravcsik (2014)", _misquoted),
)
