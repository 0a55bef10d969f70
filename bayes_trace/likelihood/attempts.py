"""The evidence on whether attempts were made: a set of its own, whose two rivals are that one was made, and not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import ModelError
from bayes_trace.evidence import Case, Coding, Episode, Event, EvidenceSet, Hypothesis, Item
from bayes_trace.evidence.values import ATTEMPT, MADE

__all__ = [
    "SUCCESS_SD",
    "attempt_set",
    "attempts_of",
    "granted_share",
    "needed_attempts",
    "speaks",
    "with_attempts",
]

#: front of the names of what is stored beside the evidence
FRONT = "attempt_"
_EVEN = 0.5
_STATEMENTS = {"made": "The partner made the claim.", "not_made": "The partner made no such claim."}
_SEVERAL = "part"
#: prior standard deviation of the log-odds of an attempt, and of success with and without one
SUCCESS_SD = 1.5
#: how much of what was asked an outcome gives; both halves of one given in part count half
_GRANTED = {"yes": 1.0, "part": 0.5, "no": 0.0}


def attempt_set(es: EvidenceSet) -> EvidenceSet | None:
    """The set of attempts: episodes with their parts put together, and what is coded about: attempt.

    Returns
    -------
    Rivals ``made`` and ``not_made`` at even priors; every episode that sums up no others, by the name of its
    decision where it has one. None where nothing is coded about an attempt.
    """
    if ATTEMPT not in es.abouts:
        return None
    unit = {episode.id: episode.decision or episode.id for episode in es.episodes.values()}
    fields = {name: getattr(es, name) for name in EvidenceSet.model_fields}
    return EvidenceSet.model_construct(
        **{
            **fields,
            "hypotheses": tuple(
                Hypothesis(id=name, label=name.replace("_", " "), statement=_STATEMENTS[name], prior=_EVEN)
                for name in MADE
            ),
            "prior_concentration": None,
            "written": (),
            "cases": tuple(_case(case, unit) for case in es.cases),
        }
    )


def _case(case: Case, unit: dict[str, str]) -> Case:
    update = {
        "episodes": tuple(_decisions(case.episodes)),
        "items": tuple(_coded(each, unit) for each in case.items),
        "events": tuple(_coded(each, unit) for each in case.events),
    }
    return case.model_copy(update=update)


def _decisions(episodes: Iterable[Episode]) -> Iterator[Episode]:
    """One episode for each decision; of its parts some were granted and some were not."""
    parts: dict[str, list[Episode]] = {}
    for episode in episodes:
        if not episode.aggregate_of:
            parts.setdefault(episode.decision or episode.id, []).append(episode)
    for name, each in parts.items():
        granted = {episode.granted for episode in each}
        update = {
            "id": name,
            "granted": granted.pop() if len(granted) == 1 else _SEVERAL,
            "scored": True,
            "prior": {},
        }
        yield each[0].model_copy(update=update)


def _coded[C: (Item, Event)](each: C, unit: dict[str, str]) -> C:
    """The item or event with its codings of attempts alone; one that serves both parts of a decision counts once."""
    seen: set[tuple[str, str]] = set()
    codings: list[Coding] = []
    for coding in (coding for coding in each.codings if coding.about == ATTEMPT):
        named = dict.fromkeys(unit[name] for name in coding.episodes or each.episodes if name in unit)
        fresh = tuple(name for name in named if (coding.coder or "", name) not in seen)
        seen |= {(coding.coder or "", name) for name in fresh}
        if fresh:
            codings.append(coding.model_copy(update={"about": None, "episodes": fresh}))
    episodes = tuple(dict.fromkeys(unit.get(name, name) for name in each.episodes))
    update: dict[str, object] = {"codings": tuple(codings), "episodes": episodes}
    if "detection_by_hypothesis" in type(each).model_fields:
        update["detection_by_hypothesis"] = {}
    return each.model_copy(update=update)


def with_attempts(evidence: xr.Dataset, attempts: xr.Dataset) -> xr.Dataset:
    """The evidence with that on attempts beside it, under names of its own."""
    names = {str(name): f"{FRONT}{name}" for name in {*attempts.variables, *attempts.dims}}
    beside = attempts.rename(names)
    return (
        evidence.assign_coords(beside.coords)
        .assign(beside.data_vars)
        .assign_attrs(attempts=json.dumps({key: attempts.attrs[key] for key in ("steps", "residual")}))
    )


def attempts_of(evidence: xr.Dataset) -> xr.Dataset | None:
    """The evidence on attempts, as compiled evidence of its own; None where nothing is coded about one.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> attempts_of(bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))) is None
    True
    """
    if "attempts" not in evidence.attrs:
        return None
    own = [name for name in evidence.variables if str(name).startswith(FRONT)]
    beside = evidence[own]
    beside = beside.drop_vars([name for name in beside.variables if name not in own])
    names = {each: str(each).removeprefix(FRONT) for each in {*beside.variables, *beside.dims}}
    alone = beside.rename(names).assign_attrs(json.loads(str(evidence.attrs["attempts"])))
    del alone.attrs["attempts"]
    return alone


def needed_attempts(evidence: xr.Dataset) -> xr.Dataset:
    """The evidence on attempts, which must be there.

    Raises
    ------
    ModelError
        If nothing is coded about an attempt.
    """
    attempts = attempts_of(evidence)
    if attempts is None:
        message = (
            f"{evidence.attrs.get('evidence_set', 'the set')}: nothing is coded about an attempt; give items "
            f"codings with about: {ATTEMPT} and values for {MADE[0]} and {MADE[1]}"
        )
        raise ModelError(message)
    return attempts


def speaks(attempts: xr.Dataset) -> npt.NDArray[np.bool_]:
    """Decisions with a known outcome, of which something is coded about the attempt."""
    coded = attempts["coded"].values
    heard = attempts["entry_link"].values[coded.reshape(-1, coded.shape[-1]).any(axis=0)]
    on = np.bincount(attempts["episode_index"].values[heard], minlength=attempts.sizes["episode"]) > 0
    return np.asarray(on & ~np.isnan(granted_share(attempts)))


def granted_share(attempts: xr.Dataset) -> npt.NDArray[np.float64]:
    """Share of what was asked that every episode got: 1, 0, one half of an outcome in part; NaN where unknown."""
    return np.array([_GRANTED.get(str(granted), np.nan) for granted in attempts["granted"].values])
