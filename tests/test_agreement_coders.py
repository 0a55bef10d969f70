"""Coders: leans and noise are recovered; the posterior of a pair agrees with a brute-force oracle."""

from __future__ import annotations

import arviz_stats as azs
import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.models import elicitation_model
from bayes_trace.sampling import sample
from tests.build import HYPOTHESES, make_set, ranged
from tests.synthetic import Z_90, expit, logit

pytestmark = pytest.mark.deep

NAMES = ("h0", "h1", "h2", "h3")
HALF = 0.5


def coded_set(noise, leans, levels, *, items=80, seed=3, mixed=False):
    """Codings in dB around a common value, small enough that a logit is as good as a logarithm."""
    rng = np.random.default_rng(seed)
    coders = [f"c{c}" for c in range(len(noise))]
    rows = []
    for n in range(items):
        x = rng.uniform(-34, -26, len(NAMES))
        codings = []
        for c, coder in enumerate(coders):
            stated = x + levels[c] + np.asarray(leans[c]) + noise[c] * rng.standard_normal(len(NAMES))
            if mixed and c == 1:
                values = {
                    h: 0.0 if h == NAMES[0] else around(stated[k] - stated[0]) for k, h in enumerate(NAMES)
                }
                codings.append({"coder": coder, "unit": "ratio_db", "reference": NAMES[0], "values": values})
            else:
                values = {h: around(v) for h, v in zip(NAMES, stated, strict=True)}
                codings.append({"coder": coder, "unit": "db", "values": values})
        rows.append({"id": f"i{n}", "paraphrase": f"what i{n} says", "codings": codings})
    return make_set({"e": rows}, hypotheses=NAMES, priors=(0.25,) * 4, coders=coders)


def around(value):
    return {"low": value - HALF, "best": value, "high": value + HALF}


def test_two_coders_the_difference_of_leans_and_the_common_noise_are_recovered():
    leans = np.array([[1.5, -0.5, -0.5, -0.5], [-1.5, 0.5, 0.5, 0.5]])
    ev = bt.compile_evidence(coded_set((1.5, 1.5), leans, (1.0, -1.0)))
    draws = sample(elicitation_model(ev), seed=1).posterior
    difference = draws.coder_lean.sel(coder="c0") - draws.coder_lean.sel(coder="c1")
    expected = leans[0] - leans[1]
    sd = difference.std(("chain", "draw")).values
    assert np.all(np.abs(difference.mean(("chain", "draw")).values - expected) < 3 * sd)
    assert np.all(sd < 0.4)
    assert float(draws.coder_noise.mean()) == pytest.approx(1.5, abs=0.25)
    level = draws.coder_level.sel(coder="c0") - draws.coder_level.sel(coder="c1")
    assert float(level.mean()) == pytest.approx(2.0, abs=0.5)


def test_three_coders_of_different_forms_the_noise_of_each_is_recovered():
    leans = ((1, -1, 0, 0), (-1, 0, 1, 0), (0, 1, -1, 0))
    noise = (0.7, 1.5, 3.0)
    ev = bt.compile_evidence(coded_set(noise, leans, (0, 0, 0), mixed=True))
    draws = sample(elicitation_model(ev), seed=1)
    assert draws.posterior.coder_noise.mean(("chain", "draw")).values == pytest.approx(noise, rel=0.3)
    # one coder gave ratios: the items are ratios for all, and there is no level
    assert "coder_level" not in draws.posterior
    assert "ratios" in draws.attrs["no_data_model"]


#: item -> coder -> (low, best, high) of every hypothesis; the last item has one coding only
PAIR = {
    "i0": {
        "one": ((0.5, 0.7, 0.9), (0.1, 0.3, 0.5), (0.2, 0.4, 0.7)),
        "two": ((0.3, 0.5, 0.6), (0.3, 0.45, 0.7), (0.4, 0.6, 0.7)),
    },
    "i1": {
        "one": ((0.6, 0.8, 0.9), (0.2, 0.4, 0.6), (0.3, 0.5, 0.6)),
        "two": ((0.7, 0.85, 0.9), (0.1, 0.2, 0.5), (0.5, 0.7, 0.8)),
    },
    "i2": {"one": ((0.1, 0.3, 0.6), (0.4, 0.6, 0.7), (0.3, 0.5, 0.8))},
}
PAIR_PRIOR = (0.5, 0.3, 0.2)
LEAN_SD, LEVEL_SD, NOISE_SD, FINEST = (np.log(10) / 10 * db for db in (2.0, 5.0, 2.0, 0.1))
DRAWS = 20_000


def pair_set():
    rows = [
        {
            "id": name,
            "paraphrase": f"what {name} says",
            "codings": [
                {"coder": c, "values": ranged(dict(zip(HYPOTHESES, said, strict=True)))}
                for c, said in by_coder.items()
            ],
        }
        for name, by_coder in PAIR.items()
    ]
    return make_set({"e": rows}, priors=PAIR_PRIOR, coders=("one", "two"))


def pair_prior(rng):
    """Noise of the pair, and level plus lean (draw, coder, hypothesis), in log-odds."""
    noise = NOISE_SD * np.abs(rng.standard_normal(DRAWS))
    lean = LEAN_SD * rng.standard_normal((DRAWS, 2, 3))
    lean -= lean.mean(axis=1, keepdims=True)
    lean -= lean.mean(axis=2, keepdims=True)
    level = LEVEL_SD * rng.standard_normal((DRAWS, 2, 1))
    return noise, lean + level - level.mean(axis=1, keepdims=True)


def integrate_value(said, noise, bias):
    """Integral over a common log-odds with a flat prior of what is said of it; likewise times its P."""
    grid = np.linspace(-14, 14, 701)
    density = np.ones((DRAWS, grid.size))
    for c, (low, best, high) in said.items():
        sd = np.sqrt(((logit(high) - logit(low)) / (2 * Z_90)) ** 2 + noise**2 + FINEST**2)[:, None]
        density *= np.exp(-0.5 * ((logit(best) - grid - bias[:, c, None]) / sd) ** 2) / sd
    step = grid[1] - grid[0]
    return density.sum(axis=1) * step, density @ expit(grid) * step


def pair_oracle():
    """P(hypothesis | evidence) and mean noise in dB of the pair, each with its error."""
    noise, bias = pair_prior(np.random.default_rng(0))
    joint = np.tile(PAIR_PRIOR, (DRAWS, 1))
    for by_coder in PAIR.values():
        parts = [
            integrate_value(
                {("one", "two").index(c): v[h] for c, v in by_coder.items()}, noise, bias[:, :, h]
            )
            for h in range(3)
        ]
        coded, found = (np.stack(part, axis=1) for part in zip(*parts, strict=True))
        joint *= coded.prod(axis=1, keepdims=True) * found / coded
    weight = joint.sum(axis=1)
    columns = np.append(joint, (weight * noise * 10 / np.log(10))[:, None], axis=1)
    expected = columns.sum(axis=0) / weight.sum()
    return expected, np.sqrt(((columns - weight[:, None] * expected) ** 2).sum(axis=0)) / weight.sum()


def test_the_posterior_of_two_coders_agrees_with_integrating_their_bias_and_the_values():
    expected, error = pair_oracle()
    draws = sample(elicitation_model(bt.compile_evidence(pair_set())), draws=3000, seed=1).posterior
    ours = [draws.probability.sel(episode="e", hypothesis=h) for h in HYPOTHESES]
    ours.append(draws.coder_noise.sel(coder="one"))
    means = np.array([float(one.mean()) for one in ours])
    mcse = np.array([float(azs.mcse(one.values)) for one in ours])
    tolerance = np.maximum.reduce([4 * mcse, 4 * error, np.array([0.01, 0.01, 0.01, 0.05])])
    assert np.all(tolerance < [0.03, 0.03, 0.03, 0.2])
    assert np.all(np.abs(means - expected) < tolerance), (means, expected, tolerance)
