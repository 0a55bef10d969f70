"""What a reader needs to reproduce a report."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Any

from bayes_trace.guards import guarded
from bayes_trace.report.earlier import Results
from bayes_trace.report.results import Gathered
from bayes_trace.summary.verdicts import BASE

__all__ = ["manifest", "results"]

_DEPENDENCIES = ("numpy", "scipy", "xarray", "pydantic", "PyYAML")


@guarded
def manifest(gathered: Gathered) -> dict[str, Any]:
    """Versions, digest and choices; never a date, so that the same inputs give the same text.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.report import gather
    >>> manifest(gather(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})))["scenario"]
    'base'
    """
    es = gathered.evidence_set
    return {
        "bayes_trace": metadata.version("bayes-trace"),
        "evidence set": es.id,
        "digest": es.digest,
        "content": es.content,
        "scenario": " + ".join(es.applied) or "base",
        "applied": list(es.applied),
        "coder": gathered.coder,
        "likelihoods": "best values, as coded",
        "seed": ", ".join(drawn.seed for drawn in gathered.draws) or "none, nothing was drawn",
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in _DEPENDENCIES},
        **({"beside": {each.id: each.digest for each in gathered.beside}} if gathered.beside else {}),
        "results": results(gathered),
    }


def results(gathered: Gathered) -> Results:
    """P(hypothesis) by episode, by base and preferred assumptions, by coder: what another run must give again.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.report import gather
    >>> results(gather(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})))
    {'episode': {'base': {'author': {'A': 0.8, 'B': 0.2}}}}
    """
    answers = gathered.answers
    table: Results = {}
    for (episode, setting, reader), answer in answers.cells.items():
        if setting in (BASE, answers.preferred):
            by_reader = table.setdefault(episode, {}).setdefault(setting, {})
            by_reader[reader] = {name: answer.p(name) for name in answer.log}
    return table
