"""Wrong calls of the sensitivity functions: what was there, what was expected."""

from __future__ import annotations

import re

import pytest

import bayes_trace as bt
from bayes_trace import sensitivity as sens
from bayes_trace.errors import BayesTraceError, ImpossibleEvidenceError, ScaleError, UnknownNameError
from tests.build import item, unchecked
from tests.rich import rich


def compiled(es):
    return bt.compile_evidence(es)


MEMO = {"memo": {"A": 0.8, "B": 0.2}}


CALLS = [
    (
        lambda ev: sens.leave_one_out(ev, by="page"),
        BayesTraceError,
        "leave_one_out: by='page', expected one of item, source, coder, cluster, implication, step",
    ),
    (
        lambda ev: sens.leave_one_out(ev, by="coder", coder="author"),
        BayesTraceError,
        'by="coder" and coder= are mutually exclusive; give one',
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
        "threshold=1; expected a probability between 0 and 1",
    ),
    (lambda ev: sens.prior_sweep(ev, prior=[2.0]), BayesTraceError, "prior=2; expected numbers from 0 to 1"),
    (
        lambda ev: sens.prior_sweep(ev, prior=[0.5], db=[0]),
        BayesTraceError,
        "prior= and db= are mutually exclusive; give one",
    ),
    (
        lambda ev: sens.prior_needed(ev, probability=0),
        BayesTraceError,
        "probability=0; expected a number between 0 and 1",
    ),
    (
        lambda ev: sens.prior_needed(ev, doubt_db=-1),
        BayesTraceError,
        "prior_needed: doubt_db=-1; expected decibels from 0 to 1000",
    ),
    (
        lambda ev: sens.contamination_bounds(ev, epsilon=1.5),
        BayesTraceError,
        "epsilon=1.5; expected numbers from 0 to 1",
    ),
    (
        lambda ev: sens.dependence_sweep(ev, by="page"),
        BayesTraceError,
        "dependence_sweep: by='page', expected one of cluster, source, all",
    ),
    (
        lambda ev: sens.dependence_sweep(ev, correlation=[-0.1]),
        BayesTraceError,
        "correlation=-0.1; expected numbers from 0 to 1",
    ),
    (
        lambda ev: sens.residual_sweep(ev, prior=0),
        BayesTraceError,
        "prior=0; expected a probability between 0 and 1",
    ),
    (
        lambda ev: sens.residual_sweep(ev, name="A"),
        BayesTraceError,
        "name='A' is a hypothesis of the set; give the unnamed rival another name",
    ),
    (
        lambda ev: sens.power_scaling(ev, component="x"),
        UnknownNameError,
        "no component named 'x'; there are: prior, evidence, memo",
    ),
    (
        lambda ev: sens.power_scaling(ev, alpha=[-1]),
        BayesTraceError,
        "alpha=-1; expected numbers from 0 to 1000",
    ),
    (lambda ev: sens.global_indices(ev, n=1), BayesTraceError, "n=1; expected 2 draws or more"),
    (lambda ev: sens.pool(ev, how="mean"), BayesTraceError, "pool: how='mean', expected one of linear, log"),
    (lambda ev: sens.pool(ev, weights={"x": 1}), UnknownNameError, "no coder named 'x'; there are: author"),
    (
        lambda ev: sens.pool(ev, weights={"author": -1}),
        BayesTraceError,
        "weights of coders are author -1; expected none below 0, and a sum above 0",
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
        "probability of memo is 1; expected a number between 0 and 1",
    ),
    (lambda ev: sens.many_scenarios(ev, "x"), UnknownNameError, "no episode named 'x'; there are: episode"),
    (lambda ev: sens.many_scenarios(ev, "episode", n=0), BayesTraceError, "draws=0; expected at least 1"),
    (
        lambda ev: sens.many_scenarios(ev, "episode", concentration=-1),
        BayesTraceError,
        "concentration=-1; expected a number above 0",
    ),
    (
        lambda ev: sens.robustness(ev, rule=[sens.Criterion("charm", enough=1, little=0)]),
        BayesTraceError,
        (
            "no measure 'charm'; expected one of probability, lead, items_to_tie, fewest_items, items_to_turn, "
            "weights_down_to, weights_up_to, "
            "prior_needed, correlation_lost, correlation_all_lost, search_bias, least, most, "
            "prior_least, prior_most, coder_lead, coders_tried"
        ),
    ),
    (
        lambda ev: sens.attribution(ev, ev, of="A", against="C"),
        UnknownNameError,
        "no hypothesis named 'C'; there are: A, B",
    ),
]


@pytest.mark.filterwarnings("ignore:many_scenarios is now propagate")
@pytest.mark.parametrize(("call", "kind", "said"), CALLS, ids=[str(n) for n in range(len(CALLS))])
def test_errors_say_what_was_expected(call, kind, said):
    with pytest.raises(kind, match=f"^{re.escape(said)}$"):
        call(compiled(bt.from_table(MEMO)))


def refuses(kind, said):
    """An error of this kind with this text, from its first letter to its last."""
    return pytest.raises(kind, match=f"^{re.escape(said)}$")


def test_what_has_no_probability_has_no_soft_evidence():
    ev = compiled(bt.from_table({"memo": {"A": 3.0, "B": 0.0}}, unit="ratio_db"))
    said = "memo is coded as a ratio, and soft evidence needs its probability; give reference_probability"
    with refuses(ScaleError, said):
        sens.soft_evidence(ev, {"memo": 2.0})
    with refuses(ScaleError, said):
        sens.jeffrey(ev, {"memo": 0.5})
    with refuses(UnknownNameError, "no item named 'x'; there are: memo, word, times, gap"):
        sens.soft_evidence(bt.compile_evidence(rich(), episodes=["e1", "e4"]).sel(coder=["one"]), {"x": 2.0})
    said = "heard is a report of the event fire; it is the event that is uncertain, so name that"
    for call in (sens.soft_evidence, sens.jeffrey):
        with refuses(BayesTraceError, said):
            call(compiled(rich()), {"heard": 0.5})


def test_nothing_at_all_is_refused():
    ev = compiled(bt.from_table(MEMO))
    with refuses(BayesTraceError, "correlation is empty; expected numbers from 0 to 1"):
        sens.dependence_sweep(ev, correlation=[])
    with refuses(BayesTraceError, "weights of coders are none; expected none below 0, and a sum above 0"):
        sens.pool(ev, weights={})
    with refuses(BayesTraceError, 'by="coder" needs two coders or more; there is only author'):
        sens.leave_one_out(ev, by="coder")
    with refuses(BayesTraceError, "coder one has coded nothing in e4; choose another"):
        sens.carriers(bt.compile_evidence(rich(), episodes=["e4"]))


def test_both_ends_of_a_limit_are_within_it():
    ev = compiled(bt.from_table(MEMO))
    assert sens.dependence_sweep(ev, correlation=[0.0, 1.0]).sizes["correlation"] == 2
    assert sens.contamination_bounds(ev, epsilon=[0.0, 1.0]).sizes["epsilon"] == 2
    assert sens.one_way(ev, uniform=0.0)["swing"].max().item() == 0
    assert sens.power_scaling(ev, alpha=[0.0]).sizes["alpha"] == 1
    assert sens.global_indices(ev, n=2).sizes["group"] == 0
    certain = sens.soft_evidence(ev, {"memo": 0.0}).sel(hypothesis="A").item()
    assert certain == pytest.approx(0.2)


def test_impossible_evidence_is_named_as_ever():
    ev = compiled(unchecked([item("one", {"A": 0.0, "B": 0.5}), item("two", {"A": 0.5, "B": 0.0})]))
    for function in (sens.leave_one_out, sens.tipping_points, sens.breakdown, sens.robustness):
        with pytest.raises(ImpossibleEvidenceError, match="every hypothesis is ruled out"):
            function(ev)


def test_a_certain_prior_of_what_is_ruled_out_is_refused():
    ev = compiled(bt.from_table({"one": {"A": 0.0, "B": 0.5}}))
    said = "episode episode: a prior of certainty meets evidence that rules it out; expected priors between 0 and 1"
    with refuses(BayesTraceError, said):
        sens.prior_sweep(ev, hypothesis="A", prior=[1.0])
