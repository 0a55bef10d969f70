"""Certainties: together they must leave every episode with a hypothesis that is possible."""

from __future__ import annotations

from collections.abc import Iterator

from bayes_trace.errors import Problem
from bayes_trace.evidence.records import Item
from bayes_trace.evidence.sets import EvidenceSet
from bayes_trace.evidence.values import Coding, Value

__all__ = ["certain_problems"]

RuledOut = dict[str, list[str]]


def certain_problems(es: EvidenceSet) -> Iterator[Problem]:
    """Episodes for which every hypothesis is ruled out by what one coder says."""
    ruled: dict[tuple[str, str], RuledOut] = {}
    if not any(item.decisive for item in es.items.values()):
        return
    for item, episode, coding, coder in es.coded_links():
        here = ruled.setdefault((episode, coder), {})
        for name in _ruled_out(es, item, coding):
            here.setdefault(name, []).append(item.id)
    for (episode, coder), by in ruled.items():
        if set(by) >= set(es.hypothesis_ids):
            told = "; ".join(f"{name} by {', '.join(by[name])}" for name in es.hypothesis_ids)
            message = (
                f"{coder} rules out every hypothesis ({told}); one of these certainties must be wrong, "
                "or the true explanation is not among the hypotheses"
            )
            yield Problem(("episodes", episode), message)


def _ruled_out(es: EvidenceSet, item: Item, coding: Coding) -> Iterator[str]:
    """Hypotheses under which the item, as it was found, is impossible; compounds with all of their parts."""
    if not item.decisive or coding.form.ratio or coding.form.words or coding.readings:
        return
    if not item.sought or item.found == "planned" or (item.source and es.reliability_of(item.source.key)):
        return  # what is believed in part rules nothing out
    none = coding.form.highest if item.found == "absent" else coding.form.lowest
    out = {name for name, value in coding.values.items() if value.best == none and _found_surely(item, name)}
    yield from out
    for name, parts in es.compounds.items():
        if name not in coding.values and set(parts) <= out:
            yield name


def _found_surely(item: Item, hypothesis: str) -> bool:
    """Whether an absent item would surely have been found."""
    if item.found != "absent":
        return True
    detection = item.detection_by_hypothesis.get(hypothesis, item.detection) or Value(best=0.0)
    return detection.best == 1
