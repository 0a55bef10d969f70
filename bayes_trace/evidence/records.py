"""What an evidence set is made of: hypotheses, cases, episodes, items, sources."""

from __future__ import annotations

import calendar
import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    WithJsonSchema,
    model_validator,
)

from bayes_trace.evidence.values import Coding, FileName, Frozen, Name, Number, Probability, Value, Values

__all__ = [
    "Case",
    "Cluster",
    "Coder",
    "Episode",
    "Hypothesis",
    "Implication",
    "Item",
    "Reading",
    "Reliability",
    "Source",
    "SourceReference",
    "VerbalScale",
    "last_day",
]

Flag = Annotated[bool, Strict()]

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def _check_day(text: str) -> None:
    match = _DAY.fullmatch(text)
    if not match:
        message = f"date {text!r}: expected YYYY, YYYY-MM, YYYY-MM-DD or two of them joined by /"
        raise ValueError(message)
    year, month, day = (int(part) if part else None for part in match.groups())
    if month is not None and not 1 <= month <= 12:
        message = f"date {text!r}: no month {month}"
        raise ValueError(message)
    if day is not None and not 1 <= day <= calendar.monthrange(int(year or 0), int(month or 1))[1]:
        message = f"date {text!r}: no day {day} in that month"
        raise ValueError(message)


def _check_date(text: str) -> str:
    parts = text.split("/")
    for part in parts[:2]:
        _check_day(part)
    if len(parts) > 2 or (len(parts) == 2 and last_day(parts[0]) > last_day(parts[1])):
        message = f"date {text!r}: expected one date, or an earlier and a later one joined by /"
        raise ValueError(message)
    return text


def last_day(date: str) -> str:
    """The last day that a date can mean, as YYYY-MM-DD, so that dates compare as text.

    Examples
    --------
    >>> last_day("1976-02"), last_day("1977/1980")
    ('1976-02-29', '1980-12-31')
    """
    end = date.rsplit("/", 1)[-1]
    if len(end) == 4:
        return f"{end}-12-31"
    if len(end) == 7:
        return f"{end}-{calendar.monthrange(int(end[:4]), int(end[5:]))[1]:02d}"
    return end


def _year_to_text(value: object) -> object:
    # an unquoted year is a number in YAML
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


#: a day, month, year or interval, as written
HistoricDate = Annotated[
    str,
    BeforeValidator(_year_to_text),
    AfterValidator(_check_date),
    WithJsonSchema({"type": ["string", "integer"], "description": "YYYY, YYYY-MM, YYYY-MM-DD or A/B"}),
]
#: text that a person may write without quotes although it looks like a number
Label = Annotated[str, BeforeValidator(_year_to_text), WithJsonSchema({"type": ["string", "integer"]})]


class Hypothesis(Frozen):
    """A rival explanation; ids joined by ``+`` are compounds of mechanisms."""

    id: Name
    label: str
    #: initials for narrow tables
    short: Annotated[str, Field(max_length=12)] = ""
    statement: str
    #: what it says of a refusal, where that differs from the statement
    refusal_statement: str = ""
    prior: Probability
    #: links of its mechanism, in order
    steps: tuple[Name, ...] = ()
    #: none of the named explanations
    residual: Flag = False


class Coder(Frozen):
    """Who judged, and in which unit."""

    id: FileName
    label: str = ""
    unit: Literal["probability", "db", "verbal", "ratio_db"] = "probability"
    #: verbal scale or reference hypothesis of a whole CSV of codings
    scale: Name | None = None
    reference: Name | None = None
    note: str = ""
    #: leading comment of the coder's CSV, kept on writing
    header: str = ""


class Implication(Frozen):
    """An observable implication of the codebook."""

    id: Name
    text: str
    step: Name | None = None
    #: ``outcome`` or the name of a condition that such an item merely restates
    restates: tuple[str, ...] = ()
    #: items of this implication have one uncertain likelihood in common
    shared_likelihood: Flag = False


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


class Reliability(Frozen):
    """How a source reports: P(report given the event) and P(report given no event)."""

    hit: Value
    false_report: Value
    #: where the incentive to misrepresent differs by hypothesis
    by_hypothesis: dict[Name, Reliability] = Field(default_factory=dict)


class Source(Frozen):
    """A reference in CSL-JSON, as Zotero exports it, with its reliability."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: Name
    type: str
    reliability: Reliability | None = None
    #: a grade of the set's ``reliability_grades``, instead of numbers
    grade: Name | None = None

    @model_validator(mode="after")
    def _csl_fields_only(self) -> Source:
        unknown = sorted(set(self.model_extra or {}) - CSL_FIELDS)
        if unknown:
            message = f"unknown field {unknown[0]!r}; expected CSL-JSON fields such as title, author, issued, archive"
            raise ValueError(message)
        return self

    @property
    def csl(self) -> dict[str, Any]:
        """The reference alone, for a citation processor."""
        return self.model_dump(exclude={"reliability", "grade"}, exclude_none=True)


class SourceReference(Frozen):
    """Where in which source an item stands."""

    key: Name
    locator: Label = ""


#: keys that may stand beside ``coding`` in the short form
SHORT_FORM = ("unit", "scale", "reference", "reference_probability", "reason", "cell_reasons")


class Item(Frozen):
    """One archival observation with its codings.

    In a file the short form ``coding``, ``unit``, ``reason``, ``reference``, ... stands for a single
    entry of ``codings`` by the base coder for all episodes of the item.
    """

    id: Name
    paraphrase: str
    #: of the document
    date: HistoricDate | None = None
    #: of the words, where they are older than the document
    statement_date: HistoricDate | None = None
    #: written after the decision, yet meant to bear on it
    retrospective: Flag = False
    author: str = ""
    speaker: str = ""
    recipient: str = ""
    audience: Literal["private", "diplomatic", "public", "unknown"] | None = None
    kind: str = ""
    source: SourceReference | None = None
    #: further sources for the same item
    see_also: tuple[SourceReference, ...] = ()
    footnote: Label = ""
    implications: tuple[Name, ...] = ()
    step: Name | None = None
    episodes: tuple[Name, ...] = ()
    found: Literal["present", "absent", "not_sought"] = "present"
    #: P(the trace would have been found had it existed); for ``found: absent``
    detection: Value | None = None
    detection_by_hypothesis: Values = Field(default_factory=dict)
    #: what was searched, for a claim of absence
    search: str = ""
    decisive: Flag = False
    #: ids of the items coded jointly in this one
    package: tuple[Name, ...] = ()
    cluster: Name | None = None
    given: tuple[Name, ...] = ()
    reading: Name | None = None
    #: ``outcome`` or the names of conditions that the item merely restates
    restates: tuple[str, ...] = ()
    #: caution about date, speaker, wording or citation
    ambiguity: str = ""
    #: why the item has no coding
    not_coded: str = ""
    codings: tuple[Coding, ...] = ()

    @property
    def conditional_on(self) -> set[str]:
        """Items that this one, or any coding of it, is coded given."""
        return {*self.given, *(name for coding in self.codings for name in coding.given)}

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
    note: str = ""


class Case(Frozen):
    """An in-depth study: its conditions, episodes and items."""

    case: FileName
    label: str
    #: what tied the partners before, in words
    relationship: str = ""
    #: when and how the claim under study was made, in words
    attempts: str = ""
    conditions: dict[str, Number | str] = Field(default_factory=dict)
    episodes: tuple[Episode, ...] = ()
    items: tuple[Item, ...] = ()


_CSL = """
abstract accessed annote archive archive-place archive_collection archive_location author
authority available-date call-number categories chair chapter-number citation-key citation-label
citation-number collection-editor collection-number collection-title compiler composer
container-author container-title container-title-short contributor curator custom dimensions
director division DOI edition editor editorial-director event event-date event-place event-title
executive-producer first-reference-note-number genre guest host illustrator interviewer ISBN
ISSN issue issued journalAbbreviation jurisdiction keyword language license locator medium
narrator note number number-of-pages number-of-volumes organizer original-author original-date
original-publisher original-publisher-place original-title page page-first part-number part-
title performer PMCID PMID printing-number producer publisher publisher-place recipient
references reviewed-author reviewed-genre reviewed-title scale script-writer section series-
creator shortTitle source status submitted supplement-number title title-short translator URL
version volume volume-title volume-title-short year-suffix
"""
#: variables of CSL 1.0.2
CSL_FIELDS = frozenset(_CSL.split())
