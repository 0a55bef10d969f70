"""One number for a collection of likelihood ratios with known answers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bayes_trace.calibration.known import Array, as_log_ratios, as_probability
from bayes_trace.guards import guarded
from bayes_trace.scales import expit, log_expit, logit

__all__ = ["brier", "cllr", "cllr_cal", "cllr_min", "log_losses", "log_score", "pooled", "recalibrated"]


@guarded
def cllr(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Cost of likelihood ratios in bits: 0 is perfect, 1 uninformative, more than 1 misleading.

    Parameters
    ----------
    first, second
        Ratios of items for which the first hypothesis is true, and for which the second is.

    Returns
    -------
    The mean of log2(1 + 1/LR) over the first group and of log2(1 + LR) over the second, halved; infinite
    where an item ruled out what is true.

    Raises
    ------
    CalibrationError
        For empty groups, NaN and negative ratios.

    References
    ----------
    Brümmer and du Preez (2006), Computer Speech and Language 20, 230-275.

    Examples
    --------
    >>> round(cllr([3], [1 / 3]), 4)
    0.415
    """
    return log_score(first, second)


@guarded
def cllr_min(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """The value of `cllr` if the ratios kept their order but were perfectly calibrated.

    Parameters
    ----------
    first, second
        Ratios of items for which the first hypothesis is true, and for which the second is.

    Returns
    -------
    The cost in bits of `recalibrated` ratios: how badly the items discriminate.

    Raises
    ------
    CalibrationError
        For empty groups, NaN and negative ratios.

    References
    ----------
    Brümmer and du Preez (2006), Computer Speech and Language 20, 230-275.

    Examples
    --------
    >>> cllr_min([100, 1000], [1, 2])  # the order is perfect
    0.0
    """
    return cllr(*recalibrated(first, second))


@guarded
def cllr_cal(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """The loss from poor calibration: `cllr` less `cllr_min`, in bits.

    Parameters
    ----------
    first, second
        Ratios of items for which the first hypothesis is true, and for which the second is.

    Returns
    -------
    A number from 0.

    Raises
    ------
    CalibrationError
        For empty groups, NaN and negative ratios.

    References
    ----------
    Brümmer and du Preez (2006), Computer Speech and Language 20, 230-275.

    Examples
    --------
    >>> cllr_cal([2, 2], [2, 2]) > 0  # they should have been 1
    True
    """
    return max(cllr(first, second) - cllr_min(first, second), 0.0)


@guarded
def brier(first: npt.ArrayLike, second: npt.ArrayLike, *, prior: float = 0.5) -> float:
    """Mean squared error of the posterior that the ratios imply at a given prior.

    Parameters
    ----------
    first, second
        Ratios of items for which the first hypothesis is true, and for which the second is.
    prior
        Probability of the first hypothesis; each group counts in proportion to its own.

    Returns
    -------
    From 0, perfect, to 1; ratios that say nothing give prior * (1 - prior).

    Raises
    ------
    CalibrationError
        For empty groups, NaN, negative ratios and impossible priors.

    References
    ----------
    Brier (1950), Monthly Weather Review 78, 1-3.

    Examples
    --------
    >>> brier([1], [1]), round(brier([3], [1 / 3]), 4)
    (0.25, 0.0625)
    """
    one, two = as_log_ratios(first, second)
    share = float(as_probability("prior", prior))
    at = float(logit(share))
    wrong = np.mean(expit(-one - at) ** 2), np.mean(expit(two + at) ** 2)
    return float(share * wrong[0] + (1 - share) * wrong[1])


@guarded
def log_score(first: npt.ArrayLike, second: npt.ArrayLike, *, prior: float = 0.5) -> float:
    """Mean surprise at the truth, in bits, under the posterior that the ratios imply at a given prior.

    Parameters
    ----------
    first, second
        Ratios of items for which the first hypothesis is true, and for which the second is.
    prior
        Probability of the first hypothesis; each group counts in proportion to its own.

    Returns
    -------
    A number from 0; at an even prior this is `cllr`, over priors `ece`.

    Raises
    ------
    CalibrationError
        For empty groups, NaN, negative ratios and impossible priors.

    References
    ----------
    Good (1952), Journal of the Royal Statistical Society B 14, 107-114.

    Examples
    --------
    >>> log_score([1], [1]), round(log_score([1], [1], prior=0.1), 3)
    (1.0, 0.469)
    """
    one, two = as_log_ratios(first, second)
    return float(log_losses(one, two, as_probability("prior", [prior]))[0])


def log_losses(one: Array, two: Array, prior: Array) -> Array:
    """Mean surprise in bits at several priors, from log ratios."""
    at = logit(prior)[:, None]
    lost = -log_expit(one + at).mean(axis=1), -log_expit(-two - at).mean(axis=1)
    return np.asarray(np.abs(prior * lost[0] + (1 - prior) * lost[1]) / np.log(2))  # no -0


@guarded
def recalibrated(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[Array, Array]:
    """Ratios that fit the known answers best without changing the order of the items.

    Parameters
    ----------
    first, second
        Ratios of items for which the first hypothesis is true, and for which the second is.

    Returns
    -------
    Both groups after pooling adjacent violators; 0 and infinity at the ends, where one group stands alone.

    Raises
    ------
    CalibrationError
        For empty groups, NaN and negative ratios.

    References
    ----------
    Zadrozny and Elkan (2002), KDD, 694-699; isotonic regression by SciPy.

    Examples
    --------
    >>> [ratios.round(9).tolist() for ratios in recalibrated([5, 5, 9], [5, 0.2, 0.2])]
    [[2.0, 2.0, inf], [2.0, 0.0, 0.0]]
    """
    one, two = as_log_ratios(first, second)
    value, fitted = pooled(one, two)
    return np.exp(fitted[np.searchsorted(value, one)]), np.exp(fitted[np.searchsorted(value, two)])


def pooled(one: Array, two: Array) -> tuple[Array, Array]:
    """Distinct log ratios, and those that pooling adjacent violators puts in their place."""
    from scipy.optimize import isotonic_regression

    value, where = np.unique(np.concatenate([one, two]), return_inverse=True)
    items = np.bincount(where)
    true = np.bincount(where[: one.size], minlength=value.size)
    share = isotonic_regression(true / items, weights=items).x
    # a pool of one group alone is certain; rounding must not make it almost so
    share = np.clip(share, 0, 1)
    return value, logit(share) - np.log(one.size / two.size)
