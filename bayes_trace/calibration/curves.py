"""Curves over priors, thresholds and ratios."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.calibration.known import Array, as_log_ratios, as_probability
from bayes_trace.calibration.scores import log_losses, pooled
from bayes_trace.errors import CalibrationError
from bayes_trace.guards import guarded
from bayes_trace.scales import log_to_db

__all__ = ["dev_pav", "ece", "tippett"]


@guarded
def ece(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    prior: npt.ArrayLike | None = None,
    draws: int = 0,
    level: float = 0.9,
    seed: int = 0,
) -> xr.Dataset:
    """Empirical cross-entropy: the cost of ratios in bits, over priors.

    Parameters
    ----------
    first, second
        Ratios of items for which the first hypothesis is true, and for which the second is.
    prior
        Probabilities of the first hypothesis; by default .01 to .99.
    draws, level, seed
        How often items are drawn again, with replacement within each group, for a band that holds so large a share of
        the curves; by default there is none.

    Returns
    -------
    Dataset over ``prior``: ``ece`` (with ``ece_low`` and ``ece_high``, point by point, where a band was asked for);
    ``neutral``, what ratios of 1 would cost; ``calibrated``, what these
    would cost after pooling adjacent violators. Above ``neutral``, a reader is better off without them. At
    .5 they are `cllr`, 1 and `cllr_min`.

    Raises
    ------
    CalibrationError
        For empty groups, NaN, negative ratios, impossible priors, and fewer than no draws.

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
    band = _band(lambda a, b: log_losses(a, b, at)[None], one, two, (draws, level, seed))
    return xr.Dataset(
        {
            "ece": ("prior", log_losses(one, two, at)),
            **{f"ece_{end}": ("prior", curve[0]) for end, curve in band.items()},
            "neutral": ("prior", log_losses(none, none, at)),
            "calibrated": ("prior", best),
        },
        coords={"prior": at},
        attrs={"units": "bits"},
    )


def _band(
    curves: Callable[[Array, Array], Array], one: Array, two: Array, bootstrap: tuple[int, float, int]
) -> dict[str, Array]:
    """Ends of the range of curves (curve, point) when items are drawn again; nothing for no draws."""
    draws, level, seed = bootstrap
    if draws < 0:
        message = f"draws = {draws}: expected 1 or more for a band, 0 for none"
        raise CalibrationError(message)
    tail = (1 - float(as_probability("level", level))) / 2
    rng = np.random.default_rng(seed)
    drawn = [curves(*(rng.choice(group, group.size) for group in (one, two))) for _ in range(draws)]
    ends = {"low": tail, "high": 1 - tail} if drawn else {}
    return {name: np.quantile(drawn, share, axis=0) for name, share in ends.items()}


@guarded
def tippett(
    first: npt.ArrayLike, second: npt.ArrayLike, *, draws: int = 0, level: float = 0.9, seed: int = 0
) -> xr.Dataset:
    """How often the weight of an item reaches a given size, under each truth.

    Parameters
    ----------
    first, second
        Ratios of items for which the first hypothesis is true, and for which the second is.
    draws, level, seed
        For bands around both curves, as for `ece`.

    Returns
    -------
    Dataset over ``weight`` (dB, every value that occurs): ``first`` and ``second``, shares of the two groups (with
    ``first_low`` and so on, where bands were asked for); ``misleading_first`` and ``misleading_second``, shares of
    items that favour what is false.

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
    weights = np.unique(np.concatenate([one, two]))

    def reached(*groups: Array) -> Array:
        return np.array([1 - np.searchsorted(np.sort(each), weights) / each.size for each in groups])

    band = {"": reached(one, two)}
    band |= {f"_{end}": curve for end, curve in _band(reached, one, two, (draws, level, seed)).items()}
    shares = {
        f"{name}{end}": ("weight", curve[number])
        for end, curve in band.items()
        for number, name in enumerate(("first", "second"))
    }
    wrong = {"misleading_first": np.mean(one < 0), "misleading_second": np.mean(two > 0)}
    return xr.Dataset(
        {**shares, **wrong},
        coords={"weight": ("weight", log_to_db(weights), {"units": "dB"})},
    )


@guarded
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
