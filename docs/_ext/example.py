"""A report to click on: the smallest set of the repository that has everything, as the command writes it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pages import ROOT

import bayes_trace as bt
from bayes_trace.report import write_report

__all__ = ["SET", "write"]

SET = "tay_bridge_1879"


def write(home: Path) -> None:
    """Write the report below `home`, unless it is there from the same package and set."""
    digest = hashlib.sha256()
    for folder in (ROOT / "bayes_trace", ROOT / "evidence_sets" / SET):
        for path in sorted(folder.rglob("*.*")):
            if "__pycache__" not in path.parts:
                digest.update(path.read_bytes())
    mark = home.parent / f"{home.name}.made-from"
    if not mark.exists() or mark.read_text(encoding="utf-8") != digest.hexdigest():
        write_report(bt.read_evidence_set(ROOT / "evidence_sets" / SET), home, formats=("html",))
        mark.write_text(digest.hexdigest(), encoding="utf-8")
