"""Texts shown to people, which may not be empty, and names compared as the eye sees them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bayes_trace.evidence.sets import EvidenceSet

__all__ = ["folded", "shown_texts"]

Where = tuple[str | int, ...]

#: fields of every record of a kind that outputs show
_SHOWN = {
    "hypotheses": ("label", "statement"),
    "codebook": ("text",),
    "cases": ("label",),
    "episodes": ("label", "outcome"),
    "events": ("label",),
    "items": ("paraphrase",),
}


def folded(text: str) -> str:
    r"""A text without what the eye does not tell apart: case, Unicode form, invisible characters.

    Examples
    --------
    >>> folded("Zoe\u0308") == folded("zoë"), folded("a\u200bb") == folded("AB")
    (True, True)
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if unicodedata.category(letter) not in ("Cf", "Cc"))


def shown_texts(es: EvidenceSet) -> Iterator[tuple[Where, str]]:
    """Every text that a table, a figure or a report cannot do without."""
    yield from ((("title",), es.title), (("question",), es.question))
    inside = {
        kind: [each for case in es.cases for each in getattr(case, kind)]
        for kind in ("episodes", "events", "items")
    }
    for kind, fields in _SHOWN.items():
        for record in inside[kind] if kind in inside else getattr(es, kind):
            name = record.case if kind == "cases" else record.id
            yield from (((kind, name, field), getattr(record, field)) for field in fields)
    for name, scenario in es.scenarios.items():
        yield ("scenarios", name, "label"), scenario.label
