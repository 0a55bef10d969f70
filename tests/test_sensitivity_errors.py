"""Wrong calls of the sensitivity functions: what was there, what was expected."""

from __future__ import annotations

import pytest

import bayes_trace as bt
from bayes_trace import sensitivity as sens
from bayes_trace.errors import BayesTraceError, ImpossibleEvidenceError, ScaleError, UnknownNameError
from tests.build import item, unchecked


def compiled(es):
    return bt.compile_evidence(es)


MEMO = {"memo": {"A": 0.8, "B": 0.2}}


CALLS = [
    (
        lambda ev: sens.leave_one_out(ev, by="page"),
        BayesTraceError,
        r"by='page', expected one of item, source",
    ),
    (
        lambda ev: sens.leave_one_out(ev, by="coder", coder="author"),
        BayesTraceError,
        "are mutually exclusive; give one",
    ),
    (lambda ev: sens.leave_one_out(ev, coder="x"), UnknownNameError, "no coder named 'x'; there are: author"),
    (lambda ev: sens.one_way(ev, uniform=-1), BayesTraceError, "uniform=-1; expected numbers from 0 to 1000"),
    (
        lambda ev: sens.tipping_points(ev, target="C"),
        UnknownNameError,
        "no hypothesis named 'C'; there are: A, B",
    ),
    (
        lambda ev: sens.breakdown(ev, threshold=1.0),
        BayesTraceError,
        "threshold=1; expected a probability between",
    ),
    (lambda ev: sens.prior_sweep(ev, prior=[2.0]), BayesTraceError, "prior=2; expected numbers from 0 to 1"),
    (
        lambda ev: sens.prior_sweep(ev, prior=[0.5], db=[0]),
        BayesTraceError,
        "prior= and db= are mutually exclusive",
    ),
    (
        lambda ev: sens.prior_needed(ev, probability=0),
        BayesTraceError,
        "probability=0; expected a number between",
    ),
    (
        lambda ev: sens.prior_needed(ev, doubt_db=-1),
        BayesTraceError,
        "doubt_db=-1; expected decibels from 0 to 1000",
    ),
    (
        lambda ev: sens.contamination_bounds(ev, epsilon=1.5),
        BayesTraceError,
        "epsilon=1.5; expected numbers",
    ),
    (
        lambda ev: sens.dependence_sweep(ev, by="page"),
        BayesTraceError,
        "by='page', expected one of cluster, source",
    ),
    (
        lambda ev: sens.dependence_sweep(ev, correlation=[-0.1]),
        BayesTraceError,
        "correlation=-0.1; expected numbers",
    ),
    (
        lambda ev: sens.residual_sweep(ev, prior=0),
        BayesTraceError,
        "prior=0; expected a probability between 0 and 1",
    ),
    (lambda ev: sens.residual_sweep(ev, name="A"), BayesTraceError, "name='A' is a hypothesis of the set"),
    (
        lambda ev: sens.power_scaling(ev, component="x"),
        UnknownNameError,
        "no component named 'x'; there are: prior",
    ),
    (
        lambda ev: sens.power_scaling(ev, alpha=[-1]),
        BayesTraceError,
        "alpha=-1; expected numbers from 0 to 1000",
    ),
    (lambda ev: sens.global_indices(ev, n=1), BayesTraceError, "n=1; expected 2 draws or more"),
    (lambda ev: sens.pool(ev, how="mean"), BayesTraceError, "how='mean', expected one of linear, log"),
    (lambda ev: sens.pool(ev, weights={"x": 1}), UnknownNameError, "no coder named 'x'; there are: author"),
    (
        lambda ev: sens.pool(ev, weights={"author": -1}),
        BayesTraceError,
        "weights of coders are author -1",
    ),
    (lambda ev: sens.soft_evidence(ev, {"x": 1}), UnknownNameError, "no item named 'x'; there are: memo"),
    (
        lambda ev: sens.soft_evidence(ev, {"memo": -1}),
        BayesTraceError,
        "ratio of memo is -1; expected 0 or more",
    ),
    (
        lambda ev: sens.jeffrey(ev, {"memo": 1}),
        BayesTraceError,
        "probability of memo is 1; expected a number between",
    ),
    (lambda ev: sens.many_scenarios(ev, "x"), UnknownNameError, "no episode named 'x'; there are: episode"),
    (lambda ev: sens.many_scenarios(ev, "episode", n=0), BayesTraceError, "draws=0; expected at least 1"),
    (
        lambda ev: sens.many_scenarios(ev, "episode", concentration=-1),
        BayesTraceError,
        "concentration=-1; expected",
    ),
    (
        lambda ev: sens.robustness(ev, rule=[sens.Criterion("charm", enough=1, little=0)]),
        BayesTraceError,
        "no measure 'charm'; expected one of probability, lead",
    ),
    (lambda ev: sens.attribution(ev, ev, of="A", against="C"), UnknownNameError, "no hypothesis named 'C'"),
]


@pytest.mark.filterwarnings("ignore:many_scenarios is now propagate")
@pytest.mark.parametrize(("call", "kind", "said"), CALLS, ids=[str(n) for n in range(len(CALLS))])
def test_errors_say_what_was_expected(call, kind, said):
    with pytest.raises(kind, match=said):
        call(compiled(bt.from_table(MEMO)))


def test_ratios_have_no_soft_evidence():
    ev = compiled(bt.from_table({"memo": {"A": 3.0, "B": 0.0}}, unit="ratio_db"))
    with pytest.raises(ScaleError, match="memo is coded as a ratio, and soft evidence needs its probability"):
        sens.soft_evidence(ev, {"memo": 2.0})


def test_impossible_evidence_is_named_as_ever():
    ev = compiled(unchecked([item("one", {"A": 0.0, "B": 0.5}), item("two", {"A": 0.5, "B": 0.0})]))
    for function in (sens.leave_one_out, sens.tipping_points, sens.breakdown, sens.robustness):
        with pytest.raises(ImpossibleEvidenceError, match="every hypothesis is ruled out"):
            function(ev)


def test_a_certain_prior_of_what_is_ruled_out_is_refused():
    ev = compiled(bt.from_table({"one": {"A": 0.0, "B": 0.5}}))
    with pytest.raises(BayesTraceError, match="a prior of certainty meets evidence that rules it out"):
        sens.prior_sweep(ev, hypothesis="A", prior=[1.0])
