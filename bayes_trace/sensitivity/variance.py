"""Which elicited quantities the uncertainty of the answer comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded
from bayes_trace.likelihood import cluster_weight, effective_likelihood
from bayes_trace.likelihood.quadrature import two_piece_nodes
from bayes_trace.likelihood.ranges import Elicited, elicited
from bayes_trace.scales import log_to_db
from bayes_trace.scales.units import NATS_PER_DB
from bayes_trace.sensitivity.arrays import Array, Arrays, Index, normalised, open_arrays
from bayes_trace.sensitivity.pooling import pool
from bayes_trace.sensitivity.registry import Question, register
from bayes_trace.sensitivity.sharing import Sharing, sharing_of

__all__ = ["global_indices"]

#: nodes on either side of zero, in one dimension and where several are crossed
NODES, CROSSED = 40, 8
CODERS = "coders"
#: a variance of a probability that is none
STILL = 1e-24


@guarded
def global_indices(
    evidence: xr.Dataset,
    *,
    n: int = 1024,
    seed: int = 0,
    coder: str | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> xr.Dataset:
    """The share of each answer's uncertainty that is due to each item, source and coder.

    The log-odds of leader against runner-up add up over independent groups of items, so their variance is split
    without remainder. The probability of the leader is no sum; its first-order index is the share of its variance
    that would go if the group were known, its total index the share that would stay if only the group
    were unknown.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    n
        Draws for the indices of the probability, and for groups that quadrature does not reach.
    seed
        Of those draws.
    coder
        By default the base coder.
    progress
        Called as ``callback(episode, fraction)``.

    Returns
    -------
    Dataset over ``group``, named ``group@episode`` with coordinates ``episode`` and ``items``: ``variance`` of
    the log-odds (dB squared) and its ``share``, ``first_order``, ``total``, and ``method`` (``quadrature``, or
    ``draws`` for readings and uncertain correlations). Items are grouped where they share a source of
    uncertain reliability, an implication, a fact or an uncertain correlation. With several coders, their
    noise about each likelihood that `coder` gave (the spread of their codings) is one group, ``coders``.
    Missing shares where nothing is uncertain. Ranges are taken as *propagated*: a sensitivity distribution, no posterior.

    Raises
    ------
    BayesTraceError
        For fewer than 2 draws.
    UnknownNameError
        For an unknown coder.

    References
    ----------
    Sobol (2001); Saltelli et al. (2010), doi:10.1016/j.cpc.2009.09.018, eq. (b) and (f).

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"memo": {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2}, "note": {"A": 0.4, "B": 0.2}}
    >>> global_indices(bt.compile_evidence(bt.from_table(table))).share.values.tolist()
    [1.0]
    """
    if n < 2:
        message = f"n={n}; expected 2 draws or more"
        raise BayesTraceError(message)
    arrays = open_arrays(evidence, coder)
    noise = _noise(evidence)
    whole, records = elicited(arrays.evidence, 0), list[_Index]()
    for number, name in enumerate(arrays.episodes):
        if progress:
            progress(name, number / len(arrays.episodes))
        if arrays.links(number).size:
            stated = whole.take(arrays.links(number))
            records += _episode(arrays, stated, noise, np.random.default_rng([seed, number]), n)
    return _dataset(arrays, records, n, seed)


@dataclass(frozen=True)
class _Index:
    group: str
    episode: str
    items: str
    method: str
    variance: float
    share: float
    first_order: float
    total: float


def _dataset(arrays: Arrays, records: list[_Index], n: int, seed: int) -> xr.Dataset:
    def column(name: str, kind: type) -> np.ndarray:
        return np.array([getattr(each, name) for each in records], dtype=kind)

    numbers = {
        name: ("group", column(name, float), {"units": "1"}) for name in ("share", "first_order", "total")
    }
    return xr.Dataset(
        {
            "variance": ("group", column("variance", float), {"units": "dB^2"}),
            **numbers,
            "method": ("group", column("method", str)),
        },
        {
            "group": [f"{each.group}@{each.episode}" for each in records],
            "episode": ("group", column("episode", str)),
            "items": ("group", column("items", str)),
        },
        arrays.attrs | {"n": n, "seed": seed, "second_order": "propagated"},
    )


def _noise(evidence: xr.Dataset) -> float:
    """Standard deviation (nats) of a coder about the others in one likelihood; 0 with one coder."""
    if evidence.sizes["coder"] == 1:
        return 0.0
    spread = pool(evidence)["spread"].values
    known = spread[np.isfinite(spread)]
    return float(np.sqrt(np.mean(known**2)) * NATS_PER_DB) if known.size else 0.0


def _episode(
    arrays: Arrays, stated: Elicited, noise: float, rng: np.random.Generator, n: int
) -> list[_Index]:
    episode = int(stated.links.episode[0])
    noises = np.where(stated.links.spoken, noise, 0.0)
    pair = arrays.order[episode, :2]
    groups = sharing_of(arrays.evidence, stated)
    drawn = [_drawn(stated, groups, rng, n, noises) for _ in range(2)]
    names = [(group.name, group) for group in groups] + ([(CODERS, None)] if noises.any() else [])
    variances = []
    for place, (_, group) in enumerate(names):
        if group is not None and group.is_plain:
            variances.append(_by_quadrature(stated, group, pair))
        elif group is not None:
            gap = drawn[0][place, pair[0]] - drawn[0][place, pair[1]]
            variances.append(float(gap.var(ddof=1)))
        else:
            variances.append(2.0 * float(((noises * stated.links.kappa) ** 2).sum()))
    whole = sum(variances)
    first, total = _sobol(arrays, episode, drawn)
    items = arrays.evidence["link_item"].values[stated.link_at]
    return [
        _Index(
            group=name,
            episode=arrays.episodes[episode],
            items=" ".join(items[noises > 0] if group is None else items[group.links]),
            method="quadrature" if group is None or group.is_plain else "draws",
            variance=float(log_to_db(log_to_db(variance))),
            share=variance / whole if whole > 0 else np.nan,
            first_order=first[place],
            total=total[place],
        )
        for place, ((name, group), variance) in enumerate(zip(names, variances, strict=True))
    ]


# --- variance of the log-odds ----------------------------------------------------------------


def _by_quadrature(stated: Elicited, group: Sharing, pair: Index) -> float:
    """Variance (nats squared) of the group's part of the log-odds, over the reliability that it shares."""
    expected, variance, weight = np.zeros(1), np.zeros(1), np.ones(1)
    for link in group.links:
        mean, spread, weight = _moments(stated.take(np.array([link])), pair)
        expected, variance = expected + mean, variance + spread
    overall = float(np.sum(weight * expected))
    return float(np.sum(weight * ((expected - overall) ** 2 + variance)))


def _moments(one: Elicited, pair: Index) -> tuple[Array, Array, Array]:
    """Mean and variance of one item's log-odds at each node of its source's rates, and the nodes' weights."""
    free = one.ranged("location")[0, 0].any()
    own = [one.links.absent[0] and one.ranged("detection")[0].any(), one.links.is_ratio[0] and free]
    rates = [one.ranged(name).any() for name in ("hit", "false_report")]
    crossed = any((*own, *rates))
    axes = [_nodes(CROSSED, moves) for moves in (*rates, *own)]
    axes.append(_nodes(CROSSED if crossed else NODES, free))
    grids = np.meshgrid(*(z for z, _ in axes), indexing="ij")
    rows = _rows_at(one, [grid.ravel() for grid in grids])[pair].reshape(2, *grids[0].shape)
    private = axes[-1][1]
    first, second = rows @ private, (rows**2) @ private
    gap, spread = first[0] - first[1], (second - first**2).sum(axis=0)
    # what is not shared with other items is integrated out as well
    beside = np.multiply.outer(axes[2][1], axes[3][1])
    mean = np.einsum("rfde,de->rf", gap, beside)
    over = np.einsum("rfde,de->rf", spread + gap**2, beside) - mean**2
    return mean.ravel(), over.ravel(), np.multiply.outer(axes[0][1], axes[1][1]).ravel()


def _nodes(n: int, moves: bool) -> tuple[Array, Array]:  # noqa: FBT001 - a node, or many
    return two_piece_nodes(n) if moves else (np.zeros(1), np.ones(1))


def _rows_at(one: Elicited, z: list[Array]) -> Array:
    """Weighted log-likelihoods (hypothesis, node) of one item; a certain zero does not vary."""
    at = one.zeros(z[0].size)
    for name, deviate in zip(("hit", "false_report", "detection", "reference", "location"), z, strict=True):
        getattr(at, name)[...] = deviate
    rows = one.links.kappa[0] * effective_likelihood(one.links, one.at(at))[0]
    return np.where(np.isfinite(rows), rows, 0.0)


# --- Sobol indices of the probability ----------------------------------------------------------


def _drawn(stated: Elicited, groups: list[Sharing], rng: np.random.Generator, n: int, noises: Array) -> Array:
    """Contributions (group, hypothesis, draw) to the log joint; what is in no group comes last."""
    links, point = stated.links, stated.draw(rng, n)
    kappa = cluster_weight(links, links.effective_number[:, None], point.correlation)
    weighted = np.broadcast_to(
        kappa[:, None] * effective_likelihood(links, point), (links.n_links, links.core.shape[1], n)
    )
    parts = [weighted[group.links].sum(axis=0) for group in groups]
    if noises.any():
        size = np.sqrt(((noises[:, None] * np.broadcast_to(kappa, (links.n_links, n))) ** 2).sum(axis=0))
        parts.append(size * rng.standard_normal((links.core.shape[1], n)))
    grouped = [link for group in groups for link in group.links]
    parts.append(weighted[np.setdiff1d(np.arange(links.n_links), grouped)].sum(axis=0))
    return np.stack(parts)


def _sobol(arrays: Arrays, episode: int, drawn: list[Array]) -> tuple[Array, Array]:
    """First-order and total indices of the leader's probability by group (the last part is no group)."""
    a, b = drawn
    prior, leader = arrays.log_prior[episode][:, None], arrays.leader[episode]

    def answer(parts: Array) -> Array:
        """Probability of the leader (..., draw) from (..., hypothesis, draw)."""
        return normalised(np.moveaxis(prior + parts, -2, -1))[..., leader]

    whole_a, whole_b = a.sum(axis=0), b.sum(axis=0)
    at_a, at_b = answer(whole_a), answer(whole_b)
    variance = float(np.concatenate([at_a, at_b]).var())
    n_groups = a.shape[0] - 1
    if variance < STILL or not n_groups:
        return np.full(n_groups, np.nan), np.full(n_groups, np.nan)
    # a hypothesis that is ruled out stays so: infinities cancel
    finite_a, finite_b = (np.where(np.isfinite(parts), parts, 0.0) for parts in (a, b))
    mixed = answer(whole_a - finite_a[:-1] + finite_b[:-1])
    centre = 0.5 * (at_a.mean() + at_b.mean())
    first = ((at_b - centre) * (mixed - at_a)).mean(axis=1) / variance
    total = 0.5 * ((at_a - mixed) ** 2).mean(axis=1) / variance
    return first, total


register(
    Question(
        "global_indices",
        lambda asked: global_indices(asked.evidence, seed=asked.seed, coder=asked.coder),
        place=100,
    )
)
