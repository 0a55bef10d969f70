"""``bayes-trace new``: a template to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["new"]


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.", show_default=False)],
) -> None:
    """Write a small, commented evidence set to start from."""
    from bayes_trace.files import write_template

    written = write_template(folder)
    typer.echo(f"Wrote a commented evidence set to {written}. Next: bayes-trace check {written}")
