"""``bayes-trace compare``: two sets of assumptions side by side, and which items make the difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bayes_trace.cli.assumed import BASE, named_set
from bayes_trace.cli.lines import HARD, columns, folded, screen_width
from bayes_trace.cli.options import CoderOption, JsonFlag, SetArgument, progress, read_with, to_json

if TYPE_CHECKING:
    import xarray as xr

    from bayes_trace.evidence import EvidenceSet

__all__ = ["compare"]

#: items that are named, and the least change that counts, in dB
ITEMS, LEAST_DB = 5, 0.05
NUMBER = 8


def compare(
    folder: SetArgument,
    episode: Annotated[
        str | None,
        typer.Argument(metavar="[EPISODE]", help="Only this episode; by default all.", show_default=False),
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario",
            "-s",
            help="Assumptions to compare: base, preferred, a scenario, that of a .yaml file, or several joined "
            "by +. Give it twice, or once to compare with the base.",
            show_default="base and preferred",
        ),
    ] = None,
    coder: CoderOption = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Compare two sets of assumptions: what changes, and which items make the difference."""
    from bayes_trace.errors import UnknownNameError

    es, names = read_with(folder, scenario)
    pair = _pair(es, names)
    known = [name for name, each in es.episodes.items() if each.scored]
    if episode is not None and episode not in known:
        raise UnknownNameError("scored episode", episode, known)
    with progress("compare") as say:
        say("two sets of assumptions", 0.0)
        records = _records(es, pair, [episode] if episode else known, coder or es.base_coder)
    if as_json:
        typer.echo(to_json({"assumptions": list(pair), "coder": coder or es.base_coder, "episodes": records}))
        return
    told = names != (scenario or [])  # one of them stands in a file of its own
    for line in _lines(es, pair, records, coder or es.base_coder, screen_width(), told=told):
        typer.echo(line)


def _pair(es: EvidenceSet, names: list[str] | None) -> tuple[str, str]:
    if not names:
        if not es.preferred:
            message = "the set declares no preferred scenarios; name what to compare with -s, once or twice"
            raise typer.BadParameter(message)
        return BASE, "preferred"
    if len(names) > 2:
        message = f"-s was given {len(names)} times; at most two sets of assumptions can be compared; join scenarios with +"
        raise typer.BadParameter(message)
    return (names[0], names[1]) if len(names) == 2 else (BASE, names[0])


def _records(es: EvidenceSet, pair: tuple[str, str], episodes: list[str], coder: str) -> list[dict[str, Any]]:
    from bayes_trace.exact import update
    from bayes_trace.likelihood import compile_evidence

    sets = [named_set(es, name) for name in pair]
    compiled = [compile_evidence(each, episodes=episodes) for each in sets]
    posterior = [update(each, coder=coder) for each in compiled]
    return [_record(sets, compiled, posterior, name, coder) for name in episodes]


def _record(
    sets: list[EvidenceSet], compiled: list[xr.Dataset], posterior: list[xr.Dataset], name: str, coder: str
) -> dict[str, Any]:
    from bayes_trace.summary.verdicts import Answer

    each = [one.sel(episode=name)["log_probability"] for one in posterior]
    if any(bool(one.isnull().any()) for one in each):
        return {"episode": name, "label": sets[0].episodes[name].label, "coded": False}
    answers = [
        Answer(dict(zip(one["hypothesis"].values.tolist(), one.values.tolist(), strict=True))) for one in each
    ]
    return {
        "episode": name,
        "label": sets[0].episodes[name].label,
        "coded": True,
        "probability": [{h: answer.p(h) for h in answer.log} for answer in answers],
        "leaders": [list(answer.leaders) for answer in answers],
        "moved": not set(answers[0].leaders) & set(answers[1].leaders),
        **_moved_by(sets, compiled, answers, name, coder),
    }


def _moved_by(
    sets: list[EvidenceSet], compiled: list[xr.Dataset], answers: list[Any], name: str, coder: str
) -> dict[str, Any]:
    """Items by their change of the odds of the first's leader over the second's, or over the next."""
    from bayes_trace.sensitivity import attribution
    from bayes_trace.summary.verdicts import title_of

    of = answers[0].leader
    against = answers[1].leader if answers[1].leader != of else answers[0].ranking[1]
    if any(not {of, against} <= set(answer.log) for answer in answers):
        return {"of": of, "against": against, "odds_db": None, "items": []}
    parts = attribution(*compiled, of=of, against=against, coder=coder)
    here = parts.values[parts["episode"].values == name]
    items = [
        str(each).rpartition("@")[0] for each in parts["component"].values[parts["episode"].values == name]
    ]
    ranked = sorted(zip(items, here.tolist(), strict=True), key=lambda pair: -abs(pair[1]))
    odds = [answer.behind(against) - answer.behind(of) for answer in answers]
    known = [sets[0] if item in sets[0].items else sets[1] for item, _ in ranked]
    return {
        "of": of,
        "against": against,
        "odds_db": odds,
        "items": [
            {"item": item, "title": title_of(es, item), "db": db, "reasons": _reasons(sets[1], item)}
            for (item, db), es in zip(ranked, known, strict=True)
            if abs(db) >= LEAST_DB
        ],
    }


def _reasons(es: EvidenceSet, item: str) -> list[str]:
    """Why the scenarios that are applied change or drop an item, in their own words."""
    applied = [es.scenarios[name] for name in es.applied]
    changed = [
        (each.item, each.reason or (each.coding.reason if each.coding else ""))
        for it in applied
        for each in it.change
    ]
    dropped = [(each.item, each.reason) for it in applied for each in it.drop]
    return list(dict.fromkeys(reason for name, reason in (*changed, *dropped) if name == item and reason))


def _lines(
    es: EvidenceSet,
    pair: tuple[str, str],
    records: list[dict[str, Any]],
    coder: str,
    width: int | None,
    *,
    told: bool,
) -> Iterator[str]:
    labels = {each.id: each.label or each.id for each in es.coders}
    yield from folded(es.title, width)
    yield from folded(
        f"First: {_named(es, pair[0])}. Second: {_named(es, pair[1])}. {labels[coder]}; * leads.", width
    )
    for record in records:
        yield ""
        yield from folded(record["label"], width)
        yield from (
            _one(es, pair, record, width, told=told) if record["coded"] else ["  not coded by this coder"]
        )


def _named(es: EvidenceSet, name: str) -> str:
    known = {BASE: "as the set stands", "preferred": "preferred"}
    return " + ".join(known.get(part) or es.scenarios[part].label for part in name.split("+"))


def _one(
    es: EvidenceSet, pair: tuple[str, str], record: dict[str, Any], width: int | None, *, told: bool
) -> Iterator[str]:
    """Every hypothesis in both, then what moved the odds."""
    from bayes_trace import tables

    names = {
        h: label for h, label in _labels(es, pair).items() if any(h in each for each in record["probability"])
    }
    first = min(max(len(label) for label in names.values()), (width or 200) - 2 * (NUMBER + 2) - 2)
    widths = [first, NUMBER, NUMBER]
    yield from columns(["", "first", "second"], widths, right=2)
    for hypothesis, label in names.items():
        each = [
            tables.probability(p[hypothesis]) + ("*" if hypothesis in leaders else "")
            if hypothesis in p
            else "–"
            for p, leaders in zip(record["probability"], record["leaders"], strict=True)
        ]
        yield from columns([label, *each], widths, right=2)
    if record["moved"]:
        yield from folded("a different hypothesis leads in the second", width, indent="  ")
    yield from _why(record, names, width, told=told)


def _labels(es: EvidenceSet, pair: tuple[str, str]) -> dict[str, str]:
    return {h.id: h.label for name in pair for h in named_set(es, name).hypotheses}


def _why(record: dict[str, Any], names: dict[str, str], width: int | None, *, told: bool) -> Iterator[str]:
    """What moved the odds; of a scenario in a file of its own, with the reasons that it gives."""
    from bayes_trace import tables

    if record["odds_db"] is None:
        yield from folded(
            "the two cannot be compared item by item: one of them lacks a hypothesis", width, indent="  "
        )
        return
    before, after = (tables.db(value) for value in record["odds_db"])
    of, against = (names[record[part]] for part in ("of", "against"))
    yield from folded(
        f"dB of {of} over {against}: {before}{HARD}to{HARD}{after}", width, indent="    ", first="  "
    )
    for each in record["items"][:ITEMS]:
        code = "" if each["title"] == each["item"] else f" [{each['item']}]"
        yield from folded(
            f"{tables.db(each['db'])}{HARD}{each['title']}{code}", width, indent="      ", first="    "
        )
        for reason in each["reasons"] if told else ():
            yield from folded(f"“{reason}”", width, indent="        ")
    if left := record["items"][ITEMS:]:
        rest = sum(each["db"] for each in left)
        yield from folded(f"{tables.db(rest)}{HARD}{len(left)} more", width, indent="      ", first="    ")
    if not record["items"]:
        yield "    no item changed"
