"""``bayes-trace sample``: how certain the answer is."""

from __future__ import annotations

from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayes_trace.cli.options import (
    JsonFlag,
    OverwriteFlag,
    ScenarioOption,
    SetArgument,
    claim,
    console,
    read,
    to_json,
    write_netcdf,
)

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from rich.console import Console
    from rich.table import Table

    from bayes_trace.evidence import EvidenceSet
    from bayes_trace.models import EvidenceModel

__all__ = ["sample"]


class Model(StrEnum):
    """Which model to sample."""

    elicitation = "elicitation"
    comparative = "comparative"
    success = "success"


class Sampler(StrEnum):
    """Which sampler to use."""

    auto = "auto"
    direct = "direct"
    nutpie = "nutpie"
    pymc = "pymc"
    numpyro = "numpyro"


def sample(
    folder: SetArgument,
    model: Annotated[
        Model,
        typer.Option(
            help="elicitation: each episode by itself, given ranges, coders and sources. comparative: how "
            "conditions shift the share of each hypothesis. success: how they affect attempts."
        ),
    ] = Model.elicitation,
    condition: Annotated[
        list[str] | None,
        typer.Option(
            "--condition", "-c", help="Condition of a comparative or success model; repeat for more."
        ),
    ] = None,
    episode: Annotated[
        list[str] | None,
        typer.Option(
            "--episode", "-e", help="Only this episode (elicitation); repeat for more.", show_default="all"
        ),
    ] = None,
    scenario: ScenarioOption = None,
    coder: Annotated[
        str | None,
        typer.Option(
            help="Use this coder's codings; all models how coders differ (elicitation).",
            show_default="the base coder",
        ),
    ] = None,
    draws: Annotated[int, typer.Option(min=1, help="Draws kept per chain.")] = 1000,
    tune: Annotated[int, typer.Option(min=1, help="Tuning draws per chain; direct draws need none.")] = 1000,
    chains: Annotated[int, typer.Option(min=1, help="Number of chains, run in parallel.")] = 4,
    seed: Annotated[
        int | None,
        typer.Option(
            help="Random seed; the same seed gives the same draws.",
            show_default="drawn",
            min=0,
            max=2**31 - 1,
        ),
    ] = None,
    sampler: Annotated[
        Sampler,
        typer.Option(
            help="direct: independent draws in seconds, for one coder. nutpie, pymc, numpyro: Markov chains. "
            "auto: direct where it applies and can be trusted, otherwise nutpie."
        ),
    ] = Sampler.auto,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Write the draws to this NetCDF file (.nc).",
            show_default=False,
            dir_okay=False,
        ),
    ] = None,
    *,
    overwrite: OverwriteFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Sample a model: how certain the answer is, given ranges, coders, sources and several cases.

    Episodes by themselves are drawn directly, in seconds. Several coders together and models of several
    cases need Markov chains: their first run on a machine compiles for about a minute, Ctrl-C keeps the
    draws so far, and a run whose chains disagree is written and shown with a warning, and ends with exit
    code 1.
    """
    if out and out.suffix != ".nc":
        message = f"--out {out}: expected a file ending in .nc"
        raise typer.BadParameter(message)
    claim(out, overwrite=overwrite)
    from bayes_trace.files.keeping import whole
    from bayes_trace.sampling import sample as run

    es = read(folder, scenario)
    built = _build(es, model, condition or [], episode, coder)
    # a place that cannot be written is found out before the run, not after it
    with whole(out) if out else nullcontext() as file:
        result = run(
            built,
            draws=draws,
            tune=tune,
            chains=chains,
            seed=seed,
            sampler=sampler.value,
            coder=coder,
            on_failure="mark",
        )
        if file:
            write_netcdf(file, result)
    _report(es, result, as_json=as_json)
    if out:
        typer.echo(f"Wrote {out}", err=True)
    if not result.attrs["converged"]:
        raise typer.Exit(1)


def _build(
    es: EvidenceSet, model: Model, conditions: list[str], episodes: list[str] | None, coder: str | None
) -> EvidenceModel | xr.Dataset:
    from bayes_trace.likelihood import compile_evidence

    if model is Model.elicitation:
        if conditions:
            message = "--condition applies only to --model comparative or success"
            raise typer.BadParameter(message)
        return compile_evidence(es, episodes=episodes)
    if episodes:
        message = "--episode applies only to --model elicitation; the others compare all episodes of a class"
        raise typer.BadParameter(message)
    if coder:
        message = "--coder applies only to --model elicitation; the others use all coders together"
        raise typer.BadParameter(message)
    from bayes_trace import models

    evidence = compile_evidence(es)
    make = models.comparative_model if model is Model.comparative else models.success_model
    return make(evidence, conditions=conditions)


#: what the columns of a table mean, where their headings do not say so
_LEGENDS = {
    "coefficients": (
        "Learned: 1 - posterior variance / prior variance.",
        "Half, twice: the mean under half and twice the prior scale.",
    ),
    "attempts": (
        "Made: P(attempt). With, without: P(granted) given an attempt, and given none.",
        "Decisive: 5 % point of a lower bound on P(made and decisive), if nothing confounds the two.",
    ),
}


def _tables(result: xr.DataTree) -> dict[str, pd.DataFrame]:
    from bayes_trace.summary import summarise, summarise_attempts, summarise_coefficients

    tables = {"episodes": summarise(result)} if "probability" in result["posterior"] else {}
    if result.attrs["model"] != "elicitation":
        tables["coefficients"] = summarise_coefficients(result)
    if result.attrs["model"] == "success":
        tables["attempts"] = summarise_attempts(result)
    return tables


def _report(es: EvidenceSet, result: xr.DataTree, *, as_json: bool) -> None:
    tables = _tables(result)
    if as_json:
        facts = {name: value for name, value in result.attrs.items() if isinstance(value, (str, int, float))}
        facts.pop("content", None)
        typer.echo(to_json({**facts, **{name: table.to_dict("records") for name, table in tables.items()}}))
        return
    screen = console()
    screen.print(f"{es.title}\n{_head(result)}")
    _notes(screen, result)
    shown = {"episodes": _episodes, "coefficients": _coefficients, "attempts": _attempts}
    for name, table in tables.items():
        screen.print(shown[name](table))
    for name in tables:
        for legend in _LEGENDS.get(name, ()):
            screen.print(legend)
    if result.attrs.get("left_out"):
        screen.print(f"Left out because they restate a condition or the outcome: {result.attrs['left_out']}")


def _notes(screen: Console, result: xr.DataTree) -> None:
    """What else a reader of the numbers needs to know."""
    attrs = result.attrs
    if attrs.get("not_direct"):
        screen.print(f"Drawn by Markov chains: {attrs['not_direct']}.")
    if attrs.get("correlations"):
        screen.print(f"Uncertain correlations are taken {attrs['correlations']}.")
    if attrs.get("not_coded"):
        screen.print(f"Not coded by {attrs['coder']}: {attrs['not_coded']}")
    if attrs.get("contrasts"):
        screen.print(f"Contrasts taken in: {attrs['contrasts']}.")
    if attrs["interrupted"]:
        kept = result["posterior"].sizes["draw"]
        screen.print(f"Stopped early: {kept} draws per chain were kept.")
    if attrs["failures"]:
        screen.print(f"NOT CONVERGED, do not report these numbers:\n{attrs['failures']}")


def _head(result: xr.DataTree) -> str:
    attrs = result.attrs
    times = ", ".join(
        f"{what} {attrs[key]:.1f} s"
        for what, key in (("compiling", "compile_seconds"), ("sampling", "sampling_seconds"))
        if key in attrs
    )
    who = f"; coder {attrs['coder']}" if "coder" in attrs else ""
    return f"{attrs['model']} model; scenario {attrs['scenario']}{who}; {_run(result)}" + (
        f"; {times}" if times else ""
    )


def _run(result: xr.DataTree) -> str:
    attrs, sizes = result.attrs, result["posterior"].sizes
    if attrs["sampler"] == "direct":
        return f"{sizes['chain'] * sizes['draw']} direct draws, seed {attrs['seed']}"
    return f"{sizes['chain']} chains of {sizes['draw']} draws, seed {attrs['seed']}, {attrs['divergences']} divergences"


def _episodes(table: pd.DataFrame) -> Table:
    """Episodes as headings, so that names have room."""
    from bayes_trace.tables import summary_table

    header, rows = summary_table(table)
    shown = [header.index(name) for name in ("Mean", "90 %", "P(leads)", "MCSE", "R-hat", "ESS")]
    grid = _grid("Episode, hypothesis", [header[at] for at in shown])
    for number, row in enumerate(rows):
        if number == 0 or row[0] != rows[number - 1][0]:
            grid.add_row(row[0])
        cells = [row[at] for at in shown]
        if row[-1].startswith("constant"):
            cells[-1] = "constant"
        grid.add_row(f"  {row[1]}", *cells)
    return grid


def _coefficients(table: pd.DataFrame) -> Table:
    """Quantities as headings; what marks a coefficient stands below it."""
    from bayes_trace.tables import coefficient_table

    header, rows = coefficient_table(table)
    grid = _grid("Quantity", [name.replace(" sd", "\nsd") for name in header[2:-1]])
    for number, row in enumerate(rows):
        if row[1] and (number == 0 or row[0] != rows[number - 1][0]):
            grid.add_row(row[0])
        marks = "".join(f"\n    {mark}" for mark in row[-1].split("; ") if mark)
        grid.add_row((f"  {row[1]}" if row[1] else row[0]) + marks, *row[2:-1])
    return grid


def _attempts(table: pd.DataFrame) -> Table:
    """Attempts by episode; of the bound the lower end alone."""
    from bayes_trace.tables import probability

    grid = _grid("Episode", ["Made", "With", "Without", "P(helps)", "Decisive ≥"])
    for row in table.to_dict("records"):
        numbers = (row[name] for name in ("made", "success", "without", "p_helps", "decisive"))
        grid.add_row(str(row["episode"]), *map(probability, numbers))
    return grid


def _grid(first: str, others: list[str]) -> Table:
    from rich import box
    from rich.table import Table

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0, show_edge=False)
    grid.add_column(first, overflow="fold")
    for name in others:
        grid.add_column(name, justify="right", no_wrap=True)
    return grid
