"""Counts as evidence: exact fractions, published numbers, and laws."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logsumexp

import bayes_trace as bt
from bayes_trace import tally
from bayes_trace.errors import CountError
from tests.arms import arms_set
from tests.search import examples

RELATIVE = 1e-10
counts = st.integers(0, 10_000)


def log_ratio(numerator, denominator):
    """Natural logarithm of a ratio of any size."""
    with localcontext() as context:
        context.prec = 40
        return float(Decimal(numerator).ln() - Decimal(denominator).ln())


def same(found, expected):
    """Logs of two ratios that agree to 1e-10 of their value."""
    return found == pytest.approx(expected, rel=0, abs=RELATIVE)


# --- oracles -------------------------------------------------------------------------------


def choose_up_to(n, k):
    """Sum of the binomial coefficients of n over 0 to k."""
    total = term = 1
    for i in range(k):
        term = term * (n - i) // (i + 1)
        total += term
    return total


def tails(k, r):
    """P(theta > 1/2) over P(theta <= 1/2) given the counts, by the binomial identity."""
    above = choose_up_to(k + r + 1, k)
    return above, 2 ** (k + r + 1) - above


def rising(x, n):
    return math.prod((Fraction(x) + i for i in range(n)), start=Fraction(1))


def squeezed(k, r, theory, rival):
    """The weights squeezed onto both halves, as finite sums of moments."""
    above = moments(k, *theory, r)
    below = moments(r, *reversed(rival), k)
    return log_ratio(above.numerator * below.denominator, above.denominator * below.numerator)


def moments(n, a, b, m):
    """E[(1 + X)^n (1 - X)^m] for X of Beta(a, b): sum over j of C(n, j) E[X^j (1 - X)^m]."""
    term = total = Fraction(rising(b, m), rising(a + b, m))
    for j in range(n):
        term *= Fraction(n - j, j + 1) * (a + j) / (a + b + m + j)
        total += term
    return total


def by_quadrature(k, r, bias):
    """Both integrals over theta by panels that get finer towards 0, 1/2 and 1."""
    steps = np.concatenate([[0], np.geomspace(1e-12, 0.25, 700)])
    edges = np.unique(np.concatenate([steps, 0.5 - steps]))
    node, weight = np.polynomial.legendre.leggauss(12)
    half_width = np.diff(edges)[:, None] / 2
    theta = edges[:-1, None] + half_width * (1 + node)
    log_weight = np.log(half_width * weight)

    def total(near, far, power_near, power_far):
        q_near, q_far = near / (near + far), far / (near + far)
        return logsumexp(log_weight + power_near * np.log(q_near) + power_far * np.log(q_far))

    return total(bias * (1 - theta), theta, k, r) - total(bias * theta, 1 - theta, k, r)


# --- Bayes factors -------------------------------------------------------------------------


@examples(40)
@given(counts, counts)
def test_even_weights_are_tails_of_a_beta_distribution(k, r):
    assert same(tally.log_bayes_factor(k, r), log_ratio(*tails(k, r)))


@examples(40)
@given(counts, counts)
def test_the_worst_case_is_a_ratio_of_binomial_coefficients(k, r):
    k, r = max(k, r), min(k, r)
    expected = log_ratio(choose_up_to(k + r + 1, k), (k + r + 1) * comb(k + r, k))
    assert same(tally.log_bayes_factor(k, r, rival="worst_case"), expected)


exponents = st.sampled_from([Fraction(1, 2), Fraction(1, 10), 1, 2, Fraction(7, 2), 10, 40])


@examples(60)
@given(st.integers(0, 60), st.integers(0, 60), *[exponents] * 4)
def test_weights_are_beta_distributions_squeezed_onto_each_half(k, r, a, b, c, d):
    found = tally.log_bayes_factor(k, r, weights=((float(a), float(b)), (float(c), float(d))))
    assert same(found, (squeezed(k, r, (Fraction(a), Fraction(b)), (Fraction(c), Fraction(d)))))


@pytest.mark.parametrize(("k", "r"), [(400, 200), (200, 400)])
def test_weights_hold_for_many_items(k, r):
    half = Fraction(1, 2)
    found = tally.log_bayes_factor(k, r, weights=((0.5, 0.5), (0.5, 2)))
    assert same(found, (squeezed(k, r, (half, half), (half, Fraction(2)))))


@examples(40)
@given(counts, counts, st.floats(0.01, 100))
def test_a_biased_search_stands_inside_the_integrals(k, r, bias):
    assert same(tally.log_bayes_factor(k, r, search_bias=bias), by_quadrature(k, r, bias))


@examples(40)
@given(counts, counts, st.floats(0.01, 100), st.tuples(*[st.floats(0.3, 20)] * 4))
def test_the_theory_is_its_rivals_rival(k, r, bias, exponents):
    a, b, c, d = exponents
    one = tally.log_bayes_factor(k, r, weights=((a, b), (c, d)), search_bias=bias)
    other = tally.log_bayes_factor(r, k, weights=((d, c), (b, a)), search_bias=1 / bias)
    assert same(one, -other)


@examples(40)
@given(st.integers(0, 500), st.integers(0, 500), st.floats(0.1, 10), exponents, exponents)
def test_no_weights_suit_the_rival_better_than_the_worst_case(k, r, bias, a, b):
    weights = ((1, 1), (float(a), float(b)))
    worst = tally.log_bayes_factor(k, r, rival="worst_case", search_bias=bias)
    assert worst <= tally.log_bayes_factor(k, r, weights=weights, search_bias=bias) + RELATIVE


def test_the_worst_case_of_counts_below_one_half_is_at_the_share_observed():
    """theta = 3/12 suits the rival better than 1/2, where DrWrinch keeps her."""
    half = sum(comb(13, i) for i in range(4)) / (13 * comb(12, 3))
    better = (3 / 12) ** 3 * (9 / 12) ** 9 * 2**12
    assert tally.bayes_factor(3, 9, rival="worst_case") == pytest.approx(half / better, rel=RELATIVE)
    assert tally.bayes_factor(6, 6, rival="worst_case") == pytest.approx(4096 / (13 * 924), rel=RELATIVE)


@pytest.mark.parametrize("items", [2, 5, 12, 200])
def test_a_rival_who_is_right_is_misled_by_the_worst_case_rarely(items):
    """Lopez et al. (2026): the mean over counts at a share of 1/2 would be 1, so 20 is reached once in 20."""
    values = [tally.bayes_factor(k, items - k, rival="worst_case") for k in range(items + 1)]
    chance = [comb(items, k) / 2**items for k in range(items + 1)]
    assert np.dot(values, chance) <= 1
    assert sum(p for p, value in zip(chance, values, strict=True) if value >= 20) <= 1 / 20


def test_a_ratio_beyond_floats_is_infinite_and_its_logarithm_is_not():
    assert tally.bayes_factor(10_000, 0) == math.inf
    assert tally.bayes_factor(0, 10_000) == 0
    assert same(tally.log_bayes_factor(10_000, 0), log_ratio(2**10_001 - 1, 1))


@given(st.integers(0, 1000), st.integers(0, 1000), st.floats(0.001, 0.49))
def test_separated_theories_are_two_shares(k, r, g):
    expected = (k - r) * math.log((1 + 2 * g) / (1 - 2 * g))
    if abs(expected) < 700:
        assert tally.separated(k, r, g) == pytest.approx(math.exp(expected), rel=RELATIVE)


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0.001, 0.49), st.floats(0.1, 10))
def test_a_biased_search_tilts_both_shares(k, r, g, bias):
    q1, q0 = (bias * share / (1 + (bias - 1) * share) for share in (0.5 + g, 0.5 - g))
    expected = (q1 / q0) ** k * ((1 - q1) / (1 - q0)) ** r
    assert tally.separated(k, r, g, search_bias=bias) == pytest.approx(expected, rel=1e-9)


# --- published -----------------------------------------------------------------------------


def test_nine_of_twelve():
    """Lopez, Bowers and Gajardo Cooper (2026), the running example [T][C]."""
    assert tally.bayes_factor(9, 3) == pytest.approx(20.67196, abs=5e-6)
    assert tally.bayes_factor(9, 3, rival="worst_case") == pytest.approx(7814 / 2860, rel=RELATIVE)
    assert tally.bayes_factor(7, 5, rival="worst_case") == pytest.approx(0.56, abs=5e-3)
    assert tally.separation(9, 3) == 0.123
    assert tally.search_bias_tipping(9, 3) == pytest.approx(1.0098, abs=5e-5)
    assert tally.recoding(9, 3) == 1
    tilt = tally.prior_tilt(9, 3, 1)
    assert tilt.posterior_odds == pytest.approx(10.14, abs=5e-3)
    assert tilt.bayes_factor == pytest.approx(30.41, abs=5e-3)
    assert tally.prior_tilt_tipping(9, 3) == 1


def test_the_bayes_factor_rises_as_the_prior_tilts():
    """DrWrinch, sens_binomial [T]: 20.67, 30.41, 39.39, 51.01, 67.56 for 0 to 4 earlier items."""
    found = [tally.prior_tilt(9, 3, m).bayes_factor for m in range(5)]
    assert found == pytest.approx([20.67, 30.41, 39.39, 51.01, 67.56], abs=5e-3)


@pytest.mark.parametrize(
    ("k", "r", "even", "worst"), [(18, 3, 2337, 143.3), (16, 4, None, 20.5), (7, 3, 7.827586, None)]
)
def test_weighted_counts(k, r, even, worst):
    """Lopez, Bowers and Gajardo Cooper (2026) [T]: one letter counted tenfold; and DrWrinch's manual."""
    if even:
        assert tally.bayes_factor(k, r) == pytest.approx(even, rel=3e-4)
    if worst:
        assert tally.bayes_factor(k, r, rival="worst_case") == pytest.approx(worst, abs=0.05)


@pytest.mark.parametrize(
    ("k", "r", "worst", "apart", "ends"),
    [
        (12, 0, 630.08, 0.063, 5937.0),
        (14, 3, 21.34, 0.068, 91.6),
        (10, 3, 3.97, 0.106, 14.4),
        (8, 2, 4.00, 0.123, 13.7),
        (9, 3, 2.73, 0.123, 9.5),
        (7, 4, 0.83, 0.231, 2.7),
    ],
)
def test_six_applications(k, r, worst, apart, ends):
    """Lopez, Bowers and Gajardo Cooper (2026), table of applications [T, as tests of DrWrinch print it].

    The first value of the last column is printed as 6219.2 [C≠T]: R's integrate() stops short at the pole.
    """
    ends_weigh_more = ((0.5, 0.5), (0.5, 0.5))
    assert tally.bayes_factor(k, r, rival="worst_case") == pytest.approx(worst, abs=5e-3)
    assert tally.separation(k, r) == apart
    assert tally.bayes_factor(k, r, weights=ends_weigh_more) == pytest.approx(ends, abs=0.05)


def test_other_weights_of_nine_of_twelve():
    """DrWrinch, bf_rescaled [T]: Beta(10, 10) on each half gives 252.92; 4.81 is the most of any worst case."""
    assert tally.bayes_factor(9, 3, weights=((10, 10), (10, 10))) == pytest.approx(252.92, abs=5e-3)
    narrow = ((50_000, 50_000), (1, 1))  # all weight at 3/4, the share observed
    assert tally.bayes_factor(9, 3, weights=narrow, rival="worst_case") == pytest.approx(4.81, abs=5e-3)


def test_a_biased_search_for_separated_theories():
    """DrWrinch, bf_separated_bias [T]: at 1/2 +- .125, 21 with a fair search and 6.4 with one of 3:2."""
    assert tally.separated(9, 3, 0.125) == pytest.approx(21, abs=0.5)
    assert tally.separated(9, 3, 0.125, search_bias=1.5) == pytest.approx(6.4, abs=0.05)


@pytest.mark.parametrize(("moved", "worst", "apart"), [(0, 2.73, 0.123), (1, 1.10, 0.179), (2, 0.56, 0.318)])
def test_recoded_counts_in_the_worst_case(moved, worst, apart):
    """Lopez, Bowers and Gajardo Cooper (2026), the supplement's table of recodings [T]."""
    assert tally.bayes_factor(9 - moved, 3 + moved, rival="worst_case") == pytest.approx(worst, abs=5e-3)
    assert tally.separation(9 - moved, 3 + moved) == apart


# --- tipping points ------------------------------------------------------------------------


@given(st.integers(1, 300), st.integers(0, 300), st.floats(1.01, 1e4))
def test_a_separation_reaches_the_threshold_and_a_smaller_one_does_not(more, r, threshold):
    g = tally.separation(r + more, r, threshold=threshold)
    assert tally.separated(r + more, r, g) >= threshold * (1 - 1e-6)
    if g > 0.001:
        assert tally.separated(r + more, r, g - 0.001) < threshold
    exact = tally.separation(r + more, r, threshold=threshold, decimals=None)
    assert tally.separated(r + more, r, exact) == pytest.approx(threshold, rel=1e-8)


def test_a_round_separation_is_not_rounded_up():
    assert tally.separation(2, 0, threshold=9) == 0.25
    # to three decimals it would be 1/2, which no theory can claim
    assert tally.separation(1, 0, threshold=20_000) == 0.49996


@examples(20)
@given(st.integers(1, 2000), st.integers(0, 2000), st.floats(2, 100))
def test_a_search_bias_brings_the_value_to_the_threshold(k, r, threshold):
    bias = tally.search_bias_tipping(k, r, threshold=threshold)
    assert tally.bayes_factor(k, r, search_bias=bias) == pytest.approx(threshold, rel=1e-8)
    assert (bias > 1) == (tally.bayes_factor(k, r) > threshold)


@examples(30)
@given(
    st.integers(0, 40), st.integers(0, 40), st.floats(1.1, 100), st.sampled_from(["uniform", "worst_case"])
)
def test_the_least_recoding_is_the_first_that_misses(k, r, threshold, rival):
    moved = tally.recoding(k, r, threshold=threshold, rival=rival)
    values = [tally.bayes_factor(k - x, r + x, rival=rival) for x in range(k + 1)]
    assert moved == next(x for x, value in enumerate(values) if value < threshold)


@examples(10)
@given(st.integers(0, 40), st.integers(0, 40), st.floats(1.1, 100))
def test_the_least_tilt_is_the_first_that_misses(k, r, threshold):
    odds = [tally.prior_tilt(k, r, m).posterior_odds for m in range(50)]
    assert all(np.diff(odds) < 0)
    first = next(m for m, value in enumerate(odds) if value < threshold)
    assert tally.prior_tilt_tipping(k, r, threshold=threshold) == first


def test_odds_of_a_tilted_prior_multiply():
    tilt = tally.prior_tilt(9, 3, 4)
    assert tilt.prior_odds == pytest.approx(1 / 31, rel=RELATIVE)
    assert tilt.prior_odds * tilt.bayes_factor == pytest.approx(tilt.posterior_odds, rel=RELATIVE)


# --- an evidence set -----------------------------------------------------------------------


def counted(table, **options):
    evidence = bt.compile_evidence(bt.from_table(table))
    return tally.tally(evidence, "T", against="R", **options).isel(episode=0)


def test_items_are_counted_by_what_they_favour():
    table = {
        "weak": {"T": 0.5, "R": 0.4, "other": 0.9},  # .97 dB
        "strong": {"T": 0.8, "R": 0.1, "other": 0.1},
        "against": {"T": 0.1, "R": 0.3, "other": 0.1},
        "neutral": {"T": 0.3, "R": 0.3, "other": 0.9},
    }
    found = counted(table)
    assert (found.supporting.item(), found.opposing.item(), found.neutral.item()) == (2, 1, 1)
    assert found.bayes_factor.item() == pytest.approx(tally.bayes_factor(2, 1))
    assert found.worst_case.item() == pytest.approx(tally.bayes_factor(2, 1, rival="worst_case"))
    assert found["weight"].item() == pytest.approx(10 * math.log10(0.5 * 0.8 * 0.1 / (0.4 * 0.1 * 0.3)))
    found = counted(table, minimum_db=1)
    assert (found.supporting.item(), found.opposing.item(), found.neutral.item()) == (1, 1, 2)


def test_every_episode_of_a_set_is_counted():
    arms = arms_set()
    evidence = bt.compile_evidence(arms)
    names = {"of": "loyalty_coercion", "against": "quid_pro_quo"}
    found = tally.tally(evidence, **names, coder="reader_b")
    weights = bt.weight_of_evidence(evidence, **names, coder="reader_b")
    for episode in evidence["episode"].values:
        here = weights[weights["link_episode"] == episode].values
        row = found.sel(episode=episode)
        counts = (row.supporting.item(), row.opposing.item(), row.neutral.item())
        assert counts == ((here > 0).sum(), (here < 0).sum(), (here == 0).sum())
        assert row["weight"].item() == pytest.approx(here.sum())
    assert found.attrs == {**names, "minimum_db": 0.0}


# --- faults --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tally.bayes_factor(-1, 3), "k = -1: expected a whole number of items, 0 or more"),
        (lambda: tally.bayes_factor(9, 2.5), "r = 2.5: expected a whole number of items"),
        (lambda: tally.bayes_factor(math.nan, 3), "k = nan: expected a whole number"),
        (lambda: tally.bayes_factor(math.inf, 3), "k = inf: expected a whole number"),
        (lambda: tally.bayes_factor("9", 3), "k = '9': expected a whole number"),
        (lambda: tally.bayes_factor(True, 3), "k = True: expected a whole number"),
        (
            lambda: tally.bayes_factor(9, 3, rival="best"),
            "rival = 'best': expected one of uniform, worst_case",
        ),
        (lambda: tally.bayes_factor(9, 3, search_bias=0), "search_bias = 0: expected a number above 0"),
        (lambda: tally.bayes_factor(9, 3, weights=(1, 1)), r"weights = \(1, 1\): expected two pairs"),
        (
            lambda: tally.bayes_factor(9, 3, weights=((1, 1), (0, 1))),
            r"weights\[1\]\[0\] = 0: expected a number above 0",
        ),
        (lambda: tally.separated(9, 3, 0.5), "g = 0.5: expected a distance from one half below 1/2"),
        (lambda: tally.separated(9, 3, 0), "g = 0: expected a number above 0"),
        (lambda: tally.separation(9, 3, threshold=1), "threshold = 1: expected a number above 1"),
        (lambda: tally.separation(3, 9), "k = 3, r = 9: no separation .* expected k > r"),
        (lambda: tally.separation(2, 1, threshold=1e300), "no separation below 1/2 reaches it"),
        (lambda: tally.recoding(9, 3, threshold=math.nan), "threshold = nan: expected a number above 1"),
        (lambda: tally.prior_tilt(9, 3, -2), "m = -2: expected a whole number"),
        (lambda: tally.prior_tilt_tipping(9, 3, threshold=0.5), "threshold = 0.5: expected a number above 1"),
        (lambda: tally.search_bias_tipping(0, 3), "k = 0, r = 3: no bias of the search brings"),
    ],
)
def test_what_makes_no_sense_is_named(call, message):
    with pytest.raises(CountError, match=message):
        call()


def test_counts_may_be_of_any_whole_kind():
    assert tally.bayes_factor(np.int64(9), 3.0) == tally.bayes_factor(9, 3)
