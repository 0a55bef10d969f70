"""The evidence as the observed variable of a model: what was found, episode by episode."""

from __future__ import annotations

from typing import NoReturn

import numpy as np
import numpy.typing as npt
import pymc as pm
import pytensor.tensor as pt

from bayes_trace.models.base import EvidenceModel, Tensor
from bayes_trace.models.found import NO_ENTRY, entry_slots, what_was_found
from bayes_trace.models.graph import Rows, level_of_ratios, sum_by_episode
from bayes_trace.models.layout import Layout
from bayes_trace.models.numbers import PYTENSOR
from bayes_trace.models.record import no_data_model

__all__ = ["attach_evidence"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


def attach_evidence(model: EvidenceModel, layout: Layout, rows: Rows, log_share: Tensor) -> Tensor:
    """Register the observed variable ``evidence`` and return log-likelihoods (episode, hypothesis).

    Its value is a table (episode, place) of items and reports: 1 where it was found, 0 where it was
    searched for in vain, -1 where the episode has no more of them. Its density is that of an episode
    with the hypothesis summed out.
    """
    slots = entry_slots(layout)
    model.add_coord("place", range(slots.shape[1]))
    found = model.observe("evidence", "found", what_was_found(layout, slots), ("episode", "place"))
    if layout.without_data_model:
        return _without_data_model(model, layout, rows, (log_share, found))
    return _with_data_model(model, layout, rows, (log_share, slots, found))


def _without_data_model(
    model: EvidenceModel, layout: Layout, rows: Rows, parts: tuple[Tensor, Tensor]
) -> Tensor:
    """What was found has its density, and where there is one a log-likelihood; nothing can be drawn."""
    log_share, found = parts
    total = sum_by_episode(layout, rows.rows, rows.weight)
    reasons = layout.without_data_model

    def random(
        density: Array,  # noqa: ARG001
        table: Array,  # noqa: ARG001
        rng: np.random.Generator | None = None,  # noqa: ARG001
        size: object = None,  # noqa: ARG001
    ) -> NoReturn:
        raise no_data_model(reasons, "prediction")

    pm.CustomDist(
        "evidence",
        PYTENSOR.log_sum(log_share + total, -1) - level_of_ratios(layout, rows),
        found,
        logp=lambda _value, density, _table: density,
        random=random,
        signature="(),(k)->(k)",
        dtype="int32",
        observed=found,
        dims=("episode", "place"),
    )
    if layout.keeps_density:
        model.keep("log_likelihood_given", total, ("episode", "hypothesis"))
    return total


def _with_data_model(
    model: EvidenceModel, layout: Layout, rows: Rows, parts: tuple[Tensor, Index, Tensor]
) -> Tensor:
    """Every link is one item: what it says follows from whether it was found."""
    log_share, slots, found = parts
    seen = rows.rows
    links = np.flatnonzero(layout.slot_search >= 0)
    if links.size:
        detected = PYTENSOR.log_expit(rows.detection)
        seen = pt.inc_subtensor(seen[links], detected[layout.slot_search[links]])
    at = np.nonzero(slots != NO_ENTRY)

    def likelihoods(value: Tensor, seen: Tensor) -> Tensor:
        there = value[at][:, None] > 0
        vain = PYTENSOR.log1mexp(seen)
        return sum_by_episode(layout, pt.switch(there, seen, vain), pt.ones(layout.episode_index.size))

    pm.CustomDist(
        "evidence",
        log_share,
        seen,
        slots,
        # PyMC gives a parameter without episodes a first dimension of length 1
        logp=lambda value, share, seen, _: PYTENSOR.log_sum(share + likelihoods(value, seen[0]), -1),
        random=_draw_found,
        signature="(h),(l,h),(k)->(k)",
        dtype="int32",
        observed=found,
        dims=("episode", "place"),
    )
    given = likelihoods(found, seen)
    model.keep("log_likelihood_given", given, ("episode", "hypothesis"))
    return given


def _draw_found(
    log_share: Array,
    seen: Array,
    slots: Array,
    rng: np.random.Generator | None = None,
    size: object = None,  # noqa: ARG001
) -> Index:
    """Draw a hypothesis for each episode, then what a search would find."""
    rng = rng or np.random.default_rng()
    share = np.exp(log_share - log_share.max(axis=-1, keepdims=True))
    true = (rng.random((share.shape[0], 1)) * share.sum(axis=-1, keepdims=True) > share.cumsum(axis=-1)).sum(
        -1
    )
    links = slots.astype(np.int64)
    seen = seen.reshape(-1, seen.shape[-1])
    there = np.exp(np.append(seen, np.zeros((1, seen.shape[1])), axis=0)[links, true[:, None]])
    return np.where(links == NO_ENTRY, NO_ENTRY, (rng.random(links.shape) < there).astype(np.int64)).astype(
        np.int32
    )
