"""What an evidence set is made of: hypotheses, cases, episodes, items, events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from bayes_trace.evidence.dates import HistoricDate, Label
from bayes_trace.evidence.forms import CodingUnit
from bayes_trace.evidence.mechanism import Attempts, Backfires, Replies, Successes
from bayes_trace.evidence.sources import Denial, Reliability, Source, SourceReference
from bayes_trace.evidence.values import (
    Coding,
    FileName,
    Flag,
    Frozen,
    Name,
    Number,
    Probability,
    Value,
    Values,
)

__all__ = [
    "SHORT_FORM",
    "SOUGHT",
    "Case",
    "Cluster",
    "Coder",
    "Denial",
    "Episode",
    "Event",
    "Hypothesis",
    "Implication",
    "Item",
    "Lock",
    "Reading",
    "Reliability",
    "Selection",
    "Source",
    "SourceReference",
    "VerbalScale",
]


class Hypothesis(Frozen):
    """A rival explanation; ids joined by ``+`` are compounds of mechanisms."""

    id: Name
    label: str
    #: initials for narrow tables
    short: Annotated[str, Field(max_length=12)] = ""
    statement: str
    #: what it says of a refusal, where that differs from the statement
    refusal_statement: str = ""
    #: its name in what is said of a refusal, where that differs from the label
    refusal_label: str = ""
    prior: Probability
    #: links of its mechanism, in order
    steps: tuple[Name, ...] = ()
    #: none of the named explanations
    residual: Flag = False
    #: items and events that it was formed after, so that they cannot test it
    formulated_after: tuple[Name, ...] = ()
    #: what is not coded for it is as probable as under the core hypotheses on average
    from_mean: Flag = False


class Coder(Frozen):
    """Who judged, and in which unit."""

    id: FileName
    label: str = ""
    kind: Literal["person", "model"] = "person"
    #: of a coder of kind model: its name
    model: str = ""
    #: of a coder of kind model: its version
    version: str = ""
    #: of a coder of kind model: what it was asked
    prompt: str = ""
    #: coders of one witness count as one in pools; empty: every person alone, all models together
    witness: Name | None = None
    #: day of the codings that name none
    coded_on: HistoricDate | None = None
    #: hand of the codings that name none
    coded_by: str = ""
    unit: CodingUnit = CodingUnit.PROBABILITY
    #: verbal scale or reference hypothesis of a whole CSV of codings
    scale: Name | None = None
    reference: Name | None = None
    note: str = ""
    #: leading comment of the coder's CSV, kept on writing
    header: str = ""

    @property
    def counts_as(self) -> str:
        """The witness that the coder is, or is one voice of, in pools."""
        return self.witness or ("model" if self.kind == "model" else f"person {self.id}")


class Lock(Frozen):
    """Codings of one coder held fast: a later change of any is named."""

    #: empty: the base coder
    coder: Name | None = None
    #: the day
    locked_on: HistoricDate | None = None
    #: item or event -> digest of what the coder said of it
    codings: dict[Name, Annotated[str, Field(pattern="^[0-9a-f]{8,64}$")]]


class Selection(Frozen):
    """How the cases were chosen; no posterior corrects for it."""

    #: cases, or pairs of cases, that could have been chosen
    candidates: Value
    #: the outcomes were known, and wanted, when they were chosen
    on_outcome: Flag = False
    #: how they were chosen, in words
    note: str = ""


class Implication(Frozen):
    """An observable implication of the codebook."""

    id: Name
    text: str
    step: Name | None = None
    #: ``outcome`` or the name of a condition that such an item merely restates
    restates: tuple[str, ...] = ()
    #: items of this implication have one uncertain likelihood in common
    shared_likelihood: Flag = False
    #: side whose words or deeds it is, as ``sides`` of the set or of a case name it
    said_by: Name | None = None
    #: implications that come before it in time
    follows: tuple[Name, ...] = ()
    #: implications that cannot both hold of one episode
    contradicts: tuple[Name, ...] = ()
    #: what it tells of must lie before the decision
    before_decision: Flag = False


class VerbalScale(Frozen):
    """Words for probabilities: each term states low, best and high."""

    id: Name
    terms: dict[str, Value]


class Cluster(Frozen):
    """Items of one origin; `correlation` discounts what they repeat."""

    id: Name
    label: str = ""
    correlation: Value = Value(best=0.0)


class Reading(Frozen):
    """A fact about documents that is uncertain: who spoke, when, meaning what."""

    id: Name
    label: str = ""
    #: probability of each option given the document; they sum to 1
    options: dict[Name, Probability]
    #: options in words, for people
    option_labels: dict[Name, str] = Field(default_factory=dict)

    def in_words(self, option: str) -> str:
        """An option as people read it."""
        return self.option_labels.get(option) or option.replace("_", " ")


#: keys that may stand beside ``coding`` in the short form
SHORT_FORM = (
    "unit",
    "scale",
    "reference",
    "reference_probability",
    "reason",
    "cell_reasons",
    "coded_on",
    "coded_by",
)


class _Coded(Frozen):
    """What is coded: an item or an event; a single coding may be written without a list."""

    @model_validator(mode="before")
    @classmethod
    def _unfold(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        if not isinstance(data, dict) or "coding" not in data:
            return data
        short = {key: data[key] for key in SHORT_FORM if key in data}
        rest = {key: value for key, value in data.items() if key not in SHORT_FORM and key != "coding"}
        if "codings" in rest:
            message = "both coding and codings; keep one of them"
            raise ValueError(message)
        return {**rest, "codings": [{**short, "values": data["coding"]}]}


#: how a search that has ended has ended
SOUGHT = ("present", "absent")


class Item(_Coded):
    """One archival observation with its codings.

    In a file the short form ``coding``, ``unit``, ``reason``, ``reference``, ... stands for a single
    entry of ``codings`` by the base coder for all episodes of the item.
    """

    id: Name
    #: name in figures and tables; by default cut from the paraphrase
    title: Annotated[str, Field(max_length=60)] = ""
    paraphrase: str
    #: a few words as they stand
    excerpt: Annotated[str, Field(max_length=400)] = ""
    #: by what right the excerpt is shown
    rights: str = ""
    #: the same words in the publication or archive itself, where they were seen there
    original: Annotated[str, Field(max_length=400)] = ""
    #: of the document (de, zh-Hant)
    language: Annotated[str, Field(pattern="^([a-z]{2,3}(-[A-Za-z0-9]+)*)?$")] = ""
    #: of the excerpt
    translation: Annotated[str, Field(max_length=600)] = ""
    #: where it can be seen
    url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    #: when it was seen
    accessed: HistoricDate | None = None
    #: of the document
    date: HistoricDate | None = None
    #: of the words, where they are older than the document
    statement_date: HistoricDate | None = None
    #: of what its sources are cited for, where that is neither of these
    cited_for: HistoricDate | None = None
    #: items or episodes that it answers, and so comes after
    answers: tuple[Name, ...] = ()
    #: written after the decision, yet meant to bear on it
    retrospective: Flag = False
    author: str = ""
    speaker: str = ""
    recipient: str = ""
    audience: Literal["private", "diplomatic", "public", "unknown"] | None = None
    kind: str = ""
    #: the event that it reports; such an item has no codings
    event: Name | None = None
    #: what it says of the event; empty: yes
    says: Literal["yes", "no"] | None = None
    source: SourceReference | None = None
    #: further sources for the same item
    see_also: tuple[SourceReference, ...] = ()
    footnote: Label = ""
    implications: tuple[Name, ...] = ()
    step: Name | None = None
    episodes: tuple[Name, ...] = ()
    found: Literal["present", "absent", "not_sought", "planned"] = "present"
    #: P(the trace would have been found had it existed); for ``found: absent`` and ``planned``
    detection: Value | None = None
    detection_by_hypothesis: Values = Field(default_factory=dict)
    #: what was searched, for a claim of absence
    search: str = ""
    #: of looking for it, in any one unit; for ``found: planned``
    cost: Number | None = None
    #: where to look for it; for ``found: planned``
    archive: str = ""
    decisive: Flag = False
    #: whoever stated the prior knew of it, so that it may count twice
    known_before_prior: Flag = False
    #: ids of the items coded jointly in this one
    package: tuple[Name, ...] = ()
    cluster: Name | None = None
    given: tuple[Name, ...] = ()
    reading: Name | None = None
    #: two episodes or cases that it compares; such an item bears on the conditions in which they differ
    contrast: tuple[Name, ...] = ()
    #: ``outcome`` or the names of conditions that the item merely restates
    restates: tuple[str, ...] = ()
    #: caution about date, speaker, wording or citation
    ambiguity: str = ""
    #: why the item has no coding
    not_coded: str = ""
    codings: tuple[Coding, ...] = ()

    @property
    def conditional_on(self) -> set[str]:
        """Items and events that this one, or any coding of it, is coded given."""
        return _conditions(self.given, self.codings)

    @property
    def sought(self) -> bool:
        """Whether a search has ended, with or without a find: only then is it evidence."""
        return self.found in SOUGHT

    @property
    def denies(self) -> bool:
        """Whether it is a report that the event did not happen."""
        return self.says == "no"


class Event(_Coded):
    """What several sources attest to: coded once, each of its reports an item of its own.

    The codings give P(event given hypothesis); `coding` is the short form, as for an item.
    """

    id: Name
    label: str
    implications: tuple[Name, ...] = ()
    step: Name | None = None
    episodes: tuple[Name, ...] = ()
    #: how far its reports repeat one another: 0 not at all, 1 as one
    correlation: Value = Value(best=0.0)
    decisive: Flag = False
    #: whoever stated the prior knew of it, so that it may count twice
    known_before_prior: Flag = False
    cluster: Name | None = None
    given: tuple[Name, ...] = ()
    #: ``outcome`` or the names of conditions that the event merely restates
    restates: tuple[str, ...] = ()
    #: why the event has no coding
    not_coded: str = ""
    codings: tuple[Coding, ...] = ()

    @property
    def conditional_on(self) -> set[str]:
        """Items and events that this one, or any coding of it, is coded given."""
        return _conditions(self.given, self.codings)


def _conditions(given: Iterable[str], codings: Iterable[Coding]) -> set[str]:
    stated = [coding.given for coding in codings if coding.given]
    return {*given, *(name for names in stated for name in names)}


class Episode(Frozen):
    """One outcome to explain inside a case."""

    id: Name
    label: str
    date: HistoricDate | None = None
    outcome: str
    granted: Literal["yes", "no", "part", "unknown"] = "unknown"
    transferred: str = ""
    administration: str = ""
    scored: Flag = True
    not_scored: str = ""
    #: by hypothesis, where it differs from the set's
    prior: dict[Name, Probability] = Field(default_factory=dict)
    conditions: dict[str, Number | str] = Field(default_factory=dict)
    #: episodes that this one sums up; never pooled with them
    aggregate_of: tuple[Name, ...] = ()
    #: shared by the parts of one outcome that was split, which count as one decision
    decision: Name | None = None
    attempt: Attempts = ()
    reply: Replies = ()
    success: Successes = ()
    backfire: Backfires = ()
    note: str = ""


class Case(Frozen):
    """An in-depth study: its conditions, episodes and items."""

    case: FileName
    label: str
    #: side -> country, where it differs by case
    sides: dict[Name, Name] = Field(default_factory=dict)
    #: what tied the partners before, in words
    relationship: str = ""
    #: when and how the claim under study was made, in words
    attempts: str = ""
    conditions: dict[str, Number | str] = Field(default_factory=dict)
    episodes: tuple[Episode, ...] = ()
    #: what several items report
    events: tuple[Event, ...] = ()
    items: tuple[Item, ...] = ()

    @property
    def coded(self) -> dict[str, Item | Event]:
        """Items and events by id: whatever may have codings."""
        return {item.id: item for item in self.items} | {event.id: event for event in self.events}
