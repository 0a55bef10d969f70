"""Measured text: how wide it is, and where it has to break."""

from __future__ import annotations

import warnings
from bisect import bisect_right
from functools import lru_cache
from unicodedata import category

import matplotlib as mpl
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from bayes_trace.errors import MissingLetterWarning, printable

__all__ = ["drawable", "fit", "inches", "letters", "points"]

#: points that heights of rows were drawn for
_DRAWN_FOR = 7.0
#: more letters than an inch holds
_PER_INCH = 200
#: a joiner that no font draws: Matplotlib keeps names that begin with an underscore out of legends
_JOINER = "\u2060"
#: invisible signs that shape the letters beside them; others draw nothing, and Matplotlib fails on some
_JOINING = "\u200c\u200d\u200e\u200f"
#: what stands for a sign without a glyph
_BOX = "\N{WHITE SQUARE}"


def points(size: str | float = "small") -> float:
    """A relative size in the points that it has now.

    Examples
    --------
    >>> with mpl.rc_context({"font.size": 10}):
    ...     round(points("small"), 2)
    8.33
    """
    return float(FontProperties(size=size).get_size_in_points())


def letters() -> float:
    """How much larger letters are than those that heights were drawn for.

    Examples
    --------
    >>> with mpl.rc_context({"font.size": 14}):
    ...     letters()
    2.0
    """
    return float(mpl.rcParams["font.size"]) / _DRAWN_FOR


def inches(text: str, size: str | float = "small") -> float:
    """Width of the widest line of a text, in inches.

    Examples
    --------
    >>> inches("wide") < inches("wider") < inches("wider", "large")
    True
    """
    family = tuple(mpl.rcParams["font.family"])
    at = points(size)
    return max((_width(line, family, at) for line in text.split("\n")), default=0.0)


@lru_cache(maxsize=4096)
def _width(text: str, family: tuple[str, ...], size: float) -> float:
    if not text:
        return 0.0
    font = FontProperties(family=list(family), size=size)
    return float(TextToPath().get_text_width_height_descent(text, font, ismath=False)[0]) / 72


def fit(text: str, room: float, *, lines: int = 2, size: str | float = "small") -> str:
    r"""A text broken into lines that are at most so many inches wide; what does not fit ends in an ellipsis.

    Examples
    --------
    >>> with mpl.rc_context({"font.size": 7}):
    ...     fit("F-5E production in Taiwan approved, 1972", 1.1), fit("one_long_identifier", 0.5, lines=1)
    ('F-5E production in Taiwan\napproved, 1972', 'one_long_…')
    """
    words, done = drawable(text).split(), list[str]()
    while words and len(done) < lines:
        line = words.pop(0)
        while words and inches(f"{line} {words[0]}", size) <= room:
            line = f"{line} {words.pop(0)}"
        if len(done) == lines - 1 and words:
            done.append(_shortened(f"{line} {' '.join(words)}", room, size))
            break
        if inches(line, size) > room:  # a word that is too long is broken, or on the last line cut
            line, rest = _broken(line, room, size, last=len(done) == lines - 1)
            words = [rest, *words] if rest else words
        done.append(line)
    return "\n".join(done)


def _shortened(text: str, room: float, size: str | float) -> str:
    return f"{text[: _fitting(text, room, size, '…')].rstrip()}…"


def _broken(word: str, room: float, size: str | float, *, last: bool) -> tuple[str, str]:
    if last:
        return _shortened(word, room, size), ""
    cut = max(1, _fitting(word[:-1], room, size))
    return word[:cut], word[cut:]


def _fitting(text: str, room: float, size: str | float, end: str = "") -> int:
    """How many of its letters fit before that end; by halves, since a label may be of any length."""
    most = min(len(text), round(_PER_INCH * room))
    beyond = bisect_right(
        range(most + 1), room, key=lambda count: inches(f"{text[:count].rstrip()}{end}", size)
    )
    return max(0, beyond - 1)


def drawable(text: str) -> str:
    r"""The text with what steers spelt out, and an empty box for what no font at hand can draw.

    Warns
    -----
    MissingLetterWarning
        Of each letter that is drawn as a box.

    Examples
    --------
    >>> print(drawable("cost\x07 é"))
    cost\x07 é
    """
    if text.isascii() and text.isprintable():
        return text
    family = tuple(mpl.rcParams["font.family"])
    seen = (sign for sign in printable(text) if category(sign) != "Cf" or sign in _JOINING)
    return "".join(sign if sign.isspace() or _has_glyph(sign, family) else _box(sign) for sign in seen)


def _box(sign: str) -> str:
    warnings.warn(MissingLetterWarning(sign), stacklevel=3)
    return _BOX


@lru_cache(maxsize=4096)
def _has_glyph(sign: str, family: tuple[str, ...]) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            TextToPath().get_text_width_height_descent(
                sign, FontProperties(family=list(family)), ismath=False
            )
        except UserWarning:
            return False
    return True


def shown_in_legends(text: str) -> str:
    """The text, so that Matplotlib takes it for a name even if it begins with an underscore.

    Examples
    --------
    >>> shown_in_legends("A"), len(shown_in_legends("_draft"))
    ('A', 7)
    """
    return f"{_JOINER}{text}" if text.startswith("_") else text
