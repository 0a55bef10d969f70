"""Evidence that is itself uncertain: virtual evidence, and Jeffrey's rule through it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError, ScaleError, UnknownNameError
from bayes_trace.guards import guarded
from bayes_trace.likelihood.links import REPORT
from bayes_trace.scales import expit
from bayes_trace.sensitivity.arrays import Array, Arrays, Index, normalised, open_arrays

__all__ = ["jeffrey", "soft_evidence"]


@guarded
def soft_evidence(
    evidence: xr.Dataset,
    ratios: Mapping[str, float],
    *,
    belief: xr.DataArray | None = None,
    coder: str | None = None,
) -> xr.DataArray:
    """Posterior when items were observed only with uncertainty (virtual evidence).

    The observation is `ratio` times as probable if the item is true as if it is not, so that every
    hypothesis is multiplied by ratio p_h + 1 - p_h. The order of such updates does not matter.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    ratios
        Item or event -> P(observation given the item) / P(observation given no item): 1 says nothing,
        infinity makes the item certain, 0 excludes it. An event comes in the place of its reports.
    belief
        Probabilities (episode, hypothesis) to start from; by default the posterior from all other items.
    coder
        By default the base coder.

    Returns
    -------
    Probabilities over episode and hypothesis. Episodes on which an item does not bear stay as they are.

    Raises
    ------
    UnknownNameError
        For an unknown item or coder.
    ScaleError
        For an item coded as a ratio: it has no probability.
    BayesTraceError
        For a negative ratio, or a report of an event: what is uncertain is the event.

    References
    ----------
    Pearl (1988), section 2.3.3; Chan and Darwiche (2005), on the revision of beliefs.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"E": {"A": 0.8, "B": 0.3}}, priors={"A": 0.4, "B": 0.6}))
    >>> soft_evidence(ev, {"E": 9.0}).round(3).values.tolist()
    [[0.592, 0.408]]
    """
    arrays = open_arrays(evidence, coder)
    for item, ratio in ratios.items():
        if not ratio >= 0:
            message = f"ratio of {item} is {ratio!r}; expected 0 or more"
            raise BayesTraceError(message)
    given = {item: _probability(arrays, item) for item in ratios}
    joint = _start(arrays, list(ratios), belief)
    for item, ratio in ratios.items():
        joint = joint + _factor(given[item], ratio)
    return _belief(arrays, joint)


@guarded
def jeffrey(
    evidence: xr.Dataset,
    probabilities: Mapping[str, float],
    *,
    belief: xr.DataArray | None = None,
    coder: str | None = None,
) -> xr.DataArray:
    """Posterior after the probabilities of items themselves are set (Jeffrey's rule).

    Each is turned into virtual evidence at the belief before the batch, with the ratio
    [q / (1 - q)] / [P(E) / (1 - P(E))]; within one call the order does not matter. **Two calls, one after the
    other, do not commute**: the later one has the last word on its item.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    probabilities
        Item or event -> its new probability q, strictly between 0 and 1.
    belief
        Probabilities (episode, hypothesis) to start from; by default the posterior from all other items.
    coder
        By default the base coder.

    Returns
    -------
    Probabilities over episode and hypothesis; for one item q P(h | E) + (1 - q) P(h | not E).

    Raises
    ------
    UnknownNameError
        For an unknown item or coder.
    ScaleError
        For an item coded as a ratio.
    BayesTraceError
        For a probability that is not strictly between 0 and 1, or a report of an event.

    References
    ----------
    Jeffrey (1965), The Logic of Decision, ch. 11; Pearl (1990) on the ratio.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"E": {"A": 0.8, "B": 0.3}}, priors={"A": 0.4, "B": 0.6}))
    >>> jeffrey(ev, {"E": 0.9}).round(3).values.tolist()
    [[0.592, 0.408]]
    """
    arrays = open_arrays(evidence, coder)
    for item, q in probabilities.items():
        if not 0 < q < 1:
            message = f"probability of {item} is {q!r}; expected a number between 0 and 1"
            raise BayesTraceError(message)
    given = {item: _probability(arrays, item) for item in probabilities}
    joint = _start(arrays, list(probabilities), belief)
    before = normalised(joint)
    for item, q in probabilities.items():
        expected = (before * given[item]).sum(axis=-1, keepdims=True)
        joint = joint + _factor(given[item], q / (1 - q) * (1 - expected) / expected)
    return _belief(arrays, joint)


def _belief(arrays: Arrays, joint: Array) -> xr.DataArray:
    attrs = arrays.attrs | {"units": "1", "long_name": "posterior probability"}
    coords = arrays.coords("episode", "hypothesis")
    return xr.DataArray(normalised(joint), coords, ("episode", "hypothesis"), name="probability", attrs=attrs)


def _start(arrays: Arrays, items: list[str], belief: xr.DataArray | None) -> Array:
    """Log belief (episode, hypothesis) before the soft evidence."""
    if belief is None:
        dropped = np.isin(arrays.evidence["entry_item"].values, items)
        return np.asarray(arrays.joint_without(dropped[:, None])[0])
    wanted = belief.sel(episode=arrays.episodes, hypothesis=arrays.hypotheses)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(wanted.transpose("episode", "hypothesis").values))


def _probability(arrays: Arrays, item: str) -> Array:
    """P(item given hypothesis) as coded, readings averaged; missing where it does not bear on an episode."""
    structure, names = arrays.structure, arrays.evidence["entry_item"].values
    entries = np.flatnonzero((names == item) & structure.coded)
    _refuse(arrays, item, entries)
    p = np.full(arrays.joint.shape, np.nan)
    for entry in entries:
        weight = structure.option_probability[structure.entry_link[entry]]
        p[arrays.entry_episode[entry]] = weight @ expit(arrays.point.location[entry, ..., 0])
    return p


def _refuse(arrays: Arrays, item: str, entries: Index) -> None:
    names, structure = arrays.evidence["entry_item"].values, arrays.structure
    if not entries.size:
        spoken = (structure.role != REPORT) & structure.coded
        raise UnknownNameError("item", item, list(dict.fromkeys(map(str, names[spoken]))))
    if (structure.role[entries] == REPORT).any():
        event = names[structure.first[structure.entry_link[entries[0]]]]
        message = f"{item} is a report of the event {event}; it is the event that is uncertain, so name that"
        raise BayesTraceError(message)
    if structure.is_ratio[entries].any():
        message = (
            f"{item} is coded as a ratio, and soft evidence needs its probability; give reference_probability"
        )
        raise ScaleError(message)


def _factor(p: Array, ratio: float | Array) -> Array:
    """log(ratio p + 1 - p), 0 where the item does not bear; an infinite ratio counts only p."""
    endless = np.isposinf(ratio)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(endless, np.log(p), np.log(np.where(endless, 1.0, ratio) * p + (1 - p)))
    return np.where(np.isnan(p), 0.0, factor)
