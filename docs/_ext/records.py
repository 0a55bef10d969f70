"""Tables of what the package holds as data: its checks, the evidence sets of the repository."""

from __future__ import annotations

from pages import ROOT

import bayes_trace as bt
from bayes_trace.checks import CHECKS
from bayes_trace.tables import to_markdown

__all__ = ["advice", "sets"]


def advice() -> str:
    """Every piece of advice that a check can give."""
    rows = [[f"`{each.code}`", each.reason, each.reference] for each in CHECKS.values()]
    return to_markdown(["Code", "Why it is asked", "Reference"], rows, marked_up=True) + "\n"


def sets() -> str:
    """Every evidence set of the repository and its scenarios."""
    parts = []
    for folder in sorted((ROOT / "evidence_sets").iterdir()):
        es = bt.read_evidence_set(folder)
        rows = [
            [f"`{name}`", each.label, " ".join(each.reason.split())]
            for name, each in sorted(es.scenarios.items())
        ]
        sizes = ", ".join(
            f"{len(some)} {name}{'s' * (len(some) != 1)}"
            for name, some in (("case", es.cases), ("episode", es.episodes), ("item", es.items))
        )
        parts.append(f"## {folder.name}\n\n{es.question}\n\n{sizes}; coders: {', '.join(es.coder_ids)}.")
        if rows:
            parts.append(to_markdown(["Scenario", "What it changes", "Why"], rows, marked_up=True))
    return "\n\n".join(parts) + "\n"
