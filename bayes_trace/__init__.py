"""Bayesian process tracing: rival explanations, explicit likelihoods, and what an answer rests on.

Names are loaded when first used, so that importing the package stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

_HOME = {
    "Advice": "checks",
    "BayesTraceError": "errors",
    "EvidenceSet": "evidence",
    "EvidenceSetError": "errors",
    "ImpossibleEvidenceError": "errors",
    "ScaleError": "errors",
    "ScenarioError": "errors",
    "UnknownNameError": "errors",
    "apply_scenario": "scenarios",
    "check": "checks",
    "compile_evidence": "likelihood",
    "from_table": "reading",
    "inclusion": "exact",
    "json_schema": "reading",
    "lead": "exact",
    "read_evidence_set": "reading",
    "strongest_against": "exact",
    "test_type": "exact",
    "trajectory": "exact",
    "update": "exact",
    "weakest_step": "exact",
    "weight_by_step": "exact",
    "weight_of_evidence": "exact",
    "write_evidence_set": "reading",
    "write_template": "reading",
}
_MODULES = ("plots", "report", "scales", "tables")

__all__ = [
    "Advice",
    "BayesTraceError",
    "EvidenceSet",
    "EvidenceSetError",
    "ImpossibleEvidenceError",
    "ScaleError",
    "ScenarioError",
    "UnknownNameError",
    "__version__",
    "apply_scenario",
    "check",
    "compile_evidence",
    "from_table",
    "inclusion",
    "json_schema",
    "lead",
    "plots",
    "read_evidence_set",
    "report",
    "scales",
    "strongest_against",
    "tables",
    "test_type",
    "trajectory",
    "update",
    "weakest_step",
    "weight_by_step",
    "weight_of_evidence",
    "write_evidence_set",
    "write_template",
]

if TYPE_CHECKING:
    from bayes_trace.checks import Advice, check
    from bayes_trace.errors import (
        BayesTraceError,
        EvidenceSetError,
        ImpossibleEvidenceError,
        ScaleError,
        ScenarioError,
        UnknownNameError,
    )
    from bayes_trace.evidence import EvidenceSet
    from bayes_trace.exact import (
        inclusion,
        lead,
        strongest_against,
        test_type,
        trajectory,
        update,
        weakest_step,
        weight_by_step,
        weight_of_evidence,
    )
    from bayes_trace.likelihood import compile_evidence
    from bayes_trace.reading import (
        from_table,
        json_schema,
        read_evidence_set,
        write_evidence_set,
        write_template,
    )
    from bayes_trace.scenarios import apply_scenario


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("bayes-trace")
    if name in _HOME:
        return getattr(importlib.import_module(f"bayes_trace.{_HOME[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"bayes_trace.{name}")
    message = f"module 'bayes_trace' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)
