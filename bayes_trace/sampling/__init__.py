"""Sampling: draws of the models, diagnosed and stored for ArviZ."""

from bayes_trace.sampling.run import sample
from bayes_trace.sampling.tree import for_loo

__all__ = ["for_loo", "sample"]
