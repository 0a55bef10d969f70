"""The digest changes with whatever moves a number, and with nothing else; its parts say where."""

from __future__ import annotations

import copy

import pytest

import bayes_trace as bt
from bayes_trace.evidence import changed_parts, content_digest, content_parts
from tests.build import data, item, sound

RATES = {"hit": 0.9, "false_report": 0.1}
TERMS = {"maybe": {"low": 0.4, "best": 0.5, "high": 0.6}, "never": {"low": 0.1, "best": 0.2, "high": 0.3}}
READINGS = {"u": {"A": 0.8, "B": 0.2}, "v": {"A": 0.3, "B": 0.3}}


def plain():
    """A set with something of everything."""
    items = [
        item("x", {"A": 0.8, "B": 0.2}, cluster="k", implications=["J1"], date="1972"),
        item("y", codings=[{"readings": READINGS}], reading="r"),
        item("s", codings=[{"unit": "verbal", "scale": "own", "values": {"A": "maybe", "B": "never"}}]),
        {"id": "told", "paraphrase": "so they say", "event": "fire", "source": {"key": "paper"}},
    ]
    whole = data(
        items,
        clusters=[{"id": "k", "correlation": 0.5}],
        readings=[{"id": "r", "options": {"u": 0.7, "v": 0.3}}],
        scales=[{"id": "own", "terms": copy.deepcopy(TERMS)}],
        codebook=[{"id": "J1", "text": "one would see it"}],
        sources=[{"id": "paper", "type": "article", "title": "A paper", "reliability": dict(RATES)}],
        scenarios={"without": {"label": "Without x", "drop": [{"item": "x"}]}, "same": {"label": "Nothing"}},
    )  # fmt: skip
    whole["cases"][0]["events"] = [
        {"id": "fire", "label": "A fire", "episodes": ["e1"], "codings": [{"values": {"A": 0.5, "B": 0.1}}]}
    ]
    return whole


def changed(path, value):
    """Parts that one change alters."""
    before, after = plain(), plain()
    place = after
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    before, after = sound(before), sound(after)
    parts = changed_parts(content_parts(before), content_parts(after))
    assert bool(parts) == (content_digest(before) != content_digest(after))
    assert after.digest == content_digest(after)
    return parts


ITEM = ("cases", 0, "items", 0)
EVENT = ("cases", 0, "events", 0)
EPISODE = ("cases", 0, "episodes", 0)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("title",), "Another title"),
        (("about",), "how it was made"),
        (("preferred",), ["without"]),
        (("hypotheses", 0, "label"), "The first"),
        (("hypotheses", 0, "short"), "F"),
        (("hypotheses", 0, "refusal_label"), "Not the first"),
        (("cases", 0, "label"), "The case"),
        ((*EPISODE, "outcome"), "something else"),
        ((*ITEM, "paraphrase"), "other words"),
        ((*ITEM, "title"), "A title"),
        ((*ITEM, "audience"), "private"),
        ((*ITEM, "codings", 0, "reason"), "because"),
        ((*ITEM, "codings", 0, "coder"), "first"),
        ((*EVENT, "label"), "The fire"),
        (("clusters", 0, "label"), "one archive"),
        (("codebook", 0, "text"), "one would read it"),
        (("sources", 0, "title"), "The paper"),
        (("scenarios", "without", "drop"), [{"item": "y"}]),
        (("scenarios", "other"), {"label": "Another"}),
        (("clusters",), [{"id": "k", "correlation": 0.5}, {"id": "unused", "correlation": 0.9}]),
    ],
)
def test_words_and_what_is_not_used_move_nothing(path, value):
    assert changed(path, value) == []


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        (("hypotheses", 0, "steps"), ["motive"], "the hypotheses and their priors"),
        (("prior_concentration",), 20.0, "the hypotheses and their priors"),
        ((*EPISODE, "prior"), {"A": 0.6, "B": 0.4}, "episode e1"),
        ((*EPISODE, "date"), "1972", "episode e1"),
        ((*ITEM, "codings", 0, "values", "A"), 0.7, "item x"),
        ((*ITEM, "codings", 0, "values", "A"), {"low": 0.7, "best": 0.8, "high": 0.9}, "item x"),
        ((*ITEM, "date"), "1973", "item x"),
        ((*ITEM, "found"), "not_sought", "item x"),
        ((*ITEM, "given"), ["y"], "item x"),
        ((*ITEM, "cluster"), None, "item x"),
        ((*EVENT, "codings", 0, "values", "A"), 0.6, "event fire"),
        ((*EVENT, "correlation"), 0.2, "event fire"),
        (("cases", 0, "items", 3, "detection"), 0.2, "item told"),
        (("clusters", 0, "correlation"), 0.6, "cluster k"),
        (("readings", 0, "options"), {"u": 0.6, "v": 0.4}, "reading r"),
        (("scales", 0, "terms", "maybe", "best"), 0.55, "verbal scale own"),
        (("codebook", 0, "shared_likelihood"), True, "implication J1"),
        (("sources", 0, "reliability", "hit"), 0.8, "source paper"),
        (("base_coder",), "second", "the coders"),
    ],
)
def test_whatever_moves_a_number_is_named(path, value, part):
    assert part in changed(path, value)


def test_neither_order_of_items_nor_layout_counts(tmp_path):
    turned = plain()
    turned["cases"][0]["items"].reverse()
    es = sound(plain())
    assert sound(turned).digest == es.digest
    assert bt.read_evidence_set(bt.write_evidence_set(es, tmp_path / "set")).digest == es.digest


def test_an_applied_scenario_counts_even_where_it_changes_nothing():
    es = sound(plain())
    same = bt.apply_scenario(es, "same")
    assert changed_parts(content_parts(es), content_parts(same)) == ["the scenarios applied"]
    without = bt.apply_scenario(es, "without")
    assert changed_parts(content_parts(es), content_parts(without))[:1] == ["the scenarios applied"]
    assert "item x" in changed_parts(content_parts(es), content_parts(without))
