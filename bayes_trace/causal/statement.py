"""A causal model as one writes it: ``X -> M -> Y; M <-> Y``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from bayes_trace.errors import CausalModelError, CyclicModelError

__all__ = ["Graph", "arrow_of", "read_statement"]

_NODE = re.compile(r"[^\W\d]\w*")
_ARROW = re.compile(r"(<->|->|<-)")


@dataclass(frozen=True)
class Graph:
    """Nodes, causes before effects, with their causes; groups of nodes that share hidden causes."""

    parents: dict[str, tuple[str, ...]]
    groups: tuple[tuple[str, ...], ...]


def read_statement(statement: str) -> Graph:
    """The graph of a statement."""
    causes: dict[str, list[str]] = {}
    hidden: dict[str, set[str]] = {}
    for left, arrow, right in _arrows(statement):
        for node in (left, right):
            causes.setdefault(node, [])
            hidden.setdefault(node, {node})
        if arrow == "<->":
            _join(hidden, left, right)
        elif arrow:
            cause, effect = (left, right) if arrow == "->" else (right, left)
            causes[effect] += [cause] if cause not in causes[effect] else []
    if not causes:
        message = "the statement is empty; expected arrows between nodes, such as 'X -> Y'"
        raise CausalModelError(message)
    parents = {node: tuple(each for each in causes if each in causes[node]) for node in _ordered(causes)}
    groups = {tuple(node for node in parents if node in hidden[first]) for first in parents}
    return Graph(parents, tuple(sorted(groups, key=lambda group: list(parents).index(group[0]))))


def arrow_of(text: str) -> tuple[str, str]:
    """Cause and effect of one arrow, written ``X -> Y``."""
    found = list(_arrows(text))
    if len(found) != 1 or found[0][1] not in {"->", "<-"}:
        message = f"{text!r}: expected one arrow, such as 'X -> Y'"
        raise CausalModelError(message)
    left, arrow, right = found[0]
    return (left, right) if arrow == "->" else (right, left)


def _arrows(statement: object) -> Iterator[tuple[str, str, str]]:
    """Pairs of nodes with the arrow between them; a node alone comes with no arrow."""
    if not isinstance(statement, str):
        message = f"{statement!r}: expected a statement such as 'X -> Y'"
        raise CausalModelError(message)
    for part in re.split(r"[;\n]", statement):
        if not part.strip():
            continue
        pieces = [piece.strip() for piece in _ARROW.split(part)]
        nodes = [_node(piece, part.strip()) for piece in pieces[::2]]
        if len(nodes) == 1:
            yield nodes[0], "", nodes[0]
        for (left, right), arrow in zip(pairwise(nodes), pieces[1::2], strict=True):
            if left == right and arrow == "<->":
                message = f"{part.strip()!r}: a node shares no hidden cause with itself"
                raise CausalModelError(message)
            yield left, arrow, right


def _node(name: str, part: str) -> str:
    if _NODE.fullmatch(name):
        return name
    what = f"{name!r} is not a valid node name" if name else "a node is missing"
    message = f"{part!r}: {what}; expected letters, digits and _ only, and ->, <- or <-> between nodes"
    raise CausalModelError(message)


def _join(hidden: dict[str, set[str]], left: str, right: str) -> None:
    together = hidden[left] | hidden[right]
    for node in together:
        hidden[node] = together


def _ordered(causes: dict[str, list[str]]) -> list[str]:
    try:
        return list(TopologicalSorter(causes).static_order())
    except CycleError as error:
        raise CyclicModelError(error.args[1][:-1]) from None  # its first node stands at the end again
