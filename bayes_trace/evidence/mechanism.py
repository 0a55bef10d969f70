"""What a coder reads of the mechanism: whether an attempt was made, how it was met, whether it worked.

A reading with items behind it, not a fact: no number comes from it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from bayes_trace.evidence.dates import Label
from bayes_trace.evidence.values import Frozen, Name

__all__ = ["Attempt", "Attempts", "Backfire", "Backfires", "Replies", "Reply", "Success", "Successes"]

Answer = Literal["yes", "no", "unclear", "not_stated"]
Share = Literal["yes", "no", "part", "unclear", "not_stated"]
Audience = Literal["core_allies", "peripheral", "adversaries", "domestic"]


class Attempt(Frozen):
    """Whether the partner made its claim, of what kind, and before whom."""

    #: empty: the set's base coder
    coder: Name | None = None
    made: Answer = "not_stated"
    kind: tuple[Literal["loyalty", "realignment", "rank"], ...] = ()
    channel: Literal["private", "public", "both", "not_stated"] = "not_stated"
    #: whom the claim names as watching
    audience_invoked: tuple[Audience, ...] = ()
    #: whom the patron feared
    audience_feared: tuple[Audience, ...] = ()
    #: items in which the patron says so
    items_feared: tuple[Name, ...] = ()
    #: whether the claim reached an audience
    reached: Answer = "not_stated"
    #: items that it rests on
    items: tuple[Name, ...] = ()
    note: str = ""


class Reply(Frozen):
    """How the patron met the claim: with words, with deeds, with neither."""

    #: empty: the set's base coder
    coder: Name | None = None
    kind: Literal["none", "framing", "facts", "both", "not_stated"] = "not_stated"
    timing: Literal["before_claim", "after_claim"] | None = None
    #: items that it rests on
    items: tuple[Name, ...] = ()
    note: str = ""


class Success(Frozen):
    """Whether the claim got what it asked for."""

    #: empty: the set's base coder
    coder: Name | None = None
    resources: Share = "not_stated"
    #: whether the patron's own account of things was believed
    framing: Share = "not_stated"
    #: what the text that is coded says of it
    article: Label = ""
    #: items that it rests on
    items: tuple[Name, ...] = ()
    note: str = ""


class Backfire(Frozen):
    """Whether the claim harmed the partner."""

    #: empty: the set's base coder
    coder: Name | None = None
    happened: Answer = "not_stated"
    #: items that it rests on
    items: tuple[Name, ...] = ()
    note: str = ""


def _listed(stated: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    return [stated] if isinstance(stated, (dict, Frozen)) else stated


def _one_or_several(schema: dict[str, Any]) -> None:
    """A single reading may be written without a list."""
    whole = {key: schema.pop(key) for key in ("type", "items")}
    schema["anyOf"] = [whole["items"], whole]


_OPTIONS: Any = (BeforeValidator(_listed), Field(json_schema_extra=_one_or_several))
Attempts = Annotated[tuple[Attempt, ...], *_OPTIONS]
Replies = Annotated[tuple[Reply, ...], *_OPTIONS]
Successes = Annotated[tuple[Success, ...], *_OPTIONS]
Backfires = Annotated[tuple[Backfire, ...], *_OPTIONS]
