"""Units of belief and of evidence: probability, odds, decibels, and words for them."""

from bayes_trace.scales.units import (
    Unit,
    convert,
    db_to_log,
    expit,
    log_expit,
    log_sum,
    log_to_db,
    logit,
    probability_to_db,
)
from bayes_trace.scales.words import IPCC, Support, Words, classify_test, enfsi, ipcc_term

__all__ = [
    "IPCC",
    "Support",
    "Unit",
    "Words",
    "classify_test",
    "convert",
    "db_to_log",
    "enfsi",
    "expit",
    "ipcc_term",
    "log_expit",
    "log_sum",
    "log_to_db",
    "logit",
    "probability_to_db",
]
