"""The set's second question, computed: was an attempt made, how was it met, and do attempts go with success."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from bayes_trace.evidence import Case, Episode, EvidenceSet, Item
from bayes_trace.evidence.coded import best_numbers
from bayes_trace.evidence.dates import last_day
from bayes_trace.evidence.values import ATTEMPT, MADE, Coding
from bayes_trace.exact import attempt_probability, success_of_attempts
from bayes_trace.likelihood import attempts_of, speaks
from bayes_trace.summary.verdicts import Answers

__all__ = ["AttemptResult", "Attempts", "CaseAttempts", "Worked", "gather_attempts", "gather_case"]

RECORD = "record"


@dataclass(frozen=True)
class AttemptResult:
    """One episode: P(an attempt was made) by reader, and who finds an explanation likelier than its first step."""

    episode: Episode
    made: dict[str, float]
    #: reader -> hypothesis that begins with an attempt, and its probability where that is larger
    beyond: dict[str, tuple[str, float]]


@dataclass(frozen=True)
class CaseAttempts:
    """What a case says of attempts: its episodes, and the items that speak for one, against one, or of the record."""

    episodes: tuple[AttemptResult, ...]
    spoken_for: tuple[Item, ...]
    against: tuple[Item, ...]
    record: tuple[Item, ...]

    @property
    def told(self) -> bool:
        """Whether anything was read or coded of an attempt."""
        read = (each.episode for each in self.episodes)
        return any(e.attempt or e.reply or e.success or e.backfire for e in read) or self.heard

    @property
    def heard(self) -> bool:
        """Whether anything was coded of one."""
        return any(each.made for each in self.episodes)


@dataclass(frozen=True)
class Worked:
    """Success with and without an attempt, over all decisions, by one reader: mean, 5 and 95 % point."""

    success: tuple[float, float, float]
    without: tuple[float, float, float]
    p_helps: float
    decisions: int
    #: episode or decision -> 5 % point of the bound on "made and decisive"
    decisive: dict[str, float]


@dataclass(frozen=True)
class Attempts:
    """Of the whole set, under the assumptions of the report."""

    made: dict[str, xr.DataArray] = field(default_factory=dict)
    worked: dict[str, Worked] = field(default_factory=dict)


def gather_attempts(evidence: xr.Dataset, answers: Answers) -> Attempts:
    """P(attempt) of every decision and what goes with attempts, by every reader; empty where none is coded."""
    attempts = attempts_of(evidence)
    if attempts is None:
        return Attempts()
    readers = [reader.id for reader in answers.readers]
    made = {reader: attempt_probability(evidence, coder=reader) for reader in readers}
    heard = [reader for reader in readers if speaks(attempts.sel(coder=reader)).any()]
    return Attempts(made, {reader: _worked(success_of_attempts(evidence, coder=reader)) for reader in heard})


def _worked(found: xr.Dataset) -> Worked:
    def three(name: str) -> tuple[float, float, float]:
        mean, low, high = found[name].values.tolist()
        return mean, low, high

    decisive = zip(found["episode"].values.tolist(), found["decisive"].values.tolist(), strict=True)
    return Worked(
        success=three("success"),
        without=three("without"),
        p_helps=float(found["p_helps"]),
        decisions=int(found["decisions"]),
        decisive={str(name): value for name, value in decisive if not np.isnan(value)},
    )


def gather_case(es: EvidenceSet, case: Case, attempts: Attempts, answers: Answers) -> CaseAttempts:
    """Attempts of one case; where nothing is coded about one, the items of the step alone."""
    items = [item for item in case.items if item.sought]
    favour = {item.id: said for item in items if (said := _favours(es, item)) is not None}
    spoken = [item for item in items if favour.get(item.id, item.step == ATTEMPT)]
    return CaseAttempts(
        episodes=tuple(_episode(es, episode, attempts, answers) for episode in case.episodes),
        spoken_for=tuple(sorted(spoken, key=_dated)),
        against=tuple(item for item in items if favour.get(item.id) is False),
        record=tuple(sorted((item for item in items if es.step_of(item) == RECORD), key=_dated)),
    )


def _favours(es: EvidenceSet, item: Item) -> bool | None:
    """Whether the base coder finds an item likelier with an attempt than without; None where that is not said."""
    own = [c for c in item.codings if c.about == ATTEMPT and (c.coder or es.base_coder) == es.base_coder]
    return any(_likelier(es, coding) for coding in own) if own else None


def _likelier(es: EvidenceSet, coding: Coding) -> bool:
    """Whether it is so under any reading."""
    numbers = (best_numbers(es, coding, values) for values in coding.options.values())
    return any(each[MADE[0]] > each[MADE[1]] for each in numbers)


def _dated(item: Item) -> str:
    return last_day(item.date) if item.date else "9999"


def _episode(es: EvidenceSet, episode: Episode, attempts: Attempts, answers: Answers) -> AttemptResult:
    unit = episode.decision or episode.id
    made: dict[str, float] = {}
    beyond: dict[str, tuple[str, float]] = {}
    begin = [h.id for h in es.hypotheses if ATTEMPT in h.steps]
    for reader, found in attempts.made.items():
        if unit not in found["episode"].values or np.isnan(p := float(found.sel(episode=unit).item())):
            continue
        made[reader] = p
        there = answers.answer(episode.id, answers.preferred, reader) if episode.scored else None
        likelier = [(h, there.p(h)) for h in begin if there and h in there.log and there.p(h) > p]
        if likelier and es.sense_of(episode.id) == "supply":
            beyond[reader] = max(likelier, key=lambda pair: pair[1])
    return AttemptResult(episode, made, beyond)
