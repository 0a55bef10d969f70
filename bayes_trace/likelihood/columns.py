"""A compiled set from columns: every step over arrays, and no object or text per link.

`compile_evidence` fills the columns from an evidence set; a table on disk fills them from its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.likelihood.derived import likelihoods
from bayes_trace.likelihood.elicited import Codings, Spread, fraction, spread_of
from bayes_trace.likelihood.labelled import dataset
from bayes_trace.likelihood.links import REPORT

__all__ = ["ENTRY_TEXTS", "LINK_TEXTS", "Columns", "Rates", "from_columns"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
#: texts along links and entries beside their names; those that are not given are empty
LINK_TEXTS = (
    "link_item",
    "link_title",
    "link_episode",
    "link_cluster",
    "link_source",
    "link_step",
    "link_implication",
    "link_given",
    "link_date",
)
ENTRY_TEXTS = (
    "entry_item",
    "item_title",
    "entry_implication",
    "entry_source",
    "entry_given",
    "entry_restates",
    "entry_date",
)
_LOGIT = {"units": "logit"}
_SCALE = {"units": "logit, or dB where is_ratio"}


@dataclass(frozen=True)
class Rates:
    """How sources report: low, best and high (source, hypothesis, 3)."""

    hit: Array
    false_report: Array
    #: 0 for those that never deny
    denial_if_true: Array
    denial_if_false: Array
    #: sources whose denial is the complement of an affirmation
    answers: Flags


@dataclass(frozen=True)
class Columns:
    """One compiled set, or one block of a table. Links are sorted by episode, entries by link."""

    #: variables and coordinates of hypotheses, coders and episodes, as xarray takes them: all that no link moves
    frame: Mapping[str, tuple[Any, ...]]
    frame_coords: Mapping[str, tuple[Any, ...]]
    attrs: Mapping[str, Any]
    #: compound that may be left out -> share of each hypothesis in it
    compounds: Mapping[str, Mapping[str, float]]
    #: names along links, entries, sources and clusters, and texts about them, as xarray takes them
    names: Mapping[str, tuple[Any, ...]]
    #: (link,)
    episode_index: Index
    link_kind: Index
    #: cluster of each link, -1 outside
    cluster_index: Index
    #: probability of each reading (link, option); one option, certain, where there is no fact
    option_probability: Array
    #: (entry,)
    entry_link: Index
    entry_role: Index
    says_no: Flags
    absent: Flags
    #: source of each entry, -1 where its rates are not in doubt
    source_index: Index
    rates: Rates
    #: low, best and high (cluster, 3)
    correlation: Array
    codings: Codings
    #: entries with a detection, and its low, best and high (of those, hypothesis, 3)
    detected: Index = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    detection: Array = field(default_factory=lambda: np.zeros((0, 0, 3)))
    #: links whose reports are correlated, and low, best and high of that (of those, 3)
    agreeing: Index = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    agreement: Array = field(default_factory=lambda: np.zeros((0, 3)))

    @property
    def hypotheses(self) -> Sequence[str]:
        """Ids of the hypotheses."""
        return [str(name) for name in self.frame_coords["hypothesis"][1]]

    @property
    def n_coders(self) -> int:
        """How many coders."""
        return len(self.frame_coords["coder"][1])


def from_columns(columns: Columns) -> xr.Dataset:
    """The compiled evidence, as `compile_evidence` gives it.

    Parameters
    ----------
    columns
        Arrays that fit; nothing of an evidence set is looked at, and no row becomes an object.
    """
    variables: dict[str, Any] = {
        **columns.frame,
        **_structure(columns),
        **_elicited(columns),
        **_absence(columns),
        **_sources(columns),
        **_clusters(columns),
        **_agreement(columns),
    }
    arrays = {name: stated[1] for name, stated in variables.items()}
    n_episodes = len(columns.frame_coords["episode"][1])
    variables |= likelihoods(arrays, n_episodes=n_episodes)
    return dataset(variables, {**columns.names, **_blanks(columns), **columns.frame_coords}, columns.attrs)


def _blanks(columns: Columns) -> dict[str, tuple[Any, ...]]:
    """Texts that were not given."""
    sizes = {"link": columns.link_kind.size, "entry": columns.entry_link.size}
    wanted = {**dict.fromkeys(LINK_TEXTS, "link"), **dict.fromkeys(ENTRY_TEXTS, "entry")}
    return {
        name: (dim, np.zeros(sizes[dim], dtype="<U1"))
        for name, dim in wanted.items()
        if name not in columns.names
    }


def _structure(columns: Columns) -> dict[str, tuple[Any, ...]]:
    return {
        "episode_index": ("link", columns.episode_index),
        "link_kind": ("link", columns.link_kind),
        "entry_link": ("entry", columns.entry_link),
        "entry_role": ("entry", columns.entry_role),
        "says_no": ("entry", columns.says_no),
        "option_probability": (("link", "option"), columns.option_probability),
    }


def _elicited(columns: Columns) -> dict[str, tuple[Any, ...]]:
    codings, names = columns.codings, columns.hypotheses
    n_entries, n_options = columns.entry_link.size, columns.option_probability.shape[1]
    shape = (columns.n_coders, n_entries, n_options, len(names))
    # a coder who gave nothing, or no such reading, is at an even chance and never looked at
    location, low, high = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    reference, coded = np.full(shape[:2], -1, dtype=np.int64), np.zeros(shape[:2], dtype=bool)
    if codings.places.size:
        at = tuple(codings.places.T)
        spread = spread_of(codings, names, columns.compounds)
        location[at], low[at], high[at] = spread.location, spread.low, spread.high
        reference[at[:2]], coded[at[:2]] = codings.reference, True
    # whoever coded an event has taken its reports as they are
    reports = columns.entry_role == REPORT
    event = np.maximum.accumulate(np.where(reports, 0, np.arange(n_entries)))
    dims = ("coder", "entry", "option", "hypothesis")
    return {
        "location": (dims, location, _SCALE),
        "spread_low": (dims, low, _SCALE),
        "spread_high": (dims, high, _SCALE),
        "coded": (("coder", "entry"), coded[:, event]),
        "is_ratio": (("coder", "entry"), reference >= 0),
        "reference": (("coder", "entry"), reference),
    }


def _table(name: str, dims: tuple[str, ...] | str, spread: Spread) -> dict[str, tuple[Any, ...]]:
    """Location and spreads of probabilities."""
    parts = {"location": spread.location, "spread_low": spread.low, "spread_high": spread.high}
    return {f"{name}_{part}": (dims, array, _LOGIT) for part, array in parts.items()}


def _filled(shape: tuple[int, ...], location: float, at: Index, stated: Spread) -> Spread:
    """A table that is certain but in some rows."""
    whole = Spread(np.full(shape, location), np.zeros(shape), np.zeros(shape))
    if at.size:
        whole.location[at], whole.low[at], whole.high[at] = stated.location, stated.low, stated.high
    return whole


def _absence(columns: Columns) -> dict[str, tuple[Any, ...]]:
    shape = (columns.entry_link.size, len(columns.hypotheses))
    spread = _filled(shape, np.inf, columns.detected, fraction(columns.detection))
    return {"absent": ("entry", columns.absent), **_table("detection", ("entry", "hypothesis"), spread)}


def _sources(columns: Columns) -> dict[str, tuple[Any, ...]]:
    """Sources with a stated reliability; entries of all others have index -1."""
    rates, dims = columns.rates, ("source", "hypothesis")
    return {
        "source_index": ("entry", columns.source_index),
        "source_answers": ("source", rates.answers),
        **_table("hit", dims, fraction(rates.hit)),
        **_table("false_report", dims, fraction(rates.false_report)),
        **_table("denial_if_true", dims, fraction(rates.denial_if_true)),
        **_table("denial_if_false", dims, fraction(rates.denial_if_false)),
    }


def _clusters(columns: Columns) -> dict[str, tuple[Any, ...]]:
    return {
        "cluster_index": ("link", columns.cluster_index),
        **_table("correlation", ("cluster",), fraction(columns.correlation)),
    }


def _agreement(columns: Columns) -> dict[str, tuple[Any, ...]]:
    """Correlation of the reports of an event; none elsewhere."""
    shape = (columns.link_kind.size,)
    return _table(
        "agreement", ("link",), _filled(shape, -np.inf, columns.agreeing, fraction(columns.agreement))
    )
