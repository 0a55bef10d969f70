"""Attempts whose success depends on a condition by a known slope, and what the success model learns of it."""

from __future__ import annotations

import numpy as np

import bayes_trace as bt
from bayes_trace.likelihood import with_likelihoods
from bayes_trace.models import success_model
from bayes_trace.sampling.chains import run_chains
from bayes_trace.sampling.plan import Plan
from tests.build import item, make_set
from tests.synthetic import expit

SLOPE, LEVEL, BASE, SHARE = 1.0, 0.3, -1.0, 0.7
J = 80


def success_set():
    x = np.linspace(-1, 1, J)
    details = {
        f"e{j}": {"granted": "yes" if j % 2 else "no", "conditions": {"record": float(x[j])}}
        for j in range(J)
    }
    rows = {f"e{j}": [item(f"i{j}", {"A": 0.9, "B": 0.1}, step="attempt")] for j in range(J)}
    return make_set(
        rows,
        hypotheses=("A", "B"),
        priors=(0.5, 0.5),
        details=details,
        conditions={"record": "a number"},
        steps={"A": ("attempt",)},
    )


def simulate_success(evidence, rng):
    """Pleas, outcomes and documents of every episode of the success set, drawn from known numbers."""
    x = np.array([float(t) for t in evidence.condition_text.values[:, 0]])
    pleaded = rng.random(J) < SHARE
    success = np.where(pleaded, expit(LEVEL + SLOPE * (x - x.mean()) / x.std()), expit(BASE))
    granted = np.where(rng.random(J) < success, "yes", "no")
    # the document speaks for the plea nine times in ten if there was one, once in ten if not
    sign = np.where(rng.random(J) < np.where(pleaded, 0.9, 0.1), 1.0, -1.0)
    location = evidence.location.values * sign[None, :, None, None]
    simulated = with_likelihoods(evidence.assign(location=(evidence.location.dims, location)))
    return simulated.assign_coords(granted=("episode", granted))


def fitted_slopes(replicates):
    """Draws of the slope, one array per simulated set."""
    evidence, rng = bt.compile_evidence(success_set()), np.random.default_rng(4)
    for replicate in range(replicates):
        model = success_model(simulate_success(evidence, rng), conditions=["record"])
        yield run_chains(model, Plan(400, 400, 2, replicate, "nutpie")).draws["slope"].values.ravel()
