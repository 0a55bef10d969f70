"""Worked examples of the literature through the PyMC models and the sampler.

Examples A5, V2, V3, V4 and R of `test_published`, episodes of two sets: `worlds`, whose hypotheses
are pairs of a world and H, and `reports`, with H against N alone. Beside every example stand versions
with ranges, so that the chains run; what is certain in a set must come out of them unmoved. The set of
worlds holds ratios too, which have no model of the data; everything else has one.
"""

from __future__ import annotations

from fractions import Fraction

import arviz_stats as azs
import numpy as np
import pytest

import bayes_trace as bt
from tests.build import item, make_set, ranged
from tests.synthetic import expit, logit, two_piece

pytestmark = pytest.mark.deep

EXACT = 1e-9
#: half a unit in the last printed digit
PRINTED = 5e-7
#: a wrong number lies at least so far from the right one
VISIBLE = 0.02

WORLDS = ("A+H", "A+N", "B+H", "B+N")
THIRD = Fraction(1, 3)
#: P(world) and P(H, K given world)
WORLD = {"A": 2 * THIRD, "B": THIRD}
GIVEN_WORLD = {
    "A": {("N", 0): THIRD, ("H", 0): THIRD, ("H", 1): THIRD},
    "B": {("N", 0): THIRD, ("N", 1): THIRD, ("H", 1): THIRD},
}
A5_LOOSE = {"A+H": (0.3, 0.5, 0.7), "A+N": 0, "B+H": 1, "B+N": (0.1, 0.5, 0.9)}
V3_POINTS = {"A+H": 0.9, "A+N": 0.3, "B+H": 0.5, "B+N": 0.3}
V3_LOOSE = {"A+H": 0.9, "A+N": 0.3, "B+H": (0.05, 0.5, 0.9), "B+N": (0.05, 0.3, 0.8)}

PRIOR = {"H": 0.3, "N": 0.7}
OWN_PRIOR = {"H": 0.1, "N": 0.9}
EVEN_PRIOR = {"H": 0.5, "N": 0.5}
#: of episodes that state a prior of their own
OWN_PRIORS = {"v2_even": OWN_PRIOR, "v3_shared": OWN_PRIOR, "v4": OWN_PRIOR, "r": EVEN_PRIOR}
PAIR = {"H": 0.9, "N": 0.1}
TRACE = {"H": 0.8, "N": 0.1}
TRACE_LOOSE = {"H": (0.4, 0.8, 0.9), "N": (0.05, 0.1, 0.6)}
SEARCH_EVEN, SEARCH_LOOSE = (0.2, 0.5, 0.8), (0.3, 0.8, 0.9)
SHARED = {"H": (0.2, 0.7, 0.97), "N": 0.3}
CHAIN = ({"H": 0.8, "N": 0.2}, {"H": 0.95, "N": 0.9})
CHAIN_LOOSE = (
    {"H": (0.4, 0.8, 0.9), "N": (0.1, 0.2, 0.6)},
    {"H": (0.5, 0.95, 0.98), "N": (0.7, 0.9, 0.95)},
)
HIT, FALSE_REPORT = (0.4, 0.8, 0.95), (0.02, 0.2, 0.5)


def pair_of_k():
    """Prior of every pair of a world and H, and P(K = 1 given the pair)."""
    priors, row = {}, {}
    for pair in WORLDS:
        world, h = pair.split("+")
        cells = GIVEN_WORLD[world]
        share = sum(p for (name, _), p in cells.items() if name == h)
        priors[pair] = float(WORLD[world] * share)
        row[pair] = float(cells.get((h, 1), Fraction(0)) / share)
    return priors, row


def shared_items(name, values, count=3):
    """Items of one implication, which share their likelihood."""
    return [item(f"{name}-{n}", values, implications=["shared"]) for n in range(count)]


def in_decibels(name, ratio, **more):
    """An item of which only the ratio of H to N is known, the same in both worlds."""
    db = 10 * np.log10(ratio)
    coding = {"unit": "ratio_db", "reference": "A+N", "values": {"A+H": db, "B+H": db, "B+N": 0.0}}
    return {"id": name, "paraphrase": f"what {name} says", "codings": [coding], **more}


def set_of_worlds():
    priors, row = pair_of_k()
    own = {"prior": priors}
    episodes = {
        "a5": [item("k", row, decisive=True)],
        "a5_loose": [item("k-loose", A5_LOOSE, decisive=True)],
        "v3": [item(f"v3-{n}", V3_POINTS) for n in range(3)],
        "v3_loose": shared_items("v3-loose", V3_LOOSE),
        "v4_ratios": [in_decibels("e1", 4), in_decibels("e2", 95 / 90, given=["e1"])],
    }
    return make_set(
        episodes,
        priors=(0.25,) * 4,
        hypotheses=WORLDS,
        details={"a5": own, "a5_loose": own},
        codebook=[{"id": "shared", "text": "shared", "shared_likelihood": True}],
    )


def absence(name, values, detection):
    detection = ranged({"d": detection})["d"]
    return [item(name, values, found="absent", detection=detection)]


def chain(name, rows):
    """Two items, the second coded given the first."""
    return [item(f"{name}-e1", rows[0]), item(f"{name}-e2", rows[1], given=[f"{name}-e1"])]


def report(name, values, source, **more):
    return item(name, values, source={"key": source}, **more)


def source(name, hit, false_report):
    rates = ranged({"hit": hit, "false_report": false_report})
    return {"id": name, "type": "document", "reliability": rates}


def set_of_reports():
    conclusive = {"H": 1, "N": 0}
    episodes = {
        "v2_sure": absence("sure", TRACE, 1),
        "v2_even": absence("even", TRACE, 0.5),
        "v2_poor": absence("poor", TRACE, 0.1),
        "v2_even_loose": absence("even-loose", TRACE, SEARCH_EVEN),
        "v2_loose": absence("loose", TRACE_LOOSE, SEARCH_LOOSE),
        "v3_shared": shared_items("shared", SHARED),
        "v3_apart": [item(f"apart-{n}", SHARED) for n in range(3)],
        "v4": chain("v4", CHAIN),
        "v4_apart": [item(f"v4-apart-{n}", CHAIN[0]) for n in range(2)],
        "v4_loose": chain("v4-loose", CHAIN_LOOSE),
        "r_direct": [item("direct", PAIR)],
        "r": [report("r", PAIR, "fair")],
        "r_careful": [report("r-careful", PAIR, "careful")],
        "r_conclusive": [report("r-conclusive", conclusive, "fair", decisive=True)],
        "r_loose": [report("r-loose", PAIR, "loose")],
        "r_twice": [report(f"r-twice-{n}", PAIR, "loose") for n in range(2)],
        "r_conclusive_twice": [report(f"r-{n}", conclusive, "loose", decisive=True) for n in range(2)],
    }
    return make_set(
        episodes,
        priors=tuple(PRIOR.values()),
        hypotheses=tuple(PRIOR),
        details={episode: {"prior": prior} for episode, prior in OWN_PRIORS.items()},
        codebook=[{"id": "shared", "text": "shared", "shared_likelihood": True}],
        sources=[
            source("fair", 0.8, 0.2),
            source("careful", 0.8, 0.05),
            source("loose", HIT, FALSE_REPORT),
        ],
    )


def draw(evidence_set):
    return bt.sample(bt.elicitation_model(bt.compile_evidence(evidence_set)), seed=1)


@pytest.fixture(scope="module")
def worlds():
    return draw(set_of_worlds())


@pytest.fixture(scope="module")
def reports():
    return draw(set_of_reports())


# --- what was drawn, and what to compare it with -----------------------------------------


def probability(draws, episode, part="H"):
    """Draws of the probability of all hypotheses that hold this part."""
    p = draws.posterior.probability.sel(episode=episode)
    return p.sel(hypothesis=[h for h in p.hypothesis.values if part in h.split("+")]).sum("hypothesis")


def odds(p):
    return p / (1 - p)


def still(p):
    """The value of a probability that no draw moves."""
    assert np.ptp(p.values) < EXACT
    return float(p.mean())


def ratio(draws, episode, prior):
    """Likelihood ratio of H to N where nothing is uncertain: posterior odds over prior odds."""
    return odds(still(probability(draws, episode))) / odds(prior["H"])


def ratio_of_reports(draws, episode):
    return ratio(draws, episode, OWN_PRIORS.get(episode, PRIOR))


def agree(p, expected):
    """Draws that move average to what is expected, within four Monte Carlo errors or .005."""
    assert float(p.std()) > 0.01
    mcse = float(azs.mcse(p.rename("p")).values)
    assert float(p.mean()) == pytest.approx(expected, abs=max(4 * mcse, 0.005))


def posterior(prior, likelihood):
    """P(H) from P(E given H) and P(E given N)."""
    joint = [prior[h] * likelihood[h] for h in "HN"]
    return joint[0] / sum(joint)


def nodes(value):
    """A two-piece logit-normal on a fine grid: values and weights; one node for a point."""
    if not isinstance(value, tuple):
        return np.array([float(value)]), np.ones(1)
    z = np.linspace(-8, 8, 1601)
    weight = np.exp(-0.5 * z**2)
    return expit(two_piece(*(logit(v) for v in value), z)), weight / weight.sum()


def mean(value, power=1):
    p, weight = nodes(value)
    return float(p**power @ weight)


def mean_of_rates(function):
    """Expectation of a function of the rates of the loose source."""
    (hit, w), (false, v) = nodes(HIT), nodes(FALSE_REPORT)
    return float(w @ function(hit[:, None], false[None, :]) @ v)


def both_reported(hit, false, p):
    return (hit * p + false * (1 - p)) ** 2


def test_only_the_episode_of_ratios_has_no_likelihood(worlds, reports):
    assert "log_likelihood" in reports
    kept = worlds["log_likelihood"]["episode"].values.tolist()
    assert kept == [name for name in worlds.posterior["episode"].values.tolist() if name != "v4_ratios"]
    assert "v4_ratios" in worlds.attrs["no_data_model"]


# --- A5: worlds --------------------------------------------------------------------------


def test_a5_worlds_are_updated_jointly(worlds):
    """Humphreys and Jacobs (2023), ch. 5, section 5.3.2 [T][C]: P(H) = 3/4 and P(A) = 1/2, not 5/6."""
    h, a = (still(probability(worlds, "a5", part)) for part in ("H", "A"))
    assert (h, a) == pytest.approx((3 / 4, 1 / 2), abs=EXACT)
    assert abs(h - 5 / 6) > VISIBLE


def test_a5_ranges_that_average_to_the_values_of_the_book_leave_its_answer(worlds):
    """Humphreys and Jacobs (2023), ch. 5, section 5.3.2 [T][C]: P(H) = 3/4 and P(A) = 1/2, not 5/6."""
    assert [mean(A5_LOOSE[pair]) for pair in WORLDS] == pytest.approx([1 / 2, 0, 1, 1 / 2], abs=EXACT)
    h, a = (probability(worlds, "a5_loose", part) for part in ("H", "A"))
    agree(h, 3 / 4)
    agree(a, 1 / 2)
    assert abs(float(h.mean()) - 5 / 6) > VISIBLE


def test_a5_averaging_the_posteriors_of_the_worlds_is_the_mistake(worlds):
    """Humphreys and Jacobs (2023), ch. 5, section 5.3.2 [T][C]: 5/6 by the prior weights of the worlds."""
    p = worlds.posterior.probability.sel(episode="a5").mean(("chain", "draw"))
    a, b = (
        float(p.sel(hypothesis=f"{w}+H") / p.sel(hypothesis=[f"{w}+H", f"{w}+N"]).sum("hypothesis"))
        for w in "AB"
    )
    assert 2 / 3 * a + 1 / 3 * b == pytest.approx(5 / 6, abs=EXACT)


def test_a5_inclusion_of_a_part_is_its_probability(worlds):
    """Humphreys and Jacobs (2023), ch. 5, section 5.3.2 [T][C]: the same 3/4 and 1/2, by part."""
    included = worlds.posterior.inclusion.sel(episode="a5")
    assert still(included.sel(mechanism="H")) == pytest.approx(3 / 4, abs=EXACT)
    assert still(included.sel(mechanism="A")) == pytest.approx(1 / 2, abs=EXACT)


# --- V2: absence -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("episode", "printed", "exact"),
    [
        ("v2_sure", 0.222222, Fraction(2, 9)),
        ("v2_even", 0.631579, Fraction(12, 19)),
        ("v2_poor", 0.929293, Fraction(92, 99)),
    ],
)
def test_v2_absence(reports, episode, printed, exact):
    """Synthetic [C]: P(E) .8 and .1, not found with detection 1, .5 and .1."""
    assert ratio_of_reports(reports, episode) == pytest.approx(printed, abs=PRINTED)
    assert ratio_of_reports(reports, episode) == pytest.approx(float(exact), abs=EXACT)


def test_v2_an_uncertain_search_counts_by_its_mean(reports):
    """Synthetic [C]: a detection of .2 to .8 averages to .5, hence .631579 as before."""
    assert mean(SEARCH_EVEN) == pytest.approx(0.5, abs=EXACT)
    expected = posterior(PRIOR, {"H": 0.631579, "N": 1})
    agree(probability(reports, "v2_even_loose"), expected)


def test_v2_absence_of_an_uncertain_trace(reports):
    """Synthetic, grid: 1 - E[d] E[p], which is not what the best values give."""
    likelihood = {h: 1 - mean(SEARCH_LOOSE) * mean(TRACE_LOOSE[h]) for h in "HN"}
    expected = posterior(PRIOR, likelihood)
    agree(probability(reports, "v2_loose"), expected)
    best = posterior(PRIOR, {h: 1 - SEARCH_LOOSE[1] * TRACE_LOOSE[h][1] for h in "HN"})
    assert abs(best - expected) > VISIBLE


# --- V3: an uncertain likelihood in common -----------------------------------------------


def test_v3_a_shared_uncertain_likelihood_is_integrated_jointly(worlds):
    """Synthetic [C]: P(E given H) .9 or .5, three items share it -> LR 15.814815, not 12.703704."""
    got = ratio(worlds, "v3", EVEN_PRIOR)
    assert got == pytest.approx(15.814815, abs=PRINTED)
    assert got == pytest.approx(float(Fraction(427, 27)), rel=EXACT)
    assert abs(got - 12.703704) > 1


def test_v3_a_range_in_both_worlds(worlds):
    """Synthetic, grid: E[p^3] of every pair, and not E[p]^3."""
    joint = {pair: mean(V3_LOOSE[pair], 3) for pair in WORLDS}
    expected = (joint["A+H"] + joint["B+H"]) / sum(joint.values())
    agree(probability(worlds, "v3_loose"), expected)
    apart = {pair: mean(V3_LOOSE[pair]) ** 3 for pair in WORLDS}
    assert abs((apart["A+H"] + apart["B+H"]) / sum(apart.values()) - expected) > VISIBLE


def test_v3_a_range_in_common(reports):
    """Synthetic, grid: three items of one implication, E[p^3] and not E[p]^3; apart it is E[p]^3."""
    shared = {h: mean(SHARED[h], 3) for h in "HN"}
    apart = {h: mean(SHARED[h]) ** 3 for h in "HN"}
    expected = posterior(OWN_PRIOR, shared)
    agree(probability(reports, "v3_shared"), expected)
    assert abs(posterior(OWN_PRIOR, apart) - expected) > VISIBLE
    agree(probability(reports, "v3_apart"), posterior(PRIOR, apart))


# --- V4: a conditional chain -------------------------------------------------------------


def test_v4_a_conditional_chain(worlds, reports):
    """Synthetic [C]: E1 (.8, .2), then E2 given E1 (.95, .9) -> 4.222222; in probabilities and in dB."""
    for got in (ratio_of_reports(reports, "v4"), ratio(worlds, "v4_ratios", EVEN_PRIOR)):
        assert got == pytest.approx(4.222222, abs=PRINTED)
        assert got == pytest.approx(float(Fraction(38, 9)), abs=EXACT)


def test_v4_the_same_item_twice_without_a_chain(reports):
    """Synthetic [C]: taken as independent, (.8, .2) each -> 16."""
    assert ratio_of_reports(reports, "v4_apart") == pytest.approx(16, abs=EXACT)


def test_v4_a_chain_of_ranges(reports):
    """Synthetic, grid: E[p1] E[p2 given E1], which is not what the best values give."""
    likelihood = {h: mean(CHAIN_LOOSE[0][h]) * mean(CHAIN_LOOSE[1][h]) for h in "HN"}
    expected = posterior(PRIOR, likelihood)
    agree(probability(reports, "v4_loose"), expected)
    assert abs(posterior(PRIOR, {"H": 4.222222, "N": 1}) - expected) > VISIBLE


# --- R: reports --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("episode", "printed", "exact"),
    [
        ("r_direct", 9.0, Fraction(9)),
        ("r", 2.846154, Fraction(37, 13)),
        ("r_careful", 5.8, Fraction(29, 5)),
        ("r_conclusive", 4.0, Fraction(4)),
    ],
)
def test_r_reports(reports, episode, printed, exact):
    """Schum's cascade, synthetic [C]: (.9, .1) seen directly or reported; a conclusive report is worth h / f."""
    assert ratio_of_reports(reports, episode) == pytest.approx(printed, abs=PRINTED)
    assert ratio_of_reports(reports, episode) == pytest.approx(float(exact), abs=EXACT)


def test_r_one_report_of_an_uncertain_source(reports):
    """Schum's cascade, synthetic, grid: E[h] p + E[f] (1 - p)."""
    likelihood = {h: mean(HIT) * PAIR[h] + mean(FALSE_REPORT) * (1 - PAIR[h]) for h in "HN"}
    agree(probability(reports, "r_loose"), posterior(PRIOR, likelihood))


@pytest.mark.parametrize(
    ("episode", "values"), [("r_twice", PAIR), ("r_conclusive_twice", {"H": 1.0, "N": 0.0})]
)
def test_r_two_reports_share_the_rates_of_their_source(reports, episode, values):
    """Schum's cascade, synthetic, grid over h and f: E[q^2] and not E[q]^2."""
    together = {h: mean_of_rates(lambda r, f, p=values[h]: both_reported(r, f, p)) for h in "HN"}
    expected = posterior(PRIOR, together)
    agree(probability(reports, episode), expected)
    apart = {h: (mean(HIT) * values[h] + mean(FALSE_REPORT) * (1 - values[h])) ** 2 for h in "HN"}
    assert abs(posterior(PRIOR, apart) - expected) > VISIBLE


def test_r_the_reports_teach_something_about_their_source(reports):
    """Schum's cascade, synthetic, grid over h and f: posterior means of the two rates."""

    def evidence(hit, false):
        return sum(PRIOR[h] * both_reported(hit, false, PAIR[h]) for h in "HN")

    total = mean_of_rates(evidence)
    expected = {
        "hit": mean_of_rates(lambda r, f: r * evidence(r, f)) / total,
        "false_report": mean_of_rates(lambda r, f: f * evidence(r, f)) / total,
    }
    assert expected["false_report"] - mean(FALSE_REPORT) > VISIBLE
    for name, value in expected.items():
        rate = reports.posterior[name].sel({f"{name}_deviate": "loose|r_twice"})
        agree(rate.isel({rate.dims[-1]: 0}), value)
