"""What other priors would give: sweeps, sceptics and enthusiasts, contaminated priors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import LARGEST_DB, guarded
from bayes_trace.scales import db_to_log, expit, log_sum, log_to_db, logit
from bayes_trace.sensitivity.arrays import (
    Array,
    Arrays,
    Index,
    check_within,
    find_hypothesis,
    normalised,
    open_arrays,
)
from bayes_trace.sensitivity.registry import Measure, Question, register

__all__ = ["contamination_bounds", "prior_needed", "prior_sweep"]

#: share of the prior left open in the table of robustness, and in a survey
EPSILON = 0.1
EPSILONS = (0.05, EPSILON, 0.2)
#: decibels for or against a hypothesis, against the average rival
SWEEP = tuple(np.linspace(-30.0, 30.0, 61).tolist())


@guarded
def prior_sweep(
    evidence: xr.Dataset,
    *,
    hypothesis: str | None = None,
    prior: Sequence[float] | None = None,
    db: Sequence[float] | None = None,
    coder: str | None = None,
) -> xr.DataArray:
    """Posterior as the prior of one hypothesis moves, the others keeping their proportions.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    hypothesis
        By default the leader of each episode.
    prior
        Probabilities that it starts from.
    db
        Instead, decibels of prior odds against the average rival (against each, where the rivals
        are equal); by default from -30 to 30.
    coder
        By default the base coder.

    Returns
    -------
    Probabilities with dimensions ``swept_prior``, ``episode``, ``hypothesis``; ``prior_db`` gives the prior in
    decibels against the average rival, ``swept`` the hypothesis swept in each episode.

    Raises
    ------
    BayesTraceError
        For priors outside 0 to 1, or both `prior` and `db`.
    UnknownNameError
        For an unknown hypothesis or coder.

    References
    ----------
    Fairfield and Charman (2022), on priors stated in decibels.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> prior_sweep(ev, hypothesis="A", prior=[0.2, 0.5]).sel(hypothesis="A").round(2).values.ravel().tolist()
    [0.5, 0.8]
    """
    arrays = open_arrays(evidence, coder)
    if prior is not None and db is not None:
        message = "prior= and db= are mutually exclusive; give one"
        raise BayesTraceError(message)
    rivals = np.log(len(arrays.hypotheses) - 1)
    if prior is not None:
        odds = logit(check_within("prior", prior, 0.0, 1.0))
    else:
        odds = db_to_log(check_within("db", SWEEP if db is None else db, -LARGEST_DB, LARGEST_DB)) - rivals
    of = _swept(arrays, hypothesis)
    joint = _replaced(arrays, of, odds)
    coords = {
        "swept_prior": expit(odds),
        "prior_db": ("swept_prior", log_to_db(odds + rivals), {"units": "dB"}),
        "swept": ("episode", arrays.names(of)),
        **arrays.coords("episode", "hypothesis"),
    }
    attrs = arrays.attrs | {"units": "1", "long_name": "posterior probability"}
    dims = ("swept_prior", "episode", "hypothesis")
    return xr.DataArray(normalised(joint), coords, dims, name="probability", attrs=attrs)


def _swept(arrays: Arrays, hypothesis: str | None) -> Index:
    if hypothesis is None:
        return arrays.leader
    return np.full(len(arrays.episodes), find_hypothesis(arrays, hypothesis))


def _own_and_rest(arrays: Arrays, of: Index) -> tuple[Array, Array]:
    """Log-likelihood of one hypothesis, and of its rivals mixed by their priors (episode,)."""
    at = np.arange(of.size), of
    rivals = arrays.joint.copy()
    rivals[at] = -np.inf
    others = np.array(arrays.log_prior)
    others[at] = -np.inf
    mixture = np.asarray(log_sum(rivals, axis=-1)) - np.asarray(log_sum(others, axis=-1))
    return arrays.log_likelihood[at], mixture


def _replaced(arrays: Arrays, of: Index, odds: Array) -> Array:
    """Log joint (prior, episode, hypothesis) at log prior odds of `of` against all its rivals together."""
    log_one = -np.logaddexp(0.0, -odds)[:, None]
    log_rest = -np.logaddexp(0.0, odds)[:, None]
    at = np.arange(of.size), of
    others = arrays.log_prior.copy()
    others[at] = -np.inf
    others -= log_sum(others, axis=-1, keepdims=True)
    joint = log_rest[..., None] + others + arrays.log_likelihood
    joint[:, at[0], at[1]] = log_one + arrays.log_likelihood[at]
    # a certain prior of a hypothesis that is ruled out leaves nothing
    lost = np.isneginf(joint).all(axis=-1)
    if lost.any():
        where = arrays.episodes[int(np.nonzero(lost)[1][0])]
        message = f"episode {where}: a prior of certainty meets evidence that rules it out; expected priors between 0 and 1"
        raise BayesTraceError(message)
    return joint


@guarded
def prior_needed(
    evidence: xr.Dataset, *, probability: float = 0.5, doubt_db: float = 10.0, coder: str | None = None
) -> xr.Dataset:
    """The prior from which the evidence would bring each hypothesis to a given probability.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    probability
        Where a sceptic counts as moved.
    doubt_db
        A sceptic starts this many decibels below the stated prior odds of the hypothesis against
        all others together, an enthusiast as many above.
    coder
        By default the base coder.

    Returns
    -------
    Dataset over episode and hypothesis, the others keeping their proportions: ``prior_needed``, and
    ``prior_needed_db`` against all others together; ``weight``, the dB of the evidence for the hypothesis against
    the others mixed by their priors; ``margin``, how many dB below the stated prior the one needed
    lies (how much doubt the evidence bears; negative where it falls short); ``skeptical`` and
    ``enthusiastic``, the posteriors from those priors; ``weight_for`` and ``weight_against``, the summed
    weights (dB) of the items for and against the hypothesis and its strongest rival.

    Raises
    ------
    BayesTraceError
        For a probability that is not strictly between 0 and 1, or a negative `doubt_db`.

    References
    ----------
    Spiegelhalter, Freedman and Parmar (1994), on sceptical and enthusiastic priors; Matthews (2001).

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> prior_needed(ev).prior_needed.sel(hypothesis="A").round(3).values.tolist()
    [0.2]
    """
    arrays = open_arrays(evidence, coder)
    if not 0 < probability < 1:
        message = f"probability={probability:g}; expected a number between 0 and 1"
        raise BayesTraceError(message)
    doubt = float(db_to_log(doubt_db))
    weight, stated = _weight_and_odds(arrays)
    needed = logit(probability) - weight
    gain, loss = _for_and_against(arrays)
    with np.errstate(invalid="ignore"):
        parts = {
            "prior_needed": (expit(needed), "1"),
            "prior_needed_db": (log_to_db(needed), "dB"),
            "weight": (log_to_db(weight), "dB"),
            "margin": (log_to_db(stated - needed), "dB"),
            "skeptical": (expit(stated - doubt + weight), "1"),
            "enthusiastic": (expit(stated + doubt + weight), "1"),
            "weight_for": (gain, "dB"),
            "weight_against": (loss, "dB"),
        }
    dims = ("episode", "hypothesis")
    return xr.Dataset(
        {name: (dims, values, {"units": units}) for name, (values, units) in parts.items()},
        arrays.coords("episode", "hypothesis"),
        arrays.attrs | {"probability": probability, "doubt_db": doubt_db},
    )


def _weight_and_odds(arrays: Arrays) -> tuple[Array, Array]:
    """Log Bayes factor and log prior odds of each hypothesis against the rest (episode, hypothesis)."""
    weight, odds = np.empty(arrays.joint.shape), logit(np.exp(arrays.log_prior))
    for h in range(weight.shape[1]):
        own, rest = _own_and_rest(arrays, np.full(weight.shape[0], h))
        weight[:, h] = own - rest
    return weight, odds


def _for_and_against(arrays: Arrays) -> tuple[Array, Array]:
    """Summed dB of the links for and against each hypothesis and its strongest rival."""
    gain, loss = np.zeros(arrays.joint.shape), np.zeros(arrays.joint.shape)
    for h in range(gain.shape[1]):
        of = np.full(gain.shape[0], h)
        rival = np.where(arrays.leader == h, arrays.order[:, 1], arrays.leader)[arrays.episode_index]
        weights = log_to_db(
            np.take_along_axis(arrays.links_against(arrays.weighted, of), rival[:, None], axis=1)
        )
        gain[:, h] = arrays.sum(np.maximum(weights, 0.0))[:, 0]
        loss[:, h] = arrays.sum(np.minimum(weights, 0.0))[:, 0]
    return gain, loss


@guarded
def contamination_bounds(
    evidence: xr.Dataset, *, epsilon: float | Sequence[float] = 0.1, coder: str | None = None
) -> xr.Dataset:
    """Smallest and largest posterior when a share of the prior is left open.

    Over all priors (1 - epsilon) pi + epsilon q with q arbitrary: the most for h puts all of q on h, the
    least puts it on the rival with the greatest likelihood.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    epsilon
        Share or shares of the prior that are open, from 0 to 1.
    coder
        By default the base coder.

    Returns
    -------
    Dataset with ``lower`` and ``upper`` over ``epsilon``, ``episode``, ``hypothesis``.

    Raises
    ------
    BayesTraceError
        For a share outside 0 to 1.

    References
    ----------
    Berger (1985), section 4.7; Huber (1973), on epsilon-contaminated priors.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> bounds = contamination_bounds(ev, epsilon=0.1).sel(hypothesis="A")
    >>> round(float(bounds.lower.item()), 6), round(float(bounds.upper.item()), 6)
    (0.765957, 0.830189)
    """
    arrays = open_arrays(evidence, coder)
    shares = np.atleast_1d(check_within("epsilon", epsilon, 0.0, 1.0))
    with np.errstate(divide="ignore"):
        kept, open_ = np.log1p(-shares)[:, None, None], np.log(shares)[:, None, None]
    likelihood = arrays.log_likelihood
    base = kept + log_sum(arrays.joint, axis=-1, keepdims=True)
    own = kept + arrays.joint
    rival = open_ + _best_rival(likelihood)
    lower = _share(own, np.logaddexp(base, rival))
    upper = _share(np.logaddexp(own, open_ + likelihood), np.logaddexp(base, open_ + likelihood))
    dims = ("epsilon", "episode", "hypothesis")
    return xr.Dataset(
        {"lower": (dims, lower, {"units": "1"}), "upper": (dims, upper, {"units": "1"})},
        {"epsilon": shares, **arrays.coords("episode", "hypothesis")},
        arrays.attrs,
    )


def _best_rival(likelihood: Array) -> Array:
    """The greatest log-likelihood among the others (episode, hypothesis)."""
    top = np.sort(likelihood, axis=-1)[:, ::-1]
    is_top = np.arange(likelihood.shape[1]) == likelihood.argmax(axis=-1)[:, None]
    return np.where(is_top, top[:, 1:2], top[:, 0:1])


def _share(part: Array, whole: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return np.where(np.isneginf(part), 0.0, np.exp(np.minimum(part - whole, 0.0)))


register(
    Question(
        "prior_needed",
        lambda asked: prior_needed(asked.evidence, coder=asked.coder),
        place=30,
        measures=(
            Measure(
                {"prior_needed": "prior_needed"},
                "probability",
                enough=0.1,
                little=0.25,
                higher_is_better=False,
                what="the prior at which the leader would be as likely as not",
                weakness="a sceptic's prior undoes it",
                question="Prior of {leader} at which it would be as likely as not",
                column="Prior",
                legend="the least that still gives even odds",
            ),
        ),
    ),
    Question(
        "contamination_bounds",
        lambda asked: contamination_bounds(asked.evidence, epsilon=EPSILONS, coder=asked.coder),
        place=75,
        measures=(
            Measure(
                {
                    "prior_least": lambda result: result["lower"].sel(epsilon=EPSILON),
                    "prior_most": lambda result: result["upper"].sel(epsilon=EPSILON),
                },
                "probability",
                interval=True,
                question="P({leader}), a tenth of the prior left open",
            ),
        ),
    ),
    Question("prior_sweep", lambda asked: prior_sweep(asked.evidence, coder=asked.coder), place=100),
)
