"""Sources in words: short in a ledger, whole in the list."""

from __future__ import annotations

from typing import Any

from bayes_trace.evidence import EvidenceSet, Item, Source
from bayes_trace.evidence.records import SourceReference

__all__ = ["cite", "reference"]

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def _names(people: list[dict[str, str]]) -> list[str]:
    return [person.get("literal") or person.get("family", "") for person in people]


def _full_names(people: list[dict[str, str]]) -> str:
    names = [
        person.get("literal") or ", ".join(filter(None, (person.get("family"), person.get("given"))))
        for person in people
    ]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _date(field: dict[str, Any] | None, *, year_only: bool = False) -> str:
    if not field:
        return "n.d."
    if "date-parts" not in field:
        return str(field.get("literal") or field.get("raw") or "n.d.")
    return "–".join(_day([int(part) for part in parts], year_only=year_only) for parts in field["date-parts"])


def _day(parts: list[int], *, year_only: bool) -> str:
    year, *rest = parts
    if year_only or not rest:
        return str(year)
    month = _MONTHS[rest[0] - 1]
    return " ".join([*(str(day) for day in rest[1:2]), month, str(year)])


def _short(source: Source) -> str:
    csl = source.csl
    who = _names(csl.get("author") or csl.get("editor") or [])
    name = (
        who[0]
        if len(who) == 1
        else f"{who[0]} and {who[1]}"
        if len(who) == 2
        else f"{who[0]} et al."
        if who
        else ""
    )
    archival = "archive" in csl
    date = _date(csl.get("issued"), year_only=not archival)
    if not name:
        name = str(csl.get("title-short") or csl.get("title") or csl.get("container-title") or source.id)
    return f"{name}, {date}" if archival else f"{name} {date}"


def cite(es: EvidenceSet, item: Item) -> str:
    """Short citation of an item's sources, with locator and footnote; says so where there is none."""
    by_key = {source.id: source for source in es.sources}
    references = [ref for ref in (item.source, *item.see_also) if ref]
    parts = [_with_locator(by_key[ref.key], ref) for ref in references if ref.key in by_key]
    note = f"n. {item.footnote}" if item.footnote else ""
    return "; ".join(filter(None, ["; ".join(parts) or "no source given", note]))


def _with_locator(source: Source, ref: SourceReference) -> str:
    return f"{_short(source)}, {ref.locator}" if ref.locator else _short(source)


def reference(source: Source) -> str:
    """The whole reference in one line, in the order author, title, place, date."""
    csl = source.csl
    title, inside = csl.get("title"), csl.get("container-title")
    volume = " ".join(
        filter(None, [str(csl.get("volume", "")), f"({csl['issue']})" if csl.get("issue") else ""])
    )
    parts = [
        _full_names(csl.get("author") or csl.get("editor") or []),
        f"“{title}”" if title and inside else f"*{title}*" if title else "",
        f"*{inside}* {volume}".strip() if inside else "",
        str(csl.get("publisher", "")),
        str(csl.get("archive", "")),
        str(csl.get("archive_collection", "")),
        str(csl.get("archive_location", "")),
        _date(csl.get("issued")),
        f"pp. {csl['page']}" if csl.get("page") else "",
        f"https://doi.org/{csl['DOI']}" if csl.get("DOI") else str(csl.get("URL", "")),
    ]
    return ", ".join(filter(None, parts)) + "."
