"""``bayes-trace sample``: how sure one can be, by Markov chains."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayes_trace.cli.options import JsonFlag, ScenarioOption, SetArgument, console, read, to_json

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from rich.table import Table

    from bayes_trace.evidence import EvidenceSet
    from bayes_trace.models import EvidenceModel

__all__ = ["sample"]


class Model(StrEnum):
    """Which question is put."""

    elicitation = "elicitation"
    comparative = "comparative"
    success = "success"


class Sampler(StrEnum):
    """Which program draws."""

    nutpie = "nutpie"
    pymc = "pymc"
    numpyro = "numpyro"


def sample(
    folder: SetArgument,
    model: Annotated[
        Model,
        typer.Option(
            help="elicitation: each episode, given ranges, coders and sources. comparative: what conditions "
            "do to the share of each hypothesis. success: what they do to attempts."
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
    draws: Annotated[int, typer.Option(min=1, help="Draws kept of each chain.")] = 1000,
    tune: Annotated[int, typer.Option(min=0, help="Tuning draws of each chain.")] = 1000,
    chains: Annotated[int, typer.Option(min=1, help="Chains, run side by side.")] = 4,
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same draws.", show_default="drawn")
    ] = None,
    sampler: Annotated[Sampler, typer.Option(help="The program that draws.")] = Sampler.nutpie,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write the draws there, as NetCDF (.nc).", show_default=False),
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Sample a model: how sure the answer is, given ranges, coders, sources and several cases.

    The first run on a machine compiles for about a minute. Ctrl-C keeps the draws so far. A run
    whose chains disagree is written and shown with a warning, and ends with exit code 1.
    """
    if out and out.suffix != ".nc":
        message = f"--out {out}: expected a file ending in .nc"
        raise typer.BadParameter(message)
    from bayes_trace.likelihood import compile_evidence
    from bayes_trace.sampling import sample as run

    es = read(folder, scenario)
    built = _build(compile_evidence(es), model, condition or [], episode)
    result = run(
        built, draws=draws, tune=tune, chains=chains, seed=seed, sampler=sampler.value, on_failure="mark"
    )
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        result.to_netcdf(out, engine="h5netcdf")
    _report(es, result, as_json=as_json)
    if out:
        typer.echo(f"Wrote {out}", err=True)
    if not result.attrs["converged"]:
        raise typer.Exit(1)


def _build(
    evidence: xr.Dataset, model: Model, conditions: list[str], episodes: list[str] | None
) -> EvidenceModel:
    from bayes_trace import models

    if model is Model.elicitation:
        if conditions:
            message = "--condition is for --model comparative or success"
            raise typer.BadParameter(message)
        return models.elicitation_model(evidence, episodes=episodes)
    if episodes:
        message = "--episode is for --model elicitation; the others compare all episodes of a class"
        raise typer.BadParameter(message)
    make = models.comparative_model if model is Model.comparative else models.success_model
    return make(evidence, conditions=conditions)


def _report(es: EvidenceSet, result: xr.DataTree, *, as_json: bool) -> None:
    from bayes_trace.summary import summarise, summarise_coefficients

    tables = {"episodes": summarise(result)} if "probability" in result["posterior"] else {}
    if result.attrs["model"] != "elicitation":
        tables["coefficients"] = summarise_coefficients(result)
    if as_json:
        facts = {name: value for name, value in result.attrs.items() if isinstance(value, (str, int, float))}
        typer.echo(to_json({**facts, **{name: table.to_dict("records") for name, table in tables.items()}}))
        return
    screen = console()
    screen.print(f"{es.title}\n{_head(result)}")
    if result.attrs["interrupted"]:
        kept = result["posterior"].sizes["draw"]
        screen.print(f"Stopped early: {kept} draws of each chain are kept.")
    if result.attrs["failures"]:
        screen.print(f"NOT CONVERGED, do not report these numbers:\n{result.attrs['failures']}")
    for name, table in tables.items():
        screen.print(_episodes(table) if name == "episodes" else _coefficients(table))
    if "coefficients" in tables:
        screen.print(
            "Learned: 1 - posterior variance / prior variance. Half, twice: the mean under half and twice the prior scale."
        )
    if result.attrs.get("left_out"):
        screen.print(f"Left out, since they restate a condition or the outcome: {result.attrs['left_out']}")


def _head(result: xr.DataTree) -> str:
    attrs, sizes = result.attrs, result["posterior"].sizes
    times = ", ".join(
        f"{what} {attrs[key]:.1f} s"
        for what, key in (("compiling", "compile_seconds"), ("sampling", "sampling_seconds"))
        if key in attrs
    )
    run = f"{sizes['chain']} chains of {sizes['draw']} draws, seed {attrs['seed']}, {attrs['divergences']} divergences"
    return f"{attrs['model']} model; scenario {attrs['scenario']}; {run}" + (f"; {times}" if times else "")


def _grid() -> Table:
    from rich import box
    from rich.table import Table

    return Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))


def _episodes(table: pd.DataFrame) -> Table:
    from bayes_trace.tables import probability

    grid = _grid()
    grid.add_column("Episode", overflow="fold", min_width=14)
    grid.add_column("Hypothesis", overflow="fold", min_width=12)
    for name in ("Mean", "89 %", "P(leads)", "MCSE", "R-hat", "ESS"):
        grid.add_column(name, justify="right")
    grid.add_column("", overflow="fold")
    last = ""
    for row in table.to_dict("records"):
        interval = f"{probability(row['low_89'])}–{probability(row['high_89'])}"
        numbers = [probability(row["mean"]), interval, probability(row["p_leading"]), *_quality(row)]
        grid.add_row(
            row["episode"] if row["episode"] != last else "", row["hypothesis"], *numbers, row["flag"]
        )
        last = row["episode"]
    return grid


def _coefficients(table: pd.DataFrame) -> Table:
    grid = _grid()
    grid.add_column("Quantity", overflow="fold", min_width=18)
    for name in ("Prior sd", "Mean", "89 %", "P(>0)", "Learned", "Half, twice"):
        grid.add_column(name, justify="right", overflow="fold")
    for row in table.to_dict("records"):
        words = [
            str(row[key]) for key in ("quantity", "column", "hypothesis") if isinstance(row.get(key), str)
        ]
        flag = f"\n  {row['flag']}" if row["flag"] else ""
        numbers = [
            f"{row['prior_sd']:.2f}",
            f"{row['mean']:+.2f}",
            f"{row['low_89']:+.2f} to {row['high_89']:+.2f}",
            f"{row['p_positive']:.2f}",
            f"{row['contraction']:.2f}",
            f"{row['half_scale']:+.2f}, {row['twice_scale']:+.2f}",
        ]
        grid.add_row(", ".join(words) + flag, *numbers)
    return grid


def _quality(row: dict[str, float]) -> list[str]:
    known = row["r_hat"] == row["r_hat"]  # NaN where nothing moves
    if not known:
        return ["", "", ""]
    return [f"{row['mcse']:.3f}", f"{row['r_hat']:.3f}", f"{row['ess']:.0f}"]
