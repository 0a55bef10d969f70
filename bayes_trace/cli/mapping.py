"""``bayes-trace map``: a question to an evidence table, answered block by block, here or on a cluster."""

from __future__ import annotations

import functools
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bayes_trace.cli.options import (
    JsonFlag,
    OverwriteFlag,
    SchedulerOption,
    WorkersOption,
    cluster,
    progress,
    to_json,
)

if TYPE_CHECKING:
    from bayes_trace.likelihood.table import EvidenceTable

__all__ = ["map_table"]


class Question(StrEnum):
    """What is asked of every block."""

    update = "update"
    lead = "lead"
    leave_one_out = "leave_one_out"
    robustness = "robustness"
    propagate = "propagate"
    summarise = "summarise"


def map_table(
    question: Annotated[Question, typer.Argument(help="What to compute.", show_default=False)],
    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE", help="Parquet, Arrow or CSV, a file or a folder.", show_default=False
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="Folder of the results.", show_default=False)
    ],
    hypothesis: Annotated[
        list[str] | None,
        typer.Option(
            "--hypothesis", metavar="NAME[=PRIOR]", help="Repeat for each hypothesis.", show_default=False
        ),
    ] = None,
    head: Annotated[
        Path | None,
        typer.Option(
            "--set",
            metavar="SET",
            help="Evidence set with the hypotheses, coders, sources and clusters of the table.",
            exists=True,
            file_okay=False,
            show_default=False,
        ),
    ] = None,
    draws: Annotated[int, typer.Option(help="Draws of each episode, for propagate.", min=1)] = 4000,
    seed: Annotated[int, typer.Option(help="Seed of propagate.", min=0)] = 0,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = None,
    *,
    overwrite: OverwriteFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Ask the same question of every block of an evidence table.

    Results land in FOLDER as block-000000.parquet and so on; a run that was stopped goes on where it stopped. With
    --scheduler or --workers blocks are computed side by side, with the same numbers.
    """
    from bayes_trace.blocks import map_blocks
    from bayes_trace.files.evidence_tables.results import landed

    opened = _opened(table, hypothesis or [], head)
    function = functools.partial(_function(question), **({"draws": draws} if question == "propagate" else {}))
    with progress("map") as say, cluster(scheduler, workers) as client:
        folder = map_blocks(
            function, opened, out=out, client=client, resume=not overwrite, seed=seed, progress=say
        )
    blocks = len(landed(folder))
    total = _total(folder) if question == "summarise" else []
    if as_json:
        typer.echo(
            to_json({"folder": out.as_posix(), "blocks": blocks, **({"total": total} if total else {})})
        )
        return
    for row in total:
        case = f"{row['case']}: " if row["case"] else ""
        shares = f"mean probability {row['mean_probability']:.3f}, leads {row['share_led']:.1%}"
        typer.echo(f"{case}{row['hypothesis']}: {shares} of {row['episodes']:,} episodes")
    typer.echo(f"Wrote {out}: {blocks} block{'s' if blocks != 1 else ''} of {question} results")


def _function(question: Question) -> Any:  # noqa: ANN401 - functions of several kinds
    import bayes_trace as bt

    home = bt.sensitivity if question in ("leave_one_out", "robustness") else bt
    return getattr(home, question)


def _opened(table: Path, named: list[str], head: Path | None) -> EvidenceTable:
    from bayes_trace.files import read_evidence_set
    from bayes_trace.likelihood.table import open_evidence_table

    if bool(named) == bool(head):
        message = "give the hypotheses: either --hypothesis for each, or --set"
        raise typer.BadParameter(message)
    if head:
        return open_evidence_table(table, hypotheses=read_evidence_set(head))
    return open_evidence_table(table, hypotheses=_hypotheses(named))


def _hypotheses(named: list[str]) -> list[str] | dict[str, float]:
    """Names, or names with their priors, as numbers are written in a set."""
    from bayes_trace.files.nodes import resolve_core

    priors = {name: prior for name, _, prior in (each.partition("=") for each in named)}
    if len(priors) < len(named):
        message = "--hypothesis: a name occurs twice; name each once"
        raise typer.BadParameter(message)
    if not any("=" in each for each in named):
        return list(priors)
    read = {name: resolve_core(prior) for name, prior in priors.items()}
    numbers = {
        name: float(each)
        for name, each in read.items()
        if isinstance(each, (int, float)) and not isinstance(each, bool)
    }
    if len(numbers) < len(read):
        message = "--hypothesis: expected NAME=PRIOR with a number for each hypothesis, or for none"
        raise typer.BadParameter(message)
    return numbers


def _total(folder: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(folder / "total.parquet").to_pylist()
    return rows
