"""Problems of what a coding is about: attempts, contrasts, and whether a supply or a refusal is explained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from bayes_trace.errors import Problem
from bayes_trace.evidence.records import Event, Item
from bayes_trace.evidence.sets import EvidenceSet, default_sense
from bayes_trace.evidence.values import ATTEMPT, Coding

__all__ = [
    "about_problems",
    "contrast_problems",
    "mechanism_problems",
    "sense_problems",
    "unknown_name",
    "unknown_names",
]

Where = tuple[str | int, ...]
#: senses that an outcome settles by itself
_SETTLED = {"yes": "supply", "no": "refusal"}
#: items of each sense to show
SHOWN = 3
_PARTS = ("attempt", "reply", "success", "backfire")


def unknown_name(where: Where, kind: str, name: str, known: Iterable[str]) -> Problem:
    """A name that leads nowhere, with the first of those that would."""
    shown = ", ".join(list(known)[:12]) or "none declared"
    return Problem(where, f"no {kind} {name!r}; expected one of: {shown}")


def unknown_names(where: Where, kind: str, names: Iterable[str], known: Collection[str]) -> Iterator[Problem]:
    """Names that lead nowhere."""
    for name in names:
        if name not in known:
            yield unknown_name(where, kind, name, known)


def about_problems(es: EvidenceSet, coded: Item | Event, coding: Coding, where: Where) -> Iterator[Problem]:
    """What a coding is about, and what cannot go with that."""
    contrast = isinstance(coded, Item) and bool(coded.contrast)
    if contrast and coding.about not in (known := [*es.written_parts(), *es.hypothesis_ids]):
        yield unknown_name((*where, "about"), "hypothesis", coding.about or "", dict.fromkeys(known))
    elif coding.about not in (None, ATTEMPT) and not contrast:
        message = f"{coding.about!r}, expected {ATTEMPT}, or nothing for a coding by hypotheses"
        yield Problem((*where, "about"), message)
    if coding.about and coding.of:
        message = f"{coding.of!r} of a coding that is not about hypotheses; leave it out"
        yield Problem((*where, "of"), message)
    by_hypothesis = isinstance(coded, Item) and coded.detection is None and coded.detection_by_hypothesis
    if coding.about == ATTEMPT and by_hypothesis:
        message = "missing; a coding about: attempt needs one detection, whatever hypothesis is true"
        yield Problem(("items", coded.id, "detection"), message)


def contrast_problems(es: EvidenceSet, item: Item) -> Iterator[Problem]:
    """A contrast is of two episodes or cases, and an item of neither."""
    if not item.contrast:
        return
    where: Where = ("items", item.id)
    cases = {case.case for case in es.cases}
    for name in item.contrast:
        if name not in es.episodes and name not in cases:
            known = [*es.episodes, *(case.case for case in es.cases)]
            yield unknown_name((*where, "contrast"), "episode or case", name, known)
    if len(item.contrast) != 2 or item.contrast[0] == item.contrast[1]:
        message = f"{', '.join(item.contrast)}; expected two that differ"
        yield Problem((*where, "contrast"), message)
    unfit = {"episodes": "it counts for the conditions in which they differ, and for neither of them",
             "event": "a report is an item of its event", "reading": "it has one reading",
             "given": "it stands by itself", "cluster": "it stands by itself"}  # fmt: skip
    for key, why in unfit.items():
        if getattr(item, key):
            yield Problem((*where, key), f"a contrast; {why}, so leave {key} out")
    if item.found != "present" or (item.source and es.reliability_of(item.source.key)):
        message = "a contrast is found: present, of a source whose reliability is not modelled"
        yield Problem((*where, "found"), message)


def sense_problems(es: EvidenceSet) -> Iterator[Problem]:
    """Every episode is coded in one sense, which is that of its outcome."""
    said: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(dict)
    links: list[tuple[Item | Event, str, Coding, str]] = [*es.coded_links(), *es.coded_events()]
    for coded, episode, coding, coder in links:
        if episode in es.episodes:
            sense = coding.of or default_sense(es.episodes[episode])
            said[episode].setdefault(sense, {}).setdefault(coder, []).append(coded.id)
    for episode, senses in said.items():
        settled = _SETTLED.get(es.episodes[episode].granted)
        if len(senses) > 1:
            each = "; ".join(f"of {sense} by {_who(by)}" for sense, by in senses.items())
            message = f"coded in two senses: {each}; code all of one, or split the episode"
            yield Problem(("episodes", episode), message)
        elif settled and settled not in senses:
            said_of, by = next(iter(senses.items()))
            granted = es.episodes[episode].granted
            message = f"coded of {said_of} by {_who(by)}, but granted: {granted}; code it of {settled}"
            yield Problem(("episodes", episode), message)


def _who(by_coder: dict[str, list[str]]) -> str:
    def shown(items: list[str]) -> str:
        more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
        return ", ".join(items[:SHOWN]) + more

    return ", ".join(f"{coder} ({shown(items)})" for coder, items in by_coder.items())


def mechanism_problems(es: EvidenceSet) -> Iterator[Problem]:
    """Names in readings of the mechanism, and coders who give two; parts of a decision that say the same."""
    coders, known = es.declared["coder"], {*es.coded, *es.set_aside}
    for episode in es.episodes.values():
        for part in _PARTS:
            where: Where = ("episodes", episode.id, part)
            seen: set[str] = set()
            for each in getattr(episode, part):
                coder = each.coder or es.base_coder
                if coder not in coders:
                    yield unknown_name((*where, "coder"), "coder", coder, coders)
                if coder in seen:
                    yield Problem(where, f"{coder} gives two readings; keep one")
                seen.add(coder)
                for name in (*each.items, *getattr(each, "items_feared", ())):
                    if name not in known:
                        yield unknown_name((*where, "items"), "item or event", name, es.coded)
    yield from _decisions(es)


def _decisions(es: EvidenceSet) -> Iterator[Problem]:
    parts: dict[str, list[str]] = defaultdict(list)
    for episode in es.episodes.values():
        if episode.decision:
            parts[episode.decision].append(episode.id)
    for decision, episodes in parts.items():
        granted = [es.episodes[name].granted for name in episodes]
        if len(set(granted)) < len(granted):
            message = (
                f"{' and '.join(episodes)} are parts of the decision {decision} with the same outcome; "
                "make them one episode, or correct granted"
            )
            yield Problem(("episodes", episodes[-1], "decision"), message)
        if decision in es.episodes:
            message = f"{decision!r} is an episode; a decision has a name of its own"
            yield Problem(("episodes", episodes[0], "decision"), message)
