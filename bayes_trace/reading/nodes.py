"""YAML text to plain values by the 1.2 core schema, with the line of every value.

PyYAML's C parser composes nodes, which carry their lines; the values are built here, so that
``no`` stays a word, ``1971-08-25`` a text and ``010`` the number ten.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from bayes_trace.errors import Problem

__all__ = ["Document", "Where", "read_document", "resolve_core"]

Where = tuple[str | int, ...]

_NULL = re.compile(r"null|Null|NULL|~|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = {".inf": float("inf"), "+.inf": float("inf"), "-.inf": float("-inf"), ".nan": float("nan")}


def resolve_core(text: str) -> object:
    """What an unquoted scalar means in YAML 1.2.

    Examples
    --------
    >>> resolve_core("no"), resolve_core("0.5"), resolve_core("1971-08-25"), resolve_core("010")
    ('no', 0.5, '1971-08-25', 10)
    """
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    return _SPECIAL.get(text.lower(), text)


@dataclass
class Document:
    """One file as plain values, the line of each, and what is wrong with its form."""

    file: str
    value: Any = None
    lines: dict[Where, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, where: Where, message: str, line: int = 0) -> None:
        """Note a fault of form."""
        self.problems.append(Problem(where, message, self.file, line))


def read_document(text: str, file: str) -> Document:
    """Compose one YAML text; faults of form are in `problems`, never raised."""
    document = Document(file)
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        document.problem((), f"not YAML: {error.problem or error.context}", mark.line + 1 if mark else 0)
        return document
    except yaml.YAMLError as error:
        document.problem((), f"not YAML: {' '.join(str(error).split())}", 1)
        return document
    if node is None:
        document.problem((), "the file is empty; expected a mapping or a list", 1)
        return document
    document.value = _Builder(document).build(node, (), frozenset())
    return document


class _Builder:
    """Walks nodes once, building values and noting lines by dotted path."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def build(self, node: yaml.Node, where: Where, open_nodes: frozenset[int]) -> object:
        line = node.start_mark.line + 1
        self.document.lines.setdefault(where, line)
        if id(node) in open_nodes:
            self.document.problem(where, "an alias that contains itself; write the value out", line)
            return None
        inside = open_nodes | {id(node)}
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where, inside)
        if isinstance(node, yaml.SequenceNode):
            return self._sequence(node, where, inside)
        quoted = isinstance(node, yaml.ScalarNode) and bool(node.style)
        return str(node.value) if quoted else resolve_core(str(node.value))

    def _mapping(self, node: yaml.MappingNode, where: Where, inside: frozenset[int]) -> dict[str, object]:
        built: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.document.problem(where, "a key that is not a word; expected `name: value`", line)
                continue
            key = str(key_node.value)
            if key in built:
                self.document.problem((*where, key), "the key stands twice; keep one of them", line)
                continue
            self.document.lines[(*where, key)] = line
            built[key] = self.build(value_node, (*where, key), inside)
        return built

    def _sequence(self, node: yaml.SequenceNode, where: Where, inside: frozenset[int]) -> list[object]:
        built = []
        for number, child in enumerate(node.value):
            name = _name_of(child)
            at = (*where, number if name is None else name)
            built.append(self.build(child, at, inside))
        return built


def _name_of(node: yaml.Node) -> str | None:
    """The id by which people know an entry of a list."""
    if not isinstance(node, yaml.MappingNode):
        return None
    named = {
        str(key.value): str(value.value)
        for key, value in node.value
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)
    }
    return named.get("id") or named.get("item") or named.get("hypothesis")
