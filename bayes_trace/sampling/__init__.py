"""Markov chains for the models: run, judge, and keep what ArviZ reads."""

from bayes_trace.sampling.run import sample
from bayes_trace.sampling.tree import for_loo

__all__ = ["for_loo", "sample"]
