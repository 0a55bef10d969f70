"""Whether a value is of the type that an annotation names, without a package being imported for it."""

from __future__ import annotations

import ast
import errno
import math
import numbers
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAliasType, cast, get_args, get_origin

__all__ = ["alternatives", "beyond", "fits", "options", "words"]


def alternatives(annotation: str) -> list[str]:
    """Parts of a union; what stands in brackets stays together.

    Examples
    --------
    >>> alternatives("Mapping[str, float | int] | None")
    ['Mapping[str, float | int]', 'None']
    """
    return _apart(annotation, "|")


def _apart(annotation: str, between: str) -> list[str]:
    parts, depth = [""], 0
    for sign in annotation:
        depth += {"[": 1, "]": -1}.get(sign, 0)
        if sign == between and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def options(annotation: str, known: Mapping[str, object]) -> tuple[object, ...]:
    """The words of a Literal, by itself or by name."""
    named = known.get(annotation)
    if annotation.startswith("Literal["):
        found = ast.literal_eval(f"({annotation.removeprefix('Literal[').removesuffix(']')},)")
        return tuple(found)
    return get_args(named) if get_origin(named) is Literal else ()


#: classes told by their names, so that none of their packages is imported here, and what people call them
_CLASSES = {
    "xr.Dataset": "a dataset",
    "xr.DataArray": "an array",
    "xr.DataTree": "a DataTree",
    "pd.DataFrame": "a data frame",
    "EvidenceSet": "an evidence set",
    "EvidenceTable": "an evidence table",
    "EvidenceModel": "a model",
    "CausalModel": "a causal model",
    "Client": "a client of dask.distributed",
    "Gathered": "what report.gather gives",
    "Dialect": "a dialect of report.dialect",
    "Axes": "axes of Matplotlib",
}


def words(annotation: str, known: Mapping[str, object]) -> str:
    """An annotation as people say it."""
    base, _, inside = annotation.partition("[")
    if listed := options(annotation, known):
        return f"one of {', '.join(map(str, listed))}"
    of = {"str": " of texts", "float": " of numbers"}.get(inside.rstrip("]").rpartition(" ")[2], "")
    plain = {
        "str": "text",
        "int": "a whole number",
        "float": "a number",
        "Number": "a number",
        "bool": "True or False",
    }
    lists = dict.fromkeys(("Sequence", "Iterable", "Collection"), f"a list{of}")
    lists |= {"Mapping": "a mapping by name"}
    other = {"Path": "a path", "None": "None", "Callable": "a function", "Progress": "a function"}
    other |= {"Drawing": "a figure or axes of Matplotlib"}
    other |= {"npt.ArrayLike": "numbers", "tuple": f"a pair{of}" if inside.count(",") == 1 else "a tuple"}
    return {**plain, **lists, **other, **_CLASSES}.get(base, base)


def fits(annotation: str, value: object, known: Mapping[str, object]) -> bool:
    """Whether a value is of the type of one annotation; one that is not understood takes anything."""
    base, _, inside = annotation.partition("[")
    if listed := options(annotation, known):
        return isinstance(value, str) and value in listed
    if base in _CLASSES:
        return base.rpartition(".")[2] in {each.__name__ for each in type(value).__mro__}
    if base in _PLAIN:
        return _PLAIN[base](value)
    if base in _HOLDING:
        return _HOLDING[base](inside[:-1], value, known)
    return _is_of(known.get(annotation), value)


def _is_of(named: object, value: object) -> bool:
    """Whether a value is of a class, a union or a kind of list that has a name of its own."""
    if isinstance(named, TypeAliasType):
        named = named.__value__
    if isinstance(named, types.UnionType):
        return any(_is_of(each, value) for each in get_args(named))
    origin = get_origin(named) or named
    return isinstance(value, origin) if isinstance(origin, type) else True


def _is_number(value: Any) -> bool:  # noqa: ANN401
    return _may_be_missing(value) and not math.isnan(value)


def _may_be_missing(value: Any) -> bool:  # noqa: ANN401
    """Whether it is a number that a computer can hold, or the mark of a missing one."""
    if type(value).__name__ in ("bool", "bool_") or not isinstance(value, numbers.Real):
        return False
    try:
        float(value)
    except OverflowError:
        return False
    return True


def _are_numbers(values: Any) -> bool:  # noqa: ANN401
    import numpy as np

    try:
        found = np.asarray(values)
        # NumPy would read numbers out of texts, dates and nothing at all
        plain = found.dtype.kind in "biuf" or all(map(_may_be_missing, found.ravel().tolist()))
        return plain and np.asarray(values, dtype=np.float64) is not None
    except (TypeError, ValueError, OverflowError):
        return False


_PLAIN: dict[str, Callable[[object], bool]] = {
    "None": lambda value: value is None,
    "str": lambda value: isinstance(value, str),
    "Path": lambda value: isinstance(value, Path),
    "bool": lambda value: isinstance(value, bool) or type(value).__name__ == "bool",
    "int": lambda value: isinstance(value, numbers.Integral) and not isinstance(value, bool),
    "float": _is_number,
    "Number": _may_be_missing,
    "Callable": callable,
    "Progress": callable,
    "npt.ArrayLike": _are_numbers,
}


#: how often something may be drawn; what it takes grows with it
MOST_DRAWS = 1_000_000
_REPEATED = ("draws", "replicates", "n")
#: decibels beyond which nothing is a matter of evidence
LARGEST_DB = 1000.0


def beyond(name: str, value: object, wanted: list[str]) -> str:
    """What was expected of a value of the right type that no computation bears; empty where it will do.

    Examples
    --------
    >>> beyond("seed", -1, ["int"]), beyond("coder", " ", ["str", "None"]), beyond("seed", 1, ["int"])
    ('a whole number from 0', 'a name or words, not blanks', '')
    """
    if name.endswith("_db") and _is_number(value):
        return "" if 0 <= float(cast(float, value)) <= LARGEST_DB else f"decibels from 0 to {LARGEST_DB:g}"
    if isinstance(value, numbers.Integral):
        number = int(value)
        if name == "seed" and number < 0:
            return "a whole number from 0"
        return f"at most {MOST_DRAWS}" if name in _REPEATED and number > MOST_DRAWS else ""
    if "Path" in wanted and isinstance(value, (str, Path)):
        fault = _no_file_name(value)
        return f"the name of a file or folder{fault}" if fault else ""
    if not isinstance(value, str):
        return ""
    return (
        "a name or words, not blanks"
        if "str" in wanted and "Path" not in wanted and not value.strip()
        else ""
    )


def _no_file_name(name: str | Path) -> str:
    """What is wrong with the name of a file, there or not, behind what was expected; empty for nothing."""
    try:
        Path(name).lstat()
    except ValueError as error:
        return f", without {'a NUL byte' if 'null' in str(error) else 'half of a pair of UTF-16'}"
    except OSError as error:
        return ", a shorter one" if error.errno == errno.ENAMETOOLONG else ""
    return ""


def _is_sequence(annotation: str, value: object, known: Mapping[str, object]) -> bool:
    return hasattr(value, "__len__") and _is_list(annotation, value, known)


def _is_list(annotation: str, value: object, known: Mapping[str, object]) -> bool:
    plain = isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping))
    plain = plain and getattr(value, "ndim", 1) > 0  # an array of no dimension is one number
    # a record of pydantic can be gone through, and is no list
    listed = plain and type(value).__name__ not in ("Dataset", "DataTree")
    listed = listed and (hasattr(value, "__len__") or hasattr(value, "__next__"))
    return listed and all(fits(annotation, each, known) for each in _seen(value))


def _is_tuple(annotation: str, value: object, known: Mapping[str, object]) -> bool:
    each = _apart(annotation, ",")
    listed = isinstance(value, (tuple, list)) and len(value) == len(each)
    return listed and all(fits(one, part, known) for one, part in zip(each, _seen(value), strict=True))


def _is_mapping(annotation: str, value: object, known: Mapping[str, object]) -> bool:
    key, each = _apart(annotation, ",")
    return isinstance(value, Mapping) and all(
        fits(key, name, known) and any(fits(part, one, known) for part in alternatives(each))
        for name, one in value.items()
    )


def _seen(values: Any) -> Iterator[object]:  # noqa: ANN401
    """What a list holds; what can be gone through once is left alone."""
    yield from values if hasattr(values, "__len__") else ()


_HOLDING = {
    "Sequence": _is_sequence,
    "Iterable": _is_list,
    "Collection": _is_sequence,
    "tuple": _is_tuple,
    "Mapping": _is_mapping,
}
