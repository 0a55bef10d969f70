"""Answers with evidence taken away: each part left out, and a biased search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded
from bayes_trace.plots.lettering import fit
from bayes_trace.plots.odds import FARTHEST, name_odds, to_odds
from bayes_trace.plots.posterior import NAMES, of_case
from bayes_trace.plots.style import (
    AWAY,
    COLUMN,
    FAINT,
    QUIET,
    TOWARDS,
    canvas,
    figure_style,
    legend_above,
    marks,
    width_of,
    x_title,
)
from bayes_trace.plots.words import (
    episode_labels,
    item_name,
    known_labels,
    known_name,
    label,
    one_coder,
    one_episode,
)
from bayes_trace.scales import logit

__all__ = ["plot_leave_one_out", "plot_search_bias"]

Array = npt.NDArray[np.float64]
#: inches: a row of items, one of episodes, what surrounds them
_ROW, _TALL, _AROUND = 0.15, 0.26, 0.85
#: a change of probability that is none; one from which on an axis of probabilities hides it
_NOTHING, _SATURATED = 1e-6, 0.95


class Without(NamedTuple):
    """The probability of one hypothesis as it is, and without each part."""

    rows: list[str]
    base: float
    values: Array
    #: whether another hypothesis leads then
    lost: npt.NDArray[np.bool_]


@guarded
def plot_leave_one_out(  # noqa: PLR0913 - what is drawn, and where
    without: xr.DataArray,
    posterior: xr.Dataset,
    *,
    episode: str | None = None,
    of: str | None = None,
    most: int = 15,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """Probability of one hypothesis with each part of the evidence set aside in turn.

    Parameters
    ----------
    without
        As from `sensitivity.leave_one_out`.
    posterior
        As from `update`, of the same coder: where each line begins.
    episode
        May be left out where there is only one.
    of
        The hypothesis; by default the leader.
    most
        So many parts, the largest changes first; what changes nothing is left out.
    labels
        Words for ids of hypotheses and of what is left out.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. Each line runs from the posterior, a dashed line, to what is left without the part; a cross: another
    hypothesis leads then. Above .95 the axis is one of log-odds, which still shows what a probability hides.

    Raises
    ------
    UnknownNameError
        For an unknown name.
    BayesTraceError
        If there are several episodes and none was named, or if nothing changes the answer.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> from bayes_trace import sensitivity
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.3, "B": 0.6}}))
    >>> ax = plot_leave_one_out(sensitivity.leave_one_out(ev), bt.update(ev))
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['memo', 'note']
    >>> plt.close(ax.figure)
    """
    where = one_episode(without["episode"], episode)
    one = one_coder(posterior).sel(episode=known_name("episode", where, posterior["episode"]))
    now = one["probability"]
    chosen = str(now["hypothesis"].values[int(now.argmax("hypothesis"))]) if of is None else of
    known_name("hypothesis", chosen, now["hypothesis"])
    words, room = known_labels(posterior, without, labels=labels), width_of(ax, width)
    with figure_style():
        left = _gather(without.sel(episode=where), now, chosen, most, words, NAMES * room)
        log_odds = left.base > _SATURATED
        ax = _draw_without(left, ax, width, log_odds=log_odds)
        name = fit(label(chosen, words), 0.55 * room, size="medium")
        note = "\n(scale of log-odds)" if log_odds else ""
        x_title(ax, f"probability of {name}\nwithout the part{note}", room)
    return ax


def _gather(
    here: xr.DataArray, now: xr.DataArray, of: str, most: int, labels: Mapping[str, str], room: float
) -> Without:
    table = here.transpose("left_out", "hypothesis")
    values = table.sel(hypothesis=of).values
    base = float(now.sel(hypothesis=of))
    with np.errstate(invalid="ignore"):  # from certain to certain is no change
        change = np.nan_to_num(np.abs(logit(values) - logit(base)), nan=0.0, posinf=np.inf)
    order = np.argsort(-change, kind="stable")
    order = order[change[order] > _NOTHING][:most]
    if not order.size:
        message = f"nothing that is left out changes the probability of {of}; there is nothing to draw"
        raise BayesTraceError(message)
    leads = table["hypothesis"].values[table.values.argmax(axis=1)]
    leader = str(now["hypothesis"].values[int(now.argmax("hypothesis"))])
    names = [str(name) for name in table["left_out"].values]
    return Without(
        [item_name(names[n], labels, room) for n in order], base, values[order], (leads != leader)[order]
    )


def _draw_without(left: Without, ax: Axes | None, width: float, *, log_odds: bool) -> Axes:
    ax = canvas(ax, height=_AROUND + _ROW * len(left.rows), width=width)
    base = float(to_odds(left.base)) if log_odds else left.base
    values = to_odds(left.values) if log_odds else left.values
    row = np.arange(len(left.rows))
    ax.axvline(base, color=QUIET, linewidth=0.8, linestyle=(0, (4, 2)), label="with all evidence", zorder=0)
    ax.hlines(row, base, values, color="#BBBBBB", linewidth=1.2, zorder=1)
    for chosen, color, mark, text in (
        (~left.lost, TOWARDS, "o", "without the part"),
        (left.lost, AWAY, "X", "without it another leads"),
    ):
        if chosen.any():
            ax.plot(
                values[chosen],
                row[chosen],
                mark,
                color=color,
                label=text,
                zorder=2,
                clip_on=False,
                linestyle="",
            )
    ax.set_yticks(row, left.rows)
    ax.set_ylim(len(left.rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    if log_odds:
        low, high = (float(edge(np.append(values, base))) for edge in (np.min, np.max))
        ax.set_xlim(max(low - 2, -FARTHEST - 1), min(high + 2, FARTHEST + 1))
        name_odds(ax, *ax.get_xlim())
    else:
        ax.set_xlim(-0.02, 1.02)
    legend_above(ax, columns=3, width=width_of(ax, width))
    return ax


@guarded
def plot_search_bias(
    bias: xr.Dataset,
    *,
    case: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """How biased a search would have to be before that bias alone explains the lead.

    Parameters
    ----------
    bias
        As from `sensitivity.search_bias`.
    case
        The episodes of one case; by default all.
    labels
        Words for ids of hypotheses and episodes.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. Episodes run down, with their leader; across run the decibels to take off every item that favours
    the leader until it is level with each rival. The leftmost mark is the weakest point. An arrow at the
    edge: no bias of the search would do. To the right, how many items favour the leader against
    the nearest rival.

    Raises
    ------
    UnknownNameError
        For an unknown case.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> from bayes_trace import sensitivity
    >>> table = {"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.4, "B": 0.2}, "gap": {"A": 0.25, "B": 0.5}}
    >>> ax = plot_search_bias(sensitivity.search_bias(bt.compile_evidence(bt.from_table(table))))
    >>> round(float(ax.lines[0].get_xdata()[0]), 2)
    3.01
    >>> plt.close(ax.figure)
    """
    here = of_case(bias, case)
    words, room = known_labels(bias, labels=labels), width_of(ax, width)
    with figure_style():
        rows = episode_labels(here, words, room=NAMES * room, lines=2)
        leaders = [label(str(name), words) for name in here["leader"].values]
        rows = [
            f"{row}\n{fit(f'({leader})', NAMES * room, lines=1)}"
            for row, leader in zip(rows, leaders, strict=True)
        ]
        return _draw_bias(here, rows, words, ax, width)


def _draw_bias(
    here: xr.Dataset, rows: list[str], labels: Mapping[str, str], ax: Axes | None, width: float
) -> Axes:
    lines = max(row.count("\n") for row in rows) + 1
    ax = canvas(ax, height=_AROUND + max(_TALL, 0.105 * lines + 0.05) * len(rows), width=width)
    table = here["bias"].transpose("episode", "rival").values
    finite = table[np.isfinite(table)]
    edge = 1.08 * max(float(finite.max(initial=0.0)), 1.0)
    names = [str(name) for name in here["rival"].values]
    offsets = np.linspace(-0.22, 0.22, len(names)) if len(names) > 2 else np.zeros(len(names))
    for row in range(0, len(rows), 2):
        ax.axhspan(row - 0.5, row + 0.5, color=FAINT, zorder=0, linewidth=0)
    for number, mark in enumerate(marks(names).values()):
        place, value = np.arange(len(rows)) + offsets[number], table[:, number]
        near, never = np.isfinite(value), np.isposinf(value)
        if near.any():
            ax.plot(
                value[near], place[near], mark.marker, color=mark.color, linestyle="", clip_on=False,
                label=f"level with {label(names[number], labels)}",
            )  # fmt: skip
        if never.any():
            ax.plot(
                [edge] * int(never.sum()), place[never], ">", color=mark.color, markersize=3, clip_on=False
            )
    _count(ax, here)
    ax.set_yticks(range(len(rows)), rows)
    ax.set(xlim=(0, edge), ylim=(len(rows) - 0.5, -0.5))
    note = "\n(arrow: no bias suffices)" if np.isposinf(table).any() else ""
    x_title(ax, f"dB subtracted from each item that favours the leader{note}", width_of(ax, width))
    ax.tick_params(axis="y", length=0)
    legend_above(ax, width=width_of(ax, width))
    return ax


def _count(ax: Axes, here: xr.Dataset) -> None:
    """How many items favour the leader against the rival that is nearest."""
    table = here["bias"].transpose("episode", "rival").fillna(np.inf).values
    counts = here["favouring"].transpose("episode", "rival").values
    for row, nearest in enumerate(table.argmin(axis=1)):
        number = int(counts[row, nearest])
        ax.annotate(
            f"{number} item{'' if number == 1 else 's'}", (1, row), (4, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="left", va="center", fontsize="small", gid="count",
        )  # fmt: skip
