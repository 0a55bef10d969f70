"""One table of a report alone: as text, in a Word file, or as a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bayes_trace import tables
from bayes_trace.errors import UnknownNameError
from bayes_trace.files.delimited import inert
from bayes_trace.files.workbook.layout import book_bytes
from bayes_trace.report.brief import Brief
from bayes_trace.report.conversion import Converter
from bayes_trace.report.dialect import ForPandoc, Kind
from bayes_trace.report.parts import Parts
from bayes_trace.report.results import Detail, EpisodeResult, Gathered
from bayes_trace.report.text import escape, plain

__all__ = ["KINDS", "Table", "depth", "one_table", "save_table"]

KINDS = ("md", "csv", "tex", "docx", "xlsx")
#: widest column of a spreadsheet
WIDEST = 60


@dataclass
class _Listening(ForPandoc):
    """Sets a table for a converter and keeps its cells."""

    kept: list[tuple[list[str], list[list[str]], str]] = field(default_factory=list)

    def table(
        self,
        header: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        caption: str,
        widths: Sequence[int],
        kind: Kind = "grid",
    ) -> str:
        """The table, remembered."""
        body = [list(row) for row in rows]
        self.kept.append((list(header), body, caption))
        return super().table(header, body, caption=caption, widths=widths, kind=kind)

    def link(self, words: str, anchor: str) -> str:  # noqa: ARG002
        """Alone, a table has nothing to lead to."""
        return words


@dataclass(frozen=True)
class Table:
    """A table: plain cells, and the same set for a converter."""

    gathered: Gathered
    header: list[str]
    rows: list[list[str]]
    caption: str
    markdown: str

    def text(self, kind: str) -> str:
        """As Markdown, CSV or LaTeX."""
        one_line = [[cell.replace("\n", "; ") for cell in row] for row in self.rows]
        if kind == "csv":
            file = io.StringIO()
            csv.writer(file, lineterminator="\n").writerows(
                [inert(cell) for cell in row] for row in (self.header, *one_line)
            )
            return file.getvalue().rstrip("\n")
        if kind == "tex":
            return tables.to_latex(self.header, one_line, caption=self.caption)
        header, *rows = ([escape(cell) for cell in row] for row in (self.header, *one_line))
        return f"{tables.to_markdown(header, rows, marked_up=True)}\n\n{escape(self.caption)}"


def one_table(gathered: Gathered, name: str) -> Table:
    """A table of the report by its name.

    Parameters
    ----------
    gathered
        As from `gather`.
    name
        ``episodes``, ``hypotheses``, ``probabilities``; ``ledger:``, ``statements:``, ``assumptions:`` or
        ``robustness:`` and an episode; ``changes:`` and a scenario.

    Raises
    ------
    UnknownNameError
        For a table, an episode or a scenario that is not there.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.report import gather
    >>> print(one_table(gather(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})), "hypotheses").text("csv").splitlines()[0])
    Hypothesis,Prior,Statement
    """
    dialect = _Listening(gathered.evidence_set)
    markdown = _made(gathered, name, dialect)
    if not dialect.kept:
        raise UnknownNameError("table", name, [*_WHOLE, *(f"{part}:…" for part in (*_OF_EPISODE, "changes"))])
    header, rows, caption = dialect.kept[-1]
    clean = [[plain(cell) for cell in row] for row in rows]
    return Table(gathered, [plain(cell) for cell in header], clean, plain(caption), markdown)


def depth(name: str) -> Detail:
    """How much has to be gathered for a table.

    Examples
    --------
    >>> depth("ledger:vote"), depth("changes:sceptic"), depth("robustness:vote")
    ('brief', 'standard', 'full')
    """
    needed: dict[str, Detail] = {"changes": "standard", "robustness": "full"}
    return needed.get(name.partition(":")[0], "brief")


_WHOLE: dict[str, Callable[[Gathered, _Listening], str]] = {
    "episodes": lambda g, v: Brief(g, v).table(),
    "hypotheses": lambda g, v: Parts(g, v).hypotheses(),
    "probabilities": lambda g, v: Parts(g, v).probabilities(),
}
_OF_EPISODE: dict[str, Callable[[Parts, EpisodeResult], str]] = {
    "ledger": Parts.ledger,
    "statements": Parts.statements,
    "assumptions": Parts.assumptions,
    "robustness": lambda parts, result: parts.robustness(result, full=True),
}


def _made(gathered: Gathered, name: str, dialect: _Listening) -> str:
    what, _, which = name.partition(":")
    if what in _WHOLE and not which:
        return _WHOLE[what](gathered, dialect)
    if what == "changes":
        if which not in gathered.evidence_set.scenarios:
            raise UnknownNameError("scenario", which, list(gathered.evidence_set.scenarios))
        return Parts(gathered, dialect).changes(which, full=True)
    if what in _OF_EPISODE:
        known = {result.episode.id: result for result in gathered.episodes}
        if which not in known:
            raise UnknownNameError("scored episode", which, list(known))
        return _OF_EPISODE[what](Parts(gathered, dialect), known[which])
    return ""


def save_table(table: Table, kind: str, path: Path) -> None:
    """Write a table as ``docx`` or ``xlsx``."""
    if kind == "docx":
        Converter(table.gathered.evidence_set, path.parent, "chicago").convert(table.markdown, "docx", path)
        return
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    sheet.title = "table"
    for row in (table.header, *table.rows, [], [table.caption]):
        sheet.append(row)
    for cell in (cell for row in sheet for cell in row if cell.data_type == "f"):
        cell.data_type = "s"  # its words are no formula
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column in sheet.iter_cols(max_row=len(table.rows) + 1):
        longest = max(len(line) for cell in column for line in str(cell.value or "").split("\n"))
        sheet.column_dimensions[column[0].column_letter].width = min(WIDEST, longest + 2)
        for cell in column:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "B2"
    path.write_bytes(book_bytes(book))
