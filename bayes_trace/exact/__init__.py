"""Bayes' rule over the effective likelihoods, exactly, and what the likelihoods alone say."""

from bayes_trace.exact.attempts import attempt_probability, success_of_attempts
from bayes_trace.exact.growth import trajectory
from bayes_trace.exact.matrix import ach_matrix
from bayes_trace.exact.pools import fill_gaps, log_pool, spoken_by_coder, voices
from bayes_trace.exact.updating import (
    LEVEL_DB,
    TIE,
    inclusion,
    lead,
    log_joint,
    ranking,
    select_coder,
    sum_over_links,
    update,
)
from bayes_trace.exact.weights import (
    strongest_against,
    test_type,
    weakest_step,
    weight_by_step,
    weight_of_evidence,
    weight_of_items,
)

__all__ = [
    "LEVEL_DB",
    "TIE",
    "ach_matrix",
    "attempt_probability",
    "fill_gaps",
    "inclusion",
    "lead",
    "log_joint",
    "log_pool",
    "ranking",
    "select_coder",
    "spoken_by_coder",
    "strongest_against",
    "success_of_attempts",
    "sum_over_links",
    "test_type",
    "trajectory",
    "update",
    "voices",
    "weakest_step",
    "weight_by_step",
    "weight_of_evidence",
    "weight_of_items",
]
