"""The founding case, read and computed once in each process; what is here nothing changes."""

from functools import cache
from pathlib import Path

import bayes_trace as bt
from bayes_trace.report import gather
from bayes_trace.summary.verdicts import gather_answers

ARMS = Path(__file__).parents[1] / "evidence_sets" / "us_arms_transfers"


@cache
def arms_set():
    """As it stands in the repository."""
    return bt.read_evidence_set(ARMS)


@cache
def arms_compiled():
    """Its base."""
    return bt.compile_evidence(arms_set())


@cache
def arms_answers():
    """The base and every scenario, with intervals."""
    return gather_answers(arms_set())


@cache
def arms_gathered():
    """Everything that its report says."""
    return gather(arms_set())
