# ruff: noqa: E501 - the texts of errors stand whole
"""Planned items: what the format takes, that they move nothing, and what they would teach."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

import bayes_trace as bt
from bayes_trace.errors import PlanningError, UnknownNameError, WrongArgumentError
from bayes_trace.planning import (
    best_next,
    best_plan,
    describe_next,
    expected_learning,
    expected_weight,
    outcomes,
    strategy,
)
from tests.arms import arms_set
from tests.build import data, item, make, problems, sound
from tests.command import call


def planned(table, /, priors=None, **more):
    return bt.compile_evidence(
        bt.from_table(table, priors=priors, found=dict.fromkeys(table, "planned"), **more)
    )


def one(phi1, phi0, p=0.5):
    return planned({"clue": {"A": phi1, "B": phi0}}, {"A": p, "B": 1 - p})


def bits(belief, *pairs):
    """Mutual information by going through every outcome of independent clues (P(found | A), P(found | B))."""
    total = 0.0
    for ends in itertools.product((1, 0), repeat=len(pairs)):
        like = [
            np.prod([q if end else 1 - q for end, q in zip(ends, column, strict=True)])
            for column in zip(*pairs, strict=True)
        ]
        both = np.array(belief) * like
        total += sum(b * np.log2(p / both.sum()) for b, p in zip(both, like, strict=True) if b > 0)
    return total


# --- the format ----------------------------------------------------------------------------------


def test_a_planned_item_moves_nothing():
    values = {"x": {"A": 0.8, "B": 0.2}}
    with_it = bt.compile_evidence(
        bt.from_table({**values, "p": {"A": 0.9, "B": 0.1}}, found={"p": "planned"})
    )
    without = bt.compile_evidence(bt.from_table(values))
    assert with_it.link_item.values.tolist() == ["x"]
    for name in without.data_vars:
        np.testing.assert_array_equal(with_it[name], without[name])


def test_planning_a_member_leaves_the_weight_of_a_cluster_alone():
    members = [item(n, {"A": 0.8, "B": 0.2}, cluster="c") for n in ("x", "y")]
    clusters = [{"id": "c", "correlation": 0.5}]
    more = item("p", {"A": 0.8, "B": 0.2}, cluster="c", found="planned")
    ev = bt.compile_evidence(make([*members, more], clusters=clusters))
    np.testing.assert_array_equal(ev.kappa, bt.compile_evidence(make(members, clusters=clusters)).kappa)
    # its own weight is that of one of three members
    assert float(ev.planned_kappa.sel(coder="first").item()) == pytest.approx(1 / (1 + 2 * 0.5))


def test_detection_and_reliability_count():
    ev = planned({"p": {"A": 0.8, "B": 0.2}}, detection={"p": 0.5}, reliability={"p": (0.9, 0.1)})
    q = np.array([0.9 * 0.8 + 0.1 * 0.2, 0.9 * 0.2 + 0.1 * 0.8])
    found = np.exp(ev.planned_log_likelihood.isel(coder=0, planned=0))
    np.testing.assert_allclose(found.sel(outcome="present"), 0.5 * q)
    np.testing.assert_allclose(found.sel(outcome="absent"), 1 - 0.5 * q)


def test_tempered_outcomes_are_rescaled():
    p = item("p", {"A": 0.8, "B": 0.2}, cluster="c", found="planned")
    x = item("x", {"A": 0.8, "B": 0.2}, cluster="c")
    ev = bt.compile_evidence(make([x, p], clusters=[{"id": "c", "correlation": 1.0}]))
    table = np.exp(ev.planned_log_likelihood.values[0, 0])
    root = np.sqrt([[0.8, 0.2], [0.2, 0.8]])
    np.testing.assert_allclose(table, root / root.sum(axis=0))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"cost": -1.0}, "items.p.cost: -1, expected above 0; leave out all costs if one is unknown"),
        ({"event": "e", "codings": []}, "items.p.event: e; a planned item is coded by itself, as if it had been found, so leave event out"),
        ({"reading": "r"}, "items.p.reading: r; a planned item is coded by itself, as if it had been found, so leave reading out"),
        (
            {"codings": [{"unit": "ratio", "reference": "B", "values": {"A": 4.0, "B": 1.0}}]},
            "items.p.codings.0.reference_probability: missing; a planned item needs an absolute probability, so give P(item given B)",
        ),
    ],
)  # fmt: skip
def test_what_a_planned_item_cannot_be(more, said):
    p = {**item("p", {"A": 0.8, "B": 0.2}, found="planned"), **more}
    assert said in problems([p])


def test_a_cost_is_stated_of_all_or_of_none():
    priced, other = (item(n, {"A": 0.8, "B": 0.2}, found="planned") for n in "pq")
    assert problems([{**priced, "cost": 2.0}, other]) == [
        "items.q.cost: missing, while other planned items have one; state it for all or for none"
    ]


def test_nothing_is_coded_given_what_is_planned():
    items = [item("p", {"A": 0.8, "B": 0.2}, found="planned"), item("x", {"A": 0.8, "B": 0.2}, given=["p"])]
    assert problems(items) == [
        "items.x.given: p is planned, so it is not known how its search ends; code the item without it"
    ]


def test_cost_and_archive_go_to_files_and_come_back(tmp_path):
    p = item(
        "p",
        {"A": 0.8, "B": 0.2},
        found="planned",
        cost=2.5,
        archive="National Archives, RG 59",
        detection=0.5,
    )
    es = make([item("x", {"A": 0.8, "B": 0.2}), p])
    bt.write_evidence_set(es, tmp_path / "set")
    bt.write_spreadsheet(es, tmp_path / "book.xlsx")
    bt.write_spreadsheet(es, tmp_path / "flat.csv")
    for back in (
        bt.read_evidence_set(tmp_path / "set"),
        bt.read_spreadsheet(tmp_path / "book.xlsx"),
        bt.read_spreadsheet(tmp_path / "flat.csv"),
    ):
        found = back.items["p"]
        assert (found.found, found.cost, found.archive, found.detection.best) == (
            "planned",
            2.5,
            "National Archives, RG 59",
            0.5,
        )


def test_what_was_planned_may_be_found_in_a_scenario():
    plain = data([item("x", {"A": 0.8, "B": 0.2}), item("p", {"A": 0.9, "B": 0.1}, found="planned")])
    plain["scenarios"] = {"found": {"label": "found", "change": [{"item": "p", "found": "present"}]}}
    es = sound(plain)
    after = bt.update(bt.compile_evidence(bt.apply_scenario(es, "found")), coder="first").probability
    foreseen = outcomes(bt.compile_evidence(es)).probability.isel(planned=0).sel(outcome="present")
    np.testing.assert_allclose(after.values[0], foreseen, rtol=1e-12)


# --- learning ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phi1", "phi0", "p", "learning", "information"),
    # Humphreys and Jacobs (2023), ch. 5; the last two and the bits by their closed form and by hand
    [
        (0.99, 0.01, 0.5, 0.9604, 0.9192),
        (0.099, 0.001, 0.5, 0.0505, 0.0478),
        (0.9, 0.5, 0.5, 0.1905, 0.1468),
        (0.5, 0.1, 0.5, 0.1905, 0.1468),
        (0.8, 0.3, 0.2, 0.166667, None),
        (0.7, 0.1, 0.6, 0.347826, None),
    ],
)
def test_published_expected_learning(phi1, phi0, p, learning, information):
    found = expected_learning(one(phi1, phi0, p)).isel(item=0, episode=0)
    np.testing.assert_allclose(found.expected_learning, learning, atol=5e-5)
    if information:
        assert float(found.mutual_information) == pytest.approx(information, abs=5e-5)
    d = phi1 - phi0
    closed = d**2 * p * (1 - p) / (phi0 * (1 - phi0) - d**2 * p**2 - d * p * (2 * phi0 - 1))
    np.testing.assert_allclose(found.expected_learning, closed, rtol=1e-10)


def test_variance_reduction_has_no_diminishing_returns():
    clue = {"A": 0.9, "B": 0.09}
    priors = {"A": 0.01, "B": 0.99}
    alone = float(
        expected_learning(planned({"x": clue}, priors), by="set").expected_learning.sel(hypothesis="A").item()
    )
    both = float(
        expected_learning(planned({"x": clue, "y": clue}, priors), by="set")
        .expected_learning.sel(hypothesis="A")
        .item()
    )
    assert (alone, both - alone) == (pytest.approx(0.0734, abs=5e-5), pytest.approx(0.3296, abs=5e-5))


THREE = {"x": (0.9, 0.2), "y": (0.6, 0.5), "z": (0.3, 0.05), "w": (0.55, 0.2)}
FOUR = {name: dict(zip("AB", pair, strict=True)) for name, pair in THREE.items()}


def test_together_is_the_sum_over_all_outcomes():
    found = expected_learning(planned(FOUR, {"A": 0.3, "B": 0.7}), by="set")
    assert float(found.mutual_information.item()) == pytest.approx(
        bits([0.3, 0.7], *THREE.values()), rel=1e-12
    )
    each = expected_learning(planned(FOUR, {"A": 0.3, "B": 0.7}))
    for name, pair in THREE.items():
        assert float(each.mutual_information.sel(item=name).item()) == pytest.approx(
            bits([0.3, 0.7], pair), rel=1e-12
        )


def test_over_episodes_bits_add_and_variances_are_summed():
    items = [
        item("p", {"A": 0.9, "B": 0.2}, found="planned") | {"episodes": ["e1", "e2"]},
        item("x", {"A": 0.9, "B": 0.3}) | {"episodes": ["e2"]},
    ]
    found = expected_learning(bt.compile_evidence(make(items, episodes=("e1", "e2")))).isel(item=0)
    assert float(found.information_overall) == pytest.approx(
        bits([0.5, 0.5], (0.9, 0.2)) + bits([0.75, 0.25], (0.9, 0.2))
    )
    now = np.array([0.25, 0.1875])
    left = now * (1 - found.expected_learning.sel(hypothesis="A").values)
    np.testing.assert_allclose(found.learning_overall, 1 - left.sum() / now.sum())


def test_the_expected_posterior_is_the_prior():
    members = [item("x", {"A": 0.8, "B": 0.2, "C": 0.4}, cluster="c")]
    members += [
        item("p", {"A": 0.7, "B": 0.3, "C": 0.1}, cluster="c", found="planned", detection=0.6),
        item("q", {"A": 0.2, "B": 0.9, "C": 0.5}, found="planned"),
    ]
    es = make(members, hypotheses=("A", "B", "C"), clusters=[{"id": "c", "correlation": 0.7}])
    ev = bt.compile_evidence(es)
    after = outcomes(ev)
    np.testing.assert_allclose(
        (after.probability * after.outcome_probability).sum("outcome").transpose(*after.now.dims),
        after.now,
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        after.now.values[0], bt.update(ev, coder="first").probability.values[0], rtol=1e-12
    )


def test_an_uninformative_item_teaches_nothing():
    found = expected_learning(one(0.4, 0.4)).isel(item=0, episode=0)
    assert found.expected_learning.values == pytest.approx(0.0, abs=1e-12)
    assert float(found.mutual_information) == pytest.approx(0.0, abs=1e-12)


def test_expected_weight_is_the_divergence():
    p, q = 0.9, 0.5
    found = expected_weight(one(p, q)).expected_weight.isel(planned=0)
    of_a = 10 * (p * np.log10(p / q) + (1 - p) * np.log10((1 - p) / (1 - q)))
    of_b = 10 * (q * np.log10(q / p) + (1 - q) * np.log10((1 - q) / (1 - p)))
    np.testing.assert_allclose(found, [[0, of_a], [of_b, 0]], atol=1e-12)


def test_a_decisive_outcome_has_infinite_expected_weight():
    found = expected_weight(one(0.5, 0.0)).expected_weight.isel(planned=0)
    assert np.isposinf(found.sel(truth="A", against="B"))
    assert np.isfinite(found.sel(truth="B", against="A"))


# --- ranking -------------------------------------------------------------------------------------


def costly(costs, table=FOUR):
    items = [
        item(n, row, found="planned", cost=cost) for (n, row), cost in zip(table.items(), costs, strict=True)
    ]
    return bt.compile_evidence(make(items))


def test_the_best_next_teaches_most_for_its_cost():
    found = best_next(costly([8.0, 1.0, 1.0, 1.0]))
    worth = {
        n: bits([0.5, 0.5], pair) / cost for (n, pair), cost in zip(THREE.items(), [8, 1, 1, 1], strict=True)
    }
    assert found.item.values.tolist() == sorted(worth, key=worth.get, reverse=True)
    np.testing.assert_allclose(found.per_cost, sorted(worth.values(), reverse=True))
    assert "x" not in best_next(costly([8.0, 1.0, 1.0, 1.0]), budget=5).item


def test_level_items_keep_the_order_of_the_set():
    row = {"A": 0.9, "B": 0.2}
    assert best_next(planned({"b": row, "a": row, "c": row})).item.values.tolist() == ["b", "a", "c"]


@pytest.fixture(scope="module")
def arms():
    return arms_set()


def test_the_arms_set_says_where_to_look(arms):
    """Ten papers or more, each with its archive, cost, detection, and a reason by either reader."""
    there = [i for i in arms.items.values() if i.found == "planned"]
    assert len(there) >= 10
    for each in there:
        assert each.archive
        assert each.cost > 0
        assert 0 < each.detection.low < each.detection.best < each.detection.high < 1
        by = {coding.coder or arms.base_coder: coding for coding in each.codings}
        assert by.keys() == {"reader_a", "reader_b"}
        assert all(coding.reason and set(coding.values) == set(arms.hypothesis_ids) for coding in by.values())
    assert len({i.archive for i in there}) == len(there)


@pytest.mark.parametrize("scenario", [(), "preferred", ("with_residual",)])
def test_no_number_of_the_arms_set_moves_for_what_is_planned(arms, scenario):
    es = bt.apply_scenario(arms, *(arms.preferred if scenario == "preferred" else scenario))
    cases = tuple(
        case.model_copy(update={"items": tuple(i for i in case.items if i.found != "planned")})
        for case in es.cases
    )
    with_them, without = bt.compile_evidence(es), bt.compile_evidence(es.model_copy(update={"cases": cases}))
    assert with_them.sizes["planned"] >= 10
    for name in without.data_vars:
        np.testing.assert_array_equal(with_them[name], without[name])


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_the_best_plan_is_the_best_of_all(k):
    found = best_plan(planned(FOUR, {"A": 0.2, "B": 0.8}), k=k)
    every = {
        names: bits([0.2, 0.8], *(THREE[n] for n in names)) for names in itertools.combinations(THREE, k)
    }
    assert set(found.item.values.tolist()) == set(max(every, key=every.get))
    assert found.attrs["mutual_information"] == pytest.approx(max(every.values()))
    assert float(found.adds.sum()) == pytest.approx(max(every.values()))
    assert found.attrs["exact"] == 1
    assert found.attrs["gap"] >= -1e-12


def test_beyond_twelve_items_the_plan_is_no_worse_than_the_greedy_one_and_near_the_best():
    rng = np.random.default_rng(3)
    pairs = {f"i{n}": tuple(rng.uniform(0.05, 0.95, 2)) for n in range(13)}
    found = best_plan(
        planned({n: dict(zip("AB", map(float, pair), strict=True)) for n, pair in pairs.items()}), k=2
    )
    best = max(bits([0.5, 0.5], *(pairs[n] for n in names)) for names in itertools.combinations(pairs, 2))
    assert found.attrs["exact"] == 0
    assert found.attrs["gap"] >= 0
    assert found.attrs["greedy"] >= (1 - 1 / np.e) * best
    assert found.attrs["greedy"] <= found.attrs["mutual_information"] <= best + 1e-12


# --- strategies ----------------------------------------------------------------------------------


def loss(belief, items, depth, certain, price):
    """Least expected entropy left (none where settled) plus price, by trying every tree."""
    settled = max(belief) >= certain
    stop = 0.0 if settled else -sum(b * np.log2(b) for b in belief if b > 0)
    if settled or not depth:
        return stop
    tried = [stop]
    for name, (pair, cost) in items.items():
        rest = {n: row for n, row in items.items() if n != name}
        total = price * cost
        for q in (np.array(pair), 1 - np.array(pair)):
            both = np.array(belief) * q
            total += both.sum() * loss(both / both.sum(), rest, depth - 1, certain, price)
        tried.append(total)
    return min(tried)


@pytest.mark.parametrize("certain", [0.8, 0.95, 1.0])
@pytest.mark.parametrize("price", [0.0, 0.05, 0.2])
def test_a_strategy_is_the_best_of_all_trees(certain, price):
    costs = [3.0, 1.0, 1.0, 2.0]
    tree = strategy(costly(costs), depth=3, certain=certain, price=price)
    ends = tree.isel(node=np.flatnonzero(tree.look.values == ""))
    p = ends.probability.values
    entropy = -(p * np.log2(p)).sum(axis=1)
    left = np.where(p.max(axis=1) >= certain, 0.0, entropy)
    got = float((ends.reached.values * (left + price * ends.spent.values)).sum())
    items = {n: (pair, cost) for (n, pair), cost in zip(THREE.items(), costs, strict=True)}
    assert got == pytest.approx(loss([0.5, 0.5], items, 3, certain, price), abs=1e-9)
    assert float(ends.reached.sum()) == pytest.approx(1.0)
    np.testing.assert_allclose((ends.reached.values[:, None] * p).sum(axis=0), [0.5, 0.5])
    assert tree.attrs["expected_cost"] == pytest.approx(float((ends.reached * ends.spent).sum()))
    assert tree.attrs["mutual_information"] == pytest.approx(1 - float((ends.reached.values * entropy).sum()))


def test_a_search_that_is_too_dear_is_not_made():
    tree = strategy(one(0.6, 0.5), price=1.0)
    assert tree.look.values.tolist() == [""]
    assert tree.attrs["expected_cost"] == 0


# --- words and errors ----------------------------------------------------------------------------


def test_words_name_the_archive_and_the_cost():
    p = item("p", {"A": 0.9, "B": 0.3}, found="planned", cost=2.0, archive="Box 5")
    ev = bt.compile_evidence(make([p]))
    assert describe_next(best_next(ev), outcomes(ev)).startswith(
        "Look first for what p says [p] (Box 5): 0.30 bits expected at a cost of 2."
    )


def test_bad_calls_say_what_there_is():
    ev = planned(FOUR)
    with pytest.raises(
        PlanningError, match="no item that author has coded is planned; mark what an archive may hold"
    ):
        outcomes(bt.compile_evidence(bt.from_table(FOUR)))
    with pytest.raises(PlanningError, match="y, w: no cost, while other planned items have one"):
        best_next(costly([1.0] * 4).assign_coords(planned_cost=("planned", [1.0, np.nan, 1.0, np.nan])))
    with pytest.raises(PlanningError, match="budget=2, but no planned item has a cost"):
        best_next(ev, budget=2)
    with pytest.raises(
        PlanningError, match=r"budget=0\.5 pays for nothing; the cheapest planned item is y, at 1"
    ):
        best_next(costly([2.0, 1.0, 3.0, 4.0]), budget=0.5)
    with pytest.raises(PlanningError, match="k=5; expected from 1 to the 4 items that are planned"):
        best_plan(ev, k=5)
    with pytest.raises(WrongArgumentError, match="by='day', expected one of item, set"):
        expected_learning(ev, by="day")
    with pytest.raises(PlanningError, match="certain=0; expected a probability above 0"):
        strategy(ev, certain=0)
    with pytest.raises(UnknownNameError, match="no episode with planned items named 'q'; there are: episode"):
        strategy(ev, episode="q")
    with pytest.raises(UnknownNameError, match="no coder named 'q'"):
        outcomes(ev, coder="q")
    many = planned({f"i{n}": {"A": 0.9, "B": 0.2} for n in range(17)})
    with pytest.raises(
        PlanningError, match="17 planned items on one episode together, expected at most 16; plan in parts"
    ):
        expected_learning(many, by="set")
    with pytest.raises(
        PlanningError, match=r"17 planned items to depth 5 are .* searches, at most 200000; lower depth"
    ):
        strategy(many, depth=5)


def test_the_command_prints_where_to_look_and_as_json(tmp_path):
    p = item("p", {"A": 0.9, "B": 0.3}, found="planned", cost=2.0, archive="Box 5")
    bt.write_evidence_set(make([item("x", {"A": 0.8, "B": 0.2}), p]), tmp_path / "set")
    said = call("plan", tmp_path / "set").stdout
    assert "Where: Box 5." in said
    assert "now A .80, B .20" in said
    assert "found (.78): A .92, B .08" in said
    assert "0.209      2          what p says [p]" in said
    told = json.loads(call("plan", tmp_path / "set", "--json").stdout)
    assert [each["item"] for each in told["items"]] == ["p"]
    assert [each["outcome"] for each in told["outcomes"]] == ["present", "absent"]
    assert told["preferred"] is None


@pytest.mark.parametrize("width", [60, 80, 120, None])
def test_the_plan_fits_and_keeps_every_number(arms, width):
    from bayes_trace.cli.plan import _lines, _planned

    preferred = bt.apply_scenario(arms, *arms.preferred)
    plans = {"base": _planned(arms, None, None), "preferred": _planned(preferred, None, None)}
    lines = list(_lines(arms, plans, width))
    assert width is None or max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    ranked, after = plans["preferred"]
    for name, bits in zip(ranked["item"].values, ranked["mutual_information"].values, strict=True):
        assert f"[{name}]" in text
        assert f"{bits:.3f}" in text
    for name in ranked["item"].values[:3]:
        assert arms.items[name].paraphrase in text
        assert f"Where: {arms.items[name].archive}." in text
        assert f"Why: {arms.items[name].codings[0].reason}" in text
        for share in after["outcome_probability"].values[after["planned_item"].values == name].ravel():
            assert f"found ({share:.2f}):".replace("(0.", "(.") in text


def test_the_plot_shows_both_ends_of_each_search():
    ax = bt.plots.plot_plan(outcomes(planned(FOUR)), of="A")
    found, missed = (
        each.get_offsets()[:, 0] for each in ax.collections if each.get_label() in ("found", "not found")
    )
    titles = [each.get_text() for each in ax.get_yticklabels()]
    for name, (a, b) in THREE.items():
        assert found[titles.index(name)] == pytest.approx(a / (a + b))
        assert missed[titles.index(name)] == pytest.approx((1 - a) / (2 - a - b))
    assert titles[0] == "x"
    bt.plots.close(ax)
