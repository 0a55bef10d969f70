"""Bayesian process tracing: rival explanations, explicit likelihoods, and what an answer rests on.

Names are loaded when first used, so that importing the package stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

_HOME = {
    "Advice": "checks",
    "BayesTraceError": "errors",
    "BlockError": "errors",
    "CalibrationError": "errors",
    "CausalModelError": "errors",
    "ConditionError": "errors",
    "ConvergenceError": "errors",
    "CountError": "errors",
    "CyclicModelError": "errors",
    "EvidenceSet": "evidence",
    "EvidenceSetError": "errors",
    "FileError": "errors",
    "ImpossibleEvidenceError": "errors",
    "MissingLetterWarning": "errors",
    "ModelError": "errors",
    "NoDataModelError": "errors",
    "PlanningError": "errors",
    "SamplerError": "errors",
    "SamplingStoppedError": "errors",
    "ScaleError": "errors",
    "ScenarioError": "errors",
    "SimulationError": "errors",
    "UnknownNameError": "errors",
    "WorkError": "errors",
    "WrongArgumentError": "errors",
    "ach_matrix": "exact",
    "apply_scenario": "scenarios",
    "attempt_probability": "exact",
    "check": "checks",
    "comparative_model": "models",
    "compile_evidence": "likelihood",
    "configurations": "evidence",
    "elicitation_model": "models",
    "from_table": "files",
    "inclusion": "exact",
    "json_schema": "files",
    "lead": "exact",
    "lock_codings": "evidence",
    "map_blocks": "blocks",
    "map_independent": "independent",
    "open_evidence_table": "likelihood.table",
    "power_sensitivity": "summary",
    "propagate": "propagation",
    "read_bibtex": "files.bibliography",
    "read_csl_json": "files.bibliography",
    "read_evidence_set": "files",
    "read_spreadsheet": "files.workbook",
    "sample": "sampling",
    "strongest_against": "exact",
    "sort_evidence_table": "files.evidence_tables.sorting",
    "success_model": "models",
    "success_of_attempts": "exact",
    "summarise": "summary",
    "summarise_attempts": "summary",
    "summarise_coefficients": "summary",
    "test_type": "exact",
    "trajectory": "exact",
    "update": "exact",
    "weakest_step": "exact",
    "weight_by_step": "exact",
    "weight_of_evidence": "exact",
    "weight_of_items": "exact",
    "write_evidence_set": "files",
    "write_evidence_table": "files.evidence_tables.writing",
    "write_spreadsheet": "files.workbook",
    "write_template": "files",
}
_MODULES = (
    "calibration",
    "causal",
    "explore",
    "planning",
    "plots",
    "prediction",
    "report",
    "scales",
    "sensitivity",
    "simulation",
    "tables",
    "tally",
)

__all__ = [
    "Advice",
    "BayesTraceError",
    "BlockError",
    "CalibrationError",
    "CausalModelError",
    "ConditionError",
    "ConvergenceError",
    "CountError",
    "CyclicModelError",
    "EvidenceSet",
    "EvidenceSetError",
    "FileError",
    "ImpossibleEvidenceError",
    "MissingLetterWarning",
    "ModelError",
    "NoDataModelError",
    "PlanningError",
    "SamplerError",
    "SamplingStoppedError",
    "ScaleError",
    "ScenarioError",
    "SimulationError",
    "UnknownNameError",
    "WorkError",
    "WrongArgumentError",
    "__version__",
    "ach_matrix",
    "apply_scenario",
    "attempt_probability",
    "calibration",
    "causal",
    "check",
    "comparative_model",
    "compile_evidence",
    "configurations",
    "elicitation_model",
    "explore",
    "from_table",
    "inclusion",
    "json_schema",
    "lead",
    "lock_codings",
    "map_blocks",
    "map_independent",
    "open_evidence_table",
    "planning",
    "plots",
    "power_sensitivity",
    "prediction",
    "propagate",
    "read_bibtex",
    "read_csl_json",
    "read_evidence_set",
    "read_spreadsheet",
    "report",
    "sample",
    "scales",
    "sensitivity",
    "simulation",
    "sort_evidence_table",
    "strongest_against",
    "success_model",
    "success_of_attempts",
    "summarise",
    "summarise_attempts",
    "summarise_coefficients",
    "tables",
    "tally",
    "test_type",
    "trajectory",
    "update",
    "weakest_step",
    "weight_by_step",
    "weight_of_evidence",
    "weight_of_items",
    "write_evidence_set",
    "write_evidence_table",
    "write_spreadsheet",
    "write_template",
]

if TYPE_CHECKING:
    from bayes_trace import (
        calibration,
        causal,
        planning,
        plots,
        prediction,
        report,
        scales,
        sensitivity,
        simulation,
        tables,
        tally,
    )
    from bayes_trace.blocks import map_blocks
    from bayes_trace.checks import Advice, check
    from bayes_trace.errors import (
        BayesTraceError,
        BlockError,
        CalibrationError,
        CausalModelError,
        ConditionError,
        ConvergenceError,
        CountError,
        CyclicModelError,
        EvidenceSetError,
        FileError,
        ImpossibleEvidenceError,
        MissingLetterWarning,
        ModelError,
        NoDataModelError,
        PlanningError,
        SamplerError,
        SamplingStoppedError,
        ScaleError,
        ScenarioError,
        SimulationError,
        UnknownNameError,
        WorkError,
        WrongArgumentError,
    )
    from bayes_trace.evidence import EvidenceSet, configurations, lock_codings
    from bayes_trace.exact import (
        ach_matrix,
        attempt_probability,
        inclusion,
        lead,
        strongest_against,
        success_of_attempts,
        test_type,
        trajectory,
        update,
        weakest_step,
        weight_by_step,
        weight_of_evidence,
        weight_of_items,
    )
    from bayes_trace.files import (
        from_table,
        json_schema,
        read_evidence_set,
        write_evidence_set,
        write_template,
    )
    from bayes_trace.files.bibliography import read_bibtex, read_csl_json
    from bayes_trace.files.evidence_tables.sorting import sort_evidence_table
    from bayes_trace.files.evidence_tables.writing import write_evidence_table
    from bayes_trace.files.workbook import read_spreadsheet, write_spreadsheet
    from bayes_trace.independent import map_independent
    from bayes_trace.likelihood import compile_evidence
    from bayes_trace.likelihood.table import open_evidence_table
    from bayes_trace.models import comparative_model, elicitation_model, success_model
    from bayes_trace.propagation import propagate
    from bayes_trace.sampling import sample
    from bayes_trace.scenarios import apply_scenario
    from bayes_trace.summary import (
        power_sensitivity,
        summarise,
        summarise_attempts,
        summarise_coefficients,
    )


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
