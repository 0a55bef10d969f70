"""Named changes of assumptions: what each does, in which order, and what it refuses."""

from __future__ import annotations

import copy

import pytest

import bayes_trace as bt
from bayes_trace import ScenarioError, UnknownNameError
from tests.build import data, item, problems, sound


def belief(es, episode="e1"):
    """Posterior of the base coder by hypothesis."""
    post = bt.update(bt.compile_evidence(es), coder=es.base_coder).probability.sel(episode=episode)
    return dict(zip(post["hypothesis"].values.tolist(), post.values.tolist(), strict=True))


def rows(es, name, *, coder=None):
    """Best values of one item: (episodes, {hypothesis: best}) of every coding of a coder."""
    return [
        (coding.episodes, {h: v.best for h, v in coding.values.items()})
        for coding in es.items[name].codings
        if coding.coder == coder
    ]


def links(es):
    return bt.compile_evidence(es)["link"].values.tolist()


def with_scenarios(items, scenarios, /, **more):
    """A sound set with scenarios; a label need not be given."""
    named = {name: {"label": name, **each} for name, each in scenarios.items()}
    return sound(data(items, scenarios=named, **more))


def applied(items, scenario, /, **more):
    """The set after one scenario, called ``s``."""
    es = with_scenarios(items, {"s": scenario}, **more)
    before = copy.deepcopy(es)
    changed = bt.apply_scenario(es, "s")
    assert es == before  # the original is never touched
    assert es.digest == before.digest
    assert changed.applied == ("s",)
    return changed


def refused(items, scenario, message, /, **more):
    with pytest.raises(ScenarioError, match=message):
        applied(items, scenario, **more)


X, Y = item("x", {"A": 0.8, "B": 0.2}), item("y", {"A": 0.3, "B": 0.6}, episodes=["e1"])
TWO = ("e1", "e2")
WIDE = item("x", {"A": 0.8, "B": 0.2}, episodes=list(TWO))


# --- drop --------------------------------------------------------------------------------


def test_a_dropped_item_is_gone_and_remembered():
    es = applied([X, Y], {"drop": [{"item": "x", "reason": "forged"}]})
    assert list(es.items) == ["y"]
    assert es.set_aside == ("x",)
    assert belief(es) == pytest.approx({"A": 1 / 3, "B": 2 / 3}, abs=1e-12)


def test_an_item_may_be_dropped_in_one_episode():
    es = applied([WIDE], {"drop": [{"item": "x", "episodes": ["e1"]}]}, episodes=TWO)
    assert links(es) == ["x@e2"]
    assert belief(es, "e1") == pytest.approx({"A": 0.5, "B": 0.5})
    assert belief(es, "e2") == pytest.approx({"A": 0.8, "B": 0.2})


def test_dropping_an_item_in_one_episode_keeps_what_its_coders_say_of_the_other():
    codings = [
        {"episodes": ["e1"], "values": {"A": 0.8, "B": 0.2}},
        {"episodes": ["e2"], "values": {"A": 0.1, "B": 0.4}},
        {"coder": "second", "values": {"A": 0.5, "B": 0.1}},
    ]
    x = item("x", codings=codings, episodes=list(TWO))
    es = applied([x], {"drop": [{"item": "x", "episodes": ["e1"]}]}, episodes=TWO)
    assert rows(es, "x") == [(("e2",), {"A": 0.1, "B": 0.4})]
    assert rows(es, "x", coder="second") == [(("e2",), {"A": 0.5, "B": 0.1})]


def test_what_was_coded_given_a_dropped_item_goes_with_it():
    items = [
        X,
        item("y", {"A": 0.3, "B": 0.6}, given=["x"]),
        item("z", {"A": 0.3, "B": 0.6}, given=["y"]),
        item("w", {"A": 0.5, "B": 0.1}),
    ]
    es = applied(items, {"drop": [{"item": "x", "with_dependants": True}]})
    assert list(es.items) == ["w"]
    assert set(es.set_aside) == {"x", "y", "z"}


def test_dependants_go_only_where_the_item_goes():
    y = item("y", {"A": 0.3, "B": 0.6}, given=["x"], episodes=list(TWO))
    es = applied(
        [WIDE, y], {"drop": [{"item": "x", "episodes": ["e1"], "with_dependants": True}]}, episodes=TWO
    )
    assert links(es) == ["x@e2", "y@e2"]


def test_keeping_what_was_coded_given_a_dropped_item_is_refused():
    items = [X, item("y", {"A": 0.3, "B": 0.6}, given=["x"])]
    refused(
        items,
        {"drop": [{"item": "x"}]},
        r"items.y.given: is coded given x, which is dropped; drop it too \(with_dependants: true\) or recode it",
    )


def test_keeping_what_was_coded_given_an_item_dropped_in_one_episode_is_refused():
    items = [WIDE, item("y", {"A": 0.3, "B": 0.6}, given=["x"], episodes=list(TWO))]
    refused(items, {"drop": [{"item": "x", "episodes": ["e1"]}]}, "coded given x", episodes=TWO)


def test_dropping_a_package_drops_its_members():
    items = [X, item("p", {"A": 0.3, "B": 0.6}, package=["m"]), item("m")]
    es = applied(items, {"drop": [{"item": "p"}]})
    assert list(es.items) == ["x"]


def test_a_reading_of_the_mechanism_may_rest_on_a_member_of_a_package_that_is_dropped():
    items = [X, item("p", {"A": 0.3, "B": 0.6}, package=["m"]), item("m")]
    plain = data(items, scenarios={"s": {"label": "s", "drop": ["p"]}})
    plain["cases"][0]["episodes"][0]["reply"] = {"kind": "facts", "items": ["m"]}
    assert list(bt.apply_scenario(sound(plain), "s").items) == ["x"]


def test_items_that_restate_are_dropped_by_name():
    """By their own mark and by their implication's; an item without codings stays as background."""
    items = [
        item("own", {"A": 0.8, "B": 0.2}, restates=["outcome"]),
        item("by_book", {"A": 0.8, "B": 0.2}, implications=["M1"]),
        item("other", {"A": 0.8, "B": 0.2}, restates=["loyalty"]),
        item("background", not_coded="context", restates=["outcome"]),
    ]
    es = applied(
        items,
        {"drop_restating": ["outcome"]},
        codebook=[{"id": "M1", "text": "Arms are sent", "restates": ["outcome"]}],
        conditions={"loyalty": "past conduct"},
    )
    assert list(es.items) == ["other", "background"]
    assert set(es.set_aside) == {"own", "by_book"}


def test_members_of_a_cluster_weigh_more_when_one_is_dropped():
    pair = [item(name, {"A": 0.8, "B": 0.2}, cluster="k") for name in "xy"]
    es = applied(pair, {"drop": [{"item": "y"}]}, clusters=[{"id": "k", "correlation": 0.5}])
    assert bt.compile_evidence(es)["kappa"].values[0].tolist() == [1.0]


# --- change ------------------------------------------------------------------------------


def test_a_change_keeps_the_hypotheses_that_it_does_not_name():
    es = applied(
        [X], {"change": [{"item": "x", "coding": {"values": {"B": 0.4}, "reason": "second thoughts"}}]}
    )
    assert rows(es, "x") == [(("e1",), {"A": 0.8, "B": 0.4})]
    assert es.items["x"].codings[0].reason == "second thoughts"


def test_a_change_may_be_of_one_episode():
    es = applied(
        [WIDE],
        {"change": [{"item": "x", "coding": {"episodes": ["e2"], "values": {"A": 0.2}}}]},
        episodes=TWO,
    )
    assert belief(es, "e1")["A"] == pytest.approx(0.8)
    assert belief(es, "e2")["A"] == pytest.approx(0.5)


def test_a_change_is_of_one_coder():
    codings = [{"values": {"A": 0.8, "B": 0.2}}, {"coder": "second", "values": {"A": 0.6, "B": 0.3}}]
    scenario = {"change": [{"item": "x", "coding": {"coder": "second", "values": {"A": 0.1}}}]}
    es = applied([item("x", codings=codings)], scenario)
    assert rows(es, "x") == [((), {"A": 0.8, "B": 0.2})]
    assert rows(es, "x", coder="second") == [(("e1",), {"A": 0.1, "B": 0.3})]


def test_a_change_of_every_value_may_change_the_unit():
    scenario = {"change": [{"item": "x", "coding": {"unit": "db", "values": {"A": -10.0, "B": -20.0}}}]}
    assert belief(applied([X], scenario))["A"] == pytest.approx(10 / 11)


def test_a_change_of_one_value_keeps_the_unit():
    refused(
        [X],
        {"change": [{"item": "x", "coding": {"unit": "db", "values": {"A": -3.0}}}]},
        "scenario s: the change is in db, the coding in probability; recode every hypothesis or keep the unit",
    )


READ = {"u": {"A": 0.8, "B": 0.2}, "v": {"A": 0.2, "B": 0.4}}
FACT = [{"id": "r", "options": {"u": 0.5, "v": 0.5}}]


def test_a_plain_value_holds_under_every_reading():
    x = item("x", codings=[{"readings": READ}], reading="r")
    es = applied([x], {"change": [{"item": "x", "coding": {"values": {"B": 0.1}}}]}, readings=FACT)
    options = es.items["x"].codings[0].readings
    assert {o: {h: v.best for h, v in row.items()} for o, row in options.items()} == {
        "u": {"A": 0.8, "B": 0.1},
        "v": {"A": 0.2, "B": 0.1},
    }


def test_a_plain_value_of_another_unit_is_refused_under_readings_too():
    """-3 dB of probability must not become a ratio of -3 dB."""
    codings = [{"unit": "ratio_db", "reference": "A", "readings": {"u": {"B": -10.0}, "v": {"B": 3.0}}}]
    refused(
        [item("x", codings=codings, reading="r")],
        {"change": [{"item": "x", "coding": {"unit": "db", "values": {"B": -3.0}}}]},
        "the change is in db, the coding in ratio_db",
        readings=FACT,
    )


def test_an_item_may_gain_a_reading():
    scenario = {
        "add_readings": {"who": {"u": 0.25, "v": 0.75}},
        "change": [{"item": "x", "reading": "who", "coding": {"readings": READ}}],
    }
    assert belief(applied([X], scenario))["A"] == pytest.approx(0.25 * 0.8 + 0.75 / 3)


ADDS = {"add_items": {"case": [item("z", {"A": 0.5, "B": 0.25}, episodes=["e1"])]}}
REST = {
    "add_hypotheses": [{"id": "C", "label": "C", "statement": "C", "prior": 0.2, "residual": True}],
    "change": [
        {"item": name, "coding": {"values": {"C": p}}} for name, p in (("x", 0.4), ("y", 0.3), ("z", 0.1))
    ],
}


def test_a_change_waits_for_the_item_that_another_scenario_adds():
    es = with_scenarios([X, Y], {"adds": ADDS, "rest": REST})
    alone, first, last = (
        belief(bt.apply_scenario(es, *names)) for names in (["rest"], ["rest", "adds"], ["adds", "rest"])
    )
    # .4 .3 .1 of the prior by hand: .8 .3 .5 of .4, .2 .6 .25 of .4, .4 .3 .1 of .2
    total = 0.4 * 0.8 * 0.3 * 0.5 + 0.4 * 0.2 * 0.6 * 0.25 + 0.2 * 0.4 * 0.3 * 0.1
    assert first["C"] == pytest.approx(0.2 * 0.4 * 0.3 * 0.1 / total)
    assert first == pytest.approx(last)
    assert alone["C"] > first["C"]


def test_a_change_of_what_nothing_adds_is_refused():
    found = problems([X, Y], scenarios={"rest": {"label": "Rest", **REST}})
    assert found == ["scenarios.rest.change: no item or event 'z'; expected one of: x, y"]


def test_an_item_may_be_re_dated_and_turned():
    scenario = {
        "change": [
            {
                "item": "x",
                "date": "1970-10",
                "retrospective": True,
                "author": "an envoy",
                "speaker": "a minister",
            },
            {"item": "y", "found": "absent", "detection": 0.5},
        ]
    }
    es = applied([X, Y], scenario)
    x = es.items["x"]
    assert (x.date, x.retrospective, x.author, x.speaker) == ("1970-10", True, "an envoy", "a minister")
    assert belief(es)["A"] == pytest.approx(0.8 * 0.85 / (0.8 * 0.85 + 0.2 * 0.7))


def test_an_item_may_move_to_another_episode():
    es = applied([X], {"change": [{"item": "x", "episodes": ["e2"]}]}, episodes=TWO)
    assert links(es) == ["x@e2"]


def test_an_item_that_moves_may_be_coded_anew():
    scenario = {
        "change": [
            {"item": "x", "episodes": ["e2"], "coding": {"episodes": ["e2"], "values": {"A": 0.5, "B": 0.5}}}
        ]
    }
    codings = [{"episodes": ["e1"], "values": {"A": 0.8, "B": 0.2}}]
    es = applied([item("x", codings=codings)], scenario, episodes=TWO)
    assert links(es) == ["x@e2"]
    assert belief(es, "e2")["A"] == pytest.approx(0.5)


def test_an_item_that_leaves_one_episode_keeps_its_coding_in_the_other():
    codings = [{"episodes": list(TWO), "values": {"A": 0.8, "B": 0.2}}]
    x = item("x", codings=codings, episodes=list(TWO))
    es = applied([x], {"change": [{"item": "x", "episodes": ["e1"]}]}, episodes=TWO)
    assert links(es) == ["x@e1"]
    assert belief(es)["A"] == pytest.approx(0.8)


def test_an_uncoded_item_may_be_coded():
    """Its reason for having no coding falls away."""
    items = [X, item("y", not_coded="context only")]
    es = applied(items, {"change": [{"item": "y", "coding": {"values": {"A": 0.1, "B": 0.9}}}]})
    assert belief(es)["A"] == pytest.approx(4 / 13)


def test_a_recoding_passes_over_what_an_earlier_scenario_dropped():
    """An item set aside in the episode it was coded for is not coded again for another, nor half coded."""
    x = item("x", codings=[{"episodes": ["e1"], "values": {"A": 0.8, "B": 0.2}}], episodes=list(TWO))
    scenarios = {
        "strict": {"drop": [{"item": "x", "episodes": ["e1"]}]},
        "open": {
            "add_hypotheses": [part("C", 0.2)],
            "change": [{"item": n, "coding": {"values": {"C": 0.5}}} for n in "xy"],
        },
    }
    es = with_scenarios([x, Y], scenarios, episodes=TWO)
    assert links(bt.apply_scenario(es, "open")) == ["x@e1", "y@e1"]
    assert links(bt.apply_scenario(es, "strict", "open")) == ["y@e1"]


def test_a_change_keeps_reasons_by_hypothesis_up_to_date():
    x = item("x", codings=[{"values": {"A": 0.8, "B": 0.2}, "cell_reasons": {"A": "old", "B": "kept"}}])
    es = applied(
        [x], {"change": [{"item": "x", "coding": {"values": {"A": 0.5}, "cell_reasons": {"A": "new"}}}]}
    )
    assert es.items["x"].codings[0].cell_reasons["A"] == "new"


def test_a_change_may_put_an_item_into_a_cluster():
    items = [item("x", {"A": 0.8, "B": 0.2}, cluster="k"), item("y", {"A": 0.8, "B": 0.2})]
    scenario = {"change": [{"item": "y", "cluster": "k"}]}
    es = applied(items, scenario, clusters=[{"id": "k", "correlation": 1.0}])
    assert belief(es)["A"] == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        (
            {"change": [{"item": "x", "coding": {"values": {"A": 1.5}}}]},
            "1.5, expected a probability from 0 to 1",
        ),
        (
            {"change": [{"item": "x", "coding": {"values": {"Z": 0.5}}}]},
            "no hypothesis 'Z'; expected one of: A, B",
        ),
        ({"change": [{"item": "x", "reading": "r"}]}, "no reading 'r'; expected one of: none declared"),
        ({"change": [{"item": "x", "found": "absent"}]}, "detection: missing for an absent item"),
        ({"change": [{"item": "x", "episodes": ["e9"]}]}, "no episode 'e9'; expected one of: e1"),
        ({"change": [{"item": "x", "cluster": "k"}]}, "no cluster 'k'; expected one of: none declared"),
    ],
)
def test_a_change_that_leaves_the_set_unsound_lists_its_problems(scenario, message):
    refused([X, Y], scenario, rf"scenario s: \d problem(s?)\n(.*\n)*.*{message}")


# --- what is added -----------------------------------------------------------------------


def test_items_are_added_to_a_case():
    es = applied([X], {"add_items": {"case": [Y]}})
    assert list(es.items) == ["x", "y"]
    assert belief(es)["A"] == pytest.approx(2 / 3)


def test_added_items_may_be_changed_and_dropped_by_the_same_scenario():
    scenario = {
        "add_items": {"case": [Y, item("z", {"A": 0.5, "B": 0.1}, episodes=["e1"])]},
        "change": [{"item": "y", "coding": {"values": {"A": 0.6}}}],
        "drop": [{"item": "z"}],
    }
    assert belief(applied([X], scenario))["A"] == pytest.approx(0.8)


def test_an_added_item_with_the_id_of_another_is_refused():
    refused([X], {"add_items": {"case": [X]}}, "items.x: the id occurs 2 times; ids must be unique")


def test_a_reading_is_fixed():
    x = item("x", codings=[{"readings": READ}], reading="r")
    assert belief(applied([x], {"fix_readings": {"r": "u"}}, readings=FACT))["A"] == pytest.approx(0.8)
    assert belief(applied([x], {"fix_readings": {"r": "v"}}, readings=FACT))["A"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("wrong", [{"q": "u"}, {"r": "w"}], ids=["reading", "option"])
def test_only_what_was_declared_can_be_fixed(wrong):
    x = item("x", codings=[{"readings": READ}], reading="r")
    refused(
        [x],
        {"fix_readings": wrong},
        r"scenario s: fix_readings \w: \w: no such reading or option; there are: r",
        readings=FACT,
    )


def test_correlations_of_some_and_of_all_clusters():
    items = [
        item(name, {"A": 0.8, "B": 0.2}, cluster=k)
        for name, k in (("x", "k"), ("y", "k"), ("v", "q"), ("w", "q"))
    ]
    clusters = [{"id": "k", "correlation": 0.0}, {"id": "q", "correlation": 0.0}]
    es = applied(items, {"correlations": {"k": 1.0}, "correlation": 0.5}, clusters=clusters)
    assert bt.compile_evidence(es)["kappa"].values[0].tolist() == pytest.approx([1 / 2, 1 / 2, 2 / 3, 2 / 3])
    es = applied(items, {"correlations": {"k": {"low": 0.2, "best": 1 / 3, "high": 0.6}}}, clusters=clusters)
    assert bt.compile_evidence(es)["kappa"].values[0].tolist() == pytest.approx([3 / 4, 3 / 4, 1, 1])


# --- priors and hypotheses ---------------------------------------------------------------


def test_priors_are_replaced():
    assert belief(applied([X], {"priors": {"A": 0.1, "B": 0.9}}))["A"] == pytest.approx(4 / 13)


def test_priors_name_every_hypothesis():
    refused([X], {"priors": {"A": 0.1}}, "scenario s: priors for A; expected all of A, B")
    refused([X], {"priors": {"A": 0.1, "B": 0.8}}, "priors sum to 0.9, expected 1")


def part(name, prior, **more):
    return {"id": name, "label": name, "statement": name, "prior": prior, **more}


def test_a_split_shares_the_prior_of_the_whole():
    scenario = {"split": [{"hypothesis": "A", "into": [part("A1", 0.1), part("A2", 0.4)]}]}
    es = applied([X], scenario)
    assert es.hypothesis_ids == ("A1", "A2", "B")
    assert belief(es) == pytest.approx({"A1": 0.16, "A2": 0.64, "B": 0.2}, abs=1e-12)


def test_a_split_keeps_the_shares_where_an_episode_has_its_own_prior():
    plain = data(
        [X],
        scenarios={
            "s": {"label": "s", "split": [{"hypothesis": "A", "into": [part("A1", 0.1), part("A2", 0.4)]}]}
        },
    )
    plain["cases"][0]["episodes"][0]["prior"] = {"A": 0.2, "B": 0.8}
    es = bt.apply_scenario(sound(plain), "s")
    assert es.prior("e1") == pytest.approx({"A1": 0.04, "A2": 0.16, "B": 0.8}, abs=1e-12)


def test_a_split_reaches_everything_that_names_the_whole():
    """Ratios against it, detections, reliabilities and steps by hypothesis."""
    items = [
        item("ratio", codings=[{"unit": "ratio_db", "reference": "A", "values": {"B": 3.0}}]),
        item("silent", {"A": 0.8, "B": 0.2}, found="absent", detection_by_hypothesis={"A": 0.9, "B": 0.5}),
        item("told", {"A": 0.8, "B": 0.2}, source={"key": "s"}, step="motive"),
    ]
    own = {"hit": 0.9, "false_report": 0.1, "by_hypothesis": {"A": {"hit": 0.6, "false_report": 0.3}}}
    plain = data(
        items,
        sources=[{"id": "s", "type": "document", "reliability": own}],
        scenarios={
            "s": {"label": "s", "split": [{"hypothesis": "A", "into": [part("A1", 0.1), part("A2", 0.4)]}]}
        },
    )
    plain["hypotheses"][0]["steps"] = ["motive"]
    es = sound(plain)
    before, after = belief(es), belief(bt.apply_scenario(es, "s"))
    assert after == pytest.approx(
        {"A1": before["A"] / 5, "A2": before["A"] * 4 / 5, "B": before["B"]}, abs=1e-12
    )


def test_the_parts_of_a_split_may_be_told_apart():
    scenario = {
        "split": [{"hypothesis": "A", "into": [part("A1", 0.25), part("A2", 0.25)]}],
        "change": [{"item": "x", "coding": {"values": {"A2": 0.2}}}],
    }
    post = belief(applied([X], scenario))
    weights = {"A1": 0.25 * 0.8, "A2": 0.25 * 0.2, "B": 0.5 * 0.2}
    assert post == pytest.approx({h: w / sum(weights.values()) for h, w in weights.items()}, abs=1e-12)


def test_the_parts_of_a_split_must_have_its_prior():
    refused(
        [X],
        {"split": [{"hypothesis": "A", "into": [part("A1", 0.3), part("A2", 0.4)]}]},
        "scenario s: the parts of A have priors that sum to 0.7, expected 0.5; a split shares the prior of the whole",
    )


def test_an_added_hypothesis_takes_from_the_others_in_proportion():
    scenario = {
        "add_hypotheses": [part("C", 0.2, residual=True)],
        "change": [{"item": "x", "coding": {"values": {"C": 0.5}}}],
    }
    es = applied([X], scenario, priors=[0.75, 0.25])
    assert es.prior("e1") == pytest.approx({"A": 0.6, "B": 0.2, "C": 0.2}, abs=1e-12)
    weights = {"A": 0.6 * 0.8, "B": 0.2 * 0.2, "C": 0.2 * 0.5}
    assert belief(es) == pytest.approx({h: w / sum(weights.values()) for h, w in weights.items()}, abs=1e-12)
    assert es.hypothesis("C").residual


def test_an_added_hypothesis_takes_from_the_prior_of_an_episode_too():
    plain = data(
        [X],
        scenarios={
            "s": {
                "label": "s",
                "add_hypotheses": [part("C", 0.5)],
                "change": [{"item": "x", "coding": {"values": {"C": 0.5}}}],
            }
        },
    )
    plain["cases"][0]["episodes"][0]["prior"] = {"A": 0.2, "B": 0.8}
    assert bt.apply_scenario(sound(plain), "s").prior("e1") == pytest.approx({"A": 0.1, "B": 0.4, "C": 0.5})


def test_an_added_hypothesis_needs_a_value_of_every_item():
    refused(
        [X, Y],
        {"add_hypotheses": [part("C", 0.2)], "change": [{"item": "x", "coding": {"values": {"C": 0.5}}}]},
        r"items.y.*C: missing; give every hypothesis a value",
    )


THREE = [item("x", {"A": 0.8, "B": 0.2, "C": 0.4})]


def test_a_dropped_hypothesis_leaves_its_prior_to_the_others_in_proportion():
    es = applied(THREE, {"drop_hypotheses": ["C"]}, hypotheses=("A", "B", "C"), priors=[0.2, 0.3, 0.5])
    assert es.prior("e1") == pytest.approx({"A": 0.4, "B": 0.6}, abs=1e-12)
    assert rows(es, "x") == [((), {"A": 0.8, "B": 0.2})]


def test_dropping_a_hypothesis_is_conditioning_on_its_being_false():
    whole = sound(data(THREE, hypotheses=("A", "B", "C"), priors=[0.2, 0.3, 0.5]))
    es = applied(THREE, {"drop_hypotheses": ["C"]}, hypotheses=("A", "B", "C"), priors=[0.2, 0.3, 0.5])
    before = belief(whole)
    rest = before["A"] + before["B"]
    assert belief(es) == pytest.approx({"A": before["A"] / rest, "B": before["B"] / rest}, abs=1e-12)


def test_dropping_a_hypothesis_reaches_everything_that_names_it():
    items = [
        item("ratio", codings=[{"unit": "ratio_db", "reference": "C", "values": {"A": 3.0, "B": 1.0}}]),
        item(
            "silent",
            {"A": 0.8, "B": 0.2, "C": 0.4},
            found="absent",
            detection_by_hypothesis={"A": 0.9, "B": 0.5, "C": 0.1},
        ),
    ]
    es = applied(items, {"drop_hypotheses": ["C"]}, hypotheses=("A", "B", "C"))
    weights = {"A": 10**0.3 * (1 - 0.72), "B": 10**0.1 * (1 - 0.1)}
    assert belief(es) == pytest.approx({h: w / sum(weights.values()) for h, w in weights.items()}, abs=1e-12)
    assert "C" not in es.items["silent"].detection_by_hypothesis


def test_a_dropped_hypothesis_leaves_the_prior_of_an_episode_in_proportion():
    scenarios = {"s": {"label": "s", "drop_hypotheses": ["C"]}}
    plain = data(THREE, hypotheses=("A", "B", "C"), scenarios=scenarios)
    plain["cases"][0]["episodes"][0]["prior"] = {"A": 0.1, "B": 0.3, "C": 0.6}
    assert bt.apply_scenario(sound(plain), "s").prior("e1") == pytest.approx(
        {"A": 0.25, "B": 0.75}, abs=1e-12
    )


def test_a_reference_with_ranges_around_it_cannot_be_dropped():
    """What was stated are differences to it; their spreads around another are not known."""
    coding = {
        "unit": "ratio_db",
        "reference": "C",
        "values": {"A": {"low": 1, "best": 3, "high": 5}, "B": 1.0},
    }
    refused(
        [item("x", codings=[coding])],
        {"drop_hypotheses": ["C"]},
        "C is the reference of the ratios of x, which have ranges; recode them first",
        hypotheses=("A", "B", "C"),
    )


def test_a_recoding_of_an_unknown_episode_is_refused():
    scenario = {"change": [{"item": "x", "coding": {"episodes": ["e9"], "values": {"A": 0.5}}}]}
    refused([X], scenario, "scenario s: no episode named 'e9'; there are: e1")


def test_the_last_rival_cannot_be_dropped():
    refused([X], {"drop_hypotheses": ["B"]}, "drops B; expected at least 2 hypotheses to be left")


@pytest.mark.parametrize(
    "scenario",
    [
        {"drop_hypotheses": ["Z"]},
        {"split": [{"hypothesis": "Z", "into": [part("Z1", 0.1), part("Z2", 0.1)]}]},
    ],
    ids=["drop", "split"],
)
def test_an_unknown_hypothesis_is_the_fault_of_the_scenario(scenario):
    refused([X], scenario, "scenario s: no hypothesis named 'Z'; there are: A, B")


def test_priors_and_a_change_of_hypotheses_exclude_one_another():
    with pytest.raises(
        ValueError, match="priors and a change of hypotheses in one scenario; state the priors in the"
    ):
        with_scenarios([X], {"s": {"priors": {"A": 0.5, "B": 0.5}, "drop_hypotheses": ["B"]}})


# --- several scenarios -------------------------------------------------------------------


def test_scenarios_are_applied_in_the_order_named():
    scenarios = {
        "low": {"change": [{"item": "x", "coding": {"values": {"A": 0.2}}}]},
        "high": {"change": [{"item": "x", "coding": {"values": {"A": 0.6}}}]},
    }
    es = with_scenarios([X], scenarios)
    assert belief(bt.apply_scenario(es, "low", "high"))["A"] == pytest.approx(0.75)
    assert belief(bt.apply_scenario(es, "high", "low"))["A"] == pytest.approx(0.5)
    assert bt.apply_scenario(es, "low", "high").applied == ("low", "high")
    assert bt.compile_evidence(bt.apply_scenario(es, "low", "high")).attrs["scenario"] == "low+high"
    assert bt.apply_scenario(bt.apply_scenario(es, "low"), "high") == bt.apply_scenario(es, "low", "high")


def test_what_a_scenario_extends_comes_first_and_once():
    scenarios = {
        "first": {"drop": [{"item": "y"}]},
        "left": {"extends": ["first"], "change": [{"item": "x", "coding": {"values": {"A": 0.2}}}]},
        "right": {"extends": ["first"], "change": [{"item": "x", "coding": {"values": {"A": 0.6}}}]},
        "both": {"extends": ["left", "right"]},
    }
    es = with_scenarios([X, Y], scenarios)
    assert bt.apply_scenario(es, "left").applied == ("first", "left")
    assert bt.apply_scenario(es, "both").applied == ("first", "left", "right", "both")
    assert belief(bt.apply_scenario(es, "both"))["A"] == pytest.approx(0.75)
    assert bt.apply_scenario(es, "left", "first").applied == ("first", "left")


def test_two_scenarios_may_drop_the_same_item_and_change_what_the_other_dropped():
    scenarios = {
        "one": {"drop": [{"item": "y"}]},
        "two": {"drop": [{"item": "y"}]},
        "three": {"change": [{"item": "y", "date": "1970"}]},
    }
    es = with_scenarios([X, Y], scenarios)
    changed = bt.apply_scenario(es, "one", "two", "three")
    assert list(changed.items) == ["x"]
    assert changed.set_aside == ("y",)


def test_no_scenario_is_no_change():
    es = with_scenarios([X], {})
    assert bt.apply_scenario(es) == es


def test_a_changed_set_can_be_written_and_read(tmp_path):
    scenarios = {
        "s": {
            "drop": [{"item": "y"}],
            "split": [{"hypothesis": "A", "into": [part("A1", 0.1), part("A2", 0.4)]}],
            "change": [{"item": "x", "coding": {"values": {"A2": 0.1}}}],
        }
    }
    es = bt.apply_scenario(with_scenarios([X, Y], scenarios), "s")
    again = bt.read_evidence_set(bt.write_evidence_set(es, tmp_path / "set"))
    assert again == es
    assert again.applied == ("s",)
    assert belief(again) == pytest.approx(belief(es))


def test_an_unknown_scenario_is_named():
    es = with_scenarios([X], {"one": {}, "two": {}})
    with pytest.raises(UnknownNameError, match="no scenario named 'three'; there are: one, two"):
        bt.apply_scenario(es, "three")


@pytest.mark.parametrize(
    "scenario",
    [{"drop": [{"item": "ghost"}]}, {"change": [{"item": "ghost", "date": "1970"}]}],
    ids=["drop", "change"],
)
def test_an_unknown_item_is_a_problem_of_the_set(scenario):
    """Found when the set is read, before anyone applies the scenario."""
    kind = next(iter(scenario))
    found = problems([X], scenarios={"s": {"label": "s", **scenario}})
    assert found == [f"scenarios.s.{kind}: no item or event 'ghost'; expected one of: x"]


def test_a_drop_in_an_episode_that_the_item_does_not_bear_on_is_a_problem():
    """A misspelt episode would otherwise drop nothing, in silence."""
    assert problems([X], scenarios={"s": {"label": "s", "drop": [{"item": "x", "episodes": ["e9"]}]}}) != []


def test_a_circle_of_scenarios_is_a_problem_of_the_set():
    found = problems(
        [X], scenarios={"s": {"label": "s", "extends": ["t"]}, "t": {"label": "t", "extends": ["s"]}}
    )
    assert found == [f"scenarios.{n}.extends: the scenario extends itself; break the cycle" for n in "st"]


def test_a_copy_with_another_scenario_of_the_same_name_gives_another_answer():
    items = [item("x1", {"A": 0.8, "B": 0.2}), item("x2", {"A": 0.4, "B": 0.1})]
    first, second = (
        sound(data(items, scenarios={"doubt": {"label": "Doubt", "drop": [name]}})) for name in ("x1", "x2")
    )
    once = bt.apply_scenario(first, "doubt")
    assert bt.apply_scenario(first, "doubt") is once
    assert list(once.items) == ["x2"]
    # a copy carries along what has been made of the set
    copied = first.model_copy(update={"scenarios": second.scenarios})
    assert list(bt.apply_scenario(copied, "doubt").items) == ["x1"]
    assert list(bt.apply_scenario(first, "doubt").items) == ["x2"]
