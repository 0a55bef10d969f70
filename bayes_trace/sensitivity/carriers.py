"""What an answer rests on: evidence for the leader, evidence against it, and the prior."""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_trace.exact import LEVEL_DB, TIE, ranking
from bayes_trace.guards import guarded
from bayes_trace.scales import log_to_db
from bayes_trace.sensitivity.arrays import Array, Arrays, normalised, open_arrays
from bayes_trace.sensitivity.registry import Measure, Question, register

__all__ = ["carriers"]


@guarded
def carriers(evidence: xr.Dataset, *, coder: str | None = None) -> xr.Dataset:
    """The items for and against the leader of each episode, relative to the runner-up.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    coder
        By default the base coder.

    Returns
    -------
    Dataset over ``episode``: ``leader``, ``runner_up``, ``probability``; ``lead`` (dB), 0 where hypotheses are level,
    whose names stand in ``level``; ``practically_level``, a lead below 1 dB; ``prior_db`` and ``evidence_db``, of
    which it is the sum; ``speaks_for`` and ``speaks_against``, the links that weigh, strongest first; and
    ``carried_by``: ``prior`` where the leader would not lead from even priors, else ``evidence``, empty where
    nobody leads. ``weight`` (link) holds the signed decibels, ``item_weight`` (entry) what each item does by itself.

    Raises
    ------
    UnknownNameError
        For an unknown coder.

    References
    ----------
    Good (1985), Weight of Evidence: a Brief Survey.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.4, "B": 0.3}, "gap": {"A": 0.2, "B": 0.5}}
    >>> carried = carriers(bt.compile_evidence(bt.from_table(table)))
    >>> carried.speaks_for.item(), carried.speaks_against.item(), carried.carried_by.item()
    ('memo note', 'gap', 'evidence')
    """
    arrays = open_arrays(evidence, coder)
    rival = arrays.order[:, 1]
    at = np.arange(rival.size)
    prior, gain = (arrays.against(each)[at, rival] for each in (arrays.log_prior, arrays.log_likelihood))
    weight = log_to_db(
        arrays.links_against(arrays.weighted)[np.arange(arrays.kappa.size), rival[arrays.episode_index]]
    )
    lead = np.where(prior + gain < TIE, 0.0, prior + gain)
    names = _sides(arrays, weight)
    by_episode = {
        "leader": arrays.names(arrays.leader),
        "runner_up": arrays.names(rival),
        "level": _level(arrays),
        "probability": normalised(arrays.joint)[at, arrays.leader],
        "lead": log_to_db(lead),
        "practically_level": np.round(log_to_db(lead), 1) < LEVEL_DB,
        "prior_db": log_to_db(prior),
        "evidence_db": log_to_db(gain),
        "carried_by": _carried_by(arrays, lead),
        "speaks_for": names[0],
        "speaks_against": names[1],
    }
    units = {"probability": "1", "lead": "dB", "prior_db": "dB", "evidence_db": "dB"}
    return xr.Dataset(
        {
            **{
                name: ("episode", each, {"units": units[name]} if name in units else {})
                for name, each in by_episode.items()
            },
            "weight": ("link", weight, {"units": "dB"}),
            "item_weight": ("entry", _of_items(arrays, rival), {"units": "dB"}),
        },
        arrays.coords("episode", "link", "entry"),
        arrays.attrs,
    )


def _level(arrays: Arrays) -> np.ndarray:
    """Names of those that share the lead, empty where one leads alone."""
    top = arrays.joint >= arrays.joint.max(axis=-1, keepdims=True) - TIE
    return np.array([" ".join(arrays.names(np.flatnonzero(row))) if row.sum() > 1 else "" for row in top])


def _sides(arrays: Arrays, weight: Array) -> tuple[np.ndarray, np.ndarray]:
    """Names of the links for and against, by episode, strongest first."""
    names = arrays.evidence["link_item"].values
    sides: tuple[list[str], list[str]] = ([], [])
    for episode in range(len(arrays.episodes)):
        links = arrays.links(episode)
        for side, sign in zip(sides, (1.0, -1.0), strict=True):
            mine = links[sign * weight[links] > log_to_db(TIE)]
            order = np.argsort(-sign * weight[mine], kind="stable")
            side.append(" ".join(str(name) for name in names[mine[order]]))
    return np.array(sides[0]), np.array(sides[1])


def _carried_by(arrays: Arrays, lead: Array) -> np.ndarray:
    """Whether the leader would lead alone from even priors."""
    order = ranking(arrays.log_likelihood)
    first, second = np.take_along_axis(arrays.log_likelihood, order[:, :2], axis=-1).T
    with np.errstate(invalid="ignore"):
        by_evidence = (order[:, 0] == arrays.leader) & ~(first - second < TIE)
    return np.where(lead <= 0, "", np.where(by_evidence, "evidence", "prior"))


def _of_items(arrays: Arrays, rival: np.ndarray) -> Array:
    at, episode = np.arange(arrays.entry_episode.size), arrays.entry_episode
    with np.errstate(invalid="ignore"):
        gap = arrays.by_item[at, arrays.leader[episode]] - arrays.by_item[at, rival[episode]]
    return np.asarray(log_to_db(np.where(np.isnan(gap), 0.0, gap)))


register(
    Question(
        "carriers",
        lambda asked: carriers(asked.evidence, coder=asked.coder),
        place=0,
        measures=(
            Measure(
                {"lead": "lead"},
                "dB",
                enough=10.0,
                little=5.0,
                what="the lead in dB",
                weakness="the lead is small",
                column="Lead (dB)",
                legend="dB over the next",
            ),
        ),
    )
)
