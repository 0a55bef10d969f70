"""YAML text to plain values by the 1.2 core schema, with the line of every value.

PyYAML's C parser composes nodes, which carry their lines; the values are built here, so that
``no`` stays a word, ``1971-08-25`` a text and ``010`` the number ten.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.reader import ReaderError

from bayes_trace.errors import Problem

__all__ = [
    "DEEPEST",
    "TOO_DEEP",
    "Decimal",
    "Document",
    "Where",
    "Whole",
    "as_written",
    "bracket_depth",
    "is_too_deep",
    "read_document",
    "resolve_core",
]

Where = tuple[str | int, ...]

#: digits of an integer that is still taken for one
LONGEST = 300
#: brackets inside brackets or columns of indentation; the parser itself gives way at some thousands
DEEPEST = 500
TOO_DEEP = f"nested more than {DEEPEST} deep, which is too deep to be read; is a bracket left open?"
#: keys and values of one file, or of all files of a set, aliases written out; half a gigabyte
MOST_VALUES = 1_000_000
TOO_MUCH = f"more than {MOST_VALUES} keys and values in all, aliases written out; write fewer, or split it"
#: names in a path that cost as much memory as one value more
_LONG_PATH = 10
#: signs with which anything but text begins
_NOT_TEXT = frozenset("0123456789+-.~nNtTfF")
_NULL = re.compile(r"null|Null|NULL|~|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = {".inf": float("inf"), "+.inf": float("inf"), "-.inf": float("-inf"), ".nan": float("nan")}


class Whole(int):
    """A whole number that is not written as numbers print, such as 007; as text it is as written."""

    written: str

    def __str__(self) -> str:
        return self.written


class Decimal(float):
    """A number that is not written as numbers print, such as 793.00; as text it is as written."""

    written: str

    def __str__(self) -> str:
        return self.written


def as_written(value: object, text: str) -> object:
    """A number that prints otherwise than it was written remembers how it was.

    Examples
    --------
    >>> str(as_written(7, "007")), as_written(7, "007") + 1
    ('007', 8)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or str(value) == text:
        return value
    kept = Whole(value) if isinstance(value, int) else Decimal(value)
    kept.written = text
    return kept


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
    if _INT.fullmatch(text) and len(text) <= LONGEST:
        return int(text)
    if _BASED.fullmatch(text) and len(text) <= LONGEST:
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
    #: keys and values read, which is what it takes in memory
    size: int = 0

    def problem(self, where: Where, message: str, line: int = 0) -> None:
        """Note a fault of form."""
        self.problems.append(Problem(where, message, self.file, line))


def read_document(text: str, file: str, most: int = MOST_VALUES) -> Document:
    """Compose one YAML text of so many keys and values; faults of form are in `problems`, never raised."""
    document = Document(file)
    if is_too_deep(text):
        document.problem((), TOO_DEEP, 1)
        return document
    try:
        _compose(text, document, most)
    except RecursionError:
        document.problem((), TOO_DEEP, 1)
    except _TooMuchError:
        document.problem((), TOO_MUCH, 1)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = str(error.problem or error.context)
        tab = _tab_at(text, mark) if mark and "cannot start" in said else ""
        document.problem((), f"not YAML: {said}{tab}", mark.line + 1 if mark else 0)
    except ReaderError as error:
        # counted in bytes
        line = text.encode()[: error.position].count(b"\n") + 1
        said = f"not YAML: control characters are not allowed, here U+{int(error.character):04X}; remove it"
        document.problem((), said, line)
    except yaml.YAMLError as error:
        document.problem((), f"not YAML: {' '.join(str(error).split())}", 1)
    return document


def _tab_at(text: str, mark: yaml.Mark) -> str:
    """What to do where a tab stands that YAML calls a character and no more."""
    line = "".join(text.splitlines()[mark.line : mark.line + 1])[mark.column :]
    return "; a tab stands here, indent with blanks" if line.startswith("\t") else ""


def is_too_deep(text: str) -> bool:
    """Whether brackets stand inside brackets, or blocks inside blocks, deeper than anyone writes them."""
    indents = re.findall(r"^[ ?:-]*", text, re.MULTILINE)
    return max(bracket_depth(text), max(map(len, indents), default=0)) > DEEPEST


def bracket_depth(text: str, brackets: str = "[]{}") -> int:
    """How deep brackets stand inside one another.

    Examples
    --------
    >>> bracket_depth("{a: [b]}"), bracket_depth("{a: [b]}", "{}")
    (2, 1)
    """
    depth = deepest = 0
    for bracket in re.findall(f"[{re.escape(brackets)}]", text):
        depth = max(0, depth + (1 if bracket in "[{" else -1))
        deepest = max(deepest, depth)
    return deepest


_PLAIN, _TEXT = "!plain", "tag:yaml.org,2002:str"
_GROUPS: dict[type[yaml.Node], str] = {
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}


class _TooMuchError(Exception):
    """More keys and values than fit into memory."""


class _Loader(yaml.CSafeLoader):
    """Marks unquoted, untagged scalars, resolves nothing by itself, and counts its nodes as it goes."""

    left = MOST_VALUES

    def descend_resolver(self, parent: object, index: object) -> None:  # noqa: ARG002 - PyYAML's form
        """Called before each key and value."""
        self.left -= 1
        if self.left < 0:
            raise _TooMuchError

    def ascend_resolver(self) -> None:
        """Called behind each; there is nothing to go back to."""

    def resolve(self, kind: type[yaml.Node], value: object, implicit: object) -> str:  # noqa: ARG002 - PyYAML's form
        """The tag of a node that names none; PyYAML's own way tries patterns, which takes half the time of a file."""
        if kind is not yaml.ScalarNode:
            return _GROUPS[kind]
        return _PLAIN if isinstance(implicit, tuple) and implicit[0] else _TEXT


def _compose(text: str, document: Document, most: int) -> None:
    loader = _Loader(text)
    loader.left = most
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    if node is None:
        document.problem((), "the file is empty; expected a mapping or a list", 1)
    else:
        document.value = _Builder(document, most).build(node, (), frozenset())


_TAGS = frozenset({_PLAIN, _TEXT, *_GROUPS.values()})


class _Builder:
    """Walks nodes once, building values and noting lines by dotted path."""

    def __init__(self, document: Document, most: int) -> None:
        self.document = document
        self.most = most

    def build(self, node: yaml.Node, where: Where, open_nodes: frozenset[int]) -> object:
        line = node.start_mark.line + 1
        if not self._fits(where, line):
            return None
        self.document.lines.setdefault(where, line)
        if id(node) in open_nodes:
            self.document.problem(where, "an alias that contains itself; write the value out", line)
            return None
        if node.tag not in _TAGS:
            self.document.problem(
                where, f"the tag {node.tag} is not used here; write the value without it", line
            )
            return None
        inside = open_nodes | {id(node)}
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where, inside)
        if isinstance(node, yaml.SequenceNode):
            return self._sequence(node, where, inside)
        text = str(node.value)
        is_text = node.tag != _PLAIN or (text and text[0] not in _NOT_TEXT)
        return text if is_text else as_written(resolve_core(text), text)

    def _fits(self, where: Where, line: int) -> bool:
        """Whether one value more may be kept; noted once where it may not."""
        fitted = self.document.size <= self.most
        self.document.size += 1 + len(where) // _LONG_PATH
        fits = self.document.size <= self.most
        if fitted and not fits:
            self.document.problem(where, TOO_MUCH, line)
        return fits

    def _mapping(self, node: yaml.MappingNode, where: Where, inside: frozenset[int]) -> dict[str, object]:
        built: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.document.problem(where, "a key that is not a word; expected `name: value`", line)
                continue
            key = str(key_node.value)
            if key in built:
                self.document.problem((*where, key), "duplicate key; keep one of them", line)
                continue
            self.document.lines[(*where, key)] = line
            self.document.size += 1
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
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode) and _is_name(value)
    }
    return named.get("id") or named.get("item") or named.get("hypothesis")


def _is_name(node: yaml.ScalarNode) -> bool:
    """Whether a value names what it stands in; nothing, and yes or no, do not."""
    return node.tag != _PLAIN or not isinstance(resolve_core(str(node.value)), (bool, type(None)))
