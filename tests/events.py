"""A fire that two sources of stated reliability report."""

from __future__ import annotations

from tests.build import data

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
