"""Named changes of assumptions, kept as data beside the set that they change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PrivateAttr, model_validator

from bayes_trace.errors import Problem
from bayes_trace.evidence.dates import HistoricDate
from bayes_trace.evidence.mechanism import Attempts, Backfires, Replies, Successes
from bayes_trace.evidence.records import SHORT_FORM, Episode, Event, Item
from bayes_trace.evidence.sources import Reliability
from bayes_trace.evidence.values import Coding, Frozen, Name, Number, Probability, Value, Values

__all__ = ["Change", "Drop", "EpisodeChange", "Part", "Scenario", "SearchBias", "Split"]


def _item_or_record(schema: dict[str, Any]) -> None:
    """An item to drop may be written as its bare id."""
    whole = dict(schema)
    schema.clear()
    schema["anyOf"] = [{"type": "string"}, whole]


class Drop(Frozen):
    """An item, or an event with its reports, set aside everywhere or in the episodes named.

    An event leaves with its last report. A bare id will do for an item dropped everywhere.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_item_or_record)

    item: Name
    episodes: tuple[Name, ...] = ()
    #: set aside items coded given this one as well
    with_dependants: bool = False
    reason: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        return {"item": data} if isinstance(data, str) else data


class Change(Frozen):
    """An item or event recoded, re-dated or turned; what is not named stays as it was.

    As for an item, `coding` may be the likelihoods themselves, with `unit`, `reference`, ... beside it.
    """

    item: Name
    #: merged into the coder's coding of these episodes: hypotheses not named keep their values
    coding: Coding | None = None
    #: the same for several coders or episodes
    codings: tuple[Coding, ...] = ()
    #: episodes that the item bears on from now on
    episodes: tuple[Name, ...] | None = None
    date: HistoricDate | None = None
    statement_date: HistoricDate | None = None
    audience: Literal["private", "diplomatic", "public", "unknown"] | None = None
    retrospective: bool | None = None
    author: str | None = None
    speaker: str | None = None
    found: Literal["present", "absent", "not_sought", "planned"] | None = None
    detection: Value | None = None
    detection_by_hypothesis: Values | None = None
    says: Literal["yes", "no"] | None = None
    reading: Name | None = None
    cluster: Name | None = None
    #: of the reports of an event
    correlation: Value | None = None
    reason: str = ""

    @model_validator(mode="before")
    @classmethod
    def _unfold(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        """The short form of an item: likelihoods, with what else is said of them beside."""
        coding = data.get("coding") if isinstance(data, dict) else None
        if not isinstance(coding, dict) or set(coding) & set(Coding.model_fields):
            return data
        beside = {key: data[key] for key in SHORT_FORM if key in data}
        rest = {key: value for key, value in data.items() if key not in SHORT_FORM or key == "reason"}
        return {**rest, "coding": {**beside, "values": coding}}

    @property
    def every_coding(self) -> tuple[Coding, ...]:
        """Its codings, one or several."""
        return (*([self.coding] if self.coding else []), *self.codings)


class EpisodeChange(Frozen):
    """An episode re-dated, decided otherwise or read anew; what is not named stays as it was."""

    episode: Name
    label: str | None = None
    date: HistoricDate | None = None
    outcome: str | None = None
    granted: Literal["yes", "no", "part", "unknown"] | None = None
    transferred: str | None = None
    administration: str | None = None
    scored: bool | None = None
    not_scored: str | None = None
    decision: Name | None = None
    #: merged: conditions not named keep their values
    conditions: dict[str, Number | str] = Field(default_factory=dict)
    attempt: Attempts = ()
    reply: Replies = ()
    success: Successes = ()
    backfire: Backfires = ()
    note: str | None = None
    reason: str = ""


class Part(Frozen):
    """A hypothesis that a split or an addition brings in."""

    id: Name
    label: str
    short: str = Field(default="", max_length=12)
    statement: str
    refusal_statement: str = ""
    refusal_label: str = ""
    prior: Probability
    steps: tuple[Name, ...] = ()
    residual: bool = False
    formulated_after: tuple[Name, ...] = ()
    #: what is not coded for it is as probable as under the core hypotheses on average
    from_mean: bool = False


class Split(Frozen):
    """One hypothesis divided; each part starts with the whole's likelihoods."""

    hypothesis: Name
    into: tuple[Part, ...] = Field(min_length=2)


class SearchBias(Frozen):
    """A search that was likelier to find what favours one hypothesis."""

    toward: Name
    #: off each find that favours it against a rival, and never below 0
    db: Annotated[Number, Field(gt=0, le=100)]
    #: empty: all
    episodes: tuple[Name, ...] = ()
    reason: str = ""


class Scenario(Frozen):
    """A named change of an evidence set.

    Added hypotheses take their prior from the others in proportion; the parts of a split share
    the prior of the whole, so their priors must sum to it.
    """

    label: str
    reason: str = ""
    #: digest of the set that it was written for, or its first digits; `check` says when the set has changed
    base_digest: Annotated[str, Field(pattern="^([0-9a-f]{8,64})?$")] = ""
    #: scenarios applied first, in this order
    extends: tuple[Name, ...] = ()
    #: items whose ``restates`` names one of these are dropped
    drop_restating: tuple[str, ...] = ()
    drop: tuple[Drop, ...] = ()
    change: tuple[Change, ...] = ()
    #: whole items, as in a case file, by case
    add_items: dict[Name, tuple[Item, ...]] = Field(default_factory=dict)
    change_episodes: tuple[EpisodeChange, ...] = ()
    #: whole episodes, as in a case file, by case
    add_episodes: dict[Name, tuple[Episode, ...]] = Field(default_factory=dict)
    #: whole events, as in a case file, by case
    add_events: dict[Name, tuple[Event, ...]] = Field(default_factory=dict)
    #: reading -> option taken as certain
    fix_readings: dict[Name, Name] = Field(default_factory=dict)
    #: reading, new or weighed anew -> probabilities of its options
    add_readings: dict[Name, dict[Name, Probability]] = Field(default_factory=dict)
    #: cluster -> correlation
    correlations: dict[Name, Value] = Field(default_factory=dict)
    #: correlation of every cluster not named in ``correlations``
    correlation: Value | None = None
    #: source -> how it reports
    reliability: dict[Name, Reliability] = Field(default_factory=dict)
    #: what was found is discounted, after all recoding
    search_bias: tuple[SearchBias, ...] = ()
    #: priors by hypothesis, all of them
    priors: dict[Name, Number] = Field(default_factory=dict)
    #: episode -> priors by hypothesis, all of them
    episode_priors: dict[Name, dict[Name, Probability]] = Field(default_factory=dict)
    add_hypotheses: tuple[Part, ...] = ()
    split: tuple[Split, ...] = ()
    drop_hypotheses: tuple[Name, ...] = ()
    _faults: tuple[Problem, ...] = PrivateAttr(default=())

    @classmethod
    def with_faults(cls, name: str, faults: Iterable[Problem]) -> Scenario:
        """A scenario whose file has problems: it stops only what applies it."""
        faulty = cls(label=name)
        faulty._faults = tuple(faults)
        return faulty

    @property
    def faults(self) -> tuple[Problem, ...]:
        """Problems of its file, for which it cannot be applied."""
        return self._faults

    @property
    def added(self) -> tuple[str, ...]:
        """Ids of the items and events that it adds."""
        items = (item.id for part in self.add_items.values() for item in part)
        events = (event.id for part in self.add_events.values() for event in part)
        return (*items, *events)

    @property
    def new_episodes(self) -> tuple[str, ...]:
        """Ids of the episodes that it adds."""
        return tuple(episode.id for part in self.add_episodes.values() for episode in part)

    @property
    def does(self) -> bool:
        """Whether it changes anything: a set may name its base as a scenario."""
        return bool(self.model_dump(exclude={"label", "reason", "base_digest"}, exclude_defaults=True))

    @property
    def adds_up(self) -> bool:
        """Whether it leaves hypotheses and priors alone, so that its criticism joins that of others."""
        touched = (self.priors, self.episode_priors, self.add_hypotheses, self.split, self.drop_hypotheses)
        return self.does and not any(touched)

    @model_validator(mode="after")
    def _priors_named_once(self) -> Scenario:
        if self.priors and (self.add_hypotheses or self.split or self.drop_hypotheses):
            message = "priors and a change of hypotheses in one scenario; state the priors in the parts"
            raise ValueError(message)
        return self
