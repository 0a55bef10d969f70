"""Draws, prior beside posterior: medians and intervals as ArviZ has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded
from bayes_trace.plots.lettering import fit
from bayes_trace.plots.style import COLUMN, QUIET, TOWARDS, canvas, figure_style, legend_above, width_of
from bayes_trace.plots.words import known_name, label
from bayes_trace.scales.units import INTERVAL

__all__ = ["plot_conditions", "plot_forest_episodes", "sampled"]

Array = npt.NDArray[np.float64]
#: inches: a row, what surrounds them, a line of a label
_ROW, _AROUND, _LINE = 0.24, 0.75, 0.1
#: the share of the width that names of rows take
_NAMES = 0.37
#: of the thick inner interval
INNER = 0.5
_UNITS = {
    "effect": "difference in mean share, from the smallest to the largest value",
    "slope": "log-odds of success per standard deviation of the condition",
    "coefficient": "log-odds per standard deviation of the condition",
}


def sampled(draws: xr.DataTree, group: str, name: str) -> xr.DataArray:
    """A quantity of a group of draws.

    Raises
    ------
    BayesTraceError
        If it was not sampled.

    Examples
    --------
    >>> tree = xr.DataTree.from_dict({"posterior": xr.Dataset({"share": 0.5})})
    >>> sampled(tree, "posterior", "share").item()
    0.5
    """
    found = draws[group].to_dataset() if group in draws.children else xr.Dataset()
    if name not in found:
        there = ", ".join(str(each) for each in found.data_vars) or "nothing"
        message = f"no {name!r} in the group {group!r} of these draws, which holds {there}"
        raise BayesTraceError(message)
    return found[name]


@guarded
def plot_forest_episodes(
    draws: xr.DataTree,
    *,
    of: str,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """Sampled probability of one hypothesis in every episode, prior and posterior.

    Parameters
    ----------
    draws
        As from `sample`: ``probability`` in the groups ``posterior`` and ``prior``.
    of
        The hypothesis.
    labels
        Words for ids of hypotheses and episodes, as from `labels_from`; the draws themselves know ids only.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes: medians with 50 % (thick) and 90 % equal-tailed intervals.

    Raises
    ------
    UnknownNameError
        For an unknown hypothesis.
    BayesTraceError
        If the draws hold no ``probability``.

    Examples
    --------
    >>> import matplotlib.pyplot as plt, numpy as np
    >>> dims = ("chain", "draw", "episode", "hypothesis")
    >>> p = xr.DataArray(np.full((2, 20, 1, 1), 0.5), {"episode": ["e"], "hypothesis": ["A"]}, dims)
    >>> group = xr.Dataset({"probability": p})
    >>> ax = plot_forest_episodes(xr.DataTree.from_dict({"prior": group, "posterior": group}), of="A")
    >>> ax.get_xlabel()
    'probability of A'
    >>> plt.close(ax.figure)
    """
    every = {name: sampled(draws, name, "probability") for name in ("prior", "posterior")}
    known_name("hypothesis", of, every["posterior"]["hypothesis"])
    pair = {name: each.sel(hypothesis=of, drop=True) for name, each in every.items()}
    room = width_of(ax, width)
    with figure_style():
        names = [str(name) for name in pair["posterior"]["episode"].values]
        rows = [fit(label(name, labels), _NAMES * room, lines=3) for name in names]
        ax = _forest(pair, rows, ax, width)
        name = fit(label(of, labels), 0.6 * room, size="medium")
        ax.set(xlim=(-0.02, 1.02), xlabel=f"probability of {name}")
    return ax


@guarded
def plot_conditions(
    draws: xr.DataTree,
    *,
    quantity: str = "effect",
    of: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    r"""Effects of the conditions of a comparative model, prior and posterior.

    Parameters
    ----------
    draws
        As from `sample` on a comparative or a success model.
    quantity
        ``effect``, the difference in mean share that a condition makes between its smallest and largest
        value, or ``coefficient``, in log-odds; of a success model ``slope``.
    of
        Hypotheses, where the quantity has them; by default all.
    labels
        Words for ids of conditions and hypotheses.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes: medians with 50 % and 90 % equal-tailed intervals. Where
    prior and posterior look alike, nothing was learned.

    Raises
    ------
    UnknownNameError
        For an unknown hypothesis.
    BayesTraceError
        If the draws hold no such quantity.

    Examples
    --------
    >>> import matplotlib.pyplot as plt, numpy as np
    >>> coords = {"column": ["record"], "hypothesis": ["A", "B"]}
    >>> x = xr.DataArray(np.zeros((2, 20, 1, 2)), coords, ("chain", "draw", "column", "hypothesis"))
    >>> group = xr.Dataset({"effect": x})
    >>> ax = plot_conditions(xr.DataTree.from_dict({"prior": group, "posterior": group}), of=["A"])
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['Record:\nA']
    >>> plt.close(ax.figure)
    """
    room = width_of(ax, width)
    with figure_style():
        pair = {
            name: _by_row(sampled(draws, name, quantity), of, labels, _NAMES * room)
            for name in ("prior", "posterior")
        }
        ax = _forest(pair, [str(name) for name in pair["posterior"]["row"].values], ax, width)
        ax.axvline(0, color="black", linewidth=0.6, zorder=0)
        ax.locator_params(axis="x", nbins=5)
        ax.set_xlabel(fit(_UNITS.get(quantity, label(quantity, labels)), 0.6 * room, size="medium", lines=3))
    return ax


def _by_row(
    values: xr.DataArray, of: Sequence[str] | None, labels: Mapping[str, str] | None, room: float
) -> xr.DataArray:
    """Conditions and hypotheses as one dimension, named in words."""
    if "hypothesis" in values.dims:
        chosen = [
            known_name("hypothesis", name, values["hypothesis"]) for name in of or values["hypothesis"].values
        ]
        values = values.sel(hypothesis=chosen)
    dims = [str(dim) for dim in values.dims if dim not in ("chain", "draw")]
    flat = values.stack(row=dims)
    names = [
        ":\n".join(fit(label(str(part), labels), room) for part in parts) for parts in flat["row"].values
    ]
    return flat.drop_vars(["row", *dims]).assign_coords(row=names)


def _forest(pair: Mapping[str, xr.DataArray], rows: list[str], ax: Axes | None, width: float) -> Axes:
    """Prior over posterior in every row; each may hold its own number of draws."""
    tall = max(_ROW, _LINE * (1.2 + max(name.count("\n") for name in rows)))
    ax = canvas(ax, height=_AROUND + tall * len(rows), width=width)
    place = np.arange(len(rows), dtype=float)
    for name, shift, color, marker in (
        ("prior", -0.16, QUIET, "s"),
        ("posterior", 0.16, TOWARDS, "o"),
    ):
        middle, inner, outer = _summary(pair[name])
        ax.hlines(place + shift, outer[0], outer[1], color=color, linewidth=0.8, gid=f"{name} 90")
        ax.hlines(place + shift, inner[0], inner[1], color=color, linewidth=2.2, gid=f"{name} 50")
        ax.plot(
            middle, place + shift, marker, color=color, label=name, markerfacecolor="white", clip_on=False
        )
    ax.set_yticks(place, rows)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    legend_above(ax, width=width_of(ax, width))
    return ax


def _summary(draws: xr.DataArray) -> tuple[Array, Array, Array]:
    """Median, 50 % and 90 % interval of every row, as ArviZ computes them."""
    from arviz_stats.summary import median
    from arviz_stats.visualization import eti

    row = next(str(dim) for dim in draws.dims if dim not in ("chain", "draw"))
    ends = [eti(draws, prob=prob).transpose("ci_bound", row).values for prob in (INNER, INTERVAL)]
    return median(draws, round_to="none").values, ends[0], ends[1]
