"""Reading and writing one file, .xlsx or .csv."""

from __future__ import annotations

from pathlib import Path

from bayes_trace.errors import EvidenceSetError, Problem
from bayes_trace.evidence import EvidenceSet
from bayes_trace.files.workbook.assembling import assemble
from bayes_trace.files.workbook.collector import Collector, Place
from bayes_trace.files.workbook.columns import SHEETS
from bayes_trace.files.workbook.excel import read_excel_tables
from bayes_trace.files.workbook.exporting import Rows, empty_sheets, export_rows
from bayes_trace.files.workbook.files import write_bytes
from bayes_trace.files.workbook.flat import assemble_flat
from bayes_trace.files.workbook.flat_export import flat_text, not_in_csv
from bayes_trace.files.workbook.saving import excel_bytes, oversized
from bayes_trace.files.workbook.tables import Table, read_csv_table

__all__ = ["not_in_csv", "read_spreadsheet", "write_spreadsheet", "write_spreadsheet_template"]

_ENDINGS = "expected a file ending in .xlsx or .csv; save it as one of them"


def read_spreadsheet(path: str | Path) -> EvidenceSet:
    r"""Read the evidence set in a workbook or in a table of codings.

    Parameters
    ----------
    path
        A ``.xlsx`` as `write_spreadsheet` makes it, filled in by hand in any order of rows and
        columns; or a ``.csv`` (or a workbook with that one sheet) with the columns ``item``,
        ``hypothesis``, ``best`` and any others of the flat table. What the flat table does not say
        is taken as: one case, one episode, one coder, equal priors, probabilities.

    Returns
    -------
    The whole set, checked.

    Raises
    ------
    EvidenceSetError
        With every problem at once: sheet, row, column, what is there, what was expected, what to do.

    Examples
    --------
    >>> import tempfile
    >>> table = Path(tempfile.mkdtemp()) / "codings.csv"
    >>> _ = table.write_text("item,hypothesis,best\nmemo,A,0.8\nmemo,B,0.2\n")
    >>> read_spreadsheet(table).hypothesis_ids
    ('A', 'B')
    """
    path = Path(path)
    notes = Collector(path.as_posix(), tuple(SHEETS))
    es = _read(path, notes)
    if es is None or notes:
        raise notes.error()
    return es


def _read(path: Path, notes: Collector) -> EvidenceSet | None:
    if path.suffix.lower() not in (".xlsx", ".xlsm", ".csv"):
        notes.note(Place(), _ENDINGS)
    elif not path.is_file():
        notes.note(Place(), "no such file; correct the name")
    elif path.suffix.lower() == ".csv":
        table = read_csv_table(path, notes)
        return assemble_flat(table, notes) if table else None
    else:
        return _read_tables(read_excel_tables(path, notes), notes)
    return None


def _read_tables(tables: dict[str, Table], notes: Collector) -> EvidenceSet | None:
    if not tables:
        if not notes:
            notes.note(Place(), "every sheet is empty; start from `bayes-trace export --template FILE.xlsx`")
        return None
    if len(tables) == 1 and not {"Set", "Hypotheses"} & set(tables):
        return assemble_flat(next(iter(tables.values())), notes)
    for name in tables:
        if name not in SHEETS:
            message = (
                f"unknown sheet; expected {', '.join(SHEETS)}; begin its name with # to keep it as your own"
            )
            notes.note(Place(name), message)
    return assemble(tables, notes)


def write_spreadsheet(evidence_set: EvidenceSet, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a set to one file: a workbook with everything, or a table of its codings.

    Parameters
    ----------
    evidence_set
        Any set; one made by scenarios is written as it stands, with their names.
    path
        Ending in ``.xlsx``: reading it gives the same set again. Ending in ``.csv``: one flat table
        of items, episodes, hypotheses and likelihoods, with which `update` gives the same answer
        unless sources have a reliability; `not_in_csv` lists what it leaves behind.
    overwrite
        Replace a file that is there; it is kept beside the new one as ``.bak``.

    Returns
    -------
    The file.

    Raises
    ------
    EvidenceSetError
        If the file is there and `overwrite` is false, or a text is too long for a cell.

    Examples
    --------
    >>> import tempfile, bayes_trace as bt
    >>> es = bt.from_table({"memo": {"A": 0.8, "B": 0.2}})
    >>> book = write_spreadsheet(es, Path(tempfile.mkdtemp()) / "memo.xlsx")
    >>> read_spreadsheet(book) == es
    True
    """
    path = Path(path)
    if path.suffix.lower() == ".csv":
        content = flat_text(evidence_set).encode("utf-8-sig")
        return write_bytes(content, path, overwrite=overwrite)
    terms = [term for scale in evidence_set.scales for term in scale.terms]
    return _write_book(export_rows(evidence_set), path, terms, overwrite=overwrite)


def _write_book(sheets: list[Rows], path: Path, terms: list[str], *, overwrite: bool) -> Path:
    problems = list(oversized(sheets))
    if path.suffix.lower() != ".xlsx":
        problems = [Problem((), _ENDINGS)]
    if problems:
        raise EvidenceSetError(path.as_posix(), problems)
    return write_bytes(excel_bytes(sheets, terms=terms), path, overwrite=overwrite)


def write_spreadsheet_template(path: str | Path, *, overwrite: bool = False) -> Path:
    """Write an empty workbook to fill in, with drop-downs and a page of notes.

    Parameters
    ----------
    path
        Ending in ``.xlsx``.
    overwrite
        Replace a file that is there; it is kept beside the new one as ``.bak``.

    Returns
    -------
    The file.

    Raises
    ------
    EvidenceSetError
        If the file is there and `overwrite` is false.

    Examples
    --------
    >>> import tempfile
    >>> write_spreadsheet_template(Path(tempfile.mkdtemp()) / "mine.xlsx").name
    'mine.xlsx'
    """
    return _write_book(empty_sheets(), Path(path), [], overwrite=overwrite)
