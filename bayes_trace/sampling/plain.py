"""Direct draws of episodes in which nothing uncertain is shared, prepared for many at once.

A link then has at most one uncertain number for each hypothesis, and is linear in its probability p:
q = q(never) + p (q(always) - q(never)). Under the hypothesis drawn the number has one density, the same in every draw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from bayes_trace.exact.blocks import Block, blocks_of, uncertain_weight, whole_block
from bayes_trace.exact.integrals import log_mean, with_numbers
from bayes_trace.likelihood import effective_likelihood, kernel
from bayes_trace.likelihood.kernel import NUMPY
from bayes_trace.likelihood.ranges import Elicited
from bayes_trace.sampling.direct import EpisodeDraws, Rates, Wanted, choose, log_share
from bayes_trace.sampling.own import FAR
from bayes_trace.scales import expit, log_sum

__all__ = ["draw_plain", "plain_episodes"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
#: points at which each density is known
GRID = np.linspace(-FAR, FAR, 257)
NORMAL = np.exp(-0.5 * GRID**2)
BELOW = ndtr(GRID)


def plain_episodes(stated: Elicited, level: Array, n_episodes: int) -> Flags:
    """Episodes of certain correlations, in which every uncertain number has a link to itself under a hypothesis."""
    at = stated.links.episode
    plain = np.ones(n_episodes, dtype=bool)
    plain[at[uncertain_weight(stated) | stated.ranged("agreement")]] = False
    for block in blocks_of(stated, level):
        crowded = (_count(block) > 1).any(axis=1)
        plain[at[block.links[crowded | bool(block.shared)]]] = False
    return plain


def draw_plain(stated: Elicited, level: Array, wanted: list[Wanted]) -> Iterator[EpisodeDraws]:
    """Draw from the posteriors of plain episodes.

    Parameters
    ----------
    stated
        What one coder stated for the links of the episodes, which are numbered from 0.
    level
        Weight of each hypothesis in the level of ratios.
    wanted
        What is asked for each episode.
    """
    links, block = stated.links, whole_block(stated, level)
    log_joint = np.log([each.prior for each in wanted])
    np.add.at(log_joint, links.episode, log_mean(block, stated.zeros(), links.kappa[:, None])[..., 0])
    numbers = _numbers(block)
    order = np.argsort(links.episode, kind="stable")
    stops = np.bincount(links.episode, minlength=len(wanted)).cumsum()
    for joint, here, each in zip(log_joint, np.split(order, stops[:-1]), wanted, strict=True):
        mean = np.exp(joint - log_sum(joint, axis=-1))
        drawn = choose(mean[:, None], each)
        given, rates = numbers.of(here).draw(drawn, each)
        yield EpisodeDraws(drawn, log_share(each, drawn), given, mean, rates)


@dataclass(frozen=True)
class _Numbers:
    """The number of each link under each hypothesis, and what it makes of the link."""

    #: location and both spreads, and the likelihoods where the probability is 0 and 1 (part, link, hypothesis)
    parts: Array
    kappa: Array
    #: entry of which a link's number is the detection, -1 for none; one deviate under all hypotheses
    searched: Index

    def of(self, links: Index) -> _Numbers:
        """Those of some links."""
        return _Numbers(self.parts[:, links], self.kappa[links], self.searched[links])

    def draw(self, drawn: Index, wanted: Wanted) -> tuple[Array, Rates]:
        """Log-likelihoods (hypothesis, draw), and the deviates of detections.

        Under the hypothesis drawn a number comes from its density, under the others from its range.
        """
        z = wanted.rng.standard_normal((*self.parts.shape[1:], wanted.draws))
        search = np.flatnonzero(self.searched >= 0)
        z[search] = z[search, :1]
        self._bend(z, drawn)
        z[search] = z[search[:, None], drawn, np.arange(wanted.draws)][:, None]
        # hypothesis by hypothesis: arrays that fit a processor's cache
        given = [self.kappa @ NUMPY.log(_likelihood(self.parts[..., h], z[:, h])) for h in range(z.shape[1])]
        return np.array(given), {("detection", int(self.searched[link])): z[link, 0] for link in search}

    def _bend(self, z: Array, drawn: Index) -> None:
        """Turn the deviate of each number under the hypothesis drawn from a normal one to one of its density."""
        table, n = self._quantiles(), drawn.size
        row = np.arange(len(z))[:, None] * z.shape[1] + drawn
        place = row * n + np.arange(n)
        at = (z.take(place) + FAR) / (GRID[1] - GRID[0])
        np.clip(at, 0, GRID.size - 1.001, out=at)
        cell = at.astype(np.int64)
        at -= cell
        cell += row * GRID.size
        low = table.take(cell)
        at *= table.take(cell + 1) - low
        at += low
        z.reshape(-1)[place] = at

    def _quantiles(self) -> Array:
        """Deviates from phi(z) q(z)^kappa where those of phi(z) stand on the grid (link, hypothesis, point)."""
        density = _likelihood(self.parts, GRID)
        if (self.kappa != 1).any():
            density **= self.kappa[:, None, None]
        density *= NORMAL
        total = np.zeros_like(density)
        np.cumsum((density[..., 1:] + density[..., :-1]) / 2, axis=-1, out=total[..., 1:])
        table = [np.interp(BELOW * each[-1], each, GRID) for each in total.reshape(-1, GRID.size)]
        return np.reshape(table, density.shape)


def _likelihood(parts: Array, z: Array) -> Array:
    """Likelihoods (..., draw) at deviates."""
    location, low, high, never, always = parts[..., None]
    q = expit(kernel.two_piece(NUMPY, location, low, high, z))
    q *= always - never
    q += never
    return q


def _numbers(block: Block) -> _Numbers:
    """The numbers of links that have at most one for each hypothesis."""
    links, searched = block.stated.links, block.own_detection[:, None]
    items, searches = (block.stated.parts[name] for name in ("location", "detection"))
    stated = [
        _by_link(block, np.where(block.own, item, 0.0).sum(axis=1) + np.where(searched, search, 0.0))
        for item, search in zip(items, searches, strict=True)
    ]
    at_best = block.stated.at(block.stated.zeros())
    ends = []
    for end in (-np.inf, np.inf):
        point = with_numbers(at_best, block.own, end)
        detection = np.where(searched[..., None], end, point.detection)
        ends.append(np.exp(effective_likelihood(links, replace(point, detection=detection))[..., 0]))
    entry = np.full(links.n_links, -1, dtype=np.int64)
    entry[links.entry_link[block.own_detection]] = block.stated.entry_at[block.own_detection]
    return _Numbers(np.array([*stated, *ends]), links.kappa, entry)


def _count(block: Block) -> Array:
    """How many numbers each link has under each hypothesis."""
    return _by_link(block, block.own.sum(axis=1, dtype=np.float64) + block.own_detection[:, None])


def _by_link(block: Block, values: Array) -> Array:
    """Sums over the entries of each link (link, hypothesis)."""
    total = np.zeros((block.links.size, values.shape[1]))
    np.add.at(total, block.stated.links.entry_link, values)
    return total
