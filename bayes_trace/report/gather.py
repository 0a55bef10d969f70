"""Everything that a report says, as plain frozen values; the words come later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.special import expit

from bayes_trace import scales
from bayes_trace.errors import BayesTraceError
from bayes_trace.evidence import Case, Episode, EvidenceSet, Item
from bayes_trace.exact import (
    lead,
    select_coder,
    strongest_against,
    test_type,
    trajectory,
    update,
    weakest_step,
    weight_by_step,
    weight_of_evidence,
)
from bayes_trace.likelihood import compile_evidence
from bayes_trace.report.citation import cite
from bayes_trace.scales import Support
from bayes_trace.scenarios import apply_scenario

__all__ = ["CaseResult", "EpisodeResult", "Gathered", "Line", "gather"]

Probabilities = dict[str, float]
#: told what is being done and how much is done, from 0 to 1
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Line:
    """One item in the ledger of an episode."""

    item: Item
    citation: str
    reason: str
    #: low, best, high by hypothesis; probabilities, or dB where `is_ratio`
    likelihoods: dict[str, tuple[float, float, float]]
    is_ratio: bool
    #: leader against runner-up in dB, discount included
    weight: float
    #: leader against the rival that the item serves best, in dB
    worst_weight: float
    best_rival: str
    kappa: float
    test: str
    #: belief after this item, items in order of date
    running: Probabilities


@dataclass(frozen=True)
class EpisodeResult:
    """One outcome and how far each hypothesis explains it."""

    episode: Episode
    prior: Probabilities
    posterior: Probabilities
    leader: str
    runner_up: str
    lead: float
    support: Support
    evidence_db: float
    lines: tuple[Line, ...]
    steps: dict[str, float]
    weakest_step: str
    by_scenario: dict[str, Probabilities]
    by_coder: dict[str, Probabilities]

    @property
    def against(self) -> list[Line]:
        """Items that some rival explains better than the leader does, the worst first."""
        hurting = [line for line in self.lines if line.worst_weight < 0]
        return sorted(hurting, key=lambda line: line.worst_weight)

    @property
    def carried_by(self) -> list[Line]:
        """Items by what they do between leader and runner-up, either way."""
        return sorted((line for line in self.lines if line.weight), key=lambda line: -abs(line.weight))


@dataclass(frozen=True)
class CaseResult:
    """A case, its scored and unscored episodes, and the items of its attempts."""

    case: Case
    scored: tuple[EpisodeResult, ...]
    unscored: tuple[Episode, ...]
    attempts: tuple[tuple[Item, str], ...]


@dataclass(frozen=True)
class Gathered:
    """The whole report before it is put into words."""

    evidence_set: EvidenceSet
    coder: str
    point: str
    cases: tuple[CaseResult, ...]
    #: scenario -> why it could not be applied
    failed: dict[str, str]


def gather(
    evidence_set: EvidenceSet, *, coder: str | None = None, progress: Progress | None = None
) -> Gathered:
    """Compute everything that a report says.

    Parameters
    ----------
    evidence_set
        Scenarios already applied, if any.
    coder
        By default the base coder.
    progress
        Told what is being done.

    Returns
    -------
    Frozen values in the order of cases and episodes.

    Raises
    ------
    UnknownNameError
        For an unknown coder.
    ImpossibleEvidenceError
        If every hypothesis of an episode is ruled out.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> gather(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})).cases[0].scored[0].leader
    'A'
    """
    say: Progress = progress or (lambda _what, _done: None)
    evidence = compile_evidence(evidence_set)
    name = coder or evidence_set.base_coder
    select_coder(evidence, name)
    scenarios, failed = _scenario_posteriors(evidence_set, name, say)
    say("coders", 0.9)
    coders = {str(each): update(evidence, coder=str(each)) for each in evidence["coder"].values}
    gatherer = _Gatherer(evidence_set, evidence, name, scenarios, coders)
    cases = tuple(gatherer.case(case) for case in evidence_set.cases)
    say("done", 1.0)
    return Gathered(evidence_set, name, "best", cases, failed)


def _scenario_posteriors(
    es: EvidenceSet, coder: str, say: Progress
) -> tuple[dict[str, xr.Dataset], dict[str, str]]:
    """Posterior under each scenario, put on top of what is applied already."""
    posteriors, failed = {}, {}
    names = [name for name in es.scenarios if name not in es.applied]
    for number, name in enumerate(names):
        say(f"scenario {name}", 0.9 * number / len(names))
        try:
            changed = compile_evidence(apply_scenario(es, name))
            posteriors[name] = update(changed, coder=coder)
        except BayesTraceError as error:
            failed[name] = str(error)
    return posteriors, failed


def _probabilities(posterior: xr.Dataset, episode: str) -> Probabilities:
    values = posterior["probability"].sel(episode=episode)
    return {str(h): float(p) for h, p in zip(values["hypothesis"].values, values.values, strict=True)}


@dataclass(frozen=True)
class _Gatherer:
    es: EvidenceSet
    evidence: xr.Dataset
    coder: str
    scenarios: dict[str, xr.Dataset]
    coders: dict[str, xr.Dataset]

    def case(self, case: Case) -> CaseResult:
        scored = tuple(self.episode(episode) for episode in case.episodes if episode.scored)
        unscored = tuple(episode for episode in case.episodes if not episode.scored)
        attempts = tuple((item, cite(self.es, item)) for item in case.items if item.step == "attempt")
        return CaseResult(case, scored, unscored, attempts)

    def episode(self, episode: Episode) -> EpisodeResult:
        posterior = self.coders[self.coder]
        here = {"episode": episode.id}
        front = lead(posterior).sel(here)
        leader, runner_up = str(front["leader"].item()), str(front["runner_up"].item())
        one = select_coder(self.evidence, self.coder)
        chosen = np.flatnonzero(one["link_episode"].values == episode.id)
        weights = weight_of_evidence(self.evidence, leader, against=runner_up, coder=self.coder).values[
            chosen
        ]
        total = float(weights.sum())
        by_step = weight_by_step(self.evidence, leader, against=runner_up, coder=self.coder)
        prior = posterior["prior"].sel(here)
        return EpisodeResult(
            episode=episode,
            prior={str(h): float(p) for h, p in zip(prior["hypothesis"].values, prior.values, strict=True)},
            posterior=_probabilities(posterior, episode.id),
            leader=leader,
            runner_up=runner_up,
            lead=float(front["lead"].item()),
            support=scales.enfsi(float(10 ** (total / 10))),
            evidence_db=total,
            lines=self.lines(episode, leader, runner_up),
            steps={
                str(s): float(v)
                for s, v in zip(by_step["step"].values, by_step.sel(here).values, strict=True)
            },
            weakest_step=str(weakest_step(by_step).sel(here).item()),
            by_scenario={
                n: _probabilities(p, episode.id)
                for n, p in self.scenarios.items()
                if episode.id in p["episode"]
            },
            by_coder={name: _probabilities(p, episode.id) for name, p in self.coders.items()},
        )

    def lines(self, episode: Episode, leader: str, runner_up: str) -> tuple[Line, ...]:
        """The ledger in the order of dates."""
        one = select_coder(self.evidence, self.coder)
        path = trajectory(self.evidence, episode.id, coder=self.coder)
        place = {str(link): number for number, link in enumerate(one["link"].values)}
        tests = test_type(self.evidence, leader, against=runner_up, coder=self.coder).values
        weight = weight_of_evidence(self.evidence, leader, against=runner_up, coder=self.coder).values
        worst, rival = self._worst(leader)
        lines = []
        for step in range(1, path.sizes["step"]):
            at = path.isel(step=step)
            item = self.es.items[str(at["item"].item())]
            link = place[f"{item.id}@{episode.id}"]
            lines.append(
                Line(
                    item=item,
                    citation=cite(self.es, item),
                    reason=self._reason(item, episode.id),
                    likelihoods=_stated(one, link),
                    is_ratio=bool(one["is_ratio"].values[link]),
                    weight=float(weight[link]),
                    worst_weight=float(worst[link]),
                    best_rival=str(rival[link]),
                    kappa=float(one["kappa"].values[link]),
                    test=str(tests[link]),
                    running={
                        str(h): float(p) for h, p in zip(at["hypothesis"].values, at.values, strict=True)
                    },
                )
            )
        return tuple(lines)

    def _worst(self, leader: str) -> tuple[np.ndarray, np.ndarray]:
        rivals = np.array([str(name) for name in self.evidence["hypothesis"].values if name != leader])
        each = [
            weight_of_evidence(self.evidence, leader, against=str(r), coder=self.coder).values for r in rivals
        ]
        return strongest_against(self.evidence, leader, coder=self.coder).values, rivals[
            np.argmin(each, axis=0)
        ]

    def _reason(self, item: Item, episode: str) -> str:
        for each, name, coding, coder in self.es.coded_links():
            if (each.id, name, coder) == (item.id, episode, self.coder):
                return coding.reason
        return ""


def _stated(one: xr.Dataset, link: int) -> dict[str, tuple[float, float, float]]:
    """Low, best and high of one link on the scale people read; the first reading."""
    at, low, high = (one[name].values[link, 0] for name in ("location", "spread_low", "spread_high"))
    ends = np.stack([at - scales.Z_90 * low, at, at + scales.Z_90 * high])
    shown = ends if bool(one["is_ratio"].values[link]) else expit(ends)
    return {
        str(name): (float(column[0]), float(column[1]), float(column[2]))
        for name, column in zip(one["hypothesis"].values, shown.T, strict=True)
    }
