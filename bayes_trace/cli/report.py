"""``bayes-trace report``: the case-by-case report."""

from __future__ import annotations

import contextlib
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from bayes_trace.cli.options import (
    CoderOption,
    JsonFlag,
    OverwriteFlag,
    ScenarioOption,
    SchedulerOption,
    SetArgument,
    WorkersOption,
    cluster,
    progress,
    read,
    to_json,
)
from bayes_trace.errors import MissingLetterWarning, printable

__all__ = ["report"]

#: formats, the one to read first in front
OPENED = ("html", "pdf", "docx", "md", "tex")
#: the most letters that are named of those that the fonts of figures lack
_NAMED = 10

FormatOption = Annotated[
    str,
    typer.Option(
        "--format", "-f", metavar="NAMES", help="Any of md, html, docx, tex, pdf, separated by commas."
    ),
]
StyleOption = Annotated[
    str, typer.Option("--style", help="Citation style: chicago (author-date), apsa or apa.")
]
DetailOption = Annotated[
    str,
    typer.Option(
        "--detail",
        help="brief: the answers alone; standard: with tables; full: with every number and figure.",
    ),
]
FiguresOption = Annotated[
    bool | None,
    typer.Option("--figures/--no-figures", help="Draw figures.", show_default="unless md is the only format"),
]
DrawsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--draws",
        metavar="FILE",
        help="Add the intervals of draws from bayes-trace sample (.nc); repeat for several models.",
        exists=True,
        dir_okay=False,
        show_default=False,
    ),
]


BesideOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--beside",
        metavar="FOLDER",
        help="Tell on the summary page what another set answers as well; repeat for several.",
        exists=True,
        file_okay=False,
        show_default=False,
    ),
]


def report(
    folder: SetArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to.")] = Path("report"),
    *,
    formats: FormatOption = "md",
    style: StyleOption = "chicago",
    detail: DetailOption = "standard",
    figures: FiguresOption = None,
    draws: DrawsOption = None,
    scenario: ScenarioOption = None,
    coder: CoderOption = None,
    beside: BesideOption = None,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = None,
    overwrite: OverwriteFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Write the case-by-case report, as Markdown, HTML, Word, LaTeX or PDF.

    Files of an earlier report in the folder are replaced, and set aside as report.earlier.* where they are
    out of date and of a format not asked for; nothing else in it is touched. Where no
    PDF can be made, the other formats are written all the same.
    """
    chosen = [name for name in formats.replace(",", " ").split() if name]
    failed: dict[str, str] = {}
    with _lacking_letters_told(), progress("report") as say, cluster(scheduler, workers) as client:
        say("loading", 0.0)  # imports and reading take a second or two
        from bayes_trace.report import IncompleteReportError, write_report
        from bayes_trace.report.draws import open_draws

        es = read(folder, scenario)
        try:
            files = write_report(
                es,
                out,
                formats=chosen,
                style=style,
                detail=detail,
                figures=figures,
                draws=[open_draws(path) for path in draws or ()],
                coder=coder,
                beside=[read(each, None) for each in beside or ()],
                client=client,
                progress=say,
                overwrite=overwrite,
                origin=folder,
            )
        except IncompleteReportError as error:
            files, failed = error.files, error.failed
    _tell(files, failed, as_json=as_json)
    if failed:
        raise typer.Exit(1)


@contextlib.contextmanager
def _lacking_letters_told() -> Iterator[None]:
    """Letters that figures could not draw are named once and at the end; other warnings stay as they are."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", MissingLetterWarning)
        yield
    letters = dict[str, None]()
    for each in told:
        if isinstance(each.message, MissingLetterWarning):
            letters[each.message.letter] = None
        else:
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)
    if letters:
        more = f" and {len(letters) - _NAMED} more" if len(letters) > _NAMED else ""
        message = MissingLetterWarning(f"{' '.join([*letters][:_NAMED])}{more}")
        typer.echo(f"bayes-trace: {printable(str(message))}", err=True)


def _tell(files: dict[str, Path], failed: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        shown = {name: path.as_posix() for name, path in files.items()}
        typer.echo(
            to_json(
                {
                    "report": shown["md"],
                    "manifest": shown["manifest"],
                    "files": shown,
                    **({"failed": failed} if failed else {}),
                }
            )
        )
    else:
        typer.echo(f"Wrote {', '.join(path.as_posix() for path in files.values())}")
        first = next(files[kind] for kind in OPENED if kind in files)
        typer.echo(f"Open {first.as_posix()}")
        for name in json.loads(files["manifest"].read_text("utf-8")).get("earlier", ()):
            typer.echo(f"Set aside, of an earlier run: {name}")
    for kind, why in failed.items():
        typer.echo(f"bayes-trace: {kind} was not written: {why}", err=True)
