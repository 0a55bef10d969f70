"""Units of belief and words for evidence, against definitions and printed boundaries."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bayes_trace as bt
from bayes_trace import ScaleError, WrongArgumentError, scales

#: one belief in every unit, by the definitions alone (odds o = p / (1 - p))
SAME = [
    {"probability": 0.5, "odds": 1.0, "log_odds": 0.0, "nats": 0.0, "db": 0.0, "bits": 0.0},
    {
        "probability": 0.8,
        "odds": 4.0,
        "log_odds": math.log(4),
        "nats": math.log(4),
        "db": 10 * math.log10(4),
        "bits": 2.0,
    },
    {
        "probability": 1 / 11,
        "odds": 0.1,
        "log_odds": -math.log(10),
        "nats": -math.log(10),
        "db": -10.0,
        "bits": -math.log2(10),
    },
    {"probability": 0.0, "odds": 0.0, **dict.fromkeys(("log_odds", "nats", "db", "bits"), -math.inf)},
    {"probability": 1.0, "odds": math.inf, **dict.fromkeys(("log_odds", "nats", "db", "bits"), math.inf)},
]
UNITS = tuple(SAME[0])


@pytest.mark.parametrize("belief", SAME, ids=lambda belief: str(belief["probability"]))
@pytest.mark.parametrize("source", UNITS)
@pytest.mark.parametrize("target", UNITS)
def test_every_pair_of_units_both_ways(belief, source, target):
    got = scales.convert(belief[source], source, target)
    assert float(got) == pytest.approx(belief[target], rel=1e-12, abs=1e-12)


@given(st.floats(-300, 300), st.sampled_from(UNITS[2:]), st.sampled_from(UNITS[2:]))
def test_logarithmic_units_go_round_without_loss(x, source, target):
    there = scales.convert(x, source, target)
    assert float(scales.convert(there, target, source)) == pytest.approx(x, rel=1e-12)


@given(st.floats(1e-9, 1 - 1e-9), st.sampled_from(UNITS))
def test_probabilities_go_round(p, unit):
    back = float(scales.convert(scales.convert(p, "probability", unit), unit, "probability"))
    assert back == pytest.approx(p, rel=1e-9)


@given(st.integers(1, 1023).map(lambda n: n / 1024), st.sampled_from(UNITS[2:]))
def test_a_hypothesis_and_its_denial_mirror_one_another(p, unit):
    """Log-odds of p and of 1 - p differ in sign only."""
    yes, no = (float(scales.convert(each, "probability", unit)) for each in (p, 1 - p))
    assert yes == pytest.approx(-no, rel=1e-12, abs=1e-12)


def test_arrays_in_arrays_out():
    table = [[0.5, 0.8], [0.0, 1.0]]
    got = scales.convert(table, "probability", "db")
    assert isinstance(got, np.ndarray)
    assert got.shape == (2, 2)
    np.testing.assert_allclose(got, [[0, 10 * math.log10(4)], [-np.inf, np.inf]])
    assert scales.convert([], "db", "bits").shape == (0,)
    assert scales.convert(0.5, "probability", "odds").shape == ()


@pytest.mark.parametrize("kind", [np.float32, np.int64, bool])
def test_whatever_comes_in_is_computed_in_64_bits(kind):
    given = np.array([0, 1], dtype=kind)
    for function in (
        scales.db_to_log,
        scales.log_to_db,
        scales.probability_to_db,
        scales.logit,
        scales.expit,
        scales.log_expit,
    ):
        assert function(given).dtype == np.float64
        np.testing.assert_array_equal(function(given), function([0.0, 1.0]))
    assert scales.log_sum(given, axis=0).dtype == np.float64
    for target in UNITS:
        assert scales.convert(given, "probability", target).dtype == np.float64
    # .05 in 32 bits is a little more than .05, and 10 dB less than .5 no longer
    assert scales.classify_test(np.float32(0.5), np.float32(0.05)).item() == "straw in the wind"


def test_a_conversion_to_the_same_unit_does_not_hand_out_the_caller_s_array():
    mine = np.array([1.0, 2.0])
    scales.convert(mine, "db", "db")[0] = 99.0
    assert mine[0] == 1.0


def test_published_units():
    """methods.md X [C]: LR 2 = 3.0103 dB = 1 bit = .693147 nat; LR 10 = 10 dB; 1 nat = 4.342945 dB."""
    assert float(scales.convert(2, "odds", "db")) == pytest.approx(3.0103, abs=5e-5)
    assert float(scales.convert(2, "odds", "bits")) == pytest.approx(1, abs=1e-12)
    assert float(scales.convert(2, "odds", "nats")) == pytest.approx(0.693147, abs=5e-7)
    assert float(scales.convert(10, "odds", "db")) == pytest.approx(10, abs=1e-9)
    assert float(scales.convert(100, "odds", "db")) == pytest.approx(20, abs=1e-9)
    assert float(scales.convert(1, "nats", "db")) == pytest.approx(4.342945, abs=5e-7)
    assert float(scales.convert(1, "bits", "db")) == pytest.approx(3.0103, abs=5e-5)


def test_plain_logarithms():
    assert float(scales.db_to_log(10)) == pytest.approx(math.log(10), abs=1e-12)
    assert float(scales.log_to_db(math.log(2))) == pytest.approx(10 * math.log10(2), abs=1e-12)
    np.testing.assert_allclose(scales.db_to_log([-np.inf, 0.0, np.inf]), [-np.inf, 0, np.inf])
    np.testing.assert_allclose(scales.log_to_db(scales.db_to_log([-37.5, 12.0])), [-37.5, 12.0], rtol=1e-12)
    np.testing.assert_allclose(scales.logit([0, 0.5, 0.75, 1]), [-np.inf, 0, math.log(3), np.inf])


@pytest.mark.parametrize("rows", [1, 2, 16, 17, 40])
def test_a_sum_of_logarithms_is_the_logarithm_of_the_sum(rows):
    """Few rows and many, along any axis, which may be kept."""
    values = np.arange(1.0, 1 + 3 * rows).reshape(rows, 3) / 7
    for axis in (0, 1, -1):
        for keepdims in (True, False):
            got = scales.log_sum(np.log(values), axis=axis, keepdims=keepdims)
            assert isinstance(got, np.ndarray)
            np.testing.assert_allclose(got, np.log(values.sum(axis, keepdims=keepdims)), rtol=1e-14)
    assert scales.log_sum(np.log(values), axis=0).shape == (3,)


def test_a_sum_of_nothing_is_nothing():
    assert scales.log_sum(np.zeros((0, 2)), axis=0).tolist() == [-math.inf, -math.inf]
    assert scales.log_sum([-math.inf, -math.inf], axis=0) == -math.inf
    # where plain probabilities would all be 0
    assert float(scales.log_sum([-1000.0, -1000.0], axis=0)) == pytest.approx(-1000 + math.log(2), abs=1e-12)


def test_the_logarithm_of_a_probability_is_exact_in_both_tails():
    got = scales.log_expit([-1000.0, -40.0, 0.0, 40.0, 1000.0, -math.inf, math.inf])
    expected = [-1000.0, -40 - math.exp(-40), -math.log(2), -math.exp(-40), 0.0, -math.inf, 0.0]
    np.testing.assert_allclose(got, expected, rtol=1e-14, atol=0)
    np.testing.assert_allclose(scales.log_expit([-2.0, 1.5]), np.log(scales.expit([-2.0, 1.5])), rtol=1e-14)


def test_far_beliefs_are_no_warning():
    """Warnings are errors here: odds beyond what a float holds are infinite, quietly."""
    assert scales.expit(-1000).item() == 0.0
    assert scales.convert(1000, "nats", "odds").item() == math.inf
    assert scales.convert(0, "odds", "nats").item() == -math.inf
    assert scales.convert([0, 1], "probability", "bits").tolist() == [-math.inf, math.inf]


def test_decibels_of_a_probability_are_not_those_of_its_odds():
    """10 log10 P: .5 is -3.0103 dB, certainty 0 dB, impossibility minus infinity."""
    np.testing.assert_allclose(
        scales.probability_to_db([1.0, 0.5, 0.1, 0.0]), [0, -3.0103, -10, -np.inf], atol=5e-5
    )


@pytest.mark.parametrize(
    ("value", "source", "target", "message"),
    [
        (
            0.5,
            "percent",
            "db",
            "^unknown unit 'percent'; expected one of probability, odds, log_odds, nats, db, bits$",
        ),
        (0.5, "probability", "dB", "unknown unit 'dB'; expected one of probability"),
        (1.2, "probability", "db", r"^probability outside \[0, 1\]: 1.2$"),
        (-0.1, "probability", "probability", r"^probability outside \[0, 1\]: -0.1$"),
        ([0, 3, -2, -4], "odds", "db", r"^odds outside \[0, inf\]: -2$"),
        ([[0.2, 1], [0.6, 7]], "probability", "odds", r"^probability outside \[0, 1\]: 7$"),
    ],
)
def test_a_number_off_its_scale_is_refused(value, source, target, message):
    with pytest.raises(ScaleError, match=message):
        scales.convert(value, source, target)


TAKE_NUMBERS = [getattr(scales, name) for name in scales.__all__ if inspect.isfunction(getattr(scales, name))]
#: what the functions take behind their first argument
MORE = {"convert": ("probability", "db"), "classify_test": (0.5,)}


@pytest.mark.parametrize("function", TAKE_NUMBERS, ids=lambda each: each.__name__)
@pytest.mark.parametrize(
    "value",
    [
        "0.5",
        ["0.5"],
        None,
        [None],
        [[0.5], [0.5, 0.2]],
        {"a": 0.5},
        bt.from_table({"memo": {"A": 0.8, "B": 0.2}}),
        10**400,
        1j,
        np.array([1j]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        iter([0.5]),
    ],
    ids=lambda value: str(value).partition(" object at")[0][:40],
)
def test_what_is_no_number_is_refused_by_name(function, value):
    more = {"axis": 0} if function is scales.log_sum else {}
    with pytest.raises(
        WrongArgumentError, match=rf"^{function.__name__}: \w+ is .*, expected (a )?numbers?$"
    ):
        function(value, *MORE.get(function.__name__, ()), **more)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: scales.logit([0.5, 1.5]), r"^probability outside \[0, 1\]: 1.5$"),
        (lambda: scales.probability_to_db(-0.2), r"^probability outside \[0, 1\]: -0.2$"),
        (lambda: scales.classify_test(0.5, 2), r"^probability outside \[0, 1\]: 2$"),
        (lambda: scales.classify_test([0, 1], [0, 1, 1]), r"arrays of \(2,\) and \(3,\) numbers, expected"),
        (lambda: scales.log_sum([0.5], axis=1), "^axis 1 of an array of 1 dimensions; expected one that it"),
    ],
)
def test_what_is_off_its_scale_is_refused_everywhere(call, said):
    with pytest.raises(ScaleError, match=said):
        call()


def test_what_misses_an_end_by_the_last_bits_is_there():
    assert scales.logit([-1e-17, 1 + 1e-15]).tolist() == [-np.inf, np.inf]


def test_what_is_missing_stays_so():
    for function in (
        scales.db_to_log,
        scales.probability_to_db,
        scales.logit,
        scales.expit,
        scales.log_expit,
    ):
        np.testing.assert_array_equal(np.isnan(function([math.nan, 0.5])), [True, False])


# --- ENFSI -------------------------------------------------------------------------------

#: methods.md 3.2 and X [S], ENFSI (2015): classes closed below and open above
CLASSES = [
    (1.0, 10.0, "weak"),
    (10.0, 100.0, "moderate"),
    (100.0, 1e3, "moderately strong"),
    (1e3, 1e4, "strong"),
    (1e4, 1e6, "very strong"),
    (1e6, math.inf, "extremely strong"),
]


@pytest.mark.parametrize(("low", "high", "word"), CLASSES)
def test_enfsi_boundaries_both_directions(low, high, word):
    start = math.nextafter(low, 2 * low) if low == 1 else low
    last = math.nextafter(high, 0)
    for ratio in (start, last, math.sqrt(low * min(high, 1e9))):
        assert scales.enfsi(ratio) == scales.Support(word, 1)
    for ratio in (1 / start if low > 1 else math.nextafter(1, 0), 1 / math.sqrt(low * min(high, 1e9))):
        assert scales.enfsi(ratio) == scales.Support(word, -1)
    if math.isfinite(high):
        # one part in 1e12 short of the boundary is still the lower class, in both directions
        assert scales.enfsi(1 / high * (1 + 1e-12)) == scales.Support(word, -1)
        assert scales.enfsi(1 / high) != scales.Support(word, -1)


def test_enfsi_ends_and_middle():
    assert scales.enfsi(1) == scales.Support("no", 0)
    assert scales.enfsi(math.inf) == scales.Support("extremely strong", 1)
    assert scales.enfsi(0) == scales.Support("extremely strong", -1)


@given(st.floats(1e-9, 1e9))
def test_swapping_hypotheses_swaps_the_direction_only(ratio):
    one, other = scales.enfsi(ratio), scales.enfsi(1 / ratio)
    if abs(math.log10(ratio) - round(math.log10(ratio))) > 1e-9:  # 1 / (1 / x) may miss a boundary
        assert (one.word, one.direction) == (other.word, -other.direction)


def test_words_name_both_hypotheses_and_never_a_posterior():
    assert scales.enfsi(0.05).between("LC", "QPQ") == "moderate support for QPQ rather than LC"
    assert scales.enfsi(2e3).between("LC", "QPQ") == "strong support for LC rather than QPQ"
    assert scales.enfsi(1).between("LC", "QPQ") == "no support for either of LC and QPQ"
    assert str(scales.enfsi(50)) == "moderate support for the first rather than the second"


@pytest.mark.parametrize("ratio", [-1.0, math.nan, -math.inf])
def test_enfsi_refuses_what_is_no_ratio(ratio):
    with pytest.raises(
        ScaleError, match=r"likelihood ratio -?(1.0|nan|inf): expected a number from 0 to inf"
    ):
        scales.enfsi(ratio)


# --- IPCC --------------------------------------------------------------------------------

#: Mastrandrea et al. (2010), table 1, and the additional terms of its footnote; in per cent [M]
IPCC = {
    "virtually certain": (99, 100),
    "extremely likely": (95, 100),
    "very likely": (90, 100),
    "likely": (66, 100),
    "more likely than not": (50, 100),
    "about as likely as not": (33, 66),
    "unlikely": (0, 33),
    "very unlikely": (0, 10),
    "extremely unlikely": (0, 5),
    "exceptionally unlikely": (0, 1),
}


@pytest.mark.parametrize("tenths", range(0, 1001, 5))
def test_the_narrowest_term_that_covers_a_probability(tenths):
    percent = tenths / 10
    covering = {term: high - low for term, (low, high) in IPCC.items() if low <= percent <= high}
    narrowest = {term for term, width in covering.items() if width == min(covering.values())}
    assert scales.ipcc_term(tenths / 1000) in narrowest


@pytest.mark.parametrize("term", IPCC)
def test_terms_state_their_printed_class(term):
    low, high = (each / 100 for each in IPCC[term])
    words = scales.IPCC[term]
    assert words.low == pytest.approx(max(low, 0.001), abs=1e-12)
    assert words.high == pytest.approx(min(high, 0.999), abs=1e-12)
    assert words.low < words.best < words.high
    assert set(scales.IPCC) == set(IPCC)


@pytest.mark.parametrize("term", [term for term in IPCC if term != "more likely than not"])
def test_the_best_value_of_a_term_gives_the_term_back(term):
    """All but one: any probability above .5 has a narrower class than 'more likely than not'."""
    assert scales.ipcc_term(scales.IPCC[term].best) == term


def test_terms_are_ordered_as_the_words_are():
    order = ["virtually certain", "extremely likely", "very likely", "likely", "more likely than not"]
    order += ["about as likely as not", "unlikely", "very unlikely", "extremely unlikely"]
    bests = [scales.IPCC[term].best for term in [*order, "exceptionally unlikely"]]
    assert bests == sorted(bests, reverse=True)


@pytest.mark.parametrize("probability", [-0.001, 1.001, math.nan])
def test_ipcc_refuses_what_is_no_probability(probability):
    with pytest.raises(ScaleError, match=r"probability .*: expected a number from 0 to 1"):
        scales.ipcc_term(probability)


# --- Van Evera ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "word"),
    [
        (0.5, 0.05, "smoking gun"),  # present: 10 : 1, exactly 10 dB
        (0.5, 0.0501, "straw in the wind"),
        (0.95, 0.5, "hoop"),  # absent: .5 : .05, exactly 10 dB against the first
        (0.9499, 0.5, "straw in the wind"),
        (10 / 11, 1 / 11, "doubly decisive"),
        (0.9, 0.1, "straw in the wind"),  # 9 : 1 both ways
        (0.6, 0.4, "straw in the wind"),
        (1.0, 0.5, "hoop"),  # without it the first is dead
        (0.5, 0.0, "smoking gun"),  # with it the second is dead
        (1.0, 0.0, "doubly decisive"),
        (1.0, 1.0, "straw in the wind"),
        (0.0, 0.0, "straw in the wind"),
        (0.05, 0.5, "smoking gun for the rival"),
        (0.5, 0.99, "hoop for the rival"),
        (0.01, 0.99, "doubly decisive for the rival"),
        (math.nan, 0.5, "undetermined"),
        (0.5, math.nan, "undetermined"),
    ],
)
def test_labels_follow_from_two_probabilities(first, second, word):
    assert scales.classify_test(first, second).item() == word


def test_the_threshold_of_a_label_can_be_chosen():
    assert scales.classify_test(0.9, 0.1, decisive_db=9.5).item() == "doubly decisive"
    assert scales.classify_test(0.5, 0.05, decisive_db=10.1).item() == "straw in the wind"
    assert scales.classify_test(0.5, 0.005, decisive_db=20).item() == "smoking gun"
    assert scales.classify_test(0.5, 0.0051, decisive_db=20).item() == "straw in the wind"


@given(st.floats(0, 1), st.floats(0, 1), st.floats(3, 30))
def test_labels_by_the_definition(first, second, decisive_db):
    """Smoking gun: LR+ at least the threshold. Hoop: 1 / LR- at least the threshold."""
    ratio = 10 ** (decisive_db / 10)
    names = {(1, 1): "doubly decisive", (1, 0): "smoking gun", (0, 1): "hoop", (0, 0): ""}

    def word(one, other):
        gun = one > 0 and (other == 0 or one / other >= ratio)
        hoop = other < 1 and (one == 1 or (1 - other) / (1 - one) >= ratio)
        return names[int(gun), int(hoop)]

    def distance(one, other):
        return [one / other / ratio if other else 2, (1 - other) / (1 - one) / ratio if one < 1 else 2]

    near = [*distance(first, second), *distance(second, first)]
    if all(abs(each - 1) > 1e-9 for each in near):
        got = scales.classify_test(first, second, decisive_db=decisive_db).item()
        rival = word(second, first)
        expected = word(first, second) or (f"{rival} for the rival" if rival else "straw in the wind")
        assert got == expected


def test_labels_broadcast():
    words = scales.classify_test([[0.5], [0.95]], [0.05, 0.5])
    assert words.shape == (2, 2)
    assert words.tolist()[1] == ["doubly decisive" if 0.95 / 0.05 >= 10 else "", "hoop"]
