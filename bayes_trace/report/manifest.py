"""What a reader needs to reproduce a report."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Any

from bayes_trace.report.results import Gathered

__all__ = ["manifest"]

_DEPENDENCIES = ("numpy", "scipy", "xarray", "pydantic", "PyYAML")


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
        "scenario": " + ".join(es.applied) or "base",
        "coder": gathered.coder,
        "likelihoods": "best values, as coded",
        "seed": ", ".join(drawn.seed for drawn in gathered.draws) or "none, nothing was drawn",
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in _DEPENDENCIES},
    }
