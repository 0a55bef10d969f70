"""Text for a terminal of any width: names are shortened or wrapped, numbers never."""

from __future__ import annotations

import codecs
import os
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Sequence

__all__ = ["HARD", "columns", "folded", "plain_substitutes", "screen_width"]

#: a space at which no line is broken
HARD = "\N{NO-BREAK SPACE}"
NARROWEST = 40
#: between two columns
GAP = 2
_PLAIN = {
    "−": "-",
    "–": "-",
    "—": "-",
    "─": "-",
    "█": "#",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "…": "...",
    "≈": "~",
    "≥": ">=",
    "≤": "<=",
    "∞": "inf",
    "×": "x",
    "½": "1/2",
    "Σ": "sum",
    "\N{GREEK SMALL LETTER KAPPA}": "kappa",
    "\N{GREEK SMALL LETTER RHO}": "rho",
    HARD: " ",
}


def plain_substitutes() -> None:
    """Let output go out in any encoding: what it lacks is replaced, and nothing stops the program."""
    codecs.register_error("plain", _replaced)
    codecs.register(_plain_ascii)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            ascii_alone = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding="plain_ascii" if ascii_alone else None, errors="plain")


def _plain_ascii(name: str) -> codecs.CodecInfo | None:
    """ASCII by another name: Typer takes the name for a mistake, and writes UTF-8."""
    if name != "plain_ascii":
        return None
    known = codecs.lookup("ascii")
    return codecs.CodecInfo(*known[:4], known.incrementalencoder, known.incrementaldecoder, name)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(_spelt(sign) for sign in found), error.end


def _spelt(sign: str) -> str:
    """A letter without its accent, a known substitute, or a question mark."""
    bare = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return _PLAIN.get(sign) or bare or "?"


def screen_width() -> int | None:
    """Columns of the terminal, or of `COLUMNS`; None for a pipe or a file, where nothing has to fit."""
    if "COLUMNS" not in os.environ and not sys.stdout.isatty():
        return None
    return max(NARROWEST, shutil.get_terminal_size().columns)


def folded(text: str, width: int | None, *, indent: str = "", first: str | None = None) -> list[str]:
    """Lines of a paragraph; a number stays with the name that it belongs to as long as both fit.

    Examples
    --------
    >>> folded("LC .98, GC <.01, and so on", 16, indent="  ")
    ['  LC .98, GC', '  <.01, and so', '  on']
    >>> folded("LC\N{NO-BREAK SPACE}.98, GC\N{NO-BREAK SPACE}<.01, and so on", 16, indent="  ")
    ['  LC .98,', '  GC <.01, and', '  so on']
    """
    if width is None:
        return [(indent if first is None else first) + text.replace(HARD, " ")]
    room = width - len(indent)
    fitting = " ".join(word if len(word) <= room else word.replace(HARD, " ") for word in text.split(" "))
    lines = textwrap.wrap(
        fitting,
        width,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
    return [line.replace(HARD, " ") for line in lines]


def columns(cells: Sequence[str], widths: Sequence[int], *, right: int = 0) -> list[str]:
    """Cells side by side, each folded in its column; the last `right` of them are set to the right.

    Examples
    --------
    >>> columns(["A long name", "LC .98", "open"], [6, 8, 6], right=1)
    ['A long  LC .98      open', 'name']
    """
    folds = [folded(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)]
    height, start = max(map(len, folds)), len(cells) - right
    lines = []
    for row in range(height):
        parts = [fold[row] if row < len(fold) else "" for fold in folds]
        set_ = [
            part.ljust(width) if number < start else part.rjust(width)
            for number, (part, width) in enumerate(zip(parts, widths, strict=True))
        ]
        lines.append((" " * GAP).join(set_).rstrip())
    return lines
