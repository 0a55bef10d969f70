"""Chains that must end somewhere: what is given what, what adds up what, what is part of what."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from bayes_trace.errors import Problem
from bayes_trace.evidence.sets import EvidenceSet

__all__ = ["circle_problems", "in_circles"]


def circle_problems(es: EvidenceSet) -> Iterator[Problem]:
    """Items, episodes and packages that lead back to themselves."""
    kind = {**dict.fromkeys(es.items, "items"), **dict.fromkeys(es.events, "events")}
    for name in in_circles({each.id: to for each in es.coded.values() if (to := each.conditional_on)}):
        message = "items are conditional on one another in a cycle; break it"
        yield Problem((kind[name], name, "given"), message)
    for name in in_circles(
        {name: each.aggregate_of for name, each in es.episodes.items() if each.aggregate_of}
    ):
        message = "episodes add up one another in a cycle; name the parts of which this is the sum"
        yield Problem(("episodes", name, "aggregate_of"), message)
    for name in in_circles({name: each.package for name, each in es.items.items() if each.package}):
        message = "packages hold one another in a cycle; name the items that are coded jointly here"
        yield Problem(("items", name, "package"), message)


def in_circles(leads_to: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Names from which no way comes to an end.

    Examples
    --------
    >>> list(in_circles({"a": ["b"], "b": ["a"], "c": []}))
    ['a', 'b']
    """
    open_ways: dict[str, int] = {}
    before: dict[str, list[str]] = {}
    for name, to in leads_to.items():
        ahead = {each for each in to if each in leads_to}
        open_ways[name] = len(ahead)
        for each in ahead:
            before.setdefault(each, []).append(name)
    ended = [name for name, count in open_ways.items() if not count]
    for name in ended:  # grows as it is gone through
        for each in before.get(name, ()):
            open_ways[each] -= 1
            if not open_ways[each]:
                ended.append(each)
    yield from (name for name, count in open_ways.items() if count)
