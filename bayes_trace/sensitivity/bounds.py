"""The smallest and the largest posterior while every number stays in its stated range."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy.special import expit, logsumexp

from bayes_trace.guards import guarded
from bayes_trace.likelihood import cluster_weight, combined, trace_likelihood
from bayes_trace.likelihood.ranges import Deviates, Elicited, elicited
from bayes_trace.scales.units import Z_90
from bayes_trace.sensitivity.arrays import Array, Arrays, Index, open_arrays
from bayes_trace.sensitivity.registry import Measure, Question, register

__all__ = ["interval_bounds"]

#: search along one quantity: this many points, then so many refinements
POINTS, LOOKS, SWEEPS = 9, 4, 12
#: an improvement of a log-odds that is none
SMALL = 1e-10


@guarded
def interval_bounds(
    evidence: xr.Dataset,
    *,
    coder: str | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> xr.Dataset:
    """Bounds of the posterior with 90 % ranges taken as hard limits.

    P(h) rises in the effective likelihood of h and falls in every other, so the most is at the corner where h is
    at its upper and all others at their lower end, after reports and absence; the least at the opposite one.
    No sampling is needed.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    coder
        By default the base coder.
    progress
        Called as ``callback(episode, fraction)``.

    Returns
    -------
    Dataset with ``lower`` and ``upper`` (episode, hypothesis), and ``method`` (episode): ``exact`` where every range
    touches one likelihood; ``numerical`` where some touch several (a source's reliability, a detection, a
    correlation) and are searched; ``outer`` where items found and items missed share one likelihood, which is
    treated as if each had its own. Priors and effective numbers of clusters stay.

    Raises
    ------
    UnknownNameError
        For an unknown coder.

    References
    ----------
    Walley (1991), Statistical Reasoning with Imprecise Probabilities; de Campos, Huete and Moral (1994).

    Examples
    --------
    >>> import bayes_trace as bt
    >>> memo = {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": {"low": 0.1, "best": 0.2, "high": 0.4}}
    >>> bounds = interval_bounds(bt.compile_evidence(bt.from_table({"memo": memo}))).sel(hypothesis="A")
    >>> bounds.lower.round(6).values.tolist(), bounds.upper.round(6).values.tolist()
    ([0.6], [0.9])
    """
    arrays = open_arrays(evidence, coder)
    limits = np.empty((2, *arrays.joint.shape))
    method = []
    whole = elicited(arrays.evidence, 0)
    for number, name in enumerate(arrays.episodes):
        if progress:
            progress(name, number / len(arrays.episodes))
        limits[:, number], word = np.exp(arrays.log_prior[number]), "exact"
        links = arrays.links(number)
        if links.size:
            each, word = _episode(arrays, whole.take(links[arrays.structure.spoken[links]]))
            limits[:, number] = expit(each)
        method.append(word)
    dims = ("episode", "hypothesis")
    units = {"units": "1", "long_name": "posterior probability, 90 % ranges as limits"}
    return xr.Dataset(
        {
            "lower": (dims, limits[0], units),
            "upper": (dims, limits[1], units),
            "method": ("episode", np.array(method)),
        },
        arrays.coords("episode", "hypothesis"),
        arrays.attrs,
    )


def _episode(arrays: Arrays, stated: Elicited) -> tuple[Array, str]:
    """Log-odds (end, hypothesis) of one episode, and how they were found."""
    problem = _Search(stated, arrays.log_prior[stated.links.episode[0]], _free(stated))
    limits = np.stack(_limits(problem))
    if _mixed_implication(stated):
        return limits, "outer"
    return limits, "numerical" if problem.free else "exact"


def _mixed_implication(stated: Elicited) -> bool:
    """Whether items found and items missed share the uncertain likelihood of one implication."""
    kinds: dict[int, set[bool]] = {}
    moved = stated.ranged("location").any(axis=(1, 2)) & (stated.implication >= 0)
    for entry in np.flatnonzero(moved):
        kinds.setdefault(int(stated.leads[entry]), set()).add(bool(stated.links.absent[entry]))
    return any(len(each) > 1 for each in kinds.values())


@dataclass(frozen=True)
class _Free:
    """A quantity that touches several likelihoods: its name among the deviates, and its place."""

    name: str
    place: int


@dataclass(frozen=True)
class _Search:
    """One episode, and what has to be searched."""

    stated: Elicited
    log_prior: Array
    free: list[_Free]


def _free(stated: Elicited) -> list[_Free]:
    links = stated.links
    names = ("hit", "false_report", "denial_if_true", "denial_if_false")
    found = [
        _Free(name, int(source))
        for name in names
        for source in np.flatnonzero(stated.ranged(name).any(axis=1))
    ]
    searched = links.absent & stated.ranged("detection").any(axis=1)
    found += [_Free("detection", int(entry)) for entry in np.flatnonzero(searched)]
    tied = np.unique(links.cluster[(links.cluster >= 0) & (links.effective_number > 1)])
    found += [_Free("correlation", int(c)) for c in tied if stated.ranged("correlation")[c]]
    return found + [_Free("agreement", int(link)) for link in np.flatnonzero(stated.ranged("agreement"))]


def _limits(problem: _Search) -> tuple[Array, Array]:
    """Least and greatest log-odds (hypothesis,) of each hypothesis against all others."""
    n = problem.log_prior.size
    goals = np.tile(np.arange(n), 2)
    signs = np.repeat([-1.0, 1.0], n)
    best = _climb(problem, goals, signs)
    return -best[:n], best[n:]


def _climb(problem: _Search, goals: Index, signs: Array) -> Array:
    """Greatest signed log-odds of each goal, one quantity at a time, from three starts."""
    starts = np.array([0.0, -1.0, 1.0]) if problem.free else np.zeros(1)
    goal, sign = np.tile(goals, starts.size), np.tile(signs, starts.size)
    at = np.repeat(starts, goals.size)[:, None] * np.ones(len(problem.free))
    best = _signed(problem, at, goal, sign)
    for _ in range(SWEEPS if problem.free else 0):
        before = best
        for column in range(len(problem.free)):
            at, best = _along(problem, at, best, (goal, sign, column))
        if not (best > before + SMALL).any():
            break
    return np.asarray(best.reshape(starts.size, goals.size).max(axis=0))


def _along(problem: _Search, at: Array, best: Array, what: tuple[Index, Array, int]) -> tuple[Array, Array]:
    """Look along one quantity, ever closer to the best place found."""
    goal, sign, column = what
    width = 1.0
    centre = np.zeros(at.shape[0])
    for _ in range(LOOKS):
        points = np.clip(centre[:, None] + width * np.linspace(-1.0, 1.0, POINTS), -1.0, 1.0)
        tried = np.repeat(at, POINTS, axis=0)
        tried[:, column] = points.ravel()
        value = _signed(problem, tried, np.repeat(goal, POINTS), np.repeat(sign, POINTS))
        value = value.reshape(points.shape)
        top = value.argmax(axis=1)
        rows = np.arange(at.shape[0])
        centre = points[rows, top]
        better = value[rows, top] > best
        at = at.copy()
        at[better, column] = centre[better]
        best = np.where(better, value[rows, top], best)
        width /= (POINTS - 1) / 2
    return at, best


def _signed(problem: _Search, at: Array, goal: Index, sign: Array) -> Array:
    """Log-odds of the goal at the corner that favours it (sign 1), or minus those at the corner that hurts it.

    Likelihoods of items stand at the corner; what is free stands at `at` (batch, free), in parts of its range.
    """
    low, high, kappa = _corners(problem, at)
    mine = (np.arange(low.shape[1])[:, None] == goal)[None]
    rows = np.where(mine == (sign > 0), high, low)
    joint = problem.log_prior[:, None] + (kappa[:, None] * rows).sum(axis=0)
    own = joint[goal, np.arange(goal.size)]
    others = logsumexp(np.where(mine[0], -np.inf, joint), axis=0)
    with np.errstate(invalid="ignore"):
        odds = np.nan_to_num(own - others, nan=0.0, posinf=np.inf, neginf=-np.inf)
    return np.asarray(sign * odds)


def _corners(problem: _Search, at: Array) -> tuple[Array, Array, Array]:
    """Least and greatest log-likelihoods (link, hypothesis, batch), and weights (link, batch).

    A number that is not free moves the likelihood of one hypothesis in one direction.
    """
    stated, z = problem.stated, problem.stated.zeros(at.shape[0])
    for column, each in enumerate(problem.free):
        getattr(z, each.name)[each.place] = Z_90 * at[:, column]
    ends = [stated.at(_at_end(z, end)) for end in (-Z_90, Z_90)]
    traces = [trace_likelihood(stated.links, point) for point in ends]
    least, most = np.minimum(*traces), np.maximum(*traces)
    rows = [combined(stated.links, point, log_q) for point, log_q in zip(ends, (least, most), strict=True)]
    k = stated.links.effective_number[:, None]
    return np.minimum(*rows), np.maximum(*rows), cluster_weight(stated.links, k, ends[0].correlation)


def _at_end(z: Deviates, end: float) -> Deviates:
    """All items at one end; a difference to a reference is at its end where both of its deviates say so."""
    everywhere = np.full_like(z.location, end)
    # (end + reference) / sqrt(2) is the end itself
    return replace(z, location=everywhere, reference=np.full_like(z.reference, end * (2**0.5 - 1)))


register(
    Question(
        "interval_bounds",
        lambda asked: interval_bounds(asked.evidence, coder=asked.coder),
        place=70,
        measures=(
            Measure(
                {"least": "lower", "most": "upper"},
                "probability",
                interval=True,
                question="P({leader}), every 90 % range a hard limit",
                column="Range",
                legend="probability with all 90 % ranges as limits",
                wide=True,
            ),
        ),
    )
)
