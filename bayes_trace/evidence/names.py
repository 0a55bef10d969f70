"""Names for people: titles of items and short names of hypotheses, made where none is given."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Collection, Iterable

from bayes_trace.evidence.records import Event, Hypothesis, Item

__all__ = ["short_names", "shortened", "title_of"]

#: characters of a title in a figure
TITLE = 60
#: characters of a short name in a narrow table
SHORT = 12
#: a label of a word or two up to this length is short as it is
PLAIN = 8


def title_of(item: Item | Event) -> str:
    """The title of an item or event; where none is given, its first words.

    Examples
    --------
    >>> title_of(Item(id="a", paraphrase="Tells the minister that words of support abroad would follow the aircraft"))
    'Tells the minister that words of support abroad would…'
    """
    return shortened(item.label if isinstance(item, Event) else item.title or item.paraphrase)


def shortened(text: str) -> str:
    r"""What fits a title, in whole words.

    Examples
    --------
    >>> shortened("A note,  broken over\n two lines")
    'A note, broken over two lines'
    """
    text = " ".join(text.split())
    if len(text) <= TITLE:
        return text
    return _first_words(text).rstrip(" ,;:.(") + "…"


def _first_words(text: str) -> str:
    """As many words as there is room for before an ellipsis; what is longer than that is cut."""
    start = text[:TITLE]
    if "-" in start:  # words may be parted there
        return textwrap.shorten(text[: 2 * TITLE], TITLE - 1, placeholder="") or text[: TITLE - 1]
    last = start.rfind(" ")
    return start[:last] if last > 0 else start[:-1]


def short_names(hypotheses: Iterable[Hypothesis]) -> dict[str, str]:
    """Short names by id, none like another, none over twelve characters: given, or initials of the label.

    Examples
    --------
    >>> labels = {"lc": "Loyalty coercion", "io": "Interoperability", "lc+io": "Both", "a": "Aid"}
    >>> rivals = [Hypothesis(id=i, label=label, statement="", prior=0.25) for i, label in labels.items()]
    >>> short_names(rivals)
    {'lc': 'LC', 'io': 'Interop.', 'lc+io': 'LC+Interop.', 'a': 'Aid'}
    """
    rivals = list(hypotheses)
    names: dict[str, str] = {}
    # those given are kept, and compounds are made of the others
    for each in sorted(rivals, key=lambda each: (not each.short, "+" in each.id)):
        names[each.id] = _unlike(_made(each, names), names.values())
    return {each.id: names[each.id] for each in rivals}


def _made(hypothesis: Hypothesis, names: dict[str, str]) -> str:
    parts = hypothesis.id.split("+")
    if hypothesis.short:
        return hypothesis.short
    joined = "+".join(names.get(part, "") for part in parts)
    if len(parts) > 1 and all(part in names for part in parts) and len(joined) <= SHORT:
        return joined
    return _initials(hypothesis.label)


def _initials(label: str) -> str:
    words = re.findall(r"\w+", label)
    if len(label) <= PLAIN:
        return label
    if len(words) > 1:
        return "".join(word if word.isupper() else word[0].upper() for word in words)[:SHORT]
    return f"{label[: PLAIN - 1]}."


def _unlike(name: str, others: Collection[str]) -> str:
    """The name, numbered where another has it."""
    numbered = (f"{name[: SHORT - len(str(n))]}{n}" for n in itertools.count(2))
    return next(each for each in itertools.chain([name], numbered) if each not in others)
