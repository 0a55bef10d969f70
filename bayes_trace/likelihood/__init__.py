"""From an evidence set to arrays: the last place that sees an `EvidenceSet`."""

from bayes_trace.likelihood.attempts import SUCCESS_SD, attempts_of, granted_share, needed_attempts, speaks
from bayes_trace.likelihood.compiled import compile_decisions, compile_evidence
from bayes_trace.likelihood.derived import (
    Ties,
    close_over_given,
    drop_entries,
    take_episodes,
    ties_of,
    with_likelihoods,
)
from bayes_trace.likelihood.effective import (
    cluster_weight,
    combined,
    core_spread,
    effective_likelihood,
    effective_number,
    option_log_weight,
    trace_likelihood,
)
from bayes_trace.likelihood.links import Links, Point, best_point, links_of, parts_of

__all__ = [
    "SUCCESS_SD",
    "Links",
    "Point",
    "Ties",
    "attempts_of",
    "best_point",
    "close_over_given",
    "cluster_weight",
    "combined",
    "compile_decisions",
    "compile_evidence",
    "core_spread",
    "drop_entries",
    "effective_likelihood",
    "effective_number",
    "granted_share",
    "links_of",
    "needed_attempts",
    "option_log_weight",
    "parts_of",
    "speaks",
    "take_episodes",
    "ties_of",
    "trace_likelihood",
    "with_likelihoods",
]
