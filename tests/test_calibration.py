"""Ratios with known answers: published values, brute force, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayes_trace import calibration as cal
from bayes_trace.errors import CalibrationError, WrongArgumentError
from tests.search import examples

INF = math.inf
ratios = st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=12)
some = st.lists(st.sampled_from([0.01, 0.1, 0.5, 1.0, 2.0, 10.0, 100.0]), min_size=1, max_size=12)


# --- published -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([1, 1], [1, 1], 1),
        ([1 / 3] * 2, [3] * 2, 2),
        ([3], [1 / 3], 0.4150374992788437),
        ([1], [1 / 3] * 2, 0.7075187496394219),
        ([2] * 2, [2], 1.0849625007211563),
        ([8] * 8, [8], 1.6699250014423126),
        ([1], [1 / 100] * 100 + [100] * 6, 0.6952113122368764),
        ([INF, INF], [1, 1], 0.5),
        ([INF, INF], [0, 0], 0),
        ([0, 1], [1, 1], INF),
        ([1], [INF], INF),
    ],
)
def test_cost_of_log_ratios(first, second, expected):
    """Values in the tests of lir (Netherlands Forensic Institute), which does not assert them [T][C]."""
    assert cal.cllr(first, second) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ([1000] * 90 + [0.101] * 10, [0.101] * 990 + [1000] * 10, 0.11051160, 80.42823031),
        ([INF], [0], 1, 1),
        ([INF] * 3, [0] * 3, 0.3388442, 2.9512092),
        ([0.01, 0.1, 1], [10, 100], 1, 1),
        ([1, 10, 100], [0.01, 0.1], 0.3801894, 1.4791084),
        ([10, 100], [0.01, 0.1, 1], 0.6760830, 2.6302680),
        ([1], [1], 1, 1),
        ([10] * 9, [10], 1, 1),
        ([10] * 10, [1], 1, 1.7782794),
        ([1000] * 10, [1.1], 1, 1),
    ],
)
def test_empirical_bounds(first, second, low, high):
    """Vergeer et al. (2016), the breath analyser, and other values of lir's tests [T].

    They were found on a grid of .01 in log10 (of .1 dB): ours are exact, and at most one step further out.
    """
    found = cal.over_claim_bounds(first, second)
    for ours, theirs in [(found.for_first, 10 * math.log10(high)), (found.for_second, -10 * math.log10(low))]:
        assert theirs - 1e-4 <= ours <= theirs + 0.1 + 1e-4


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([1] * 5, [1] * 5, 0),
        ([2] * 5, [2] * 5, math.log10(2)),
        ([5, 5, 5], [0.2, 0.2, 0.2, INF], INF),
        ([5, 5, 5, 0.2], [5, 0.2, 0.2, 0.2], (math.log10(5) - math.log10(3)) / 2),
        ([6, 5, 5, 0.2], [5, 0.2, 0.2, 0.1], (math.log10(5) - math.log10(2)) / 2),
        ([0.1, 100], [0.01, 10], 0.5),
        ([1, 1000], [0.1, 10], 0.5),
    ],
)
def test_deviation_from_pooled_violators(first, second, expected):
    """Vergeer et al. (2021), values in lir's tests [T]."""
    assert cal.dev_pav(first, second) == pytest.approx(expected, abs=1e-12)


def test_groups_that_do_not_overlap_have_no_deviation():
    assert math.isnan(cal.dev_pav([1e4, 1e5], [1, 1e3]))


# --- brute force ---------------------------------------------------------------------------


@given(ratios, ratios)
def test_cost_by_its_definition(first, second):
    lost = sum(math.log2(1 + 1 / x) for x in first) / len(first)
    lost += sum(math.log2(1 + x) for x in second) / len(second)
    assert cal.cllr(first, second) == pytest.approx(lost / 2, rel=1e-10)


@given(ratios, ratios, st.floats(0.01, 0.99))
def test_scores_of_the_posterior_by_their_definition(first, second, prior):
    odds = prior / (1 - prior)
    posterior = [[x * odds / (1 + x * odds) for x in group] for group in (first, second)]
    share = (prior, 1 - prior)
    truth = [posterior[0], [1 - p for p in posterior[1]]]
    brier = sum(s * np.mean([(1 - p) ** 2 for p in group]) for s, group in zip(share, truth, strict=True))
    bits = sum(s * np.mean([-math.log2(p) for p in group]) for s, group in zip(share, truth, strict=True))
    assert cal.brier(first, second, prior=prior) == pytest.approx(brier, rel=1e-8)
    assert cal.log_score(first, second, prior=prior) == pytest.approx(bits, rel=1e-8)


@given(some, some)
def test_pooled_ratios_are_slopes_of_a_convex_hull(first, second):
    """The pooled ratio of an item is the slope of the concave majorant of P(ratio >= t | first) against
    P(ratio >= t | second): the ROC convex hull."""
    fitted = dict(zip([*first, *second], np.concatenate(cal.recalibrated(first, second)), strict=True))
    levels = sorted(fitted, reverse=True)
    reached = [[np.mean(np.array(group) >= level) for group in (second, first)] for level in levels]
    points = [(0.0, 0.0), *map(tuple, reached)]
    for at, level in enumerate(levels):
        # slope of the majorant over the step of this level: best chord across it
        chords = [max(slope(points[i], points[j]) for j in range(at + 1, len(points))) for i in range(at + 1)]
        assert fitted[level] == pytest.approx(min(chords), rel=1e-9)


def slope(one, two):
    rise, run = two[1] - one[1], two[0] - one[0]
    return rise / run if run > 0 else INF


@given(some, some)
def test_bounds_by_trying_thresholds(first, second):
    """Acting on ratios above t costs less than ignoring them for every t from 1 to the bound, not beyond."""
    found = cal.over_claim_bounds(first, second)
    bound = 10 ** (found.for_first / 10)

    def cost(t):
        missed = (sum(x <= t for x in first) + 1) / (len(first) + 1)
        return missed + t * (sum(x > t for x in second) + 1) / (len(second) + 1)

    for t in np.geomspace(1, bound, 20)[:-1] if bound > 1 else ():
        assert cost(t * (1 + 1e-9)) <= 1 + 1e-6
    assert cost(bound * (1 + 1e-6)) > 1


@given(some, some)
def test_curves_count(first, second):
    curve = cal.tippett(first, second)
    for weight in curve["weight"].values:
        for name, group in {"first": first, "second": second}.items():
            share = np.mean([10 * math.log10(x) >= weight - 1e-9 for x in group])
            assert curve[name].sel(weight=weight).item() == pytest.approx(share)
    assert curve["misleading_first"].item() == pytest.approx(np.mean(np.array(first) < 1))
    assert curve["misleading_second"].item() == pytest.approx(np.mean(np.array(second) > 1))


# --- laws ----------------------------------------------------------------------------------


@given(ratios, ratios)
def test_calibration_and_discrimination_add_up(first, second):
    assert 0 <= cal.cllr_min(first, second) <= 1 + 1e-12
    assert cal.cllr_cal(first, second) >= 0
    total = cal.cllr_min(first, second) + cal.cllr_cal(first, second)
    assert total == pytest.approx(cal.cllr(first, second), abs=1e-9)


@given(ratios, ratios)
def test_only_the_order_of_ratios_matters_to_discrimination(first, second):
    bent = [[math.sqrt(x) * 3 for x in group] for group in (first, second)]
    assert cal.cllr_min(*bent) == pytest.approx(cal.cllr_min(first, second), abs=1e-9)


@given(some, some)
def test_recalibrated_ratios_stay_as_they_are(first, second):
    once = cal.recalibrated(first, second)
    for again, before in zip(cal.recalibrated(*once), once, strict=True):
        np.testing.assert_allclose(again, before, rtol=1e-9)
    assert cal.cllr_cal(*once) == pytest.approx(0, abs=1e-12)


@given(ratios, ratios)
def test_the_hypotheses_may_change_places(first, second):
    swapped = [1 / x for x in second], [1 / x for x in first]
    assert cal.cllr(*swapped) == pytest.approx(cal.cllr(first, second), rel=1e-9)
    assert cal.brier(*swapped, prior=0.3) == pytest.approx(cal.brier(first, second, prior=0.7), rel=1e-9)


@given(some, some)
def test_bounds_may_change_places(first, second):
    one = cal.over_claim_bounds(first, second)
    other = cal.over_claim_bounds([1 / x for x in second], [1 / x for x in first])
    assert (one.for_first, one.for_second) == pytest.approx((other.for_second, other.for_first), abs=1e-9)


@given(ratios, ratios)
def test_cross_entropy_at_an_even_prior_is_the_cost(first, second):
    curve = cal.ece(first, second, prior=[0.5, 0.2])
    assert curve["ece"].values[0] == pytest.approx(cal.cllr(first, second))
    assert curve["calibrated"].values[0] == pytest.approx(cal.cllr_min(first, second), abs=1e-12)
    assert curve["neutral"].values == pytest.approx([1, -0.2 * math.log2(0.2) - 0.8 * math.log2(0.8)])
    assert curve["ece"].values[1] == pytest.approx(cal.log_score(first, second, prior=0.2))
    assert (curve["calibrated"] <= curve["neutral"] + 1e-12).all()


def test_cross_entropy_has_priors_of_its_own():
    curve = cal.ece([3, 10], [0.1])
    assert curve.sizes == {"prior": 99}
    assert curve["prior"].values[[0, 49, -1]] == pytest.approx([0.01, 0.5, 0.99])


# --- intervals and words -------------------------------------------------------------------


def test_an_interval_covers_the_score_of_a_large_collection():
    """Log ratios are Normal(2, 4) and Normal(-2, 4), which are perfectly calibrated."""
    rng = np.random.default_rng(4)
    first, second = np.exp(rng.normal(2, 2, 400)), np.exp(rng.normal(-2, 2, 400))
    many = np.exp(rng.normal(2, 2, 200_000)), np.exp(rng.normal(-2, 2, 200_000))
    found = cal.bootstrap(cal.cllr, first, second, level=0.99, draws=300, seed=2)
    assert found.low < cal.cllr(*many) < found.high
    assert found.value == cal.cllr(first, second)
    assert found.high - found.low < 0.2
    again = cal.bootstrap(cal.cllr, first, second, level=0.99, draws=300, seed=2)
    assert again == found


def test_few_items_support_next_to_nothing_and_it_is_said():
    few = cal.over_claim_bounds([INF] * 14, [0] * 15)
    assert few.few
    assert str(few).startswith(
        "29 items with known answers (14 and 15) support almost nothing: no weight above"
    )
    assert str(few).endswith("29 of them claim more. Collect at least 30.")
    enough = cal.over_claim_bounds([INF] * 15, [0] * 15)
    assert not enough.few
    assert str(enough) == (
        "30 items with known answers (15 and 15) support weights up to 11.8 dB for the first hypothesis "
        "and 11.8 dB for the second. 30 of them claim more."
    )


def test_one_claim_is_spoken_of_in_the_singular():
    assert "1 of them claims more" in str(cal.OverClaimBounds(1.0, 1.0, (20, 20), 1))


def test_perfect_ratios_are_limited_by_their_number():
    found = cal.over_claim_bounds([INF] * 9, [0] * 99)
    assert found.for_first == pytest.approx(10 * math.log10(9 * 100 / 10))
    assert found.for_second == pytest.approx(10 * math.log10(99 * 10 / 100))


# --- faults --------------------------------------------------------------------------------

SCORES = [
    cal.cllr, cal.cllr_min, cal.cllr_cal, cal.brier, cal.log_score, cal.ece, cal.tippett, cal.dev_pav,
    cal.over_claim_bounds, cal.recalibrated,
]  # fmt: skip


@pytest.mark.parametrize("score", SCORES, ids=lambda score: score.__name__)
@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([], [1], "first: no item for which the first hypothesis is true, expected at least one"),
        ([1], [], "second: no item for which the second hypothesis is true"),
        ([1, math.nan], [1], r"first\[1\] = nan: expected a likelihood ratio, a number from 0"),
        ([1], [-3], r"second\[0\] = -3: expected a likelihood ratio, .* scales.convert"),
        ([[1, 2]], [1], "first: an array of 2 dimensions, expected a list of likelihood ratios"),
        (3.0, [1], "first: an array of 0 dimensions"),
        (["a"], [1], r"first is \['a'\], expected numbers"),
    ],
)
def test_what_are_no_ratios_is_named(score, first, second, message):
    with pytest.raises((CalibrationError, WrongArgumentError), match=message):
        score(first, second)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cal.brier([1], [1], prior=1), "prior = 1: expected a probability between 0 and 1"),
        (lambda: cal.log_score([1], [1], prior=math.nan), "log_score: prior is nan, expected a number"),
        (lambda: cal.ece([1], [1], prior=[0.5, -0.1]), "prior = -0.1: expected a probability"),
        (lambda: cal.ece([1], [1], prior=[]), "prior = nothing: expected a probability"),
        (
            lambda: cal.bootstrap(cal.cllr, [1], [1, 2]),
            "1 and 2 items, 2000 draws: expected at least two items",
        ),
        (lambda: cal.bootstrap(cal.cllr, [1, 2], [1, 2], draws=0), "0 draws: expected"),
        (lambda: cal.bootstrap(cal.cllr, [1, 2], [1, 2], level=90), "level = 90: expected a probability"),
        (
            lambda: cal.bootstrap(lambda _a, _b: "high", [1, 2], [1, 2]),
            "score gives 'high', expected a number",
        ),
        (lambda: cal.bootstrap(cal.dev_pav, [9, 8], [1, 2]), "some resampled groups have no finite score"),
    ],
)
def test_impossible_settings_are_named(call, message):
    with pytest.raises((CalibrationError, WrongArgumentError), match=message):
        call()


@examples(25)
@given(st.lists(st.sampled_from([0, 1e-300, 1, 1e300, INF]), min_size=1, max_size=5), some)
def test_extreme_ratios_have_scores(first, second):
    for score in SCORES:
        score(first, second)
