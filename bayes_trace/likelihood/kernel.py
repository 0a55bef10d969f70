"""The arithmetic of a link, once: reports, absence, readings, events and weights, over NumPy or PyTensor.

Every function takes an array namespace first: `NUMPY` here, `PYTENSOR` in `models`. Numbers are logits or natural
logarithms; whatever stands behind or in front of the axes that are named is carried along.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

__all__ = [
    "NUMPY",
    "Namespace",
    "absent",
    "agree",
    "attest",
    "joined",
    "kappa",
    "read",
    "report",
    "two_piece",
]

Array = npt.NDArray[np.float64]
SQRT_HALF = 0.5**0.5
#: a NumPy array, or a symbolic one
Numbers = Any


class Namespace(Protocol):
    """What NumPy and PyTensor say differently."""

    def log_expit(self, x: Numbers) -> Numbers:
        """Logarithm of the probability whose logit is x."""

    def log1mexp(self, x: Numbers) -> Numbers:
        """Logarithm of 1 - exp(x), for x up to 0."""

    def logaddexp(self, x: Numbers, y: Numbers) -> Numbers:
        """Logarithm of exp(x) + exp(y)."""

    def log_sum(self, x: Numbers, axis: int) -> Numbers:
        """Logarithm of the sum of exponentials along an axis."""

    def log(self, x: Numbers) -> Numbers:
        """Logarithm, minus infinity (or effectively so) at 0."""

    def maximum(self, x: Numbers, y: Numbers) -> Numbers:
        """The larger of two."""

    def where(self, condition: Numbers, x: Numbers, y: Numbers) -> Numbers:
        """One or the other."""


class _NumPy:
    maximum = staticmethod(np.maximum)
    where = staticmethod(np.where)
    logaddexp = staticmethod(np.logaddexp)

    @staticmethod
    def log(x: Array) -> Array:
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(x))

    @staticmethod
    def log_expit(x: Array) -> Array:
        # in place and four times as quick as logaddexp, and as exact: what overflows is minus infinity anyway
        log_p = np.negative(x)
        with np.errstate(over="ignore"):
            np.exp(log_p, out=log_p)
        return np.negative(np.log1p(log_p, out=log_p), out=log_p)

    @staticmethod
    def log1mexp(x: Array) -> Array:
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(-np.expm1(np.minimum(x, 0.0))))

    @staticmethod
    def log_sum(x: Array, axis: int) -> Array:
        top = x.max(axis=axis, keepdims=True)
        top = np.where(np.isfinite(top), top, 0.0)
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(np.exp(x - top).sum(axis=axis)) + top.squeeze(axis))


NUMPY: Namespace = _NumPy()


def two_piece(xp: Namespace, location: Numbers, low: Numbers, high: Numbers, z: Numbers) -> Numbers:
    """An elicited number at a standard normal deviate: x = m + (s_lo if z < 0 else s_hi) z."""
    return location + xp.where(z < 0, low, high) * z


def joined(z: Numbers, reference: Numbers) -> Numbers:
    """Deviates of differences to a reference, correlated by 1/2: from one of each and one of the reference."""
    return (z + reference) * SQRT_HALF


def report(xp: Namespace, x: Numbers, hit: Numbers, false_report: Numbers) -> Numbers:
    """Log q = log(r p + f (1 - p)), the report of a source; all three as logits.

    Schum (1994); D'Agostini (2010), arXiv:1003.2086.
    """
    heard = xp.log_expit(hit) + xp.log_expit(x)
    return xp.logaddexp(heard, xp.log_expit(false_report) + xp.log_expit(-x))


def absent(xp: Namespace, log_q: Numbers, detection: Numbers) -> Numbers:
    """log(1 - d q), a search that found nothing; d as a logit."""
    return xp.log1mexp(log_q + xp.log_expit(detection))


def read(xp: Namespace, log_q: Numbers, log_weight: Numbers, axis: int) -> Numbers:
    """Log sum_r lambda_r q_r over the readings along an axis; `log_weight` is log lambda."""
    return xp.log_sum(log_q + log_weight, axis)


def agree(xp: Namespace, log_product: Numbers, common: Numbers, rho: Numbers) -> Numbers:
    """log((1 - rho) prod P(report | e) + rho max(0, common)), reports of one event given e.

    `common` is what reports have in common when they are fully correlated: the least P(yes | e) of those that
    affirm, less the largest of those that do not.
    """
    together = xp.log(rho * xp.maximum(common, 0.0))
    return xp.logaddexp(xp.log(1.0 - rho) + log_product, together)


def attest(xp: Namespace, x: Numbers, if_true: Numbers, if_false: Numbers) -> Numbers:
    """Log sum_e P(e | h) P(reports | e), from the logit of P(event | h) and the logs of P(reports | e)."""
    return xp.logaddexp(xp.log_expit(x) + if_true, xp.log_expit(-x) + if_false)


def kappa(k: Numbers, rho: Numbers) -> Numbers:
    """Weight of a member of a cluster of effective number k: the design effect (Kish 1965, section 5.4)."""
    return 1.0 / (1.0 + (k - 1.0) * rho)
