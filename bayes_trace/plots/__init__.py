"""Figures of results; nothing is computed here."""

from bayes_trace.plots.calibration import plot_ece, plot_tippett
from bayes_trace.plots.cells import overview_cells
from bayes_trace.plots.coders import plot_coders
from bayes_trace.plots.draws import plot_conditions, plot_forest_episodes
from bayes_trace.plots.ledger import ledger_limits, plot_ledger
from bayes_trace.plots.matrix import plot_matrix, plot_steps
from bayes_trace.plots.mechanism import plot_mechanism
from bayes_trace.plots.needed import plot_prior_needed
from bayes_trace.plots.overview import plot_overview
from bayes_trace.plots.planned import plot_plan
from bayes_trace.plots.posterior import plot_posterior
from bayes_trace.plots.ranges import plot_tipping, plot_tornado
from bayes_trace.plots.removals import plot_leave_one_out, plot_search_bias
from bayes_trace.plots.scenarios import plot_scenarios
from bayes_trace.plots.space import plot_evidence_space
from bayes_trace.plots.style import Drawing, close, figure_style, save
from bayes_trace.plots.sweeps import plot_dependence, plot_prior_sweep, plot_residual
from bayes_trace.plots.ternary import plot_ternary
from bayes_trace.plots.timeline import plot_timeline
from bayes_trace.plots.trajectory import plot_trajectory
from bayes_trace.plots.words import caption, labeller, labels_from

__all__ = [
    "Drawing",
    "caption",
    "close",
    "figure_style",
    "labeller",
    "labels_from",
    "ledger_limits",
    "overview_cells",
    "plot_coders",
    "plot_conditions",
    "plot_dependence",
    "plot_ece",
    "plot_evidence_space",
    "plot_forest_episodes",
    "plot_leave_one_out",
    "plot_ledger",
    "plot_matrix",
    "plot_mechanism",
    "plot_overview",
    "plot_plan",
    "plot_posterior",
    "plot_prior_needed",
    "plot_prior_sweep",
    "plot_residual",
    "plot_scenarios",
    "plot_search_bias",
    "plot_steps",
    "plot_ternary",
    "plot_timeline",
    "plot_tippett",
    "plot_tipping",
    "plot_tornado",
    "plot_trajectory",
    "save",
]
