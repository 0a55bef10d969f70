"""Ledgers: what each link weighs as the set stands, under the preferred assumptions, and for every reader."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from bayes_trace.evidence import EvidenceSet, Item
from bayes_trace.evidence.dates import last_day
from bayes_trace.exact import weight_of_evidence
from bayes_trace.report.results import Ledger, Row
from bayes_trace.scales import log_to_db
from bayes_trace.summary.verdicts import BASE, Answers, title_of

__all__ = ["Ledgers"]

#: more readers than this are not set side by side
FEW = 3
Weights = dict[str, float]


@dataclass(frozen=True)
class Ledgers:
    """Ledgers of all episodes."""

    es: EvidenceSet
    base_set: EvidenceSet
    evidence: xr.Dataset
    base: xr.Dataset
    answers: Answers
    coder: str
    _memory: dict[tuple[str, str, str, str], Weights] = field(default_factory=dict)

    def of(self, episode: str, leader: str, runner_up: str) -> Ledger:
        """The ledger of an episode: the leader against what the base has ahead, else against the next."""
        first = self.answers.answer(episode, BASE, self.coder)
        # a scenario may have dropped what the base has ahead, or brought in what leads now
        shared = self._known(BASE) & self._known(self.answers.preferred)
        overturned = first is not None and first.leader != leader and first.leader in shared
        pair = (leader, first.leader if first is not None and overturned else runner_up)
        columns = self._columns(episode, pair)
        each = [self._weights(setting, reader, episode, pair) for setting, reader in columns]
        names = sorted({name for weights in each for name in weights}, key=self._date)
        return Ledger(
            of=pair[0],
            against=pair[1],
            columns=columns,
            prior_db=tuple(self._prior(setting, episode, pair) for setting, _ in columns),
            rows=tuple(
                Row(
                    name,
                    title_of(self._set_of(name), name),
                    self._items(name),
                    tuple(w.get(name) for w in each),
                )
                for name in names
            ),
        )

    def evidence_db(self, episode: str, of: str, against: str) -> float:
        """What all links of an episode weigh together, priors excluded."""
        return sum(self._weights(self.answers.preferred, self.coder, episode, (of, against)).values())

    def _columns(self, episode: str, pair: tuple[str, str]) -> tuple[tuple[str, str], ...]:
        """The coder of the report as the set stands, then all readers under the preferred assumptions."""
        readers = [reader.id for reader in self.answers.readers_of(episode)]
        shown = readers if len(readers) <= FEW else [self.coder]
        ordered = [name for name in (self.coder, *shown) if name in readers]
        known = set(pair) <= self._known(BASE) and episode in self.base["episode"].values
        settings = [BASE, self.answers.preferred] if known else [self.answers.preferred]
        return tuple(
            dict.fromkeys(
                [(setting, self.coder) for setting in settings if self.coder in readers]
                + [(self.answers.preferred, name) for name in ordered]
            )
        )

    def _known(self, setting: str) -> set[str]:
        return {str(name) for name in self._evidence(setting)["hypothesis"].values}

    def _evidence(self, setting: str) -> xr.Dataset:
        return self.base if setting == BASE else self.evidence

    def _prior(self, setting: str, episode: str, pair: tuple[str, str]) -> float | None:
        prior = self._evidence(setting)["prior"].sel(episode=episode)
        one, other = (float(prior.sel(hypothesis=name)) for name in pair)
        return float(log_to_db(np.log(one) - np.log(other)))

    def _weights(self, setting: str, reader: str, episode: str, pair: tuple[str, str]) -> Weights:
        """Decibels of the links of an episode that a reader coded, by name."""
        key = (setting, reader, *pair)
        evidence = self._evidence(setting)
        if key not in self._memory:
            weight = weight_of_evidence(evidence, pair[0], against=pair[1], coder=reader)
            names = (
                f"{i}@{e}"
                for i, e in zip(weight["link_item"].values, weight["link_episode"].values, strict=True)
            )
            self._memory[key] = dict(zip(names, weight.values.tolist(), strict=True))
        end = f"@{episode}"
        return {name.removesuffix(end): db for name, db in self._memory[key].items() if name.endswith(end)}

    def _set_of(self, name: str) -> EvidenceSet:
        """The set that knows a link: a scenario may have dropped its item."""
        return self.es if name in self.es.items or name not in self.base_set.items else self.base_set

    def _items(self, name: str) -> tuple[Item, ...]:
        es = self._set_of(name)
        if name in es.items:
            return (es.items[name],)
        return tuple(item for item in es.items.values() if name in (item.reading, item.event))

    def _date(self, name: str) -> tuple[str, str]:
        dates = [last_day(item.date) for item in self._items(name) if item.date]
        return min(dates, default="9999"), name
