"""``bayes-trace sensitivity``: what would change the answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bayes_trace.cli.lines import HARD, folded
from bayes_trace.cli.options import (
    CoderOption,
    JsonFlag,
    OverwriteFlag,
    ScenarioOption,
    SchedulerOption,
    SetArgument,
    WorkersOption,
    claim,
    cluster,
    console,
    progress,
    read,
    to_json,
    write_netcdf,
)

if TYPE_CHECKING:
    import xarray as xr
    from rich.table import Table

    from bayes_trace.evidence import EvidenceSet
    from bayes_trace.sensitivity import Measure
    from bayes_trace.summary.verdicts import Answers

__all__ = ["sensitivity"]

#: from this many columns on, hypotheses are named in full
WIDE = 110
#: the least that a table leaves to names
NAMES = 24
#: what --out holds beside its tables
FILE = "sensitivity.nc"
NEVER = "\N{EM DASH}"


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
    scheduler: SchedulerOption = None,
    workers: WorkersOption = None,
    *,
    overwrite: OverwriteFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Show how robust each answer is to other evidence, priors, dependence, scenarios and coders.

    --out takes a folder: everything goes there as one NetCDF file (for xarray) and as CSV tables.
    """
    from bayes_trace.sensitivity import survey
    from bayes_trace.summary.verdicts import gather_answers

    claim(out / FILE if out else None, overwrite=overwrite)
    with progress("sensitivity") as say, cluster(scheduler, workers) as client:
        say("reading", 0.0)
        es = read(folder, scenario)
        tree = survey(
            es,
            episodes=episode or None,
            coder=coder,
            client=client,
            progress=lambda what, done: say(what, 0.8 * done),
        )
        answers = gather_answers(es, client=client, progress=lambda what, done: say(what, 0.8 + 0.2 * done))
    tree["robustness"] = _judged(tree["robustness"].to_dataset(), answers)
    if out:
        _save(out, tree, overwrite=overwrite)
    table = tree["robustness"].to_dataset()
    if as_json:
        typer.echo(to_json(_records(table)))
    else:
        _show(es, answers, table, tree["scenarios"].to_dataset())


def _judged(table: xr.Dataset, answers: Answers) -> xr.Dataset:
    """The table with the verdict on each episode for its word."""
    from bayes_trace.summary.verdicts import verdict

    words = [verdict(answers, str(name)).word for name in table["episode"].values]
    return table.assign(word=("episode", words))


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


def _show(es: EvidenceSet, answers: Answers, table: xr.Dataset, scenarios: xr.Dataset) -> None:
    screen = console()
    wide = screen.width >= WIDE
    labels = {reader.id: reader.label for reader in answers.readers}
    coder = str(table.attrs["coder"])
    screen.print(f"{es.title}\n{answers.settings[0].label}; {labels.get(coder, coder)}")
    screen.print("How robust each leading hypothesis is, given that one of the hypotheses is true:")
    if not wide and any(h.short for h in es.hypotheses):
        screen.print("; ".join(f"{h.short} {h.label}" for h in es.hypotheses if h.short))
    for case in es.cases:
        mine = table.isel(episode=(table["case"] == case.case).values)
        if mine.sizes["episode"]:
            screen.print(f"\n{case.label}")
            for each in _laid_out(es, mine, wide=wide):
                screen.print(each)
    screen.print(_legend(answers, wide=wide))
    if scenarios.attrs["unfit"]:
        screen.print(f"Scenarios that cannot be combined with these: {scenarios.attrs['unfit']}.")


def _legend(answers: Answers, *, wide: bool) -> str:
    from bayes_trace.summary.verdicts import meaning

    told = [f"{measure.column.removesuffix(' (dB)')}: {measure.legend}." for measure in _shown(wide=wide)]
    verdicts = "; ".join(f"{word}, {text}" for word, text in meaning(answers))
    return " ".join(
        [
            *told,
            f"{NEVER}: never. Weakest: the measures by which the lead is lost first.\nVerdicts: {verdicts}.",
        ]
    )


def _shown(*, wide: bool) -> list[Measure]:
    from bayes_trace.sensitivity import measures

    return [measure for measure in measures() if measure.column and (wide or not measure.wide)]


def _laid_out(es: EvidenceSet, part: xr.Dataset, *, wide: bool) -> list[Table | str]:
    """A table, or paragraphs where the numbers would leave no room for names."""
    shown = _shown(wide=wide)
    rows = [part.isel(episode=row) for row in range(part.sizes["episode"])]
    cells = [[_cell(row, measure) for row in rows] for measure in shown]
    widths = [
        _width([measure.column.replace(" ", "\n"), *column])
        for measure, column in zip(shown, cells, strict=True)
    ]
    left = console().width - sum(widths) - 2 * len(widths) - 3
    about = [_about(es, row, wide=wide) for row in rows]
    heads = [measure.column for measure in shown]
    numbers = list(zip(*cells, strict=True))
    if left < NAMES:
        return [_stacked(*each, heads) for each in zip(about, numbers, strict=True)]
    return [_table(about, numbers, heads, [left, *widths])]


def _stacked(about: str, numbers: Sequence[str], heads: Sequence[str]) -> str:
    """An episode and its numbers, each after its heading."""
    each = "; ".join(
        f"{head} {number}".replace(" ", HARD).replace("\n", f"{HARD}or{HARD}")
        for head, number in zip(heads, numbers, strict=True)
    )
    lines = [
        line for text in about.splitlines() for line in folded(text, console().width, indent="  ", first="")
    ]
    return "\n".join([*lines, *folded(each, console().width, indent="    ", first="  "), ""])


def _table(
    about: Sequence[str], numbers: Sequence[Sequence[str]], heads: Sequence[str], widths: Sequence[int]
) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 1, 0))
    # what the numbers leave, so that none of them is cut off
    table.add_column("Episode: leader; verdict", width=widths[0], overflow="fold")
    for head, width in zip(heads, widths[1:], strict=True):
        table.add_column(head, justify="right", width=width)
    for name, row in zip(about, numbers, strict=True):
        table.add_row(name, *row)
    return table


def _width(texts: list[str]) -> int:
    return max(len(line) for text in texts for line in text.splitlines())


def _cell(row: xr.Dataset, measure: Measure) -> str:
    if measure.interval:
        ends = [float(row[name]) for name in measure.values]
        return _factors(*ends) if measure.form == "factor" else _between(*ends)
    value = float(row[measure.name])
    return _said(measure.form, value) if math.isfinite(value) else NEVER


def _said(form: str, value: float) -> str:
    from bayes_trace import tables

    if form == "dB":
        return tables.db(value, sign=False)
    if form == "probability":
        return tables.probability(value)
    return f"{value:.0f}" if form == "count" else f"{value:.2f}"


def _between(low: float, high: float) -> str:
    return "\N{EN DASH}".join(_said("probability", end) for end in (low, high))


def _factors(down: float, up: float) -> str:
    below = [f"below {down:.2f}"] if down > 0 else []
    return "\n".join([*below, *([f"above {up:.2f}"] if math.isfinite(up) else [])]) or NEVER


def _about(es: EvidenceSet, row: xr.Dataset, *, wide: bool) -> str:
    from bayes_trace.sensitivity import measures

    known = {measure.name: measure for measure in measures()}
    names = str(row["level"].item()).split() or [str(row["leader"].item())]
    labels = [h.label if wide else h.short or h.label for h in map(es.hypothesis, names)]
    who = labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]} level"
    why = "; ".join(_why(es, row, known[each]) for each in str(row["because"].item()).split())
    carried = ", owing to the prior" if row["carried_by"].item() == "prior" else ""
    weakest = f"; weakest: {why}" if why else ""
    return f"{row['episode_label'].item()}: {who}\n{row['word'].item()}{carried}{weakest}"


def _why(es: EvidenceSet, row: xr.Dataset, measure: Measure) -> str:
    """What a poor value means, and the scenario or coder that gives it."""
    labels = {name: each.label for name, each in es.scenarios.items()}
    labels |= {coder.id: coder.label or coder.id for coder in es.coders}
    given = [str(row[name].item()) for name in measure.names]
    told = [labels.get(name, f"{name.count('+') + 1} scenarios together") for name in given if name]
    return measure.weakness + (f" ({', '.join(told)})" if told else "")


def _save(folder: Path, tree: xr.DataTree, *, overwrite: bool) -> None:
    from bayes_trace.files.delimited import inert
    from bayes_trace.files.keeping import whole, write_text
    from bayes_trace.sensitivity import to_tables

    tables = to_tables(tree)
    claim(*(folder / f"{name}.csv" for name in tables), overwrite=overwrite)
    with whole(folder / FILE) as file:
        write_netcdf(file, tree)
    for name, table in tables.items():
        write_text(folder / f"{name}.csv", table.map(inert).to_csv(index=False, lineterminator="\n"))
    typer.echo(f"Wrote {folder / FILE} and {len(tables)} tables next to it", err=True)
