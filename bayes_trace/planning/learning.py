"""How informative planned items would be: variance removed, mutual information, expected weight of evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import PlanningError
from bayes_trace.guards import guarded
from bayes_trace.planning.prospects import Prospect, information, joint, prospect

__all__ = ["expected_learning", "expected_weight"]

Array = npt.NDArray[np.float64]
DB = 10 / np.log(10)


@guarded
def expected_learning(
    evidence: xr.Dataset, *, by: Literal["item", "set"] = "item", coder: str | None = None
) -> xr.Dataset:
    """How much of today's uncertainty planned items are expected to remove.

    Parameters
    ----------
    evidence
        As from `compile_evidence`, of a set with planned items.
    by
        ``item``: each planned item by itself; ``set``: all of them together.
    coder
        By default the base coder.

    Returns
    -------
    ``expected_learning`` (item, episode, hypothesis), 1 - E[Var(after)] / Var(now); ``mutual_information`` (item,
    episode) in bits; both again over all episodes, ``learning_overall`` (item, hypothesis), of the summed variances,
    and ``information_overall`` (item), the sum, each episode being analysed alone. Without ``item`` for the set.

    Raises
    ------
    PlanningError
        If nothing is planned, or more than 16 items on one episode are taken together.

    References
    ----------
    Humphreys and Jacobs (2023), Integrated Inferences, ch. 5 and 12; Lindley (1956).

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"minutes": {"A": 0.9, "B": 0.5}}, found={"minutes": "planned"}))
    >>> one = expected_learning(ev).sel(item="minutes", episode="episode", hypothesis="A")
    >>> round(float(one.expected_learning), 4), round(float(one.mutual_information), 4)
    (0.1905, 0.1468)
    """
    if by not in ("item", "set"):
        message = f"by={by!r}; expected 'item' or 'set'"
        raise PlanningError(message)
    plan = prospect(evidence, coder)
    each = range(len(plan.names))
    groups: list[Sequence[int]] = [[n] for n in each] if by == "item" else [list(each)]
    variance, bits = _learnt(plan, groups)
    now = plan.belief * (1 - plan.belief)
    dims = ("item", "episode", "hypothesis")
    result = xr.Dataset(
        {
            "expected_learning": (dims, _removed(variance, now), {"units": "1"}),
            "mutual_information": (dims[:2], bits, {"units": "bits"}),
            "learning_overall": (("item", "hypothesis"), _removed(variance.sum(axis=1), now.sum(axis=0))),
            "information_overall": ("item", bits.sum(axis=1), {"units": "bits"}),
        },
        {
            "item": list(plan.names) if by == "item" else ["all"],
            "episode": evidence["episode"].values,
            "hypothesis": evidence["hypothesis"].values,
        },
        {**evidence.attrs, "coder": coder or str(evidence.attrs["base_coder"])},
    )
    return result if by == "item" else result.isel(item=0, drop=True)


def _learnt(plan: Prospect, groups: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    """Variance left (group, episode, hypothesis) and bits gained (group, episode)."""
    left = np.repeat((plan.belief * (1 - plan.belief))[None], len(groups), axis=0)
    bits = np.zeros(left.shape[:2])
    for number, items in enumerate(groups):
        for episode in range(left.shape[1]):
            rows = plan.rows(items, episode)
            if rows.size:
                belief, ways = plan.belief[episode], joint(plan.table[rows])
                left[number, episode] = belief - _mean_square(belief, ways)
                bits[number, episode] = information(belief, ways)
    return left, bits


def _mean_square(belief: Array, ways: Array) -> Array:
    """E[P(h | outcomes)^2], by hypothesis."""
    both = belief * ways
    ends = both.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.where(ends > 0, both**2 / ends, 0.0)
    return np.asarray(squares.sum(axis=0))


def _removed(left: Array, now: Array) -> Array:
    """Share of a variance that goes; 0 where there is none."""
    some = now > 0
    return np.where(some, 1 - left / np.where(some, now, 1.0), 0.0)


@guarded
def expected_weight(evidence: xr.Dataset, *, coder: str | None = None) -> xr.Dataset:
    """Weight of evidence to be expected of each planned item, if a hypothesis is true, against each rival.

    Parameters
    ----------
    evidence
        As from `compile_evidence`, of a set with planned items.
    coder
        By default the base coder.

    Returns
    -------
    ``expected_weight`` (planned, truth, against) in dB, the Kullback-Leibler divergence: never below 0, and infinite
    where one end of the search would rule the rival out.

    Raises
    ------
    PlanningError
        If nothing is planned.

    References
    ----------
    Kullback and Leibler (1951); Good (1950), Probability and the Weighing of Evidence, ch. 6.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"minutes": {"A": 0.9, "B": 0.5}}, found={"minutes": "planned"}))
    >>> expected_weight(ev).expected_weight.isel(planned=0).round(2).values.tolist()
    [[0.0, 1.6], [2.22, 0.0]]
    """
    plan = prospect(evidence, coder)
    p = plan.table
    with np.errstate(divide="ignore", invalid="ignore"):
        each = p[..., :, None] * (np.log(p)[..., :, None] - np.log(p)[..., None, :])
    weight = np.where(p[..., :, None] > 0, each, 0.0).sum(axis=1) * DB
    names = evidence["hypothesis"].values
    episodes = evidence["episode"].values[plan.episode]
    labels = [f"{plan.names[i]}@{e}" for i, e in zip(plan.item, episodes, strict=True)]
    return xr.Dataset(
        {"expected_weight": (("planned", "truth", "against"), np.maximum(weight, 0.0), {"units": "dB"})},
        {"planned": labels, "truth": names, "against": names},
    )
