"""Final rows: what each link says of each hypothesis after reports, absence, readings, clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.scales import db_to_log, expit, log_expit, log_sum

__all__ = ["drop_links", "final_rows", "trace_probability", "with_rows"]

Array = npt.NDArray[np.float64]
#: final rows closer than this are the same: the item does not discriminate
FLAT = 1e-9


def trace_probability(evidence: xr.Dataset, probability: Array) -> Array:
    """P(the trace given hypothesis) after a source's hits and false reports.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    probability
        P(item given hypothesis), dimensions coder, link, option, hypothesis.

    Returns
    -------
    r p + f (1 - p), the same shape; `probability` itself where no source model applies.

    References
    ----------
    Schum (1994); D'Agostini (2010), arXiv:1003.2086.
    """
    source = evidence["source_index"].values
    reporting = source >= 0
    if not reporting.any():
        return probability
    hit = expit(evidence["hit_location"].values)[source[reporting]][None, :, None, :]
    false = expit(evidence["false_report_location"].values)[source[reporting]][None, :, None, :]
    traced = probability.copy()
    p = probability[:, reporting]
    traced[:, reporting] = hit * p + false * (1 - p)
    return traced


def _log_trace(evidence: xr.Dataset, location: Array) -> Array:
    """Log-likelihood per reading, before absence; ratios keep their arbitrary level."""
    with np.errstate(divide="ignore"):
        plain = log_expit(location)
        if (evidence["source_index"].values >= 0).any():
            reported = np.log(trace_probability(evidence, expit(location)))
            applies = (evidence["source_index"].values >= 0)[None, :, None, None]
            plain = np.where(applies, reported, plain)
    ratio = evidence["is_ratio"].values[:, :, None, None]
    return np.where(ratio, db_to_log(location), plain)


def _log_found(evidence: xr.Dataset, log_trace: Array) -> Array:
    """Turn traces that were searched in vain: 1 - d q."""
    absent = evidence["absent"].values
    if not absent.any():
        return log_trace
    detection = expit(evidence["detection_location"].values[absent])[None, :, None, :]
    turned = log_trace.copy()
    with np.errstate(divide="ignore"):
        turned[:, absent] = np.log1p(-detection * np.exp(log_trace[:, absent]))
    return turned


def _over_readings(evidence: xr.Dataset, log_q: Array) -> Array:
    """Sum readings out; links of one episode that turn on one fact are summed out together.

    Each link of such a group has the row that it would have alone and, where it discriminates, an
    equal share of what they say only jointly: the rows add up to the joint likelihood in any order.
    """
    rows = log_q[:, :, 0, :].copy()
    read = evidence["read"].values
    for coder, episode, reading in sorted(_reading_groups(evidence, read)):
        links = np.flatnonzero(
            read[coder]
            & (evidence["episode_index"].values == episode)
            & (evidence["reading_index"].values == reading)
        )
        rows[coder, links] = _group_rows(evidence, log_q[coder, links], episode, reading)
    return rows


def _reading_groups(evidence: xr.Dataset, read: npt.NDArray[np.bool_]) -> set[tuple[int, int, int]]:
    coders, links = np.nonzero(read)
    episodes = evidence["episode_index"].values[links]
    readings = evidence["reading_index"].values[links]
    return {(int(c), int(e), int(r)) for c, e, r in zip(coders, episodes, readings, strict=True)}


def _group_rows(evidence: xr.Dataset, log_q: Array, episode: int, reading: int) -> Array:
    """Rows (link, hypothesis) of one group from log-likelihoods (link, option, hypothesis)."""
    weight = evidence["option_probability"].values[reading]
    log_prior = np.log(evidence["prior"].values[episode])

    def read(log_likelihood: Array) -> Array:
        # free of the level of a reading: each is divided by its own expectation
        level = log_sum(log_likelihood + log_prior, axis=-1, keepdims=True)
        return log_sum(log_likelihood - level + np.log(weight[used])[:, None], axis=-2)

    used = weight > 0
    alone = read(log_q[:, used])
    with np.errstate(invalid="ignore"):
        jointly = read(log_q[:, used].sum(axis=0)) - alone.sum(axis=0)
        # a link that is flat under every reading has no part in it
        speaks = (np.ptp(log_q[:, used], axis=-1) >= FLAT).any(axis=-1, keepdims=True)
    # what rules a hypothesis out does so alone
    share = np.where(np.isnan(jointly), 0.0, jointly) / max(speaks.sum(), 1)
    return alone + np.where(speaks, share, 0.0)


def _kappa(evidence: xr.Dataset, rows: Array) -> Array:
    """Design-effect weight of every (coder, link): 1 / (1 + (k - 1) rho).

    k counts the members of the cluster in the episode whose final rows discriminate.
    """
    cluster = evidence["cluster_index"].values
    kappa = np.ones(rows.shape[:2])
    member = cluster >= 0
    if not member.any():
        return kappa
    with np.errstate(invalid="ignore"):
        spread = np.max(rows, axis=-1) - np.min(rows, axis=-1)
    speaks = evidence["coded"].values & member & ~(spread < FLAT)
    rho = expit(evidence["correlation_location"].values)
    n_clusters = rho.size
    group = evidence["episode_index"].values * n_clusters + np.where(member, cluster, 0)
    for coder in range(rows.shape[0]):
        counts = np.bincount(group[speaks[coder]], minlength=int(group.max()) + 1)
        k = counts[group[speaks[coder]]]
        kappa[coder, speaks[coder]] = 1.0 / (1.0 + (k - 1) * rho[cluster[speaks[coder]]])
    return kappa


def final_rows(evidence: xr.Dataset, location: Array | None = None) -> tuple[Array, Array]:
    """Log-likelihoods of all links, and the weight of each in its cluster.

    Parameters
    ----------
    evidence
        The elicited quantities, as in a dataset of `compile_evidence`.
    location
        Use these instead of the stated best values: (coder, link, option, hypothesis), logits
        or decibels.

    Returns
    -------
    Log-likelihoods (coder, link, hypothesis), 0 where a coder gave none, and kappa (coder, link).
    """
    at = evidence["location"].values if location is None else location
    log_q = _log_found(evidence, _log_trace(evidence, at))
    rows = _over_readings(evidence, log_q)
    rows = np.where(evidence["coded"].values[:, :, None], rows, 0.0)
    return rows, _kappa(evidence, rows)


def with_rows(evidence: xr.Dataset) -> xr.Dataset:
    """The dataset with its final rows computed afresh from what was elicited."""
    rows, kappa = final_rows(evidence)
    units: dict[str, Any] = {"units": "nats", "long_name": "log-likelihood, final row"}
    return evidence.assign(
        log_likelihood=(("coder", "link", "hypothesis"), rows, units),
        kappa=(("coder", "link"), kappa, {"units": "1", "long_name": "design-effect weight"}),
    )


def drop_links(evidence: xr.Dataset, dropped: npt.ArrayLike) -> xr.Dataset:
    """The evidence without some links and without what was coded given them.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    dropped
        True for each link to set aside.

    Returns
    -------
    A dataset with fewer links. Weights in clusters are computed afresh, so that members which
    stay may weigh more than before.
    """
    out = np.asarray(dropped, dtype=bool).copy()
    items = evidence["link_item"].values
    episodes = evidence["link_episode"].values
    given = [set(str(names).split()) for names in evidence["link_given"].values]
    while True:
        gone = {(item, episode) for item, episode in zip(items[out], episodes[out], strict=True)}
        more = np.array(
            [any((name, e) in gone for name in names) for names, e in zip(given, episodes, strict=True)],
            dtype=bool,
        )
        if not (more & ~out).any():
            return with_rows(evidence.isel(link=np.flatnonzero(~out)))
        out |= more
