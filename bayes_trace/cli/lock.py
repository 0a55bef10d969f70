"""``bayes-trace lock``: codings held fast, as digests to keep in the set file."""

from __future__ import annotations

from typing import Annotated

import typer

from bayes_trace.cli.options import CoderOption, JsonFlag, SetArgument, read, to_json

__all__ = ["lock"]


def lock(
    folder: SetArgument,
    *,
    coder: CoderOption = None,
    on: Annotated[
        str | None, typer.Option(help="The day, as it is to be written.", show_default=False)
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Print what a coder has said, as digests to add to set.yaml; `check` then names every later change.

    Lock before the answer is known: before an archive is opened, or before a second coder is heard.
    """
    from bayes_trace.evidence.locks import lock_codings
    from bayes_trace.files.writing import to_yaml

    held = lock_codings(read(folder, None), coder=coder, locked_on=on).model_dump(
        mode="json", exclude_none=True
    )
    typer.echo(to_json(held) if as_json else to_yaml({"locked": [held]}).rstrip())
