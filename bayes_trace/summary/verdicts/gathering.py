"""Answers of one evidence set, computed: the base, the preferred scenarios together, and every other scenario."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from bayes_trace.errors import ImpossibleEvidenceError, ScenarioError
from bayes_trace.evidence import EvidenceSet, Hypothesis, short_names
from bayes_trace.evidence import title_of as title_of_record
from bayes_trace.exact import update, weight_of_evidence
from bayes_trace.independent import all_done
from bayes_trace.likelihood import compile_decisions
from bayes_trace.scales.units import TAILS
from bayes_trace.scenarios import apply_scenario
from bayes_trace.summary.verdicts.answers import (
    BASE,
    PREFERRED,
    Answer,
    Answers,
    Named,
    Reader,
    Setting,
    Subject,
    Weight,
)
from bayes_trace.summary.verdicts.names import cut, inside, letters, words_in_lower_case

if TYPE_CHECKING:
    import pandas as pd
    from distributed import Client

__all__ = ["answers_table", "gather_answers", "title_of"]

#: draws behind an interval, and their seed, so that the same set prints the same digits
DRAWS, SEED = 4000, 1
TITLE = 60
#: answers closer than this are the same
SAME = 1e-9

Progress = Callable[[str, float], None]
Cells = dict[tuple[str, str], Answer]


def gather_answers(
    evidence_set: EvidenceSet,
    *,
    intervals: bool = True,
    client: Client | str | None = None,
    progress: Progress | None = None,
) -> Answers:
    """Every reader's answer to every episode, as the set stands and under every scenario.

    Parameters
    ----------
    evidence_set
        Scenarios already applied, if any; they are part of the base.
    intervals
        Whether stated ranges are pushed through, for the base and the preferred scenarios.
    client
        As for `map_independent`: a cluster, to whose workers the scenarios go.
    progress
        Called as ``callback(description, fraction)``, with the fraction of the work done.

    Returns
    -------
    Frozen values. Scenarios that change nothing, or no more than another, are named and left out; so are those that
    cannot be applied.

    Raises
    ------
    ImpossibleEvidenceError
        If every hypothesis of an episode is ruled out as the set stands.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> answers = gather_answers(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> round(answers.cells["episode", "base", answers.readers[0].id].p("A"), 2)
    0.8
    """
    return _Gatherer(evidence_set, intervals).answers(client, progress)


def answers_table(answers: Answers) -> pd.DataFrame:
    """All answers as a tidy table: scenario, coder, episode, hypothesis and probability.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> answers_table(gather_answers(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))).shape
    (2, 5)
    """
    import pandas as pd

    rows = [
        (setting, reader, episode, name, each.p(name))
        for (episode, setting, reader), each in answers.cells.items()
        for name in each.log
    ]
    return pd.DataFrame(rows, columns=["scenario", "coder", "episode", "hypothesis", "probability"])


def title_of(evidence_set: EvidenceSet, name: str) -> str:
    """Title of an item, cut from its paraphrase where it has none; of a fact or event its label.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> title_of(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), "memo")
    'memo'
    """
    if (item := evidence_set.items.get(name)) is not None:
        return title_of_record(item)
    events = {event.id: event for case in evidence_set.cases for event in case.events}
    if name in events:
        return title_of_record(events[name])
    labels = {reading.id: reading.label for reading in evidence_set.readings}
    return cut(labels.get(name) or name, TITLE)


@dataclass(frozen=True)
class _Gatherer:
    es: EvidenceSet
    intervals: bool

    @cached_property
    def readers(self) -> tuple[Reader, ...]:
        labels = {coder.id: coder.label or coder.id for coder in self.es.coders}
        names = list(self.es.coder_ids)
        short = letters([labels[name] for name in names])
        return tuple(Reader(name, labels[name], letter) for name, letter in zip(names, short, strict=True))

    @cached_property
    def small(self) -> set[str]:
        """Words that the author writes small."""
        said = [self.es.question, *(h.statement for h in self.es.hypotheses)]
        said += [scenario.reason for scenario in self.es.scenarios.values()]
        said += [text for item in self.es.items.values() for text in (item.paraphrase, item.ambiguity)]
        said += [coding.reason for item in self.es.items.values() for coding in item.codings]
        return words_in_lower_case([*said, *(implication.text for implication in self.es.codebook)])

    def answers(self, client: Client | str | None, progress: Progress | None) -> Answers:
        kept: dict[str, tuple[Setting, Cells]] = {}
        alike: dict[str, str] = {}
        failed: dict[str, str] = {}
        settings = {setting.id: setting for setting in self.settings()}
        say = progress and (lambda name, done: progress(settings[name].label, done))
        for name, cells in all_done(self.tried, settings, client=client, progress=say).items():
            if isinstance(cells, str):
                failed[name] = cells
                continue
            same = next((other for other, (_, its) in kept.items() if _same(cells, its)), None)
            if same and name != PREFERRED:
                alike[name] = same
            else:
                kept[name] = settings[name], cells
        named = self._base_named(tuple(setting for setting, _ in kept.values()), alike)
        labels = {setting.id: setting.label for setting in named}
        return Answers(
            title=self.es.title,
            hypotheses=self.hypotheses,
            readers=self.readers,
            settings=named,
            subjects=tuple(self.subjects()),
            cells={(e, s, r): cell for s, (_, cells) in kept.items() for (e, r), cell in cells.items()},
            alike={name: labels[other] for name, other in alike.items()},
            failed=failed,
        )

    def _base_named(self, settings: tuple[Setting, ...], alike: dict[str, str]) -> tuple[Setting, ...]:
        """The base under the name that a scenario without changes gives it, unless others are in force."""
        if self.es.applied:
            return settings
        named = [name for name, other in alike.items() if other == BASE and not self.es.scenarios[name].does]
        if not named:
            return settings
        label = self.es.scenarios[named[0]].label
        del alike[named[0]]
        return replace(settings[0], label=label, plain=inside(label, self.small)), *settings[1:]

    def settings(self) -> Iterator[Setting]:
        """The base, the preferred scenarios together, each scenario, and all together that add up."""
        applied = self.es.applied
        first = " + ".join(self.es.scenarios[name].label for name in applied) or "As the set stands"
        yield Setting(BASE, first, "base", applied, inside(first, {*self.small, "as"}))
        chosen = [name for name in self.es.preferred if name not in applied]
        if chosen:
            yield Setting(PREFERRED, "Preferred", "preferred", tuple(chosen), self._clause(chosen))
        fresh = [name for name in self.es.scenarios if name not in applied]
        for name in fresh:
            label = self.es.scenarios[name].label
            yield Setting(name, label, "scenario", (name,), inside(label, self.small))
        plain = [name for name in fresh if self.es.scenarios[name].adds_up]
        if len(plain) > 1:
            yield Setting("+".join(plain), "All together", "together", tuple(plain), "all together")

    def _clause(self, names: list[str]) -> str:
        return ", ".join(inside(self.es.scenarios[name].label, self.small) for name in names)

    @cached_property
    def hypotheses(self) -> tuple[Named, ...]:
        """Those of the set, then those that only a scenario adds."""
        every = {h.id: h for h in self.es.hypotheses}
        for scenario in self.es.scenarios.values():
            for part in scenario.add_hypotheses:
                every.setdefault(part.id, Hypothesis.model_validate(part.model_dump()))
        short = short_names(every.values())
        return tuple(
            Named(h.id, h.label, short[h.id], inside(h.label, self.small), h.refusal_label)
            for h in every.values()
        )

    def subjects(self) -> Iterator[Subject]:
        """Scored episodes, case by case, those that only the preferred scenarios score among them."""
        es = self._as_preferred()
        for case in es.cases:
            for each in case.episodes:
                if each.scored or (each.id in self.es.episodes and self.es.episodes[each.id].scored):
                    yield Subject(
                        each.id,
                        each.label,
                        case.label,
                        refused=es.sense_of(each.id) == "refusal",
                        granted=each.granted,
                        sum_of=tuple(each.aggregate_of),
                        date=each.date or "",
                    )

    def _as_preferred(self) -> EvidenceSet:
        """The set under the preferred scenarios; as it stands where they cannot be applied."""
        try:
            return apply_scenario(
                self.es, *(name for name in self.es.preferred if name not in self.es.applied)
            )
        except ScenarioError:
            return self.es

    def tried(self, setting: Setting) -> Cells | str:
        """Those answers, or why the assumptions cannot be made."""
        try:
            return self.cells(setting)
        except (ScenarioError, ImpossibleEvidenceError) as error:
            if setting.id == BASE:
                raise
            return str(error)

    def cells(self, setting: Setting) -> Cells:
        """The answers of every reader under one set of assumptions."""
        changed = self.es if setting.kind == "base" else apply_scenario(self.es, *setting.scenarios)
        evidence = compile_decisions(changed)
        posterior = update(evidence)
        whole = _wholes(self.es, () if setting.kind == "base" else setting.scenarios)
        cells: Cells = {}
        for reader in self.readers:
            one = _OfReader(changed, evidence, posterior, reader.id, whole)
            detailed = setting.kind in ("base", "preferred")
            cells |= one.answers(intervals=self.intervals and detailed, weights=detailed)
        return cells


@dataclass(frozen=True)
class _OfReader:
    """One reader's answers under one set of assumptions."""

    es: EvidenceSet
    evidence: xr.Dataset
    #: of all readers
    posterior: xr.Dataset
    reader: str
    #: part of a split hypothesis -> the whole
    whole: dict[str, str]

    def answers(self, *, intervals: bool, weights: bool) -> Cells:
        several = "coder" in self.posterior.dims
        posterior = self.posterior.sel(coder=self.reader) if several else self.posterior
        names = [str(name) for name in posterior["hypothesis"].values]
        log = posterior["log_probability"].transpose("episode", "hypothesis").values
        ends = self._intervals() if intervals else {}
        cells: Cells = {}
        coded = posterior["n_coded"].values > 0
        for row, episode, known in zip(log, posterior["episode"].values.tolist(), coded, strict=True):
            if known and not np.isnan(row).any():
                answer = Answer(self._added_up(names, row), intervals=ends.get(episode, {}))
                own = self._weights(episode, answer) if weights else ()
                cells[episode, self.reader] = replace(answer, weights=own)
        return cells

    def _added_up(self, names: list[str], row: np.ndarray) -> dict[str, float]:
        parts: dict[str, list[float]] = {}
        for name, value in zip(names, row, strict=True):
            parts.setdefault(self.whole.get(name, name), []).append(float(value))
        return {
            name: each[0] if len(each) == 1 else float(np.logaddexp.reduce(each))
            for name, each in parts.items()
        }

    def _intervals(self) -> dict[str, dict[str, tuple[float, float]]]:
        """By episode and hypothesis, where ranges were stated."""
        from bayes_trace.propagation import propagate

        if not (self.evidence["spread_high"].values > 0).any():
            return {}
        draws = propagate(self.evidence, draws=DRAWS, seed=SEED, coder=self.reader)["posterior"][
            "probability"
        ]
        names = np.asarray(draws["hypothesis"].values)
        groups = [self.whole.get(str(name), str(name)) for name in names]
        values = draws.isel(chain=0).transpose("hypothesis", "episode", "draw").values
        whole = {name: values[[n for n, g in enumerate(groups) if g == name]].sum(axis=0) for name in groups}
        ends = {name: np.quantile(each, TAILS, axis=-1).T for name, each in whole.items()}
        return {
            str(episode): {name: (float(each[n, 0]), float(each[n, 1])) for name, each in ends.items()}
            for n, episode in enumerate(np.asarray(draws["episode"].values))
        }

    def _weights(self, episode: str, answer: Answer) -> tuple[Weight, ...]:
        """What the links of an episode weigh for its leader against the next."""
        pair = answer.ranking[0], answer.ranking[1]
        if not set(pair) <= set(self.evidence["hypothesis"].values.tolist()):
            return ()
        here = self._weighed(*pair)
        names = [str(name) for name in self.evidence["link_item"].values]
        links = np.flatnonzero(self.evidence["link_episode"].values == episode)
        found = [
            Weight(names[n], title_of(self.es, names[n]), float(here[n]))
            for n in links
            if round(abs(float(here[n])), 1) > 0
        ]
        return tuple(sorted(found, key=lambda each: -abs(each.db)))

    @cached_property
    def _memory(self) -> dict[tuple[str, str], np.ndarray]:
        return {}

    def _weighed(self, of: str, against: str) -> np.ndarray:
        if (of, against) not in self._memory:
            weight = weight_of_evidence(self.evidence, of, against=against, coder=self.reader)
            self._memory[of, against] = weight.values
        return self._memory[of, against]


def _same(one: Cells, other: Cells) -> bool:
    """Whether the same readers find the same of the same episodes."""
    if one.keys() != other.keys():
        return False
    return all(
        cell.log.keys() == other[key].log.keys()
        and all(_near(value, other[key].log[name]) for name, value in cell.log.items())
        for key, cell in one.items()
    )


def _near(one: float, other: float) -> bool:
    return one == other or math.isclose(one, other, abs_tol=SAME, rel_tol=SAME)


def _with_those_extended(es: EvidenceSet, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield from _with_those_extended(es, es.scenarios[name].extends)
        yield name


def _wholes(es: EvidenceSet, names: tuple[str, ...]) -> dict[str, str]:
    """Part of a split hypothesis -> the hypothesis of the set that it was part of."""
    found: dict[str, str] = {}
    for name in _with_those_extended(es, names):
        for split in es.scenarios[name].split:
            whole = found.get(split.hypothesis, split.hypothesis)
            found |= {part.id: whole for part in split.into}
    return found
