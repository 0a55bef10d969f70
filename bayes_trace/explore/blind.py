"""The page of a coder: items to judge one at a time, without the numbers of anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bayes_trace.evidence import Coder, Event, EvidenceSet, Item
from bayes_trace.explore.numbers import Pool, assumption, reading_of
from bayes_trace.explore.page import filled_page
from bayes_trace.explore.texts import episode_texts, frame, item_texts
from bayes_trace.guards import guarded

__all__ = ["blind_page"]

Plain = dict[str, Any]


@guarded
def blind_page(evidence_set: EvidenceSet, coder: str) -> str:
    """A form in which one coder judges every item that the set codes, without seeing any judgement.

    Parameters
    ----------
    evidence_set
        The set whose items are to be judged.
    coder
        Name of the coder: the file that comes out is ``codings/<coder>.csv``.

    Returns
    -------
    HTML that needs no network; it holds no coding, no prior and no answer.

    Raises
    ------
    BayesTraceError
        If the name cannot be that of a file, or is that of the base coder.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> text = blind_page(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), "second")
    >>> "0.8" in text.split('type="application/json">')[1]
    False
    """
    who = _coder(evidence_set, coder)
    items = item_texts(evidence_set)
    known = assumption(evidence_set, Pool(), name="base", label="", reason="", scenarios=())
    even = 1 / len(evidence_set.hypotheses)
    hidden = {
        **known,
        "episodes": {},
        "sources": {},
        "clusters": {},
        "readings": {
            r.id: {**reading_of(r), "options": dict.fromkeys(r.options, even)} for r in evidence_set.readings
        },
    }
    return filled_page(
        {
            **frame(evidence_set),
            "mode": "blind",
            "coders": [],
            "coder": who,
            "tasks": list(_tasks(evidence_set)),
            "episodes": episode_texts(evidence_set, {}),
            "items": items,
            "sources": {},
            "scales": {},
            "entries": [],
            "assumptions": [hidden],
        }
    )


def _coder(es: EvidenceSet, name: str) -> Plain:
    from pydantic import ValidationError

    from bayes_trace.errors import BayesTraceError

    if name == es.base_coder:
        message = f"{name} is the base coder, whose judgements stand in the case files; name a further coder"
        raise BayesTraceError(message)
    declared = next((each for each in es.coders if each.id == name), None)
    try:
        who = declared or Coder(id=name)
    except ValidationError:
        message = (
            f"coder {name!r}: expected a name that can name a file: letters, digits, and . _ + - between them"
        )
        raise BayesTraceError(message) from None
    return {
        "id": who.id,
        "label": who.label or who.id,
        "unit": str(who.unit),
        "declared": declared is not None,
    }


def _tasks(es: EvidenceSet) -> Iterator[Plain]:
    """Everything that anybody coded, once, with the episodes that it was coded for."""
    readings = {reading.id: reading for reading in es.readings}
    for each in es.coded.values():
        codings = [coding for coding in each.codings if not coding.about]
        if not codings or (isinstance(each, Item) and not each.sought):
            continue
        coded = {name for coding in codings for name in coding.episodes or each.episodes}
        reading = None if isinstance(each, Event) else readings.get(each.reading or "")
        yield {
            "of": each.id,
            "kind": "event" if isinstance(each, Event) else "item",
            "episodes": [name for name in each.episodes if name in coded],
            "absent": isinstance(each, Item) and each.found == "absent",
            "options": list(reading.options) if reading else [""],
            **(
                {"reading": reading.label or reading.id, "words": reading_of(reading)["words"]}
                if reading
                else {}
            ),
        }
