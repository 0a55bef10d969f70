"""``bayes-trace explore``: the living appendix, and the form of a coder who sees no judgement."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bayes_trace.cli.options import (
    CoderOption,
    JsonFlag,
    OverwriteFlag,
    ScenarioOption,
    SetArgument,
    claim,
    progress,
    read_with,
    to_json,
)

__all__ = ["explore"]


def explore(
    folder: SetArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="File to write.", show_default="appendix.html, or NAME.html with --blind"
        ),
    ] = None,
    *,
    blind: Annotated[
        bool,
        typer.Option("--blind", help="The form of a further coder, named by --coder: no judgement is shown."),
    ] = False,
    scenario: ScenarioOption = None,
    coder: CoderOption = None,
    overwrite: OverwriteFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Write one page in which a reader can move every number and save the view, or a coder can judge."""
    if blind and not coder:
        message = "--blind needs --coder NAME: whose judgements the file is to hold"
        raise typer.BadParameter(message)
    if blind and scenario:
        message = "--blind shows items as the set has them; leave out --scenario"
        raise typer.BadParameter(message)
    path = out or Path(f"{coder}.html" if blind else "appendix.html")
    claim(path, overwrite=overwrite)
    with progress("explore") as say:
        say("loading", 0.0)
        from bayes_trace.explore import appendix_page, blind_page
        from bayes_trace.files.keeping import named, write_text

        es, names = read_with(folder, scenario)
        opens: dict[str, Any] = {"scenario": names, "coder": coder, "progress": say}
        with named(path):  # sources are cited by way of files of their own
            page = blind_page(es, str(coder)) if blind else appendix_page(es, **opens)
            write_text(path, page)
    if as_json:
        typer.echo(to_json({"page": path.as_posix(), "digest": es.digest}))
    else:
        typer.echo(f"Wrote {path.as_posix()}; open it in a browser, it needs no network")
