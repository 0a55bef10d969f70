"""What would change the answer: every assumption varied, in closed form where there is one."""

import importlib
import pkgutil

from bayes_trace.sensitivity.attribution import attribution
from bayes_trace.sensitivity.bounds import interval_bounds
from bayes_trace.sensitivity.carriers import carriers
from bayes_trace.sensitivity.compared import scenarios
from bayes_trace.sensitivity.dependence import dependence_sweep
from bayes_trace.sensitivity.deprecated import many_scenarios
from bayes_trace.sensitivity.flips import fewest_items_to_flip
from bayes_trace.sensitivity.judgement import robustness
from bayes_trace.sensitivity.leads import coder_leads, scenario_leads
from bayes_trace.sensitivity.pooling import pool
from bayes_trace.sensitivity.priors import contamination_bounds, prior_needed, prior_sweep
from bayes_trace.sensitivity.ranges import one_way
from bayes_trace.sensitivity.registry import (
    Asked,
    Criterion,
    Measure,
    Question,
    measures,
    questions,
    register,
    rule,
)
from bayes_trace.sensitivity.removal import leave_each_out, leave_one_out
from bayes_trace.sensitivity.residual import residual_sweep
from bayes_trace.sensitivity.scaling import breakdown, power_scaling
from bayes_trace.sensitivity.search import recoding, search_bias
from bayes_trace.sensitivity.survey import survey, to_tables
from bayes_trace.sensitivity.tipping import tipping_points
from bayes_trace.sensitivity.variance import global_indices
from bayes_trace.sensitivity.virtual import jeffrey, soft_evidence

# a question is one file: every module here is loaded, and registers what it asks
for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = [
    "Asked",
    "Criterion",
    "Measure",
    "Question",
    "attribution",
    "breakdown",
    "carriers",
    "coder_leads",
    "contamination_bounds",
    "dependence_sweep",
    "fewest_items_to_flip",
    "global_indices",
    "interval_bounds",
    "jeffrey",
    "leave_each_out",
    "leave_one_out",
    "many_scenarios",
    "measures",
    "one_way",
    "pool",
    "power_scaling",
    "prior_needed",
    "prior_sweep",
    "questions",
    "recoding",
    "register",
    "residual_sweep",
    "robustness",
    "rule",
    "scenario_leads",
    "scenarios",
    "search_bias",
    "soft_evidence",
    "survey",
    "tipping_points",
    "to_tables",
]
