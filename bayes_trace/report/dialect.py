"""Two ways to set one report: Markdown for people, and Markdown for a converter of documents."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bayes_trace import tables
from bayes_trace.evidence import EvidenceSet, Item
from bayes_trace.report.citation import Cited, key_citation, method_sources, references_of
from bayes_trace.report.text import escape, flat, slug

__all__ = ["Dialect", "ForPandoc", "Picture", "Plain"]

#: characters to a line of the widest table; more make its cells wrap
_LINE = 90

Kind = Literal["grid", "ledger", "weights", "brief"]


@dataclass(frozen=True)
class Picture:
    """A figure on disk, and what is said of it."""

    #: file name without its ending
    stem: str
    caption: str
    #: what a reader who does not see the figure is told
    alt: str


@dataclass
class Dialect(ABC):
    """What differs between the ways; it numbers tables and figures as they come."""

    es: EvidenceSet
    tables_so_far: int = 0
    figures_so_far: int = 0

    def heading(self, level: int, words: str, anchor: str = "") -> str:  # noqa: ARG002
        """A heading."""
        return f"{'#' * level} {escape(words)}"

    def link(self, words: str, anchor: str) -> str:
        """Words, already escaped, that lead to an anchor."""
        return f"[{words}](#{slug(anchor)})"

    @abstractmethod
    def anchor(self, words: str, anchor: str) -> str:
        """Words, already escaped, that can be linked to."""

    @abstractmethod
    def code(self, words: str) -> str:
        """An id, in small."""

    @abstractmethod
    def section(self, kind: str, body: str) -> str:
        """A part of the page that a reader may open and close."""

    @abstractmethod
    def cite(self, item: Item) -> str:
        """The citation of an item, in brackets."""

    def table(
        self,
        header: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        caption: str,
        widths: Sequence[int],
        kind: Kind = "grid",
    ) -> str:
        """A table with its number and caption."""
        self.tables_so_far += 1
        marked = f"**Table {self.tables_so_far}.** {caption}"
        return self._table(_piped(header, rows, widths), marked, kind)

    @abstractmethod
    def _table(self, body: str, caption: str, kind: Kind) -> str: ...

    def figure(self, picture: Picture) -> str:
        """A figure with its number and caption."""
        self.figures_so_far += 1
        return self._figure(picture, f"**Figure {self.figures_so_far}.** {escape(picture.caption)}")

    @abstractmethod
    def _figure(self, picture: Picture, caption: str) -> str: ...

    @abstractmethod
    def method(self, key: str) -> str:
        """The citation of a work on method, with the space before it."""

    @abstractmethod
    def sources(self, *, only_cited: bool = False) -> str:
        """The list of sources, of the whole set or of those cited so far."""


@dataclass
class Plain(Dialect):
    """For people: citations in words, captions as paragraphs."""

    #: citations as the citation processor has them
    cited: Cited | None = None
    #: keys of the sources cited so far
    used: set[str] = field(default_factory=set)

    def heading(self, level: int, words: str, anchor: str = "") -> str:
        """A heading, with an anchor before it where it has one."""
        before = f'<a id="{slug(anchor)}"></a>\n\n' if anchor else ""
        return f"{before}{super().heading(level, words)}"

    def anchor(self, words: str, anchor: str) -> str:
        """With an empty link before them."""
        return f'<a id="{slug(anchor)}"></a>{words}'

    def code(self, words: str) -> str:
        """In brackets."""
        return f"({escape(words)})"

    def section(self, kind: str, body: str) -> str:  # noqa: ARG002
        """Plain text has none."""
        return body

    def cite(self, item: Item) -> str:
        """In the words of the style."""
        self.used |= {reference.key for reference in references_of(self.es, item)}
        return self._cited.in_text(item)

    @property
    def _cited(self) -> Cited:
        if self.cited is None:
            self.cited = Cited(self.es)
        return self.cited

    def _table(self, body: str, caption: str, kind: Kind) -> str:  # noqa: ARG002
        return f"{caption}\n\n{body}"

    def _figure(self, picture: Picture, caption: str) -> str:
        return f"![{escape(picture.alt)}](figures/{picture.stem}.svg)\n\n{caption}"

    def method(self, key: str) -> str:
        """In brackets."""
        return f" {self._cited.method(key)}"

    def sources(self, *, only_cited: bool = False) -> str:
        """One line for each source, in the order of the style."""
        listed = self._cited.references.items()
        return "\n".join(f"- {line}" for key, line in listed if key in self.used or not only_cited)


@dataclass
class ForPandoc(Dialect):
    """For Pandoc: citations by key, captions and anchors in its syntax."""

    suffix: str = "svg"

    def heading(self, level: int, words: str, anchor: str = "") -> str:
        """A heading that can be linked to."""
        # what has no anchor of its own says the same in every case, and is not in the contents
        marks = f"#{slug(anchor)}" if anchor else ".unlisted .unnumbered"
        return f"{super().heading(level, words)} {{{marks}}}"

    def anchor(self, words: str, anchor: str) -> str:
        """As a span with an id."""
        return f"[{words}]{{#{slug(anchor)}}}"

    def code(self, words: str) -> str:
        """As a span of its own class."""
        return f"[{escape(words)}]{{.code}}"

    def section(self, kind: str, body: str) -> str:
        """As a division, which the page makes a part that opens."""
        return f"::::: {{.{kind}}}\n{body}\n:::::"

    def cite(self, item: Item) -> str:
        """A citation for the citation processor."""
        return key_citation(self.es, item)

    def method(self, key: str) -> str:
        """By key."""
        return f" [@{{{method_sources()[key].id}}}]"

    def _table(self, body: str, caption: str, kind: Kind) -> str:
        return f"::: {{.{kind}}}\n{body}\n\nTable: {caption}\n:::"

    def _figure(self, picture: Picture, caption: str) -> str:
        return f"![{caption}](figures/{picture.stem}.{self.suffix}){{alt={_quoted(picture.alt)}}}"

    def sources(self, *, only_cited: bool = False) -> str:
        """The place where the citation processor puts the bibliography."""
        return f'::: {{#refs {".cited " if only_cited else ""}entry-spacing="0"}}\n:::'


def _quoted(words: str) -> str:
    r"""The value of an attribute, which ends where the words do.

    Examples
    --------
    >>> print(_quoted('a "b"\n\n# c\\'))
    "a \"b\" # c\\"
    """
    signs = re.sub(r"[\\\"&]", lambda sign: rf"\{sign[0]}", flat(words))
    return f'"{signs}"'


def _piped(header: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]) -> str:
    """A pipe table whose rule gives the widths of its columns; a negative width aligns right."""
    head, _, *body = tables.to_markdown(header, rows, marked_up=True).splitlines()
    share = _LINE / sum(abs(width) for width in widths)
    dashes = ["-" * max(3, round(abs(width) * share) - (width < 0)) for width in widths]
    rule = "|".join(f"{dash}:" if width < 0 else dash for dash, width in zip(dashes, widths, strict=True))
    return "\n".join([head, f"|{rule}|", *body])
