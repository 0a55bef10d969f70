"""Belief as the evidence of one episode arrives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

import matplotlib.dates
import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.errors import BayesTraceError
from bayes_trace.plots.house import FAINT, QUIET, SMALL, canvas, house_style, legend_above, looks
from bayes_trace.plots.words import label

__all__ = ["plot_trajectory"]

#: inches: without and with names of items under the axis
_HEIGHT, _NAMES = 2.3, 0.55
_LAST = "9999"
#: carries no types
_DATES: Any = matplotlib.dates


class Path(NamedTuple):
    """Probabilities after each item; where the decision falls among them."""

    items: list[str]
    dates: list[str]
    #: hypothesis -> one number per item, the prior first
    values: dict[str, list[float]]
    decision: str


def plot_trajectory(
    path: xr.DataArray,
    *,
    decision: str = "",
    along: Literal["item", "date"] = "item",
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
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
        far memoirs lie from the event. Undated items stand at the end of either.
    labels
        Words for ids of hypotheses and items.
    ax
        Axes to draw into; by default a new figure of a column's width.

    Returns
    -------
    The axes. Probability (0 to 1) runs up.

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
    gathered = _gather(path, decision, labels)
    with house_style():
        return _by_date(gathered, ax) if along == "date" else _by_item(gathered, ax)


def _gather(path: xr.DataArray, decision: str, labels: Mapping[str, str] | None) -> Path:
    names = [str(name) for name in path["item"].values][1:]
    dates = [str(each) for each in path["item_date"].values]
    if decision and (written := [each or _LAST for each in dates[1:]]) != sorted(written):
        message = (
            "items are not in order of date, so no line can part those before the decision from those after; "
            "use trajectory(..., order='date'), or leave decision out"
        )
        raise BayesTraceError(message)
    values = {
        label(str(name), labels): [float(p) for p in path.sel(hypothesis=name).values]
        for name in path["hypothesis"].values
    }
    return Path(["prior", *((labels or {}).get(name, name) for name in names)], dates, values, decision)


def _by_item(path: Path, ax: Axes | None) -> Axes:
    ax = canvas(ax, height=_HEIGHT + _NAMES)
    _draw(ax, path, list(range(len(path.items))))
    shown = [f"{item}  {day[:7]}".strip() for item, day in zip(path.items, path.dates, strict=True)]
    ax.set_xticks(range(len(shown)), shown, rotation=90)
    ax.set(xlim=(-0.3, len(shown) - 0.7), xlabel="item and date of its document, in the order added")
    if path.decision:
        earlier = sum(day <= _end(path.decision) for day in path.dates[1:] if day)
        _mark(ax, earlier + 0.5, path.decision)
    return ax


def _by_date(path: Path, ax: Axes | None) -> Axes:
    known = [number for number, day in enumerate(path.dates) if day]
    if not known:
        message = "no item of this trajectory has a date; use along='item'"
        raise BayesTraceError(message)
    ax = canvas(ax, height=_HEIGHT)
    days = [_number(path.dates[number]) for number in known]
    span = max(days[-1] - days[0], 365.0)
    # the prior stands before the first item, what has no date after the last
    places = [days[0] - 0.06 * span, *days, *[days[-1] + 0.06 * span] * (len(path.items) - 1 - len(known))]
    _draw(ax, path, places, step=True)
    locator = _DATES.AutoDateLocator(maxticks=6)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(_DATES.ConciseDateFormatter(locator, show_offset=False))
    ax.set_xlabel("date of document")
    if path.decision:
        ax.axvspan(_number(_begin(path.decision)), _number(_end(path.decision)), color=FAINT, zorder=0)
        _mark(ax, _number(_end(path.decision)), path.decision)
    return ax


def _draw(ax: Axes, path: Path, places: list[Any], *, step: bool = False) -> None:
    for (name, values), look in zip(path.values.items(), looks(list(path.values)).values(), strict=True):
        ax.plot(
            places, values, label=name, color=look.color, marker=look.marker, linestyle=look.linestyle,
            drawstyle="steps-post" if step else "default", clip_on=False, markersize=3.2,
        )  # fmt: skip
    ax.set(ylim=(-0.02, 1.02), ylabel="probability")
    legend_above(ax)


def _mark(ax: Axes, where: float, decision: str) -> None:
    ax.axvline(where, color=QUIET, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=0.5, gid="decision")
    left, right = ax.get_xlim()
    late = where > (left + right) / 2
    ax.annotate(
        f"decision {decision.replace('/', ' – ')}", (where, 0.5), (-2 if late else 2, 0),
        xycoords=("data", "axes fraction"), textcoords="offset points", rotation=90, va="center",
        ha="right" if late else "left", fontsize=SMALL, color=QUIET,
    )  # fmt: skip


def _end(day: str) -> str:
    """Last day of a date or interval, a month or year counting to its end."""
    last = day.rsplit("/", maxsplit=1)[-1]
    return last + "-12-31"[3 * (len(last.split("-")) - 1) :]


def _begin(day: str) -> str:
    first = day.split("/", maxsplit=1)[0]
    return first + "-01-01"[3 * (len(first.split("-")) - 1) :]


def _number(day: str) -> float:
    """Matplotlib's number of a day; the 31st of a short month is its last."""
    year, month, number = (int(part) for part in _end(day).split("-"))
    month_end = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    return float(np.asarray(_DATES.date2num(date(year, month, min(number, month_end)))))
