"""Answers under other assumptions: repeated evidence, sceptical priors, named scenarios."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.plots.house import (
    AWAY,
    FAINT,
    QUIET,
    TOWARDS,
    canvas,
    house_style,
    legend_above,
    looks,
)
from bayes_trace.plots.posterior import Rows, draw_rows, of_case
from bayes_trace.plots.words import episode_labels, label, named, one_episode, wrap
from bayes_trace.scales import convert
from bayes_trace.tables import probability

__all__ = ["plot_dependence", "plot_prior_needed", "plot_scenarios"]

Array = npt.NDArray[np.float64]
_HEIGHT, _ROW, _AROUND = 2.3, 0.3, 0.75
#: probabilities that an axis of log-odds may name
_NAMED = (1e-6, 1e-5, 1e-4, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999)
#: decibels of odds that are drawn to scale; what lies beyond stands at the edge
_FARTHEST = 50.0


def plot_dependence(
    sweep: xr.Dataset,
    *,
    episode: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    r"""Posterior of an episode as its items are taken to repeat one another more and more.

    Parameters
    ----------
    sweep
        As from `sensitivity.dependence_sweep`.
    episode
        May be left out where there is only one.
    labels
        Words for ids of hypotheses.
    ax
        Axes to draw into; by default a new figure of a column's width.

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
    lines = {
        label(str(name), labels): here["probability"].sel(hypothesis=name).values
        for name in here["hypothesis"].values
    }
    lost, to = float(here["lost_at"]), label(str(here["lost_to"].item()), labels)
    group = f"correlation between the items of {_GROUPS[str(sweep.attrs['by'])]}"
    with house_style():
        ax = _draw_lines(here["correlation"].values, lines, ax)
        ax.set(xlim=(0, 1), xlabel=f"{group}\n{_fate(lost, to)}")
        if np.isfinite(lost):
            ax.axvline(lost, color=QUIET, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=0.5, gid="lost")
    return ax


_GROUPS = {"all": "the episode", "cluster": "a cluster", "source": "a source"}


def _draw_lines(x: Array, lines: Mapping[str, Array], ax: Axes | None) -> Axes:
    ax = canvas(ax, height=_HEIGHT)
    every = max(len(lines), len(x) // 7)
    for number, ((name, values), look) in enumerate(
        zip(lines.items(), looks(list(lines)).values(), strict=True)
    ):
        ax.plot(
            x, values, label=name, color=look.color, linestyle=look.linestyle, marker=look.marker,
            markevery=(number, every), markersize=3.2, clip_on=False,
        )  # fmt: skip
    ax.set(ylim=(-0.02, 1.02), ylabel="probability")
    legend_above(ax)
    return ax


def _fate(lost: float, to: str) -> str:
    """What becomes of the lead."""
    if not np.isfinite(lost):
        return "(no correlation takes the lead)"
    if lost == 0:
        return f"(no lead to lose: level with {to})"
    return f"(lead lost to {to} at {probability(lost)})"


def plot_prior_needed(
    needed: xr.Dataset,
    *,
    of: str,
    case: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """The prior from which the evidence would still move a sceptic, beside the prior stated.

    Parameters
    ----------
    needed
        As from `sensitivity.prior_needed`.
    of
        The hypothesis.
    case
        The episodes of one case; by default all.
    labels
        Words for ids of hypotheses and episodes.
    ax
        Axes to draw into; by default a new figure of a column's width.

    Returns
    -------
    The axes. Episodes run down; prior probability across, on a scale of log-odds, so that equal lengths
    are equal decibels. The further left the prior needed, the more doubt the evidence bears; to
    the right of the prior stated it falls short.

    Raises
    ------
    UnknownNameError
        For an unknown name.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> from bayes_trace import sensitivity
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> ax = plot_prior_needed(sensitivity.prior_needed(ev), of="A")
    >>> ax.get_xlabel()
    'prior of A (scale of log-odds)'
    >>> plt.close(ax.figure)
    """
    named("hypothesis", of, needed["hypothesis"])
    here = of_case(needed, case).sel(hypothesis=of)
    at = here["prior_needed_db"].values
    stated = at + here["margin"].values
    with house_style():
        ax = _draw_needed(
            episode_labels(here, labels, lines=3), at, stated, float(needed.attrs["probability"]), ax
        )
        ax.set_xlabel(f"prior of {label(of, labels)} (scale of log-odds)")
    return ax


def _draw_needed(rows: list[str], at: Array, stated: Array, goal: float, ax: Axes | None) -> Axes:
    ax = canvas(ax, height=_AROUND + _ROW * len(rows))
    finite = np.concatenate([at[np.isfinite(at)], stated[np.isfinite(stated)], [0.0]])
    left = max(float(finite.min()), -_FARTHEST) - 3
    right = min(float(finite.max()), _FARTHEST) + 3
    row = np.arange(len(rows))
    ends, starts = np.clip(at, left, right), np.clip(stated, left, right)
    for number in row[::2]:
        ax.axhspan(number - 0.5, number + 0.5, color=FAINT, zorder=0, linewidth=0)
    ax.hlines(row, ends, starts, color="#AAAAAA", linewidth=1.2, zorder=1)
    ax.plot(
        starts, row, "|", color="black", markersize=7, markeredgewidth=1.0, label="prior stated", zorder=2
    )
    short, off = at > stated, at != ends
    for chosen, color, mark, text in (
        (~short & ~off, TOWARDS, "o", f"needed for {probability(goal)}: less"),
        (short & ~off, AWAY, "X", f"needed for {probability(goal)}: more"),
        (off & ~short, TOWARDS, "<", "far less"),
        (off & short, AWAY, ">", "far more"),
    ):
        if chosen.any():
            ax.plot(
                ends[chosen],
                row[chosen],
                mark,
                color=color,
                label=text,
                zorder=2,
                clip_on=False,
                linestyle="",
            )
    ax.set_yticks(row, rows)
    ax.set(xlim=(left, right), ylim=(len(rows) - 0.5, -0.5))
    ax.tick_params(axis="y", length=0)
    _name_odds(ax, left, right)
    legend_above(ax)
    return ax


def _name_odds(ax: Axes, left: float, right: float) -> None:
    """Probabilities as ticks of an axis in decibels of odds: one half, and as many others as have room."""
    room = (right - left) / 8
    places = dict(zip(convert(_NAMED, "probability", "db").tolist(), _NAMED, strict=True))
    chosen: list[float] = []
    for at in sorted(places, key=abs):
        if left <= at <= right and all(abs(at - other) >= room for other in chosen):
            chosen.append(at)
    ax.set_xticks(sorted(chosen), [f"{places[at]:.6f}".strip("0") for at in sorted(chosen)])


def plot_scenarios(
    scenarios: xr.Dataset,
    *,
    episode: str | None = None,
    coder: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Posterior of an episode in every scenario, coder by coder.

    Parameters
    ----------
    scenarios
        As from `sensitivity.scenarios`.
    episode
        May be left out where there is only one.
    coder
        One coder; by default all, one below the other.
    labels
        Words for ids of scenarios, hypotheses and coders.
    ax
        Axes to draw into; by default a new figure of a column's width.

    Returns
    -------
    The axes. Scenarios run down; one in which another hypothesis leads than in the base says so,
    and so does one that splits or drops the leader.

    Raises
    ------
    UnknownNameError
        For an unknown name.
    BayesTraceError
        If there are several episodes and none was named.

    Examples
    --------
    >>> import bayes_trace as bt, matplotlib.pyplot as plt
    >>> from bayes_trace import sensitivity
    >>> arms = bt.read_evidence_set("evidence_sets/us_arms_transfers")
    >>> both = sensitivity.scenarios(arms, names=["clustered"], episodes=["f5e_1972"])
    >>> ax = plot_scenarios(both, coder="reader_a")
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['Base', 'Clustered']
    >>> plt.close(ax.figure)
    """
    here = scenarios.sel(episode=one_episode(scenarios["episode"], episode))
    coders = [named("coder", coder, here["coder"])] if coder else [str(name) for name in here["coder"].values]
    rows = _scenario_rows(here.sel(coder=coders), coders, labels)
    with house_style():
        return draw_rows(rows, looks(rows.columns), ax)


def _scenario_rows(here: xr.Dataset, coders: list[str], labels: Mapping[str, str] | None) -> Rows:
    names = [str(name) for name in here["scenario"].values]
    words = [
        wrap(label(name, labels), 24, lines=5)
        + _standing(float(here["holds"].sel(coder=coder, scenario=name)))
        for coder in coders
        for name in names
    ]
    values = here["probability"].transpose("coder", "scenario", "hypothesis").values
    values = values.reshape(len(words), -1)
    none = np.full_like(values, np.nan)
    heads = (
        [label(coder, labels) for coder in coders for _ in names] if len(coders) > 1 else [""] * len(words)
    )
    return Rows(
        rows=words,
        heads=heads,
        columns=[label(str(name), labels) for name in here["hypothesis"].values],
        values=values,
        prior=none,
        low=none,
        high=none,
    )


def _standing(holds: float) -> str:
    """Nothing where the leader of the base leads here as well."""
    return "\n(leader recast)" if np.isnan(holds) else "" if holds else "\n(another leads)"
