"""Draws as tables: how sure, how stable, and how far the prior speaks."""

from bayes_trace.summary.coefficients import summarise_coefficients
from bayes_trace.summary.episodes import summarise
from bayes_trace.summary.sensitivity import power_sensitivity

__all__ = ["power_sensitivity", "summarise", "summarise_coefficients"]
