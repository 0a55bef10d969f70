"""What was done to a result that a function failed on: looked for once it has failed, so that sound ones cost nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bayes_trace.guards.kinds import KINDS, XARRAY, described, shortened

__all__ = ["blamed"]

#: dimensions of which something has to be left
_NEEDED = ("episode", "hypothesis", "coder", "chain", "draw", "scenario", "step")


def blamed(function: str, given: Mapping[str, object], error: Exception) -> str:
    """What is wrong with the results that a function was given and failed on; empty where it was given none.

    A function of the user's that was given too may be what failed: then nothing is blamed.
    """
    results = {name: each for name, value in given.items() for each in _results(value)}
    if not results or any(map(callable, given.values())):
        return ""
    for name, value in results.items():
        if fault := next(_faults(value, error), ""):
            return f"{function}: {name} is {described(value)}, but {fault}{_anew(function, name)}"
    names = " and ".join(results)
    said = shortened(" ".join(str(error).split())) or type(error).__name__
    last = _anew(function, next(iter(results)))
    return f"{function}: {names} cannot be used as it is; was it changed, turned or cut ({said})?{last}"


def _results(value: Any) -> Iterator[Any]:  # noqa: ANN401 - anything
    """What a value holds of results: itself, or those of a list."""
    for each in value if isinstance(value, (list, tuple)) else (value,):
        if type(each).__name__ in (*XARRAY, "DataFrame"):
            yield each


def _anew(function: str, name: str) -> str:
    kind = KINDS.get(f"{function}.{name}") or KINDS.get(name)
    return f"; call {kind.call} anew" if kind else "; make it anew"


def _faults(value: Any, error: Exception) -> Iterator[str]:  # noqa: ANN401 - a result
    for part in value.subtree if type(value).__name__ == "DataTree" else (value,):
        yield from _of_frame(part) if type(part).__name__ == "DataFrame" else _of_labels(part)
    if isinstance(error, KeyError) and error.args:
        named = str(error.args[0])
        lacking = named.split("'")[1] if named.startswith("No variable named '") else named
        yield f"it has no {lacking}"


def _of_labels(part: Any) -> Iterator[str]:  # noqa: ANN401 - of xarray
    """Names that stand twice, dimensions of which nothing is left, numbers that are objects."""
    for name, index in part.indexes.items():
        if not index.is_unique:
            yield f"its {name} holds {index[index.duplicated()][0]!r} twice"
        elif index.dtype.kind == "O" and not all(isinstance(each, str) for each in index):
            yield f"its {name} holds {next(each for each in index if not isinstance(each, str))!r}, expected names"
    for name, size in part.sizes.items():
        if name in _NEEDED and not size:
            yield f"no {name} is left in it"
    held = part.data_vars if hasattr(part, "data_vars") else {part.name or "the array": part}
    for name, variable in held.items():
        if variable.dtype.kind in "Oc":
            yield f"{name} holds {variable.dtype}, expected numbers or texts"


def _of_frame(part: Any) -> Iterator[str]:  # noqa: ANN401 - of pandas
    if not part.columns.is_unique:
        yield f"its column {part.columns[part.columns.duplicated()][0]!r} occurs twice"
    if not part.size:
        yield "it is empty"
