"""Items against hypotheses, and steps of a mechanism against episodes: numbers in cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from bayes_trace.guards import guarded
from bayes_trace.plots.lettering import fit, inches, letters
from bayes_trace.plots.posterior import of_case
from bayes_trace.plots.style import COLUMN, canvas, figure_style, width_of, x_title
from bayes_trace.plots.words import (
    episode_labels,
    item_name,
    known_labels,
    label,
    one_coder,
    one_episode,
)
from bayes_trace.scales import log_to_db
from bayes_trace.tables import db

__all__ = ["plot_matrix", "plot_steps"]

Array = npt.NDArray[np.float64]
#: inches: a row of items, one of episodes, what surrounds them; a name that stands upright, the words beside a row
_ROW, _TALL, _AROUND, _UPRIGHT, _BESIDE = 0.14, 0.2, 0.55, 0.9, 0.8
#: the share of the width that names of rows take
_NAMES = 0.38
#: weights beyond these, dB, are as dark as these
_DARKEST = 20.0


class Cells(NamedTuple):
    """A table: numbers, and words to the right of each row."""

    rows: list[str]
    columns: list[str]
    #: dB; NaN is an empty cell
    values: Array
    beside: list[str]
    #: whether what lies above and below 0 dB has a colour of its own
    signed: bool = False


@guarded
def plot_matrix(
    evidence: xr.Dataset,
    *,
    episode: str | None = None,
    tests: xr.DataArray | None = None,
    coder: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """Items by hypotheses: how many decibels each hypothesis falls behind the one that explains the item best.

    Parameters
    ----------
    evidence
        As from `compile_evidence`: its final rows are shown, with their weight in a cluster.
    episode
        May be left out where there is only one.
    tests
        As from `test_type`; the words stand to the right, for the pair that they were derived for.
    coder
        By default the base coder.
    labels
        Words for ids of hypotheses and items.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. 0 dB is the best explanation of the item, darker cells are worse.

    Raises
    ------
    UnknownNameError
        For an unknown episode or coder.
    BayesTraceError
        If there are several episodes and none was named.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.08}}))
    >>> ax = plot_matrix(ev, tests=bt.test_type(ev, "A", against="B"))
    >>> [text.get_text() for text in ax.texts][:3]
    ['0', '−10', 'smoking gun']
    >>> plt.close(ax.figure)
    """
    one = one_coder(evidence, coder)
    where = one_episode(evidence["link_episode"], episode)
    here = np.flatnonzero(one["link_episode"].values == where)
    words, room = known_labels(one, labels=labels), width_of(ax, width)
    with figure_style():
        cells = _items(one.isel(link=here), None if tests is None else tests.isel(link=here), words, room)
        ax = _draw(cells, ax, _ROW, width)
        _entitle(ax, tests, words, room)
    return ax


def _items(one: xr.Dataset, tests: xr.DataArray | None, labels: Mapping[str, str], room: float) -> Cells:
    rows = one["log_likelihood"].transpose("link", "hypothesis").values
    best = rows.max(axis=1, keepdims=True)
    return Cells(
        rows=[item_name(str(name), labels, _NAMES * room) for name in one["link_item"].values],
        columns=[label(str(name), labels) for name in one["hypothesis"].values],
        values=log_to_db((rows - np.where(np.isfinite(best), best, 0)) * one["kappa"].values[:, None]),
        beside=[] if tests is None else [fit(str(word), _BESIDE) for word in tests.values],
    )


def _entitle(ax: Axes, tests: xr.DataArray | None, labels: Mapping[str, str], room: float) -> None:
    x_title(ax, "dB behind the hypothesis that explains the item best", room)
    if tests is not None:
        pair = [fit(label(str(tests.attrs[name]), labels), _BESIDE) for name in ("of", "against")]
        ax.annotate(
            f"test of\n{pair[0]}\nagainst\n{pair[1]}", (1, 1), (3, 3), xycoords="axes fraction",
            textcoords="offset points", ha="left", va="bottom", fontsize="small", style="italic",
        )  # fmt: skip


@guarded
def plot_steps(
    by_step: xr.DataArray,
    *,
    evidence: xr.Dataset | None = None,
    case: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """Coverage of a mechanism: the weight of the items of every step, by episode.

    Parameters
    ----------
    by_step
        As from `weight_by_step`.
    evidence
        As from `compile_evidence`: a step that no item speaks to is then shown empty, apart from one
        whose items weigh 0 dB.
    case
        The episodes of one case (needs `evidence`, which knows the cases); by default all.
    labels
        Words for ids of steps and episodes.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. Episodes run down, steps across in their order, items of other steps last. The darker
    a cell, the more it weighs; blue is for, orange against, and the sign says so without colour.

    Raises
    ------
    UnknownNameError
        For an unknown case.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> ax = plot_steps(bt.weight_by_step(ev, "A", against="B"), evidence=ev)
    >>> [text.get_text() for text in ax.texts]
    ['+6']
    >>> plt.close(ax.figure)
    """
    words = known_labels(*([] if evidence is None else [evidence]), by_step, labels=labels)
    room = width_of(ax, width)
    with figure_style():
        cells = _steps(by_step, evidence, case, words, room)
        of, against = (
            fit(label(str(by_step.attrs[name]), words), 0.6 * room, size="medium")
            for name in ("of", "against")
        )
        ax = _draw(cells, ax, _TALL, width)
        note = "\n(empty: no item)" if np.isnan(cells.values).any() else ""
        x_title(ax, f"dB for {of}\nagainst {against}, by step{note}", room)
    return ax


def _steps(
    by_step: xr.DataArray,
    evidence: xr.Dataset | None,
    case: str | None,
    labels: Mapping[str, str],
    room: float,
) -> Cells:
    shown = by_step.to_dataset(name="weight")
    if evidence is not None:
        names = [name for name in ("episode_label", "case", "is_aggregate") if name in evidence.coords]
        shown = shown.assign_coords({name: evidence[name].sel(episode=shown["episode"]) for name in names})
        shown["weight"] = shown["weight"].where(_any_item(by_step, evidence))
    shown = of_case(shown, case)
    weight = shown["weight"].transpose("episode", "step").values
    steps = [label(str(name), labels) or "Other" for name in shown["step"].values]
    return Cells(episode_labels(shown, labels, room=_NAMES * room), steps, weight, [], signed=True)


def _any_item(by_step: xr.DataArray, evidence: xr.Dataset) -> xr.DataArray:
    """Where an item speaks to a step."""
    steps = [str(name) for name in by_step["step"].values]
    spoken = {
        (str(episode), str(step) if step in steps else "")
        for episode, step in zip(evidence["link_episode"].values, evidence["link_step"].values, strict=True)
    }
    table = [[(str(episode), step) in spoken for step in steps] for episode in by_step["episode"].values]
    return xr.DataArray(table, {"episode": by_step["episode"], "step": steps}, ("episode", "step"))


def _draw(cells: Cells, ax: Axes | None, height: float, width: float) -> Axes:
    tall = max(height, 0.1 * (1 + max(map(_breaks, [*cells.rows, *cells.beside]))) + 0.04)
    beside = max([_BESIDE, *map(inches, cells.beside)]) if cells.beside else 0.0
    room = width_of(ax, width) - max(map(inches, cells.rows)) - beside
    heads, lie = _heads(cells.columns, (room - 0.3) / len(cells.columns))
    high = 0.1 * (1 + max(map(_breaks, heads))) if lie else max(map(inches, heads)) / letters()
    high = max(high, 0.6) if cells.beside else high  # the words over the tests
    ax = canvas(ax, height=_AROUND + high + tall * len(cells.rows), width=width)
    for (row, column), value in np.ndenumerate(cells.values):
        _draw_cell(ax, row, column, float(value), warm=cells.signed and bool(value < 0))
    for row, word in enumerate(cells.beside):
        ax.annotate(
            word, (1, row), (3, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="left", va="center", fontsize="small",
        )  # fmt: skip
    rows, columns = cells.values.shape
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    ax.set_yticks(range(rows), cells.rows)
    ax.xaxis.tick_top()
    ax.set_xticks(range(columns), heads)
    ax.tick_params(axis="x", labelrotation=0 if lie else 90)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def _heads(names: Sequence[str], room: float) -> tuple[list[str], bool]:
    """Names over the columns, upright where a word of them has no room to lie."""
    lie = max(inches(part) for name in names for part in name.split()) < room
    return [fit(name, room if lie else _UPRIGHT * letters(), lines=4 if lie else 2) for name in names], lie


def _breaks(text: str) -> int:
    return text.count("\n")


def _draw_cell(ax: Axes, row: int, column: int, value: float, *, warm: bool) -> None:
    at, size = (column - 0.46, row - 0.44), (0.92, 0.88)
    if np.isnan(value):
        ax.add_patch(Rectangle(at, *size, fill=False, edgecolor="#BBBBBB", linewidth=0.4))
        return
    depth = min(abs(value), _DARKEST) / _DARKEST
    # both scales fall alike in lightness, so that a copy in grey keeps the order
    color = 1 - depth * (_WARM if warm else _COOL)
    ax.add_patch(Rectangle(at, *size, facecolor=tuple(color), edgecolor="#DDDDDD", linewidth=0.3))
    ax.text(
        column, row, _whole(value), ha="center", va="center", fontsize="small",
        color="white" if depth > _DEEP else "black",
    )  # fmt: skip


#: what the darkest cell takes from white
_COOL, _WARM = np.array([0.85, 0.6, 0.35]), np.array([0.3, 0.72, 0.9])
#: from here on black letters are hard to read
_DEEP = 0.62


def _whole(value: float) -> str:
    """Decibels without a decimal where there is none to show."""
    return db(value).removesuffix(".0")
