"""Sums over types: how probable an event is in a causal model."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from bayes_trace.causal.model import CausalModel
from bayes_trace.causal.query import RELATIONS, Compare, Event, Given, Join, Not, Outcome, as_event, outcomes
from bayes_trace.errors import CausalModelError
from bayes_trace.guards import guarded

__all__ = ["chance", "probability", "type_shares"]

Values = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]

#: combinations of types that are looked through at once
MOST_COMBINATIONS = 2**24


@guarded
def probability(model: CausalModel, query: Event | str, *, given: Given | Event = None) -> float:
    """How probable an event is: in the population of cases, or in one case of which something is known.

    Parameters
    ----------
    model
        A causal model.
    query
        What is asked, such as ``Y[X=1] > Y[X=0]``: Y is higher where X is set to 1 than where it is set to 0.
        Comparisons of nodes (``X == 1``) and of what they would be (``Y[X=0] == 0``, also
        ``Y[X=1, M=M[X=0]]``), joined by ``&``, ``|``, ``!`` and brackets.
    given
        What is known of the case, as a question of that kind or as node -> value.

    Returns
    -------
    Without `given` the share of the population, with it the probability in the case.

    Raises
    ------
    CausalModelError
        For a question that cannot be read, for what no type allows, and beyond 2^24 combinations of types.
    UnknownNameError
        For a node that the model does not have.

    References
    ----------
    Humphreys and Jacobs (2023), Integrated Inferences, ch. 4 and 7.

    Examples
    --------
    >>> model = CausalModel("X -> Y")
    >>> probability(model, "Y[X=1] > Y[X=0]"), probability(model, "Y[X=1] > Y[X=0]", given={"X": 1, "Y": 1})
    (0.25, 0.5)
    """
    event, known = as_event(query), as_event(given)
    base = chance(model, known)
    if base == 0:
        shown = given if isinstance(given, (str, Mapping)) else "what is given"
        message = f"no type of the model allows {shown}; lift a restriction, or correct the observation"
        raise CausalModelError(message)
    return chance(model, Join("&", (event, known))) / base


@guarded
def type_shares(
    model: CausalModel, *nodes: str, given: Given | Event = None
) -> dict[str, float] | dict[tuple[str, ...], float]:
    """Shares of types, or their probabilities in a case about which something is known.

    Parameters
    ----------
    model
        A causal model.
    nodes
        One node, or several for the types that they have together.
    given
        As in `probability`.

    Returns
    -------
    Type -> probability, or (type, type) -> probability; those that do not occur are left out.

    Raises
    ------
    CausalModelError
        As `probability`.
    UnknownNameError
        For a node that the model does not have.

    References
    ----------
    Humphreys and Jacobs (2023), Integrated Inferences, ch. 5 and 7.

    Examples
    --------
    >>> type_shares(CausalModel("X -> Y"), "Y", given="X == 1 & Y == 1")
    {'01': 0.5, '11': 0.5}
    """
    if not nodes:
        message = "expected at least one node"
        raise CausalModelError(message)
    found: dict[tuple[str, ...], Event] = {(): as_event(None)}
    for node in nodes:
        found = {
            (*key, label): Join("&", (event, _of_type(model, node, label)))
            for key, event in found.items()
            for label in model.types(node)
        }
    shares = {key: probability(model, event, given=given) for key, event in found.items()}
    kept = {key: share for key, share in shares.items() if share > 0}
    return {key[0]: share for key, share in kept.items()} if len(nodes) == 1 else kept


def _of_type(model: CausalModel, node: str, label: str) -> Event:
    """That a node does what a type says, at every combination of its causes."""
    causes = model.parents[node]
    return Join(
        "&",
        tuple(
            Compare(
                Outcome(node, tuple((cause, at >> n & 1) for n, cause in enumerate(causes))),
                "==",
                int(digit),
            )
            for at, digit in enumerate(label)
        ),
    )


def chance(model: CausalModel, event: Event) -> float:
    """Share of the types for which an event holds."""
    worlds = _Worlds(model, event)
    mask = np.asarray(worlds.holds(event))
    mask = mask.reshape((1,) * (len(model.groups) - mask.ndim) + mask.shape)
    total = mask.astype(np.float64)
    for axis in reversed(range(len(model.groups))):
        # an axis of length 1: the event does not turn on these types, whose shares sum to 1
        total = total[..., 0] if mask.shape[axis] == 1 else total @ model.groups[axis].share
    return float(total)


class _Worlds:
    """Values of nodes over all types; every group of types is an axis."""

    def __init__(self, model: CausalModel, event: Event) -> None:
        self.model = model
        self.axis = {node: n for n, group in enumerate(model.groups) for node in group.nodes}
        for outcome in outcomes(event):
            for node in (outcome.node, *(name for name, _ in outcome.settings)):
                model.check_node(node)
        above = self._above({each.node for each in outcomes(event)})
        self._check_size(above)
        self.types = {node: self._responses(node) for node in above}

    def _above(self, nodes: set[str]) -> set[str]:
        found = set(nodes)
        for node in reversed(self.model.nodes):
            if node in found:
                found |= set(self.model.parents[node])
        return found

    def _check_size(self, nodes: set[str]) -> None:
        axes = {self.axis[node] for node in nodes}
        count = math.prod(len(self.model.groups[axis].share) for axis in axes)
        if count > MOST_COMBINATIONS:
            message = (
                f"the question turns on {count} combinations of types; at most {MOST_COMBINATIONS} are "
                "enumerated. Restrict types, or leave nodes out"
            )
            raise CausalModelError(message)

    def _responses(self, node: str) -> Values:
        """Row of a group's types -> what the node is at every combination of its causes."""
        group = self.model.groups[self.axis[node]]
        at = group.nodes.index(node)
        digits = "".join(labels[at] for labels in group.labels).encode()
        return (np.frombuffer(digits, dtype=np.int8) - ord("0")).reshape(len(group.labels), -1)

    def holds(self, event: Event) -> Mask:
        if isinstance(event, Not):
            return ~self.holds(event.of)
        if isinstance(event, Join):
            parts = [self.holds(part) for part in event.parts]
            result = np.array(event.how == "&")
            for part in parts:
                result = result & part if event.how == "&" else result | part
            return result
        return np.asarray(
            RELATIONS[event.relation](self.side(event.left), self.side(event.right)), dtype=bool
        )

    def side(self, side: Outcome | int) -> Values:
        if isinstance(side, int):
            return np.array(side, dtype=np.int8)
        world = {node: self.side(value) for node, value in side.settings}
        needed = self._above({side.node})
        for node in self.model.nodes:  # causes come before effects
            if node in needed and node not in world:
                world[node] = self._value(node, world)
        return world[side.node]

    def _value(self, node: str, world: dict[str, Values]) -> Values:
        at = np.zeros((), dtype=np.int8)
        for n, cause in enumerate(self.model.parents[node]):
            at = at + (world[cause] << n)
        types = self.types[node]
        shape = [1] * len(self.model.groups)
        shape[self.axis[node]] = len(types)
        return np.asarray(types[np.arange(len(types)).reshape(shape), at])
