"""The plane of likelihoods, with the regions of Van Evera's tests."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.errors import ScaleError
from bayes_trace.plots.house import QUIET, SMALL, TOWARDS, canvas, house_style, legend_above
from bayes_trace.plots.words import label, named, one_coder, one_episode

__all__ = ["plot_evidence_space"]

#: inches: plane, and a line of the key; letters in such a line
_HEIGHT, _LINE, _KEY = 3.3, 0.1, 64
_TINY = 1e-12
_SHADES = ("#E2E2E2", "#EEEEEE", "#CFCFCF")
#: where a region is named, and how far the name is turned
_WORDS = {
    "straw in the wind": (0.82, 0.04, 0),
    "hoop": (0.6, 1.03, 0),
    "smoking gun": (0.028, 0.66, 90),
    "doubly decisive": (0.1, 1.03, 0),
}


class Point(NamedTuple):
    """Items that share one place in the plane."""

    x: float
    y: float
    names: list[str]
    absent: bool


def plot_evidence_space(
    evidence: xr.Dataset,
    of: str,
    *,
    against: str,
    episode: str | None = None,
    coder: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Items in the plane of their likelihoods under two hypotheses, over the regions of the tests.

    Parameters
    ----------
    evidence
        As from `compile_evidence`: final rows, with source and detection but before any discount for
        dependence. Items coded as ratios have no place and are left out.
    of, against
        The hypothesis tested and its rival.
    episode
        May be left out where there is only one.
    coder
        By default the base coder.
    labels
        Words for ids of hypotheses and items.
    ax
        Axes to draw into; by default a new figure of a column's width.

    Returns
    -------
    The axes, with a number at each place and the items that stand there in a key below. Likelihood
    under the rival runs across, under the hypothesis up (both 0 to 1); on the diagonal an item says
    nothing. Absences are hollow: what is plotted is the probability of the
    absence, so their region is that of the absence as an observation.

    Raises
    ------
    UnknownNameError
        For an unknown name.
    ScaleError
        If every item of the episode is coded as a ratio.

    References
    ----------
    Barrenechea and Mahoney (2019), A Set-Theoretic Approach to Bayesian Process Tracing; the
    regions: Van Evera (1997), pp. 31-32, at a weight of 10 dB.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> ax = plot_evidence_space(ev, "A", against="B")
    >>> [text.get_text() for text in ax.texts][-2:]
    ['1', '1: memo']
    >>> plt.close(ax.figure)
    """
    one = one_coder(evidence, coder)
    where = one_episode(evidence["link_episode"], episode)
    pair = [named("hypothesis", name, evidence["hypothesis"]) for name in (of, against)]
    points = _gather(one.isel(link=np.flatnonzero(one["link_episode"].values == where)), pair, where, labels)
    key = _key(points)
    with house_style():
        ax = canvas(ax, height=_HEIGHT + _LINE * (key.count("\n") + 1))
        _draw_regions(ax)
        _draw_points(ax, points)
        _draw_key(ax, key)
        ax.set(xlabel=f"P(item | {label(against, labels)})", ylabel=f"P(item | {label(of, labels)})")
    return ax


def _gather(one: xr.Dataset, pair: list[str], episode: str, labels: Mapping[str, str] | None) -> list[Point]:
    placed = (one["coded"] & ~one["is_ratio"] & ~one["read"]).values
    if not placed.any():
        message = (
            f"episode {episode}: every item is coded as a ratio or by readings, which have no probability of "
            "their own; give reference_probability, or use plot_ledger"
        )
        raise ScaleError(message)
    shown = one.isel(link=np.flatnonzero(placed))
    y, x = (np.exp(shown["log_likelihood"].sel(hypothesis=name).values) for name in pair)
    together: dict[tuple[float, float, bool], list[str]] = {}
    for number, item in enumerate(shown["link_item"].values):
        place = (round(float(x[number]), 3), round(float(y[number]), 3), bool(shown["absent"].values[number]))
        together.setdefault(place, []).append((labels or {}).get(str(item), str(item)))
    points = [Point(*place[:2], names, place[2]) for place, names in together.items()]
    # numbered from the most favourable
    return sorted(points, key=lambda point: (-point.y / max(point.x, _TINY), point.y))


def regions() -> dict[str, list[tuple[float, float]]]:
    """Corners of the region of each test, at a weight of 10 dB; the rest are straws in the wind.

    Examples
    --------
    >>> [tuple(round(at, 3) for at in corner) for corner in regions()["doubly decisive"]]
    [(0.0, 0.9), (0.0, 1.0), (0.1, 1.0), (0.091, 0.909)]
    """
    ratio = 10.0
    # present: y = ratio x; absent: ratio (1 - y) = 1 - x
    across = (ratio - 1) / (ratio**2 - 1)
    meet = (across, ratio * across)
    edge = 1 - 1 / ratio
    return {
        "smoking gun": [(0.0, 0.0), (0.0, edge), meet],
        "hoop": [meet, (1 / ratio, 1.0), (1.0, 1.0)],
        "doubly decisive": [(0.0, edge), (0.0, 1.0), (1 / ratio, 1.0), meet],
    }


def _draw_regions(ax: Axes) -> None:
    for (name, corners), shade in zip(regions().items(), _SHADES, strict=True):
        ax.fill(
            *zip(*corners, strict=True), facecolor=shade, edgecolor=QUIET, linewidth=0.4, zorder=0, gid=name
        )
    ax.plot([0, 1], [0, 1], color=QUIET, linewidth=0.6, linestyle=(0, (4, 2)), zorder=0.5)
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    for word, (across, up, turn) in _WORDS.items():
        ax.text(
            across, up, word, fontsize=SMALL - 0.5, style="italic", color="#444444", ha="center", va="center",
            rotation=turn, zorder=0.6,
        )  # fmt: skip


def _draw_points(ax: Axes, points: list[Point]) -> None:
    for absent in (False, True):
        chosen = [point for point in points if point.absent == absent]
        if chosen:
            ax.plot(
                [p.x for p in chosen], [p.y for p in chosen], "o", color=TOWARDS, markersize=7.5, clip_on=False,
                markerfacecolor="white" if absent else TOWARDS, label="absent" if absent else "found",
                markeredgecolor=TOWARDS if absent else "white", markeredgewidth=0.6,
            )  # fmt: skip
    for number, point in enumerate(points, start=1):
        ax.text(
            point.x, point.y, str(number), ha="center", va="center_baseline", fontsize=SMALL - 1,
            color=TOWARDS if point.absent else "white", gid="number",
        )  # fmt: skip
    if any(point.absent for point in points):
        legend_above(ax)


def _key(points: list[Point]) -> str:
    """Which items each number stands for; the same number, the same likelihoods."""
    names = [f"{number}: {', '.join(point.names)}" for number, point in enumerate(points, start=1)]
    return "\n".join(textwrap.wrap("; ".join(names), _KEY, break_on_hyphens=False))


def _draw_key(ax: Axes, key: str) -> None:
    ax.annotate(
        key, (0, 0), (-18, -30), xycoords="axes fraction", textcoords="offset points", ha="left", va="top",
        fontsize=SMALL - 0.5, gid="key",
    )  # fmt: skip
