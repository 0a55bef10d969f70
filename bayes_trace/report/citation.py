"""Sources in words: short in a ledger, whole in the list."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Any

from bayes_trace.evidence import EvidenceSet, Item, Source
from bayes_trace.evidence.sources import SourceReference
from bayes_trace.report.text import escape, spell

__all__ = ["cite", "csl_items", "key_citation", "method_sources", "reference", "short"]

#: types whose short citation needs no more than the year
_BY_YEAR = ("article-journal", "book", "chapter", "dataset", "report", "thesis", "webpage")


@cache
def method_sources() -> dict[str, Source]:
    """Works on method that a report cites, by key.

    Examples
    --------
    >>> list(method_sources())
    ['enfsi2015', 'good1985', 'vanevera1997']
    """
    text = resources.files("bayes_trace.report").joinpath("templates/methods.json").read_text("utf-8")
    return {each["id"].removeprefix("method."): Source.model_validate(each) for each in json.loads(text)}


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
    ends = [[int(part) for part in parts] for parts in field["date-parts"]]
    day = "–".join(spell(end[:1] if year_only else end) for end in ends)
    return f"c. {day}" if field.get("circa") else day


def short(source: Source) -> str:
    """Author and date, the day for what has one.

    Examples
    --------
    >>> short(method_sources()["good1985"])
    'Good 1985'
    """
    csl = source.csl
    who = _names(csl.get("author") or csl.get("editor") or [])
    dated = csl["type"] not in _BY_YEAR
    date = _date(csl.get("issued"), year_only=not dated)
    title = csl.get("title-short") or csl.get("title") or csl.get("container-title") or source.id
    name = _shortened(who) if who else f"“{title}”"
    return f"{name}, {date}" if dated or not who else f"{name} {date}"


def _shortened(who: list[str]) -> str:
    return f"{who[0]} et al." if len(who) > 2 else " and ".join(who)


def cite(es: EvidenceSet, item: Item) -> str:
    """Short citation of an item's sources, with locator and footnote; says so where there is none.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    >>> cite(table, table.items["memo"])
    'no source given'
    """
    by_key = {source.id: source for source in es.sources}
    parts = [escape(_with_locator(by_key[ref.key], ref)) for ref in _references(es, item)]
    note = f"n. {escape(item.footnote)}" if item.footnote else ""
    return "; ".join(filter(None, ["; ".join(parts) or "no source given", note]))


def _references(es: EvidenceSet, item: Item) -> list[SourceReference]:
    known = {source.id for source in es.sources}
    return [ref for ref in (item.source, *item.see_also) if ref and ref.key in known]


def _with_locator(source: Source, ref: SourceReference) -> str:
    return f"{short(source)}, {ref.locator}" if ref.locator else short(source)


def key_citation(es: EvidenceSet, item: Item) -> str:
    r"""The same for a citation processor, in Pandoc's syntax: keys instead of names.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    >>> key_citation(table, table.items["memo"])
    '\\[no source given\\]'
    """
    note = f"n. {_inside(item.footnote)}" if item.footnote else ""
    keyed = [_keyed(ref) for ref in _references(es, item)]
    if not keyed:
        return rf"\[{'; '.join(filter(None, ['no source given', note]))}\]"
    return f"[{'; '.join(keyed)}{rf'\; {note}' if note else ''}]"


def _keyed(ref: SourceReference) -> str:
    return f"@{{{ref.key}}}" + (f", {_inside(ref.locator)}" if ref.locator else "")


def _inside(text: str) -> str:
    """Words inside a citation, where a semicolon would start the next one."""
    return escape(text).replace(";", r"\;")


def csl_items(es: EvidenceSet) -> list[dict[str, Any]]:
    """The sources, and the works on method, in CSL-JSON as styles print them best.

    A volume in words, or a number that names itself, as documentary editions have them
    (``1969-1976, XVII``, ``Document 92``), goes with the title of the edition: styles expect bare
    numbers there and would print *Document Document 92*.
    """
    return [_folded(source.csl) for source in (*es.sources, *method_sources().values())]


def _folded(csl: dict[str, Any]) -> dict[str, Any]:
    # a note to oneself is no part of a reference
    kept = {key: value for key, value in csl.items() if key not in ("note", "annote", "abstract")}
    inside = str(kept.get("container-title", ""))
    for key in ("volume", "number"):
        stated = str(kept.get(key, ""))
        if inside and " " in stated:
            inside = f"{inside}, {stated}"
            del kept[key]
    return {**kept, "container-title": _ranged(inside)} if inside else kept


def _ranged(text: str) -> str:
    """Years from-to with the dash of print."""
    return re.sub(r"(?<=\b\d{4})-(?=\d{2,4}\b)", "–", text)


def reference(source: Source) -> str:
    """The whole reference in one line, in the order author, title, place, date.

    Examples
    --------
    >>> from bayes_trace.evidence import Source
    >>> reference(Source(id="a", type="book", title="On Arms", author=[{"literal": "Ann"}], publisher="OUP"))
    'Ann, *On Arms*, OUP, n.d.'
    """
    csl = _folded(source.csl)
    title, inside = (escape(str(csl.get(key, ""))) for key in ("title", "container-title"))
    issue = f"({csl['issue']})" if csl.get("issue") else ""
    volume = " ".join(filter(None, [str(csl.get("volume", "")), issue]))
    plain = [csl.get(key, "") for key in ("publisher", "archive", "archive_collection", "archive_location")]
    parts = [
        escape(_full_names(csl.get("author") or csl.get("editor") or [])),
        f"“{title}”" if title and (inside or "archive" in csl) else f"*{title}*" if title else "",
        f"*{inside}* {volume}".strip() if inside else "",
        *(escape(str(each)) for each in plain),
        _date(csl.get("issued")),
        _pages(str(csl.get("page", ""))),
        f"<https://doi.org/{csl['DOI']}>" if csl.get("DOI") else _address(csl.get("URL")),
    ]
    line = ", ".join(filter(None, parts))
    return line if line.endswith(".") else f"{line}."


def _pages(page: str) -> str:
    sign = "p." if page.isalnum() else "pp."
    return f"{sign} {escape(page.replace('-', '–'))}" if page else ""


def _address(url: str | None) -> str:
    return f"<{url}>" if url else ""
