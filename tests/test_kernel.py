"""The arithmetic of a link against plain probabilities, and at its edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayes_trace.likelihood.kernel import (
    NUMPY,
    absent,
    agree,
    attest,
    joined,
    kappa,
    read,
    report,
    two_piece,
)

CHANCE = st.integers(1, 63).map(lambda n: n / 64)


def logit(p):
    return np.array([math.log(p / (1 - p))])


def near(expected):
    return pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(CHANCE, CHANCE, CHANCE)
def test_a_report_is_a_hit_or_a_false_report(p, r, f):
    got = report(NUMPY, logit(p), logit(r), logit(f))
    assert np.exp(got).item() == near(r * p + f * (1 - p))


@given(CHANCE, CHANCE)
def test_absence_is_what_a_search_misses(q, d):
    assert np.exp(absent(NUMPY, np.log(q), logit(d))).item() == near(1 - d * q)


@given(CHANCE, CHANCE, CHANCE)
def test_an_event_is_summed_over_both_its_states(p, if_true, if_false):
    got = attest(NUMPY, logit(p), np.log(if_true), np.log(if_false))
    assert np.exp(got).item() == near(p * if_true + (1 - p) * if_false)


@given(CHANCE, CHANCE, st.integers(-63, 63).map(lambda n: n / 64))
def test_reports_agree_by_a_mixture_of_apart_and_together(product, rho, common):
    got = agree(NUMPY, np.log(product), np.asarray(common), np.asarray(rho))
    assert np.exp(got).item() == near((1 - rho) * product + rho * max(0, common))


def test_reports_that_are_one_report():
    """At correlation 1 only what they have in common is left; at 0 only their product."""
    assert np.exp(agree(NUMPY, np.log(0.2), np.asarray(0.3), np.asarray(1.0))).item() == near(0.3)
    assert np.exp(agree(NUMPY, np.log(0.2), np.asarray(0.3), np.asarray(0.0))).item() == near(0.2)


def test_readings_are_averaged_along_their_axis():
    q, weight = np.array([[0.2, 0.6, 0.4], [0.5, 0.1, 0.9]]), np.array([0.5, 0.3, 0.2])
    np.testing.assert_allclose(np.exp(read(NUMPY, np.log(q), np.log(weight), -1)), q @ weight, rtol=1e-14)
    across = read(NUMPY, np.log(q.T), np.log(weight)[:, None], 0)
    np.testing.assert_allclose(np.exp(across), q @ weight, rtol=1e-14)


def test_an_elicited_number_has_two_sides():
    """Below its middle it moves by the lower spread, above by the upper one, in its middle not at all."""
    z = np.array([-2.0, -0.5, 0.0, 0.5, 3.0])
    np.testing.assert_allclose(two_piece(NUMPY, 1.0, 0.1, 0.4, z), [0.8, 0.95, 1.0, 1.2, 2.2], rtol=1e-14)


def test_differences_to_one_reference_correlate_by_one_half():
    """(z1 + z0) / sqrt 2 and (z2 + z0) / sqrt 2 have variance 1 and covariance 1/2, as the weights of z0 say."""
    unit = np.eye(3)  # z0, z1, z2
    first, second = joined(unit[1], unit[0]), joined(unit[2], unit[0])
    assert first @ first == near(1.0)
    assert first @ second == near(0.5)


@given(st.integers(1, 20), CHANCE)
def test_members_of_a_cluster_weigh_by_the_design_effect(size, rho):
    """Kish (1965), section 5.4: n members count as n / (1 + (n - 1) rho)."""
    assert size * kappa(size, rho) == near(size / (1 + (size - 1) * rho))


# --- NumPy's side, at the edges -------------------------------------------------------------------


def test_logarithms_of_chances_in_both_tails():
    """Quietly: a warning is an error here."""
    x = np.array([-math.inf, -1000.0, -40.0, 0.0, 40.0, 1000.0, math.inf])
    kept = x.copy()
    got = NUMPY.log_expit(x)
    # what no float holds is minus infinity
    expected = [-math.inf, -math.inf, -40 - math.exp(-40), -math.log(2), -math.exp(-40), 0.0, 0.0]
    np.testing.assert_allclose(got, expected, rtol=1e-14, atol=0)
    np.testing.assert_array_equal(x, kept)


def test_the_logarithm_of_the_rest():
    """log(1 - exp x): minus infinity at 0 and where rounding has passed it."""
    np.testing.assert_allclose(
        NUMPY.log1mexp(np.array([-math.inf, -20.0, math.log(0.25), 0.0, 1e-12])),
        [0.0, math.log1p(-math.exp(-20)), math.log(0.75), -math.inf, -math.inf],
        atol=1e-15,
    )


def test_sums_of_logarithms_along_an_axis():
    x = np.array([[-1000.0, -1001.0, -math.inf], [-math.inf, -math.inf, -math.inf], [3.0, 2.0, 1.0]])
    expected = [-1000 + math.log1p(math.exp(-1)), -math.inf, math.log(math.exp(3) + math.exp(2) + math.e)]
    np.testing.assert_allclose(NUMPY.log_sum(x, 1), expected, rtol=1e-14)
    np.testing.assert_allclose(NUMPY.log_sum(x.T, 0), expected, rtol=1e-14)
    # large numbers do not overflow
    np.testing.assert_allclose(
        NUMPY.log_sum(np.array([[1000.0, 1000.0]]), -1), 1000 + math.log(2), rtol=1e-14
    )


def test_the_logarithm_of_nothing():
    assert NUMPY.log(np.array([0.0, 1.0])).tolist() == [-math.inf, 0.0]
