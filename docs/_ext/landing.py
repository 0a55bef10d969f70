"""The figures of the landing page."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from pages import ROOT

import bayes_trace as bt
from bayes_trace import plots

__all__ = ["draw", "write"]

EPISODE = "f5e_1972"
#: file -> scenarios applied
PANELS: dict[str, tuple[str, ...]] = {
    "landing-printed.svg": (),
    "landing-criticised.svg": ("source_criticised", "clustered", "with_external_records"),
}


def draw(names: tuple[str, ...]) -> Axes:
    """Belief as the evidence of one decision arrives."""
    arms = bt.read_evidence_set(ROOT / "evidence_sets" / "us_arms_transfers")
    labels = {hypothesis.id: hypothesis.label for hypothesis in arms.hypotheses}
    evidence = bt.compile_evidence(bt.apply_scenario(arms, *names))
    path = bt.trajectory(evidence, EPISODE, coder="reader_a")
    return plots.plot_trajectory(path, labels=labels)


def write(home: Path) -> None:
    """Write both figures, the same bytes every time."""
    home.mkdir(parents=True, exist_ok=True)
    for name, scenarios in PANELS.items():
        with plots.figure_style():
            ax = draw(scenarios)
            plots.save(ax, home / name, caption="F-5E, 1972: belief as the evidence arrives")
            plt.close(ax.figure)
