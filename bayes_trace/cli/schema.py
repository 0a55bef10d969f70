"""``bayes-trace schema``: the file format, for editors."""

from __future__ import annotations

import typer

from bayes_trace.cli.options import OutOption, OverwriteFlag, claim

__all__ = ["schema"]


def schema(out: OutOption = None, *, overwrite: OverwriteFlag = False) -> None:
    """Print the JSON Schema of an evidence set's files.

    Editors with YAML support complete and check set.yaml, cases, scenarios and sources.yaml by it.
    """
    from bayes_trace.files.keeping import write_text
    from bayes_trace.files.schema import published_schema

    claim(out, overwrite=overwrite)
    text = published_schema()
    if out:
        write_text(out, text)
        typer.echo(f"Wrote {out}")
    else:
        typer.echo(text, nl=False)
