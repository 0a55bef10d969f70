"""The least that a discounted cluster can contribute when a given number of its members stays."""

from __future__ import annotations

import numpy as np

from bayes_trace.likelihood.effective import FLAT
from bayes_trace.sensitivity.arrays import Array

__all__ = ["least_in_cluster"]


def least_in_cluster(gaps: Array, spreads: tuple[Array, Array], stay: int, rho: float) -> float:
    """Least of kappa(S) sum of gaps over S, over all S of `stay` members.

    kappa = 1 / (1 + (k - 1) rho) with k the sum of spreads over the largest. Given which member has the largest,
    this is a fraction of two sums, least where Dinkelbach's iteration ends.

    Parameters
    ----------
    gaps
        Log-odds leader : rival of each member, finite or infinite, before the discount.
    spreads
        Of each member over core hypotheses, and over all, which count where none of S separates core ones.
    stay
        How many members stay.
    rho
        The correlation.

    References
    ----------
    Dinkelbach (1967), On nonlinear fractional programming, Management Science 13: 492-498.

    Examples
    --------
    >>> spread = np.array([4.0, 1.0, 1.0])
    >>> least_in_cluster(np.array([4.0, 1.0, -1.0]), (spread, spread), 2, 1.0)  # the two small ones
    0.0
    """
    core, wide = spreads
    separates = core >= FLAT
    found = _least(gaps, core, stay, rho, needed=separates)
    if (~separates).sum() >= stay:
        others = _least(gaps[~separates], wide[~separates], stay, rho, needed=wide[~separates] >= FLAT)
        found = min(found, others, _silent(gaps[~separates & (wide < FLAT)], stay))
    return found


def _silent(gaps: Array, stay: int) -> float:
    """Members that tell nothing apart are not discounted."""
    return float(np.sort(gaps)[:stay].sum()) if gaps.size >= stay else np.inf


def _least(gaps: Array, spread: Array, stay: int, rho: float, *, needed: np.ndarray) -> float:
    """Least over all S in which some member that is `needed` has the largest spread."""
    if not stay:
        return np.inf
    endless = np.isinf(spread)
    found = [_with_endless(gaps, endless, stay, rho)] if endless.any() else []
    order = np.argsort(-spread[~endless], kind="stable")
    gaps, spread, needed = (array[~endless][order] for array in (gaps, spread, needed))
    tops = np.flatnonzero((needed & np.isfinite(gaps))[: max(0, gaps.size - stay + 1)])
    found += [_fraction(gaps[top:], spread[top:] / spread[top], stay - 1, rho) for top in tops]
    return min(found, default=np.inf)


def _with_endless(gaps: Array, endless: np.ndarray, stay: int, rho: float) -> float:
    """With members that rule something out: k is how many of them stay, and the smallest gaps are the least."""
    own, rest = _sums(gaps[endless]), _sums(gaps[~endless])
    counts = range(max(1, stay - rest.size + 1), min(stay, own.size - 1) + 1)
    return min(((own[n] + rest[stay - n]) / (1.0 + (n - 1) * rho) for n in counts), default=np.inf)


def _sums(gaps: Array) -> Array:
    """Sums of the smallest 0, 1, ... gaps."""
    return np.append(0.0, np.cumsum(np.sort(gaps)))


def _fraction(gaps: Array, share: Array, more: int, rho: float) -> float:
    """Least with the first member, whose spread is the largest, and `more` others; `share` is of its spread."""
    free = np.isfinite(gaps[1:])
    own, weight = gaps[1:][free], rho * share[1:][free]
    if own.size < more:
        return np.inf
    chosen = np.argsort(own, kind="stable")[:more]
    best = np.inf
    while True:
        ratio = float((gaps[0] + own[chosen].sum()) / (1.0 + weight[chosen].sum()))
        if ratio >= best:
            return best
        best = ratio
        chosen = np.argsort(own - best * weight, kind="stable")[:more]
