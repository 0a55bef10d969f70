"""One episode under every named change of assumptions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from bayes_trace.guards import guarded
from bayes_trace.plots.lettering import fit
from bayes_trace.plots.posterior import NAMES, Rows, draw_rows
from bayes_trace.plots.style import COLUMN, figure_style, width_of
from bayes_trace.plots.words import known_labels, known_name, label, one_episode

__all__ = ["plot_scenarios"]


@guarded
def plot_scenarios(
    scenarios: xr.Dataset,
    *,
    episode: str | None = None,
    coder: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    width: float = COLUMN,
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
        Axes to draw into; by default a new figure.
    width
        Of a new figure, in inches: 3.4 for a journal's column, 7 for its page.

    Returns
    -------
    The axes. Scenarios run down; one in which another hypothesis leads than in the base says so,
    and so does one that drops the leader; parts of a split one count together.

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
    coders = (
        [known_name("coder", coder, here["coder"])] if coder else [str(name) for name in here["coder"].values]
    )
    words = known_labels(scenarios, labels=labels)
    with figure_style():
        rows = _gather(here.sel(coder=coders), coders, words, NAMES * width_of(ax, width))
        return draw_rows(rows, ax, width)


def _gather(here: xr.Dataset, coders: list[str], labels: Mapping[str, str], room: float) -> Rows:
    """A row for every coder and scenario that has an answer."""
    values = here["probability"].transpose("coder", "scenario", "hypothesis").values
    there = np.argwhere(np.isfinite(values).any(axis=-1))
    names = [str(name) for name in here["scenario"].values]
    holds, ahead = (here[name].transpose("coder", "scenario").values for name in ("holds", "base_lead"))
    shown = values[tuple(there.T)]
    none = np.full_like(shown, np.nan)
    return Rows(
        rows=[
            fit(label(names[scenario], labels), room, lines=4)
            + _remark(float(holds[coder, scenario]), float(ahead[coder, scenario]))
            for coder, scenario in there
        ],
        heads=[label(coders[coder], labels) if len(coders) > 1 else "" for coder, _ in there],
        columns=[label(str(name), labels) for name in here["hypothesis"].values],
        values=shown,
        prior=none,
        low=none,
        high=none,
    )


def _remark(holds: float, ahead: float) -> str:
    """Nothing where the leader of the base leads here as well, its parts counted together."""
    if np.isnan(holds):
        return ""
    return "\n(leader dropped)" if np.isnan(ahead) else "" if holds else "\n(another leads)"
