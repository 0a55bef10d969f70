"""Draws, prior beside posterior: ArviZ's forest plot in the dress of the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.errors import BayesTraceError
from bayes_trace.plots.house import COLUMN, QUIET, SMALL, TOWARDS, canvas, house_style
from bayes_trace.plots.words import label, named, wrap

if TYPE_CHECKING:
    from arviz_plots.plot_collection import PlotCollection

__all__ = ["plot_conditions", "plot_forest_episodes", "sampled"]

#: inches: a row, what surrounds them, a line of a label
_ROW, _AROUND, _LINE = 0.24, 0.75, 0.1
#: of the intervals
INNER, OUTER = 0.5, 0.89
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


def plot_forest_episodes(
    draws: xr.DataTree, *, of: str, labels: Mapping[str, str] | None = None
) -> PlotCollection:
    """Sampled probability of one hypothesis in every episode, prior and posterior.

    Parameters
    ----------
    draws
        As from `sample`: ``probability`` in the groups ``posterior`` and ``prior``.
    of
        The hypothesis.
    labels
        Words for ids of hypotheses and episodes; the draws themselves know ids only.

    Returns
    -------
    ArviZ's collection of what was drawn: medians with 50 % and 89 % equal-tailed intervals.

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
    >>> shown = plot_forest_episodes(xr.DataTree.from_dict({"prior": group, "posterior": group}), of="A")
    >>> shown.viz["plot"].sel(column="forest").item().get_xlabel()
    'probability of A'
    >>> plt.close(shown.viz["figure"].item())
    """
    every = {name: sampled(draws, name, "probability") for name in ("prior", "posterior")}
    named("hypothesis", of, every["posterior"]["hypothesis"])
    pair = {name: each.sel(hypothesis=of, drop=True) for name, each in every.items()}
    words = [wrap(label(str(name), labels), 24, lines=3) for name in pair["posterior"]["episode"].values]
    with house_style():
        shown, ax = _forest(pair, words)
        ax.set(xlim=(-0.02, 1.02), xlabel=f"probability of {label(of, labels)}")
    return shown


def plot_conditions(
    draws: xr.DataTree,
    *,
    quantity: str = "effect",
    of: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> PlotCollection:
    r"""What the conditions of a comparative model do, prior and posterior.

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

    Returns
    -------
    ArviZ's collection of what was drawn: medians with 50 % and 89 % equal-tailed intervals. Where
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
    >>> shown = plot_conditions(xr.DataTree.from_dict({"prior": group, "posterior": group}), of=["A"])
    >>> [tick.get_text() for tick in shown.viz["plot"].sel(column="forest").item().get_yticklabels()]
    ['Record:\nA']
    >>> plt.close(shown.viz["figure"].item())
    """
    pair = {name: _by_row(sampled(draws, name, quantity), of, labels) for name in ("prior", "posterior")}
    rows = [str(name) for name in pair["posterior"]["row"].values]
    with house_style():
        shown, ax = _forest(pair, rows)
        ax.axvline(0, color="black", linewidth=0.6, zorder=0)
        ax.locator_params(axis="x", nbins=5)
        ax.set_xlabel(wrap(_UNITS.get(quantity, label(quantity, labels)), 34))
    return shown


def _by_row(values: xr.DataArray, of: Sequence[str] | None, labels: Mapping[str, str] | None) -> xr.DataArray:
    """Conditions and hypotheses as one dimension, named in words."""
    if "hypothesis" in values.dims:
        chosen = [
            named("hypothesis", name, values["hypothesis"]) for name in of or values["hypothesis"].values
        ]
        values = values.sel(hypothesis=chosen)
    dims = [str(dim) for dim in values.dims if dim not in ("chain", "draw")]
    flat = values.stack(row=dims)
    names = [":\n".join(label(str(part), labels) for part in parts) for parts in flat["row"].values]
    return flat.drop_vars(["row", *dims]).assign_coords(row=names)


def _forest(pair: Mapping[str, xr.DataArray], rows: list[str]) -> tuple[PlotCollection, Axes]:
    """ArviZ's forest of one quantity, and the axes of the forest, its rows named there."""
    from arviz_plots import plot_forest
    from arviz_stats.summary import median
    from arviz_stats.visualization import eti

    sets = {name: xr.Dataset({"shown": each}) for name, each in pair.items()}
    # prior and posterior may hold different numbers of draws: each is summed up by itself
    stats: dict[Any, Any] = {
        "trunk": _side_by_side({name: eti(each, prob=INNER) for name, each in sets.items()}),
        "twig": _side_by_side({name: eti(each, prob=OUTER) for name, each in sets.items()}),
        "point_estimate": _side_by_side({name: median(each, round_to="none") for name, each in sets.items()}),
    }
    shown = plot_forest(
        {
            name: xr.DataTree.from_dict({"posterior": each.isel(chain=[0], draw=[0])})
            for name, each in sets.items()
        },
        combined=True,
        labels=[],
        stats=stats,
        backend="matplotlib",
        visuals={"remove_axis": False},
        **_settings(rows),
    )
    return shown, _dress(shown, rows)


def _side_by_side(sets: Mapping[str, xr.Dataset]) -> xr.Dataset:
    return xr.concat(list(sets.values()), xr.Variable("model", list(sets)))


def _settings(rows: list[str]) -> dict[str, Any]:
    row = max(_ROW, _LINE * (1.2 + max(name.count("\n") for name in rows)))
    return {
        "aes": {"color": ["model"], "marker": ["model"]},
        "aes_by_visuals": {"credible_interval": ["y", "color"]},  # lines without markers
        "color": [QUIET, TOWARDS],
        "marker": ["s", "o"],
        "figure_kwargs": {
            "figsize": (COLUMN, _AROUND + row * len(rows)),
            "width_ratios": [1e-3, 1],
            "layout": "constrained",
        },
    }


def _dress(shown: PlotCollection, rows: list[str]) -> Axes:
    columns = shown.viz["plot"]
    columns.sel(column="labels").item().set_visible(False)
    ax = canvas(cast("Axes", columns.sel(column="forest").item()), height=0)
    places = shown.get_aes_as_dataset("y")["shown"].mean("model").values.ravel()
    ax.set_yticks(places, rows)
    ax.tick_params(axis="y", length=0, labelleft=True, labelsize=SMALL)
    ax.set_ylim(places.min() - 0.6, places.max() + 0.6)
    for name, color, marker in (("prior", QUIET, "s"), ("posterior", TOWARDS, "o")):
        ax.plot([], [], marker, color=color, label=name, markerfacecolor="white", linestyle="-")
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
    return ax
