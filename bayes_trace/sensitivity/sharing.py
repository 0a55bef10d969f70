"""Links whose elicited numbers are not independent of each other, episode by episode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from bayes_trace.likelihood.links import ITEM, REPORT
from bayes_trace.likelihood.ranges import Elicited
from bayes_trace.sensitivity.arrays import Flags, Index

__all__ = ["Sharing", "sharing_of"]

Key = tuple[str, str]


@dataclass(frozen=True)
class Sharing:
    """Links (places among those of the episode) that share something uncertain."""

    name: str
    links: Index
    #: single items that share nothing but a source's rates, so that quadrature reaches them
    is_plain: bool


def sharing_of(evidence: xr.Dataset, stated: Elicited) -> list[Sharing]:
    """The groups of one episode that hold something uncertain, independent of each other."""
    ties = _ties(evidence, stated)
    items = [str(name) for name in evidence["link_item"].values[stated.link_at]]
    uncertain = _uncertain(stated)
    uncertain[[link for links in ties.values() for link in links]] = True
    groups = []
    for links, names in _joined(ties, uncertain):
        label = "+".join(sorted({name for _, name in names})) if len(links) > 1 else items[links[0]]
        single = (stated.links.kind[links] == ITEM).all()
        sources = {name for kind, name in names if kind == "source"}
        plain = bool(single) and len(sources) == len(names) <= 1
        groups.append(Sharing(label, np.array(links), plain))
    return groups


def _uncertain(stated: Elicited) -> Flags:
    """Links with a range of their own."""
    entries = stated.ranged("location").any(axis=(1, 2)) & (stated.links.role != REPORT)
    entries |= stated.links.absent & stated.ranged("detection").any(axis=1)
    links = stated.ranged("agreement").copy()
    links[stated.links.entry_link[entries]] = True
    return links


def _ties(evidence: xr.Dataset, stated: Elicited) -> dict[Key, list[int]]:
    """What is uncertain and shared -> links that share it."""
    found: dict[Key, set[int]] = {}
    links = stated.links
    rates = [
        stated.ranged(n).any(axis=1) for n in ("hit", "false_report", "denial_if_true", "denial_if_false")
    ]
    doubtful = np.append(np.any(rates, axis=0), False)[links.source]
    shared = str(evidence.attrs.get("shared_implications", "")).split()
    moved = stated.ranged("location").any(axis=(1, 2))
    for entry, link in enumerate(links.entry_link):
        if doubtful[entry]:
            name = str(evidence["source"].values[stated.source_at[links.source[entry]]])
            found.setdefault(("source", name), set()).add(int(link))
        if stated.implication[entry] >= 0 and moved[entry]:
            found.setdefault(("implication", shared[stated.implication[entry]]), set()).add(int(link))
    drawn = np.append(stated.ranged("correlation"), False)[links.cluster] & (links.effective_number > 1)
    for link in np.flatnonzero(drawn):
        name = str(evidence["cluster"].values[stated.cluster_at[links.cluster[link]]])
        found.setdefault(("cluster", name), set()).add(int(link))
    return {key: sorted(held) for key, held in found.items()}


def _joined(ties: dict[Key, list[int]], uncertain: Flags) -> list[tuple[list[int], list[Key]]]:
    """Links that hang together, and by what."""
    waiting = [int(n) for n in np.flatnonzero(uncertain)]
    found = []
    while waiting:
        links, names = {waiting[0]}, set[Key]()
        while more := {key for key, held in ties.items() if links & set(held)} - names:
            names |= more
            links |= {n for key in more for n in ties[key]}
        found.append((sorted(links), sorted(names)))
        waiting = [n for n in waiting if n not in links]
    return found
