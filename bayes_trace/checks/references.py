"""Checks of citations: genres, numbers of documents, folders, pages, the same document twice."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from bayes_trace.checks.advice import Check, Finding
from bayes_trace.evidence import EvidenceSet, Source
from bayes_trace.evidence.csl import issued_day

__all__ = ["CHECKS"]

#: forms of documents, and the words that name each
_FORMS = {
    "memorandum": r"memo(?:randum|randa|s)?",
    "letter": r"letters?",
    "telegram": r"telegrams?|cables?",
    "airgram": r"airgrams?",
    "despatch": r"d[ei]spatch(?:es)?",
    "speech": r"speech(?:es)?",
    "interview": r"interviews?",
}
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}
_FRUS = re.compile(r"frus(\d{4})(?:-(\d{2}))?v(e?)(\d+)(?:p\d)?/d(\d+)")
_VOLUME = re.compile(r"(\d{4})(?:[-–](\d{4}))?, (E-)?([IVXL]+|\d+)\b")
_MONTH_DAY_YEAR = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{2})\b")
#: the decimal files of the State Department end in the date of their first paper: 790D.5-MSP/10-455
_DECIMAL = re.compile(r"/(\d{1,2})-(\d{1,2})(\d{2})\b")
_YEARS = re.compile(r"\b(1[89]\d\d|20\d\d)[-–](1[89]\d\d|20\d\d)\b")


def _forms(text: str) -> set[str]:
    return {form for form, words in _FORMS.items() if re.search(rf"\b(?:{words})\b", text, re.IGNORECASE)}


def _other_form(es: EvidenceSet) -> Iterator[Finding]:
    for item in es.items.values():
        source = es.source_by_key.get(item.source.key) if item.source else None
        called, genre = _forms(item.kind), str(source.csl.get("genre", "")) if source else ""
        if source and called and _forms(genre) and not called & _forms(genre):
            yield (
                ("items", item.id, "kind"),
                f"{item.kind!r}, but {source.id} has the genre {genre!r}; say what it is, and who wrote it to whom",
            )


def _number_of(source: Source) -> tuple[str, int] | None:
    """Volume and number of a document in a numbered edition."""
    number = re.fullmatch(r"Documents? (\d+)", str(source.csl.get("number", "")))
    volume = str(source.csl.get("volume", ""))
    return (
        (f"{source.csl.get('container-title', '')} {volume}", int(number[1])) if number and volume else None
    )


def _frus(es: EvidenceSet) -> Iterator[Finding]:
    volumes: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for source in es.sources:
        yield from (((("sources", source.id, key)), said) for key, said in _address(source))
        if found := _number_of(source):
            volumes[found[0]].append((found[1], issued_day(source.csl), source.id))
    for documents in volumes.values():
        yield from _out_of_order([each for each in sorted(documents) if each[1]])


def _address(source: Source) -> Iterator[tuple[str, str]]:
    """Number and volume as the address has them, against those that are stated."""
    found, address = _number_of(source), _FRUS.search(str(source.csl.get("URL", "")))
    if found and address and int(address[5]) != found[1]:
        yield (
            "URL",
            f"the address leads to document {address[5]}, the number says {found[1]}; open it and correct one",
        )
    volume = _VOLUME.match(str(source.csl.get("volume", "")))
    if volume and address:
        stated = (volume[1], _arabic(volume[4]), bool(volume[3]))
        if stated != (address[1], int(address[4]), bool(address[3])):
            yield "URL", f"the address leads to another volume than {volume[0]}; open it and correct one"
    day = issued_day(source.csl)
    if volume and day and not volume[1] <= day[:4] <= (volume[2] or volume[1]):
        yield (
            "issued",
            f"{day}, but the volume is of {volume[1]} to {volume[2] or volume[1]}; see the dateline",
        )


def _arabic(numeral: str) -> int:
    if numeral.isdigit():
        return int(numeral)
    values = [_ROMAN[letter] for letter in numeral]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))


def _out_of_order(documents: list[tuple[int, str, str]]) -> Iterator[Finding]:
    """A volume prints its documents by date, chapter by chapter."""
    for (low, early, first), (high, late, second) in itertools.pairwise(documents):
        if early[:7] > late[:7] and (len(early) > 4 or early[:4] > late[:4]) and len(late) > 4:
            yield (
                ("sources", first, "issued"),
                f"document {low} is dated {early}, but document {high} of the volume ({second}) {late}; see the dateline",
            )


def _folders(es: EvidenceSet) -> Iterator[Finding]:
    for source in es.sources:
        place, day = str(source.csl.get("archive_location", "")), issued_day(source.csl)
        for begun in _begun(place) if len(day) == len("1971-06-14") else ():
            if begun > day:
                yield (
                    ("sources", source.id, "archive_location"),
                    f"the folder begins on {begun}, but the document is of {day}; see the date, or the folder",
                )
        for first, last in _YEARS.findall(place) if day else ():
            if not first <= day[:4] <= last:
                message = f"the folder is of {first} to {last}, but the document of {day}; see the date, or the folder"
                yield (("sources", source.id, "archive_location"), message)


def _begun(place: str) -> list[str]:
    """Days on which the folders of a place begin: the earliest of those named, as one paper may lie in any."""
    days = [*_MONTH_DAY_YEAR.findall(place), *_DECIMAL.findall(place)]
    written = sorted(
        f"19{year}-{int(month):02d}-{int(day):02d}" for month, day, year in days if int(month) <= 12
    )
    return written[:1]


def _cited(es: EvidenceSet) -> Iterator[Finding]:
    yield from _twice(es)
    for item in es.items.values():
        for reference in filter(None, (item.source, *item.see_also)):
            source = es.source_by_key.get(reference.key)
            if re.search(r"\bibid\b", reference.locator, re.IGNORECASE):
                message = (
                    f"{reference.key}: “ibid.” names whatever stands before it; name the source and the page"
                )
                yield (("items", item.id, "source"), message)
            elif source and (off := _off_the_page(source, reference.locator)):
                yield (("items", item.id, "source"), off)
    for source in es.sources:
        if source.csl["type"] in ("dataset", "webpage") and not {"issued", "accessed"} & set(source.csl):
            message = "neither a date nor a day of access; what it holds changes, so say when it was asked, and what"
            yield (("sources", source.id, "accessed"), message)


def _off_the_page(source: Source, locator: str) -> str:
    """Why a page cannot be one of an article; empty where it can."""
    pages = re.match(r"pp?\. (\d+)(?:[-–](\d+))?", locator)
    whole = re.fullmatch(r"(\d+)[-–](\d+)", str(source.csl.get("page", "")))
    if not pages or not whole or int(whole[1]) <= int(pages[1]) <= int(whole[2]):
        return ""
    return f"{locator} of {source.id}, which stands on pp. {whole[1]}-{whole[2]}; give the page of the publication"


def _twice(es: EvidenceSet) -> Iterator[Finding]:
    alike: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for source in es.sources:
        csl = source.csl
        place = csl.get("archive_location") or csl.get("number") or csl.get("DOI") or csl.get("URL")
        who = tuple(sorted(str(each.get("family") or each.get("literal")) for each in csl.get("author", ())))
        if place and issued_day(csl):
            words = " ".join(sorted(re.findall(r"\w+", f"{csl.get('archive', '')} {place}".lower())))
            alike[issued_day(csl), who, str(csl.get("volume", "")), words].append(source.id)
    for first, *others in alike.values():
        if others:
            message = f"{', '.join(others)} has the same date, author and place; if it is one document, cite it once"
            yield (("sources", first), message)


CHECKS = (
    Check(
        "A45", "who wrote to whom depends on what kind of document it is", "Trachtenberg (2006)", _other_form
    ),
    Check("A46", "a number, an address and a dateline of one document agree", "Moravcsik (2014)", _frus),
    Check("A47", "a paper does not lie in a folder that begins after it", "Moravcsik (2014)", _folders),
    Check("A48", "a reader must be able to find the page, and find it once", "Moravcsik (2014)", _cited),
)
