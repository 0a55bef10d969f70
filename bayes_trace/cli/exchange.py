"""``bayes-trace export``, ``import`` and ``import-sources``: spreadsheets and references."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayes_trace.cli.options import JsonFlag, OutOption, ScenarioOption, read, to_json

if TYPE_CHECKING:
    from bayes_trace.evidence import EvidenceSet

TABLES = (".parquet", ".arrow", ".feather")

__all__ = ["export", "import_sources", "import_spreadsheet"]

OverwriteFlag = Annotated[
    bool, typer.Option("--overwrite", help="Replace existing files; the old ones are kept as .bak.")
]
FileArgument = typer.Argument(metavar="FILE", exists=True, dir_okay=False, show_default=False)


def export(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="SET", help="Folder of the set.", exists=True, file_okay=False, show_default=False
        ),
    ] = None,
    out: OutOption = None,
    scenario: ScenarioOption = None,
    template: Annotated[
        Path | None,
        typer.Option("--template", help="Write an empty workbook to this file.", show_default=False),
    ] = None,
    *,
    overwrite: OverwriteFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Write an evidence set as one spreadsheet, or an empty one to fill in.

    --out FILE.xlsx holds the whole set, and `bayes-trace import` gives it back without loss.
    --out FILE.csv holds the codings alone, one row per item, episode, coder and hypothesis.
    --out FILE.parquet or FILE.arrow is an evidence table, for `bayes-trace map`.
    --template FILE.xlsx needs no set: it has the sheets, drop-downs and a page of notes.
    """
    from bayes_trace.files.workbook import write_spreadsheet, write_spreadsheet_template
    from bayes_trace.files.workbook.flat import not_in_csv

    if template and not (folder or out or scenario):
        _say(write_spreadsheet_template(template, overwrite=overwrite), [], as_json=as_json)
        return
    if template or not (folder and out):
        message = "give SET and --out FILE, or --template FILE alone"
        raise typer.BadParameter(message)
    if out.suffix.lower() not in (".xlsx", ".csv", *TABLES):
        message = (
            f"--out {out}: expected a file ending in .xlsx or .csv, or for a table in .parquet or .arrow"
        )
        raise typer.BadParameter(message)
    es = read(folder, scenario)
    if out.suffix.lower() in TABLES:
        _table(es, out, overwrite=overwrite, as_json=as_json)
        return
    path = write_spreadsheet(es, out, overwrite=overwrite)
    _say(path, not_in_csv(es) if path.suffix.lower() == ".csv" else [], as_json=as_json)


def _table(es: EvidenceSet, out: Path, *, overwrite: bool, as_json: bool) -> None:
    from bayes_trace.files.evidence_tables.writing import write_evidence_table

    left_behind = write_evidence_table(es, out, overwrite=overwrite)
    if as_json:
        typer.echo(to_json({"file": out.as_posix(), "left_behind": left_behind}))
        return
    typer.echo(f"Wrote {out}")
    typer.echo(f"A table holds the codings only. Not included: {'; '.join(left_behind)}.")


def _say(path: Path, left_behind: list[str], *, as_json: bool) -> None:
    if as_json:
        typer.echo(to_json({"file": path.as_posix(), "left_behind": left_behind}))
        return
    typer.echo(f"Wrote {path}")
    if left_behind:
        typer.echo(
            f"A .csv holds the codings only. Not included: {'; '.join(left_behind)}. An .xlsx holds everything."
        )


def import_spreadsheet(
    file: Annotated[Path, FileArgument],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="SET", help="Folder to write.", show_default=False)
    ],
    *,
    overwrite: OverwriteFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Convert a spreadsheet into an evidence set.

    FILE.xlsx is a workbook as `bayes-trace export` writes it. FILE.csv, or a workbook of one sheet, is a
    table of codings with at least the columns item, hypothesis and best; the rest has defaults: one
    case, one episode, one coder, equal priors, probabilities. Problems name sheet, row and column.
    """
    from bayes_trace.files import write_evidence_set
    from bayes_trace.files.workbook.spreadsheet import read_with_remarks

    es, remark = read_with_remarks(file)
    folder = write_evidence_set(es, out, overwrite=overwrite)
    sizes = {"case": es.cases, "episode": es.episodes, "item": es.items, "coder": es.coders}
    if as_json:
        typer.echo(
            to_json(
                {
                    "set": folder.as_posix(),
                    **{f"{name}s": len(some) for name, some in sizes.items()},
                    **({"remark": remark} if remark else {}),
                }
            )
        )
        return
    if remark:
        typer.echo(remark)
    counts = ", ".join(f"{len(some)} {name}{'s' * (len(some) != 1)}" for name, some in sizes.items())
    typer.echo(f"Wrote {folder}: {counts}. Next: bayes-trace check {folder}")


def import_sources(
    file: Annotated[Path, FileArgument],
    into: Annotated[
        Path,
        typer.Option(
            "--into",
            metavar="SET",
            help="Folder of the set.",
            exists=True,
            file_okay=False,
            show_default=False,
        ),
    ],
    *,
    overwrite: OverwriteFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Add references from Zotero or another manager to the sources of a set.

    FILE ends in .json (CSL JSON) or .bib (BibTeX). sources.yaml keeps what it holds, comments included.
    """
    from bayes_trace.files.bibliography import add_sources, read_bibtex, read_csl_json

    readers = {".json": read_csl_json, ".bib": read_bibtex}
    if file.suffix.lower() not in readers:
        message = f"{file}: expected a file ending in .json (CSL JSON) or .bib (BibTeX)"
        raise typer.BadParameter(message)
    sources = readers[file.suffix.lower()](file)
    added = add_sources(into, sources, overwrite=overwrite)
    if as_json:
        typer.echo(to_json({"read": len(sources), "added": list(added)}))
    else:
        there = len(sources) - len(added)
        typer.echo(
            f"{into / 'sources.yaml'}: {len(added)} added, {there} already there. {', '.join(added)}".rstrip()
        )
