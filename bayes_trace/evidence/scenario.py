"""Named changes of assumptions, kept as data beside the set that they change."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from bayes_trace.evidence.dates import HistoricDate
from bayes_trace.evidence.records import Item
from bayes_trace.evidence.values import Coding, Frozen, Name, Number, Probability, Value

__all__ = ["Change", "Drop", "Part", "Scenario", "Split"]


class Drop(Frozen):
    """An item set aside, everywhere or in the episodes named."""

    item: Name
    episodes: tuple[Name, ...] = ()
    #: set aside items coded given this one as well
    with_dependants: bool = False
    reason: str = ""


class Change(Frozen):
    """An item recoded, re-dated or turned; what is not named stays as it was."""

    item: Name
    #: merged into the coder's coding of these episodes: hypotheses not named keep their values
    coding: Coding | None = None
    #: episodes that the item bears on from now on
    episodes: tuple[Name, ...] | None = None
    date: HistoricDate | None = None
    statement_date: HistoricDate | None = None
    audience: Literal["private", "diplomatic", "public", "unknown"] | None = None
    retrospective: bool | None = None
    author: str | None = None
    speaker: str | None = None
    found: Literal["present", "absent", "not_sought"] | None = None
    detection: Value | None = None
    reading: Name | None = None
    cluster: Name | None = None
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


class Split(Frozen):
    """One hypothesis divided; each part starts with the whole's likelihoods."""

    hypothesis: Name
    into: tuple[Part, ...] = Field(min_length=2)


class Scenario(Frozen):
    """A named change of an evidence set.

    Added hypotheses take their prior from the others in proportion; the parts of a split share
    the prior of the whole, so their priors must sum to it.
    """

    label: str
    reason: str = ""
    #: scenarios applied first, in this order
    extends: tuple[Name, ...] = ()
    #: items whose ``restates`` names one of these are dropped
    drop_restating: tuple[str, ...] = ()
    drop: tuple[Drop, ...] = ()
    change: tuple[Change, ...] = ()
    #: whole items, as in a case file, by case
    add_items: dict[Name, tuple[Item, ...]] = Field(default_factory=dict)
    #: reading -> option taken as certain
    fix_readings: dict[Name, Name] = Field(default_factory=dict)
    #: reading -> label and probabilities of its options
    add_readings: dict[Name, dict[Name, Probability]] = Field(default_factory=dict)
    #: cluster -> correlation
    correlations: dict[Name, Value] = Field(default_factory=dict)
    #: correlation of every cluster not named in ``correlations``
    correlation: Value | None = None
    #: priors by hypothesis, all of them
    priors: dict[Name, Number] = Field(default_factory=dict)
    add_hypotheses: tuple[Part, ...] = ()
    split: tuple[Split, ...] = ()
    drop_hypotheses: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _priors_named_once(self) -> Scenario:
        if self.priors and (self.add_hypotheses or self.split or self.drop_hypotheses):
            message = "priors and a change of hypotheses in one scenario; state the priors in the parts"
            raise ValueError(message)
        return self
