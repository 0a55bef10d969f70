"""``bayes-trace verify``: whether a report still says what its set says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bayes_trace.cli.options import JsonFlag, read, to_json

__all__ = ["verify"]


def verify(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="REPORT",
            help="Folder of the report, or one of its files.",
            exists=True,
            show_default=False,
        ),
    ],
    of: Annotated[
        Path | None,
        typer.Argument(
            metavar="[SET]",
            help="Folder of the set.",
            exists=True,
            file_okay=False,
            show_default="where it was when the report was written",
        ),
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Compute a report anew from its set, and say that all is equal or show what differs first.

    Looks at the files of the report, at the parts of the set, and at the probability of every hypothesis under the
    base and the preferred assumptions, by every coder. Draws are not made anew. A difference ends with exit code 1.
    """
    from bayes_trace.report.earlier import MANIFEST, read_manifest
    from bayes_trace.report.verification import differences

    home = folder if folder.is_dir() else folder.parent
    kept = read_manifest(home)
    if home != folder and folder.name not in (*kept.files, MANIFEST):
        message = f"{folder.as_posix()}: no file of the report beside it, which has {', '.join(kept.files)}"
        raise typer.BadParameter(message)
    origin = of or (home / kept.set if kept.set else None)
    if origin is None or not origin.is_dir():
        message = (
            f"the set is not where it was ({kept.set or 'not noted'}); give its folder after the report's"
        )
        raise typer.BadParameter(message)
    found = list(differences(home, read(origin, None)))
    if as_json:
        typer.echo(to_json({"equal": not found, "differences": found}))
    elif found:
        more = f"\nAnd {len(found) - 1} more, which --json lists." if len(found) > 1 else ""
        typer.echo(f"{found[0]}{more}")
    else:
        count = sum(len(p) for a in kept.results.values() for b in a.values() for p in b.values())
        files = f"{len(kept.sha256)} file{'s' * (len(kept.sha256) != 1)}"
        typer.echo(f"Equal: {files}, {len(kept.content)} parts of the set, {count} probabilities.")
    if found:
        raise typer.Exit(1)
