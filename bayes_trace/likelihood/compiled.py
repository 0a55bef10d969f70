"""The compiled evidence: one xarray dataset, sparse by link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.evidence import Episode, Event, EvidenceSet, Reliability, Value
from bayes_trace.guards import guarded
from bayes_trace.likelihood.attempts import attempt_set, with_attempts
from bayes_trace.likelihood.contrasts import with_contrasts
from bayes_trace.likelihood.derived import with_likelihoods
from bayes_trace.likelihood.elicited import Spread, Stated, fraction
from bayes_trace.likelihood.entries import Entry, Link, chosen_episodes, links_in
from bayes_trace.likelihood.labels import coordinates, facts
from bayes_trace.likelihood.links import FACT, REPORT
from bayes_trace.likelihood.planned import with_planned

__all__ = ["compile_evidence"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
_LOGIT = {"units": "logit"}
_SCALE = {"units": "logit, or dB where is_ratio"}
_CERTAIN, _NEVER = Value(best=1.0), Value(best=0.0)


@guarded
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
    Dataset with dimensions ``episode``, ``link``, ``entry``, ``hypothesis``, ``coder``, ``option`` (readings),
    ``source``, ``cluster``. A link is what enters the sum: an item, all items that turn on one fact, or an event
    with its reports, on one episode. Links are sorted by episode; ``link_item`` names the item, fact or event.
    ``log_likelihood(coder, link, hypothesis)`` holds the effective likelihoods in nats, ``kappa(coder, link)``
    their weight. An entry is what a coder codes, an item or an event on one episode (reports of events are
    entries without codings), sorted by link (``entry_link``); ``location``, ``spread_low`` and ``spread_high``
    (coder, entry, option, hypothesis) hold the elicited numbers on their scale (logit, or dB where ``is_ratio``).
    Items that are planned enter none of these: they stand by themselves under ``planned``, for `planning`; what is
    coded about attempts stands by itself as well (`likelihood.attempts_of`), for all episodes, scored or not.

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
    chosen = chosen_episodes(evidence_set, episodes)
    evidence = with_contrasts(_compiled(evidence_set, chosen, links_in(evidence_set, chosen)), evidence_set)
    attempts = attempt_set(evidence_set)
    if attempts is not None:
        every = list(attempts.episodes.values())
        evidence = with_attempts(evidence, _compiled(attempts, every, links_in(attempts, every)))
    if not any(item.found == "planned" for item in evidence_set.items.values()):
        return evidence
    links = links_in(evidence_set, chosen, planned=True)
    return with_planned(evidence, _compiled(evidence_set, chosen, links), links)


def _compiled(evidence_set: EvidenceSet, chosen: Sequence[Episode], links: Sequence[Link]) -> xr.Dataset:
    dataset = xr.Dataset(
        data_vars={
            **_priors(evidence_set, chosen),
            **_structure(evidence_set, chosen, links),
            **_elicited(evidence_set, links),
            **_absence(evidence_set, links),
            **_sources(evidence_set, links),
            **_clusters(evidence_set, links),
            **_agreement(links),
            **_conditions(evidence_set, chosen),
        },
        coords=coordinates(evidence_set, chosen, links),
        attrs=facts(evidence_set),
    )
    return with_likelihoods(dataset)


def _entries(links: Sequence[Link]) -> list[Entry]:
    return [entry for link in links for entry in link.entries]


def _positions(names: Sequence[str], among: Iterable[str]) -> Index:
    """Place of each name among others, -1 where it is not."""
    place = {name: number for number, name in enumerate(among)}
    return np.array([place.get(name, -1) for name in names], dtype=np.int64)


def _priors(es: EvidenceSet, chosen: Sequence[Episode]) -> dict[str, Any]:
    table = np.array([[es.prior(e.id)[h] for h in es.hypothesis_ids] for e in chosen])
    concentration = np.full(len(chosen), es.prior_concentration or np.nan)
    return {
        "prior": (("episode", "hypothesis"), table / table.sum(axis=1, keepdims=True)),
        "prior_concentration": ("episode", concentration),
        "core_share": (("core", "hypothesis"), _shares(es, es.core_parts())),
        "written_share": (("written", "hypothesis"), _shares(es, es.written_parts())),
    }


def _shares(es: EvidenceSet, parts: dict[str, tuple[str, ...]]) -> Array:
    """Each hypothesis of the set file as the even mean of what it is split into; those dropped are left out."""
    present = [_positions(es.hypothesis_ids, ids) >= 0 for ids in parts.values() if ids]
    table = np.array(present, dtype=np.float64).reshape(-1, len(es.hypothesis_ids))
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def _structure(es: EvidenceSet, chosen: Sequence[Episode], links: Sequence[Link]) -> dict[str, Any]:
    entries = _entries(links)
    held = np.array([len(link.entries) for link in links], dtype=np.int64)
    says_no = [getattr(entry.of, "says", None) == "no" for entry in entries]
    return {
        "episode_index": ("link", _positions([link.episode.id for link in links], [e.id for e in chosen])),
        "link_kind": ("link", np.array([link.kind for link in links], dtype=np.int64)),
        "entry_link": ("entry", np.repeat(np.arange(len(links)), held)),
        "entry_role": ("entry", np.array([entry.role for entry in entries], dtype=np.int64)),
        "says_no": ("entry", np.array(says_no, dtype=bool)),
        "option_probability": (("link", "option"), _option_probability(es, links)),
    }


def _option_probability(es: EvidenceSet, links: Sequence[Link]) -> Array:
    """Stated probability of every reading; a link that turns on no fact has one option, certain."""
    stated = {reading.id: list(reading.options.values()) for reading in es.readings}
    table = np.zeros((len(links), _width(links)))
    table[:, :1] = 1.0
    for number, link in enumerate(links):
        if link.kind == FACT:
            table[number, : len(stated[link.group])] = stated[link.group]
    return table


def _width(links: Sequence[Link]) -> int:
    return max((len(c.options) for entry in _entries(links) for c in entry.codings.values()), default=1)


def _elicited(es: EvidenceSet, links: Sequence[Link]) -> dict[str, Any]:
    n_entries = sum(len(link.entries) for link in links)
    shape = (len(es.coder_ids), n_entries, _width(links), len(es.hypothesis_ids))
    stated, coded = _stated(es, links, shape[:2])
    # a coder who gave nothing, or no such reading, is at an even chance and never looked at
    location, low, high = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    reference = np.full(shape[:2], -1, dtype=np.int64)
    if stated.places:
        at = tuple(np.array(stated.places, dtype=np.int64).T)
        spread = stated.spread()
        location[at], low[at], high[at] = spread.location, spread.low, spread.high
        reference[at[0], at[1]] = stated.references
    dims = ("coder", "entry", "option", "hypothesis")
    return {
        "location": (dims, location, _SCALE),
        "spread_low": (dims, low, _SCALE),
        "spread_high": (dims, high, _SCALE),
        "coded": (("coder", "entry"), coded),
        "is_ratio": (("coder", "entry"), reference >= 0),
        "reference": (("coder", "entry"), reference),
    }


def _stated(
    es: EvidenceSet, links: Sequence[Link], shape: tuple[int, int]
) -> tuple[Stated, npt.NDArray[np.bool_]]:
    """All codings in one list; options in the order in which their reading declares them."""
    stated, coded = Stated(es), np.zeros(shape, dtype=bool)
    coder_at = {coder: number for number, coder in enumerate(es.coder_ids)}
    options = {reading.id: list(reading.options) for reading in es.readings}
    number = 0
    for link in links:
        named = options[link.group] if link.kind == FACT else [""]
        for entry in link.entries:
            for coder, coding in entry.codings.items():
                coded[coder_at[coder], number] = True
                for place, option in enumerate(named):
                    stated.add(coding, option, (coder_at[coder], number, place))
            number += 1
    # whoever coded an event has taken its reports as they are
    roles = np.array([entry.role for entry in _entries(links)], dtype=np.int64)
    event = np.maximum.accumulate(np.where(roles == REPORT, 0, np.arange(roles.size)))
    return stated, coded[:, event]


def _table(name: str, dims: tuple[str, ...], spread: Spread, shape: tuple[int, ...]) -> dict[str, Any]:
    """Location and spreads of a table of probabilities, possibly without rows."""
    parts = {"location": spread.location, "spread_low": spread.low, "spread_high": spread.high}
    return {f"{name}_{part}": (dims, array.reshape(shape), _LOGIT) for part, array in parts.items()}


def _absence(es: EvidenceSet, links: Sequence[Link]) -> dict[str, Any]:
    entries, names = _entries(links), es.hypothesis_ids
    absent = np.array([getattr(entry.of, "found", "") == "absent" for entry in entries], dtype=bool)
    stated = []
    for entry in entries:
        own = getattr(entry.of, "detection_by_hypothesis", {})
        common = getattr(entry.of, "detection", None) or _CERTAIN
        stated += [own.get(name, common) for name in names]
    shape = (len(entries), len(names))
    return {
        "absent": ("entry", absent),
        **_table("detection", ("entry", "hypothesis"), fraction(stated), shape),
    }


def _sources(es: EvidenceSet, links: Sequence[Link]) -> dict[str, Any]:
    """Sources with a stated reliability; entries of all others have index -1."""
    stated = {source.id: own for source in es.sources if (own := es.reliability_of(source.id))}
    keys = [entry.source for entry in _entries(links)]
    used = set(keys)
    names = [name for name in stated if name in used]
    shape, dims = (len(names), len(es.hypothesis_ids)), ("source", "hypothesis")
    rates = [stated[n].by_hypothesis.get(h, stated[n]) for n in names for h in es.hypothesis_ids]
    common = [stated[n] for n in names for _ in es.hypothesis_ids]
    denials = [_denial(own, rate) for own, rate in zip(rates, common, strict=True)]
    return {
        "source": ("source", np.array(names, dtype=str)),
        "source_index": ("entry", _positions(keys, names)),
        "source_answers": ("source", np.array([stated[n].always_answers for n in names], dtype=bool)),
        **_table("hit", dims, fraction([rate.hit for rate in rates]), shape),
        **_table("false_report", dims, fraction([rate.false_report for rate in rates]), shape),
        **_table("denial_if_true", dims, fraction([true for true, _ in denials]), shape),
        **_table("denial_if_false", dims, fraction([false for _, false in denials]), shape),
    }


def _denial(own: Reliability, common: Reliability) -> tuple[Value, Value]:
    denies = own.denies or common.denies
    return (denies.if_true, denies.if_false) if denies else (_NEVER, _NEVER)


def _clusters(es: EvidenceSet, links: Sequence[Link]) -> dict[str, Any]:
    named = [link.cluster for link in links]
    held = set(named)
    used = [cluster for cluster in es.clusters if cluster.id in held]
    spread = fraction([cluster.correlation for cluster in used])
    return {
        "cluster": ("cluster", np.array([cluster.id for cluster in used], dtype=str)),
        "cluster_index": ("link", _positions(named, [cluster.id for cluster in used])),
        **_table("correlation", ("cluster",), spread, (len(used),)),
    }


def _agreement(links: Sequence[Link]) -> dict[str, Any]:
    """Correlation of the reports of an event; none elsewhere."""
    stated = [link.entries[0].of for link in links]
    spread = fraction([each.correlation if isinstance(each, Event) else _NEVER for each in stated])
    return _table("agreement", ("link",), spread, (len(links),))


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
