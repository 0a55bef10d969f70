"""Problems of events and their reports: who attests to what, how reliably, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bayes_trace.errors import Problem
from bayes_trace.evidence.about import unknown_name
from bayes_trace.evidence.coded import coding_problems
from bayes_trace.evidence.records import Event, Item
from bayes_trace.evidence.sets import EvidenceSet

__all__ = ["event_problems", "report_problems"]

#: what a report leaves to its event, and what to do instead
_OF_THE_EVENT = {
    "codings": "code the event instead, and leave the report without likelihoods",
    "not_coded": "the event is coded; leave this out",
    "cluster": "put the event in the cluster, or give the event a correlation of its reports",
    "given": "state it on the event instead",
    "reading": "an event has no readings; make the report an item of its own, or leave the reading out",
    "package": "list the members in an item of its own",
}


def event_problems(es: EvidenceSet, event: Event) -> Iterator[Problem]:
    """Problems of an event, its codings and its reports taken together."""
    where = ("events", event.id)
    if not event.codings and not event.not_coded:
        message = "missing; give P(event given hypothesis), or say why not in not_coded"
        yield Problem((*where, "coding"), message)
    if event.codings and event.not_coded:
        message = "the event has codings and a reason for having none; keep one"
        yield Problem((*where, "not_coded"), message)
    if event.codings and not event.episodes:
        yield Problem((*where, "episodes"), "missing; name the episodes that the event bears on")
    if event.id in es.declared["reading"]:
        yield Problem(where, "a reading has the same id, and results name both; rename one")
    if not es.reports[event.id]:
        message = f"no report; give the items that report it `event: {event.id}`, or code it as an item"
        yield Problem(where, message)
    yield from coding_problems(es, event)
    yield from _repeated(es, event)


def _repeated(es: EvidenceSet, event: Event) -> Iterator[Problem]:
    """A source reports an event once."""
    heard = Counter(
        (item.source.key, episode)
        for item in es.reports[event.id]
        if item.source
        for episode in es.episodes_of(item)
    )
    for (source, episode), count in heard.items():
        if count > 1:
            message = f"{source} reports it {count} times for {episode}; a source reports an event once, so keep one report"
            yield Problem(("events", event.id), message)


def report_problems(es: EvidenceSet, item: Item) -> Iterator[Problem]:
    """Problems of an item as a report of an event."""
    where = ("items", item.id)
    if item.event is None:
        if item.says:
            message = (
                f"{item.says!r} without an event; name the event that the item reports, or leave this out"
            )
            yield Problem((*where, "says"), message)
        return
    if item.event not in es.events:
        yield unknown_name((*where, "event"), "event", item.event, list(es.events))
        return
    for key, mend in _OF_THE_EVENT.items():
        if getattr(item, key):
            yield Problem((*where, key), f"the item is a report of {item.event}; {mend}")
    yield from _beyond(es, item)
    yield from _source(es, item)
    if item.says == "no" and item.found == "absent":
        message = (
            "'no' on a report that was not found; a denial is `found: present`, and silence says nothing"
        )
        yield Problem((*where, "says"), message)


def _beyond(es: EvidenceSet, item: Item) -> Iterator[Problem]:
    covered = dict.fromkeys(es.events[str(item.event)].episodes)
    for episode in item.episodes:
        if episode not in covered and episode in es.episodes:
            shown = ", ".join(covered) or "none"
            message = f"the event {item.event} does not bear on {episode}; expected one of: {shown}"
            yield Problem(("items", item.id, "episodes"), message)


def _source(es: EvidenceSet, item: Item) -> Iterator[Problem]:
    """A report is as good as its source, so the source's rates must be there."""
    if item.source is None:
        message = "missing; a report needs the source that makes it, with its reliability"
        yield Problem(("items", item.id, "source"), message)
        return
    key = item.source.key
    source = es.source_by_key.get(key)
    if source is None or (source.grade and source.grade not in es.reliability_grades):
        return  # said elsewhere
    reliability = es.reliability_of(key)
    if reliability is None:
        message = (
            f"{key} reports {item.event} but has no reliability; give it hit and false_report, or a grade"
        )
        yield Problem(("sources", key), message)
    elif item.denies and not reliability.can_deny:
        message = (
            f"'no', but how often {key} denies is not stated; give its reliability "
            "`denies: {if_true, if_false}`, or `always_answers: true`"
        )
        yield Problem(("items", item.id, "says"), message)
