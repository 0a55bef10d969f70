"""Attempts whose success depends on a condition by a known slope, and what the success model learns of it."""

from __future__ import annotations

import numpy as np

import bayes_trace as bt
from bayes_trace.likelihood import attempts_of, with_likelihoods
from bayes_trace.likelihood.attempts import with_attempts
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
    said, about = {"made": 0.9, "not_made": 0.1}, {"about": "attempt"}
    rows = {f"e{j}": [item(f"i{j}", said, coding=about)] for j in range(J)}
    return make_set(
        rows,
        hypotheses=("A", "B"),
        priors=(0.5, 0.5),
        details=details,
        conditions={"record": "a number"},
    )


def simulate_success(evidence, rng):
    """Attempts, outcomes and documents of every episode of the success set, drawn from known numbers."""
    attempts = attempts_of(evidence)
    x = np.array([float(t) for t in attempts.condition_text.values[:, 0]])
    made = rng.random(J) < SHARE
    success = np.where(made, expit(LEVEL + SLOPE * (x - x.mean()) / x.std()), expit(BASE))
    granted = np.where(rng.random(J) < success, "yes", "no")
    # the document speaks for the attempt nine times in ten if there was one, once in ten if not
    sign = np.where(rng.random(J) < np.where(made, 0.9, 0.1), 1.0, -1.0)
    location = attempts.location.values * sign[None, :, None, None]
    simulated = with_likelihoods(attempts.assign(location=(attempts.location.dims, location)))
    return with_attempts(evidence, simulated.assign_coords(granted=("episode", granted)))


def fitted_slopes(replicates):
    """Draws of the slope, one array per simulated set."""
    evidence, rng = bt.compile_evidence(success_set()), np.random.default_rng(4)
    for replicate in range(replicates):
        model = success_model(simulate_success(evidence, rng), conditions=["record"])
        yield run_chains(model, Plan(400, 400, 2, replicate, "nutpie")).draws["slope"].values.ravel()
