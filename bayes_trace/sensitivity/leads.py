"""The smallest lead that the leader keeps under other assumptions, and by other coders."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from bayes_trace.exact import LEVEL_DB, TIE
from bayes_trace.guards import guarded
from bayes_trace.scales import log_to_db
from bayes_trace.sensitivity.arrays import Array, Arrays, open_arrays, open_every_coder
from bayes_trace.sensitivity.registry import Asked, Measure, Question, register

__all__ = ["coder_leads", "scenario_leads"]


@guarded
def scenario_leads(evidence: xr.Dataset, scenarios: xr.Dataset, *, coder: str | None = None) -> xr.Dataset:
    """The smallest lead of each episode's leader under the scenarios that change a number of that episode.

    Parameters
    ----------
    evidence
        As from `compile_evidence`: the base of the scenarios.
    scenarios
        As from `sensitivity.scenarios`.
    coder
        By default the base coder.

    Returns
    -------
    Dataset over ``episode``: ``least`` (dB, negative where another leads, missing where no scenario touches the
    episode), ``scenario``, the name of the one that gives it; ``preferred``, the lead under the preferred scenarios
    together, whether they touch the episode or not, missing where there are none; and ``n``, how many scenarios
    touch it. Scenarios that know the leader no more, not even by its parts, are not counted.

    Raises
    ------
    UnknownNameError
        For an unknown coder.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
    >>> beside = bt.sensitivity.scenarios(arms, names=["clustered"], episodes=["f5e_1972"])
    >>> scenario_leads(bt.compile_evidence(arms, episodes=["f5e_1972"]), beside).scenario.item()
    'clustered'
    """
    arrays = open_arrays(evidence, coder)
    mine = scenarios.sel(coder=str(arrays.evidence["coder"].values[0]), episode=arrays.episodes)
    others = mine.isel(scenario=slice(1, None)).transpose("scenario", ...)
    lead = np.where(others["changes"].values > 0, others["base_lead"].values, np.nan)
    names = [str(name) for name in others["scenario"].values]
    preferred = str(scenarios.attrs.get("preferred", ""))
    own = (
        mine["base_lead"].sel(scenario=preferred).values
        if preferred
        else np.full(len(arrays.episodes), np.nan)
    )
    return _table(arrays, lead, names, "scenario", {"preferred": ("episode", own, {"units": "dB"})})


@guarded
def coder_leads(evidence: xr.Dataset, *, coder: str | None = None) -> xr.Dataset:
    """The smallest lead of each episode's leader by another coder who has coded anything of it.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    coder
        Whose leader; by default the base coder's.

    Returns
    -------
    Dataset over ``episode``: ``least`` (dB, negative where another leads, missing where nobody else has coded it),
    ``coder_least``, who gives it, and ``n``, how many others have coded it.

    Raises
    ------
    UnknownNameError
        For an unknown coder.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> coder_leads(bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))).n.item()
    0
    """
    arrays = open_arrays(evidence, coder)
    own = str(arrays.evidence["coder"].values[0])
    others = {name: each for name, each in open_every_coder(evidence).items() if name != own}
    lead = np.array([_lead_of(arrays, each) for each in others.values()])
    return _table(arrays, lead.reshape(-1, len(arrays.episodes)), list(others), "coder_least", {})


def _lead_of(arrays: Arrays, other: Arrays) -> Array:
    """Nats by which the leader of one coder is ahead of its strongest rival by another, in dB; NaN: not coded."""
    lead = np.full(len(arrays.episodes), np.nan)
    for episode, name in enumerate(arrays.episodes):
        if name in other.episodes:
            joint, leader = other.joint[other.episodes.index(name)], arrays.leader[episode]
            gap = joint[leader] - np.delete(joint, leader).max()
            lead[episode] = 0.0 if abs(gap) < TIE else log_to_db(gap)
    return lead


def _table(
    arrays: Arrays,
    lead: Array,
    names: list[str],
    named: str,
    more: Mapping[str, tuple[str, Array, dict[str, str]]],
) -> xr.Dataset:
    """From leads (case, episode) in dB, missing where a case does not count."""
    known = ~np.isnan(lead)
    place = (
        np.where(known, lead, np.inf).argmin(axis=0) if names else np.zeros(len(arrays.episodes), dtype=int)
    )
    counted = known.any(axis=0)
    least = lead[place, np.arange(place.size)] if names else np.full(place.size, np.nan)
    word = np.array([names[p] if there else "" for p, there in zip(place, counted, strict=True)])
    return xr.Dataset(
        {
            "least": ("episode", least, {"units": "dB"}),
            named: ("episode", word),
            **more,
            "n": ("episode", known.sum(axis=0)),
        },
        arrays.coords("episode"),
        arrays.attrs,
    )


def _beside(asked: Asked) -> xr.Dataset:
    assert asked.scenarios is not None
    return scenario_leads(asked.evidence, asked.scenarios, coder=asked.coder)


register(
    Question(
        "scenario_leads",
        _beside,
        place=80,
        applies=lambda asked: asked.scenarios is not None,
        measures=(
            Measure(
                {"scenario_lead": "least", "preferred_lead": "preferred", "scenarios_tried": "n"},
                "dB",
                names={"scenario_least": "scenario"},
                enough=5.0,
                little=LEVEL_DB,
                what="the smallest lead in dB under a scenario that touches the episode",
                weakness="a scenario leaves it level or behind",
                question="Smallest lead of {leader} under a scenario that touches the episode",
                column="Scen. (dB)",
                legend="smallest lead under a scenario that touches the episode",
            ),
        ),
    ),
    Question(
        "coder_leads",
        lambda asked: coder_leads(asked.evidence, coder=asked.coder),
        place=85,
        measures=(
            Measure(
                {"coder_lead": "least", "coders_tried": "n"},
                "dB",
                names={"coder_least": "coder_least"},
                enough=5.0,
                little=LEVEL_DB,
                what="the smallest lead in dB by another coder",
                weakness="a coder finds it level or behind",
                question="Smallest lead of {leader} by another coder",
                column="Coder (dB)",
                legend="smallest lead by another coder",
            ),
        ),
    ),
)
