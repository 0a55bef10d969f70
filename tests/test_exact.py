"""The exact engine: what each function answers, and what it refuses to answer."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import bayes_trace as bt
from bayes_trace import (
    BayesTraceError,
    EvidenceSetError,
    ImpossibleEvidenceError,
    ScaleError,
    UnknownNameError,
)
from tests.build import data, item, make, sound, unchecked

Z_90 = 1.6448536269514722


def compiled(*items, **more):
    return bt.compile_evidence(make(list(items), **more))


def table(likelihoods, **more):
    return bt.compile_evidence(bt.from_table(likelihoods, **more))


def probability(ev, **options):
    """Posterior by hypothesis of the first episode."""
    post = bt.update(ev, **options)
    return dict(zip(post["hypothesis"].values.tolist(), post.probability.values[0].tolist(), strict=True))


#: two items, one further coder who disagrees about the first and passes over the second
TWO_CODERS = (
    item(
        "x",
        episodes=["e1"],
        codings=[
            {"values": {"A": 0.8, "B": 0.2}},
            {"coder": "second", "values": {"A": 0.3, "B": 0.6}},
        ],
    ),
    item("y", {"A": 0.5, "B": 0.25}),
)


# --- compile_evidence --------------------------------------------------------------------


def test_a_compiled_set_is_sparse_by_link():
    ev = compiled(
        item("x", {"A": 0.8, "B": 0.2}, episodes=["e1", "e2"], date="1971-08"),
        item("y", {"A": 0.5, "B": 0.25}, episodes=["e2"], given=["x"]),
        item("z", {"A": 0.5, "B": 0.25}, found="not_sought"),
        episodes=("e1", "e2"),
    )
    assert ev["link"].values.tolist() == ["x@e1", "x@e2", "y@e2"]
    assert ev["link_item"].values.tolist() == ["x", "x", "y"]
    assert ev["link_episode"].values.tolist() == ["e1", "e2", "e2"]
    assert ev["episode_index"].values.tolist() == [0, 1, 1]
    assert ev["link_date"].values.tolist() == ["1971-08-31", "1971-08-31", ""]
    assert ev["link_given"].values.tolist() == ["", "", "x"]
    assert ev["log_likelihood"].dims == ("coder", "link", "hypothesis")
    assert ev["log_likelihood"].attrs["units"] == "nats"
    np.testing.assert_allclose(np.exp(ev["log_likelihood"].values[0, 2]), [0.5, 0.25], atol=1e-12)
    assert ev["coder"].values.tolist() == ["first", "second"]
    assert ev.attrs["scenario"] == "base"


def test_attributes_are_strings_or_numbers_so_that_every_format_keeps_them():
    ev = compiled(item("x", {"A": 0.8, "B": 0.2}))
    assert all(isinstance(value, (str, int, float)) for value in ev.attrs.values())


def test_a_set_in_which_nothing_was_sought_keeps_its_priors():
    ev = compiled(item("x", {"A": 0.8, "B": 0.2}, found="not_sought"), priors=[0.3, 0.7])
    assert ev.sizes["link"] == 0
    assert probability(ev, coder="first") == pytest.approx({"A": 0.3, "B": 0.7}, abs=1e-12)
    assert bt.weight_of_evidence(ev, "A", against="B").shape == (0,)
    assert bt.trajectory(ev, "e1").values.tolist() == [pytest.approx([0.3, 0.7])]


def test_an_item_with_different_codings_by_episode():
    ev = compiled(
        item(
            "x",
            episodes=["e1", "e2"],
            codings=[
                {"episodes": ["e1"], "values": {"A": 0.8, "B": 0.2}},
                {"episodes": ["e2"], "values": {"A": 0.1, "B": 0.9}},
            ],
        ),
        episodes=("e1", "e2"),
    )
    post = bt.update(ev, coder="first").probability.sel(hypothesis="A")
    assert post.sel(episode="e1").item() == pytest.approx(0.8, abs=1e-12)
    assert post.sel(episode="e2").item() == pytest.approx(0.1, abs=1e-12)


def test_a_coding_may_stand_in_a_cluster_of_its_own_in_one_episode():
    ev = compiled(
        item(
            "x",
            episodes=["e1", "e2"],
            cluster="k",
            codings=[
                {"episodes": ["e1"], "values": {"A": 0.8, "B": 0.2}},
                {"episodes": ["e2"], "values": {"A": 0.8, "B": 0.2}, "cluster": "other"},
            ],
        ),
        item("y", {"A": 0.8, "B": 0.2}, cluster="k", episodes=["e1", "e2"]),
        episodes=("e1", "e2"),
        clusters=[{"id": "k", "correlation": 1.0}, {"id": "other", "correlation": 1.0}],
    )
    post = bt.update(ev, coder="first").probability.sel(hypothesis="A")
    assert post.sel(episode="e1").item() == pytest.approx(0.8, abs=1e-12)
    assert post.sel(episode="e2").item() == pytest.approx(16 / 17, abs=1e-12)


def test_compiling_refuses_what_is_not_there_or_not_scored():
    es = make([item("x", {"A": 0.8, "B": 0.2})])
    with pytest.raises(UnknownNameError, match="no episode named 'e9'; there are: e1"):
        bt.compile_evidence(es, episodes=["e9"])
    with pytest.raises(BayesTraceError, match="small: no scored episode; score one, or see the reasons"):
        bt.compile_evidence(es, episodes=[])
    more = make([item("x", {"A": 0.8, "B": 0.2})]).model_dump(mode="json")
    more["cases"][0]["episodes"].append(
        {"id": "e2", "label": "e2", "outcome": "o", "scored": False, "not_scored": "no document"}
    )
    unscored = bt.EvidenceSet.model_validate(more)
    assert bt.compile_evidence(unscored)["episode"].values.tolist() == ["e1"]
    with pytest.raises(BayesTraceError, match="episode e2 is not scored: no document"):
        bt.compile_evidence(unscored, episodes=["e2"])


# --- update ------------------------------------------------------------------------------


def test_an_update_has_labelled_probabilities_and_units():
    post = bt.update(table({"memo": {"A": 0.8, "B": 0.2}}))
    assert post.probability.dims == ("episode", "hypothesis")
    assert post.log_evidence.dims == ("episode",)
    assert post.log_evidence.attrs["units"] == "nats"
    assert math.exp(post.log_evidence.item()) == pytest.approx(0.5, abs=1e-12)
    assert post.prior.sel(episode="episode").values.tolist() == [0.5, 0.5]
    assert not post.relative.item()


def test_several_coders_stand_beside_one_another():
    ev = compiled(*TWO_CODERS)
    post = bt.update(ev).probability.sel(hypothesis="A", episode="e1")
    assert post.dims == ("coder",)
    assert post.sel(coder="first").item() == pytest.approx(8 / 9, abs=1e-12)
    assert post.sel(coder="second").item() == pytest.approx(1 / 3, abs=1e-12)
    assert probability(ev, coder="second")["A"] == pytest.approx(1 / 3, abs=1e-12)
    assert probability(ev, coder="first")["A"] == pytest.approx(8 / 9, abs=1e-12)


def test_pools_of_two_coders():
    """The second coder passed y over: its ratio of 2 is the first's alone, in the linear pool for both."""
    ev = compiled(*TWO_CODERS)
    assert probability(ev, pool="linear")["A"] == pytest.approx((8 / 9 + 1 / 2) / 2, abs=1e-12)
    odds = math.sqrt(4 * 1 / 2) * 2
    assert probability(ev, pool="log")["A"] == pytest.approx(odds / (1 + odds), abs=1e-12)
    linear = bt.update(ev, pool="linear")
    assert np.isnan(linear.log_evidence.values).all()
    assert linear.relative.values.all()
    assert bt.update(ev, pool="log").relative.values.all()
    names = " ".join(ev["coder"].values)
    assert (linear.attrs["coder"], bt.update(ev).attrs["coder"]) == (f"linear pool of {names}", names)


def test_a_relative_log_evidence_says_so():
    """A ratio has no level, nor has a likelihood under a weight below one."""
    assert bt.update(table({"x": {"A": 3.0, "B": 0.0}}, unit="ratio_db")).relative.item()
    pair = [item(n, {"A": 0.8, "B": 0.2}, cluster="k") for n in "xy"]
    clusters = [{"id": "k", "correlation": 0.5}]
    assert bt.update(compiled(*pair, clusters=clusters), coder="first").relative.item()
    assert not bt.update(compiled(pair[0], clusters=clusters), coder="first").relative.item()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"point": "median"}, "point='median', expected one of best, mean"),
        ({"pool": "geometric"}, "pool='geometric', expected one of log, linear, coherent"),
        ({"pool": "log", "coder": "first"}, "coder= and pool= are mutually exclusive; give one"),
        ({"coder": "third"}, "no coder named 'third'; there are: first, second"),
    ],
)
def test_an_update_refuses_what_it_does_not_know(options, message):
    with pytest.raises(BayesTraceError, match=message):
        bt.update(compiled(*TWO_CODERS), **options)


def test_impossible_evidence_names_the_items_that_did_it():
    rows = {"x": {"A": 0.0, "B": 0.5}, "y": {"A": 0.5, "B": 0.0}, "z": {"A": 0.4, "B": 0.2}}
    ev = bt.compile_evidence(unchecked([item(name, row) for name, row in rows.items()]))
    with pytest.raises(
        ImpossibleEvidenceError,
        match=r"episode e1: every hypothesis is ruled out \(A by x; B by y\); at least one likelihood of zero "
        "must be wrong, or the true explanation is not among the hypotheses",
    ) as caught:
        bt.update(ev)
    assert caught.value.items == {"A": ["x"], "B": ["y"]}
    assert caught.value.episode == "e1"
    assert isinstance(caught.value, BayesTraceError)


def test_one_hypothesis_ruled_out_is_no_error():
    ev = table({"x": {"A": 0.0, "B": 0.5, "C": 0.25}})
    assert probability(ev) == pytest.approx({"A": 0, "B": 2 / 3, "C": 1 / 3}, abs=1e-12)
    assert bt.update(ev).log_probability.sel(hypothesis="A").item() == -math.inf


def test_a_hypothesis_ruled_out_under_every_reading_stays_out():
    """A is impossible given x, whichever way x is read; y, which turns on the same fact, cannot help."""
    read = {"reading": "r"}
    x = item(
        "x",
        codings=[{"readings": {"u": {"A": 0.0, "B": 0.3}, "v": {"A": 0.0, "B": 0.6}}}],
        decisive=True,
        **read,
    )
    y = item("y", codings=[{"readings": {"u": {"A": 0.1, "B": 0.3}, "v": {"A": 0.5, "B": 0.6}}}], **read)
    ev = compiled(x, y, readings=[{"id": "r", "options": {"u": 0.5, "v": 0.5}}])
    assert probability(ev, coder="first") == pytest.approx({"A": 0.0, "B": 1.0}, abs=1e-12)


def test_a_fixed_reading_ignores_the_other():
    x = item("x", codings=[{"readings": {"u": {"A": 0.8, "B": 0.2}, "v": {"A": 0.1, "B": 0.9}}}], reading="r")
    ev = compiled(x, readings=[{"id": "r", "options": {"u": 1.0, "v": 0.0}}])
    assert probability(ev, coder="first")["A"] == pytest.approx(0.8, abs=1e-12)


def test_a_reading_is_a_mixture_of_posteriors_where_it_stands_alone():
    """w P(h | u) + (1 - w) P(h | v): the reading is given the document, not tested by it."""
    x = item(
        "x", codings=[{"readings": {"u": {"A": 0.08, "B": 0.02}, "v": {"A": 0.1, "B": 0.9}}}], reading="r"
    )
    ev = compiled(x, readings=[{"id": "r", "options": {"u": 0.7, "v": 0.3}}])
    assert probability(ev, coder="first")["A"] == pytest.approx(0.7 * 0.8 + 0.3 * 0.1, abs=1e-12)


def test_items_that_turn_on_one_fact_share_its_reading():
    """Joint over the reading: .5 (.9 .9) : (.1 .1) and .5 of nothing, not two independent coin flips."""
    readings = {"u": {"A": 0.9, "B": 0.1}, "v": {"A": 0.5, "B": 0.5}}
    pair = [item(n, codings=[{"readings": readings}], reading="r") for n in "xy"]
    ev = compiled(*pair, readings=[{"id": "r", "options": {"u": 0.5, "v": 0.5}}])
    assert probability(ev, coder="first")["A"] == pytest.approx(0.5 * 81 / 82 + 0.5 * 0.5, abs=1e-12)


# --- point = "mean" ----------------------------------------------------------------------


def two_piece(value, z):
    """Elicited probability at standard normal z: two-piece on the logit scale, low and high at 5 and 95 %."""
    if not isinstance(value, dict):
        return np.full_like(z, value)
    m, low, high = (math.log(value[end] / (1 - value[end])) for end in ("best", "low", "high"))
    x = m + np.where(z < 0, (m - low) / Z_90, (high - m) / Z_90) * z
    return 1 / (1 + np.exp(-x))


def simpson(count):
    """Nodes and weights under the standard normal density, Simpson's rule on either side of the kink at 0."""
    z = np.linspace(0, 9, 2 * count + 1)
    weight = np.tile([2.0, 4.0], count + 1)[: z.size]
    weight[[0, -1]] = 1.0
    weight *= np.exp(-(z**2) / 2)
    return np.concatenate([-z, z]), np.concatenate([weight, weight]) / (2 * weight.sum())


def expected(p, *, hit=1.0, false=0.0, detection=None, kappa=1.0):
    """E[q^kappa]^(1/kappa) by brute force over every uncertain part."""
    z, weight = simpson(60)
    parts = [p, hit, false, 1.0 if detection is None else detection]
    axes = [(two_piece(x, z), weight) if isinstance(x, dict) else (np.array([x]), np.ones(1)) for x in parts]
    if (
        kappa == 1
    ):  # independent and multilinear: the expectation of the product is the product of expectations
        axes = [(np.array([node @ w]), np.ones(1)) for node, w in axes]
    p, r, f, d = np.ix_(*(node for node, _ in axes))
    q = r * p + f * (1 - p)
    seen = (q + 0 * d if detection is None else 1 - d * q) ** kappa
    for _, w in reversed(axes):
        seen = seen @ w
    return float(seen ** (1 / kappa))


WIDE, NARROW = {"low": 0.2, "best": 0.7, "high": 0.9}, {"low": 0.02, "best": 0.05, "high": 0.4}


def odds(rows, kappa=1.0):
    """Posterior of A from rows of two hypotheses, even prior."""
    a, b = (math.prod(row[h] ** kappa for row in rows) for h in "AB")
    return a / (a + b)


@pytest.mark.parametrize("rates", [None, (0.8, 0.3), (WIDE, NARROW)])
@pytest.mark.parametrize("detection", [None, 0.6, WIDE])
def test_the_mean_of_one_item_by_brute_force(rates, detection):
    """Reports and absences, with and without ranges of their own."""
    row = {"A": WIDE, "B": NARROW}
    more = {}
    if rates:
        more["reliability"] = {"x": rates}
    if detection:
        more |= {"found": {"x": "absent"}, "detection": {"x": detection}}
    hit, false = rates or (1.0, 0.0)
    rows = [{h: expected(p, hit=hit, false=false, detection=detection) for h, p in row.items()}]
    assert probability(table({"x": row}, **more), point="mean")["A"] == pytest.approx(odds(rows), abs=1e-7)


@pytest.mark.parametrize("found", ["present", "absent"])
@pytest.mark.parametrize("rates", [None, {"hit": WIDE, "false_report": 0.1}])
def test_the_mean_in_a_cluster_by_brute_force(found, rates):
    """E[q^kappa]^(1/kappa): what a discounted item says is averaged after the discount."""
    names = ("x", "y")
    more = {"found": found, "cluster": "k"} | ({"detection": WIDE} if found == "absent" else {})
    items = [item(n, {"A": WIDE, "B": NARROW}, source={"key": n}, **more) for n in names]
    sources = [{"id": n, "type": "document", **({"reliability": rates} if rates else {})} for n in names]
    ev = compiled(*items, clusters=[{"id": "k", "correlation": 0.6}], sources=sources)
    kappa = 1 / 1.6
    arguments = {"hit": WIDE, "false": 0.1} if rates else {}
    rows = [
        {
            h: expected(p, kappa=kappa, detection=WIDE if found == "absent" else None, **arguments)
            for h, p in (("A", WIDE), ("B", NARROW))
        }
    ] * 2
    got = probability(ev, point="mean", coder="first")["A"]
    assert got == pytest.approx(odds(rows, kappa), abs=1e-6)


def test_the_mean_is_the_coherent_posterior():
    """Monte Carlo over p(x | E): draws of P(h | x, E) weighted by P(E | x) average to point='mean'."""
    rows = {"x": {"A": WIDE, "B": NARROW, "C": 0.3}, "y": {"A": NARROW, "B": WIDE, "C": WIDE}}
    priors = {"A": 0.5, "B": 0.2, "C": 0.3}
    rng = np.random.default_rng(20260101)
    joint = np.stack(
        [
            priors[h]
            * np.prod([two_piece(row[h], rng.standard_normal(400_000)) for row in rows.values()], axis=0)
            for h in priors
        ]
    )
    marginal = joint.sum(axis=0)
    coherent = (joint / marginal * marginal).sum(axis=1) / marginal.sum()
    error = joint.std(axis=1) / math.sqrt(joint.shape[1]) / marginal.mean()
    got = np.array(list(probability(table(rows, priors=priors), point="mean").values()))
    assert (np.abs(got - coherent) < 5 * error).all()
    # and it is not the average over what was elicited
    propagated = (joint / marginal).mean(axis=1)
    assert np.abs(got - propagated).max() > 0.005


def test_points_have_no_mean_of_their_own():
    ev = table({"x": {"A": 0.8, "B": 0.2}, "y": {"A": 0.1, "B": 0.4}})
    best, mean = probability(ev), probability(ev, point="mean")
    assert mean == pytest.approx(best, abs=1e-12)


def test_a_ratio_has_no_expectation():
    ev = table({"x": {"A": 3.0, "B": 0.0}}, unit="ratio_db")
    with pytest.raises(
        ScaleError,
        match=r"(?s)point='mean' has no exact answer for 1 episode; .*episode: ratios have no expectation of their own",
    ):
        bt.update(ev, point="mean")


def test_an_anchored_ratio_is_a_probability():
    x = item(
        "x",
        codings=[{"unit": "ratio_db", "reference": "B", "reference_probability": 0.2, "values": {"A": 6.0}}],
    )
    ev = compiled(x)
    assert not bt.update(ev, coder="first").relative.item()
    expected_p = 0.2 * 10**0.6
    np.testing.assert_allclose(np.exp(ev["log_likelihood"].values[0, 0]), [expected_p, 0.2], atol=1e-12)
    assert probability(ev, point="mean", coder="first")["A"] == pytest.approx(
        expected_p / (expected_p + 0.2), abs=1e-12
    )


# --- weights, tests, steps ---------------------------------------------------------------


def test_a_weight_takes_the_cluster_into_account():
    pair = [item(n, {"A": 0.8, "B": 0.2}, cluster="k") for n in "xy"]
    weight = bt.weight_of_evidence(
        compiled(*pair, clusters=[{"id": "k", "correlation": 0.5}]), "A", against="B"
    )
    np.testing.assert_allclose(weight.values, 10 * math.log10(4) / 1.5, atol=1e-9)
    assert weight.dims == ("link",)
    assert weight.attrs["units"] == "dB"


def test_a_weight_is_of_one_coder():
    ev = compiled(*TWO_CODERS)
    first, second = (bt.weight_of_evidence(ev, "A", against="B", coder=c).values for c in ("first", "second"))
    np.testing.assert_allclose(first, [10 * math.log10(4), 10 * math.log10(2)], atol=1e-9)
    np.testing.assert_allclose(second, [-10 * math.log10(2), 0], atol=1e-9)
    np.testing.assert_allclose(bt.weight_of_evidence(ev, "A", against="B").values, first)


def test_what_rules_out_weighs_infinity():
    ev = table({"x": {"A": 0.0, "B": 0.5, "C": 0.25}})
    assert bt.weight_of_evidence(ev, "A", against="B").item() == -math.inf
    assert bt.weight_of_evidence(ev, "B", against="A").item() == math.inf
    assert bt.weight_of_evidence(ev, "B").item() == math.inf
    # the hypothesis that is ruled out fares as badly against the mean of all
    assert bt.weight_of_evidence(ev, "A").item() == -math.inf


def test_the_strongest_rival_of_each_item():
    ev = table({"x": {"A": 0.1, "B": 0.2, "C": 0.4}, "y": {"A": 0.8, "B": 0.4, "C": 0.2}})
    against = bt.strongest_against(ev, "A")
    np.testing.assert_allclose(against.values, [-10 * math.log10(4), 10 * math.log10(2)], atol=1e-9)
    assert against.dims == ("link",)


@pytest.mark.parametrize(
    "call",
    [
        lambda ev: bt.weight_of_evidence(ev, "Z"),
        lambda ev: bt.weight_of_evidence(ev, "A", against="Z"),
        lambda ev: bt.strongest_against(ev, "Z"),
        lambda ev: bt.test_type(ev, "Z", against="A"),
        lambda ev: bt.test_type(ev, "A", against="Z"),
        lambda ev: bt.weight_by_step(ev, "Z", against="A"),
    ],
    ids=["of", "against", "strongest", "test of", "test against", "step"],
)
def test_unknown_hypotheses_are_named(call):
    with pytest.raises(UnknownNameError, match="no hypothesis named 'Z'; there are: A, B"):
        call(table({"x": {"A": 0.8, "B": 0.2}}))


def test_labels_are_derived_pair_by_pair():
    ev = table({"gun": {"A": 0.5, "B": 0.01, "C": 0.4}, "hoop": {"A": 0.99, "B": 0.5, "C": 0.98}})
    assert bt.test_type(ev, "A", against="B").values.tolist() == ["smoking gun", "hoop"]
    assert bt.test_type(ev, "A", against="C").values.tolist() == ["straw in the wind", "straw in the wind"]
    rival = bt.test_type(ev, "B", against="A").values.tolist()
    assert rival == ["smoking gun for the rival", "hoop for the rival"]
    strict = bt.test_type(ev, "A", against="B", decisive_db=20)
    assert strict.values.tolist() == ["straw in the wind", "straw in the wind"]


def test_labels_of_reports_ratios_readings_and_what_was_not_coded():
    """A report by a poor source tests little; a ratio has no label; readings are averaged."""
    reported = table({"gun": {"A": 0.5, "B": 0.01}}, reliability={"gun": (0.6, 0.4)})
    assert bt.test_type(reported, "A", against="B").item() == "straw in the wind"
    ratio = table({"x": {"A": 30.0, "B": 0.0}}, unit="ratio_db")
    assert bt.test_type(ratio, "A", against="B").item() == "undetermined"
    ev = compiled(*TWO_CODERS)
    assert bt.test_type(ev, "A", against="B", coder="second").values.tolist() == [
        "straw in the wind",
        "undetermined",
    ]
    x = item(
        "x", codings=[{"readings": {"u": {"A": 0.9, "B": 0.01}, "v": {"A": 0.1, "B": 0.01}}}], reading="r"
    )
    read = compiled(x, readings=[{"id": "r", "options": {"u": 0.9, "v": 0.1}}])
    # .82 against .01: by presence; the absence leaves .18 : .99
    assert bt.test_type(read, "A", against="B").item() == "smoking gun"


def steps(*items):
    """A set in which A has three steps and B one of its own."""
    plain = data(list(items))
    plain["hypotheses"][0]["steps"] = ["attempt", "motive", "link"]
    plain["hypotheses"][1]["steps"] = ["need"]
    return bt.compile_evidence(sound(plain))


def test_weight_by_step_and_the_weakest():
    ev = steps(
        item("x", {"A": 0.8, "B": 0.2}, step="attempt"),
        item("y", {"A": 0.4, "B": 0.2}, step="attempt"),
        item("z", {"A": 0.2, "B": 0.4}, step="motive"),
        item("w", {"A": 0.9, "B": 0.1}, step="need"),
        item("v", {"A": 0.4, "B": 0.2}),
    )
    by_step = bt.weight_by_step(ev, "A", against="B").sel(episode="e1")
    assert by_step["step"].values.tolist() == ["attempt", "motive", "link", ""]
    two, nine = 10 * math.log10(2), 10 * math.log10(9)
    np.testing.assert_allclose(by_step.values, [3 * two, -two, 0, nine + two], atol=1e-9)
    assert by_step.sum().item() == pytest.approx(bt.weight_of_evidence(ev, "A", against="B").sum().item())
    assert bt.weakest_step(bt.weight_by_step(ev, "A", against="B")).values.tolist() == ["motive"]
    # from the rival's side its own steps count
    assert bt.weight_by_step(ev, "B", against="A")["step"].values.tolist() == ["need", ""]


def test_a_step_without_items_may_be_the_weakest():
    ev = steps(
        item("x", {"A": 0.8, "B": 0.2}, step="attempt"), item("z", {"A": 0.8, "B": 0.4}, step="motive")
    )
    assert bt.weakest_step(bt.weight_by_step(ev, "A", against="B")).values.tolist() == ["link"]


def test_no_declared_steps_no_weakest():
    ev = table({"x": {"A": 0.8, "B": 0.2}})
    assert bt.weakest_step(bt.weight_by_step(ev, "A", against="B")).values.tolist() == [""]


# --- trajectory --------------------------------------------------------------------------


def dated():
    return compiled(
        item("late", {"A": 0.8, "B": 0.4}, date="1975"),
        item("undated", {"A": 0.6, "B": 0.3}),
        item("early", {"A": 0.2, "B": 0.4}, date="1971-08-25"),
        item("month", {"A": 0.5, "B": 0.1}, date="1971-08"),
    )


def test_a_trajectory_by_date_by_list_and_by_will():
    ev = dated()
    assert bt.trajectory(ev, "e1")["item"].values.tolist() == ["", "early", "month", "late", "undated"]
    assert bt.trajectory(ev, "e1", order="listed")["item"].values.tolist() == [
        "",
        "late",
        "undated",
        "early",
        "month",
    ]
    mine = ["month", "late", "early", "undated"]
    path = bt.trajectory(ev, "e1", order=mine).sel(hypothesis="A")
    np.testing.assert_allclose(path.values, [1 / 2, 5 / 6, 10 / 11, 5 / 6, 10 / 11], atol=1e-12)
    assert path["item_date"].values.tolist() == ["", "1971-08-31", "1975-12-31", "1971-08-25", ""]


def test_a_trajectory_of_another_coder():
    ev = compiled(*TWO_CODERS)
    path = bt.trajectory(ev, "e1", order="listed", coder="second").sel(hypothesis="A")
    np.testing.assert_allclose(path.values, [1 / 2, 1 / 3, 1 / 3], atol=1e-12)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ("importance", "order='importance'; expected 'date', 'listed' or a sequence of item ids"),
        (["early"], "does not name each item of the episode once: late, month, undated; the items are late"),
        (["early", "late", "month", "undated", "ghost"], "once: ghost; the items are"),
        (["early", "late", "month", "undated", "late"], "once: an item named twice; the items are"),
    ],
)
def test_an_order_names_each_item_once(order, message):
    with pytest.raises(BayesTraceError, match=message):
        bt.trajectory(dated(), "e1", order=order)


def test_a_trajectory_refuses_unknown_names():
    with pytest.raises(UnknownNameError, match="no episode named 'e9'; there are: e1"):
        bt.trajectory(dated(), "e9")
    with pytest.raises(UnknownNameError, match="no coder named 'nobody'; there are: first, second"):
        bt.trajectory(dated(), "e1", coder="nobody")


# --- lead and inclusion ------------------------------------------------------------------


def test_the_lead_over_the_next():
    lead = bt.lead(bt.update(table({"x": {"A": 0.1, "B": 0.8, "C": 0.4}})))
    assert (lead.leader.item(), lead.runner_up.item()) == ("B", "C")
    assert lead.lead.item() == pytest.approx(10 * math.log10(2), abs=1e-9)
    assert lead.lead.attrs["units"] == "dB"
    assert lead.leader.dims == ("episode",)


def test_of_equals_the_first_listed_leads_by_nothing():
    lead = bt.lead(bt.update(table({"x": {"A": 0.5, "B": 0.5}})))
    assert (lead.leader.item(), lead.runner_up.item(), lead.lead.item()) == ("A", "B", 0.0)


def test_the_lead_over_the_impossible_is_infinite():
    lead = bt.lead(bt.update(table({"x": {"A": 0.5, "B": 0.0}})))
    assert lead.lead.item() == math.inf


def test_the_lead_counts_the_prior_and_knows_every_coder():
    ev = compiled(*TWO_CODERS, priors=[0.2, 0.8])
    lead = bt.lead(bt.update(ev))
    assert lead.lead.dims == ("coder", "episode")
    assert lead.leader.sel(coder="first").item() == "A"
    assert lead.leader.sel(coder="second").item() == "B"
    assert lead.lead.sel(coder="first").item() == pytest.approx(10 * math.log10(8 / 4), abs=1e-9)


def test_inclusion_of_plain_hypotheses_is_their_probability():
    post = bt.update(table({"x": {"A": 0.1, "B": 0.8}}))
    assert isinstance(bt.inclusion(post), xr.Dataset)
    np.testing.assert_allclose(bt.inclusion(post).probability.values, post.probability.values, atol=1e-12)


# --- from_table --------------------------------------------------------------------------


def test_a_frame_and_a_mapping_are_the_same_table():
    rows = {"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.3, "B": 0.6}}
    assert bt.from_table(pd.DataFrame.from_dict(rows, orient="index")) == bt.from_table(rows)


def test_priors_default_to_equal_and_name_the_hypotheses_in_order():
    assert bt.from_table({"x": {"B": 0.8, "A": 0.2}}).hypothesis_ids == ("B", "A")
    es = bt.from_table({"x": {"B": 0.8, "A": 0.2}}, priors={"A": 0.25, "B": 0.75})
    assert es.hypothesis_ids == ("A", "B")
    assert probability(bt.compile_evidence(es))["B"] == pytest.approx(12 / 13, abs=1e-12)


def test_decibels_of_probability():
    """A likelihood of 10 log10 P: 3.0103 dB apart is a factor of two."""
    half = -10 * math.log10(2)
    assert probability(table({"x": {"A": half, "B": 2 * half}}, unit="db"))["A"] == pytest.approx(
        2 / 3, abs=1e-12
    )
    level = bt.update(table({"x": {"A": half, "B": half}}, unit="db")).log_evidence.item()
    assert math.exp(level) == pytest.approx(0.5, abs=1e-12)


def test_ratios_against_any_one_hypothesis():
    for row in ({"A": 10.0, "B": 0.0}, {"A": 10.0}, {"A": 0.0, "B": -10.0}, {"B": -10.0}):
        ev = table({"x": row}, priors={"A": 0.5, "B": 0.5}, unit="ratio_db")
        assert probability(ev)["A"] == pytest.approx(10 / 11, abs=1e-12)


def test_each_item_may_have_a_reference_of_its_own():
    rows = {"x": {"A": 10.0, "C": 0.0, "B": -10.0}, "y": {"A": 0.0, "B": 10.0, "C": 20.0}}
    post = probability(table(rows, unit="ratio_db"))
    assert post == pytest.approx({"A": 10 / 111, "B": 1 / 111, "C": 100 / 111}, abs=1e-12)


def test_ranges_are_kept():
    es = bt.from_table({"x": {"A": {"low": 0.1, "best": 0.2, "high": 0.4}, "B": 0.5}})
    value = es.items["x"].codings[0].values["A"]
    assert (value.low, value.best, value.high) == (0.1, 0.2, 0.4)


def test_certainty_is_taken_as_meant():
    assert probability(table({"x": {"A": 0, "B": 0.5}})) == {"A": 0.0, "B": 1.0}
    assert probability(table({"x": {"A": 1, "B": 0.5}}))["A"] == pytest.approx(2 / 3)
    assert probability(table({"x": {"A": 0.0, "B": -10.0}}, unit="db"))["A"] == pytest.approx(10 / 11)


def test_what_was_not_sought_says_nothing():
    ev = table({"x": {"A": 0.8, "B": 0.2}, "y": {"A": 0.9, "B": 0.1}}, found={"y": "not_sought"})
    assert ev["link_item"].values.tolist() == ["x"]


PAIR = {"A": 0.8, "B": 0.2}


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ({}, {}, "table: 1 problem"),
        ({"x": {"A": 0.5}}, {}, "at least 2"),
        ({"x": PAIR, "y": {"A": 0.1}}, {}, "y.*B: missing; give every hypothesis a value"),
        (
            {"x": {**PAIR, "C": 0.1}},
            {"priors": {"A": 0.5, "B": 0.5}},
            "x.*C: no hypothesis 'C'; expected one of: A, B",
        ),
        ({"x": PAIR}, {"priors": {"A": 0.5, "B": 0.6}}, r"priors sum to 1.1, expected 1"),
        ({"x": PAIR}, {"priors": {"A": 1, "B": 0}}, "prior 1, expected above 0 and below 1"),
        ({"x": PAIR}, {"priors": {"A": 0.5, "C": 0.5}}, "C: missing; give every hypothesis a value"),
        ({"x": {"A": 1.2, "B": 0.2}}, {}, "1.2, expected a probability from 0 to 1"),
        ({"x": {"A": -0.2, "B": 0.2}}, {}, "-0.2, expected a probability from 0 to 1"),
        (
            {"x": {"A": 3.0, "B": -2.0}},
            {"unit": "db"},
            "3 dB, expected decibels of a probability, from -1000 to 0",
        ),
        (
            {"x": {"A": 3.0, "B": 2.0}},
            {"unit": "ratio_db"},
            "reference: missing; name the hypothesis that the ratios",
        ),
        ({"x": {"A": "likely", "B": 0.2}}, {}, "'likely', expected a number; for words say `unit: verbal`"),
        ({"x": {"A": True, "B": 0.2}}, {}, "x.*A.*True"),
        ({"x": {"A": None, "B": 0.2}}, {}, "x.*A.*None"),
        ({"x": {"A": math.nan, "B": 0.2}}, {}, "x.*A.*nan"),
        ({"x": {"A": {"low": 0.1, "best": 0.2}, "B": 0.2}}, {}, "high end of the range is missing"),
        ({"x": {"A": {"low": 0.3, "best": 0.2, "high": 0.4}, "B": 0.2}}, {}, "expected low <= best <= high"),
        (
            {"x": {"A": {"low": 0.1, "best": 0.2, "high": 1.0}, "B": 0.2}},
            {},
            "high 1 is certainty or more; write 0.95",
        ),
        (
            {"x": {"A": {"low": 0.0, "best": 0.2, "high": 0.4}, "B": 0.2}},
            {},
            "low 0 is impossibility or less; write",
        ),
        ({"x": {"A": {"best": 0.2, "hi": 0.4}, "B": 0.2}}, {}, "x.*hi"),
        (
            {"x": PAIR},
            {"found": {"x": "absent"}},
            "detection: missing for an absent item; give the probability that",
        ),
        (
            {"x": PAIR},
            {"found": {"x": "lost"}},
            "x.found: 'lost': .*'present', 'absent', 'not_sought' or 'planned'",
        ),
        ({"x": PAIR}, {"found": {"y": "absent"}}, "found.y: no item 'y' in the table"),
        ({"x": PAIR}, {"detection": {"y": 0.5}}, "detection.y: no item 'y' in the table"),
        ({"x": PAIR}, {"reliability": {"y": (0.5, 0.1)}}, "reliability.y: no item 'y' in the table"),
        (
            {"x": PAIR},
            {"found": {"x": "absent"}, "detection": {"x": 1.5}},
            "1.5 to 1.5, expected within 0 to 1",
        ),
        ({"x": PAIR}, {"reliability": {"x": (1.2, 0.1)}}, "hit: 1.2 to 1.2, expected within 0 to 1"),
        (
            {"x": {"A": 3.0, "B": 0.0}},
            {"unit": "ratio_db", "found": {"x": "absent"}, "detection": {"x": 0.5}},
            r"missing; absence needs an absolute probability, so give P\(item given B\)",
        ),
        (
            {"x": {"A": 3.0, "B": 0.0}},
            {"unit": "ratio_db", "reliability": {"x": (0.5, 0.1)}},
            r"missing; reliability of the source needs an absolute probability, so give P\(item given B\)",
        ),
        ({"two words": PAIR}, {}, "two words"),
    ],
)
def test_a_faulty_table_says_where_and_what(rows, options, message):
    with pytest.raises(EvidenceSetError, match=message):
        bt.from_table(rows, **options)


@pytest.mark.parametrize("bad", [True, None, [0.5], math.nan, math.inf], ids=repr)
def test_one_faulty_value_is_one_problem(bad):
    with pytest.raises(EvidenceSetError, match="table: 1 problem\n"):
        bt.from_table({"x": {"A": bad, "B": 0.2}})


@pytest.mark.parametrize(
    ("rows", "options"),
    [
        ({"x": PAIR}, {"unit": "dB"}),
        ({"x": PAIR}, {"reliability": {"x": 0.9}}),
        ({"x": PAIR}, {"reliability": {"x": (0.9, 0.1, 0.2)}}),
        ({"x": [0.8, 0.2]}, {}),
        ([0.8, 0.2], {}),
        (pd.DataFrame({"A": [0.3, 0.4], "B": [0.2, 0.5]}, index=["x", "x"]), {}),
    ],
    ids=["unit", "one rate", "three rates", "a list for a row", "a list for a table", "one id twice"],
)
def test_a_table_of_the_wrong_shape_is_a_named_error(rows, options):
    """Never a KeyError, an AttributeError or a row lost on the way."""
    with pytest.raises(BayesTraceError, match=r".+"):
        bt.from_table(rows, **options)


def test_every_problem_of_a_table_at_once():
    with pytest.raises(EvidenceSetError, match="4 problems") as caught:
        bt.from_table(
            {"x": {"A": 1.2, "B": 0.2}, "y": {"A": 0.5}},
            priors={"A": 0.5, "B": 0.6},
            found={"z": "absent"},
        )
    assert len(caught.value.problems) == 4
