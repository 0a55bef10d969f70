"""Which link stands where: the structure that a model is built on, NumPy only."""

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
from bayes_trace.likelihood.rows import FLAT
from bayes_trace.models.cells import Table, tabulate
from bayes_trace.models.coded import Codings, coders_used, gather_codings

__all__ = ["Layout", "Scope", "make_layout"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Scope = Literal["episode", "set"]


@dataclass(frozen=True)
class Layout:
    """Arrays by unit (a link, or one option of a link with readings), link and episode.

    Links with readings stand last. The numbers among these arrays become `pm.Data`; everything
    else is the shape of the graph and enters `signature`.
    """

    evidence: xr.Dataset
    scope: Scope
    n_plain: int
    unit_link: Index
    unit_ratio: Flags
    codings: Codings
    items: Table
    #: place of each unit in `hit` and `false_report`, -1 where no source model applies
    unit_report: Index
    hit: Table
    false_report: Table
    #: place of each link in `detection`, -1 where the item was found
    link_search: Index
    detection: Table
    #: place of each link in `correlation`, -1 where its cluster's correlation is a point
    link_cluster: Index
    correlation: Table
    #: members of its cluster that speak, besides the link itself
    company: Array
    kappa: Array
    #: share of each link in its episode
    exponent: Array
    #: links of which only ratios between hypotheses count
    relative: Flags
    #: option weights of the links with readings
    option_weight: Array
    #: share of each link with readings in what those of its fact say only jointly
    group_share: Array
    #: pairs of links with readings that turn on one fact, each link paired with itself too
    group_pairs: Index

    @property
    def n_read(self) -> int:
        """Links with readings."""
        return self.evidence.sizes["link"] - self.n_plain

    @property
    def n_options(self) -> int:
        """Options of each link with readings."""
        return int(self.option_weight.shape[1])

    @property
    def episode_index(self) -> Index:
        """Episode of each link."""
        return np.asarray(self.evidence["episode_index"].values, dtype=np.int64)

    @property
    def without_data_model(self) -> dict[str, str]:
        """Episodes for which no model of the data exists, with the reason."""
        tempered = (self.kappa < 1) | (self.link_cluster >= 0)
        reasons = (
            (self.relative & ~tempered, "ratios carry no probability of the evidence"),
            (tempered, "a discount for dependence is no probability of the evidence"),
            (np.arange(self.kappa.size) >= self.n_plain, "readings have no level"),
            (self.exponent < 1, "an item is shared between episodes"),
        )
        names = self.evidence["episode"].values
        return {
            str(names[j]): why
            for mask, why in reasons
            for j in np.unique(self.episode_index[np.flatnonzero(mask)])
        }

    @cached_property
    def signature(self) -> str:
        """The same for two layouts whose models differ in `pm.Data` only."""
        parts: list[object] = [
            self.scope,
            self.n_plain,
            bool(self.without_data_model),
            self.codings.signature,
        ]
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Table):
                parts += [value.slot.tobytes(), value.slot.shape]
            elif isinstance(value, np.ndarray) and field.name not in ("company", "kappa", "option_weight"):
                parts += [value.tobytes(), value.shape]
        parts += [self.option_weight.shape, self.episode_index.tobytes(), tuple(self.evidence.sizes.items())]
        parts.append(bool(np.isfinite(self.evidence["prior_concentration"].values).all()))
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def make_layout(evidence: xr.Dataset, scope: Scope) -> Layout:
    """Sort links, copy what is uncertain per episode or not, and refuse impossible evidence."""
    used = coders_used(evidence)
    read = (evidence["read"] & evidence["coded"]).sel(coder=used).any("coder").values
    coded = evidence["coded"].sel(coder=used).any("coder").values
    order = np.concatenate([np.flatnonzero(coded & ~read), np.flatnonzero(coded & read)])
    evidence = evidence.isel(link=order).sel(coder=used)
    _refuse_impossible(evidence)
    n_plain = int((coded & ~read).sum())
    options = evidence.sizes["option"] if read.any() else 1
    n_read = order.size - n_plain
    unit_link = np.concatenate([np.arange(n_plain), np.repeat(np.arange(n_plain, order.size), options)])
    unit_option = np.concatenate([np.zeros(n_plain, dtype=np.int64), np.tile(np.arange(options), n_read)])
    codings = gather_codings(evidence, unit_link, unit_option)
    report = _reports(evidence, scope)
    search = _searches(evidence, scope)
    company = _company(evidence)
    cluster, correlation = _correlations(evidence, scope, company)
    fixed = np.where(cluster >= 0, 1.0, _fixed_kappa(evidence, company))
    return Layout(
        evidence=evidence,
        scope=scope,
        n_plain=n_plain,
        unit_link=unit_link,
        unit_ratio=codings.is_ratio,
        codings=codings,
        items=_items(evidence, scope, codings, unit_link, unit_option),
        unit_report=report[0][unit_link],
        hit=report[1],
        false_report=report[2],
        link_search=search[0],
        detection=search[1],
        link_cluster=cluster,
        correlation=correlation,
        company=company,
        kappa=fixed,
        exponent=_exponents(evidence, scope),
        relative=(cluster >= 0) | _by_link(codings.is_ratio, unit_link, order.size),
        option_weight=_option_weights(evidence, n_plain, options),
        **_groups(evidence, n_plain),
    )


def _by_link(unit: Flags, unit_link: Index, n: int) -> Flags:
    link = np.zeros(n, dtype=bool)
    link[unit_link] = unit
    return link


def _refuse_impossible(evidence: xr.Dataset) -> None:
    impossible = np.isneginf(evidence["log_likelihood"].values).any(axis=0)
    names = evidence["hypothesis"].values
    for j, episode in enumerate(evidence["episode"].values):
        here = evidence["episode_index"].values == j
        if here.any() and impossible[here].any(axis=0).all():
            items = {
                str(name): [str(item) for item in evidence["link_item"].values[here & impossible[:, h]]]
                for h, name in enumerate(names)
            }
            raise ImpossibleEvidenceError(str(episode), items)


def _place(evidence: xr.Dataset, scope: Scope) -> list[str]:
    """What is uncertain is copied per episode, or one for the set."""
    episodes = [str(name) for name in evidence["link_episode"].values]
    return episodes if scope == "episode" else [""] * len(episodes)


def _items(
    evidence: xr.Dataset, scope: Scope, codings: Codings, unit_link: Index, unit_option: Index
) -> Table:
    shared = set(str(evidence.attrs.get("shared_implications", "")).split())
    place = _place(evidence, scope)
    hypotheses = [str(name) for name in evidence["hypothesis"].values]
    keys = []
    for link, option in zip(unit_link, unit_option, strict=True):
        common = [name for name in str(evidence["link_implication"].values[link]).split() if name in shared]
        name = f"implication:{common[0]}" if common else str(evidence["link_item"].values[link])
        which = str(option) if codings.has_options else ""
        keys.append([(name, place[link], which, hypothesis) for hypothesis in hypotheses])
    return tabulate(codings.location, codings.low, codings.high, keys)


def _copies(index: Index, place: Sequence[str]) -> tuple[Index, Index, list[str]]:
    """Place of each link among the copies, and what each is a copy of, where."""
    found: dict[tuple[int, str], int] = {}
    at = np.full(index.size, -1, dtype=np.int64)
    for link, (thing, where) in enumerate(zip(index, place, strict=True)):
        if thing >= 0:
            at[link] = found.setdefault((int(thing), where), len(found))
    return at, np.array([thing for thing, _ in found], dtype=np.int64), [where for _, where in found]


def _table_of(evidence: xr.Dataset, name: str, rows: Index, keys: Sequence[tuple[str, str]]) -> Table:
    """One deviate per row: what moves the number moves it under every hypothesis."""
    parts = [evidence[f"{name}_{part}"].values[rows] for part in ("location", "spread_low", "spread_high")]
    width = parts[0].shape[1] if parts[0].ndim > 1 else 1
    location, low, high = (part.reshape(rows.size, width) for part in parts)
    return tabulate(location, low, high, [[key] * width for key in keys])


def _reports(evidence: xr.Dataset, scope: Scope) -> tuple[Index, Table, Table]:
    at, source, where = _copies(evidence["source_index"].values, _place(evidence, scope))
    keys = [(str(evidence["source"].values[s]), place) for s, place in zip(source, where, strict=True)]
    return at, _table_of(evidence, "hit", source, keys), _table_of(evidence, "false_report", source, keys)


def _searches(evidence: xr.Dataset, scope: Scope) -> tuple[Index, Table]:
    names, item = np.unique(evidence["link_item"].values.astype(str), return_inverse=True)
    absent = np.where(evidence["absent"].values, item, -1)
    at, found, where = _copies(absent, _place(evidence, scope))
    searched = np.flatnonzero(at >= 0)
    links = searched[np.unique(at[searched], return_index=True)[1]]
    keys = [(str(names[one]), place) for one, place in zip(found, where, strict=True)]
    return at, _table_of(evidence, "detection", links, keys)


def _company(evidence: xr.Dataset) -> Array:
    """Other members of a link's cluster in its episode whose final rows discriminate."""
    rows = evidence["log_likelihood"].values
    with np.errstate(invalid="ignore"):
        flat = (rows.max(axis=-1) - rows.min(axis=-1)) < FLAT
    member = (evidence["cluster_index"].values >= 0) & (~flat).any(axis=0)
    key = [
        (int(e), int(c)) if m else None
        for e, c, m in zip(
            evidence["episode_index"].values, evidence["cluster_index"].values, member, strict=True
        )
    ]
    count = Counter(key)
    return np.array([count[each] - 1.0 if each else 0.0 for each in key])


def _fixed_kappa(evidence: xr.Dataset, company: Array) -> Array:
    location = evidence["correlation_location"].values
    rho = np.append(1.0 / (1.0 + np.exp(-location)), 0.0)
    return np.asarray(1.0 / (1.0 + company * rho[evidence["cluster_index"].values]))


def _correlations(evidence: xr.Dataset, scope: Scope, company: Array) -> tuple[Index, Table]:
    ranged = np.append(evidence["correlation_spread_high"].values > 0, False) | np.append(
        evidence["correlation_spread_low"].values > 0, False
    )
    index = evidence["cluster_index"].values
    uncertain = np.where((company > 0) & ranged[index], index, -1)
    at, cluster, where = _copies(uncertain, _place(evidence, scope))
    keys = [(str(evidence["cluster"].values[c]), place) for c, place in zip(cluster, where, strict=True)]
    return at, _table_of(evidence, "correlation", cluster, keys)


def _exponents(evidence: xr.Dataset, scope: Scope) -> Array:
    items = [str(name) for name in evidence["link_item"].values]
    if scope == "episode":
        return np.ones(len(items))
    count = Counter(items)
    return np.array([1.0 / count[name] for name in items])


def _option_weights(evidence: xr.Dataset, n_plain: int, options: int) -> Array:
    reading = evidence["reading_index"].values[n_plain:]
    if not reading.size:
        return np.zeros((0, options))
    return np.asarray(evidence["option_probability"].values[reading], dtype=np.float64)


def _groups(evidence: xr.Dataset, n_plain: int) -> dict[str, Any]:
    """Links that turn on one fact in one episode, and each one's share of what they say only jointly."""
    episode, reading = (evidence[name].values[n_plain:] for name in ("episode_index", "reading_index"))
    together = (episode[:, None] == episode) & (reading[:, None] == reading)
    # a link that is flat under every option has no part, as in the exact rows
    speaks = (np.ptp(evidence["location"].values[:, n_plain:], axis=-1) >= FLAT).any(axis=(0, 2))
    share = np.where(speaks, 1.0 / np.maximum(together.astype(int) @ speaks, 1), 0.0)
    return {"group_pairs": np.argwhere(together), "group_share": share}
