"""The structure of one coder's evidence: entries, links, sources, clusters, and which belong together.

An *entry* is what a coder codes: an item, or an event, on one episode; a report of an event is an entry without
codings. A *link* is what enters the sum: an item, all items that turn on one fact, or an event with its reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

__all__ = [
    "EVENT",
    "FACT",
    "ITEM",
    "QUANTITIES",
    "REPORT",
    "SOURCES",
    "Links",
    "Point",
    "best_point",
    "links_of",
    "parts_of",
    "point_of",
    "structure_of",
]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]

#: kinds of a link, and what an entry is in an event
ITEM, FACT, EVENT, REPORT = 0, 1, 2, 3
#: what is elicited -> the prefix of its three variables and the dimensions
QUANTITIES = {
    "location": ("", ("entry", "option", "hypothesis")),
    "hit": ("hit_", ("source", "hypothesis")),
    "false_report": ("false_report_", ("source", "hypothesis")),
    "denial_if_true": ("denial_if_true_", ("source", "hypothesis")),
    "denial_if_false": ("denial_if_false_", ("source", "hypothesis")),
    "detection": ("detection_", ("entry", "hypothesis")),
    "correlation": ("correlation_", ("cluster",)),
    "agreement": ("agreement_", ("link",)),
}


@dataclass(frozen=True)
class Point:
    """Values of every elicited number, on its own scale (logit, or dB for ratios).

    The last dimension, ``variant``, counts draws, scenarios or subsets; its size is 1 where all are alike.
    """

    #: (entry, option, hypothesis, variant)
    location: Array
    #: (source, hypothesis, variant)
    hit: Array
    false_report: Array
    denial_if_true: Array
    denial_if_false: Array
    #: (entry, hypothesis, variant)
    detection: Array
    #: (cluster, variant)
    correlation: Array
    #: correlation of the reports of an event, (link, variant)
    agreement: Array


@dataclass(frozen=True)
class Links:
    """The structure of one coder's evidence: nothing here is moved by a range."""

    #: link of each entry, ascending
    entry_link: Index
    #: ITEM, EVENT or REPORT
    role: Index
    coded: Flags
    is_ratio: Flags
    #: hypothesis that ratios are taken against, -1 for probabilities
    reference: Index
    absent: Flags
    says_no: Flags
    #: -1 where no source model applies
    source: Index
    #: sources whose denial is the complement of an affirmation
    answers: Flags
    #: ITEM, FACT or EVENT
    kind: Index
    episode: Index
    #: -1 outside clusters
    cluster: Index
    #: stated probability of each reading (link, option); 0 for an option that is not there
    option_probability: Array
    #: log lambda (link, option)
    log_weight: Array
    #: (link,)
    effective_number: Array
    kappa: Array
    #: weight of each hypothesis in each core hypothesis (core, hypothesis)
    core: Array
    n_episodes: int

    @property
    def n_links(self) -> int:
        """How many links."""
        return int(self.kind.size)

    @cached_property
    def first(self) -> Index:
        """First entry of each link."""
        return np.searchsorted(self.entry_link, np.arange(self.n_links))

    @cached_property
    def spoken(self) -> Flags:
        """Links that the coder has coded: an event by itself, any other through one of its items."""
        return self.coded_links(self.coded[:, None])[:, 0]

    def coded_links(self, coded: Flags) -> Flags:
        """Which links (link, variant) are coded where these entries (entry, variant) are."""
        if not self.n_links:
            return np.zeros((0, *coded.shape[1:]), dtype=bool)
        counted = coded & (self.role != REPORT)[:, None]
        return np.asarray(np.logical_or.reduceat(counted, self.first, axis=0))

    def take(self, links: Index) -> tuple[Links, Index]:
        """The structure of some links, in ascending order, and the entries that they hold."""
        place = np.full(self.n_links, -1, dtype=np.int64)
        place[links] = np.arange(links.size)
        entries = np.flatnonzero(place[self.entry_link] >= 0)
        by_link = {name: getattr(self, name)[links] for name in _BY_LINK}
        by_entry = {name: getattr(self, name)[entries] for name in _BY_ENTRY}
        return replace(self, **by_entry, **by_link, entry_link=place[self.entry_link[entries]]), entries


_BY_ENTRY = ("role", "coded", "is_ratio", "reference", "absent", "says_no", "source")
_BY_LINK = (
    "kind",
    "episode",
    "cluster",
    "option_probability",
    "log_weight",
    "effective_number",
    "kappa",
)


def links_of(evidence: xr.Dataset, coder: int | None = None) -> Links:
    """The structure of one coder's evidence, by number where there is a dimension ``coder``."""
    stored = {
        name: evidence.variables[name].values for name in (*_STORED, *_DERIVED) if name in evidence.variables
    }
    return structure_of(stored, coder, n_episodes=evidence.sizes["episode"])


def structure_of(stored: Mapping[str, npt.NDArray[Any]], coder: int | None, *, n_episodes: int) -> Links:
    """The same from the arrays of a dataset by name; what is derived may not be there yet."""

    def of(name: str) -> npt.NDArray[Any]:
        return stored[name] if coder is None or name not in _BY_CODER else stored[name][coder]

    own: dict[str, Any] = {field: of(name) for name, field in _STORED.items()}
    n = own["episode"].size
    absent = {
        "log_option_weight": np.zeros(own["option_probability"].shape),
        "effective_number": np.ones(n),
        "kappa": np.ones(n),
    }
    derived: dict[str, Any] = {
        field: of(name) if name in stored else absent[name] for name, field in _DERIVED.items()
    }
    return Links(**own, **derived, n_episodes=n_episodes)


#: variable -> field
_STORED = {
    "entry_link": "entry_link",
    "entry_role": "role",
    "coded": "coded",
    "is_ratio": "is_ratio",
    "reference": "reference",
    "absent": "absent",
    "says_no": "says_no",
    "source_index": "source",
    "source_answers": "answers",
    "link_kind": "kind",
    "episode_index": "episode",
    "cluster_index": "cluster",
    "option_probability": "option_probability",
    "core_share": "core",
}
#: not there yet while the evidence is being compiled
_DERIVED = {"log_option_weight": "log_weight", "effective_number": "effective_number", "kappa": "kappa"}
#: what structure and best point are made of
SOURCES = (*_STORED, *(f"{prefix}location" for prefix, _ in QUANTITIES.values()))
_BY_CODER = ("coded", "is_ratio", "reference", *_DERIVED)
_PARTS = ("location", "spread_low", "spread_high")


def parts_of(evidence: xr.Dataset, quantity: str, coder: int | None = None) -> tuple[Array, Array, Array]:
    """Location and the two spreads of one elicited quantity, a name of `QUANTITIES`."""
    prefix, _ = QUANTITIES[quantity]
    arrays = [evidence.variables[f"{prefix}{part}"].values for part in _PARTS]
    if quantity == "location" and coder is not None:
        arrays = [array[coder] for array in arrays]
    return arrays[0], arrays[1], arrays[2]


def best_point(evidence: xr.Dataset, coder: int | None = None) -> Point:
    """Every number at its stated best value: one variant."""
    names = [f"{prefix}location" for prefix, _ in QUANTITIES.values()]
    return point_of({name: evidence.variables[name].values for name in names}, coder)


def point_of(stored: Mapping[str, npt.NDArray[Any]], coder: int | None) -> Point:
    """The same from the arrays of a dataset by name."""
    best = {name: stored[f"{prefix}location"] for name, (prefix, _) in QUANTITIES.items()}
    if coder is not None:
        best["location"] = best["location"][coder]
    return Point(**{name: array[..., None] for name, array in best.items()})
