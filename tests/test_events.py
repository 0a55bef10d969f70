# ruff: noqa: E501 - the texts of errors stand whole
"""Events that several sources report, and compounds: what is refused, and what is kept when files are read and written."""

from __future__ import annotations

import pytest

import bayes_trace as bt
from bayes_trace.evidence import Hypothesis, Reliability, short_names, title_of
from bayes_trace.evidence.records import Item
from tests.build import data, item, problems, sound
from tests.events import DOUBTED, event, report, source, with_events


def faults(items, events=None, /, **more):
    es = bt.evidence.EvidenceSet.model_validate(with_events(items, events, **more))
    return [str(problem) for problem in bt.evidence.list_problems(es)]


R = report("r")


def test_an_event_and_its_reports_are_sound_and_found_by_id():
    es = sound(
        with_events(
            [R, report("q", "t", says="no", found="present")],
            sources=[source("s"), source("t", always_answers=True)],
        )
    )
    assert list(es.events) == ["fire"]
    assert [item.id for item in es.reports["fire"]] == ["r", "q"]
    assert [item.denies for item in es.reports["fire"]] == [False, True]
    assert [(e.id, episode, coder) for e, episode, _, coder in es.coded_events()] == [("fire", "e1", "first")]
    assert list(es.coded_links()) == []  # a report says nothing by itself


def test_a_report_bears_on_the_episodes_of_its_event_unless_it_names_fewer():
    fire = event(episodes=["e1", "e2"])
    es = sound(with_events([R, report("q", "t", episodes=["e2"])], [fire], episodes=("e1", "e2")))
    assert [item.id for item in es.reports_on("fire", "e1")] == ["r"]
    assert [item.id for item in es.reports_on("fire", "e2")] == ["r", "q"]


def test_a_report_that_was_not_sought_is_none():
    es = sound(with_events([R, report("q", "t", found="not_sought")]))
    assert [item.id for item in es.reports_on("fire", "e1")] == ["r"]


@pytest.mark.parametrize(
    ("items", "events", "line"),
    [
        ([report("r", codings=[{"values": {"A": 0.5, "B": 0.5}}], episodes=["e1"])], None, "items.r.codings: the item is a report of fire; code the event instead, and leave the report without likelihoods"),
        ([R, report("q", "t", cluster="k")], None, "items.q.cluster: the item is a report of fire; put the event in the cluster, or give the event a correlation of its reports"),
        ([R, report("q", "t", given=["r"])], None, "items.q.given: the item is a report of fire; state it on the event instead"),
        ([R, report("q", "t", reading="x")], None, "items.q.reading: the item is a report of fire; an event has no readings; make the report an item of its own, or leave the reading out"),
        ([R, report("q", "t", event="flood")], None, "items.q.event: no event 'flood'; expected one of: fire"),
        ([R, {**report("q"), "source": None}], None, "items.q.source: missing; a report needs the source that makes it, with its reliability"),
        ([R, report("q", "u")], None, "sources.u: u reports fire but has no reliability; give it hit and false_report, or a grade"),
        ([R, report("q")], None, "events.fire: s reports it 2 times for e1; a source reports an event once, so keep one report"),
        ([R, report("q", "t", says="no")], None, "items.q.says: 'no', but how often t denies is not stated; give its reliability `denies: {if_true, if_false}`, or `always_answers: true`"),
        ([R, report("q", "t", says="no", found="absent", detection=0.5)], None, "items.q.says: 'no' on a report that was not found; a denial is `found: present`, and silence says nothing"),
        ([R, report("q", "t", found="absent")], None, "items.q.detection: missing for an absent item; give the probability that the trace survived, was declassified, was looked for and would have been found"),
        ([R, item("y", {"A": 0.1, "B": 0.2}, says="yes")], None, "items.y.says: 'yes' without an event; name the event that the item reports, or leave this out"),
        ([R, report("q", "t", episodes=["e2"])], None, "items.q.episodes: the event fire does not bear on e2; expected one of: e1"),
        ([R], [event(codings=[{"unit": "ratio_db", "reference": "A", "values": {"B": -3}}])], "events.fire.codings.0.reference_probability: missing; an event needs an absolute probability, so give P(event given A)"),
        ([R], [event(), event("flood")], "events.flood: no report; give the items that report it `event: flood`, or code it as an item"),
        ([R], [event(codings=[])], "events.fire.coding: missing; give P(event given hypothesis), or say why not in not_coded"),
        ([R], [event(not_coded="why")], "events.fire.not_coded: the event has codings and a reason for having none; keep one"),
        ([R], [event(episodes=[])], "events.fire.episodes: missing; name the episodes that the event bears on"),
        ([R], [event(correlation=1.5)], "events.fire.correlation: 1.5 to 1.5, expected within 0 to 1"),
        ([R], [event(given=["z"])], "events.fire.given: no item or event 'z'; expected one of: r, fire"),
        ([R], [event(given=["fire"])], "events.fire.given: items are conditional on one another in a cycle; break it"),
        ([R], [event(None, {"A": 0.8})], "events.fire.codings.0.values.B: missing; give every hypothesis a value"),
        ([R], [event(), event()], "events.fire: the id occurs 2 times; ids must be unique, rename all but one"),
        ([R, item("fire", {"A": 0.1, "B": 0.2})], None, "events.fire: an item has the same id, and results name both; rename one"),
        ([R, item("y", {"A": 0.1, "B": 0.2}, given=["r"])], None, "items.y.given: r is a report of fire; what is reported counts, so write given: [fire]"),
        ([R, item("y", {"A": 0.1, "B": 0.2}, package=["r"])], None, "items.y.package: r is a report of fire; leave it out of the package"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_events(items, events, line):
    if events and events[0]["id"] is None:
        events = [{**events[0], "id": "fire"}]
    more = {"episodes": ("e1", "e2"), "sources": [source("s"), source("t"), {"id": "u", "type": "book"}]}
    assert line in faults(items, events, **more)


def test_an_event_and_a_reading_do_not_share_a_name():
    readings = [{"id": "fire", "options": {"u": 0.5, "v": 0.5}}]
    assert "events.fire: a reading has the same id, and results name both; rename one" in faults(
        [R], readings=readings
    )


@pytest.mark.parametrize(
    ("rates", "line"),
    [
        ({"denies": {"if_true": 0.05, "if_false": 0.5}, "always_answers": True}, "sources.s.reliability.denies: with always_answers every non-report is already a denial; keep one of the two"),
        ({"denies": {"if_true": 0.2, "if_false": 0.5}}, "sources.s.reliability.denies.if_true: 0.2 and hit 0.9 sum to more than 1; a source says yes, no or nothing"),
        ({"denies": {"if_true": 0.1, "if_false": 1.5}}, "sources.s.reliability.denies.if_false: 1.5 to 1.5, expected within 0 to 1"),
    ],
)  # fmt: skip
def test_rates_of_denial_are_checked(rates, line):
    assert line in faults([R], sources=[source("s", **rates)])


def test_a_rate_by_hypothesis_keeps_the_way_in_which_its_source_denies():
    own = {"hit": 0.5, "false_report": 0.4}
    stated = {"denies": {"if_true": 0.05, "if_false": 0.5}}
    rates = Reliability.model_validate({**DOUBTED, **stated, "by_hypothesis": {"B": own}})
    assert rates.under("B").hit.best == 0.5
    assert rates.under("B").denies == rates.denies
    assert rates.under("A") is rates
    always = Reliability.model_validate(
        {**DOUBTED, **stated, "by_hypothesis": {"B": {**own, "always_answers": True}}}
    )
    assert always.under("B").denies is None


def test_events_survive_writing_and_reading(tmp_path):
    codings = [
        {"values": {"A": 0.8, "B": 0.2}},
        {"coder": "second", "values": {"A": 0.7, "B": 0.1}, "reason": "heard"},
    ]
    es = sound(
        with_events(
            [R, report("q", "t", says="no")],
            [event(codings=codings, correlation=0.3)],
            sources=[source("s"), source("t", denies={"if_true": 0.05, "if_false": 0.5})],
        )
    )
    written = bt.write_evidence_set(es, tmp_path / "set")
    assert bt.read_evidence_set(written) == es
    assert (written / "codings" / "second.csv").read_text().splitlines()[1].startswith("fire,,A")
    text = (written / "cases" / "case.yaml").read_text()
    assert "coding:\n    A: 0.8" in text  # the short form, as for items


def test_faults_of_events_are_shown_at_their_line(tmp_path):
    es = sound(with_events([R]))
    written = bt.write_evidence_set(es, tmp_path / "set")
    case = written / "cases" / "case.yaml"
    case.write_text(case.read_text().replace("B: 0.2", "B: 1.2"))
    line = 1 + case.read_text().splitlines().index("    B: 1.2")
    with pytest.raises(
        bt.EvidenceSetError,
        match=rf"cases/case\.yaml:{line}  events\.fire\.coding\.B: 1\.2, expected a probability",
    ):
        bt.read_evidence_set(written)


# --- compounds -----------------------------------------------------------------------------


def test_a_compound_of_hypotheses_of_the_set_may_be_left_out_of_any_coding():
    x = item("x", {"A": 0.8, "B": 0.2})
    assert problems([x], hypotheses=("A", "B", "A+B"), priors=[0.5, 0.4, 0.1]) == []
    es = sound(data([x], hypotheses=("A", "B", "A+B"), priors=[0.5, 0.4, 0.1]))
    assert es.compounds == {"A+B": {"A": 0.5, "B": 0.5}}


def test_a_compound_of_anything_else_is_coded():
    line = "items.x.codings.0.values.A+C: missing; C is not a hypothesis of the set, so give the compound a value of its own"
    assert problems(
        [item("x", {"A": 0.8, "B": 0.2})], hypotheses=("A", "B", "A+C"), priors=[0.5, 0.4, 0.1]
    ) == [line]


def test_core_hypotheses_are_those_written_that_are_neither_compound_nor_residual():
    plain = data(
        [item("x", {"A": 0.8, "B": 0.2, "C": 0.1})],
        hypotheses=("A", "B", "C", "A+B"),
        priors=[0.3, 0.3, 0.3, 0.1],
    )
    plain["hypotheses"][2]["residual"] = True
    es = sound(plain)
    assert es.core_parts() == {"A": ("A",), "B": ("B",)}
    assert list(es.written_parts()) == ["A", "B", "C", "A+B"]


def test_where_no_hypothesis_is_core_all_are():
    plain = data([item("x", {"A": 0.8, "B": 0.2})])
    for each in plain["hypotheses"]:
        each["residual"] = True
    assert sound(plain).core_parts() == {"A": ("A",), "B": ("B",)}


def part(name, prior):
    return {"id": name, "label": name, "statement": name, "prior": prior}


def test_no_scenario_changes_the_list_of_core_hypotheses():
    scenarios = {
        "split": {"label": "s", "split": [{"hypothesis": "A", "into": [part("A1", 0.2), part("A2", 0.2)]}]},
        "again": {"label": "s", "extends": ["split"], "split": [{"hypothesis": "A1", "into": [part("x", 0.1), part("y", 0.1)]}]},
        "add": {"label": "s", "add_hypotheses": [part("D", 0.1)]},
        "drop": {"label": "s", "drop_hypotheses": ["B"]},
    }  # fmt: skip
    x = item("x", {"A": 0.8, "B": 0.2, "C": 0.3})
    es = sound(
        data(
            [x],
            hypotheses=("A", "B", "C", "A+B"),
            priors=[0.4, 0.3, 0.2, 0.1],
            scenarios={**scenarios, "drop": {"label": "s", "drop_hypotheses": ["A+B", "B"]}},
        )
    )
    now = {name: bt.apply_scenario(es, name) for name in ("split", "again", "drop")}
    assert now["split"].core_parts() == {"A": ("A1", "A2"), "B": ("B",), "C": ("C",)}
    assert now["split"].compounds == {"A+B": {"A1": 0.25, "A2": 0.25, "B": 0.5}}
    assert now["again"].core_parts()["A"] == ("x", "y", "A2")
    assert now["drop"].written_parts() == {"A": ("A",), "B": (), "C": ("C",), "A+B": ()}
    assert now["drop"].core_parts() == {"A": ("A",), "B": (), "C": ("C",)}


def test_an_added_hypothesis_is_not_core():
    scenarios = {
        "add": {
            "label": "s",
            "add_hypotheses": [part("D", 0.1)],
            "change": [{"item": "x", "coding": {"values": {"D": 0.5}}}],
        }
    }
    es = bt.apply_scenario(sound(data([item("x", {"A": 0.8, "B": 0.2})], scenarios=scenarios)), "add")
    assert es.core_parts() == {"A": ("A",), "B": ("B",)}


# --- names ---------------------------------------------------------------------------------


def titled(text, title=""):
    return title_of(Item(id="x", paraphrase=text, title=title))


def test_a_title_is_what_is_given_or_the_first_words():
    assert titled("Long ago", "A letter") == "A letter"
    assert titled("Says\n  little.") == "Says little."
    assert titled("word " * 30) == "word " * 11 + "word…"
    assert titled("x" * 80) == "x" * 59 + "…"


def test_a_title_over_sixty_characters_is_refused():
    with pytest.raises(ValueError, match="at most 60 characters"):
        Item(id="x", paraphrase="p", title="t" * 61)


def names(*labels, given=()):
    rivals = [
        Hypothesis(id=f"h{n}", label=label, statement="s", prior=0.1, short=dict(given).get(label, ""))
        for n, label in enumerate(labels)
    ]
    return list(short_names(rivals).values())


def test_short_names_are_unlike_and_short():
    assert names("Quid pro quo", "Quick public quarrel") == ["QPQ", "QPQ2"]
    assert names("Quid pro quo", "b", given={"b": "QPQ"}) == ["QPQ2", "QPQ"]
    assert names("a", "b", given={"a": "X", "b": "X"}) == ["X", "X2"]
    long = names(*(f"An unusually long name for a hypothesis of many many more words {n}" for n in range(12)))
    assert len(set(long)) == 12
    assert max(map(len, long)) <= 12


# --- preferred -----------------------------------------------------------------------------


def test_a_preferred_scenario_must_be_there():
    found = problems([item("x", {"A": 0.8, "B": 0.2})], preferred=["clustered"])
    assert found == ["preferred: no scenario 'clustered'; expected one of: none declared"]


# --- scenarios -----------------------------------------------------------------------------


def after(scenario, /, items=None, events=None, **more):
    """The set after one scenario."""
    more = {"episodes": ("e1", "e2"), "sources": [source("s"), source("t", always_answers=True)], **more}
    plain = with_events(
        items or [R, report("q", "t")], events, **more, scenarios={"s": {"label": "s", **scenario}}
    )
    return bt.apply_scenario(sound(plain), "s")


BOTH = event(episodes=["e1", "e2"])


def test_a_dropped_report_leaves_the_others():
    es = after({"drop": ["q"]})  # a bare id will do
    assert [item.id for item in es.reports["fire"]] == ["r"]
    assert es.set_aside == ("q",)


def test_an_event_leaves_with_its_last_report():
    es = after({"drop": ["q", "r"]})
    assert (es.events, es.items) == ({}, {})
    assert es.set_aside == ("q", "r", "fire")


def test_a_dropped_event_takes_its_reports_along():
    es = after({"drop": [{"item": "fire"}]})
    assert (es.events, es.items, es.set_aside) == ({}, {}, ("fire", "q", "r"))


def test_an_event_may_be_dropped_in_one_episode():
    items = [R, report("q", "t", episodes=["e1"])]
    es = after({"drop": [{"item": "fire", "episodes": ["e1"]}]}, items, [BOTH])
    assert es.events["fire"].episodes == ("e2",)
    assert [item.id for item in es.reports_on("fire", "e2")] == ["r"]
    assert "q" not in es.items  # it spoke of the other episode alone


def test_a_report_may_be_dropped_in_one_episode():
    es = after({"drop": [{"item": "q", "episodes": ["e1"]}]}, None, [BOTH])
    assert [item.id for item in es.reports_on("fire", "e1")] == ["r"]
    assert [item.id for item in es.reports_on("fire", "e2")] == ["r", "q"]


def test_what_is_coded_given_a_dropped_event_must_go_too():
    items = [R, item("y", {"A": 0.1, "B": 0.2}, given=["fire"])]
    with pytest.raises(
        bt.ScenarioError, match=r"items\.y\.given: is coded given fire, which is dropped; drop it too"
    ):
        after({"drop": ["r"]}, items)
    es = after({"drop": [{"item": "fire", "with_dependants": True}]}, items)
    assert es.items == {}


def test_events_that_restate_the_outcome_are_dropped_with_the_rest():
    es = after({"drop_restating": ["outcome"]}, None, [event(restates=["outcome"])])
    assert (es.events, es.items) == ({}, {})


def test_an_event_is_recoded_in_the_syntax_of_an_item():
    es = after(
        {"change": [{"item": "fire", "coding": {"A": 0.4}, "correlation": 0.7, "cluster": "k"}]},
        clusters=[{"id": "k"}],
    )
    fire = es.events["fire"]
    assert {h: v.best for h, v in fire.codings[0].values.items()} == {"A": 0.4, "B": 0.2}
    assert (fire.correlation.best, fire.cluster) == (0.7, "k")


def test_the_short_form_of_a_change_takes_what_stands_beside():
    change = {"item": "fire", "coding": {"A": -6, "B": -3}, "unit": "db", "reason": "recoded"}
    coding = after({"change": [change]}).events["fire"].codings[0]
    assert (coding.unit, coding.reason, coding.values["A"].best) == ("db", "recoded", -6)


def test_a_change_may_hold_several_codings():
    codings = [{"episodes": ["e1"], "values": {"A": 0.4}}, {"episodes": ["e2"], "values": {"A": 0.6}}]
    es = after({"change": [{"item": "fire", "codings": codings}]}, None, [BOTH])
    found = {e: c.values["A"].best for _, e, c, _ in es.coded_events()}
    assert found == {"e1": 0.4, "e2": 0.6}


def test_fewer_episodes_of_an_event_are_fewer_of_its_reports():
    es = after(
        {"change": [{"item": "fire", "episodes": ["e2"]}]}, [R, report("q", "t", episodes=["e1"])], [BOTH]
    )
    assert list(es.items) == ["r"]
    assert es.set_aside == ("fire@e1",)


def test_a_report_may_be_turned():
    es = after({"change": [{"item": "q", "says": "no"}]})
    assert es.items["q"].denies


def test_a_change_that_an_event_has_no_place_for_is_refused():
    with pytest.raises(
        bt.ScenarioError, match="fire is an event, which has no audience; leave it out of the change"
    ):
        after({"change": [{"item": "fire", "audience": "public"}]})
    with pytest.raises(
        bt.ScenarioError, match="r is an item, which has no correlation; leave it out of the change"
    ):
        after({"change": [{"item": "r", "correlation": 0.5}]})


def test_a_scenario_may_bring_an_event_and_its_reports():
    flood = {**event("flood"), "label": "There was a flood"}
    scenario = {"add_events": {"case": [flood]}, "add_items": {"case": [report("w", event="flood")]}}
    es = after(scenario)
    assert [item.id for item in es.reports["flood"]] == ["w"]


def test_hypotheses_split_and_dropped_reach_events():
    third = {"hypotheses": ("A", "B", "C"), "priors": [0.4, 0.3, 0.3]}
    coded = event(
        codings=[
            {"unit": "ratio", "reference": "C", "reference_probability": 0.2, "values": {"A": 4.0, "B": 2.0}}
        ]
    )
    split = {"split": [{"hypothesis": "A", "into": [part("A1", 0.2), part("A2", 0.2)]}]}
    es = after(split, None, [coded], **third)
    assert {h: v.best for h, v in es.events["fire"].codings[0].values.items()} == {"A1": 4, "A2": 4, "B": 2}
    coding = after({"drop_hypotheses": ["C"]}, None, [coded], **third).events["fire"].codings[0]
    # P(event given A) stays what it was: .2 times four
    assert coding.reference == "A"
    assert coding.reference_probability.best == pytest.approx(0.8)
    assert {h: v.best for h, v in coding.values.items()} == pytest.approx({"A": 1.0, "B": 0.5})
    split_reference = {"split": [{"hypothesis": "C", "into": [part("C1", 0.1), part("C2", 0.2)]}]}
    coding = after(split_reference, None, [coded], **third).events["fire"].codings[0]
    assert coding.reference == "C1"
    assert {h: v.best for h, v in coding.values.items()} == {"A": 4, "B": 2, "C1": 1, "C2": 1}


def test_a_reference_that_goes_must_leave_one_probability_behind():
    readings = {"u": {"A": 4.0}, "v": {"A": 2.0}}
    x = item(
        "x",
        codings=[
            {
                "unit": "ratio",
                "reference": "C",
                "reference_probability": 0.2,
                "readings": {o: {**v, "B": 1.0} for o, v in readings.items()},
            }
        ],
        reading="f",
    )
    with pytest.raises(
        bt.ScenarioError,
        match="C is the reference of the ratios of x, whose probability differs by reading under A",
    ):
        after(
            {"drop_hypotheses": ["C"]},
            [x],
            [],
            hypotheses=("A", "B", "C"),
            priors=[0.4, 0.3, 0.3],
            readings=[{"id": "f", "options": {"u": 0.5, "v": 0.5}}],
        )


def test_rates_of_a_source_may_be_stated_anew():
    es = after({"reliability": {"s": {"hit": 0.6, "false_report": 0.4}}})
    assert es.reliability_of("s").hit.best == 0.6
    assert es.reliability_of("t").hit.best == 0.9


def test_priors_of_one_episode_may_be_stated_anew():
    es = after({"episode_priors": {"e2": {"A": 0.9, "B": 0.1}}})
    assert (es.prior("e1"), es.prior("e2")) == ({"A": 0.5, "B": 0.5}, {"A": 0.9, "B": 0.1})
    with pytest.raises(bt.ScenarioError, match="episode_priors e2: priors for A; expected all of A, B"):
        after({"episode_priors": {"e2": {"A": 1.0}}})


def test_a_reading_may_be_weighed_anew():
    readings = [{"id": "f", "label": "Who spoke", "options": {"u": 0.5, "v": 0.5}}]
    es = after({"add_readings": {"f": {"u": 0.9, "v": 0.1}}}, readings=readings)
    assert (es.readings[0].label, es.readings[0].options) == ("Who spoke", {"u": 0.9, "v": 0.1})


def test_detection_by_hypothesis_may_be_stated_anew():
    items = [R, item("y", {"A": 0.1, "B": 0.2}, found="absent", detection=0.5)]
    es = after({"change": [{"item": "y", "detection_by_hypothesis": {"A": 0.2, "B": 0.6}}]}, items)
    assert es.items["y"].detection_by_hypothesis["B"].best == 0.6


@pytest.mark.parametrize(
    ("scenario", "line"),
    [
        ({"reliability": {"z": DOUBTED}}, "scenarios.s.reliability: no source 'z'; expected one of: s, t"),
        ({"episode_priors": {"e9": {"A": 0.5, "B": 0.5}}}, "scenarios.s.episode_priors: no episode 'e9'; expected one of: e1"),
        ({"add_events": {"other": []}}, "scenarios.s.add_events: no case 'other'; expected one of: case"),
    ],
)  # fmt: skip
def test_names_in_a_scenario_lead_somewhere(scenario, line):
    assert line in faults([R], scenarios={"s": {"label": "s", **scenario}})


def test_a_bare_id_and_the_short_form_are_in_the_schema():
    import jsonschema

    schema = bt.files.schema.json_schema()
    scenario = {
        "label": "s",
        "drop": ["q"],
        "change": [{"item": "r", "coding": {"A": 0.5}, "unit": "db"}],
        "base_digest": "0123abcd",
    }
    jsonschema.validate(scenario, schema)
