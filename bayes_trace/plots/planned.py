"""How planned items would change a hypothesis, found or not found."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.guards import guarded
from bayes_trace.plots.lettering import fit
from bayes_trace.plots.posterior import NAMES
from bayes_trace.plots.style import (
    AWAY,
    COLUMN,
    FAINT,
    TOWARDS,
    canvas,
    figure_style,
    legend_above,
    width_of,
    x_title,
)
from bayes_trace.plots.words import known_labels, known_name, label

__all__ = ["plot_plan"]

Array = npt.NDArray[np.float64]
#: inches: a row, and what surrounds them
_ROW, _AROUND = 0.34, 0.85
#: area of a mark of probability 1, and the least that can be seen
_AREA, _LEAST = 120.0, 6.0


@guarded
def plot_plan(
    after: xr.Dataset,
    *,
    of: str,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """Where each end of each search would take the probability of a hypothesis.

    Parameters
    ----------
    after
        As from `planning.outcomes`.
    of
        The hypothesis.
    labels
        Words for ids of hypotheses and episodes.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. Planned items run down, those that would move most first; probability across. Marks are as
    large as the outcome is probable; the bar is the posterior as it stands, where they balance.

    Raises
    ------
    UnknownNameError
        For an unknown hypothesis.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> ev = bt.compile_evidence(bt.from_table({"minutes": {"A": 0.9, "B": 0.3}}, found={"minutes": "planned"}))
    >>> ax = plot_plan(bt.planning.outcomes(ev), of="A")
    >>> ax.get_xlabel()
    'probability of A'
    >>> plt.close(ax.figure)
    """
    known_name("hypothesis", of, after["hypothesis"])
    now = after["now"].sel(hypothesis=of).transpose("planned").values
    then = after["probability"].sel(hypothesis=of).transpose("planned", "outcome").values
    weight = after["outcome_probability"].transpose("planned", "outcome").values
    moved = (weight * np.nan_to_num(then - now[:, None]) ** 2).sum(axis=1)
    order = np.argsort(-np.round(moved, 12), kind="stable")
    words, room = known_labels(after, labels=labels), width_of(ax, width)
    with figure_style():
        rows = [fit(text, NAMES * room) for text in _names(after, words)]
        ax = _draw([rows[n] for n in order], now[order], then[order], weight[order], ax, width)
        x_title(ax, f"probability of {fit(label(of, words), 0.6 * room, size='medium')}", room)
    return ax


def _names(after: xr.Dataset, words: Mapping[str, str]) -> list[str]:
    """Titles of items, with the episode where there are several."""
    titles = [str(title) for title in after["planned_title"].values]
    episodes = [str(name) for name in after["planned_episode"].values]
    if len(set(episodes)) == 1:
        return titles
    return [f"{title}: {label(name, words)}" for title, name in zip(titles, episodes, strict=True)]


def _draw(rows: list[str], now: Array, then: Array, weight: Array, ax: Axes | None, width: float) -> Axes:
    ax = canvas(ax, height=_AROUND + _ROW * len(rows), width=width)
    row = np.arange(len(rows))
    for number in row[::2]:
        ax.axhspan(number - 0.5, number + 0.5, color=FAINT, zorder=0, linewidth=0)
    ends = np.where(np.isnan(then), now[:, None], then)
    ax.hlines(row, ends.min(axis=1), ends.max(axis=1), color="#AAAAAA", linewidth=1.2, zorder=1)
    for column, (text, color, mark) in enumerate((("found", TOWARDS, "o"), ("not found", AWAY, "X"))):
        size = np.maximum(_AREA * weight[:, column], _LEAST)
        ax.scatter(then[:, column], row, s=size, c=color, marker=mark, label=text, linewidths=0, zorder=2)
    ax.plot(now, row, "|", color="black", markersize=9, markeredgewidth=1.0, label="as it stands", zorder=3)
    ax.set_yticks(row, rows)
    ax.set(xlim=(-0.03, 1.03), ylim=(len(rows) - 0.5, -0.5))
    ax.tick_params(axis="y", length=0)
    legend_above(ax, width=width_of(ax, width), columns=3)
    return ax
