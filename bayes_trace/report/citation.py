"""Sources for the citation processor, and the citations it returns."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, cached_property
from importlib import resources
from typing import Any

from bayes_trace.errors import UnknownNameError
from bayes_trace.evidence import EvidenceSet, Item, Source
from bayes_trace.evidence.sources import SourceReference
from bayes_trace.report.text import escape, plain, whole_address

__all__ = ["Cited", "csl_items", "key_citation", "method_sources", "references_of"]


@cache
def method_sources() -> dict[str, Source]:
    """Works on method that a report cites, by key.

    Examples
    --------
    >>> list(method_sources())
    ['enfsi2015', 'good1985', 'vanevera1997']
    """
    text = resources.files("bayes_trace.report").joinpath("templates/methods.json").read_text("utf-8")
    return {each["id"].removeprefix("method."): Source.model_validate(each) for each in json.loads(text)}


class Cited:
    """Citations and references of a set in one style, as the citation processor words them.

    Markdown has them from here; the other formats are set by the same processor with the same style and the same
    sources, so that all cite alike.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    >>> Cited(table).in_text(table.items["memo"])
    '[no source given]'
    """

    def __init__(
        self, es: EvidenceSet, style: str = "chicago", *, more: Mapping[str, Item] | None = None
    ) -> None:
        self.es = es
        self.style = style
        #: those that scenarios add among them
        self.items = {**es.items, **(more or {})}

    @cached_property
    def _text(self) -> tuple[list[str], dict[str, str]]:
        from bayes_trace.report.conversion import cited

        wanted = [key_citation(self.es, item) for item in self.items.values()]
        wanted += [f"[@{{{source.id}}}]" for source in (*method_sources().values(), *self.es.sources)]
        return cited(wanted, csl_items(self.es), self.style)

    def in_text(self, item: Item) -> str:
        """The citation of an item, in brackets."""
        if not references_of(self.es, item):
            said = key_citation(self.es, item).removeprefix(r"\[").removesuffix(r"\]")
            return f"[{said.replace(r'\;', ';')}]"
        keys = [ref.key for ref in references_of(self.es, item)]
        return self._text[0][list(self.items).index(item.id)] or f"[{', '.join(keys)}]"

    def of(self, key: str) -> dict[str, Any]:
        """Citation and references, in plain words, of a source by its key or of an item by its id.

        Raises
        ------
        UnknownNameError
            If there is neither.
        """
        sources = [source.id for source in self.es.sources]
        if key in self.items:
            references = list(dict.fromkeys(ref.key for ref in references_of(self.es, self.items[key])))
            text = self.in_text(self.items[key])
        elif key in sources:
            references, text = [key], self._text[0][-len(sources) :][sources.index(key)] or f"[{key}]"
        else:
            raise UnknownNameError("source or item", key, [*sources, *self.items])
        listed = [plain(self.references[each]) for each in references if each in self.references]
        return {"in_text": plain(text), "references": listed}

    def method(self, key: str) -> str:
        """The citation of a work on method."""
        return self._text[0][len(self.items) + list(method_sources()).index(key)]

    @property
    def references(self) -> dict[str, str]:
        """The list of sources by key, in the order of the style."""
        return self._text[1]


def references_of(es: EvidenceSet, item: Item) -> list[SourceReference]:
    """What an item cites among the sources of its set.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    >>> references_of(table, table.items["memo"])
    []
    """
    known = {source.id for source in es.sources}
    return [ref for ref in (item.source, *item.see_also) if ref and ref.key in known]


def key_citation(es: EvidenceSet, item: Item) -> str:
    r"""The same for a citation processor, in Pandoc's syntax: keys instead of names.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    >>> key_citation(table, table.items["memo"])
    '\\[no source given\\]'
    """
    note = f"n. {_inside(item.footnote)}" if item.footnote else ""
    keyed = [_keyed(ref) for ref in references_of(es, item)]
    if not keyed:
        return rf"\[{'; '.join(filter(None, ['no source given', note]))}\]"
    return f"[{'; '.join(keyed)}{rf'\; {note}' if note else ''}]"


def _keyed(ref: SourceReference) -> str:
    return f"@{{{ref.key}}}" + (f", {_inside(ref.locator)}" if ref.locator else "")


def _inside(text: str) -> str:
    """Words inside a citation, where a semicolon would start the next one."""
    return escape(text).replace(";", r"\;")


def csl_items(es: EvidenceSet) -> list[dict[str, Any]]:
    """The sources, and the works on method, in CSL-JSON as styles print them best.

    A volume in words, or a number that names itself, as documentary editions have them
    (``1969-1976, XVII``, ``Document 92``), goes with the title of the edition: styles expect bare
    numbers there and would print *Document Document 92*.
    """
    return [_folded(source.csl) for source in (*es.sources, *method_sources().values())]


def _folded(csl: dict[str, Any]) -> dict[str, Any]:
    # a note to oneself is no part of a reference
    kept = {key: value for key, value in csl.items() if key not in ("note", "annote", "abstract")}
    inside = str(kept.get("container-title", ""))
    for key in ("volume", "number"):
        stated = str(kept.get(key, ""))
        if inside and " " in stated:
            inside = f"{inside}, {stated}"
            del kept[key]
    if isinstance(kept.get("URL"), str):
        kept["URL"] = whole_address(kept["URL"])
    return {**kept, "container-title": _ranged(inside)} if inside else kept


def _ranged(text: str) -> str:
    """Years from-to with the dash of print."""
    return re.sub(r"(?<=\b\d{4})-(?=\d{2,4}\b)", "–", text)
