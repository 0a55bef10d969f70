"""``bayes-trace sensitivity``: what would change the answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bayes_trace.cli.options import (
    CoderOption,
    JsonFlag,
    ScenarioOption,
    SetArgument,
    console,
    progress,
    read,
    to_json,
    write_text,
)

if TYPE_CHECKING:
    import xarray as xr
    from rich.table import Table

    from bayes_trace.evidence import EvidenceSet

__all__ = ["sensitivity"]

#: from this many columns on, hypotheses are named in full
WIDE = 110
MEASURES = {
    "lead": "lead too small",
    "items_to_tie": "too few items carry it",
    "prior_needed": "needs much prior",
    "correlation_lost": "lost if clusters repeat themselves",
    "search_bias": "lost by a biased search",
    "scenario_share": "not in every scenario",
    "coder_share": "not by every coder",
}


def sensitivity(
    folder: SetArgument,
    episode: Annotated[
        list[str] | None,
        typer.Option("--episode", "-e", help="Only this episode; repeat for more.", show_default="all"),
    ] = None,
    scenario: ScenarioOption = None,
    coder: CoderOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for sensitivity.nc and CSV tables.", show_default=False),
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Show how much each answer withstands: other evidence, priors, dependence, scenarios, coders.

    --out takes a folder: everything goes there as one NetCDF file (for xarray) and as CSV tables.
    """
    from bayes_trace.sensitivity import survey

    es = read(folder, scenario)
    with progress("sensitivity") as say:
        tree = survey(es, episodes=episode or None, coder=coder, progress=say)
    if out:
        _save(out, tree)
    table = tree["robustness"].to_dataset()
    if as_json:
        typer.echo(to_json(_records(table)))
    else:
        _show(es, table, tree["scenarios"].to_dataset())


def _records(table: xr.Dataset) -> dict[str, Any]:
    """The table with its numbers as numbers; what is missing is null."""
    rows = [
        {"episode": str(table["episode"].values[row])}
        | {str(name): each.values[row].item() for name, each in table.data_vars.items()}
        for row in range(table.sizes["episode"])
    ]
    return {
        **{key: table.attrs[key] for key in ("evidence_set", "title", "digest", "scenario", "coder")},
        "episodes": rows,
    }


def _show(es: EvidenceSet, table: xr.Dataset, scenarios: xr.Dataset) -> None:
    screen = console()
    wide = screen.width >= WIDE
    screen.print(f"{es.title}\nscenario {table.attrs['scenario']}; coder {table.attrs['coder']}")
    screen.print("What each leading answer withstands, given that one of the hypotheses is true:")
    if not wide and any(h.short for h in es.hypotheses):
        screen.print("; ".join(f"{h.short} {h.label}" for h in es.hypotheses if h.short))
    for case in es.cases:
        mine = table.isel(episode=(table["case"] == case.case).values)
        if mine.sizes["episode"]:
            screen.print(f"\n{case.label}")
            screen.print(_table(es, mine, wide=wide))
    for line in _legend():
        screen.print(line)
    if scenarios.attrs["unfit"]:
        screen.print(f"Scenarios that do not fit on top of these: {scenarios.attrs['unfit']}.")


def _legend() -> list[str]:
    return [
        "Lead: dB over the next. Items: fewest whose removal leaves no lead. Weights: factor on all weights at "
        "which the lead is lost. Prior: the least that still gives even odds. Repeat: correlation within clusters at "
        "which the lead is lost. Search: dB off every favouring item at which it is lost. Range: probability with "
        "all 90 % ranges as limits. \N{EM DASH}: never. As robust as the weakest measure, which is named.",
    ]


def _table(es: EvidenceSet, part: xr.Dataset, *, wide: bool) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 1, 0))
    table.add_column("Episode: leader; how robust", min_width=22, ratio=1, overflow="fold")
    for name in ("Lead (dB)", "Items", *(("Weights",) if wide else ()), "Prior", "Repeat", "Search (dB)"):
        table.add_column(name, justify="right", min_width=4, max_width=8)
    if wide:
        table.add_column("Range", justify="right", min_width=8)
    table.add_column("Scen. held", justify="right", min_width=4, max_width=5)
    table.add_column("Cod. agree", justify="right", min_width=4, max_width=5)
    for row in range(part.sizes["episode"]):
        table.add_row(*_cells(es, part.isel(episode=row), wide=wide))
    return table


def _cells(es: EvidenceSet, row: xr.Dataset, *, wide: bool) -> list[str]:
    from bayes_trace import tables

    never = "\N{EM DASH}"

    def number(name: str, *, digits: int = 0) -> str:
        value = float(row[name])
        return f"{value:.{digits}f}" if -float("inf") < value < float("inf") else never

    shown = [
        _about(es, row, wide=wide),
        tables.db(float(row["lead"]), sign=False),
        number("items_to_tie"),
        *([_weights(row) or never] if wide else []),
        tables.probability(float(row["prior_needed"])),
        number("correlation_lost", digits=2),
        number("search_bias", digits=1),
    ]
    if wide:
        shown.append("\N{EN DASH}".join(tables.probability(float(row[name])) for name in ("least", "most")))
    pairs = (("scenarios_held", "scenarios_tried"), ("coders_agreeing", "coders_tried"))
    shares = [f"{int(row[part])}/{int(row[whole])}" for part, whole in pairs]
    return [*shown, *shares]


def _weights(row: xr.Dataset) -> str:
    down, up = float(row["weights_down_to"]), float(row["weights_up_to"])
    below = [f"below {down:.2f}"] if down > 0 else []
    return "\n".join([*below, *([f"above {up:.2f}"] if up < float("inf") else [])])


def _about(es: EvidenceSet, row: xr.Dataset, *, wide: bool) -> str:
    leader = es.hypothesis(str(row["leader"].item()))
    name = leader.label if wide else leader.short or leader.label
    because = str(row["because"].item()).split()
    why = "; ".join(MEASURES.get(each, each.replace("_", " ")) for each in because)
    return f"{row['episode_label'].item()}: {name}\n{row['word'].item()}" + (f": {why}" if why else "")


def _save(folder: Path, tree: xr.DataTree) -> None:
    from bayes_trace.sensitivity import to_tables

    folder.mkdir(parents=True, exist_ok=True)
    tree.to_netcdf(folder / "sensitivity.nc", engine="h5netcdf")
    tables = to_tables(tree)
    for name, table in tables.items():
        write_text(folder / f"{name}.csv", table.to_csv(index=False, lineterminator="\n"))
    typer.echo(f"Wrote {folder / 'sensitivity.nc'} and {len(tables)} tables beside it", err=True)
