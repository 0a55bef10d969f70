"""Without ranges, draws of whatever kind are the exact answer: for any evidence set."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings

import bayes_trace as bt
from bayes_trace.errors import ImpossibleEvidenceError
from bayes_trace.likelihood import with_rows
from bayes_trace.models import elicitation_model
from bayes_trace.sampling import sample
from tests.strategies import build, set_data
from tests.test_agreement_sets import make_set


def without_ranges(data, coder):
    """The evidence of one coder, every elicited number a point."""
    ev = bt.compile_evidence(build(data))
    spreads = {
        name: ev[name] * 0.0 for name in ev.data_vars if "_spread_" in name or name.startswith("spread_")
    }
    spreads["prior_concentration"] = ev["prior_concentration"] * np.nan
    return with_rows(ev.assign(spreads).sel(coder=[coder["id"]]))


def exact(ev):
    try:
        return bt.update(ev).probability.transpose("episode", "hypothesis")
    except ImpossibleEvidenceError:
        assume(False)


@settings(max_examples=150)
@given(set_data())
def test_propagated_points_are_the_exact_answer(data):
    for coder in data["coders"]:
        ev = without_ranges(data, coder)
        draws = bt.propagate(ev, draws=2, seed=1, coder=coder["id"]).posterior.probability
        for draw in (0, 1):
            np.testing.assert_allclose(draws.isel(chain=0, draw=draw).values, exact(ev).values, atol=1e-9)


@pytest.mark.slow
@settings(max_examples=25)
@given(set_data())
def test_the_graph_at_points_is_the_exact_answer(data):
    ev = without_ranges(data, data["coders"][0])
    draws = sample(elicitation_model(ev), draws=1, chains=1, seed=1).posterior.probability
    np.testing.assert_allclose(draws.isel(chain=0, draw=0).values, exact(ev).values, atol=1e-9)


def test_what_readings_say_jointly_is_shared_where_one_of_them_is_discounted():
    row = {"plain": {"A": 0.8, "B": 0.2}, "ironic": {"A": 0.1, "B": 0.6}}
    discounted = {"cluster": "one_memo"}
    rows = [
        {"id": f"m{n}", "reading": "tone", "codings": [{"readings": row}], **cluster}
        for n, cluster in enumerate([discounted, discounted, {}])
    ]
    es = make_set(
        {"e": rows},
        hypotheses=("A", "B"),
        priors=(0.5, 0.5),
        clusters=[{"id": "one_memo", "correlation": 0.5}],
        readings=[{"id": "tone", "options": {"plain": 0.7, "ironic": 0.3}}],
    )
    ev = bt.compile_evidence(es)
    # by hand: each alone, the joint reading, and an equal share of the difference; 1 / 1.5 twice, 1 once
    alone = np.array([0.7 * 0.8 / 0.5 + 0.3 * 0.1 / 0.35, 0.7 * 0.2 / 0.5 + 0.3 * 0.6 / 0.35])
    cubes = np.array([[0.8, 0.2], [0.1, 0.6]]) ** 3
    joint = (np.array([0.7, 0.3]) / cubes.mean(axis=1)) @ cubes
    each = np.log(alone) + (np.log(joint) - 3 * np.log(alone)) / 3
    odds = np.exp((2 / 1.5 + 1) * (each[0] - each[1]))
    expected = [odds / (1 + odds), 1 / (1 + odds)]
    assert bt.update(ev).probability.values[0] == pytest.approx(expected)
    assert bt.propagate(ev, draws=1, seed=1).posterior.probability.values[0, 0, 0] == pytest.approx(expected)
