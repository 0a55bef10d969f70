"""Where coders disagree: in what they conclude, and about which item."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.errors import BayesTraceError
from bayes_trace.plots.house import TOWARDS, canvas, house_style, looks
from bayes_trace.plots.posterior import Rows, draw_rows
from bayes_trace.plots.words import episode_labels, label, named, wrap

__all__ = ["plot_coders"]

Array = npt.NDArray[np.float64]
_ROW, _AROUND = 0.14, 0.6


def plot_coders(
    coders: xr.Dataset,
    *,
    of: str | None = None,
    episode: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
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
        Axes to draw into; by default a new figure of a column's width.

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
    ['Reader a', 'Reader b', 'pooled']
    >>> plt.close(ax.figure)
    """
    if (of is None) == (episode is None):
        message = "give either of= (what each coder concludes) or episode= (where they disagree)"
        raise BayesTraceError(message)
    with house_style():
        if of is not None:
            rows = _conclusions(coders, of, labels)
            ax = draw_rows(rows, looks(rows.columns), ax)
            ax.set_xlabel(f"probability of {label(of, labels)}")
            return ax
        return _draw_items(*_items(coders, str(episode), labels), ax)


def _conclusions(coders: xr.Dataset, of: str, labels: Mapping[str, str] | None) -> Rows:
    every = coders["by_coder"] if "by_coder" in coders else coders["probability"]
    if "coder" not in every.dims:
        message = "the result is that of one coder; use update without coder=, or sensitivity.pool"
        raise BayesTraceError(message)
    named("hypothesis", of, every["hypothesis"])
    table = every.sel(hypothesis=of).transpose("episode", "coder").values
    names = [label(str(name), labels) for name in every["coder"].values]
    if "by_coder" in coders:
        table = np.column_stack([table, coders["probability"].sel(hypothesis=of).values])
        names.append("pooled")
    none = np.full_like(table, np.nan)
    prior = none.copy()
    if "prior" in coders:
        prior[:] = coders["prior"].sel(hypothesis=of).values[:, None]
    rows = episode_labels(coders, labels, lines=3)
    return Rows(rows, [""] * len(rows), names, table, prior, none, none)


def _items(coders: xr.Dataset, episode: str, labels: Mapping[str, str] | None) -> tuple[list[str], Array]:
    named("episode", episode, coders["episode"])
    here = coders["disagreement"].isel(link=np.flatnonzero(coders["link_episode"].values == episode))
    here = here.isel(link=np.argsort(-here.values, kind="stable"))
    here = here.isel(link=np.flatnonzero(~np.isnan(here.values)))
    if not here.size:
        message = f"episode {episode}: no item was judged by two coders"
        raise BayesTraceError(message)
    names = [str(name) for name in here["link_item"].values]
    return [wrap((labels or {}).get(name, name), 22, lines=1) for name in names], here.values


def _draw_items(rows: list[str], apart: Array, ax: Axes | None) -> Axes:
    ax = canvas(ax, height=_AROUND + _ROW * len(rows))
    finite = apart[np.isfinite(apart)]
    edge = 1.08 * max(float(finite.max(initial=0.0)), 1.0)
    ax.barh(range(len(rows)), np.minimum(apart, edge), height=0.7, color=TOWARDS)
    ax.set_yticks(range(len(rows)), rows)
    ax.set(xlim=(0, edge), ylim=(len(rows) - 0.4, -0.6), xlabel="coders apart by at most, dB")
    ax.tick_params(axis="y", length=0)
    return ax
