"""Coders: leans and noise are recovered; each alone, and forms that differ."""

from __future__ import annotations

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.models import elicitation_model
from bayes_trace.sampling import sample
from tests.test_agreement_sets import make_set

pytestmark = pytest.mark.slow

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
                    h: 0.0 if h == NAMES[0] else ranged(stated[k] - stated[0]) for k, h in enumerate(NAMES)
                }
                codings.append({"coder": coder, "unit": "ratio_db", "reference": NAMES[0], "values": values})
            else:
                values = {h: ranged(v) for h, v in zip(NAMES, stated, strict=True)}
                codings.append({"coder": coder, "unit": "db", "values": values})
        rows.append({"id": f"i{n}", "codings": codings})
    return make_set({"e": rows}, hypotheses=NAMES, priors=(0.25,) * 4, coders=coders)


def ranged(value):
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
