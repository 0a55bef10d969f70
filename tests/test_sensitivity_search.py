"""Fewest items, bounds, indices and draws: what is searched or sampled, against enumeration and Monte Carlo."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bayes_trace as bt
from bayes_trace import sensitivity as sens
from bayes_trace.exact import log_joint
from bayes_trace.likelihood import drop_entries
from bayes_trace.likelihood.links import EVENT
from bayes_trace.sensitivity import components as tangles
from bayes_trace.sensitivity.additive import Chains
from bayes_trace.sensitivity.arrays import open_arrays
from tests import events as fires
from tests import oracle
from tests.build import data as written
from tests.build import item as trace
from tests.build import sound
from tests.moved import with_weights_held
from tests.rich import rich
from tests.search import examples
from tests.strategies import ALL, build, fractions, set_data, sets

Z_90 = 1.6448536269514722
#: everything that hangs items together
TANGLED = frozenset({"clusters", "given", "readings", "absence", "events", "compounds"})


def compiled(es):
    return bt.compile_evidence(es)


# --- fewest items --------------------------------------------------------------------------


def by_enumeration(ev, episode, coder):
    """Every subset of the items of an episode, in order of size, through the engine."""
    of_link = ev["link_episode"].values[ev["entry_link"].values]
    here = np.flatnonzero((of_link == episode) & (ev["entry_role"].values != EVENT))
    names = ev["entry_item"].values[here]
    leader = int(log_joint(ev).sel(coder=coder, episode=episode).values.argmax())
    for size in range(len(names) + 1):
        flips, ties = [], False
        for some in itertools.combinations(range(len(names)), size):
            dropped = np.zeros(ev.sizes["entry"], dtype=bool)
            dropped[here[list(some)]] = True
            joint = log_joint(drop_entries(ev, dropped)).sel(coder=coder, episode=episode).values
            gap = joint[leader] - np.delete(joint, leader).max()
            ties |= gap <= 1e-9
            if gap < -1e-9:
                flips.append(tuple(names[list(some)]))
        yield size, flips, ties


@given(sets(features=TANGLED, max_items=5))
@examples(15)
def test_fewest_items_is_what_enumeration_finds(es):
    agrees_with_enumeration(es)


@given(sets(features=frozenset({"given"}), max_items=7))
@examples(15)
def test_fewest_items_coded_given_one_another_is_what_enumeration_finds(es):
    agrees_with_enumeration(es)


def agrees_with_enumeration(es):
    ev = compiled(es)
    found = sens.fewest_items_to_flip(ev)
    for episode in ev["episode"].values:
        row = found.sel(episode=episode)
        first = next(
            ((n, flips) for n, flips, _ in by_enumeration(ev, episode, es.base_coder) if flips), None
        )
        tie = next((n for n, _, ties in by_enumeration(ev, episode, es.base_coder) if ties), math.nan)
        assert row["to_tie"].item() == pytest.approx(tie, nan_ok=True)
        if first is None:
            assert math.isnan(row["count"].item())
            assert row["items"].item() == ""
            continue
        assert row["count"].item() == first[0]
        listed = {frozenset(each.split()) for each in row["sets"].values if each}
        assert listed == {frozenset(each) for each in first[1]}
        assert row["n_ties"].item() == len(first[1])


@given(sets(features=frozenset({"events", "readings"}), max_items=5))
@examples(15)
def test_where_not_every_set_is_tried_the_count_is_a_bound_and_the_set_still_turns_it(es):
    ev = compiled(es)
    exact = sens.fewest_items_to_flip(ev)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tangles, "TRIED", 2)
        found = sens.fewest_items_to_flip(ev)
    for episode in ev["episode"].values:
        row, best = found.sel(episode=episode), exact.sel(episode=episode)
        assert bool(best["is_exact"])
        if bool(row["is_exact"]):
            assert row["count"].item() == pytest.approx(best["count"].item(), nan_ok=True)
        elif not math.isnan(row["count"].item()):
            assert row["count"].item() >= best["count"].item()
            gone = np.isin(ev["entry_item"].values, row["items"].item().split())
            gone &= ev["link_episode"].values[ev["entry_link"].values] == episode
            joint = log_joint(drop_entries(ev, gone)).sel(coder=es.base_coder, episode=episode)
            assert joint["hypothesis"].values[joint.values.argmax()] != row["leader"].item()


def test_a_chain_of_two_thousand_items_falls_with_the_one_that_all_are_given():
    items = [
        {
            "id": f"x{n}",
            "paraphrase": "x",
            "episodes": ["e"],
            **({"given": [f"x{n - 1}"]} if n else {}),
            "codings": [{"values": {"A": 0.6, "B": 0.5} if n else {"A": 0.5, "B": 0.6}}],
        }
        for n in range(2000)
    ]
    data = one_episode(items, {"A": 0.4, "B": 0.6})
    row = sens.fewest_items_to_flip(compiled(build(data))).isel(episode=0)
    # odds A : B with the first n alone are 2/3 * 5/6 * (6/5)^(n - 1), below 1 up to n = 4, and without any 2/3
    assert (row["count"].item(), row["new_leader"].item()) == (1, "B")
    listed = {each for each in row["sets"].values if each}
    assert listed == {"x0", "x1", "x2", "x3", "x4"}


def test_many_reports_of_one_event_come_to_an_end():
    items = [
        {"id": f"x{n}", "paraphrase": "x", "event": "fire", "source": {"key": f"s{n}"}} for n in range(24)
    ]
    data = one_episode(items, {"A": 0.6, "B": 0.4})
    data["cases"][0]["events"] = [
        {"id": "fire", "label": "F", "episodes": ["e"], "codings": [{"values": {"A": 0.5, "B": 0.4}}]}
    ]
    rates = {"hit": 0.9, "false_report": 0.5}
    data["sources"] = [{"id": f"s{n}", "type": "book", "title": "S", "reliability": rates} for n in range(24)]
    row = sens.fewest_items_to_flip(compiled(build(data))).isel(episode=0)
    assert math.isnan(row["count"].item())  # A leads from the prior, and every report favours it
    assert not bool(row["is_exact"])


def one_episode(items, prior):
    """One episode with these items."""
    return {
        "version": 1,
        "id": "s",
        "title": "S",
        "question": "?",
        "base_coder": "me",
        "coders": [{"id": "me"}],
        "hypotheses": [{"id": h, "label": h, "statement": h, "prior": p} for h, p in prior.items()],
        "cases": [
            {
                "case": "c",
                "label": "c",
                "episodes": [{"id": "e", "label": "e", "outcome": "o"}],
                "items": items,
            }
        ],
    }


@st.composite
def clustered(draw):
    """One episode, seven items, most of them in two clusters."""
    hypotheses = ("A", "B", "C")[: draw(st.integers(2, 3))]
    items = [
        {
            "id": f"x{n}",
            "paraphrase": "x",
            "episodes": ["e"],
            "cluster": draw(st.sampled_from(["k0", "k0", "k1", None])),
            "codings": [{"values": {h: draw(fractions) for h in hypotheses}}],
        }
        for n in range(7)
    ]
    data = one_episode(items, dict.fromkeys(hypotheses, 1 / len(hypotheses)))
    data["clusters"] = [{"id": k, "correlation": draw(fractions)} for k in ("k0", "k1")]
    return data


@given(clustered())
@examples(8)
def test_fewest_items_in_clusters_whose_weights_change(data):
    ev = compiled(build(data))
    row = sens.fewest_items_to_flip(ev).isel(episode=0)
    first = next(((n, flips) for n, flips, _ in by_enumeration(ev, "e", "me") if flips), None)
    if first is None:
        assert math.isnan(row["count"].item())
    else:
        assert (row["count"].item(), row["n_ties"].item()) == (first[0], len(first[1]))
        assert row["items"].item().split() in [list(each) for each in first[1]]


def test_a_tie_is_no_flip_and_decisive_items_must_all_go():
    one = sens.fewest_items_to_flip(compiled(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))).isel(episode=0)
    assert math.isnan(one["count"].item())
    assert one["to_tie"].item() == 1
    table = {"k1": {"A": 0.5, "B": 0.0}, "k2": {"A": 0.5, "B": 0.0}, "memo": {"A": 0.2, "B": 0.8}}
    two = sens.fewest_items_to_flip(compiled(bt.from_table(table))).isel(episode=0)
    assert (two["count"].item(), two["items"].item(), two["new_leader"].item()) == (2, "k1 k2", "B")


def test_many_ties_are_counted_and_twenty_listed():
    table = {f"x{n}": {"A": 0.8, "B": 0.2} for n in range(8)} | {
        f"y{n}": {"A": 0.2, "B": 0.8} for n in range(5)
    }
    row = sens.fewest_items_to_flip(compiled(bt.from_table(table))).isel(episode=0)
    assert row["count"].item() == 4
    assert row["n_ties"].item() == math.comb(8, 4)
    assert bool(row["n_ties_is_exact"])
    assert sum(bool(each) for each in row["sets"].values) == 20


def test_sixty_items_are_no_trouble():
    rng = np.random.default_rng(3)
    table = {
        f"x{n}": {h: float(p) for h, p in zip("ABCD", rng.uniform(0.05, 0.95, 4), strict=True)}
        for n in range(60)
    }
    ev = compiled(bt.from_table(table))
    row = sens.fewest_items_to_flip(ev).isel(episode=0)
    rest = drop_entries(ev, np.isin(ev["entry_item"].values, row["items"].item().split()))
    assert bt.lead(bt.update(rest))["leader"].item() == row["new_leader"].item() != row["leader"].item()
    if row["count"].item() > 1:
        fewer = row["items"].item().split()[1:]
        rest = drop_entries(ev, np.isin(ev["entry_item"].values, fewer))
        assert bt.lead(bt.update(rest))["leader"].item() == row["leader"].item()


# --- interval bounds -----------------------------------------------------------------------


def drawn_inside(ev, rng):
    """The evidence with every stated number somewhere in its range."""
    changed = {}
    for name in ("", "hit_", "false_report_", "detection_", "correlation_", "agreement_"):
        parts = [ev[f"{name}{part}"] for part in ("location", "spread_low", "spread_high")]
        shape = parts[0].shape[:1] if name in ("hit_", "false_report_", "detection_") else parts[0].shape
        # one deviate moves a rate under every hypothesis
        z = Z_90 * rng.choice([-1.0, 1.0, rng.uniform(-1, 1)], size=shape)
        z = z.reshape(shape + (1,) * (parts[0].ndim - len(shape)))
        at, low, high = (part.values for part in parts)
        changed[f"{name}location"] = (parts[0].dims, at + np.where(z < 0, low, high) * z)
    return with_weights_held(ev.assign(changed))


@given(sets(features=ALL - {"ratios"}, max_items=3), st.integers(0, 10**6))
@examples(12)
def test_bounds_hold_every_scenario_inside_the_ranges(es, seed):
    ev = compiled(es)
    bounds = sens.interval_bounds(ev)
    rng = np.random.default_rng(seed)
    stated = bt.update(ev, coder=es.base_coder)["probability"].values
    for p in [
        stated,
        *(bt.update(drawn_inside(ev, rng), coder=es.base_coder)["probability"].values for _ in range(15)),
    ]:
        assert (p >= bounds["lower"].values - 1e-6).all()
        assert (p <= bounds["upper"].values + 1e-6).all()


@given(set_data(features=frozenset({"ranges"}), max_items=3))
def test_plain_bounds_are_the_extreme_corners(data):
    ev = compiled(build(data))
    bounds = sens.interval_bounds(ev)
    assert set(bounds["method"].values.tolist()) <= {"exact"}
    for h in range(ev.sizes["hypothesis"]):
        for sign, side in ((1.0, "upper"), (-1.0, "lower")):
            z = np.where(np.arange(ev.sizes["hypothesis"]) == h, sign, -sign) * Z_90
            at = (
                ev["location"].values + np.where(z < 0, ev["spread_low"].values, ev["spread_high"].values) * z
            )
            corner = with_weights_held(ev.assign(location=(ev["location"].dims, at)))
            p = bt.update(corner)["probability"].values[:, h]
            np.testing.assert_allclose(bounds[side].values[:, h], p, atol=1e-9)


def test_numerical_bounds_find_the_grid_s_extremes():
    """A source whose reliability is uncertain and shared by a found and a missed item."""
    r, f = {"low": 0.6, "best": 0.8, "high": 0.95}, {"low": 0.05, "best": 0.2, "high": 0.5}
    table = {"x": {"A": 0.9, "B": 0.2, "C": 0.4}, "y": {"A": 0.3, "B": 0.6, "C": 0.5}}
    data = bt.from_table(table).model_dump()
    for item in data["cases"][0]["items"]:
        item["source"] = {"key": "paper"}
    data["sources"] = [
        {"id": "paper", "type": "book", "title": "P", "reliability": {"hit": r, "false_report": f}}
    ]
    ev = compiled(build(data))
    bounds = sens.interval_bounds(ev)
    assert bounds["method"].item() == "numerical"
    prior = ev["prior"].values[0]
    hit, false = np.meshgrid(np.linspace(0.6, 0.95, 301), np.linspace(0.05, 0.5, 301))
    p = np.array([[row[h] for h in "ABC"] for row in table.values()])
    q = np.prod([hit[..., None] * row + false[..., None] * (1 - row) for row in p], axis=0) * prior
    q /= q.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(bounds["lower"].values[0], q.min(axis=(0, 1)), atol=1e-4)
    np.testing.assert_allclose(bounds["upper"].values[0], q.max(axis=(0, 1)), atol=1e-4)


def test_bounds_of_a_ratio_hold_its_stated_difference():
    es = bt.from_table({"memo": {"A": {"low": 3.0, "best": 6.0, "high": 10.0}, "B": 0.0}}, unit="ratio_db")
    bounds = sens.interval_bounds(compiled(es)).sel(hypothesis="A")
    odds = 10 ** np.array([0.3, 1.0])
    np.testing.assert_allclose([bounds["lower"].item(), bounds["upper"].item()], odds / (1 + odds), atol=1e-9)


# --- global indices ------------------------------------------------------------------------


@pytest.mark.deep
@given(sets(features=frozenset({"ranges", "absence", "reliability", "clusters", "ratios"}), max_items=3))
@examples(5)
def test_variance_by_quadrature_is_the_variance_of_draws(es):
    ev = compiled(es)
    found = sens.global_indices(ev, n=64)
    log_p = bt.update(ev, coder=es.base_coder)["log_probability"].values
    for e, episode in enumerate(ev["episode"].values):
        total = (
            found["variance"]
            .values[(found["episode"] == episode).values & (found["method"] == "quadrature").values]
            .sum()
        )
        if (found["method"].values[(found["episode"] == episode).values] != "quadrature").any():
            continue
        pair = np.argsort(-log_p[e], kind="stable")[:2]
        gaps = np.array([gap(ev, e, pair, np.random.default_rng([5, n])) for n in range(60)])
        if total < 1e-12:
            assert gaps.std() < 1e-9
        else:  # a check of size: 60 draws of a variance scatter by a fifth
            assert 0.3 < gaps.var(ddof=1) / total < 2.6


def gap(ev, episode, pair, rng):
    """dB between two hypotheses with every number drawn; weights in clusters as stated."""
    changed = {}
    for name in ("", "hit_", "false_report_", "detection_"):
        parts = [ev[f"{name}{part}"] for part in ("location", "spread_low", "spread_high")]
        shape = parts[0].shape if not name else parts[0].shape[:1]
        z = rng.standard_normal(shape).reshape(shape + (1,) * (parts[0].ndim - len(shape)))
        at, low, high = (part.values for part in parts)
        changed[f"{name}location"] = (parts[0].dims, at + np.where(z < 0, low, high) * z)
    moved = with_weights_held(ev.assign(changed))
    joint = log_joint(moved).values[0, episode]
    return (joint[pair[0]] - joint[pair[1]]) * 10 / math.log(10)


def test_sobol_indices_are_those_of_salib():
    """SALib's estimators on the same function of three independent items."""
    from SALib.analyze import sobol
    from SALib.sample import sobol as sampler
    from scipy.special import expit, logit, ndtri

    span = {
        "x": {"A": {"low": 0.4, "best": 0.7, "high": 0.9}, "B": 0.3},
        "y": {"A": {"low": 0.2, "best": 0.5, "high": 0.9}, "B": 0.5},
        "z": {"A": 0.4, "B": {"low": 0.3, "best": 0.4, "high": 0.6}},
    }
    found = sens.global_indices(compiled(bt.from_table(span)), n=60_000, seed=4)

    def value(cell, u):
        if not isinstance(cell, dict):
            return np.full(u.shape, cell)
        z = ndtri(np.clip(u, 1e-9, 1 - 1e-9))
        m, low, high = (float(logit(cell[k])) for k in ("best", "low", "high"))
        return expit(m + np.where(z < 0, (m - low) / Z_90, (high - m) / Z_90) * z)

    problem = {"num_vars": 3, "names": list("xyz"), "bounds": [[0, 1]] * 3}
    u = sampler.sample(problem, 4096, calc_second_order=False, seed=1)
    odds = np.prod(
        [value(row["A"], u[:, n]) / value(row["B"], u[:, n]) for n, row in enumerate(span.values())], axis=0
    )
    oracle = sobol.analyze(problem, odds / (1 + odds), calc_second_order=False, seed=1)
    np.testing.assert_allclose(found["first_order"].values, oracle["S1"], atol=0.03)
    np.testing.assert_allclose(found["total"].values, oracle["ST"], atol=0.03)
    assert found["share"].sum().item() == pytest.approx(1)


def test_items_of_one_uncertain_source_are_one_group():
    r, f = {"low": 0.6, "best": 0.8, "high": 0.95}, 0.2
    data = bt.from_table(
        {"x": {"A": 0.9, "B": 0.2}, "y": {"A": 0.3, "B": 0.6}, "z": {"A": 0.3, "B": 0.6}}
    ).model_dump()
    for item in data["cases"][0]["items"][:2]:
        item["source"] = {"key": "paper"}
    data["sources"] = [
        {"id": "paper", "type": "book", "title": "P", "reliability": {"hit": r, "false_report": f}}
    ]
    found = sens.global_indices(compiled(build(data)))
    assert found["group"].values.tolist() == ["paper@episode"]
    assert found["items"].values.tolist() == ["x y"]
    draws = np.random.default_rng(0).standard_normal(200_000)
    m, low, high = (math.log(p / (1 - p)) for p in (0.8, 0.6, 0.95))
    hit = 1 / (1 + np.exp(-(m + np.where(draws < 0, (m - low) / Z_90, (high - m) / Z_90) * draws)))
    gap = sum(np.log((hit * a + f * (1 - a)) / (hit * b + f * (1 - b))) for a, b in ((0.9, 0.2), (0.3, 0.6)))
    assert found["variance"].item() == pytest.approx((gap * 10 / math.log(10)).var(), rel=0.02)


def test_coders_noise_is_a_group_of_its_own():
    data = bt.from_table({"x": {"A": 0.8, "B": 0.2}, "y": {"A": 0.5, "B": 0.4}}).model_dump()
    data["coders"] = [*data["coders"], {"id": "second", "unit": "probability"}]
    for item, values in zip(
        data["cases"][0]["items"], ({"A": 0.6, "B": 0.2}, {"A": 0.5, "B": 0.5}), strict=True
    ):
        item["codings"] = [*item["codings"], {"coder": "second", "values": values}]
    found = sens.global_indices(compiled(build(data)))
    assert found["group"].values.tolist() == ["coders@episode"]
    assert found["share"].values.tolist() == [1.0]
    assert found["total"].item() == pytest.approx(1, abs=0.1)


def test_coders_make_no_noise_where_one_said_nothing():
    """What the asked coder has passed over weighs nothing, and is no part of that coder's uncertainty."""
    values = {
        "x": ({"A": 0.8, "B": 0.2}, {"A": 0.6, "B": 0.2}),
        "y": ({"A": 0.5, "B": 0.4}, {"A": 0.5, "B": 0.5}),
    }
    data = bt.from_table({name: first for name, (first, _) in values.items()}).model_dump()
    data["coders"] = [*data["coders"], {"id": "second", "unit": "probability"}]
    for item in data["cases"][0]["items"]:
        item["codings"] = [*item["codings"], {"coder": "second", "values": values[item["id"]][1]}]
    both = sens.global_indices(compiled(build(data)))
    more = {
        **data["cases"][0]["items"][0],
        "id": "z",
        "codings": [{"coder": "second", "values": {"A": 0.3, "B": 0.6}}],
    }
    data["cases"][0]["items"] = [*data["cases"][0]["items"], more]
    found = sens.global_indices(compiled(build(data)))
    assert found["items"].values.tolist() == ["x y"]
    assert found["variance"].item() == pytest.approx(both["variance"].item())
    asked = sens.global_indices(compiled(build(data)), coder="second")
    assert asked["items"].values.tolist() == ["x y z"]
    assert asked["variance"].item() == pytest.approx(1.5 * both["variance"].item())


# --- many scenarios ------------------------------------------------------------------------


def many_scenarios(*arguments, **named):
    """The deprecated name, which says at each call what to write now."""
    with pytest.warns(
        DeprecationWarning, match=r"many_scenarios is now propagate\(\.\.\., keep_draws=False\)"
    ):
        return sens.many_scenarios(*arguments, **named)


@given(sets(features=frozenset({"ranges", "clusters", "absence", "readings", "reliability"}), max_items=3))
@examples(10)
def test_many_scenarios_are_draws_through_the_engine(es):
    """Two ways to draw: the function, and the compiled dataset with its numbers drawn."""
    ev = compiled(es)
    episode = str(ev["episode"].values[0])
    some = many_scenarios(ev, episode, n=4000, seed=1)
    assert some["mean"].sum().item() == pytest.approx(1)
    assert some["leads"].sum().item() == pytest.approx(1)
    bounds = some["quantile"].sel(share=[0.05, 0.95]).values
    assert (bounds[0] <= some["mean"].values + 0.2).all()
    again = many_scenarios(ev, episode, n=4000, seed=1)
    assert some.identical(again)


def test_many_scenarios_of_plain_items_have_the_right_moments():
    """Product of odds in one block or many, weights of clusters included, against plain Monte Carlo."""
    rng = np.random.default_rng(0)
    table = {}
    for n in range(12):
        best = rng.uniform(0.3, 0.7, 2)
        table[f"x{n}"] = {
            h: {"low": b - 0.1, "best": b, "high": b + 0.15} for h, b in zip("AB", best, strict=True)
        }
    table["x12"] = {"A": 0.5, "B": 0.4}
    ev = compiled(bt.from_table(table, priors={"A": 0.3, "B": 0.7}))
    some = many_scenarios(ev, "episode", n=200_000, seed=2)
    z = np.random.default_rng(9).standard_normal((40_000, 13, 2))
    at, low, high = (ev[name].values[0, :, 0] for name in ("location", "spread_low", "spread_high"))
    joint = np.log([0.3, 0.7]) - np.log1p(np.exp(-(at + np.where(z < 0, low, high) * z))).sum(axis=1)
    p = 1 / (1 + np.exp(joint[:, 1] - joint[:, 0]))
    assert some["mean"].values[0] == pytest.approx(p.mean(), abs=0.005)
    assert some["sd"].values[0] == pytest.approx(p.std(), abs=0.005)
    assert some["leads"].values[0] == pytest.approx((p > 0.5).mean(), abs=0.01)
    np.testing.assert_allclose(
        some["quantile"].values[:, 0], np.quantile(p, [0.05, 0.25, 0.5, 0.75, 0.95]), atol=0.01
    )


def test_many_priors_spread_the_answer():
    ev = compiled(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    told: list[float] = []
    some = many_scenarios(
        ev, "episode", n=300_000, concentration=2.0, progress=lambda _, done: told.append(done)
    )
    # Beta(1, 1) prior and odds of 4: E[4p / (1 + 3p)]
    grid = (np.arange(100_000) + 0.5) / 100_000
    assert some["mean"].values[0] == pytest.approx((4 * grid / (1 + 3 * grid)).mean(), abs=0.003)
    assert told == sorted(told)
    assert len(told) > 1


# --- fewest items by plain products ----------------------------------------------------------------


def closed(data, out):
    """What goes when some items go: what is given them, events without reports, reports of what is gone."""
    case, gone, before = data["cases"][0], set(out), None
    while before != gone:
        before = set(gone)
        for each_event in case["events"]:
            reports = {each["id"] for each in case["items"] if each.get("event") == each_event["id"]}
            if reports <= gone or each_event["id"] in gone:
                gone |= {each_event["id"], *reports}
        gone |= {each["id"] for each in case["items"] + case["events"] if set(each.get("given", ())) & gone}
    return gone


def left_over(data, out):
    """P(hypothesis) of the set written without them."""
    gone, case = closed(data, out), data["cases"][0]
    kept = {name: [each for each in case[name] if each["id"] not in gone] for name in ("items", "events")}
    nothing = dict.fromkeys(("sources", "clusters", "readings"), ())
    return oracle.posterior({**nothing, **data, "cases": [{**case, **kept}]}, "first", "e1")


def turned(data):
    """For each number of removals: sets after which another leads, with how far it is ahead, and whether any ties."""
    names = [each["id"] for each in data["cases"][0]["items"]]
    start = left_over(data, ())
    leader = max(start, key=start.get)
    for size in range(len(names) + 1):
        sets, tie = {}, False
        for out in itertools.combinations(names, size):
            p = left_over(data, out)
            rival = max((h for h in p if h != leader), key=p.get)
            gap = math.log(p[leader] / p[rival])
            tie |= gap < 1e-9
            if gap < -1e-9:
                sets[out] = gap, rival
        yield size, sets, tie


def plainly(rows, **more):
    return [trace(name, dict(zip("ABC", row, strict=False)), **more) for name, *row in rows]


FOR = [("a", 0.8, 0.4, 0.5), ("b", 0.7, 0.3, 0.6), ("c", 0.6, 0.35, 0.5)]
AGAINST = [("d", 0.4, 0.55, 0.6), ("e", 0.5, 0.6, 0.4)]
THREE = {"hypotheses": ("A", "B", "C"), "priors": [0.3, 0.4, 0.3]}
REPORT = {"hit": 0.8, "false_report": 0.2}


def on_a_fact(name, a, b):
    rows = {"u": {"A": a, "B": b, "C": b}, "v": {"A": b, "B": b, "C": a}}
    return trace(name, codings=[{"readings": rows}], reading="r")


KINDS = {
    "apart": written(plainly([*FOR, *AGAINST]), **THREE),
    "cluster": written(
        plainly([*FOR, *AGAINST], cluster="k"), clusters=[{"id": "k", "correlation": 0.6}], **THREE
    ),
    "two clusters": written(
        [*plainly(FOR, cluster="k"), *plainly(AGAINST, cluster="l"), *plainly([("f", 0.9, 0.3, 0.3)])],
        clusters=[{"id": "k", "correlation": 0.6}, {"id": "l", "correlation": 1.0}],
        **THREE,
    ),
    "chain": written(
        [
            trace("root", {"A": 0.5, "B": 0.6, "C": 0.5}),
            *plainly(FOR[:1], given=["root"]),
            *plainly(FOR[1:2], given=["a"]),
            *plainly(FOR[2:], given=["root"]),
            *plainly(AGAINST),
        ],
        **THREE,
    ),
    "two parents": written(
        [*plainly(FOR[:2]), *plainly(FOR[2:], given=["a", "b"]), *plainly(AGAINST, given=["c"])],
        **THREE,
    ),
    "chain in a cluster": written(
        [*plainly(FOR[:1], cluster="k"), *plainly(FOR[1:], cluster="k", given=["a"]), *plainly(AGAINST)],
        clusters=[{"id": "k", "correlation": 0.5}],
        **THREE,
    ),
    "fact": written(
        [on_a_fact("x", 0.8, 0.3), on_a_fact("y", 0.7, 0.4), *plainly(AGAINST), *plainly(FOR[2:])],
        readings=[{"id": "r", "options": {"u": 0.8, "v": 0.2}}],
        **THREE,
    ),
    "event": {
        **fires.with_events(
            [
                fires.report("x"),
                fires.report("y", "t"),
                fires.report("z", "q", says="no"),
                *plainly(AGAINST),
                *plainly(FOR[:1]),
            ],
            [fires.event("fire", {"A": 0.9, "B": 0.2, "C": 0.4}, correlation=0.3)],
            sources=[
                fires.source("s"),
                fires.source("t"),
                fires.source("q", denies={"if_true": 0.05, "if_false": 0.5}),
            ],
            **THREE,
        )
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_fewest_items_are_what_every_set_of_them_says(kind):
    """By going through all sets with plain products: how many, how many ways, which, who leads then."""
    plain = KINDS[kind]
    row = sens.fewest_items_to_flip(compiled(sound(plain))).isel(episode=0)
    every = list(turned(plain))
    assert row["to_tie"].item() == pytest.approx(
        next((n for n, _, tie in every if tie), math.nan), nan_ok=True
    )
    count, sets = next((n, sets) for n, sets, _ in every if sets)
    assert (row["count"].item(), row["n_ties"].item()) == (count, len(sets))
    best = sorted(sets, key=lambda each: (round(sets[each][0], 9), each))
    assert [tuple(each.split()) for each in row["sets"].values if each] == best[:20]
    assert row["items"].item().split() == list(best[0])
    assert row["new_leader"].item() == sets[best[0]][1]
    assert bool(row["is_exact"])
    assert bool(row["n_ties_is_exact"])


def forest(rng, size):
    """Items each given one before it or none, and what they add."""
    given = {n: int(rng.integers(n)) for n in range(1, size) if rng.random() < 0.7}
    return given, rng.normal(size=(size, 2))


@pytest.mark.parametrize("seed", range(4))
def test_chains_leave_the_least_of_every_choice(seed):
    """At most so many removed, each with all below it; and every choice of so many, none below another, that leaves less."""
    given_, gaps = forest(np.random.default_rng(seed), 6)
    names = tuple("abcdef")
    chains = Chains.of(names, gaps, given_)

    def line(n):
        return {n} | (line(given_[n]) if n in given_ else set())

    def left(out):
        return gaps[[n for n in range(6) if not line(n) & set(out)]].sum(axis=0)

    every = {m: list(itertools.combinations(range(6), m)) for m in range(7)}
    for m in (6, 2, 3, 0, 1, 4, 5):
        at_most = [left(out) for k in range(m + 1) for out in every[k]]
        np.testing.assert_allclose(chains.least(m), np.min(at_most, axis=0), atol=1e-12)
    for m in range(4):
        below = np.array([0.5, -0.5])
        got = {frozenset(taken): kept for taken, kept in chains.subsets(m, below)}
        apart = [out for out in every[m] if not any(line(n) & (set(out) - {n}) for n in out)]
        want = {frozenset(names[n] for n in out): left(out) for out in apart if (left(out) < below).any()}
        assert got.keys() >= want.keys()
        for taken, kept in got.items():
            np.testing.assert_allclose(kept, left([names.index(name) for name in taken]), atol=1e-12)
    assert chains.size == 6
    assert chains.finds_least(2)
    assert chains.lists_all(2)


def test_links_that_hang_together_stay_in_their_order():
    """Two clusters, each link in turn, and one link given another of neither."""
    cluster = np.append(np.arange(60) % 2, [-1, -1])
    found = tangles._groups({61: frozenset({60})}, cluster)
    assert sorted(each.tolist() for each in found) == [list(range(0, 60, 2)), list(range(1, 60, 2)), [60, 61]]


def test_a_search_tells_which_episode_it_is_at():
    told = []
    ev = compiled(rich())
    found = sens.fewest_items_to_flip(ev, coder="two", progress=lambda *step: told.append(step))
    assert told == [("e1", 0.0), ("e2", 0.25), ("e3", 0.5), ("e4", 0.75)]
    assert found["leader"].values.tolist() == bt.lead(bt.update(ev, coder="two"))["leader"].values.tolist()
    assert found.sizes["tie"] == 20


@pytest.mark.parametrize(("most", "tried"), [(1, 2), (3, 3), (5, 3), (6, 4), (9, 4), (10, 5)])
def test_of_too_many_sets_those_of_the_strongest_are_tried(monkeypatch, most, tried):
    """Pairs of five items on one fact: 1, 3, 6 and 10 are those of 2, 3, 4 and 5 items."""
    monkeypatch.setattr(tangles, "TRIED", most)
    rows = [on_a_fact(f"x{n}", 0.5 + 0.05 * n, 0.3) for n in range(5)]
    plain = written(rows, readings=[{"id": "r", "options": {"u": 0.8, "v": 0.2}}], **THREE)
    arrays = open_arrays(compiled(sound(plain)))
    (tangle,) = tangles.components(arrays, 0, np.array([1, 2]))
    names = arrays.entry_names[tangle._tried(2)].tolist()
    assert len(names) == tried
    assert tangle.lists_all(2) == tangle.finds_least(2) == (most >= 10)
    if most < 10:  # those first without which the leader loses most
        assert names == [f"x{n}" for n in range(4, 4 - tried, -1)]


def test_coders_who_judged_nothing_together_are_no_source_of_noise():
    """Each of two coders has an item of its own: nothing is known of how far they differ."""
    one = {"low": 0.5, "best": 0.7, "high": 0.9}
    rows = [
        trace("x", codings=[{"values": {"A": one, "B": 0.2}}]),
        trace("y", codings=[{"coder": "second", "values": {"A": 0.4, "B": 0.3}}]),
    ]
    found = sens.global_indices(compiled(sound(written(rows))), n=16)
    assert (found["group"].values.tolist(), found["share"].values.tolist()) == (["x@e1"], [1.0])
