"""``bayes-trace cite``: one source, as a style prints it."""

from __future__ import annotations

from typing import Annotated

import typer

from bayes_trace.cli.options import JsonFlag, SetArgument, read, to_json

__all__ = ["cite"]


def cite(
    folder: SetArgument,
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="Keys of sources, or ids of items.")],
    *,
    style: Annotated[str, typer.Option(help="apa, apsa or chicago.")] = "chicago",
    as_json: JsonFlag = False,
) -> None:
    """Print a source, or the sources of an item, as cited in the text and as listed in the references.

    The same citation processor sets every format of the report.
    """
    from bayes_trace.errors import UnknownNameError
    from bayes_trace.report.citation import Cited
    from bayes_trace.report.writing import STYLES

    es = read(folder, None)
    if style not in STYLES:
        raise UnknownNameError("style", style, STYLES)
    cited = Cited(es, style)
    told = [cited.of(key) for key in keys]
    if as_json:
        typer.echo(to_json([{"key": key, **each} for key, each in zip(keys, told, strict=True)]))
        return
    for each in told:
        typer.echo(each["in_text"])
        for line in each["references"]:
            typer.echo(f"  {line}")
