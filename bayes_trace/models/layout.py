"""Where every number goes: the structure that a model is built on, NumPy only."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import ImpossibleEvidenceError
from bayes_trace.likelihood.links import EVENT, FACT, ITEM, REPORT, links_of
from bayes_trace.models.cells import CERTAIN, Table, tabulate
from bayes_trace.models.coded import Codings, coders_used, gather_codings
from bayes_trace.models.reports import DENIED, Reports, make_reports, what_is_said

__all__ = ["Layout", "Scope", "make_layout", "take_links"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Scope = Literal["episode", "set"]
#: numbers that may change without compiling afresh
NUMBERS = ("agreement", "kappa", "option_log_weight")


@dataclass(frozen=True)
class Layout:
    """Arrays by slot (an item or an event, or one reading of an item), entry, link and episode.

    Links of items stand first, then facts, then events. The numbers among these arrays become
    `pm.Data`; everything else is the shape of the graph and enters `signature`.
    """

    evidence: xr.Dataset
    scope: Scope
    codings: Codings
    items: Table
    slot_ratio: Flags
    #: place of each slot in `hit` and `false_report`, -1 where no source model applies
    slot_source: Index
    hit: Table
    false_report: Table
    denial_if_true: Table
    denial_if_false: Table
    #: place of each slot in `detection`, -1 where the item was found
    slot_search: Index
    detection: Table
    #: place of each slot that is read among the readings of all facts
    read_at: Index
    #: log lambda of the readings of every fact
    option_log_weight: Array
    reports: Reports
    kappa: Array
    #: share of each link in its episode
    exponent: Array
    #: links of which only ratios between hypotheses count
    relative: Flags
    #: weight of each hypothesis in the even mean that ratios are taken over
    written: Array
    #: whether a correlation has a range, which no model draws
    fixed_correlations: bool

    @property
    def kind(self) -> Index:
        """Kind of each link."""
        return np.asarray(self.evidence["link_kind"].values)

    @property
    def episode_index(self) -> Index:
        """Episode of each link."""
        return np.asarray(self.evidence["episode_index"].values, dtype=np.int64)

    @property
    def without_density(self) -> dict[str, str]:
        """Episodes whose evidence has no probability, not even up to what else might have been found; with the reason."""
        tempered = self.kappa < 1
        return self._reasons(
            (self.relative & ~tempered, "ratios carry no probability of the evidence"),
            (tempered, "a discount for dependence is no probability of the evidence"),
            (self.kind == FACT, "readings have no level"),
            (self.exponent < 1, "an item is shared between episodes"),
        )

    @property
    def without_data_model(self) -> dict[str, str]:
        """Episodes for which no model of the data exists, with the reason."""
        unsaid = "what else the sources of an event might have said is not stated"
        return self._reasons((self.kind == EVENT, unsaid)) | self.without_density

    def _reasons(self, *reasons: tuple[Flags, str]) -> dict[str, str]:
        names = self.evidence["episode"].values
        return {
            str(names[j]): why
            for mask, why in reasons
            for j in np.unique(self.episode_index[np.flatnonzero(mask)])
        }

    @property
    def keeps_density(self) -> bool:
        """Whether some episode has a log-likelihood that can be scaled."""
        return len(self.without_density) < self.evidence.sizes["episode"]

    @property
    def attrs(self) -> dict[str, str | float]:
        """What a reader of the draws must know."""
        return {"correlations": "at best values"} if self.fixed_correlations else {}

    @cached_property
    def signature(self) -> str:
        """The same for two layouts whose models differ in `pm.Data` only."""
        has = (bool(self.without_data_model), self.keeps_density)
        parts: list[object] = [self.scope, has, self.codings.signature]
        parts += [each for field in fields(self) for each in _shape(field.name, getattr(self, field.name))]
        parts += [self.kind.tobytes(), self.episode_index.tobytes(), tuple(self.evidence.sizes.items())]
        parts.append(bool(np.isfinite(self.evidence["prior_concentration"].values).all()))
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def _shape(name: str, value: object) -> list[object]:
    """What a graph takes from an array or a table besides its numbers."""
    if isinstance(value, Table):
        return [value.slot.tobytes(), value.slot.shape, value.common.tobytes()]
    if isinstance(value, np.ndarray):
        return [value.shape] if name in NUMBERS else [value.shape, value.tobytes()]
    if isinstance(value, Reports):
        return [each for f in fields(value) for each in _shape(f.name, getattr(value, f.name))]
    return [value] if isinstance(value, bool) else []


def take_links(evidence: xr.Dataset, links: Index) -> xr.Dataset:
    """The evidence of some links, in this order, with the entries that they hold."""
    if np.array_equal(links, np.arange(evidence.sizes["link"])):
        return evidence
    place = np.full(evidence.sizes["link"], -1, dtype=np.int64)
    place[links] = np.arange(links.size)
    at = place[evidence["entry_link"].values]
    order = np.argsort(at, kind="stable")
    entries = order[at[order] >= 0]
    return evidence.isel(link=links, entry=entries).assign(entry_link=("entry", at[entries]))


def make_layout(evidence: xr.Dataset, scope: Scope) -> Layout:
    """Sort links, copy what is uncertain per episode or not, and refuse impossible evidence."""
    evidence, speaker = _spoken(evidence)
    _refuse_impossible(evidence)
    slot_entry, slot_option = _slots(evidence)
    codings = gather_codings(evidence, slot_entry, slot_option)
    place = _place(evidence, scope)
    source, rates = _sources(evidence, place)
    search, detection = _searches(evidence, place)
    link, n = evidence["entry_link"].values, evidence.sizes["link"]
    relative = np.zeros(n, dtype=bool)
    relative[link[slot_entry[codings.is_ratio]]] = True
    fact = evidence["link_kind"].values == FACT
    spoken = speaker, np.arange(n)
    at_item = evidence["entry_role"].values[slot_entry] == ITEM
    return Layout(
        evidence=evidence,
        scope=scope,
        codings=codings,
        items=_items(evidence, place, codings, (slot_entry, slot_option)),
        slot_ratio=codings.is_ratio,
        slot_source=np.where(at_item, source[slot_entry], -1),
        **rates,
        slot_search=np.where(at_item, search[slot_entry], -1),
        detection=detection,
        read_at=_read_at(evidence, slot_entry, slot_option),
        option_log_weight=np.maximum(evidence["log_option_weight"].values[spoken][fact], -CERTAIN),
        reports=make_reports(evidence, source, search),
        kappa=evidence["kappa"].values[spoken],
        exponent=_exponents(evidence, scope),
        relative=relative,
        written=evidence["written_share"].values.mean(axis=0),
        fixed_correlations=_fixed_correlations(evidence, speaker),
    )


def _spoken(evidence: xr.Dataset) -> tuple[xr.Dataset, Index]:
    """What any coder coded, sorted by kind of link, and whose lambda and kappa each link has.

    The base coder's, or, where he did not code the link, the first's who did.
    """
    used = coders_used(evidence)
    evidence = evidence.sel(coder=used) if len(used) < evidence.sizes["coder"] else evidence
    told = np.stack([links_of(evidence, coder).spoken for coder in range(evidence.sizes["coder"])])
    order = np.argsort(evidence["link_kind"].values, kind="stable")
    kept = order[told.any(axis=0)[order]]
    told = told[:, kept]
    evidence = take_links(evidence, kept)
    coded = evidence["coded"].values.any(axis=0)
    evidence = evidence if coded.all() else evidence.isel(entry=np.flatnonzero(coded))
    base = evidence["coder"].values == evidence.attrs.get("base_coder")
    by_base = told[base].any(axis=0)
    return evidence, np.where(by_base, base.argmax(), told.argmax(axis=0))


def _refuse_impossible(evidence: xr.Dataset) -> None:
    impossible = np.isneginf(evidence["log_likelihood"].values).any(axis=0)
    link, entry = evidence["entry_link"].values, evidence["entry_item"].values
    for j, episode in enumerate(evidence["episode"].values):
        here = evidence["episode_index"].values == j
        if here.any() and impossible[here].any(axis=0).all():
            items = {
                str(name): [str(item) for item in entry[(here & impossible[:, h])[link]]]
                for h, name in enumerate(evidence["hypothesis"].values)
            }
            raise ImpossibleEvidenceError(str(episode), items)


def _slots(evidence: xr.Dataset) -> tuple[Index, Index]:
    """Entry and reading of each slot; reports of events have none."""
    kind = evidence["link_kind"].values[evidence["entry_link"].values]
    stated = evidence["option_probability"].values[evidence["entry_link"].values] > 0
    stated[kind != FACT, 1:] = False
    stated[evidence["entry_role"].values == REPORT] = False
    entry, option = np.nonzero(stated)
    return entry, option


def _read_at(evidence: xr.Dataset, slot_entry: Index, slot_option: Index) -> Index:
    """Place of each slot of a fact in a table (fact, option) that is laid out in one row."""
    kind = evidence["link_kind"].values
    link = evidence["entry_link"].values[slot_entry]
    read = kind[link] == FACT
    fact = np.cumsum(kind == FACT) - 1
    return np.asarray(fact[link[read]] * evidence.sizes["option"] + slot_option[read], dtype=np.int64)


def _place(evidence: xr.Dataset, scope: Scope) -> list[str]:
    """What is uncertain is copied per episode, or one for the set; by entry."""
    episodes = evidence["link_episode"].values[evidence["entry_link"].values].astype(str)
    return episodes.tolist() if scope == "episode" else [""] * episodes.size


def _items(evidence: xr.Dataset, place: Sequence[str], codings: Codings, slots: tuple[Index, Index]) -> Table:
    shared = set(str(evidence.attrs.get("shared_implications", "")).split())
    hypotheses = [str(name) for name in evidence["hypothesis"].values]
    names, implications = evidence["entry_item"].values, evidence["entry_implication"].values
    keys = []
    for entry, option in zip(*slots, strict=True):
        common = [name for name in str(implications[entry]).split() if name in shared]
        name = f"implication:{common[0]}" if common else str(names[entry])
        which = str(option) if codings.has_options else ""
        keys.append([(name, place[entry], which, hypothesis) for hypothesis in hypotheses])
    return tabulate(codings.location, codings.low, codings.high, keys, codings.reference)


def _copies(index: Index, place: Sequence[str]) -> tuple[Index, Index, list[str]]:
    """Place of each entry among the copies, and what each is a copy of, where."""
    found: dict[tuple[int, str], int] = {}
    at = np.full(index.size, -1, dtype=np.int64)
    for entry, (thing, where) in enumerate(zip(index, place, strict=True)):
        if thing >= 0:
            at[entry] = found.setdefault((int(thing), where), len(found))
    return at, np.array([thing for thing, _ in found], dtype=np.int64), [where for _, where in found]


def _table_of(evidence: xr.Dataset, name: str, rows: Index, keys: Sequence[tuple[str, str]]) -> Table:
    """One deviate per row: what moves the number moves it under every hypothesis."""
    location, low, high = (
        evidence[f"{name}_{part}"].values[rows] for part in ("location", "spread_low", "spread_high")
    )
    return tabulate(location, low, high, [[key] * location.shape[1] for key in keys])


def _sources(evidence: xr.Dataset, place: Sequence[str]) -> tuple[Index, dict[str, Any]]:
    """Place of each entry among sources, and their rates; those of denials where there are any."""
    source = np.where(evidence["entry_role"].values == EVENT, -1, evidence["source_index"].values)
    at, copied, where = _copies(source, place)
    keys = [(str(evidence["source"].values[s]), each) for s, each in zip(copied, where, strict=True)]
    denied = bool((what_is_said(evidence) == DENIED).any())
    tables = {}
    for name in ("hit", "false_report", "denial_if_true", "denial_if_false"):
        kept = len(keys) if denied or not name.startswith("denial") else 0
        tables[name] = _table_of(evidence, name, copied[:kept], keys[:kept])
    return at, tables


def _searches(evidence: xr.Dataset, place: Sequence[str]) -> tuple[Index, Table]:
    names, item = np.unique(evidence["entry_item"].values.astype(str), return_inverse=True)
    absent = np.where(evidence["absent"].values, item, -1)
    at, found, where = _copies(absent, place)
    searched = np.flatnonzero(at >= 0)
    entries = searched[np.unique(at[searched], return_index=True)[1]]
    keys = [(str(names[one]), each) for one, each in zip(found, where, strict=True)]
    return at, _table_of(evidence, "detection", entries, keys)


def _exponents(evidence: xr.Dataset, scope: Scope) -> Array:
    items = [str(name) for name in evidence["link_item"].values]
    if scope == "episode":
        return np.ones(len(items))
    count = Counter(items)
    return np.array([1.0 / count[name] for name in items])


def _fixed_correlations(evidence: xr.Dataset, speaker: Index) -> bool:
    """Whether a range of a correlation that plays a part is left aside."""

    def ranged(name: str) -> Flags:
        return np.asarray(
            (evidence[f"{name}_spread_low"].values > 0) | (evidence[f"{name}_spread_high"].values > 0)
        )

    together = evidence["effective_number"].values[speaker, np.arange(speaker.size)] > 1
    in_cluster = np.append(ranged("correlation"), False)[evidence["cluster_index"].values]
    reports = np.bincount(evidence["entry_link"].values, minlength=speaker.size) - 1
    of_event = (evidence["link_kind"].values == EVENT) & (reports > 1)
    return bool((in_cluster & together).any() or (ranged("agreement") & of_event).any())
