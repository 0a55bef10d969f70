"""Excel files as tables: dates as text, merged cells filled, formulas by their stored values."""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayes_trace.files.workbook.cells import Cell, Day, Unreadable
from bayes_trace.files.workbook.collector import Collector, Place
from bayes_trace.files.workbook.columns import SHEETS
from bayes_trace.files.workbook.tables import Table, letter, make_table

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["OWN_SHEETS", "read_excel_tables"]

#: sheets that the program writes for people, and passes over
OWN_SHEETS = ("Notes", "Lists")
_NOT_EXCEL = "not an Excel workbook (.xlsx) that can be opened; save it as .xlsx, without a password"


def read_excel_tables(path: Path, notes: Collector) -> dict[str, Table]:
    """Sheets by name; what cannot be a value is noted at its cell."""
    shown, formulas = _open(path, notes, data_only=True), _open(path, notes, data_only=False)
    if shown is None or formulas is None:
        return {}
    tables = {}
    for sheet in shown.worksheets:
        name = str(sheet.title).strip()
        if name in OWN_SHEETS or name.startswith("#"):
            continue
        known = next((each for each in SHEETS if each.lower() == name.lower()), name)
        lines = list(_lines(known, sheet, formulas[sheet.title], notes))
        table = make_table(known, lines, notes)
        if table.columns:
            tables[known] = table
    return tables


def _open(path: Path, notes: Collector, *, data_only: bool) -> Workbook | None:
    import openpyxl

    try:
        with warnings.catch_warnings():
            # what openpyxl cannot keep (charts, themes) is nothing that is read here
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(path, data_only=data_only)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError):
        # whatever a damaged or foreign archive makes of the XML inside
        if data_only:
            notes.note(Place(), _NOT_EXCEL)
        return None


def _lines(
    name: str, sheet: Worksheet, formulas: Worksheet, notes: Collector
) -> Iterator[tuple[int, list[Cell]]]:
    merged = _merged(name, sheet, notes)
    for number, (row, behind) in enumerate(zip(sheet.iter_rows(), formulas.iter_rows(), strict=True), 1):
        cells: list[Cell] = []
        for place, (cell, formula) in enumerate(zip(row, behind, strict=True)):
            at = Place(name, number, letter(place))
            value = merged.get((number, place), cell)
            fault = _fault(value, formula)
            if fault:
                notes.note(at, fault)
            cells.append(Unreadable(fault) if fault else _plain(value))
        yield number, cells


def _merged(name: str, sheet: Worksheet, notes: Collector) -> dict[tuple[int, int], Any]:
    """Cells hidden by a merge down a column -> the cell that is shown for them."""
    filled: dict[tuple[int, int], Any] = {}
    for area in sheet.merged_cells.ranges:
        first = sheet.cell(area.min_row, area.min_col)
        if area.min_col != area.max_col and first.value is not None:
            at = Place(name, area.min_row, letter(area.min_col - 1))
            message = f"cells {area.coord} are merged across columns; unmerge them and give each its value"
            notes.note(at, message)
            continue
        for row in range(area.min_row + 1, area.max_row + 1):
            filled[row, area.min_col - 1] = first
    return filled


def _fault(cell: Any, formula: Any) -> str:  # noqa: ANN401 - openpyxl's cells
    """What is wrong with a cell before its column is known."""
    if cell.data_type == "e":
        return f"{cell.value}, an error of a formula; mend the formula or type the value"
    if formula.data_type == "f" and cell.value is None:
        text = getattr(formula.value, "text", formula.value)
        return f"the formula {text} has no stored value; open and save the file in a spreadsheet program, or type the value"
    return ""


def _plain(cell: Any) -> Cell:  # noqa: ANN401 - openpyxl's cells
    value = cell.value
    if isinstance(value, dt.datetime):
        return _day(value.date(), str(cell.number_format))
    if isinstance(value, dt.date):
        return _day(value, str(cell.number_format))
    if isinstance(value, (dt.time, dt.timedelta)):
        return Day(value)
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def _day(date: dt.date, number_format: str) -> Day:
    """As exact as the cell shows it: typing 1976-11 makes the first of November, shown without a day."""
    parts = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", number_format.lower())
    length = 10 if "d" in parts else 7 if "m" in parts else 4
    return Day(date.isoformat()[:length])
