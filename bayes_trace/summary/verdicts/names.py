"""Letters for readers, and names as they appear inside a sentence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

__all__ = ["cut", "inside", "join", "letters", "number", "words_in_lower_case"]

#: a label up to this long stands as it is
_SHORT = 8
_NUMBERS = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
_WORD = re.compile(r"[^\W\d_]+")


def letters(labels: Sequence[str]) -> list[str]:
    """What stands for readers beside a number: the last word where it alone differs, else a short name.

    Examples
    --------
    >>> letters(["Reader A", "Reader B"]), letters(["First reader", "Second reader"]), letters(["Ana"])
    (['A', 'B'], ['First', 'Second'], ['Ana'])
    """
    split = [label.split() for label in labels]
    if len(labels) > 1 and all(len(words) > 1 for words in split):
        first, last = ([words[end] for words in split] for end in (0, -1))
        if len({*map(tuple, (words[:-1] for words in split))}) == 1 and len({*last}) == len(labels):
            return last
        if len({*map(tuple, (words[1:] for words in split))}) == 1 and len({*first}) == len(labels):
            return first
    short = [label if len(label) <= _SHORT else _initials(label) for label in labels]
    return [each if short.count(each) == 1 else f"{each}{n + 1}" for n, each in enumerate(short)]


def _initials(label: str) -> str:
    return "".join(word[0].upper() for word in re.findall(r"\w+", label))[:_SHORT]


def words_in_lower_case(texts: Iterable[str]) -> set[str]:
    """Words that an author writes small somewhere, so that they are no proper names.

    Examples
    --------
    >>> sorted(words_in_lower_case(["Loyalty to Bolivia", "the loyalty"]))
    ['loyalty', 'the', 'to']
    """
    return {word for text in texts for word in _WORD.findall(text) if word.islower()}


def inside(label: str, small: Collection[str]) -> str:
    """A label inside a sentence: small, unless its first word is a name.

    Examples
    --------
    >>> inside("Loyalty coercion", {"loyalty"}), inside("Bolivian pressure", {"loyalty"})
    ('loyalty coercion', 'Bolivian pressure')
    """
    first = _WORD.match(label)
    small_already = first is not None and first.group().lower() in small
    return label[0].lower() + label[1:] if small_already else label


def number(count: int) -> str:
    """A count in words up to twelve.

    Examples
    --------
    >>> number(5), number(16), number(0)
    ('five', '16', 'no')
    """
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def join(parts: Iterable[str], *, between: str = ", ") -> str:
    """A list in words.

    Examples
    --------
    >>> join(["a", "b", "c"]), join(["a"])
    ('a, b and c', 'a')
    """
    *before, last = parts
    return f"{between.join(before)} and {last}" if before else last


def cut(text: str, longest: int) -> str:
    """Text of at most so many letters, ended between words.

    Examples
    --------
    >>> cut("Washington asked Taiwan to hand over its aircraft", 30)
    'Washington asked Taiwan to…'
    """
    flat = " ".join(text.split())
    if len(flat) <= longest:
        return flat
    head = flat[:longest]  # one letter more than fits, to see whether a word ends there
    whole = head.rpartition(" ")[0] or head[:-1]
    return f"{whole.rstrip(' ,;:.')}…"
