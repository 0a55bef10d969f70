"""Is the design any good: what the same searches would have found if each hypothesis were true."""

from bayes_trace.simulation.diagnosis import diagnosands, misleading_rates
from bayes_trace.simulation.drawing import simulate

__all__ = ["diagnosands", "misleading_rates", "simulate"]
