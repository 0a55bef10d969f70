"""Posterior predictive checks: what the rest of the evidence would lead one to expect of an item."""

from bayes_trace.prediction.held_out import predict
from bayes_trace.prediction.scores import holdout, surprise
from bayes_trace.prediction.words import describe, prediction_table

__all__ = ["describe", "holdout", "predict", "prediction_table", "surprise"]
