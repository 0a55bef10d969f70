"""Causal models: published numbers, brute force over types, and faults."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bayes_trace as bt
from bayes_trace import causal
from bayes_trace.causal import CausalModel
from bayes_trace.errors import CausalModelError, CyclicModelError, UnknownNameError, WrongArgumentError
from tests.search import examples

EXACT = 1e-9
CAUSED = "Y[X=1] > Y[X=0]"


def belief(model, clues, query, known=None):
    """P(query) after clues, by the likelihoods of the model and the engine of the package."""
    table = causal.likelihoods_from(model, clues, query, given=known)
    priors = causal.priors_from(model, query, given=known)
    post = bt.update(bt.compile_evidence(bt.from_table(table, priors=priors)))
    return post.probability.sel(hypothesis="holds").item()


def clue(phi1, phi0, prior=0.5):
    """H -> K with P(K=1 | H=1) = phi1 and P(K=1 | H=0) = phi0, H first."""
    both = min(phi1, phi0)
    shares = {"11": both, "01": phi1 - both, "10": phi0 - both, "00": 1 - max(phi1, phi0)}
    return CausalModel("H -> K", shares={"H": prior, "K": shares})


# --- published -----------------------------------------------------------------------------


@pytest.mark.parametrize(("phi1", "phi0", "expected"), [(0.999, 0.333, 0.47712), (0.667, 0.001, 2.82413)])
def test_a2_probative_value(phi1, phi0, expected):
    """Humphreys and Jacobs (2023), ch. 5 [T][C]: log10 of the likelihood ratio."""
    found = causal.probative_value(clue(phi1, phi0), "K", "H == 1")
    assert found.present / 10 == pytest.approx(expected, abs=5e-6)
    assert (found.given_true, found.given_false) == pytest.approx((phi1, phi0))


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
    """Humphreys and Jacobs (2023), ch. 5 and 12 [T][C]; A3b by the closed form of ch. 12 [C]."""
    found = causal.expected_learning(clue(phi1, phi0, prior), "K", "H == 1")
    assert found == pytest.approx(expected, abs=tolerance)
    apart, p = phi1 - phi0, prior
    closed = apart**2 * p * (1 - p) / (phi0 * (1 - phi0) - apart**2 * p**2 - apart * p * (2 * phi0 - 1))
    assert found == pytest.approx(closed, rel=1e-9)


@pytest.mark.parametrize(
    ("phi1", "phi0", "bits"),
    [(0.99, 0.01, 0.9192), (0.099, 0.001, 0.0478), (0.9, 0.5, 0.1468), (0.5, 0.1, 0.1468)],
)
def test_a3c_mutual_information(phi1, phi0, bits):
    """Humphreys and Jacobs (2023), ch. 5 [C], even prior, in bits."""
    assert causal.mutual_information(clue(phi1, phi0), "K", "H == 1") == pytest.approx(bits, abs=5e-5)


@pytest.mark.parametrize(("k", "expected"), [(1, 0.5), (0, 0.0)])
def test_a4_chain(k, expected):
    """Humphreys and Jacobs (2023), ch. 5 [T][C]: P(X matters) is 1/3 before; K must be 1 if it does."""
    half = {"01": 0.5, "00": 0.5}
    model = CausalModel("X -> K -> Y", shares={"K": half, "Y": {"01": 0.5, "11": 0.5}})
    known = {"X": 1, "Y": 1}
    assert causal.probability(model, CAUSED, given=known) == pytest.approx(1 / 3, abs=EXACT)
    found = causal.likelihoods_from(model, {"K": 1}, CAUSED, given=known)
    assert found == {"K": pytest.approx({"holds": 1, "fails": 0.5})}
    assert belief(model, {"K": k}, CAUSED, known) == pytest.approx(expected, abs=EXACT)


def test_a5_worlds():
    """Humphreys and Jacobs (2023), section 5.3.2 [T][C]: P(H) = 3/4 and P(A) = 1/2 given K = 1, not 5/6.

    W is 0 in world A; H and K share hidden causes, so that their shares are joint in each world.
    """
    third = Fraction(1, 3)
    worlds = [{(0, 0): third, (1, 0): third, (1, 1): third}, {(0, 0): third, (0, 1): third, (1, 1): third}]
    shares = {
        (f"{ha}{hb}", f"{ka}{kb}"): float(p * q)
        for ((ha, ka), p), ((hb, kb), q) in itertools.product(*(world.items() for world in worlds))
    }
    model = CausalModel("W -> H; W -> K; H <-> K", shares={"W": 1 / 3, ("H", "K"): shares})
    assert causal.probability(model, "H == 1", given={"K": 1}) == pytest.approx(3 / 4, abs=EXACT)
    assert causal.probability(model, "W == 0", given={"K": 1}) == pytest.approx(1 / 2, abs=EXACT)
    apart = [causal.probability(model, "H == 1", given={"K": 1, "W": w}) for w in (0, 1)]
    assert 2 / 3 * apart[0] + 1 / 3 * apart[1] == pytest.approx(5 / 6, abs=EXACT)


B_SHARES = {"00": 0.2, "10": 0.2, "01": 0.4, "11": 0.2}


def test_b_chain():
    """Humphreys and Jacobs (2023), ch. 7 [T][C]: .1; X=M=Y=1 -> .4444; X=Y=1 -> .3846 (printed .39)."""
    model = CausalModel("X -> M -> Y", shares={"X": 0.5, "M": B_SHARES, "Y": B_SHARES})
    assert causal.probability(model, f"X == 1 & ({CAUSED})") == pytest.approx(0.1, abs=EXACT)
    assert causal.probability(model, CAUSED, given={"X": 1, "M": 1, "Y": 1}) == pytest.approx(
        4 / 9, abs=EXACT
    )
    assert causal.probability(model, CAUSED, given={"X": 1, "Y": 1}) == pytest.approx(5 / 13, abs=EXACT)
    assert belief(model, {"M": 1}, CAUSED, {"X": 1, "Y": 1}) == pytest.approx(4 / 9, abs=EXACT)
    types = causal.type_shares(model, "M", "Y", given="X == 1 & M == 1 & Y == 1")
    expected = {("01", "01"): 4 / 9, ("01", "11"): 2 / 9, ("11", "01"): 2 / 9, ("11", "11"): 1 / 9}
    assert types == pytest.approx(expected, abs=EXACT)
    types = causal.type_shares(model, "M", "Y", given="X == 1 & M == 0 & Y == 0")
    assert sorted(types.values()) == pytest.approx([0.1667, 0.1667, 0.3333, 0.3333], abs=5e-5)


def test_c_monotone_chain():
    """Humphreys and Jacobs (2023), table 7.9 [T: Monte Carlo .202, .000, .252][C exact .2, 0, .25]."""
    model = CausalModel("X -> M -> Y", increasing=["X -> M", "M -> Y"])
    known = "X == 1 & Y == 1"
    assert causal.probability(model, CAUSED, given=known) == pytest.approx(0.2, abs=EXACT)
    assert belief(model, {"M": 0}, CAUSED, known) == pytest.approx(0, abs=EXACT)
    assert belief(model, {"M": 1}, CAUSED, known) == pytest.approx(0.25, abs=EXACT)
    same = CausalModel("X -> M -> Y", exclude={"M": ["10"], "Y": ["10"]})
    assert causal.probability(same, CAUSED, given=known) == pytest.approx(0.2, abs=EXACT)


F = Fraction
G_ROWS = [
    ("doubly decisive", F(1, 2), (F(1, 2), F(1)), (0, 0), (F(1, 2), F(0)), (1, 1)),
    ("hoop", F(9, 10), (F(1, 2), F(1)), (0, 0), (F(2, 3), F(1, 3)), (1 / 2, 1)),
    ("smoking gun", F(1, 10), (F(2, 3), F(1, 3)), (1 / 2, 1), (F(1, 2), F(0)), (1, 1)),
    ("straw in the wind", F(1, 2), (F(3, 4), F(1, 2)), (1 / 3, 2 / 3), (F(3, 4), F(1, 4)), (2 / 3, 1)),
]


def types_of(treated, untreated, always):
    """Shares of the types of X -> Y that an experiment allows, if so many are Y = 1 anyway."""
    return {
        "11": always,
        "01": treated - always,
        "10": untreated - always,
        "00": 1 - treated - untreated + always,
    }


@pytest.mark.parametrize(("name", "share", "at_0", "bounds_0", "at_1", "bounds_1"), G_ROWS)
def test_g_bounds_justified_by_data(name, share, at_0, bounds_0, at_1, bounds_1):
    """Humphreys and Jacobs (2023), table 15.1 [T][C]; both ends are reached by models with these data."""
    rates = [at_0, at_1]
    for k, bounds in enumerate([bounds_0, bounds_1]):
        assert causal.necessity_bounds(*map(float, rates[k])) == pytest.approx(bounds, abs=EXACT)
        for end, most in enumerate([min, lambda p1, p0: max(F(0), p1 + p0 - 1)]):
            halves = [types_of(*pair, most(*pair)) for pair in rates]
            pairs = itertools.product(*(half.items() for half in halves))
            shares = {one + two: float(p * q) for (one, p), (two, q) in pairs}
            model = CausalModel("X -> Y <- K", shares={"K": float(share), "Y": shares})
            found = causal.probability(model, "Y[X=0] == 0", given={"X": 1, "Y": 1, "K": k})
            assert found == pytest.approx(bounds[end], abs=EXACT)


@pytest.mark.parametrize(
    ("a", "none", "m0", "m1"),
    [
        (0, 0.167, 0.000, 0.25),
        (0.05, 0.183, 0.068, 0.25),
        (0.1, 0.200, 0.125, 0.25),
        (0.15, 0.217, 0.173, 0.25),
        (0.2, 0.233, 0.214, 0.25),
        (0.25, 0.25, 0.25, 0.25),
    ],
)
def test_h_sensitivity_to_the_share_of_a_type(a, none, m0, m1):
    """Humphreys and Jacobs (2023), table 16.2 [T][C]: X=Y=1, then M=0, then M=1, as lambda_Y(10) = a grows."""
    y_shares = {"10": a, **dict.fromkeys(("00", "01", "11"), (1 - a) / 3)}
    model = CausalModel("X -> M -> Y", shares={"Y": y_shares})
    known = {"X": 1, "Y": 1}
    assert causal.probability(model, CAUSED, given=known) == pytest.approx(none, abs=5e-4)
    assert belief(model, {"M": 0}, CAUSED, known) == pytest.approx(m0, abs=5e-4)
    assert belief(model, {"M": 1}, CAUSED, known) == pytest.approx(m1, abs=5e-4)


# --- brute force ---------------------------------------------------------------------------


def worlds(model, shares):
    """Every combination of types with its share: node -> type, by product."""
    names = list(model.parents)
    for labels in itertools.product(*(shares[name].items() for name in names)):
        yield {n: label for n, (label, _) in zip(names, labels, strict=True)}, math.prod(p for _, p in labels)


def outcome(model, types, node, do=None):
    """What a node is: follow its causes up."""
    do = do or {}
    if node in do:
        return do[node]
    at = sum(outcome(model, types, cause, do) << n for n, cause in enumerate(model.parents[node]))
    return int(types[node][at])


STATEMENTS = [
    "X -> M -> Y",
    "X -> M -> Y; X -> Y",
    "X -> Y <- M",
    "X -> M; X -> Y; M -> Y; Y -> Z",
    "X; M; Y",
]


@st.composite
def models(draw):
    statement = draw(st.sampled_from(STATEMENTS))
    plain = CausalModel(statement)
    shares = {}
    for node in plain.nodes:
        weights = {label: draw(st.integers(0, 4)) for label in plain.types(node)}
        weights[next(iter(weights))] += 1
        total = sum(weights.values())
        shares[node] = {label: weight / total for label, weight in weights.items()}
    return CausalModel(statement, shares=shares), shares


QUESTIONS = {
    "Y[X=1] > Y[X=0]": lambda o: o("Y", X=1) > o("Y", X=0),
    "Y[X=1] != Y[X=0] & M == 1": lambda o: o("Y", X=1) != o("Y", X=0) and o("M") == 1,
    "!(Y == 1 | X = 0)": lambda o: not (o("Y") == 1 or o("X") == 0),
    "Y[X=1, M=M[X=0]] >= Y[X=0]": lambda o: o("Y", X=1, M=o("M", X=0)) >= o("Y", X=0),
    "(X == 1 & Y == 1) | (X == 0 & Y == 0)": lambda o: o("X") == o("Y"),
    "Y[M=X] == 1": lambda o: o("Y", M=o("X")) == 1,
}


@examples(60)
@given(models(), st.sampled_from(list(QUESTIONS)), st.sampled_from([None, *QUESTIONS]))
def test_probabilities_are_sums_over_types(drawn, query, known):
    model, shares = drawn
    above = below = 0.0
    for types, share in worlds(model, shares):

        def ask(node, *, types=types, **do):
            return outcome(model, types, node, do)

        if known is None or QUESTIONS[known](ask):
            below += share
            above += share * QUESTIONS[query](ask)
    if below < 1e-12:
        with pytest.raises(CausalModelError, match="no type of the model allows"):
            causal.probability(model, query, given=known)
    else:
        assert causal.probability(model, query, given=known) == pytest.approx(above / below, abs=1e-12)


@examples(25)
@given(models(), st.integers(0, 1), st.integers(0, 1))
def test_rows_of_clues_multiply_however_they_hang_together(drawn, m, y):
    model, _ = drawn
    query, clues = "Y[X=1] > Y[X=0]", {"M": m, "Y": y}
    possible = 0 < causal.probability(model, query) < 1 and causal.probability(model, f"M == {m} & Y == {y}")
    if not possible:  # certain before, or ruled out
        return
    expected = causal.probability(model, query, given=clues)
    assert belief(model, clues, query) == pytest.approx(expected, abs=1e-9)
    assert belief(model, dict(reversed(clues.items())), query) == pytest.approx(expected, abs=1e-9)


@examples(25)
@given(models())
def test_more_clues_are_expected_to_teach_more(drawn):
    model, _ = drawn
    alone = [causal.expected_learning(model, node, CAUSED) for node in ("M", "Y")]
    both = causal.expected_learning(model, ["M", "Y"], CAUSED)
    assert all(0 <= each <= both + 1e-9 for each in alone)
    assert both <= 1 + 1e-12
    bits = [causal.mutual_information(model, nodes, CAUSED) for nodes in ("M", ["M", "Y"])]
    assert 0 <= bits[0] <= bits[1] + 1e-9


def test_shares_of_types_before_and_in_a_case():
    model = CausalModel("X -> Y; X <-> Y", shares={("X", "Y"): {("1", "01"): 0.3, ("0", "11"): 0.7}})
    assert model.types("Y") == pytest.approx({"01": 0.3, "11": 0.7})
    assert causal.type_shares(model, "Y") == pytest.approx({"01": 0.3, "11": 0.7})
    assert causal.type_shares(model, "Y", given={"X": 1}) == {"01": 1.0}
    assert causal.type_shares(model, "X", "Y") == pytest.approx({("1", "01"): 0.3, ("0", "11"): 0.7})
    # without the double arrow X tells nothing of the type of Y
    plain = CausalModel("X -> Y", shares={"X": 0.3, "Y": {"01": 0.3, "11": 0.7}})
    assert causal.type_shares(plain, "Y", given={"X": 1}) == pytest.approx({"01": 0.3, "11": 0.7})


def test_the_order_of_joint_shares_is_the_authors():
    one = CausalModel("X -> Y; X <-> Y", shares={("X", "Y"): {("1", "01"): 1}})
    other = CausalModel("X -> Y; X <-> Y", shares={("Y", "X"): {("01", "1"): 1}})
    assert one.types("Y") == other.types("Y") == {"01": 1.0}


def test_types_of_two_causes_count_with_the_first_fastest():
    model = CausalModel("A -> Y; B -> Y", shares={"Y": {"0100": 1}})
    assert model.parents["Y"] == ("A", "B")
    assert causal.probability(model, "Y == 1", given={"A": 1, "B": 0}) == 1
    assert causal.probability(model, "Y == 1", given={"A": 0, "B": 1}) == 0


@pytest.mark.parametrize(("causes", "types"), [(1, 3), (2, 6), (3, 20), (4, 168)])
def test_monotone_types_are_counted_by_dedekind(causes, types):
    """Dedekind numbers: 3, 6, 20, 168 monotone functions of 1 to 4 variables."""
    names = "ABCD"[:causes]
    model = CausalModel("; ".join(f"{n} -> Y" for n in names), increasing=[f"{n} -> Y" for n in names])
    assert len(model.types("Y")) == types


def test_decreasing_is_increasing_upside_down():
    assert list(CausalModel("X -> Y", decreasing=["X -> Y"]).types("Y")) == ["00", "10", "11"]


def test_four_causes_are_enough_for_a_node():
    model = CausalModel("A -> Y; B -> Y; C -> Y; D -> Y")
    assert len(model.types("Y")) == 2**16
    assert causal.probability(model, "Y[A=1] > Y[A=0]") == pytest.approx(0.25)


def test_several_hypotheses_make_a_table():
    model = CausalModel("X -> M -> Y", increasing=["X -> M", "M -> Y"])
    rivals = {"effect": "Y[X=1] > Y[X=0]", "anyway": "Y[X=0] == 1", "never": "Y[X=1] == 0"}
    table = causal.likelihoods_from(model, {"M": 1, "Y": 1}, rivals, given={"X": 1})
    assert table["Y"] == {"effect": 1.0, "anyway": 1.0, "never": 0.0}
    assert sum(causal.priors_from(model, rivals).values()) == pytest.approx(1)


def test_what_is_found_decides_what_a_clue_is_worth():
    model = CausalModel("X -> M -> Y", increasing=["X -> M", "M -> Y"])
    value = causal.probative_value(model, "M", CAUSED, given={"X": 1, "Y": 1})
    assert value.present == pytest.approx(10 * math.log10(4 / 3))
    assert value.absent == -math.inf
    level = causal.probative_value(CausalModel("H; K"), "K", "H == 1")
    assert (level.present, level.absent) == (0, 0)


def test_nothing_is_learned_of_what_is_certain():
    model = clue(0.8, 0.2)
    assert causal.expected_learning(model, "K", "H == 1", given={"H": 1}) == 0
    assert causal.mutual_information(model, "K", "H == 1", given={"H": 1}) == 0


# --- faults --------------------------------------------------------------------------------

CHAIN = CausalModel("X -> M -> Y")


FAULTS = [
    (
        CyclicModelError,
        lambda: CausalModel("X -> Y -> X"),
        "form a cycle, (X -> Y -> X|Y -> X -> Y); ",
    ),
    (CyclicModelError, lambda: CausalModel("X -> X"), "form a cycle, X -> X"),
    (CausalModelError, lambda: CausalModel(""), "the statement is empty; expected arrows"),
    (CausalModelError, lambda: CausalModel(3), "3: expected a statement such as 'X -> Y'"),
    (
        CausalModelError,
        lambda: CausalModel("log(X) -> Y"),
        r"'log\(X\)' is not a valid node name; expected letters",
    ),
    (CausalModelError, lambda: CausalModel("X -> 2Y"), "'2Y' is not a valid node name"),
    (CausalModelError, lambda: CausalModel("X -> -> Y"), "a node is missing; expected letters"),
    (CausalModelError, lambda: CausalModel("X <-> X"), "shares no hidden cause with itself"),
    (
        CausalModelError,
        lambda: CausalModel("; ".join(f"{n} -> Y" for n in "ABCDE")),
        r"Y has 5 causes and so 2\^32 types; at most 2\^16 are enumerated",
    ),
    (CausalModelError, lambda: CausalModel("X -> Y", increasing=["X"]), "'X': expected one arrow"),
    (
        CausalModelError,
        lambda: CausalModel("X -> Y", increasing=["Y -> X"]),
        "Y -> X: the model has no such arrow",
    ),
    (UnknownNameError, lambda: CausalModel("X -> Y", increasing=["X -> Z"]), "no node named 'Z'"),
    (UnknownNameError, lambda: CausalModel("X -> Y", exclude={"Z": ["0"]}), "no node named 'Z'"),
    (
        CausalModelError,
        lambda: CausalModel("X -> Y", exclude={"Y": ["1"]}),
        "Y has no type '1'; expected 2 digits",
    ),
    (
        CausalModelError,
        lambda: CausalModel("X -> Y", exclude={"X": ["0", "1"]}),
        "X: the restrictions leave no type",
    ),
    (UnknownNameError, lambda: CausalModel("X -> Y", shares={"Z": 0.5}), "no node named 'Z'"),
    (
        CausalModelError,
        lambda: CausalModel("X -> Y", shares={"Y": 0.5}),
        "expected type -> share, since Y has causes",
    ),
    (
        CausalModelError,
        lambda: CausalModel("X -> Y", shares={"X": 1.5}),
        "shares of X: .* expected numbers from 0",
    ),
    (CausalModelError, lambda: CausalModel("X -> Y", shares={"X": math.nan}), "expected numbers from 0"),
    (
        CausalModelError,
        lambda: CausalModel("X -> Y", shares={"Y": {"01": 0.5}}),
        "shares of Y sum to 0.5, expected 1",
    ),
    (
        CausalModelError,
        lambda: CausalModel("X -> Y", shares={"X": {"2": 1}}),
        "X has no type '2'; expected 0 or 1",
    ),
    (
        CausalModelError,
        lambda: CausalModel("X -> Y", increasing=["X -> Y"], shares={"Y": {"10": 1}}),
        "type 10 is ruled out by the restrictions",
    ),
    (
        CausalModelError,
        lambda: CausalModel("X -> Y", shares={("X", "Y"): {("1", "01"): 1}}),
        "shares of X, Y: these nodes share no hidden causes of their own; expected those of X, or a double arrow",
    ),
    (
        CausalModelError,
        lambda: CausalModel("X <-> Y", shares={("X", "Y"): {"1": 1}}),
        "shares of X, Y: expected a tuple of 2 types -> share",
    ),
    (
        CausalModelError,
        lambda: CausalModel("X <-> Y", shares={("X", "Y"): {("1", "1"): 1}, "X": 0.5}),
        "stated twice, together and apart",
    ),
    (UnknownNameError, lambda: CHAIN.types("Z"), "no node named 'Z'; there are: X, M, Y"),
    (
        CausalModelError,
        lambda: causal.probability(CHAIN, "log(X) == 1"),
        r"'\(' at character 4, expected no bracket: 'log' is read as a node, and there are no functions",
    ),
    (UnknownNameError, lambda: causal.probability(CHAIN, "log == 1"), "no node named 'log'"),
    (UnknownNameError, lambda: causal.probability(CHAIN, "Y[Z=1] == 1"), "no node named 'Z'"),
    (UnknownNameError, lambda: causal.likelihoods_from(CHAIN, {"K": 1}, CAUSED), "no node named 'K'"),
    (UnknownNameError, lambda: causal.probative_value(CHAIN, "K", CAUSED), "no node named 'K'"),
    (UnknownNameError, lambda: causal.expected_learning(CHAIN, ["M", "K"], CAUSED), "no node named 'K'"),
    (CausalModelError, lambda: causal.probability(CHAIN, "X"), "the end at character 2, expected == or"),
    (
        CausalModelError,
        lambda: causal.probability(CHAIN, "X == 2"),
        "'2' at character 6, expected a node, such as",
    ),
    (
        CausalModelError,
        lambda: causal.probability(CHAIN, "X == 1 M == 1"),
        "'M' at character 8, expected the end",
    ),
    (
        CausalModelError,
        lambda: causal.probability(CHAIN, "(X == 1"),
        r"the end at character 8, expected \)",
    ),
    (CausalModelError, lambda: causal.probability(CHAIN, "Y[X=1 == 1"), r"expected \]"),
    (CausalModelError, lambda: causal.probability(CHAIN, "Y[1=1] == 1"), "expected a node to set"),
    (CausalModelError, lambda: causal.probability(CHAIN, "X == 1; import os"), "';' at character 7"),
    (
        CausalModelError,
        lambda: causal.probability(CHAIN, "(" * 10_000 + "X == 1" + ")" * 10_000),
        "a question with 10000 opening brackets and !; expected at most 50",
    ),
    (
        WrongArgumentError,
        lambda: causal.probability(CHAIN, ""),
        "probability: query=''; expected a name or words, not blanks",
    ),
    (WrongArgumentError, lambda: causal.probability(CHAIN, 3), "query is 3, expected Event or text"),
    (
        CausalModelError,
        lambda: causal.probability(CHAIN, CAUSED, given={"X": 2}),
        "X = 2: expected 0 or 1",
    ),
    (
        CausalModelError,
        lambda: causal.probability(CHAIN, CAUSED, given="X == 1 & X == 0"),
        "no type of the model allows X == 1 & X == 0; lift a restriction",
    ),
    (
        CausalModelError,
        lambda: causal.likelihoods_from(CHAIN, {"X": 1, "M": 0}, CAUSED, given="M[X=1] == 1"),
        "no type of the model allows .*'X': 1, 'M': 0.* in this case; correct a clue",
    ),
    (
        CausalModelError,
        lambda: causal.likelihoods_from(CHAIN, {}, CAUSED),
        "no clues; expected node -> 0 or 1",
    ),
    (
        CausalModelError,
        lambda: causal.priors_from(CHAIN, {"a": "X == 1", "b": "M == 1"}),
        "a and b hold together with probability 0.25; expected one at most",
    ),
    (
        CausalModelError,
        lambda: causal.priors_from(CHAIN, {"a": "X == 1"}),
        "no hypothesis holds with probability 0.5; add one for the rest",
    ),
    (
        CausalModelError,
        lambda: causal.probative_value(CHAIN, "M", "X == 1", given={"X": 1}),
        "X == 1 has probability 1 in this case; no clue can bear on it",
    ),
    (CausalModelError, lambda: causal.type_shares(CHAIN), "expected at least one node"),
    (CausalModelError, lambda: causal.necessity_bounds(1.2, 0), "treated = 1.2: expected a probability"),
    (CausalModelError, lambda: causal.necessity_bounds(0, 0), "treated = 0: no case has X = 1 and Y = 1"),
]


@pytest.mark.parametrize(("error", "call", "message"), FAULTS, ids=map(str, range(len(FAULTS))))
def test_what_makes_no_sense_is_named(error, call, message):
    with pytest.raises(error, match=message):
        call()


def test_too_many_combinations_are_refused_with_their_number():
    wide = CausalModel("A -> Y; B -> Y; C -> Y; D -> Y; Y -> Z; A -> Z; B -> Z; C -> Z")
    with pytest.raises(
        CausalModelError, match=r"turns on 68719476736 combinations of types; at most 16777216"
    ):
        causal.probability(wide, "Z == 1")
    assert causal.probability(wide, "Y == 1") == pytest.approx(0.5)


def test_a_model_says_what_it_is():
    assert repr(CHAIN) == "CausalModel('X -> M -> Y')"
    assert CHAIN.nodes == ("X", "M", "Y")
    assert np.allclose([group.share.sum() for group in CHAIN.groups], 1)
