"""Scenarios that doubt the search, and that add an explanation which nobody named."""

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.evidence import Scenario
from tests.build import data, item, ratio, read, sound


def under(plain, **scenario):
    """The set under one scenario."""
    return bt.apply_scenario(sound({**plain, "scenarios": {"view": {"label": "View", **scenario}}}), "view")


def odds(es, first="A", second="B"):
    """Log-odds of two hypotheses in the only episode."""
    log_p = bt.update(bt.compile_evidence(es), coder="first").log_probability.isel(episode=0)
    return float(log_p.sel(hypothesis=first) - log_p.sel(hypothesis=second))


ITEMS = [
    item("memo", {"A": 0.8, "B": 0.2}),
    item("note", {"A": 0.4, "B": 0.2}),
    item("gap", {"A": 0.25, "B": 0.5}),
]


def test_the_bias_that_loses_the_lead_loses_it():
    """The scenario takes off what the question says: where nothing is discounted or absent the two agree."""
    needed = bt.sensitivity.search_bias(bt.compile_evidence(sound(data(ITEMS)))).smallest.item()
    assert odds(under(data(ITEMS), search_bias=[{"toward": "A", "db": needed}])) == pytest.approx(
        0, abs=1e-12
    )


def test_a_bias_turns_no_item_round():
    """100 dB leave the items that favour A neutral, and those that do not as they were."""
    left = odds(under(data(ITEMS), search_bias=[{"toward": "A", "db": 100}]))
    assert left == pytest.approx(np.log(0.25 / 0.5))


@pytest.mark.parametrize(
    "one",
    [
        item("db", {"A": -1.0, "B": -10.0}, coding={"unit": "db"}),
        item("words", {"A": "likely", "B": "very unlikely"}, coding={"unit": "verbal"}),
        item("capitals", {"A": "Likely", "B": "Very  unlikely"}, coding={"unit": "verbal"}),
        ratio("ratio", {"B": -9.0}),
        ratio("other way", {"A": 9.0}, reference="B") | {"id": "turned"},
        item(
            "anchored",
            {"B": -9.0},
            coding={"unit": "ratio_db", "reference": "A", "reference_probability": 0.5},
        ),
        item("ranged", {"A": (0.7, 0.8, 0.9), "B": (0.05, 0.1, 0.6)}),
    ],
    ids=lambda one: one["id"],
)
def test_decibels_come_off_whatever_the_form(one):
    before, after = odds(sound(data([one]))), odds(under(data([one]), search_bias=[{"toward": "A", "db": 2}]))
    assert 10 / np.log(10) * (before - after) == pytest.approx(2)


def test_a_bias_acts_where_it_is_said_to():
    """In the episode named only, on what was found only, and under each reading."""
    both = item("memo", {"A": 0.8, "B": 0.2}, episodes=["e1", "e2"])
    es = under(
        data([both], episodes=("e1", "e2")), search_bias=[{"toward": "A", "db": 3, "episodes": ["e2"]}]
    )
    probability = bt.update(bt.compile_evidence(es), coder="first").probability.sel(hypothesis="A")
    assert probability.sel(episode="e1").item() == pytest.approx(0.8)
    assert probability.sel(episode="e2").item() == pytest.approx(4 / (4 + 10**0.3))
    vain = item("gap", {"A": 0.2, "B": 0.8}, found="absent", detection=0.9)
    assert odds(under(data([vain]), search_bias=[{"toward": "A", "db": 3}])) == odds(sound(data([vain])))
    fact = read("fact", {"u": {"A": 0.8, "B": 0.2}, "v": {"A": 0.2, "B": 0.2}}, reading="r")
    plain = data([fact], readings=[{"id": "r", "options": {"u": 1.0, "v": 0.0}}])
    assert odds(under(plain, search_bias=[{"toward": "A", "db": 100}])) == pytest.approx(0)


@pytest.mark.parametrize(
    ("bias", "message"),
    [
        ({"toward": "Z", "db": 3}, "scenario view: no hypothesis named 'Z'"),
        ({"toward": "A", "db": 3, "episodes": ["e9"]}, "scenario view: no episode named 'e9'"),
    ],
)
def test_a_bias_towards_what_is_not_there_is_refused(bias, message):
    with pytest.raises(bt.ScenarioError, match=message):
        under(data(ITEMS), search_bias=[bias])


@pytest.mark.parametrize(
    ("values", "more", "message"),
    [
        ({"A": "0.4-", "B": 0.2}, {}, r"items\.late\..*A: '0.4-', expected a number"),
        (
            {"A": "maybe", "B": "likely"},
            {"unit": "verbal"},
            r"items\.late\..*A: no term 'maybe'; expected one of",
        ),
    ],
)
def test_what_an_item_of_the_same_scenario_says_is_refused_in_words(values, more, message):
    """It is not looked at before the search is discounted."""
    late = item("late", values, coding=more, episodes=["e1"])
    with pytest.raises(bt.ScenarioError, match=message):
        under(data(ITEMS), add_items={"case": [late]}, search_bias=[{"toward": "A", "db": 3}])


def test_a_bias_is_a_positive_number():
    with pytest.raises(ValueError, match="greater than 0"):
        Scenario.model_validate({"label": "x", "search_bias": [{"toward": "A", "db": 0}]})


UNNAMED = {
    "id": "U",
    "label": "Unnamed",
    "statement": "another",
    "prior": 0.2,
    "residual": True,
    "from_mean": True,
}


def test_what_nobody_named_has_the_mean_of_the_others():
    """Item by item: .5 of the memo, .3 of the note; the named keep their proportions."""
    es = under(data(ITEMS[:2]), add_hypotheses=[UNNAMED])
    probability = bt.update(bt.compile_evidence(es), coder="first").probability.isel(episode=0)
    weights = np.array([0.4 * 0.8 * 0.4, 0.4 * 0.2 * 0.2, 0.2 * 0.5 * 0.3])
    assert probability.values == pytest.approx(weights / weights.sum())


def test_a_detection_by_hypothesis_is_the_mean_as_well():
    gap = item("gap", {"A": 0.2, "B": 0.8}, found="absent", detection_by_hypothesis={"A": 0.4, "B": 0.8})
    es = under(data([gap]), add_hypotheses=[UNNAMED])
    rows = np.exp(bt.compile_evidence(es).log_likelihood.values[0, 0])
    assert rows == pytest.approx([1 - 0.4 * 0.2, 1 - 0.8 * 0.8, 1 - 0.6 * 0.5])


def test_a_value_of_its_own_comes_first():
    change = {"item": "memo", "coding": {"values": {"U": 0.9}}}
    rows = np.exp(
        bt.compile_evidence(under(data(ITEMS[:1]), add_hypotheses=[UNNAMED], change=[change])).log_likelihood
    )
    assert rows.values[0, 0] == pytest.approx([0.8, 0.2, 0.9])
