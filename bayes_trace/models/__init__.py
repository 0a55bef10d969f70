"""PyMC models of the evidence; the hypothesis of each episode is always summed out."""

from bayes_trace.models.base import EvidenceModel, Prior, Record
from bayes_trace.models.comparative import comparative_model
from bayes_trace.models.elicitation import elicitation_model
from bayes_trace.models.observed import no_data_model
from bayes_trace.models.success import success_model

__all__ = [
    "EvidenceModel",
    "Prior",
    "Record",
    "comparative_model",
    "elicitation_model",
    "no_data_model",
    "success_model",
]
