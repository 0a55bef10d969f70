"""One small set that holds every form of coding: what takes a law long to draw stands here at once."""

from __future__ import annotations

from functools import cache

from tests.build import data, sound

#: words of a scale of the set itself: low, best and high
WORDS = {"sure": (0.8, 0.9, 0.95), "hardly": (0.05, 0.1, 0.3)}
DIARY = {
    "hit": {"low": 0.6, "best": 0.8, "high": 0.9},
    "false_report": {"low": 0.05, "best": 0.1, "high": 0.4},
    "denies": {"if_true": 0.1, "if_false": {"low": 0.3, "best": 0.5, "high": 0.7}},
    "by_hypothesis": {"B": {"hit": 0.7, "false_report": 0.2}},
}
CLERK = {"hit": 0.9, "false_report": 0.3, "always_answers": True}


def _item(name, episodes, *codings, **more):
    return {
        "id": name,
        "paraphrase": f"what {name} says",
        "episodes": list(episodes),
        "codings": list(codings),
        **more,
    }


def _values(a, b, c, **more):
    return {"values": {"A": a, "B": b, "C": c}, **more}


def _ranged(low, best, high):
    return {"low": low, "best": best, "high": high}


def _items():
    """Probabilities, decibels, words, ratios of both kinds, an empty search, two items of a fact, a cluster, reports."""
    two, db = {"coder": "two"}, {"unit": "db"}
    return [
        _item(
            "memo",
            ["e1", "e2"],
            {"values": {"A": _ranged(0.5, 0.7, 0.9), "B": 0.2, "C": 0.4, "A+B": 0.3}, "episodes": ["e1"]},
            _values(0.6, 0.3, _ranged(0.2, 0.3, 0.6), episodes=["e2"], given=["note"]),
            _values(-1.0, _ranged(-9.0, -6.0, -5.0), -4.0, **two, **db),
            title="The memo",
            date="1971-08",
            implications=["promise", "deed"],
            source={"key": "paper"},
        ),
        _item(
            "word",
            ["e1"],
            {"unit": "verbal", "scale": "own", "values": {"A": "sure", "B": "hardly", "C": "hardly"}},
            {"unit": "verbal", "values": {"A": "likely", "B": "unlikely", "C": "likely"}, **two},
            step="act",
        ),
        _item(
            "times",
            ["e1"],
            {"unit": "ratio", "reference": "B", "values": {"A": _ranged(2.0, 4.0, 6.0), "C": 0.5}},
            date="1970",
        ),
        _item(
            "decibels",
            ["e2"],
            {
                "unit": "ratio_db",
                "reference": "A",
                "reference_probability": _ranged(0.3, 0.4, 0.5),
                "values": {"B": -3.0, "C": 1.0},
            },
            implications=["promise"],
            source={"key": "clerk"},
        ),
        _item(
            "gap",
            ["e1"],
            _values(0.8, 0.3, 0.5),
            found="absent",
            detection=_ranged(0.4, 0.6, 0.8),
            detection_by_hypothesis={"A": _ranged(0.4, 0.6, 0.8), "B": 0.9, "C": 0.6, "A+B": 0.7},
            source={"key": "diary"},
            given=["memo"],
        ),
        _item("said", ["e2"], _values(0.7, 0.3, 0.4), source={"key": "diary"}, cluster="k"),
        _item("echo", ["e2", "e3"], _values(0.6, 0.25, 0.3), cluster="k", given=["said", "fire"]),
        _item("note", ["e2"], _values(0.4, 0.5, 0.45, **two), _values(0.3, 0.5, 0.35), cluster="k"),
        *(
            _item(
                name,
                ["e3"],
                {
                    "readings": {
                        "plain": {"A": a, "B": _ranged(b / 2, b, 1.5 * b), "C": 0.4},
                        "irony": {"A": b, "B": a, "C": 0.2},
                    }
                },
                reading="tone",
                implications=[code],
                source={"key": key},
                date=day,
            )
            for name, a, b, code, key, day in (
                ("letter", 0.8, 0.3, "deed", "paper", "1972-02-03"),
                ("reply", 0.6, 0.4, "promise", "paper", "1972"),
            )
        ),
        _item("heard", [], event="fire", source={"key": "diary"}, date="1971"),
        _item("denied", [], event="fire", source={"key": "clerk"}, says="no"),
        _item("doubted", [], event="fire", source={"key": "third"}, says="no"),
        _item("silent", [], event="fire", source={"key": "fourth"}, found="absent", detection=_ranged(0.2, 0.5, 0.7)),
        _item("unsought", ["e1"], _values(0.9, 0.1, 0.2), found="not_sought"),
    ]  # fmt: skip


def _event():
    return {
        "id": "fire",
        "label": "There was a fire",
        "episodes": ["e2", "e3"],
        "correlation": _ranged(0.1, 0.3, 0.6),
        "implications": ["deed"],
        "codings": [
            _values(0.6, _ranged(0.1, 0.2, 0.4), 0.3),
            _values(-3.0, -6.0, -1.0, coder="two", unit="db"),
        ],
    }


def plain(**more):
    """Plain data of the set."""
    hypotheses = [
        {"id": "A", "label": "Alpha", "short": "Al", "prior": 0.4, "steps": ["plan", "act"]},
        {"id": "B", "label": "Beta", "refusal_label": "Not beta", "prior": 0.3},
        {"id": "C", "label": "Gamma", "prior": 0.1, "residual": True},
        {"id": "A+B", "label": "Alpha and beta", "prior": 0.2},
    ]
    episodes = [
        {"id": "e1", "label": "The first", "outcome": "o", "date": "1972", "granted": "yes"},
        {
            "id": "e2",
            "label": "The second",
            "outcome": "o",
            "granted": "no",
            "administration": "Nixon",
            "prior": {"A": 0.1, "B": 0.5, "C": 0.2, "A+B": 0.2},
            "conditions": {"rank": 3},
        },
        {"id": "e3", "label": "The third", "outcome": "o", "aggregate_of": ["e1", "e2"]},
        {"id": "e4", "label": "The fourth", "outcome": "o"},
    ]
    own = {"hit": 0.6, "false_report": 0.2}
    rates = {
        "diary": DIARY,
        "clerk": CLERK,
        "third": {key: DIARY[key] for key in (*own, "denies")},
        "fourth": own,
    }
    conditions = {"rank": 1, "tie": "old"}
    late = _item("late", ["e4"], _values(0.2, 0.6, 0.3, coder="two"))
    return {
        **data([]),
        "hypotheses": [{**each, "statement": each["label"]} for each in hypotheses],
        "coders": [
            {"id": "two", "kind": "model", "model": "m", "version": "1", "prompt": "p"},
            {"id": "one", "label": "The first reader"},
        ],
        "base_coder": "one",
        "prior_concentration": 6.0,
        "codebook": [
            {"id": "promise", "text": "a promise", "shared_likelihood": True, "restates": ["outcome"]},
            {"id": "deed", "text": "a deed", "step": "plan"},
        ],
        "conditions": {"rank": "a number", "tie": "a word"},
        "scales": [{"id": "own", "terms": {word: _ranged(*ends) for word, ends in WORDS.items()}}],
        "clusters": [
            {"id": "spare", "correlation": 0.9},
            {"id": "k", "correlation": _ranged(0.2, 0.5, 0.8)},
        ],
        "readings": [{"id": "tone", "label": "The tone", "options": {"plain": 0.7, "irony": 0.3}}],
        "sources": [
            {"id": "paper", "type": "document"},
            *({"id": key, "type": "document", "reliability": each} for key, each in rates.items()),
        ],
        "cases": [
            {
                "case": "case",
                "label": "A case",
                "conditions": conditions,
                "episodes": episodes[:3],
                "items": _items(),
                "events": [_event()],
            },
            {"case": "other", "label": "Another", "episodes": episodes[3:], "items": [late]},
        ],
        **more,
    }


@cache
def rich():
    """The set."""
    return sound(plain())
