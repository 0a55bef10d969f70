"""Which planned item first, and which few together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import PlanningError
from bayes_trace.guards import guarded
from bayes_trace.planning.prospects import Prospect, information, joint, prospect

__all__ = ["best_next", "best_plan"]

Array = npt.NDArray[np.float64]
#: planned items up to which every plan is tried
EXACT = 12
#: bits by which a plan must be better to count as better
BETTER = 1e-12


class _Worth:
    """Bits that items teach together, over all episodes; what was worked out is kept."""

    def __init__(self, plan: Prospect) -> None:
        self._on = [frozenset(plan.item[plan.episode == e].tolist()) for e in range(len(plan.belief))]
        self._bits = cache(
            lambda episode, items: (
                information(plan.belief[episode], joint(plan.table[plan.rows(items, episode)]))
                if items
                else 0.0
            )
        )

    def __call__(self, items: Sequence[int]) -> float:
        return sum(self._bits(e, here.intersection(items)) for e, here in enumerate(self._on))


@guarded
def best_next(evidence: xr.Dataset, *, budget: float | None = None, coder: str | None = None) -> xr.Dataset:
    """Planned items by expected information per unit of cost, the best first.

    Parameters
    ----------
    evidence
        As from `compile_evidence`, of a set with planned items.
    budget
        Items that cost more are left out.
    coder
        By default the base coder.

    Returns
    -------
    Over ``item``, in order: ``mutual_information`` (bits, over all episodes), ``cost`` (1 for each where none is
    stated), ``per_cost`` (bits per unit of cost), ``title``, ``archive``.

    Raises
    ------
    PlanningError
        If nothing is planned, only some of what is planned has a cost, a budget is given without costs,
        or it pays for nothing.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"minutes": {"A": 0.9, "B": 0.5}, "letter": {"A": 0.9, "B": 0.2}}
    >>> es = bt.from_table(table, found=dict.fromkeys(table, "planned"))
    >>> best_next(bt.compile_evidence(es)).item.values.tolist()
    ['letter', 'minutes']
    """
    plan = prospect(evidence, coder)
    bits = np.array([_Worth(plan)([n]) for n in range(len(plan.names))])
    per_cost = bits / plan.costs
    # rounded, so that items that are level stay in the order of the set
    order = np.argsort(-np.round(per_cost, 12), kind="stable")
    if budget is not None:
        order = order[plan.costs[order] <= _checked(budget, plan)]
    return xr.Dataset(
        {
            "mutual_information": ("item", bits[order], {"units": "bits"}),
            "cost": ("item", plan.costs[order]),
            "per_cost": ("item", per_cost[order], {"units": "bits per unit of cost"}),
            "title": ("item", np.array(plan.titles, dtype=str)[order]),
            "archive": ("item", np.array(plan.archives, dtype=str)[order]),
        },
        {"item": np.array(plan.names, dtype=str)[order]},
        {**evidence.attrs, "coder": coder or str(evidence.attrs["base_coder"]), "priced": int(plan.priced)},
    )


def _checked(budget: float, plan: Prospect) -> float:
    if not plan.priced:
        message = f"budget={budget:g}, but no planned item has a cost; state costs or leave the budget out"
        raise PlanningError(message)
    if budget < plan.costs.min():
        cheapest = plan.names[int(plan.costs.argmin())]
        message = f"budget={budget:g} pays for nothing; the cheapest planned item is {cheapest}, at {plan.costs.min():g}"
        raise PlanningError(message)
    return budget


@guarded
def best_plan(evidence: xr.Dataset, *, k: int, coder: str | None = None) -> xr.Dataset:
    """The k planned items with the greatest expected information together, in bits over all episodes.

    Parameters
    ----------
    evidence
        As from `compile_evidence`, of a set with planned items.
    k
        How many.
    coder
        By default the base coder.

    Returns
    -------
    Over ``item``, in the order in which they add most: ``adds`` (bits beyond those before). In ``attrs``:
    ``mutual_information`` of the plan; ``exact``, 1 where every plan was tried (up to 12 planned items); ``greedy``,
    that of the plan made item by item, and ``gap``, by how much the best plan found is better. Mutual
    information of items that are independent given the hypothesis has diminishing returns, so the greedy plan
    reaches 1 - 1/e of the best; expected learning (a variance) has not, and is not used.

    Raises
    ------
    PlanningError
        If nothing is planned, or k is not between 1 and the number of planned items.

    References
    ----------
    Nemhauser, Wolsey and Fisher (1978); Krause and Guestrin (2005).

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"minutes": {"A": 0.9, "B": 0.5}, "letter": {"A": 0.9, "B": 0.2}, "diary": {"A": 0.5, "B": 0.5}}
    >>> es = bt.from_table(table, found=dict.fromkeys(table, "planned"))
    >>> best_plan(bt.compile_evidence(es), k=2).item.values.tolist()
    ['letter', 'minutes']
    """
    plan = prospect(evidence, coder)
    n = len(plan.names)
    if not 1 <= k <= n:
        message = f"k={k}; expected from 1 to the {n} items that are planned"
        raise PlanningError(message)
    worth = _Worth(plan)
    greedy = _in_order(worth, range(n), k)
    if n <= EXACT:
        chosen = max(combinations(range(n), k), key=lambda items: round(worth(items), 12))
    else:
        chosen = _swapped(worth, greedy, n)
    ordered = _in_order(worth, chosen, k)
    total = np.array([worth(ordered[: m + 1]) for m in range(k)])
    return xr.Dataset(
        {"adds": ("item", np.diff(total, prepend=0.0), {"units": "bits"})},
        {"item": [plan.names[number] for number in ordered]},
        {
            **evidence.attrs,
            "mutual_information": worth(chosen),
            "greedy": worth(greedy),
            "gap": worth(chosen) - worth(greedy),
            "exact": int(n <= EXACT),
        },
    )


def _in_order(worth: _Worth, items: Sequence[int], k: int) -> list[int]:
    """The first k by what each adds to those before."""
    chosen: list[int] = []
    for _ in range(k):
        left = [each for each in items if each not in chosen]
        chosen.append(max(left, key=lambda each: round(worth([*chosen, each]), 12)))
    return chosen


def _swapped(worth: _Worth, start: Sequence[int], n: int) -> tuple[int, ...]:
    """A plan that no exchange of one item makes better."""
    best = list(start)
    improved = True
    while improved:
        improved = False
        for place in range(len(best)):
            for other in (each for each in range(n) if each not in best):
                tried = [*best[:place], other, *best[place + 1 :]]
                if worth(tried) > worth(best) + BETTER:
                    best, improved = tried, True
    return tuple(best)
