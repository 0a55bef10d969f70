"""What an answer rests on: evidence for the leader, evidence against it, and the prior."""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_trace.exact import TIE, ranking
from bayes_trace.scales import log_to_db
from bayes_trace.sensitivity.ledger import Array, Ledger, normalised, open_ledger
from bayes_trace.sensitivity.registry import Measure, Question, register

__all__ = ["LEVEL_DB", "carriers"]

#: a lead below this is practically none, in dB
LEVEL_DB = 1.0


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
    ledger = open_ledger(evidence, coder)
    rival = ledger.order[:, 1]
    at = np.arange(rival.size)
    prior, gain = (ledger.against(each)[at, rival] for each in (ledger.log_prior, ledger.log_likelihood))
    weight = log_to_db(
        ledger.links_against(ledger.weighted)[np.arange(ledger.kappa.size), rival[ledger.episode_index]]
    )
    lead = np.where(prior + gain < TIE, 0.0, prior + gain)
    names = _sides(ledger, weight)
    by_episode = {
        "leader": ledger.names(ledger.leader),
        "runner_up": ledger.names(rival),
        "level": _level(ledger),
        "probability": normalised(ledger.joint)[at, ledger.leader],
        "lead": log_to_db(lead),
        "practically_level": log_to_db(lead) < LEVEL_DB,
        "prior_db": log_to_db(prior),
        "evidence_db": log_to_db(gain),
        "carried_by": _carried_by(ledger, lead),
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
            "item_weight": ("entry", _of_items(ledger, rival), {"units": "dB"}),
        },
        ledger.coords("episode", "link", "entry"),
        ledger.attrs,
    )


def _level(ledger: Ledger) -> np.ndarray:
    """Names of those that share the lead, empty where one leads alone."""
    top = ledger.joint >= ledger.joint.max(axis=-1, keepdims=True) - TIE
    return np.array(
        [" ".join(ledger.names(np.flatnonzero(row))) if row.sum() > 1 else "" for row in top], dtype=str
    )


def _sides(ledger: Ledger, weight: Array) -> tuple[np.ndarray, np.ndarray]:
    """Names of the links for and against, by episode, strongest first."""
    names = ledger.evidence["link_item"].values
    sides: tuple[list[str], list[str]] = ([], [])
    for episode in range(len(ledger.episodes)):
        links = ledger.links(episode)
        for side, sign in zip(sides, (1.0, -1.0), strict=True):
            mine = links[sign * weight[links] > log_to_db(TIE)]
            order = np.argsort(-sign * weight[mine], kind="stable")
            side.append(" ".join(str(name) for name in names[mine[order]]))
    return np.array(sides[0], dtype=str), np.array(sides[1], dtype=str)


def _carried_by(ledger: Ledger, lead: Array) -> np.ndarray:
    """Whether the leader would lead alone from even priors."""
    order = ranking(ledger.log_likelihood)
    first, second = np.take_along_axis(ledger.log_likelihood, order[:, :2], axis=-1).T
    with np.errstate(invalid="ignore"):
        by_evidence = (order[:, 0] == ledger.leader) & ~(first - second < TIE)
    return np.where(lead <= 0, "", np.where(by_evidence, "evidence", "prior")).astype(str)


def _of_items(ledger: Ledger, rival: np.ndarray) -> Array:
    at, episode = np.arange(ledger.entry_episode.size), ledger.entry_episode
    with np.errstate(invalid="ignore"):
        gap = ledger.by_item[at, ledger.leader[episode]] - ledger.by_item[at, rival[episode]]
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
                robust=10.0,
                moderate=5.0,
                what="the lead in dB",
                weakness="the lead is small",
                column="Lead (dB)",
                legend="dB over the next",
            ),
        ),
    )
)
