"""``bayes-trace explain``: the argument on one episode, item by item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bayes_trace.cli.assumed import BASE, Assumed, assume
from bayes_trace.cli.lines import HARD, columns, folded, screen_width
from bayes_trace.cli.options import CoderOption, JsonFlag, SetArgument, progress, read_with, to_json

if TYPE_CHECKING:
    from bayes_trace.report.results import EpisodeResult, Gathered

__all__ = ["explain"]

#: room for a date, and for a number
DATE, NUMBER = 12, 7


def explain(
    folder: SetArgument,
    episode: Annotated[str, typer.Argument(metavar="EPISODE", help="Id of the episode.", show_default=False)],
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario", "-s", help="Apply this scenario; “base” for none.", show_default="preferred"
        ),
    ] = None,
    coder: CoderOption = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Show the argument on one episode: what each item adds, and what would change the answer."""
    from bayes_trace.errors import UnknownNameError

    es, scenario = read_with(folder, scenario)
    if episode not in es.episodes:
        raise UnknownNameError("episode", episode, list(es.episodes))
    with progress("explain") as say:
        told = assume(es, scenario, coder=coder, progress=say)
    result = told.episode(episode)
    if as_json:
        typer.echo(to_json(_record(told, result)))
        return
    for line in _lines(told, result, screen_width()):
        typer.echo(line)


def _record(told: Assumed, result: EpisodeResult) -> dict[str, Any]:
    ledger = result.ledger
    return {
        "episode": result.episode.id,
        "label": result.episode.label,
        "assumptions": told.label,
        "sentences": told.sentences(result.episode.id),
        "of": ledger.of,
        "against": ledger.against,
        "columns": [{"assumptions": setting, "coder": reader} for setting, reader in ledger.columns],
        "prior_db": list(ledger.prior_db),
        "items": [{"item": row.name, "title": row.title, "db": list(row.db)} for row in ledger.rows],
        "posterior_db": [ledger.total(number) for number in range(len(ledger.columns))],
    }


def _lines(told: Assumed, result: EpisodeResult, width: int | None) -> Iterator[str]:
    yield from folded(f"{result.episode.label}: {result.episode.outcome}", width)
    yield ""
    for sentence in told.sentences(result.episode.id):
        yield from folded(sentence, width)
    if result.ledger.rows:
        yield ""
        yield from _ledger(told.gathered, result, width)
    yield ""
    yield from folded(_against(told.gathered, result), width)
    yield from folded(_elsewhere(told.gathered, result), width)


def _ledger(g: Gathered, result: EpisodeResult, width: int | None) -> Iterator[str]:
    """The weights in the order of dates, with their running sum in the last column that the coder has."""
    from bayes_trace import tables
    from bayes_trace.report.text import day

    ledger = result.ledger
    labels = {reader.id: reader.letter for reader in g.answers.readers}
    heads = [
        f"{labels[r]} {'base' if s == BASE else 'pref.'}" if len(ledger.columns) > 1 else "dB"
        for s, r in ledger.columns
    ]
    of, against = (g.column(name).label for name in (ledger.of, ledger.against))
    yield from folded(f"{of} over {against}, in dB (+ for the first):", width)
    numbers = [NUMBER] * len(heads)
    room = (width or 120) - DATE - sum(numbers) - 2 * (len(heads) + 1)
    stacked = room < DATE + NUMBER  # the item gets a line of its own
    widths = [*([] if stacked else [DATE, room]), *numbers]

    def row(when: str, what: str, values: list[str]) -> Iterator[str]:
        if stacked:
            yield from folded(f"{when} {what}".strip(), width)
            yield from columns(values, widths, right=len(values))
        else:
            yield from columns([when, what, *values], widths, right=len(values))

    yield from row("", "", heads)
    yield from row("", "prior odds", [_db(value) for value in ledger.prior_db])
    for each in ledger.rows:
        dates = [item.date for item in each.items if item.date]
        code = "" if each.title == each.name else f" [{each.name}]"
        when = day(min(dates), short=True) if dates else "undated"
        yield from row(when, f"{each.title}{code}", [_db(value) for value in each.db])
    totals = [_db(ledger.total(number)) for number in range(len(heads))]
    yield from row("", "posterior odds", totals)
    if ledger.columns and len(ledger.columns) > 1:
        signs = [
            "base: as the set stands" if any(s == BASE for s, _ in ledger.columns) else "",
            "pref.: preferred",
        ]
        yield from folded(
            "; ".join(filter(None, signs))
            + f"; –: not in the set, or not coded; {tables.db(3.0)} doubles the odds",
            width,
        )


def _db(value: float | None) -> str:
    from bayes_trace import tables

    return "–" if value is None else tables.db(value)


def _against(g: Gathered, result: EpisodeResult) -> str:
    from bayes_trace import tables
    from bayes_trace.summary.verdicts import title_of

    leader = g.column(result.leader).label
    said = "; ".join(
        f"{title_of(g.preferred, line.item.id)} [{line.item.id}], {tables.db(line.worst_weight)}{HARD}dB against "
        f"{g.column(line.best_rival).label}"
        for line in result.against[:3]
    )
    return f"Strongest against {leader}: {said or 'no item is less likely under it than under a rival'}."


def _elsewhere(g: Gathered, result: EpisodeResult) -> str:
    """What leads under the other assumptions."""
    from bayes_trace.summary.verdicts import cell

    name = result.episode.id
    each = "; ".join(f"{setting.label} {cell(g.answers, name, setting.id)}" for setting in g.answers.settings)
    return f"Under other assumptions: {each}."
