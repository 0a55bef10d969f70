"""Comparative and success models against importance sampling and a known slope."""

from __future__ import annotations

import arviz_stats as azs
import numpy as np
import pytest
from scipy.special import softmax

import bayes_trace as bt
from bayes_trace.errors import SamplingStoppedError
from bayes_trace.evidence.values import MADE
from bayes_trace.likelihood import drop_entries
from bayes_trace.models import comparative_model, success_model
from bayes_trace.sampling import chains as chains_module
from bayes_trace.sampling import for_loo, sample
from bayes_trace.sampling.chains import run_chains
from bayes_trace.summary import summarise_coefficients
from tests.build import HYPOTHESES, item, make_set
from tests.known_slope import SLOPE, fitted_slopes
from tests.synthetic import expit

pytestmark = pytest.mark.deep

PRIOR = np.array([0.5, 0.3, 0.2])
CASES = {f"case{c}": [f"e{c}{k}" for k in range(3)] for c in range(4)}
N = 300_000


def comparative_set():
    """Twelve grants in four cases; the first hypothesis is likelier where the condition holds."""
    rng = np.random.default_rng(8)
    episodes, details = {}, {}
    for names in CASES.values():
        for k, name in enumerate(names):
            holds = (k + len(episodes)) % 2
            tilt = np.array([0.75, 0.3, 0.3] if holds else [0.3, 0.6, 0.4])
            rows = []
            for n in range(3):
                best = np.clip(tilt + rng.uniform(-0.15, 0.15, 3), 0.05, 0.9)
                rows.append(
                    item(
                        f"{name}-{n}",
                        {h: (b * 0.6, b, (1 + b) / 2) for h, b in zip(HYPOTHESES, best, strict=True)},
                    )
                )
            rows.append(item(f"{name}-said", {"A": 0.9, "B": 0.1, "C": 0.1}, restates=["outcome"]))
            episodes[name] = rows
            details[name] = {
                "granted": "yes",
                "conditions": {"holds": float(holds)},
                "administration": f"a{k}",
            }
    return make_set(episodes, cases=CASES, details=details, conditions={"holds": "0 or 1"})


@pytest.fixture(scope="module")
def evidence():
    return bt.compile_evidence(comparative_set())


@pytest.fixture(scope="module")
def model(evidence):
    return comparative_model(evidence, conditions=["holds"])


@pytest.fixture(scope="module")
def draws(model):
    return sample(model, seed=1)


def centred(z, *axes):
    for axis in axes:
        z = z - z.mean(axis=axis, keepdims=True)
    return z


def test_the_comparative_model_agrees_with_importance_sampling(evidence, model, draws):
    """Ranges are integrated out by the exact update: sum over h of share_jh P_jh / prior_jh."""
    kept = drop_entries(evidence, evidence.entry_restates.values != "")
    exact = bt.update(kept, point="mean").probability.values
    rng = np.random.default_rng(2)
    x = np.array([float(t) for t in evidence.condition_text.values[:, 0]])
    x = (x - x.mean()) / x.std()
    coefficient = centred(rng.standard_normal((N, 3)), 1)
    eta = centred(rng.standard_normal((N, 3)), 1)[:, None] + x[:, None] * coefficient[:, None]
    for name in ("case", "administration"):
        levels, at = np.unique(evidence[name].values, return_inverse=True)
        sd = 0.5 * np.abs(rng.standard_normal(N))
        eta += sd[:, None, None] * centred(rng.standard_normal((N, levels.size, 3)), 1, 2)[:, at]
    share = softmax(eta + model["offset"].get_value(), axis=-1)
    assert share.mean(axis=0) == pytest.approx(np.tile(PRIOR, (12, 1)), abs=0.01)
    marginal = (share * exact / PRIOR).sum(axis=-1)
    weight = np.exp(np.log(marginal).sum(axis=1))
    weight /= weight.sum()
    size = 1 / (weight**2).sum()
    expected = weight @ coefficient
    sd = np.sqrt(weight @ (coefficient - expected) ** 2)
    ours = draws.posterior.coefficient.sel(column="holds")
    assert np.all(np.abs(ours.mean(("chain", "draw")).values - expected) < 5 * sd / np.sqrt(min(size, 2000)))
    each = np.einsum("d,dj,djh->jh", weight, 1 / marginal, share * exact / PRIOR)
    assert draws.posterior.probability.mean(("chain", "draw")).values == pytest.approx(each, abs=0.015)


def test_restating_items_are_left_out_and_listed(draws):
    assert "e00-said" in draws.attrs["left_out"].split()
    assert not draws.constant_data.link.str.contains("said").any()


def test_coefficients_stand_beside_their_prior(draws):
    table = summarise_coefficients(draws).set_index(["quantity", "hypothesis"])
    row = table.loc[("coefficient", "A")]
    assert row["mean"] > 0
    assert 0 < row["contraction"] < 1
    assert abs(row["half_scale"]) < abs(row["twice_scale"])
    assert table.loc[("effect", "A"), "prior_mean"] == pytest.approx(0, abs=0.05)


def test_loo_of_the_comparative_model(draws):
    elpd = azs.loo(for_loo(draws))
    assert azs.loo(draws).elpd == elpd.elpd  # ArviZ takes the tree as it is
    assert elpd.n_data_points == 12
    assert np.isfinite(elpd.elpd)


def test_an_interrupt_at_another_prior_scale_keeps_the_draws(model, monkeypatch):
    runs = []

    def stopped(model, plan):
        if runs:
            raise SamplingStoppedError
        runs.append(run_chains(model, plan))
        return runs[0]

    monkeypatch.setattr(chains_module, "run_chains", stopped)
    kept = sample(model, draws=1000, seed=1)
    assert kept.attrs["interrupted"] == 1
    assert "rescaled" not in kept
    table = summarise_coefficients(kept)
    assert table["flag"].str.contains("interrupted").all()
    assert "half_scale" not in table


def test_the_success_model_recovers_a_known_slope():
    slopes = list(fitted_slopes(40))
    low, high = np.quantile(slopes, [0.05, 0.95], axis=1)
    # of 40 intervals that cover with probability .9, fewer than 31 do so once in a hundred
    assert ((low < SLOPE) & (high > SLOPE)).sum() >= 31
    assert np.mean(slopes) == pytest.approx(SLOPE, abs=0.25)


#: P(item | attempt made), P(item | not made); eight episodes have three such items each
SPOKEN = ((0.7, 0.15), (0.4, 0.5), (0.3, 0.7))
GRANTED = np.array([0, 0, 1, 0, 1, 1, 0, 1])


def spoken(j):
    """Likelihoods of the items of episode j, so that some episodes speak for an attempt and some against."""
    return np.array([SPOKEN[n] for n in (j % 3, (j + 1) % 3, j % 2 * 2)])


def tried_set():
    names = [f"e{j}" for j in range(GRANTED.size)]
    details = {
        name: {"granted": "yes" if y else "no", "conditions": {"record": float(j)}}
        for j, (name, y) in enumerate(zip(names, GRANTED, strict=True))
    }
    rows = {
        name: [
            item(f"{name}-{k}", dict(zip(MADE, row.tolist(), strict=True)), coding={"about": "attempt"})
            for k, row in enumerate(spoken(j))
        ]
        for j, name in enumerate(names)
    }
    return make_set(
        rows,
        details=details,
        conditions={"record": "a number"},
    )


def success_oracle(draws, rng):
    """Weights of draws from the prior, with the slope, the attempts and P(made) of every episode."""
    level, base, attempts = 1.5 * rng.standard_normal((3, draws, 1))
    slope = rng.standard_normal((draws, 1))
    x = np.arange(GRANTED.size)
    x = (x - x.mean()) / x.std()
    if_made, if_not = np.array([spoken(j).prod(axis=0) for j in range(GRANTED.size)]).T
    sign = 2 * GRANTED - 1
    made = expit(attempts) * if_made * expit(sign * (level + slope * x))
    silent = expit(-attempts) * if_not * expit(sign * base)
    # scaled so that the product over episodes does not vanish
    weight = ((made + silent) / (if_made + if_not)).prod(axis=1)
    columns = np.hstack([slope, expit(attempts), made / (made + silent)])
    return weight / weight.sum(), columns


def test_the_success_model_agrees_with_importance_sampling():
    weight, columns = success_oracle(400_000, np.random.default_rng(0))
    expected = weight @ columns
    error = np.sqrt((weight[:, None] ** 2 * (columns - expected) ** 2).sum(axis=0))
    model = success_model(bt.compile_evidence(tried_set()), conditions=["record"])
    draws = sample(model, draws=2000, seed=1).posterior
    ours = [draws.slope.sel(column="record"), draws.attempts]
    ours += [draws.probability.sel(episode=f"e{j}", hypothesis="made") for j in range(GRANTED.size)]
    means = np.array([float(one.mean()) for one in ours])
    mcse = np.array([float(azs.mcse(one.values)) for one in ours])
    tolerance = np.maximum.reduce([4 * mcse, 4 * error, np.full(len(ours), 0.01)])
    assert np.all(tolerance < 0.06)
    assert np.all(np.abs(means - expected) < tolerance), (means, expected, tolerance)
    # the episodes speak for an attempt and against it
    assert np.ptp(expected[2:]) > 0.2
