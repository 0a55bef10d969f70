# ruff: noqa: E501 - the texts of errors stand whole
"""Events that several sources report, and compounds: what is refused, and what is kept when files are read and written."""

from __future__ import annotations

import pytest

import bayes_trace as bt
from bayes_trace.evidence import Hypothesis, Reliability, short_names, title_of
from bayes_trace.evidence.records import Item
from tests.small import data, item, problems, sound

DOUBTED = {"hit": 0.9, "false_report": 0.1}


def source(name, /, **more):
    return {"id": name, "type": "book", "title": name, "reliability": {**DOUBTED, **more}}


def event(name="fire", values=None, /, **more):
    codings = [{"values": values or {"A": 0.8, "B": 0.2}}]
    return {"id": name, "label": "There was a fire", "episodes": ["e1"], "codings": codings, **more}


def report(name, key="s", /, **more):
    return {"id": name, "paraphrase": f"what {name} says", "event": "fire", "source": {"key": key}, **more}


def with_events(items, events=None, /, **more):
    """Plain data of a set with events, by default one."""
    plain = data(items, **{"sources": [source("s"), source("t")], **more})
    plain["cases"][0]["events"] = [event()] if events is None else events
    return plain


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
        ([R, report("q", "t", given=["r"])], None, "items.q.given: the item is a report of fire; say it of the event"),
        ([R, report("q", "t", reading="x")], None, "items.q.reading: the item is a report of fire; an event has no readings; make the report an item of its own, or leave the reading out"),
        ([R, report("q", "t", event="flood")], None, "items.q.event: no event 'flood'; expected one of: fire"),
        ([R, {**report("q"), "source": None}], None, "items.q.source: missing; a report needs the source that makes it, with its reliability"),
        ([R, report("q", "u")], None, "sources.u: u reports fire but has no reliability; give it hit and false_report, or a grade"),
        ([R, report("q")], None, "events.fire: s reports it 2 times for e1; a source reports an event once, so keep one report"),
        ([R, report("q", "t", says="no")], None, "items.q.says: 'no', but how often t denies is not stated; give its reliability `denies: {if_true, if_false}`, or `always_answers: true`"),
        ([R, report("q", "t", says="no", found="absent", detection=0.5)], None, "items.q.says: 'no' of a report that was not found; a denial is found: present, a silence says nothing"),
        ([R, report("q", "t", found="absent")], None, "items.q.detection: missing for an absent item; give the probability that the trace survived, was declassified, was looked for and would have been found"),
        ([R, item("y", {"A": 0.1, "B": 0.2}, says="yes")], None, "items.y.says: 'yes' of no event; name the event that the item reports, or leave this out"),
        ([R, report("q", "t", episodes=["e2"])], None, "items.q.episodes: the event fire does not bear on e2; expected one of: e1"),
        ([R], [event(codings=[{"unit": "ratio_db", "reference": "A", "values": {"B": -3}}])], "events.fire.codings.0.reference_probability: missing; an event needs an absolute probability, so give P(event given A)"),
        ([R], [event(), event("flood")], "events.flood: no report; give the items that report it `event: flood`, or code it as an item"),
        ([R], [event(codings=[])], "events.fire.coding: missing; give P(event given hypothesis), or say why not in not_coded"),
        ([R], [event(not_coded="why")], "events.fire.not_coded: the event has codings and a reason for having none; keep one"),
        ([R], [event(episodes=[])], "events.fire.episodes: missing; name the episodes that the event bears on"),
        ([R], [event(correlation=1.5)], "events.fire.correlation: 1.5 to 1.5, expected within 0 to 1"),
        ([R], [event(given=["z"])], "events.fire.given: no item or event 'z'; expected one of: r, fire"),
        ([R], [event(given=["fire"])], "events.fire.given: items are conditional on one another in a circle; break it"),
        ([R], [event(None, {"A": 0.8})], "events.fire.codings.0.values.B: missing; give every hypothesis a value"),
        ([R], [event(), event()], "events.fire: the id stands 2 times; ids must be unique, rename all but one"),
        ([R, item("fire", {"A": 0.1, "B": 0.2})], None, "events.fire: an item has the same id; results name both, so rename one"),
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
    assert "events.fire: a reading has the same id; results name both, so rename one" in faults(
        [R], readings=readings
    )


@pytest.mark.parametrize(
    ("rates", "line"),
    [
        ({"denies": {"if_true": 0.05, "if_false": 0.5}, "always_answers": True}, "sources.s.reliability.denies: the source always answers, so a denial is whatever is no report; keep one"),
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
    line = "items.x.codings.0.values.A+C: missing; C is no hypothesis of the set, so give the compound a value of its own"
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
