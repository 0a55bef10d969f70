"""An author's words inside Markdown and dates in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

__all__ = [
    "address",
    "bound",
    "day",
    "escape",
    "flat",
    "plain",
    "prose",
    "sentence",
    "slug",
    "spell",
    "whole_address",
]

_MONTHS = (
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
)
#: a name in backticks, which holds nothing that any reader of Markdown could act upon
_CODE = re.compile(r"((?<!`)`[\w.+/~¬-]+`(?!`))")
_SPECIAL = re.compile(r"([\\`*\[\]@$~^]|<(?=[A-Za-z/!?])|&(?=[#\w]+;)|(?<!\w)_|_(?!\w))")
#: what would open a heading, a list, a quotation, a rule, a division, a definition or the caption of a table
_OPENING = re.compile(r"^(?:(?:[-+]|\d+[.)])(?=\s|$)|-(?=[-\s]+$)|#(?=#*(?:\s|$))|[>:]|[Tt]able:)")


def bound(text: str) -> str:
    """Words in which no probability begins a line.

    Examples
    --------
    >>> bound("A .85, B <.01").count("\N{NO-BREAK SPACE}")
    2
    """
    return re.sub(r" (?=[<>]?\.\d\d\b)", "\N{NO-BREAK SPACE}", text)


def address(url: str) -> str:
    """An address as a link of its own, which ends where the address does.

    Examples
    --------
    >>> address("https://x.org/a><script>")
    '<https://x.org/a%3E%3Cscript%3E>'
    """
    return f"<{whole_address(url)}>"


def whole_address(url: str) -> str:
    """An address in which nothing ends it before its end."""
    return re.sub(r"[<>\"`\\^{|}\s]", lambda sign: quote(sign[0]), url)


def flat(text: str) -> str:
    """Text on one line."""
    return " ".join(text.split())


def escape(text: str) -> str:
    r"""Plain words that Markdown leaves alone, on one line; names in backticks stay code.

    Examples
    --------
    >>> print(escape("2 * 3 <b> of `f5e_1972`, as_printed, costs $5"))
    2 \* 3 \<b> of `f5e_1972`, as_printed, costs \$5
    """
    parts = _CODE.split(flat(text))
    words = [part if _CODE.fullmatch(part) else _SPECIAL.sub(r"\\\1", part) for part in parts]
    return _OPENING.sub(lambda mark: rf"{mark[0][:-1]}\{mark[0][-1]}", "".join(words))


def prose(text: str) -> str:
    r"""Paragraphs of an author, each on one line.

    Examples
    --------
    >>> prose("One\nparagraph.\n\nAnother.")
    'One paragraph.\n\nAnother.'
    """
    return "\n\n".join(escape(part) for part in re.split(r"\n\s*\n", text.strip()) if part.strip())


def sentence(text: str) -> str:
    """Words that end as a sentence does.

    Examples
    --------
    >>> sentence("a licence to produce"), sentence("Granted.")
    ('a licence to produce.', 'Granted.')
    """
    words = flat(text)
    return words if not words or words[-1] in ".!?…”" else f"{words}."


def spell(parts: Sequence[int], *, short: bool = False) -> str:
    """Year, month and day in words.

    Examples
    --------
    >>> spell([1972, 12, 22]), spell([1972, 12, 22], short=True), spell([1975, 11]), spell([1985])
    ('22 December 1972', '22 Dec 1972', 'November 1975', '1985')
    """
    year, *rest = parts
    if not rest:
        return str(year)
    month = _MONTHS[rest[0] - 1]
    shown = month[:3] if short and len(month) > len("June") else month
    return " ".join([*(str(each) for each in rest[1:2]), shown, str(year)])


def day(date: str | None, *, short: bool = False) -> str:
    """A date or an interval of an evidence set in words.

    Examples
    --------
    >>> day("1972-12-22"), day("1969/1970"), day("1977-02/1980"), day(None)
    ('22 December 1972', '1969–1970', 'February 1977 to 1980', 'undated')
    """
    if not date:
        return "undated"
    ends = [spell([int(part) for part in end.split("-")], short=short) for end in date.split("/")]
    return ("–" if all(end.isdigit() for end in ends) else " to ").join(ends)


def plain(markdown: str) -> str:
    r"""Markdown of a cell or a citation as plain words.

    Examples
    --------
    >>> plain(r"**A** [memo](#item-memo) [TW-01]{.code}<br>\*2\* <https://x.org>")
    'A memo TW-01\n*2* https://x.org'
    """
    text = re.sub(r"<a id=[^>]*></a>", "", markdown)
    text = re.sub(r"\[((?:[^\[\]\\]|\\.)*)\](?:\([^)]*\)|\{[^}]*\})", r"\1", text)
    text = re.sub(r"<(https?://[^>]*)>", r"\1", text.replace("<br>", "\n"))
    text = re.sub(r"(?<!\\)(\*\*|\*)", "", text)
    return re.sub(r"\\([\\`*\[\]@$~^<&_#>.+:;-])", r"\1", text)


def slug(name: str) -> str:
    """An id as an anchor of a page may have it.

    Examples
    --------
    >>> slug("item-X-01/X-02"), slug("episode-f5e_1972")
    ('item-X-01-X-02', 'episode-f5e_1972')
    """
    return re.sub(r"[^\w-]+", "-", name)
