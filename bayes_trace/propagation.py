"""Ranges pushed through Bayes' rule: a sensitivity distribution, not a posterior.

Draws stand last in every array, so that each operation runs along contiguous memory.
"""

from __future__ import annotations

import secrets
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from scipy.special import expit

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.likelihood.rows import FLAT
from bayes_trace.scales import NATS_PER_DB

__all__ = ["propagate"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

#: numbers in one working array: small enough for a processor's cache
BLOCK = 1 << 18
#: draws of one chunk: at most, and at least where an episode has many items
CHUNK, SHORTEST = 16384, 256
#: low and high spread that differ by less are even
ROUNDING = 1e-9
CERTAIN = 690.0
BARELY = -1e-300
LARGEST_SEED = 2**31


def propagate(
    evidence: xr.Dataset, *, draws: int = 4000, seed: int | None = None, coder: str | None = None
) -> xr.DataTree:
    """How far the answer moves when the elicited numbers move within their ranges.

    Every number is drawn from its range and pushed through Bayes' rule, episode by episode. For
    probability codings the mean of these draws is not P(h | E): that is `sample` on an
    `elicitation_model`. For ratio codings alone the two coincide.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    draws
        How many.
    seed
        The same seed gives the same draws.
    coder
        Whose ranges; by default the base coder's.

    Returns
    -------
    DataTree with ``posterior`` (only ``probability``, one chain) and ``constant_data``;
    ``attrs["kind"]`` is ``propagated``.

    Raises
    ------
    UnknownNameError
        For an unknown coder.
    BayesTraceError
        For fewer than one draw, or a negative seed.

    References
    ----------
    Humphreys and Jacobs (2023), section 5.3.2, on why such an average is no posterior.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> es = bt.from_table({"memo": {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2}})
    >>> spread = propagate(bt.compile_evidence(es), draws=1000, seed=1)
    >>> spread.posterior.probability.sel(hypothesis="A").quantile([0.05, 0.95]).round(2).values.tolist()
    [0.75, 0.82]
    """
    if draws < 1:
        message = f"draws={draws}; expected at least 1"
        raise BayesTraceError(message)
    if seed is not None and seed < 0:
        message = f"seed={seed}; expected a whole number from 0"
        raise BayesTraceError(message)
    name = coder or str(evidence.attrs["base_coder"])
    if name not in evidence["coder"].values:
        raise UnknownNameError("coder", name, list(evidence["coder"].values))
    seed = secrets.randbelow(LARGEST_SEED) if seed is None else seed
    rng = np.random.default_rng(seed)
    one = evidence.sel(coder=name)
    shape = (evidence.sizes["episode"], evidence.sizes["hypothesis"], draws)
    probability = np.empty(shape)
    source = _Source(one, rng)
    for block in _blocks(source):
        for start in range(0, draws, block.chunk):
            stop = min(start + block.chunk, draws)
            source.fill(block, probability[block.episodes, :, start:stop])
    return _as_tree(one, probability, {"seed": seed, "coder": name})


def _as_tree(evidence: xr.Dataset, probability: Array, attrs: dict[str, str | int]) -> xr.DataTree:
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
    prior = evidence["prior"].reset_coords(drop=True)
    tree = xr.DataTree.from_dict(
        {
            "posterior": xr.Dataset(
                {"probability": array.transpose("chain", "draw", "episode", "hypothesis")}
            ),
            "constant_data": xr.Dataset({"prior": prior}),
        }
    )
    known = {name: str(evidence.attrs.get(name, "")) for name in ("evidence_set", "digest", "scenario")}
    tree.attrs = {**known, "model": "propagation", "kind": "propagated", **attrs}
    return tree


@dataclass(frozen=True)
class _Block:
    """Some episodes that follow one another, with their links."""

    episodes: slice
    links: Index
    #: draws made at once
    chunk: int


class _Source:
    """Arrays of one coder, and the draws made from them."""

    def __init__(self, evidence: xr.Dataset, rng: np.random.Generator) -> None:
        self.rng = rng
        self.array = {str(name): variable.values for name, variable in evidence.variables.items()}
        self.shared = set(str(evidence.attrs.get("shared_implications", "")).split())
        self.n_episodes = evidence.sizes["episode"]
        self.normal = self._sums_are_normal()
        #: taken again for every chunk: a fresh array costs as much as a third of the draws in it
        self._work = np.empty(BLOCK)

    def _sums_are_normal(self) -> npt.NDArray[np.bool_]:
        """Episodes of nothing but independent ratios with even ranges: their sum is one normal."""
        a = self.array
        even = np.isclose(a["spread_low"], a["spread_high"], rtol=ROUNDING, atol=0).all(axis=(1, 2))
        drawn_kappa = self._ranged_cluster()
        plain = (a["is_ratio"] & even & ~a["read"] & ~drawn_kappa & ~self._has_shared()) | ~a["coded"]
        return np.asarray(np.bincount(a["episode_index"][~plain], minlength=self.n_episodes) == 0)

    def _has_shared(self) -> npt.NDArray[np.bool_]:
        return np.array(
            [bool(self.shared & set(str(t).split())) for t in self.array["link_implication"]], bool
        )

    def _ranged_cluster(self) -> npt.NDArray[np.bool_]:
        ranged = np.append(
            self.array["correlation_spread_low"] + self.array["correlation_spread_high"] > 0, False
        )
        return np.asarray(ranged[self.array["cluster_index"]] & (self.array["kappa"] < 1))

    def fill(self, block: _Block, out: Array) -> None:
        """Write draws of the probabilities of a block into `out` (episode, hypothesis, draw)."""
        if self.normal[block.episodes].all():
            self._fill_normal(block, out)
        else:
            self._fill_by_item(block, out)
        _softmax(out)

    def _fill_normal(self, block: _Block, out: Array) -> None:
        """Only differences from the first hypothesis matter: one normal fewer than hypotheses."""
        a, links = self.array, block.links
        kappa = np.where(a["coded"][links], a["kappa"][links], 0.0)[:, None] * NATS_PER_DB
        index = a["episode_index"][links] - block.episodes.start
        centre, variance = np.zeros((2, *out.shape[:2]))
        np.add.at(centre, index, kappa * a["location"][links, 0])
        np.add.at(variance, index, (kappa * a["spread_low"][links, 0]) ** 2)
        covariance = variance[:, 1:, None] * np.eye(out.shape[1] - 1) + variance[:, :1, None]
        size, direction = np.linalg.eigh(covariance)
        factor = direction * np.sqrt(np.maximum(size, 0.0))[:, None, :]
        z = self._work[: out[:, 1:].size].reshape(out[:, 1:].shape)
        out[...] = centre[:, :, None] - centre[:, :1, None] + self._log_prior(block, out.shape[2])
        out[:, 1:] += factor @ self.rng.standard_normal(out=z)

    def _fill_by_item(self, block: _Block, out: Array) -> None:
        draws = out.shape[2]
        out[...] = self._log_prior(block, draws)
        links = block.links[self.array["coded"][block.links]]
        if not links.size:
            return
        rows = self._rows(links, draws)
        rows *= self._kappa(links, draws)[:, None, :]
        index = self.array["episode_index"][links] - block.episodes.start
        held, starts = np.unique(index, return_index=True)
        out[held] += np.add.reduceat(rows, starts, axis=0)

    def _log_prior(self, block: _Block, draws: int) -> Array:
        prior = self.array["prior"][block.episodes]
        concentration = self.array["prior_concentration"][block.episodes]
        if not np.isfinite(concentration).all():
            return np.log(prior)[:, :, None]
        gammas = self.rng.standard_gamma((concentration[:, None] * prior)[:, :, None], (*prior.shape, draws))
        return np.log(np.maximum(gammas, np.finfo(float).tiny))

    def _rows(self, links: Index, draws: int) -> Array:
        """Final rows (link, hypothesis, draw)."""
        read = self.array["read"][links]
        rows = self._log_found(links, 0, draws)
        if read.any():
            rows[read] = self._over_readings(links[read], draws)
        return rows

    def _log_found(self, links: Index, option: int, draws: int) -> Array:
        a = self.array
        x = self._elicited("", links, [self._item_keys(link, option) for link in links], draws, option)
        ratio = a["is_ratio"][links]
        source = a["source_index"][links]
        told, absent = source >= 0, a["absent"][links]
        rows = _log_expit(x)
        rows[ratio] = x[ratio] * NATS_PER_DB
        if told.any():
            keys = [
                [(a["source_index"][link], a["episode_index"][link])] * x.shape[1] for link in links[told]
            ]
            hit, false = (
                _log_expit(self._elicited(name, source[told], keys, draws))
                for name in ("hit_", "false_report_")
            )
            rows[told] = np.logaddexp(hit + _log_expit(x[told]), false + _log_expit(-x[told]))
        if absent.any():
            keys = [[link] * x.shape[1] for link in links[absent]]
            detection = _log_expit(self._elicited("detection_", links[absent], keys, draws))
            rows[absent] = np.log(-np.expm1(np.minimum(rows[absent] + detection, BARELY)))
        return rows

    def _item_keys(self, link: int, option: int) -> list[Hashable]:
        a = self.array
        common = [name for name in str(a["link_implication"][link]).split() if name in self.shared]
        what: Hashable = (common[0], int(a["episode_index"][link])) if common else int(link)
        return [(what, option, h) for h in range(a["prior"].shape[1])]

    def _elicited(
        self,
        name: str,
        rows: Index,
        keys: Sequence[Sequence[Hashable]],
        draws: int,
        option: int | None = None,
    ) -> Array:
        """Draws (row, hypothesis, draw) on the scale of the table; equal keys share a deviate."""
        parts = (self.array[f"{name}{part}"][rows] for part in ("location", "spread_low", "spread_high"))
        location, low, high = (part if option is None else part[:, option] for part in parts)
        location = np.clip(location, -CERTAIN, CERTAIN)[:, :, None]
        ranged = (low > 0) | (high > 0)
        at: dict[Hashable, int] = {}
        cells = [(r, h) for r, h in zip(*np.nonzero(ranged), strict=True)]
        slot = np.array([at.setdefault(keys[r][h], len(at)) for r, h in cells], dtype=np.int64)
        if not cells:
            return np.broadcast_to(location, (*location.shape[:2], draws)).copy()
        z = self.rng.standard_normal((len(at), draws))
        z = z if len(at) == len(cells) else z[slot]
        _stretch(z, low[ranged][:, None], high[ranged][:, None])
        if len(cells) == ranged.size:
            x = z.reshape(*ranged.shape, draws)
            x += location
            return x
        x = np.broadcast_to(location, (*location.shape[:2], draws)).copy()
        x[ranged] += z
        return x

    def _over_readings(self, links: Index, draws: int) -> Array:
        """Readings summed out; links that turn on one fact share what they say only jointly."""
        a = self.array
        reading, episode = a["reading_index"][links], a["episode_index"][links]
        options = a["option_probability"].shape[1]
        log_q = np.stack([self._log_found(links, option, draws) for option in range(options)], axis=1)
        rows = np.empty((links.size, *log_q.shape[2:]))
        for key in sorted({(int(j), int(r)) for j, r in zip(episode, reading, strict=True)}):
            group = (episode == key[0]) & (reading == key[1])
            used = a["option_probability"][key[1]] > 0
            # a link that is flat under every reading has no part, as in the exact rows
            speaks = (np.ptp(a["location"][links[group]][:, used], axis=-1) >= FLAT).any(axis=-1)
            alone = self._read(log_q[group], key)
            jointly = self._read(log_q[group].sum(axis=0), key) - alone.sum(axis=0)
            rows[group] = alone + speaks[:, None, None] * jointly / max(int(speaks.sum()), 1)
        return rows

    def _read(self, log_q: Array, key: tuple[int, int]) -> Array:
        """Sum over the options (..., option, hypothesis, draw), each free of its own level."""
        weight = self.array["option_probability"][key[1]]
        log_q = log_q[..., weight > 0, :, :]
        prior = np.log(self.array["prior"][key[0]])[:, None]
        level = np.logaddexp.reduce(log_q + prior, axis=-2, keepdims=True)
        log_weight = np.log(weight[weight > 0])[:, None, None]
        return np.asarray(np.logaddexp.reduce(log_q - level + log_weight, axis=-3))

    def _kappa(self, links: Index, draws: int) -> Array:
        """Weight of each link, drawn where the correlation of its cluster is a range."""
        a = self.array
        kappa = a["kappa"][links][:, None]
        drawn = self._ranged_cluster()[links]
        if not drawn.any():
            return np.asarray(kappa)
        cluster = a["cluster_index"][links[drawn]]
        best = expit(a["correlation_location"][cluster])
        company = (1 / kappa[drawn, 0] - 1) / best
        keys = [
            (int(c), int(a["episode_index"][link])) for c, link in zip(cluster, links[drawn], strict=True)
        ]
        at = {key: n for n, key in enumerate(dict.fromkeys(keys))}
        z = self.rng.standard_normal((len(at), draws))[[at[key] for key in keys]]
        _stretch(
            z, a["correlation_spread_low"][cluster][:, None], a["correlation_spread_high"][cluster][:, None]
        )
        weight = np.broadcast_to(kappa, (links.size, draws)).copy()
        rho = expit(a["correlation_location"][cluster][:, None] + z)
        weight[drawn] = 1 / (1 + company[:, None] * rho)
        return weight


def _blocks(source: _Source) -> Iterator[_Block]:
    """Runs of episodes whose working arrays fit the cache, one kind at a time."""
    index = source.array["episode_index"]
    width = source.array["prior"].shape[1]
    ends = np.searchsorted(index, np.arange(source.n_episodes), side="right")
    size = np.where(source.normal, 1, np.diff(ends, prepend=0)) * width
    most = max(BLOCK // CHUNK, 1)
    start, held = 0, 0
    for j in range(source.n_episodes):
        if j > start and (held + size[j] > most or source.normal[j] != source.normal[start]):
            yield _block(start, j, ends, held)
            start, held = j, 0
        held += int(size[j])
    yield _block(start, source.n_episodes, ends, held)


def _block(start: int, stop: int, ends: Index, cells: int) -> _Block:
    first = int(ends[start - 1]) if start else 0
    chunk = int(np.clip(BLOCK // max(cells, 1), SHORTEST, CHUNK))
    return _Block(slice(start, stop), np.arange(first, int(ends[stop - 1])), chunk)


def _stretch(z: Array, low: Array, high: Array) -> None:
    """(low if z < 0 else high) z, in place."""
    if np.allclose(low, high, rtol=ROUNDING, atol=0):
        z *= high
        return
    below = np.minimum(z, 0.0)
    below *= low - high
    z *= high
    z += below


def _log_expit(x: Array) -> Array:
    """Logarithm of the probability whose logit is x; no logit here is so low that its odds overflow."""
    log_p = np.negative(x)
    np.exp(log_p, out=log_p)
    np.log1p(log_p, out=log_p)
    return np.asarray(np.negative(log_p, out=log_p))


def _softmax(log_joint: Array) -> None:
    """Normalise (episode, hypothesis, draw) over hypotheses, in place.

    Hypothesis by hypothesis: NumPy reduces a short middle axis several times more slowly.
    """
    each = [log_joint[:, h] for h in range(log_joint.shape[1])]
    log_joint -= reduce(np.maximum, each)[:, None]
    np.exp(log_joint, out=log_joint)
    log_joint /= reduce(np.add, each)[:, None]
