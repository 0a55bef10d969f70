"""Compiled models, kept so that a second scenario of the same shapes need not be compiled.

nutpie's own compiler names shared data afresh in every process, so that nothing it compiles is found again; PyTensor
keeps its functions on disk. So PyTensor compiles here, and nutpie samples from its functions.
"""

from __future__ import annotations

import threading
import time
import warnings
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pymc.pytensorf import join_nonshared_inputs
from pytensor.link.numba.cache import CACHED_SRC_FUNCTIONS

from bayes_trace.models.base import EvidenceModel, Tensor

__all__ = ["Compiled", "compiled", "forget_compiled", "quiet_compiling"]

Array = npt.NDArray[np.float64]
#: how many compiled models stay in memory
KEPT = 4
#: by signature: a nutpie model, and the names of the data that it uses
_KEPT: OrderedDict[str, tuple[Any, frozenset[str]]] = OrderedDict()
#: PyTensor's switches hold for a whole process, whose threads may be workers of a cluster
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Compiled:
    """A nutpie model with the numbers of one `EvidenceModel`."""

    function: Any
    #: 0 where an earlier one of the same shapes was there
    seconds: float


@contextmanager
def quiet_compiling() -> Iterator[None]:
    """The same arithmetic from a cold and from a warm cache, without the one expected warning."""
    with warnings.catch_warnings(), pytensor.config.change_flags(numba__fastmath=False):
        warnings.filterwarnings("ignore", message="Numba will use object mode")
        yield


def compiled(model: EvidenceModel) -> Compiled:
    """Compile a model for nutpie, or put its numbers into one compiled before."""
    with _ONE_AT_A_TIME:
        return _kept_or_made(model)


def _kept_or_made(model: EvidenceModel) -> Compiled:
    record = model.record
    start = time.perf_counter()
    if record.signature in _KEPT:
        _KEPT.move_to_end(record.signature)
        function, used = _KEPT[record.signature]
        values = {v.name: v.get_value(borrow=True) for v in model.data_vars if v.name in used}
        return Compiled(function.with_data(**values), 0.0)
    with quiet_compiling():
        function, used = _compile(model)
    _KEPT[record.signature] = function, used
    while len(_KEPT) > KEPT:
        _KEPT.popitem(last=False)
    return Compiled(function, time.perf_counter() - start)


def forget_compiled() -> None:
    """Drop the compiled models that are kept in memory."""
    _KEPT.clear()


class _Function:
    """A function of all free values in one vector, and of numbers that may change."""

    def __init__(self, free: list[Tensor], outputs: list[Tensor], start: dict[str, Array]) -> None:
        outputs, joined = join_nonshared_inputs(start, outputs, free, make_inputs_shared=False)
        function = pm.compile([joined], outputs, mode="NUMBA")
        self.shared = {variable.name: variable.get_value() for variable in function.get_shared()}
        jitted = function.vm.jit_fn
        # the same function without the lock of the interpreter, so that chains run side by side
        self._call = numba.njit(jitted.py_func, nogil=True, cache=jitted.py_func in CACHED_SRC_FUNCTIONS)

    def __call__(self, x: Array, **data: Array) -> tuple[Array, ...]:
        return tuple(self._call(x, *(data[name] for name in self.shared)))


def _compile(model: EvidenceModel) -> tuple[Any, frozenset[str]]:
    """The model as nutpie takes it from functions, and the names of the data that it uses."""
    from nutpie.compiled_pyfunc import from_pyfunc

    free = [model.rvs_to_values[variable] for variable in model.free_RVs]
    start = model.initial_point()
    log_density = model.logp()
    gradient = pt.concatenate([pt.grad(log_density, each).ravel() for each in free])
    kept = [variable for variable in model.unobserved_value_vars if variable.name in model.kept]
    density = _Function(free, [log_density, gradient], start)
    others = _Function(free, kept, start)
    shared = density.shared | others.shared
    origin = np.concatenate([start[each.name].ravel() for each in free])
    names = [variable.name for variable in kept]
    density(origin, **shared)  # compiled on its first call: here, and not in every chain
    shapes = [np.shape(value) for value in others(origin, **shared)]
    dims = {name: model.named_vars_to_dims[name] for name in names if name in model.named_vars_to_dims}

    def log_density_of(x: Array, **data: Array) -> tuple[float, Array]:
        value, slope = density(x, **data)
        return float(value), slope

    def stored(x: Array, **data: Array) -> dict[str, Array]:
        arrays = (np.asarray(value, dtype=np.float64, order="C") for value in others(x, **data))
        return dict(zip(names, arrays, strict=True))

    function = from_pyfunc(
        origin.size,
        lambda: log_density_of,
        lambda _seed, _other_seed, _chain: stored,
        [np.dtype(np.float64)] * len(names),
        shapes,
        names,
        dims=dims,
        coords={dim: pd.Index(model.coords[dim]) for each in dims.values() for dim in each},
        shared_data=shared,
        make_initial_point_fn=lambda seed: origin + np.random.default_rng(seed).uniform(-1, 1, origin.size),
    )
    return function, frozenset(shared)
