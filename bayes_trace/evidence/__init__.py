"""The evidence set: what a scholar writes down, frozen, and the problems it may have."""

from bayes_trace.evidence.consistency import list_problems
from bayes_trace.evidence.digest import changed_parts, content_digest, content_parts
from bayes_trace.evidence.names import short_names, title_of
from bayes_trace.evidence.records import (
    Case,
    Cluster,
    Coder,
    Denial,
    Episode,
    Event,
    Hypothesis,
    Implication,
    Item,
    Reading,
    Reliability,
    Source,
    VerbalScale,
)
from bayes_trace.evidence.scenario import Change, Drop, Part, Scenario, SearchBias, Split
from bayes_trace.evidence.sets import EvidenceSet, SetFile, Written
from bayes_trace.evidence.values import Coding, Value

__all__ = [
    "Case",
    "Change",
    "Cluster",
    "Coder",
    "Coding",
    "Denial",
    "Drop",
    "Episode",
    "Event",
    "EvidenceSet",
    "Hypothesis",
    "Implication",
    "Item",
    "Part",
    "Reading",
    "Reliability",
    "Scenario",
    "SearchBias",
    "SetFile",
    "Source",
    "Split",
    "Value",
    "VerbalScale",
    "Written",
    "changed_parts",
    "content_digest",
    "content_parts",
    "list_problems",
    "short_names",
    "title_of",
]
