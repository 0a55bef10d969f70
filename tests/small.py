"""Small evidence sets in the short words of a test."""

from __future__ import annotations

from bayes_trace.evidence import EvidenceSet, list_problems


def item(name, values=None, /, **more):
    """An item of episode ``e1`` with one coding in probabilities."""
    codings = [{"values": values}] if values else []
    return {"id": name, "paraphrase": f"what {name} says", "episodes": ["e1"], "codings": codings, **more}


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
        "cases": [
            {
                "case": "case",
                "label": "Case",
                "episodes": [{"id": e, "label": e, "outcome": "something"} for e in episodes],
                "items": items,
            }
        ],
        **more,
    }


def unchecked(items, /, **more):
    """The set as it stands, sound or not."""
    return EvidenceSet.model_validate(data(items, **more))


def problems(items, /, **more):
    """What is wrong with the set, one line each."""
    return [str(problem) for problem in list_problems(unchecked(items, **more))]


def sound(plain):
    """The set of plain data, which must be sound."""
    es = EvidenceSet.model_validate(plain)
    assert [str(problem) for problem in list_problems(es)] == []
    return es


def make(items, /, **more):
    """A sound set."""
    return sound(data(items, **more))
