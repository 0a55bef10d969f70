"""Reading and writing one file, .xlsx or .csv."""

from __future__ import annotations

from pathlib import Path

from bayes_trace.errors import EvidenceSetError, Problem
from bayes_trace.evidence import EvidenceSet
from bayes_trace.files.keeping import named, write_bytes
from bayes_trace.files.workbook.book import Table, read_csv, read_excel
from bayes_trace.files.workbook.columns import SHEETS
from bayes_trace.files.workbook.draft import Draft, Place
from bayes_trace.files.workbook.flat import flat_text, is_flat, take_flat
from bayes_trace.files.workbook.layout import excel_bytes, oversized
from bayes_trace.files.workbook.sheets import Rows, empty_sheets, export_rows, take_sheets
from bayes_trace.files.writing import refuse_faulty
from bayes_trace.guards import guarded

__all__ = ["read_spreadsheet", "read_with_remarks", "write_spreadsheet", "write_spreadsheet_template"]

_ENDINGS = "expected a file ending in .xlsx or .csv; save it as one of them"


@guarded
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
    return read_with_remarks(path)[0]


def read_with_remarks(path: str | Path) -> tuple[EvidenceSet, str]:
    """The set in a spreadsheet, and which sheet was read where others were left aside."""
    path = Path(path)
    draft = Draft(path.as_posix(), SHEETS)
    remark = _read(path, draft)
    es = draft.build() if draft.plain else None
    if es is None or draft:
        raise draft.error()
    return es, remark


def _read(path: Path, draft: Draft) -> str:
    """Take the file into the draft; what was left aside, in words."""
    ending = path.suffix.lower()
    if ending not in (".xlsx", ".xlsm", ".csv"):
        draft.note(Place(), _ENDINGS)
    elif not path.is_file():
        what = "no such file; correct the name"
        if path.exists():
            what = "a folder" if path.is_dir() else "a pipe or a device"
            what += ", expected a file"
        draft.note(Place(), what)
    elif ending == ".csv":
        table = read_csv(path, draft.note)
        if table:
            take_flat(table, draft)
    else:
        return _take_tables(read_excel(path, tuple(SHEETS), draft.note), draft)
    return ""


def _take_tables(tables: dict[str, Table], draft: Draft) -> str:
    """A workbook, or a flat table with anything beside it."""
    if not tables:
        if not draft:
            message = "every sheet is empty; start from `bayes-trace export --template FILE.xlsx`"
            draft.note(Place(), message)
        return ""
    flat = [name for name, table in tables.items() if is_flat(table)]
    lone = len(tables) == 1 and not {"Set", "Hypotheses"} & set(tables)
    if lone or (flat and not {"Set", "Hypotheses"} & set(tables)):
        chosen = (flat or list(tables))[0]
        others = [name for name in tables if name != chosen]
        take_flat(tables[chosen], draft)
        return f"Read the sheet {chosen}; left aside: {', '.join(others)}." if others else ""
    for name in tables:
        if name not in SHEETS:
            message = (
                f"unknown sheet; expected {', '.join(SHEETS)}; begin its name with # to keep it as your own"
            )
            draft.note(Place(name), message)
    take_sheets(tables, draft)
    return ""


@guarded
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
        If the file is there and `overwrite` is false, a text is too long for a cell, or a scenario could
        not be read.

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
    refuse_faulty(evidence_set, evidence_set.id)
    terms = [term for scale in evidence_set.scales for term in scale.terms]
    return _write_book(export_rows(evidence_set), path, terms, overwrite=overwrite)


def _write_book(sheets: list[Rows], path: Path, terms: list[str], *, overwrite: bool) -> Path:
    problems = list(oversized(sheets))
    if path.suffix.lower() != ".xlsx":
        problems = [Problem((), _ENDINGS)]
    if problems:
        raise EvidenceSetError(path.as_posix(), problems)
    with named(path):  # it is put together in files of its own
        content = excel_bytes(sheets, terms=terms)
    return write_bytes(content, path, overwrite=overwrite)


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
