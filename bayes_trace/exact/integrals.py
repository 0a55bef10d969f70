"""Likelihoods of links with their own uncertain numbers integrated out, at given values of all others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bayes_trace.exact.blocks import Block
from bayes_trace.likelihood import effective_likelihood
from bayes_trace.likelihood.links import Links, Point
from bayes_trace.likelihood.quadrature import two_piece_nodes
from bayes_trace.likelihood.ranges import Deviates
from bayes_trace.scales import expit, log_sum

__all__ = ["block_weight", "deviates", "expected", "log_mean", "with_numbers"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
#: nodes on either side of zero, of a mean that is taken at every variant
COARSE = 24


def deviates(block: Block, values: Array) -> Deviates:
    """Deviates of a block from those that are shared (shared, variant), all others at zero."""
    z = block.stated.zeros()
    changed: dict[str, Array] = {}
    for shared, value in zip(block.shared, values, strict=True):
        array = changed.get(shared.quantity)
        if array is None:
            array = np.zeros((*getattr(z, shared.quantity).shape[:-1], values.shape[1]))
            changed[shared.quantity] = array
        array[shared.at] = value
    for name in {"location", "reference"} & set(changed):
        changed[name] = changed[name][block.stated.leads]
    return replace(z, **changed)


def expected(block: Block) -> tuple[Array, Array]:
    """Logits of the means of a link's own numbers (entry, option, hypothesis) and detections (entry, hypothesis)."""
    location = block.stated.parts["location"][0].copy()
    detection = block.stated.parts["detection"][0].copy()
    for name, values, own in (
        ("location", location, block.own),
        ("detection", detection, block.own_detection),
    ):
        if own.any():
            values[own] = _logit_of_mean(*(part[own] for part in block.stated.parts[name]))
    return location, detection


def _logit_of_mean(location: Array, low: Array, high: Array) -> Array:
    z, weight = two_piece_nodes()
    x = location[..., None] + np.where(z < 0, low[..., None], high[..., None]) * z
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(expit(x) @ weight) - np.log(expit(-x) @ weight))


def with_numbers(point: Point, own: Flags, values: Array | float) -> Point:
    """The point with some numbers of items (entry, option, hypothesis) replaced, alike for all variants."""
    location = point.location.copy()
    location[own] = values[own][:, None] if isinstance(values, np.ndarray) else values
    return replace(point, location=location)


def part_of(links: Links, point: Point, which: Index) -> tuple[Links, Point, Index]:
    """The structure and the numbers of some links, and the entries that they hold."""
    fewer, entries = links.take(which)
    kept = replace(
        point,
        location=point.location[entries],
        detection=point.detection[entries],
        agreement=point.agreement[which],
    )
    return fewer, kept, entries


def log_mean(block: Block, z: Deviates, kappa: Array, *, nodes: int = COARSE) -> Array:
    """Log E[q^kappa] of every link over its own numbers.

    Parameters
    ----------
    block
        Links of one episode.
    z
        Deviates of all that is shared; those of a link's own numbers are not looked at.
    kappa
        Weights (link, variant).
    nodes
        On either side of zero, for links that are discounted.

    Returns
    -------
    Nats (link, hypothesis, variant).
    """
    point = block.stated.at(z)
    location, detection = expected(block)
    means = with_numbers(point, block.own, location)
    searched = point.detection.copy()
    searched[block.own_detection] = detection[block.own_detection][..., None]
    rows = effective_likelihood(block.stated.links, replace(means, detection=searched)) * kappa[:, None]
    bent = np.flatnonzero(~block.whole & _has_own(block))
    if bent.size:
        rows[bent] = _discounted(block, point, bent, kappa[bent], nodes)
    return rows


def _has_own(block: Block) -> Flags:
    holds = block.own.any(axis=(1, 2))
    return np.bincount(block.stated.links.entry_link[holds], minlength=block.links.size) > 0


def _discounted(block: Block, point: Point, bent: Index, kappa: Array, nodes: int) -> Array:
    """The same of discounted links, linear in the one number that each has for a hypothesis."""
    links, kept, entries = part_of(block.stated.links, point, bent)
    own = block.own[entries]
    none, all_of_it = (
        np.exp(effective_likelihood(links, with_numbers(kept, own, end))) for end in (-np.inf, np.inf)
    )
    stated = [_one_by_link(links, own, part[entries]) for part in block.stated.parts["location"]]
    z, weight = two_piece_nodes(nodes)
    p = expit(stated[0][..., None] + np.where(z < 0, stated[1][..., None], stated[2][..., None]) * z)
    total = np.zeros(np.broadcast_shapes(none.shape, kappa[:, None].shape))
    for node in range(z.size):
        at = p[..., node, None]
        total += weight[node] * ((1 - at) * none + at * all_of_it) ** kappa[:, None]
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(total))


def _one_by_link(links: Links, own: Flags, values: Array) -> Array:
    """Of each link and hypothesis its one own number; 0 where there is none."""
    at = np.zeros((links.n_links, own.shape[2]))
    np.add.at(at, links.entry_link, np.where(own, values, 0.0).sum(axis=1))
    return at


def block_weight(block: Block, z: Deviates, kappa: Array, *, nodes: int = COARSE) -> Array:
    """Log-likelihood (hypothesis, variant) of a block, its own numbers integrated out.

    Ratios enter by e^B over its even mean: they teach nothing about their own level.
    """
    rows = log_mean(block, z, kappa, nodes=nodes)
    total: Array = rows.sum(axis=0)
    if block.relative.any():
        ratios = rows[block.relative].sum(axis=0)
        with np.errstate(divide="ignore"):
            total = total - log_sum(ratios + np.log(block.level)[:, None], axis=0)[None]
    return total
