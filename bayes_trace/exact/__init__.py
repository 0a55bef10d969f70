"""Bayes' rule over the effective likelihoods, exactly, and what the likelihoods alone say."""

from bayes_trace.exact.attempts import attempt_probability, success_of_attempts
from bayes_trace.exact.growth import trajectory
from bayes_trace.exact.ledger import (
    strongest_against,
    test_type,
    weakest_step,
    weight_by_step,
    weight_of_evidence,
    weight_of_items,
)
from bayes_trace.exact.matrix import ach_matrix
from bayes_trace.exact.updating import (
    TIE,
    inclusion,
    lead,
    log_joint,
    ranking,
    select_coder,
    sum_over_links,
    update,
)

__all__ = [
    "TIE",
    "ach_matrix",
    "attempt_probability",
    "inclusion",
    "lead",
    "log_joint",
    "ranking",
    "select_coder",
    "strongest_against",
    "success_of_attempts",
    "sum_over_links",
    "test_type",
    "trajectory",
    "update",
    "weakest_step",
    "weight_by_step",
    "weight_of_evidence",
    "weight_of_items",
]
