"""Which entries and links an evidence set has: what enters the sum, episode by episode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.evidence import Coding, Episode, Event, EvidenceSet, Item
from bayes_trace.evidence.records import SOUGHT
from bayes_trace.likelihood.links import EVENT, FACT, ITEM, REPORT

__all__ = ["Entry", "Link", "chosen_episodes", "is_planned", "links_in"]


@dataclass(slots=True)
class Entry:
    """An item, an event or a report on one episode, with its codings by coder."""

    of: Item | Event
    role: int
    codings: dict[str, Coding] = field(default_factory=dict)
    #: whether a coding names a cluster or what it is given
    tied: bool = False

    @property
    def given(self) -> tuple[str, ...]:
        """Items and events that it, or a coding of it, is coded given."""
        stated = [coding.given for coding in self.codings.values() if coding.given]
        return tuple(dict.fromkeys(chain(self.of.given, *stated))) if stated else self.of.given

    @property
    def source(self) -> str:
        """Key of its source; an event has none of its own."""
        source = None if isinstance(self.of, Event) else self.of.source
        return source.key if source else ""

    @property
    def cluster(self) -> str:
        """From the first coding that states one, or its own."""
        for coding in self.codings.values():
            if coding.cluster:
                return coding.cluster
        return self.of.cluster or ""


@dataclass(slots=True)
class Link:
    """What enters the sum of one episode: an item, the items of one fact, or an event with its reports."""

    episode: Episode
    kind: int
    #: reading or event that holds the entries together
    group: str = ""
    entries: list[Entry] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The name of its one item, or of its fact or event."""
        if self.kind == EVENT or len(self.entries) > 1:
            return self.group
        return self.entries[0].of.id

    @property
    def cluster(self) -> str:
        """The cluster that its entries stand in; reports of an event have none of their own."""
        return next((entry.cluster for entry in self.entries if entry.role != REPORT and entry.cluster), "")


def chosen_episodes(es: EvidenceSet, episodes: Iterable[str] | None) -> list[Episode]:
    """The episodes named, by default all that are scored, in the order of the set."""
    if episodes is None:
        chosen = [episode for episode in es.episodes.values() if episode.scored]
    else:
        wanted = list(episodes)
        for name in wanted:
            if name not in es.episodes:
                raise UnknownNameError("episode", name, list(es.episodes))
            if not es.episodes[name].scored:
                message = f"episode {name} is not scored: {es.episodes[name].not_scored}"
                raise BayesTraceError(message)
        chosen = [episode for name, episode in es.episodes.items() if name in wanted]
    if not chosen:
        message = f"{es.id}: no scored episode; score one, or see the reasons under not_scored"
        raise BayesTraceError(message)
    return chosen


def links_in(es: EvidenceSet, chosen: Sequence[Episode], *, planned: bool = False) -> list[Link]:
    """Coded and sought links, by episode, then in the order of the files; with those planned, if so asked."""
    places = {episode.id: number for number, episode in enumerate(chosen)}
    found: list[list[Link]] = [[] for _ in chosen]
    facts: dict[tuple[int, str], Link] = {}
    wanted = (*SOUGHT, "planned") if planned else SOUGHT
    for item in es.items.values():
        if item.found not in wanted:
            continue
        for place, entry in _entries_of(es, item, places, ITEM).items():
            if item.reading is None:
                found[place].append(Link(chosen[place], ITEM, item.id, [entry]))
            elif held := facts.get((place, item.reading)):
                held.entries.append(entry)
            else:
                link = facts[place, item.reading] = Link(chosen[place], FACT, item.reading, [entry])
                found[place].append(link)
    _add_events(es, chosen, places, found)
    return [link for here in found for link in here]


def _add_events(
    es: EvidenceSet, chosen: Sequence[Episode], places: Mapping[str, int], found: list[list[Link]]
) -> None:
    """Events with their reports; one that nothing reports says nothing."""
    for event in es.events.values():
        for place, entry in _entries_of(es, event, places, EVENT).items():
            if reports := es.reports_on(event.id, chosen[place].id):
                held = [entry, *(Entry(item, REPORT) for item in reports)]
                found[place].append(Link(chosen[place], EVENT, event.id, held))


def _entries_of(es: EvidenceSet, of: Item | Event, places: Mapping[str, int], role: int) -> dict[int, Entry]:
    """What is coded of hypotheses, by the place of the episode."""
    entries: dict[int, Entry] = {}
    for coding in of.codings:
        if coding.about is not None:
            continue
        coder = coding.coder or es.base_coder
        for episode in coding.episodes or of.episodes:
            if (place := places.get(episode)) is None:
                continue
            if (held := entries.get(place)) is None:
                held = entries[place] = Entry(of, role)
            held.codings[coder] = coding
            held.tied = held.tied or bool(coding.given or coding.cluster)
    return entries


def is_planned(coded: Item | Event) -> bool:
    """Whether it is an item still to be looked for."""
    return isinstance(coded, Item) and coded.found == "planned"
