"""Sets with some records replaced; the old set stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bayes_trace.evidence import Episode, Event, EvidenceSet, Item

__all__ = ["copy_set", "map_coded", "map_episodes", "with_coded", "without_coded"]


def map_coded(es: EvidenceSet, change: Callable[[Item | Event], Item | Event | None]) -> EvidenceSet:
    """The set with every item and event changed, or left out where the change gives None."""
    cases = tuple(
        case.model_copy(
            update={
                kind: tuple(new for each in getattr(case, kind) if (new := change(each)))
                for kind in ("items", "events")
            }
        )
        for case in es.cases
    )
    return copy_set(es, {"cases": cases})


def map_episodes(es: EvidenceSet, change: Callable[[Episode], Episode]) -> EvidenceSet:
    """The set with every episode changed."""
    cases = tuple(
        case.model_copy(update={"episodes": tuple(change(each) for each in case.episodes)})
        for case in es.cases
    )
    return copy_set(es, {"cases": cases})


def with_coded(es: EvidenceSet, new: Item | Event) -> EvidenceSet:
    """The set with the item or event of that id replaced."""
    return map_coded(es, lambda each: new if each.id == new.id else each)


def without_coded(es: EvidenceSet, names: set[str]) -> EvidenceSet:
    """The set without the items and events of these ids."""
    return map_coded(es, lambda each: None if each.id in names else each)


def copy_set(es: EvidenceSet, update: Mapping[str, object]) -> EvidenceSet:
    """The set with some of its fields replaced."""
    # model_copy would carry the cached look-ups of the old set along
    fields = {name: getattr(es, name) for name in EvidenceSet.model_fields}
    return EvidenceSet.model_construct(**{**fields, **update})
