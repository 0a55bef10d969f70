"""The waterfall: what every item adds to one hypothesis against another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from bayes_trace.guards import guarded
from bayes_trace.plots.lettering import fit
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
from bayes_trace.plots.words import item_name, known_labels, known_name, label, one_coder, one_episode
from bayes_trace.scales import probability_to_db
from bayes_trace.tables import db

__all__ = ["ledger_limits", "plot_ledger"]

#: inches: a row, and what surrounds them; the share of the width that names of items take
_ROW, _AROUND, _NAMES = 0.135, 0.8, 0.4


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


@guarded
def plot_ledger(  # noqa: PLR0913 - what is drawn, and where
    weight: xr.DataArray,
    *,
    episode: str | None = None,
    posterior: xr.Dataset | None = None,
    group: Literal["step", "source", "cluster"] | None = None,
    limits: tuple[float, float] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
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
    limits
        Decibels at both edges, as from `ledger_limits`: ledgers that are compared need one scale, or 3 dB in one
        look like 96 dB in another. By default those of this ledger alone.
    labels
        Words for ids of hypotheses, items, steps and sources.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

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
    words = _words(weight, posterior, labels)
    pair = [_named(str(weight.attrs[name]), words) for name in ("of", "against")]
    with figure_style():
        bars = _gather(weight, episode, posterior, group, words, _NAMES * width_of(ax, width))
        return _draw(bars, pair, limits or _limits([bars]), ax, width)


@guarded
def ledger_limits(*weights: xr.DataArray, posterior: xr.Dataset | None = None) -> tuple[float, float]:
    """Decibels at the edges of ledgers that are to be read side by side, such as those of one case.

    Parameters
    ----------
    weights
        One per ledger, as `plot_ledger` takes them; one of several episodes stands for the ledgers of all.
    posterior
        As `plot_ledger` takes it: the sums then begin at the prior odds.

    Returns
    -------
    The left and the right edge, with room for the numbers.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.08}}))
    >>> ledger_limits(bt.weight_of_evidence(ev, "A", against="B"))
    (-2.0, 12.0)
    """
    each = [
        _gather(weight, str(name), posterior, None, {})
        for weight in weights
        for name in dict.fromkeys(weight["link_episode"].values)
    ]
    return _limits(each)


def _limits(ledgers: Sequence[Sequence[Bar]]) -> tuple[float, float]:
    sums = (end for bars in ledgers for bar in bars for end in (bar.start, bar.end))
    ends = np.array([end for end in sums if np.isfinite(end)] + [0.0])
    room = max(float(np.ptp(ends)), 1.0)
    return float(ends.min() - 0.2 * room), float(ends.max() + 0.2 * room)


def _words(
    weight: xr.DataArray, posterior: xr.Dataset | None, labels: Mapping[str, str] | None
) -> dict[str, str]:
    return known_labels(weight, *([] if posterior is None else [posterior]), labels=labels)


def _gather(
    weight: xr.DataArray,
    episode: str | None,
    posterior: xr.Dataset | None,
    group: str | None,
    labels: Mapping[str, str],
    room: float = 1.0,
) -> list[Bar]:
    where = one_episode(weight["link_episode"], episode)
    here = weight.isel(link=np.flatnonzero(weight["link_episode"].values == where))
    of, against = str(here.attrs["of"]), str(here.attrs["against"])
    start = 0.0 if posterior is None else _prior_odds(one_coder(posterior), where, of, against)
    groups = (
        [label(str(each), labels) or "other" for each in here[f"link_{group}"].values]
        if group
        else [""] * here.size
    )
    order = sorted(range(here.size), key=lambda n: _place(groups, posterior, of, labels).index(groups[n]))
    sums = start + np.concatenate([[0.0], np.cumsum(here.values[order])])
    items = [item_name(str(name), labels, room) for name in here["link_item"].values]
    bars = [
        Bar(items[n], float(sums[place]), float(sums[place + 1]), float(here.values[n]), groups[n])
        for place, n in enumerate(order)
    ]
    first = [Bar("Prior odds", 0.0, start, start, total=True)] if posterior is not None else []
    end = float(sums[-1])
    return [*first, *bars, Bar("Posterior odds" if first else "Evidence", 0.0, end, end, total=True)]


def _named(name: str, labels: Mapping[str, str]) -> str:
    """The hypothesis in words; a weight of one hypothesis alone is against the mean of all."""
    return name if " " in name and name not in labels else label(name, labels)


def _prior_odds(posterior: xr.Dataset, episode: str, of: str, against: str) -> float:
    prior = posterior["prior"].sel(episode=known_name("episode", episode, posterior["episode"]))
    if against not in prior["hypothesis"].values:  # against the mean of all: centred, as the weight is
        each = probability_to_db(prior.values)
        return float(probability_to_db(prior.sel(hypothesis=of).item()) - each.mean())
    ends = probability_to_db([prior.sel(hypothesis=name).item() for name in (of, against)])
    return float(ends[0] - ends[1])


def _place(groups: list[str], posterior: xr.Dataset | None, of: str, labels: Mapping[str, str]) -> list[str]:
    """Groups in order: the steps of the mechanism, then as met, items of none last."""
    stated = "{}" if posterior is None else str(posterior.attrs.get("steps", "{}"))
    steps = [label(step, labels) for step in json.loads(stated).get(of, [])]
    met = [each for each in groups if each != "other"]
    return list(dict.fromkeys([*steps, *met, "other", ""]))


def _draw(
    bars: list[Bar], pair: list[str], limits: tuple[float, float], ax: Axes | None, width: float
) -> Axes:
    ax = canvas(ax, height=_AROUND + _ROW * _depth(bars), width=width)
    rows, room = _rows(bars), width_of(ax, width)
    of, against = (fit(name, 0.7 * room, size="medium") for name in pair)
    ax.set(xlim=limits, ylim=(rows[-1] + 0.8, rows[0] - 0.8))
    x_title(ax, f"dB for {of}\nagainst {against}", room)
    for bar, row in zip(bars, rows, strict=True):
        _draw_bar(ax, bar, row, limits)
    _connect(ax, bars, rows)
    _head(ax, bars, rows, _NAMES * room)
    ax.axvline(0, color="black", linewidth=0.6)
    ax.set_yticks(rows, [bar.name for bar in bars])
    ax.tick_params(axis="y", length=0)
    _explain(ax, bars, pair, room)
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
    ax.barh(row, end - start, left=start, height=0.72, **_colours(bar))
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
        fontsize="small",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4} if inside else None,
    )


def _colours(bar: Bar) -> dict[str, Any]:
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


def _head(ax: Axes, bars: list[Bar], rows: list[float], room: float) -> None:
    for number, (bar, row) in enumerate(zip(bars, rows, strict=True)):
        if bar.group and bar.group != bars[number - 1].group:
            ax.annotate(
                fit(bar.group, 0.92 * room, lines=1), (0, row - 0.92), (-3, 0), xycoords=("axes fraction", "data"),
                textcoords="offset points", ha="right", va="center", style="italic", fontsize="small",
                annotation_clip=False,
            )  # fmt: skip


def _explain(ax: Axes, bars: list[Bar], pair: list[str], room: float) -> None:
    """A legend of the two directions, if they occur."""
    gains = np.array([bar.shown for bar in bars if not bar.total])
    for occurs, name, colours in ((gains > 0, pair[0], _TOWARDS), (gains < 0, pair[1], _AWAY)):
        if occurs.any():
            ax.add_patch(Rectangle((0, 0), 0, 0, label=f"for {name}", **colours))
    legend_above(ax, width=room)
