"""``bayes-trace check``: problems and advice."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Annotated

import typer

from bayes_trace.cli.options import JsonFlag, ScenarioOption, SetArgument, console, progress, read, to_json

if TYPE_CHECKING:
    from bayes_trace.checks import Advice
    from bayes_trace.evidence import EvidenceSet

__all__ = ["check"]

#: findings of one kind that are shown; a large set has thousands that say the same
SHOWN = 50
AllFlag = Annotated[bool, typer.Option("--all", help=f"Show every piece of advice, not {SHOWN} of a kind.")]


def check(
    folder: SetArgument, scenario: ScenarioOption = None, *, every: AllFlag = False, as_json: JsonFlag = False
) -> None:
    """Report the errors in an evidence set, and what a critical reader would ask.

    Problems (the set cannot be used) end with exit code 1. Advice does not, except for codes
    that begin with E.
    """
    from bayes_trace.checks import check as find_advice

    es = read(folder, scenario)
    with progress("check") as say:
        advice = find_advice(es, progress=say)
    if as_json:
        fields = ("code", "path", "message", "reason", "reference")
        typer.echo(to_json([{name: getattr(each, name) for name in fields} for each in advice]))
    else:
        _show(es, advice, len(advice) if every else SHOWN)
    if any(each.is_error for each in advice):
        raise typer.Exit(1)


def _show(es: EvidenceSet, advice: list[Advice], most: int) -> None:
    from rich.padding import Padding

    screen = console()
    sizes = {"case": es.cases, "episode": es.episodes, "item": es.items, "coder": es.coders}
    counts = ", ".join(f"{len(some)} {name}{'s' * (len(some) != 1)}" for name, some in sizes.items())
    screen.print(f"{es.title}: {counts}. No errors found.")
    for code, group in itertools.groupby(advice, key=lambda each: each.code):
        found = list(group)
        screen.print(f"\n{code}  {found[0].reason} [{found[0].reference}]")
        for each in found[:most]:
            screen.print(Padding(f"{each.path}: {each.message}", (0, 0, 0, 4)))
        if len(found) > most:
            screen.print(f"    and {len(found) - most} more of this kind; --all shows them")
    count = f"{len(advice)} piece{'s' * (len(advice) != 1)} of advice"
    screen.print(f"\n{count if advice else 'No advice'}.")
