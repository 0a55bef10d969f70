"""Problems of planned items: what an archive may hold and nobody has looked for yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bayes_trace.errors import Problem

if TYPE_CHECKING:
    from bayes_trace.evidence.records import Item
    from bayes_trace.evidence.sets import EvidenceSet

__all__ = ["prospect_problems"]


def prospect_problems(es: EvidenceSet, item: Item) -> Iterator[Problem]:
    """Invalid costs, and roles that a planned item cannot have."""
    if item.cost is not None and item.cost <= 0:
        yield Problem(
            ("items", item.id, "cost"),
            f"{item.cost:.15g}, expected above 0; leave out all costs if one is unknown",
        )
    if item.found == "planned":
        if item.cost is None and es.has_costs:
            message = "missing, while other planned items have one; state it for all or for none"
            yield Problem(("items", item.id, "cost"), message)
        yield from _parts(item)
    for name in sorted(item.conditional_on & es.items.keys()):
        if es.items[name].found == "planned":
            message = f"{name} is planned, so it is not known how its search ends; code the item without it"
            yield Problem(("items", item.id, "given"), message)


def _parts(item: Item) -> Iterator[Problem]:
    for key, name in (("event", item.event), ("reading", item.reading)):
        if name is not None:
            message = (
                f"{name}; a planned item is coded by itself, as if it had been found, so leave {key} out"
            )
            yield Problem(("items", item.id, key), message)
