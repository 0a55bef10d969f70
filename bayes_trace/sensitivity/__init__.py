"""What would change the answer: every assumption of the evidence moved, in closed form where there is one."""

from bayes_trace.sensitivity.bounds import interval_bounds
from bayes_trace.sensitivity.dependence import dependence_sweep
from bayes_trace.sensitivity.flips import fewest_items_to_flip
from bayes_trace.sensitivity.many import many_scenarios
from bayes_trace.sensitivity.attribution import attribution
from bayes_trace.sensitivity.compared import scenarios
from bayes_trace.sensitivity.pooling import pool
from bayes_trace.sensitivity.priors import contamination_bounds, prior_needed, prior_sweep
from bayes_trace.sensitivity.ranges import one_way
from bayes_trace.sensitivity.removal import leave_one_out
from bayes_trace.sensitivity.residual import residual_sweep
from bayes_trace.sensitivity.robust import RULE, Criterion, robustness
from bayes_trace.sensitivity.scaling import breakdown, power_scaling
from bayes_trace.sensitivity.search import recoding, search_bias
from bayes_trace.sensitivity.virtual import jeffrey, soft_evidence
from bayes_trace.sensitivity.survey import survey, to_tables
from bayes_trace.sensitivity.tipping import tipping_points
from bayes_trace.sensitivity.variance import global_indices

__all__ = [
    "RULE",
    "Criterion",
    "attribution",
    "breakdown",
    "contamination_bounds",
    "dependence_sweep",
    "fewest_items_to_flip",
    "global_indices",
    "interval_bounds",
    "jeffrey",
    "leave_one_out",
    "many_scenarios",
    "one_way",
    "pool",
    "power_scaling",
    "prior_needed",
    "prior_sweep",
    "recoding",
    "residual_sweep",
    "robustness",
    "scenarios",
    "search_bias",
    "soft_evidence",
    "survey",
    "tipping_points",
    "to_tables",
]
