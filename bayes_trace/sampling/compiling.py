"""Compiled models, kept so that a second scenario of the same shapes need not be compiled."""

from __future__ import annotations

import time
import warnings
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytensor

from bayes_trace.models.base import EvidenceModel

__all__ = ["Compiled", "compiled", "forget_compiled", "quiet_compiling"]

#: how many compiled models stay in memory
KEPT = 4
_KEPT: OrderedDict[str, Any] = OrderedDict()


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
    import nutpie

    record = model.record
    start = time.perf_counter()
    if record.signature in _KEPT:
        _KEPT.move_to_end(record.signature)
        base = _KEPT[record.signature]
        used = {variable.name for variable in base.shared_var_keys}
        values = {v.name: v.get_value(borrow=True) for v in model.data_vars if v.name in used}
        return Compiled(base.with_data(**values), 0.0)
    with quiet_compiling():
        function = nutpie.compile_pymc_model(model, var_names=model.kept)
    _KEPT[record.signature] = function
    while len(_KEPT) > KEPT:
        _KEPT.popitem(last=False)
    return Compiled(function, time.perf_counter() - start)


def forget_compiled() -> None:
    """Drop the compiled models that are kept in memory."""
    _KEPT.clear()
