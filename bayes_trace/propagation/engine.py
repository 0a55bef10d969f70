"""Draws of the elicited numbers and the posteriors that follow, in a memory that does not grow with their number.

Draws stand last in every array, so that each operation runs along contiguous memory.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.guards import guarded
from bayes_trace.likelihood import cluster_weight, effective_likelihood
from bayes_trace.likelihood.links import ITEM
from bayes_trace.likelihood.ranges import Elicited, elicited, ranged
from bayes_trace.propagation.sums import Sums
from bayes_trace.scales.units import NATS_PER_DB

__all__ = ["propagate"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
Progress = Callable[[str, float], None]

#: numbers in one working array: small enough for a processor's cache
BLOCK = 1 << 18
#: draws of one chunk: at most, and at least where an episode has many items
CHUNK, SHORTEST = 16384, 256
#: low and high spread that differ by less are even
ROUNDING = 1e-9
LARGEST_SEED = 2**31


@guarded
def propagate(
    evidence: xr.Dataset,
    *,
    draws: int = 4000,
    seed: int | None = None,
    coder: str | None = None,
    concentration: float | None = None,
    keep_draws: bool = True,
    progress: Progress | None = None,
) -> xr.DataTree:
    """How far the answer moves when the elicited numbers move within their ranges.

    Every number is drawn from its range and pushed through Bayes' rule, episode by episode. For
    probability codings the mean of these draws is not P(h | E): that is `sample`. For ratio codings
    alone, at even priors, the two coincide.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    draws
        How many.
    seed
        The same seed gives the same draws on the same machine.
    coder
        Whose ranges; by default the base coder's.
    concentration
        Of a Dirichlet distribution of the prior about the stated one: large keeps to it, the number
        of hypotheses times the smallest prior spreads it out. By default as the set states.
    keep_draws
        Whether to keep all draws, or only their sums, in a memory that does not grow with `draws`.
    progress
        Called as ``callback(description, fraction)``.

    Returns
    -------
    DataTree with ``posterior`` (only ``probability``, one chain; left out unless `keep_draws`),
    ``summary`` (``mean``, ``sd``, ``leads``, the share of draws in which a hypothesis leads, ties
    shared, and ``quantile`` to 1/4000) and ``constant_data``; ``attrs["kind"]`` is ``propagated``.

    Raises
    ------
    UnknownNameError
        For an unknown coder.
    BayesTraceError
        For fewer than one draw, a negative seed or a concentration that is not above 0.

    References
    ----------
    Humphreys and Jacobs (2023), section 5.3.2, on why such an average is no posterior; ch. 16, Table 16.2.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> es = bt.from_table({"memo": {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2}})
    >>> spread = propagate(bt.compile_evidence(es), draws=1000, seed=1)
    >>> spread.posterior.probability.sel(hypothesis="A").quantile([0.05, 0.95]).round(2).values.tolist()
    [0.75, 0.82]
    """
    name = coder or str(evidence.attrs["base_coder"])
    _check(evidence, draws, seed, name, concentration)
    seed = secrets.randbelow(LARGEST_SEED) if seed is None else seed
    one = evidence.sel(coder=name)
    if concentration is not None:
        one = one.assign(prior_concentration=("episode", np.full(one.sizes["episode"], float(concentration))))
    judged = _Judgements(one, np.random.default_rng(seed))
    probability = np.empty((*judged.prior.shape, draws if keep_draws else 0))
    summaries = []
    for block in _blocks(judged):
        size = block.episodes.stop - block.episodes.start
        sums = Sums.empty(size, probability.shape[1])
        for start in range(0, draws, block.chunk):
            if progress:
                done = (block.episodes.start + size * start / draws) / judged.n_episodes
                progress(f"{draws:,} draws of each episode", done)
            here = slice(start, min(start + block.chunk, draws))
            drawn = judged.probability(block, here.stop - start)
            sums.add(drawn)
            if keep_draws:
                probability[block.episodes, :, here] = drawn
        summaries.append(sums.summary(one.isel(episode=block.episodes), draws))
    summary = xr.concat(summaries, "episode", data_vars="minimal", coords="minimal")
    return _as_tree(one, probability, summary, {"seed": seed, "coder": name, "n_draws": draws})


def _check(
    evidence: xr.Dataset, draws: int, seed: int | None, coder: str, concentration: float | None
) -> None:
    if draws < 1:
        message = f"draws={draws}; expected at least 1"
        raise BayesTraceError(message)
    if seed is not None and seed < 0:
        message = f"seed={seed}; expected a whole number from 0"
        raise BayesTraceError(message)
    if concentration is not None and not 0 < concentration < np.inf:
        message = f"concentration={concentration:g}; expected a number above 0"
        raise BayesTraceError(message)
    if coder not in evidence["coder"].values:
        raise UnknownNameError("coder", coder, list(evidence["coder"].values))


def _as_tree(
    evidence: xr.Dataset, probability: Array, summary: xr.Dataset, attrs: dict[str, str | int]
) -> xr.DataTree:
    groups = {
        "summary": summary,
        "constant_data": xr.Dataset({"prior": evidence["prior"].reset_coords(drop=True)}),
    }
    if probability.size:
        array = xr.DataArray(
            probability[None],
            {
                "chain": [0],
                "episode": evidence["episode"].values,
                "hypothesis": evidence["hypothesis"].values,
                "draw": pd.RangeIndex(probability.shape[-1]),
            },
            ("chain", "episode", "hypothesis", "draw"),
            attrs={"long_name": "propagated probability", "units": "1"},
        )
        drawn = xr.Dataset({"probability": array.transpose("chain", "draw", "episode", "hypothesis")})
        groups = {"posterior": drawn, **groups}
    tree = xr.DataTree.from_dict(groups)
    known = {
        name: str(evidence.attrs.get(name, "")) for name in ("evidence_set", "digest", "content", "scenario")
    }
    tree.attrs = {**known, "model": "propagation", "kind": "propagated", **attrs}
    return tree


# --- blocks ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Block:
    """Some episodes that follow one another, with what was elicited for them."""

    episodes: slice
    stated: Elicited
    #: nothing but independent ratios with even ranges: the sum is one normal
    is_normal: bool
    #: draws made at once
    chunk: int


class _Judgements:
    """What was elicited from one coder, and the draws made from it."""

    def __init__(self, evidence: xr.Dataset, rng: np.random.Generator) -> None:
        self.rng = rng
        self.stated = elicited(evidence)
        self.prior = evidence["prior"].values
        self.concentration = evidence["prior_concentration"].values
        self.n_episodes = evidence.sizes["episode"]
        self.normal = _sums_are_normal(self.stated, self.n_episodes)

    def probability(self, block: _Block, draws: int) -> Array:
        """Draws (episode, hypothesis, draw) of the probabilities of a block."""
        total = np.broadcast_to(
            self._log_prior(block.episodes, draws), (*self.prior[block.episodes].shape, draws)
        )
        total = total.copy()
        if block.is_normal:
            self._add_normal(block, total)
        else:
            self._add_links(block, total)
        _softmax(total)
        return total

    def _log_prior(self, episodes: slice, draws: int) -> Array:
        prior, concentration = self.prior[episodes], self.concentration[episodes]
        if not np.isfinite(concentration).all():
            return np.asarray(np.log(prior)[:, :, None])
        gammas = self.rng.standard_gamma((concentration[:, None] * prior)[:, :, None], (*prior.shape, draws))
        # a Dirichlet up to a factor, which normalising takes out; gammas too small for a float are lifted
        return np.asarray(np.log(np.maximum(gammas, np.finfo(float).tiny)))

    def _add_links(self, block: _Block, total: Array) -> None:
        links = block.stated.links
        if not links.n_links:
            return
        point = block.stated.draw(self.rng, total.shape[-1])
        rows = effective_likelihood(links, point)
        if not (links.effective_number == 1).all():
            rows = rows * cluster_weight(links, links.effective_number[:, None], point.correlation)[:, None]
        held, starts = np.unique(links.episode - block.episodes.start, return_index=True)
        total[held] += np.add.reduceat(rows, starts, axis=0)

    def _add_normal(self, block: _Block, total: Array) -> None:
        """A sum of normal differences is drawn at once, from its mean and covariance."""
        links = block.stated.links
        # what is not one item is not coded
        location, _, high = (part[links.first, 0] for part in block.stated.parts["location"])
        scale = (links.kappa * links.spoken * NATS_PER_DB)[:, None]
        at = links.episode - block.episodes.start
        centre, spread = np.zeros(total.shape[:2]), np.zeros((*total.shape[:2], total.shape[1]))
        np.add.at(centre, at, scale * location)
        wide = scale * high
        each = wide[:, :, None] * wide[:, None, :] * (0.5 + 0.5 * np.eye(total.shape[1]))
        np.add.at(spread, at, each)
        size, direction = np.linalg.eigh(spread)
        factor = direction * np.sqrt(np.maximum(size, 0.0))[:, None, :]
        # with one reference for all, that one stands still: one normal fewer than hypotheses
        if size[:, 0].max(initial=0.0) <= ROUNDING * size.max(initial=0.0):
            factor = factor[:, :, 1:]
        total += centre[:, :, None]
        total += factor @ self.rng.standard_normal((*factor.shape[::2], total.shape[2]))


def _sums_are_normal(stated: Elicited, n_episodes: int) -> Flags:
    """Episodes of nothing but independent ratios with even ranges."""
    links = stated.links
    _, low, high = stated.parts["location"]
    even = np.isclose(low, high, rtol=ROUNDING, atol=0).all(axis=(1, 2))
    drawn = np.append(ranged(stated.parts["correlation"]), False)[links.cluster] & (
        links.effective_number > 1
    )
    simple = even & (links.kind == ITEM)[links.entry_link] & (stated.implication < 0)
    plain = (links.is_ratio & simple & ~drawn[links.entry_link]) | ~links.coded
    counted = np.bincount(links.episode[links.entry_link[~plain]], minlength=n_episodes)
    return np.asarray(counted == 0)


def _blocks(judged: _Judgements) -> Iterator[_Block]:
    """Runs of episodes whose working arrays fit the cache, one kind at a time."""
    links = judged.stated.links
    options = links.option_probability.shape[1]
    width = judged.prior.shape[1] * options
    ends = np.searchsorted(links.episode[links.entry_link], np.arange(judged.n_episodes), side="right")
    size = np.where(judged.normal, 1, np.diff(ends, prepend=0)) * width
    most = max(BLOCK // CHUNK, 1)
    start, held = 0, 0
    for j in range(judged.n_episodes):
        if j > start and (held + size[j] > most or judged.normal[j] != judged.normal[start]):
            yield _block(judged, start, j, held)
            start, held = j, 0
        held += int(size[j])
    yield _block(judged, start, judged.n_episodes, held)


def _block(judged: _Judgements, start: int, stop: int, cells: int) -> _Block:
    first, last = np.searchsorted(judged.stated.links.episode, [start, stop])
    chunk = int(np.clip(BLOCK // max(cells, 1), SHORTEST, CHUNK))
    stated = judged.stated.take(np.arange(first, last))
    return _Block(slice(start, stop), stated, bool(judged.normal[start]), chunk)


def _softmax(log_joint: Array) -> None:
    """Normalise (episode, hypothesis, draw) over hypotheses, in place.

    Hypothesis by hypothesis: NumPy reduces a short middle axis several times more slowly.
    """
    each = [log_joint[:, h] for h in range(log_joint.shape[1])]
    top = each[0].copy()
    for one in each[1:]:
        np.maximum(top, one, out=top)
    log_joint -= top[:, None]
    np.exp(log_joint, out=log_joint)
    total = each[0].copy()
    for one in each[1:]:
        total += one
    log_joint /= total[:, None]
