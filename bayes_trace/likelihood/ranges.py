"""Stated ranges as distributions: which numbers share a normal deviate, and the numbers at given deviates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.likelihood import kernel
from bayes_trace.likelihood.kernel import NUMPY
from bayes_trace.likelihood.links import QUANTITIES, REPORT, Links, Point, links_of, parts_of

__all__ = ["Deviates", "Elicited", "elicited", "ranged"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
Parts = tuple[Array, Array, Array]


@dataclass(frozen=True)
class Deviates:
    """Standard normal deviates, the dimension ``variant`` last.

    One deviate moves a rate, a detection or a correlation under every hypothesis.
    """

    #: (entry, option, hypothesis, variant)
    location: Array
    #: of the reference of a ratio, which moves every difference to it: (entry, option, variant)
    reference: Array
    #: (source, variant)
    hit: Array
    false_report: Array
    denial_if_true: Array
    denial_if_false: Array
    #: (entry, variant)
    detection: Array
    #: (cluster, variant)
    correlation: Array
    #: (link, variant)
    agreement: Array


@dataclass(frozen=True)
class Elicited:
    """One coder's stated numbers for some links, sources and clusters copied for every episode."""

    links: Links
    #: quantity -> location and spreads, in the dimensions of `QUANTITIES`
    parts: dict[str, Parts]
    #: shared implication of each entry, -1 for none
    implication: Index
    #: places of the links, entries, sources and clusters in the compiled evidence
    link_at: Index
    entry_at: Index
    source_at: Index
    cluster_at: Index

    def take(self, links: Index) -> Elicited:
        """The numbers of some links, in ascending order."""
        fewer, entries = self.links.take(links)
        episodes = fewer.episode[fewer.entry_link]
        source, sources = _copies(fewer.source, episodes)
        cluster, clusters = _copies(fewer.cluster, fewer.episode)
        places = {"entry": entries, "source": sources, "cluster": clusters, "link": links}
        parts = {
            name: tuple(part[places[QUANTITIES[name][1][0]]] for part in whole)
            for name, whole in self.parts.items()
        }
        return Elicited(
            links=replace(fewer, source=source, cluster=cluster, answers=fewer.answers[sources]),
            parts=parts,
            implication=self.implication[entries],
            link_at=self.link_at[links],
            entry_at=self.entry_at[entries],
            source_at=self.source_at[sources],
            cluster_at=self.cluster_at[clusters],
        )

    def of_episodes(self, episodes: Index) -> Elicited:
        """The numbers of some episodes, which are numbered from 0."""
        place = np.full(self.links.n_episodes, -1, dtype=np.int64)
        place[episodes] = np.arange(episodes.size)
        part = self.take(np.flatnonzero(place[self.links.episode] >= 0))
        links = replace(part.links, episode=place[part.links.episode], n_episodes=episodes.size)
        return replace(part, links=links)

    @cached_property
    def leads(self) -> Index:
        """For each entry the first of its episode with the same shared implication, or itself."""
        own = np.arange(self.implication.size)
        if not (self.implication >= 0).any():
            return own
        episodes = self.links.episode[self.links.entry_link]
        key = np.where(
            self.implication >= 0, episodes * (self.implication.max() + 1) + self.implication, -1 - own
        )
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        return np.asarray(first[inverse])

    def ranged(self, quantity: str) -> Flags:
        """Which numbers of a quantity have a range."""
        return ranged(self.parts[quantity])

    def at(self, z: Deviates) -> Point:
        """Every number at its deviate."""
        values = {}
        for name, (location, low, high) in self.parts.items():
            deviate = self.joined(z) if name == "location" else getattr(z, name)
            if location.ndim + 1 > deviate.ndim:
                deviate = deviate[:, None]
            values[name] = kernel.two_piece(
                NUMPY, location[..., None], low[..., None], high[..., None], deviate
            )
        return Point(**values)

    def joined(self, z: Deviates) -> Array:
        """Deviates of items, those of ratios correlated through their reference."""
        ratio = np.flatnonzero(self.links.is_ratio)
        if not ratio.size:
            return z.location
        location = z.location.copy()
        location[ratio] = kernel.joined(z.location[ratio], z.reference[ratio][:, :, None])
        return location

    def draw(self, rng: np.random.Generator, n: int) -> Point:
        """Every number drawn from its distribution, so many variants."""
        values = {"location": self._draw_items(rng, n)}
        for name in self.parts:
            if name != "location":
                values[name] = self._draw(rng, name, n)
        return Point(**values)

    def _draw_items(self, rng: np.random.Generator, n: int) -> Array:
        location, low, high = self.parts["location"]
        moves = self.ranged("location") & self.links.coded[:, None, None]
        cells = np.nonzero(moves)
        if not cells[0].size:
            return location[..., None]
        slots, place = np.unique(self._slots(cells), return_inverse=True)
        z = rng.standard_normal((slots.size, n))
        if slots.size < cells[0].size or self._ratio_cells(cells).any():
            z = z[place]
        self._join(rng, z, cells)
        _stretch(z, low[cells][:, None], high[cells][:, None])
        z += location[cells][:, None]
        if moves.all():
            return z.reshape(*location.shape, n)
        x = np.broadcast_to(location[..., None], (*location.shape, n)).copy()
        x[cells] = z
        return x

    def _slots(self, cells: tuple[Index, ...]) -> Index:
        shape = self.parts["location"][0].shape
        return np.ravel_multi_index((self.leads[cells[0]], *cells[1:]), shape)

    def _ratio_cells(self, cells: tuple[Index, ...]) -> Flags:
        return np.asarray(self.links.is_ratio[cells[0]])

    def _join(self, rng: np.random.Generator, z: Array, cells: tuple[Index, ...]) -> None:
        """Correlate the deviates of differences to one reference, in place."""
        ratio = np.flatnonzero(self._ratio_cells(cells))
        if ratio.size:
            width = self.parts["location"][0].shape[1]
            key = self.leads[cells[0][ratio]] * width + cells[1][ratio]
            held, place = np.unique(key, return_inverse=True)
            z[ratio] = kernel.joined(z[ratio], rng.standard_normal((held.size, z.shape[1]))[place])

    def _draw(self, rng: np.random.Generator, name: str, n: int) -> Array:
        """A rate, a detection or a correlation: one deviate per row."""
        location, low, high = self.parts[name]
        moves = self.ranged(name) if location.ndim == 1 else self.ranged(name).any(axis=1)
        if name == "detection":
            moves = moves & self.links.absent
        rows = np.flatnonzero(moves)
        if not rows.size:
            return location[..., None]
        z = rng.standard_normal((rows.size, n))
        deviate = z if location.ndim == 1 else z[:, None]
        x = np.broadcast_to(location[..., None], (*location.shape, n)).copy()
        at, below, above = (part[rows][..., None] for part in (location, low, high))
        x[rows] = kernel.two_piece(NUMPY, at, below, above, deviate)
        return x

    def zeros(self, variants: int = 1) -> Deviates:
        """Deviates at the stated best values."""
        links, shape = self.links, self.parts["location"][0].shape
        rows = {
            "location": shape,
            "reference": shape[:2],
            **dict.fromkeys(
                ("hit", "false_report", "denial_if_true", "denial_if_false"), (self.source_at.size,)
            ),
            "detection": (links.role.size,),
            "correlation": (self.cluster_at.size,),
            "agreement": (links.n_links,),
        }
        return Deviates(**{name: np.zeros((*shape, variants)) for name, shape in rows.items()})


def ranged(parts: Parts) -> Flags:
    """Which numbers have a range."""
    _, low, high = parts
    return np.asarray((low > 0) | (high > 0))


def _copies(index: Index, episode: Index) -> tuple[Index, Index]:
    """A place for every pair of a thing and an episode, -1 where there is no thing, and what each is a copy of."""
    at = np.full(index.size, -1, dtype=np.int64)
    there = np.flatnonzero(index >= 0)
    width = int(index.max(initial=-1)) + 1
    held, place = np.unique(episode[there] * width + index[there], return_inverse=True)
    at[there] = place
    return at, held % max(width, 1)


def _stretch(z: Array, low: Array, high: Array) -> None:
    """(low if z < 0 else high) z, in place; rounding apart, ranges are often even."""
    if np.allclose(low, high, rtol=1e-9, atol=0):
        z *= high
        return
    below = np.minimum(z, 0.0)
    below *= low - high
    z *= high
    z += below


def elicited(evidence: xr.Dataset, coder: int | None = None) -> Elicited:
    """One coder's stated numbers, by number where there is a dimension ``coder``."""
    links = links_of(evidence, coder)
    shared = str(evidence.attrs.get("shared_implications", "")).split()
    whole = Elicited(
        links=links,
        parts={name: parts_of(evidence, name, coder) for name in QUANTITIES},
        implication=_implications(evidence, shared),
        link_at=np.arange(links.n_links),
        entry_at=np.arange(links.role.size),
        source_at=np.arange(evidence.sizes["source"]),
        cluster_at=np.arange(evidence.sizes["cluster"]),
    )
    return whole.take(whole.link_at)


def _implications(evidence: xr.Dataset, shared: list[str]) -> Index:
    """The first shared implication of each entry that is no report, -1 for none."""
    names = evidence["entry_implication"].values
    at = np.full(names.size, -1, dtype=np.int64)
    if shared:
        for entry in np.flatnonzero((names != "") & (evidence["entry_role"].values != REPORT)):
            common = [shared.index(name) for name in str(names[entry]).split() if name in shared]
            at[entry] = common[0] if common else -1
    return at
