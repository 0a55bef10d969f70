"""``bayes-trace sort``: an evidence table brought into the order in which it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayes_trace.cli.options import JsonFlag, OverwriteFlag, to_json

__all__ = ["sort"]


def sort(
    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE", help="Parquet, Arrow or CSV, a file or a folder.", show_default=False
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE.parquet", help="File to write.", show_default=False)
    ],
    rows: Annotated[int, typer.Option(help="Rows of a row group, about.", min=1)] = 120_000,
    *,
    overwrite: OverwriteFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Sort an evidence table by episode and item, in row groups of whole episodes.

    The table may be larger than memory. `bayes-trace map` reads what this writes.
    """
    from bayes_trace.files.evidence_tables.sorting import sort_evidence_table

    written = sort_evidence_table(table, out, rows=rows, overwrite=overwrite)
    typer.echo(to_json({"file": written.as_posix()}) if as_json else f"Wrote {written}")
