"""The least and the most that a posterior can be while every number stays in its stated range."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy.special import expit, logsumexp

from bayes_trace.scales import Z_90
from bayes_trace.sensitivity.elicited import Deviates, Elicited, Quantity, elicited, stated_spreads
from bayes_trace.sensitivity.ledger import Array, Index, Ledger, open_ledger

__all__ = ["interval_bounds"]

#: search along one quantity: this many points, then so many closer looks
POINTS, LOOKS, SWEEPS = 9, 4, 12
#: an improvement of a log-odds that is none
SMALL = 1e-10


def interval_bounds(
    evidence: xr.Dataset,
    *,
    coder: str | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> xr.Dataset:
    """Bounds of the posterior with 90 % ranges taken as hard limits.

    P(h) rises in the final likelihood of h and falls in every other, so the most is at the corner where h is
    at its upper and all others at their lower end, after reports and absence; the least at the opposite one.
    No sampling is needed.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    coder
        By default the base coder.
    progress
        Told the episode, and how much of all is done.

    Returns
    -------
    Dataset with ``lower`` and ``upper`` (episode, hypothesis), and ``method`` (episode): ``exact`` where every range
    touches one final likelihood; ``numerical`` where some touch several (a source's reliability, a
    detection, a correlation, an item with readings) and are searched; ``outer`` where items found and items missed
    share one likelihood, which is treated as if each had its own. Members of a cluster are counted
    both as stated and as if all with a range spoke, and the wider bound is given. Priors stay.

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
    ledger = open_ledger(evidence, coder)
    limits = np.empty((2, *ledger.joint.shape))
    method = []
    for number, name in enumerate(ledger.episodes):
        if progress:
            progress(name, number / len(ledger.episodes))
        each, word = _episode(ledger, number)
        limits[:, number] = expit(each)
        method.append(word)
    dims = ("episode", "hypothesis")
    units = {"units": "1", "long_name": "posterior probability, 90 % ranges as limits"}
    return xr.Dataset(
        {
            "lower": (dims, limits[0], units),
            "upper": (dims, limits[1], units),
            "method": ("episode", np.array(method, dtype=str)),
        },
        ledger.coords("episode", "hypothesis"),
        ledger.attrs,
    )


def _episode(ledger: Ledger, episode: int) -> tuple[Array, str]:
    """Log-odds (end, hypothesis) of one episode, and how they were found."""
    stated = _as_stated(ledger, elicited(ledger, episode))
    ways = [_limits(each) for each in _countings(ledger, stated)]
    least, most = (np.stack(each) for each in zip(*ways, strict=True))
    limits = np.stack([least.min(axis=0), most.max(axis=0)])
    if _mixed_implication(ledger, stated):
        return limits, "outer"
    return limits, "numerical" if _free(stated) else "exact"


def _as_stated(ledger: Ledger, each: Elicited) -> Elicited:
    """Ratios within their stated ranges, which are against the reference."""
    low, high = (spread[each.links] for spread in stated_spreads(ledger))
    return replace(each, location=Quantity(each.location.location, low, high))


def _countings(ledger: Ledger, stated: Elicited) -> list[Elicited]:
    """Members that speak as stated, and with those that a range could make speak."""
    could = stated.location.ranged.any(axis=(1, 2)) | ledger.speaks[stated.links]
    key = np.where(could, stated.cluster, -1)
    counts = np.array([(key == c).sum() if c >= 0 else 1 for c in key], dtype=np.float64)
    return [stated] if (counts == stated.company).all() else [stated, replace(stated, company=counts)]


def _mixed_implication(ledger: Ledger, stated: Elicited) -> bool:
    """Whether items found and items missed share the uncertain likelihood of one implication."""
    shared = set(str(ledger.evidence.attrs.get("shared_implications", "")).split())
    kinds: dict[str, set[bool]] = {}
    for link, absent in zip(stated.links, stated.absent, strict=True):
        for name in set(str(ledger.evidence["link_implication"].values[link]).split()) & shared:
            kinds.setdefault(name, set()).add(bool(absent))
    return any(len(each) > 1 for each in kinds.values())


@dataclass(frozen=True)
class _Free:
    """A quantity that touches several final likelihoods: its field among the deviates, and its place."""

    field: str
    place: tuple[int, ...]


def _free(stated: Elicited) -> list[_Free]:
    used = np.unique(stated.source[stated.source >= 0])
    found = [
        _Free(name, (int(source),))
        for name in ("hit", "false_report")
        for source in used
        if getattr(stated, name).ranged[source].any()
    ]
    searched = stated.absent & stated.detection.ranged.any(axis=1)
    found += [_Free("detection", (int(link),)) for link in np.flatnonzero(searched)]
    tied = np.unique(stated.cluster[(stated.cluster >= 0) & (stated.company > 1)])
    found += [_Free("correlation", (int(c),)) for c in tied if stated.correlation.ranged[c]]
    read = stated.location.ranged & (stated.reading >= 0)[:, None, None]
    return found + [_Free("location", tuple(int(n) for n in place)) for place in np.argwhere(read)]


def _limits(stated: Elicited) -> tuple[Array, Array]:
    """Least and greatest log-odds (hypothesis,) of each hypothesis against all others."""
    n = stated.log_prior.size
    goals = np.tile(np.arange(n), 2)
    signs = np.repeat([-1.0, 1.0], n)
    best = _climb(stated, _free(stated), goals, signs)
    return -best[:n], best[n:]


def _climb(stated: Elicited, free: list[_Free], goals: Index, signs: Array) -> Array:
    """Greatest signed log-odds of each goal, one quantity at a time, from three starts."""
    starts = np.array([0.0, -1.0, 1.0]) if free else np.zeros(1)
    goal, sign = np.tile(goals, starts.size), np.tile(signs, starts.size)
    at = np.repeat(starts, goals.size)[:, None] * np.ones(len(free))
    best = _signed(stated, free, at, goal, sign)
    for _ in range(SWEEPS if free else 0):
        before = best
        for column in range(len(free)):
            at, best = _along(stated, free, at, best, (goal, sign, column))
        if not (best > before + SMALL).any():
            break
    return np.asarray(best.reshape(starts.size, goals.size).max(axis=0))


def _along(
    stated: Elicited, free: list[_Free], at: Array, best: Array, what: tuple[Index, Array, int]
) -> tuple[Array, Array]:
    """Look along one quantity, ever closer to the best place found."""
    goal, sign, column = what
    width = 1.0
    centre = np.zeros(at.shape[0])
    for _ in range(LOOKS):
        points = np.clip(centre[:, None] + width * np.linspace(-1.0, 1.0, POINTS), -1.0, 1.0)
        tried = np.repeat(at, POINTS, axis=0)
        tried[:, column] = points.ravel()
        value = _signed(stated, free, tried, np.repeat(goal, POINTS), np.repeat(sign, POINTS))
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


def _signed(stated: Elicited, free: list[_Free], at: Array, goal: Index, sign: Array) -> Array:
    """Log-odds of the goal at the corner that favours it (sign 1), or minus those at the corner that hurts it.

    Plain cells stand at the corner; what is free stands at `at` (batch, free), in parts of its range.
    """
    z = stated.zeros(at.shape[0])
    for column, each in enumerate(free):
        getattr(z, each.field)[(slice(None), *each.place)] = Z_90 * at[:, column]
    ends = [stated.rows(_plain_at(stated, z, end)) for end in (-Z_90, Z_90)]
    low, high = np.minimum(*ends), np.maximum(*ends)
    mine = (np.arange(low.shape[-1]) == goal[:, None])[:, None, :]
    favoured = mine == (sign > 0)[:, None, None]
    rows = np.where(favoured, high, low)
    joint = stated.log_prior + (stated.kappa(z)[..., None] * rows).sum(axis=1)
    own = np.take_along_axis(joint, goal[:, None], axis=1)[:, 0]
    others = logsumexp(np.where(mine[:, 0], -np.inf, joint), axis=1)
    with np.errstate(invalid="ignore"):
        odds = np.nan_to_num(own - others, nan=0.0, posinf=np.inf, neginf=-np.inf)
    return np.asarray(sign * odds)


def _plain_at(stated: Elicited, z: Deviates, end: float) -> Deviates:
    plain = (stated.reading < 0)[:, None, None]
    return replace(z, location=np.where(plain, end, z.location))
