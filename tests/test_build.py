"""The builders of sets for tests: what they make is what a table says."""

import re
from pathlib import Path

import pytest

import bayes_trace as bt
from tests.build import item, make, make_set, ranged

TESTS = Path(__file__).parent


def test_a_made_set_reads_like_a_table():
    row = {"A": 0.8, "B": (0.1, 0.2, 0.4), "C": 0.5}
    table = bt.from_table({"i": ranged(row)}, priors={"A": 0.5, "B": 0.3, "C": 0.2})
    several = make_set({"e": [item("i", row)]})
    one = make([item("i", row)], hypotheses=("A", "B", "C"), priors=(0.5, 0.3, 0.2))
    for es in (several, one):
        made, said = (bt.update(bt.compile_evidence(each), coder=each.base_coder) for each in (es, table))
        assert made.probability.values == pytest.approx(said.probability.values, abs=1e-12)


def test_no_test_leans_on_another():
    """What several test modules need stands in a module that holds no tests."""
    leaning = {
        path.name: found
        for path in TESTS.rglob("*.py")
        if (
            found := re.findall(
                r"^\s*(?:from tests\.test_\w+|from tests) import .*", path.read_text(), re.MULTILINE
            )
        )
        and any("test_" in each for each in found)
    }
    assert leaning == {}


def test_no_module_has_a_generator_for_all_its_tests():
    """Draws of one test would hang on which others ran before it."""
    shared = [
        p.name
        for p in TESTS.glob("*.py")
        if re.search(r"^\w+ = .*default_rng\(", p.read_text(), re.MULTILINE)
    ]
    assert shared == []
