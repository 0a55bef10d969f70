"""Scenarios side by side, the robustness table, and everything in one tree."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given

import bayes_trace as bt
from bayes_trace import sensitivity as sens
from bayes_trace.errors import BayesTraceError, ScenarioError, UnknownNameError
from bayes_trace.evidence import EvidenceSet
from tests.arms import arms_set
from tests.rich import rich
from tests.search import examples
from tests.strategies import build, sets

SETS = Path(__file__).parents[1] / "evidence_sets"


def case(*items, hypotheses="AB", scenarios=None):
    data = {
        "version": 1,
        "id": "s",
        "title": "S",
        "question": "?",
        "base_coder": "me",
        "coders": [{"id": "me"}],
        "hypotheses": [
            {"id": h, "label": h, "statement": h, "prior": 1 / len(hypotheses)} for h in hypotheses
        ],
        "clusters": [{"id": "k", "correlation": 0.0}],
        "cases": [
            {
                "case": "c",
                "label": "c",
                "episodes": [{"id": "e", "label": "e", "outcome": "o"}],
                "items": list(items),
            }
        ],
        "scenarios": scenarios or {},
    }
    return build(data)


def item(name, *values, **more):
    return {
        "id": name,
        "paraphrase": name,
        "episodes": ["e"],
        "codings": [{"values": dict(zip("ABC", values, strict=False))}],
        **more,
    }


SCENARIOS = {
    "clustered": {"label": "Clustered", "correlation": 1.0},
    "without": {"label": "Without the memo", "drop": [{"item": "memo"}]},
    "sceptic": {"label": "A sceptic", "priors": {"A": 0.1, "B": 0.9}},
    "nothing": {"label": "As it is"},
    "halves": {
        "label": "A in two",
        "split": [
            {
                "hypothesis": "A",
                "into": [{"id": n, "label": n, "statement": n, "prior": 0.25} for n in ("A1", "A2")],
            }
        ],
    },
}


def example():
    return case(
        item("memo", 0.8, 0.2, cluster="k"),
        item("note", 0.6, 0.3, cluster="k"),
        item("gap", 0.4, 0.6),
        scenarios=SCENARIOS,
    )


def test_every_scenario_is_the_engine_s_own_answer():
    es = example()
    named = sens.scenarios(es)
    assert named["scenario"].values.tolist() == ["base", *SCENARIOS, "clustered+without"]
    for name in named["scenario"].values:
        changed = es if name == "base" else bt.apply_scenario(es, *str(name).split("+"))
        post = bt.update(bt.compile_evidence(changed))
        got = named.sel(scenario=name, coder="me", episode="e", hypothesis=post["hypothesis"].values)
        np.testing.assert_allclose(got["probability"].values, post["probability"].values[0], atol=1e-12)
        front = bt.lead(post)
        assert got["leader"].item() == front["leader"].item()
        assert got["lead"].item() == pytest.approx(front["lead"].item())
    assert np.isnan(named["probability"].sel(scenario="halves", hypothesis="A")).all()
    assert named["holds"].sel(scenario="sceptic").item() == 0
    # the parts of a split hypothesis count together
    assert named["holds"].sel(scenario="halves").item() == 1
    assert named["base_lead"].sel(scenario="halves").item() == pytest.approx(
        named["lead"].sel(scenario="base").item()
    )


def test_the_difference_adds_up_item_by_item():
    named = sens.scenarios(example()).isel(coder=0, episode=0)
    odds = 10 * np.log10(named["probability"].sel(hypothesis="A") / named["probability"].sel(hypothesis="B"))
    for name in ("clustered", "without", "sceptic", "nothing", "clustered+without"):
        change = named["difference"].sel(scenario=name)
        assert change.sum().item() == pytest.approx(
            (odds.sel(scenario=name) - odds.sel(scenario="base")).item()
        )
    by_item = named["difference"].sel(scenario="without")
    assert by_item.sel(component="memo@e").item() == pytest.approx(-10 * math.log10(4))
    assert by_item.sel(component="prior@e").item() == 0
    assert named["difference"].sel(scenario="sceptic", component="prior@e").item() == pytest.approx(
        -10 * math.log10(9)
    )


@examples(10)
@given(sets(max_items=3), sets(max_items=3))
def test_attribution_sums_to_the_difference_of_the_odds(one, two):
    """Any two sets with common episodes, however different their items are."""
    first, second = bt.compile_evidence(one), bt.compile_evidence(two)
    parts = sens.attribution(first, second, of="A", against="B")
    odds = []
    for ev in (first, second):
        log_p = bt.update(ev, coder=ev.attrs["base_coder"])["log_probability"]
        odds.append((log_p.sel(hypothesis="A") - log_p.sel(hypothesis="B")) * 10 / math.log(10))
    for episode in np.unique(parts["episode"].values):
        got = parts.isel(component=(parts["episode"] == episode).values).sum().item()
        assert got == pytest.approx(
            (odds[1].sel(episode=episode) - odds[0].sel(episode=episode)).item(), abs=1e-9
        )


def test_attribution_needs_something_in_common():
    first = bt.compile_evidence(example())
    second = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    with pytest.raises(BayesTraceError, match="the two sets have no episode in common; nothing to compare"):
        sens.attribution(first, second, of="A", against="B")


def test_scenarios_that_are_not_there_or_do_not_fit():
    es = example()
    with pytest.raises(UnknownNameError, match="no scenario named 'absent'; there are: clustered"):
        sens.scenarios(es, names=["absent"])
    broken = EvidenceSet.model_validate(
        {**es.model_dump(), "scenarios": {"bad": {"label": "Bad", "drop": [{"item": "nowhere"}]}}}
    )
    with pytest.raises(ScenarioError, match="scenario bad: no item or event named 'nowhere'"):
        sens.scenarios(broken)
    assert sens.scenarios(broken, skip_unfit=True).attrs["unfit"] == "bad"


def test_scenarios_show_every_coder_alone_and_tell_how_far_they_are():
    arms = arms_set()
    told = []
    named = sens.scenarios(
        arms, names=["clustered"], episodes=["f5e_1972"], progress=lambda *step: told.append(step)
    )
    assert told == [("base", 0.5), ("clustered", 1.0)]
    for coder in arms.coder_ids:
        post = bt.update(bt.compile_evidence(arms, episodes=["f5e_1972"]), coder=coder)
        np.testing.assert_allclose(
            named["probability"].sel(scenario="base", coder=coder).values,
            post["probability"].values,
            atol=1e-12,
        )


def test_scenarios_of_some_episodes_are_those_episodes_alone():
    named = sens.scenarios(rich(), episodes=["e3", "e2"])
    assert named["episode"].values.tolist() == ["e2", "e3"]
    assert named["coder"].values.tolist() == ["one", "two"]
    assert named["scenario"].values.tolist() == ["base"]
    assert named["hypothesis"].values.tolist() == ["A", "B", "C", "A+B"]


# --- robustness ------------------------------------------------------------------------------


def test_an_answer_is_lost_first_by_its_weakest_measures():
    strong = case(*(item(f"x{n}", 0.8, 0.2) for n in range(6)))
    table = sens.robustness(bt.compile_evidence(strong)).sel(episode="e")
    assert table["because"].item() == ""
    weak = case(*(item(f"x{n}", 0.8, 0.2) for n in range(2)))
    table = sens.robustness(bt.compile_evidence(weak)).sel(episode="e")
    assert table["because"].item() == "items_to_tie"
    rule = [sens.Criterion("lead", enough=20.0, little=15.0)]
    assert sens.robustness(bt.compile_evidence(weak), rule=rule)["because"].item() == "lead"
    assert sens.robustness(bt.compile_evidence(weak), rule=[])["because"].item() == ""


def test_only_scenarios_that_touch_the_episode_count_and_the_smallest_lead_is_named():
    es = example()
    named = sens.scenarios(es)
    table = sens.robustness(bt.compile_evidence(es), scenarios=named).sel(episode="e")
    assert named["changes"].sel(scenario="nothing").item() == 0
    assert table["scenarios_tried"].item() == 5
    leads = named["base_lead"].isel(coder=0, episode=0, scenario=slice(1, None))
    assert table["scenario_lead"].item() == leads.min().item() < 0
    assert table["scenario_least"].item() == "sceptic"
    assert "scenario_lead" in table["because"].item().split()
    assert math.isnan(table["preferred_lead"].item())


def test_the_preferred_scenarios_are_always_looked_at_together():
    data = {**example().model_dump(), "preferred": ["without", "sceptic"]}
    es = EvidenceSet.model_validate(data)
    named = sens.scenarios(es)
    assert named.attrs["preferred"] == "without+sceptic"
    table = sens.robustness(bt.compile_evidence(es), scenarios=named).sel(episode="e")
    post = bt.update(bt.compile_evidence(bt.apply_scenario(es, "without", "sceptic")))
    log_p = post["log_probability"].values[0]
    assert table["preferred_lead"].item() == pytest.approx((log_p[0] - log_p[1]) * 10 / math.log(10))


def test_a_hypothesis_that_a_scenario_drops_is_no_lost_lead():
    drops = {"dropped": {"label": "Dropped", "drop_hypotheses": ["A"]}}
    es = case(item("memo", 0.8, 0.2, 0.1), hypotheses="ABC", scenarios=drops)
    named = sens.scenarios(es)
    assert math.isnan(named["base_lead"].sel(scenario="dropped").item())
    leads = sens.scenario_leads(bt.compile_evidence(es), named)
    assert (leads["n"].item(), leads["scenario"].item()) == (0, "")


def test_a_lead_below_a_decibel_is_practically_level_and_ties_are_named():
    near = sens.robustness(bt.compile_evidence(case(item("memo", 0.5, 0.45)))).sel(episode="e")
    assert near["level"].item() == ""
    tie = sens.robustness(bt.compile_evidence(case(item("memo", 0.5, 0.5)))).sel(episode="e")
    assert (tie["level"].item(), tie["lead"].item()) == ("A B", 0.0)
    assert tie["carried_by"].item() == ""


def test_carriers_are_two_lists_and_the_prior_is_named_where_it_carries():
    carried = sens.carriers(bt.compile_evidence(example())).isel(episode=0)
    assert carried["speaks_for"].item() == "memo note"
    assert carried["speaks_against"].item() == "gap"
    assert carried["carried_by"].item() == "evidence"
    assert carried["prior_db"].item() + carried["weight"].sum().item() == pytest.approx(
        carried["lead"].item()
    )
    es = bt.from_table({"memo": {"A": 0.3, "B": 0.6}}, priors={"A": 0.9, "B": 0.1})
    carried = sens.carriers(bt.compile_evidence(es)).isel(episode=0)
    assert (carried["leader"].item(), carried["carried_by"].item()) == ("A", "prior")
    assert (carried["speaks_for"].item(), carried["speaks_against"].item()) == ("", "memo")


def test_other_coders_count_where_they_have_coded():
    data = case(item("memo", 0.8, 0.2), item("note", 0.6, 0.3)).model_dump()
    data["coders"] = [*data["coders"], {"id": "you"}, {"id": "nobody"}]
    first = data["cases"][0]["items"][0]
    first["codings"] = [*first["codings"], {"coder": "you", "values": {"A": 0.4, "B": 0.5}}]
    ev = bt.compile_evidence(build(data))
    leads = sens.coder_leads(ev).isel(episode=0)
    assert (leads["n"].item(), leads["coder_least"].item()) == (1, "you")
    assert leads["least"].item() == pytest.approx(10 * math.log10(0.8))
    with pytest.raises(BayesTraceError, match="coder nobody has coded nothing in e; choose another"):
        sens.leave_one_out(ev, coder="nobody")
    assert sens.scenarios(build(data))["coder"].values.tolist() == ["me", "you"]
    pooled = sens.pool(ev).isel(episode=0)
    assert pooled["n_coded"].values.tolist() == [2, 1, 0]
    assert np.isnan(pooled["by_coder"].sel(coder="nobody")).all()


def test_a_question_is_one_file_that_registers_itself():
    from bayes_trace.sensitivity import registry as module

    before = dict(module._REGISTERED)
    measure = sens.Measure(
        {"n_links": "n"}, "count", question="How many links", column="Links", legend="of it"
    )
    question = sens.Question(
        "counting",
        lambda asked: xr.Dataset({"n": ("episode", np.array([float(asked.arrays.structure.n_links)]))}),
        place=200,
        measures=(measure,),
    )
    try:
        sens.register(question)
        tree = sens.survey(example())
        assert tree["robustness"]["n_links"].values.tolist() == [3.0]
        assert "counting" in tree.children
    finally:
        module._REGISTERED.clear()
        module._REGISTERED.update(before)


def test_the_rule_reads_both_ways_and_a_missing_measure_is_no_weakness():
    low = sens.Criterion("prior_needed", enough=0.1, little=0.25, higher_is_better=False)
    assert [low.shortfall(value) for value in (0.05, 0.1, 0.2, 0.5, math.nan)] == [0, 0, 1, 2, 0]
    names = [each.measure for each in sens.rule()]
    assert names == list(dict.fromkeys(names))
    assert set(names) <= {measure.name for measure in sens.measures()}


def test_the_table_is_what_each_function_says():
    es = arms_set()
    ev = bt.compile_evidence(es)
    table = sens.robustness(ev)
    e = {"episode": "f5e_1972"}
    leader = table["leader"].sel(e).item()
    assert table["prior_needed"].sel(e) == sens.prior_needed(ev)["prior_needed"].sel(e).sel(hypothesis=leader)
    assert table["search_bias"].sel(e) == sens.search_bias(ev)["smallest"].sel(e)
    assert table["least"].sel(e) == sens.interval_bounds(ev)["lower"].sel(e).sel(hypothesis=leader)
    assert table["items_to_turn"].sel(e) == sens.recoding(ev)["count"].sel(e)


# --- everything ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tree():
    return sens.survey(arms_set(), episodes=["f5e_1972", "f104_1961"])


@pytest.mark.deep
def test_a_survey_survives_netcdf(tree, tmp_path):
    tree.to_netcdf(tmp_path / "all.nc", engine="h5netcdf")
    with xr.open_datatree(tmp_path / "all.nc", engine="h5netcdf") as stored:
        assert {node.path for node in stored.leaves} == {node.path for node in tree.leaves}
        for node in tree.leaves:
            for name, values in node.data_vars.items():
                other = stored[node.path][name]
                if values.dtype.kind in "fi":
                    np.testing.assert_allclose(other.values, values.values)
                else:
                    assert other.values.astype(str).tolist() == values.values.astype(str).tolist()
        assert stored.attrs["coder"] == "reader_a"


def test_every_variable_of_a_survey_is_in_one_table(tree):
    tables = sens.to_tables(tree)
    for node in tree.leaves:
        for name in node.data_vars:
            holding = [
                t
                for t, frame in tables.items()
                if t.startswith(node.path.strip("/").replace("/", "_")) and name in frame
            ]
            assert holding, (node.path, name)
    assert "leave_one_out_item" in tables
    assert tables["robustness"]["episode"].tolist() == ["f5e_1972", "f104_1961"]
    one_way = tables["one_way"]
    assert len(one_way) == tree["one_way"]["probability"].size


def test_attributes_are_words_or_numbers(tree):
    for node in tree.subtree:
        held = [node, *node.data_vars.values(), *node.coords.values()]
        for each in held:
            assert all(isinstance(value, (str, int, float)) for value in each.attrs.values())


def test_decisive_zeros_go_through_everything():
    """Two items that rule rivals out, a third that leaves one of them in place."""
    memo = {"A": {"low": 0.1, "best": 0.3, "high": 0.5}, "B": 0.8, "C": 0.7, "D": 0.6}
    table = {
        "k1": {"A": 0.5, "B": 0.0, "C": 0.2, "D": 0.0},
        "k2": {"A": 0.4, "B": 0.0, "C": 0.0, "D": 0.3},
        "memo": memo,
    }
    tree = sens.survey(bt.from_table(table))
    row = tree["robustness"].to_dataset().isel(episode=0)
    assert (row["leader"].item(), row["probability"].item(), row["lead"].item()) == ("A", 1.0, math.inf)
    assert row["items_to_flip"].item() in ("k1", "k2")  # without one of them a rival has more of the memo
    tip = tree["tipping_points"].to_dataset()["tipping_db"]
    assert tip.sel(link="k1@episode", rival="B").item() == -math.inf  # k2 rules it out as well
    assert math.isfinite(tip.sel(link="k2@episode", rival="C").item())
    assert np.isfinite(tree["prior_needed"]["skeptical"].values).all()
    assert np.isfinite(tree["interval_bounds"]["lower"].values).all()


def test_a_survey_on_top_of_a_scenario_leaves_out_what_does_not_fit():
    arms = bt.apply_scenario(arms_set(), "adversary_audience")
    told = []
    tree = sens.survey(arms, episodes=["f5e_1972"], progress=lambda what, done: told.append(done))
    assert tree.attrs["scenario"] == "adversary_audience"
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_survey_of_a_small_set_holds_every_question_in_its_place():
    """Groupings that the set does not know are passed over; scenarios take half of the way."""
    told = []
    es = example()
    tree = sens.survey(es, seed=5, progress=lambda what, done: told.append((what, done)))
    names = [node.path.strip("/") for node in tree.leaves]
    assert names[0] == "scenarios"
    assert sorted(names) == sorted(
        [
            "scenarios",
            "robustness",
            "carriers",
            "leave_one_out/item",
            "leave_one_out/cluster",
            "fewest_items_to_flip",
            "recoding",
            "breakdown",
            "prior_needed",
            "dependence/cluster",
            "dependence/all",
            "dependence/source",
            "search_bias",
            "interval_bounds",
            "contamination_bounds",
            "scenario_leads",
            "coder_leads",
            "one_way",
            "tipping_points",
            "global_indices",
            "pool",
            "power_scaling",
            "prior_sweep",
            "residual_sweep",
        ]
    )
    assert told[0] == ("base", 0.5 / 7)
    assert [done for _, done in told[:7]] == pytest.approx([n / 14 for n in range(1, 8)])
    assert told[7][0] == "carriers"
    assert [done for _, done in told[7:-1]] == pytest.approx([0.5 + n / 44 for n in range(1, 23)])
    assert told[-1] == ("", 1.0)
    assert tree.attrs == {
        "evidence_set": "s",
        "title": "S",
        "digest": es.digest,
        "scenario": "base",
        "coder": "me",
    }
    assert tree["global_indices"].attrs["seed"] == 5
    assert tree["breakdown"].attrs["threshold"] == 0.5
    assert tree["contamination_bounds"]["epsilon"].values.tolist() == [0.05, 0.1, 0.2]
    assert [tree[f"dependence/{by}"].attrs["by"] for by in ("cluster", "all", "source")] == [
        "cluster",
        "all",
        "source",
    ]
    assert tree["scenario_leads"]["n"].item() == 5
    assert tree["coder_leads"]["n"].item() == 0
    # files hold no truth values
    assert tree["carriers"]["practically_level"].dtype == np.int8
    assert tree["carriers"]["is_aggregate"].dtype == np.int8
    assert tree["leave_one_out/item"]["probability"].attrs["units"] == "1"
    assert tree["leave_one_out/item"].attrs["by"] == "item"


def test_tables_of_a_survey_have_a_row_for_each_place():
    tree = sens.survey(example(), episodes=["e"])
    tables = sens.to_tables(tree)
    columns = tables["leave_one_out_item"].columns.tolist()
    assert columns[:3] == ["left_out", "episode", "hypothesis"]
    assert sorted(columns[3:-1]) == ["also_removed", "case", "date", "reweighted", "title"]
    assert columns[-1] == "probability"
    assert len(tables["leave_one_out_item"]) == 3 * 2
    assert tables["prior_needed"].columns.tolist()[:2] == ["episode", "hypothesis"]
    assert {name for name in tables if name.startswith("scenarios")} == {
        "scenarios",
        "scenarios_leader",
        "scenarios_difference",
    }
    assert tables["scenarios_difference"].columns.tolist()[-1] == "difference"
    assert {name for name in tables if name.startswith("breakdown")} == {"breakdown", "breakdown_rival_lower"}
