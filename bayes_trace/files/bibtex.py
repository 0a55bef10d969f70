"""BibTeX as text: what its entries say, and what Pandoc would make something else of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["bodies", "commands", "in_signs", "leads_to", "one_publisher", "percents", "with_year"]

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
_SIGN = re.compile(rf"(?<!\\)\\({'|'.join(_SIGNS)})(?![A-Za-z])(?:\{{\}}|\s*)|\\noopsort\s*\{{[^{{}}]*\}}")
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


def percents(text: str) -> str:
    """Percent signs in values as TeX writes them: it would take the rest of the line for a remark."""
    depth, quoted, told = 0, False, list[str]()
    for part in re.split(r'(\\.|[{}"%]|(?i:\b(?:url|doi|file)\s*=\s*\{[^{}]*\}))', text):
        depth += {"{": 1, "}": -1}.get(part, 0)
        quoted ^= part == '"' and depth == 1
        told.append(r"\%" if part == "%" and (depth > 1 or quoted) else part)
    return "".join(told)


def in_signs(text: str) -> str:
    """Commands that print one sign, or what is in their braces, as that."""
    return _SIGN.sub(lambda found: _SIGNS.get(found[1], ""), text)


def commands(text: str) -> Iterator[tuple[str, int]]:
    """The other commands in what entries say, each with the place in the text where it begins."""
    looked_at = _PASSED_OVER.sub(lambda passed: re.sub(r"[^\n]", " ", passed[0]), text)
    depth = 0
    for found in re.finditer(r"\\([A-Za-z]+)|\\.|[{}]", looked_at):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if found[1] and depth > 0:
            yield found[1], found.start()


def one_publisher(text: str) -> str:
    """A publisher is one, also where its name holds an `and`, which BibLaTeX would split at."""
    named = re.compile(r"(\b(?:publisher|institution|organization|school)\s*=\s*)\{([^{}]*)\}", re.IGNORECASE)
    return named.sub(r"\1{{\2}}", text)


def with_year(entry: dict[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    """A year in words, such as c. 1971, which pandoc leaves out."""
    if entry.get("issued", {}).get("date-parts"):
        return entry
    own = said.get(str(entry.get("id")), "")
    year = re.search(r"\b(?:year|date)\s*=\s*[{\"]+([^}\"]+)", own, re.IGNORECASE)
    rest = {key: value for key, value in entry.items() if key != "issued"}
    return {**rest, "issued": {"literal": year[1].strip()}} if year else rest
