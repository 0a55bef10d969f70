"""Three hypotheses at once: belief as a point in a triangle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded
from bayes_trace.plots.draws import sampled
from bayes_trace.plots.lettering import fit, letters
from bayes_trace.plots.posterior import of_case
from bayes_trace.plots.style import COLUMN, QUIET, TOWARDS, canvas, figure_style, width_of
from bayes_trace.plots.words import episode_labels, item_name, known_labels, known_name, label, one_coder

__all__ = ["plot_ternary"]

Array = npt.NDArray[np.float64]
#: left, right and upper corner
_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 3**0.5 / 2]])
_THREE = 3
#: the least distance of two numbers, sides being 1
_APART = 0.03


class Belief(NamedTuple):
    """Points (n, 3) that sum to one, in order, and what each stands for."""

    corners: list[str]
    shares: Array
    names: list[str]
    #: whether the points are one belief that moves
    is_path: bool


@guarded
def plot_ternary(
    belief: xr.Dataset | xr.DataArray,
    *,
    of: Sequence[str] | None = None,
    case: str | None = None,
    draws: xr.DataTree | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """Belief in three hypotheses as points in a triangle, whose corners are certainty.

    Parameters
    ----------
    belief
        As from `update`: a point per episode; or as from `trajectory`: one belief that moves item by item.
    of
        Three hypotheses where there are just three, in the order left, right, top; or two of several, the top
        then standing for all others together. By default all three.
    case
        The episodes of one case; by default all.
    draws
        As from `sample`: adds a cloud of small dots for each episode.
    labels
        Words for ids of hypotheses, episodes and items.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. The nearer to a corner, the more probable its hypothesis; lines mark .5, inside which it is more
    probable than both others together. Numbers are explained below; a path begins at a hollow dot.

    Raises
    ------
    UnknownNameError
        For an unknown hypothesis or case.
    BayesTraceError
        If there are not three hypotheses and `of` does not name two.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2, "C": 0.2}}))
    >>> ax = plot_ternary(bt.trajectory(ev, "episode"))
    >>> [text.get_text() for text in ax.texts if text.get_gid() == "corner"]
    ['A', 'B', 'C']
    >>> plt.close(ax.figure)
    """
    words = known_labels(belief, labels=labels)
    chosen = _chosen(belief, of)
    with figure_style():
        room = width_of(ax, width)
        belief = belief if isinstance(belief, xr.DataArray) else of_case(one_coder(belief), case)
        gathered = _gather(belief, chosen, words)
        key = _key(gathered, room - 0.1)
        high = (room - 0.5) * 3**0.5 / 2 / letters() + 0.5 + 0.105 * (key.count("\n") + 1)
        ax = canvas(ax, height=high, width=width)
        _draw_frame(ax, gathered.corners, room)
        if draws is not None and not gathered.is_path:
            _draw_cloud(ax, draws, chosen, belief)
        _draw_points(ax, gathered)
        ax.annotate(
            key, (0, 0), (0, -20 * letters()), xycoords="axes fraction", textcoords="offset points", ha="left",
            va="top", fontsize="small", gid="key",
        )  # fmt: skip
    return ax


def _chosen(belief: xr.Dataset | xr.DataArray, of: Sequence[str] | None) -> list[str]:
    known = [str(name) for name in belief["hypothesis"].values]
    chosen = [known_name("hypothesis", name, belief["hypothesis"]) for name in of or known]
    if len(chosen) != _THREE - (len(known) > _THREE):
        message = (
            f"{len(known)} hypotheses, of which {len(chosen)} are to be drawn; a triangle takes three, or of= two of "
            "several beside all others together"
        )
        raise BayesTraceError(message)
    return chosen


def _gather(belief: xr.Dataset | xr.DataArray, chosen: list[str], labels: Mapping[str, str]) -> Belief:
    corners = [label(name, labels) for name in chosen]
    corners += ["All others"] if len(chosen) < _THREE else []
    if isinstance(belief, xr.DataArray):
        items = ["prior", *(item_name(str(name), labels, 1.6) for name in belief["item"].values[1:])]
        return Belief(corners, _shares(belief.transpose("step", "hypothesis"), chosen), items, is_path=True)
    p = belief["probability"].transpose("episode", "hypothesis")
    return Belief(corners, _shares(p, chosen), episode_labels(belief, labels, room=9, lines=1), is_path=False)


def _shares(p: xr.DataArray, chosen: list[str]) -> Array:
    """The probabilities of the corners, the last that of all others where two are named."""
    table = np.stack([p.sel(hypothesis=name).values for name in chosen], axis=-1)
    if len(chosen) == _THREE:
        return table
    return np.concatenate([table, np.clip(1 - table.sum(axis=-1, keepdims=True), 0, None)], axis=-1)


def _draw_frame(ax: Axes, corners: list[str], room: float) -> None:
    ax.axis("off")
    ax.set(xlim=(-0.06, 1.06), ylim=(-0.1, _CORNERS[2, 1] + 0.09), aspect="equal")
    ax.plot(*np.vstack([_CORNERS, _CORNERS[:1]]).T, color="black", linewidth=0.8, gid="frame")
    for corner in range(_THREE):
        others = _CORNERS[[each for each in range(_THREE) if each != corner]]
        for share, line in ((0.5, "-"), (0.9, (0, (1, 1.5)))):
            ends = share * _CORNERS[corner] + (1 - share) * others
            ax.plot(*ends.T, color="#BBBBBB", linewidth=0.6, linestyle=line, zorder=0)
            if corner == 0:
                ax.text(
                    float(ends[0, 0]), float(ends[0, 1]) - 0.015, f"{share:g}"[1:], ha="center", va="top",
                    fontsize="x-small", color=QUIET,
                )  # fmt: skip
    for (x, y), name, across, up in zip(
        _CORNERS, corners, ("left", "right", "center"), (-1, -1, 1), strict=True
    ):
        ax.text(
            x + {"left": -0.05, "right": 0.05, "center": 0.0}[across], y + 0.045 * up, fit(name, 0.45 * room, lines=2),
            ha=across, va="top" if up < 0 else "bottom", fontsize="medium", gid="corner",
        )  # fmt: skip


def _draw_cloud(ax: Axes, draws: xr.DataTree, chosen: list[str], result: xr.Dataset | xr.DataArray) -> None:
    """At most 400 draws of every episode that is shown."""
    p = sampled(draws, "posterior", "probability").stack(sample=("chain", "draw"))
    step = max(p.sizes["sample"] // 400, 1)
    for episode in result["episode"].values:
        if episode in p["episode"].values:
            cloud = _shares(p.sel(episode=episode).isel(sample=slice(None, None, step)), chosen)
            ax.plot(
                *(cloud @ _CORNERS).T, ".", color=TOWARDS, alpha=0.15, markersize=1.5, zorder=1, gid="cloud"
            )


def _draw_points(ax: Axes, belief: Belief) -> None:
    places = belief.shares @ _CORNERS
    if belief.is_path:
        ax.plot(*places.T, "-o", color=TOWARDS, markersize=4, zorder=2, gid="path", clip_on=False)
        ax.plot(*places[:1].T, "o", color=TOWARDS, markerfacecolor="white", markersize=4, zorder=3)
        for number, place in _numbered(places):
            ax.annotate(
                number, place, (0, 3.5), textcoords="offset points", ha="center", va="bottom", fontsize="x-small",
                gid="number",
            )  # fmt: skip
        return
    ax.plot(
        *places.T, "o", color=TOWARDS, markersize=7.5, markeredgecolor="white", markeredgewidth=0.5, zorder=2,
        linestyle="", gid="points", clip_on=False,
    )  # fmt: skip
    for number, place in _numbered(places):
        ax.text(
            *place, number, ha="center", va="center_baseline", fontsize="x-small", color="white", gid="number",
            zorder=3,
        )  # fmt: skip


def _numbered(places: Array) -> list[tuple[str, tuple[float, float]]]:
    """Numbers with their places; where there is no room the first number stands for all."""
    found = list[tuple[str, tuple[float, float]]]()
    for number, (x, y) in enumerate(places.tolist(), start=1):
        if all(np.hypot(x - other[0], y - other[1]) > _APART for _, other in found):
            found.append((str(number), (x, y)))
    return found


def _key(belief: Belief, room: float) -> str:
    names = [f"{number}: {name}" for number, name in enumerate(belief.names, start=1)]
    lines = max(len(names), 3) * 2
    return fit("; ".join(names), room, lines=lines)
