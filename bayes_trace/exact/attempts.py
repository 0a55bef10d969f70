"""Attempts and success, exactly: whether each attempt was made, and whether attempts go with success."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import expit

from bayes_trace.errors import ModelError
from bayes_trace.exact.updating import select_coder, sum_over_links, update
from bayes_trace.guards import guarded
from bayes_trace.likelihood import SUCCESS_SD, granted_share, needed_attempts, speaks

__all__ = ["attempt_probability", "success_of_attempts"]

Array = npt.NDArray[np.float64]
#: places of every log-odds on the grid, and how many standard deviations they reach
PLACES, REACH = 61, 4.0
LOW, HIGH = 0.05, 0.95


@guarded
def attempt_probability(evidence: xr.Dataset, *, coder: str | None = None) -> xr.DataArray:
    """P(the attempt was made) of every decision, from what is coded about attempts alone and even odds before.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    coder
        By default the base coder.

    Returns
    -------
    Probabilities (episode); a split decision stands under its name, once. NaN where the coder coded nothing.

    Raises
    ------
    ModelError
        If nothing is coded about an attempt.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> arms = bt.compile_evidence(bt.read_evidence_set("evidence_sets/us_arms_transfers"))
    >>> round(attempt_probability(arms).sel(episode="f5e_1972").item(), 2)
    0.8
    """
    posterior = update(needed_attempts(evidence), coder=coder or str(evidence.attrs["base_coder"]))
    made = posterior["probability"].sel(hypothesis="made", drop=True)
    return made.where(posterior["n_coded"] > 0).rename("made")


@guarded
def success_of_attempts(evidence: xr.Dataset, *, coder: str | None = None) -> xr.Dataset:
    """How probable success is with an attempt and without one, over decisions with a known outcome.

    Of these, the ones count of which something is coded about an attempt.

    The success model without conditions, at best values, on a grid: log-odds of an attempt, of success with one and
    of success without, each normal around 0 with standard deviation 1.5. An item of n decisions enters each with
    exponent 1 / n; what was granted in part counts half.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    coder
        By default the base coder.

    Returns
    -------
    Dataset with ``success`` and ``without`` (mean, and the 5 and 95 % points along ``of``), ``p_helps``, the
    probability that success is likelier with an attempt (.5 before the evidence), ``decisions``, and by episode
    ``made``, P(made) given all outcomes as well, and ``decisive``, the 5 % point of made x max(0, 1 - without /
    success): an attempt was made and decided the outcome with at least this probability, if nothing confounds the
    two. Its mean is as large where attempts do nothing, and is not given.

    Raises
    ------
    ModelError
        If nothing is coded about an attempt of a decision with a known outcome.

    References
    ----------
    Tian and Pearl (2000), Annals of Mathematics and Artificial Intelligence 28: 287-313, on the bound.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> arms = bt.compile_evidence(bt.read_evidence_set("evidence_sets/us_arms_transfers"))
    >>> found = success_of_attempts(arms)
    >>> bool(0 < found.p_helps < 1)
    True
    """
    attempts = select_coder(needed_attempts(evidence), coder)
    share = granted_share(attempts)
    held = np.flatnonzero(speaks(attempts))
    if not held.size:
        message = (
            f"{evidence.attrs.get('evidence_set', 'the set')}: no decision with a known outcome is coded about an "
            "attempt; state granted, or code one"
        )
        raise ModelError(message)
    grid = _Grid()
    evidence_on = np.exp(_log_evidence(attempts, held))
    terms = [grid.decision(made, y) for made, y in zip(evidence_on, share[held], strict=True)]
    weight = grid.posterior(with_it + without for with_it, without in terms)
    names = attempts["episode"].values[held].astype(str)
    by_episode = {
        "made": [float((weight * a / (a + b)).sum()) for a, b in terms],
        "decisive": [grid.bound(weight, a / (a + b)) if y > 0 else np.nan
                     for (a, b), y in zip(terms, share[held], strict=True)],
    }  # fmt: skip
    return xr.Dataset(
        {
            "success": ("of", grid.points(weight.sum(axis=(0, 2)))),
            "without": ("of", grid.points(weight.sum(axis=(0, 1)))),
            "p_helps": grid.helps(weight.sum(axis=0)),
            "decisions": held.size,
            **{name: ("episode", np.array(values)) for name, values in by_episode.items()},
        },
        {"of": ["mean", "low", "high"], "episode": names},
    )


def _log_evidence(attempts: xr.Dataset, held: npt.NDArray[np.int64]) -> Array:
    """Log-likelihoods (decision, made or not), an item of several decisions shared among them; the larger is 0."""
    inside = np.isin(attempts["episode_index"].values, held)
    count = Counter(attempts["link_item"].values[inside].tolist())
    items = attempts["link_item"].values.tolist()
    exponent = np.array([1 / count[name] if name in count else 0.0 for name in items])
    weighted = (attempts["kappa"].values * exponent)[:, None] * attempts["log_likelihood"].values
    sums = sum_over_links(attempts, weighted)[held]
    return np.asarray(sums - sums.max(axis=1, keepdims=True))


@dataclass(frozen=True)
class _Grid:
    """Weights over the log-odds of an attempt, of success with it and of success without it, along three axes."""

    places: int = PLACES

    @property
    def rate(self) -> Array:
        """Probabilities along each axis."""
        return np.asarray(expit(SUCCESS_SD * np.linspace(-REACH, REACH, self.places)))

    @property
    def prior(self) -> Array:
        """Prior weights along each axis."""
        density = np.exp(-0.5 * np.linspace(-REACH, REACH, self.places) ** 2)
        return np.asarray(density / density.sum())

    def decision(self, evidence: Array, y: float) -> tuple[Array, Array]:
        """P(evidence and outcome) with an attempt and without one."""
        p = self.rate
        outcome = p**y * (1 - p) ** (1 - y)
        made = (p * evidence[0])[:, None, None] * outcome[None, :, None]
        return made, ((1 - p) * evidence[1])[:, None, None] * outcome[None, None, :]

    def posterior(self, decisions: Iterator[Array]) -> Array:
        """Weights given every decision; they sum to 1."""
        prior = np.log(self.prior)
        total = prior[:, None, None] + prior[None, :, None] + prior[None, None, :]
        for each in decisions:
            total = total + np.log(each)
        weight = np.exp(total - total.max())
        return np.asarray(weight / weight.sum())

    def points(self, weight: Array) -> Array:
        """Mean, and the 5 and 95 % points, of a rate."""
        return np.array([weight @ self.rate, *_points(self.rate, weight, (LOW, HIGH))])

    @staticmethod
    def helps(weight: Array) -> float:
        """P(success is likelier with an attempt); where the grid has the two level, half of it."""
        return float(np.tril(weight, -1).sum() + np.trace(weight) / 2)

    def bound(self, weight: Array, made: Array) -> float:
        """The 5 % point of made x max(0, 1 - without / success)."""
        p = self.rate
        least = made * np.maximum(0.0, 1.0 - p[None, :] / p[:, None])[None]
        return float(_points(least.ravel(), weight.ravel(), (LOW,))[0])


def _points(values: Array, weight: Array, at: tuple[float, ...]) -> Array:
    """Quantiles of weighted values."""
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weight[order])
    place = np.searchsorted(cumulative, np.array(at) * cumulative[-1])
    return np.asarray(values[order][np.minimum(place, values.size - 1)])
