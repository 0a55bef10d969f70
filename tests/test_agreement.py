"""One sampled model of many episodes against the exact update, quadrature and importance sampling."""

from __future__ import annotations

import arviz_stats as azs
import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.models import elicitation_model
from bayes_trace.propagation import propagate
from bayes_trace.sampling import sample
from tests.test_agreement_sets import (
    HYPOTHESES,
    draw_probability,
    expit,
    item,
    logit,
    make_set,
    ranged,
    two_piece,
    weighted,
)

pytestmark = pytest.mark.deep

PRIOR = np.array([0.5, 0.3, 0.2])
N = 400_000
DB = np.log(10) / 10

PACKAGE_A = {"A": (0.5, 0.7, 0.9), "B": (0.1, 0.3, 0.5), "C": (0.2, 0.5, 0.95)}
PACKAGE_B = {"A": (0.2, 0.6, 0.8), "B": (0.3, 0.5, 0.6), "C": 0.4}
RATIO_1 = {"A": 0.0, "B": (-9.0, -6.0, 3.0), "C": (-3.0, 4.0, 6.0)}
RATIO_2 = {"A": 0.0, "B": (-6.0, 2.0, 6.0), "C": (-9.0, -4.0, -3.0)}
READ_1 = {
    "plain": {"A": (0.6, 0.8, 0.9), "B": 0.2, "C": 0.3},
    "ironic": {"A": 0.1, "B": (0.3, 0.6, 0.7), "C": 0.3},
}
READ_2 = {"plain": {"A": 0.7, "B": 0.4, "C": 0.2}, "ironic": {"A": 0.2, "B": 0.4, "C": (0.3, 0.5, 0.9)}}
SOURCE = {"hit": (0.6, 0.8, 0.9), "false_report": (0.05, 0.2, 0.4)}
RHO = (0.2, 0.5, 0.8)
#: cluster -> its episode; beside the first stands an item outside the cluster
RANGED_CLUSTERS = {
    "uncertain": "correlation",
    "alone": "correlation_only",
    "scaled": "correlation_scaled",
    "unscaled": "correlation_unscaled",
}


def random_rows(rng, name, count):
    """Items of the class in which the exact update with point='mean' is the posterior."""
    rows = []
    for number in range(count):
        values = {}
        for h in HYPOTHESES:
            low, best, high = np.sort(rng.uniform(0.05, 0.95, 3))
            values[h] = (low, best, high) if rng.random() < 0.7 else best
        rows.append(item(f"{name}-{number}", values, cluster=f"fixed-{name}" if number < 2 else None))
    return rows


def ratio(name, values, reference="A", **more):
    coding = {"unit": "ratio_db", "reference": reference, "values": ranged(values)}
    return {"id": name, "codings": [coding], **more}


def readings(name, options, **more):
    return {
        "id": name,
        "reading": "tone",
        "codings": [{"readings": {o: ranged(v) for o, v in options.items()}}],
        **more,
    }


def scaled(values, factor):
    return {
        h: tuple(v * factor for v in value) if isinstance(value, tuple) else value * factor
        for h, value in values.items()
    }


def build():
    rng = np.random.default_rng(20)
    random = {f"random{n}": random_rows(rng, f"random{n}", 4) for n in range(6)}
    in_source = {"source": {"key": "report"}}
    points = {"A": 0.6, "B": 0.3, "C": 0.2}
    wide = {h: 0.0 if h == "A" else (-6.0, 0.0, 6.0) for h in HYPOTHESES}
    episodes = {
        **random,
        "reliability": [
            item("r1", PACKAGE_A, **in_source),
            item("r2", PACKAGE_B, **in_source),
            item("r3", points),
        ],
        "implication": [item(f"s{n}", PACKAGE_A, implications=["shared"]) for n in range(3)],
        "correlation": [
            item("k1", PACKAGE_A, cluster="uncertain"),
            item("k2", points, cluster="uncertain"),
            item("k3", PACKAGE_B),
        ],
        "correlation_only": [item("c1", points, cluster="alone"), item("c2", PACKAGE_B, cluster="alone")],
        "correlation_scaled": [
            item("d1", scaled(points, 0.1), cluster="scaled"),
            item("d2", {"A": 0.3, "B": 0.2, "C": 0.1}, cluster="scaled"),
        ],
        "correlation_unscaled": [
            item("e1", points, cluster="unscaled"),
            item("e2", {"A": 0.6, "B": 0.4, "C": 0.2}, cluster="unscaled"),
        ],
        "readings": [readings("m1", READ_1), readings("m2", READ_2), item("m3", PACKAGE_B)],
        "ratios": [ratio("o1", RATIO_1), ratio("o2", RATIO_2)],
        "ratios_mixed": [ratio("p1", RATIO_1), item("p2", PACKAGE_A)],
        "ratios_wide": [ratio(f"w{n}", wide) for n in range(10)],
        "reference_a": [ratio("x1", {"A": 0.0, "B": (-7.0, -4.0, -1.0), "C": (-9.0, -6.0, -3.0)})],
        "reference_b": [
            ratio("y1", {"A": (1.0, 4.0, 7.0), "B": 0.0, "C": (-5.0, -2.0, 1.0)}, reference="B"),
        ],
        "absence": [
            item("z1", PACKAGE_A, found="absent", detection={"low": 0.3, "best": 0.6, "high": 0.9}),
            item("z2", PACKAGE_B),
        ],
    }
    return make_set(
        episodes,
        details={"ratios_wide": {"prior": dict.fromkeys(HYPOTHESES, 1 / 3)}},
        codebook=[{"id": "shared", "text": "shared", "shared_likelihood": True}],
        clusters=[
            *({"id": f"fixed-{name}", "correlation": 0.4} for name in random),
            *(
                {"id": name, "correlation": dict(zip(("low", "best", "high"), RHO, strict=True))}
                for name in ("uncertain", "alone", "scaled", "unscaled")
            ),
        ],
        readings=[{"id": "tone", "options": {"plain": 0.7, "ironic": 0.3}}],
        sources=[
            {
                "id": "report",
                "type": "document",
                "reliability": {
                    name: dict(zip(("low", "best", "high"), value, strict=True))
                    for name, value in SOURCE.items()
                },
            }
        ],
    )


@pytest.fixture(scope="module")
def evidence():
    return bt.compile_evidence(build())


@pytest.fixture(scope="module")
def runs(evidence):
    # the second model has the shapes of the first, so it is compiled once
    return [sample(elicitation_model(evidence), draws=2000, seed=seed) for seed in (1, 2)]


def agree(runs, episode, expected, error=0.0):
    for draws in runs:
        p = draws.posterior.probability.sel(episode=episode)
        mcse = (
            azs.mcse(p).to_array().values.ravel() if hasattr(azs.mcse(p), "to_array") else azs.mcse(p).values
        )
        tolerance = np.maximum(4 * np.hypot(mcse, error), 0.005)
        assert np.all(np.abs(p.mean(("chain", "draw")).values - expected) < tolerance)


def normals(rng, count):
    return rng.standard_normal((count, N))


def table(values, rng):
    """Draws (draw, hypothesis) of the probabilities of one item."""
    return np.stack([draw_probability(values[h], rng.standard_normal(N)) for h in HYPOTHESES], axis=-1)


@pytest.mark.parametrize("number", range(6))
def test_random_sets_agree_with_the_exact_update(evidence, runs, number):
    exact = bt.update(evidence.sel(coder=["one"]).pipe(only, f"random{number}"), point="mean")
    agree(runs, f"random{number}", exact.probability.values[0])


def only(evidence, episode):
    from bayes_trace.models.elicitation import select_episodes

    return select_episodes(evidence, [episode], "episode")


def test_absence_with_uncertain_detection_agrees_with_the_exact_update(evidence, runs):
    agree(runs, "absence", bt.update(only(evidence, "absence"), point="mean").probability.values[0])


def test_reliability_is_learned_from_all_reports_of_the_source(runs):
    rng = np.random.default_rng(1)
    hit, false = (draw_probability(SOURCE[name], rng.standard_normal(N))[:, None] for name in SOURCE)
    p, q = table(PACKAGE_A, rng), table(PACKAGE_B, rng)
    joint = np.log(hit * p + false * (1 - p)) + np.log(hit * q + false * (1 - q)) + np.log([0.6, 0.3, 0.2])
    agree(runs, "reliability", *weighted(joint, None, np.log(PRIOR), None))


def test_items_of_one_implication_share_their_likelihood(runs):
    p = table(PACKAGE_A, np.random.default_rng(2))
    expected, error = weighted(3 * np.log(p), None, np.log(PRIOR), None)
    agree(runs, "implication", expected, error)
    apart = np.exp(3 * np.log(p.mean(axis=0))) * PRIOR
    assert np.abs(apart / apart.sum() - expected).max() > 0.05


def test_uncertain_correlation_stands_with_the_ratios(runs):
    rng = np.random.default_rng(3)
    kappa = 1 / (1 + draw_probability(RHO, rng.standard_normal(N)))[:, None]
    tempered = kappa * (np.log(table(PACKAGE_A, rng)) + np.log([0.6, 0.3, 0.2]))
    joint = tempered + np.log(table(PACKAGE_B, rng))
    agree(runs, "correlation", *weighted(joint, tempered, np.log(PRIOR), np.log(PRIOR)))


def test_a_correlation_is_drawn_and_never_learned_and_row_scale_changes_nothing(runs):
    for draws in runs:
        rho = draws.posterior.correlation
        for cluster, episode in RANGED_CLUSTERS.items():
            values = rho.sel(correlation_deviate=f"{cluster}|{episode}").values
            low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
            assert [low, median, high] == pytest.approx(RHO, abs=0.02)
        p = draws.posterior.probability.mean(("chain", "draw"))
        scaled, unscaled = (p.sel(episode=f"correlation_{which}").values for which in ("scaled", "unscaled"))
        assert scaled == pytest.approx(unscaled, abs=0.005)


def test_readings_are_summed_out_together(runs):
    rng = np.random.default_rng(4)
    joint = 0.0
    for option, weight in (("plain", 0.7), ("ironic", 0.3)):
        both = table(READ_1[option], rng) * table(READ_2[option], rng)
        joint = joint + weight * both / (both * PRIOR).sum(axis=-1, keepdims=True)
    total = np.log(joint) + np.log(table(PACKAGE_B, rng))
    agree(runs, "readings", *weighted(total, None, np.log(PRIOR), None))


def ratio_draws(values, rng):
    """Draws of ratios against A as the design states them: half the smallest variance is A's."""
    best, low, high = [], [], []
    for h in ("B", "C"):
        left, middle, right = values[h]
        best.append(middle)
        low.append((middle - left) / 1.6448536269514722)
        high.append((right - middle) / 1.6448536269514722)
    half_low, half_high = min(low) ** 2 / 2, min(high) ** 2 / 2
    spreads = [(np.sqrt(half_high), np.sqrt(half_low))]
    spreads += [
        (np.sqrt(lo**2 - half_low), np.sqrt(hi**2 - half_high)) for lo, hi in zip(low, high, strict=True)
    ]
    z = rng.standard_normal((N, 3))
    lo, hi = np.array(spreads).T
    return DB * (np.array([0.0, *best]) + np.where(z < 0, lo, hi) * z)


def test_ratios_are_propagated(runs):
    rng = np.random.default_rng(5)
    b = ratio_draws(RATIO_1, rng) + ratio_draws(RATIO_2, rng)
    agree(runs, "ratios", *weighted(b, b, np.log(PRIOR), np.log(PRIOR)))
    propagated = propagate(bt.compile_evidence(build(), episodes=["ratios"]), draws=20_000, seed=1)
    mean = propagated.posterior.probability.mean(("chain", "draw")).values[0]
    agree(runs, "ratios", mean, 0.002)


def test_ratios_and_probabilities_in_one_episode(runs):
    rng = np.random.default_rng(6)
    b = ratio_draws(RATIO_1, rng)
    agree(runs, "ratios_mixed", *weighted(b + np.log(table(PACKAGE_A, rng)), b, np.log(PRIOR), np.log(PRIOR)))


def test_wide_ratios_leave_equal_priors_equal_and_the_reference_is_a_name(runs):
    agree(runs, "ratios_wide", np.full(3, 1 / 3), 0.005)
    for draws in runs:
        p = draws.posterior.probability.mean(("chain", "draw"))
        assert p.sel(episode="reference_a").values == pytest.approx(
            p.sel(episode="reference_b").values, abs=0.01
        )


def test_quadrature_of_one_item(runs):
    """The mean of a two-piece logit-normal, by a fine grid."""
    z = np.linspace(-8, 8, 200_001)
    density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
    means = [(expit(two_piece(*(logit(v) for v in PACKAGE_A[h]), z)) * density).sum() for h in HYPOTHESES]
    draws = table(PACKAGE_A, np.random.default_rng(7)).mean(axis=0)
    assert draws == pytest.approx(means, abs=0.002)
