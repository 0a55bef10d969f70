"""What it would take for counts to fall short of a threshold."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass

from bayes_trace.errors import CountError
from bayes_trace.tally.factors import Rival, log_bayes_factor
from bayes_trace.tally.settings import as_count, as_threshold, exp

__all__ = [
    "PriorTilt",
    "prior_tilt",
    "prior_tilt_tipping",
    "recoding",
    "search_bias_tipping",
    "separation",
]

_HALF = 0.5
#: a distance is not rounded up for the last bits of a float
#: decimals of a floating number
_PLACES = 15
_HAIR = 1e-9
#: largest logarithm of a search bias that is tried
_WIDEST = 512.0


def separation(k: int, r: int, *, threshold: float = 20, decimals: int | None = 3) -> float:
    """How far from one half both theories must place their claims for the counts to reach a threshold.

    Parameters
    ----------
    k, r
        Items that support the working theory, and items that support the rival; k > r.
    threshold
        Bayes factor at which the rival would be set aside, above 1.
    decimals
        To so many the distance is rounded up (more where it would become 1/2); None: not rounded.

    Returns
    -------
    g of `separated`: rounded up, because one rounded down would miss the threshold.

    Raises
    ------
    CountError
        Unless k > r: no distance then lifts the Bayes factor above 1.

    References
    ----------
    Lopez, Bowers and Gajardo Cooper (2026), arXiv:2606.16683.

    Examples
    --------
    >>> separation(9, 3)
    0.123
    """
    k, r, threshold = as_count("k", k), as_count("r", r), as_threshold(threshold)
    if k <= r:
        message = f"k = {k}, r = {r}: no separation makes such counts favour the theory; expected k > r"
        raise CountError(message)
    g = math.tanh(math.log(threshold) / (2 * (k - r))) / 2
    if g >= _HALF:
        message = f"threshold = {threshold:g}: with k = {k} and r = {r} no separation below 1/2 reaches it"
        raise CountError(message)
    if decimals is None:
        return g
    places = min(as_count("decimals", decimals), _PLACES)
    while (rounded := math.ceil(g * 10.0**places - _HAIR) / 10.0**places) >= _HALF:
        places += 1
    return rounded


def search_bias_tipping(k: int, r: int, *, threshold: float = 20) -> float:
    """The bias of the search from which on the uniform Bayes factor misses a threshold.

    Parameters
    ----------
    k, r
        Items that support the working theory, and items that support the rival.
    threshold
        Bayes factor at which the rival would be set aside, above 1.

    Returns
    -------
    Odds by which the search favoured support. Below 1 where the counts miss the threshold even after a
    fair search: only one that favoured the rival would let them reach it.

    Raises
    ------
    CountError
        If no bias brings the value to the threshold.

    References
    ----------
    Lopez, Bowers and Gajardo Cooper (2026), arXiv:2606.16683.

    Examples
    --------
    >>> round(search_bias_tipping(9, 3), 4)
    1.0098
    """
    from scipy.optimize import brentq

    k, r, threshold = as_count("k", k), as_count("r", r), as_threshold(threshold)

    def excess(log_bias: float) -> float:
        return log_bayes_factor(k, r, search_bias=math.exp(log_bias)) - math.log(threshold)

    step = 1.0 if excess(0.0) >= 0 else -1.0
    while excess(step) * step > 0:
        step *= 2
        if abs(step) > _WIDEST:
            message = f"k = {k}, r = {r}: no bias of the search brings the Bayes factor to {threshold:g}"
            raise CountError(message)
    return math.exp(float(brentq(excess, 0.0, step, xtol=1e-14, rtol=1e-14)))


def recoding(k: int, r: int, *, threshold: float = 20, rival: Rival = "uniform") -> int:
    """How many supporting items must be recoded as opposing ones for the counts to miss a threshold.

    Parameters
    ----------
    k, r
        Items that support the working theory, and items that support the rival.
    threshold
        Bayes factor at which the rival would be set aside, above 1.
    rival
        As of `bayes_factor`.

    Returns
    -------
    A number of items; 0 where the counts miss the threshold as they stand.

    Raises
    ------
    CountError
        For impossible counts, or a threshold of 1 or less.

    References
    ----------
    Lopez, Bowers and Gajardo Cooper (2026), arXiv:2606.16683.

    Examples
    --------
    >>> recoding(9, 3), recoding(18, 3)
    (1, 4)
    """
    k, r, least = as_count("k", k), as_count("r", r), math.log(as_threshold(threshold))

    def misses(moved: int) -> bool:
        return log_bayes_factor(k - moved, r + moved, rival=rival) < least

    # at even counts no value is above 1
    return bisect_left(range(k + 1), True, key=misses)


@dataclass(frozen=True)
class PriorTilt:
    """What a prior against the working theory does to counts.

    Examples
    --------
    >>> PriorTilt(prior_odds=0.5, bayes_factor=20.0, posterior_odds=10.0).posterior_odds
    10.0
    """

    #: odds of the working theory before the counts
    prior_odds: float
    #: what the counts say under that prior: it rises with the tilt, which moves the rival away from 1/2
    bayes_factor: float
    #: odds of the working theory after the counts: they fall with the tilt
    posterior_odds: float


def prior_tilt(k: int, r: int, m: int) -> PriorTilt:
    """Counts under a prior that is worth m earlier items, all against the working theory.

    Parameters
    ----------
    k, r
        Items that support the working theory, and items that support the rival.
    m
        The prior is Beta(1, m + 1) over all shares from 0 to 1.

    Returns
    -------
    Prior odds, Bayes factor and posterior odds. The prior moves weight from one theory to the other and
    within the range of each, so that Bayes factor and posterior odds part.

    Raises
    ------
    CountError
        For counts that are no whole numbers from 0.

    References
    ----------
    Lopez, Bowers and Gajardo Cooper (2026), arXiv:2606.16683.

    Examples
    --------
    >>> tilt = prior_tilt(9, 3, 1)
    >>> round(tilt.bayes_factor, 2), round(tilt.posterior_odds, 2)
    (30.41, 10.14)
    """
    k, r, m = as_count("k", k), as_count("r", r), as_count("m", m)
    # an even prior and m items against: both odds are ratios of the two tails of a Beta distribution
    before, after = log_bayes_factor(0, m), log_bayes_factor(k, r + m)
    return PriorTilt(exp(before), exp(after - before), exp(after))


def prior_tilt_tipping(k: int, r: int, *, threshold: float = 20) -> int:
    """The least tilt of the prior at which the posterior odds miss a threshold.

    Parameters
    ----------
    k, r
        Items that support the working theory, and items that support the rival.
    threshold
        Posterior odds at which the rival would be set aside, above 1.

    Returns
    -------
    m of `prior_tilt`; 0 where the counts miss the threshold under an even prior.

    Raises
    ------
    CountError
        For impossible counts, or a threshold of 1 or less.

    References
    ----------
    Lopez, Bowers and Gajardo Cooper (2026), arXiv:2606.16683.

    Examples
    --------
    >>> prior_tilt_tipping(9, 3)
    1
    """
    k, r, least = as_count("k", k), as_count("r", r), math.log(as_threshold(threshold))
    # with as many against as for, the odds are 1 at most
    return bisect_left(range(max(k - r, 0)), True, key=lambda m: log_bayes_factor(k, r + m) < least)
