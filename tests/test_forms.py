# ruff: noqa: E501 - the texts of errors stand whole
"""The forms of a coding: each is one entry, and what one form says any other says too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bayes_trace as bt
from bayes_trace.evidence import Coding
from bayes_trace.evidence.coded import best_numbers
from bayes_trace.evidence.forms import CodingUnit
from tests.build import data, item, make, problems, sound

NUMBERS = [unit for unit in CodingUnit if not unit.form.words]


def posterior(es):
    return bt.update(bt.compile_evidence(es), coder="first").probability.sel(episode="e1")


@pytest.mark.parametrize("unit", NUMBERS)
@given(st.floats(0.001, 0.999))
def test_a_number_survives_the_way_to_its_scale_and_back(unit, number):
    form = unit.form
    stated = form.from_number(number)
    assert form.lowest <= stated <= form.highest
    assert form.to_number(stated) == pytest.approx(number, rel=1e-12)
    assert form.from_scale(form.to_scale(stated)) == pytest.approx(float(stated), rel=1e-9, abs=1e-12)


def test_scales_have_values_at_hand():
    scaled = {str(unit): unit.form.to_scale(unit.form.from_number(0.25)).item() for unit in NUMBERS}
    log_odds, decibels = np.log(1 / 3), 10 * np.log10(0.25)
    assert scaled == pytest.approx(
        {"probability": log_odds, "db": log_odds, "ratio_db": decibels, "ratio": decibels}
    )
    assert [unit.form.neutral for unit in (CodingUnit.RATIO_DB, CodingUnit.RATIO)] == [0, 1]


def test_the_unit_of_a_coding_is_text_for_whoever_reads_it():
    coding = Coding.model_validate({"unit": "db", "values": {"A": -3, "B": -6}})
    assert (coding.unit, f"{coding.unit}") == ("db", "db")
    assert coding.model_dump(mode="json", exclude_defaults=True)["unit"] == "db"


def test_a_plain_ratio_says_what_its_decibels_say():
    plain = make(
        [
            item(
                "x",
                codings=[
                    {"unit": "ratio", "reference": "B", "values": {"A": {"low": 2, "best": 4, "high": 8}}}
                ],
            )
        ]
    )
    in_db = {end: 10 * np.log10(n) for end, n in (("low", 2), ("best", 4), ("high", 8))}
    decibels = make([item("x", codings=[{"unit": "ratio_db", "reference": "B", "values": {"A": in_db}}])])
    assert posterior(plain).values == pytest.approx([0.8, 0.2])
    ours, theirs = (bt.compile_evidence(es) for es in (plain, decibels))
    for name in ("location", "spread_low", "spread_high"):
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-12)


def test_a_table_of_plain_ratios_is_read():
    es = bt.from_table(
        {"memo": {"A": 4.0}, "note": {"A": 0.5, "B": 1.0}}, priors={"A": 0.5, "B": 0.5}, unit="ratio"
    )
    assert bt.update(bt.compile_evidence(es)).probability.sel(hypothesis="A").item() == pytest.approx(2 / 3)


def test_a_plain_ratio_is_written_and_read_again(tmp_path):
    es = make([item("x", codings=[{"unit": "ratio", "reference": "B", "values": {"A": 4.0}}])])
    assert bt.read_evidence_set(bt.write_evidence_set(es, tmp_path / "set")) == es


def test_a_ratio_with_the_probability_of_its_reference_is_a_probability():
    """The range of the reference moves the reference too, and every end is converted with its own."""
    anchor = {"low": 0.1, "best": 0.2, "high": 0.3}
    coding = {
        "unit": "ratio",
        "reference": "B",
        "reference_probability": anchor,
        "values": {"A": {"low": 1, "best": 2, "high": 3}},
    }
    stated = {"A": {"low": 0.1, "best": 0.4, "high": 0.9}, "B": anchor}
    ours, theirs = (
        bt.compile_evidence(make([item("x", codings=[each])])) for each in (coding, {"values": stated})
    )
    for name in ("location", "spread_low", "spread_high", "log_likelihood"):
        np.testing.assert_allclose(ours[name], theirs[name], atol=1e-12)


@pytest.mark.parametrize(
    ("coding", "line"),
    [
        ({"unit": "ratio", "reference": "B", "values": {"A": 0.0}}, "A: 0, expected a ratio above 0, such as 4 for four to one"),
        ({"unit": "ratio", "reference": "B", "values": {"A": -4.0}}, "A: -4, expected a ratio above 0, such as 4 for four to one"),
        ({"unit": "ratio", "reference": "B", "values": {"A": 1e101}}, "A: 1e+101, expected a ratio above 0, such as 4 for four to one"),
        ({"unit": "ratio", "reference": "B", "values": {"A": {"low": 0.0, "best": 2.0, "high": 3.0}}}, "A: 0 to 3, expected a ratio above 0, such as 4 for four to one"),
        ({"unit": "ratio", "reference": "B", "values": {"A": 4.0, "B": 2.0}}, "B: 2.0 for the reference itself, expected 1 or nothing"),
        ({"unit": "ratio_db", "reference": "B", "values": {"A": 1200.0}}, "A: 1200 dB, expected decibels of a ratio, from -1000 to 1000"),
        ({"unit": "ratio_db", "reference": "B", "values": {"A": -1200.0}}, "A: -1200 dB, expected decibels of a ratio, from -1000 to 1000"),
        ({"unit": "ratio_db", "reference": "B", "values": {"A": {"low": 1.0, "best": 2.0, "high": 1200.0}}}, "A: 1 to 1200 dB, expected decibels of a ratio, from -1000 to 1000"),
        ({"unit": "db", "values": {"A": {"low": -2000.0, "best": -3.0, "high": -1.0}, "B": -3.0}}, "A: low -2000 is impossibility or less; write -20 dB, which is .01"),
        ({"unit": "ratio_db", "reference": "B", "values": {"A": 3.0}, "reference_probability": {"low": 0.2, "best": 0.4, "high": 0.6}}, "A: 3 dB over a reference probability of 0.6 is a probability of 1.2, expected below 1; lower either"),
        ({"unit": "ratio", "reference": "B", "values": {"A": {"low": 1.0, "best": 2.0, "high": 4.0}}, "reference_probability": 0.25}, "A: 4 over a reference probability of 0.25 is a probability of 1, expected below 1; lower either"),
    ],
)  # fmt: skip
def test_limits_of_every_form(coding, line):
    assert f"items.x.codings.0.values.{line}" in problems([item("x", codings=[coding])])


@pytest.mark.parametrize(
    ("anchor", "message"),
    [
        ("likely", "'likely', expected a number between 0 and 1 or low, best, high"),
        (0.0, "0, expected between 0 and 1, neither of them included"),
        ({"low": 0.5, "best": 0.7, "high": 1.0}, "0.5 to 1, expected between 0 and 1, neither of them included"),
    ],
)  # fmt: skip
def test_the_probability_of_a_reference_is_one(anchor, message):
    coding = {"unit": "ratio", "reference": "B", "values": {"A": 0.5}, "reference_probability": anchor}
    assert f"items.x.codings.0.reference_probability: {message}" in problems([item("x", codings=[coding])])


# --- compounds -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("coding", "mean"),
    [
        ({"values": {"A": 0.8, "B": 0.2}}, 0.5),
        ({"unit": "db", "values": {"A": -3.0, "B": -9.0}}, (10**-0.3 + 10**-0.9) / 2),
        ({"unit": "ratio", "reference": "B", "values": {"A": 4.0}}, 2.5),
        ({"unit": "ratio_db", "reference": "B", "values": {"A": 3.0}}, (10**0.3 + 1) / 2),
        ({"unit": "verbal", "values": {"A": "likely", "B": "unlikely"}}, 0.5),
    ],
)  # fmt: skip
def test_a_compound_has_the_mean_of_its_parts_in_every_form(coding, mean):
    es = sound(data([item("x", codings=[coding])], hypotheses=("A", "B", "A+B"), priors=[0.5, 0.4, 0.1]))
    coded = es.items["x"].codings[0]
    assert best_numbers(es, coded, coded.values)["A+B"] == pytest.approx(mean)


def test_a_compound_of_a_hypothesis_that_was_split_has_the_mean_of_the_parts_of_each():
    def part(name):
        return {"id": name, "label": name, "statement": name, "prior": 0.25}

    split = {
        "label": "s",
        "split": [{"hypothesis": "A", "into": [part("A1"), part("A2")]}],
        "change": [{"item": "x", "coding": {"values": {"A2": 0.4}}}],
    }
    es = sound(
        data(
            [item("x", {"A": 0.8, "B": 0.2})],
            hypotheses=("A", "B", "A+B"),
            priors=[0.5, 0.4, 0.1],
            scenarios={"s": split},
        )
    )
    likelihood = np.exp(
        bt.compile_evidence(bt.apply_scenario(es, "s")).log_likelihood.sel(coder="first").squeeze()
    )
    assert likelihood.sel(hypothesis=["A1", "A2", "B", "A+B"]).values == pytest.approx([0.8, 0.4, 0.2, 0.4])


# --- readings ------------------------------------------------------------------------------

FACT = {"readings": [{"id": "r", "options": {"u": 0.7, "v": 0.3}}]}
READ = [{"readings": {"u": {"A": 0.8, "B": 0.2}, "v": {"A": 0.3, "B": 0.3}}}]


def test_an_item_that_turns_on_a_fact_is_coded_reading_by_reading():
    found = problems([item("x", {"A": 0.8, "B": 0.2}, reading="r")], **FACT)
    assert found == [
        "items.x.codings.0.readings: missing; the item turns on r, so code it under each of u, v"
    ]


def test_items_of_one_fact_stand_in_one_cluster_or_in_none():
    clusters = {"clusters": [{"id": "k"}, {"id": "m"}]}

    def read(name, **more):
        return item(name, codings=READ, reading="r", **more)

    assert problems([read("x"), read("y")], **FACT) == []
    assert problems([read("x", cluster="k"), read("y", cluster="k")], **FACT, **clusters) == []
    line = "readings.r: its items on e1 are in different clusters (x in k, y in none); put all of them in one, or none in any"
    assert problems([read("x", cluster="k"), read("y")], **FACT, **clusters) == [line]
    # on another episode they are another link
    apart = [read("x", cluster="k"), {**read("y"), "episodes": ["e2"]}]
    assert problems(apart, episodes=("e1", "e2"), **FACT, **clusters) == []
