"""The container: rows under headings from an Excel file or a CSV, before they are interpreted."""

from __future__ import annotations

import csv
import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bayes_trace.files.cells import Cell, Day, Unreadable, is_blank
from bayes_trace.files.delimited import csv_fault, csv_rows, plain_heading
from bayes_trace.files.nodes import as_written
from bayes_trace.files.texts import UnreadableTextError, read_text
from bayes_trace.files.workbook.draft import Place

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = [
    "OWN_SHEETS",
    "Row",
    "Table",
    "csv_rows",
    "letter",
    "make_table",
    "plain_heading",
    "read_csv",
    "read_excel",
]

Note = Callable[[Place, str], None]
Lines = Sequence[tuple[int, Sequence[Cell]]]

#: sheets that the program writes for people, and passes over
OWN_SHEETS = ("Notes", "Lists")
#: bytes of a workbook, unpacked; its elements of XML; cells between the first of a sheet and the last, and of one merge
MOST_BYTES, MOST_TAGS, MOST_CELLS, MOST_MERGED = 100_000_000, 1_500_000, 2_000_000, 10_000
_NOT_EXCEL = "not an Excel workbook (.xlsx) that can be opened; save it as .xlsx, without a password"


@dataclass(frozen=True)
class Row:
    """One row: its number on the sheet and its cells by heading."""

    number: int
    cells: dict[str, Cell]


@dataclass
class Table:
    """One sheet."""

    sheet: str
    #: heading -> letter of its column
    columns: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    #: row of the headings
    head: int = 1

    def place(self, row: int = 0, heading: str = "") -> Place:
        """Where a cell, a row or, without a row, the heading of a column stands."""
        column = self.columns.get(heading, "")
        return Place(self.sheet, row or self.head, column, heading if column else "")


def letter(number: int) -> str:
    """Letters of a column counted from 0."""
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number + 1))


def make_table(sheet: str, lines: Lines, note: Note) -> Table:
    """Headings from the first line that shows something and is no title, rows from the others."""
    shown = [(number, cells) for number, cells in lines if not all(is_blank(cell) for cell in cells)]
    if len(shown) > 1 and _is_title(shown[0][1], shown[1][1]):
        del shown[0]
    table = Table(sheet)
    if not shown:
        return table
    table.head, heading_cells = shown[0]
    names = dict(_headings(table, heading_cells, note))
    for number, cells in shown[1:]:
        kept = {name: cells[place] for place, name in names.items() if place < len(cells)}
        for place, cell in enumerate(cells):
            if not is_blank(cell) and place not in names and not _is_own(heading_cells, place):
                at = Place(sheet, number, letter(place))
                note(at, f"{cell!r} is in a column without a heading; give it one or remove it")
        if not all(is_blank(cell) for cell in kept.values()):
            table.rows.append(Row(number, kept))
    return table


def _is_title(first: Sequence[Cell], second: Sequence[Cell]) -> bool:
    """A line of several words in one cell, over a line of several cells."""
    words = [str(cell).split() for cell in first if not is_blank(cell)]
    return len(words) == 1 and len(words[0]) > 1 and sum(not is_blank(cell) for cell in second) > 1


def _is_own(headings: Sequence[Cell], place: int) -> bool:
    """Columns whose heading begins with # are the coder's own."""
    return place < len(headings) and str(headings[place]).lstrip().startswith("#")


def _headings(table: Table, cells: Sequence[Cell], note: Note) -> Iterator[tuple[int, str]]:
    for place, cell in enumerate(cells):
        if is_blank(cell) or _is_own(cells, place):
            continue
        name = plain_heading(str(cell))
        if name in table.columns:
            at = Place(table.sheet, table.head, letter(place), name)
            note(at, f"duplicate heading, also in column {table.columns[name]}; keep one of them")
            continue
        table.columns[name] = letter(place)
        yield place, name


# --- CSV ----------------------------------------------------------------------------------


def read_csv(path: Path, note: Note) -> Table | None:
    """The table of a CSV: UTF-8, separated by commas, semicolons or tabs; # begins a comment."""
    try:
        text = read_text(path)
    except UnreadableTextError as error:
        note(Place(), str(error).replace("save it as UTF-8", "save it as 'CSV UTF-8', or as .xlsx"))
        return None
    lines: list[tuple[int, list[str]]] = []
    try:
        lines.extend(csv_rows(text))
    except csv.Error as error:
        row = lines[-1][0] + 1 if lines else 1
        note(Place(row=row), f"{csv_fault(error)}; quote texts that hold quotes or line breaks")
        return None
    return make_table("", _uncommented(lines), note)


def _uncommented(lines: Lines) -> Lines:
    """Without rows that begin with #, unless they belong to a column of the coder's own."""
    shown = [line for line in lines if line[1]]
    head = next((cells for _, cells in shown if "hypothesis" in map(plain_heading, map(str, cells))), ())
    own = bool(head) and _is_own(head, 0)
    return [line for line in shown if line[1] is head or own or not str(line[1][0]).lstrip().startswith("#")]


# --- Excel --------------------------------------------------------------------------------


def read_excel(path: Path, known: Sequence[str], note: Note) -> dict[str, Table]:
    """Sheets by name; what cannot be a value is noted at its cell."""
    shown, formulas = _open(path, note, data_only=True), _open(path, lambda *_: None, data_only=False)
    tables: dict[str, Table] = {}
    for sheet in shown.worksheets if shown and formulas else ():
        name = str(sheet.title).strip()
        if name in OWN_SHEETS or name.startswith("#"):
            continue
        name = next((each for each in known if each.lower() == name.lower()), name)
        if sheet.max_row * sheet.max_column > MOST_CELLS:
            note(Place(name), _too_wide(sheet))
            continue
        table = make_table(name, list(_rows(name, sheet, formulas[sheet.title], note)), note)  # type: ignore[index]
        if table.columns:
            tables[name] = table
    return tables


def _too_wide(sheet: Worksheet) -> str:
    cells = f"{sheet.max_row} rows by {sheet.max_column} columns"
    return (
        f"cells up to {letter(sheet.max_column - 1)}{sheet.max_row} are in use, {cells}, expected at most "
        f"{MOST_CELLS} cells; delete the rows and columns outside the table"
    )


def _open(path: Path, note: Note, *, data_only: bool) -> Workbook | None:
    import openpyxl

    try:
        with zipfile.ZipFile(path) as archive:
            unbounded = _unbounded(archive)
        if unbounded:
            note(Place(), unbounded)
            return None
        # openpyxl would leave a file open in which it comes upon a fault
        with warnings.catch_warnings(), path.open("rb") as stream:
            # what openpyxl cannot keep (charts, themes) is nothing that is read here
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(stream, data_only=data_only)
    except OSError as error:
        if error.filename:
            raise  # the file itself cannot be read
        note(Place(), _NOT_EXCEL)  # a place in the archive that there is not
        return None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever a damaged or foreign archive makes of the XML inside
        note(Place(), _NOT_EXCEL)
        return None


def _unbounded(archive: zipfile.ZipFile) -> str:
    """What would make the file too large to be opened; empty where nothing would."""
    from openpyxl.utils import range_boundaries

    size = sum(part.file_size for part in archive.infolist())
    if size > MOST_BYTES:
        return f"{size} bytes when unpacked, expected at most {MOST_BYTES}; split the workbook"
    tags = 0
    for part in archive.namelist():
        content = archive.read(part)
        tags += content.count(b"<") // 2
        if tags > MOST_TAGS:
            return f"more than {MOST_TAGS} cells and other parts; split the workbook"
        for area in re.findall(rb'<mergeCell ref="([A-Z0-9:]+)"', content) if "sheets/" in part else ():
            left, top, right, bottom = range_boundaries(area.decode())
            if (right - left + 1) * (bottom - top + 1) > MOST_MERGED:
                return f"cells {area.decode()} are merged, expected at most {MOST_MERGED} cells; unmerge them"
    return ""


def _rows(name: str, sheet: Worksheet, formulas: Worksheet, note: Note) -> Iterator[tuple[int, list[Cell]]]:
    merged = _merged(name, sheet, note)
    values = formulas.iter_rows(max_row=sheet.max_row, max_col=sheet.max_column, values_only=True)
    for number, row in enumerate(values, 1):
        cells: list[Cell] = [None] * len(row)
        for place, formula in enumerate(row):
            if formula is None and (number, place) not in merged:
                continue
            cell = merged.get((number, place)) or sheet.cell(number, place + 1)
            fault = _fault(cell, formula)
            if fault:
                note(Place(name, number, letter(place)), fault)
            cells[place] = Unreadable(fault) if fault else _plain(cell)
        yield number, cells


def _merged(name: str, sheet: Worksheet, note: Note) -> dict[tuple[int, int], Any]:
    """Cells hidden by a merge down a column -> the cell that is shown for them."""
    filled: dict[tuple[int, int], Any] = {}
    top = next((n for n, row in enumerate(sheet.iter_rows(values_only=True), 1) if any(map(bool, row))), 0)
    for area in sheet.merged_cells.ranges:
        first = sheet.cell(area.min_row, area.min_col)
        if area.min_row == area.max_row == top:
            continue  # a title over the table
        if area.min_col != area.max_col and first.value is not None:
            message = f"cells {area.coord} are merged across columns; unmerge them and give each its value"
            note(Place(name, area.min_row, letter(area.min_col - 1)), message)
            continue
        for row in range(area.min_row + 1, area.max_row + 1):
            filled[row, area.min_col - 1] = first
    return filled


def _fault(cell: Any, formula: Any) -> str:  # noqa: ANN401 - openpyxl's cell, and what is behind it
    """What is wrong with a cell before its column is known."""
    if cell.data_type == "e":
        return f"{cell.value}, a formula error; correct the formula or type the value"
    # a formula whose stored value is the empty text has the type of a text
    if formula is not None and cell.value is None and cell.data_type == "n":
        text = getattr(formula, "text", formula)
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
    if isinstance(value, (bool, int, float)):
        return _as_shown(value, str(cell.number_format))
    return value if value is None else str(value)


def _as_shown(value: float, number_format: str) -> Cell:
    """A number that is shown with more noughts than it has, as shelfmarks are, keeps them where it is text."""
    shown = re.fullmatch(r"(0+)(?:\.(0+))?", number_format)
    if shown is None or isinstance(value, bool):
        return value
    text = f"{value:0{len(number_format)}.{len(shown[2] or '')}f}"
    return cast("Cell", as_written(value, text)) if float(text) == value else value


def _day(date: dt.date, number_format: str) -> Day:
    """As exact as the cell shows it: typing 1976-11 makes the first of November, shown without a day."""
    parts = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", number_format.lower())
    length = 10 if "d" in parts else 7 if "m" in parts else 4
    return Day(date.isoformat()[:length])
