"""Texts shown to people, which may not be empty, and names compared as the eye sees them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bayes_trace.errors import unprintable
from bayes_trace.evidence.sets import EvidenceSet

__all__ = ["equal_labels", "folded", "shown_texts", "steering_texts"]

Where = tuple[str | int, ...]

#: what may be a sign that steers, in JSON
_SUSPECT = re.compile(r"\\u00[01]|\\[bf]|[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
#: lists of a case that are known by their own ids
_INSIDE = ("episodes", "events", "items")
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
    plain = (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()
    if plain.isprintable():
        return plain
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


def equal_labels(es: EvidenceSet) -> Iterator[tuple[Where, str]]:
    """Labels by which readers could not tell two hypotheses apart, of a supply or of a refusal, and whose it is as well."""
    told: set[str] = set()
    for field in ("label", "refusal_label"):
        seen: dict[str, str] = {}
        for each in es.hypotheses:
            other = seen.setdefault(folded(getattr(each, field) or each.label), each.id)
            if other != each.id and each.id not in told:
                told.add(each.id)
                yield ("hypotheses", each.id, field), other


def steering_texts(es: EvidenceSet) -> Iterator[tuple[Where, str]]:
    """Texts with a sign that would steer a terminal or reorder what is read, and that sign."""
    if _SUSPECT.search(es.model_dump_json(exclude_defaults=True)):
        for where, text in _texts(es.model_dump(mode="json", exclude_defaults=True), ()):
            if sign := unprintable(text):
                yield where, sign


def _texts(value: object, where: Where) -> Iterator[tuple[Where, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield where, key
            yield from _texts(each, (key,) if where[:1] == ("cases",) and key in _INSIDE else (*where, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            named = (each.get("id") or each.get("case")) if isinstance(each, dict) else None
            yield from _texts(each, (*where, named or number))
