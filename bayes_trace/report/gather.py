"""Everything that a report says, computed; nothing is put into words here."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from bayes_trace import scales
from bayes_trace.evidence import Case, Coding, Episode, EvidenceSet, Hypothesis, Item
from bayes_trace.evidence.dates import last_day
from bayes_trace.evidence.scenario import Part
from bayes_trace.exact import (
    lead,
    select_coder,
    test_type,
    trajectory,
    update,
    weight_by_step,
    weight_of_evidence,
)
from bayes_trace.likelihood import compile_evidence
from bayes_trace.report.draws import read_draws
from bayes_trace.report.results import (
    CaseResult,
    Column,
    Drawn,
    EpisodeResult,
    Gathered,
    Judged,
    Line,
    Probabilities,
    Robust,
    Stated,
    Used,
)
from bayes_trace.report.text import names_in_short
from bayes_trace.sensitivity import robustness, scenarios

__all__ = ["Progress", "gather"]

#: told what is being done and how much is done, from 0 to 1
Progress = Callable[[str, float], None]
#: decibels closer than this are equal: the words for evidence are not to hang on rounding
_DIGITS = 9
#: powers of ten that a float still holds
_HUGE = 300.0


def gather(
    evidence_set: EvidenceSet,
    *,
    coder: str | None = None,
    draws: Sequence[xr.DataTree] = (),
    progress: Progress | None = None,
) -> Gathered:
    """Compute everything that a report says.

    Parameters
    ----------
    evidence_set
        Scenarios already applied, if any.
    coder
        By default the base coder.
    draws
        As from `sample` or `propagate`, made from the same set.
    progress
        Told what is being done, and how much of it is done.

    Returns
    -------
    Frozen values in the order of cases and episodes.

    Raises
    ------
    UnknownNameError
        For an unknown coder.
    ImpossibleEvidenceError
        If every hypothesis of an episode is ruled out.
    BayesTraceError
        If draws were made from another set or scenario.

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
    drawn = read_draws(evidence_set, draws)
    # all that fit, and those together that leave hypotheses and priors alone: criticism adds up
    beside = scenarios(evidence_set, skip_unfit=True, progress=say)
    failed: dict[str, str] = json.loads(beside.attrs["unfit_because"])
    fit = [each for each in evidence_set.scenarios if each not in {*failed, *evidence_set.applied}]
    say("robustness", 0.8)
    robust = robustness(evidence, scenarios=beside, coder=name)
    gatherer = _Gatherer(evidence_set, evidence, name, beside, robust, drawn)
    return Gathered(
        evidence_set=evidence_set,
        coder=name,
        point="best",
        cases=tuple(gatherer.case(case) for case in evidence_set.cases),
        columns=_columns(evidence_set, fit),
        failed=failed,
        used=_used(evidence_set, select_coder(evidence, name)),
        draws=drawn,
    )


def _columns(es: EvidenceSet, names: Sequence[str]) -> tuple[Column, ...]:
    """Hypotheses of the set, then those that only a scenario knows."""
    changes = [es.scenarios[name] for name in names]
    parts = [part for change in changes for split in change.split for part in split.into]
    every: list[Hypothesis | Part] = [
        *es.hypotheses,
        *parts,
        *(part for change in changes for part in change.add_hypotheses),
    ]
    each = {h.id: h for h in reversed(every)}
    ordered = [each[name] for name in dict.fromkeys(h.id for h in every)]
    short = names_in_short([(h.label, h.short) for h in ordered])
    return tuple(Column(h.id, h.label, s) for h, s in zip(ordered, short, strict=True))


def _used(es: EvidenceSet, one: xr.Dataset) -> Used:
    coded = one["coded"].values
    return Used(
        episodes=one.sizes["episode"],
        item_count=len({str(item) for item in one["link_item"].values[coded]}),
        links=int(coded.sum()),
        ranges=int((one["spread_high"].values > 0).any(axis=(1, 2))[coded].sum()),
        ratios=int(one["is_ratio"].values.sum()),
        readings=int(one["read"].values.sum()),
        absent=int((one["absent"].values & coded).sum()),
        reported=int(((one["source_index"].values >= 0) & coded).sum()),
        declared_clusters=one.sizes["cluster"],
        discounted=int((one["kappa"].values < 1).sum()),
        given=int(sum(bool(name) for name in one["link_given"].values[coded])),
        residual=sum(h.residual for h in es.hypotheses),
        compounds=sum("+" in h.id for h in es.hypotheses),
    )


def _of_attempt(item: Item) -> bool:
    return item.step == "attempt" and item.found != "not_sought"


def _dated(item: Item) -> str:
    return last_day(item.date) if item.date else "9999"


def _by_hypothesis(values: xr.DataArray) -> Probabilities:
    return {str(h): float(p) for h, p in zip(values["hypothesis"].values, values.values, strict=True)}


@dataclass(frozen=True)
class _Gatherer:
    es: EvidenceSet
    evidence: xr.Dataset
    coder: str
    #: scenario, coder, episode, hypothesis
    beside: xr.Dataset
    robust: xr.Dataset
    drawn: tuple[Drawn, ...]

    @cached_property
    def posterior(self) -> xr.Dataset:
        return update(self.evidence, coder=self.coder)

    @cached_property
    def one(self) -> xr.Dataset:
        return select_coder(self.evidence, self.coder)

    @cached_property
    def codings(self) -> dict[tuple[str, str], Coding]:
        links = self.es.coded_links()
        return {(item.id, episode): coding for item, episode, coding, who in links if who == self.coder}

    def case(self, case: Case) -> CaseResult:
        items = case.items
        return CaseResult(
            case=case,
            scored=tuple(self.episode(episode) for episode in case.episodes if episode.scored),
            unscored=tuple(episode for episode in case.episodes if not episode.scored),
            attempts=tuple(sorted((item for item in items if _of_attempt(item)), key=_dated)),
            planned=tuple(item for item in items if item.found == "not_sought"),
        )

    def episode(self, episode: Episode) -> EpisodeResult:
        posterior = self.posterior
        here = {"episode": episode.id}
        front = lead(posterior).sel(here)
        leader, runner_up = str(front["leader"].item()), str(front["runner_up"].item())
        lines = self.lines(episode, leader, runner_up)
        total = round(sum(line.weight for line in lines), _DIGITS)
        by_step = weight_by_step(self.evidence, leader, against=runner_up, coder=self.coder)
        return EpisodeResult(
            episode=episode,
            prior=_by_hypothesis(posterior["prior"].sel(here)),
            posterior=_by_hypothesis(posterior["probability"].sel(here)),
            leader=leader,
            runner_up=runner_up,
            lead=float(front["lead"].item()),
            support=scales.enfsi(10.0 ** min(total / 10, _HUGE)),
            evidence_db=total,
            lines=lines,
            steps=dict(zip(by_step["step"].values.tolist(), by_step.sel(here).values.tolist(), strict=True)),
            scenarios=self.by_scenario(episode.id),
            coders=self.by_coder(episode.id),
            robust=self.robustness(episode.id),
            sampled=tuple((d, d.sampled[episode.id]) for d in self.drawn if episode.id in d.sampled),
        )

    def _scenario_label(self, name: str) -> str:
        """Its own label, or what is taken together in one."""
        labels = [self.es.scenarios[part].label for part in name.split("+")]
        return labels[0] if len(labels) == 1 else f"Together: {', '.join(labels)}"

    def by_scenario(self, episode: str) -> tuple[Judged, ...]:
        names = [str(name) for name in self.beside["scenario"].values[1:]]
        return tuple(
            Judged(name, self._scenario_label(name), self._beside(name, self.coder, episode))
            for name in names
        )

    def by_coder(self, episode: str) -> tuple[Judged, ...]:
        """Every other coder who judged anything of it."""
        base = str(self.beside["scenario"].values[0])
        here = self.evidence["link_episode"].values == episode
        judged = {
            c.id: int(self.evidence["coded"].sel(coder=c.id).values[here].sum()) for c in self.es.coders
        }
        return tuple(
            Judged(c.id, c.label or c.id, self._beside(base, c.id, episode), judged[c.id], int(here.sum()))
            for c in self.es.coders
            if c.id != self.coder and judged[c.id]
        )

    def _beside(self, scenario: str, coder: str, episode: str) -> Probabilities:
        """Posterior under a scenario by a coder; hypotheses that the scenario lacks are left out."""
        here = self.beside["probability"].sel(scenario=scenario, coder=coder, episode=episode)
        return {name: p for name, p in _by_hypothesis(here).items() if not np.isnan(p)}

    def robustness(self, episode: str) -> Robust:
        row = self.robust.sel(episode=episode)
        numbers = {str(n): float(v.item()) for n, v in row.data_vars.items() if v.dtype.kind in "fi"}
        because, flip = (tuple(str(row[name].item()).split()) for name in ("because", "items_to_flip"))
        return Robust(str(row["word"].item()), because, numbers, flip, self._named(row))

    def _named(self, row: xr.Dataset) -> dict[str, str]:
        """Items, scenario and coder that measures name, as people know them."""
        coders = {coder.id: coder.label or coder.id for coder in self.es.coders}
        scenario, coder = (str(row[name].item()) for name in ("scenario_least", "coder_least"))
        return {
            "items_to_flip": ", ".join(str(row["items_to_flip"].item()).split()),
            "scenario_least": self._scenario_label(scenario) if scenario else "",
            "coder_least": coders.get(coder, coder),
        }

    def lines(self, episode: Episode, leader: str, runner_up: str) -> tuple[Line, ...]:
        """The ledger in the order of dates; items that this coder left out are not in it."""
        path = trajectory(self.evidence, episode.id, coder=self.coder)
        weigher = _Weigher(self, leader, runner_up)
        steps = (path.isel(step=step) for step in range(1, path.sizes["step"]))
        return tuple(
            weigher.line(str(at["item"].item()), episode.id, _by_hypothesis(at))
            for at in steps
            if (str(at["item"].item()), episode.id) in self.codings
        )


@dataclass(frozen=True)
class _Weigher:
    """Weights of all links for one leader, from which lines are taken."""

    of: _Gatherer
    leader: str
    runner_up: str

    @cached_property
    def place(self) -> dict[str, int]:
        return {str(link): number for number, link in enumerate(self.of.one["link"].values)}

    @cached_property
    def tests(self) -> Any:  # noqa: ANN401 - an array of words
        return test_type(self.of.evidence, self.leader, against=self.runner_up, coder=self.of.coder).values

    @cached_property
    def rivals(self) -> list[str]:
        return [str(name) for name in self.of.evidence["hypothesis"].values if name != self.leader]

    @cached_property
    def weights(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Decibels for the leader (rival, link)."""
        each = (
            weight_of_evidence(self.of.evidence, self.leader, against=rival, coder=self.of.coder)
            for rival in self.rivals
        )
        return np.array([weight.values for weight in each])

    def line(self, item: str, episode: str, running: Probabilities) -> Line:
        link = self.place[f"{item}@{episode}"]
        coding = self.of.codings[item, episode]
        weights = self.weights[:, link]
        own = (f"{self.of.es.hypothesis(h).label}: {why}" for h, why in coding.cell_reasons.items())
        return Line(
            item=self.of.es.items[item],
            reason=" ".join(filter(None, [coding.reason, "; ".join(own)])),
            stated=_stated(self.of.es, self.of.one, link),
            is_ratio=bool(self.of.one["is_ratio"].values[link]),
            enters=_enters(self.of.one, link),
            weight=float(weights[self.rivals.index(self.runner_up)]),
            worst_weight=float(weights.min()),
            best_rival=self.rivals[int(weights.argmin())],
            kappa=float(self.of.one["kappa"].values[link]),
            test=str(self.tests[link]),
            running=running,
        )


def _stated(es: EvidenceSet, one: xr.Dataset, link: int) -> tuple[Stated, ...]:
    """What was stated of a link, reading by reading, on the scale people read."""
    if not one["read"].values[link]:
        return (Stated("", 1.0, _values(one, link, 0)),)
    name = str(one["reading"].values[one["reading_index"].values[link]])
    options = next(reading.options for reading in es.readings if reading.id == name)
    return tuple(
        Stated(option, probability, _values(one, link, number))
        for number, (option, probability) in enumerate(options.items())
    )


def _values(one: xr.Dataset, link: int, option: int) -> dict[str, tuple[float, float, float]]:
    at, low, high = (one[name].values[link, option] for name in ("location", "spread_low", "spread_high"))
    ends = np.stack([at - scales.Z_90 * low, at, at + scales.Z_90 * high])
    shown = ends if bool(one["is_ratio"].values[link]) else scales.expit(ends)
    return {
        str(name): (float(column[0]), float(column[1]), float(column[2]))
        for name, column in zip(one["hypothesis"].values, shown.T, strict=True)
    }


def _enters(one: xr.Dataset, link: int) -> Probabilities:
    """The final likelihoods, where absence or reliability changed what was stated."""
    changed = bool(one["absent"].values[link]) or int(one["source_index"].values[link]) >= 0
    if not changed or bool(one["is_ratio"].values[link]) or bool(one["read"].values[link]):
        return {}
    row = one["log_likelihood"].isel(link=link)
    return _by_hypothesis(row.copy(data=np.exp(row.values)))
