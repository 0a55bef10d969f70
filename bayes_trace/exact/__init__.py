"""Bayes' rule over the final rows, exactly, and what the rows say by themselves."""

from bayes_trace.exact.ledger import (
    strongest_against,
    test_type,
    trajectory,
    weakest_step,
    weight_by_step,
    weight_of_evidence,
)
from bayes_trace.exact.mean import mean_rows
from bayes_trace.exact.updating import inclusion, lead, log_joint, select_coder, sum_over_links, update

__all__ = [
    "inclusion",
    "lead",
    "log_joint",
    "mean_rows",
    "select_coder",
    "strongest_against",
    "sum_over_links",
    "test_type",
    "trajectory",
    "update",
    "weakest_step",
    "weight_by_step",
    "weight_of_evidence",
]
