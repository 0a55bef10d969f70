"""``bayes-trace schema``: the file format, for editors."""

from __future__ import annotations

import typer

from bayes_trace.cli.options import OutOption, to_json, write_text

__all__ = ["schema"]


def schema(out: OutOption = None) -> None:
    """Print the JSON Schema of an evidence set's files.

    Editors with YAML support complete and check set.yaml, cases, scenarios and sources.yaml by it.
    """
    from bayes_trace.files import json_schema

    text = to_json(json_schema())
    if out:
        write_text(out, text + "\n")
        typer.echo(f"Wrote {out}")
    else:
        typer.echo(text)
