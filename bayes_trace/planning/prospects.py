"""Planned items beside the present posterior, and how each outcome of a search would change it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import PlanningError, UnknownNameError
from bayes_trace.exact import update
from bayes_trace.guards import guarded

__all__ = ["MOST", "Prospect", "information", "joint", "outcomes", "prospect"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
#: planned items of one episode that are taken together: 2^16 ways in which their searches may end
MOST = 16


@dataclass(frozen=True)
class Prospect:
    """Planned items of one coder and the present posterior."""

    #: (episode, hypothesis)
    belief: Array
    #: P(outcome | hypothesis), (planned, outcome, hypothesis)
    table: Array
    #: episode and item of each row of the table
    episode: Index
    item: Index
    names: tuple[str, ...]
    titles: tuple[str, ...]
    archives: tuple[str, ...]
    #: of each item; 1 where none is stated at all
    costs: Array
    priced: bool

    def rows(self, items: Iterable[int], episode: int) -> Index:
        """Rows of the table that some items have on an episode."""
        return np.flatnonzero(np.isin(self.item, list(items)) & (self.episode == episode))


def prospect(evidence: xr.Dataset, coder: str | None) -> Prospect:
    """What is planned, and what is believed by now.

    Raises
    ------
    PlanningError
        If nothing is planned that the coder has coded, or some items have a cost and others have none.
    UnknownNameError
        For an unknown coder.
    """
    name = coder or str(evidence.attrs["base_coder"])
    if name not in evidence["coder"].values:
        raise UnknownNameError("coder", name, list(evidence["coder"].values))
    if "planned" not in evidence.dims or not evidence["planned_coded"].sel(coder=name).values.any():
        message = (
            f"no item that {name} has coded is planned; mark what an archive may hold with found: planned"
        )
        raise PlanningError(message)
    one = evidence.sel(coder=name).isel(planned=np.flatnonzero(evidence["planned_coded"].sel(coder=name)))
    names, first, item = np.unique(one["planned_item"].values, return_index=True, return_inverse=True)
    order = np.argsort(first)
    costs = one["planned_cost"].values[first[order]]
    _check_costs([str(each) for each in names[order]], costs)
    belief = update(evidence, coder=name)["probability"].values
    return Prospect(
        # where nothing is coded yet the prior is what is believed
        belief=np.where(np.isnan(belief), evidence["prior"].values, belief),
        table=np.exp(one["planned_log_likelihood"].values),
        episode=evidence.indexes["episode"].get_indexer(one["planned_episode"].values).astype(np.int64),
        item=np.argsort(order)[item],
        names=tuple(str(each) for each in names[order]),
        titles=tuple(str(each) for each in one["planned_title"].values[first[order]]),
        archives=tuple(str(each) for each in one["planned_archive"].values[first[order]]),
        costs=np.where(np.isnan(costs), 1.0, costs),
        priced=bool(np.isfinite(costs).all()),
    )


def _check_costs(names: Sequence[str], costs: Array) -> None:
    without = [name for name, cost in zip(names, costs, strict=True) if np.isnan(cost)]
    if without and len(without) < len(names):
        message = (
            f"{', '.join(without)}: no cost, while other planned items have one; state it for all or for none"
        )
        raise PlanningError(message)


def joint(table: Array) -> Array:
    """P(all outcomes | hypothesis), (way in which all searches end, hypothesis), from rows of independent items.

    Raises
    ------
    PlanningError
        For more items than can be enumerated.
    """
    if len(table) > MOST:
        message = (
            f"{len(table)} planned items on one episode together, expected at most {MOST}; plan in parts"
        )
        raise PlanningError(message)
    ways = np.ones((1, table.shape[-1]))
    for row in table:
        ways = (ways[:, None] * row).reshape(-1, table.shape[-1])
    return ways


def information(belief: Array, ways: Array) -> float:
    """Mutual information, in bits, of the hypothesis and of how the searches end."""
    both = belief * ways
    ends = both.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(both > 0, both * np.log2(ways / ends), 0.0)
    return max(float(gain.sum()), 0.0)


@guarded
def outcomes(evidence: xr.Dataset, *, coder: str | None = None) -> xr.Dataset:
    """How finding each planned item, or failing to find it, would change the posterior.

    Parameters
    ----------
    evidence
        As from `compile_evidence`, of a set with planned items.
    coder
        By default the base coder.

    Returns
    -------
    Over ``planned`` (an item on an episode) and ``outcome``: ``outcome_probability``, and ``probability`` of every
    hypothesis after it; ``now`` (planned, hypothesis), the posterior as it stands, which is the mean of both.

    Raises
    ------
    PlanningError
        If nothing is planned, or only some of what is planned has a cost.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"memo": {"A": 0.8, "B": 0.2}, "minutes": {"A": 0.9, "B": 0.3}}
    >>> ev = bt.compile_evidence(bt.from_table(table, found={"minutes": "planned"}))
    >>> after = outcomes(ev).isel(planned=0).sel(hypothesis="A")
    >>> after.probability.round(3).values.tolist(), after.now.round(3).item()
    ([0.923, 0.364], 0.8)
    """
    plan = prospect(evidence, coder)
    now = plan.belief[plan.episode]
    both = now[:, None] * plan.table
    ends = both.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        after = both / ends[..., None]
    at = {"planned": [f"{plan.names[i]}@{evidence['episode'].values[e]}" for i, e in _pairs(plan)]}
    label = (
        evidence["episode_label"].values if "episode_label" in evidence.coords else evidence["episode"].values
    )
    own = {
        "planned_item": ("planned", [plan.names[i] for i in plan.item]),
        "planned_title": ("planned", [plan.titles[i] for i in plan.item]),
        "planned_archive": ("planned", [plan.archives[i] for i in plan.item]),
        "planned_episode": ("planned", evidence["episode"].values[plan.episode].astype(str)),
        "planned_episode_label": ("planned", label[plan.episode].astype(str)),
    }
    names = {
        name: coord for name, coord in evidence["hypothesis"].coords.items() if coord.dims == ("hypothesis",)
    }
    return xr.Dataset(
        {
            "outcome_probability": (("planned", "outcome"), ends, {"units": "1"}),
            "probability": (("planned", "outcome", "hypothesis"), after, {"units": "1"}),
            "now": (("planned", "hypothesis"), now, {"units": "1"}),
        },
        {**at, **own, **names, "outcome": evidence["outcome"].values},
        {**evidence.attrs, "coder": coder or str(evidence.attrs["base_coder"])},
    )


def _pairs(plan: Prospect) -> list[tuple[int, int]]:
    return list(zip(plan.item.tolist(), plan.episode.tolist(), strict=True))
