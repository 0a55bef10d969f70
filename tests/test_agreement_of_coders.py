"""Agreement of coders: the published example, brute force, and an evidence set by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayes_trace.calibration import agreement, krippendorff_alpha
from bayes_trace.errors import CalibrationError
from tests.arms import arms_compiled
from tests.search import examples

NO = math.nan
#: Krippendorff's example C, four observers and twelve units
EXAMPLE_C = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NO, NO, NO],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NO, 3],
    [NO, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NO],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NO],
]


def test_krippendorffs_example():
    """Krippendorff (2011), example C, interval data: .849 [T, as R's irr prints it]."""
    assert krippendorff_alpha(EXAMPLE_C) == pytest.approx(0.849, abs=5e-4)


def by_pairs(values):
    """Observed and expected disagreement, pair by pair."""
    units = [[v for v in unit if not math.isnan(v)] for unit in zip(*values, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    every = [v for unit in units for v in unit]
    observed = sum(
        sum((a - b) ** 2 for a, b in itertools.permutations(unit, 2)) / (len(unit) - 1) for unit in units
    )
    expected = sum((a - b) ** 2 for a, b in itertools.permutations(every, 2)) / (len(every) - 1)
    return 1 - observed / expected


numbers = st.one_of(st.just(NO), st.floats(-20, 20))


@examples(80)
@given(st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(numbers, min_size=n, max_size=n), min_size=2)))
def test_alpha_by_pairs(units):
    values = list(zip(*units, strict=True))
    pairs = [unit for unit in units if sum(not math.isnan(v) for v in unit) > 1]
    every = [v for unit in pairs for v in unit if not math.isnan(v)]
    if every and np.ptp(every) > 1e-3:
        assert krippendorff_alpha(values) == pytest.approx(by_pairs(values), rel=1e-6, abs=1e-9)


def test_nothing_to_agree_on_and_nobody_to_agree_with():
    assert math.isnan(krippendorff_alpha([[1, 1], [1, 1]]))
    with pytest.raises(CalibrationError, match="no unit was judged by two coders; agreement needs two"):
        krippendorff_alpha([[1, NO], [NO, 2]])


@pytest.fixture(scope="module")
def arms():
    return arms_compiled()


def test_agreement_of_two_readers_by_hand(arms):
    found = agreement(arms)
    rows = 10 / math.log(10) * arms["log_likelihood"].values
    rows -= rows.mean(axis=-1, keepdims=True)
    assert found.alpha.item() == pytest.approx(krippendorff_alpha(rows.reshape(2, -1)))
    assert found.alpha_of.values[0] == pytest.approx(krippendorff_alpha(rows[..., 0]))
    for at, link in enumerate(arms["link"].values[:10]):
        pairs = itertools.combinations(range(arms.sizes["hypothesis"]), 2)
        apart = [abs((rows[0, at, a] - rows[0, at, b]) - (rows[1, at, a] - rows[1, at, b])) for a, b in pairs]
        assert found.spread.sel(link=link).item() == pytest.approx(max(apart))
    np.testing.assert_allclose(
        found.lean.values, [each.mean(axis=0) for each in (rows[0] - rows[1], rows[1] - rows[0])]
    )
    # two alone are as far from each other as the other way round
    assert set(found.departs.values.tolist()) == {""}


def three(arms):
    """A third reader, who is the first but for the last link."""
    third = arms.isel(coder=[0]).assign_coords(coder=["third"])
    rows = third["log_likelihood"].values.copy()
    rows[0, -1, 0] += 3.0
    third["log_likelihood"] = (third["log_likelihood"].dims, rows)
    first_twice = arms.isel(coder=[0]).assign_coords(coder=["again"])
    parts = [arms.isel(coder=[0]), first_twice, third]
    together = arms.isel(coder=[0, 0, 0]).assign_coords(coder=["reader_a", "again", "third"])
    stacked = np.concatenate([part["log_likelihood"].values for part in parts])
    together["log_likelihood"] = (together["log_likelihood"].dims, stacked)
    return together


def test_who_departs_is_named(arms):
    found = agreement(three(arms))
    assert found.departs.values.tolist() == [""] * (arms.sizes["link"] - 1) + ["third"]
    assert found.spread.values[-1] == pytest.approx(30 / math.log(10))
    n = arms.sizes["hypothesis"]
    expected = 30 / math.log(10) * math.sqrt((1 - 1 / n) / n)
    assert found.departure.sel(coder="third").values[-1] == pytest.approx(expected)
    assert found.alpha.item() < 1


def test_what_one_coder_left_out_is_compared_among_the_others(arms):
    changed = three(arms).copy(deep=True)
    last = arms.sizes["link"] - 1
    behind = changed["entry_link"].values == last
    coded = changed["coded"].values.copy()
    coded[2, behind] = False
    changed["coded"] = (changed["coded"].dims, coded)
    found = agreement(changed)
    assert found.alpha.item() == pytest.approx(1)
    assert math.isnan(found.departure.sel(coder="third").values[-1])
    assert found.spread.values[-1] == pytest.approx(0)


def test_what_rules_a_hypothesis_out_is_left_out_by_name(arms):
    changed = three(arms).copy(deep=True)
    rows = changed["log_likelihood"].values.copy()
    rows[0, 0, 1] = -np.inf
    changed["log_likelihood"] = (changed["log_likelihood"].dims, rows)
    found = agreement(changed)
    assert found.attrs["left_out"] == arms["link"].values[0]
    assert math.isnan(found.spread.values[0])
    assert np.isfinite(found.spread.values[1:]).all()


def test_one_coder_agrees_with_nobody(arms):
    with pytest.raises(CalibrationError, match="the only coder is reader_a; agreement needs two"):
        agreement(arms.isel(coder=[0]))
