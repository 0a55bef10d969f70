"""Causal models of binary nodes, and the likelihoods that follow from them.

A node's *type* is what it would do at every value of its causes; `CausalModel` holds the shares of types.
Everything asked is a sum over types, done exactly.
"""

from bayes_trace.causal.clues import (
    ProbativeValue,
    expected_learning,
    likelihoods_from,
    mutual_information,
    necessity_bounds,
    priors_from,
    probative_value,
)
from bayes_trace.causal.model import CausalModel
from bayes_trace.causal.worlds import probability, type_shares

__all__ = [
    "CausalModel",
    "ProbativeValue",
    "expected_learning",
    "likelihoods_from",
    "mutual_information",
    "necessity_bounds",
    "priors_from",
    "probability",
    "probative_value",
    "type_shares",
]
