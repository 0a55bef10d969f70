"""One coder's evidence as plain arrays, and what becomes of it when entries or numbers change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.exact import ranking, select_coder, sum_over_links, update
from bayes_trace.likelihood import (
    Links,
    Point,
    Ties,
    best_point,
    cluster_weight,
    effective_likelihood,
    effective_number,
    links_of,
    option_log_weight,
    take_episodes,
    ties_of,
)
from bayes_trace.likelihood.links import EVENT
from bayes_trace.scales import log_sum

__all__ = [
    "Array",
    "Arrays",
    "Flags",
    "Index",
    "check_within",
    "find_hypothesis",
    "normalised",
    "open_arrays",
    "open_every_coder",
]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]

#: cells held at once when many variants of one set are computed
CELLS = 2_000_000


@dataclass(frozen=True)
class Arrays:
    """Effective likelihoods and weights of one coder, in the episodes that this coder has coded."""

    #: with the dimension ``coder``, of size 1
    evidence: xr.Dataset

    @cached_property
    def structure(self) -> Links:
        """Who belongs to what."""
        return links_of(self.evidence, 0)

    @cached_property
    def point(self) -> Point:
        """Every elicited number at its best value."""
        return best_point(self.evidence, 0)

    @cached_property
    def rows(self) -> Array:
        """Effective log-likelihoods (link, hypothesis)."""
        return np.asarray(self.evidence["log_likelihood"].values[0])

    @cached_property
    def kappa(self) -> Array:
        """Weight of each link in its cluster."""
        return self.structure.kappa

    @cached_property
    def hypotheses(self) -> list[str]:
        """Names, in order."""
        return [str(name) for name in self.evidence["hypothesis"].values]

    @cached_property
    def episodes(self) -> list[str]:
        """Names, in order."""
        return [str(name) for name in self.evidence["episode"].values]

    @property
    def episode_index(self) -> Index:
        """Episode of each link."""
        return self.structure.episode

    @cached_property
    def entry_episode(self) -> Index:
        """Episode of each entry."""
        return self.episode_index[self.structure.entry_link]

    @cached_property
    def log_prior(self) -> Array:
        """Logarithm of the prior (episode, hypothesis)."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.evidence["prior"].values))

    @cached_property
    def weighted(self) -> Array:
        """Log-likelihoods times weights (link, hypothesis)."""
        return self.kappa[:, None] * self.rows

    @cached_property
    def log_likelihood(self) -> Array:
        """Weighted log-likelihoods summed over links (episode, hypothesis)."""
        return self.sum(self.weighted)

    @cached_property
    def joint(self) -> Array:
        """Log prior plus log-likelihood (episode, hypothesis)."""
        return self.log_prior + self.log_likelihood

    @cached_property
    def rest(self) -> Array:
        """Joint of its episode without each link (link, hypothesis), where all others weigh as they do."""
        rules_out = np.isneginf(self.weighted)
        own = np.where(rules_out, 0.0, self.weighted)
        left = (self.log_prior + self.sum(own))[self.episode_index] - own
        others = self.sum(rules_out.astype(np.float64))[self.episode_index] > rules_out
        return np.where(others, -np.inf, left)

    @cached_property
    def order(self) -> Index:
        """Hypotheses (episode, rank) from the most to the least probable, those that are level as listed."""
        return ranking(self.joint)

    @property
    def leader(self) -> Index:
        """Leading hypothesis of each episode."""
        return self.order[:, 0]

    @cached_property
    def items(self) -> Index:
        """Entries that are items, reports of events among them."""
        return np.flatnonzero(self.structure.role != EVENT)

    @cached_property
    def by_item(self) -> Array:
        """What each item adds (entry, hypothesis): its weighted link with it, less that without; 0 for events.

        The place of the link in its cluster is held. Where a link has several items these need not add up to it.
        """
        structure = self.structure
        whole = np.where((structure.role != EVENT)[:, None], self.weighted[structure.entry_link], 0.0)
        shared = self.items[np.bincount(structure.entry_link)[structure.entry_link[self.items]] > 1]
        links = np.unique(structure.entry_link[shared])
        place = np.searchsorted(links, structure.entry_link[shared])
        dropped = np.zeros((structure.role.size, shared.size), dtype=bool)
        dropped[shared, np.arange(shared.size)] = True
        for part, rows, _ in self.without(dropped, links) if shared.size else ():
            mine, at = shared[part], place[part]
            left = self.kappa[links[at], None] * rows[at, :, np.arange(at.size)]
            with np.errstate(invalid="ignore"):
                whole[mine] = np.nan_to_num(whole[mine] - left, nan=0.0, posinf=np.inf, neginf=-np.inf)
        return whole

    def sum(self, values: Array) -> Array:
        """Sum values (..., link, hypothesis) into (..., episode, hypothesis)."""
        return sum_over_links(self.evidence, values)

    def names(self, index: Index) -> npt.NDArray[np.str_]:
        """Names of hypotheses given by number."""
        return np.array(self.hypotheses)[index]

    def links(self, episode: int) -> Index:
        """Links of one episode, which stand together."""
        return np.arange(*np.searchsorted(self.episode_index, (episode, episode + 1)))

    def entries(self, links: Index) -> Index:
        """Entries of links that stand together."""
        ends = (links[0], links[-1] + 1) if links.size else (0, 0)
        return np.arange(*np.searchsorted(self.structure.entry_link, ends))

    @cached_property
    def ties(self) -> Ties:
        """What goes with what."""
        return ties_of(self.evidence)

    @cached_property
    def entry_names(self) -> npt.NDArray[np.str_]:
        """Items and events by entry."""
        return np.asarray(self.evidence["entry_item"].values)

    @cached_property
    def item_place(self) -> dict[str, int]:
        """Where each item or event stands in the set."""
        return {str(name): number for number, name in enumerate(self.entry_names)}

    def take(self, links: Index) -> tuple[Links, Point, Index]:
        """Structure and best values of some links, and the entries that these hold."""
        structure, entries = self.structure.take(links)
        point = replace(
            self.point,
            location=self.point.location[entries],
            detection=self.point.detection[entries],
            agreement=self.point.agreement[links],
        )
        return structure, point, entries

    def against(self, values: Array, of: Index | None = None) -> Array:
        """Differences (..., episode, hypothesis) of `of` (by default the leader) less each hypothesis.

        Where both are minus infinity nothing is said between them: 0.
        """
        return _gaps(values, self.leader if of is None else of)

    def links_against(self, values: Array, of: Index | None = None) -> Array:
        """Likewise for values (link, hypothesis), each link by the hypothesis of its episode."""
        return _gaps(values, (self.leader if of is None else of)[self.episode_index])

    def coords(self, *names: str) -> dict[str, xr.DataArray]:
        """Coordinates of the evidence, and what belongs to them."""
        own = self.evidence.coords
        return {str(key): own[key] for name in names for key in own if own[key].dims == (name,)}

    @property
    def attrs(self) -> dict[str, str | float]:
        """Where the result comes from."""
        kept = ("evidence_set", "title", "digest", "scenario")
        facts = {name: self.evidence.attrs.get(name, "") for name in kept}
        return {**facts, "coder": str(self.evidence["coder"].values[0])}

    def without(self, dropped: Flags, links: Index | None = None) -> Iterator[tuple[slice, Array, Array]]:
        """Effective likelihoods and weights of many subsets of the entries.

        Parameters
        ----------
        dropped
            True for each entry (entry, subset) set aside; what goes with it is found here.
        links
            Links to compute, whole clusters and facts; by default all.

        Yields
        ------
        Places of subsets, log-likelihoods (link, hypothesis, subset) and weights (link, subset): of readings and in
        clusters as if the set had been written without what is dropped. Rows of what is dropped are 0.
        """
        gone = self.ties.close(dropped)
        if links is None:
            structure, point = self.structure, self.point
        else:
            structure, point, entries = self.take(links)
            gone = gone[entries]
        yield from self._without(structure, point, gone)

    def without_in(
        self, episode: int, dropped: Flags
    ) -> tuple[Index, Flags, Iterator[tuple[slice, Array, Array]]]:
        """The same of one episode alone, for subsets of its entries.

        Returns
        -------
        Its links, what goes (entry, subset), and what `without` yields of them.
        """
        links = self.links(episode)
        structure, point, entries = self.take(links)
        gone = self.ties.within(episode, int(entries[0]) if entries.size else 0).close(dropped)
        return links, gone, self._without(structure, point, gone)

    def _without(self, structure: Links, point: Point, gone: Flags) -> Iterator[tuple[slice, Array, Array]]:
        for part in _parts(gone.shape[1], structure.n_links * len(self.hypotheses)):
            coded = structure.coded[:, None] & ~gone[:, part]
            weight = option_log_weight(structure, point, coded)
            rows = effective_likelihood(structure, point, coded=coded, log_weight=weight)
            rows = np.broadcast_to(rows, (*rows.shape[:2], coded.shape[1]))
            k = effective_number(structure, rows, coded)
            yield part, rows, cluster_weight(structure, k, point.correlation)

    def joint_without(self, dropped: Flags) -> Array:
        """Log joint (subset, episode, hypothesis) of many subsets of the entries (entry, subset)."""
        joint = np.empty((dropped.shape[1], *self.log_prior.shape))
        for part, rows, kappa in self.without(dropped):
            joint[part] = self._joint(rows, kappa)
        return joint

    def _joint(self, rows: Array, kappa: Array) -> Array:
        return self.log_prior + self.sum(np.moveaxis(kappa[:, None] * rows, -1, 0))


def _gaps(values: Array, of: Index) -> Array:
    mine = np.take_along_axis(values, np.broadcast_to(of[:, None], (*values.shape[:-1], 1)), axis=-1)
    with np.errstate(invalid="ignore"):
        gap = mine - values
    return np.where(np.isnan(gap), 0.0, gap)


def open_arrays(evidence: xr.Dataset, coder: str | None = None) -> Arrays:
    """The evidence of one coder, by default the base coder, without episodes of which this coder coded nothing.

    Raises
    ------
    UnknownNameError
        For an unknown coder.
    BayesTraceError
        If the coder has coded nothing.
    ImpossibleEvidenceError
        If every hypothesis of an episode is ruled out.
    """
    name = str(select_coder(evidence, coder)["coder"].values)
    arrays = Arrays(_spoken(evidence.sel(coder=[name])))
    if not arrays.episodes:
        message = f"coder {name} has coded nothing in {', '.join(map(str, evidence['episode'].values))}; choose another"
        raise BayesTraceError(message)
    if np.isneginf(arrays.joint).all(axis=-1).any():
        update(arrays.evidence)  # names the items
    return arrays


def open_every_coder(evidence: xr.Dataset) -> dict[str, Arrays]:
    """Those of all coders who have coded anything."""
    coded = evidence["coded"].values.any(axis=1)
    names = evidence["coder"].values[coded | (evidence.sizes["entry"] == 0)]
    return {str(name): open_arrays(evidence, str(name)) for name in names}


def _spoken(one: xr.Dataset) -> xr.Dataset:
    """The evidence of one coder where this coder has a voice: an episode not coded is not answered by its prior."""
    structure = links_of(one, 0)
    silent = np.isin(np.arange(structure.n_episodes), structure.episode)
    silent[structure.episode[structure.spoken]] = False
    if not silent.any():
        return one
    return take_episodes(one, np.flatnonzero(~silent))


def _parts(count: int, cells: int) -> Iterator[slice]:
    step = max(1, CELLS // max(1, cells))
    yield from (slice(start, min(start + step, count)) for start in range(0, count, step))


def normalised(joint: Array) -> Array:
    """Probabilities from log joints (..., hypothesis)."""
    return np.asarray(np.exp(joint - log_sum(joint, axis=-1, keepdims=True)))


def find_hypothesis(arrays: Arrays, name: str) -> int:
    """Place of a hypothesis.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    """
    if name not in arrays.hypotheses:
        raise UnknownNameError("hypothesis", name, arrays.hypotheses)
    return arrays.hypotheses.index(name)


def check_within(name: str, values: npt.ArrayLike, low: float, high: float) -> Array:
    """Numbers from `low` to `high`, ends included."""
    numbers = np.asarray(values, dtype=np.float64)
    if not numbers.size:
        message = f"{name} is empty; expected numbers from {low:g} to {high:g}"
        raise BayesTraceError(message)
    wrong = numbers[~((numbers >= low) & (numbers <= high))]
    if wrong.size:
        message = f"{name}={wrong.ravel()[0]:g}; expected numbers from {low:g} to {high:g}"
        raise BayesTraceError(message)
    return numbers
