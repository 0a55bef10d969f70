"""Coordinates and attributes of the compiled evidence: ids for machines, labels for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from bayes_trace.evidence import Episode, Event, EvidenceSet
from bayes_trace.evidence.dates import last_day
from bayes_trace.evidence.names import short_names, title_of
from bayes_trace.likelihood.entries import Entry, Link
from bayes_trace.likelihood.links import FACT

__all__ = ["coordinates", "facts"]

Coordinate = tuple[str, npt.NDArray[Any]]


def coordinates(es: EvidenceSet, chosen: Sequence[Episode], links: Sequence[Link]) -> dict[str, Any]:
    """Names, labels and dates along every dimension."""
    return {
        **_hypotheses(es),
        **_coders(es),
        **_episodes(es, chosen),
        **_links(es, links),
        **_entries(es, links),
    }


def facts(es: EvidenceSet) -> dict[str, Any]:
    """Strings and numbers only, so that every file format keeps them."""
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


def _text(dimension: str, values: Iterable[str]) -> Coordinate:
    return dimension, np.array(list(values), dtype=str)


def _hypotheses(es: EvidenceSet) -> dict[str, Any]:
    short = short_names(es.hypotheses)
    return {
        "hypothesis": list(es.hypothesis_ids),
        "hypothesis_label": _text("hypothesis", (h.label for h in es.hypotheses)),
        "hypothesis_short": _text("hypothesis", (short[name] for name in es.hypothesis_ids)),
        "hypothesis_refusal_label": _text("hypothesis", (h.refusal_label or h.label for h in es.hypotheses)),
        "core": [name for name, parts in es.core_parts().items() if parts],
        "written": [name for name, parts in es.written_parts().items() if parts],
    }


def _coder_labels(es: EvidenceSet) -> dict[str, str]:
    return {coder.id: coder.label or coder.id for coder in es.coders}


def _coders(es: EvidenceSet) -> dict[str, Any]:
    labels, by_id = _coder_labels(es), {coder.id: coder for coder in es.coders}
    return {
        "coder": list(es.coder_ids),
        "coder_label": _text("coder", (labels[c] for c in es.coder_ids)),
        "witness": _text("coder", (by_id[c].counts_as for c in es.coder_ids)),
    }


def _episodes(es: EvidenceSet, chosen: Sequence[Episode]) -> dict[str, Any]:
    cases = [es.case_of[episode.id] for episode in chosen]
    return {
        "episode": [episode.id for episode in chosen],
        "episode_label": _text("episode", (episode.label for episode in chosen)),
        "case": _text("episode", (case.case for case in cases)),
        "case_label": _text("episode", (case.label for case in cases)),
        "date": _text("episode", (episode.date or "" for episode in chosen)),
        "granted": _text("episode", (episode.granted for episode in chosen)),
        "sense": _text("episode", (es.sense_of(episode.id) for episode in chosen)),
        "administration": _text("episode", (episode.administration for episode in chosen)),
        "is_aggregate": ("episode", np.array([bool(episode.aggregate_of) for episode in chosen])),
    }


def _links(es: EvidenceSet, links: Sequence[Link]) -> dict[str, Any]:
    """What a link of several entries has from them all is listed once each."""
    readings, items = {reading.id: reading.label for reading in es.readings}, es.items

    def name(link: Link) -> str:
        # a fact may bear the name of an item
        return f"{link.id} (fact)" if len(link.entries) > 1 and link.id in items else link.id

    def title(link: Link) -> str:
        if link.kind == FACT and len(link.entries) > 1:
            return readings[link.group] or link.group
        return _title(link.entries[0])

    def joined(each: Callable[[Entry], str]) -> Coordinate:
        words = (" ".join(map(each, link.entries)).split() for link in links)
        return _text("link", (" ".join(dict.fromkeys(names)) for names in words))

    return {
        "link": [f"{name(link)}@{link.episode.id}" for link in links],
        "link_item": _text("link", (name(link) for link in links)),
        "link_title": _text("link", (title(link) for link in links)),
        "link_episode": _text("link", (link.episode.id for link in links)),
        "link_cluster": _text("link", (link.cluster for link in links)),
        "link_source": joined(attrgetter("source")),
        "link_step": _text("link", (_step(es, link) for link in links)),
        "link_implication": joined(_implications),
        "link_given": joined(_given),
        "link_date": _text("link", (max(map(_date, link.entries)) for link in links)),
    }


def _entries(es: EvidenceSet, links: Sequence[Link]) -> dict[str, Any]:
    entries = [entry for link in links for entry in link.entries]
    episodes = [link.episode.id for link in links for _ in link.entries]
    return {
        "entry": [f"{entry.of.id}@{episode}" for entry, episode in zip(entries, episodes, strict=True)],
        "entry_item": _text("entry", (entry.of.id for entry in entries)),
        "item_title": _text("entry", map(_title, entries)),
        "entry_implication": _text("entry", map(_implications, entries)),
        "entry_source": _text("entry", (entry.source for entry in entries)),
        "entry_given": _text("entry", map(_given, entries)),
        "entry_restates": _text("entry", map(partial(_restates, es), entries)),
        "entry_date": _text("entry", map(_date, entries)),
    }


def _title(entry: Entry) -> str:
    return title_of(entry.of)


def _step(es: EvidenceSet, link: Link) -> str:
    """The first step that any of its entries bears on."""
    return next((step for entry in link.entries if (step := es.step_of(entry.of))), "")


def _given(entry: Entry) -> str:
    return " ".join(entry.given)


def _restates(es: EvidenceSet, entry: Entry) -> str:
    return " ".join(sorted(es.restated(entry.of)))


def _implications(entry: Entry) -> str:
    return " ".join(entry.of.implications)


def _date(entry: Entry) -> str:
    date = None if isinstance(entry.of, Event) else entry.of.date
    return last_day(date) if date else ""
