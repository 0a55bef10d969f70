"""Nodes, their types, and the shares of types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bayes_trace.causal.statement import arrow_of, read_statement
from bayes_trace.errors import CausalModelError, UnknownNameError

__all__ = ["CausalModel", "Group"]

Shares = Mapping[str, float] | float
JointShares = Mapping[tuple[str, ...], float]

#: 2^16 types: four causes
MOST_TYPES = 2**16
_MOST_CAUSES = 4
_SLACK = 1e-9


@dataclass(frozen=True)
class Group:
    """Types that occur together: those of one node, or of nodes that share hidden causes."""

    nodes: tuple[str, ...]
    #: one row per combination of types: their labels, in the order of the nodes
    labels: tuple[tuple[str, ...], ...]
    share: npt.NDArray[np.float64]


class CausalModel:
    """A causal model of nodes that are 0 or 1.

    Parameters
    ----------
    statement
        Arrows between nodes, parted by semicolons or lines: ``X -> M -> Y; M <-> Y``. A double arrow says
        that two nodes share hidden causes.
    increasing, decreasing
        Arrows, such as ``"X -> M"``, along which no cause ever lowers (raises) its effect.
    exclude
        Node -> types that do not occur.
    shares
        Node -> type -> share; of a node without causes, the probability of 1 will do. For nodes that share
        hidden causes, (node, node) -> (type, type) -> share. By default the types that are left are equally
        common.

    Notes
    -----
    A type is written as digits: what the node is at every combination of its causes, in the order of the
    statement, the first changing fastest (``00, 10, 01, 11`` for two). ``01`` of M in X -> M: 0 if X is 0,
    1 if X is 1, so that X brings M about.

    Raises
    ------
    CausalModelError
        For names, types or shares that make no sense, and for a node of more than 2^16 types.
    CyclicModelError
        If arrows lead back to where they began.
    UnknownNameError
        For a node that is not in the statement.

    References
    ----------
    Humphreys and Jacobs (2023), Integrated Inferences, ch. 2 and 5; the notation of types is that of
    Tietz, Medina, Syunyaev and Humphreys (2024), CausalQueries.

    Examples
    --------
    >>> model = CausalModel("X -> M -> Y", increasing=["X -> M"], shares={"Y": {"01": 0.7, "11": 0.3}})
    >>> list(model.types("M")), model.types("Y")
    (['00', '01', '11'], {'01': 0.7, '11': 0.3})
    """

    def __init__(
        self,
        statement: str,
        *,
        increasing: Iterable[str] = (),
        decreasing: Iterable[str] = (),
        exclude: Mapping[str, Sequence[str]] | None = None,
        shares: Mapping[str | tuple[str, ...], Shares | JointShares] | None = None,
    ) -> None:
        graph = read_statement(statement)
        self.statement = statement
        #: node -> its causes, causes before effects
        self.parents = graph.parents
        for node, causes in self.parents.items():
            _check_number(node, len(causes))
        signs = [(*arrow_of(a), 1) for a in increasing] + [(*arrow_of(a), -1) for a in decreasing]
        allowed = {node: self._allowed(node, signs, dict(exclude or {})) for node in self.parents}
        for node in exclude or {}:
            self.check_node(node)
        given = _by_nodes(shares or {})
        for nodes in given:
            self._check_group(nodes, graph.groups)
        self.groups = tuple(self._group(nodes, allowed, given) for nodes in graph.groups)

    def __repr__(self) -> str:
        return f"CausalModel({self.statement!r})"

    @property
    def nodes(self) -> tuple[str, ...]:
        """Nodes, causes before effects."""
        return tuple(self.parents)

    def types(self, node: str) -> dict[str, float]:
        """Types of a node that occur, with their shares.

        Examples
        --------
        >>> CausalModel("X -> Y").types("X")
        {'0': 0.5, '1': 0.5}
        """
        self.check_node(node)
        group = next(group for group in self.groups if node in group.nodes)
        at = group.nodes.index(node)
        found: dict[str, float] = {}
        for labels, share in zip(group.labels, group.share.tolist(), strict=True):
            found[labels[at]] = found.get(labels[at], 0.0) + share
        return found

    def check_node(self, node: str) -> None:
        """Raise `UnknownNameError` for a name that is no node."""
        if node not in self.parents:
            kind = "node"
            raise UnknownNameError(kind, node, self.nodes)

    def _allowed(
        self, node: str, signs: list[tuple[str, str, int]], exclude: dict[str, Sequence[str]]
    ) -> list[str]:
        """Labels of the types of a node that restrictions leave."""
        causes = self.parents[node]
        digits = _digits(len(causes))
        keep = np.ones(len(digits), dtype=bool)
        for cause, effect, sign in signs:
            self.check_node(cause)
            self.check_node(effect)
            if cause not in self.parents[effect]:
                message = f"{cause} -> {effect}: the model has no such arrow"
                raise CausalModelError(message)
            if effect == node:
                off = np.flatnonzero(~np.arange(digits.shape[1]) >> causes.index(cause) & 1)
                on = off + 2 ** causes.index(cause)
                keep &= (sign * (digits[:, on] - digits[:, off]) >= 0).all(axis=1)
        labels = [format(number, f"0{digits.shape[1]}b") for number in np.flatnonzero(keep)]
        gone = set(exclude.get(node, ()))
        for label in gone:
            _check_label(node, label, len(causes))
        if left := [label for label in labels if label not in gone]:
            return left
        message = f"{node}: the restrictions leave no type; lift one"
        raise CausalModelError(message)

    def _check_group(self, nodes: tuple[str, ...], groups: tuple[tuple[str, ...], ...]) -> None:
        for node in nodes:
            self.check_node(node)
        group = next(group for group in groups if nodes[0] in group)
        if len(nodes) > 1 and set(nodes) != set(group):
            message = (
                f"shares of {', '.join(nodes)}: these nodes share no hidden causes of their own; "
                f"expected those of {', '.join(group)}, or a double arrow in the statement"
            )
            raise CausalModelError(message)

    def _group(
        self,
        nodes: tuple[str, ...],
        allowed: dict[str, list[str]],
        given: dict[tuple[str, ...], Shares | JointShares],
    ) -> Group:
        stated = [key for key in given if set(key) & set(nodes)]
        joint = next((key for key in stated if len(key) > 1), None)
        if joint is not None and len(stated) > 1:
            message = f"shares of {', '.join(nodes)}: stated twice, together and apart; leave one out"
            raise CausalModelError(message)
        if joint is not None:
            found = self._joint(nodes, joint, allowed, given[joint])
        else:
            found = {(): 1.0}
            for node in nodes:
                one = self._shares(node, allowed[node], given.get((node,)))
                found = {(*key, label): p * q for key, p in found.items() for label, q in one.items()}
        found = {labels: share for labels, share in found.items() if share > 0}
        return Group(nodes, tuple(found), np.array(list(found.values())))

    def _shares(self, node: str, allowed: list[str], given: Shares | JointShares | None) -> dict[str, float]:
        if given is None:
            return dict.fromkeys(allowed, 1 / len(allowed))
        if not isinstance(given, Mapping):
            if self.parents[node]:
                message = f"shares of {node}: {given!r}, expected type -> share, since {node} has causes"
                raise CausalModelError(message)
            given = {"0": 1 - given, "1": given}
        for label in given:
            _check_label(node, label, len(self.parents[node]))
        shares = {str(label): float(share) for label, share in given.items()}
        _check_shares(node, shares)
        if gone := [label for label, share in shares.items() if share > 0 and label not in allowed]:
            message = f"shares of {node}: type {gone[0]} is ruled out by the restrictions; give it no share"
            raise CausalModelError(message)
        return shares

    def _joint(
        self,
        nodes: tuple[str, ...],
        order: tuple[str, ...],
        allowed: dict[str, list[str]],
        given: Shares | JointShares,
    ) -> dict[tuple[str, ...], float]:
        name = ", ".join(order)
        if not isinstance(given, Mapping) or any(
            isinstance(key, str) or len(key) != len(order) for key in given
        ):
            message = f"shares of {name}: expected a tuple of {len(order)} types -> share"
            raise CausalModelError(message)
        for labels in given:
            for node, label in zip(order, labels, strict=True):
                self._shares(node, allowed[node], {label: 1.0})
        _check_shares(name, given)
        place = [order.index(node) for node in nodes]
        return {tuple(labels[at] for at in place): float(share) for labels, share in given.items()}


def _by_nodes(
    shares: Mapping[str | tuple[str, ...], Shares | JointShares],
) -> dict[tuple[str, ...], Shares | JointShares]:
    return {(nodes,) if isinstance(nodes, str) else tuple(nodes): each for nodes, each in shares.items()}


def _digits(causes: int) -> npt.NDArray[np.int64]:
    """All types: a row each, with what the node is at every combination of its causes."""
    combinations = 2**causes
    return np.arange(2**combinations)[:, None] >> np.arange(combinations)[::-1] & 1


def _check_number(node: str, causes: int) -> None:
    if causes > _MOST_CAUSES:
        message = (
            f"{node} has {causes} causes and so 2^{2**causes} types; at most 2^16 are enumerated, which are "
            f"those of {_MOST_CAUSES} causes. Leave a cause out, or put a node between"
        )
        raise CausalModelError(message)


def _check_label(node: str, label: object, causes: int) -> None:
    if isinstance(label, str) and len(label) == 2**causes and set(label) <= {"0", "1"}:
        return
    what = f"{2**causes} digits of 0 and 1, one for every combination of its causes"
    message = f"{node} has no type {label!r}; expected {what if causes else '0 or 1'}"
    raise CausalModelError(message)


def _check_shares(name: str, shares: Mapping[str, float] | JointShares) -> None:
    values = np.array([float(share) for share in shares.values()])
    if not values.size or not (values >= 0).all():
        message = f"shares of {name}: {dict(shares)!r}, expected numbers from 0"
        raise CausalModelError(message)
    if abs(total := values.sum() - 1) > _SLACK:
        message = f"shares of {name} sum to {total + 1:g}, expected 1"
        raise CausalModelError(message)
