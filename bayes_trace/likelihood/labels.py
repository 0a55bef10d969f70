"""Coordinates and attributes of the compiled evidence: ids for machines, labels for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bayes_trace.evidence import Episode, Event, EvidenceSet
from bayes_trace.evidence.dates import last_day
from bayes_trace.evidence.names import short_names, shortened
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
        self.episodes = [link.episode.id for link in links]
        #: links of several entries: number, first entry, last
        self._wide: list[tuple[int, int, int]] = []
        self._starts: Sequence[int] = range(len(links))
        if len(self.entries) > len(links):
            ends = list(accumulate(len(link.entries) for link in links))
            self._starts = [0, *ends[:-1]]
            spans = enumerate(zip(self._starts, ends, strict=True))
            self._wide = [(number, start, end) for number, (start, end) in spans if end > start + 1]
        self._own = _said(es, self.entries)
        self.sources = self._own.source
        #: what an item was found to be, and what a report says
        self.found, self.says = self._own.found, self._own.says
        #: of each link; the reports of an event have none of their own
        self.clusters = self._by_link(self._own.cluster, _first)

    def _by_link(self, words: Sequence[str], joined: Callable[[Sequence[str]], str]) -> Sequence[str]:
        """What links have of their entries, which is put together where there are several."""
        if not self._wide:
            return words
        own = [words[start] for start in self._starts]
        for number, start, end in self._wide:
            own[number] = joined(words[start:end])
        return own

    def coordinates(self) -> dict[str, Coordinate]:
        """Along links and entries."""
        own, dates = self._own, _last_days(self._own.date)
        episodes = self.episodes
        if self._wide:
            episodes = [link.episode.id for link in self._links for _ in link.entries]
        items, ids = self._items(own.id), _placed(own.id, episodes)
        by_link = {
            "link": _placed(items, self.episodes) if self._wide else ids,
            "link_item": items,
            "link_title": self._titles(own.title),
            "link_episode": self.episodes,
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
            "entry": ids,
            "entry_item": own.id,
            "item_title": own.title,
            "entry_implication": own.implication,
            "entry_source": self.sources,
            "entry_given": own.given,
            "entry_restates": own.restates,
            "entry_date": dates,
        }
        return _arrays({"link": by_link, "entry": by_entry})

    def _items(self, names: Sequence[str]) -> Sequence[str]:
        """Names of links; a fact may bear the name of an item."""
        own = list(self._by_link(names, _first))
        for number, _, _ in self._wide:
            group = self._links[number].group
            own[number] = f"{group} (fact)" if group in self._es.items else group
        return own if self._wide else names

    def _titles(self, titles: Sequence[str]) -> Sequence[str]:
        """Of several items on a fact that of the fact."""
        if not self._wide:
            return titles
        readings = {reading.id: reading.label for reading in self._es.readings}
        own = list(self._by_link(titles, _first))
        for number, _, _ in self._wide:
            link = self._links[number]
            if link.kind == FACT:
                own[number] = readings[link.group] or link.group
        return own


def _placed(items: Iterable[str], episodes: Iterable[str]) -> list[str]:
    return [f"{item}@{where}" for item, where in zip(items, episodes, strict=True)]


def _arrays(columns: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, Coordinate]:
    """Texts by dimension as arrays; what links and entries have in common becomes one array."""
    made: dict[int, npt.NDArray[Any]] = {}
    named: dict[str, Coordinate] = {}
    for dimension, columns_of in columns.items():
        for name, words in columns_of.items():
            if id(words) not in made:
                made[id(words)] = texts(dimension, words)[1]
            named[name] = dimension, made[id(words)]
    return named


class _Said(NamedTuple):
    """What entries say of themselves, column by column."""

    id: Sequence[str]
    title: Sequence[str]
    date: Sequence[str]
    given: Sequence[str]
    implication: Sequence[str]
    restates: Sequence[str]
    step: Sequence[str]
    source: Sequence[str]
    cluster: Sequence[str]
    found: Sequence[str]
    says: Sequence[str]


#: what is asked of an item or event, in the order in which `_said` takes it
_COMMON = ("id", "given", "implications", "restates", "step", "cluster")
_OF_ITEM = attrgetter(*_COMMON, "title", "paraphrase", "date", "source", "found", "says")
_OF_EVENT = attrgetter(*_COMMON, "label")
#: an event has no paraphrase, date, source or search, and denies nothing
_NO_ITEM = ("", "", None, "", "")


def _said(es: EvidenceSet, entries: Sequence[Entry]) -> _Said:
    """A record is asked once for all that it says, while it is at hand."""
    records = [entry.of for entry in entries]
    rows = [(*_OF_EVENT(of), *_NO_ITEM) if isinstance(of, Event) else _OF_ITEM(of) for of in records]
    if not rows:
        return _Said(*([] for _ in _Said._fields))
    ids, given, codes, restates, step, cluster, title, text, date, source, found, says = zip(
        *rows, strict=True
    )
    implication = [" ".join(each) if each else "" for each in codes]
    return _Said(
        id=ids,
        title=[shortened(stated or words) for stated, words in zip(title, text, strict=True)],
        date=[day or "" for day in date],
        implication=implication,
        restates=[
            " ".join(sorted(es.restated(of))) if code or own else ""
            for of, code, own in zip(records, implication, restates, strict=True)
        ],
        step=[
            es.step_of(of) if code else own or ""
            for of, code, own in zip(records, implication, step, strict=True)
        ],
        source=[each.key if each else "" for each in source],
        found=found,
        says=[each or "" for each in says],
        **_tied(entries, given, cluster),
    )


def _tied(
    entries: Sequence[Entry], given: Iterable[tuple[str, ...]], cluster: Iterable[str | None]
) -> dict[str, list[str]]:
    """What entries are coded given, and their clusters: their own, unless a coding says more."""
    asked = [" ".join(each) if each else "" for each in given]
    held = [each or "" for each in cluster]
    for number, entry in enumerate(entries):
        if entry.role == REPORT:
            held[number] = ""
        elif entry.tied:
            asked[number], held[number] = " ".join(entry.given), entry.cluster
    return {"given": asked, "cluster": held}


def _last_days(dates: Sequence[str]) -> list[str]:
    days = {date: last_day(date) if date else "" for date in set(dates)}
    return [days[date] for date in dates]


def _first(words: Sequence[str]) -> str:
    return next(filter(None, words), "")


def _together(words: Sequence[str]) -> str:
    """What entries name, once each."""
    return " ".join(dict.fromkeys(" ".join(words).split()))
