"""Models refuse what they cannot carry, by name; nothing here is sampled."""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytest

import bayes_trace as bt
from bayes_trace.errors import (
    BayesTraceError,
    ConditionError,
    ImpossibleEvidenceError,
    ModelError,
    NoDataModelError,
    UnknownNameError,
    WrongArgumentError,
)
from bayes_trace.likelihood import drop_entries
from bayes_trace.models import (
    EvidenceModel,
    Record,
    comparative_model,
    elicitation_model,
    no_data_model,
    success_model,
)
from bayes_trace.models.conditions import without_restating
from bayes_trace.models.priors import draw_priors
from bayes_trace.sampling.calibration import calibrate
from tests.build import item, make, make_set, read, unchecked

ROW = {"A": (0.6, 0.8, 0.9), "B": 0.3, "C": 0.2}
CASES = {f"k{c}": [f"e{c}{n}" for n in range(2)] for c in range(4)}
EPISODES = [name for names in CASES.values() for name in names]


def grants(**conditions):
    """Eight grants in four cases; conditions by name: one value per episode."""
    details = {
        name: {"granted": "yes", "conditions": {c: v[n] for c, v in conditions.items() if v[n] is not None}}
        for n, name in enumerate(EPISODES)
    }
    rows = {name: [item(f"i-{name}", ROW)] for name in EPISODES}
    es = make_set(rows, cases=CASES, details=details, conditions=dict.fromkeys(conditions, "a condition"))
    return bt.compile_evidence(es)


ALTERNATING = [0.0, 1.0] * 4
OF_CASE = [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0]


def test_names_of_the_elicitation_model():
    model = elicitation_model(grants(x=ALTERNATING), keep_items=True)
    assert {v.name for v in model.deterministics} >= {"probability", "weight", "inclusion"}
    assert model.named_vars_to_dims["weight"] == ("link", "hypothesis")
    assert model["evidence"] in model.observed_RVs
    assert {"weight", "item_noise"} <= set(model.record.stored)


def test_two_scenarios_of_the_same_shapes_have_one_signature():
    first, second = grants(x=ALTERNATING), grants(x=ALTERNATING)
    second["prior"] = second["prior"][:, ::-1].assign_coords(hypothesis=second["hypothesis"])
    assert elicitation_model(first).record.signature == elicitation_model(second).record.signature
    dropped = drop_entries(second, np.arange(second.sizes["entry"]) == 0)
    assert elicitation_model(dropped).record.signature != elicitation_model(first).record.signature


def test_of_a_fact_only_the_item_that_restates_is_left_out():
    """The other item of the fact stays, and says what it says alone."""
    readings = [{"id": "r", "options": {"u": 0.6, "v": 0.4}}]
    said = {"u": {"A": 0.8, "B": 0.3}, "v": {"A": 0.2, "B": 0.4}}
    items = [
        read("outcome", said, reading="r", restates=["outcome"]),
        read("memo", said, reading="r"),
        item("record", {"A": 0.6, "B": 0.2}, restates=["x"]),
    ]
    sets = (make(each, readings=readings, conditions={"x": "a condition"}) for each in (items, items[1:2]))
    ev, alone = map(bt.compile_evidence, sets)
    kept, left_out = without_restating(ev, ["x"])
    assert left_out == ["outcome", "record"]
    assert kept.entry_item.values.tolist() == ["memo"]
    np.testing.assert_array_equal(kept.log_likelihood.values, alone.log_likelihood.values)
    assert without_restating(ev, [])[1] == ["outcome"]


def test_a_compound_counts_for_each_of_its_mechanisms():
    table = {"memo": {"G": 0.8, "R": 0.2, "G+R": 0.8, "none": 0.1}}
    model = elicitation_model(bt.compile_evidence(bt.from_table(table)))
    assert tuple(model.coords["mechanism"]) == ("G", "R", "none")
    assert model.record.constants["inclusion_prior"].values[0].tolist() == [0.5, 0.5, 0.25]


@pytest.mark.parametrize(
    ("conditions", "named", "match"),
    [
        ({"x": [1.0] * 8}, ["x"], "condition x is 1.0 in every one of the 8 episodes"),
        ({"x": [None, *ALTERNATING[1:]]}, ["x"], "condition x is missing for e00; state it"),
        (
            {"x": ALTERNATING, "y": [2 - v for v in ALTERNATING]},
            ["x", "y"],
            "conditions x, y are collinear.*merge",
        ),
        (
            {"x": OF_CASE, "y": [0.0] * 4 + [1.0] * 4, "z": [0.0] * 6 + [1.0] * 2},
            ["x", "y", "z"],
            "3 conditions of cases .* for 4 scored cases .* that is 2",
        ),
        ({"x": ALTERNATING}, [], "no condition was named; give at least one of x"),
    ],
)
def test_conditions_that_cannot_be_used(conditions, named, match):
    with pytest.raises(ConditionError, match=match):
        comparative_model(grants(**conditions), conditions=named)


def test_names_that_are_not_there():
    ev = grants(x=ALTERNATING)
    with pytest.raises(UnknownNameError, match="no condition named 'y'"):
        comparative_model(ev, conditions=["y"])
    with pytest.raises(UnknownNameError, match="no group named 'year'"):
        comparative_model(ev, conditions=["x"], groups=["year"])
    with pytest.raises(UnknownNameError, match="no episode named 'none'"):
        elicitation_model(ev, episodes=["none"])
    with pytest.raises(WrongArgumentError, match="scope='all', expected one of episode, set"):
        elicitation_model(ev, scope="all")


def test_one_name_needs_no_brackets():
    ev = grants(x=ALTERNATING)
    assert tuple(comparative_model(ev, conditions="x", groups="case").coords["column"]) == ("x",)
    assert tuple(elicitation_model(ev, episodes="e00").coords["episode"]) == ("e00",)


def test_groups_that_coincide_or_have_one_level():
    ev = grants(x=ALTERNATING)
    with pytest.raises(ConditionError, match="the same administration"):
        comparative_model(ev, conditions=["x"], groups=["administration"])
    same = ev.assign_coords(administration=("episode", ev["case"].values))
    with pytest.raises(ConditionError, match=r"administration and case divide .* merge them"):
        comparative_model(same, conditions=["x"], groups=["case", "administration"])
    assert "merge" in comparative_model(same, conditions=["x"]).record.attrs["groups_left_out"]


def test_texts_become_columns():
    model = comparative_model(grants(x=["low", "high"] * 4), conditions=["x"])
    assert tuple(model.coords["column"]) == ("x[low]",)


def test_a_set_without_the_outcome_asked_for():
    with pytest.raises(ModelError, match="no scored episode with granted: no"):
        comparative_model(grants(x=ALTERNATING), conditions=["x"], granted=False)


def test_an_aggregate_has_no_place_in_a_joint_model():
    details = {"sum": {"aggregate_of": ["one"]}}
    ev = bt.compile_evidence(make_set({"one": [item("a", ROW)], "sum": [item("b", ROW)]}, details=details))
    with pytest.raises(ModelError, match="episode sum sums up other episodes"):
        elicitation_model(ev, episodes=["one", "sum"], scope="set")
    assert tuple(elicitation_model(ev, scope="set").coords["episode"]) == ("one",)
    assert tuple(elicitation_model(ev).coords["episode"]) == ("one", "sum")
    alone = ev.assign_coords(is_aggregate=("episode", np.array([True, True])))
    with pytest.raises(ModelError, match="no scored episode is left to model"):
        elicitation_model(alone, scope="set")


def test_attempts_need_codings_of_their_own():
    with pytest.raises(
        ModelError, match="nothing is coded about an attempt; give items codings with about: attempt"
    ):
        success_model(grants(x=ALTERNATING), conditions=["x"])


def test_impossible_evidence_names_its_items():
    es = unchecked([item("a", {"A": 0.0, "B": 0.5}), item("b", {"A": 0.5, "B": 0.0})])
    with pytest.raises(ImpossibleEvidenceError, match=r"A by a; B by b"):
        elicitation_model(bt.compile_evidence(es))


def test_one_ruled_out_hypothesis_is_no_fault():
    model = elicitation_model(bt.compile_evidence(bt.from_table({"a": {"A": 0.0, "B": 0.5}})))
    from bayes_trace.sampling import sample

    p = sample(model, draws=10, seed=1).posterior.probability
    assert p.sel(hypothesis="A").max() < 1e-200


def test_ratios_have_no_data_model():
    ev = bt.compile_evidence(bt.from_table({"a": {"A": 0.0, "B": 3.0}}, unit="ratio_db"))
    model = elicitation_model(ev)
    assert model.record.without_data_model == {"episode": "ratios carry no probability of the evidence"}
    with pytest.raises(
        NoDataModelError, match=r"calibration: episode episode has no model of the data \(ratios"
    ):
        calibrate(model, None, fits=1, seed=1)
    assert isinstance(no_data_model({"e": "why"}, "loo"), BayesTraceError)
    with model, pytest.raises(NoDataModelError, match="prediction: episode episode"):
        pm.draw(model["evidence"], mode="FAST_COMPILE")


def test_importing_the_package_does_not_import_pymc():
    import subprocess
    import sys

    modules = ", ".join(
        f"bayes_trace.{name}" for name in ("propagation", "sampling", "summary", "models.record")
    )
    code = f"import sys, {modules}; assert not {{'pymc', 'pytensor', 'nutpie'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_sums_to_zero_has_the_distribution_of_pymc_s_own():
    """Orthonormal contrasts: variance 1 - 1 / n along every axis that sums to zero, as `pm.ZeroSumNormal`."""
    model = EvidenceModel(
        record=Record("empty", grants(x=ALTERNATING), "", {}),
        coords={"a": range(2), "b": range(3), "c": range(4)},
    )
    with model:
        model.zero_sum("part", 2.0, ("a", "b", "c"), axes=2)
        model.zero_sum("whole", 1.0, ("b", "c"), axes=2)
    for name, spread in (("part", 2.0), ("whole", 1.0)):
        array = model.record.zero_sums[name]
        covariance = spread**2 * array.basis @ array.basis.T
        centring = [np.eye(n) - 1 / n for n in (3, 4)]
        expected = np.kron(*centring) if name == "whole" else np.kron(np.eye(2), np.kron(*centring))
        assert covariance == pytest.approx(spread**2 * expected)
        drawn = draw_priors(model.record, 2000, np.random.default_rng(1))[name]
        assert float(np.abs(drawn.sum("b")).max()) < 1e-12
        assert float(np.abs(drawn.sum("c")).max()) < 1e-12
        assert float(drawn.var()) == pytest.approx(np.diag(covariance).mean(), rel=0.05)
