"""What was stated about every item of an episode, and its effect."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from bayes_trace.evidence import Coding, Episode, EvidenceSet
from bayes_trace.exact import select_coder, test_type, trajectory, weight_of_items
from bayes_trace.likelihood import best_point, links_of, trace_likelihood
from bayes_trace.report.results import Line, Probabilities, Stated
from bayes_trace.scales import expit
from bayes_trace.scales.units import Z_90

__all__ = ["Lines", "by_hypothesis"]


def by_hypothesis(values: xr.DataArray) -> Probabilities:
    """Numbers by hypothesis."""
    return {str(h): float(p) for h, p in zip(values["hypothesis"].values, values.values, strict=True)}


@dataclass(frozen=True)
class Lines:
    """Lines of all episodes by one coder."""

    es: EvidenceSet
    evidence: xr.Dataset
    coder: str
    _weights: dict[tuple[str, str], np.ndarray[Any, np.dtype[np.float64]]] = field(default_factory=dict)

    @cached_property
    def one(self) -> xr.Dataset:
        """The evidence of the coder."""
        return select_coder(self.evidence, self.coder)

    @cached_property
    def codings(self) -> dict[tuple[str, str], Coding]:
        """The coder's codings by item and episode."""
        links = self.es.coded_links()
        return {(item.id, episode): coding for item, episode, coding, who in links if who == self.coder}

    @cached_property
    def place(self) -> dict[tuple[str, str], int]:
        """Entry of an item on an episode."""
        episodes = self.one["link_episode"].values[self.one["entry_link"].values]
        names = zip(self.one["entry_item"].values, episodes, strict=True)
        return {(str(item), str(episode)): number for number, (item, episode) in enumerate(names)}

    @cached_property
    def traces(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Likelihoods that enter (entry, hypothesis), of items with one reading."""
        return np.exp(trace_likelihood(links_of(self.one), best_point(self.one))[:, 0, :, 0])

    def weight(self, of: str, against: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Decibels of every entry."""
        if (of, against) not in self._weights:
            self._weights[of, against] = weight_of_items(
                self.evidence, of, against=against, coder=self.coder
            ).values
        return self._weights[of, against]

    def of(self, episode: Episode, leader: str, runner_up: str) -> tuple[Line, ...]:
        """In the order of dates; items that this coder left out are not among them."""
        path = trajectory(self.evidence, episode.id, coder=self.coder)
        tests = test_type(self.evidence, leader, against=runner_up, coder=self.coder).values
        steps = (path.isel(step=step) for step in range(1, path.sizes["step"]))
        return tuple(
            self._line(str(at["item"].item()), episode.id, (leader, runner_up), tests, by_hypothesis(at))
            for at in steps
            if (str(at["item"].item()), episode.id) in self.codings
        )

    def _line(
        self,
        item: str,
        episode: str,
        pair: tuple[str, str],
        tests: np.ndarray[Any, Any],
        running: Probabilities,
    ) -> Line:
        entry, coding = self.place[item, episode], self.codings[item, episode]
        link = int(self.one["entry_link"].values[entry])
        rivals = [name for name in map(str, self.one["hypothesis"].values) if name != pair[0]]
        worst = {rival: float(self.weight(pair[0], rival)[entry]) for rival in rivals}
        best_rival = min(worst, key=lambda name: worst[name])
        own = (f"{self.es.hypothesis(h).label}: {why}" for h, why in coding.cell_reasons.items())
        return Line(
            item=self.es.items[item],
            reason=" ".join(filter(None, [coding.reason, "; ".join(own)])),
            stated=self._stated(item, entry),
            is_ratio=bool(self.one["is_ratio"].values[entry]),
            enters=self._enters(item, entry),
            weight=float(self.weight(*pair)[entry]),
            worst_weight=worst[best_rival],
            best_rival=best_rival,
            kappa=float(self.one["kappa"].values[link]),
            test=str(tests[link]),
            running=running,
        )

    def _stated(self, item: str, entry: int) -> tuple[Stated, ...]:
        """What was stated, reading by reading, on the scale people read."""
        reading = next((r for r in self.es.readings if r.id == self.es.items[item].reading), None)
        if reading is None:
            return (Stated("", 1.0, self._values(entry, 0)),)
        return tuple(
            Stated(reading.in_words(option), probability, self._values(entry, number))
            for number, (option, probability) in enumerate(reading.options.items())
        )

    def _values(self, entry: int, option: int) -> dict[str, tuple[float, float, float]]:
        at, low, high = (self.one[n].values[entry, option] for n in ("location", "spread_low", "spread_high"))
        ends = np.stack([at - Z_90 * low, at, at + Z_90 * high])
        shown = ends if bool(self.one["is_ratio"].values[entry]) else expit(ends)
        return {
            str(name): (float(column[0]), float(column[1]), float(column[2]))
            for name, column in zip(self.one["hypothesis"].values, shown.T, strict=True)
        }

    def _enters(self, item: str, entry: int) -> Probabilities:
        """The likelihoods that enter, where absence or reliability changed what was stated."""
        changed = bool(self.one["absent"].values[entry]) or int(self.one["source_index"].values[entry]) >= 0
        if not changed or bool(self.one["is_ratio"].values[entry]) or self.es.items[item].reading:
            return {}
        names = map(str, self.one["hypothesis"].values)
        return dict(zip(names, self.traces[entry].tolist(), strict=True))
