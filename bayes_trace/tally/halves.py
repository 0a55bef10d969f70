"""Likelihoods of counts averaged over one theory's half of the shares, as logarithms of any size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Half"]

#: so many nats below the peak an integrand is nothing
_NEGLIGIBLE = 60.0
_PRECISION = 1e-11


@dataclass(frozen=True)
class Half:
    """The average, over a half of the shares, of the likelihood of counts.

    With v the odds of the other side, from 0 at the far end of the half to 1 at one half, the integrand is
    (1 - v)^(near - 1) v^(against + far - 1) (1 + v)^-(near + far) (1 + c v)^-items. In y = log v it has one
    peak, apart from a pole at one half where near < 1, which the quadrature knows.

    Examples
    --------
    >>> round(Half(against=1, items=1, near=1, far=1, log_c=0).log_mean(), 6) == round(math.log(1 / 4), 6)
    True
    """

    #: items of the other side, and of both
    against: int
    items: int
    #: exponents of the Beta weights at one half, and at the far end
    near: float
    far: float
    #: log of c, the odds by which the search favoured the other side
    log_c: float

    def log_mean(self) -> float:
        """Logarithm of the average."""
        from scipy.special import betaln

        peak = self._peak()
        top = self._smooth(peak)
        left = self._edge(peak, top, -1)
        right = min(self._edge(peak, top, 1), 0.0)
        edges = sorted({left, peak, right, min(max(-self.log_c, left), right)})
        area = sum(self._area(start, end, top) for start, end in pairwise(edges))
        beta = float(betaln(self.near, self.far))
        return self.far * math.log(2) - beta + top + math.log(area)

    def _smooth(self, y: float) -> float:
        """Log integrand, but for the pole."""
        log = (self.against + self.far) * y - (self.near + self.far) * softplus(y)
        log -= self.items * softplus(y + self.log_c)
        if self.near == 1:
            return log
        if self.near > 1:
            return log + (self.near - 1) * math.log(-math.expm1(y)) if y < 0 else -math.inf
        return log + (self.near - 1) * (math.log(-math.expm1(y) / -y) if y < 0 else 0.0)

    def _slope(self, y: float) -> float:
        """Derivative of the concave part; it falls with y."""
        slope = self.against + self.far - self.items * sigma(y + self.log_c)
        slope -= (self.near + self.far) * sigma(y)
        return slope - (self.near - 1) / math.expm1(-y) if self.near > 1 else slope

    def _peak(self) -> float:
        from scipy.optimize import brentq

        last = -1e-300 if self.near > 1 else 0.0
        if self._slope(last) >= 0:
            return last
        first = -1.0
        while self._slope(first) <= 0:
            first *= 2
        return float(brentq(self._slope, first, last, xtol=1e-15))

    def _edge(self, peak: float, top: float, direction: int) -> float:
        """Where the integrand has become nothing, on one side of its peak."""
        step = 2.0**-20
        while self._smooth(y := min(peak + direction * step, 0.0)) > top - _NEGLIGIBLE and y < 0:
            step *= 2
        return y

    def _area(self, start: float, end: float, top: float) -> float:
        from scipy.integrate import quad

        def height(y: float) -> float:
            return math.exp(self._smooth(y) - top)

        def with_pole(y: float) -> float:
            return height(y) * math.pow(-y, self.near - 1)

        # with full_output a warning about the last digits is returned, not raised
        if self.near >= 1:
            result = quad(height, start, end, epsabs=0, epsrel=_PRECISION, full_output=1)
        elif end < 0:
            result = quad(with_pole, start, end, epsabs=0, epsrel=_PRECISION, full_output=1)
        else:
            pole = (0.0, self.near - 1)
            result = quad(
                height, start, end, weight="alg", wvar=pole, epsabs=0, epsrel=_PRECISION, full_output=1
            )
        return float(result[0])


def softplus(x: float) -> float:
    """log(1 + e^x) without overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def sigma(x: float) -> float:
    """1 / (1 + e^-x) without overflow."""
    return math.exp(-softplus(-x))
