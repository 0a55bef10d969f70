"""The order in which a flat table holds judgements, so that it is read back as it was written."""

from __future__ import annotations

from bayes_trace.evidence import Coding, EvidenceSet, Item
from bayes_trace.evidence.values import ATTEMPT

__all__ = ["by_case"]


def by_case(es: EvidenceSet) -> list[tuple[Item, str, Coding, str]]:
    """All judgements, case by case: an item belongs to the case of its first episode, as it is read back."""
    links = [*es.coded_links(planned=True), *_attempts(es)]
    order = {case.case: number for number, case in enumerate(es.cases)}
    home: dict[str, int] = {}
    for item, episode, _, _ in links:
        home.setdefault(item.id, order[es.case_of[episode].case])
    return sorted(links, key=lambda link: home[link[0].id])


def _attempts(es: EvidenceSet) -> list[tuple[Item, str, Coding, str]]:
    """Judgements of attempts, the episodes of an item in the order in which its other rows name them."""
    tried = list(es.coded_links(ATTEMPT, planned=True))
    named = [(item.id, episode) for item, episode, _, _ in (*es.coded_links(planned=True), *tried)]
    place = {pair: number for number, pair in reversed(list(enumerate(named)))}
    first = {item.id: number for number, (item, _, _, _) in reversed(list(enumerate(tried)))}
    return sorted(tried, key=lambda link: (first[link[0].id], place[link[0].id, link[1]]))
