"""Sensitivity in closed form against brute force: grids, subsets, finite differences, the engine itself."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given
from hypothesis import strategies as st

import bayes_trace as bt
from bayes_trace import sensitivity as sens
from bayes_trace.errors import BayesTraceError
from bayes_trace.exact import log_joint
from bayes_trace.likelihood import drop_entries, with_likelihoods
from bayes_trace.scales import log_to_db
from tests.build import item, make
from tests.moved import with_weights_held
from tests.search import examples
from tests.strategies import ALL, build, fractions, priors, set_data, sets, tables

#: what has a probability of its own, and no number for several items
PLAIN = frozenset({"clusters", "given", "absence", "coders"})
#: and is one item by itself
SINGLE = PLAIN | {"reliability", "ratios"}


def compiled(es):
    return bt.compile_evidence(es)


def base(ev):
    """Log joint (episode, hypothesis) of the base coder, and the leader of each episode."""
    post = bt.update(ev, coder=ev.attrs["base_coder"])
    log_p = post["log_probability"].values
    return log_p, log_p.argmax(axis=1)


def with_rows_times(ev, factors):
    """The dataset with every weighted row multiplied, as `log_joint` reads it."""
    return ev.assign(kappa=ev["kappa"] * xr.DataArray(factors, dims="link"))


def with_prior(ev, prior):
    return ev.assign(prior=(("episode", "hypothesis"), np.asarray(prior)))


def neutral_added(data):
    """The set with one item more in every episode, in a cluster, that says nothing."""
    hypotheses = [h["id"] for h in data["hypotheses"]]
    for case in data["cases"]:
        case["items"].append(
            {
                "id": f"{case['case']}_nothing",
                "paraphrase": "nothing",
                "episodes": [e["id"] for e in case["episodes"]],
                "cluster": "k0",
                "codings": [
                    {"values": dict.fromkeys(hypotheses, 0.5), "coder": c["id"]} for c in data["coders"]
                ],
            }
        )
    return data


# --- leave one out -------------------------------------------------------------------------


def words(ev, by):
    """What each entry belongs to: an event, with its reports, to the cluster and the step of its link."""
    names = ev[f"entry_{by}"] if f"entry_{by}" in ev.coords else ev[f"link_{by}"][ev["entry_link"]]
    return [str(each).split() for each in names.values]


@given(sets(max_items=4), st.sampled_from(["item", "source", "cluster", "implication", "step"]))
def test_leave_one_out_is_an_update_without_the_entries(es, by):
    ev = compiled(es)
    left = sens.leave_one_out(ev, by=by)
    assert left.dims == ("left_out", "episode", "hypothesis")
    for name in left["left_out"].values:
        mine = np.array([name in each for each in words(ev, by)])
        rest = drop_entries(ev, mine)
        expected = bt.update(rest, coder=es.base_coder)["probability"]
        np.testing.assert_allclose(left.sel(left_out=name).values, expected.values, atol=1e-12)
        went = set(ev["entry"].values) - set(rest["entry"].values) - set(ev["entry"].values[mine])
        assert set(left["also_removed"].sel(left_out=name).item().split()) == went
        stay = ev.sel(link=rest["link"].values)
        now, before = (each["kappa"].sel(coder=es.base_coder).values for each in (rest, stay))
        changed = ~np.isclose(now, before, rtol=1e-12)
        assert set(left["reweighted"].sel(left_out=name).item().split()) == set(rest["link"].values[changed])


def test_leave_one_out_takes_dependants_along_and_shows_new_weights():
    twin, other = {"values": {"A": 0.8, "B": 0.2}}, {"values": {"A": 0.6, "B": 0.3}}
    data = {
        "version": 1, "id": "s", "title": "S", "question": "?", "base_coder": "me", "coders": [{"id": "me"}],
        "hypotheses": [{"id": h, "label": h, "statement": h, "prior": 0.5} for h in "AB"],
        "clusters": [{"id": "k", "correlation": 1.0}],
        "cases": [{"case": "c", "label": "c", "episodes": [{"id": "e", "label": "e", "outcome": "o"}], "items": [
            {"id": "one", "paraphrase": "1", "episodes": ["e"], "cluster": "k", "codings": [twin]},
            {"id": "two", "paraphrase": "2", "episodes": ["e"], "cluster": "k", "codings": [twin]},
            {"id": "three", "paraphrase": "3", "episodes": ["e"], "given": ["one"], "codings": [other]},
        ]}],
    }  # fmt: skip
    left = sens.leave_one_out(compiled(build(data))).sel(left_out="one")
    assert left["also_removed"].item() == "three@e"
    assert left["reweighted"].item() == "two@e"  # half a weight before, a whole one now
    assert left.sel(hypothesis="A").item() == pytest.approx(0.8)


@given(sets(features=frozenset({"coders", "clusters"})))
def test_leaving_a_coder_out_pools_the_others(es):
    ev = compiled(es)
    if ev.sizes["coder"] == 1:
        with pytest.raises(
            BayesTraceError, match='by="coder" needs two coders or more; there is only coder0'
        ):
            sens.leave_one_out(ev, by="coder")
        return
    left = sens.leave_one_out(ev, by="coder")
    for name in ev["coder"].values:
        rest = ev.sel(coder=[c for c in ev["coder"].values if c != name])
        expected = bt.update(rest, pool="log")["probability"]
        np.testing.assert_allclose(left.sel(left_out=name).values, expected.values, atol=1e-12)


# --- one way and tipping points ------------------------------------------------------------


def moved(ev, entry, hypothesis, end):
    """Every option of one cell at its stated end; weights of readings and in clusters stay."""
    spread, sign = ("spread_low", -1) if end == "low" else ("spread_high", 1)
    location = ev["location"].values.copy()
    place = (0, entry, slice(None), hypothesis)
    location[place] += sign * 1.6448536269514722 * ev[spread].values[place]
    return with_weights_held(ev.assign(location=(ev["location"].dims, location)))


@given(sets(features=ALL - {"ratios"}, max_items=3))
@examples(10)
def test_one_way_moves_one_cell_and_updates(es):
    ev = compiled(es)
    answer = sens.one_way(ev)
    for entry in range(ev.sizes["entry"]):
        episode = int(ev["episode_index"].values[ev["entry_link"].values[entry]])
        for h, end in itertools.product(range(ev.sizes["hypothesis"]), ("low", "high")):
            post = bt.update(moved(ev, entry, h, end), coder=es.base_coder)
            got = answer["probability"].isel(entry=entry, varied=h).sel(end=end).values
            np.testing.assert_allclose(got, post["probability"].values[episode], atol=1e-12)


def test_one_way_of_a_ratio_moves_against_its_reference():
    """The stated range is of the difference, and the reference has none of its own."""
    table = {
        "memo": {
            "A": {"low": 3.0, "best": 6.0, "high": 10.0},
            "B": {"low": -4.0, "best": 0.0, "high": 5.0},
            "C": 0.0,
        }
    }
    table["memo"].pop("C")
    es = bt.from_table(table, priors={"A": 0.3, "B": 0.3, "C": 0.4}, unit="ratio_db")
    p = sens.one_way(compiled(es))["probability"].isel(entry=0)
    for end, db in (("low", 3.0), ("high", 10.0)):
        raw = np.array([0.3 * 10 ** (db / 10), 0.3, 0.4])
        np.testing.assert_allclose(p.sel(varied="A", end=end).values, raw / raw.sum(), atol=1e-12)
    np.testing.assert_allclose(p.sel(varied="C", end="low").values, p.sel(varied="C", end="high").values)


@given(tables(max_items=3), st.floats(0, 9))
def test_a_uniform_half_width_is_decibels_of_probability_below_certainty(table, width):
    ev = compiled(bt.from_table(table))
    p = sens.one_way(ev, uniform=width)["probability"]
    item, name = next(iter(table)), next(iter(next(iter(table.values()))))
    for sign, end in ((-1, "low"), (1, "high")):
        value = min(table[item][name] * 10 ** (sign * width / 10), 0.999)
        other = bt.from_table({**table, item: {**table[item], name: value}})
        expected = bt.update(compiled(other))["probability"].values[0]
        np.testing.assert_allclose(
            p.sel(entry=f"{item}@episode", varied=name, end=end).values, expected, atol=1e-9
        )


@given(sets(features=PLAIN | {"reliability", "ratios", "readings"}))
def test_at_the_tipping_ratio_the_two_tie(es):
    """The final row of one item is set to the ratio found, and the engine says even odds."""
    ev = compiled(es).sel(coder=[es.base_coder])
    _, leader = base(ev)
    tip = sens.tipping_points(ev)
    names = list(ev["hypothesis"].values)
    for link in range(ev.sizes["link"]):
        episode = int(ev["episode_index"].values[link])
        lead = int(leader[episode])
        for rival in range(len(names)):
            ratio = float(tip["tipping_db"].values[link, rival])
            if rival == lead:
                assert math.isnan(ratio)
                continue
            if not math.isfinite(ratio):
                continue
            rows = ev["log_likelihood"].values[0].copy()
            rows[link, lead] = rows[link, rival] + ratio * math.log(10) / 10
            assume(abs(rows[link].max() - rows[link].min()) > 1e-6)
            joint = np.log(ev["prior"].values[episode]) + (reweighted(ev, rows)[:, None] * rows)[
                ev["episode_index"].values == episode
            ].sum(axis=0)
            assert joint[lead] == pytest.approx(joint[rival], abs=1e-8)


def reweighted(ev, rows):
    """Weights by the definition: 1 / (1 + (k - 1) rho), k the sum of spreads over the largest."""
    kappa = np.ones(rows.shape[0])
    rho = 1 / (1 + np.exp(-ev["correlation_location"].values))
    spread = rows.max(axis=1) - rows.min(axis=1)
    for link, (c, e) in enumerate(zip(ev["cluster_index"].values, ev["episode_index"].values, strict=True)):
        same = (ev["cluster_index"].values == c) & (ev["episode_index"].values == e)
        if c >= 0 and spread[same].max() > 1e-9:
            kappa[link] = 1 / (1 + (spread[same].sum() / spread[same].max() - 1) * rho[c])
    return kappa


@given(fractions, fractions, fractions, fractions, fractions, fractions, st.booleans())
def test_tipping_points_are_infinite_where_no_coding_reaches(p, q, r, f, d, other, absent):
    """No p reaches further than f/r to r/f for a report, 1 - d to 1/(1 - d) for an absence."""
    table = {"x": {"A": p, "B": q}, "y": {"A": other, "B": 0.5}}
    how = {"found": {"x": "absent"}, "detection": {"x": d}} if absent else {"reliability": {"x": (r, f)}}
    tip = sens.tipping_points(compiled(bt.from_table(table, **how)), target="A").sel(
        link="x@episode", rival="B"
    )
    grid = np.linspace(0, 1, 401)
    final = 1 - d * grid if absent else r * grid + f * (1 - grid)
    reach = final.max() / final.min()
    needed = 0.5 / other
    ratio = float(tip["tipping_ratio"])
    if needed > reach * (1 + 1e-9):
        assert ratio == math.inf
    elif needed < (1 - 1e-9) / reach:
        assert ratio == 0
    else:
        assert ratio == pytest.approx(needed)
    assert float(tip["attainable_high"]) == pytest.approx(10 * math.log10(reach), abs=1e-9)
    assert float(tip["attainable_low"]) == pytest.approx(-10 * math.log10(reach), abs=1e-9)


# --- breakdown and power-scaling -----------------------------------------------------------


@given(sets(features=PLAIN), st.floats(0.05, 0.95))
def test_breakdown_is_where_the_grid_says(es, threshold):
    ev = compiled(es)
    _, leader = base(ev)
    found = sens.breakdown(ev, threshold=threshold)
    grid = np.linspace(0, 4, 21)
    for alpha in grid:
        factors = np.full(ev.sizes["link"], alpha)
        joint = log_joint(with_rows_times(ev, factors)).sel(coder=es.base_coder).values
        for e in range(ev.sizes["episode"]):
            p = np.exp(joint[e] - joint[e].max())
            p /= p.sum()
            lead = joint[e, leader[e]] - np.delete(joint[e], leader[e]).max()
            inside = float(found["lower"][e]) <= alpha <= float(found["upper"][e])
            if abs(lead) > 1e-7:
                assert inside == (lead > 0)
            low, high = float(found["probability_lower"][e]), float(found["probability_upper"][e])
            if abs(p[leader[e]] - threshold) > 1e-7 and not math.isnan(low):
                assert (low <= alpha <= high) == (p[leader[e]] > threshold)


@given(sets(), st.sampled_from(["prior", "evidence"]))
def test_power_scaling_is_the_finite_difference(es, kind):
    ev = compiled(es)
    items = list(dict.fromkeys(map(str, ev["link_item"].values)))
    names = [kind, *items[:1]]
    scaled = sens.power_scaling(ev, alpha=[0.0, 1 - 1e-5, 1.0, 1 + 1e-5, 2.0])
    post = bt.update(ev, coder=es.base_coder)["probability"].values
    for name in names:
        one = scaled.sel(component=name)
        np.testing.assert_allclose(one["curve"].sel(alpha=1.0).values, post, atol=1e-12)
        slope = (one["curve"].isel(alpha=3) - one["curve"].isel(alpha=1)).values / 2e-5
        np.testing.assert_allclose(one["derivative"].values, slope, atol=1e-7)
        only = sens.power_scaling(ev, component=name)
        np.testing.assert_allclose(only["derivative"].values[0], one["derivative"].values)


def test_power_scaling_names_what_carries_and_what_opposes():
    table = {"for": {"A": 0.9, "B": 0.2}, "against": {"A": 0.4, "B": 0.8}, "neither": {"A": 0.5, "B": 0.5}}
    scaled = sens.power_scaling(compiled(bt.from_table(table)))
    words = {name: scaled["diagnosis"].sel(component=name).item() for name in table}
    assert words == {"for": "carries", "against": "opposes", "neither": "weak"}


def test_a_decisive_zero_is_scaled_without_nan():
    table = {"kills": {"A": 0.5, "B": 0.5, "C": 0.0}, "memo": {"A": 0.8, "B": 0.2, "C": 0.9}}
    scaled = sens.power_scaling(compiled(bt.from_table(table)), alpha=[0.0, 1.0])
    gone = scaled["curve"].sel(component="kills", alpha=0.0, hypothesis="C").item()
    assert gone == pytest.approx(0.9 / 1.9)
    assert np.isfinite(scaled["derivative"].values).all()


def test_power_scaling_ranks_as_psense_does():
    """ArviZ's diagnostic on draws of the hypothesis: no sign and another distance, but the same order."""
    from arviz_base import from_dict
    from arviz_stats import psense

    table = {"weak": {"A": 0.6, "B": 0.5}, "middling": {"A": 0.7, "B": 0.4}, "strong": {"A": 0.8, "B": 0.1}}
    ev = compiled(bt.from_table(table, priors={"A": 0.2, "B": 0.8}))
    exact = sens.power_scaling(ev)["sensitivity"].isel(episode=0)
    p = bt.update(ev)["probability"].values[0]
    drawn = (np.random.default_rng(1).random((4, 2000)) > p[0]).astype(int)
    noise = 1e-6 * np.random.default_rng(2).standard_normal(drawn.shape)
    found = {}
    for name in table:
        row = np.log(np.array([table[name]["A"], table[name]["B"]]))
        dt = from_dict(
            {
                "posterior": {"h": drawn.astype(float)},
                "log_likelihood": {"y": (row[drawn] + noise)[..., None]},
            }
        )
        # the smoothing of weights wants no ties, and two hypotheses give two values
        found[name] = float(psense(dt, group="likelihood")["h"])
    assert sorted(table, key=found.get) == sorted(table, key=lambda name: float(exact.sel(component=name)))


# --- priors --------------------------------------------------------------------------------


def proportional(ev, h, value):
    """Priors with one hypothesis at a value, the others in proportion."""
    prior = ev["prior"].values.copy()
    rest = 1 - prior[:, h]
    prior *= ((1 - value) / rest)[:, None]
    prior[:, h] = value
    return prior


@given(sets(), fractions)
def test_prior_sweep_is_an_update_from_that_prior(es, value):
    ev = compiled(es)
    swept = sens.prior_sweep(ev, hypothesis="B", prior=[value, 0.5])
    h = list(ev["hypothesis"].values).index("B")
    for at in (value, 0.5):
        expected = bt.update(with_prior(ev, proportional(ev, h, at)), coder=es.base_coder)[
            "probability"
        ].values
        got = swept.isel(swept_prior=[value, 0.5].index(at)).values
        np.testing.assert_allclose(got, expected, atol=1e-9)
    own = swept.sel(hypothesis="B").isel(swept_prior=np.argsort([value, 0.5])).values
    assert (np.diff(own, axis=0) >= -1e-12).all()


@given(sets(features=PLAIN), st.floats(0.05, 0.95), st.floats(0, 20))
def test_from_the_prior_needed_the_probability_is_reached(es, probability, doubt):
    ev = compiled(es)
    needed = sens.prior_needed(ev, probability=probability, doubt_db=doubt)
    for h, name in enumerate(ev["hypothesis"].values):
        for e in range(ev.sizes["episode"]):
            at = float(needed["prior_needed"].values[e, h])
            if 1e-12 < at < 1 - 1e-12:
                p = bt.update(with_prior(ev, proportional(ev, h, at)), coder=es.base_coder)["probability"]
                assert float(p[e].sel(hypothesis=name)) == pytest.approx(probability, abs=1e-6)
            stated = ev["prior"].values[e, h]
            odds = stated / (1 - stated) * 10 ** (-doubt / 10)
            p = bt.update(with_prior(ev, proportional(ev, h, odds / (1 + odds))), coder=es.base_coder)[
                "probability"
            ]
            assert float(needed["skeptical"].values[e, h]) == pytest.approx(
                float(p[e].sel(hypothesis=name)), abs=1e-9
            )
    assert (needed["skeptical"] <= needed["enthusiastic"] + 1e-12).all()


@given(sets(features=PLAIN), st.floats(0, 1), st.floats(0, 1))
def test_contamination_holds_every_mixture_and_nests(es, one, two):
    ev = compiled(es)
    small, large = sorted((one, two))
    bounds = sens.contamination_bounds(ev, epsilon=[small, large])
    assert (bounds["lower"].isel(epsilon=1) <= bounds["lower"].isel(epsilon=0) + 1e-12).all()
    assert (bounds["upper"].isel(epsilon=1) >= bounds["upper"].isel(epsilon=0) - 1e-12).all()
    reached = []
    for q in np.eye(ev.sizes["hypothesis"]):
        mixed = (1 - small) * ev["prior"].values + small * q
        with np.errstate(divide="ignore"):
            reached.append(bt.update(with_prior(ev, mixed), coder=es.base_coder)["probability"].values)
    # the posterior is monotone in each corner of q, so corners are the extremes
    np.testing.assert_allclose(bounds["lower"].values[0], np.min(reached, axis=0), atol=1e-9)
    np.testing.assert_allclose(bounds["upper"].values[0], np.max(reached, axis=0), atol=1e-9)


# --- dependence ----------------------------------------------------------------------------


def at_correlation(ev, by, rho):
    """The engine with clusters redrawn and one correlation for all."""
    keys = {
        "all": ["all"] * ev.sizes["link"],
        "source": [key if len(str(key).split()) == 1 else "" for key in ev["link_source"].values],
        "cluster": ev["link_cluster"].values,
    }[by]
    names = sorted({str(key) for key in keys} - {""})
    with np.errstate(divide="ignore"):
        location = np.full(len(names), np.log(rho) - np.log1p(-rho))
    place = np.array([names.index(str(key)) if str(key) else -1 for key in keys], dtype=np.int64)
    fresh = ev.drop_dims("cluster").assign(
        cluster_index=("link", place),
        correlation_location=("cluster", location),
        correlation_spread_low=("cluster", np.zeros(len(names))),
        correlation_spread_high=("cluster", np.zeros(len(names))),
    )
    return with_likelihoods(fresh)


@given(sets(), st.sampled_from(["cluster", "source", "all"]))
def test_dependence_sweep_is_the_engine_at_each_correlation(es, by):
    ev = compiled(es)
    grid = [0.0, 0.3, 0.7, 1.0]
    swept = sens.dependence_sweep(ev, correlation=grid, by=by)
    for rho in grid:
        p = bt.update(at_correlation(ev, by, rho), coder=es.base_coder)["probability"].values
        np.testing.assert_allclose(swept["probability"].sel(correlation=rho).values, p, atol=1e-9)
    fine = sens.dependence_sweep(ev, correlation=np.linspace(0, 1, 501), by=by)["lead"].values
    for e in range(ev.sizes["episode"]):
        lost = float(swept["lost_at"][e])
        behind = np.linspace(0, 1, 501)[fine[:, e] < -1e-6]
        ahead = np.linspace(0, 1, 501)[fine[:, e] > 1e-6]
        if behind.size:
            assert lost <= behind[0]
        assert not ((ahead >= lost - 1e-9) & (ahead < (behind[0] if behind.size else lost))).any()
        if math.isfinite(lost):
            exact = sens.dependence_sweep(ev, correlation=[lost], by=by)["lead"].values[0, e]
            assert exact <= 1e-6


# --- search and recoding -------------------------------------------------------------------


def signed_weights(ev, episode, lead, rival):
    here = ev["episode_index"].values == episode
    rows = (ev["kappa"].values[0][:, None] * ev["log_likelihood"].values[0])[here]
    prior = math.log(ev["prior"].values[episode, lead] / ev["prior"].values[episode, rival])
    return rows[:, lead] - rows[:, rival], prior


@given(sets(features=PLAIN))
def test_search_bias_and_recoding_against_a_grid_and_subsets(es):
    ev = compiled(es).sel(coder=[es.base_coder])
    _, leader = base(ev)
    bias, turned = sens.search_bias(ev), sens.recoding(ev)
    for e, lead in enumerate(leader):
        for rival in set(range(ev.sizes["hypothesis"])) - {int(lead)}:
            w, prior = signed_weights(ev, e, lead, rival)
            b = float(bias["bias"].values[e, rival]) * math.log(10) / 10

            def left(b, w=w, prior=prior):
                return prior + np.maximum(w[w > 0] - b, 0).sum() + w[w < 0].sum()

            if math.isfinite(b):
                assert left(b) <= 1e-8
                assert b == 0 or left(b * (1 - 1e-6) - 1e-9) > -1e-9
            else:
                assert left(1e9) > 0
            counts = [
                len(some)
                for n in range(w.size + 1)
                for some in itertools.combinations(range(w.size), n)
                if prior + w.sum() - 2 * w[list(some)].sum() < -1e-9
            ]
            got = float(turned["rival_count"].values[e, rival])
            assert got == min(counts) if counts else math.isnan(got)
            favour = np.sort(w[w > 0])[::-1]
            lost = [n for n in range(favour.size + 1) if prior + w[w < 0].sum() + favour[n:].sum() <= 1e-9]
            share = float(bias["artefacts"].values[e, rival])
            assert share == (pytest.approx(lost[0] / max(favour.size, 1))) if lost else math.isnan(share)


# --- residual ------------------------------------------------------------------------------


@given(sets(), fractions, st.floats(-30, 30))
def test_residual_is_one_rival_more(es, prior, delta):
    ev = compiled(es)
    swept = sens.residual_sweep(ev, prior=prior, delta_db=[0.0, delta])
    joint = log_joint(ev).sel(coder=es.base_coder).values
    for at, db in enumerate((0.0, delta)):
        named = np.exp(joint - joint.max(axis=1, keepdims=True))
        mean = named.sum(axis=1, keepdims=True)  # priors sum to one
        unnamed = prior * mean * 10 ** (db / 10)
        whole = np.hstack([(1 - prior) * named, unnamed])
        np.testing.assert_allclose(
            swept["probability"].values[at], whole / whole.sum(axis=1, keepdims=True), atol=1e-9
        )
    np.testing.assert_allclose(
        swept["probability"].sel(delta=0.0, hypothesis="unnamed").values, prior, atol=1e-12
    )
    np.testing.assert_array_equal(swept["rank"].values[0], swept["rank"].values[1])
    level = sens.residual_sweep(ev, prior=prior, delta_db=swept["overtakes_at"].values)["probability"]
    for e in range(ev.sizes["episode"]):
        p = level.values[e, e]
        assert p[-1] == pytest.approx(p[:-1].max(), abs=1e-9)


# --- pools ---------------------------------------------------------------------------------


@given(sets(), st.sampled_from(["log", "linear"]))
def test_pool_with_equal_weights_is_the_update_of_the_core(es, how):
    ev = compiled(es)
    pooled = sens.pool(ev, how=how)
    np.testing.assert_allclose(
        pooled["probability"].values, bt.update(ev, pool=how)["probability"].values, atol=1e-12
    )
    first = str(ev["coder"].values[0])
    alone = sens.pool(ev, how=how, weights={first: 3.0})["probability"]
    np.testing.assert_allclose(alone.values, bt.update(ev, coder=first)["probability"].values, atol=1e-12)


@given(sets(features=frozenset({"coders", "readings", "absence"})))
def test_disagreement_is_the_widest_weight_between_two_coders(es):
    ev = compiled(es)
    pooled = sens.pool(ev)
    rows = log_to_db(ev["log_likelihood"].values)
    for link in range(ev.sizes["link"]):
        judged = np.flatnonzero(ev["coded"].values[:, ev["entry_link"].values == link].any(axis=1))
        gaps = [
            abs((rows[c, link, a] - rows[c, link, b]) - (rows[d, link, a] - rows[d, link, b]))
            for c, d in itertools.combinations(judged, 2)
            for a, b in itertools.combinations(range(rows.shape[2]), 2)
        ]
        got = float(pooled["disagreement"][link])
        assert got == pytest.approx(max(gaps), abs=1e-9) if gaps else math.isnan(got)
        if judged.size > 1:
            centred = rows[judged, link] - rows[judged, link].mean(axis=1, keepdims=True)
            np.testing.assert_allclose(pooled["spread"].values[link], centred.std(axis=0, ddof=1), atol=1e-9)


# --- soft evidence -------------------------------------------------------------------------


@given(tables(min_items=2, max_items=3), priors(("A", "B")), st.floats(0.1, 20), st.floats(0.1, 20))
def test_virtual_evidence_commutes_and_is_a_report(table, prior, one, two):
    table = {item: {h: row[h] for h in ("A", "B")} for item, row in table.items()}
    ev = compiled(bt.from_table(table, priors=prior))
    start = ev["prior"]
    together = sens.soft_evidence(ev, {"x0": one, "x1": two}, belief=start)
    for first, second in ((("x0", one), ("x1", two)), (("x1", two), ("x0", one))):
        step = sens.soft_evidence(ev, dict([first]), belief=start)
        np.testing.assert_allclose(
            sens.soft_evidence(ev, dict([second]), belief=step).values, together.values, atol=1e-12
        )
    scale = max(one, 1.0) * 1.01
    report = bt.from_table({"x0": table["x0"]}, priors=prior, reliability={"x0": (one / scale, 1 / scale)})
    np.testing.assert_allclose(
        sens.soft_evidence(ev, {"x0": one}, belief=start).values,
        bt.update(compiled(report))["probability"].values,
        atol=1e-9,
    )


@given(tables(min_items=1, max_items=3), st.floats(0.01, 0.99))
def test_jeffrey_sets_the_probability_of_the_item(table, q):
    ev = compiled(bt.from_table(table))
    after = sens.jeffrey(ev, {"x0": q}).values[0]
    before = bt.update(drop_entries(ev, ev["entry_item"].values == "x0"))["probability"].values[0]
    p = np.array(list(table["x0"].values()))
    held, missed = before * p, before * (1 - p)
    np.testing.assert_allclose(after, q * held / held.sum() + (1 - q) * missed / missed.sum(), atol=1e-9)


def test_soft_evidence_at_the_ends_is_certainty():
    ev = compiled(bt.from_table({"E": {"A": 0.8, "B": 0.2}}))
    assert sens.soft_evidence(ev, {"E": math.inf}).values[0].tolist() == pytest.approx([0.8, 0.2])
    assert sens.soft_evidence(ev, {"E": 0.0}).values[0].tolist() == pytest.approx([0.2, 0.8])
    assert sens.soft_evidence(ev, {"E": 1.0}).values[0].tolist() == pytest.approx([0.5, 0.5])


# --- nothing from nothing ------------------------------------------------------------------


@given(set_data(features=PLAIN | {"ranges"}, max_items=3))
def test_an_item_that_says_nothing_moves_nothing_anywhere(data):
    import copy

    plain, more = compiled(build(data)), compiled(build(neutral_added(copy.deepcopy(data))))
    said = [str(name) for name in plain["link"].values]
    for left_out in sens.leave_one_out(more)["left_out"].values:
        if str(left_out).endswith("nothing"):
            left = sens.leave_one_out(more).sel(left_out=left_out)
            np.testing.assert_allclose(
                left.values, bt.update(more, coder=more.attrs["base_coder"])["probability"].values, atol=1e-12
            )
            assert left["reweighted"].item() == ""
    pairs = [
        (sens.breakdown, ("lower", "upper")),
        (sens.search_bias, ("bias",)),
        (sens.recoding, ("rival_count",)),
        (sens.prior_needed, ("prior_needed", "weight_for")),
        (sens.contamination_bounds, ("lower", "upper")),
        (sens.interval_bounds, ("lower", "upper")),
        (sens.dependence_sweep, ("probability", "lost_at")),
        (sens.fewest_items_to_flip, ("count", "to_tie", "n_ties")),
        (sens.residual_sweep, ("probability",)),
    ]
    for function, names in pairs:
        one, two = function(plain), function(more)
        for name in names:
            np.testing.assert_allclose(
                one[name].values, two[name].values, atol=1e-9, err_msg=function.__name__
            )
    one, two = sens.tipping_points(plain), sens.tipping_points(more).sel(link=said)
    np.testing.assert_allclose(one["tipping_db"].values, two["tipping_db"].values, atol=1e-9)
    coded = [str(name) for name in plain["entry"].values]
    one, two = sens.one_way(plain), sens.one_way(more).sel(entry=coded)
    np.testing.assert_allclose(one["probability"].values, two["probability"].values, atol=1e-12)
    silent = sens.power_scaling(more)
    for name in silent["component"].values:
        if str(name).endswith("nothing"):
            np.testing.assert_allclose(silent["derivative"].sel(component=name).values, 0, atol=1e-12)


def test_an_episode_without_links_keeps_its_prior_everywhere():
    data = build_two_episodes()
    ev = compiled(build(data))
    assert "empty" not in ev["link_episode"].values
    np.testing.assert_allclose(sens.leave_one_out(ev).sel(episode="empty").values, 0.5)
    assert math.isnan(sens.fewest_items_to_flip(ev)["count"].sel(episode="empty").item())
    bounds = sens.interval_bounds(ev).sel(episode="empty")
    np.testing.assert_allclose([bounds["lower"].values, bounds["upper"].values], 0.5)
    assert "e" in sens.robustness(ev)["episode"].values
    assert sens.robustness(ev)["level"].sel(episode="empty").item() == "A B"


def build_two_episodes():
    return {
        "version": 1, "id": "s", "title": "S", "question": "?", "base_coder": "me", "coders": [{"id": "me"}],
        "hypotheses": [{"id": h, "label": h, "statement": h, "prior": 0.5} for h in "AB"],
        "cases": [{"case": "c", "label": "c", "items": [
            {"id": "memo", "paraphrase": "1", "episodes": ["e"], "codings": [{"values": {"A": 0.8, "B": 0.2}}]},
        ], "episodes": [{"id": name, "label": name, "outcome": "o"} for name in ("e", "empty")]}],
    }  # fmt: skip


def test_what_is_level_needs_no_bias_and_no_artefact():
    """Level at once: nothing has to be taken away; without an item in favour there is no share of them."""
    es = bt.from_table({"x": {"A": 0.8, "B": 0.2}}, priors={"A": 0.2, "B": 0.8})
    found = sens.search_bias(compiled(es))
    assert found["bias"].values[0].tolist() == pytest.approx([math.nan, 0.0], nan_ok=True)
    assert found["smallest"].item() == 0
    assert found["artefacts"].values[0, 1] == 0
    nothing = sens.search_bias(compiled(bt.from_table({"x": {"A": 0.5, "B": 0.5}})))
    assert (nothing["bias"].values[0, 1], nothing["artefacts"].values[0, 1]) == (0, 0)
    assert nothing["favouring"].values.tolist() == [[0, 0]]


def test_an_interval_from_nothing_starts_at_zero_without_a_sign():
    """Level priors: -0 / D is no minus zero."""
    found = sens.breakdown(compiled(bt.from_table({"x": {"A": 0.8, "B": 0.2}})))
    for name in ("lower", "rival_lower"):
        assert not np.signbit(found[name].values).any()


def test_models_are_one_voice_link_by_link():
    """One person and two models: where one model passed a link over, the other has the whole voice of both."""
    said = {"first": (0.8, 0.2), "m": (0.4, 0.2), "n": (0.1, 0.4)}
    rows = {"x": ("first", "m", "n"), "y": ("first", "m")}
    items = [
        item(name, codings=[{"coder": c, "values": dict(zip("AB", said[c], strict=True))} for c in told])
        for name, told in rows.items()
    ]
    model = {"kind": "model", "model": "m", "version": "1", "prompt": "p"}
    es = make(items, coders=[{"id": "first"}, {"id": "m", **model}, {"id": "n", **model}])
    odds = {name: a / b for name, (a, b) in said.items()}
    together = odds["first"] ** 0.5 * odds["m"] ** 0.25 * odds["n"] ** 0.25
    together *= odds["first"] ** 0.5 * odds["m"] ** 0.5
    found = sens.pool(compiled(es))
    assert found["weight"].values.tolist() == [0.5, 0.25, 0.25]
    assert found["probability"].values[0, 0] == pytest.approx(together / (1 + together))
    # weights that are stated hold on every link, among those who coded it
    stated = sens.pool(compiled(es), weights={"first": 2, "m": 1, "n": 1})
    apart = odds["first"] ** 0.5 * odds["m"] ** 0.25 * odds["n"] ** 0.25
    apart *= odds["first"] ** (2 / 3) * odds["m"] ** (1 / 3)
    assert stated["probability"].values[0, 0] == pytest.approx(apart / (1 + apart))
    linear = sens.pool(compiled(es), how="linear", weights={"first": 2, "m": 1, "n": 1})
    gap = odds["first"] ** (2 / 3) * odds["m"] ** (1 / 3)
    each = [odds["first"] ** 2, odds["m"] ** 2, odds["n"] * gap]
    want = np.dot([0.5, 0.25, 0.25], [x / (1 + x) for x in each])
    assert linear["probability"].values[0, 0] == pytest.approx(want)


def test_what_is_infinitely_far_on_both_sides_has_no_distance():
    """x rules B out, y rules A out: no ratio of x would settle it, and it is where it would have to be."""
    rows = {"x": {"A": 0.5, "B": 0.0, "C": 0.2}, "y": {"A": 0.0, "B": 0.5, "C": 0.2}}
    tip = sens.tipping_points(compiled(bt.from_table(rows)), target="A").sel(link="x@episode", rival="B")
    assert (tip["ratio_db"].item(), tip["tipping_db"].item(), tip["distance"].item()) == (
        math.inf,
        math.inf,
        0.0,
    )
    assert tip["tipping_ratio"].item() == math.inf
