"""``bayes-trace update``: the answer, then every episode on a few lines."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bayes_trace.cli.options import (
    CoderOption,
    JsonFlag,
    OutOption,
    OverwriteFlag,
    ScenarioOption,
    SetArgument,
    claim,
    progress,
    read,
    to_json,
    write_netcdf,
)

if TYPE_CHECKING:
    import xarray as xr

    from bayes_trace.evidence import EvidenceSet
    from bayes_trace.summary.verdicts import Answers

__all__ = ["update"]

CARRIERS = 3
KINDS = (".json", ".csv", ".nc")


class Point(StrEnum):
    """Where in its range a likelihood is taken."""

    best = "best"
    mean = "mean"


class Pool(StrEnum):
    """How coders are pooled."""

    log = "log"
    linear = "linear"
    coherent = "coherent"


def update(
    folder: SetArgument,
    scenario: ScenarioOption = None,
    coder: CoderOption = None,
    pool: Annotated[Pool | None, typer.Option(help="Pool coders.", show_default=False)] = None,
    point: Annotated[
        Point, typer.Option(help="Likelihoods as coded, or with ranges integrated out.")
    ] = Point.best,
    out: OutOption = None,
    *,
    overwrite: OverwriteFlag = False,
    brief: Annotated[bool, typer.Option("--brief", help="Omit the line with all hypotheses.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Show what explains each episode, how certain that is, and which items carry the result.

    The verdict on an episode is by every coder and under every scenario; the line of all hypotheses is for the coder
    and the scenarios asked for. --out takes a file ending in .json, .csv or .nc (NetCDF, for xarray).
    """
    from bayes_trace import exact
    from bayes_trace.likelihood import compile_evidence
    from bayes_trace.summary.verdicts import gather_answers

    if coder and pool:
        message = "--coder and --pool are mutually exclusive; give one"
        raise typer.BadParameter(message)
    claim(out, overwrite=overwrite)
    if out and out.suffix not in KINDS:
        message = f"--out {out}: expected a file ending in .json, .csv or .nc"
        raise typer.BadParameter(message)
    with progress("update") as say:
        say("reading", 0.0)
        es = read(folder, scenario)
        evidence = compile_evidence(es)
        chosen = None if pool else coder or es.base_coder
        posterior = exact.update(
            evidence, point=point.value, coder=chosen, pool=pool.value if pool else None, refused="best"
        )
        answers = gather_answers(es, progress=say)
    records = _records(es, evidence, posterior, chosen) | _told(answers)
    records["episodes"] = [each | _judged(answers, each["episode"]) for each in records["episodes"]]
    if as_json:
        typer.echo(to_json(records))
    else:
        _show(es, answers, records, brief=brief)
    if out:
        _save(out, posterior, records)


def _told(answers: Answers) -> dict[str, Any]:
    """What the summary of `--json` adds to the numbers."""
    from bayes_trace.summary.verdicts import case_sentences, headline

    cases = dict.fromkeys(subject.case for subject in answers.subjects)
    return {
        "headline": list(headline(answers)),
        "cases": [{"label": case, "sentences": case_sentences(answers, case)} for case in cases],
        "assumptions": {setting.id: setting.label for setting in answers.settings},
        "alike": dict(answers.alike),
        "failed": dict(answers.failed),
    }


def _judged(answers: Answers, episode: str) -> dict[str, Any]:
    """Verdict, and the answers of every reader under all assumptions."""
    from bayes_trace.summary.verdicts import verdict

    return {
        "verdict": verdict(answers, episode).word,
        "by_assumption": {
            setting.id: {
                reader.id: {
                    "probability": {name: there.p(name) for name in there.log},
                    "leaders": list(there.leaders),
                    "lead_db": there.lead_db,
                }
                for reader in answers.readers_of(episode)
                if (there := answers.answer(episode, setting.id, reader.id))
            }
            for setting in answers.settings
        },
    }


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
        carried = []  # where the coder coded nothing, nobody leads
        if leader:
            weight = exact.weight_of_evidence(evidence, leader, against=runner_up, coder=coder)
            carried = _carriers(es, weight, name)
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
                "at_best": bool(here["at_best"]),
                "level": _level(here["log_probability"]),
                "log_evidence": float(here["log_evidence"]),
                "log_evidence_is_relative": bool(here["relative"]),
                "carried_by": carried,
            }
        )
    facts = {
        key: posterior.attrs[key] for key in ("evidence_set", "title", "digest", "scenario", "coder", "point")
    }
    return {**facts, "episodes": episodes}


def _by_hypothesis(values: xr.DataArray) -> dict[str, float]:
    return {str(h): float(p) for h, p in zip(values["hypothesis"].values, values.values, strict=True)}


def _carriers(es: EvidenceSet, weight: xr.DataArray, episode: str) -> list[dict[str, Any]]:
    """Items of an episode that do most between leader and runner-up, either way."""
    from bayes_trace.summary.verdicts import title_of

    here = [
        (str(item), float(db))
        for item, at, db in zip(
            weight["link_item"].values, weight["link_episode"].values, weight.values, strict=True
        )
        if at == episode and db
    ]
    heaviest = sorted(here, key=lambda pair: -abs(pair[1]))[:CARRIERS]
    return [{"item": item, "title": title_of(es, item), "weight_db": db} for item, db in heaviest]


def _level(log_probability: xr.DataArray) -> list[str]:
    """Hypotheses that lead, several where they are level."""
    from bayes_trace.summary.verdicts import Answer

    if bool(log_probability.isnull().any()):
        return []  # this coder has not coded the episode
    names = [str(name) for name in log_probability["hypothesis"].values]
    answer = Answer(dict(zip(names, log_probability.values.tolist(), strict=True)))
    return [name for name in answer.leaders if answer.behind(name) == 0.0]


def _show(es: EvidenceSet, answers: Answers, records: dict[str, Any], *, brief: bool) -> None:
    from bayes_trace.cli.answer import Screen
    from bayes_trace.cli.lines import screen_width

    known = [reader.id for reader in answers.readers]
    reader = records["coder"] if records["coder"] in known else es.base_coder
    for line in Screen(es, answers, records, reader, screen_width(), brief).lines():
        typer.echo(line)


def _save(path: Path, posterior: xr.Dataset, records: dict[str, Any]) -> None:
    from bayes_trace import tables
    from bayes_trace.files.delimited import inert
    from bayes_trace.files.keeping import whole, write_text

    if path.suffix == ".json":
        write_text(path, to_json(records) + "\n")
    elif path.suffix == ".csv":
        write_text(
            path, tables.posterior_table(posterior).map(inert).to_csv(index=False, lineterminator="\n")
        )
    else:
        with whole(path) as file:
            write_netcdf(file, posterior)
    typer.echo(f"Wrote {path}", err=True)
