"""How strongly items may be correlated before the lead is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import xarray as xr
from numpy.polynomial.polynomial import polyadd, polymul, polyroots

from bayes_trace.exact import TIE
from bayes_trace.guards import guarded
from bayes_trace.likelihood import effective_number
from bayes_trace.likelihood.kernel import kappa
from bayes_trace.scales import log_to_db
from bayes_trace.sensitivity.arrays import (
    Array,
    Arrays,
    Index,
    check_within,
    normalised,
    open_arrays,
)
from bayes_trace.sensitivity.registry import Asked, Measure, Question, register

__all__ = ["dependence_sweep"]

#: a root with a smaller imaginary part is real
REAL = 1e-7
GRID = tuple(np.linspace(0.0, 1.0, 21).tolist())
Grouping = Literal["cluster", "source", "all"]


@guarded
def dependence_sweep(
    evidence: xr.Dataset,
    *,
    correlation: Sequence[float] = GRID,
    by: Grouping = "cluster",
    coder: str | None = None,
) -> xr.Dataset:
    """Posterior as the items of each group are taken to be ever more correlated.

    Every log-likelihood of a group weighs 1 / (1 + (k - 1) rho), k the effective number of its members in the
    episode (Kish's design effect). At 0 all items count in full, at 1 each group as its strongest member.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    correlation
        Values of rho from 0 to 1, one for all groups.
    by
        Groups: the ``cluster`` of the set, the ``source``, or ``all`` items of the episode. A fact or an event is
        one member; one with several sources is in no source's group. What is in no group weighs 1. The
        correlations that the set states are replaced.
    coder
        By default the base coder.

    Returns
    -------
    Dataset with ``probability`` (correlation, episode, hypothesis); ``lead`` (correlation, episode), the dB by
    which the leader of the evidence as it stands is ahead of its strongest rival; and per episode
    ``lost_at``, the least correlation at which that lead is gone (0 dB or less; infinite where none takes
    it), and ``lost_to``, the rival.

    Raises
    ------
    BayesTraceError
        For an unknown grouping or a correlation outside 0 to 1.

    References
    ----------
    Kish (1965), Survey Sampling, section 5.4.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> memo = {"A": 0.95, "B": 0.05}
    >>> ev = bt.compile_evidence(bt.from_table({f"copy{n}": memo for n in range(5)}))
    >>> swept = dependence_sweep(ev, correlation=[0, 0.5, 1], by="all")
    >>> swept.probability.sel(hypothesis="A").round(6).values.ravel().tolist()
    [1.0, 0.992663, 0.95]
    """
    grid = check_within("correlation", correlation, 0.0, 1.0)
    arrays = open_arrays(evidence, coder)
    k = effective_number(replace(arrays.structure, cluster=_groups(arrays, by)), arrays.rows[..., None])[:, 0]
    joint = arrays.log_prior + np.array([arrays.sum(kappa(k, rho)[:, None] * arrays.rows) for rho in grid])
    front = arrays.against(joint)
    front[:, np.arange(len(arrays.episodes)), arrays.leader] = np.inf
    at, to = _lost(arrays, k)
    dims = ("correlation", "episode")
    names = np.append(arrays.hypotheses, "")
    return xr.Dataset(
        {
            "probability": ((*dims, "hypothesis"), normalised(joint), {"units": "1"}),
            "lead": (dims, log_to_db(front.min(axis=-1)), {"units": "dB"}),
            "lost_at": ("episode", at, {"units": "1", "long_name": "correlation at which the lead is lost"}),
            "lost_to": ("episode", names[to]),
        },
        {"correlation": grid, **arrays.coords("episode", "hypothesis")},
        arrays.attrs | {"by": by},
    )


def _groups(arrays: Arrays, by: Grouping) -> Index:
    """Number of each link's group, -1 for none."""
    if by == "all":
        return np.zeros(arrays.episode_index.size, dtype=np.int64)
    if by == "cluster":
        return arrays.structure.cluster
    keys = arrays.evidence["link_source"].values
    _, number = np.unique(keys, return_inverse=True)
    single = np.array([len(str(key).split()) == 1 for key in keys], dtype=bool)
    return np.where(single, number, -1).astype(np.int64)


def _lost(arrays: Arrays, k: Array) -> tuple[Array, Index]:
    """Least correlation at which some rival draws level (episode,), and that rival's place."""
    n_episodes, n = arrays.joint.shape
    at = np.full(n_episodes, np.inf)
    to = np.full(n_episodes, n)
    gaps, prior = arrays.links_against(arrays.rows), arrays.against(arrays.log_prior)
    for episode, leader in enumerate(arrays.leader):
        links = arrays.links(episode)
        sizes, of = np.unique(np.append(k[links], 1.0), return_inverse=True)
        for rival in range(n):
            if rival != leader:
                summed = np.bincount(of[:-1], gaps[links, rival], minlength=sizes.size)
                root = _first_root(prior[episode, rival], sizes, summed)
                if root < at[episode]:
                    at[episode], to[episode] = root, rival
    return at, to


def _first_root(constant: float, sizes: Array, gaps: Array) -> float:
    """Least rho in [0, 1] with constant + sum gaps / (1 + (size - 1) rho) <= 0, infinite where there is none."""
    if np.isposinf(gaps).any():
        return np.inf

    def lead(rho: float) -> float:
        return float(constant + (gaps * kappa(sizes, rho)).sum())

    scale = max(1.0, abs(constant), float(np.abs(gaps).max()))
    used = (sizes > 1) & (gaps != 0)
    roots = _roots(constant + gaps[~used].sum(), sizes[used], gaps[used])
    candidates = [0.0, *sorted(root for root in roots if 0 < root < 1), 1.0]
    return next((rho for rho in candidates if lead(rho) <= TIE * scale), np.inf)


def _roots(constant: float, sizes: Array, gaps: Array) -> list[float]:
    """Real roots of constant + sum gaps / (1 + (size - 1) rho).

    Times the product of the denominators, which are positive, this is a polynomial in rho.
    """
    # lowest power first; each step joins one more fraction to the sum
    above, below = np.array([constant]), np.ones(1)
    for gap, size in zip(gaps, sizes, strict=True):
        above = polyadd(polymul(above, [1.0, size - 1.0]), gap * below)
        below = polymul(below, [1.0, size - 1.0])
    return [float(root.real) for root in polyroots(above) if abs(root.imag) < REAL]


def _by(grouping: Grouping) -> Callable[[Asked], xr.Dataset]:
    return lambda asked: dependence_sweep(asked.evidence, by=grouping, coder=asked.coder)


register(
    Question(
        "dependence/cluster",
        _by("cluster"),
        place=40,
        measures=(
            Measure(
                {"correlation_lost": "lost_at"},
                "correlation",
                enough=np.inf,
                little=0.5,
                what="the correlation in its clusters at which the lead is lost",
                weakness="dependence within clusters undoes it",
                question="Correlation in its clusters at which the lead is lost",
                never="none loses it",
                column="Rep.",
                legend="correlation within clusters at which the lead is lost",
            ),
        ),
    ),
    Question(
        "dependence/all",
        _by("all"),
        place=41,
        measures=(
            Measure(
                {"correlation_all_lost": "lost_at"},
                "correlation",
                weakness="dependence among the items undoes it",
                question="Correlation of all its items at which the lead is lost",
                never="none loses it",
            ),
        ),
    ),
    Question("dependence/source", _by("source"), place=42),
)
