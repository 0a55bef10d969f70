"""``bayes-trace report``: the case-by-case report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayes_trace.cli.options import (
    CoderOption,
    JsonFlag,
    ScenarioOption,
    SetArgument,
    progress,
    read,
    to_json,
)

__all__ = ["report"]


def report(
    folder: SetArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to.")] = Path("report"),
    scenario: ScenarioOption = None,
    coder: CoderOption = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Write why each outcome came about, case by case, as Markdown.

    Files of an earlier report in the folder are replaced; nothing else in it is touched.
    """
    from bayes_trace.report import write_report

    es = read(folder, scenario)
    with progress("report") as say:
        path = write_report(es, out, coder=coder, progress=say)
    if as_json:
        typer.echo(
            to_json({"report": path.as_posix(), "manifest": (path.parent / "manifest.json").as_posix()})
        )
    else:
        typer.echo(f"Wrote {path.as_posix()} and {(path.parent / 'manifest.json').as_posix()}")
