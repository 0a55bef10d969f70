"""How often the evidence would mislead, and how far the posterior would be from the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import product
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import SimulationError
from bayes_trace.guards import guarded
from bayes_trace.independent import all_done
from bayes_trace.scales import log_sum
from bayes_trace.simulation.correlated import Correlations
from bayes_trace.simulation.drawing import Design, designs, draw, log_likelihood, log_posterior

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["diagnosands", "misleading_rates"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
#: ways in which all searches of an episode may end, up to which each is gone through
EXACT = 2**14
BINS = 10
#: relative room at a threshold, for numbers that are equal but for rounding
ROOM = 1e-9


@guarded
def misleading_rates(
    evidence: xr.Dataset,
    *,
    thresholds: Iterable[float] = (8.0, 32.0),
    replicates: int = 4000,
    seed: int = 0,
    coder: str | None = None,
    correlations: Correlations | None = None,
    client: Client | str | None = None,
) -> xr.Dataset:
    """How often the same searches would yield strong evidence for the truth, strong evidence against it, or neither.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    thresholds
        Likelihood ratios that count as strong, above 1; Royall's are 8 and 32.
    replicates, seed
        Of the draws, for episodes whose searches may end in more than 16,384 ways or where members of a cluster are
        correlated; elsewhere every way is gone through and the rates are exact.
    coder
        By default the base coder.
    correlations
        Of pairs of items, as for `simulate`.
    client
        As for `map_independent`: a cluster, to whose workers the episodes go.

    Returns
    -------
    Over episode, threshold, truth and rival: ``correct``, P(ratio of truth to rival at least the threshold),
    ``misleading``, P(ratio of rival to truth at least the threshold), and ``weak``, what is left; ``exact`` over
    episode. Without discounts ``misleading`` is never above 1 / threshold.

    Raises
    ------
    NoDataModelError
        Where an item is coded by ratios.
    SimulationError
        For a threshold that is not above 1.

    References
    ----------
    Royall (2000), On the probability of observing misleading statistical evidence, JASA 95, 760-768.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.05}}))
    >>> rates = misleading_rates(ev, thresholds=[8]).sel(episode="episode", truth="B", rival="A").squeeze()
    >>> rates.misleading.item(), rates.correct.item()
    (0.05, 0.0)
    """
    limits = np.array(list(thresholds), dtype=np.float64)
    if not limits.size or not (limits > 1).all():
        message = f"thresholds={limits.tolist()}; expected ratios above 1"
        raise SimulationError(message)
    every, names = designs(evidence, coder, correlations), _hypotheses(evidence)
    rates = _by_episode(partial(_rates, np.log(limits) - ROOM, replicates, seed), every, client)
    shape = (len(every), 2, limits.size, len(names), len(names))
    correct, wrong = np.moveaxis(np.array(rates).reshape(shape), 1, 0)
    dims = ("episode", "threshold", "truth", "rival")
    coords = {"episode": evidence["episode"].values, "threshold": limits, "truth": names, "rival": names}
    exact = ("episode", np.array([_countable(design) for design in every]))
    parts = {"correct": (dims, correct), "misleading": (dims, wrong), "weak": (dims, 1 - correct - wrong)}
    return xr.Dataset({**parts, "exact": exact}, coords, dict(evidence.attrs))


@guarded
def diagnosands(
    evidence: xr.Dataset,
    *,
    replicates: int = 4000,
    seed: int = 0,
    coder: str | None = None,
    correlations: Correlations | None = None,
    client: Client | str | None = None,
) -> xr.Dataset:
    """How far the posterior would be from the truth, over all that might be true and all that might be found.

    Parameters
    ----------
    evidence, replicates, seed, coder, correlations, client
        As for `misleading_rates`. Each hypothesis is true with its prior probability.

    Returns
    -------
    Over episode and hypothesis: ``bias``, the mean of posterior less truth (1 or 0); ``rmse``, the root of its mean
    square; ``expected_learning``, 1 - mean square / variance of the prior. Over episode and ``bin`` (tenths of the
    posterior, all hypotheses together): ``share`` of posteriors there, their mean ``said``, and ``true``, how often
    the hypothesis is true. Only discounted clusters and stated correlations, which the update does not know, can have
    a bias or be miscalibrated: everything else is drawn from the very codings that the update uses, so this judges a
    design and not its coder.

    Raises
    ------
    NoDataModelError
        Where an item is coded by ratios.

    References
    ----------
    Blair, Cooper, Coppock and Humphreys (2019), American Political Science Review 113, 838-859.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"straw": {"A": 0.75, "B": 0.25}}))
    >>> diagnosands(ev).rmse.sel(hypothesis="A").round(4).item()
    0.433
    """
    every, names = designs(evidence, coder, correlations), _hypotheses(evidence)
    parts = _by_episode(partial(_diagnosed, replicates, seed), every, client)
    bias, square, bins = (np.array(each) for each in zip(*parts, strict=True))
    prior = np.exp([design.log_prior for design in every])
    variance = prior * (1 - prior)
    with np.errstate(invalid="ignore", divide="ignore"):
        share, said, true = bins[:, 0], bins[:, 1] / bins[:, 0], bins[:, 2] / bins[:, 0]
        learning = np.where(variance > 0, 1 - square / variance, 0.0)
    by, binned = ("episode", "hypothesis"), ("episode", "bin")
    return xr.Dataset(
        {
            "bias": (by, bias),
            "rmse": (by, np.sqrt(square)),
            "expected_learning": (by, learning),
            "share": (binned, share / len(names)),
            "said": (binned, said),
            "true": (binned, true),
            "exact": ("episode", np.array([_countable(design) for design in every])),
        },
        {"episode": evidence["episode"].values, "hypothesis": names, "bin": (np.arange(BINS) + 0.5) / BINS},
        dict(evidence.attrs),
    )


def _hypotheses(evidence: xr.Dataset) -> list[str]:
    return [str(name) for name in evidence["hypothesis"].values]


def _by_episode[R](
    function: Callable[[Design], R], every: Sequence[Design], client: Client | str | None
) -> list[R]:
    """The same of every episode, each drawn from the seed afresh."""
    pieces = {design.episode: design for design in every}
    return list(all_done(function, pieces, client=client).values())


def _rates(limits: Array, replicates: int, seed: int, design: Design) -> tuple[Array, Array]:
    """Probability of a log ratio that reaches a limit rightly, and wrongly, (limit, truth, rival)."""
    n = design.log_prior.size
    correct, wrong = np.zeros((limits.size, n, n)), np.zeros((limits.size, n, n))
    for truth, (weights, p) in enumerate(_worlds(design, replicates, seed)):
        with np.errstate(invalid="ignore"):
            ratio = weights[:, [truth]] - weights
        correct[:, truth] = ((ratio >= limits[:, None, None]) * p[:, None]).sum(axis=1)
        wrong[:, truth] = ((-ratio >= limits[:, None, None]) * p[:, None]).sum(axis=1)
    return correct, wrong


def _diagnosed(replicates: int, seed: int, design: Design) -> tuple[Array, Array, Array]:
    """Mean error and mean square by hypothesis, and the sums of each bin (mass, said, true)."""
    n = design.log_prior.size
    bias, square, bins = np.zeros(n), np.zeros(n), np.zeros((3, BINS))
    for truth, (weights, likely) in enumerate(_worlds(design, replicates, seed)):
        # what cannot happen under this truth may be impossible under all
        some = likely > 0
        p = likely[some] * np.exp(design.log_prior[truth])
        post = np.exp(log_posterior(design, weights[some]))
        is_true = np.arange(n) == truth
        bias += p @ (post - is_true)
        square += p @ (post - is_true) ** 2
        at = np.minimum((post * BINS + ROOM).astype(np.int64), BINS - 1)
        mass = np.broadcast_to(p[:, None], post.shape)
        for row, amount in enumerate((mass, mass * post, mass * is_true)):
            bins[row] += np.bincount(at.ravel(), amount.ravel(), minlength=BINS)
    return bias, square, bins


def _countable(design: Design) -> bool:
    joined = bool(((design.cluster >= 0) & (design.correlation > 0)).any())
    return not joined and design.latent is None and prod(len(table) for table in design.ends) <= EXACT


def _worlds(design: Design, replicates: int, seed: int) -> list[tuple[Array, Array]]:
    """For each truth, weighted log-likelihoods (world, hypothesis) and the probability of each world."""
    truths: Sequence[int] = range(design.log_prior.size)
    if _countable(design):
        every = np.array(list(product(*(range(len(table)) for table in design.ends))), dtype=np.int64)
        weights = log_likelihood(design, every)
        plain = np.zeros_like(weights)
        for number, table in enumerate(design.ends):
            plain += table[every[:, number]]
        return [(weights, np.exp(plain[:, truth] - log_sum(plain[:, truth], axis=0))) for truth in truths]
    if replicates < 1:
        message = f"replicates={replicates}; expected 1 or more"
        raise SimulationError(message)
    rng = np.random.default_rng(seed)
    even = np.full(replicates, 1 / replicates)
    return [(log_likelihood(design, draw(design, truth, replicates, rng)), even) for truth in truths]
