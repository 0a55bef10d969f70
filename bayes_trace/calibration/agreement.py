"""Agreement between coders, item by item, and where each of them deviates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.calibration.known import Array
from bayes_trace.errors import CalibrationError
from bayes_trace.guards import guarded
from bayes_trace.scales import log_to_db

__all__ = ["agreement", "krippendorff_alpha"]

_PAIR = 2
#: coders are equally far off, but for rounding
_LEVEL = 1e-9


@guarded
def krippendorff_alpha(values: npt.ArrayLike) -> float:
    """Krippendorff's alpha of numbers that several coders gave to the same units.

    Parameters
    ----------
    values
        A row per coder, a column per unit; NaN where a coder gave none. Distances are squared differences.

    Returns
    -------
    1 where coders agree, 0 where they agree no more than numbers dealt at random, below 0 where less; NaN
    where all numbers are the same, since then there is nothing to agree on.

    Raises
    ------
    CalibrationError
        If no unit was judged by two coders.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability, for interval data.

    Examples
    --------
    >>> round(krippendorff_alpha([[1, 2, 3], [1, 2, 4]]), 3)
    0.878
    """
    given = np.atleast_2d(np.asarray(values, dtype=np.float64))
    coders = (~np.isnan(given)).sum(axis=0)
    given, coders = given[:, coders >= _PAIR], coders[coders >= _PAIR]
    if not coders.size:
        message = "no unit was judged by two coders; agreement needs two"
        raise CalibrationError(message)
    # the squares of all differences in a set are its size times its sum of squares about the mean
    within = np.nanvar(given, axis=0) * coders**2 / (coders - 1)
    every = given[~np.isnan(given)]
    overall = np.var(every) * every.size**2 / (every.size - 1)
    return float(1 - within.sum() / overall) if overall > 0 else float("nan")


@guarded
def agreement(evidence: xr.Dataset) -> xr.Dataset:
    """Agreement between coders on the decibel scale, and where it breaks down.

    Parameters
    ----------
    evidence
        As from `compile_evidence`, with two coders or more.

    Returns
    -------
    Dataset with ``alpha``, Krippendorff's alpha over links and hypotheses, and ``alpha_of`` (core), over
    links for one hypothesis; per link ``spread``, the most by which two coders differ in any weight (dB),
    and ``departs``, the coder farthest from the mean of the others (empty where two are equally far, as two
    alone always are); ``departure`` (coder, link), that distance in dB, root mean square over hypotheses;
    ``lean`` (coder, core), mean difference to the others in dB.

    What is compared are effective log-likelihoods under the core hypotheses, less their mean over these:
    the level of a row means nothing. Places in clusters are left out. Links that fewer than two coders judged
    in full are NaN, and so are those with a likelihood of 0 (listed in ``attrs["left_out"]``).

    Raises
    ------
    CalibrationError
        If no link was judged by two coders.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
    >>> 0 < agreement(bt.compile_evidence(arms)).alpha.item() < 1
    True
    """
    if evidence.sizes["coder"] < _PAIR:
        message = f"the only coder is {evidence['coder'].values[0]}; agreement needs two"
        raise CalibrationError(message)
    rows = _centred(evidence)
    finite = np.isfinite(rows).all(axis=-1)
    judged = _judged(evidence)
    barred = (judged & ~finite).any(axis=0)
    usable = judged & ~barred
    usable &= usable.sum(axis=0) >= _PAIR
    rows = np.where(usable[..., None], rows, np.nan)
    off = _from_others(rows)
    departure = np.sqrt(np.mean(off**2, axis=-1))
    core = evidence["core"].values
    names = [str(name) for name in evidence["coder"].values]
    of = [krippendorff_alpha(rows[..., n]) for n in range(core.size)]
    return xr.Dataset(
        {
            "alpha": krippendorff_alpha(rows.reshape(len(names), -1)),
            "alpha_of": ("core", of),
            "spread": ("link", _spread(rows), {"units": "dB"}),
            "departs": ("link", _farthest(departure, names)),
            "departure": (("coder", "link"), departure, {"units": "dB"}),
            "lean": (("coder", "core"), _mean(off), {"units": "dB"}),
        },
        {name: evidence[name] for name in ("coder", "core", "link", "link_item", "link_episode")},
        {"left_out": " ".join(map(str, evidence["link"].values[barred]))},
    )


def _centred(evidence: xr.Dataset) -> Array:
    """Log-likelihood under the core hypotheses less its mean, in dB (coder, link, core)."""
    rows = evidence["log_likelihood"].transpose("coder", "link", "hypothesis").values
    top = rows.max(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        core = top + np.log(np.exp(rows - top) @ evidence["core_share"].values.T)
        return log_to_db(core - core.mean(axis=-1, keepdims=True))


def _judged(evidence: xr.Dataset) -> npt.NDArray[np.bool_]:
    """Whether a coder judged all that stands behind a link (coder, link)."""
    missing = np.zeros((evidence.sizes["coder"], evidence.sizes["link"]), dtype=bool)
    for coder, coded in enumerate(evidence["coded"].values):
        missing[coder, evidence["entry_link"].values[~coded]] = True
    return ~missing


def _from_others(rows: Array) -> Array:
    """Each coder's difference from the mean of the others."""
    count = (~np.isnan(rows)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        others = (np.nansum(rows, axis=0) - rows) / (count - 1)
    return np.asarray(rows - others)


def _spread(rows: Array) -> Array:
    """The most by which two coders differ in any weight: the range of their differences over hypotheses."""
    apart = rows[:, None] - rows[None]
    widest = apart.max(axis=-1) - apart.min(axis=-1)
    return np.where(np.isnan(widest).all(axis=(0, 1)), np.nan, np.nan_to_num(widest).max(axis=(0, 1)))


def _farthest(departure: Array, names: list[str]) -> list[str]:
    found = np.nan_to_num(departure, nan=-1.0)
    order = np.sort(found, axis=0)
    clear = order[-1] > order[-2] + _LEVEL
    return [names[at] if sole else "" for at, sole in zip(found.argmax(axis=0), clear, strict=True)]


def _mean(off: Array) -> Array:
    count = (~np.isnan(off)).sum(axis=1)
    return np.where(count > 0, np.nansum(off, axis=1) / np.maximum(count, 1), np.nan)
