"""Scores of predictions: how surprising each finding is, and whether the evidence predicts itself."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import entr

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded
from bayes_trace.prediction.held_out import By, one_coder, predict, predicted, usable
from bayes_trace.scales import log_sum

__all__ = ["holdout", "surprise"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
BITS = 1 / np.log(2)


@guarded
def surprise(evidence: xr.Dataset, *, by: By = "item", coder: str | None = None) -> xr.Dataset:
    """How surprising each finding is, in bits, in general and if the leader on the rest is true.

    Parameters
    ----------
    evidence, by, coder
        As for `predict`; every link is held out in turn.

    Returns
    -------
    What `predict` gives, and over ``link``: ``surprise``, -log2 P(finding | the rest); ``leader``, the hypothesis
    most probable on the rest, and ``under_leader``, the surprise if it is true; ``expected``, the
    surprise to be expected of such a finding, found or not. A finding far more surprising than expected
    deserves a second look, at the finding or at the list of hypotheses.

    References
    ----------
    Good (1952), the logarithmic score.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> es = bt.from_table({"memo": {"A": 0.5, "B": 0.1}, "note": {"A": 0.9, "B": 0.1}})
    >>> scored = surprise(bt.compile_evidence(es))
    >>> scored.surprise.round(2).values.tolist(), scored.under_leader.round(2).values.tolist()
    ([1.12, 0.38], [1.0, 0.15])
    """
    found = predict(evidence, by=by, coder=coder)
    p = found["probability"].values
    best = found["rest"].values.argmax(axis=-1)
    own = np.take_along_axis(found["given_hypothesis"].values, best[:, None], axis=-1)[:, 0]
    with np.errstate(divide="ignore"):
        under = -np.log2(own)
    bits = {"units": "bits"}
    return found.assign(
        surprise=("link", -found["log_probability"].values * BITS + 0.0, bits),
        leader=("link", found["hypothesis"].values[best].astype(str)),
        under_leader=("link", under + 0.0, bits),
        expected=("link", (entr(p) + entr(1 - p)) * BITS, bits),
    )


@guarded
def holdout(evidence: xr.Dataset, *, k: int = 5, seed: int = 0, coder: str | None = None) -> xr.Dataset:
    """Whether the rest of the evidence predicts what was found better than the priors do, fold by fold.

    Parameters
    ----------
    evidence, coder
        As for `predict`.
    k
        Number of folds. Sources are dealt to folds at random; what has no source is dealt by itself, and sources
        that meet in one fact or event go together.
    seed
        Of the dealing.

    Returns
    -------
    What `predict` gives, and over ``link``: ``fold``, ``score`` (log2 of the probability given the evidence outside
    the fold) and ``score_prior`` (given the prior alone), both in bits. Their difference, summed, is what the rest
    of the evidence has taught about the findings; below zero it has misled.

    Raises
    ------
    BayesTraceError
        If there are fewer sources than folds, or fewer than two folds.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> es = bt.from_table({"memo": {"A": 0.5, "B": 0.1}, "note": {"A": 0.9, "B": 0.1}})
    >>> scored = holdout(bt.compile_evidence(es), k=2)
    >>> float((scored.score - scored.score_prior).sum().round(2))
    1.23
    """
    one = one_coder(evidence, coder)
    known, unknown = usable(one)
    group = _by_source(one)
    fold = _dealt(group, known, k, seed)
    everything = np.concatenate([known, unknown])
    groups = [(everything[fold[everything] == f], known[fold[known] == f]) for f in range(k)]
    found = predicted(one, groups)
    place = {str(name): number for number, name in enumerate(one["link"].values)}
    at = np.array([place[str(name)] for name in found["link"].values], dtype=np.int64)
    prior = one["prior"].values[one["episode_index"].values[at]]
    with np.errstate(divide="ignore"):
        blind = log_sum(np.log(found["given_hypothesis"].values) + np.log(prior), axis=-1)
    return found.assign(
        fold=("link", fold[at]),
        score=("link", found["log_probability"].values * BITS, {"units": "bits"}),
        score_prior=("link", blind * BITS, {"units": "bits"}),
    )


def _by_source(one: xr.Dataset) -> Index:
    """A number for each link, the same for links that share a source, directly or by way of others."""
    words = [str(text).split() for text in one["link_source"].values]
    names = {name: number for number, name in enumerate(dict.fromkeys(w for each in words for w in each))}
    n = len(words)
    # an item without a source is one, on however many episodes
    own = {str(item): n + len(names) + i for i, item in enumerate(dict.fromkeys(one["link_item"].values))}
    pairs = [
        (link, end)
        for link, each in enumerate(words)
        for end in ([n + names[w] for w in each] or [own[str(one["link_item"].values[link])]])
    ]
    size = n + len(names) + len(own)
    rows, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(pairs)), (rows, columns)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1][:n], dtype=np.int64)


def _dealt(group: Index, known: Index, k: int, seed: int) -> Index:
    """Fold of every link."""
    sources = np.unique(group[known])
    if k < 2 or k > sources.size:
        message = f"k={k}; expected 2 or more folds and no more than the {sources.size} sources to deal"
        raise BayesTraceError(message)
    shuffled = np.random.default_rng(seed).permutation(sources)
    fold_of = {int(source): number % k for number, source in enumerate(shuffled)}
    return np.array([fold_of.get(int(each), -1) for each in group], dtype=np.int64)
