"""Direct sampling: independent draws from the posterior of one coder's episodes, without a Markov chain.

Given the hypothesis and the correlations the blocks of an episode are independent. So the correlations are drawn,
unweighted; a hypothesis from its prior times the mean weight of every block; what is shared in a block from weighted
candidates; then each number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import qmc

from bayes_trace.errors import SamplerError
from bayes_trace.exact.blocks import Block, blocks_of, uncertain_weight
from bayes_trace.exact.integrals import deviates
from bayes_trace.likelihood import cluster_weight, effective_likelihood
from bayes_trace.likelihood.ranges import Deviates, Elicited
from bayes_trace.sampling.candidates import Candidates, Given, effective, make_candidates, pareto_k
from bayes_trace.sampling.own import draw_own
from bayes_trace.scales import log_sum

__all__ = ["EpisodeDraws", "NotTrustedError", "Rates", "Wanted", "choose", "draw_episode", "log_share"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
#: draws of the deviate of a rate or detection, by its name and the place of its source or entry
Rates = dict[tuple[str, int], Array]
#: candidates of a block to begin with, at least, and numbers in all of them at most
FIRST, MOST = 4096, 1 << 24
#: values of uncertain correlations where something shared is weighted given them
VALUES = 64
#: as many times fewer candidates for each of these
FEWER = 8
#: what is trusted: Pareto k-hat up to the first, and so many effective candidates for each draw
K_HAT, PER_DRAW = 0.7, 4.0
ATTEMPTS = 4
MARGIN = 1.3


class NotTrustedError(SamplerError):
    """Weights of candidates too uneven to be trusted."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for one episode."""

    prior: Array
    draws: int
    rng: np.random.Generator
    #: of the Dirichlet distribution of the prior; infinite for a certain one
    concentration: float = np.inf


@dataclass(frozen=True)
class EpisodeDraws:
    """Draws of one episode."""

    #: the hypothesis of each draw
    drawn: Index
    #: log prior share (hypothesis, draw or 1)
    log_share: Array
    #: log-likelihoods (hypothesis, draw), given all that was drawn
    given: Array
    #: P(h | E), from the mean weights
    mean: Array
    rates: Rates
    #: largest k-hat over blocks and hypotheses, 0 where nothing was weighed, and candidates looked at
    k_hat: float = 0.0
    proposals: int = 0


def draw_episode(stated: Elicited, level: Array, wanted: Wanted) -> EpisodeDraws:
    """Draw from the posterior of one episode.

    Parameters
    ----------
    stated
        What one coder stated for the links of the episode that this coder has coded.
    level
        Weight of each hypothesis in the level of ratios.
    wanted
        Prior, number of draws and generator.

    Raises
    ------
    NotTrustedError
        If the weights of a block stay too uneven: says which items, and how.
    """
    blocks, rng = blocks_of(stated, level), wanted.rng
    given = _draw_correlations(stated, blocks, wanted.draws, rng)
    parts = [given.of(block) for block in blocks]
    held, k_hat, proposals = _weigh(blocks, parts, wanted)
    probability = np.broadcast_to(_probability(held, wanted.prior), (given.kappa.shape[1], wanted.prior.size))
    value = rng.permutation(np.arange(wanted.draws) % probability.shape[0])
    drawn = choose(probability[value].T, wanted)
    rates: Rates = {}
    rows = np.zeros((wanted.prior.size, wanted.draws))
    for block, part, each in zip(blocks, parts, held, strict=True):
        z, kappa = _resampled(block, part, each, (value, drawn), rng)
        filled = draw_own(block, z, kappa, drawn, rng)
        rows += (effective_likelihood(block.stated.links, block.stated.at(filled)) * kappa[:, None]).sum(
            axis=0
        )
        rates |= _rates(block, filled)
    share = log_share(wanted, drawn)
    return EpisodeDraws(drawn, share, rows, probability.mean(axis=0), rates, k_hat, proposals)


def _rates(block: Block, z: Deviates) -> Rates:
    """Draws of the deviate of each uncertain rate and detection."""
    moved = {(each.quantity, each.at[0]) for each in block.shared if len(each.at) == 1}
    moved |= {("detection", int(entry)) for entry in np.flatnonzero(block.own_detection)}
    places = {"detection": block.stated.entry_at}
    return {
        (name, int(places.get(name, block.stated.source_at)[at])): getattr(z, name)[at]
        for name, at in sorted(moved)
    }


def _draw_correlations(stated: Elicited, blocks: list[Block], draws: int, rng: np.random.Generator) -> Given:
    """Uncertain correlations from their ranges, evenly spread; one value where all are certain."""
    links = stated.links
    unsure = uncertain_weight(stated)
    clusters = np.unique(links.cluster[unsure])
    events = np.flatnonzero(stated.ranged("agreement"))
    moved = np.append(np.flatnonzero(unsure), events)
    if not moved.size:
        return Given(links.kappa[:, None], np.zeros((links.n_links, 1)))
    together = any(block.shared and np.isin(block.links, moved).any() for block in blocks)
    n = min(VALUES, draws) if together else draws
    z = ndtri(qmc.LatinHypercube(clusters.size + events.size, rng=rng).random(n)).T
    none = stated.zeros(n)
    none.correlation[clusters], none.agreement[events] = z[: clusters.size], z[clusters.size :]
    kappa = np.broadcast_to(links.kappa[:, None], (links.n_links, n)).copy()
    weight = cluster_weight(links, links.effective_number[:, None], stated.at(none).correlation)
    kappa[unsure] = weight[unsure]
    return Given(kappa, none.agreement)


def choose(probability: Array, wanted: Wanted) -> Index:
    """A hypothesis for each draw, from probabilities (hypothesis, draw or 1), evenly spread over the draws."""
    total = probability.cumsum(axis=0)
    level = _even_levels(wanted.draws, wanted.rng)
    return np.asarray((level * total[-1] > total).sum(axis=0))


def _even_levels(n: int, rng: np.random.Generator) -> Array:
    """One uniform number in each of n equal parts of the unit interval, in random order."""
    return np.asarray((rng.permutation(n) + rng.random(n)) / n)


def log_share(wanted: Wanted, drawn: Index) -> Array:
    """Log prior shares (hypothesis, draw or 1). A Dirichlet prior is conjugate: one more case of what is drawn."""
    if not np.isfinite(wanted.concentration):
        return np.asarray(np.log(wanted.prior)[:, None])
    cases = wanted.concentration * wanted.prior + np.eye(wanted.prior.size)[drawn]
    gammas = np.maximum(wanted.rng.standard_gamma(cases), np.finfo(float).tiny)
    return np.asarray(np.log(gammas / gammas.sum(axis=-1, keepdims=True)).T)


# --- candidates that can be trusted ------------------------------------------------------------


def _weigh(blocks: list[Block], given: list[Given], wanted: Wanted) -> tuple[list[Candidates], float, int]:
    """Candidates of every block, more where the first do not suffice; the largest k-hat and their number."""
    prior, draws, rng = wanted.prior, wanted.draws, wanted.rng
    share = np.full(prior.size, 1 / prior.size)
    pairs = list(zip(blocks, given, strict=True))
    held = [make_candidates(block, part, _first(part, draws), share, rng) for block, part in pairs]
    shapes, proposals = [], 0
    for place, (block, part) in enumerate(pairs):
        if not block.shared:
            continue
        for attempt in range(ATTEMPTS):
            probability = _probability(held, prior)
            shape, enough = _trust(held[place], probability, draws)
            n = held[place].values.shape[1]
            proposals += n
            if shape <= K_HAT and enough <= n:
                break
            more = int(max(enough * MARGIN, 4 * n if shape > K_HAT else 0))
            size = max(len(block.shared), held[place].log_weight.shape[0] * prior.size)
            if attempt == ATTEMPTS - 1 or more > MOST // size:
                raise NotTrustedError(_why(block, shape, n, more))
            held[place] = make_candidates(block, part, more, probability.mean(axis=0), rng)
        shapes.append(shape)
    return held, max(shapes, default=0.0), proposals


def _first(given: Given, draws: int) -> int:
    n = max(FIRST, int(PER_DRAW) * draws)
    return n if given.kappa.shape[1] == 1 else n // FEWER


def _probability(held: list[Candidates], prior: Array) -> Array:
    """P(h | E, correlations) so far (given, hypothesis)."""
    joint = np.log(prior) + np.zeros((1, 1))
    for each in held:
        joint = joint + each.log_mean
    return np.asarray(np.exp(joint - log_sum(joint, axis=-1, keepdims=True)))


def _trust(held: Candidates, probability: Array, draws: int) -> tuple[float, float]:
    """Largest k-hat over hypotheses, and how many candidates would do."""
    n, values = held.log_weight.shape[-1], held.log_weight.shape[0]
    probability = probability if probability.shape[0] == values else probability.mean(axis=0, keepdims=True)
    share = effective(held.log_weight) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = PER_DRAW * draws / values * probability / share
    shapes = pareto_k(held.log_weight)
    return float(np.max(np.nan_to_num(shapes, nan=0.0, posinf=np.inf))), float(np.nanmax(wanted))


def _why(block: Block, shape: float, n: int, wanted: float) -> str:
    items = f"{block.stated.links.n_links} links and {len(block.shared)} shared numbers"
    if shape > K_HAT:
        return f"a block of {items}: Pareto k-hat {shape:.2f} of {n} candidates, above {K_HAT}"
    return f"a block of {items}: {int(wanted)} candidates would be needed for as many draws"


# --- from candidates to draws ------------------------------------------------------------------


def _resampled(
    block: Block, given: Given, held: Candidates, at: tuple[Index, Index], rng: np.random.Generator
) -> tuple[Deviates, Array]:
    """What is shared in a block, draw by draw, and the weights of its links."""
    value, drawn = at
    moves = given.kappa.shape[1] > 1
    z = block.stated.zeros()
    if block.shared:
        chosen = _pick(held.log_weight, value if moves else np.zeros_like(value), drawn, rng)
        z = deviates(block, held.values[:, chosen])
    one = given.at(value) if moves else given
    return replace(z, agreement=one.agreement), one.kappa


def _pick(log_weight: Array, value: Index, drawn: Index, rng: np.random.Generator) -> Index:
    """A candidate for each draw, by its weight given correlations and hypothesis."""
    chosen = np.zeros(drawn.size, dtype=np.int64)
    for r, h in np.unique(np.stack([value, drawn]), axis=1).T:
        at = np.flatnonzero((value == r) & (drawn == h))
        total = np.cumsum(np.exp(log_weight[r, h] - log_weight[r, h].max()))
        level = _even_levels(at.size, rng) * total[-1]
        chosen[at] = np.minimum(np.searchsorted(total, level), total.size - 1)
    return chosen
