"""Who held which office when, how countries are called, and the dates of legal acts: the file ``actors.yaml``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from bayes_trace.errors import Problem
from bayes_trace.evidence.dates import HistoricDate, first_day, last_day
from bayes_trace.evidence.values import Flag, Frozen, Name

__all__ = ["Act", "Actor", "Chronicle", "Country", "Office", "chronicle_problems"]


class Office(Frozen):
    """An office that an actor held; empty dates: not known, or not ended."""

    #: as documents have it: vice premier
    title: str
    #: first day; empty: not known
    since: HistoricDate | None = None
    #: last day; empty: not ended, or not known
    until: HistoricDate | None = None
    #: papers addressed to its holder recommend; the holder decides
    decides: Flag = False

    def held(self, date: str) -> bool:
        """Whether it may have been held at some time of a date or interval."""
        begun = self.since is None or first_day(self.since) <= last_day(date)
        return begun and (self.until is None or last_day(self.until) >= first_day(date))


class Actor(Frozen):
    """A person who speaks, writes or decides, and the offices held."""

    id: Name
    #: as documents have it
    name: str
    #: other spellings in the documents
    also: tuple[str, ...] = ()
    #: id of the country for which the actor speaks
    country: Name | None = None
    #: the day of death
    died: HistoricDate | None = None
    #: offices held, whenever
    offices: tuple[Office, ...] = ()


class Country(Frozen):
    """A country, with the words by which documents name it and its people."""

    id: Name
    #: other words for it and its people
    also: tuple[str, ...] = ()


class Act(Frozen):
    """A treaty, agreement, resolution or statute: one side makes some of these, and two others."""

    id: Name
    #: as texts name it
    name: str
    #: other names for it in the texts
    also: tuple[str, ...] = ()
    #: made by one side (a resolution, a statute) and so not signed by two
    one_sided: Flag = False
    #: when it was made
    date: HistoricDate
    #: when it ended
    ended: HistoricDate | None = None
    #: cases in whose texts it is meant; empty: all
    cases: tuple[Name, ...] = ()
    note: str = ""


class Chronicle(Frozen):
    """What is known of people, countries and acts apart from the evidence; `check` holds dates against it."""

    #: people who speak, write or decide
    actors: tuple[Actor, ...] = ()
    #: countries for which they speak
    countries: tuple[Country, ...] = ()
    #: treaties, agreements, resolutions, statutes
    acts: tuple[Act, ...] = ()

    def named_in(self, text: str) -> list[Actor]:
        """Actors whom a text names."""
        return [actor for actor in self.actors if any(name in text for name in (actor.name, *actor.also))]


def chronicle_problems(chronicle: Chronicle, cases: Iterable[str], sides: Iterable[str]) -> Iterator[Problem]:
    """Ids that stand twice, names that lead nowhere, offices that end before they begin."""
    known, countries = dict.fromkeys(cases), dict.fromkeys(country.id for country in chronicle.countries)
    for kind in ("actors", "countries", "acts"):
        for name, count in Counter(each.id for each in getattr(chronicle, kind)).items():
            if count > 1:
                yield Problem((kind, name), f"the id stands {count} times; rename all but one")
    for actor in chronicle.actors:
        yield from _actor(actor, countries)
    for act in chronicle.acts:
        yield from _unknown(("acts", act.id, "cases"), "case", act.cases, known)
    if countries:
        yield from _unknown(("sides",), "country", sides, countries)


def _actor(actor: Actor, countries: Collection[str]) -> Iterator[Problem]:
    if actor.country:
        yield from _unknown(("actors", actor.id, "country"), "country", [actor.country], countries)
    for office in actor.offices:
        if office.since and office.until and last_day(office.until) < first_day(office.since):
            message = (
                f"{office.title} from {office.since} until {office.until}; expected the earlier day first"
            )
            yield Problem(("actors", actor.id, "offices"), message)


def _unknown(
    where: tuple[str, ...], kind: str, names: Iterable[str], known: Collection[str]
) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            shown = ", ".join(known) or "none declared"
            yield Problem(where, f"no {kind} {name!r}; expected one of: {shown}")
