"""Stated numbers: a best value with its 90 % range, and the coding of an item that holds them."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_serializer, model_validator

from bayes_trace.evidence.dates import HistoricDate
from bayes_trace.evidence.forms import CodingUnit, Form

__all__ = [
    "ATTEMPT",
    "HOLDS",
    "MADE",
    "Coding",
    "CodingUnit",
    "FileName",
    "Flag",
    "Frozen",
    "Name",
    "Number",
    "Probability",
    "Value",
    "Values",
    "number_meant",
]

_NUMBER_AS_TEXT = re.compile(r"\s*([0-9]*[.,]?[0-9]+)\s*(%|percent|per cent)?\s*")


def _one_form(name: object) -> object:
    """Letters with their accents in one form, so that names compare as they look."""
    return unicodedata.normalize("NFC", name) if isinstance(name, str) else name


def number_meant(text: object) -> str:
    """What to write for a number that was written as text; empty for any other text.

    Examples
    --------
    >>> number_meant("80%"), number_meant("0,8"), number_meant("0.8"), number_meant("1,234")
    ('write 0.8', 'write 0.8', 'write 0.8 without quotation marks', '')
    """
    match = _NUMBER_AS_TEXT.fullmatch(text) if isinstance(text, str) else None
    # one to three digits before a comma and three behind it may be thousands
    if match is None or re.fullmatch(r"[1-9][0-9]{0,2},[0-9]{3}", match[1]):
        return ""
    number = float(match[1].replace(",", ".")) / (100 if match[2] else 1)
    quoted = not match[2] and "," not in match[1]
    return f"write {number:g}" + (" without quotation marks" if quoted else "")


#: true or false, and nothing that looks like it
Flag = Annotated[bool, Strict()]
#: a finite number; text and yes/no are refused, not converted
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
#: a number from 0 to 1
Probability = Annotated[float, Strict(), Field(ge=0, le=1)]
#: an id, used as a coordinate and on the command line: one word
Name = Annotated[str, Field(pattern=r"^[\w~¬][\w.+/~¬-]*$", max_length=80), BeforeValidator(_one_form)]
FILE_NAME = r"\w[\w.+-]*"
#: an id that names a file as well
FileName = Annotated[str, Field(pattern=f"^{FILE_NAME}$", max_length=80), BeforeValidator(_one_form)]


class Frozen(BaseModel):
    """Base of every record: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _number_or_term(schema: dict[str, Any]) -> None:
    """A value may be written as a bare number or term."""
    whole = dict(schema)
    schema.clear()
    schema["anyOf"] = [{"type": "number"}, {"type": "string"}, whole]


class Value(Frozen):
    """A best value, or a term of a verbal scale, optionally with a 90 % range.

    Examples
    --------
    >>> Value.model_validate(0.3).best
    0.3
    >>> Value.model_validate({"low": 0.1, "best": 0.3, "high": 0.6}).is_range
    True
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_number_or_term)

    low: Number | None = None
    best: Number | str
    high: Number | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        return data if isinstance(data, (dict, Value)) else {"best": data}

    @model_validator(mode="after")
    def _ordered(self) -> Value:
        if self.low is None and self.high is None:
            return self
        if (self.low is None) != (self.high is None):
            missing = "low" if self.low is None else "high"
            message = f"{missing} end of the range is missing; give both low and high, or neither"
            raise ValueError(message)
        if isinstance(self.best, str) and self.low is not None:
            meant = number_meant(self.best)
            message = (
                f"{self.best!r} for the best value, expected a number; {meant}"
                if meant
                else f"the term {self.best!r} brings its own range; leave out low and high"
            )
            raise ValueError(message)
        if self.low is not None and not self.low <= self._number <= self.upper:
            message = f"low {self.low:.15g}, best {self.best:.15g}, high {self.high:.15g}: expected low <= best <= high"
            raise ValueError(message)
        return self

    @model_serializer(mode="wrap")
    def _short(self, handler: Any) -> Any:  # noqa: ANN401 - pydantic's protocol
        return handler(self) if self.is_range else self.best

    @property
    def is_range(self) -> bool:
        """Whether a range was stated."""
        return self.low is not None

    @property
    def _number(self) -> float:
        return float(self.best)

    @property
    def lower(self) -> float:
        """The low end, or the best value where no range was stated."""
        return self._number if self.low is None else self.low

    @property
    def upper(self) -> float:
        """The high end, or the best value where no range was stated."""
        return self._number if self.high is None else self.high


Values = dict[Name, Value]

#: codings of an attempt, and what their numbers are given by
ATTEMPT, MADE = "attempt", ("made", "not_made")
#: the same of codings of a contrast
HOLDS = ("holds", "fails")


class Coding(Frozen):
    """One coder's judgement of one item: a likelihood under every hypothesis.

    Examples
    --------
    >>> Coding.model_validate({"values": {"A": 0.8, "B": 0.2}}).form.label
    'probability'
    """

    #: empty: the set's base coder
    coder: Name | None = None
    #: empty: every episode that the item bears on
    episodes: tuple[Name, ...] = ()
    #: ``attempt``: how probable the item is if an attempt was made, and if not; of a contrast the hypothesis
    #: that is at work in its first member and not in its second; empty: how probable it is under each hypothesis
    about: Name | None = None
    #: what the hypotheses explain here; empty: a refusal where the episode says ``granted: no``, else a supply
    of: Literal["supply", "refusal"] | None = None
    #: the form of the numbers
    unit: CodingUnit = CodingUnit.PROBABILITY
    #: verbal scale of the terms, for ``unit: verbal``; empty: the IPCC's
    scale: Name | None = None
    #: hypothesis that ratios are taken against
    reference: Name | None = None
    #: P(item given reference), which turns ratios into probabilities
    reference_probability: Value | None = None
    #: likelihood by hypothesis, one reading of the item
    values: Values = Field(default_factory=dict)
    #: likelihoods by option of the item's reading, then by hypothesis
    readings: dict[Name, Values] = Field(default_factory=dict)
    reason: str = ""
    #: a reason for one hypothesis only
    cell_reasons: dict[Name, str] = Field(default_factory=dict)
    #: overrides the item's cluster in these episodes
    cluster: Name | None = None
    #: adds to the items that this coding is conditional on
    given: tuple[Name, ...] = ()
    #: day of the judgement; empty: that of the coder
    coded_on: HistoricDate | None = None
    #: hand that wrote it down; empty: that of the coder
    coded_by: str = ""

    @property
    def alternatives(self) -> tuple[str, ...]:
        """What its numbers are given by, where these are not the hypotheses."""
        return () if self.about is None else MADE if self.about == ATTEMPT else HOLDS

    @property
    def form(self) -> Form:
        """How its numbers are read, checked and shown."""
        return self.unit.form

    @property
    def options(self) -> dict[str, Values]:
        """Likelihoods by reading; a plain coding has one reading without a name."""
        return dict(self.readings) if self.readings else {"": self.values}
