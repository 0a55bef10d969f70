"""Rows to an Excel file that people like to work in: headings that explain themselves, drop-downs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bayes_trace import scales
from bayes_trace.errors import Problem
from bayes_trace.files.cells import CELL_LIMIT, MIXED, Cell
from bayes_trace.files.workbook.book import OWN_SHEETS, letter
from bayes_trace.files.workbook.columns import NOTES, SET, Column
from bayes_trace.files.workbook.sheets import Rows

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["book_bytes", "excel_bytes", "oversized"]

#: rows for which drop-downs are laid out beyond those that are filled
ROOM = 1000
_HEAD_FILL, _GREY = "1F3A5F", "666666"
_FONT, _SIZE, _TITLE_SIZE = "Calibri", 11, 14
#: points of one line, and how many lines of a long text show
_LINE, _MOST_LINES = 15, 8


def oversized(sheets: Iterable[Rows]) -> Iterator[Problem]:
    """Texts that no cell can hold."""
    for rows in sheets:
        for number, row in enumerate(rows.rows, 2):
            for heading, cell in row.items():
                if isinstance(cell, str) and len(cell) > CELL_LIMIT:
                    message = (
                        f"{len(cell)} characters, expected at most {CELL_LIMIT}, which is what a cell holds; "
                        "shorten the text or share the folder"
                    )
                    where = (rows.sheet.name, str(row.get(rows.sheet.id)), heading)
                    yield Problem(where, message, f"sheet {rows.sheet.name}, row {number}")


def excel_bytes(sheets: Sequence[Rows], *, terms: Iterable[str] = ()) -> bytes:
    """The file; `terms` are further words for the drop-down of verbal codings."""
    from openpyxl import Workbook

    book = Workbook()
    _write_notes(book.active, sheets)
    for rows in sheets:
        _write_sheet(book.create_sheet(rows.sheet.name), rows)
    words = list(dict.fromkeys([*scales.IPCC, *terms]))
    lists = book.create_sheet(OWN_SHEETS[1])
    for number, word in enumerate(words, 1):
        _put(lists.cell(number, 1), MIXED.show(word))
    lists.sheet_state = "hidden"
    for rows in sheets:
        _add_choices(book[rows.sheet.name], rows, sheets, len(words))
    return book_bytes(book)


def book_bytes(book: Workbook) -> bytes:
    """The file of a workbook without pictures or charts, made in memory.

    openpyxl's own saving goes through files in the folder for temporary ones, which stay, or are left open,
    where the disk is full or the run is killed.
    """
    from openpyxl.worksheet._writer import WorksheetWriter
    from openpyxl.writer.excel import ExcelWriter

    class Writer(ExcelWriter):  # type: ignore[misc]
        def write_worksheet(self, ws: Any) -> None:  # noqa: ANN401 - openpyxl's worksheet
            writer = WorksheetWriter(ws, out=io.BytesIO())
            writer.write()
            ws._rels = writer._rels  # noqa: SLF001
            self._archive.writestr(ws.path[1:], writer.read())
            self.manifest.append(ws)

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        Writer(book, archive).save()
    return buffer.getvalue()


def _put(cell: Any, value: Cell) -> None:  # noqa: ANN401 - openpyxl's cell
    """A value as it is: no text becomes a formula, no number loses a digit."""
    if isinstance(value, (int, float)):
        cell.value = repr(value)
        cell.data_type = "n"
    elif value is not None:
        cell.value = value
        cell.data_type = "s"


def _write_notes(page: Worksheet, sheets: Sequence[Rows]) -> None:
    from openpyxl.styles import Alignment, Font

    page.title = OWN_SHEETS[0]
    page.column_dimensions["A"].width = 18
    page.column_dimensions["B"].width = 100
    lines = [*NOTES, ("", ""), ("Sheets", ""), *((rows.sheet.name, rows.sheet.about) for rows in sheets)]
    for number, (left, right) in enumerate(lines, 1):
        for place, text in ((1, left), (2, right)):
            cell = page.cell(number, place)
            _put(cell, text or None)
            cell.alignment = Alignment(wrap_text=place > 1, vertical="top")
        size = _TITLE_SIZE if left and not right else _SIZE
        page.cell(number, 1).font = Font(name=_FONT, bold=True, size=size)
    _fit_to_width(page)


def _write_sheet(page: Worksheet, rows: Rows) -> None:
    columns = _columns(rows)
    for place, column in enumerate(columns, 1):
        _write_heading(page, place, column)
    places = {column.heading: place for place, column in enumerate(columns, 1)}
    for number, row in enumerate(rows.rows, 2):
        for heading, cell in row.items():
            _put(page.cell(number, places[heading]), cell)
    _lay_out(page, columns, len(rows.rows))
    if rows.sheet.name == "Set":
        _explain_keys(page)


def _columns(rows: Rows) -> list[Column]:
    known = {column.heading: column for column in rows.sheet.columns}
    return [known.get(heading) or Column(heading, kind=MIXED, width=14) for heading in rows.headings]


def _write_heading(page: Worksheet, place: int, column: Column) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    cell = page.cell(1, place)
    _put(cell, column.heading)
    cell.font = Font(name=_FONT, size=_SIZE, bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor=_HEAD_FILL)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if column.help:
        cell.comment = Comment(column.help + (" Required." if column.required else ""), "bayes_trace")
        cell.comment.width, cell.comment.height = 260, 80


def _lay_out(page: Worksheet, columns: Sequence[Column], count: int) -> None:
    from openpyxl.styles import Alignment

    page.freeze_panes = "B2"
    page.auto_filter.ref = f"A1:{letter(len(columns) - 1)}{max(count, 1) + 1}"
    page.print_title_rows = "1:1"
    _fit_to_width(page)
    wrapped = Alignment(wrap_text=True, vertical="top")
    for place, column in enumerate(columns):
        whole = page.column_dimensions[letter(place)]
        whole.width = _width(column)
        # the column's own style holds for rows still to come
        _style(whole, column, wrapped)
    for row in page.iter_rows(min_row=2, max_row=count + 1):
        lines = 1
        for cell, column in zip(row, columns, strict=False):
            if cell.value is not None:
                _style(cell, column, wrapped)
                lines = max(lines, _line_count(cell.value, _width(column)))
        page.row_dimensions[row[0].row].height = _LINE * min(lines, _MOST_LINES)


def _style(cell: Any, column: Column, wrapped: Any) -> None:  # noqa: ANN401 - openpyxl's objects
    cell.alignment = wrapped
    # text stays text: no program turns 1976-11 into a day
    cell.number_format = "General" if column.kind.numeric else "@"


def _width(column: Column) -> float:
    """Wide enough for the heading, with room for the button of the filter."""
    return max(column.width, 1.1 * len(column.heading) + 3)


def _line_count(text: object, width: float) -> int:
    return sum(1 + int(1.15 * len(line) / width) for line in str(text).splitlines())


def _fit_to_width(page: Worksheet) -> None:
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _explain_keys(page: Worksheet) -> None:
    """The third column says what each key means; its heading marks it as nothing to be read."""
    from openpyxl.styles import Alignment, Font

    page.column_dimensions["C"].width = 70
    _put(page.cell(1, 3), "# what it means")
    for number, column in enumerate(SET, 2):
        cell = page.cell(number, 3)
        _put(cell, column.help + (" Required." if column.required else ""))
        cell.font = Font(name=_FONT, size=_SIZE, italic=True, color=_GREY)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.cell(number, 2).number_format = "General" if column.kind.numeric else "@"


# --- drop-downs ---------------------------------------------------------------------------


def _add_choices(page: Worksheet, rows: Rows, sheets: Sequence[Rows], terms: int) -> None:
    last = len(rows.rows) + ROOM
    if rows.sheet.name == "Set":
        for number, column in enumerate(SET, 2):
            _add_choice(page, column, f"B{number}", sheets, terms)
        return
    for place, column in enumerate(_columns(rows)):
        _add_choice(page, column, f"{letter(place)}2:{letter(place)}{last}", sheets, terms)


def _add_choice(page: Worksheet, column: Column, cells: str, sheets: Sequence[Rows], terms: int) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    if not column.choices:
        return
    fixed = not isinstance(column.choices, str)
    offered = _offered(column.choices, sheets, terms)
    choice = DataValidation(type="list", formula1=offered, allow_blank=True)
    # ids may be several in a cell, and a likelihood may be a number: there the list only suggests
    choice.showErrorMessage = fixed
    choice.errorTitle, choice.error = column.heading, column.help
    page.add_data_validation(choice)
    choice.add(cells)


def _offered(choices: tuple[str, ...] | str, sheets: Sequence[Rows], terms: int) -> str:
    if not isinstance(choices, str):
        return f'"{",".join(choices)}"'
    if choices == "Terms":
        return f"{OWN_SHEETS[1]}!$A$1:$A${terms}"
    rows = next(rows for rows in sheets if rows.sheet.name == choices)
    return f"{choices}!$A$2:$A${len(rows.rows) + 200}"
