"""What every reader finds for every episode under every set of assumptions, as frozen values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from bayes_trace.exact import LEVEL_DB, TIE

__all__ = ["BASE", "PREFERRED", "Answer", "Answers", "Named", "Reader", "Setting", "Subject", "Weight"]

BASE, PREFERRED = "base", "preferred"
DB_PER_NAT = 10 / math.log(10)


@dataclass(frozen=True)
class Named:
    """A hypothesis and its names: whole, short, in a sentence, and of a refusal."""

    id: str
    label: str
    short: str
    plain: str
    refusal: str = ""


@dataclass(frozen=True)
class Reader:
    """A coder, and the few letters that stand for the label beside a number."""

    id: str
    label: str
    letter: str


@dataclass(frozen=True)
class Setting:
    """One set of assumptions: as the set stands, the preferred scenarios together, or one scenario."""

    id: str
    label: str
    kind: Literal["base", "preferred", "scenario", "together"] = "scenario"
    scenarios: tuple[str, ...] = ()
    #: the label inside a sentence
    plain: str = ""


@dataclass(frozen=True)
class Subject:
    """An episode, as far as a verdict needs to know it."""

    id: str
    label: str
    case: str
    refused: bool = False
    granted: str = "unknown"
    #: episodes that it adds up
    sum_of: tuple[str, ...] = ()
    date: str = ""


@dataclass(frozen=True)
class Weight:
    """What one item adds for the leader against the next, in dB."""

    item: str
    title: str
    db: float


@dataclass(frozen=True)
class Answer:
    """One reader's posterior of one episode under one set of assumptions, parts of a split added up.

    Examples
    --------
    >>> answer = Answer({"A": math.log(0.2), "B": math.log(0.4), "C": math.log(0.4)})
    >>> answer.leaders, answer.level, answer.lead_db
    (('B', 'C'), True, 0.0)
    """

    #: natural logarithm of the posterior by hypothesis, in the order of the set
    log: Mapping[str, float]
    #: of the leader against the next, the heaviest first
    weights: tuple[Weight, ...] = ()
    #: stated ranges pushed through: where 90 % of the probabilities of each hypothesis lie
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def p(self, hypothesis: str) -> float:
        """Its posterior probability."""
        return math.exp(self.log[hypothesis])

    @cached_property
    def ranking(self) -> tuple[str, ...]:
        """Hypotheses by probability; those that are level in the order of the set."""
        left, ranked = list(self.log), []
        while left:
            top = max(self.log[name] for name in left)
            best = next(name for name in left if top - self.log[name] < TIE or self.log[name] == top)
            left.remove(best)
            ranked.append(best)
        return tuple(ranked)

    def behind(self, hypothesis: str) -> float:
        """How many dB it is behind the first."""
        top, own = self.log[self.ranking[0]], self.log[hypothesis]
        return 0.0 if top - own < TIE else (top - own) * DB_PER_NAT

    @cached_property
    def leaders(self) -> tuple[str, ...]:
        """The first and all that are practically level with it, as the printed digit has it."""
        return tuple(name for name in self.ranking if round(self.behind(name), 1) < LEVEL_DB)

    @property
    def leader(self) -> str:
        """The first of those that lead."""
        return self.ranking[0]

    @property
    def level(self) -> bool:
        """Whether all that lead are exactly level, and not only practically."""
        return all(self.behind(name) == 0.0 for name in self.leaders)

    @property
    def lead_db(self) -> float:
        """Posterior odds of the first against the next, in dB."""
        return self.behind(self.ranking[1])

    def interval(self, hypothesis: str) -> tuple[float, float]:
        """Its interval; the probability itself where no range was stated."""
        return self.intervals.get(hypothesis, (self.p(hypothesis),) * 2)


@dataclass(frozen=True)
class Answers:
    """Every answer of one evidence set: what verdicts and sentences are made from."""

    title: str
    hypotheses: tuple[Named, ...]
    readers: tuple[Reader, ...]
    #: the base first, the preferred scenarios together next where the set declares any
    settings: tuple[Setting, ...]
    subjects: tuple[Subject, ...]
    #: by episode, setting and reader; what a reader has not coded is missing
    cells: Mapping[tuple[str, str, str], Answer]
    #: scenarios that change nothing, or no more than another: name -> label of what they equal
    alike: Mapping[str, str] = field(default_factory=dict)
    #: scenarios that could not be applied: name -> why
    failed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def preferred(self) -> str:
        """The assumptions by which verdicts are given: the preferred ones, else the base."""
        return PREFERRED if any(each.id == PREFERRED for each in self.settings) else BASE

    @property
    def others(self) -> tuple[Setting, ...]:
        """Assumptions that are neither the base nor preferred."""
        return tuple(each for each in self.settings if each.id not in (BASE, PREFERRED))

    @cached_property
    def subject_of(self) -> dict[str, Subject]:
        """Episodes by id."""
        return {each.id: each for each in self.subjects}

    @cached_property
    def setting_of(self) -> dict[str, Setting]:
        """Assumptions by id."""
        return {each.id: each for each in self.settings}

    @cached_property
    def name_of(self) -> dict[str, Named]:
        """Hypotheses by id, those that only a scenario knows among them."""
        return {each.id: each for each in self.hypotheses}

    def answer(self, episode: str, setting: str, reader: str) -> Answer | None:
        """One answer, or None where this reader coded nothing of the episode."""
        return self.cells.get((episode, setting, reader))

    def readers_of(self, episode: str) -> tuple[Reader, ...]:
        """Readers who coded anything of an episode; some episodes are there under the preferred assumptions only."""
        return tuple(each for each in self.readers if (episode, self.preferred, each.id) in self.cells)
