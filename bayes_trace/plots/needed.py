"""How sceptical a reader may start."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.guards import guarded
from bayes_trace.plots.lettering import fit
from bayes_trace.plots.odds import FARTHEST, name_odds
from bayes_trace.plots.posterior import NAMES, of_case
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
from bayes_trace.plots.words import episode_labels, known_labels, known_name, label
from bayes_trace.tables import probability

__all__ = ["plot_prior_needed"]

Array = npt.NDArray[np.float64]
#: inches: a row, and what surrounds them
_ROW, _AROUND = 0.3, 0.85


@guarded
def plot_prior_needed(
    needed: xr.Dataset,
    *,
    of: str,
    case: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    r"""The prior from which the evidence would still move a sceptic, beside the prior stated.

    Parameters
    ----------
    needed
        As from `sensitivity.prior_needed`.
    of
        The hypothesis.
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
    The axes. Episodes run down; prior probability across, on a scale of log-odds, so that equal lengths
    are equal decibels. The further left the prior needed, the more doubt the evidence bears; to
    the right of the prior stated it falls short.

    Raises
    ------
    UnknownNameError
        For an unknown name.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> from bayes_trace import sensitivity
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> ax = plot_prior_needed(sensitivity.prior_needed(ev), of="A")
    >>> ax.get_xlabel()
    'prior probability of A\nfrom which the evidence reaches .50\n(scale of log-odds)'
    >>> plt.close(ax.figure)
    """
    known_name("hypothesis", of, needed["hypothesis"])
    here = of_case(needed, case).sel(hypothesis=of)
    at = here["prior_needed_db"].values
    stated = at + here["margin"].values
    words, room = known_labels(needed, labels=labels), width_of(ax, width)
    with figure_style():
        rows = episode_labels(here, words, room=NAMES * room)
        ax = _draw_needed(rows, at, stated, ax, width)
        goal = probability(float(needed.attrs["probability"]))
        name = fit(label(of, words), 0.6 * room, size="medium")
        x_title(
            ax,
            f"prior probability of {name}\nfrom which the evidence reaches {goal}\n(scale of log-odds)",
            room,
        )
    return ax


def _draw_needed(rows: list[str], at: Array, stated: Array, ax: Axes | None, width: float) -> Axes:
    ax = canvas(ax, height=_AROUND + _ROW * len(rows), width=width)
    finite = np.concatenate([at[np.isfinite(at)], stated[np.isfinite(stated)], [0.0]])
    left = max(float(finite.min()), -FARTHEST) - 3
    right = min(float(finite.max()), FARTHEST) + 3
    row = np.arange(len(rows))
    ends, starts = np.clip(at, left, right), np.clip(stated, left, right)
    for number in row[::2]:
        ax.axhspan(number - 0.5, number + 0.5, color=FAINT, zorder=0, linewidth=0)
    ax.hlines(row, ends, starts, color="#AAAAAA", linewidth=1.2, zorder=1)
    ax.plot(
        starts, row, "|", color="black", markersize=7, markeredgewidth=1.0, label="prior stated", zorder=2
    )
    short, off = at > stated, at != ends
    for chosen, color, mark, text in (
        (~short & ~off, TOWARDS, "o", "needed, below the prior stated"),
        (short & ~off, AWAY, "X", "needed, above the prior stated"),
        (off & ~short, TOWARDS, "<", "needed, far below (beyond the edge)"),
        (off & short, AWAY, ">", "needed, far above (beyond the edge)"),
    ):
        if chosen.any():
            ax.plot(
                ends[chosen],
                row[chosen],
                mark,
                color=color,
                label=text,
                zorder=2,
                clip_on=False,
                linestyle="",
            )
    ax.set_yticks(row, rows)
    ax.set(xlim=(left, right), ylim=(len(rows) - 0.5, -0.5))
    ax.tick_params(axis="y", length=0)
    name_odds(ax, left, right)
    legend_above(ax, width=width_of(ax, width))
    return ax
