"""``bayes-trace plan``: where to look next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bayes_trace.cli.options import (
    CoderOption,
    JsonFlag,
    ScenarioOption,
    SetArgument,
    console,
    read,
    to_json,
)

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["plan"]


def plan(
    folder: SetArgument,
    scenario: ScenarioOption = None,
    coder: CoderOption = None,
    budget: Annotated[
        float | None, typer.Option("--budget", help="Leave out items that cost more.", show_default=False)
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Show which planned item to look for next, and what finding it, or not, would change.

    Planned items are those marked found: planned; they count for nothing in any other command.
    """
    from bayes_trace.likelihood import compile_evidence
    from bayes_trace.planning import best_next, describe_next, outcomes

    evidence = compile_evidence(read(folder, scenario))
    ranked, after = best_next(evidence, budget=budget, coder=coder), outcomes(evidence, coder=coder)
    if as_json:
        typer.echo(to_json(_records(ranked, after)))
        return
    screen = console()
    screen.print(
        f"{ranked.attrs['title']}\nscenario {ranked.attrs['scenario']}; coder {ranked.attrs['coder']}"
    )
    screen.print(describe_next(ranked, after))
    screen.print("\nAll planned items, by expected information for their cost:")
    for row in range(ranked.sizes["item"]):
        screen.print(_line(ranked.isel(item=row), priced=bool(ranked.attrs["priced"])))


def _line(one: xr.Dataset, *, priced: bool) -> str:
    cost = f", cost {float(one['cost']):g}" if priced else ""
    archive = f" ({one['archive'].item()})" if one["archive"].item() else ""
    return f"  {float(one['mutual_information']):.3f} bits{cost}  {one['item'].item()}: {one['title'].item()}{archive}"


def _records(ranked: xr.Dataset, after: xr.Dataset) -> dict[str, Any]:
    from bayes_trace.planning import outcome_table

    return {
        **{key: ranked.attrs[key] for key in ("evidence_set", "title", "digest", "scenario", "coder")},
        "items": [
            {"item": str(ranked["item"].values[row])}
            | {str(name): each.values[row].item() for name, each in ranked.data_vars.items()}
            for row in range(ranked.sizes["item"])
        ],
        "outcomes": outcome_table(after).to_dict("records"),
    }
