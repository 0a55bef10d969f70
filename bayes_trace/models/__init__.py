"""PyMC models of the evidence; the hypothesis of each episode is always summed out.

Names are loaded when first used: what a model is recorded as needs no PyMC.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

_HOME = {
    "EvidenceModel": "base",
    "Prior": "record",
    "Record": "record",
    "comparative_model": "comparative",
    "elicitation_model": "elicitation",
    "no_data_model": "record",
    "success_model": "success",
}

__all__ = [
    "EvidenceModel",
    "Prior",
    "Record",
    "comparative_model",
    "elicitation_model",
    "no_data_model",
    "success_model",
]

if TYPE_CHECKING:
    from bayes_trace.models.base import EvidenceModel
    from bayes_trace.models.comparative import comparative_model
    from bayes_trace.models.elicitation import elicitation_model
    from bayes_trace.models.record import Prior, Record, no_data_model
    from bayes_trace.models.success import success_model


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(importlib.import_module(f"bayes_trace.models.{_HOME[name]}"), name)
    message = f"module 'bayes_trace.models' has no attribute {name!r}"
    raise AttributeError(message)
