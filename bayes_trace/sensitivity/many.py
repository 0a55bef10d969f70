"""Very many priors and likelihoods for one episode, in a memory that does not grow with their number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import log_expit

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.sensitivity.elicited import Deviates, Elicited, elicited
from bayes_trace.sensitivity.ledger import Array, Flags, check_within, open_ledger

__all__ = ["many_scenarios"]

#: numbers held at once, few enough to stay near the processor
CELLS = 65_536
#: bins of a probability for the quantiles
BINS = 4000
#: a logit below this is taken for it, so that a product of 1 + e^-x over `BLOCK` items stays finite
LEAST, BLOCK = -80.0, 8
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def many_scenarios(
    evidence: xr.Dataset,
    episode: str,
    *,
    n: int = 1_000_000,
    concentration: float | None = None,
    seed: int = 0,
    coder: str | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> xr.Dataset:
    """Draw many priors and likelihoods of one episode from their ranges, and sum up the posteriors.

    Every elicited number is drawn from its distribution and pushed through Bayes' rule: *propagated*, a
    sensitivity distribution, whose mean is not P(h | E). Draws are handled in chunks.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    episode
        Its id.
    n
        How many scenarios.
    concentration
        Of a Dirichlet distribution of the prior about the stated one: large keeps to it, the number of
        hypotheses times the smallest prior spreads it out. By default the prior stays.
    seed
        Of the draws.
    coder
        By default the base coder.
    progress
        Told what is done, and how much of all.

    Returns
    -------
    Dataset over ``hypothesis``: ``mean``, ``sd``, ``leads`` (the share of scenarios in which it leads), and
    ``quantile`` (share, hypothesis), to 1/4000.

    Raises
    ------
    UnknownNameError
        For an unknown episode or coder.
    BayesTraceError
        For `n` below 1 or a negative concentration.

    References
    ----------
    Humphreys and Jacobs (2023), ch. 16, Table 16.2, ask this of single numbers.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> memo = {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2}
    >>> drawn = many_scenarios(bt.compile_evidence(bt.from_table({"memo": memo})), "episode", n=20_000)
    >>> drawn["leads"].round(2).values.tolist()
    [1.0, 0.0]
    """
    ledger = open_ledger(evidence, coder)
    if episode not in ledger.episodes:
        raise UnknownNameError("episode", episode, ledger.episodes)
    if n < 1:
        message = f"n={n}; expected 1 or more"
        raise BayesTraceError(message)
    stated = elicited(ledger, ledger.episodes.index(episode))
    rng = np.random.default_rng(seed)
    draw = _Logits.of(stated) or _General(stated)
    sums = _Sums.empty(stated.log_prior.size)
    for done, size in _chunks(n, draw.step):
        if progress:
            progress(f"{done:,} of {n:,} scenarios", done / n)
        sums.add(draw.log_likelihoods(rng, size) + _priors(stated, rng, size, concentration))
    return _summary(sums, n, ledger.hypotheses).assign_attrs(
        ledger.attrs | {"episode": episode, "n": n, "seed": seed, "second_order": "propagated"}
    )


def _chunks(n: int, step: int) -> Iterator[tuple[int, int]]:
    yield from ((start, min(step, n - start)) for start in range(0, n, step))


def _priors(stated: Elicited, rng: np.random.Generator, size: int, concentration: float | None) -> Array:
    if concentration is None:
        return stated.log_prior
    width = float(check_within("concentration", concentration, 0.0, np.inf))
    gammas = rng.standard_gamma(width * np.exp(stated.log_prior), size=(size, stated.log_prior.size))
    # a Dirichlet up to a factor, which normalising takes out; gammas too small for a float are lifted
    return np.asarray(np.log(np.maximum(gammas, np.finfo(np.float64).tiny)))


# --- likelihoods -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Logits:
    """Items found, coded in probabilities, without sources and readings: nothing but sums of log expit.

    sum log expit(x) = -log prod (1 + e^-x): one exponential and one product per number, one logarithm per block.
    """

    fixed: Array
    location: Array
    low: Array
    high: Array
    kappa: Array

    @staticmethod
    def of(stated: Elicited) -> _Logits | None:
        """None where more than that is needed."""
        special = stated.is_ratio | stated.absent | (stated.source >= 0) | (stated.reading >= 0)
        tied = stated.correlation.ranged[stated.cluster[(stated.cluster >= 0) & (stated.company > 1)]]
        if special.any() or tied.any():
            return None
        cell = stated.location
        ranged: Flags = cell.ranged[:, 0]
        kappa = stated.kappa(stated.zeros(1))[0]
        still = np.where(ranged, 0.0, log_expit(cell.location[:, 0])) * kappa[:, None]
        varies = ranged.any(axis=1)
        order = np.flatnonzero(varies)[np.argsort(kappa[varies], kind="stable")]
        # a cell without a range stands where 1 + e^-x is 1
        location = np.where(ranged, cell.location[:, 0], np.inf)[order]
        return _Logits(still.sum(axis=0), location, cell.low[order, 0], cell.high[order, 0], kappa[order])

    @property
    def step(self) -> int:
        return max(1, CELLS // max(1, self.fixed.size))

    def log_likelihoods(self, rng: np.random.Generator, size: int) -> Array:
        """Log-likelihoods (scenario, hypothesis)."""
        total = np.broadcast_to(self.fixed, (size, self.fixed.size)).copy()
        product, z, slope = (np.empty_like(total) for _ in range(3))
        for items in self._blocks():
            product.fill(1.0)
            for item in items:
                rng.standard_normal(out=z)
                self._odds_against(item, z, slope)
                product += np.multiply(product, z, out=z)
            total -= self.kappa[items[0]] * np.log(product, out=product)
        return total

    def _odds_against(self, item: int, z: Array, slope: Array) -> None:
        """Turn deviates into e^-x, in place."""
        low, high = self.low[item], self.high[item]
        if not np.array_equal(low, high):
            # the low side's spread where z is negative
            np.minimum(z, 0.0, out=slope)
            slope *= high - low
            z *= -high
            z += slope
        else:
            z *= -high
        z -= self.location[item]
        np.minimum(z, -LEAST, out=z)
        np.exp(z, out=z)

    def _blocks(self) -> Iterator[npt.NDArray[np.int64]]:
        """Items of one weight, a few at a time."""
        for weight in np.unique(self.kappa):
            alike = np.flatnonzero(self.kappa == weight)
            yield from (alike[start : start + BLOCK] for start in range(0, alike.size, BLOCK))


@dataclass(frozen=True)
class _General:
    """Everything else that can be elicited."""

    stated: Elicited

    @property
    def step(self) -> int:
        return max(1, 8 * CELLS // max(1, self.stated.location.location.size))

    def log_likelihoods(self, rng: np.random.Generator, size: int) -> Array:
        """Log-likelihoods (scenario, hypothesis)."""
        shapes = self.stated.zeros(1)
        z = Deviates(
            **{
                name: rng.standard_normal((size, *getattr(shapes, name).shape[1:]))
                for name in Deviates.__dataclass_fields__
            }
        )
        return np.asarray((self.stated.kappa(z)[..., None] * self.stated.rows(z)).sum(axis=1))


# --- what is kept ------------------------------------------------------------------------------


@dataclass
class _Sums:
    total: Array
    square: Array
    leads: Array
    histogram: npt.NDArray[np.int64]

    @staticmethod
    def empty(n_hypotheses: int) -> _Sums:
        total, square, leads = np.zeros((3, n_hypotheses))
        return _Sums(total, square, leads, np.zeros((n_hypotheses, BINS), dtype=np.int64))

    def add(self, joint: Array) -> None:
        """Count one chunk of log joints (scenario, hypothesis)."""
        joint -= joint.max(axis=1, keepdims=True)
        p = np.exp(joint, out=joint)
        self.leads += np.bincount(p.argmax(axis=1), minlength=p.shape[1])
        p /= p.sum(axis=1, keepdims=True)
        self.total += p.sum(axis=0)
        self.square += np.einsum("sh,sh->h", p, p)
        p *= BINS
        place = np.minimum(p.astype(np.int64), BINS - 1)
        place += BINS * np.arange(p.shape[1])
        self.histogram += np.bincount(place.ravel(), minlength=self.histogram.size).reshape(
            self.histogram.shape
        )


def _summary(sums: _Sums, n: int, hypotheses: list[str]) -> xr.Dataset:
    mean = sums.total / n
    below = np.cumsum(sums.histogram, axis=1)
    middles = (np.arange(BINS) + 0.5) / BINS
    quantiles = [[middles[int(np.searchsorted(row, q * n))] for row in below] for q in QUANTILES]
    return xr.Dataset(
        {
            "mean": ("hypothesis", mean, {"units": "1"}),
            "sd": ("hypothesis", np.sqrt(np.maximum(sums.square / n - mean**2, 0.0)), {"units": "1"}),
            "leads": ("hypothesis", sums.leads / n, {"units": "1"}),
            "quantile": (("share", "hypothesis"), np.array(quantiles), {"units": "1"}),
        },
        {"hypothesis": hypotheses, "share": list(QUANTILES)},
    )
