"""Datasets put together from arrays that fit by construction, without xarray's search for conflicts.

`xr.Dataset(...)` aligns and merges what it is given, which costs more than all arithmetic of a small set. Here
every variable is new, every dimension has one length, and every index is made from its own coordinate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr
from xarray import Index
from xarray.indexes import PandasIndex

__all__ = ["dataset", "texts"]

#: names along a dimension up to this many are kept with their index, since sets of one project share them
FEW = 64

Array = np.ndarray[Any, Any]
#: dimensions, values and perhaps attributes, as xarray takes them
Stated = tuple[Any, ...]


def texts(dimension: str, values: Iterable[str]) -> tuple[str, Array]:
    """Texts along a dimension, as an array of fixed width."""
    words = values if isinstance(values, list) else list(values)
    return dimension, np.array(words) if any(words) else np.zeros(len(words), dtype="<U1")


def dataset(
    data: Mapping[str, Stated | xr.Variable],
    coords: Mapping[str, Stated | xr.Variable],
    attrs: Mapping[str, Any],
    *,
    indexes: Mapping[str, Index] | None = None,
) -> xr.Dataset:
    """What `xr.Dataset(data, coords, attrs)` gives, for arrays that fit.

    Parameters
    ----------
    data, coords
        Name -> (dimensions, array) or (dimensions, array, attributes), or a variable; a dimension among the
        coordinates is indexed.
    attrs
        Attributes of the dataset.
    indexes
        Indexes that are there already, of dimensions that stay as they are.
    """
    variables = {name: _variable(each) for name, each in {**data, **coords}.items()}
    known: dict[str, Index] = dict(indexes or {})
    for name in coords:
        if variables[name].dims == (name,) and name not in known:
            known[name] = _index(name, variables[name])
            variables[name] = known[name].create_variables({name: variables[name]})[name]
    # no public constructor takes variables and indexes as they are
    return xr.Dataset._construct_direct(  # noqa: SLF001
        variables, set(coords), attrs=dict(attrs), indexes=known
    )


def _variable(stated: Stated | xr.Variable) -> xr.Variable:
    if isinstance(stated, xr.Variable):
        return stated
    dims, values, *attrs = stated
    return xr.Variable(dims, values, dict(attrs[0]) if attrs else None, fastpath=True)


def _index(name: str, variable: xr.Variable) -> PandasIndex:
    names = variable.values
    if names.size > FEW or names.dtype.kind != "U":
        return PandasIndex.from_variables({name: variable}, options={})
    return _small_index(name, tuple(names.tolist()), names.dtype.str)


@lru_cache(maxsize=256)
def _small_index(name: str, names: tuple[str, ...], dtype: str) -> PandasIndex:
    return PandasIndex.from_variables({name: xr.Variable(name, np.array(names, dtype=dtype))}, options={})
