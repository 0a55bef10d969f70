"""Evidence sets as workbooks: everything in one .xlsx, or the codings alone in one .csv."""

from bayes_trace.files.workbook.spreadsheet import (
    read_spreadsheet,
    write_spreadsheet,
    write_spreadsheet_template,
)

__all__ = ["read_spreadsheet", "write_spreadsheet", "write_spreadsheet_template"]
