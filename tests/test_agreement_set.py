"""Scope `set`: an item of two episodes, against the enumeration of both hypotheses."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.models import elicitation_model
from bayes_trace.sampling import sample
from tests.build import HYPOTHESES, item, make_set
from tests.synthetic import draw_probability

pytestmark = pytest.mark.deep

PRIOR = np.array([0.5, 0.3, 0.2])
SHARED = {"A": (0.3, 0.7, 0.95), "B": (0.05, 0.2, 0.6), "C": (0.2, 0.5, 0.8)}
OWN = {"A": 0.6, "B": 0.3, "C": (0.1, 0.5, 0.8)}
SOURCE = {"hit": (0.5, 0.8, 0.95), "false_report": (0.05, 0.2, 0.5)}
REPORT = {"A": 0.9, "B": 0.2, "C": 0.4}
N = 400_000


def build():
    rates = {name: dict(zip(("low", "best", "high"), v, strict=True)) for name, v in SOURCE.items()}
    source = {"source": {"key": "source"}}
    return make_set(
        {
            "one": [item("shared", SHARED, episodes=["one", "two"]), item("r1", REPORT, **source)],
            "two": [item("own", OWN), item("r2", REPORT, **source)],
        },
        sources=[{"id": "source", "type": "document", "reliability": rates}],
    )


def enumerated():
    """P(h) of each episode: sum over both hypotheses of the product, ranges by simulation."""
    rng = np.random.default_rng(1)
    shared = {h: draw_probability(v, rng.standard_normal(N)) for h, v in SHARED.items()}
    own = {h: draw_probability(v, rng.standard_normal(N)) for h, v in OWN.items()}
    hit, false = (draw_probability(v, rng.standard_normal(N)) for v in SOURCE.values())
    report = {h: hit * p + false * (1 - p) for h, p in REPORT.items()}
    joint = np.zeros((3, 3))
    for (a, h), (b, g) in itertools.product(enumerate(HYPOTHESES), repeat=2):
        found = np.sqrt(shared[h] * shared[g]) * own[g] * report[h] * report[g]
        joint[a, b] = PRIOR[a] * PRIOR[b] * found.mean()
    joint /= joint.sum()
    return joint.sum(axis=1), joint.sum(axis=0)


def test_a_shared_item_counts_once():
    model = elicitation_model(bt.compile_evidence(build()), scope="set")
    draws = sample(model, draws=4000, seed=1)
    p = draws.posterior.probability.mean(("chain", "draw"))
    for episode, expected in zip(("one", "two"), enumerated(), strict=True):
        assert p.sel(episode=episode).values == pytest.approx(expected, abs=0.006)
    assert draws.posterior.sizes["hit_deviate"] == 1
    assert "no_data_model" in draws.attrs
