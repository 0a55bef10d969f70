"""One kernel: every question starts from the answer of `update`, whatever a set holds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bayes_trace as bt
from bayes_trace import sensitivity as sens
from bayes_trace.sensitivity.fractional import least_in_cluster
from tests.search import examples
from tests.strategies import build, fractions, set_data, sets


def baselines(ev):
    """What each question says of the evidence as it stands."""
    h = str(ev["hypothesis"].values[0])
    yield (
        "power_scaling",
        sens.power_scaling(ev, component="evidence", alpha=[1.0])["curve"].isel(component=0, alpha=0),
    )
    yield "contamination_bounds", sens.contamination_bounds(ev, epsilon=0.0)["lower"].isel(epsilon=0)
    yield "carriers", sens.carriers(ev)["probability"]
    yield "residual_sweep", sens.residual_sweep(ev, prior=1e-15, delta_db=[0.0])["probability"].isel(delta=0)
    for episode, value in enumerate(ev["prior"].sel(hypothesis=h).values):
        swept = sens.prior_sweep(ev, hypothesis=h, prior=[float(value)]).isel(swept_prior=0)
        yield "prior_sweep", swept.isel(episode=[episode])


@given(sets(max_items=6))
@examples(10)
def test_every_question_starts_from_the_answer_of_update(es):
    ev = bt.compile_evidence(es)
    expected = bt.update(ev, coder=es.base_coder)["probability"]
    for name, got in baselines(ev):
        want = expected.sel(episode=got["episode"].values)
        if "hypothesis" in got.dims:
            own = got.sel(hypothesis=ev["hypothesis"].values).transpose("episode", "hypothesis")
        else:
            own, want = got, want.max("hypothesis")
        np.testing.assert_allclose(own.values, want.values, atol=1e-12, err_msg=name)


@given(set_data(max_items=4), st.data())
@examples(10)
def test_other_priors_are_a_set_written_with_those_priors(data, drawn):
    """Sweep, prior needed, contamination, a scenario, and the set itself agree: readings do not depend on priors."""
    ids = [h["id"] for h in data["hypotheses"]]
    for case in data["cases"]:
        for episode in case["episodes"]:
            episode.pop("prior", None)
    stated = {h["id"]: h["prior"] for h in data["hypotheses"]}
    h = drawn.draw(st.sampled_from(ids))
    value = drawn.draw(fractions)
    other = {k: value if k == h else p * (1 - value) / (1 - stated[h]) for k, p in stated.items()}
    data["scenarios"] = {"sceptic": {"label": "Sceptic", "priors": other}}
    es = build(data)
    written = build(
        {**data, "hypotheses": [{**each, "prior": other[each["id"]]} for each in data["hypotheses"]]}
    )
    want = bt.update(bt.compile_evidence(written), coder=es.base_coder)["probability"].values
    ev = bt.compile_evidence(es)
    changed = bt.compile_evidence(bt.apply_scenario(es, "sceptic"))
    np.testing.assert_allclose(
        bt.update(changed, coder=es.base_coder)["probability"].values, want, atol=1e-12
    )
    swept = sens.prior_sweep(ev, hypothesis=h, prior=[value])
    np.testing.assert_allclose(swept.values[0], want, atol=1e-12)
    needed = sens.prior_needed(bt.compile_evidence(written))["prior_needed"].sel(hypothesis=h)
    np.testing.assert_allclose(
        sens.prior_needed(ev)["prior_needed"].sel(hypothesis=h).values, needed.values, rtol=1e-9
    )


def test_a_reading_does_not_depend_on_the_prior_needed():
    """One plain item of three to one and one with readings: the prior found, written, gives even odds."""
    data = bt.from_table({"plain": {"A": 0.6, "B": 0.2}, "read": {"A": 0.5, "B": 0.5}}).model_dump()
    data["readings"] = [{"id": "r", "options": {"x": 0.6, "y": 0.4}}]
    read = data["cases"][0]["items"][1]
    read["reading"] = "r"
    read["codings"] = [{"readings": {"x": {"A": 0.2, "B": 0.1}, "y": {"A": 0.2, "B": 0.5}}}]
    es = build(data)
    at = float(sens.prior_needed(bt.compile_evidence(es))["prior_needed"].sel(hypothesis="A").item())
    for each, prior in zip(data["hypotheses"], (at, 1 - at), strict=True):
        each["prior"] = prior
    post = bt.update(bt.compile_evidence(build(data)))
    assert post["probability"].sel(hypothesis="A").item() == pytest.approx(0.5, abs=1e-12)


def by_hand(gaps, core, wide, stay, rho):
    """Least over every subset, the effective number by its definition."""
    found = []
    for some in itertools.combinations(range(gaps.size), stay):
        s = list(some)
        spread = core[s] if stay and core[s].max() >= 1e-9 else wide[s]
        endless = np.isinf(spread).sum()
        k = endless or (spread.sum() / spread.max() if stay and spread.max() >= 1e-9 else 1.0)
        found.append(gaps[s].sum() / (1 + (k - 1) * rho))
    return min(found)


members = st.tuples(
    st.integers(-30, 30),
    st.sampled_from([0.0, 0.0, 1.0, 2.0, 5.0, np.inf]),
    st.sampled_from([0.0, 1.0, 4.0, np.inf]),
)


@given(st.lists(members, min_size=1, max_size=7), st.sampled_from([0.2, 0.5, 1.0]), st.data())
@examples(100)
def test_the_least_of_a_cluster_is_what_enumeration_finds(rows, rho, data):
    gaps, core, extra = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    wide = np.maximum(core, extra)
    stay = data.draw(st.integers(0, gaps.size))
    got = least_in_cluster(gaps / 10, (core, wide), stay, rho)
    assert got == pytest.approx(by_hand(gaps / 10, core, wide, stay, rho), abs=1e-12)


def test_a_thousand_items_are_searched_without_recursion(monkeypatch):
    monkeypatch.setattr("bayes_trace.sensitivity.flips.COUNTED", 30)
    rng = np.random.default_rng(3)
    table = {
        f"x{n}": {h: float(p) for h, p in zip("AB", rng.uniform(0.3, 0.7, 2) * (1.0, 0.98), strict=True)}
        for n in range(1000)
    }
    row = sens.fewest_items_to_flip(bt.compile_evidence(bt.from_table(table))).isel(episode=0)
    assert row["count"].item() > 1
    assert len(row["items"].item().split()) == row["count"].item()


def test_reports_of_an_event_are_left_out_one_by_one():
    """Two witnesses to one alarm: without one the event stands on the other; without the event, on nothing."""
    data = bt.from_table({"call": {"A": 0.9, "B": 0.2}}).model_dump()
    base = data["cases"][0]["items"][0]
    data["sources"] = [
        {"id": key, "type": "document", "title": key, "reliability": {"hit": hit, "false_report": 0.05}}
        for key, hit in (("john", 0.9), ("mary", 0.7))
    ]
    data["cases"][0]["items"] = [
        {**base, "id": key, "event": "alarm", "source": {"key": key}, "codings": []}
        for key in ("john", "mary")
    ]
    data["cases"][0]["events"] = [
        {"id": "alarm", "label": "The alarm", "episodes": base["episodes"], "codings": base["codings"]}
    ]
    ev = bt.compile_evidence(build(data))
    left = sens.leave_one_out(ev).sel(hypothesis="A").isel(episode=0)
    p = {h: 0.7 * e + 0.05 * (1 - e) for h, e in (("A", 0.9), ("B", 0.2))}
    assert left.sel(left_out="john").item() == pytest.approx(p["A"] / sum(p.values()))
    assert left.sel(left_out="alarm").item() == pytest.approx(0.5)
    assert set(left["also_removed"].sel(left_out="alarm").item().split()) == {"john@episode", "mary@episode"}


@pytest.mark.parametrize("rho", [0.2, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_the_least_of_a_cluster_where_members_rule_something_out(seed, rho):
    """Infinite spreads count as their number; infinite gaps stay out of the least while anything else is left."""
    rng = np.random.default_rng(seed)
    gaps = rng.integers(-20, 21, 6) / 10
    core = rng.choice([0.0, 1.0, 2.5, np.inf], 6)
    wide = np.maximum(core, rng.choice([0.0, 1.5, np.inf], 6))
    gaps[np.isinf(core) & (rng.random(6) < 0.5)] = np.inf
    for stay in range(7):
        got = least_in_cluster(gaps, (core, wide), stay, rho)
        assert got == pytest.approx(by_hand(gaps, core, wide, stay, rho), abs=1e-12)
