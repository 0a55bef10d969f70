"""The plane of likelihoods, with the regions of Van Evera's tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.errors import ScaleError
from bayes_trace.guards import guarded
from bayes_trace.likelihood import links_of, with_likelihoods
from bayes_trace.likelihood.links import FACT
from bayes_trace.plots.lettering import fit, letters
from bayes_trace.plots.style import (
    COLUMN,
    QUIET,
    TOWARDS,
    canvas,
    figure_style,
    legend_above,
    width_of,
)
from bayes_trace.plots.words import item_name, known_labels, known_name, label, one_coder, one_episode
from bayes_trace.scales.units import Z_90

__all__ = ["plot_evidence_space"]

Array = npt.NDArray[np.float64]
#: inches: what surrounds the plane, and a line of the key
_AROUND, _LINE = 0.15, 0.105
_TINY = 1e-12
RIVAL = " for the rival"
_SHADES = {"smoking gun": "#E2E2E2", "hoop": "#EEEEEE", "doubly decisive": "#CFCFCF"}
#: where a region is named, and how far the name is turned
_WORDS = {
    "straw in the wind": (0.4, 0.44, 45),
    "hoop": (0.6, 1.03, 0),
    "smoking gun": (0.028, 0.66, 90),
    "doubly decisive": (0.13, 1.03, 0),
    "smoking gun for the rival": (0.62, 0.028, 0),
    "hoop for the rival": (1.03, 0.7, 90),
    "doubly decisive for the rival": (1.03, 0.2, 90),
}


class Point(NamedTuple):
    """Items that share one place in the plane."""

    x: float
    y: float
    names: list[str]
    absent: bool
    #: ends of the elicited ranges of each item, (x low, x high, y low, y high)
    ranges: list[tuple[float, float, float, float]]


@guarded
def plot_evidence_space(  # noqa: PLR0913 - what is drawn, and where
    evidence: xr.Dataset,
    of: str,
    *,
    against: str,
    episode: str | None = None,
    coder: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """Items in the plane of their likelihoods under two hypotheses, with their ranges, over the regions of the tests.

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
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes, with a number at each place and the items that stand there in a key below. Likelihood
    under the rival runs across, under the hypothesis up (both 0 to 1); on the diagonal an item says
    nothing, above it favours the hypothesis, below it the rival, whose tests mirror those of the hypothesis. Thin lines
    are the elicited 90 % ranges. Absences are hollow: what is plotted is the probability of the
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
    by = str(coder or evidence.attrs["base_coder"])
    where = one_episode(evidence["link_episode"], episode)
    pair = [known_name("hypothesis", name, evidence["hypothesis"]) for name in (of, against)]
    words, room = known_labels(one, labels=labels), width_of(ax, width)
    with figure_style():
        points = _gather(evidence, by, pair, where, words)
        key = _key(points, room - 0.1)
        high = (room - _AROUND) / letters() + _LINE * (key.count("\n") + 1)
        ax = canvas(ax, height=high, width=width)
        _draw_regions(ax)
        _draw_points(ax, points, room)
        _draw_key(ax, key)
        names = [fit(label(name, words), 0.7 * room, size="medium", lines=1) for name in (against, of)]
        ax.set(xlabel=f"P(item | {names[0]})", ylabel=f"P(item | {names[1]})")
    return ax


def _gather(
    evidence: xr.Dataset, coder: str, pair: list[str], episode: str, labels: Mapping[str, str]
) -> list[Point]:
    one = evidence.sel(coder=coder)
    here = one["link_episode"].values == episode
    placed, absent = _placed(one)
    chosen = np.flatnonzero(here & placed)
    if not chosen.size:
        message = (
            f"episode {episode}: every item is coded as a ratio or by readings, which have no probability of "
            "their own; give reference_probability, or use plot_ledger"
        )
        raise ScaleError(message)
    best = np.exp(one["log_likelihood"].sel(hypothesis=pair).transpose("link", "hypothesis").values)[chosen]
    low, high = (_likelihoods(evidence, coder, pair, end)[chosen] for end in (-1, 1))
    together: dict[tuple[float, float, bool], Point] = {}
    for number, link in enumerate(chosen):
        (y, x), ends = best[number], np.sort([low[number], high[number]], axis=0)
        place = (round(float(x), 3), round(float(y), 3), bool(absent[link]))
        point = together.setdefault(place, Point(*place[:2], [], place[2], []))
        point.names.append(item_name(str(one["link_item"].values[link]), labels, 1.6))
        point.ranges.append((float(ends[0, 1]), float(ends[1, 1]), float(ends[0, 0]), float(ends[1, 0])))
    # numbered from the most favourable
    return sorted(together.values(), key=lambda point: (-point.y / max(point.x, _TINY), point.y))


def _placed(one: xr.Dataset) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Links that have a probability of their own, and those whose search found nothing."""
    links = links_of(one)
    ratio = np.zeros(links.n_links, dtype=bool)
    ratio[links.entry_link[links.is_ratio & links.coded]] = True
    return links.spoken & ~ratio & (links.kind != FACT), links.absent[links.first]


def _likelihoods(evidence: xr.Dataset, coder: str, pair: list[str], end: int) -> Array:
    """P(link given each of the pair), every elicited number at its low (-1) or high end."""
    spread = evidence["spread_high" if end > 0 else "spread_low"]
    moved = with_likelihoods(evidence.assign(location=evidence["location"] + end * Z_90 * spread))
    rows = moved["log_likelihood"].sel(coder=coder, hypothesis=pair).transpose("link", "hypothesis")
    return np.exp(rows.values)


def regions() -> dict[str, list[tuple[float, float]]]:
    """Corners of the region of each test, at a weight of 10 dB; the rest are straws in the wind.

    Tests of the rival mirror those of the hypothesis in the diagonal.

    Examples
    --------
    >>> corners = regions()
    >>> [tuple(round(at, 3) for at in corner) for corner in corners["doubly decisive"]]
    [(0.0, 0.9), (0.0, 1.0), (0.1, 1.0), (0.091, 0.909)]
    >>> corners["smoking gun for the rival"][1]
    (0.9, 0.0)
    """
    ratio = 10.0
    # present: y = ratio x; absent: ratio (1 - y) = 1 - x
    across = (ratio - 1) / (ratio**2 - 1)
    meet = (across, ratio * across)
    edge = 1 - 1 / ratio
    own = {
        "smoking gun": [(0.0, 0.0), (0.0, edge), meet],
        "hoop": [meet, (1 / ratio, 1.0), (1.0, 1.0)],
        "doubly decisive": [(0.0, edge), (0.0, 1.0), (1 / ratio, 1.0), meet],
    }
    return own | {name + RIVAL: [(y, x) for x, y in corners] for name, corners in own.items()}


def _draw_regions(ax: Axes) -> None:
    for name, corners in regions().items():
        shade = _SHADES[name.removesuffix(RIVAL)]
        ax.fill(
            *zip(*corners, strict=True), facecolor=shade, edgecolor=QUIET, linewidth=0.4, zorder=0, gid=name
        )
    ax.plot([0, 1], [0, 1], color=QUIET, linewidth=0.6, linestyle=(0, (4, 2)), zorder=0.5)
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    for word, (across, up, turn) in _WORDS.items():
        ax.text(
            across, up, word, fontsize="x-small", style="italic", color="#444444", ha="center", va="center",
            rotation=turn, zorder=0.6,
        )  # fmt: skip


def _draw_points(ax: Axes, points: list[Point], room: float) -> None:
    for absent in (False, True):
        chosen = [point for point in points if point.absent == absent]
        if chosen:
            ax.plot(
                [p.x for p in chosen], [p.y for p in chosen], "o", color=TOWARDS, markersize=7.5, clip_on=False,
                markerfacecolor="white" if absent else TOWARDS, label="absent" if absent else "found",
                markeredgecolor=TOWARDS if absent else "white", markeredgewidth=0.6,
            )  # fmt: skip
    for number, point in enumerate(points, start=1):
        for x_low, x_high, y_low, y_high in point.ranges:
            ax.hlines(point.y, x_low, x_high, color=TOWARDS, linewidth=0.6, zorder=1, gid="range")
            ax.vlines(point.x, y_low, y_high, color=TOWARDS, linewidth=0.6, zorder=1, gid="range")
        ax.text(
            point.x, point.y, str(number), ha="center", va="center_baseline", fontsize="x-small",
            color=TOWARDS if point.absent else "white", gid="number",
        )  # fmt: skip
    if any(point.absent for point in points):
        legend_above(ax, width=room)


def _key(points: list[Point], room: float) -> str:
    """Which items each number stands for; the same number, the same likelihoods."""
    names = [f"{number}: {', '.join(point.names)}" for number, point in enumerate(points, start=1)]
    return fit("; ".join(names), room, lines=len(points) * 3)


def _draw_key(ax: Axes, key: str) -> None:
    ax.annotate(
        key, (0, 0), (-18, -30), xycoords="axes fraction", textcoords="offset points", ha="left", va="top",
        fontsize="small", gid="key",
    )  # fmt: skip
