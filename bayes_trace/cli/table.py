"""``bayes-trace table``: any table of the report alone, for a paper or a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayes_trace.cli.options import (
    CoderOption,
    OutOption,
    OverwriteFlag,
    ScenarioOption,
    SetArgument,
    claim,
    progress,
    read,
)

__all__ = ["table"]

TEXTS = ("md", "csv", "tex")


def table(
    folder: SetArgument,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="episodes, hypotheses, probabilities, ledger:EPISODE, statements:EPISODE, assumptions:EPISODE, "
            "robustness:EPISODE or changes:SCENARIO.",
            show_default=False,
        ),
    ],
    kind: Annotated[str, typer.Option("--format", "-f", help="md, csv, tex, docx or xlsx.")] = "md",
    out: OutOption = None,
    scenario: ScenarioOption = None,
    coder: CoderOption = None,
    *,
    overwrite: OverwriteFlag = False,
) -> None:
    """Write a single table of the report.

    md, csv and tex are printed unless --out is given; docx and xlsx need it.
    """
    from bayes_trace.files.keeping import write_text
    from bayes_trace.report.alone import KINDS, depth, one_table, save_table
    from bayes_trace.report.gather import gather

    if kind not in KINDS:
        message = f"--format {kind}: expected one of {', '.join(KINDS)}"
        raise typer.BadParameter(message)
    if kind not in TEXTS and out is None:
        message = f"--format {kind}: give the file with --out"
        raise typer.BadParameter(message)
    claim(out, overwrite=overwrite)
    with progress("table") as say:
        detail = depth(name)
        found = one_table(gather(read(folder, scenario), coder=coder, detail=detail, progress=say), name)
    if out is None:
        typer.echo(found.text(kind))
    elif kind in TEXTS:
        write_text(out, found.text(kind) + "\n")
        typer.echo(f"Wrote {out}", err=True)
    else:
        _save(found, kind, out, save_table)


def _save(found: object, kind: str, out: Path, save: object) -> None:
    from bayes_trace.files.keeping import whole

    with whole(out) as file:
        save(found, kind, file)  # type: ignore[operator]
    typer.echo(f"Wrote {out}", err=True)
