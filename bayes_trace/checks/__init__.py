"""Advice on a valid evidence set: what a critical reader would ask."""

from __future__ import annotations

from collections.abc import Callable

from bayes_trace.checks import (
    assumptions,
    attempts,
    claims,
    dependence,
    documents,
    guards,
    judgements,
    people,
    references,
    structure,
    timeline,
)
from bayes_trace.checks.advice import Advice, Check, asked_once
from bayes_trace.evidence import EvidenceSet
from bayes_trace.guards import guarded
from bayes_trace.guards.memory import collector_paused

__all__ = ["CHECKS", "Advice", "check"]

_MODULES = (
    documents,
    judgements,
    structure,
    dependence,
    assumptions,
    guards,
    timeline,
    people,
    references,
    claims,
    attempts,
)
#: every check, by code
CHECKS: dict[str, Check] = {
    each.code: each
    for each in sorted(
        (each for module in _MODULES for each in module.CHECKS),
        key=lambda each: int(each.code[1:]),
    )
}


@guarded
def check(evidence_set: EvidenceSet, *, progress: Callable[[str, float], None] | None = None) -> list[Advice]:
    """Numbered advice on a valid evidence set.

    Parameters
    ----------
    evidence_set
        As from `read_evidence_set`; judged with the codings of its base coder.
    progress
        Told what is asked, and how much of all is done.

    Returns
    -------
    Advice by code, empty for a set that nothing can be said against. ``E`` codes are errors:
    the set is read, but part of it cannot be used.

    References
    ----------
    Each piece of advice names its own.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"memo": {"A": 0.8, "B": 0.2}}
    >>> [advice.code for advice in bt.check(bt.from_table(table))]
    ['A08', 'A09', 'A10', 'A15']
    """
    found: list[Advice] = []
    with collector_paused(), asked_once():
        for number, (code, ask) in enumerate(CHECKS.items()):
            if progress:
                progress(code, number / len(CHECKS))
            found += ask(evidence_set)
    return found
