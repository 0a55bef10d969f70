"""Problems of stated fractions, and of how sources are said to report."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bayes_trace.errors import Problem
from bayes_trace.evidence.about import unknown_names
from bayes_trace.evidence.records import Reliability
from bayes_trace.evidence.values import Value

__all__ = ["TOLERANCE", "fraction_problems", "reliability_problems"]

Where = tuple[str | int, ...]
TOLERANCE = 1e-6


def fraction_problems(where: Where, value: Value | None) -> Iterator[Problem]:
    """Problems of a number from 0 to 1, or of a range within."""
    if value is None:
        return
    if isinstance(value.best, str):
        yield Problem(where, f"{value.best!r}, expected a number from 0 to 1 or low, best, high")
    elif not 0 <= value.lower <= value.upper <= 1:
        yield Problem(where, f"{value.lower:.15g} to {value.upper:.15g}, expected within 0 to 1")
    elif value.is_range and not 0 < value.lower <= value.upper < 1:
        yield Problem(
            where,
            f"a range from {value.lower:.15g} to {value.upper:.15g} includes certainty; write 0.01 for 0 and 0.99 for 1",
        )


def reliability_problems(
    where: Where, reliability: Reliability, hypotheses: Collection[str]
) -> Iterator[Problem]:
    """Problems of rates, those of single hypotheses among them."""
    yield from fraction_problems((*where, "hit"), reliability.hit)
    yield from fraction_problems((*where, "false_report"), reliability.false_report)
    yield from _denial(where, reliability)
    yield from _silent(where, reliability)
    for name, own in reliability.by_hypothesis.items():
        yield from unknown_names((*where, "by_hypothesis"), "hypothesis", [name], hypotheses)
        yield from reliability_problems((*where, "by_hypothesis", name), own, hypotheses)


def _silent(where: Where, reliability: Reliability) -> Iterator[Problem]:
    """A source that never says what it is reported to say is no source of it."""
    both = (reliability.hit.best, reliability.false_report.best)
    if all(each == 0 for each in both):
        message = "hit and false_report are both 0: such a source never reports; give one of them more"
        yield Problem(where, message)
    if reliability.always_answers and all(each == 1 for each in both):
        message = "hit and false_report are both 1: such a source never denies; give one of them less"
        yield Problem(where, message)
    denies = reliability.denies
    if denies and all(each.best == 0 for each in (denies.if_true, denies.if_false)):
        message = "if_true and if_false are both 0: such a source never denies; give one of them more"
        yield Problem((*where, "denies"), message)


def _denial(where: Where, reliability: Reliability) -> Iterator[Problem]:
    denies = reliability.denies
    if denies is None:
        return
    if reliability.always_answers:
        yield Problem(
            (*where, "denies"),
            "with always_answers every non-report is already a denial; keep one of the two",
        )
    for says, no, end in (("hit", "if_true", denies.if_true), ("false_report", "if_false", denies.if_false)):
        yield from fraction_problems((*where, "denies", no), end)
        yes = getattr(reliability, says).best
        if not isinstance(yes, str) and not isinstance(end.best, str) and yes + end.best > 1 + TOLERANCE:
            message = (
                f"{end.best:.15g} and {says} {yes:.15g} sum to more than 1; a source says yes, no or nothing"
            )
            yield Problem((*where, "denies", no), message)
