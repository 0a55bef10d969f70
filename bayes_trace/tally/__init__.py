"""Counts of items as evidence: how much the bare number for and against a theory says.

One model: each item supports the working theory with probability theta, the share of the evidence on
its side. The working theory claims theta > 1/2, its rival theta <= 1/2. Of k + r items, k support the
working theory and r the rival.
"""

from bayes_trace.tally.factors import bayes_factor, log_bayes_factor, separated
from bayes_trace.tally.items import tally
from bayes_trace.tally.tipping import (
    PriorTilt,
    prior_tilt,
    prior_tilt_tipping,
    recoding,
    search_bias_tipping,
    separation,
)
from bayes_trace.tally.words import reading

__all__ = [
    "PriorTilt",
    "bayes_factor",
    "log_bayes_factor",
    "prior_tilt",
    "prior_tilt_tipping",
    "reading",
    "recoding",
    "search_bias_tipping",
    "separated",
    "separation",
    "tally",
]
