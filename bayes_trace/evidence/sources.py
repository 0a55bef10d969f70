"""Where evidence comes from: references, and how far a source is to be trusted."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field, model_validator

from bayes_trace.evidence.csl import CSL_FIELDS, normal_csl
from bayes_trace.evidence.dates import Label
from bayes_trace.evidence.values import Flag, Frozen, Name, Value

__all__ = ["CSL_FIELDS", "Denial", "Reliability", "Source", "SourceReference"]


class Denial(Frozen):
    """How often a source says that the event did not happen."""

    #: P(denial given the event)
    if_true: Value
    #: P(denial given no event)
    if_false: Value


class Reliability(Frozen):
    """How a source reports: P(report given the event) and P(report given no event)."""

    hit: Value
    false_report: Value
    #: how it denies an event that it was asked about
    denies: Denial | None = None
    #: it says yes or no and is never silent: a denial is whatever is no report
    always_answers: Flag = False
    #: where the incentive to misrepresent differs by hypothesis
    by_hypothesis: dict[Name, Reliability] = Field(default_factory=dict)

    @property
    def can_deny(self) -> bool:
        """Whether a denial by this source has rates."""
        return self.always_answers or self.denies is not None

    def under(self, hypothesis: str) -> Reliability:
        """The rates under one hypothesis; how the source denies is inherited where not stated anew."""
        own = self.by_hypothesis.get(hypothesis)
        if own is None or own.can_deny:
            return own or self
        return own.model_copy(update={"denies": self.denies, "always_answers": self.always_answers})


class Source(Frozen):
    """A reference in CSL-JSON, as Zotero exports it, with its reliability."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: Name
    type: str
    reliability: Reliability | None = None
    #: a grade of the set's ``reliability_grades``, instead of numbers
    grade: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        return normal_csl(data) if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _csl_fields_only(self) -> Source:
        unknown = sorted(set(self.model_extra or {}) - CSL_FIELDS)
        if unknown:
            message = f"unknown field {unknown[0]!r}; expected CSL-JSON fields such as title, author, issued, archive"
            raise ValueError(message)
        return self

    @property
    def csl(self) -> dict[str, Any]:
        """The reference alone, for a citation processor, without what other programs keep in it."""
        return self.model_dump(exclude={"reliability", "grade", "categories", "custom"}, exclude_none=True)


class SourceReference(Frozen):
    """Where in which source an item stands."""

    key: Name
    locator: Label = ""
