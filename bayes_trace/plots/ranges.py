"""Items that carry an answer: swings within their ranges, and where they would tip it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.errors import BayesTraceError
from bayes_trace.plots.house import AWAY, QUIET, TOWARDS, canvas, house_style, legend_above
from bayes_trace.plots.words import label, named, one_episode, wrap

__all__ = ["plot_tipping", "plot_tornado"]

Array = npt.NDArray[np.float64]
_ROW, _AROUND = 0.15, 0.85


class Spans(NamedTuple):
    """Two ends per row, dB; infinite ends reach the edge."""

    rows: list[str]
    first: Array
    second: Array


def plot_tornado(
    ranges: xr.Dataset,
    *,
    episode: str | None = None,
    lead: xr.Dataset | None = None,
    most: int = 12,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
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
        Axes to draw into; by default a new figure of a column's width.

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
    where = one_episode(ranges["link_episode"], episode)
    spans = _swings(ranges, where, most, labels)
    base = None if lead is None else _base(lead, where)
    with house_style():
        return _draw_tornado(spans, base, ax)


def _swings(ranges: xr.Dataset, episode: str, most: int, labels: Mapping[str, str] | None) -> Spans:
    here = ranges.isel(link=np.flatnonzero(ranges["link_episode"].values == episode))
    swing = here["swing"].transpose("link", "varied").values
    order = np.argsort(-swing, axis=None, kind="stable")[: min(most, int((swing > 0).sum()))]
    if not order.size:
        message = (
            f"episode {episode}: no likelihood has a range that moves the lead; use one_way(..., uniform=3)"
        )
        raise BayesTraceError(message)
    link, varied = np.unravel_index(order, swing.shape)
    ends = here["lead"].transpose("link", "varied", "end").values[link, varied]
    items = [str(name) for name in here["link_item"].values]
    names = [str(name) for name in here["varied"].values]
    rows = [
        f"{wrap((labels or {}).get(items[a], items[a]), 14, lines=1)} | {wrap(label(names[b], labels), 24, lines=1)}"
        for a, b in zip(link, varied, strict=True)
    ]
    return Spans(rows, ends[:, 0], ends[:, 1])


def _base(lead: xr.Dataset, episode: str) -> float:
    chosen = lead["lead"].sel(episode=named("episode", episode, lead["episode"]))
    if "coder" in chosen.dims:
        message = "the lead is that of several coders; take the lead of update(..., coder=...)"
        raise BayesTraceError(message)
    return float(chosen.item())


def _draw_tornado(spans: Spans, base: float | None, ax: Axes | None) -> Axes:
    ax = canvas(ax, height=_AROUND + _ROW * len(spans.rows))
    row = np.arange(len(spans.rows))
    low, high = _inside(ax, spans, [0.0, *([] if base is None else [base])])
    ax.hlines(row, low, high, color="#BBBBBB", linewidth=3.5, zorder=1)
    ax.plot(
        low, row, "o", color=AWAY, markerfacecolor="white", label="at the low end", zorder=2, clip_on=False
    )
    ax.plot(high, row, "D", color=TOWARDS, markersize=3.2, label="at the high end", zorder=2, clip_on=False)
    if base is not None:
        ax.axvline(base, color=QUIET, linewidth=0.8, linestyle=(0, (4, 2)), label="as coded", zorder=0)
    _finish(ax, spans.rows, "lead over the strongest rival, dB\n(below 0 it is lost)")
    return ax


def _inside(ax: Axes, spans: Spans, also: list[float]) -> tuple[Array, Array]:
    """Both ends with infinities at the edge; sets the limits."""
    each = np.concatenate([spans.first, spans.second, also])
    finite = each[np.isfinite(each)]
    room = max(float(np.ptp(finite)), 1.0)
    left, right = float(finite.min()) - 0.08 * room, float(finite.max()) + 0.08 * room
    ax.set_xlim(left, right)
    return np.clip(spans.first, left, right), np.clip(spans.second, left, right)


def _finish(ax: Axes, rows: list[str], axis: str) -> None:
    ax.axvline(0, color="black", linewidth=0.6, zorder=0.5)
    ax.set_yticks(range(len(rows)), rows)
    ax.set(ylim=(len(rows) - 0.4, -0.6), xlabel=axis)
    ax.tick_params(axis="y", length=0)
    legend_above(ax, columns=3)


def plot_tipping(
    tipping: xr.Dataset,
    *,
    rival: str | None = None,
    episode: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
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
        Axes to draw into; by default a new figure of a column's width.

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
    spans = _tips(here.sel(rival=against), labels)
    with house_style():
        return _draw_tipping(spans, label(target, labels), label(against, labels), ax)


def _rival(here: xr.Dataset, target: str, rival: str | None) -> str:
    others = [str(name) for name in here["rival"].values if name != target]
    if rival is None and len(others) > 1:
        message = f"name a rival of {target}; there are: {', '.join(others)}"
        raise BayesTraceError(message)
    return named("rival", others[0] if rival is None else rival, xr.DataArray(others))


def _tips(here: xr.Dataset, labels: Mapping[str, str] | None) -> Spans:
    items = [str(name) for name in here["link_item"].values]
    rows = [wrap((labels or {}).get(name, name), 22, lines=1) for name in items]
    return Spans(rows, here["ratio_db"].values, here["tipping_db"].values)


def _draw_tipping(spans: Spans, target: str, rival: str, ax: Axes | None) -> Axes:
    ax = canvas(ax, height=_AROUND + _ROW * len(spans.rows))
    row = np.arange(len(spans.rows))
    coded, tip = _inside(ax, spans, [0.0])
    ax.hlines(row, coded, tip, color="#BBBBBB", linewidth=1.2, zorder=1)
    ax.plot(coded, row, "o", color=TOWARDS, label="as coded", zorder=2, clip_on=False)
    can = np.isfinite(spans.second)
    ax.plot(tip[can], row[can], "X", color=AWAY, markersize=4.2, label="tie", zorder=2, clip_on=False)
    for at, end in zip(row[~can], tip[~can], strict=True):
        ax.plot(end, at, "<" if end < 0 else ">", color=QUIET, markersize=3, zorder=2, clip_on=False)
    if not can.all():
        ax.plot([], [], "<", color=QUIET, markersize=3, label="cannot tip it", linestyle="")
    _finish(ax, spans.rows, f"weight of the item, dB\nfor {target} against {rival}")
    return ax
