"""Evidence sets in the short words of a test: from the items of one case, or from the items of each episode."""

from __future__ import annotations

from bayes_trace.evidence import EvidenceSet, list_problems

HYPOTHESES = ("A", "B", "C")


def ranged(values, /):
    """Values with every (low, best, high) written out."""
    return {name: one(value) if isinstance(value, tuple) else value for name, value in values.items()}


def one(value, /):
    """Low, best and high by name."""
    return dict(zip(("low", "best", "high"), value, strict=True))


def item(name, values=None, /, *, coding=None, **more):
    """An item with one coding in probabilities, of the first episode unless told otherwise."""
    codings = [{"values": ranged(values), **(coding or {})}] if values else []
    return {"id": name, "paraphrase": f"what {name} says", "codings": codings, **more}


def ratio(name, values, /, *, reference="A", **more):
    """An item with one coding in decibels against a reference."""
    return item(name, values, coding={"unit": "ratio_db", "reference": reference}, **more)


def read(name, options, /, *, reading, **more):
    """An item of an uncertain fact, coded under each of its readings."""
    codings = [{"readings": {option: ranged(values) for option, values in options.items()}}]
    return item(name, reading=reading, **{"codings": codings, **more})


def report(name, source, /, *, event, **more):
    """What a source says of an event."""
    return item(name, event=event, source={"key": source}, **more)


def source(name, reliability, /):
    """A document whose reports are reliable to that degree."""
    return {"id": name, "type": "document", "reliability": reliability}


def data(items, /, *, hypotheses=("A", "B"), episodes=("e1",), priors=None, **more):
    """Plain data of a set of one case."""
    share = priors or [1 / len(hypotheses)] * len(hypotheses)
    return {
        "version": 1,
        "id": "small",
        "title": "A small set",
        "question": "Which?",
        "base_coder": "first",
        "coders": [{"id": "first"}, {"id": "second"}],
        "hypotheses": [
            {"id": h, "label": h, "statement": h, "prior": p} for h, p in zip(hypotheses, share, strict=True)
        ],
        "cases": [case("case", dict.fromkeys(episodes, ()), items=items, label="Case")],
        **more,
    }


def case(name, episodes, /, *, items=(), events=(), details=None, **more):
    """A case of these episodes, each with items of its own; an item without episodes bears on the first."""
    given, first = details or {}, next(iter(episodes))
    own = {each["id"]: {"episodes": [episode], **each} for episode, rows in episodes.items() for each in rows}
    return {
        "case": name,
        "label": name,
        "episodes": [{"id": e, "label": e, "outcome": "something", **given.get(e, {})} for e in episodes],
        "items": [*({**bears_on(first, each), **each} for each in items), *own.values()],
        "events": [{"label": each["id"], **each} for each in events],
        **given.get(name, {}),
        **more,
    }


def bears_on(episode, row, /):
    """The episode of an item; a report bears on those of its event."""
    return {} if row.get("event") else {"episodes": [episode]}


def unchecked(items, /, **more):
    """The set as it stands, sound or not."""
    return EvidenceSet.model_validate(data(items, **more))


def problems(items, /, **more):
    """What is wrong with the set, one line each."""
    return [str(problem) for problem in list_problems(unchecked(items, **more))]


def sound(plain, /):
    """The set of plain data, which must be sound."""
    es = EvidenceSet.model_validate(plain)
    assert [str(problem) for problem in list_problems(es)] == []
    return es


def make(items, /, **more):
    """A sound set of one case."""
    return sound(data(items, **more))


def make_set(
    episodes,
    /,
    *,
    priors=(0.5, 0.3, 0.2),
    hypotheses=HYPOTHESES,
    coders=("one",),
    cases=None,
    steps=None,
    details=None,
    events=(),
    **more,
):
    """A sound set of {episode: items}; an item of several episodes stands in one of them or in all."""
    plain = data([], hypotheses=hypotheses, priors=priors, coders=[{"id": c} for c in coders])
    for each in plain["hypotheses"]:
        each["steps"] = (steps or {}).get(each["id"], ())
    made, seen = [], set()
    for name, within in (cases or {"case": list(episodes)}).items():
        rows = {e: [each for each in episodes[e] if each["id"] not in seen] for e in within}
        seen |= {each["id"] for its in rows.values() for each in its}
        told = [each for each in events if each["episodes"][0] in within]
        made.append(case(name, rows, events=told, details=details))
    return sound({**plain, "base_coder": coders[0], "cases": made, **more})
