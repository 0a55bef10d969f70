"""Designs: published diagnosands, exact rates against sums by hand, draws within their error, and errors."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.errors import NoDataModelError, SimulationError, UnknownNameError
from bayes_trace.planning import expected_learning
from bayes_trace.simulation import diagnosands, misleading_rates, simulate
from bayes_trace.simulation.correlated import feasible_range, latent
from bayes_trace.simulation.drawing import designs
from tests.build import item, make, sound
from tests.events import report, with_events

STRAW, GUN = {"A": 0.75, "B": 0.25}, {"A": 0.3, "B": 0.05}


def compiled(table, /, **more):
    return bt.compile_evidence(bt.from_table(table, **more))


@pytest.mark.parametrize(
    ("table", "rmse"),
    # DeclareDesign's process tracing: a straw in the wind, a smoking gun, both
    [({"straw": STRAW}, 0.4330), ({"gun": GUN}, 0.4722), ({"straw": STRAW, "gun": GUN}, 0.4128)],
)
def test_published_root_mean_squares(table, rmse):
    found = diagnosands(compiled(table))
    np.testing.assert_allclose(found.rmse, rmse, atol=5e-5)
    np.testing.assert_allclose(found.bias, 0, atol=1e-12)
    # planned, the same items are expected to teach as much
    planned = expected_learning(compiled(table, found=dict.fromkeys(table, "planned")), by="set")
    np.testing.assert_allclose(found.expected_learning, planned.expected_learning, rtol=1e-10)


def test_a_design_is_calibrated_in_every_bin():
    found = diagnosands(
        compiled({"x": STRAW, "y": GUN, "z": {"A": 0.6, "B": 0.5}}, priors={"A": 0.3, "B": 0.7})
    )
    filled = found.share.values[0] > 0
    np.testing.assert_allclose(found.said.values[0][filled], found.true.values[0][filled], rtol=1e-10)
    assert float(found.share.sum()) == pytest.approx(1)


def test_rates_are_sums_over_everything_that_may_be_found():
    table = {"x": {"A": 0.9, "B": 0.2}, "y": {"A": 0.8, "B": 0.3}, "z": {"A": 0.4, "B": 0.1}}
    found = misleading_rates(compiled(table), thresholds=[3, 10])
    assert bool(found.exact.all())
    rows = np.array([list(row.values()) for row in table.values()])
    for threshold in (3, 10):
        sums = {"correct": 0.0, "misleading": 0.0}
        for ends in itertools.product((True, False), repeat=3):
            like = np.prod(np.where(np.array(ends)[:, None], rows, 1 - rows), axis=0)
            if like[0] / like[1] >= threshold:
                sums["correct"] += like[0]
            if like[1] / like[0] >= threshold:
                sums["misleading"] += like[0]
        one = found.sel(threshold=threshold, truth="A", rival="B").isel(episode=0)
        assert float(one.correct) == pytest.approx(sums["correct"])
        assert float(one.misleading) == pytest.approx(sums["misleading"])
        assert float(one.weak) == pytest.approx(1 - sum(sums.values()))


def test_misleading_evidence_is_bounded_by_the_threshold():
    found = misleading_rates(
        compiled({f"i{n}": {"A": 0.9, "B": 0.3, "C": 0.5} for n in range(6)}), thresholds=[2, 8, 32]
    )
    assert (found.misleading * found.threshold <= 1 + 1e-9).all()


def test_detection_and_reliability_are_drawn():
    ev = compiled(
        {"x": {"A": 0.8, "B": 0.2}},
        found={"x": "absent"},
        detection={"x": 0.5},
        reliability={"x": (0.9, 0.1)},
    )
    q = np.array([0.9 * 0.8 + 0.1 * 0.2, 0.9 * 0.2 + 0.1 * 0.8])
    np.testing.assert_allclose(np.exp(designs(ev, None)[0].ends[0]), [0.5 * q, 1 - 0.5 * q])


def test_an_event_is_drawn_with_its_reports():
    ev = bt.compile_evidence(sound(with_events([report("r"), report("q", "t")])))
    ends = np.exp(designs(ev, None)[0].ends[0])
    happened = np.array([0.8, 0.2])
    for number, heard in enumerate([(1, 1), (0, 1), (1, 0), (0, 0)]):
        rate = [np.prod([p if yes else 1 - p for yes in heard]) for p in (0.9, 0.1)]
        np.testing.assert_allclose(ends[number], happened * rate[0] + (1 - happened) * rate[1])


def test_a_fact_is_drawn_with_its_reading():
    codings = [{"readings": {"early": {"A": 0.8, "B": 0.2}, "late": {"A": 0.1, "B": 0.4}}}]
    fact = item("x", reading="when", codings=codings)
    ev = bt.compile_evidence(make([fact], readings=[{"id": "when", "options": {"early": 0.6, "late": 0.4}}]))
    share = np.array([0.6 / 0.5, 0.4 / 0.25])
    found = np.array([[0.8, 0.1], [0.2, 0.4]]) @ (share / share.sum())
    np.testing.assert_allclose(np.exp(designs(ev, None)[0].ends[0]), [found, 1 - found])


def test_draws_have_the_frequencies_that_the_codings_say():
    drawn = simulate(
        compiled({"x": {"A": 0.7, "B": 0.2}, "y": {"A": 0.1, "B": 0.5}}), truth="A", replicates=20_000, seed=3
    )
    np.testing.assert_allclose((drawn.end == 0).mean("replicate"), [0.7, 0.1], atol=5 * 0.5 / 20_000**0.5)
    both = drawn.isel(replicate=0)
    like = [p if end == 0 else 1 - p for p, end in zip((0.7, 0.1), both.end.values, strict=True)]
    other = [p if end == 0 else 1 - p for p, end in zip((0.2, 0.5), both.end.values, strict=True)]
    assert float(both.probability[0]) == pytest.approx(np.prod(like) / (np.prod(like) + np.prod(other)))


def clustered(rho):
    items = [item(n, {"A": 0.8, "B": 0.2}, cluster="c") for n in ("x", "y")]
    return bt.compile_evidence(make(items, clusters=[{"id": "c", "correlation": rho}]))


def test_members_of_a_cluster_are_drawn_together():
    same = {rho: simulate(clustered(rho), truth="A", replicates=5000).end for rho in (0.0, 0.5, 1.0)}
    agree = {rho: float((end[:, 0] == end[:, 1]).mean()) for rho, end in same.items()}
    assert agree[0.0] < agree[0.5] < agree[1.0] == 1.0
    assert agree[0.0] == pytest.approx(0.68, abs=0.04)
    assert not bool(diagnosands(clustered(0.5), replicates=100).exact.any())


def test_full_correlation_and_its_discount_make_two_members_one():
    # the two end alike, and each weighs one half
    found = diagnosands(clustered(1.0), replicates=20_000)
    alone = diagnosands(bt.compile_evidence(make([item("x", {"A": 0.8, "B": 0.2})])))
    np.testing.assert_allclose(found.rmse, alone.rmse, atol=0.02)


# --- correlations of pairs -----------------------------------------------------------------------

PAIR = {"straw": STRAW, "gun": GUN}


def together(p, q, rho):
    """P(both), P(first alone), P(second alone), P(neither) of two findings with a correlation."""
    r = rho * np.sqrt(p * (1 - p) * q * (1 - q))
    return [p * q + r, p * (1 - q) - r, (1 - p) * q - r, (1 - p) * (1 - q) + r]


@pytest.mark.parametrize("rho", [-0.9, -0.3, 0.0, 0.5, 1.0])
def test_halves_correlate_as_sheppard_says(rho):
    """Sheppard (1899): normals cut at their middle correlate 2 asin(r) / pi."""
    assert latent(0.5, 0.5, rho) == pytest.approx(np.sin(np.pi * rho / 2), abs=1e-6)


@pytest.mark.parametrize(("truth", "rho"), [("A", 0.3), ("B", -0.1)])
def test_pairs_are_drawn_with_the_correlation_of_the_hypothesis(truth, rho):
    n = 20_000
    ev = compiled(PAIR)
    stated = {("straw", "gun"): {"A": 0.3, "B": -0.1}}
    drawn = simulate(ev, truth=truth, replicates=n, seed=5, correlations=stated)
    found = drawn.end.values == 0
    seen = [
        (found == np.array(ends)).all(axis=1).mean()
        for ends in ((True, True), (True, False), (False, True), (False, False))
    ]
    expected = together(STRAW[truth], GUN[truth], rho)
    for frequency, p in zip(seen, expected, strict=True):
        assert frequency == pytest.approx(p, abs=5 * np.sqrt(p * (1 - p) / n))
    # the update multiplies them as ever
    plain = simulate(ev, truth=truth, replicates=n, seed=5)
    by_end = {
        tuple(e): p for e, p in zip(plain.end.values.tolist(), plain.probability.values[:, 0], strict=True)
    }
    for end, p in zip(drawn.end.values.tolist()[:50], drawn.probability.values[:50, 0], strict=True):
        assert p == pytest.approx(by_end[tuple(end)])


def test_root_mean_square_under_correlation_is_the_sum_over_joint_ends():
    """As DesignLibrary's process_tracing_designer draws two pieces of evidence, by joint probabilities."""
    rho = {"A": 0.35, "B": -0.1}
    error = 0.0
    for truth in "AB":
        ends = itertools.product((True, False), repeat=2)
        for p_ends, (straw, gun) in zip(together(STRAW[truth], GUN[truth], rho[truth]), ends, strict=True):
            like = [(STRAW[h] if straw else 1 - STRAW[h]) * (GUN[h] if gun else 1 - GUN[h]) for h in "AB"]
            error += 0.5 * p_ends * (like[0] / sum(like) - (truth == "A")) ** 2
    found = diagnosands(compiled(PAIR), replicates=40_000, seed=2, correlations={("straw", "gun"): rho})
    assert float(found.rmse.sel(hypothesis="A").item()) == pytest.approx(np.sqrt(error), abs=0.006)
    assert not bool(found.exact.any())


def test_a_stated_pair_takes_the_place_of_its_cluster():
    ends = simulate(
        clustered(0.5), truth="A", replicates=20_000, seed=1, correlations={("x", "y"): -0.25}
    ).end.values
    # found with .8 each: -.25 is the least that there can be, both are never missed
    assert not ((ends[:, 0] > 0) & (ends[:, 1] > 0)).any()


def test_feasible_correlations_are_those_of_a_table():
    for p, q in itertools.product((0.1, 0.3, 0.5, 0.9), repeat=2):
        low, high = feasible_range(p, q)
        for end in (low, high):
            cells = together(p, q, end)
            assert min(cells) == pytest.approx(0, abs=1e-12)
            assert min(cells) >= -1e-12


def test_impossible_correlations_name_what_is_possible():
    ev = compiled({**PAIR, "z": {"A": 0.5, "B": 0.5}})

    def call(stated, evidence=ev):
        return simulate(evidence, truth="A", replicates=1, correlations=stated)

    with pytest.raises(
        SimulationError,
        match=r"correlation 0.9 of straw and gun under A; findings of probability 0.75 and 0.3 can have one from "
        r"-0.882 to 0.378",
    ):
        call({("straw", "gun"): 0.9})
    with pytest.raises(UnknownNameError, match="no coded item named 'q'; there are: straw, gun, z"):
        call({("straw", "q"): 0.1})
    with pytest.raises(UnknownNameError, match="no hypothesis named 'C'; there are: A, B"):
        call({("straw", "gun"): {"C": 0.1}})
    with pytest.raises(SimulationError, match="of gun and gun; expected two items that bear on one episode"):
        call({("gun", "gun"): 0.1})
    halves = compiled({n: {"A": 0.5, "B": 0.5} for n in "xyz"})
    pairs = dict.fromkeys([("x", "y"), ("y", "z"), ("x", "z")], -0.6)
    with pytest.raises(
        SimulationError, match=r"of x, y, z under A cannot hold together .*bring some nearer to 0"
    ):
        call(pairs, halves)
    ev = bt.compile_evidence(
        sound(with_events([report("r"), report("q", "t"), item("m", {"A": 0.6, "B": 0.5})]))
    )
    with pytest.raises(
        SimulationError, match="ways to end; a correlation can be stated between single items only"
    ):
        call({(str(ev.link_item.values[0]), str(ev.link_item.values[1])): 0.1}, ev)


def test_bad_calls_say_what_there_is():
    ev = compiled({"x": STRAW})
    with pytest.raises(UnknownNameError, match="no hypothesis named 'Q'; there are: A, B"):
        simulate(ev, truth="Q")
    with pytest.raises(SimulationError, match="replicates=0; expected 1 or more"):
        simulate(ev, truth="A", replicates=0)
    with pytest.raises(SimulationError, match=r"thresholds=\[0.5\]; expected ratios above 1"):
        misleading_rates(ev, thresholds=[0.5])
    with pytest.raises(NoDataModelError, match=r"x: coded by ratios.*state a reference_probability"):
        diagnosands(compiled({"x": {"A": 4, "B": 1}}, unit="ratio"))
    with pytest.raises(UnknownNameError, match="no episode named 'q'; there are: episode"):
        simulate(ev, truth="A", episode="q")
    with pytest.raises(UnknownNameError, match="no coder named 'q'"):
        diagnosands(ev, coder="q")
