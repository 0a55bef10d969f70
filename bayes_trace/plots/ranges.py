"""Items on which an answer rests: swings within their ranges, and their tipping points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded
from bayes_trace.plots.lettering import fit, inches
from bayes_trace.plots.style import (
    AWAY,
    COLUMN,
    QUIET,
    TOWARDS,
    canvas,
    figure_style,
    legend_above,
    width_of,
    x_title,
)
from bayes_trace.plots.words import item_name, known_labels, known_name, label, one_episode

__all__ = ["plot_tipping", "plot_tornado"]

Array = npt.NDArray[np.float64]
#: inches: a row, and what surrounds them; the share of the width that names of items take
_ROW, _AROUND, _NAMES, _PAIR = 0.15, 0.85, 0.38, 0.44


class Spans(NamedTuple):
    """Two ends per row, dB; infinite ends reach the edge."""

    rows: list[str]
    first: Array
    second: Array


@guarded
def plot_tornado(
    ranges: xr.Dataset,
    *,
    episode: str | None = None,
    lead: xr.Dataset | None = None,
    most: int = 12,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """How far the lead moves when one likelihood goes from the low to the high end of its range.

    Parameters
    ----------
    ranges
        As from `sensitivity.one_way`.
    episode
        May be left out where there is only one.
    lead
        As from `lead`: adds the lead as coded, a dashed line.
    most
        So many likelihoods, the widest swings first; what moves nothing is left out.
    labels
        Words for ids of hypotheses and items.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. Across runs the lead of the leader over its strongest rival in dB; left of 0 it has
    lost the lead.

    Raises
    ------
    UnknownNameError
        For an unknown episode.
    BayesTraceError
        If there are several episodes and none was named, or if nothing moves.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> from bayes_trace import sensitivity
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2}}))
    >>> ax = plot_tornado(sensitivity.one_way(ev))
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['memo | A']
    >>> plt.close(ax.figure)
    """
    where = one_episode(ranges["entry_episode"], episode)
    base = None if lead is None else _base(lead, where)
    words = known_labels(ranges, *([] if lead is None else [lead]), labels=labels)
    with figure_style():
        spans = _swings(ranges, where, most, words, width_of(ax, width))
        return _draw_tornado(spans, base, ax, width)


def _swings(ranges: xr.Dataset, episode: str, most: int, labels: Mapping[str, str], room: float) -> Spans:
    here = ranges.isel(entry=np.flatnonzero(ranges["entry_episode"].values == episode))
    swing = here["swing"].transpose("entry", "varied").values
    order = np.argsort(-swing, axis=None, kind="stable")[: min(most, int((swing > 0).sum()))]
    if not order.size:
        message = (
            f"episode {episode}: no likelihood has a range that moves the lead; use one_way(..., uniform=3)"
        )
        raise BayesTraceError(message)
    entry, varied = np.unravel_index(order, swing.shape)
    ends = here["lead"].transpose("entry", "varied", "end").values[entry, varied]
    items = [str(name) for name in here["entry_item"].values]
    names = [str(name) for name in here["varied"].values]
    rows = [
        _pair_name(item_name(items[a], labels, _PAIR * room), label(names[b], labels), _PAIR * room)
        for a, b in zip(entry, varied, strict=True)
    ]
    return Spans(rows, ends[:, 0], ends[:, 1])


def _pair_name(item: str, hypothesis: str, room: float) -> str:
    """An item and a hypothesis, in one line where that has room."""
    together = f"{item} | {hypothesis}"
    return together if inches(together) <= room else f"{item}\n| {fit(hypothesis, room - 0.1, lines=1)}"


def _base(lead: xr.Dataset, episode: str) -> float:
    chosen = lead["lead"].sel(episode=known_name("episode", episode, lead["episode"]))
    if "coder" in chosen.dims:
        message = "the lead is that of several coders; take the lead of update(..., coder=...)"
        raise BayesTraceError(message)
    return float(chosen.item())


def _draw_tornado(spans: Spans, base: float | None, ax: Axes | None, width: float) -> Axes:
    lines = max(name.count("\n") for name in spans.rows)
    ax = canvas(ax, height=_AROUND + (_ROW + 0.1 * lines) * len(spans.rows), width=width)
    row = np.arange(len(spans.rows))
    low, high = _inside(ax, spans, [0.0, *([] if base is None else [base])])
    ax.hlines(row, low, high, color="#BBBBBB", linewidth=3.5, zorder=1)
    ax.plot(
        low,
        row,
        "o",
        color=AWAY,
        markerfacecolor="white",
        label="likelihood at its low end",
        zorder=2,
        clip_on=False,
    )
    ax.plot(
        high,
        row,
        "D",
        color=TOWARDS,
        markersize=3.2,
        label="likelihood at its high end",
        zorder=2,
        clip_on=False,
    )
    if base is not None:
        ax.axvline(base, color=QUIET, linewidth=0.8, linestyle=(0, (4, 2)), label="lead as coded", zorder=0)
    _finish(ax, spans.rows, "lead over the strongest rival, dB\n(below 0 it is lost)", width)
    return ax


def _inside(ax: Axes, spans: Spans, also: list[float]) -> tuple[Array, Array]:
    """Both ends with infinities at the edge; sets the limits."""
    each = np.concatenate([spans.first, spans.second, also])
    finite = each[np.isfinite(each)]
    room = max(float(np.ptp(finite)), 1.0)
    left, right = float(finite.min()) - 0.08 * room, float(finite.max()) + 0.08 * room
    ax.set_xlim(left, right)
    return np.clip(spans.first, left, right), np.clip(spans.second, left, right)


def _finish(ax: Axes, rows: list[str], axis: str, width: float) -> None:
    ax.axvline(0, color="black", linewidth=0.6, zorder=0.5)
    ax.set_yticks(range(len(rows)), rows)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    x_title(ax, axis, width_of(ax, width))
    ax.tick_params(axis="y", length=0)
    legend_above(ax, width=width_of(ax, width))


@guarded
def plot_tipping(
    tipping: xr.Dataset,
    *,
    rival: str | None = None,
    episode: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    r"""Each item's weight as coded, and the weight at which leader and rival would tie.

    Parameters
    ----------
    tipping
        As from `sensitivity.tipping_points`.
    rival
        May be left out where there are only two hypotheses.
    episode
        May be left out where there is only one.
    labels
        Words for ids of hypotheses and items.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. Decibels for the target (by default the leader) against the rival run across. The
    shortest line is the weakest point; an arrow to the edge: no value that the item could have would do.

    Raises
    ------
    UnknownNameError
        For an unknown name.
    BayesTraceError
        If a name is needed to choose.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> from bayes_trace import sensitivity
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.5, "B": 0.25}}))
    >>> ax = plot_tipping(sensitivity.tipping_points(ev))
    >>> ax.get_xlabel()
    'weight of the item, dB\nfor A against B'
    >>> plt.close(ax.figure)
    """
    where = one_episode(tipping["link_episode"], episode)
    here = tipping.isel(link=np.flatnonzero(tipping["link_episode"].values == where))
    target = str(here["target"].values[0])
    against = _rival(here, target, rival)
    words, room = known_labels(tipping, labels=labels), width_of(ax, width)
    with figure_style():
        spans = _tips(here.sel(rival=against), words, _NAMES * room)
        pair = [fit(label(name, words), 0.6 * room, size="medium") for name in (target, against)]
        return _draw_tipping(spans, pair, ax, width)


def _rival(here: xr.Dataset, target: str, rival: str | None) -> str:
    others = [str(name) for name in here["rival"].values if name != target]
    if rival is None and len(others) > 1:
        message = f"name a rival of {target}; there are: {', '.join(others)}"
        raise BayesTraceError(message)
    return known_name("rival", others[0] if rival is None else rival, xr.DataArray(others))


def _tips(here: xr.Dataset, labels: Mapping[str, str], room: float) -> Spans:
    rows = [item_name(str(name), labels, room) for name in here["link_item"].values]
    return Spans(rows, here["ratio_db"].values, here["tipping_db"].values)


def _draw_tipping(spans: Spans, pair: list[str], ax: Axes | None, width: float) -> Axes:
    ax = canvas(ax, height=_AROUND + _ROW * len(spans.rows), width=width)
    row = np.arange(len(spans.rows))
    coded, tip = _inside(ax, spans, [0.0])
    ax.hlines(row, coded, tip, color="#BBBBBB", linewidth=1.2, zorder=1)
    ax.plot(coded, row, "o", color=TOWARDS, label="weight as coded", zorder=2, clip_on=False)
    can = np.isfinite(spans.second)
    ax.plot(
        tip[can],
        row[can],
        "X",
        color=AWAY,
        markersize=4.2,
        label="at which the two would tie",
        zorder=2,
        clip_on=False,
    )
    for at, end in zip(row[~can], tip[~can], strict=True):
        ax.plot(end, at, "<" if end < 0 else ">", color=QUIET, markersize=3, zorder=2, clip_on=False)
    if not can.all():
        ax.plot([], [], "<", color=QUIET, markersize=3, label="no weight suffices", linestyle="")
    _finish(ax, spans.rows, f"weight of the item, dB\nfor {pair[0]} against {pair[1]}", width)
    return ax
