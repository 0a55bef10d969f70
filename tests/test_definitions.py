"""What the numbers mean (design, section 4): each definition on the smallest set that shows it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bayes_trace as bt
from bayes_trace.exact import weight_of_items
from bayes_trace.likelihood import best_point, drop_entries, links_of
from bayes_trace.likelihood.ranges import elicited
from tests import build
from tests.strategies import fractions

TWO = {"A": 0.5, "B": 0.5}


def probability(es, hypothesis="A", **options):
    return float(
        bt.update(bt.compile_evidence(es), coder="first", **options)
        .probability.sel(hypothesis=hypothesis)
        .item()
    )


def read(name, options, /, **more):
    """An item that turns on the fact r."""
    return build.item(name, codings=[{"readings": options}], reading="r", **more)


def fact(**options):
    return {"readings": [{"id": "r", "options": options}]}


# --- readings and facts --------------------------------------------------------------------


X = read("x", {"u": {"A": 0.9, "B": 0.3}, "v": {"A": 0.1, "B": 0.6}})


@pytest.mark.parametrize("prior", [0.05, 0.25, 0.5, 0.9])
def test_readings_do_not_depend_on_priors(prior):
    """The ratio that an item with readings contributes is the same under every prior."""
    items = [build.item("plain", {"A": 0.6, "B": 0.2}), X]
    ev = bt.compile_evidence(build.make(items, priors=[prior, 1 - prior], **fact(u=0.5, v=0.5)))
    even = bt.compile_evidence(build.make(items, **fact(u=0.5, v=0.5)))
    np.testing.assert_array_equal(ev.log_likelihood.values, even.log_likelihood.values)


def test_a_reading_is_weighed_against_the_even_mean_of_the_core():
    """sum_r w_r q_rh / mean_h q_rh: u is .6 on average, v .35."""
    row = np.exp(bt.compile_evidence(build.make([X], **fact(u=0.6, v=0.4))).log_likelihood.values[0, 0])
    np.testing.assert_allclose(row, [0.6 * 0.9 / 0.6 + 0.4 * 0.1 / 0.35, 0.6 * 0.3 / 0.6 + 0.4 * 0.6 / 0.35])


@given(fractions, fractions)
def test_a_plain_item_keeps_its_answer_as_a_single_reading(p, q):
    other = build.item("other", {"A": 0.7, "B": 0.4})
    plain = build.make([build.item("x", {"A": p, "B": q}), other])
    single = build.make([read("x", {"u": {"A": p, "B": q}}), other], **fact(u=1.0))
    assert probability(single) == pytest.approx(probability(plain), abs=1e-12)


@pytest.mark.parametrize("third", ["A+B", "R"])
def test_a_compound_or_a_residual_does_not_move_the_ratio_of_two_others(third):
    """Neither the level of a reading nor the weight of a cluster looks at them."""

    def row(**values):
        return {**values, third: 0.01}

    def items(extended):
        keep = row if extended else dict
        x = read("x", {"u": keep(A=0.9, B=0.3), "v": keep(A=0.1, B=0.6)}, cluster="k")
        return [x, build.item("y", keep(A=0.7, B=0.2), cluster="k")]

    more = {**fact(u=0.6, v=0.4), "clusters": [{"id": "k", "correlation": 0.5}]}
    two = bt.update(bt.compile_evidence(build.make(items(extended=False), **more)), coder="first")
    data = build.data(items(extended=True), hypotheses=("A", "B", third), **more)
    data["hypotheses"][2]["residual"] = third == "R"
    three = bt.update(bt.compile_evidence(build.sound(data)), coder="first")
    for post in (two, three):
        post["odds"] = post.log_probability.sel(hypothesis="A") - post.log_probability.sel(hypothesis="B")
    assert float(three.odds.item()) == pytest.approx(float(two.odds.item()), abs=1e-12)


def test_items_on_one_fact_are_one_link_and_do_not_learn_the_reading_again():
    """Ten documents that only say which reading holds say it once: the stated weights are given all of them."""
    options = {"u": {"A": 0.9, "B": 0.3}, "v": {"A": 0.1, "B": 0.2}}
    flat = {"u": {"A": 0.9, "B": 0.9}, "v": {"A": 0.01, "B": 0.01}}
    one = build.make([read("x", options)], **fact(u=0.5, v=0.5))
    ten = build.make([read("x", options), *(read(f"y{n}", flat) for n in range(9))], **fact(u=0.5, v=0.5))
    ev = bt.compile_evidence(ten)
    assert ev.sizes["link"] == 1
    assert ev["link_item"].item() == "r"
    assert probability(ten) == pytest.approx(probability(one), abs=1e-12)


def test_what_an_item_of_a_fact_does_is_the_value_with_it_less_the_value_without_it():
    y = read("y", {"u": {"A": 0.8, "B": 0.5}, "v": {"A": 0.2, "B": 0.4}})
    ev = bt.compile_evidence(build.make([X, y], **fact(u=0.6, v=0.4)))
    whole = float(bt.weight_of_evidence(ev, "A", against="B").item())
    for name, does in zip(ev["entry_item"].values, weight_of_items(ev, "A", against="B").values, strict=True):
        without = drop_entries(ev, ev["entry_item"].values == name)
        assert does == pytest.approx(
            whole - float(bt.weight_of_evidence(without, "A", against="B").item()), abs=1e-9
        )


# --- clusters --------------------------------------------------------------------------------


def clustered(correlation, *ratios):
    """Items of one cluster with these likelihood ratios A : B."""
    items = [build.item(f"x{n}", {"A": 0.05 * r, "B": 0.05}, cluster="k") for n, r in enumerate(ratios)]
    return build.make(items, clusters=[{"id": "k", "correlation": correlation}])


@pytest.mark.parametrize("echo", [1.0, 1.00000001, 1.0001])
def test_a_neutral_member_moves_nothing_and_a_nearly_neutral_one_nearly_nothing(echo):
    assert probability(clustered(1.0, 9.0, echo)) == pytest.approx(0.9, abs=1e-4)


@given(st.lists(st.integers(2, 15), min_size=1, max_size=5))
def test_at_correlation_one_members_of_one_mind_weigh_as_their_strongest(ratios):
    strongest = max(ratios)
    assert probability(clustered(1.0, *map(float, ratios))) == pytest.approx(
        strongest / (strongest + 1), abs=1e-12
    )


@given(st.lists(st.integers(2, 15), min_size=1, max_size=4), st.integers(2, 15), fractions)
def test_an_echo_never_weakens_what_it_echoes(ratios, echo, correlation):
    """A further member that points the same way never lowers the leader."""
    ratios = [float(ratio) for ratio in ratios]
    assert (
        probability(clustered(correlation, *ratios, float(echo)))
        >= probability(clustered(correlation, *ratios)) - 1e-12
    )


def test_members_that_weigh_the_same_count_as_they_are():
    """LR 19 quoted five times at correlation .5: an effective count of 1.667 (Kish), .992663 (methods, U)."""
    items = [build.item(f"x{n}", {"A": 0.95, "B": 0.05}, cluster="k") for n in range(5)]
    assert probability(build.make(items, clusters=[{"id": "k", "correlation": 0.5}])) == pytest.approx(
        0.992663, abs=5e-7
    )


def test_decisive_members_count_as_they_are():
    items = [
        build.item("x", {"A": 0.5, "B": 0.0}, cluster="k", decisive=True),
        build.item("y", {"A": 0.5, "B": 0.0}, cluster="k", decisive=True),
        build.item("z", {"A": 0.5, "B": 0.1}, cluster="k"),
    ]
    ev = bt.compile_evidence(build.make(items, clusters=[{"id": "k", "correlation": 0.5}]))
    np.testing.assert_allclose(ev.effective_number.sel(coder="first").values, 2.0)


def test_a_fact_is_one_member_of_its_cluster():
    x = read("x", {"u": {"A": 0.9, "B": 0.3}, "v": {"A": 0.1, "B": 0.6}}, cluster="k")
    y = read("y", {"u": {"A": 0.9, "B": 0.3}, "v": {"A": 0.1, "B": 0.6}}, cluster="k")
    es = build.make([x, y], **fact(u=0.9, v=0.1), clusters=[{"id": "k", "correlation": 1.0}])
    assert float(bt.compile_evidence(es).kappa.sel(coder="first").item()) == 1.0


# --- events ----------------------------------------------------------------------------------


def attested(reports, /, event=None, prior=0.5, **more):
    """One event of probabilities A : B, and reports: (hit, false report, fields)."""
    sources = [
        {
            "id": f"s{n}",
            "type": "document",
            "title": "x",
            "reliability": {"hit": r, "false_report": f, **extra},
        }
        for n, (r, f, _, extra) in enumerate(reports)
    ]
    items = [
        {"id": f"x{n}", "paraphrase": "x", "event": "v", "source": {"key": f"s{n}"}, "codings": [], **fields}
        for n, (_, _, fields, _) in enumerate(reports)
    ]
    data = build.data(items, priors=[prior, 1 - prior], sources=sources)
    values = event or {"A": 0.9999, "B": 0.0001}
    data["cases"][0]["events"] = [
        {"id": "v", "label": "it happened", "episodes": ["e1"], "codings": [{"values": values}], **more}
    ]
    return build.sound(data)


#: Russell and Norvig, Artificial Intelligence: A Modern Approach (2010), fig. 14.2
ALARM = {"A": 0.94 * 0.998 + 0.95 * 0.002, "B": 0.29 * 0.002 + 0.001 * 0.998}


def test_two_calls_about_one_alarm():
    """P(burglary | both call) = .284, printed on p. 524; .28417 to five digits."""
    es = attested([(0.9, 0.05, {}, {}), (0.7, 0.01, {}, {})], event=ALARM, prior=0.001)
    assert probability(es) == pytest.approx(0.28417, abs=5e-6)
    ev = bt.compile_evidence(es)
    assert (ev.sizes["link"], ev["link_item"].item()) == (1, "v")


def test_two_calls_taken_for_two_alarms():
    """The same calls as independent items: .4958."""
    es = bt.from_table(
        {"john": ALARM, "mary": ALARM},
        priors={"A": 0.001, "B": 0.999},
        reliability={"john": (0.9, 0.05), "mary": (0.7, 0.01)},
    )
    assert float(bt.update(bt.compile_evidence(es)).probability.sel(hypothesis="A").item()) == pytest.approx(
        0.4958, abs=5e-5
    )


@pytest.mark.parametrize(("correlation", "ratio"), [(0.0, 16.0), (0.5, 6.0), (1.0, 4.0)])
def test_correlated_reports_that_agree(correlation, ratio):
    """Two reports of .8 and .2 about an event that is certain under A and impossible under B."""
    es = attested(
        [(0.8, 0.2, {}, {})] * 2, event={"A": 1.0, "B": 0.0}, correlation=correlation, decisive=True
    )
    assert probability(es) == pytest.approx(ratio / (ratio + 1), abs=1e-12)


def ratio_of(es):
    p = probability(es)
    return p / (1 - p)


def test_a_denial_has_rates_of_its_own_unless_the_source_always_answers():
    certain = {"event": {"A": 1.0, "B": 0.0}, "decisive": True}
    own = [(0.6, 0.1, {"says": "no"}, {"denies": {"if_true": 0.1, "if_false": 0.5}})]
    assert ratio_of(attested(own, **certain)) == pytest.approx(0.1 / 0.5)
    always = [(0.6, 0.1, {"says": "no"}, {"always_answers": True})]
    assert ratio_of(attested(always, **certain)) == pytest.approx(0.4 / 0.9)


def test_a_searched_silence_is_the_chance_that_no_report_would_be_found():
    silent = [(0.6, 0.1, {"found": "absent", "detection": 0.5}, {})]
    es = attested(silent, event={"A": 1.0, "B": 0.0}, decisive=True)
    assert ratio_of(es) == pytest.approx((1 - 0.5 * 0.6) / (1 - 0.5 * 0.1))


def test_an_event_goes_with_the_last_of_its_reports():
    ev = bt.compile_evidence(attested([(0.9, 0.05, {}, {}), (0.7, 0.01, {}, {})], event=ALARM))
    one = drop_entries(ev, ev["entry_item"].values == "x0")
    assert one["entry_item"].values.tolist() == ["v", "x1"]
    assert drop_entries(one, one["entry_item"].values == "x1").sizes["link"] == 0
    assert drop_entries(ev, ev["entry_item"].values == "v").sizes["entry"] == 0


def test_an_event_grows_report_by_report():
    es = attested([(0.9, 0.05, {}, {}), (0.7, 0.01, {}, {})], event=ALARM, prior=0.001)
    ev = bt.compile_evidence(es)
    steps = bt.trajectory(ev, "e1", order=["x1", "x0"])
    assert steps["item"].values.tolist() == ["", "x1", "x0"]
    mary = drop_entries(ev, ev["entry_item"].values == "x0")
    expected = [0.001, float(bt.update(mary, coder="first").probability.sel(hypothesis="A").item()), 0.28417]
    np.testing.assert_allclose(steps.sel(hypothesis="A").values, expected, atol=5e-6)


# --- compounds, ratios, coders ---------------------------------------------------------------


def test_papers_that_give_one_reason_each_make_the_compound_the_best_explanation():
    """Three papers at -3 and -13 dB and three the other way round: .93 of the three."""

    def paper(name, a, b):
        return build.item(name, codings=[{"unit": "db", "values": {"A": a, "B": b}}])

    items = [paper(f"x{n}", -3, -13) for n in range(3)] + [paper(f"y{n}", -13, -3) for n in range(3)]
    es = build.make(items, hypotheses=("A", "B", "A+B"))
    assert probability(es, "A+B") == pytest.approx(0.93, abs=0.005)
    one = build.make(items[:1], hypotheses=("A", "B", "A+B"))
    ev = bt.compile_evidence(one)
    cost = float(bt.weight_of_evidence(ev, "A", against="A+B").sel(link="x0@e1").item())
    assert 0 < cost <= 10 * np.log10(2)


def test_a_compound_of_ratios_is_the_mean_of_the_ratios():
    x = build.item("x", codings=[{"unit": "ratio_db", "reference": "A", "values": {"B": 10.0}}])
    row = np.exp(
        bt.compile_evidence(build.make([x], hypotheses=("A", "B", "A+B"))).log_likelihood.values[0, 0]
    )
    np.testing.assert_allclose(row / row[0], [1.0, 10.0, 5.5])


def test_a_range_on_the_reference_probability_counts():
    coding = {
        "unit": "ratio_db",
        "reference": "A",
        "reference_probability": {"low": 0.1, "best": 0.2, "high": 0.3},
        "values": {"B": {"low": -3, "best": -1, "high": 1}},
    }
    ev = bt.compile_evidence(build.make([build.item("x", codings=[coding])]))
    ends = [elicited(ev, 0).parts["location"][k][0, 0] for k in range(3)]
    low, best, high = ends[0] - 1.6448536 * ends[1], ends[0], ends[0] + 1.6448536 * ends[2]
    stated = [[0.1, 0.1 * 10**-0.3], [0.2, 0.2 * 10**-0.1], [0.3, 0.3 * 10**0.1]]
    np.testing.assert_allclose(1 / (1 + np.exp(-np.array([low, best, high]))), stated, rtol=1e-6)
    assert not links_of(ev, 0).is_ratio.any()


def test_differences_of_a_ratio_have_the_stated_points_and_a_correlation_of_one_half():
    """Stated 5, 50 and 95 % points hold for every difference, whatever the widths of the others."""
    stated = {"B": {"low": -2.07, "best": 0.73, "high": 10.31}, "C": {"low": 4.0, "best": 5.0, "high": 6.0}}
    x = build.item("x", codings=[{"unit": "ratio_db", "reference": "A", "values": stated}])
    ev = bt.compile_evidence(build.make([x], hypotheses=("A", "B", "C")))
    drawn = elicited(ev, 0).draw(np.random.default_rng(5), 200_000).location[0, 0]
    assert (drawn[0] == 0).all()
    for row, name in ((1, "B"), (2, "C")):
        expected = [stated[name][end] for end in ("low", "best", "high")]
        spread = 0.06 if name == "B" else 0.02
        np.testing.assert_allclose(np.quantile(drawn[row], [0.05, 0.5, 0.95]), expected, atol=spread)
    ranks = np.argsort(np.argsort(drawn[1:], axis=1), axis=1)
    # of a normal copula: Spearman is 6 / pi asin(rho / 2)
    assert np.corrcoef(ranks)[0, 1] == pytest.approx(6 / np.pi * np.arcsin(0.25), abs=0.01)


def test_a_coder_who_passed_an_item_over_has_no_voice():
    """One coder with a ratio of 10, one who skipped the item: .909 in every pool, and no answer of the other's."""
    ev = bt.compile_evidence(build.make([build.item("x", {"A": 0.8, "B": 0.08})]))
    for pool in ("log", "linear"):
        assert float(bt.update(ev, pool=pool).probability.sel(hypothesis="A").item()) == pytest.approx(
            10 / 11
        )
    second = bt.update(ev, coder="second")
    assert bool(second.probability.isnull().all())
    assert (second.n_coded.item(), second.n_items.item()) == (0, 1)
    assert bt.lead(second).leader.item() == ""


def test_gaps_are_filled_from_those_who_coded_the_item():
    """Linear pool: the coder who passed x over takes it from the other."""
    items = [
        build.item("x", codings=[{"coder": "first", "values": {"A": 0.8, "B": 0.08}}]),
        build.item(
            "y",
            codings=[
                {"coder": c, "values": v} for c, v in (("first", TWO), ("second", {"A": 0.6, "B": 0.3}))
            ],
        ),
    ]
    ev = bt.compile_evidence(build.make(items))
    assert float(bt.update(ev, pool="linear").probability.sel(hypothesis="A").item()) == pytest.approx(
        (10 / 11 + 20 / 21) / 2
    )


# --- ties and tests --------------------------------------------------------------------------


def test_hypotheses_that_are_level_are_listed_in_the_order_of_the_set():
    """Rounding decides nothing, nor does the order of the items."""
    rows = [{"A": 0.1, "B": 0.3}, {"A": 0.3, "B": 0.1}, {"A": 0.7, "B": 0.2}, {"A": 0.2, "B": 0.7}]
    items = [build.item(f"x{n}", row) for n, row in enumerate(rows)]
    for order in (items, items[::-1]):
        lead = bt.lead(bt.update(bt.compile_evidence(build.make(order)), coder="first"))
        assert (lead.leader.item(), lead.runner_up.item(), float(lead.lead.item())) == ("A", "B", 0.0)
        assert lead.level.values.tolist() == [[True, True]]


@pytest.mark.parametrize(
    ("of", "against", "word"),
    [
        (0.5, 0.01, "smoking gun"),
        (0.99, 0.5, "hoop"),
        (0.99, 0.01, "doubly decisive"),
        (0.6, 0.4, "straw in the wind"),
    ],
)
def test_tests_are_two_sided(of, against, word):
    ev = bt.compile_evidence(bt.from_table({"x": {"A": of, "B": against}}))
    assert bt.test_type(ev, "A", against="B").item() == word
    rival = word if word.startswith("straw") else f"{word} for the rival"
    assert bt.test_type(ev, "B", against="A").item() == rival


def test_the_test_of_an_absent_item_is_that_of_the_empty_search():
    """A trace that A all but promises, and B does not: where such traces are kept, its absence decides."""
    table = {"x": {"A": 0.95, "B": 0.05}}
    kept, lost = (
        bt.compile_evidence(bt.from_table(table, found={"x": "absent"}, detection={"x": d}))
        for d in (0.99, 0.1)
    )
    assert bt.test_type(kept, "A", against="B").item() == "doubly decisive for the rival"
    # where they are rarely kept, only a find would have decided
    assert bt.test_type(lost, "A", against="B").item() == "hoop for the rival"


def test_belief_grows_by_date_with_each_item_behind_those_it_is_given():
    items = [
        build.item("late", {"A": 0.8, "B": 0.2}, date="1970"),
        build.item("early", {"A": 0.6, "B": 0.3}, date="1960", given=["late"]),
    ]
    ev = bt.compile_evidence(build.make(items))
    assert bt.trajectory(ev, "e1")["item"].values.tolist() == ["", "late", "early"]


def test_every_number_at_its_best_value_is_one_variant():
    ev = bt.compile_evidence(build.make([build.item("x", {"A": 0.8, "B": 0.2})]))
    assert best_point(ev, 0).location.shape == (1, 1, 2, 1)
