"""Ratios with known answers: how often they reach a given size, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded
from bayes_trace.plots.style import COLUMN, QUIET, canvas, figure_style, legend_above, marks, width_of

__all__ = ["plot_ece", "plot_tippett"]

Array = npt.NDArray[np.float64]
_HEIGHT = 2.2
#: share of the width that is left beside the outermost weights
_MARGIN = 0.06
#: of a band of resampled curves
_BAND = 0.18


@guarded
def plot_tippett(
    curves: xr.Dataset,
    *,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """The share of items with at least a given weight, under each truth.

    Parameters
    ----------
    curves
        As from `calibration.tippett`.
    labels
        Words for ``first`` and ``second``; by default *first true* and *second true*.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. Left of the line at 0 items speak for the second hypothesis, right of it for the first. Bands where the
    curves have them.

    Raises
    ------
    BayesTraceError
        For something else than Tippett curves.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from bayes_trace import calibration
    >>> ax = plot_tippett(calibration.tippett([30, 5, 0.5], [0.1, 2]))
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['first true', 'second true']
    >>> plt.close(ax.figure)
    """
    _check(curves, "tippett", ("first", "second", "weight"))
    words = {"first": "first true", "second": "second true", **(labels or {})}
    weight = curves["weight"].values
    finite = np.isfinite(weight)
    inside = np.append(weight[finite], 0.0)
    edge = _MARGIN * max(float(np.ptp(inside)), 1.0)
    x = np.concatenate([[inside.min() - edge], weight[finite], [inside.max() + edge]])
    with figure_style():
        ax = canvas(ax, height=_HEIGHT, width=width)
        ax.axvline(0, color=QUIET, linewidth=0.6)
        for name, mark in marks(["first", "second"]).items():
            share = _with_ends(curves[name].values, weight)
            if f"{name}_low" in curves:
                low, high = (_with_ends(curves[f"{name}_{end}"].values, weight) for end in ("low", "high"))
                ax.fill_between(x, low, high, step="pre", color=mark.color, alpha=_BAND, linewidth=0)
            ax.step(x, share, where="pre", color=mark.color, linestyle=mark.linestyle, label=words[name])
        ax.set(xlim=(x[0], x[-1]), ylim=(0, 1.02))
        ax.set(xlabel="weight of an item, dB", ylabel="share of items with at least this weight")
        legend_above(ax, width=width_of(ax, width))
    return ax


def _with_ends(share: Array, weight: Array) -> Array:
    """Shares at the finite weights, before the least of them and beyond the largest."""
    finite = np.isfinite(weight)
    beyond = share[weight == np.inf]
    below = share[finite][:1] if finite.any() else beyond
    start = below if below.size else np.zeros(1)
    return np.concatenate([start, share[finite], beyond if beyond.size else np.zeros(1)])


@guarded
def plot_ece(curve: xr.Dataset, *, ax: Axes | None = None, width: float = COLUMN) -> Axes:
    """What ratios cost over priors, beside ratios that say nothing and calibrated ones.

    Parameters
    ----------
    curve
        As from `calibration.ece`.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. Where *as given* lies above *no evidence*, a reader is better off without the ratios. A band where the
    curve has one.

    Raises
    ------
    BayesTraceError
        For something else than a curve of costs.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from bayes_trace import calibration
    >>> ax = plot_ece(calibration.ece([30, 5, 0.5], [0.1, 2]))
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['as given', 'calibrated', 'no evidence']
    >>> plt.close(ax.figure)
    """
    _check(curve, "ece", ("ece", "calibrated", "neutral", "prior"))
    words = {"ece": "as given", "calibrated": "calibrated", "neutral": "no evidence"}
    with figure_style():
        ax = canvas(ax, height=_HEIGHT, width=width)
        for name, mark in marks(list(words)).items():
            if f"{name}_low" in curve:
                low, high = (curve[f"{name}_{end}"].values for end in ("low", "high"))
                ax.fill_between(curve["prior"].values, low, high, color=mark.color, alpha=_BAND, linewidth=0)
            drawn = curve[name].where(np.isfinite(curve[name]))
            ax.plot(curve["prior"], drawn, color=mark.color, linestyle=mark.linestyle, label=words[name])
        ax.set(xlim=(0, 1), xlabel="prior of the first hypothesis", ylabel="cost, bits")
        ax.set_ylim(bottom=0)
        legend_above(ax, width=width_of(ax, width), columns=3)
    return ax


def _check(given: xr.Dataset, maker: str, names: tuple[str, ...]) -> None:
    missing = [name for name in names if name not in given]
    if missing:
        message = f"there is no {', '.join(missing)} in what is to be drawn; expected what calibration.{maker} gives"
        raise BayesTraceError(message)
