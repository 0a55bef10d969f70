"""BibTeX as text: what its entries say, and what Pandoc would make something else of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bayes_trace.evidence.circles import in_circles
from bayes_trace.evidence.csl import date_of
from bayes_trace.files.bibliography.tex import ASIDE, escaped, in_signs, plain_address

__all__ = ["Said", "as_said", "faults", "for_pandoc", "left_out", "what_is_said"]

#: the fields of one entry as they are written, in their order
Said = list[tuple[str, str]]

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
#: a value with no more than single braces in it, and several joined by #
_TEXT = r'(?:\{(?:[^{}]|\{[^{}]*\})*\}|"[^"]*")'
_PART = rf"(?:{_TEXT}|[\w.]+)"
_MONTH = re.compile(rf"\bmonth\s*=\s*({_PART}(?:\s*#\s*{_PART})*)", re.IGNORECASE)
#: where BibLaTeX would split at an and, as in Chapman and Hall, or London and New York
_ONE = re.compile(
    rf"(\b(?:publisher|institution|organization|school|address|location)\s*=\s*)({_TEXT})", re.IGNORECASE
)
_PEOPLE = frozenset(
    {"author", "editor", "translator", "bookauthor", "commentator", "introduction", "foreword"}
)
#: what must not be lost -> where it stands in CSL
_KEPT = {
    **{name: name for name in ("title", "author", "editor", "publisher", "note")},
    **dict.fromkeys(("journal", "journaltitle"), "container-title"),
}
#: kinds that are parts of a book
_IN_BOOKS = frozenset({"chapter", "paper-conference"})
#: what Pandoc passes over -> where it stands in CSL
_MORE = {"issue": "issue", "eid": "page", "callnumber": "call-number", "archive": "archive"}


# --- what is said ------------------------------------------------------------------------------


def what_is_said(text: str) -> dict[str, Said]:
    """What each entry says, by its key; what is put aside as a remark says nothing."""
    text = re.sub(rf"{ASIDE}|^[ \t]*%.*", "", text, flags=re.MULTILINE)
    heads = list(re.finditer(r"@\w+\s*\{\s*([^,\s{}]+)\s*,", text))
    ends = [*(head.start() for head in heads), len(text)][1:]
    return {head[1]: _fields(text[head.end() : end]) for head, end in zip(heads, ends, strict=True)}


def _fields(body: str) -> Said:
    depth, quoted, told = 0, False, [list[str]()]
    for part in re.split(r'(\\.|[{}",])', body):
        depth += {"{": 1, "}": -1}.get(part, 0)
        quoted ^= part == '"' and depth == 0
        if depth < 0:
            break
        if part == "," and depth == 0 and not quoted:
            told.append([])
        else:
            told[-1].append(part)
    pairs = ("".join(each).partition("=") for each in told)
    return [(name.strip().lower(), value.strip()) for name, equals, value in pairs if equals]


def _leads_to(said: Mapping[str, Said]) -> dict[str, list[str]]:
    """The entries that each entry takes fields from."""
    referring = ("crossref", "xdata")
    return {
        key: [
            each.strip() for name, value in own if name in referring for each in value.strip('{}"').split(",")
        ]
        for key, own in said.items()
    }


def _bare(value: str) -> str:
    """A value in words, without braces and quotes."""
    return " ".join(re.findall(r'[^\s{}"#~]+', value)).replace("--", "–")


# --- what is wrong -----------------------------------------------------------------------------


def faults(said: Mapping[str, Said]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where something is of which a part would be lost, or that Pandoc would follow without end, and what."""
    others = _leads_to(said)
    if circle := list(in_circles(others)):
        yield (), f"the entries {', '.join(circle)} refer to one another in a cycle; break it"
    for key, own in said.items():
        twice = (name for name, count in Counter(name for name, _ in own).items() if count > 1)
        yield from (((key, name), "the field occurs more than once; keep one") for name in twice)
        for name, value in own:
            yield from (((key, name), fault) for fault in (_name_faults(value) if name in _PEOPLE else ()))
        missing = (other for other in others[key] if other and other not in said)
        yield from (
            ((key,), f"no entry {other!r} in this file to take fields from; add it") for other in missing
        )


def _name_faults(value: str) -> Iterator[str]:
    people = value.strip()[1:-1] if value[:1] in ('"', "{") else value
    while (shorter := re.sub(r"\{[^{}]*\}", "x", people)) != people:
        people = shorter
    for person in re.split(r"\s+and(?=\s)", f" {people} ") if people.strip() else ():
        parts = [] if re.match(r"\s*(?:family|given)\s*=", person) else person.split(",")
        if not person.strip():
            yield "a name is missing beside an and; write who it is, or leave out the and"
        elif len(parts) > 3 or ";" in person or (len(parts) == 3 and " " in parts[1].strip()):
            yield f"{person.strip()!r} as one name; separate people by and, as in Li, Ann and Wu, Bo"


def left_out(entry: Mapping[str, Any], said: Mapping[str, Said]) -> Iterator[str]:
    """Fields of which Pandoc kept nothing."""
    kept = {**_KEPT, **({"booktitle": "container-title"} if entry.get("type") in _IN_BOOKS else {})}
    for name, value in said.get(str(entry.get("id")), ()):
        if name in kept and not entry.get(kept[name]) and _bare(value):
            yield name


# --- from there to Pandoc and back ---------------------------------------------------------------


def for_pandoc(text: str) -> str:
    """The same entries in a form of which Pandoc leaves nothing out, line by line."""
    whole = _ONE.sub(lambda found: f"{found[1]}{{{{{found[2][1:-1]}}}}}", _MONTH.sub(_numbered, text))
    return escaped(in_signs(whole))


def _numbered(month: re.Match[str]) -> str:
    """A month in words, and the day beside it, as numbers; Pandoc takes the three letters alone."""
    words, days = re.findall(r"[^\W\d_]+", month[1]), re.findall(r"[0-9]+", month[1])
    told = [name for name in _MONTHS if len(words) == 1 and name.startswith(words[0].lower())]
    if len(told) != 1 or len(days) > 1:
        return month[0]
    return f"month = {_MONTHS.index(told[0]) + 1}" + (f", day = {days[0]}" if days else "")


def as_said(entry: dict[str, Any], said: Mapping[str, Said]) -> dict[str, Any]:
    """Pandoc's entry with what it left out or took for something else."""
    own = {name: _bare(value) for name, value in said.get(str(entry.get("id")), ())}
    more = {field: own[name] for name, field in _MORE.items() if own.get(name)}
    whole = {**more, **_with_address(_with_date(entry, own))}
    return {**whole, **{name: plain_address(whole[name]) for name in ("DOI", "URL") if name in whole}}


def _with_date(entry: dict[str, Any], own: Mapping[str, str]) -> dict[str, Any]:
    """The date as the entry says it where Pandoc leaves out a part: c. 1971, 1971?, 1971/, or winter of a year."""
    date, year = own.get("date", ""), own.get("year", "")
    month = f"{own.get('day', '')} {own.get('month', '')}".strip()
    parts, told = entry.get("issued", {}).get("date-parts"), date_of(date)
    if isinstance(told, dict) and "date-parts" in told:
        issued: Any = date
    elif date and (not parts or [0] in parts):
        issued = {"literal": date}
    elif year and (not parts or (month and [len(day) for day in parts] == [1])):
        issued = {"literal": f"{month} {year}".strip() if re.search("[0-9]", year) else year}
    else:
        return entry
    return {**entry, "issued": issued}


def _with_address(entry: dict[str, Any]) -> dict[str, Any]:
    """An address that says how something was published, which Pandoc takes for a publisher, as an address."""
    address = entry.get("publisher", "")
    if "URL" in entry or not re.fullmatch(r"https?://\S+", address):
        return entry
    return {**{key: value for key, value in entry.items() if key != "publisher"}, "URL": address}
