"""Curves over priors, thresholds and ratios."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.calibration.known import as_log_ratios, as_probability
from bayes_trace.calibration.scores import log_losses, pooled
from bayes_trace.scales import log_to_db

__all__ = ["dev_pav", "ece", "tippett"]


def ece(first: npt.ArrayLike, second: npt.ArrayLike, *, prior: npt.ArrayLike | None = None) -> xr.Dataset:
    """Empirical cross-entropy: the cost of ratios in bits, over priors.

    Parameters
    ----------
    first, second
        Ratios of items for which the first hypothesis is true, and for which the second is.
    prior
        Probabilities of the first hypothesis; by default .01 to .99.

    Returns
    -------
    Dataset over ``prior``: ``ece``; ``neutral``, what ratios of 1 would cost; ``calibrated``, what these
    would cost after pooling adjacent violators. Above ``neutral``, a reader is better off without them. At
    .5 they are `cllr`, 1 and `cllr_min`.

    Raises
    ------
    CalibrationError
        For empty groups, NaN, negative ratios and impossible priors.

    References
    ----------
    Ramos, Gonzalez-Rodriguez, Zadora and Aitken (2013), Journal of Forensic Sciences 58, 1503-1518.

    Examples
    --------
    >>> ece([3], [1 / 3], prior=[0.5]).ece.round(4).values.tolist()
    [0.415]
    """
    one, two = as_log_ratios(first, second)
    at = np.linspace(0.01, 0.99, 99) if prior is None else np.atleast_1d(as_probability("prior", prior))
    value, fitted = pooled(one, two)
    best = log_losses(fitted[np.searchsorted(value, one)], fitted[np.searchsorted(value, two)], at)
    none = np.zeros(1)
    return xr.Dataset(
        {
            "ece": ("prior", log_losses(one, two, at)),
            "neutral": ("prior", log_losses(none, none, at)),
            "calibrated": ("prior", best),
        },
        coords={"prior": at},
        attrs={"units": "bits"},
    )


def tippett(first: npt.ArrayLike, second: npt.ArrayLike) -> xr.Dataset:
    """How often the weight of an item reaches a given size, under each truth.

    Parameters
    ----------
    first, second
        Ratios of items for which the first hypothesis is true, and for which the second is.

    Returns
    -------
    Dataset over ``weight`` (dB, every value that occurs): ``first`` and ``second``, shares of the two
    groups; ``misleading_first`` and ``misleading_second``, shares of items that favour what is false.

    Raises
    ------
    CalibrationError
        For empty groups, NaN and negative ratios.

    References
    ----------
    Evett and Buckleton (1996), Advances in Forensic Haemogenetics 6, 79-86.

    Examples
    --------
    >>> curve = tippett([100, 10, 0.1], [0.1, 0.01])
    >>> curve["first"].sel(weight=10).round(3).item(), curve["misleading_first"].round(3).item()
    (0.667, 0.333)
    """
    one, two = as_log_ratios(first, second)
    level = np.unique(np.concatenate([one, two]))
    shares = {
        name: ("weight", 1 - np.searchsorted(np.sort(group), level) / group.size)
        for name, group in {"first": one, "second": two}.items()
    }
    wrong = {"misleading_first": np.mean(one < 0), "misleading_second": np.mean(two > 0)}
    return xr.Dataset(
        {**shares, **wrong},
        coords={"weight": ("weight", log_to_db(level), {"units": "dB"})},
    )


def dev_pav(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Mean distance of the ratios from calibrated ones, in powers of ten (.1 is one decibel).

    Parameters
    ----------
    first, second
        Ratios of items for which the first hypothesis is true, and for which the second is.

    Returns
    -------
    The area between the line of pooled adjacent violators and the diagonal, both as log10, over the range in
    which the line is finite; 0 is perfect. Infinite where a ratio of 0 or infinity is not borne out; NaN where
    the groups do not overlap, since then nothing can be compared.

    Raises
    ------
    CalibrationError
        For empty groups, NaN and negative ratios.

    References
    ----------
    Vergeer, Alberink, Sjerps and Ypma (2021), Forensic Science International 321, 110722.

    Examples
    --------
    >>> round(dev_pav([0.1, 100], [0.01, 10]), 3)
    0.5
    """
    value, fitted = (each / np.log(10) for each in pooled(*as_log_ratios(first, second)))
    inside = np.isfinite(fitted)
    value, fitted = value[inside], fitted[inside]
    if not value.size:
        return float("nan")
    if not np.isfinite(value).all():
        return float("inf")
    off = fitted - value
    if value.size == 1:
        return float(abs(off[0]))
    before, after, width = off[:-1], off[1:], np.diff(value)
    size = np.abs(before) + np.abs(after)
    crossing = before * after < 0
    # two triangles where the line crosses the diagonal, else a trapezoid
    height = np.where(crossing, (before**2 + after**2) / np.where(crossing, size, 1), size) / 2
    return float((height * width).sum() / (value[-1] - value[0]))
