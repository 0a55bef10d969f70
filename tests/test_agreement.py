"""One sampled model of many episodes against the exact update, quadrature and importance sampling."""

from __future__ import annotations

import arviz_stats as azs
import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.models import elicitation_model
from bayes_trace.propagation import propagate
from bayes_trace.sampling import sample
from tests.build import HYPOTHESES
from tests.synthetic import (
    JOINT,
    PACKAGE_A,
    PRIOR,
    RATIO_1,
    RHO,
    correlation,
    expit,
    features,
    logit,
    ratio_draws,
    table,
    two_piece,
    weighted,
)

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def evidence():
    return bt.compile_evidence(features())


@pytest.fixture(scope="module")
def draws(evidence):
    return sample(elicitation_model(evidence), draws=2000, seed=1)


def agree(draws, episode, expected, error=0.0):
    p = draws.posterior.probability.sel(episode=episode)
    mcse = [float(azs.mcse(p.sel(hypothesis=h).values)) for h in HYPOTHESES]
    tolerance = np.maximum(4 * np.hypot(mcse, error), 0.005)
    assert np.all(np.abs(p.mean(("chain", "draw")).values - expected) < tolerance)


@pytest.mark.parametrize("number", range(6))
def test_random_sets_agree_with_the_exact_update(evidence, draws, number):
    exact = bt.update(only(evidence, f"random{number}"), point="mean")
    agree(draws, f"random{number}", exact.probability.values[0])


def only(evidence, episode):
    from bayes_trace.models.elicitation import select_episodes

    return select_episodes(evidence, [episode], "episode")


def test_absence_with_uncertain_detection_agrees_with_the_exact_update(evidence, draws):
    agree(draws, "absence", bt.update(only(evidence, "absence"), point="mean").probability.values[0])


@pytest.mark.parametrize("episode", ["reliability", "implication", "readings", "event"])
def test_what_is_shared_is_integrated_out_with_all_that_shares_it(draws, episode):
    """Rates of a source, the likelihood of an implication, a fact, an event: all items of it together."""
    joint = JOINT[episode](np.random.default_rng(1))
    expected, error = weighted(joint, None, np.log(PRIOR), None)
    agree(draws, episode, expected, error)


def test_items_of_one_implication_do_not_count_apart(draws):
    apart = np.exp(3 * np.log(table(PACKAGE_A, np.random.default_rng(2)).mean(axis=0))) * PRIOR
    ours = draws.posterior.probability.sel(episode="implication").mean(("chain", "draw")).values
    assert np.abs(apart / apart.sum() - ours).max() > 0.05


def test_an_uncertain_correlation_stands_at_its_best_value_and_the_draws_say_so(draws):
    joint = correlation(np.random.default_rng(3), RHO[1])
    agree(draws, "correlation", *weighted(joint, None, np.log(PRIOR), None))
    assert draws.attrs["correlations"] == "at best values"
    assert "correlation" not in draws.posterior


EVEN = np.log(np.full(3, 1 / 3))


def test_ratios_are_taken_over_their_even_mean(draws):
    b = JOINT["ratios"](np.random.default_rng(5))
    agree(draws, "ratios", *weighted(b, b, np.log(PRIOR), EVEN))


def test_ratios_alone_at_even_priors_are_propagated(evidence, draws):
    propagated = propagate(only(evidence, "ratios_even"), draws=20_000, seed=1)
    mean = propagated.posterior.probability.mean(("chain", "draw")).values[0]
    agree(draws, "ratios_even", mean, 0.002)


def test_ratios_and_probabilities_in_one_episode(draws):
    rng = np.random.default_rng(6)
    b = ratio_draws(RATIO_1, rng)
    agree(draws, "ratios_mixed", *weighted(b + np.log(table(PACKAGE_A, rng)), b, np.log(PRIOR), EVEN))


def test_wide_ratios_leave_equal_priors_equal_and_with_even_ranges_the_reference_is_a_name(draws):
    agree(draws, "ratios_wide", np.full(3, 1 / 3), 0.005)
    p = draws.posterior.probability.mean(("chain", "draw"))
    assert p.sel(episode="reference_a").values == pytest.approx(p.sel(episode="reference_b").values, abs=0.01)


def test_quadrature_of_one_item():
    """The mean of a two-piece logit-normal, by a fine grid."""
    z = np.linspace(-8, 8, 200_001)
    density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
    means = [(expit(two_piece(*(logit(v) for v in PACKAGE_A[h]), z)) * density).sum() for h in HYPOTHESES]
    drawn = table(PACKAGE_A, np.random.default_rng(7)).mean(axis=0)
    assert drawn == pytest.approx(means, abs=0.002)
