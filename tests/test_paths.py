"""One kernel: update, propagation, bounds and sensitivity baselines agree, whatever the evidence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given

import bayes_trace as bt
from bayes_trace.errors import ImpossibleEvidenceError
from bayes_trace.likelihood import with_likelihoods
from bayes_trace.sensitivity.bounds import interval_bounds
from bayes_trace.sensitivity.ranges import one_way
from bayes_trace.sensitivity.variance import global_indices
from tests.build import item, make
from tests.search import examples
from tests.strategies import build, set_data

#: to rounding: sums in another order
CLOSE = {"rtol": 0, "atol": 1e-12}


def of_base_coder(ev):
    """The base coder's evidence, in the episodes that this coder has coded."""
    one = ev.sel(coder=[ev.attrs["base_coder"]])
    coded = np.isin(
        np.arange(one.sizes["episode"]),
        one["episode_index"].values[one["entry_link"].values[one["coded"].values[0]]],
    )
    assume(coded.all())
    return one


def at_points(ev):
    """Every elicited number a point."""
    spreads = {name: ev[name] * 0.0 for name in ev.data_vars if "spread_" in str(name)}
    return with_likelihoods(ev.assign(spreads))


def exact(ev):
    try:
        return bt.update(ev).probability.transpose("episode", "hypothesis").values
    except ImpossibleEvidenceError:
        assume(False)


@given(set_data(max_items=6))
def test_propagated_points_are_the_exact_answer(data):
    ev = at_points(of_base_coder(bt.compile_evidence(build(data))))
    drawn = bt.propagate(ev, draws=2, seed=1)
    for draw in (0, 1):
        np.testing.assert_allclose(
            drawn.posterior.probability.isel(chain=0, draw=draw).values, exact(ev), **CLOSE
        )
    np.testing.assert_allclose(drawn["summary"]["mean"].values, exact(ev), **CLOSE)


@examples(60)
@given(set_data(max_items=6))
def test_bounds_of_points_are_the_exact_answer(data):
    ev = at_points(of_base_coder(bt.compile_evidence(build(data))))
    bounds = interval_bounds(ev)
    np.testing.assert_allclose(bounds.lower.values, exact(ev), **CLOSE)
    np.testing.assert_allclose(bounds.upper.values, exact(ev), **CLOSE)


@examples(40)
@given(set_data(max_items=6))
def test_bounds_contain_the_answer_at_best_values(data):
    ev = of_base_coder(bt.compile_evidence(build(data)))
    bounds, answer = interval_bounds(ev), exact(ev)
    assert (bounds.lower.values <= answer + 1e-12).all()
    assert (bounds.upper.values >= answer - 1e-12).all()


@examples(60)
@given(set_data(max_items=6))
def test_both_ends_of_a_point_are_the_exact_answer(data):
    ev = at_points(of_base_coder(bt.compile_evidence(build(data))))
    moved, answer = one_way(ev), exact(ev)
    index = ev["episode_index"].values[ev["entry_link"].values]
    expected = answer[index][:, None, None]
    np.testing.assert_allclose(
        moved.probability.values, np.broadcast_to(expected, moved.probability.shape), **CLOSE
    )


@examples(40)
@given(set_data(max_items=6))
def test_points_have_no_variance(data):
    ev = at_points(of_base_coder(bt.compile_evidence(build(data))))
    exact(ev)
    assert global_indices(ev, n=2).sizes["group"] == 0


# --- two faults that a second copy of the arithmetic once had ---------------------------------


def two_on_one_fact(*, source=None):
    """Two items turn on one fact and stand in one cluster; a third stands beside them."""

    def read(name, u, v, **more):
        return item(name, codings=[{"readings": {"u": u, "v": v}}], reading="r", cluster="k", **more)

    key = {"source": {"key": "s"}} if source else {}
    items = [
        read("x", {"A": 0.9, "B": 0.3}, {"A": 0.1, "B": 0.6}, **key),
        read("y", {"A": 0.1, "B": 0.3}, {"A": 0.5, "B": 0.1}),
        item("z", {"A": 0.7, "B": 0.2}, cluster="k"),
    ]
    more = {
        "readings": [{"id": "r", "options": {"u": 0.5, "v": 0.5}}],
        "clusters": [{"id": "k", "correlation": 0.8}],
    }
    if source:
        rates = {"hit": source[0], "false_report": source[1]}
        more["sources"] = [{"id": "s", "type": "document", "title": "x", "reliability": rates}]
    return bt.compile_evidence(make(items, **more)).sel(coder=["first"])


@pytest.mark.parametrize("source", [None, (0.6, 0.6)], ids=["certain", "uninformative source"])
def test_two_items_on_one_fact_in_a_cluster(source):
    """By hand: one link for the fact, an effective number from the two spreads, one posterior everywhere."""
    first = {"u": (0.9, 0.3), "v": (0.1, 0.6)} if source is None else {"u": (0.6, 0.6), "v": (0.6, 0.6)}
    second = {"u": (0.1, 0.3), "v": (0.5, 0.1)}
    fact = np.zeros(2)
    for option in ("u", "v"):
        product = np.array(first[option]) * np.array(second[option])
        fact += 0.5 * product / product.mean()
    spreads = [abs(np.log(fact[0] / fact[1])), np.log(3.5)]
    kappa = 1 / (1 + (sum(spreads) / max(spreads) - 1) * 0.8)
    odds = ((fact[0] / fact[1]) * 3.5) ** kappa
    ev = two_on_one_fact(source=source)
    assert exact(ev)[0, 0] == pytest.approx(odds / (1 + odds), abs=1e-12)
    assert bt.propagate(ev, draws=1, seed=1).posterior.probability.values[0, 0, 0, 0] == pytest.approx(
        odds / (1 + odds), abs=1e-12
    )
    bounds = interval_bounds(ev)
    assert (bounds.lower.values[0, 0], bounds.upper.values[0, 0]) == pytest.approx((odds / (1 + odds),) * 2)
