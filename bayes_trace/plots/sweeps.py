"""Answers as one assumption varies: correlated evidence, another prior, an unnamed explanation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.guards import guarded
from bayes_trace.plots.lettering import fit
from bayes_trace.plots.odds import name_odds, to_odds
from bayes_trace.plots.style import (
    COLUMN,
    QUIET,
    canvas,
    figure_style,
    legend_above,
    marks,
    width_of,
    x_title,
)
from bayes_trace.plots.words import known_labels, label, one_coder, one_episode
from bayes_trace.tables import db, probability

__all__ = ["plot_dependence", "plot_prior_sweep", "plot_residual"]

Array = npt.NDArray[np.float64]
#: inches
_HEIGHT = 2.4


@guarded
def plot_dependence(
    sweep: xr.Dataset,
    *,
    episode: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    r"""Posterior of an episode as its items are taken to be ever more correlated.

    Parameters
    ----------
    sweep
        As from `sensitivity.dependence_sweep`.
    episode
        May be left out where there is only one.
    labels
        Words for ids of hypotheses.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes: correlation (0 to 1) across, probability up; a dotted line where the lead is lost, and words
    that say to whom, or that no correlation takes it.

    Raises
    ------
    UnknownNameError
        For an unknown episode.
    BayesTraceError
        If there are several episodes and none was named.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> from bayes_trace import sensitivity
    >>> ev = bt.compile_evidence(bt.from_table({f"copy{n}": {"A": 0.9, "B": 0.1} for n in range(3)}))
    >>> ax = plot_dependence(sensitivity.dependence_sweep(ev, by="all"))
    >>> ax.get_xlabel()
    'correlation between the items of the episode\n(no correlation takes the lead)'
    >>> plt.close(ax.figure)
    """
    here = sweep.sel(episode=one_episode(sweep["episode"], episode))
    words, room = known_labels(sweep, labels=labels), width_of(ax, width)
    lost, to = float(here["lost_at"]), label(str(here["lost_to"].item()), words)
    group = f"correlation between the items of {_GROUPS[str(sweep.attrs['by'])]}"
    with figure_style():
        ax = _draw_lines(here["correlation"].values, _lines(here["probability"], words), ax, width)
        ax.set_xlim(0, 1)
        x_title(ax, f"{group}\n{_fate(lost, to)}", room, share=0.85)
        if np.isfinite(lost):
            _rule(ax, lost, "lost")
    return ax


_GROUPS = {"all": "the episode", "cluster": "a cluster", "source": "a source"}


def _lines(here: xr.DataArray, labels: Mapping[str, str]) -> dict[str, Array]:
    return {label(str(name), labels): here.sel(hypothesis=name).values for name in here["hypothesis"].values}


def _rule(ax: Axes, at: float, gid: str) -> None:
    ax.axvline(at, color=QUIET, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=0.5, gid=gid)


def _draw_lines(x: Array, lines: Mapping[str, Array], ax: Axes | None, width: float) -> Axes:
    ax = canvas(ax, height=_HEIGHT, width=width)
    every = max(len(lines), len(x) // 7)
    for number, ((name, values), mark) in enumerate(
        zip(lines.items(), marks(list(lines)).values(), strict=True)
    ):
        ax.plot(
            x, values, label=name, color=mark.color, linestyle=mark.linestyle, marker=mark.marker,
            markevery=(number % len(x), every), markersize=3.2, clip_on=False,
        )  # fmt: skip
    ax.set(ylim=(-0.02, 1.02), ylabel="posterior probability")
    legend_above(ax, width=width_of(ax, width))
    return ax


def _fate(lost: float, to: str) -> str:
    """What becomes of the lead."""
    if not np.isfinite(lost):
        return "(no correlation takes the lead)"
    if lost == 0:
        return f"(no lead to lose: level with {to})"
    return f"(lead lost to {to} at {probability(lost)})"


@guarded
def plot_prior_sweep(
    sweep: xr.DataArray,
    *,
    episode: str | None = None,
    posterior: xr.Dataset | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    r"""Posterior of an episode as the prior of one hypothesis moves.

    Parameters
    ----------
    sweep
        As from `sensitivity.prior_sweep`.
    episode
        May be left out where there is only one.
    posterior
        As from `update`: adds the prior stated, a dotted line.
    labels
        Words for ids of hypotheses.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. The prior runs across on a scale of log-odds, places in decibels of odds; the posterior runs up.

    Raises
    ------
    UnknownNameError
        For an unknown episode.
    BayesTraceError
        If there are several episodes and none was named.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> from bayes_trace import sensitivity
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> ax = plot_prior_sweep(sensitivity.prior_sweep(ev, hypothesis="A"))
    >>> ax.get_xlabel()
    'prior probability of A (scale of log-odds)\n(the others keep their proportions)'
    >>> plt.close(ax.figure)
    """
    where = one_episode(sweep["episode"], episode)
    here = sweep.sel(episode=where).transpose("swept_prior", "hypothesis")
    words = known_labels(sweep, *([] if posterior is None else [posterior]), labels=labels)
    swept, room = str(here["swept"].item()), width_of(ax, width)
    with figure_style():
        x = to_odds(here["swept_prior"].values)
        ax = _draw_lines(x, _lines(here, words), ax, width)
        name = fit(label(swept, words), 0.4 * room, size="medium")
        ax.set_xlim(float(x.min()), float(x.max()))
        title = f"prior probability of {name} (scale of log-odds)\n(the others keep their proportions)"
        x_title(ax, title, room, share=0.85)
        name_odds(ax, float(x.min()), float(x.max()))
        if posterior is not None:
            prior = one_coder(posterior)["prior"].sel(episode=where, hypothesis=swept)
            _rule(ax, float(to_odds(prior.item())), "stated")
            _name_rule(ax, float(to_odds(prior.item())), "prior stated")
    return ax


def _name_rule(ax: Axes, at: float, text: str) -> None:
    left, right = ax.get_xlim()
    late = at > (left + right) / 2
    ax.annotate(
        text, (at, 0.5), (-2 if late else 2, 0), xycoords=("data", "axes fraction"), textcoords="offset points",
        rotation=90, va="center", ha="right" if late else "left", fontsize="small", color=QUIET,
    )  # fmt: skip


@guarded
def plot_residual(
    residual: xr.Dataset,
    *,
    episode: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
) -> Axes:
    r"""How well an unnamed explanation would have to fit.

    Parameters
    ----------
    residual
        As from `sensitivity.residual_sweep`.
    episode
        May be left out where there is only one.
    labels
        Words for ids of hypotheses, the unnamed one among them.
    ax
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. Decibels by which the unnamed rival explains all the evidence better than the named do on average
    run across, posterior probability up; a dotted line where it draws level with the leader.

    Raises
    ------
    UnknownNameError
        For an unknown episode.
    BayesTraceError
        If there are several episodes and none was named.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> from bayes_trace import sensitivity
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> ax = plot_residual(sensitivity.residual_sweep(ev))
    >>> ax.get_xlabel().splitlines()[-1]
    '(prior .10; level with the leader at +8.6 dB)'
    >>> plt.close(ax.figure)
    """
    here = residual.sel(episode=one_episode(residual["episode"], episode))
    words = known_labels(residual, labels=labels)
    delta, level = here["delta"].values, float(here["overtakes_at"])
    share = probability(float(residual.attrs["prior"]))
    with figure_style():
        lines = _lines(here["probability"].transpose("delta", "hypothesis"), words)
        ax = _draw_lines(delta, lines, ax, width)
        ax.set_xlim(float(delta.min()), float(delta.max()))
        title = "dB by which the unnamed rival explains the evidence better than the named do on average\n"
        note = f"(prior {share}; level with the leader at {db(level)} dB)"
        x_title(ax, title + note, width_of(ax, width), share=0.8)
        if delta.min() <= level <= delta.max():
            _rule(ax, level, "level")
    return ax
