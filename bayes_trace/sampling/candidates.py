"""Candidates for what is shared in a block, each weighted by the block's evidence under every hypothesis.

Rates of a source are proposed from a grid of their density, all else from its prior; a tenth of the candidates comes
from the prior throughout, so that no weight is large.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bayes_trace.exact.blocks import Block
from bayes_trace.exact.integrals import block_weight, deviates, log_mean
from bayes_trace.scales import log_sum

__all__ = ["Candidates", "Given", "effective", "make_candidates", "pareto_k"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
#: the grid of a source's rates, in standard deviations of the stated range
CELLS, FAR = 128, 7.0
WIDTH = 2 * FAR / CELLS
MIDDLE = -FAR + WIDTH * (np.arange(CELLS) + 0.5)
#: share of the candidates that comes from the prior throughout
FROM_PRIOR = 0.1
#: nodes on either side of zero: their error is far below that of candidates
NODES = 10
#: numbers in one working array
CHUNK = 1 << 21
#: log weights that differ by less are constant
CONSTANT = 1e-9
LOG_ROOT_TAU = 0.5 * float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Given:
    """Values of all uncertain correlations of an episode, drawn before anything else."""

    #: weights of links (link, value)
    kappa: Array
    #: deviates of the correlations of reports (link, value)
    agreement: Array

    def of(self, block: Block) -> Given:
        """The values for the links of a block: one, where none of them moves."""
        part = Given(self.kappa[block.links], self.agreement[block.links])
        still = all(np.ptp(each) == 0 for each in part.kappa) and not np.ptp(part.agreement, axis=1).any()
        return part.at(slice(0, 1)) if still else part

    def at(self, values: slice | Index) -> Given:
        """Some of the values."""
        return Given(self.kappa[:, values], self.agreement[:, values])


@dataclass(frozen=True)
class Candidates:
    """Values of a block's shared deviates (shared, candidate); one candidate and no value where nothing is shared."""

    values: Array
    #: log of evidence times prior over proposal (given, hypothesis, candidate)
    log_weight: Array

    @property
    def log_mean(self) -> Array:
        """Log-likelihood of the block (given, hypothesis)."""
        return np.asarray(log_sum(self.log_weight, axis=-1) - np.log(self.log_weight.shape[-1]))


def make_candidates(block: Block, given: Given, n: int, share: Array, rng: np.random.Generator) -> Candidates:
    """Draw candidates and weigh them.

    Parameters
    ----------
    block, given
        Links of one episode, and the correlations.
    n
        How many.
    share
        How probable each hypothesis is so far: where to look.
    rng
        Generator.
    """
    if not block.shared:
        z = replace(block.stated.zeros(), agreement=given.agreement)
        return Candidates(np.zeros((0, 1)), block_weight(block, z, given.kappa).T[..., None])
    values, log_ratio = _propose(block, n, share, rng)
    weights = np.empty((given.kappa.shape[1], share.size, n))
    step = max(CHUNK // max(block.own.size, 1), 1)
    for start in range(0, n, step):
        here = slice(start, start + step)
        z = deviates(block, values[:, here])
        for place in range(weights.shape[0]):
            one = given.at(slice(place, place + 1))
            at = replace(z, agreement=one.agreement)
            weights[place, :, here] = block_weight(block, at, one.kappa, nodes=NODES)
    return Candidates(values, weights + log_ratio)


# --- proposals ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rates:
    """Uncertain rates of one source, and their density under every hypothesis on a grid."""

    #: places among what is shared
    places: list[int]
    #: probability of each cell (hypothesis, cell)
    probability: Array

    def draw(self, hypothesis: int, n: int, rng: np.random.Generator) -> Array:
        """Deviates (rate, draw), evenly over the density."""
        total = np.cumsum(self.probability[hypothesis])
        level = (rng.permutation(n) + rng.random(n)) / n * total[-1]
        cell = np.minimum(np.searchsorted(total, level), total.size - 1)
        at = np.array(np.unravel_index(cell, (CELLS,) * len(self.places)))
        return np.asarray(MIDDLE[at] + WIDTH * (rng.random(at.shape) - 0.5))

    def log_density(self, z: Array) -> Array:
        """Of deviates (rate, draw) under every hypothesis (hypothesis, draw)."""
        at = np.floor((z + FAR) / WIDTH).astype(np.int64)
        inside = ((at >= 0) & (at < CELLS)).all(axis=0)
        cell = np.ravel_multi_index(tuple(np.clip(at, 0, CELLS - 1)), (CELLS,) * len(self.places))
        with np.errstate(divide="ignore"):
            log_p = np.log(self.probability[:, cell]) - len(self.places) * np.log(WIDTH)
        return np.where(inside, log_p, -np.inf)


def _propose(block: Block, n: int, share: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Values (shared, candidate) and the log of prior over proposal."""
    values = rng.standard_normal((len(block.shared), n))
    rates = _rates_of(block)
    if not rates:
        return values, np.zeros(n)
    part = (1 - FROM_PRIOR) * (share + 1 / share.size) / 2
    counts = np.floor(n * part).astype(np.int64)
    stops = np.cumsum(counts)
    for h, stop in enumerate(stops):
        for each in rates:
            values[each.places, stop - counts[h] : stop] = each.draw(h, int(counts[h]), rng)
    proposed = values[[place for each in rates for place in each.places]]
    log_prior = (-0.5 * proposed**2 - LOG_ROOT_TAU).sum(axis=0)
    log_grid = sum(each.log_density(values[each.places]) for each in rates)
    with np.errstate(divide="ignore"):
        fractions = np.log(np.append(counts, n - stops[-1]) / n)
    mixed = log_sum(np.vstack([log_grid, log_prior]) + fractions[:, None], axis=0)
    return values, log_prior - mixed


def _rates_of(block: Block) -> list[_Rates]:
    """Hit and false-report rates of each source that has links of its own."""
    found = []
    names = ("hit", "false_report")
    for source in sorted({s.at[0] for s in block.shared if s.quantity in names}):
        places = [n for n, s in enumerate(block.shared) if s.quantity in names and s.at[0] == source]
        others = np.delete(block.touches, places, axis=0).any(axis=0)
        alone = block.touches[places].any(axis=0) & ~others
        if alone.any():
            found.append(_Rates(places, _on_grid(block, places, alone)))
    return found


def _on_grid(block: Block, places: list[int], links: Flags) -> Array:
    axes = np.meshgrid(*[MIDDLE] * len(places), indexing="ij")
    values = np.zeros((len(block.shared), axes[0].size))
    values[places] = [axis.ravel() for axis in axes]
    log_p = -0.5 * (values**2).sum(axis=0) + _rows(block, values, links)
    return np.asarray(np.exp(log_p - log_sum(log_p, axis=-1, keepdims=True)))


def _rows(block: Block, values: Array, links: Flags) -> Array:
    """What some links say (hypothesis, variant), at best values of correlations."""
    rows = log_mean(block, deviates(block, values), block.stated.links.kappa[:, None])
    return np.asarray(rows[links].sum(axis=0))


# --- trust -------------------------------------------------------------------------------------


def effective(log_weight: Array) -> Array:
    """Effective number of candidates (given, hypothesis); none where all are impossible."""
    with np.errstate(invalid="ignore"):
        number = np.exp(2 * log_sum(log_weight, axis=-1) - log_sum(2 * log_weight, axis=-1))
    return np.nan_to_num(number)


def pareto_k(log_weight: Array) -> Array:
    """Pareto k-hat of the weights of each hypothesis, over all values of the correlations.

    It is 0 where weights are constant, or the largest of them all stand at their bound.

    References
    ----------
    Vehtari et al. (2024), Journal of Machine Learning Research 25(72).
    """
    level = log_sum(log_weight, axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        pooled = np.moveaxis(log_weight - level, 1, 0).reshape(log_weight.shape[1], -1)
    return np.array([_shape_of(each) for each in pooled])


def _shape_of(log_weight: Array) -> float:
    from arviz_stats.base import array_stats

    possible = log_weight[np.isfinite(log_weight)]
    if possible.size == 0:
        return 0.0
    # the tail that is looked at; weights that all stand at their bound have none
    tail = np.sort(possible)[-min(possible.size // 5, int(3 * np.sqrt(possible.size))) - 1 :]
    if np.ptp(tail) < CONSTANT:
        return 0.0
    # array_stats takes minus the logarithm of a weight
    return float(array_stats.psislw(-np.maximum(log_weight, possible.min() - 1.0))[1])
