"""`update(point="mean")`: ranges integrated out where that is exact, refused by name where it is not."""

from __future__ import annotations

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.errors import BayesTraceError, ScaleError
from tests.build import item, make
from tests.integrated import LOW, WIDE, at, nodes, report, with_event


def mean(value):
    z, weight = nodes()
    return at(value, z) @ weight


def of_a(items, **more):
    """P(A | E), ranges integrated out."""
    ev = bt.compile_evidence(make(items, **more))
    return bt.update(ev, coder="first", point="mean").probability.sel(hypothesis="A").item()


def reads(*rows, **more):
    """An item of fact f with one row for each reading."""
    return {
        **item("i"),
        "reading": "f",
        "codings": [{"readings": dict(zip("xy", rows, strict=True))}],
        **more,
    }


F = [{"id": "f", "options": {"x": 0.6, "y": 0.4}}]


def test_a_fact_is_linear_in_what_each_reading_says():
    """Level and weights are those of the best values: .6 / .35 of E[p] and .4 / .35 of .2 and .5."""
    items = [reads({"A": WIDE, "B": 0.1}, {"A": 0.2, "B": 0.5})]
    a = 0.6 / 0.35 * mean(WIDE) + 0.4 / 0.35 * 0.2
    b = 0.6 / 0.35 * 0.1 + 0.4 / 0.35 * 0.5
    assert of_a(items, readings=F) == pytest.approx(a / (a + b), abs=1e-7)
    assert of_a(items, readings=F) == pytest.approx(0.6224, abs=5e-5)


def test_a_discounted_fact_of_two_uncertain_numbers():
    """E[(sum of readings)^kappa] over both, by brute force."""
    rows = ({"A": WIDE, "B": 0.1}, {"A": LOW, "B": 0.5})
    items = [reads(*rows, cluster="k"), item("j", {"A": 0.8, "B": 0.2}, cluster="k")]
    got = of_a(items, readings=F, clusters=[{"id": "k", "correlation": 0.5}])
    z, weight = nodes(300)
    best = {"x": (0.6 + 0.1) / 2, "y": (0.05 + 0.5) / 2}
    scale = [0.6 / best["x"], 0.4 / best["y"]]
    fixed = [scale[0] * 0.6 + scale[1] * 0.05, scale[0] * 0.1 + scale[1] * 0.5]
    spreads = [abs(np.log(fixed[0] / fixed[1])), np.log(4)]
    kappa = 1 / (1 + (sum(spreads) / max(spreads) - 1) * 0.5)
    both = (scale[0] * at(WIDE, z)[:, None] + scale[1] * at(LOW, z)) ** kappa
    a, b = weight @ both @ weight * 0.8**kappa, fixed[1] ** kappa * 0.2**kappa
    assert got == pytest.approx(a / (a + b), abs=1e-6)


@pytest.mark.parametrize("n", [1, 3, 30])
def test_rates_of_a_source_are_integrated_over_all_its_items_together(n):
    rates = {"hit": WIDE, "false_report": LOW}
    rows = [{"A": 0.9 - 0.2 * (k % 3), "B": 0.2 + 0.1 * (k % 2)} for k in range(n)]
    items = [item(f"i{k}", row, source={"key": "s"}) for k, row in enumerate(rows)]
    got = of_a(items, sources=[{"id": "s", "type": "document", "reliability": rates}])
    z, weight = nodes(400)
    r, f = at(WIDE, z)[:, None], at(LOW, z)
    like = [np.prod([r * row[h] + f * (1 - row[h]) for row in rows], axis=0) for h in "AB"]
    a, b = (weight @ each @ weight for each in like)
    assert got == pytest.approx(a / (a + b), abs=1e-6)


def test_a_single_item_of_an_uncertain_source_takes_the_means():
    """Linear in hit, false report and its own number."""
    rates = {"hit": WIDE, "false_report": LOW}
    got = of_a(
        [item("i", {"A": WIDE, "B": 0.1}, source={"key": "s"})],
        sources=[{"id": "s", "type": "document", "reliability": rates}],
    )
    r, f = mean(WIDE), mean(LOW)
    a, b = (r * p + f * (1 - p) for p in (mean(WIDE), 0.1))
    assert got == pytest.approx(a / (a + b), abs=1e-6)


# --- refused by name -----------------------------------------------------------------------------


def ratio(name):
    codings = [{"unit": "ratio_db", "reference": "B", "values": {"A": 3.0}}]
    return {**item(name), "codings": codings}


def shared_implication():
    items = [item(n, {"A": WIDE, "B": 0.1}, implications=["m"]) for n in "ij"]
    return make(items, codebook=[{"id": "m", "text": "It is seen.", "shared_likelihood": True}])


def crowded_fact():
    rows = ({"A": WIDE, "B": 0.1}, {"A": LOW, "B": 0.5})
    facts = [reads(*rows, cluster="k"), {**reads(*rows, cluster="k"), "id": "j"}]
    other = item("o", {"A": 0.7, "B": 0.2}, cluster="k")
    return make([*facts, other], readings=F, clusters=[{"id": "k", "correlation": 0.5}])


def uncertain_correlation():
    items = [item(n, {"A": 0.8, "B": 0.2}, cluster="k") for n in "ij"]
    return make(items, clusters=[{"id": "k", "correlation": {"low": 0.2, "best": 0.5, "high": 0.8}}])


REFUSED = {
    "ratios have no expectation of their own": lambda: make([ratio("i")]),
    "a correlation is uncertain": uncertain_correlation,
    "an implication shared by several items is uncertain": shared_implication,
    "several sources of uncertain reliability report on one event or fact": lambda: with_event(
        report("s"), report("t")
    ),
    "a discounted fact or event has too many uncertain numbers": crowded_fact,
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_has_no_exact_answer_is_refused_by_name(reason):
    ev = bt.compile_evidence(REFUSED[reason]()).sel(coder=["first"])
    with pytest.raises(
        ScaleError,
        match=rf"(?s)no exact answer for 1 episode; sample, or pass refused='best' .*:\n  e1: {reason}$",
    ):
        bt.update(ev, point="mean")
    kept = bt.update(ev, point="mean", refused="best")
    assert kept.at_best.values.tolist() == [True]
    np.testing.assert_array_equal(kept.probability.values, bt.update(ev).probability.values)


def test_every_refused_episode_is_named_and_the_others_are_integrated():
    plain = item("x", {"A": WIDE, "B": 0.1}, episodes=["e3"])
    items = [ratio("i"), {**ratio("j"), "episodes": ["e2"]}, plain]
    ev = bt.compile_evidence(make(items, episodes=("e1", "e2", "e3"))).sel(coder=["first"])
    with pytest.raises(ScaleError, match=r"(?s)for 2 episodes; .*\n  e1: ratios .*\n  e2: ratios "):
        bt.update(ev, point="mean")
    kept = bt.update(ev, point="mean", refused="best")
    assert kept.at_best.values.tolist() == [True, True, False]
    a = mean(WIDE)
    assert kept.probability.sel(episode="e3", hypothesis="A").item() == pytest.approx(a / (a + 0.1), abs=1e-6)


def test_one_source_of_an_event_is_integrated():
    """sum_e P(e) P(report | e), linear in hit and false report."""
    got = bt.update(bt.compile_evidence(with_event(report("s"))), coder="first", point="mean")
    r, f = mean(WIDE), mean(LOW)
    a, b = (p * r + (1 - p) * f for p in (0.8, 0.2))
    assert got.probability.sel(hypothesis="A").item() == pytest.approx(a / (a + b), abs=1e-6)


def test_a_pool_has_no_ranges_of_its_own():
    ev = bt.compile_evidence(make([item("i", {"A": WIDE, "B": 0.1})]))
    with pytest.raises(
        BayesTraceError, match="point='mean' is the answer of one coder; give coder=, or pool at"
    ):
        bt.update(ev, point="mean", pool="log")
