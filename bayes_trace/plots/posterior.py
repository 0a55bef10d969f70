"""Prior and posterior side by side: by episode, by scenario, by coder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded
from bayes_trace.plots.draws import sampled
from bayes_trace.plots.style import (
    COLUMN,
    FAINT,
    QUIET,
    Mark,
    canvas,
    figure_style,
    legend_above,
    marks,
    width_of,
)
from bayes_trace.plots.words import episode_labels, known_labels, known_name, label, one_coder
from bayes_trace.scales.units import INTERVAL

__all__ = ["plot_posterior"]

Array = npt.NDArray[np.float64]
#: inches between two hypotheses of one row, and around a figure
_PITCH, _AROUND = 0.078, 0.85
#: steps between hypotheses that a heading takes
_HEAD = 1.8
#: inches: a line of a label
_LINE = 0.1
#: the share of the width that names of rows take
NAMES = 0.37


class Rows(NamedTuple):
    """What is drawn: one group of dots per row, one dot per column."""

    rows: list[str]
    #: a heading per row; a line and the heading are drawn where it changes
    heads: list[str]
    columns: list[str]
    values: Array
    #: the same shape, NaN where there is none
    prior: Array
    low: Array
    high: Array
    #: what the intervals are
    interval: str = ""


@guarded
def plot_posterior(
    posterior: xr.Dataset,
    *,
    case: str | None = None,
    draws: xr.DataTree | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """Posterior of every hypothesis in every episode, the prior beside it.

    Parameters
    ----------
    posterior
        As from `update`; of several coders the base coder is shown.
    case
        The episodes of one case; by default all.
    draws
        As from `sample` (of all coders): dots are then the means of ``probability`` over the draws, with
        the 90 % intervals that ArviZ computes.
    labels
        Words for ids of hypotheses and episodes.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. Episodes run down, probability (0 to 1) across.

    Raises
    ------
    UnknownNameError
        For an unknown case.
    BayesTraceError
        If the draws are of other episodes or hypotheses.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> post = bt.update(bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})))
    >>> ax = plot_posterior(post)
    >>> ax.get_xlabel()
    'probability'
    >>> plt.close(ax.figure)
    """
    shown = of_case(one_coder(posterior), case)
    with figure_style():
        rows = _gather(shown, draws, known_labels(shown, labels=labels), NAMES * width_of(ax, width))
        return draw_rows(rows, ax, width)


def of_case(result: xr.Dataset, case: str | None) -> xr.Dataset:
    """The episodes of one case; all where none is named."""
    if case is None:
        return result
    known_name("case", case, result["case"].drop_duplicates("episode"))
    return result.sel(episode=result["case"] == case)


def _gather(shown: xr.Dataset, draws: xr.DataTree | None, labels: Mapping[str, str], room: float) -> Rows:
    names = [str(name) for name in shown["hypothesis"].values]
    values = shown["probability"].transpose("episode", "hypothesis").values
    low = high = np.full_like(values, np.nan)
    if draws is not None:
        values, low, high = _summaries(shown, draws)
    cases = [str(case) for case in shown["case"].values] if "case" in shown.coords else [""] * len(values)
    return Rows(
        rows=episode_labels(shown, labels, room=room),
        heads=[label(case, labels) for case in cases] if len(set(cases)) > 1 else [""] * len(cases),
        columns=[label(name, labels) for name in names],
        values=values,
        prior=shown["prior"].transpose("episode", "hypothesis").values,
        low=low,
        high=high,
        interval="" if draws is None else _interval(draws),
    )


def _interval(draws: xr.DataTree) -> str:
    """The name of an interval; a sensitivity distribution never passes for a posterior."""
    propagated = draws.attrs.get("kind") == "propagated"
    return f"{100 * INTERVAL:.0f} % {'of propagated ranges' if propagated else 'interval'}"


def _summaries(shown: xr.Dataset, draws: xr.DataTree) -> tuple[Array, Array, Array]:
    from arviz_stats.visualization import eti

    probability = sampled(draws, "posterior", "probability")
    wanted = {name: shown[name].values for name in ("episode", "hypothesis")}
    for name, values in wanted.items():
        if missing := [str(value) for value in values if value not in probability[name].values]:
            message = f"the draws have no {name} {', '.join(missing)}; sample the evidence that is plotted"
            raise BayesTraceError(message)
    chosen = probability.sel(wanted)
    ends = eti(chosen, prob=INTERVAL).transpose("ci_bound", "episode", "hypothesis").values
    return chosen.mean(("chain", "draw")).transpose("episode", "hypothesis").values, ends[0], ends[1]


def draw_rows(rows: Rows, ax: Axes | None, width: float) -> Axes:
    """Dots of every column that a row has, one under the other inside it."""
    tops, tall = _layout(rows)
    end = float(tops[-1] + tall[-1])
    ax = canvas(ax, height=_AROUND + _PITCH * end, width=width)
    for top, height in list(zip(tops, tall, strict=True))[::2]:
        ax.axhspan(top, top + height, color=FAINT, zorder=0, linewidth=0)
    for number, (name, mark) in enumerate(zip(rows.columns, marks(rows.columns).values(), strict=True)):
        if np.isfinite(rows.values[:, number]).any():
            _draw_column(ax, rows, number, name, mark)
    _head(ax, rows.heads, tops)
    ax.set(xlim=(-0.02, 1.02), ylim=(end, 0), xlabel="probability")
    ax.set_yticks(tops + tall / 2, rows.rows)
    ax.tick_params(axis="y", length=0)
    _explain(ax, rows, width_of(ax, width))
    return ax


def _layout(rows: Rows) -> tuple[Array, Array]:
    """Where each row begins and how tall it is: a heading has a line of its own, what a row lacks has no slot."""
    slots = 1.0 + np.isfinite(rows.values).sum(axis=1)
    lines = np.array([1.2 + row.count("\n") for row in rows.rows]) * _LINE / _PITCH
    tall = np.maximum(slots, lines)
    opens = [_opens(rows.heads, number) for number in range(len(rows.heads))]
    return np.concatenate([[0.0], np.cumsum(tall)[:-1]]) + _HEAD * np.cumsum(opens), tall


def _opens(heads: Sequence[str], number: int) -> bool:
    return bool(heads[number]) and (number == 0 or heads[number] != heads[number - 1])


def _places(rows: Rows, number: int) -> Array:
    """Height of a column's dot in every row, the dots of a row in its middle."""
    tops, tall = _layout(rows)
    there = np.isfinite(rows.values)
    return np.asarray(tops + (tall - there.sum(axis=1) + 1) / 2 + there[:, :number].sum(axis=1))


def _draw_column(ax: Axes, rows: Rows, number: int, name: str, mark: Mark) -> None:
    chosen = np.isfinite(rows.values[:, number])
    y = _places(rows, number)[chosen]
    low, high, prior = (each[chosen, number] for each in (rows.low, rows.high, rows.prior))
    ax.hlines(y, low, high, color=mark.color, linewidth=0.9)
    if np.isfinite(prior).any():
        ax.plot(prior, y, "|", color=QUIET, markersize=4, markeredgewidth=0.8, zorder=1.5)
    ax.plot(
        rows.values[chosen, number],
        y,
        mark.marker,
        color=mark.color,
        markersize=3.4,
        label=name,
        clip_on=False,
    )


def _explain(ax: Axes, rows: Rows, room: float) -> None:
    """The legend: hypotheses first, then the marks that all share."""
    if np.isfinite(rows.prior).any():
        ax.plot([], [], "|", color=QUIET, markersize=4, markeredgewidth=0.8, label="prior")
    if np.isfinite(rows.low).any():
        ax.plot([], [], color=QUIET, linewidth=0.9, label=rows.interval)
    legend_above(ax, width=room)


def _head(ax: Axes, heads: Sequence[str], tops: Array) -> None:
    for number, (head, top) in enumerate(zip(heads, tops, strict=True)):
        if _opens(heads, number):
            ax.axhline(top - _HEAD, color=QUIET, linewidth=0.5)
            ax.annotate(
                head, (0, top - _HEAD / 2), (3, 0), xycoords=("axes fraction", "data"),
                textcoords="offset points", ha="left", va="center", style="italic", fontsize="small",
            )  # fmt: skip
