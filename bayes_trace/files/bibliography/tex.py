"""TeX in bibliographies: what Pandoc would leave out, in a form that it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["ASIDE", "commands", "escaped", "in_signs", "plain_address"]

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
    "textquote": r"\enquote",
    "textquotedbl": '{"}',
    **dict.fromkeys(("NoCaseChange", "allowbreak", "hbox", "mbox", "protect", "relax", "small"), ""),
}
_SIGN = re.compile(rf"(?<!\\)\\({'|'.join(_SIGNS)})(?![A-Za-z])(?:\{{\}}|[ \t]*)|\\noopsort\s*\{{[^{{}}]*\}}")
#: accents over a letter that has lost its dot for them, as in \'\i
_DOTLESS = re.compile(
    r"(\\(?:[`'^\"~=.]|[uvHr](?![A-Za-z])))\s*(?:\{\s*\\([ij])\s*\}|\\([ij])(?![A-Za-z])[ \t]*)"
)
#: addresses and names of entries, formulas: they stay as they are
_VERBATIM = "|".join(
    (
        r"(?i:\b(?:url|doi|file|pdf|crossref|xdata|ids|related|entryset|eprint|bdsk-[\w-]+)\s*=\s*"
        r"(?:\{[^{}]*\}|\"[^\"]*\"))",
        r"\\(?:url|href|nolinkurl|path)\s*\{[^{}]*\}",
        r"(?<!\\)\$(?=\S)(?:[^${}\n]|\{[^{}]*\}){1,200}(?<=[^\s\\])\$(?![0-9])",
    )
)
#: preambles and remarks
ASIDE = r"@(?i:preamble|comment)\s*\{(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*\}"
#: signs by which TeX means something else than themselves
_SPECIAL = {"%": r"\%", "#": r"\#", "_": r"\_", "$": r"\$", "^": r"\^{}"}


def in_signs(text: str) -> str:
    """Commands that print one sign, or what is in their braces, as that."""
    dotted = _DOTLESS.sub(lambda found: f"{found[1]}{{{found[2] or found[3]}}}", text)
    return _SIGN.sub(lambda found: _SIGNS.get(found[1], ""), dotted)


def escaped(text: str) -> str:
    """Special signs in values, as TeX writes them: it would leave out the value, or the rest of a line."""
    depth, quoted, told = 0, False, list[str]()
    parts = re.split(rf'({ASIDE}|{_VERBATIM}|\\[A-Za-z]+|\\.|[{{}}"%#_$^])', text)
    for part, behind in zip(parts, [*parts[1:], ""], strict=True):
        depth += {"{": 1, "}": -1}.get(part, 0)
        quoted ^= part == '"' and depth == 1
        told.append(_SPECIAL.get(part, part) if depth > 1 or quoted else part)
        if told[-1].startswith("\\") and behind.lstrip().startswith("<"):
            told.append("{}")  # else Pandoc takes <this> for the slide on which the command holds
    return "".join(told)


def plain_address(text: str) -> str:
    """An address without the TeX that some programs write in it, which Pandoc leaves as it is."""
    for written, sign in (
        (r"\{?\\textless\}?", "<"),
        (r"\{?\\textgreater\}?", ">"),
        (r"\{?\\~\{\}\}?|\$\\sim\$", "~"),
    ):
        text = re.sub(written, sign, text)
    return re.sub(r"\{?\\([_%&#$~^])\}?", r"\1", "".join(text.split()))


def commands(text: str) -> Iterator[tuple[str, int]]:
    """The other commands in what entries say, each with the place in the text where it begins."""
    looked_at = re.sub(f"{ASIDE}|{_VERBATIM}", lambda passed: re.sub(r"[^\n]", " ", passed[0]), text)
    depth = 0
    for found in re.finditer(r"\\([A-Za-z]+)|\\.|[{}]", looked_at):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if found[1] and depth > 0:
            yield found[1], found.start()
