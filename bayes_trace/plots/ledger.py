"""The waterfall: what every item adds to one hypothesis against another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from bayes_trace.plots.house import AWAY, QUIET, SMALL, TOWARDS, canvas, house_style, legend_above
from bayes_trace.plots.words import label, named, one_coder, one_episode, wrap
from bayes_trace.scales import probability_to_db
from bayes_trace.tables import db

__all__ = ["plot_ledger"]

_ROW, _AROUND = 0.135, 0.8


class Bar(NamedTuple):
    """One line of the ledger, from the sum before it to the sum after it, dB."""

    name: str
    start: float
    end: float
    #: what it adds, and for a sum what it amounts to
    shown: float
    group: str = ""
    #: a sum (prior, posterior) and no item
    total: bool = False


def plot_ledger(
    weight: xr.DataArray,
    *,
    episode: str | None = None,
    posterior: xr.Dataset | None = None,
    group: Literal["step", "source", "cluster"] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """The items of an episode one under the other, each adding to the sum of those above it.

    Parameters
    ----------
    weight
        Decibels per link, as from ``weight_of_evidence(evidence, of, against=rival)``.
    episode
        May be left out where there is only one.
    posterior
        As from `update`: the sum then starts at the prior odds and ends at the posterior odds;
        without it, it starts at 0 and ends at the evidence alone.
    group
        Put items of one step, source or cluster together; steps in the order of the mechanism.
    labels
        Words for ids of hypotheses, items, steps and sources.
    ax
        Axes to draw into; by default a new figure of a column's width.

    Returns
    -------
    The axes. Items run down, decibels across; bars to the right favour the hypothesis. An item
    that rules one of the two out reaches the edge and is marked with the sign of infinity.

    Raises
    ------
    UnknownNameError
        For an unknown episode.
    BayesTraceError
        If there are several episodes and none was named.

    References
    ----------
    Fairfield and Charman (2017), who add decibels item by item.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.3, "B": 0.6}}))
    >>> ax = plot_ledger(bt.weight_of_evidence(ev, "A", against="B"), posterior=bt.update(ev))
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['Prior odds', 'memo', 'note', 'Posterior odds']
    >>> plt.close(ax.figure)
    """
    where = one_episode(weight["link_episode"], episode)
    here = weight.isel(link=np.flatnonzero(weight["link_episode"].values == where))
    bars = _gather(here, where, posterior, group, labels)
    axis = f"dB for {label(weight.attrs['of'], labels)}\nagainst {_rival(weight, labels)}"
    with house_style():
        return _draw(bars, axis, ax)


def _gather(
    here: xr.DataArray,
    episode: str,
    posterior: xr.Dataset | None,
    group: str | None,
    labels: Mapping[str, str] | None,
) -> list[Bar]:
    of, against = str(here.attrs["of"]), str(here.attrs["against"])
    start = 0.0 if posterior is None else _prior_odds(one_coder(posterior), episode, of, against)
    groups = (
        [label(str(each), labels) or "other" for each in here[f"link_{group}"].values]
        if group
        else [""] * here.size
    )
    order = sorted(range(here.size), key=lambda n: _place(groups, posterior, of, labels).index(groups[n]))
    sums = start + np.concatenate([[0.0], np.cumsum(here.values[order])])
    items = [(labels or {}).get(name, name) for name in (str(each) for each in here["link_item"].values)]
    bars = [
        Bar(items[n], float(sums[place]), float(sums[place + 1]), float(here.values[n]), groups[n])
        for place, n in enumerate(order)
    ]
    first = [Bar("Prior odds", 0.0, start, start, total=True)] if posterior is not None else []
    end = float(sums[-1])
    return [*first, *bars, Bar("Posterior odds" if first else "Evidence", 0.0, end, end, total=True)]


def _rival(weight: xr.DataArray, labels: Mapping[str, str] | None) -> str:
    """The rival in words; a weight of one hypothesis alone is against the mean of all."""
    against = str(weight.attrs["against"])
    return against if " " in against else label(against, labels)


def _prior_odds(posterior: xr.Dataset, episode: str, of: str, against: str) -> float:
    prior = posterior["prior"].sel(episode=named("episode", episode, posterior["episode"]))
    if against not in prior["hypothesis"].values:  # against the mean of all: centred, as the weight is
        each = probability_to_db(prior.values)
        return float(probability_to_db(prior.sel(hypothesis=of).item()) - each.mean())
    ends = probability_to_db([prior.sel(hypothesis=name).item() for name in (of, against)])
    return float(ends[0] - ends[1])


def _place(
    groups: list[str], posterior: xr.Dataset | None, of: str, labels: Mapping[str, str] | None
) -> list[str]:
    """Groups in order: the steps of the mechanism, then as met, items of none last."""
    stated = "{}" if posterior is None else str(posterior.attrs.get("steps", "{}"))
    steps = [label(step, labels) for step in json.loads(stated).get(of, [])]
    met = [each for each in groups if each != "other"]
    return list(dict.fromkeys([*steps, *met, "other", ""]))


def _draw(bars: list[Bar], axis: str, ax: Axes | None) -> Axes:
    ax = canvas(ax, height=_AROUND + _ROW * _depth(bars))
    rows = _rows(bars)
    ends = np.array([end for bar in bars for end in (bar.start, bar.end) if np.isfinite(end)] + [0.0])
    room = max(float(np.ptp(ends)), 1.0)
    left, right = float(ends.min() - 0.2 * room), float(ends.max() + 0.2 * room)
    ax.set(xlim=(left, right), ylim=(rows[-1] + 0.8, rows[0] - 0.8), xlabel=axis)
    for bar, row in zip(bars, rows, strict=True):
        _draw_bar(ax, bar, row, (left, right))
    _connect(ax, bars, rows)
    _head(ax, bars, rows)
    ax.axvline(0, color="black", linewidth=0.6)
    ax.set_yticks(rows, [wrap(bar.name, 22, lines=1) for bar in bars])
    ax.tick_params(axis="y", length=0)
    _explain(ax, bars, axis)
    return ax


def _depth(bars: list[Bar]) -> float:
    return _rows(bars)[-1] + 1.6


def _rows(bars: list[Bar]) -> list[float]:
    """Where each bar lies; a group opens with a line for its name."""
    rows, at = list[float](), -1.0
    for number, bar in enumerate(bars):
        opens = number and bar.group != bars[number - 1].group
        at += 1 + (0.85 if opens and bar.group else 0.3 if opens else 0.0)
        rows.append(at)
    return rows


def _draw_bar(ax: Axes, bar: Bar, row: float, edges: tuple[float, float]) -> None:
    start, end = (float(np.clip(np.nan_to_num(each, posinf=1e9, neginf=-1e9), *edges)) for each in bar[1:3])
    ax.barh(row, end - start, left=start, height=0.72, **_look(bar))
    right = bar.shown >= 0
    at = max(start, end) if right else min(start, end)
    # past the edge there are names: there the number stands inside, on the bar
    inside = at in edges
    ax.annotate(
        db(bar.shown),
        (at, row),
        (-2 if right == inside else 2, 0),
        textcoords="offset points",
        ha="right" if right == inside else "left",
        va="center",
        fontsize=SMALL - 0.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4} if inside else None,
    )


def _look(bar: Bar) -> dict[str, Any]:
    """Filled towards, hatched away, grey for sums."""
    if bar.total:
        return {"facecolor": "#999999", "edgecolor": "#555555", "linewidth": 0.6}
    return _TOWARDS if bar.shown > 0 else _AWAY


_TOWARDS: dict[str, Any] = {"facecolor": TOWARDS, "edgecolor": TOWARDS, "linewidth": 0.6}
_AWAY: dict[str, Any] = {"facecolor": "white", "edgecolor": AWAY, "linewidth": 0.6, "hatch": "//////"}


def _connect(ax: Axes, bars: list[Bar], rows: list[float]) -> None:
    """Thin lines that carry the sum from one bar to the next."""
    for (above, upper), (_, lower) in zip(
        zip(bars, rows, strict=True), list(zip(bars, rows, strict=True))[1:], strict=False
    ):
        if np.isfinite(above.end):
            ax.plot([above.end] * 2, [upper, lower], color=QUIET, linewidth=0.5, zorder=0.5)


def _head(ax: Axes, bars: list[Bar], rows: list[float]) -> None:
    for number, (bar, row) in enumerate(zip(bars, rows, strict=True)):
        if bar.group and bar.group != bars[number - 1].group:
            ax.annotate(
                wrap(bar.group, 34, lines=1), (0, row - 0.92), (-3, 0), xycoords=("axes fraction", "data"),
                textcoords="offset points", ha="right", va="center", style="italic", fontsize=SMALL,
                annotation_clip=False,
            )  # fmt: skip


def _explain(ax: Axes, bars: list[Bar], axis: str) -> None:
    """A legend of the two directions, if they occur."""
    of, against = axis.removeprefix("dB for ").split("\nagainst ")
    gains = np.array([bar.shown for bar in bars if not bar.total])
    if (gains > 0).any():
        ax.add_patch(Rectangle((0, 0), 0, 0, label=f"for {of}", **_TOWARDS))
    if (gains < 0).any():
        ax.add_patch(Rectangle((0, 0), 0, 0, label=f"for {against}", **_AWAY))
    legend_above(ax)
