"""Bayes factors of counts."""

from __future__ import annotations

import math
from typing import Literal

from bayes_trace.errors import CountError
from bayes_trace.tally.halves import Half
from bayes_trace.tally.settings import Pair, as_count, as_pairs, as_positive, exp

__all__ = ["Rival", "bayes_factor", "log_bayes_factor", "separated"]

Rival = Literal["uniform", "worst_case"]

_RIVALS = ("uniform", "worst_case")
_EVEN: tuple[Pair, Pair] = ((1, 1), (1, 1))
_HALF = 0.5


def bayes_factor(
    k: int,
    r: int,
    *,
    rival: Rival = "uniform",
    weights: tuple[Pair, Pair] = _EVEN,
    search_bias: float = 1.0,
) -> float:
    """Bayes factor of k items for and r against: the working theory over its rival.

    Parameters
    ----------
    k, r
        Items that support the working theory, and items that support the rival.
    rival
        ``uniform``: averaged over the rival's whole range of shares by its weights. ``worst_case``: at
        the one share that suits the rival best, 1/2 (or the share observed, where that is smaller); no
        weights of the rival's choosing do better, so the value is a lower bound.
    weights
        Two Beta distributions squeezed onto the two ranges: theta = 1/2 + X/2 for the working theory,
        theta = X/2 for the rival (which ``worst_case`` does not use). Even by default.
    search_bias
        Odds b by which the search favoured finding support: a share theta of the archive is a share
        b theta / (1 + (b - 1) theta) of what was found.

    Returns
    -------
    A ratio; infinity or 0 where no floating number is so large or small (see `log_bayes_factor`).

    Raises
    ------
    CountError
        For counts that are no whole numbers from 0, and for impossible settings.

    References
    ----------
    Lopez, Bowers and Gajardo Cooper (2026), arXiv:2606.16683. Their R package DrWrinch judges the
    worst-case rival at 1/2 also where fewer than half of the items support the working theory.

    Examples
    --------
    >>> round(bayes_factor(9, 3), 2), round(bayes_factor(9, 3, rival="worst_case"), 2)
    (20.67, 2.73)
    """
    return exp(log_bayes_factor(k, r, rival=rival, weights=weights, search_bias=search_bias))


def log_bayes_factor(
    k: int,
    r: int,
    *,
    rival: Rival = "uniform",
    weights: tuple[Pair, Pair] = _EVEN,
    search_bias: float = 1.0,
) -> float:
    """Natural logarithm of `bayes_factor`, which has no largest value.

    Parameters
    ----------
    k, r, rival, weights, search_bias
        As of `bayes_factor`.

    Returns
    -------
    A natural logarithm.

    Raises
    ------
    CountError
        As `bayes_factor`.

    References
    ----------
    Lopez, Bowers and Gajardo Cooper (2026), arXiv:2606.16683.

    Examples
    --------
    >>> round(log_bayes_factor(10_000, 0) / math.log(2), 9)
    10001.0
    """
    k, r = as_count("k", k), as_count("r", r)
    log_bias = math.log(as_positive("search_bias", search_bias))
    (a, b), (rival_a, rival_b) = as_pairs(weights)
    if rival not in _RIVALS:
        message = f"rival = {rival!r}: expected one of {', '.join(_RIVALS)}"
        raise CountError(message)
    theory = Half(r, k + r, near=a, far=b, log_c=-log_bias).log_mean() - r * log_bias
    if rival == "worst_case":
        return theory - _best_rival(k, r, log_bias)
    return theory - Half(k, k + r, near=rival_b, far=rival_a, log_c=log_bias).log_mean() - k * log_bias


def _best_rival(k: int, r: int, log_bias: float) -> float:
    """Log likelihood of the counts at the best share of the rival's range."""
    half = 1 / (1 + math.exp(-log_bias))
    if k < half * (k + r):  # what was observed lies inside the range
        half = k / (k + r)
    return (k * math.log(half) if k else 0.0) + (r * math.log1p(-half) if r else 0.0)


def separated(k: int, r: int, g: float, *, search_bias: float = 1.0) -> float:
    """Bayes factor of two theories that claim the shares 1/2 + g and 1/2 - g.

    Parameters
    ----------
    k, r
        Items that support the working theory, and items that support the rival.
    g
        Distance of either claim from one half, between 0 and 1/2.
    search_bias
        As of `bayes_factor`.

    Returns
    -------
    A ratio: with a fair search ((1 + 2g) / (1 - 2g)) to the power of k - r.

    Raises
    ------
    CountError
        For impossible counts, distances or biases.

    References
    ----------
    Lopez, Bowers and Gajardo Cooper (2026), arXiv:2606.16683.

    Examples
    --------
    >>> round(separated(9, 3, 0.125), 1), round(separated(9, 3, 0.125, search_bias=1.5), 1)
    (21.4, 6.4)
    """
    k, r = as_count("k", k), as_count("r", r)
    bias, g = as_positive("search_bias", search_bias), as_positive("g", g)
    if g >= _HALF:
        message = f"g = {g!r}: expected a distance from one half below 1/2"
        raise CountError(message)
    odds = (_HALF + g) / (_HALF - g)
    log = 2 * k * math.log(odds) - (k + r) * (math.log1p(bias * odds) - math.log1p(bias / odds))
    return exp(log)
