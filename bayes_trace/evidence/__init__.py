"""The evidence set: what a scholar writes down, frozen, and the problems it may have."""

from bayes_trace.evidence.chronicle import Act, Actor, Chronicle, Country, Office
from bayes_trace.evidence.combinations import configurations
from bayes_trace.evidence.consistency import list_problems
from bayes_trace.evidence.digest import changed_parts, content_digest, content_parts
from bayes_trace.evidence.locks import lock_codings
from bayes_trace.evidence.mechanism import Attempt, Backfire, Reply, Success
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
    Lock,
    Reading,
    Reliability,
    Selection,
    Source,
    VerbalScale,
)
from bayes_trace.evidence.scenario import (
    Change,
    Drop,
    EpisodeChange,
    Part,
    Scenario,
    SearchBias,
    Split,
)
from bayes_trace.evidence.sets import EvidenceSet, SetFile, Written
from bayes_trace.evidence.values import Coding, Value

__all__ = [
    "Act",
    "Actor",
    "Attempt",
    "Backfire",
    "Case",
    "Change",
    "Chronicle",
    "Cluster",
    "Coder",
    "Coding",
    "Country",
    "Denial",
    "Drop",
    "Episode",
    "EpisodeChange",
    "Event",
    "EvidenceSet",
    "Hypothesis",
    "Implication",
    "Item",
    "Lock",
    "Office",
    "Part",
    "Reading",
    "Reliability",
    "Reply",
    "Scenario",
    "SearchBias",
    "Selection",
    "SetFile",
    "Source",
    "Split",
    "Success",
    "Value",
    "VerbalScale",
    "Written",
    "changed_parts",
    "configurations",
    "content_digest",
    "content_parts",
    "list_problems",
    "lock_codings",
    "short_names",
    "title_of",
]
