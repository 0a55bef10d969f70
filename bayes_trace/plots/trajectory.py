"""The posterior as the evidence of one episode arrives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from pydantic import TypeAdapter, ValidationError

from bayes_trace.errors import BayesTraceError
from bayes_trace.evidence.dates import HistoricDate
from bayes_trace.guards import guarded
from bayes_trace.plots.dates import as_known, date_axis, first_day, last_day, number, spoken
from bayes_trace.plots.lettering import inches, letters
from bayes_trace.plots.odds import FARTHEST, name_odds, to_odds
from bayes_trace.plots.style import (
    COLUMN,
    FAINT,
    QUIET,
    canvas,
    figure_style,
    legend_above,
    marks,
    width_of,
    x_title,
)
from bayes_trace.plots.words import item_name, known_labels, label

__all__ = ["plot_trajectory"]

#: inches without names of items under the axis, and the most that those may take
_HEIGHT, _NAMES = 2.2, 1.6
_LAST = "9999"
#: from here on the axis of probabilities hides what further items do
_SATURATED = 0.99


class Path(NamedTuple):
    """Probabilities after each item; where the decision falls among them."""

    items: list[str]
    dates: list[str]
    #: hypothesis -> one number per item, the prior first
    values: dict[str, list[float]]
    decision: str
    log_odds: bool


@guarded
def plot_trajectory(
    path: xr.DataArray,
    *,
    decision: str = "",
    along: Literal["item", "date"] = "item",
    scale: Literal["auto", "probability", "log_odds"] = "auto",
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """Probability of every hypothesis after each further item, the prior first.

    Parameters
    ----------
    path
        As from `trajectory`.
    decision
        Date of what is explained, as the posterior has it (``1972-12-22``, ``1972``, ``1969/1970``): a
        line between what was written by then and what came later. Needs items in order of date.
    along
        ``item`` gives each item the same room and names it; ``date`` draws true time, which shows how
        far memoirs lie from the event, a bar below for what is dated by its month or year only.
        Undated items stand at the end of either.
    scale
        Of the axis: ``probability``, or ``log_odds``, on which equal lengths are equal decibels. ``auto`` takes
        log-odds where a hypothesis passes .99 before the last item, since later items would be hidden.
    labels
        Words for ids of hypotheses and items.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. Probability (0 to 1) runs up; on the scale of log-odds places are decibels of odds, named by
    probabilities, and what is nearer to certainty than 80 dB stands at the edge.

    Raises
    ------
    BayesTraceError
        For a decision among items that are not in order of date, or along dates that none has.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> ax = plot_trajectory(bt.trajectory(ev, "episode"))
    >>> [tick.get_text() for tick in ax.get_xticklabels()], len(ax.lines)
    (['prior', 'memo'], 2)
    >>> plt.close(ax.figure)
    """
    with figure_style():
        gathered = _gather(path, decision, scale, known_labels(path, labels=labels))
        draw = _by_date if along == "date" else _by_item
        return draw(gathered, ax, width)


def _gather(path: xr.DataArray, decision: str, scale: str, labels: Mapping[str, str]) -> Path:
    names = [str(name) for name in path["item"].values][1:]
    dates = [str(each) for each in path["item_date"].values]
    if decision and (written := [each or _LAST for each in dates[1:]]) != sorted(written):
        message = (
            "items are not in order of date, so no line can part those before the decision from those after; "
            "use trajectory(..., order='date'), or leave decision out"
        )
        raise BayesTraceError(message)
    if decision:
        _check_date(decision)
    early = path.isel(step=slice(None, -1)).values
    log_odds = scale == "log_odds" or (scale == "auto" and bool((early > _SATURATED).any()))
    values = {
        label(str(name), labels): [float(p) for p in path.sel(hypothesis=name).values]
        for name in path["hypothesis"].values
    }
    room = _NAMES - inches("  30 Sep 2000")
    items = ["prior", *(item_name(name, labels, room) for name in names)]
    return Path(items, dates, values, decision, log_odds)


def _check_date(decision: str) -> None:
    try:
        TypeAdapter(HistoricDate).validate_python(decision)
    except ValidationError as error:
        message = f"decision={decision!r}; expected YYYY, YYYY-MM, YYYY-MM-DD or two of them joined by /"
        raise BayesTraceError(message) from error


def _by_item(path: Path, ax: Axes | None, width: float) -> Axes:
    shown = [
        f"{item}  {spoken(as_known(day))}".strip() for item, day in zip(path.items, path.dates, strict=True)
    ]
    ax = canvas(ax, height=_HEIGHT + max(map(inches, shown)) / letters(), width=width)
    _draw(ax, path, list(range(len(path.items))), width)
    ax.set_xticks(range(len(shown)), shown, rotation=90)
    ax.set_xlim(-0.3, len(shown) - 0.7)
    x_title(ax, "items in the order added, with dates of the documents", width_of(ax, width), share=0.85)
    if path.decision:
        earlier = sum(day <= last_day(path.decision) for day in path.dates[1:] if day)
        _mark(ax, earlier + 0.5, path.decision)
    return ax


def _by_date(path: Path, ax: Axes | None, width: float) -> Axes:
    known = [at for at, day in enumerate(path.dates) if day]
    if not known:
        message = "no item of this trajectory has a date; use along='item'"
        raise BayesTraceError(message)
    ax = canvas(ax, height=_HEIGHT, width=width)
    days = [number(path.dates[at]) for at in known]
    span = max(days[-1] - days[0], 365.0)
    # the prior stands before the first item, what has no date after the last
    places = [days[0] - 0.06 * span, *days, *[days[-1] + 0.06 * span] * (len(path.items) - 1 - len(known))]
    _draw(ax, path, places, width, step=True)
    vague = _vague(ax, [path.dates[at] for at in known])
    date_axis(ax, years_only=all(len(as_known(path.dates[at])) == 4 for at in known))
    note = "\n(bar: known by month or year; drawn at its end)" if vague else ""
    x_title(ax, f"date of the document{note}", width_of(ax, width), share=0.85)
    if path.decision:
        ax.axvspan(number(first_day(path.decision)), number(path.decision), color=FAINT, zorder=0)
        _mark(ax, number(path.decision), path.decision)
    return ax


def _vague(ax: Axes, days: list[str]) -> bool:
    """Bars over the times that a date may mean."""
    spans = {as_known(day) for day in days if as_known(day) != day}
    for day in spans:
        ends = number(first_day(day)), number(day)
        ax.plot(
            ends, (0.0, 0.0), color=QUIET, linewidth=2.5, solid_capstyle="butt", clip_on=False,
            transform=ax.get_xaxis_transform(), gid="vague",
        )  # fmt: skip
    return bool(spans)


def _draw(ax: Axes, path: Path, places: list[float], width: float, *, step: bool = False) -> None:
    for (name, values), mark in zip(path.values.items(), marks(list(path.values)).values(), strict=True):
        ax.plot(
            places, to_odds(values) if path.log_odds else values, label=name, color=mark.color,
            marker=mark.marker, linestyle=mark.linestyle, drawstyle="steps-post" if step else "default",
            clip_on=False, markersize=3.2,
        )  # fmt: skip
    if path.log_odds:
        _set_odds(ax, path)
    else:
        ax.set(ylim=(-0.02, 1.02), ylabel="probability")
    legend_above(ax, width=width_of(ax, width))


def _set_odds(ax: Axes, path: Path) -> None:
    every = to_odds(np.concatenate(list(path.values.values())))
    low, high = max(float(every.min()) - 2, -FARTHEST), min(float(every.max()) + 2, FARTHEST)
    name_odds(ax, low, high, axis="y")
    ax.set(ylim=(low, high), ylabel="probability\n(scale of log-odds)")


def _mark(ax: Axes, where: float, decision: str) -> None:
    ax.axvline(where, color=QUIET, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=0.5, gid="decision")
    left, right = ax.get_xlim()
    late = where > (left + right) / 2
    ax.annotate(
        f"decision {spoken(decision)}", (where, 0.5), (-2 if late else 2, 0),
        xycoords=("data", "axes fraction"), textcoords="offset points", rotation=90, va="center",
        ha="right" if late else "left", fontsize="small", color=QUIET,
    )  # fmt: skip
