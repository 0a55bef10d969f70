"""Checks of scenarios and of priors: what cannot be applied, what is out of date, what is assumed too easily."""

from __future__ import annotations

from collections.abc import Iterator

from bayes_trace.checks.advice import Check, Finding
from bayes_trace.errors import BayesTraceError
from bayes_trace.evidence import EvidenceSet
from bayes_trace.scenarios import apply_scenario

__all__ = ["CHECKS"]

#: problems of one scenario to show
SHOWN = 3
#: digits of a digest that are enough to tell sets apart
DIGITS = 12
#: prior of a compound beyond which a reason is asked for
COMPOUND = 0.1
TOLERANCE = 1e-9


def _why_not(es: EvidenceSet, *names: str) -> str:
    """Why scenarios cannot be applied; empty where they can."""
    try:
        apply_scenario(es, *names)
    except BayesTraceError as error:
        first, *rest = str(error).splitlines()
        more = f" (and {len(rest) - SHOWN} more)" if len(rest) > SHOWN else ""
        return "; ".join([first, *(line.strip() for line in rest[:SHOWN])]) + more
    return ""


def _scenarios(es: EvidenceSet) -> Iterator[Finding]:
    for name, scenario in es.scenarios.items():
        if not scenario.faults and (why := _why_not(es, name)):
            yield (("scenarios", name), why)


def _faulty(es: EvidenceSet) -> Iterator[Finding]:
    for name, scenario in es.scenarios.items():
        yield from ((("scenarios", name), str(fault)) for fault in scenario.faults)


def _preferred(es: EvidenceSet) -> Iterator[Finding]:
    if any(_why_not(es, name) for name in es.preferred):
        return  # said of the scenario itself
    if why := _why_not(es, *es.preferred):
        yield (("preferred",), f"cannot be combined: {why}")


def _outdated(es: EvidenceSet) -> Iterator[Finding]:
    """Only the set as written is a base; one changed by scenarios is not what they were written for."""
    for name, scenario in {} if es.applied else es.scenarios.items():
        if scenario.base_digest and not es.digest.startswith(scenario.base_digest):
            yield (
                ("scenarios", name, "base_digest"),
                f"was written for the digest {scenario.base_digest[:DIGITS]}, but the set is now {es.digest[:DIGITS]}; "
                "check that it still means what was intended, then update the digest",
            )


def _heavy_compounds(es: EvidenceSet) -> Iterator[Finding]:
    for hypothesis in es.hypotheses:
        if "+" in hypothesis.id and hypothesis.prior > COMPOUND + TOLERANCE:
            yield (
                ("hypotheses", hypothesis.id, "prior"),
                f"prior {hypothesis.prior:g} for a compound of reasons; justify it, or reduce it to {COMPOUND:g} or less",
            )


CHECKS = (
    Check(
        "E25",
        "a scenario with problems cannot be applied; the rest can",
        "convention of this package",
        _faulty,
    ),
    Check("E16", "a coding conditional on a missing item is meaningless", "chain rule", _scenarios),
    Check(
        "A22",
        "a change is relative to its base; if the base changes, so may its meaning",
        "convention of this package",
        _outdated,
    ),
    Check(
        "E23",
        "preferred scenarios must be compatible with one another",
        "convention of this package",
        _preferred,
    ),
    Check(
        "A24",
        "a compound explains whatever either part explains, so a high prior needs an argument",
        "Fairfield and Charman (2022)",
        _heavy_compounds,
    ),
)
