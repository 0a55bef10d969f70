"""Sequential search: what to look for next depends on what was found before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, perm

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import entr

from bayes_trace.errors import PlanningError, UnknownNameError
from bayes_trace.guards import guarded
from bayes_trace.planning.prospects import Prospect, information, prospect

__all__ = ["strategy"]

Array = npt.NDArray[np.float64]
LOG_2 = float(np.log(2))
#: searches in all branches that are gone through
MOST_SEARCHES = 200_000
#: bits that count as nothing
NOTHING = 1e-12


@dataclass(frozen=True)
class _Rule:
    """When to stop, and what a search is worth."""

    certain: float
    price: float


@dataclass(frozen=True)
class _Node:
    """What is believed after some searches, what to look for then, and where that leads."""

    belief: Array
    #: bits expected from here on, less the price of what is spent
    worth: float = 0.0
    #: expected from here on
    cost: float = 0.0
    #: row of the table; -1 to stop
    look: int = -1
    ends: tuple[float, ...] = ()
    branches: tuple[_Node, ...] = ()


@guarded
def strategy(
    evidence: xr.Dataset,
    *,
    episode: str | None = None,
    depth: int = 3,
    certain: float = 0.95,
    price: float = 0.0,
    coder: str | None = None,
) -> xr.Dataset:
    """The best way to search an archive item by item, each step depending on what was found before.

    Parameters
    ----------
    evidence
        As from `compile_evidence`, of a set with planned items.
    episode
        By default the only one that planned items bear on.
    depth
        At most so many searches in a row.
    certain
        Stop as soon as a hypothesis has this probability.
    price
        Bits that a search must teach for each unit of its cost (1 where no cost is stated); it is not worth while below.
    coder
        By default the base coder.

    Returns
    -------
    Over ``node``, from the root down: ``look``, the item to look for there, empty where one stops; ``parent`` (-1 for
    the root) and ``outcome``, which end of the search there leads here; ``reached``, with what probability, and
    ``spent`` by then; ``probability`` (node, hypothesis). In ``attrs``: ``expected_cost``,
    ``mutual_information`` (bits expected in all) and ``settled`` (probability of ending certain). The strategy
    is the best of all: the entropy left at the end, counted as none where a hypothesis is certain
    enough, plus price times cost, is least in expectation, and of equals the cheapest is taken.

    Raises
    ------
    PlanningError
        If nothing is planned, a setting makes no sense, or there are too many branches to go through.
    UnknownNameError
        For an unknown episode or coder.

    References
    ----------
    Humphreys and Jacobs (2023), Integrated Inferences, ch. 12; Raiffa and Schlaifer (1961).

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"minutes": {"A": 0.9, "B": 0.03}, "letter": {"A": 0.6, "B": 0.3}}
    >>> es = bt.from_table(table, found=dict.fromkeys(table, "planned"))
    >>> tree = strategy(bt.compile_evidence(es))
    >>> tree.look.values.tolist(), round(tree.attrs["expected_cost"], 2)
    (['minutes', '', 'letter', '', ''], 1.54)
    """
    _check(depth, certain, price)
    plan = prospect(evidence, coder)
    at = _episode(evidence, plan, episode)
    rows = tuple(int(row) for row in plan.rows(range(len(plan.names)), at))
    _check_size(len(rows), depth)
    root = _best(plan, _Rule(certain, price), plan.belief[at], rows, depth)
    return _dataset(evidence, plan, root, certain)


def _check(depth: int, certain: float, price: float) -> None:
    for name, value, good, expected in (
        ("depth", depth, depth >= 1, "1 or more searches"),
        ("certain", certain, 0 < certain <= 1, "a probability above 0"),
        ("price", price, 0 <= price < inf, "0 or more bits"),
    ):
        if not good:
            message = f"{name}={value:g}; expected {expected}"
            raise PlanningError(message)


def _check_size(n: int, depth: int) -> None:
    searches = sum(perm(n, level) * 2 ** (level - 1) for level in range(1, min(n, depth) + 1))
    if searches > MOST_SEARCHES:
        message = f"{n} planned items to depth {depth} are {searches} searches, at most {MOST_SEARCHES}; lower depth"
        raise PlanningError(message)


def _episode(evidence: xr.Dataset, plan: Prospect, name: str | None) -> int:
    names = [str(each) for each in evidence["episode"].values]
    borne = [names[number] for number in np.unique(plan.episode)]
    if name is None and len(borne) > 1:
        message = f"planned items bear on {', '.join(borne)}; name one of them as episode"
        raise PlanningError(message)
    if name is not None and name not in borne:
        kind = "episode with planned items"
        raise UnknownNameError(kind, name, borne)
    return names.index(name or borne[0])


def _best(plan: Prospect, rule: _Rule, belief: Array, rows: tuple[int, ...], depth: int) -> _Node:
    """Stop, or look for what promises most from here on."""
    if belief.max() >= rule.certain:
        # settled: nothing is left to be learnt
        return _Node(belief, float(entr(belief).sum()) / LOG_2)
    best = _Node(belief)
    if not depth:
        return best
    for row in rows:
        table = plan.table[row]
        left = tuple(each for each in rows if each != row)
        both = belief * table
        ends = both.sum(axis=-1)
        branches = tuple(
            _best(plan, rule, each / end if end > 0 else belief, left, depth - 1 if end > 0 else 0)
            for each, end in zip(both, ends, strict=True)
        )
        price = float(plan.costs[plan.item[row]])
        cost = price + float(ends @ [branch.cost for branch in branches])
        later = float(ends @ [branch.worth for branch in branches])
        node = _Node(
            belief,
            information(belief, table) - rule.price * price + later,
            cost,
            row,
            tuple(ends.tolist()),
            branches,
        )
        best = node if _better(node, best) else best
    return best


def _better(one: _Node, other: _Node) -> bool:
    gain = one.worth - other.worth
    return gain > NOTHING or (gain > -NOTHING and one.cost < other.cost - NOTHING)


@dataclass(frozen=True)
class _Row:
    node: _Node
    parent: int
    outcome: str
    reached: float
    spent: float


def _walk(plan: Prospect, root: _Node) -> Iterator[_Row]:
    """All nodes, each branch to its end before the next; what cannot be reached is left out."""
    waiting = [_Row(root, -1, "", 1.0, 0.0)]
    number = 0
    while waiting:
        row = waiting.pop()
        yield row
        if row.node.look >= 0:
            spent = row.spent + float(plan.costs[plan.item[row.node.look]])
            ends = zip(("present", "absent"), row.node.ends, row.node.branches, strict=True)
            below = [
                _Row(each, number, name, row.reached * end, spent) for name, end, each in ends if end > 0
            ]
            waiting += below[::-1]
        number += 1


def _dataset(evidence: xr.Dataset, plan: Prospect, root: _Node, certain: float) -> xr.Dataset:
    rows = list(_walk(plan, root))
    look = [plan.names[plan.item[row.node.look]] if row.node.look >= 0 else "" for row in rows]
    stops = [row for row, name in zip(rows, look, strict=True) if not name]
    bits = sum(
        row.reached * information(row.node.belief, plan.table[row.node.look])
        for row in rows
        if row.node.look >= 0
    )
    return xr.Dataset(
        {
            "look": ("node", np.array(look, dtype=str)),
            "parent": ("node", np.array([row.parent for row in rows])),
            "outcome": ("node", np.array([row.outcome for row in rows], dtype=str)),
            "reached": ("node", np.array([row.reached for row in rows]), {"units": "1"}),
            "spent": ("node", np.array([row.spent for row in rows])),
            "probability": (("node", "hypothesis"), np.array([row.node.belief for row in rows])),
        },
        {"hypothesis": evidence["hypothesis"].values},
        {
            **evidence.attrs,
            "expected_cost": sum(row.reached * row.spent for row in stops),
            "mutual_information": bits,
            "settled": sum(row.reached for row in stops if row.node.belief.max() >= certain),
        },
    )
