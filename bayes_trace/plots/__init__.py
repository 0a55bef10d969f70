"""Figures of results; nothing is computed here."""

from bayes_trace.plots.coders import plot_coders
from bayes_trace.plots.draws import plot_conditions, plot_forest_episodes
from bayes_trace.plots.house import Drawing, close, house_style, save
from bayes_trace.plots.ledger import plot_ledger
from bayes_trace.plots.matrix import plot_matrix, plot_steps
from bayes_trace.plots.posterior import plot_posterior
from bayes_trace.plots.ranges import plot_tipping, plot_tornado
from bayes_trace.plots.space import plot_evidence_space
from bayes_trace.plots.sweeps import plot_dependence, plot_prior_needed, plot_scenarios
from bayes_trace.plots.trajectory import plot_trajectory
from bayes_trace.plots.words import caption

__all__ = [
    "Drawing",
    "caption",
    "close",
    "house_style",
    "plot_coders",
    "plot_conditions",
    "plot_dependence",
    "plot_evidence_space",
    "plot_forest_episodes",
    "plot_ledger",
    "plot_matrix",
    "plot_posterior",
    "plot_prior_needed",
    "plot_scenarios",
    "plot_steps",
    "plot_tipping",
    "plot_tornado",
    "plot_trajectory",
    "save",
]
