"""Names in short, and names as they stand inside a sentence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

__all__ = ["cut", "inside", "join", "letters", "names_in_short", "number", "words_in_lower_case"]

#: a label up to this long is its own short name
_SHORT = 8
#: a short name never exceeds this, which is what a set may declare
_LONGEST = 12
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


def names_in_short(labels: Sequence[tuple[str, str]]) -> list[str]:
    """Short names for columns, all different: those given, else initials, numbered where two would be alike.

    Parameters
    ----------
    labels
        Pairs of label and short name, the latter empty where none was given.

    Examples
    --------
    >>> names_in_short([("Loyalty coercion", ""), ("Quid pro quo", ""), ("Interoperability", ""), ("A", "")])
    ['LC', 'QPQ', 'Interop.', 'A']
    >>> names_in_short([("Land claims", ""), ("Loyalty coercion", ""), ("Given", "LC")])
    ['LC1', 'LC2', 'LC']
    """
    wanted = [given or _initials(label) for label, given in labels]
    taken = {given for _, given in labels if given}
    return [
        given or _free(short, taken, alone=wanted.count(short) == 1)
        for (_, given), short in zip(labels, wanted, strict=True)
    ]


def _free(short: str, taken: set[str], *, alone: bool) -> str:
    """A name that nothing else has, which from now on is taken."""
    number, name = 0, short
    while name in taken or not (alone or number):
        number += 1
        name = f"{short}{number}"
    taken.add(name)
    return name


def _initials(label: str) -> str:
    words = re.findall(r"\w+", label)
    if len(label) <= _SHORT:
        return label
    if len(words) > 1:
        initials = "".join(word if word.isupper() else word[0].upper() for word in words)
        return initials[: _LONGEST - 4]
    return f"{label[: _SHORT - 1]}."


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
    return names_in_short([(label, "") for label in labels])


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
