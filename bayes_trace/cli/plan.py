"""``bayes-trace plan``: where to look next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bayes_trace.cli.assumed import BASE, PREFERRED, named_set
from bayes_trace.cli.lines import HARD, columns, folded, screen_width
from bayes_trace.cli.options import CoderOption, JsonFlag, ScenarioOption, SetArgument, read, to_json

if TYPE_CHECKING:
    import xarray as xr

    from bayes_trace.evidence import EvidenceSet

__all__ = ["plan"]

#: items told with both ends of their search
FIRST = 3
NUMBER = 9
_ENDS = {"present": "found", "absent": "not found"}


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
    """Show which planned item to look for next, where and why: what finding it, or not, would do.

    Planned items are those marked found: planned; they count for nothing in any other command. Where the set has
    preferred scenarios and none is named, these rank the items, and the set as it stands is shown beside them.
    """
    es = read(folder, scenario)
    names = [BASE, PREFERRED] if es.preferred and not scenario else [BASE]
    plans = {name: _planned(named_set(es, name), coder, budget) for name in names}
    if as_json:
        told = _records(*plans[BASE])
        typer.echo(to_json(told | {PREFERRED: _records(*plans[PREFERRED]) if PREFERRED in plans else None}))
        return
    for line in _lines(es, plans, screen_width()):
        typer.echo(line)


def _planned(es: EvidenceSet, coder: str | None, budget: float | None) -> tuple[xr.Dataset, xr.Dataset]:
    """What is planned, the best first, and what the ends of every search would do."""
    from bayes_trace.likelihood import compile_evidence
    from bayes_trace.planning import best_next, outcomes

    evidence = compile_evidence(es)
    return best_next(evidence, budget=budget, coder=coder), outcomes(evidence, coder=coder)


def _lines(
    es: EvidenceSet, plans: dict[str, tuple[xr.Dataset, xr.Dataset]], width: int | None
) -> Iterator[str]:
    ranked, after = plans[PREFERRED if PREFERRED in plans else BASE]
    yield from folded(es.title, width)
    yield from folded(_assumed(es, ranked, both=PREFERRED in plans), width)
    for place in range(min(FIRST, ranked.sizes["item"])):
        yield ""
        yield from _item(es, ranked.isel(item=place), after, place + 1, width)
    yield ""
    yield from _table(ranked, plans[BASE][0] if PREFERRED in plans else None, width)


def _assumed(es: EvidenceSet, ranked: xr.Dataset, *, both: bool) -> str:
    who = next(each.label or each.id for each in es.coders if each.id == ranked.attrs["coder"])
    names = str(ranked.attrs["scenario"])
    labels = names if names == BASE else " + ".join(es.scenarios[each].label for each in names.split("+"))
    how = " for its cost" if ranked.attrs["priced"] else ""
    beside = "; “as it stands”: without these scenarios" if both else ""
    return (
        f"Where to look next, by what each search by itself is expected to teach{how}, in bits. "
        f"{who}, {labels}{beside}."
    )


def _item(
    es: EvidenceSet, one: xr.Dataset, after: xr.Dataset, place: int, width: int | None
) -> Iterator[str]:
    """One planned item: what, where, why, and what either end of the search would do."""
    name = str(one["item"].item())
    item = es.items.get(name)
    yield from folded(f"{place}. {one['title'].item()} [{name}]", width, indent="   ", first="")
    for text in (
        item.paraphrase if item else "",
        f"Where: {one['archive'].item()}." if one["archive"].item() else "",
        f"Why: {_why(es, name, str(one.attrs['coder']))}",
    ):
        yield from folded(text, width, indent="   ") if text and text != "Why: " else ()
    mine = after.isel(planned=(after["planned_item"] == name).values)
    for number in range(mine.sizes["planned"]):
        yield from _episode(mine.isel(planned=number), width)


def _why(es: EvidenceSet, name: str, coder: str) -> str:
    """Reasons of the coder for the item's likelihoods."""
    reasons = (
        coding.reason
        for item, _, coding, by in es.coded_links(planned=True)
        if (item.id, by) == (name, coder)
    )
    return " ".join(dict.fromkeys(filter(None, reasons)))


def _episode(one: xr.Dataset, width: int | None) -> Iterator[str]:
    now = _beliefs(one, one["now"])
    yield from folded(f"{one['planned_episode_label'].item()}: now {now}", width, indent="     ", first="   ")
    for outcome in one["outcome"].values:
        end = one.sel(outcome=outcome)
        share = f"{float(end['outcome_probability']):.2f}".lstrip("0")
        text = f"{_ENDS[str(outcome)]} ({share}): {_beliefs(one, end['probability'])}"
        yield from folded(text, width, indent="       ", first="     ")


def _beliefs(one: xr.Dataset, p: xr.DataArray) -> str:
    from bayes_trace import tables

    pairs = zip(one["hypothesis_short"].values, p.values, strict=True)
    return ", ".join(f"{name}{HARD}{tables.probability(float(each))}" for name, each in pairs)


def _table(ranked: xr.Dataset, base: xr.Dataset | None, width: int | None) -> Iterator[str]:
    """All items in a line each, numbers first; names fold, numbers never."""
    priced = bool(ranked.attrs["priced"])
    heads = ["bits", *(["as it stands"] if base is not None else []), *(["cost"] if priced else [])]
    widths = [NUMBER] * len(heads)
    name = max(12, (width or 100) - sum(widths) - 2 * len(widths))
    yield from columns([*heads, "planned item"], [*widths, name])
    for row in range(ranked.sizes["item"]):
        one = ranked.isel(item=row)
        code = str(one["item"].item())
        bits = [one["mutual_information"]]
        if base is not None:
            bits.append(base["mutual_information"].sel(item=code))
        cells = [f"{float(each):.3f}" for each in bits] + ([f"{float(one['cost']):g}"] if priced else [])
        yield from columns([*cells, f"{one['title'].item()} [{code}]"], [*widths, name])


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
