"""Sets with some records replaced; the old set stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bayes_trace.evidence import EvidenceSet, Item

__all__ = ["copy_set", "map_items", "with_item"]


def map_items(es: EvidenceSet, change: Callable[[Item], Item | None]) -> EvidenceSet:
    """The set with every item changed, or left out where the change gives None."""
    cases = tuple(
        case.model_copy(update={"items": tuple(new for item in case.items if (new := change(item)))})
        for case in es.cases
    )
    return copy_set(es, {"cases": cases})


def with_item(es: EvidenceSet, new: Item) -> EvidenceSet:
    """The set with the item of that id replaced."""
    return map_items(es, lambda item: new if item.id == new.id else item)


def copy_set(es: EvidenceSet, update: Mapping[str, object]) -> EvidenceSet:
    """The set with some of its fields replaced."""
    # model_copy would carry the cached look-ups of the old set along
    fields = {name: getattr(es, name) for name in EvidenceSet.model_fields}
    return EvidenceSet.model_construct(**{**fields, **update})
