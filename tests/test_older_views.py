"""The matrix of competing hypotheses and counts of items, beside the likelihoods that they come from."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bayes_trace as bt
from bayes_trace import tables, tally
from bayes_trace.report import gather, markdown
from bayes_trace.tally import reading
from tests.arms import arms_set

TABLE = {
    "memo": {"A": 0.8, "B": 0.05, "C": 0.4},
    "note": {"A": 0.3, "B": 0.3, "C": 0.3},
    "cable": {"A": 0.2, "B": 0.4, "C": 0.1},
}


def compiled(table=TABLE, **options):
    return bt.compile_evidence(bt.from_table(table, **options))


def test_the_matrix_by_hand():
    matrix = bt.ach_matrix(compiled())
    two = 10 * math.log10(2)
    expected = [[0, 4 * two, two], [0, 0, 0], [two, 0, 2 * two]]
    np.testing.assert_allclose(matrix.inconsistency, expected, atol=1e-9)
    np.testing.assert_allclose(matrix.diagnosticity, [4 * two, 0, 2 * two], atol=1e-9)
    np.testing.assert_allclose(matrix.total.values[0], [two, 4 * two, 3 * two], atol=1e-9)
    # twice as likely under another is 3.01 dB: it counts against
    assert matrix.items_against.values.tolist() == [[1, 1, 2]]
    assert bt.ach_matrix(compiled(), against_db=5).items_against.values.tolist() == [[0, 1, 1]]


def test_totals_rank_as_bayes_rule_with_even_priors_does():
    arms = arms_set()
    ev = bt.compile_evidence(bt.apply_scenario(arms, *arms.preferred))
    for coder in arms.coder_ids:
        total = bt.ach_matrix(ev, coder=coder).total
        log_p = bt.update(ev, coder=coder).log_probability
        even = -total * math.log(10) / 10
        np.testing.assert_allclose(
            even - even.mean("hypothesis"), log_p - log_p.mean("hypothesis"), atol=1e-9
        )


def test_counts_against_need_not_rank_as_totals_do():
    """One decisive cable outweighs two weak memos that point the other way."""
    table = {"x": {"A": 0.4, "B": 0.8}, "y": {"A": 0.4, "B": 0.8}, "z": {"A": 0.9, "B": 0.01}}
    matrix = bt.ach_matrix(compiled(table)).isel(episode=0)
    assert matrix.items_against.values.tolist() == [2, 1]
    assert matrix.total.values.argmin() == 0


def test_what_rules_out_is_infinitely_inconsistent():
    es = bt.from_table({"x": {"A": 0.0, "B": 0.5}})
    matrix = bt.ach_matrix(bt.compile_evidence(es))
    assert matrix.inconsistency.values.tolist() == [[math.inf, 0.0]]
    assert tables.ach_table(bt.compile_evidence(es))[1][0] == ["x", "∞**", "0.0", "∞"]


def test_the_table_shows_what_tells_most_apart_first():
    header, rows = tables.ach_table(compiled())
    assert header == ["Item", "A", "B", "C", "Diagnosticity"]
    assert [row[0] for row in rows] == ["memo", "cable", "note", "Inconsistency", "Items against"]
    assert rows[0] == ["memo", "0.0", "12.0**", "3.0*", "12.0"]
    assert rows[3] == ["Inconsistency", "3.0", "12.0", "9.0", ""]


def test_bad_calls_say_what_there_is():
    with pytest.raises(bt.UnknownNameError, match="no coder named 'q'; there are: author"):
        bt.ach_matrix(compiled(), coder="q")
    with pytest.raises(bt.UnknownNameError, match="no episode named 'q'; there are: episode"):
        tables.ach_table(compiled(), episode="q")


# --- why a count and the likelihoods differ ---------------------------------------------------


@pytest.mark.parametrize(
    ("k", "r", "weight", "said"),
    [
        (0, 0, 0.0, "No item favours either, so there is nothing to count."),
        (3, 1, 0.5, "More items speak for A; their weights balance."),
        (2, 2, 0.0, "The items are divided; their weights balance."),
        (2, 2, -9.0, "As many items speak for either; those for B weigh more."),
        (3, 1, -9.0, "More items speak for A, but those for B weigh more: a count takes all for alike."),
        (1, 3, -5.5, "Both favour B, about as strongly."),
        (
            3,
            0,
            30.0,
            "Both favour A, the likelihoods by more: the items are strong, 10.0 dB each on average.",
        ),
        (
            20,
            0,
            10.0,
            "Both favour A, the count by more: it does not see that the items are weak, 0.5 dB each on average.",
        ),
    ],
)
def test_each_way_to_differ_has_its_reading(k, r, weight, said):
    assert reading(k, r, bayes_factor=tally.bayes_factor(k, r), weight=weight, of="A", against="B") == said


@given(st.integers(0, 30), st.integers(0, 30), st.floats(-60, 60))
def test_a_reading_turns_with_the_pair(k, r, weight):
    one = reading(k, r, bayes_factor=tally.bayes_factor(k, r), weight=weight, of="A", against="B")
    other = reading(r, k, bayes_factor=tally.bayes_factor(r, k), weight=-weight, of="B", against="A")
    assert one == other


def test_an_endless_count_has_a_reading():
    assert "the count by more" in reading(5000, 0, bayes_factor=math.inf, weight=40.0, of="A", against="B")
    assert "the count by more" in reading(0, 5000, bayes_factor=0.0, weight=-40.0, of="A", against="B")


# --- in the report ------------------------------------------------------------------------------


def test_a_full_report_sets_counts_and_likelihoods_side_by_side():
    es = bt.from_table(TABLE)
    text = markdown(gather(es), detail="full")
    counted = tally.tally(bt.compile_evidence(es), "A", against="B").isel(episode=0)
    row = re.search(
        r"^\| A : B \| (\d) \| (\d) \| (\d) \| ([\d.]+) \| ([\d.]+) \| (\S+) \| (.+?) \|$", text, re.M
    )
    assert [int(n) for n in row.groups()[:3]] == [
        counted.supporting.item(),
        counted.opposing.item(),
        counted.neutral.item(),
    ]
    assert float(row[4]) == pytest.approx(counted.bayes_factor.item(), rel=0.05)
    assert row[6] == tables.db(counted["weight"].item())
    assert row[7] == "As many items speak for either; those for A weigh more."
    assert len(re.findall(r"^\| [ABC] : [ABC] \|", text, re.M)) == 3
    assert r"| 0.0 | 12.0\*\* | 3.0\* | 12.0 |" in text
    assert "| **Inconsistency** | **3.0** | **12.0** | **9.0** |  |" in text
    assert "share an origin" not in text


def test_a_standard_report_does_without_them():
    text = markdown(gather(bt.from_table(TABLE), detail="standard"), detail="standard")
    assert "Inconsistency" not in text
    assert "A : B" not in text
