"""Mechanisms that may work together: priors by mechanism, and the published example."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bayes_trace as bt

PROBABILITIES = st.floats(0.01, 0.99)


def inclusion(found, name):
    return sum(p for each, p in found.items() if name in each.split("+"))


@given(st.lists(PROBABILITIES, min_size=1, max_size=5))
def test_every_mechanism_keeps_its_own_probability(priors):
    each = {f"m{n}": p for n, p in enumerate(priors)}
    found = bt.configurations(list(each), prior=each)
    assert len(found) == 2 ** len(each)
    assert sum(found.values()) == pytest.approx(1)
    for name, p in each.items():
        assert inclusion(found, name) == pytest.approx(p)


@given(PROBABILITIES)
def test_one_more_mechanism_leaves_the_others_alone(p):
    two, three = (bt.configurations(names, prior=p) for names in (["a", "b"], ["a", "b", "c"]))
    assert inclusion(three, "a") == pytest.approx(inclusion(two, "a"))
    # p^k (1 - p)^(n - k), methods of Rohlfing and of Fairfield and Charman
    assert three["a+c"] == pytest.approx(p**2 * (1 - p))


def test_what_is_excluded_is_shared_in_proportion():
    found = bt.configurations(["a", "b"], prior={"a": 0.2, "b": 0.5}, excluded=["none"])
    assert found["a"] / found["b"] == pytest.approx(0.2 * 0.5 / (0.8 * 0.5))
    assert math.fsum(found.values()) == pytest.approx(1)


def test_greed_and_grievance():
    # worked example U of the methods notes: likelihoods .8, .2, .8, .1 for greed, grievance, both, neither
    priors = bt.configurations(["greed", "grievance"], nothing="neither")
    likelihoods = {"greed": 0.8, "grievance": 0.2, "greed+grievance": 0.8, "neither": 0.1}
    evidence = bt.compile_evidence(bt.from_table({"memo": likelihoods}, priors=priors))
    posterior = bt.update(evidence)
    at_work = bt.inclusion(posterior)
    assert float(posterior["probability"].sel(hypothesis="greed").item()) == pytest.approx(0.421053, abs=5e-7)
    assert float(at_work["probability"].sel(mechanism="greed").item()) == pytest.approx(0.842105, abs=5e-7)
    assert float(at_work["probability"].sel(mechanism="grievance").item()) == pytest.approx(
        0.526316, abs=5e-7
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"prior": 1.0}, "prior 1 for a, expected above 0 and below 1"),
        ({"prior": {"a": 0.5}}, "no prior for b"),
        ({"excluded": ["c"]}, "no combination 'c' to exclude; expected one of: none, a, b, a\\+b"),
        ({"excluded": ["none", "a", "b", "a+b"]}, "every combination is excluded"),
    ],
)
def test_what_cannot_be(options, said):
    with pytest.raises(bt.BayesTraceError, match=said):
        bt.configurations(["a", "b"], **options)


@pytest.mark.parametrize(
    ("names", "nothing"),
    [([], "none"), (["a", "a"], "none"), (["a", "none"], "none"), (["a"], "a"), (["a", "b", "a+b"], "none")],
)
def test_each_mechanism_has_a_name_of_its_own(names, nothing):
    with pytest.raises(
        bt.BayesTraceError, match="expected one mechanism or more, each with a name of its own, without"
    ):
        bt.configurations(names, nothing=nothing)


def test_more_mechanisms_than_can_be_combined_are_refused():
    with pytest.raises(
        bt.BayesTraceError, match=r"30 mechanisms, which make 2\^30 combinations; expected at"
    ):
        bt.configurations([f"m{number}" for number in range(30)])
