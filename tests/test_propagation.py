"""Propagated draws against brute force, and against the time that drawing takes."""

from __future__ import annotations

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.propagation import propagate
from tests.test_agreement import RATIO_1, READ_1, READ_2, build, table
from tests.test_agreement_sets import HYPOTHESES, draw_probability

PRIOR = np.array([0.5, 0.3, 0.2])
N = 100_000


@pytest.fixture(scope="module")
def evidence():
    return bt.compile_evidence(build())


@pytest.fixture(scope="module")
def draws(evidence):
    return propagate(evidence, draws=N, seed=1)


def normalised(log_joint):
    p = np.exp(log_joint) * PRIOR
    return p / p.sum(axis=-1, keepdims=True)


def close(draws, episode, p):
    ours = (
        draws.posterior.probability.sel(episode=episode).isel(chain=0).transpose("draw", "hypothesis").values
    )
    assert ours.mean(axis=0) == pytest.approx(p.mean(axis=0), abs=0.005)
    levels = [0.05, 0.5, 0.95]
    assert np.quantile(ours, levels, axis=0) == pytest.approx(np.quantile(p, levels, axis=0), abs=0.012)


def items(evidence, episode, rng):
    """Probabilities of the items of an episode, drawn from what was stated: (item, draw, hypothesis)."""
    from tests.test_agreement_sets import expit

    links = evidence.isel(coder=0, option=0, link=np.flatnonzero(evidence.link_episode.values == episode))
    z = rng.standard_normal((links.sizes["link"], 400_000, 3))
    spread = np.where(z < 0, links.spread_low.values[:, None], links.spread_high.values[:, None])
    return expit(links.location.values[:, None] + spread * z), links.kappa.values


def test_probabilities_with_a_fixed_cluster(evidence, draws):
    p, kappa = items(evidence, "random0", np.random.default_rng(1))
    close(draws, "random0", normalised((kappa[:, None, None] * np.log(p)).sum(axis=0)))


def test_reports_share_their_source(draws):
    from tests.test_agreement import PACKAGE_A, PACKAGE_B, SOURCE

    rng = np.random.default_rng(1)
    hit, false = (draw_probability(SOURCE[name], rng.standard_normal(400_000))[:, None] for name in SOURCE)
    p, q = table(PACKAGE_A, rng), table(PACKAGE_B, rng)
    joint = np.log(hit * p + false * (1 - p)) + np.log(hit * q + false * (1 - q)) + np.log([0.6, 0.3, 0.2])
    close(draws, "reliability", normalised(joint))


def test_an_implication_is_shared(draws):
    from tests.test_agreement import PACKAGE_A

    close(draws, "implication", normalised(3 * np.log(table(PACKAGE_A, np.random.default_rng(2)))))


def test_an_uncertain_correlation_weighs_both(draws):
    from tests.test_agreement import PACKAGE_B, RHO

    rng = np.random.default_rng(3)
    kappa = 1 / (1 + draw_probability(RHO, rng.standard_normal(400_000)))[:, None]
    joint = kappa * (np.log([0.6, 0.3, 0.2]) + np.log(table(PACKAGE_B, rng)))
    close(draws, "correlation_only", normalised(joint))


def test_readings_are_summed_out_together(draws):
    from tests.test_agreement import PACKAGE_B

    rng = np.random.default_rng(4)
    joint = 0.0
    for option, weight in (("plain", 0.7), ("ironic", 0.3)):
        both = table(READ_1[option], rng) * table(READ_2[option], rng)
        joint = joint + weight * both / (both * PRIOR).sum(axis=-1, keepdims=True)
    close(draws, "readings", normalised(np.log(joint) + np.log(table(PACKAGE_B, rng))))


def test_absence_is_turned(draws):
    from tests.test_agreement import PACKAGE_A, PACKAGE_B

    rng = np.random.default_rng(5)
    d = draw_probability((0.3, 0.6, 0.9), rng.standard_normal(400_000))[:, None]
    close(draws, "absence", normalised(np.log(1 - d * table(PACKAGE_A, rng)) + np.log(table(PACKAGE_B, rng))))


def test_even_ratios_are_one_normal_per_hypothesis(draws):
    p = draws.posterior.probability.sel(episode="ratios_wide").isel(chain=0)
    log_odds = np.log(p.sel(hypothesis="B") / p.sel(hypothesis="A"))
    assert float(log_odds.std()) == pytest.approx(np.sqrt(10) * 6 / 1.6449 * np.log(10) / 10, rel=0.02)


def test_uneven_ratios(draws):
    from tests.test_agreement import RATIO_2, ratio_draws

    rng = np.random.default_rng(6)
    close(draws, "ratios", normalised(ratio_draws(RATIO_1, rng) + ratio_draws(RATIO_2, rng)))


def test_uncertain_priors_are_drawn(evidence):
    uncertain = evidence.assign(prior_concentration=("episode", np.full(evidence.sizes["episode"], 5.0)))
    p = propagate(uncertain, draws=20_000, seed=1).posterior.probability.sel(episode="correlation_scaled")
    assert float(p.std("draw").max()) > 0.1


def test_what_comes_back(evidence, draws):
    assert draws.attrs["kind"] == "propagated"
    assert list(draws.posterior.data_vars) == ["probability"]
    assert draws.posterior.probability.dims == ("chain", "draw", "episode", "hypothesis")
    assert draws.posterior.hypothesis.values.tolist() == list(HYPOTHESES)
    again = propagate(evidence, draws=500, seed=3)
    assert again.posterior.equals(propagate(evidence, draws=500, seed=3).posterior)
    assert np.allclose(draws.posterior.probability.sum("hypothesis"), 1)


def test_wrong_calls_are_named(evidence):
    with pytest.raises(BayesTraceError, match="draws=0; expected at least 1"):
        propagate(evidence, draws=0)
    with pytest.raises(UnknownNameError, match="no coder named 'two'"):
        propagate(evidence, coder="two")
