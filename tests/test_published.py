"""Worked examples of the literature, from their inputs, with source and tag.

Tags as in the project's notes on methods: [T] the source text was opened, [C] recomputed independently,
[S] second-hand, [M] from memory. Tolerance: 1e-9 for closed forms, half a unit in the last printed
digit against printed numbers.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace import scales
from bayes_trace.evidence import EvidenceSet, list_problems

EXACT = 1e-9


def belief(table, priors=None, **options):
    """Posterior by hypothesis of a one-episode table."""
    post = bt.update(bt.compile_evidence(bt.from_table(table, priors=priors, **options)))
    return dict(zip(post["hypothesis"].values.tolist(), post.probability.values[0].tolist(), strict=True))


def decibels(table, a, b, **options):
    """Summed weight of a table between two hypotheses."""
    ev = bt.compile_evidence(bt.from_table(table, **options))
    return float(bt.weight_of_evidence(ev, a, against=b).sum())


def joint(weights, *facts):
    """Priors and likelihoods of a set of facts from an enumerated model.

    `weights` maps (hypothesis, *observables) to a probability; the likelihood of `facts` (tests of the
    observables) under a hypothesis is its share of that hypothesis' weight.
    """
    prior: dict = {}
    hit: dict = {}
    for (hypothesis, *seen), weight in weights.items():
        prior[hypothesis] = prior.get(hypothesis, 0) + weight
        inside = all(fact(*seen) for fact in facts)
        hit[hypothesis] = hit.get(hypothesis, 0) + (weight if inside else 0)
    likelihood = {h: float(hit[h] / prior[h]) for h in prior}
    return {h: float(p) for h, p in prior.items()}, likelihood


# --- A: Integrated Inferences, chapter 5 -------------------------------------------------


def test_a1_disease():
    """Humphreys and Jacobs (2023), ch. 5 [T][C]: prior .01, test .99 and .01 -> .5 exactly."""
    assert belief({"positive": {"ill": 0.99, "well": 0.01}}, {"ill": 0.01, "well": 0.99})[
        "ill"
    ] == pytest.approx(0.5, abs=EXACT)


def test_a1b_two_children():
    """Humphreys and Jacobs (2023), ch. 5 [T][C]: at least one boy -> two boys with 1/3."""
    row = {"".join(family): float("b" in family) for family in itertools.product("bg", repeat=2)}
    assert belief({"boy": row})["bb"] == pytest.approx(1 / 3, abs=EXACT)


@pytest.mark.parametrize(("phi1", "phi0", "expected"), [(0.999, 0.333, 0.47712), (0.667, 0.001, 2.82413)])
def test_a2_probative_value(phi1, phi0, expected):
    """Humphreys and Jacobs (2023), ch. 5 [T][C]: log10 of the likelihood ratio."""
    assert decibels({"clue": {"H": phi1, "not": phi0}}, "H", "not") / 10 == pytest.approx(expected, abs=5e-6)


@pytest.mark.parametrize(
    ("phi1", "phi0", "prior", "expected", "tolerance"),
    [
        (0.99, 0.01, 0.5, 0.9604, 5e-5),
        (0.099, 0.001, 0.5, 0.0505, 5e-5),
        (0.9, 0.5, 0.5, 0.1905, 5e-5),
        (0.5, 0.1, 0.5, 0.1905, 5e-5),
        (0.8, 0.3, 0.2, 0.166667, 5e-7),
        (0.7, 0.1, 0.6, 0.347826, 5e-7),
    ],
)
def test_a3_expected_learning(phi1, phi0, prior, expected, tolerance):
    """Humphreys and Jacobs (2023), ch. 5 [T][C]: 1 - E[Var(posterior)] / Var(prior).

    Both outcomes of looking are posteriors of this package; a failed search that could not fail is an
    absence with detection 1.
    """
    row, priors = {"clue": {"H": phi1, "not": phi0}}, {"H": prior, "not": 1 - prior}
    seen = belief(row, priors)["H"]
    unseen = belief(row, priors, found={"clue": "absent"}, detection={"clue": 1})["H"]
    chance = prior * phi1 + (1 - prior) * phi0
    left = chance * seen * (1 - seen) + (1 - chance) * unseen * (1 - unseen)
    assert 1 - left / (prior * (1 - prior)) == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize(
    ("phi1", "phi0", "bits"),
    [(0.99, 0.01, 0.9192), (0.099, 0.001, 0.0478), (0.9, 0.5, 0.1468), (0.5, 0.1, 0.1468)],
)
def test_a3c_mutual_information(phi1, phi0, bits):
    """Humphreys and Jacobs (2023), ch. 5 [C], even prior: H(prior) - E[H(posterior)] in bits."""

    def entropy(p):
        return -p * math.log2(p) - (1 - p) * math.log2(1 - p)

    row = {"clue": {"H": phi1, "not": phi0}}
    seen, unseen = belief(row)["H"], belief(row, found={"clue": "absent"}, detection={"clue": 1})["H"]
    chance = (phi1 + phi0) / 2
    assert 1 - chance * entropy(seen) - (1 - chance) * entropy(unseen) == pytest.approx(bits, abs=5e-5)


def test_a4_chain():
    """Humphreys and Jacobs (2023), ch. 5 [T][C]: X -> K -> Y; K = 1 -> 1/2, K = 0 -> 0."""
    priors = {"matters": 1 / 3, "destined": 2 / 3}
    assert belief({"K1": {"matters": 1.0, "destined": 0.5}}, priors)["matters"] == pytest.approx(
        0.5, abs=EXACT
    )
    assert belief({"K0": {"matters": 0.0, "destined": 0.5}}, priors)["matters"] == 0


def test_a5_worlds_are_updated_jointly():
    """Humphreys and Jacobs (2023), section 5.3.2 [T][C]: P(H) = 3/4 and P(A) = 1/2, not 5/6."""
    third = Fraction(1, 3)
    given = {
        "A": {(0, 0): third, (1, 0): third, (1, 1): third},
        "B": {(0, 0): third, (0, 1): third, (1, 1): third},
    }
    world = {"A": Fraction(2, 3), "B": third}
    weights = {
        (f"{w}{h}", k): world[w] * given[w].get((h, k), Fraction(0))
        for w in "AB"
        for h in (0, 1)
        for k in (0, 1)
    }
    priors, likelihood = joint(weights, lambda k: k == 1)
    post = belief({"K1": likelihood}, priors)
    assert post["A1"] + post["B1"] == pytest.approx(3 / 4, abs=EXACT)
    assert post["A0"] + post["A1"] == pytest.approx(1 / 2, abs=EXACT)
    # what averaging the posteriors of the two worlds with their priors would have given
    apart = [post[f"{w}1"] / (post[f"{w}0"] + post[f"{w}1"]) for w in "AB"]
    assert 2 / 3 * apart[0] + 1 / 3 * apart[1] == pytest.approx(5 / 6, abs=EXACT)


def test_a6_the_order_of_two_facts_about_a_card():
    """Humphreys and Jacobs (2023), ch. 5 [T][C]: 1/52 -> 1/12 -> 1/6 and 1/52 -> 1/26 -> 1/6.

    Jack of spades among 52 cards: the facts are a face card, and black.
    """
    suits, ranks = "SHDC", ["A", *map(str, range(2, 11)), "J", "Q", "K"]
    cards = [s + r for s in suits for r in ranks]
    table = {
        "face": {c: float(c[1:] in "JQK") for c in cards},
        "black": {c: float(c[0] in "SC") for c in cards},
    }
    ev = bt.compile_evidence(bt.from_table(table))
    one = bt.trajectory(ev, "episode", order=["face", "black"]).sel(hypothesis="SJ").values
    two = bt.trajectory(ev, "episode", order=["black", "face"]).sel(hypothesis="SJ").values
    np.testing.assert_allclose(one, [1 / 52, 1 / 12, 1 / 6], atol=EXACT)
    np.testing.assert_allclose(two, [1 / 52, 1 / 26, 1 / 6], atol=EXACT)


# --- B, C, H: causal chains, enumerated --------------------------------------------------

TYPES = {"00": (0, 0), "10": (1, 0), "01": (0, 1), "11": (1, 1)}


def chain(m_types, y_types):
    """X -> M -> Y: (type of M, type of Y, X, M, Y) -> probability; X is 1 with probability 1/2."""
    return {
        (m, y, x, TYPES[m][x], TYPES[y][TYPES[m][x]]): Fraction(1, 2) * m_types[m] * y_types[y]
        for m in m_types
        for y in y_types
        for x in (0, 1)
    }


def by_effect(cells):
    """The chain with its types lumped by the effect of X on Y: (effect, X, M, Y) -> probability."""
    sign = {"01": 1, "10": -1, "00": 0, "11": 0}
    lumped: dict = {}
    for (m, y, *seen), weight in cells.items():
        name = {1: "positive", 0: "none", -1: "negative"}[sign[m] * sign[y]]
        lumped[name, *seen] = lumped.get((name, *seen), 0) + weight
    return lumped


def caused(weights, *facts):
    """Posterior that X caused Y, from the enumerated likelihoods of the facts."""
    priors, likelihood = joint(weights, *facts)
    return belief({"data": likelihood}, priors)["positive"]


B_SHARES = {"00": Fraction(1, 5), "10": Fraction(1, 5), "01": Fraction(2, 5), "11": Fraction(1, 5)}


def test_b_chain_effects():
    """Humphreys and Jacobs (2023), ch. 7 [T][C]: prior .1; X=M=Y=1 -> .4444; X=Y=1 -> .3846 (printed .39)."""
    weights = by_effect(chain(B_SHARES, B_SHARES))
    priors, through = joint(weights, lambda x, m, y: x == 1)
    assert priors["positive"] * through["positive"] == pytest.approx(0.1, abs=EXACT)
    assert caused(weights, lambda x, m, y: x == m == y == 1) == pytest.approx(4 / 9, abs=EXACT)
    assert caused(weights, lambda x, m, y: x == y == 1) == pytest.approx(5 / 13, abs=EXACT)
    assert round(5 / 13, 4) == 0.3846


def test_b_chain_types():
    """Humphreys and Jacobs (2023), ch. 7 [T][C]: posteriors of the pairs of types."""
    weights = {(f"{m}-{y}", *seen): w for (m, y, *seen), w in chain(B_SHARES, B_SHARES).items()}
    priors, likelihood = joint(weights, lambda x, m, y: (x, m, y) == (1, 1, 1))
    post = {name: p for name, p in belief({"data": likelihood}, priors).items() if p > 0}
    assert post == pytest.approx({"01-01": 4 / 9, "01-11": 2 / 9, "11-01": 2 / 9, "11-11": 1 / 9}, abs=EXACT)
    priors, likelihood = joint(weights, lambda x, m, y: (x, m, y) == (1, 0, 0))
    post = sorted(p for p in belief({"data": likelihood}, priors).values() if p > 0)
    assert post == pytest.approx([0.1667, 0.1667, 0.3333, 0.3333], abs=5e-5)


def test_c_monotone_chain():
    """Humphreys and Jacobs (2023), table 7.9 [T: Monte Carlo .202, .000, .252][C exact .2, 0, .25]."""
    shares = dict.fromkeys(("00", "01", "11"), Fraction(1, 3))
    weights = by_effect(chain(shares, shares))
    assert caused(weights, lambda x, m, y: x == y == 1) == pytest.approx(0.2, abs=EXACT)
    assert caused(weights, lambda x, m, y: x == y == 1 and m == 0) == pytest.approx(0, abs=EXACT)
    assert caused(weights, lambda x, m, y: x == y == 1 and m == 1) == pytest.approx(0.25, abs=EXACT)


@pytest.mark.parametrize(
    ("a", "none", "m0", "m1"),
    [
        ("0", 0.167, 0.000, 0.25),
        ("0.05", 0.183, 0.068, 0.25),
        ("0.1", 0.200, 0.125, 0.25),
        ("0.15", 0.217, 0.173, 0.25),
        ("0.2", 0.233, 0.214, 0.25),
        ("0.25", 0.25, 0.25, 0.25),
    ],
)
def test_h_sensitivity_to_the_share_of_a_type(a, none, m0, m1):
    """Humphreys and Jacobs (2023), table 16.2 [T][C]: X=Y=1, then M=0, then M=1, as lambda_Y(10) = a grows."""
    share = Fraction(a)
    y_types = {"10": share, **dict.fromkeys(("00", "01", "11"), (1 - share) / 3)}
    weights = by_effect(chain(dict.fromkeys(TYPES, Fraction(1, 4)), y_types))
    assert caused(weights, lambda x, m, y: x == y == 1) == pytest.approx(none, abs=5e-4)
    assert caused(weights, lambda x, m, y: x == y == 1 and m == 0) == pytest.approx(m0, abs=5e-4)
    assert caused(weights, lambda x, m, y: x == y == 1 and m == 1) == pytest.approx(m1, abs=5e-4)


# --- I: Fairfield and Charman, Chile 2005 ------------------------------------------------

#: weight in dB for equity appeal against its rivals, items E0-E5
CHILE = {
    "E0": (-5, -10),
    "E1": (6, 66),
    "E2": (12, 12),
    "E3": (25, 0),
    "E4": (30, 15),
    "E5": (30, 27),
}


def chile(without=None):
    """Ratios against equity appeal (EA): what favours EA is negative for its rivals."""
    return {
        name: {"EA": 0.0, "CC": -float(cc), "MV": -float(mv)}
        for name, (cc, mv) in CHILE.items()
        if name != without
    }


@pytest.mark.parametrize(
    ("without", "cc", "mv"),
    [
        (None, 98, 110),
        ("E0", 103, 120),
        ("E1", 92, 44),
        ("E2", 86, 98),
        ("E3", 73, 110),
        ("E4", 68, 95),
        ("E5", 68, 83),
    ],
)
def test_i_chile_totals(without, cc, mv):
    """Fairfield and Charman (2017), Chile's 2005 tax reform [S, via mgaldino/PPC_BPT]: sums, each item out."""
    table = chile(without)
    assert decibels(table, "EA", "CC", unit="ratio_db") == pytest.approx(cc, abs=EXACT)
    assert decibels(table, "EA", "MV", unit="ratio_db") == pytest.approx(mv, abs=EXACT)


def test_i_chile_equal_priors_need_logarithms():
    """Fairfield and Charman (2017) [S][C]: 1 - P(EA) = 1.6848922e-10 with equal priors."""
    post = bt.update(bt.compile_evidence(bt.from_table(chile(), unit="ratio_db")))
    rest = post.probability.sel(hypothesis=["CC", "MV"]).sum().item()
    assert rest == pytest.approx(1.6848922e-10, rel=3e-8)
    assert -np.expm1(post.log_probability.sel(hypothesis="EA").item()) == pytest.approx(rest, rel=1e-5)


@pytest.mark.parametrize(
    ("db", "expected", "tolerance"),
    [
        (-90, {"EA": 0.855806, "CC": 0.135636, "MV": 0.008558}, 5e-7),
        (-50, {"EA": 0.999983}, 5e-7),
        (-98, {"EA": 0.484708, "CC": 0.484708, "MV": 0.030583}, 5e-7),
    ],
)
def test_i_chile_sceptical_priors(db, expected, tolerance):
    """Fairfield and Charman (2017) [S][C]: prior odds of EA in dB against each of two equal rivals."""
    odds = 10 ** (db / 10)
    priors = {"EA": odds / (2 + odds), "CC": 1 / (2 + odds), "MV": 1 / (2 + odds)}
    post = belief(chile(), priors, unit="ratio_db")
    assert {h: post[h] for h in expected} == pytest.approx(expected, abs=tolerance)


# --- J: oil majors -----------------------------------------------------------------------


def test_j_prior_and_net_weight():
    """Fairfield and Charman (2025), via Galdino [S][C]: 6 dB = .799240; less 2 dB -> .715253."""
    prior = float(scales.convert(6.0, "db", "probability"))
    assert prior == pytest.approx(0.799240, abs=5e-7)
    post = belief({"net": {"SA": -2.0}}, {"SA": prior, "other": 1 - prior}, unit="ratio_db")
    assert post["SA"] == pytest.approx(0.715253, abs=5e-7)


@pytest.mark.parametrize(
    ("name", "likely", "rounded", "unrounded"),
    [
        ("e5", (0.80, 0.05), 0.5825, 0.5864),
        ("e6", (0.75, 0.15), 0.576, 0.5792),
        ("e7", (0.70, 0.20), 0.555, 0.5576),
        ("e8", (0.40, 0.80), 0.516, 0.5139),
    ],
)
def test_j_the_evidence_a_posterior_expects(name, likely, rounded, unrounded):
    """Galdino draft [S][C]: P(e) = sum of P(e given H) P(H), here exp(log_evidence)."""
    for share, expected, tolerance in ((0.71, rounded, EXACT), (0.715253, unrounded, 5e-5)):
        es = bt.from_table(
            {name: dict(zip(("SA", "other"), likely, strict=True))}, priors={"SA": share, "other": 1 - share}
        )
        post = bt.update(bt.compile_evidence(es))
        assert not post.relative.item()
        assert math.exp(post.log_evidence.item()) == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize(
    ("channels", "net"),
    [
        ([(0.75, 0.15), (0.8, 0.1), (0.7, 0.25), (0.3, 0.75)], 16.51),
        ([(0.55, 0.25), (0.6, 0.3), (0.5, 0.35), (0.3, 0.55)], 5.35),
        ([(0.3, 0.15), (0.4, 0.3), (0.25, 0.55), (0.1, 0.75)], -7.92),
    ],
)
def test_j_channels_add_up(channels, net):
    """Galdino draft [S][C]: net weight of four channels."""
    table = {f"channel{n}": dict(zip("AB", pair, strict=True)) for n, pair in enumerate(channels)}
    assert decibels(table, "A", "B") == pytest.approx(net, abs=5e-3)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([(0.95 * 0.9, 0.95), (0.95 * 0.1, 0.6), (0.05, 0.1)], 0.87425),
        ([(0.85 * 0.5, 0.85), (0.85 * 0.5, 0.1), (0.15, 0.05)], 0.41125),
    ],
)
def test_j_links_by_total_probability(states, expected):
    """Galdino draft [S][C]: likelihood of an item whose link may hold or not, summed over its states."""
    names = [f"s{n}" for n in range(len(states))]
    priors = {name: prior for name, (prior, _) in zip(names, states, strict=True)}
    row = {name: p for name, (_, p) in zip(names, states, strict=True)}
    post = bt.update(bt.compile_evidence(bt.from_table({"item": row}, priors=priors)))
    assert math.exp(post.log_evidence.item()) == pytest.approx(expected, abs=EXACT)


# --- P: Jaynes ---------------------------------------------------------------------------

BAD = {"A": 1 / 3, "B": 1 / 6, "C": 0.99}


@pytest.mark.parametrize(
    ("bad", "a", "b", "c"),
    [
        (0, -10, 10, -60),
        (1, -6.99, 6.99, -52.64),
        (5, 5.02, -5.06, -27.13),
        (10, 2.24, -22.11, -2.35),
        (16, -26.05, -64.23, 26.05),
        (20, -44.97, -95.17, 44.97),
    ],
)
def test_p_a_third_hypothesis_comes_back_from_the_dead(bad, a, b, c):
    """Jaynes (2003), ch. 4 [M setup][C numbers]: evidence in dB of each after so many bad widgets."""
    rest = 1 - 1e-6
    priors = {"A": rest / 11, "B": rest * 10 / 11, "C": 1e-6}
    draws = {f"bad{n}": BAD for n in range(bad)} or {"nothing": dict.fromkeys(BAD, 0.5)}
    post = belief(draws, priors)
    for name, expected in zip("ABC", (a, b, c), strict=True):
        others = sum(p for h, p in post.items() if h != name)
        assert 10 * math.log10(post[name] / others) == pytest.approx(expected, abs=5e-3)


def test_p_weight_of_one_widget():
    """Jaynes (2003), ch. 4 [M setup][C numbers]: +3.0103 dB a bad one, -.9691 dB a good one, A against B."""
    good = {h: 1 - p for h, p in BAD.items()}
    assert decibels({"bad": BAD}, "A", "B") == pytest.approx(3.0103, abs=5e-5)
    assert decibels({"good": good}, "A", "B") == pytest.approx(-0.9691, abs=5e-5)


# --- R, S: reports and pools -------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "rates", "ratio"),
    [
        ((0.9, 0.1), (0.8, 0.2), 2.846154),
        ((0.9, 0.1), (0.8, 0.05), 5.8),
        ((1, 0), (0.8, 0.2), 4.0),
    ],
)
def test_r_reports(row, rates, ratio):
    """Schum's cascade, synthetic [C]: LR of a report; bounded by hit / false report."""
    table = {"report": dict(zip("AB", row, strict=True))}
    got = decibels(table, "A", "B", reliability={"report": rates})
    assert 10 ** (got / 10) == pytest.approx(ratio, abs=5e-7)


def test_r_a_report_is_worth_half_the_decibels():
    """Synthetic [C]: 4.5426 dB where direct observation has 9 to 1."""
    table = {"report": {"A": 0.9, "B": 0.1}}
    assert decibels(table, "A", "B", reliability={"report": (0.8, 0.2)}) == pytest.approx(4.5426, abs=5e-5)
    assert 10 ** (decibels(table, "A", "B") / 10) == pytest.approx(9, abs=EXACT)


def test_r_jeffrey_is_virtual_evidence():
    """Synthetic [C]: prior .4, (.8, .3), P(E) moved from .5 to .9 -> .592 = evidence of 9 to 1 for E."""
    post = belief({"E": {"H": 0.8, "N": 0.3}}, {"H": 0.4, "N": 0.6}, reliability={"E": (0.9, 0.1)})
    assert post["H"] == pytest.approx(0.592, abs=EXACT)
    assert pytest.approx(0.592, abs=EXACT) == 0.9 * 0.4 * 0.8 / 0.5 + 0.1 * 0.4 * 0.2 / 0.5


def two_coders():
    """p1 = (.7, .2, .1) and p2 = (.4, .4, .2) as posteriors of two coders under equal priors."""
    data = bt.from_table({"item": {"A": 0.7, "B": 0.2, "C": 0.1}}).model_dump(mode="json")
    data["coders"].append({"id": "second"})
    codings = data["cases"][0]["items"][0]["codings"]
    codings.append({"coder": "second", "values": {"A": 0.4, "B": 0.4, "C": 0.2}})
    return sound(data)


def sound(data):
    """An evidence set without problems."""
    es = EvidenceSet.model_validate(data)
    assert list_problems(es) == []
    return es


def test_s_pools():
    """Synthetic [C]: linear (.55, .3, .15), logarithmic (.555006, .296663, .148331)."""
    ev = bt.compile_evidence(two_coders())
    linear, log = (bt.update(ev, pool=pool).probability.values[0] for pool in ("linear", "log"))
    np.testing.assert_allclose(linear, [0.55, 0.3, 0.15], atol=EXACT)
    np.testing.assert_allclose(log, [0.555006, 0.296663, 0.148331], atol=5e-7)


# --- U: structure ------------------------------------------------------------------------


def test_u_mechanisms_that_work_together():
    """Ten people, Rohlfing's illustration [S][C]: A or B .7, while the naive sum is 1.2."""
    priors = {"A": 0.1, "B": 0.1, "A+B": 0.5, "none": 0.3}
    included = bt.inclusion(
        bt.update(bt.compile_evidence(bt.from_table({"nothing": dict.fromkeys(priors, 0.5)}, priors=priors)))
    )
    a, b = (included.probability.sel(mechanism=m).item() for m in "AB")
    none = included.probability.sel(mechanism="none").item()
    assert a + b == pytest.approx(1.2, abs=EXACT)
    assert 1 - none == pytest.approx(0.7, abs=EXACT)


def test_u_greed_and_grievance():
    """Synthetic [C]: (.421053, .105263, .421053, .052632); G .842105, R .526316; forced apart .8 to .2."""
    row = {"G": 0.8, "R": 0.2, "G+R": 0.8, "0": 0.1}
    post = bt.update(bt.compile_evidence(bt.from_table({"memo": row})))
    np.testing.assert_allclose(
        post.probability.values[0], [0.421053, 0.105263, 0.421053, 0.052632], atol=5e-7
    )
    included = bt.inclusion(post).probability.sel(mechanism=["G", "R"]).values[0]
    np.testing.assert_allclose(included, [0.842105, 0.526316], atol=5e-7)
    assert belief({"memo": {"G": 0.8, "R": 0.2}}) == pytest.approx({"G": 0.8, "R": 0.2}, abs=EXACT)


def test_u_a_neutral_pair_is_not_neutral():
    """Fenton et al. (2013), synthetic numbers [C]: LR(1:2) = 1, yet P(H1) rises from .333 to .444."""
    table = {"memo": {"H1": 0.4, "H2": 0.4, "H3": 0.1}}
    assert decibels(table, "H1", "H2") == pytest.approx(0, abs=EXACT)
    assert belief(table) == pytest.approx({"H1": 4 / 9, "H2": 4 / 9, "H3": 1 / 9}, abs=EXACT)


@pytest.mark.parametrize(
    ("rho", "expected", "tolerance"), [(0.0, 0.9999996, 5e-8), (1.0, 0.95, EXACT), (0.5, 0.992663, 5e-7)]
)
def test_u_one_memo_quoted_five_times(rho, expected, tolerance):
    """Synthetic [C]: an LR of 19, five times; design effect k / (1 + (k - 1) rho), not 1 + (k - 1)(1 - rho)."""
    data = bt.from_table({f"quote{n}": {"A": 0.95, "B": 0.05} for n in range(5)}).model_dump()
    data["clusters"] = [{"id": "memo", "correlation": rho}]
    for item in data["cases"][0]["items"]:
        item["cluster"] = "memo"
    post = bt.update(bt.compile_evidence(sound(data)))
    got = post.probability.sel(hypothesis="A").item()
    assert got == pytest.approx(expected, abs=tolerance)
    if rho == 0.5:
        assert abs(got - 0.999854) > 1e-3
    # a weight below one leaves no likelihood with a level
    assert bool(post.relative.item()) is (rho > 0)


def test_u_occam():
    """Synthetic [C]: 8 heads in 10, .0439453 under a fair coin, 1/11 under any coin; ratio 2.068687."""
    fair = math.comb(10, 8) / 2**10
    average = np.mean([math.comb(10, 8) * t**8 * (1 - t) ** 2 for t in (np.arange(4000) + 0.5) / 4000])
    assert fair == pytest.approx(0.0439453, abs=5e-8)
    assert average == pytest.approx(1 / 11, abs=1e-7)
    got = decibels({"tosses": {"any": float(average), "fair": fair}}, "any", "fair")
    assert 10 ** (got / 10) == pytest.approx(2.068687, abs=2e-6)


def test_u_sixteen_to_one_against_the_mean():
    """A public test [T]: 16 : 1 is 4 and 1/4 of the geometric mean; posterior 16/17; pro and contra cancel."""
    table = {"pro": {"A": 0.8, "B": 0.05}}
    ev = bt.compile_evidence(bt.from_table(table))
    centred = [10 ** (bt.weight_of_evidence(ev, h).item() / 10) for h in "AB"]
    assert centred == pytest.approx([4, 0.25], abs=EXACT)
    assert belief(table)["A"] == pytest.approx(16 / 17, abs=EXACT)
    for names in (("pro", "anti"), ("anti", "pro")):
        rows = {"pro": {"A": 0.8, "B": 0.05}, "anti": {"A": 0.05, "B": 0.8}}
        assert belief({name: rows[name] for name in names})["A"] == pytest.approx(0.5, abs=EXACT)


# --- V: soft, absent, shared and conditional evidence ------------------------------------


def test_v1_virtual_evidence_commutes():
    """Pearl's virtual evidence, synthetic [C]: 9 and 7/3 in either order -> .697382 (Jeffrey: .745, .769)."""
    rows = {"E1": {"H": 0.8, "N": 0.3}, "E2": {"H": 0.6, "N": 0.1}}
    rates = {"E1": (0.9, 0.1), "E2": (0.7, 0.3)}
    for names in (("E1", "E2"), ("E2", "E1")):
        post = belief({n: rows[n] for n in names}, {"H": 0.4, "N": 0.6}, reliability=rates)
        assert post["H"] == pytest.approx(0.697382, abs=5e-7)


@pytest.mark.parametrize(("detection", "ratio"), [(1, 0.222222), (0.5, 0.631579), (0.1, 0.929293)])
def test_v2_absence(detection, ratio):
    """Synthetic [C]: P(E) .8 and .1, not found; the ratio tends to 1 as the search gets worse."""
    table = {"trace": {"H": 0.8, "N": 0.1}}
    got = decibels(table, "H", "N", found={"trace": "absent"}, detection={"trace": detection})
    assert 10 ** (got / 10) == pytest.approx(ratio, abs=5e-7)


def test_v3_a_shared_uncertain_likelihood_is_integrated_jointly():
    """Synthetic [C]: P(E given H) .9 or .5, three items share it -> LR 15.814815, not 12.703704."""
    names = ("E1", "E2", "E3")
    table = {name: {"high": 0.9, "low": 0.5, "N": 0.3} for name in names}
    post = belief(table, {"high": 0.25, "low": 0.25, "N": 0.5})
    assert (post["high"] + post["low"]) / post["N"] == pytest.approx(15.814815, abs=5e-7)
    averaged = {name: {"H": 0.7, "N": 0.3} for name in names}
    assert 10 ** (decibels(averaged, "H", "N") / 10) == pytest.approx(12.703704, abs=5e-7)


def test_v4_a_conditional_chain():
    """Synthetic [C]: E1 (.8, .2), then E2 given E1 (.95, .9) -> 4.222222, 6.2554 dB; independent 16, 12.04 dB."""
    table = {"E1": {"H": 0.8, "N": 0.2}, "E2": {"H": 0.95, "N": 0.9}}
    data = bt.from_table(table).model_dump()
    data["cases"][0]["items"][1]["given"] = ["E1"]
    ev = bt.compile_evidence(sound(data))
    total = float(bt.weight_of_evidence(ev, "H", against="N").sum())
    assert 10 ** (total / 10) == pytest.approx(4.222222, abs=5e-7)
    assert total == pytest.approx(6.2554, abs=5e-5)
    twice = {"E1": {"H": 0.8, "N": 0.2}, "E2": {"H": 0.8, "N": 0.2}}
    assert decibels(twice, "H", "N") == pytest.approx(12.04, abs=5e-3)


# --- X: units ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "db", "word"),
    [
        (2, 3.0103, "weak"),
        (10, 10, "moderate"),
        (100, 20, "moderately strong"),
        (1000, 30, "strong"),
        (1e6, 60, "extremely strong"),
    ],
)
def test_x_a_ratio_in_decibels_and_in_words(ratio, db, word):
    """Good; ENFSI (2015) [C]/[S]: the weight of one item and the word for it, in both directions."""
    table = {"memo": {"A": 0.9, "B": 0.9 / ratio}}
    assert decibels(table, "A", "B") == pytest.approx(db, abs=5e-5)
    assert decibels(table, "B", "A") == pytest.approx(-db, abs=5e-5)
    assert scales.enfsi(ratio) == scales.Support(word, 1)
    assert scales.enfsi(1 / ratio) == scales.Support(word, -1)
