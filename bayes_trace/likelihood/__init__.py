"""From an evidence set to arrays: the last place that sees an `EvidenceSet`."""

from bayes_trace.likelihood.compiled import compile_evidence
from bayes_trace.likelihood.elicited import reliability_of
from bayes_trace.likelihood.rows import drop_links, final_rows, trace_probability, with_rows

__all__ = [
    "compile_evidence",
    "drop_links",
    "final_rows",
    "reliability_of",
    "trace_probability",
    "with_rows",
]
