"""Everything that a report says, computed but not yet put into words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import xarray as xr

from bayes_trace import scales
from bayes_trace.evidence import Case, Episode, EvidenceSet
from bayes_trace.exact import lead, select_coder, update, weight_by_step
from bayes_trace.guards import guarded
from bayes_trace.likelihood import compile_evidence
from bayes_trace.report.attempts import Attempts, gather_attempts, gather_case
from bayes_trace.report.beside import answers_beside
from bayes_trace.report.draws import read_draws
from bayes_trace.report.effects import effects
from bayes_trace.report.ledgers import Ledgers
from bayes_trace.report.lines import Lines, by_hypothesis
from bayes_trace.report.older import Older
from bayes_trace.report.results import (
    CaseResult,
    Column,
    Detail,
    Drawn,
    EpisodeResult,
    Gathered,
    Robustness,
    Used,
)
from bayes_trace.scenarios import apply_scenario
from bayes_trace.summary.verdicts import BASE, Answers, gather_answers, title_of

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Progress", "gather"]

#: called as callback(description, fraction of the work done)
Progress = Callable[[str, float], None]
#: decibels closer than this are equal: the words for evidence are not to hang on rounding
_DIGITS = 9
#: powers of ten that a float still holds
_HUGE = 300.0


@guarded
def gather(
    evidence_set: EvidenceSet,
    *,
    coder: str | None = None,
    draws: Sequence[xr.DataTree] = (),
    detail: Detail = "full",
    beside: Sequence[EvidenceSet] = (),
    client: Client | str | None = None,
    progress: Progress | None = None,
) -> Gathered:
    """Compute everything that a report says.

    Parameters
    ----------
    evidence_set
        Scenarios already applied, if any.
    coder
        Whose ledgers are shown; by default the base coder's.
    draws
        As from `sample` or `propagate`, made from the same set.
    detail
        Of the report: effects of the scenarios are computed from ``standard`` on, robustness for ``full``.
    beside
        Other sets, whose answers stand on the summary page as well.
    client
        As for `map_independent`: a cluster, to whose workers the scenarios go.
    progress
        Called as ``callback(description, fraction)``, with the fraction of the work done.

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
    say("the set", 0.0)
    evidence = compile_evidence(evidence_set)
    name = coder or evidence_set.base_coder
    select_coder(evidence, name)
    drawn = read_draws(evidence_set, draws)
    answers = gather_answers(
        evidence_set, client=client, progress=lambda what, done: say(what, 0.1 + 0.5 * done)
    )
    chosen = answers.setting_of[answers.preferred]
    preferred = evidence_set if chosen.id == BASE else apply_scenario(evidence_set, *chosen.scenarios)
    say("effects of the scenarios", 0.6)
    changes = effects(evidence_set, evidence, answers, name) if detail != "brief" else {}
    say("episodes", 0.8)
    gatherer = _Gatherer(
        evidence_set, preferred, evidence, compile_evidence(preferred), name, answers, drawn, detail, client
    )
    return Gathered(
        evidence_set=evidence_set,
        preferred=preferred,
        coder=name,
        point="best",
        answers=answers,
        cases=tuple(gatherer.case(case) for case in preferred.cases),
        columns=tuple(Column(each.id, each.label, each.short) for each in gatherer.columns()),
        effects=changes,
        used=_used(preferred, select_coder(gatherer.evidence, name)),
        draws=drawn,
        attempts=gatherer.attempts,
        beside=tuple(answers_beside(each) for each in beside),
    )


def _used(es: EvidenceSet, one: xr.Dataset) -> Used:
    coded = one["coded"].values
    return Used(
        episodes=one.sizes["episode"],
        item_count=len({str(item) for item in one["entry_item"].values[coded]}),
        links=int(coded.sum()),
        ranges=int((one["spread_high"].values > 0).any(axis=(1, 2))[coded].sum()),
        ratios=int((one["is_ratio"].values & coded).sum()),
        readings=sum(bool(item.reading) for item in es.items.values()),
        absent=int((one["absent"].values & coded).sum()),
        reported=int((one["source_index"].values >= 0).sum()),
        declared_clusters=one.sizes["cluster"],
        discounted=int((one["kappa"].values < 1).sum()),
        given=int(sum(bool(name) for name in one["entry_given"].values[coded])),
        residual=sum(h.residual for h in es.hypotheses),
        compounds=sum("+" in h.id for h in es.hypotheses),
    )


@dataclass(frozen=True)
class _Gatherer:
    base_set: EvidenceSet
    es: EvidenceSet
    base: xr.Dataset
    evidence: xr.Dataset
    coder: str
    answers: Answers
    drawn: tuple[Drawn, ...]
    detail: Detail
    client: Client | str | None

    @cached_property
    def posterior(self) -> xr.Dataset:
        return update(self.evidence, coder=self.coder)

    @cached_property
    def attempts(self) -> Attempts:
        return gather_attempts(self.evidence, self.answers)

    @cached_property
    def ledgers(self) -> Ledgers:
        return Ledgers(self.es, self.base_set, self.evidence, self.base, self.answers, self.coder)

    @cached_property
    def older(self) -> Older:
        return Older(self.evidence, self.coder)

    @cached_property
    def all_lines(self) -> Lines:
        return Lines(self.es, self.evidence, self.coder)

    def columns(self) -> list[Column]:
        """Hypotheses that anything in the report may name: parts of a split are known by their own labels."""
        known = {each.id: Column(each.id, each.label, each.short) for each in self.answers.hypotheses}
        own = zip(
            *(self.evidence[f"hypothesis{part}"].values for part in ("", "_label", "_short")), strict=True
        )
        known |= {str(name): Column(str(name), str(label), str(short)) for name, label, short in own}
        return list(known.values())

    def case(self, case: Case) -> CaseResult:
        items = case.items
        return CaseResult(
            case=case,
            scored=tuple(self.episode(episode) for episode in case.episodes if episode.scored),
            unscored=tuple(episode for episode in case.episodes if not episode.scored),
            attempts=gather_case(self.es, case, self.attempts, self.answers),
            planned=tuple(item for item in items if not item.sought),
        )

    def episode(self, episode: Episode) -> EpisodeResult:
        here = {"episode": episode.id}
        front = lead(self.posterior).sel(here)
        leader, runner_up = str(front["leader"].item()), str(front["runner_up"].item())
        lines = self.all_lines.of(episode, leader, runner_up)
        ledger = self.ledgers.of(episode.id, leader, runner_up)
        total = self.ledgers.evidence_db(episode.id, leader, runner_up)
        by_step = weight_by_step(self.evidence, leader, against=runner_up, coder=self.coder)
        steps = zip(by_step["step"].values.tolist(), by_step.sel(here).values.tolist(), strict=True)
        full = self.detail == "full"
        return EpisodeResult(
            episode=episode,
            prior=by_hypothesis(self.posterior["prior"].sel(here)),
            posterior=by_hypothesis(self.posterior["probability"].sel(here)),
            leader=leader,
            runner_up=runner_up,
            lead=float(front["lead"].item()),
            support=scales.enfsi(10.0 ** min(round(total, _DIGITS) / 10, _HUGE)),
            evidence_db=round(total, _DIGITS),
            lines=lines,
            ledger=ledger,
            steps=dict(steps),
            robustness=self.robustness(episode.id) if full else None,
            matrix=self.older.matrix(episode.id) if full else None,
            counts=self.older.counts(episode.id, leader) if full else (),
            discounted=self.older.discounted(episode.id) if full else 0,
            sampled=tuple((d, d.sampled[episode.id]) for d in self.drawn if episode.id in d.sampled),
        )

    @cached_property
    def robustness_table(self) -> xr.Dataset:
        """Under the scenarios that are not in force yet, as the terminal has it."""
        from bayes_trace.sensitivity import robustness, scenarios

        others = scenarios(self.es, skip_unfit=bool(self.es.applied), client=self.client)
        return robustness(self.evidence, scenarios=others, coder=self.coder)

    def robustness(self, episode: str) -> Robustness:
        row = self.robustness_table.sel(episode=episode)
        numbers = {str(n): float(v.item()) for n, v in row.data_vars.items() if v.dtype.kind in "fi"}
        flip = (title_of(self.es, name) for name in str(row["items_to_flip"].item()).split())
        names = {"items_to_flip": "; ".join(flip)}
        labels = {name: each.label for name, each in self.es.scenarios.items()}
        labels |= {each.id: each.label for each in self.answers.readers}
        for measure in ("scenario_least", "coder_least"):
            least = str(row[measure].item())
            names[measure] = ", ".join(labels[name] for name in least.split("+") if name)
        return Robustness(numbers, names)
