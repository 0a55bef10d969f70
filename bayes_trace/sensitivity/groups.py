"""Items whose elicited numbers are not independent of each other, episode by episode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from bayes_trace.sensitivity.elicited import Elicited
from bayes_trace.sensitivity.ledger import Flags, Index, Ledger

__all__ = ["Group", "groups_of"]


@dataclass(frozen=True)
class Group:
    """Links (places among those of the episode) that share something uncertain."""

    name: str
    links: Index
    #: nothing but a source's rates is shared, so that quadrature reaches it
    is_plain: bool
    #: links of one implication, whose likelihoods are one
    moves_together: tuple[Index, ...] = ()


def groups_of(ledger: Ledger, stated: Elicited) -> list[Group]:
    """The groups of one episode that hold something uncertain, independent of each other."""
    ties = _ties(ledger, stated)
    items = [str(name) for name in ledger.evidence["link_item"].values[stated.links]]
    uncertain = _uncertain(stated) | np.isin(
        np.arange(len(items)), [n for links in ties.values() for n in links]
    )
    groups = []
    for links, names in _joined(ties, uncertain):
        kinds = {kind for kind, _ in names}
        label = "+".join(sorted({name for _, name in names})) if len(links) > 1 else items[links[0]]
        alone = stated.reading[links] < 0
        implications = tuple(
            np.array(ties[key], dtype=np.int64)
            for key in names
            if key[0] == "implication" and len(ties[key]) > 1
        )
        plain = bool(alone.all()) and kinds <= {"source"}
        groups.append(Group(label, np.array(links, dtype=np.int64), plain, implications))
    return groups


def _uncertain(stated: Elicited) -> Flags:
    """Links with a range of their own."""
    searched = stated.absent & stated.detection.ranged.any(axis=1)
    return np.asarray(stated.location.ranged.any(axis=(1, 2)) | searched)


def _ties(ledger: Ledger, stated: Elicited) -> dict[tuple[str, str], list[int]]:
    """What is uncertain and shared -> links that share it."""
    ev = ledger.evidence
    found: dict[tuple[str, str], list[int]] = {}
    shared = set(str(ev.attrs.get("shared_implications", "")).split())
    for place, link in enumerate(stated.links):
        keys: list[tuple[str, str]] = []
        source, cluster, fact = stated.source[place], stated.cluster[place], stated.reading[place]
        rates = stated.hit.ranged, stated.false_report.ranged
        if source >= 0 and any(rate[source].any() for rate in rates):
            keys.append(("source", str(ev["source"].values[source])))
        if cluster >= 0 and stated.correlation.ranged[cluster] and stated.company[place] > 1:
            keys.append(("cluster", str(ev["cluster"].values[cluster])))
        if fact >= 0 and stated.location.ranged[stated.reading == fact].any():
            keys.append(("reading", str(ev["reading"].values[fact])))
        keys += _implications(ev, int(link), shared, ranged=bool(stated.location.ranged[place].any()))
        for key in keys:
            found.setdefault(key, []).append(place)
    return found


def _implications(
    evidence: xr.Dataset, link: int, shared: set[str], *, ranged: bool
) -> list[tuple[str, str]]:
    names = [name for name in str(evidence["link_implication"].values[link]).split() if name in shared]
    return [("implication", names[0])] if names and ranged else []


def _joined(
    ties: dict[tuple[str, str], list[int]], uncertain: Flags
) -> list[tuple[list[int], list[tuple[str, str]]]]:
    """Links that hang together, and by what."""
    waiting = [int(n) for n in np.flatnonzero(uncertain)]
    found = []
    while waiting:
        links, names = {waiting[0]}, set[tuple[str, str]]()
        while more := {key for key, held in ties.items() if links & set(held)} - names:
            names |= more
            links |= {n for key in more for n in ties[key]}
        found.append((sorted(links), sorted(names)))
        waiting = [n for n in waiting if n not in links]
    return found
