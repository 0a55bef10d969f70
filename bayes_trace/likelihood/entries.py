"""Which entries and links an evidence set has: what enters the sum, episode by episode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.evidence import Coding, Episode, Event, EvidenceSet, Item
from bayes_trace.likelihood.links import EVENT, FACT, ITEM, REPORT

__all__ = ["Entry", "Link", "chosen_episodes", "is_planned", "links_in"]


@dataclass(slots=True)
class Entry:
    """An item, an event or a report on one episode, with its codings by coder."""

    of: Item | Event
    role: int
    codings: dict[str, Coding] = field(default_factory=dict)

    @property
    def given(self) -> tuple[str, ...]:
        """Items and events that it, or a coding of it, is coded given."""
        stated = (name for coding in self.codings.values() for name in coding.given)
        return tuple(dict.fromkeys((*self.of.given, *stated)))

    @property
    def source(self) -> str:
        """Key of its source; an event has none of its own."""
        source = None if isinstance(self.of, Event) else self.of.source
        return source.key if source else ""

    @property
    def cluster(self) -> str:
        """From the first coding that states one, or its own."""
        stated = (coding.cluster for coding in self.codings.values() if coding.cluster)
        return next(stated, self.of.cluster or "")


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
    order = {episode.id: number for number, episode in enumerate(chosen)}
    links: dict[tuple[str, int, str], Link] = {}
    entries: dict[tuple[str, str], Entry] = {}
    for item, episode, coding, coder in _codings(es):
        if episode not in order or not (_counts(item) or (planned and is_planned(item))):
            continue
        entry = entries.get((episode, item.id))
        if entry is None:
            kind, role = _kind(item, coding)
            entry = entries[episode, item.id] = Entry(item, role)
            group = item.id if kind != FACT else str(getattr(item, "reading", ""))
            link = links.setdefault((episode, kind, group), Link(es.episodes[episode], kind, group))
            link.entries.append(entry)
        entry.codings[coder] = coding
    _add_reports(es, links)
    return sorted(links.values(), key=lambda link: order[link.episode.id])


def _counts(coded: Item | Event) -> bool:
    """Whether it is evidence: an event, or an item whose search has ended."""
    return isinstance(coded, Event) or coded.sought


def is_planned(coded: Item | Event) -> bool:
    """Whether it is an item still to be looked for."""
    return isinstance(coded, Item) and coded.found == "planned"


def _codings(es: EvidenceSet) -> Iterator[tuple[Item | Event, str, Coding, str]]:
    yield from es.coded_links(planned=True)
    yield from es.coded_events()


def _kind(item: Item | Event, coding: Coding) -> tuple[int, int]:
    if isinstance(item, Event):
        return EVENT, EVENT
    return (FACT if coding.readings else ITEM), ITEM


def _add_reports(es: EvidenceSet, links: dict[tuple[str, int, str], Link]) -> None:
    """Reports stand behind their event, in every episode that they bear on; an event of none says nothing."""
    for key in [key for key in links if key[1] == EVENT]:
        episode, _, event = key
        if reports := es.reports_on(event, episode):
            links[key].entries += [Entry(item, REPORT) for item in reports]
        else:
            del links[key]
