"""Where coders disagree: in their conclusions, and about which items."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded
from bayes_trace.plots.lettering import fit
from bayes_trace.plots.posterior import NAMES, Rows, draw_rows
from bayes_trace.plots.style import COLUMN, TOWARDS, canvas, figure_style, width_of, x_title
from bayes_trace.plots.words import episode_labels, item_name, known_labels, known_name, label

__all__ = ["plot_coders"]

Array = npt.NDArray[np.float64]
_ROW, _AROUND = 0.14, 0.7


@guarded
def plot_coders(
    coders: xr.Dataset,
    *,
    of: str | None = None,
    episode: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    """What each coder concludes, or how far they are apart item by item.

    Parameters
    ----------
    coders
        As from `sensitivity.pool`, or for `of` the posterior of several coders from `update`.
    of
        A hypothesis: its probability by each coder alone (and pooled) in every episode.
    episode
        An episode: the most by which two coders differ in any weight of each of its items, dB, the
        widest first. Items that fewer than two coders judged are left out.
    labels
        Words for ids of hypotheses, episodes, items and coders.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes.

    Raises
    ------
    UnknownNameError
        For an unknown name.
    BayesTraceError
        Unless exactly one of `of` and `episode` is given, or if nobody can disagree.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> from bayes_trace import sensitivity
    >>> arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
    >>> both = sensitivity.pool(bt.compile_evidence(arms, episodes=["f5e_1972"]))
    >>> ax = plot_coders(both, of="loyalty_coercion")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['Reader A', 'Reader B', 'pooled']
    >>> plt.close(ax.figure)
    """
    if (of is None) == (episode is None):
        message = "give either of= (what each coder concludes) or episode= (where they disagree)"
        raise BayesTraceError(message)
    words, room = known_labels(coders, labels=labels), width_of(ax, width)
    with figure_style():
        if of is not None:
            ax = draw_rows(_conclusions(coders, of, words, NAMES * room), ax, width)
            ax.set_xlabel(f"probability of {fit(label(of, words), 0.6 * room, size='medium')}")
            return ax
        return _draw_items(*_items(coders, str(episode), words, NAMES * room), ax, width)


def _conclusions(coders: xr.Dataset, of: str, labels: Mapping[str, str], room: float) -> Rows:
    every = coders["by_coder"] if "by_coder" in coders else coders["probability"]
    if "coder" not in every.dims:
        message = "the result is that of one coder; use update without coder=, or sensitivity.pool"
        raise BayesTraceError(message)
    known_name("hypothesis", of, every["hypothesis"])
    table = every.sel(hypothesis=of).transpose("episode", "coder").values
    names = [label(str(name), labels) for name in every["coder"].values]
    if "by_coder" in coders:
        table = np.column_stack([table, coders["probability"].sel(hypothesis=of).values])
        names.append("pooled")
    none = np.full_like(table, np.nan)
    prior = none.copy()
    if "prior" in coders:
        prior[:] = coders["prior"].sel(hypothesis=of).values[:, None]
    rows = episode_labels(coders, labels, room=room)
    return Rows(rows, [""] * len(rows), names, table, prior, none, none)


def _items(
    coders: xr.Dataset, episode: str, labels: Mapping[str, str], room: float
) -> tuple[list[str], Array]:
    known_name("episode", episode, coders["episode"])
    here = coders["disagreement"].isel(link=np.flatnonzero(coders["link_episode"].values == episode))
    here = here.isel(link=np.argsort(-here.values, kind="stable"))
    here = here.isel(link=np.flatnonzero(~np.isnan(here.values)))
    if not here.size:
        message = f"episode {episode}: no item was judged by two coders"
        raise BayesTraceError(message)
    return [item_name(str(name), labels, room) for name in here["link_item"].values], here.values


def _draw_items(rows: list[str], apart: Array, ax: Axes | None, width: float) -> Axes:
    ax = canvas(ax, height=_AROUND + _ROW * len(rows), width=width)
    finite = apart[np.isfinite(apart)]
    edge = 1.08 * max(float(finite.max(initial=0.0)), 1.0)
    ax.barh(range(len(rows)), np.minimum(apart, edge), height=0.7, color=TOWARDS)
    ax.set_yticks(range(len(rows)), rows)
    ax.set(xlim=(0, edge), ylim=(len(rows) - 0.4, -0.6))
    x_title(ax, "largest difference between two coders\nin the weight of the item, dB", width_of(ax, width))
    ax.tick_params(axis="y", length=0)
    return ax
