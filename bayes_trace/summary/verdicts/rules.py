"""Verdicts on episodes, as rules over numbers: the first that applies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bayes_trace.summary.verdicts.answers import BASE, Answer, Answers, Reader, Setting

__all__ = ["HALF", "HIGH", "WEAK_DB", "Kind", "Lowest", "Turned", "Verdict", "lowest", "turned", "verdict"]

#: bounds are conventions of this project: more likely than not, four to one, ten to one
HALF, HIGH, WEAK_DB = 0.5, 0.8, 10.0


class Kind(StrEnum):
    """The verdicts, in the order in which they are tried."""

    SUM = "sum"
    NOT_CODED = "not coded"
    REVERSED = "reversed"
    DIFFER = "readers differ"
    REVERSED_FOR = "reversed for"
    LEVEL = "level"
    OPEN = "open"
    HOLDS = "holds"
    LEADS = "leads"


#: verdicts that are no answer and enter no count
UNJUDGED = (Kind.SUM, Kind.NOT_CODED)


@dataclass(frozen=True)
class Verdict:
    """What can be said of one episode."""

    kind: Kind
    #: readers for whom the preferred assumptions overturn the base
    reversed_for: tuple[Reader, ...] = ()
    #: readers for whom the lead is under ten decibels
    weak_for: tuple[Reader, ...] = ()

    @property
    def word(self) -> str:
        """The word that stands in a table."""
        if self.kind is Kind.REVERSED_FOR:
            return f"reversed for {', '.join(reader.letter for reader in self.reversed_for)}"
        return f"{self.kind.value}, weak" if self.stands and self.weak_for else self.kind.value

    @property
    def judged(self) -> bool:
        """Whether the episode enters a count."""
        return self.kind not in UNJUDGED

    @property
    def stands(self) -> bool:
        """Whether all readers find one and the same explanation more likely than not."""
        return self.kind in (Kind.HOLDS, Kind.LEADS)


@dataclass(frozen=True)
class Turned:
    """Assumptions under which, and a reader for whom, the preferred leader does not lead alone."""

    setting: Setting
    reader: Reader
    answer: Answer


@dataclass(frozen=True)
class Lowest:
    """The smallest probability, or lead, of a hypothesis, and what gives it."""

    hypothesis: str
    p: float
    #: over its strongest rival there, in dB; negative where that one leads
    lead_db: float
    setting: Setting
    reader: Reader


def verdict(answers: Answers, episode: str) -> Verdict:
    """The verdict on an episode, by the answers under the preferred assumptions.

    *reversed*: for every reader the leaders under the preferred assumptions are none of those of the base.
    *readers differ*: no hypothesis is among the leaders of all readers. *reversed for*: for some readers only.
    *level*: a reader has two leaders or more, less than 1 dB apart. *open*: the leader is below .50 for a reader.
    *holds*: at .80 or more for every reader, the lower end of the 90 % interval at .50 or more, and the only leader
    under all assumptions, of which there must be some beside the base, or a second reader. *leads*: the rest. Bounds
    are compared with numbers as printed, so that no word contradicts a digit.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.summary.verdicts import gather_answers
    >>> verdict(gather_answers(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})), "episode").word
    'leads, weak'
    """
    if answers.subject_of[episode].sum_of:
        return Verdict(Kind.SUM)
    readers = answers.readers_of(episode)
    now = {reader: answers.cells[episode, answers.preferred, reader.id] for reader in readers}
    if not readers:
        return Verdict(Kind.NOT_CODED)
    moved = tuple(
        reader
        for reader in readers
        if (base := answers.answer(episode, BASE, reader.id))
        and not set(now[reader].leaders) & set(base.leaders)
    )
    weak = tuple(reader for reader in readers if round(now[reader].lead_db, 1) < WEAK_DB)
    return Verdict(_kind(answers, episode, now, moved), moved, weak)


def _kind(answers: Answers, episode: str, now: dict[Reader, Answer], moved: tuple[Reader, ...]) -> Kind:
    shared = set.intersection(*(set(answer.leaders) for answer in now.values()))
    if len(moved) == len(now):
        return Kind.REVERSED
    if not shared:
        return Kind.DIFFER
    if moved:
        return Kind.REVERSED_FOR
    if any(len(answer.leaders) > 1 for answer in now.values()):
        return Kind.LEVEL
    leader = shared.pop()
    least = min(round(answer.p(leader), 2) for answer in now.values())
    if least < HALF:
        return Kind.OPEN
    lower = min(round(answer.interval(leader)[0], 2) for answer in now.values())
    tried = len(now) > 1 or len(answers.settings) > 1  # what nothing has tested cannot hold
    held = tried and least >= HIGH and lower >= HALF and not any(turned(answers, episode))
    return Kind.HOLDS if held else Kind.LEADS


def turned(answers: Answers, episode: str) -> Iterator[Turned]:
    """Where the preferred leader of a reader is not the only leader, the assumptions in order.

    Assumptions that do not know the hypothesis are passed over, since they cannot judge it.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.summary.verdicts import gather_answers
    >>> list(turned(gather_answers(bt.from_table({"memo": {"A": 0.8, "B": 0.04}})), "episode"))
    []
    """
    for setting in answers.settings:
        for reader in answers.readers_of(episode):
            there = answers.answer(episode, setting.id, reader.id)
            own = answers.cells[episode, answers.preferred, reader.id].leader
            if there and own in there.log and there.leaders != (own,):
                yield Turned(setting, reader, there)


def lowest(answers: Answers, episode: str, hypothesis: str) -> Lowest:
    """The smallest probability of a hypothesis over all assumptions and readers; the first that prints it.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> from bayes_trace.summary.verdicts import gather_answers
    >>> found = lowest(gather_answers(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})), "episode", "A")
    >>> round(found.p, 2), round(found.lead_db, 2), found.setting.id
    (0.8, 6.02, 'base')
    """
    found = [
        Lowest(hypothesis, there.p(hypothesis), _lead_of(there, hypothesis), setting, reader)
        for setting in answers.settings
        for reader in answers.readers_of(episode)
        if (there := answers.answer(episode, setting.id, reader.id)) and hypothesis in there.log
    ]
    return min(found, key=lambda each: round(each.p, 2))


def _lead_of(answer: Answer, hypothesis: str) -> float:
    """DB of a hypothesis over the strongest of the others."""
    if answer.leader == hypothesis:
        return answer.lead_db
    return -answer.behind(hypothesis)
