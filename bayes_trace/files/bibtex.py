"""BibTeX as text: what its entries say, and what Pandoc would make something else of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bayes_trace.evidence.csl import date_of

__all__ = ["as_said", "bodies", "commands", "for_pandoc", "leads_to"]

#: what commands print that Pandoc does not know; it would leave the sign out, as in 10{\textendash}20
_SIGNS = {
    "BibTeX": "BibTeX",
    "DJ": "Đ",
    "dag": "†",
    "ddag": "‡",
    "dj": "đ",
    "quad": " ",
    "space": " ",
    "textemdash": "—",
    "textendash": "–",
    "texteuro": "€",
    "textnumero": "№",
    "textordfeminine": "ª",
    "textordmasculine": "º",
    "textquotedbl": '{"}',
    **dict.fromkeys(("NoCaseChange", "allowbreak", "hbox", "mbox", "protect", "relax", "small"), ""),
}
#: accents over a letter that has lost its dot for them, as in \'\i
_DOTLESS = re.compile(
    r"(\\(?:[`'^\"~=.]|[uvHr](?![A-Za-z])))\s*(?:\{\s*\\([ij])\s*\}|\\([ij])(?![A-Za-z])[ \t]*)"
)
_SIGN = re.compile(rf"(?<!\\)\\({'|'.join(_SIGNS)})(?![A-Za-z])(?:\{{\}}|[ \t]*)|\\noopsort\s*\{{[^{{}}]*\}}")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
#: a value with no more than single braces in it, and several joined by #
_PART = r'(?:\{(?:[^{}]|\{[^{}]*\})*\}|"[^"]*"|[\w.]+)'
_VALUE = rf"{_PART}(?:\s*#\s*{_PART})*"
_MONTH = re.compile(rf"\bmonth\s*=\s*({_VALUE})", re.IGNORECASE)
#: preambles and remarks, addresses, and formulas: TeX there stays as it is, or is not looked at
_PASSED_OVER = re.compile(
    r"@(?:preamble|comment)\s*\{(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*\}"
    r"|\b(?:url|doi|file|pdf|bdsk-[\w-]+)\s*=\s*(?:\{[^{}]*\}|\"[^\"]*\")|(?<!\\)\$[^$@]*\$",
    re.IGNORECASE,
)


def leads_to(said: Mapping[str, str]) -> dict[str, list[str]]:
    """The entries that each entry takes fields from."""
    referring = re.compile(r"\b(?:crossref|xdata)\s*=\s*[{\"]\s*([^}\"]*)", re.IGNORECASE)
    return {
        key: [name.strip() for names in referring.findall(body) for name in names.split(",")]
        for key, body in said.items()
    }


def bodies(text: str) -> dict[str, str]:
    """What each entry says, by its key."""
    heads = list(re.finditer(r"@\w+\s*\{\s*([^,\s{}]+)\s*,", text))
    ends = [*(head.start() for head in heads), len(text)][1:]
    return {head[1]: text[head.end() : end] for head, end in zip(heads, ends, strict=True)}


def for_pandoc(text: str) -> str:
    """The same entries in a form of which Pandoc leaves nothing out, line by line."""
    return _percents(_one_publisher(_in_signs(_in_numbers(text))))


def as_said(entry: dict[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    """Pandoc's entry with what `bodies` say that it left out or took for something else."""
    return _with_address(_with_date(entry, said))


def _percents(text: str) -> str:
    """Percent signs in values as TeX writes them: it would take the rest of the line for a remark."""
    depth, quoted, told = 0, False, list[str]()
    for part in re.split(r'(\\.|[{}"%]|(?i:\b(?:url|doi|file)\s*=\s*\{[^{}]*\}))', text):
        depth += {"{": 1, "}": -1}.get(part, 0)
        quoted ^= part == '"' and depth == 1
        told.append(r"\%" if part == "%" and (depth > 1 or quoted) else part)
    return "".join(told)


def _in_signs(text: str) -> str:
    """Commands that print one sign, or what is in their braces, as that."""
    dotted = _DOTLESS.sub(lambda found: f"{found[1]}{{{found[2] or found[3]}}}", text)
    return _SIGN.sub(lambda found: _SIGNS.get(found[1], ""), dotted)


def commands(text: str) -> Iterator[tuple[str, int]]:
    """The other commands in what entries say, each with the place in the text where it begins."""
    looked_at = _PASSED_OVER.sub(lambda passed: re.sub(r"[^\n]", " ", passed[0]), text)
    depth = 0
    for found in re.finditer(r"\\([A-Za-z]+)|\\.|[{}]", looked_at):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if found[1] and depth > 0:
            yield found[1], found.start()


def _one_publisher(text: str) -> str:
    """A publisher is one, also where its name holds an `and`, which BibLaTeX would split at."""
    named = re.compile(r"(\b(?:publisher|institution|organization|school)\s*=\s*)\{([^{}]*)\}", re.IGNORECASE)
    return named.sub(r"\1{{\2}}", text)


def _in_numbers(text: str) -> str:
    """Months in words, and the day beside them, as numbers; Pandoc takes the three letters alone."""
    return _MONTH.sub(_numbered, text)


def _numbered(month: re.Match[str]) -> str:
    words, days = re.findall(r"[^\W\d_]+", month[1]), re.findall(r"[0-9]+", month[1])
    told = [name for name in _MONTHS if len(words) == 1 and name.startswith(words[0].lower())]
    if len(told) != 1 or len(days) > 1:
        return month[0]
    return f"month = {_MONTHS.index(told[0]) + 1}" + (f", day = {days[0]}" if days else "")


def _with_date(entry: dict[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    """The date as the entry says it where Pandoc leaves out a part: c. 1971, 1971?, 1971/, or winter of a year."""
    own = said.get(str(entry.get("id")), "")
    date, year, month = (_field(own, name) for name in ("date", "year", "month"))
    parts = entry.get("issued", {}).get("date-parts")
    if date and isinstance(date_of(date), dict) and "date-parts" in date_of(date):
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


def _field(own: str, name: str) -> str:
    found = re.search(rf"\b{name}\s*=\s*({_VALUE})", own, re.IGNORECASE)
    return " ".join(re.findall(r'[^\s{}"#~]+', found[1])).replace("--", "–") if found else ""
