"""Items against hypotheses, and steps of a mechanism against episodes: numbers in cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from bayes_trace.plots.house import COLUMN, SMALL, canvas, house_style
from bayes_trace.plots.posterior import of_case
from bayes_trace.plots.words import episode_labels, label, one_coder, one_episode, wrap
from bayes_trace.scales import log_to_db
from bayes_trace.tables import db

__all__ = ["plot_matrix", "plot_steps"]

Array = npt.NDArray[np.float64]
_ROW, _TALL, _AROUND = 0.14, 0.2, 1.05
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


def plot_matrix(
    evidence: xr.Dataset,
    *,
    episode: str | None = None,
    tests: xr.DataArray | None = None,
    coder: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
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
        Axes to draw into; by default a new figure of a column's width.

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
    cells = _items(one.isel(link=here), None if tests is None else tests.isel(link=here), labels)
    with house_style():
        ax = _draw(cells, ax, _ROW)
        _entitle(ax, tests, labels)
    return ax


def _items(one: xr.Dataset, tests: xr.DataArray | None, labels: Mapping[str, str] | None) -> Cells:
    rows = one["log_likelihood"].transpose("link", "hypothesis").values
    best = rows.max(axis=1, keepdims=True)
    known = {name: (labels or {}).get(name, name) for name in (str(n) for n in one["link_item"].values)}
    return Cells(
        rows=[wrap(text, 22, lines=1) for text in known.values()],
        columns=[label(str(name), labels) for name in one["hypothesis"].values],
        values=log_to_db((rows - np.where(np.isfinite(best), best, 0)) * one["kappa"].values[:, None]),
        beside=[] if tests is None else [str(word) for word in tests.values],
    )


def _entitle(ax: Axes, tests: xr.DataArray | None, labels: Mapping[str, str] | None) -> None:
    ax.set_xlabel("dB behind the best explanation of each item")
    if tests is not None:
        pair = [wrap(label(str(tests.attrs[name]), labels), 16) for name in ("of", "against")]
        ax.annotate(
            f"test of\n{pair[0]}\nagainst\n{pair[1]}", (1, 1), (3, 3), xycoords="axes fraction",
            textcoords="offset points", ha="left", va="bottom", fontsize=SMALL - 0.5, style="italic",
        )  # fmt: skip


def plot_steps(
    by_step: xr.DataArray,
    *,
    evidence: xr.Dataset | None = None,
    case: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
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
        Axes to draw into; by default a new figure of a column's width.

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
    cells = _steps(by_step, evidence, case, labels)
    of, against = (wrap(label(str(by_step.attrs[name]), labels), 40) for name in ("of", "against"))
    with house_style():
        ax = _draw(cells, ax, _TALL)
        note = "\n(empty: no item)" if np.isnan(cells.values).any() else ""
        ax.set_xlabel(f"dB for {of}\nagainst {against}, by step{note}")
    return ax


def _steps(
    by_step: xr.DataArray, evidence: xr.Dataset | None, case: str | None, labels: Mapping[str, str] | None
) -> Cells:
    shown = by_step.to_dataset(name="weight")
    if evidence is not None:
        names = [name for name in ("episode_label", "case", "is_aggregate") if name in evidence.coords]
        shown = shown.assign_coords({name: evidence[name].sel(episode=shown["episode"]) for name in names})
        shown["weight"] = shown["weight"].where(_any_item(by_step, evidence))
    shown = of_case(shown, case)
    weight = shown["weight"].transpose("episode", "step").values
    steps = [label(str(name), labels) or "Other" for name in shown["step"].values]
    return Cells(episode_labels(shown, labels, width=26, lines=3), steps, weight, [], signed=True)


def _any_item(by_step: xr.DataArray, evidence: xr.Dataset) -> xr.DataArray:
    """Where an item speaks to a step."""
    steps = [str(name) for name in by_step["step"].values]
    spoken = {
        (str(episode), str(step) if step in steps else "")
        for episode, step in zip(evidence["link_episode"].values, evidence["link_step"].values, strict=True)
    }
    table = [[(str(episode), step) in spoken for step in steps] for episode in by_step["episode"].values]
    return xr.DataArray(table, {"episode": by_step["episode"], "step": steps}, ("episode", "step"))


def _draw(cells: Cells, ax: Axes | None, height: float) -> Axes:
    tall = max(height, 0.1 * max(1 + name.count("\n") for name in cells.rows) + 0.04)
    ax = canvas(ax, height=_AROUND + tall * len(cells.rows))
    for (row, column), value in np.ndenumerate(cells.values):
        _draw_cell(ax, row, column, float(value), warm=cells.signed and bool(value < 0))
    for row, word in enumerate(cells.beside):
        ax.annotate(
            word, (1, row), (3, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="left", va="center", fontsize=SMALL - 0.5,
        )  # fmt: skip
    rows, columns = cells.values.shape
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    ax.set_yticks(range(rows), cells.rows)
    _head_columns(ax, cells.columns)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def _head_columns(ax: Axes, names: Sequence[str]) -> None:
    """Names over the columns, upright where there is no room to lie."""
    lie = max(len(part) for name in names for part in name.split()) * len(names) < _LETTERS
    ax.xaxis.tick_top()
    ax.set_xticks(range(len(names)), [wrap(name, 12 if lie else 18, lines=3) for name in names])
    ax.tick_params(axis="x", labelrotation=0 if lie else 90)


#: so many letters fit side by side over a table in a column
_LETTERS = int(COLUMN * 12)


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
        column, row, _whole(value), ha="center", va="center", fontsize=SMALL,
        color="white" if depth > _DEEP else "black",
    )  # fmt: skip


#: what the darkest cell takes from white
_COOL, _WARM = np.array([0.85, 0.6, 0.35]), np.array([0.3, 0.72, 0.9])
#: from here on black letters are hard to read
_DEEP = 0.62


def _whole(value: float) -> str:
    """Decibels without a decimal where there is none to show."""
    return db(value).removesuffix(".0")
