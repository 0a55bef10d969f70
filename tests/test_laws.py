"""What must hold for any evidence whatever, on effective likelihoods and on the posterior."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import bayes_trace as bt
from bayes_trace.evidence import list_problems
from bayes_trace.exact import log_joint
from bayes_trace.likelihood import drop_entries, with_likelihoods
from bayes_trace.likelihood.links import EVENT
from tests import build as small
from tests import oracle
from tests.search import examples
from tests.strategies import ALL, build, decibels, fractions, priors, ranges, set_data, sets, stated, tables

#: features of one item that its neighbours do not touch
ALONE = frozenset({"absence", "reliability", "ratios", "ranges", "coders"})


def posterior(es, **options):
    return bt.update(bt.compile_evidence(es), **options)


def probability(es, **options):
    """Values of the posterior, coder first where there are several."""
    return posterior(es, **options).probability


def has_links(data):
    return any(item["found"] != "not_sought" for case in data["cases"] for item in case["items"])


# --- against arithmetic by hand ----------------------------------------------------------


@examples(60)
@given(set_data())
def test_every_coder_and_episode_agrees_with_plain_products(data):
    """The whole engine against `tests/oracle.py`, which multiplies plain floats."""
    ev = bt.compile_evidence(build(data))
    post = bt.update(ev)
    for coder in (each["id"] for each in data["coders"]):
        one = bt.update(ev, coder=coder)
        for episode in ev["episode"].values:
            got = one.probability.sel(episode=episode)
            if not oracle.links(data, coder, episode):
                _is_not_coded(one.sel(episode=episode))
                continue
            expected = oracle.posterior(data, coder, episode)
            assert {h: float(got.sel(hypothesis=h)) for h in expected} == pytest.approx(expected, abs=1e-9)
            if "coder" in post.dims:
                beside = post.probability.sel(coder=coder, episode=episode).values
                np.testing.assert_allclose(beside, got.values, rtol=0, atol=1e-14)


def _is_not_coded(one):
    """No answer where others have coded something; the prior where there is nothing."""
    assert int(one.n_coded) == 0
    assert bool(np.isnan(one.probability).all()) == bool(one.n_items > 0)


@given(set_data())
def test_effective_likelihoods_and_weights_agree_with_plain_products(data):
    """Likelihoods up to a constant per link (a ratio has no level), kappa exactly."""
    ev = bt.compile_evidence(build(data))
    for coder in (each["id"] for each in data["coders"]):
        one = ev.sel(coder=coder)
        for episode in ev["episode"].values:
            found = oracle.links(data, coder, episode)
            for (name, _, row), kappa in zip(found, oracle.weights(data, found), strict=True):
                link = _link(one, name, episode)
                expected = np.log([row[str(h)] for h in ev["hypothesis"].values])
                got = link["log_likelihood"].values
                np.testing.assert_allclose(got - got[0], expected - expected[0], atol=1e-9)
                assert float(link["kappa"]) == pytest.approx(kappa, abs=1e-9)


def _link(one, name, episode):
    """The link of that name; a fact that one coder knows from a single item may have several for another."""
    here = one["link_episode"].values == episode
    entry = (one["entry_item"].values == name) & here[one["entry_link"].values]
    at = np.flatnonzero((one["link_item"].values == name) & here)
    return one.isel(link=at[0] if at.size else one["entry_link"].values[entry][0])


@given(fractions, fractions, fractions, fractions)
def test_a_report_is_hits_and_false_reports(p, r, f, q):
    """Schum (1994): P(report) = r p + f (1 - p)."""
    es = bt.from_table({"x": {"A": p, "B": q}}, reliability={"x": (r, f)})
    row = np.exp(bt.compile_evidence(es).log_likelihood.values.ravel())
    np.testing.assert_allclose(row, [r * p + f * (1 - p), r * q + f * (1 - q)], atol=1e-12)


@given(fractions, fractions, fractions)
def test_an_absence_is_the_chance_of_finding_nothing(p, q, d):
    es = bt.from_table({"x": {"A": p, "B": q}}, found={"x": "absent"}, detection={"x": d})
    row = np.exp(bt.compile_evidence(es).log_likelihood.values.ravel())
    np.testing.assert_allclose(row, [1 - d * p, 1 - d * q], atol=1e-12)


@given(tables(min_items=2, max_items=5), fractions)
def test_a_cluster_weighs_by_the_design_effect(table, rho):
    """kappa = 1 / (1 + (k - 1) rho), k the sum of the members' spreads over the largest."""
    es = bt.from_table(table)
    items = tuple(item.model_copy(update={"cluster": "k"}) for item in es.items.values())
    data = es.model_dump()
    data["cases"][0]["items"] = [item.model_dump() for item in items]
    data["clusters"] = [{"id": "k", "correlation": rho}]
    ev = bt.compile_evidence(build(data))
    spreads = [math.log(max(row.values()) / min(row.values())) for row in table.values()]
    k = sum(spreads) / max(spreads) if max(spreads) else 1.0
    np.testing.assert_allclose(ev.kappa.values[0], 1 / (1 + (k - 1) * rho), atol=1e-12)


# --- probability -------------------------------------------------------------------------


@given(sets())
def test_posteriors_are_probabilities(es):
    post = posterior(es)
    p = post.probability.where(post.probability.notnull(), 1 / post.sizes["hypothesis"])
    assert bool((post.probability.notnull() | ((post.n_coded == 0) & (post.n_items > 0))).all())
    assert (p.values >= 0).all()
    np.testing.assert_allclose(p.sum("hypothesis").values, 1, atol=1e-12)


@given(sets(), st.sampled_from(["log", "linear"]))
def test_pools_are_probabilities(es, pool):
    p = probability(es, pool=pool)
    assert p.dims == ("episode", "hypothesis")
    np.testing.assert_allclose(p.sum("hypothesis").values, 1, atol=1e-12)


@given(set_data())
def test_without_evidence_the_prior_stays(data):
    for case in data["cases"]:
        for item in case["items"]:
            item["found"] = "not_sought"
    post = posterior(build(data))
    np.testing.assert_allclose(post.probability.values, np.broadcast_to(post.prior, post.probability.shape))
    np.testing.assert_allclose(post.log_evidence.values, 0, atol=1e-12)


@given(sets())
def test_each_episode_stands_alone(es):
    """Leaving episodes out of the compilation changes no other episode."""
    whole = bt.compile_evidence(es)
    for episode in whole["episode"].values:
        alone = bt.update(bt.compile_evidence(es, episodes=[str(episode)]), coder=es.base_coder)
        together = bt.update(whole, coder=es.base_coder).sel(episode=[episode])
        np.testing.assert_allclose(alone.probability.values, together.probability.values, atol=1e-12)
        np.testing.assert_allclose(alone.log_evidence.values, together.log_evidence.values, atol=1e-10)


# --- order, names and level --------------------------------------------------------------


@given(set_data(), st.randoms(use_true_random=False))
def test_order_of_items_does_not_matter(data, random):
    shuffled = copy.deepcopy(data)
    for case in shuffled["cases"]:
        random.shuffle(case["items"])
    before, after = posterior(build(data)), posterior(build(shuffled))
    np.testing.assert_allclose(after.probability.values, before.probability.values, atol=1e-10)
    np.testing.assert_allclose(after.log_evidence.values, before.log_evidence.values, atol=1e-9)


def test_order_does_not_matter_where_a_shared_reading_meets_a_cluster():
    """Two items turn on one fact and stand in a cluster with a third."""

    def read(name, u, v, **more):
        return small.item(name, codings=[{"readings": {"u": u, "v": v}}], reading="r", **more)

    x = read("x", {"A": 0.9, "B": 0.3}, {"A": 0.1, "B": 0.6}, cluster="k")
    y = read("y", {"A": 0.1, "B": 0.3}, {"A": 0.5, "B": 0.1}, cluster="k")
    z = small.item("z", {"A": 0.7, "B": 0.2}, cluster="k")
    declared = {
        "readings": [{"id": "r", "options": {"u": 0.5, "v": 0.5}}],
        "clusters": [{"id": "k", "correlation": 0.8}],
    }
    one, two = (
        probability(small.make(items, **declared), coder="first").values for items in ([x, y, z], [y, x, z])
    )
    np.testing.assert_allclose(one, two, atol=1e-12)


@given(set_data(), st.randoms(use_true_random=False))
def test_relabelling_and_reordering_hypotheses_commutes(data, random):
    names = [h["id"] for h in data["hypotheses"]]
    # a compound keeps the names of its parts
    new = {name: "+".join(f"H_{part.lower()}" for part in name.split("+")) for name in names}
    order = names.copy()
    random.shuffle(order)
    renamed = _renamed(data, new)
    renamed["hypotheses"].sort(key=lambda h: order.index(h["label"]))
    before, after = probability(build(data)), probability(build(renamed))
    for name in names:
        np.testing.assert_allclose(
            after.sel(hypothesis=new[name]).values, before.sel(hypothesis=name).values, atol=1e-12
        )


def _renamed(data, new):
    """Every mention of a hypothesis under its new name."""

    def walk(value, key=""):
        if isinstance(value, dict):
            return {new.get(name, name): walk(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [walk(each) for each in value]
        return new.get(value, value) if key in ("id", "reference") else value

    return walk(copy.deepcopy(data))


@given(sets(), st.lists(st.floats(-20, 20), min_size=20, max_size=20))
def test_scaling_a_final_row_changes_nothing(es, levels):
    ev = bt.compile_evidence(es)
    level = np.resize(levels, ev.sizes["link"])[None, :, None]
    scaled = ev.assign(log_likelihood=ev.log_likelihood + level)
    np.testing.assert_allclose(
        bt.update(scaled).probability.values, bt.update(ev).probability.values, atol=1e-10
    )


@given(tables(values=st.integers(2, 45).map(lambda n: n / 100)), st.sampled_from([0.01, 0.5, 2.0]))
def test_scaling_a_stated_row_changes_nothing(table, factor):
    scaled = {item: {h: p * factor for h, p in row.items()} for item, row in table.items()}
    np.testing.assert_allclose(
        probability(bt.from_table(scaled)).values, probability(bt.from_table(table)).values, atol=1e-10
    )


@given(set_data(), fractions)
def test_a_reading_is_free_of_its_level(data, factor):
    """Halving every likelihood under one option changes nothing: readings are given the document."""
    assume(any("reading" in item for case in data["cases"] for item in case["items"]))
    scaled = copy.deepcopy(data)
    for case in scaled["cases"]:
        for item in case["items"]:
            plain = item["found"] != "absent" and item.get("source", {}).get("key") != "s0"
            for coding in item["codings"] if plain and "reading" in item else []:
                if coding["unit"] == "probability":
                    coding["readings"]["u"] = {
                        h: (v["best"] if isinstance(v, dict) else v) * factor
                        for h, v in coding["readings"]["u"].items()
                    }
    np.testing.assert_allclose(probability(build(scaled)).values, probability(build(data)).values, atol=1e-10)


@given(tables(values=decibels, max_items=4), st.data())
def test_the_reference_of_a_ratio_is_only_a_name(table, data):
    hyps = list(table["x0"])
    prior = data.draw(priors(hyps))
    results = []
    for reference in hyps:
        against = {
            item: {h: row[h] - row[reference] for h in hyps if h != reference} for item, row in table.items()
        }
        results.append(probability(bt.from_table(against, priors=prior, unit="ratio_db")).values)
    for each in results[1:]:
        np.testing.assert_allclose(each, results[0], atol=1e-10)


@given(decibels, st.integers(1, 9), st.integers(1, 9))
def test_the_reference_is_only_a_name_for_a_lopsided_range_of_two(best, below, above):
    """B against A by best -below +above is A against B by -best -above +below."""
    forward = {"x": {"B": {"low": best - below, "best": best, "high": best + above}}}
    back = {"x": {"A": {"low": -best - above, "best": -best, "high": -best + below}}}
    names = {"A": 0.5, "B": 0.5}
    one, two = (bt.compile_evidence(bt.from_table(t, priors=names, unit="ratio_db")) for t in (forward, back))
    ranged = {"B": one.sel(hypothesis="B"), "A": two.sel(hypothesis="A")}
    for mine, other in (("spread_low", "spread_high"), ("spread_high", "spread_low")):
        np.testing.assert_allclose(ranged["B"][mine].values, ranged["A"][other].values, atol=1e-12)
    assert float(one.sel(hypothesis="A").spread_low.sum() + two.sel(hypothesis="B").spread_low.sum()) == 0
    difference = [float(np.diff(ev["location"].values.ravel())[0]) for ev in (one, two)]
    assert difference == pytest.approx([best, best], abs=1e-12)


@given(st.data())
def test_stated_ranges_of_ratios_hold_for_the_differences(data):
    """The reference stands still, and every difference to it has the stated ends (z = 1.645)."""
    hyps = ("A", "B", "C", "D")
    row = {}
    for h in hyps[1:]:
        best, below, above = data.draw(st.tuples(decibels, st.integers(1, 9), st.integers(1, 9)))
        row[h] = {"low": best - below, "best": best, "high": best + above}
    es = bt.from_table({"x": row}, priors=dict.fromkeys(hyps, 0.25), unit="ratio_db")
    ev = bt.compile_evidence(es).isel(coder=0, entry=0, option=0)
    low, high = ev["spread_low"].values, ev["spread_high"].values
    z = 1.6448536269514722
    assert (low[0], high[0], float(ev["location"][0])) == (0, 0, 0)
    for place, h in enumerate(hyps[1:], start=1):
        assert low[place] * z == pytest.approx(row[h]["best"] - row[h]["low"], abs=1e-9)
        assert high[place] * z == pytest.approx(row[h]["high"] - row[h]["best"], abs=1e-9)


@given(fractions, st.integers(1, 15), st.integers(1, 15))
def test_stated_ranges_of_probabilities_hold_exactly(best, below, above):
    """Low, best and high are the 5, 50 and 95 % points of the two-piece logit."""
    value = {"low": max(0.005, best - below / 100), "best": best, "high": min(0.995, best + above / 100)}
    ev = bt.compile_evidence(bt.from_table({"x": {"A": value, "B": 0.5}}))
    one = ev.isel(coder=0, entry=0, option=0).sel(hypothesis="A")
    z = 1.6448536269514722
    x = float(one["location"])
    points = [x - z * float(one["spread_low"]), x, x + z * float(one["spread_high"])]
    expit = [1 / (1 + math.exp(-each)) for each in points]
    assert expit == pytest.approx([value["low"], value["best"], value["high"]], abs=1e-12)


# --- splitting, neutral items, more evidence ---------------------------------------------


@given(set_data(), st.integers(1, 9))
def test_splitting_a_hypothesis_with_its_prior_leaves_the_rest(data, tenths):
    first, *rest = [h["id"] for h in data["hypotheses"]]
    prior = data["hypotheses"][0]["prior"]
    share = prior * tenths / 10
    data["scenarios"] = {
        "halved": {
            "label": "Split the first in two",
            "split": [
                {
                    "hypothesis": first,
                    "into": [
                        {"id": "one", "label": "1", "statement": "1", "prior": share},
                        {"id": "two", "label": "2", "statement": "2", "prior": prior - share},
                    ],
                }
            ],
        }
    }
    es = build(data)
    before, after = probability(es), probability(bt.apply_scenario(es, "halved"))
    for name in rest:
        np.testing.assert_allclose(
            after.sel(hypothesis=name).values, before.sel(hypothesis=name).values, atol=1e-10
        )
    one, two = after.sel(hypothesis="one").values, after.sel(hypothesis="two").values
    np.testing.assert_allclose(one + two, before.sel(hypothesis=first).values, atol=1e-10)
    np.testing.assert_allclose(one * (10 - tenths), two * tenths, atol=1e-10)


@given(set_data(), fractions, st.sampled_from([None, "k0", "k1"]), st.sampled_from(["present", "absent"]))
def test_a_neutral_item_moves_nothing(data, p, cluster, found):
    """Equal numbers under all hypotheses, alone or in a cluster, found or absent."""
    after = copy.deepcopy(data)
    case = after["cases"][0]
    neutral = {
        "id": "neutral",
        "paraphrase": "fits all",
        "episodes": [e["id"] for e in case["episodes"]],
        "found": found,
        "cluster": cluster,
        "codings": [{"values": {h["id"]: p for h in data["hypotheses"]}}],
    }
    if found == "absent":
        neutral["detection"] = 0.5
    case["items"].insert(0, neutral)
    one, two = build(data), build(after)
    np.testing.assert_allclose(
        probability(two, coder=two.base_coder).values,
        probability(one, coder=one.base_coder).values,
        atol=1e-10,
    )


def test_a_neutral_item_takes_no_share_of_what_others_say_jointly():
    """Two items of a cluster turn on one fact; a third that turns on it too is flat under both readings."""

    def read(name, u, v, **more):
        return small.item(name, codings=[{"readings": {"u": u, "v": v}}], reading="r", **more)

    pair = [
        read("x", {"A": 0.9, "B": 0.3}, {"A": 0.1, "B": 0.6}, cluster="k"),
        read("y", {"A": 0.8, "B": 0.3}, {"A": 0.1, "B": 0.7}, cluster="k"),
        small.item("z", {"A": 0.7, "B": 0.2}, cluster="k"),
    ]
    declared = {
        "readings": [{"id": "r", "options": {"u": 0.5, "v": 0.5}}],
        "clusters": [{"id": "k", "correlation": 0.8}],
    }
    before = probability(small.make(pair, **declared), coder="first").values
    flat = read("flat", {"A": 0.5, "B": 0.5}, {"A": 0.2, "B": 0.2}, cluster="k")
    after = probability(small.make([*pair, flat], **declared), coder="first").values
    np.testing.assert_allclose(after, before, atol=1e-12)


@pytest.mark.parametrize("cluster", [None, "k0"])
@given(data=set_data(features=ALL - {"given"}), levels=st.lists(fractions, min_size=3, max_size=3))
def test_an_item_that_is_neutral_under_every_reading_moves_nothing(cluster, data, levels):
    """It turns on the same fact as others, yet tells no hypotheses apart whatever that fact is."""
    after = copy.deepcopy(data)
    case = after["cases"][0]
    readings = {
        o: dict.fromkeys((h["id"] for h in data["hypotheses"]), p)
        for o, p in zip("uv" if cluster else "uvw", levels, strict=False)
    }
    neutral = {
        "id": "neutral",
        "paraphrase": "fits all",
        "episodes": [e["id"] for e in case["episodes"]],
        "cluster": cluster,
        "reading": "r0" if cluster else "r1",
        "codings": [{"readings": readings}],
    }
    case["items"].append(neutral)
    one, two = build(data), build(after)
    np.testing.assert_allclose(
        probability(two, coder=two.base_coder).values,
        probability(one, coder=one.base_coder).values,
        atol=1e-10,
    )


@given(tables(), fractions, st.data())
def test_more_favourable_evidence_never_lowers_a_posterior(table, better, data):
    item = data.draw(st.sampled_from(sorted(table)))
    h = data.draw(st.sampled_from(sorted(table[item])))
    assume(better > table[item][h])
    raised = {**table, item: {**table[item], h: better}}
    before, after = (probability(bt.from_table(each)).sel(hypothesis=h).item() for each in (table, raised))
    assert after > before


@given(tables(max_items=1), fractions, fractions, st.data())
def test_a_source_that_errs_more_tells_less(table, hit, false, data):
    """Reports of a source with hit above false report point the same way as the event, less far."""
    assume(hit > false)
    direct = bt.compile_evidence(bt.from_table(table))
    told = bt.compile_evidence(bt.from_table(table, reliability={"x0": (hit, false)}))
    a, b = data.draw(st.sampled_from([("A", "B"), ("B", "A")]))
    event = bt.weight_of_evidence(direct, a, against=b).item()
    report = bt.weight_of_evidence(told, a, against=b).item()
    assert abs(report) <= abs(event) + 1e-9
    assert report * event >= 0
    # however conclusive the event, a report is worth no more than hit / false
    assert abs(report) <= 10 * math.log10(hit / false) + 1e-9


@given(tables(max_items=1), fractions, fractions)
def test_the_harder_the_search_the_more_an_absence_says(table, less, more):
    assume(less < more)
    weights = [
        bt.weight_of_evidence(
            bt.compile_evidence(bt.from_table(table, found={"x0": "absent"}, detection={"x0": d})),
            "A",
            against="B",
        ).item()
        for d in (less, more)
    ]
    present = bt.weight_of_evidence(bt.compile_evidence(bt.from_table(table)), "A", against="B").item()
    assert abs(weights[0]) <= abs(weights[1]) + 1e-9
    assert weights[1] * present <= 0


@given(sets(features=ALONE))
def test_decibels_add(es):
    """Posterior odds in dB are prior odds plus the weights of all links, for every pair."""
    ev = bt.compile_evidence(es)
    post = bt.update(ev, coder=es.base_coder)
    _, *others = es.hypothesis_ids
    first = es.hypothesis_ids[0]
    for other in others:
        weight = bt.weight_of_evidence(ev, first, against=other)
        for episode in ev["episode"].values:
            total = weight.values[ev["link_episode"].values == episode].sum()
            before, after = (
                10 * np.log10(table.sel(episode=episode, hypothesis=first).item())
                - 10 * np.log10(table.sel(episode=episode, hypothesis=other).item())
                for table in (post.prior, post.probability)
            )
            assert after == pytest.approx(before + total, abs=1e-8)


@given(sets())
def test_weights_are_pairwise_and_transitive(es):
    ev = bt.compile_evidence(es)
    assume(len(es.hypothesis_ids) > 2)
    a, b, c = es.hypothesis_ids[:3]
    weight = {
        pair: bt.weight_of_evidence(ev, pair[0], against=pair[1]).values
        for pair in ((a, b), (b, c), (a, c), (b, a))
    }
    np.testing.assert_allclose(weight[a, b] + weight[b, c], weight[a, c], atol=1e-9)
    np.testing.assert_allclose(weight[a, b], -weight[b, a], atol=1e-12)
    centred = sum(bt.weight_of_evidence(ev, h).values for h in es.hypothesis_ids)
    np.testing.assert_allclose(centred, 0, atol=1e-9)


@given(tables(min_items=2), st.data())
def test_updating_twice_is_updating_jointly(table, data):
    hyps = list(table["x0"])
    prior = data.draw(priors(hyps))
    cut = data.draw(st.integers(1, len(table) - 1))
    names = list(table)
    first = posterior(bt.from_table({n: table[n] for n in names[:cut]}, priors=prior))
    belief = dict(zip(hyps, first.probability.values[0].tolist(), strict=True))
    assume(min(belief.values()) > 0)
    second = posterior(bt.from_table({n: table[n] for n in names[cut:]}, priors=belief))
    joint = posterior(bt.from_table(table, priors=prior))
    np.testing.assert_allclose(second.probability.values, joint.probability.values, atol=1e-10)
    # the chain rule: log P(E1, E2) = log P(E1) + log P(E2 given E1)
    evidence = first.log_evidence.item() + second.log_evidence.item()
    assert joint.log_evidence.item() == pytest.approx(evidence, abs=1e-9)


# --- dropping ----------------------------------------------------------------------------


@given(set_data(features=ALL - {"given"}), st.data())
def test_three_ways_to_leave_an_item_out_agree(data, drawn):
    """Never written down, dropped by a scenario, or dropped from the arrays."""
    case = drawn.draw(st.sampled_from(data["cases"]))
    chosen = drawn.draw(st.sampled_from(case["items"]))
    # an event without reports is no sound set
    assume(
        sum(each.get("event") == chosen.get("event") for each in case["items"]) > 1 or "event" not in chosen
    )
    item = chosen["id"]
    data["scenarios"] = {"without": {"label": "Without", "drop": [{"item": item}]}}
    es = build(data)
    ev = bt.compile_evidence(es)
    by_links = drop_entries(ev, ev["entry_item"].values == item)
    never = copy.deepcopy(data)
    never["scenarios"] = {}
    for each in never["cases"]:
        each["items"] = [one for one in each["items"] if one["id"] != item]
    expected = probability(build(never)).values
    np.testing.assert_allclose(bt.update(by_links).probability.values, expected, atol=1e-12)
    np.testing.assert_allclose(probability(bt.apply_scenario(es, "without")).values, expected, atol=1e-12)


@given(sets(features=frozenset({"given", "clusters"}), max_items=5), st.data())
def test_dropping_a_link_drops_what_was_coded_given_it(es, data):
    ev = bt.compile_evidence(es)
    item = data.draw(st.sampled_from(sorted(es.items)))
    kept = set(drop_entries(ev, ev["entry_item"].values == item)["link_item"].values.tolist())
    dependent = {item}
    while more := {i.id for i in es.items.values() if set(i.given) & dependent} - dependent:
        dependent |= more
    # given only reaches an item in an episode where both stand
    for link in ev["link"].values.tolist():
        name, episode = link.split("@")
        here = {i.id for i in es.items.values() if episode in i.episodes}
        chain = {item} & here
        while more := {i for i in here if set(es.items[i].given) & chain} - chain:
            chain |= more
        if name in chain:
            assert link not in drop_entries(ev, ev["entry_item"].values == item)["link"].values
        else:
            assert name in kept


# --- trajectories ------------------------------------------------------------------------


@given(sets(features=ALL), st.randoms(use_true_random=False))
def test_a_trajectory_ends_where_the_update_does(es, random):
    ev = bt.compile_evidence(es)
    post = bt.update(ev, coder=es.base_coder).probability
    for episode in ev["episode"].values.tolist():
        here = (ev["link_episode"].values == episode)[ev["entry_link"].values]
        items = ev["entry_item"].values[here & (ev["entry_role"].values != EVENT)].tolist()
        random.shuffle(items)
        for order in ("date", "listed", items):
            path = bt.trajectory(ev, episode, order=order)
            assert path.dims == ("step", "hypothesis")
            np.testing.assert_allclose(path.values.sum(axis=1), 1, atol=1e-12)
            np.testing.assert_allclose(path.values[0], ev["prior"].sel(episode=episode).values, atol=1e-12)
            np.testing.assert_allclose(path.values[-1], post.sel(episode=episode).values, atol=1e-10)
            assert sorted(path["item"].values[1:].tolist()) == sorted(items)


@given(sets(features=frozenset({"given"}), max_items=6), st.randoms(use_true_random=False))
def test_items_stay_behind_those_they_are_given(es, random):
    ev = bt.compile_evidence(es)
    for episode in ev["episode"].values.tolist():
        items = ev["link_item"].values[ev["link_episode"].values == episode].tolist()
        random.shuffle(items)
        for order in ("date", items):
            placed = bt.trajectory(ev, episode, order=order)["item"].values[1:].tolist()
            for place, name in enumerate(placed):
                assert set(es.items[name].given) & set(items) <= set(placed[:place])


@given(tables(min_items=2, max_items=6), st.randoms(use_true_random=False))
def test_an_order_that_breaks_nothing_is_kept(table, random):
    names = list(table)
    random.shuffle(names)
    path = bt.trajectory(bt.compile_evidence(bt.from_table(table)), "episode", order=names)
    assert path["item"].values[1:].tolist() == names


# --- several coders ----------------------------------------------------------------------


@given(sets(features=ALONE))
def test_the_log_pool_is_the_geometric_mean_of_posteriors(es):
    """Genest and Zidek (1986): with one prior, pooling likelihoods pools posteriors."""
    ev = bt.compile_evidence(es)
    alone = np.stack([bt.update(ev, coder=c).log_probability.values for c in es.coder_ids])
    pooled = np.exp(alone.mean(axis=0))
    pooled /= pooled.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(bt.update(ev, pool="log").probability.values, pooled, atol=1e-10)


@given(sets(features=ALONE))
def test_the_linear_pool_is_the_mean_of_posteriors(es):
    ev = bt.compile_evidence(es)
    alone = np.stack([bt.update(ev, coder=c).probability.values for c in es.coder_ids])
    np.testing.assert_allclose(
        bt.update(ev, pool="linear").probability.values, alone.mean(axis=0), atol=1e-12
    )


@given(sets(features=ALL))
def test_coders_who_agree_pool_to_what_each_says(es):
    """Every coder a copy of the base coder: both pools give the base coder's posterior."""
    assume(len(es.coder_ids) > 1)
    data = es.model_dump()
    for case in data["cases"]:
        for each in (*case["items"], *case["events"]):
            own = [c for c in each["codings"] if c["coder"] in (None, es.base_coder)]
            copies = [{**c, "coder": name} for name in es.coder_ids[1:] for c in own]
            each["codings"] = [*own, *copies]
    same = bt.compile_evidence(build(data))
    alone = bt.update(same, coder=es.base_coder).probability.values
    for pool in ("log", "linear"):
        np.testing.assert_allclose(bt.update(same, pool=pool).probability.values, alone, atol=1e-10)


# --- what is not touched, and what is kept -----------------------------------------------


@given(sets())
def test_nothing_that_is_given_is_changed(es):
    ev = bt.compile_evidence(es)
    text, copied = es.model_dump_json(), ev.copy(deep=True)
    bt.update(ev)
    bt.trajectory(ev, str(ev["episode"].values[0]))
    drop_entries(ev, np.ones(ev.sizes["entry"], dtype=bool))
    assert es.model_dump_json() == text
    assert ev.identical(copied)


@given(sets())
def test_what_is_stored_follows_from_what_was_elicited(es):
    """Computing effective likelihoods and weights again changes nothing."""
    ev = bt.compile_evidence(es)
    assert with_likelihoods(ev).identical(ev)


@given(sets(features=frozenset({"absence", "reliability", "ratios", "coders"})))
def test_the_joint_is_prior_plus_rows(es):
    """Without clusters and readings, log P(h, E) is one sum over the episode's links."""
    ev = bt.compile_evidence(es)
    joint = log_joint(ev)
    for number, episode in enumerate(ev["episode"].values):
        here = ev["link_episode"].values == episode
        expected = np.log(ev["prior"].values[number]) + ev["log_likelihood"].values[:, here].sum(axis=1)
        np.testing.assert_allclose(joint.sel(episode=episode).values, expected, atol=1e-10)


# --- reading and writing -----------------------------------------------------------------


@st.composite
def texts(draw):
    """Words that a careless writer of YAML or CSV would break."""
    awkward = [
        "no",
        "010",
        "1e3",
        "~",
        "null",
        "1971-08-25",
        " lead",
        "a: b",
        "# c",
        '"',
        "a,b",
        "é\u2028x",
        "- d",
        "",
    ]
    return draw(
        st.one_of(
            st.sampled_from(awkward), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
        )
    )


@given(data=set_data(), words=st.lists(texts(), min_size=4, max_size=4))
def test_writing_and_reading_gives_the_same_set(data, words, tmp_path_factory):
    """Every feature at once, with awkward words in all free text; equality of every field."""
    # what people are to read may not be blank
    shown = [word if any(letter.isalnum() for letter in word) else f"say {word}" for word in words]
    data["title"] = shown[0]
    for case in data["cases"]:
        case["label"] = shown[1]
        for item in case["items"]:
            item["paraphrase"], item["footnote"] = shown[2], words[3]
            for coding in item["codings"]:
                coding["reason"] = words[2]
                first = data["hypotheses"][0]["id"]
                coding["cell_reasons"] = {first: words[3]} if words[3] else {}
    es = build(data)
    folder = tmp_path_factory.mktemp("sets") / "set"
    bt.write_evidence_set(es, folder)
    again = bt.read_evidence_set(folder)
    assert list_problems(again) == []
    assert by_coder(again) == by_coder(es)
    assert again.digest == es.digest


def by_coder(es):
    """Every field; codings of an item in the order of their coders, which files need not keep."""
    data = es.model_dump()
    for case in data["cases"]:
        for each in (*case["items"], *case["events"]):
            each["codings"] = sorted(each["codings"], key=lambda coding: coding["coder"] or es.base_coder)
    return data


@given(set_data())
def test_the_digest_tells_sets_apart(data):
    """Whatever moves a number changes the digest; other words do not, and the same content has the same."""
    es = build(data)
    assert build(copy.deepcopy(data)).digest == es.digest
    other = copy.deepcopy(data)
    other["cases"][0]["items"][0]["paraphrase"] += "."
    assert build(other).digest == es.digest
    other["cases"][0]["items"][0]["date"] = "1999"
    assert build(other).digest != es.digest


@given(table=tables(values=stated), data=st.data())
def test_a_table_survives_the_disk(table, data, tmp_path_factory):
    es = bt.from_table(table, priors=data.draw(priors(list(table["x0"]))))
    folder = tmp_path_factory.mktemp("tables") / "set"
    assert bt.read_evidence_set(bt.write_evidence_set(es, folder)) == es


@given(tables(values=ranges, max_items=3))
def test_ranges_do_not_touch_the_best_posterior(table):
    """A range says how sure the coder is; point='best' looks at the best value only."""
    points = {item: {h: v["best"] for h, v in row.items()} for item, row in table.items()}
    np.testing.assert_allclose(
        probability(bt.from_table(table)).values, probability(bt.from_table(points)).values, atol=1e-12
    )
