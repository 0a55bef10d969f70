"""Coordinates and attributes of the compiled evidence: ids for machines, labels for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bayes_trace.evidence import Episode, Event, EvidenceSet
from bayes_trace.evidence.dates import last_day
from bayes_trace.evidence.names import short_names, title_of
from bayes_trace.likelihood.entries import Entry, Link
from bayes_trace.likelihood.labelled import texts
from bayes_trace.likelihood.links import FACT, REPORT

__all__ = ["Named", "coders", "episodes", "facts", "hypotheses"]

Coordinate = tuple[str, npt.NDArray[Any]]


def facts(es: EvidenceSet) -> dict[str, Any]:
    """What is known of the whole: strings and numbers only, so that every file format keeps them."""
    return {
        "evidence_set": es.id,
        "title": es.title,
        "digest": es.digest,
        "content": json.dumps(es.content),
        "scenario": "+".join(es.applied) or "base",
        "base_coder": es.base_coder,
        "coder_labels": json.dumps(_coder_labels(es)),
        "steps": json.dumps({h.id: list(h.steps) for h in es.hypotheses}),
        "residual": " ".join(h.id for h in es.hypotheses if h.residual),
        "shared_implications": " ".join(i.id for i in es.codebook if i.shared_likelihood),
    }


def hypotheses(es: EvidenceSet) -> dict[str, Coordinate]:
    """Along hypotheses, as they are and as they were written."""
    short = short_names(es.hypotheses)
    return {
        "hypothesis": texts("hypothesis", es.hypothesis_ids),
        "hypothesis_label": texts("hypothesis", (h.label for h in es.hypotheses)),
        "hypothesis_short": texts("hypothesis", (short[name] for name in es.hypothesis_ids)),
        "hypothesis_refusal_label": texts("hypothesis", (h.refusal_label or h.label for h in es.hypotheses)),
        "core": texts("core", (name for name, parts in es.core_parts().items() if parts)),
        "written": texts("written", (name for name, parts in es.written_parts().items() if parts)),
    }


def _coder_labels(es: EvidenceSet) -> dict[str, str]:
    return {coder.id: coder.label or coder.id for coder in es.coders}


def coders(es: EvidenceSet) -> dict[str, Coordinate]:
    """Along coders."""
    labels, by_id = _coder_labels(es), {coder.id: coder for coder in es.coders}
    return {
        "coder": texts("coder", es.coder_ids),
        "coder_label": texts("coder", (labels[c] for c in es.coder_ids)),
        "witness": texts("coder", (by_id[c].counts_as for c in es.coder_ids)),
    }


def episodes(es: EvidenceSet, chosen: Sequence[Episode]) -> dict[str, Coordinate]:
    """Along episodes."""
    cases = [es.case_of[episode.id] for episode in chosen]
    return {
        "episode": texts("episode", (episode.id for episode in chosen)),
        "episode_label": texts("episode", (episode.label for episode in chosen)),
        "case": texts("episode", (case.case for case in cases)),
        "case_label": texts("episode", (case.label for case in cases)),
        "date": texts("episode", (episode.date or "" for episode in chosen)),
        "granted": texts("episode", (episode.granted for episode in chosen)),
        "sense": texts("episode", (es.sense_of(episode.id) for episode in chosen)),
        "administration": texts("episode", (episode.administration for episode in chosen)),
        "is_aggregate": ("episode", np.array([bool(episode.aggregate_of) for episode in chosen])),
    }


class Named:
    """Names of entries and links, and texts about them, from one pass over the entries."""

    def __init__(self, es: EvidenceSet, links: Sequence[Link]) -> None:
        self._es, self._links = es, links
        self.entries = [entry for link in links for entry in link.entries]
        #: links of several entries: number, first entry, last
        self._wide: list[tuple[int, int, int]] = []
        self._starts: Sequence[int] = range(len(links))
        if len(self.entries) > len(links):
            ends = list(accumulate(len(link.entries) for link in links))
            self._starts = [0, *ends[:-1]]
            spans = enumerate(zip(self._starts, ends, strict=True))
            self._wide = [(number, start, end) for number, (start, end) in spans if end > start + 1]
        # what a record says is asked for once, while it is at hand
        said = [_said(es, entry) for entry in self.entries]
        columns = zip(*said, strict=True) if said else [()] * len(_Said._fields)
        self._own = _Said(*map(list, columns))
        self.sources = self._own.source
        #: what an item was found to be, and what a report says
        self.found, self.says = self._own.found, self._own.says
        #: of each link; the reports of an event have none of their own
        self.clusters = self._by_link(self._own.cluster, _first)

    def _by_link(self, words: list[str], joined: Callable[[list[str]], str]) -> list[str]:
        """What links have of their entries, which is put together where there are several."""
        own = [words[start] for start in self._starts] if self._wide else words
        for number, start, end in self._wide:
            own[number] = joined(words[start:end])
        return own

    def coordinates(self) -> dict[str, Coordinate]:
        """Along links and entries."""
        own, names = self._own, self._own.id
        dates = _last_days(own.date)
        episodes = [link.episode.id for link in self._links]
        repeated = [link.episode.id for link in self._links for _ in link.entries] if self._wide else episodes
        items = self._items(names)
        by_link = {
            "link": [f"{item}@{where}" for item, where in zip(items, episodes, strict=True)],
            "link_item": items,
            "link_title": self._titles(own.title),
            "link_episode": episodes,
            "link_cluster": self.clusters,
            "link_source": self._by_link(self.sources, _together),
            "link_step": self._by_link(own.step, _first),
            "link_implication": [
                _together([codes]) if " " in codes else codes
                for codes in self._by_link(own.implication, _together)
            ],
            "link_given": self._by_link(own.given, _together),
            "link_date": self._by_link(dates, max),
        }
        by_entry = {
            "entry": [f"{item}@{where}" for item, where in zip(names, repeated, strict=True)],
            "entry_item": names,
            "item_title": own.title,
            "entry_implication": own.implication,
            "entry_source": self.sources,
            "entry_given": own.given,
            "entry_restates": own.restates,
            "entry_date": dates,
        }
        return {name: texts("link", words) for name, words in by_link.items()} | {
            name: texts("entry", words) for name, words in by_entry.items()
        }

    def _items(self, names: list[str]) -> list[str]:
        """Names of links; a fact may bear the name of an item."""
        own = [names[start] for start in self._starts]
        for number, _, _ in self._wide:
            group = self._links[number].group
            own[number] = f"{group} (fact)" if group in self._es.items else group
        return own

    def _titles(self, titles: list[str]) -> list[str]:
        """Of several items on a fact that of the fact."""
        readings = {reading.id: reading.label for reading in self._es.readings}
        own = [titles[start] for start in self._starts]
        for number, _, _ in self._wide:
            link = self._links[number]
            if link.kind == FACT:
                own[number] = readings[link.group] or link.group
        return own


class _Said(NamedTuple):
    """What entries say of themselves, column by column."""

    id: list[str]
    title: list[str]
    date: list[str]
    given: list[str]
    implication: list[str]
    restates: list[str]
    step: list[str]
    source: list[str]
    cluster: list[str]
    found: list[str]
    says: list[str]


def _said(es: EvidenceSet, entry: Entry) -> tuple[str, ...]:
    """One row of these."""
    of, given = entry.of, entry.given
    coded = " ".join(of.implications) if of.implications else ""
    restates = " ".join(sorted(es.restated(of))) if coded or of.restates else ""
    step = es.step_of(of) if coded or of.step else ""
    asked = " ".join(given) if given else ""
    if isinstance(of, Event):
        return of.id, title_of(of), "", asked, coded, restates, step, "", entry.cluster, "", ""
    cluster = "" if entry.role == REPORT else entry.cluster
    source = of.source.key if of.source else ""
    told = (of.found, of.says or "")
    return of.id, title_of(of), of.date or "", asked, coded, restates, step, source, cluster, *told


def _last_days(dates: list[str]) -> list[str]:
    days = {date: last_day(date) if date else "" for date in set(dates)}
    return [days[date] for date in dates]


def _first(words: list[str]) -> str:
    return next(filter(None, words), "")


def _together(words: list[str]) -> str:
    """What entries name, once each."""
    return " ".join(dict.fromkeys(" ".join(words).split()))
