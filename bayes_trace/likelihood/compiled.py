"""The compiled evidence: one xarray dataset, sparse by link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.evidence import Episode, EvidenceSet
from bayes_trace.guards import guarded
from bayes_trace.guards.memory import collector_paused
from bayes_trace.likelihood.attempts import attempt_set, with_attempts
from bayes_trace.likelihood.columns import Columns, from_columns
from bayes_trace.likelihood.contrasts import with_contrasts
from bayes_trace.likelihood.entries import Link, chosen_episodes, links_in
from bayes_trace.likelihood.gathered import (
    agreement_of,
    codings_of,
    correlations_of,
    detection_of,
    positions,
    rates_of,
)
from bayes_trace.likelihood.labelled import texts
from bayes_trace.likelihood.labels import Named, coders, episodes, facts, hypotheses
from bayes_trace.likelihood.links import FACT
from bayes_trace.likelihood.planned import with_planned

__all__ = ["columns_of", "compile_decisions", "compile_evidence", "shares"]

Array = npt.NDArray[np.float64]


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
    evidence = _decisions(evidence_set, chosen)
    attempts = attempt_set(evidence_set)
    if attempts is not None:
        every = list(attempts.episodes.values())
        evidence = with_attempts(evidence, _compiled(attempts, every, links_in(attempts, every)))
    if not evidence_set.has_planned:
        return evidence
    links = links_in(evidence_set, chosen, planned=True)
    return with_planned(evidence, _compiled(evidence_set, chosen, links), links)


def compile_decisions(evidence_set: EvidenceSet) -> xr.Dataset:
    """What is found on all scored decisions, without what is planned or coded about attempts beside it."""
    return _decisions(evidence_set, chosen_episodes(evidence_set, None))


def _decisions(evidence_set: EvidenceSet, chosen: Sequence[Episode]) -> xr.Dataset:
    with collector_paused():
        decisions = _compiled(evidence_set, chosen, links_in(evidence_set, chosen))
    return with_contrasts(decisions, evidence_set)


def _compiled(evidence_set: EvidenceSet, chosen: Sequence[Episode], links: Sequence[Link]) -> xr.Dataset:
    return from_columns(columns_of(evidence_set, chosen, links))


def columns_of(es: EvidenceSet, chosen: Sequence[Episode], links: Sequence[Link]) -> Columns:
    """The columns of an evidence set."""
    named = Named(es, links)
    detected, detection = detection_of(es, named.entries)
    agreeing, agreement = agreement_of(links)
    held, used = set(named.clusters), set(named.sources)
    clusters = [cluster for cluster in es.clusters if cluster.id in held]
    rated = {s.id: own for s in es.sources if s.id in used and (own := es.reliability_of(s.id))}
    return Columns(
        frame={**_priors(es, chosen), **_conditions(es, chosen)},
        frame_coords={
            **hypotheses(es),
            **coders(es),
            **episodes(es, chosen),
            "condition": texts("condition", es.conditions),
        },
        attrs=facts(es),
        compounds=es.compounds,
        names={
            **named.coordinates(),
            "source": texts("source", rated),
            "cluster": texts("cluster", (cluster.id for cluster in clusters)),
        },
        episode_index=positions(named.episodes, [episode.id for episode in chosen]),
        link_kind=np.array([link.kind for link in links], dtype=np.int64),
        cluster_index=positions(named.clusters, [cluster.id for cluster in clusters]),
        option_probability=_option_probability(es, links),
        entry_link=np.repeat(np.arange(len(links)), [len(link.entries) for link in links]),
        entry_role=np.array([entry.role for entry in named.entries], dtype=np.int64),
        says_no=np.array([said == "no" for said in named.says], dtype=bool),
        absent=np.array([found == "absent" for found in named.found], dtype=bool),
        source_index=positions(named.sources, rated),
        rates=rates_of(list(rated.values()), es.hypothesis_ids),
        correlation=correlations_of(clusters),
        codings=codings_of(es, links),
        detected=detected,
        detection=detection,
        agreeing=agreeing,
        agreement=agreement,
    )


def _priors(es: EvidenceSet, chosen: Sequence[Episode]) -> dict[str, Any]:
    table = np.array([[es.prior(e.id)[h] for h in es.hypothesis_ids] for e in chosen])
    concentration = np.full(len(chosen), es.prior_concentration or np.nan)
    return {
        "prior": (("episode", "hypothesis"), table / table.sum(axis=1, keepdims=True)),
        "prior_concentration": ("episode", concentration),
        **shares(es),
    }


def shares(es: EvidenceSet) -> dict[str, Any]:
    """What the hypotheses of the set file are made of now."""
    return {
        "core_share": (("core", "hypothesis"), _shares(es, es.core_parts())),
        "written_share": (("written", "hypothesis"), _shares(es, es.written_parts())),
    }


def _shares(es: EvidenceSet, parts: dict[str, tuple[str, ...]]) -> Array:
    """Each hypothesis of the set file as the even mean of what it is split into; those dropped are left out."""
    present = [positions(es.hypothesis_ids, ids) >= 0 for ids in parts.values() if ids]
    table = np.array(present).reshape(-1, len(es.hypothesis_ids))
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def _option_probability(es: EvidenceSet, links: Sequence[Link]) -> Array:
    """Stated probability of every reading; a link that turns on no fact has one option, certain."""
    stated = {reading.id: list(reading.options.values()) for reading in es.readings}
    facts = [(number, link) for number, link in enumerate(links) if link.kind == FACT]
    codings = (coding for _, link in facts for entry in link.entries for coding in entry.codings.values())
    table = np.zeros((len(links), max((len(coding.options) for coding in codings), default=1)))
    table[:, :1] = 1.0
    for number, link in facts:
        table[number, : len(stated[link.group])] = stated[link.group]
    return table


def _conditions(es: EvidenceSet, chosen: Sequence[Episode]) -> dict[str, Any]:
    """Conditions as text, those of the case unless the episode states its own; empty: not stated."""
    stated = [{**es.case_of[episode.id].conditions, **episode.conditions} for episode in chosen]
    text = [[str(row.get(name, "")) for name in es.conditions] for row in stated]
    return {
        "condition_text": (
            ("episode", "condition"),
            np.array(text, dtype=str).reshape(len(chosen), len(es.conditions)),
        ),
    }
