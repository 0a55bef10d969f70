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
N = 100_000
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
POINTS = {"A": 0.6, "B": 0.3, "C": 0.2}
WITNESS = {"hit": (0.5, 0.7, 0.9), "false_report": (0.05, 0.1, 0.3)}
DENIES = {"if_true": 0.1, "if_false": (0.3, 0.5, 0.7)}
TOGETHER = 0.3


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


def report(name, source, **more):
    return {"id": name, "event": "meeting", "source": {"key": source}, "codings": [], **more}


def build():
    rng = np.random.default_rng(20)
    random = {f"random{n}": random_rows(rng, f"random{n}", 4) for n in range(6)}
    in_source = {"source": {"key": "report"}}
    wide = {h: 0.0 if h == "A" else (-6.0, 0.0, 6.0) for h in HYPOTHESES}
    episodes = {
        **random,
        "reliability": [
            item("r1", PACKAGE_A, **in_source),
            item("r2", PACKAGE_B, **in_source),
            item("r3", POINTS),
        ],
        "implication": [item(f"s{n}", PACKAGE_A, implications=["shared"]) for n in range(3)],
        "correlation": [
            item("k1", PACKAGE_A, cluster="uncertain"),
            item("k2", POINTS, cluster="uncertain"),
            item("k3", PACKAGE_B),
        ],
        "event": [
            report("v1", "report"),
            report("v2", "witness", says="no"),
            report("v3", "other", found="absent", detection={"low": 0.3, "best": 0.6, "high": 0.9}),
            item("v4", PACKAGE_B, **in_source),
        ],
        "readings": [readings("m1", READ_1), readings("m2", READ_2), item("m3", PACKAGE_B)],
        "ratios": [ratio("o1", RATIO_1), ratio("o2", RATIO_2)],
        "ratios_even": [ratio("q1", RATIO_1), ratio("q2", RATIO_2)],
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
        details={
            name: {"prior": dict.fromkeys(HYPOTHESES, 1 / 3)} for name in ("ratios_wide", "ratios_even")
        },
        events=[
            {
                "id": "meeting",
                "episodes": ["event"],
                "correlation": TOGETHER,
                "codings": [{"values": ranged(PACKAGE_A)}],
            }
        ],
        codebook=[{"id": "shared", "text": "shared", "shared_likelihood": True}],
        clusters=[
            *({"id": f"fixed-{name}", "correlation": 0.4} for name in random),
            {"id": "uncertain", "correlation": one(RHO)},
        ],
        readings=[{"id": "tone", "options": {"plain": 0.7, "ironic": 0.3}}],
        sources=[
            source("report", ranged(SOURCE)),
            source("witness", {**ranged(WITNESS), "denies": ranged(DENIES)}),
            source("other", {"hit": 0.8, "false_report": 0.3}),
        ],
    )


def source(name, reliability):
    return {"id": name, "type": "document", "reliability": reliability}


def one(value):
    return dict(zip(("low", "best", "high"), value, strict=True))


@pytest.fixture(scope="module")
def evidence():
    return bt.compile_evidence(build())


@pytest.fixture(scope="module")
def draws(evidence):
    return sample(elicitation_model(evidence), draws=2000, seed=1)


def agree(draws, episode, expected, error=0.0):
    p = draws.posterior.probability.sel(episode=episode)
    mcse = [float(azs.mcse(p.sel(hypothesis=h).values)) for h in HYPOTHESES]
    tolerance = np.maximum(4 * np.hypot(mcse, error), 0.005)
    assert np.all(np.abs(p.mean(("chain", "draw")).values - expected) < tolerance)


def table(values, rng):
    """Draws (draw, hypothesis) of the probabilities of one item."""
    return np.stack([draw_probability(values[h], rng.standard_normal(N)) for h in HYPOTHESES], axis=-1)


@pytest.mark.parametrize("number", range(6))
def test_random_sets_agree_with_the_exact_update(evidence, draws, number):
    exact = bt.update(only(evidence, f"random{number}"), point="mean")
    agree(draws, f"random{number}", exact.probability.values[0])


def only(evidence, episode):
    from bayes_trace.models.elicitation import select_episodes

    return select_episodes(evidence, [episode], "episode")


def test_absence_with_uncertain_detection_agrees_with_the_exact_update(evidence, draws):
    agree(draws, "absence", bt.update(only(evidence, "absence"), point="mean").probability.values[0])


def test_reliability_is_learned_from_all_reports_of_the_source(draws):
    rng = np.random.default_rng(1)
    hit, false = (draw_probability(SOURCE[name], rng.standard_normal(N))[:, None] for name in SOURCE)
    p, q = table(PACKAGE_A, rng), table(PACKAGE_B, rng)
    joint = np.log(hit * p + false * (1 - p)) + np.log(hit * q + false * (1 - q)) + np.log([0.6, 0.3, 0.2])
    agree(draws, "reliability", *weighted(joint, None, np.log(PRIOR), None))


def test_items_of_one_implication_share_their_likelihood(draws):
    p = table(PACKAGE_A, np.random.default_rng(2))
    expected, error = weighted(3 * np.log(p), None, np.log(PRIOR), None)
    agree(draws, "implication", expected, error)
    apart = np.exp(3 * np.log(p.mean(axis=0))) * PRIOR
    assert np.abs(apart / apart.sum() - expected).max() > 0.05


def test_an_uncertain_correlation_stands_at_its_best_value_and_the_draws_say_so(draws):
    rng = np.random.default_rng(3)
    best = {h: value[1] for h, value in PACKAGE_A.items()}
    spreads = [np.log(max(row.values()) / min(row.values())) for row in (best, POINTS)]
    kappa = 1 / (1 + (sum(spreads) / max(spreads) - 1) * RHO[1])
    tempered = kappa * (np.log(table(PACKAGE_A, rng)) + np.log([0.6, 0.3, 0.2]))
    agree(
        draws, "correlation", *weighted(tempered + np.log(table(PACKAGE_B, rng)), None, np.log(PRIOR), None)
    )
    assert draws.attrs["correlations"] == "at best values"
    assert "correlation" not in draws.posterior


def test_readings_are_summed_out_together(draws):
    """Each reading is weighed over the even mean of what both items say of it at best values."""
    rng = np.random.default_rng(4)
    joint = 0.0
    for option, weight in (("plain", 0.7), ("ironic", 0.3)):
        level = np.mean([best(READ_1[option][h]) * best(READ_2[option][h]) for h in HYPOTHESES])
        joint = joint + weight * table(READ_1[option], rng) * table(READ_2[option], rng) / level
    total = np.log(joint) + np.log(table(PACKAGE_B, rng))
    agree(draws, "readings", *weighted(total, None, np.log(PRIOR), None))


def best(value):
    return value[1] if isinstance(value, tuple) else value


def column(value, rng):
    return draw_probability(value, rng.standard_normal(N))[:, None]


def test_reports_of_one_event_are_summed_over_whether_it_happened(draws):
    """One source affirms, one denies, one was searched in vain; with probability .3 they speak as one."""
    rng = np.random.default_rng(8)
    yes, said_yes, detection = table(PACKAGE_A, rng), {}, column((0.3, 0.6, 0.9), rng)
    for e, name in ((True, "hit"), (False, "false_report")):
        affirmed, denied = column(SOURCE[name], rng), column(DENIES["if_true" if e else "if_false"], rng)
        searched = 1 - detection * (0.8 if e else 0.3)
        together = np.maximum(0, affirmed - np.maximum(1 - denied, 1 - searched))
        said_yes[e] = affirmed, (1 - TOGETHER) * affirmed * denied * searched + TOGETHER * together
    event = yes * said_yes[True][1] + (1 - yes) * said_yes[False][1]
    p = table(PACKAGE_B, rng)
    other = said_yes[True][0] * p + said_yes[False][0] * (1 - p)
    agree(draws, "event", *weighted(np.log(event * other), None, np.log(PRIOR), None))


def ratio_draws(values, rng):
    """Draws of ratios against A: each difference has the stated points, all of them A's deviate in common."""
    common = rng.standard_normal(N)
    apart = [two_piece(*values[h], (rng.standard_normal(N) + common) / np.sqrt(2)) for h in ("B", "C")]
    return DB * np.stack([np.zeros(N), *apart], axis=-1)


EVEN = np.log(np.full(3, 1 / 3))


def test_ratios_are_taken_over_their_even_mean(draws):
    rng = np.random.default_rng(5)
    b = ratio_draws(RATIO_1, rng) + ratio_draws(RATIO_2, rng)
    agree(draws, "ratios", *weighted(b, b, np.log(PRIOR), EVEN))


def test_ratios_alone_at_even_priors_are_propagated(evidence, draws):
    propagated = propagate(only(evidence, "ratios_even"), draws=20_000, seed=1)
    mean = propagated.posterior.probability.mean(("chain", "draw")).values[0]
    agree(draws, "ratios_even", mean, 0.002)


def test_ratios_and_probabilities_in_one_episode(draws):
    rng = np.random.default_rng(6)
    b = ratio_draws(RATIO_1, rng)
    agree(draws, "ratios_mixed", *weighted(b + np.log(table(PACKAGE_A, rng)), b, np.log(PRIOR), EVEN))


def test_wide_ratios_leave_equal_priors_equal_and_with_even_ranges_the_reference_is_a_name(draws):
    agree(draws, "ratios_wide", np.full(3, 1 / 3), 0.005)
    p = draws.posterior.probability.mean(("chain", "draw"))
    assert p.sel(episode="reference_a").values == pytest.approx(p.sel(episode="reference_b").values, abs=0.01)


def test_quadrature_of_one_item():
    """The mean of a two-piece logit-normal, by a fine grid."""
    z = np.linspace(-8, 8, 200_001)
    density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
    means = [(expit(two_piece(*(logit(v) for v in PACKAGE_A[h]), z)) * density).sum() for h in HYPOTHESES]
    drawn = table(PACKAGE_A, np.random.default_rng(7)).mean(axis=0)
    assert drawn == pytest.approx(means, abs=0.002)
