"""Propagated draws against draws from the definitions."""

from __future__ import annotations

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.propagation import propagate
from tests.build import HYPOTHESES, item, make, make_set
from tests.synthetic import DB, JOINT, PACKAGE_A, PACKAGE_B, PRIOR, Z_90, features, table

N = 20_000


@pytest.fixture(scope="module")
def evidence():
    return bt.compile_evidence(features())


@pytest.fixture(scope="module")
def draws(evidence):
    return propagate(evidence, draws=N, seed=1)


def close(draws, episode, log_joint):
    """Mean and 5, 50 and 95 % points agree."""
    ours = draws.posterior.probability.sel(episode=episode).isel(chain=0).transpose("draw", "hypothesis")
    p = np.exp(log_joint) * PRIOR
    p = p / p.sum(axis=-1, keepdims=True)
    assert ours.values.mean(axis=0) == pytest.approx(p.mean(axis=0), abs=0.006)
    levels = [0.05, 0.5, 0.95]
    assert np.quantile(ours.values, levels, axis=0) == pytest.approx(np.quantile(p, levels, axis=0), abs=0.02)


@pytest.mark.parametrize("episode", JOINT)
def test_draws_are_pushed_through_the_definition(draws, episode):
    close(draws, episode, JOINT[episode](np.random.default_rng(1)))


def test_a_fixed_cluster_discounts_by_its_effective_number():
    """Spreads at best values are ln(.7 / .3) and ln(.6 / .4), so that 1.48 members count at correlation .5."""
    rows = [item("i", PACKAGE_A, cluster="k"), item("j", PACKAGE_B, cluster="k")]
    es = make_set({"e": rows}, clusters=[{"id": "k", "correlation": 0.5}])
    drawn = propagate(bt.compile_evidence(es), draws=N, seed=1)
    kappa = 1 / (1 + 0.5 * np.log(0.6 / 0.4) / np.log(0.7 / 0.3))
    rng = np.random.default_rng(1)
    close(drawn, "e", kappa * (np.log(table(PACKAGE_A, rng)) + np.log(table(PACKAGE_B, rng))))


def test_even_ratios_are_one_normal_per_hypothesis(draws):
    """Ten ratios of 0 dB from -6 to 6: a sum of ten normals."""
    p = draws.posterior.probability.sel(episode="ratios_wide").isel(chain=0)
    log_odds = np.log(p.sel(hypothesis="B") / p.sel(hypothesis="A"))
    assert float(log_odds.std()) == pytest.approx(np.sqrt(10) * 6 / Z_90 * DB, rel=0.03)


def test_uncertain_priors_are_drawn():
    """Dirichlet(5 / 2, 5 / 2) about even priors, and an item that says nothing: sd 1 / sqrt(4 * 6)."""
    evidence = bt.compile_evidence(make([item("i", {"A": 0.5, "B": 0.5})]))
    p = propagate(evidence, draws=N, seed=1, concentration=5.0).posterior.probability
    assert p.std("draw").values.ravel() == pytest.approx([24**-0.5] * 2, rel=0.03)


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
