"""The kernel's array namespace over PyTensor: what compiles quickly and has a gradient everywhere."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt

from bayes_trace.likelihood.kernel import Namespace

__all__ = ["PYTENSOR"]

#: a symbolic array; PyTensor carries no types
Tensor = Any
#: kept away from log 0 where a certain item was certain to be found
BARELY = -1e-300
TINY = 1e-300


class _PyTensor:
    maximum = staticmethod(pt.maximum)
    where = staticmethod(pt.switch)
    logaddexp = staticmethod(pt.logaddexp)

    @staticmethod
    def log(x: Tensor) -> Tensor:
        return pt.log(pt.maximum(x, TINY))

    @staticmethod
    def log_expit(x: Tensor) -> Tensor:
        return -pt.softplus(-x)

    @staticmethod
    def log1mexp(x: Tensor) -> Tensor:
        return pt.log1mexp(pt.minimum(x, BARELY))

    @staticmethod
    def log_sum(x: Tensor, axis: int) -> Tensor:
        # hidden in a log1p it is left as it is: PyTensor's own form has a gradient that is compiled as a
        # graph of its own, for seconds
        top = x.max(axis=axis)
        return pt.log1p(pt.exp(x - pt.expand_dims(top, axis)).sum(axis=axis) - 1.0) + top


PYTENSOR: Namespace = _PyTensor()
