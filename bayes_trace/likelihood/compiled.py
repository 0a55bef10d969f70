"""The compiled evidence: one xarray dataset, sparse by link."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.evidence import Coding, Episode, EvidenceSet, Item, Reliability, Value
from bayes_trace.evidence.records import last_day
from bayes_trace.likelihood.elicited import Spread, fraction, likelihoods, reliability_of
from bayes_trace.likelihood.rows import with_rows

__all__ = ["compile_evidence"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Link:
    """An item and an episode that it bears on, with the codings by coder."""

    item: Item
    episode: Episode
    codings: dict[str, Coding]

    def first(self, name: str) -> Any:  # noqa: ANN401 - cluster or given
        """A field of the codings, from the first coder that states it."""
        return next((value for coding in self.codings.values() if (value := getattr(coding, name))), None)

    @property
    def cluster(self) -> str:
        return self.first("cluster") or self.item.cluster or ""

    @property
    def given(self) -> tuple[str, ...]:
        stated = (name for coding in self.codings.values() for name in coding.given)
        return tuple(dict.fromkeys((*self.item.given, *stated)))


def compile_evidence(evidence_set: EvidenceSet, *, episodes: Iterable[str] | None = None) -> xr.Dataset:
    """Turn an evidence set into arrays.

    Parameters
    ----------
    evidence_set
        Sound, as `read_evidence_set`, `apply_scenario` and `from_table` give it.
    episodes
        Episodes to keep; by default all that are scored.

    Returns
    -------
    Dataset with dimensions ``episode``, ``link``, ``hypothesis``, ``coder``, ``option`` (readings),
    ``source``, ``cluster``, ``reading``. Links are sorted by episode and name their item
    (``link_item``) and episode (``link_episode``). ``log_likelihood(coder, link, hypothesis)`` holds
    the final rows in nats, ``kappa(coder, link)`` their weight; ``location`` and ``spread_low``,
    ``spread_high`` the elicited numbers on their scale (logit, or dB where ``is_ratio``).

    Raises
    ------
    UnknownNameError
        For an episode that is not there.
    BayesTraceError
        If no episode is left that is scored.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> ev.sizes["link"], ev.log_likelihood.dims
    (1, ('coder', 'link', 'hypothesis'))
    """
    chosen = _chosen(evidence_set, episodes)
    links = _links(evidence_set, chosen)
    dataset = xr.Dataset(
        data_vars={
            **_priors(evidence_set, chosen),
            **_elicited(evidence_set, links),
            **_absence(evidence_set, links),
            **_sources(evidence_set, links),
            **_clusters(evidence_set, links),
            **_readings(evidence_set, links),
            **_conditions(evidence_set, chosen),
            "episode_index": (
                "link",
                _positions([link.episode.id for link in links], [e.id for e in chosen]),
            ),
        },
        coords={
            "hypothesis": list(evidence_set.hypothesis_ids),
            "coder": list(evidence_set.coder_ids),
            **_episode_coords(evidence_set, chosen),
            **_link_coords(evidence_set, links),
        },
        attrs=_attrs(evidence_set),
    )
    return with_rows(dataset)


def _chosen(es: EvidenceSet, episodes: Iterable[str] | None) -> list[Episode]:
    if episodes is None:
        chosen = [episode for episode in es.episodes.values() if episode.scored]
    else:
        wanted = list(episodes)
        for name in wanted:
            if name not in es.episodes:
                raise UnknownNameError("episode", name, list(es.episodes))
            if not es.episodes[name].scored:
                message = f"episode {name} is not scored: {es.episodes[name].not_scored}"
                raise BayesTraceError(message)
        chosen = [episode for name, episode in es.episodes.items() if name in wanted]
    if not chosen:
        message = f"{es.id}: no scored episode; score one, or see the reasons under not_scored"
        raise BayesTraceError(message)
    return chosen


def _links(es: EvidenceSet, chosen: Sequence[Episode]) -> list[_Link]:
    """Coded and sought links, sorted by episode, then in the order of the files."""
    found: dict[tuple[str, str], _Link] = {}
    for item, episode, coding, coder in es.coded_links():
        if item.found == "not_sought":
            continue
        link = found.setdefault((episode, item.id), _Link(item, es.episodes[episode], {}))
        link.codings[coder] = coding
    order = {episode.id: number for number, episode in enumerate(chosen)}
    return sorted((link for key, link in found.items() if key[0] in order), key=lambda x: order[x.episode.id])


def _positions(names: Sequence[str], among: Sequence[str]) -> npt.NDArray[np.int64]:
    """Place of each name among others, -1 where it is not."""
    place = {name: number for number, name in enumerate(among)}
    return np.array([place.get(name, -1) for name in names], dtype=np.int64)


def _priors(es: EvidenceSet, chosen: Sequence[Episode]) -> dict[str, Any]:
    table = np.array([[es.prior(e.id)[h] for h in es.hypothesis_ids] for e in chosen])
    concentration = np.full(len(chosen), es.prior_concentration or np.nan)
    return {
        "prior": (("episode", "hypothesis"), table / table.sum(axis=1, keepdims=True)),
        "prior_concentration": ("episode", concentration),
    }


def _elicited(es: EvidenceSet, links: Sequence[_Link]) -> dict[str, Any]:
    options = max((len(c.options) for link in links for c in link.codings.values()), default=1)
    shape = (len(es.coder_ids), len(links), options, len(es.hypothesis_ids))
    # a coder who gave nothing, or no such reading, is at an even chance and never looked at
    location, low, high = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    is_ratio, coded, read = (np.zeros(shape[:2], dtype=bool) for _ in range(3))
    for number, link in enumerate(links):
        for coder, coding in link.codings.items():
            at = es.coder_ids.index(coder), number
            coded[at] = True
            read[at] = bool(coding.readings)
            for option, spread in enumerate(_spreads(es, link.item.reading, coding)):
                cell = (*at, option)
                location[cell], low[cell], high[cell] = spread.location, spread.low, spread.high
                is_ratio[at] = spread.is_ratio
    dims = ("coder", "link", "option", "hypothesis")
    return {
        "location": (dims, location, {"units": "logit, or dB where is_ratio"}),
        "spread_low": (dims, low, {"units": "logit, or dB where is_ratio"}),
        "spread_high": (dims, high, {"units": "logit, or dB where is_ratio"}),
        "is_ratio": (("coder", "link"), is_ratio),
        "coded": (("coder", "link"), coded),
        "read": (("coder", "link"), read),
    }


def _spreads(es: EvidenceSet, name: str | None, coding: Coding) -> list[Spread]:
    """One spread per option, options in the order in which the reading declares them."""
    if not coding.readings:
        return [likelihoods(es, coding, "")]
    reading = next(each for each in es.readings if each.id == name)
    return [likelihoods(es, coding, option) for option in reading.options]


def _absence(es: EvidenceSet, links: Sequence[_Link]) -> dict[str, Any]:
    certain = Value(best=1.0)
    stated = [
        [link.item.detection_by_hypothesis.get(h, link.item.detection or certain) for h in es.hypothesis_ids]
        for link in links
    ]
    return {
        "absent": ("link", np.array([link.item.found == "absent" for link in links], dtype=bool)),
        **_table("detection", ("link", "hypothesis"), stated, len(es.hypothesis_ids)),
    }


def _table(name: str, dims: tuple[str, str], stated: list[list[Value]], width: int) -> dict[str, Any]:
    """Location and spreads of a table of probabilities, possibly without rows."""
    spread = fraction([value for row in stated for value in row])
    parts = {"location": spread.location, "spread_low": spread.low, "spread_high": spread.high}
    return {
        f"{name}_{part}": (dims, array.reshape(len(stated), width), {"units": "logit"})
        for part, array in parts.items()
    }


def _sources(es: EvidenceSet, links: Sequence[_Link]) -> dict[str, Any]:
    """Sources with a stated reliability; links of all others have index -1."""
    stated = {source.id: rel for source in es.sources if (rel := reliability_of(es, source))}
    keys = [link.item.source.key if link.item.source else "" for link in links]
    names = [name for name in stated if name in set(keys)]

    def rates(rate: str) -> list[list[Value]]:
        rows: list[list[Value]] = []
        for name in names:
            own: list[Reliability] = [
                stated[name].by_hypothesis.get(h, stated[name]) for h in es.hypothesis_ids
            ]
            rows.append([getattr(each, rate) for each in own])
        return rows

    return {
        "source": ("source", np.array(names, dtype=str)),
        "source_index": ("link", _positions(keys, names)),
        **_table("hit", ("source", "hypothesis"), rates("hit"), len(es.hypothesis_ids)),
        **_table("false_report", ("source", "hypothesis"), rates("false_report"), len(es.hypothesis_ids)),
    }


def _clusters(es: EvidenceSet, links: Sequence[_Link]) -> dict[str, Any]:
    used = [cluster for cluster in es.clusters if cluster.id in {link.cluster for link in links}]
    spread = fraction([cluster.correlation for cluster in used])
    return {
        "cluster": ("cluster", np.array([cluster.id for cluster in used], dtype=str)),
        "cluster_index": ("link", _positions([link.cluster for link in links], [c.id for c in used])),
        "correlation_location": ("cluster", spread.location, {"units": "logit"}),
        "correlation_spread_low": ("cluster", spread.low, {"units": "logit"}),
        "correlation_spread_high": ("cluster", spread.high, {"units": "logit"}),
    }


def _readings(es: EvidenceSet, links: Sequence[_Link]) -> dict[str, Any]:
    used = [reading for reading in es.readings if reading.id in {link.item.reading for link in links}]
    width = max((len(c.options) for link in links for c in link.codings.values()), default=1)
    probability = np.zeros((len(used), width))
    for number, reading in enumerate(used):
        probability[number, : len(reading.options)] = list(reading.options.values())[:width]
    return {
        "reading": ("reading", np.array([reading.id for reading in used], dtype=str)),
        "reading_index": (
            "link",
            _positions([link.item.reading or "" for link in links], [r.id for r in used]),
        ),
        "option_probability": (("reading", "option"), probability),
    }


def _conditions(es: EvidenceSet, chosen: Sequence[Episode]) -> dict[str, Any]:
    """Conditions as text, those of the case unless the episode states its own; empty: not stated."""
    stated = [{**es.case_of[episode.id].conditions, **episode.conditions} for episode in chosen]
    text = [[str(row.get(name, "")) for name in es.conditions] for row in stated]
    return {
        "condition": ("condition", np.array(list(es.conditions), dtype=str)),
        "condition_text": (
            ("episode", "condition"),
            np.array(text, dtype=str).reshape(len(chosen), len(es.conditions)),
        ),
    }


def _restated(es: EvidenceSet, item: Item) -> str:
    """``outcome`` and the conditions that an item, or its implications, merely restate."""
    book = {implication.id: implication.restates for implication in es.codebook}
    by_implication = (name for each in item.implications for name in book.get(each, ()))
    return " ".join(dict.fromkeys((*item.restates, *by_implication)))


def _episode_coords(es: EvidenceSet, chosen: Sequence[Episode]) -> dict[str, Any]:
    def text(values: Iterable[str]) -> tuple[str, npt.NDArray[np.str_]]:
        return "episode", np.array(list(values), dtype=str)

    return {
        "episode": [episode.id for episode in chosen],
        "episode_label": text(episode.label for episode in chosen),
        "case": text(es.case_of[episode.id].case for episode in chosen),
        "date": text(episode.date or "" for episode in chosen),
        "granted": text(episode.granted for episode in chosen),
        "administration": text(episode.administration for episode in chosen),
        "is_aggregate": ("episode", np.array([bool(episode.aggregate_of) for episode in chosen])),
    }


def _link_coords(es: EvidenceSet, links: Sequence[_Link]) -> dict[str, Any]:
    def text(values: Iterable[str]) -> tuple[str, npt.NDArray[np.str_]]:
        return "link", np.array(list(values), dtype=str)

    return {
        "link": [f"{link.item.id}@{link.episode.id}" for link in links],
        "link_item": text(link.item.id for link in links),
        "link_episode": text(link.episode.id for link in links),
        "link_cluster": text(link.cluster for link in links),
        "link_source": text(link.item.source.key if link.item.source else "" for link in links),
        "link_restates": text(_restated(es, link.item) for link in links),
        "link_step": text(es.step_of(link.item) for link in links),
        "link_implication": text(" ".join(link.item.implications) for link in links),
        "link_given": text(" ".join(link.given) for link in links),
        "link_date": text(last_day(link.item.date) if link.item.date else "" for link in links),
    }


def _attrs(es: EvidenceSet) -> dict[str, Any]:
    """Strings and numbers only, so that every file format keeps them."""
    return {
        "evidence_set": es.id,
        "title": es.title,
        "digest": es.digest,
        "scenario": "+".join(es.applied) or "base",
        "base_coder": es.base_coder,
        "steps": json.dumps({h.id: list(h.steps) for h in es.hypotheses}),
        "residual": " ".join(h.id for h in es.hypotheses if h.residual),
        "shared_implications": " ".join(i.id for i in es.codebook if i.shared_likelihood),
    }
