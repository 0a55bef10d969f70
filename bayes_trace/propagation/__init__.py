"""Ranges pushed through Bayes' rule: a sensitivity distribution, not a posterior."""

from bayes_trace.propagation.engine import propagate

__all__ = ["propagate"]
