"""Prior and posterior side by side: by episode, by scenario, by coder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.errors import BayesTraceError
from bayes_trace.plots.draws import sampled
from bayes_trace.plots.house import FAINT, QUIET, SMALL, Look, canvas, house_style, legend_above, looks
from bayes_trace.plots.words import episode_labels, label, named, one_coder

__all__ = ["plot_posterior"]

Array = npt.NDArray[np.float64]
#: inches between two hypotheses of one row, and around a figure
_PITCH, _AROUND = 0.078, 0.85
#: steps between hypotheses that a heading takes
_HEAD = 1.8
#: inches: a line of a label
_LINE = 0.1
#: of the intervals that are drawn
CI_PROB = 0.89


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


def plot_posterior(
    posterior: xr.Dataset,
    *,
    case: str | None = None,
    draws: xr.DataTree | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
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
        the 89 % intervals that ArviZ computes.
    labels
        Words for ids of hypotheses and episodes.
    ax
        Axes to draw into; by default a new figure of a column's width.

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
    rows = _gather(shown, draws, labels)
    with house_style():
        return draw_rows(rows, looks([str(name) for name in shown["hypothesis"].values]), ax)


def of_case(result: xr.Dataset, case: str | None) -> xr.Dataset:
    """The episodes of one case; all where none is named."""
    if case is None:
        return result
    named("case", case, result["case"].drop_duplicates("episode"))
    return result.sel(episode=result["case"] == case)


def _gather(shown: xr.Dataset, draws: xr.DataTree | None, labels: Mapping[str, str] | None) -> Rows:
    names = [str(name) for name in shown["hypothesis"].values]
    values = shown["probability"].transpose("episode", "hypothesis").values
    low = high = np.full_like(values, np.nan)
    if draws is not None:
        values, low, high = _summaries(shown, draws)
    cases = [str(case) for case in shown["case"].values] if "case" in shown.coords else [""] * len(values)
    return Rows(
        rows=episode_labels(shown, labels, lines=3),
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
    return f"{100 * CI_PROB:.0f} % {'of propagated ranges' if propagated else 'interval'}"


def _summaries(shown: xr.Dataset, draws: xr.DataTree) -> tuple[Array, Array, Array]:
    from arviz_stats.visualization import eti

    probability = sampled(draws, "posterior", "probability")
    wanted = {name: shown[name].values for name in ("episode", "hypothesis")}
    for name, values in wanted.items():
        if missing := [str(value) for value in values if value not in probability[name].values]:
            message = f"the draws have no {name} {', '.join(missing)}; sample the evidence that is plotted"
            raise BayesTraceError(message)
    chosen = probability.sel(wanted)
    ends = eti(chosen, prob=CI_PROB).transpose("ci_bound", "episode", "hypothesis").values
    return chosen.mean(("chain", "draw")).transpose("episode", "hypothesis").values, ends[0], ends[1]


def draw_rows(rows: Rows, look: Mapping[str, Look], ax: Axes | None) -> Axes:
    """Dots of every column, one under the other inside each row."""
    step = len(rows.columns) + 1
    tops = _tops(rows.heads, step)
    pitch = max(_PITCH, _LINE * (1.2 + max(row.count("\n") for row in rows.rows)) / step)
    ax = canvas(ax, height=_AROUND + pitch * (tops[-1] + step))
    for top in tops[::2]:
        ax.axhspan(top, top + step, color=FAINT, zorder=0, linewidth=0)
    for number, (name, style) in enumerate(zip(rows.columns, look.values(), strict=True)):
        _draw_column(ax, rows, number, name, style)
    _head(ax, rows.heads, tops)
    ax.set(xlim=(-0.02, 1.02), ylim=(tops[-1] + step, 0), xlabel="probability")
    ax.set_yticks(tops + step / 2, rows.rows)
    ax.tick_params(axis="y", length=0)
    _explain(ax, rows)
    return ax


def _tops(heads: Sequence[str], step: int) -> Array:
    """Where each row begins; a heading has a line of its own."""
    opens = [bool(head) and (number == 0 or head != heads[number - 1]) for number, head in enumerate(heads)]
    return step * np.arange(len(heads)) + _HEAD * np.cumsum(opens)


def _draw_column(ax: Axes, rows: Rows, number: int, name: str, look: Look) -> None:
    y = _tops(rows.heads, len(rows.columns) + 1) + number + 1
    low, high, prior = rows.low[:, number], rows.high[:, number], rows.prior[:, number]
    ax.hlines(y, low, high, color=look.color, linewidth=0.9)
    ax.plot(prior, y, "|", color=QUIET, markersize=4, markeredgewidth=0.8, zorder=1.5)
    ax.plot(
        rows.values[:, number], y, look.marker, color=look.color, markersize=3.4, label=name, clip_on=False
    )


def _explain(ax: Axes, rows: Rows) -> None:
    """The legend: hypotheses first, then the marks that all share."""
    if np.isfinite(rows.prior).any():
        ax.plot([], [], "|", color=QUIET, markersize=4, markeredgewidth=0.8, label="prior")
    if np.isfinite(rows.low).any():
        ax.plot([], [], color=QUIET, linewidth=0.9, label=rows.interval)
    legend_above(ax)


def _head(ax: Axes, heads: Sequence[str], tops: Array) -> None:
    for number, (head, top) in enumerate(zip(heads, tops, strict=True)):
        if head and (number == 0 or head != heads[number - 1]):
            ax.axhline(top - _HEAD, color=QUIET, linewidth=0.5)
            ax.annotate(
                head, (0, top - _HEAD / 2), (3, 0), xycoords=("axes fraction", "data"),
                textcoords="offset points", ha="left", va="center", style="italic", fontsize=SMALL,
            )  # fmt: skip
