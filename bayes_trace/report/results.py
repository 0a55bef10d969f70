"""The content of a report as frozen values; the words come later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bayes_trace.evidence import Case, Episode, EvidenceSet, Item
from bayes_trace.report.attempts import Attempts, CaseAttempts
from bayes_trace.scales import Support
from bayes_trace.summary.verdicts import Answers

__all__ = [
    "CaseResult",
    "Coefficient",
    "Column",
    "Count",
    "Detail",
    "Drawn",
    "Effect",
    "EpisodeResult",
    "Gathered",
    "Ledger",
    "Line",
    "Matrix",
    "Probabilities",
    "Robustness",
    "Row",
    "Sampled",
    "Stated",
    "Used",
]

Probabilities = dict[str, float]
#: how much a report says
Detail = Literal["brief", "standard", "full"]
#: decibels shown as 0.0
ROUNDS_TO_NOTHING = 0.05
#: a lead in decibels that is none: level to the last digits of a sum
LEVEL = 1e-8
#: more items than this do not stand out
STAND_OUT = 5


@dataclass(frozen=True)
class Column:
    """A hypothesis and its names, long and short."""

    id: str
    label: str
    short: str


@dataclass(frozen=True)
class Stated:
    """What a coder stated of an item under one reading of it; the reading has no name if there is only one."""

    reading: str
    probability: float
    #: low, best and high by hypothesis; probabilities, or dB for a ratio coding
    values: dict[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Line:
    """One item in the ledger of an episode."""

    item: Item
    reason: str
    stated: tuple[Stated, ...]
    is_ratio: bool
    #: likelihoods that enter where they are not those stated: after absence and reliability
    enters: Probabilities
    #: leader against runner-up in dB, discount included
    weight: float
    #: leader against the rival that the item serves best, in dB
    worst_weight: float
    best_rival: str
    kappa: float
    test: str
    #: belief after this item, items in order of date
    running: Probabilities


@dataclass(frozen=True)
class Robustness:
    """How far the answer to one episode can be pushed, as `sensitivity.robustness` has it."""

    #: measure -> value
    numbers: dict[str, float]
    #: measure -> the items that it names, by title
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sampled:
    """Posterior draws of one hypothesis in one episode, with the 90 % interval."""

    hypothesis: str
    mean: float
    low: float
    high: float
    #: share of the draws in which it leads
    leading: float


@dataclass(frozen=True)
class Coefficient:
    """What a condition does in a model of several episodes, with the 90 % interval."""

    quantity: str
    condition: str
    hypothesis: str
    prior_mean: float
    prior_sd: float
    mean: float
    low: float
    high: float
    contraction: float
    flag: str


@dataclass(frozen=True)
class Drawn:
    """One file of draws."""

    model: str
    chains: int
    draws: int
    seed: str
    #: ``propagated``, ``not converged``, ``interrupted``
    note: str
    coefficients: tuple[Coefficient, ...] = ()
    sampled: dict[str, tuple[Sampled, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Used:
    """How often each part of the method was used, by the coder of the report."""

    episodes: int
    item_count: int
    links: int
    ranges: int
    ratios: int
    readings: int
    absent: int
    reported: int
    declared_clusters: int
    discounted: int
    given: int
    residual: int
    compounds: int


@dataclass(frozen=True)
class Row:
    """What one link of an episode weighs, in every column of its ledger."""

    #: an item, or the fact or event that several items turn on
    name: str
    title: str
    items: tuple[Item, ...]
    #: dB; None where the link is not there, or not coded
    db: tuple[float | None, ...]


@dataclass(frozen=True)
class Ledger:
    """The weights of one episode for one hypothesis against another, as readers and assumptions have them."""

    of: str
    against: str
    #: setting and reader of each column
    columns: tuple[tuple[str, str], ...]
    prior_db: tuple[float | None, ...]
    rows: tuple[Row, ...]

    def total(self, column: int) -> float | None:
        """Posterior odds in dB."""
        prior = self.prior_db[column]
        if prior is None:
            return None
        return prior + sum(row.db[column] or 0.0 for row in self.rows)


@dataclass(frozen=True)
class Matrix:
    """Items by hypotheses: decibels by which each is less likely than under its best explanation."""

    hypotheses: tuple[str, ...]
    #: items, facts or events, the most telling first
    items: tuple[str, ...]
    behind: tuple[tuple[float, ...], ...]
    #: sums by hypothesis, and numbers of items that count against it
    total: tuple[float, ...]
    against: tuple[int, ...]


@dataclass(frozen=True)
class Count:
    """The items of one episode counted between two hypotheses, and their weights."""

    of: str
    against: str
    #: for the first, for the second, for neither
    items: tuple[int, int, int]
    bayes_factor: float
    worst_case: float
    #: dB of all weights
    weight: float


@dataclass(frozen=True)
class Effect:
    """One change of a scenario, and what it does to one episode."""

    episode: str
    item: str
    what: str
    reason: str
    #: change of the odds of the base leader over the base runner-up, in dB
    db: float | None


@dataclass(frozen=True)
class EpisodeResult:
    """One outcome and how far each hypothesis explains it, by the coder of the report and the preferred assumptions."""

    episode: Episode
    prior: Probabilities
    posterior: Probabilities
    leader: str
    runner_up: str
    lead: float
    support: Support
    evidence_db: float
    lines: tuple[Line, ...]
    ledger: Ledger
    #: decibels of the items of each step of the leader's mechanism; the items of none under ""
    steps: dict[str, float]
    robustness: Robustness | None = None
    #: in a full report
    matrix: Matrix | None = None
    counts: tuple[Count, ...] = ()
    #: links that weigh less for the origin that they share
    discounted: int = 0
    #: by file of draws
    sampled: tuple[tuple[Drawn, tuple[Sampled, ...]], ...] = ()

    @property
    def against(self) -> list[Line]:
        """Items that some rival explains better than the leader does, the worst first."""
        hurting = [line for line in self.lines if line.worst_weight < 0]
        return sorted(hurting, key=lambda line: line.worst_weight)

    @property
    def tied(self) -> bool:
        """Whether the first two are level."""
        return self.lead < LEVEL

    @property
    def heaviest(self) -> list[Line]:
        """The items that do most between leader and runner-up, either way; none if none stands out."""
        ranked = sorted((line for line in self.lines if line.weight), key=lambda line: -abs(line.weight))
        if not ranked:
            return []
        last = abs(ranked[min(3, len(ranked)) - 1].weight) - ROUNDS_TO_NOTHING
        chosen = [line for line in ranked if abs(line.weight) > last]
        return chosen if len(chosen) <= STAND_OUT else []

    @property
    def weakest_steps(self) -> list[str]:
        """The steps with the least weight; several where they are equal, none where all are."""
        declared = {step: value for step, value in self.steps.items() if step}
        least = min(declared.values(), default=0.0)
        weakest = [step for step, value in declared.items() if value < least + ROUNDS_TO_NOTHING]
        return weakest if len(weakest) < len(declared) else []


@dataclass(frozen=True)
class CaseResult:
    """A case, its scored and unscored episodes, and what is known of attempts."""

    case: Case
    scored: tuple[EpisodeResult, ...]
    unscored: tuple[Episode, ...]
    attempts: CaseAttempts
    #: items not yet looked for
    planned: tuple[Item, ...]


@dataclass(frozen=True)
class Beside:
    """Another set, whose answers a report repeats."""

    id: str
    title: str
    question: str
    digest: str
    answers: Answers


@dataclass(frozen=True)
class Gathered:
    """The whole report before it is put into words."""

    evidence_set: EvidenceSet
    #: the set with its preferred scenarios applied, which the ledgers follow
    preferred: EvidenceSet
    coder: str
    point: str
    #: every reader under all assumptions
    answers: Answers
    cases: tuple[CaseResult, ...]
    #: hypotheses of the set, then those that only a scenario knows
    columns: tuple[Column, ...]
    #: scenario -> what each of its changes does
    effects: dict[str, tuple[Effect, ...]]
    used: Used
    draws: tuple[Drawn, ...]
    #: P(attempt) and what goes with attempts, over the whole set
    attempts: Attempts
    #: what other sets answer
    beside: tuple[Beside, ...] = ()

    @property
    def episodes(self) -> tuple[EpisodeResult, ...]:
        """Scored episodes of all cases, in order."""
        return tuple(result for case in self.cases for result in case.scored)

    def column(self, name: str) -> Column:
        """The names of a hypothesis."""
        return next(column for column in self.columns if column.id == name)
