"""``bayes-trace update``: posteriors on one screen."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bayes_trace.cli.options import (
    CoderOption,
    JsonFlag,
    OutOption,
    ScenarioOption,
    SetArgument,
    console,
    read,
    to_json,
    write_text,
)

if TYPE_CHECKING:
    import xarray as xr
    from rich.table import Table

    from bayes_trace.evidence import EvidenceSet

__all__ = ["update"]

CARRIERS = 3
#: from this many columns on, hypotheses are named in full
WIDE = 110


class Point(StrEnum):
    """Where in its range a likelihood is taken."""

    best = "best"
    mean = "mean"


class Pool(StrEnum):
    """How coders are put together."""

    log = "log"
    linear = "linear"


def update(
    folder: SetArgument,
    scenario: ScenarioOption = None,
    coder: CoderOption = None,
    pool: Annotated[Pool | None, typer.Option(help="Put all coders together.", show_default=False)] = None,
    point: Annotated[
        Point, typer.Option(help="Likelihoods as coded, or with ranges integrated out.")
    ] = Point.best,
    out: OutOption = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Show how far each hypothesis explains each episode, and which items carry that.

    --out takes a file ending in .json, .csv or .nc (NetCDF, for xarray).
    """
    from bayes_trace import exact
    from bayes_trace.likelihood import compile_evidence

    if coder and pool:
        message = "--coder and --pool exclude one another; give one"
        raise typer.BadParameter(message)
    es = read(folder, scenario)
    evidence = compile_evidence(es)
    chosen = None if pool else coder or es.base_coder
    posterior = exact.update(evidence, point=point.value, coder=chosen, pool=pool.value if pool else None)
    records = _records(es, evidence, posterior, chosen)
    if as_json:
        typer.echo(to_json(records))
    else:
        _show(es, records)
    if out:
        _save(out, posterior, records)


def _records(
    es: EvidenceSet, evidence: xr.Dataset, posterior: xr.Dataset, coder: str | None
) -> dict[str, Any]:
    from bayes_trace import exact

    front = exact.lead(posterior)
    episodes = []
    for number, name in enumerate(str(each) for each in posterior["episode"].values):
        episode = es.episodes[name]
        here = posterior.isel(episode=number)
        leader, runner_up = (str(front[part].values[number]) for part in ("leader", "runner_up"))
        weight = exact.weight_of_evidence(evidence, leader, against=runner_up, coder=coder)
        episodes.append(
            {
                "case": es.case_of[name].case,
                "episode": name,
                "label": episode.label,
                "date": episode.date,
                "outcome": episode.outcome,
                "granted": episode.granted,
                "aggregate_of": list(episode.aggregate_of),
                "prior": _by_hypothesis(here["prior"]),
                "probability": _by_hypothesis(here["probability"]),
                "leader": leader,
                "runner_up": runner_up,
                "lead_db": float(front["lead"].values[number]),
                "log_evidence": float(here["log_evidence"]),
                "log_evidence_is_relative": bool(here["relative"]),
                "carried_by": _carriers(weight, name),
            }
        )
    facts = {
        key: posterior.attrs[key] for key in ("evidence_set", "title", "digest", "scenario", "coder", "point")
    }
    return {**facts, "episodes": episodes}


def _by_hypothesis(values: xr.DataArray) -> dict[str, float]:
    return {str(h): float(p) for h, p in zip(values["hypothesis"].values, values.values, strict=True)}


def _carriers(weight: xr.DataArray, episode: str) -> list[dict[str, Any]]:
    """Items of an episode that do most between leader and runner-up, either way."""
    here = [
        (str(item), float(db))
        for item, at, db in zip(
            weight["link_item"].values, weight["link_episode"].values, weight.values, strict=True
        )
        if at == episode and db
    ]
    heaviest = sorted(here, key=lambda pair: -abs(pair[1]))[:CARRIERS]
    return [{"item": item, "weight_db": db} for item, db in heaviest]


def _show(es: EvidenceSet, records: dict[str, Any]) -> None:
    screen = console()
    point = "likelihoods as coded" if records["point"] == "best" else "ranges integrated out"
    screen.print(f"{es.title}\nscenario {records['scenario']}; coder {records['coder']}; {point}")
    screen.print("P(hypothesis), given that one of these is true and given these priors and codings:")
    if screen.width < WIDE and any(h.short for h in es.hypotheses):
        screen.print("; ".join(f"{h.short} {h.label}" for h in es.hypotheses if h.short))
    for case in es.cases:
        chosen = [each for each in records["episodes"] if each["case"] == case.case]
        if chosen:
            screen.print(f"\n{case.label}")
            screen.print(_table(es, chosen, narrow=screen.width < WIDE))
    if any(each["aggregate_of"] for each in records["episodes"]):
        screen.print("(sum) sums up other episodes of its case and is not to be added to them.")
    judge = es.base_coder if "pool" in records["coder"] else records["coder"]
    screen.print(f"Lead: dB of the most probable over the next. Weights: leader against runner-up, {judge}.")


def _table(es: EvidenceSet, episodes: list[dict[str, Any]], *, narrow: bool) -> Table:
    from rich import box
    from rich.table import Table

    from bayes_trace import tables

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 1, 0))
    table.add_column("Date", min_width=7, max_width=10, overflow="fold")
    table.add_column("Episode: outcome; items that carry the lead", min_width=24, ratio=1)
    for hypothesis in es.hypotheses:
        name = hypothesis.short if narrow and hypothesis.short else hypothesis.label
        table.add_column(name, justify="right", min_width=5, max_width=16, overflow="fold")
    table.add_column("Lead (dB)", justify="right", min_width=5, max_width=6)
    for each in episodes:
        cells = [tables.probability(each["probability"][h.id]) for h in es.hypotheses]
        date = (each["date"] or "").replace("/", " to ")
        table.add_row(date, _about(each), *cells, tables.db(each["lead_db"], sign=False))
    return table


def _about(episode: dict[str, Any]) -> str:
    from bayes_trace import tables

    mark = " (sum)" if episode["aggregate_of"] else ""
    carried = ", ".join(
        f"{c['item']}\N{NO-BREAK SPACE}{tables.db(c['weight_db'])}" for c in episode["carried_by"]
    )
    return f"{episode['label']}{mark}: {episode['outcome']}\n{carried or 'no item discriminates'}"


def _save(path: Path, posterior: xr.Dataset, records: dict[str, Any]) -> None:
    from bayes_trace import tables

    if path.suffix == ".json":
        write_text(path, to_json(records) + "\n")
    elif path.suffix == ".csv":
        write_text(path, tables.posterior_table(posterior).to_csv(index=False, lineterminator="\n"))
    elif path.suffix == ".nc":
        path.parent.mkdir(parents=True, exist_ok=True)
        posterior.to_netcdf(path, engine="h5netcdf")
    else:
        message = f"--out {path}: expected a file ending in .json, .csv or .nc"
        raise typer.BadParameter(message)
    typer.echo(f"Wrote {path}", err=True)
