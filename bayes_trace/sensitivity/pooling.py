"""Several coders together, and where they disagree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.exact import fill_gaps, log_pool, spoken_by_coder, update, voices
from bayes_trace.guards import guarded
from bayes_trace.scales import log_to_db
from bayes_trace.sensitivity.arrays import Array
from bayes_trace.sensitivity.registry import Question, register

__all__ = ["pool"]


@guarded
def pool(
    evidence: xr.Dataset, *, how: Literal["linear", "log"] = "log", weights: Mapping[str, float] | None = None
) -> xr.Dataset:
    """Pooled posteriors of the coders, and their disagreement item by item.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    how
        ``log``: effective log-likelihoods averaged link by link over the coders who coded it; externally
        Bayesian, and a single 0 is a veto. ``linear``: sum of w p, which keeps disagreement as spread; what a
        coder has passed over is filled by the log pool of those who coded it.
    weights
        Coder -> weight; scaled to sum to 1. Coders not named are left out. By default all witnesses weigh the
        same: every person is one, and all coders of kind model together are one unless the set says otherwise.

    Returns
    -------
    Dataset with ``probability`` (episode, hypothesis); ``by_coder`` (coder, episode, hypothesis), ``n_coded``
    (coder, episode) and ``n_items`` (episode), an episode that a coder has not coded being NaN; and per
    link ``disagreement``: the most by which two coders differ in any weight of evidence (dB, kappa
    excluded), and ``spread`` (link, hypothesis): standard deviation of the centred log-likelihood over
    coders (dB). Missing where fewer than two coders judged the link.

    Raises
    ------
    UnknownNameError
        For weights of an unknown coder.
    BayesTraceError
        For an unknown `how`, and for weights that are negative or sum to 0.
    ImpossibleEvidenceError
        If the coders rule out every hypothesis between them.

    References
    ----------
    Genest and Zidek (1986), Combining Probability Distributions.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> pool(ev).probability.sel(hypothesis="A").round(3).item()
    0.8
    """
    share = _shares(evidence, weights)
    chosen, used = evidence.isel(coder=np.flatnonzero(share > 0)), share[share > 0]
    post = update(chosen)
    # one coder alone comes without the dimension
    alone = post.expand_dims(coder=chosen["coder"].values) if chosen.sizes["coder"] == 1 else post
    dims = ("episode", "hypothesis")
    rows = _rows(evidence)
    silent = (alone["n_coded"].max("coder") == 0) & (post["n_items"] > 0)
    together = np.where(silent.values[:, None], np.nan, _together(chosen, how, used, equal=weights is None))
    return xr.Dataset(
        {
            "probability": (dims, together, {"units": "1", "long_name": "pooled posterior probability"}),
            "by_coder": alone["probability"].assign_attrs(units="1"),
            "n_coded": alone["n_coded"],
            "n_items": post["n_items"],
            "weight": ("coder", used, {"units": "1"}),
            "disagreement": ("link", _widest(rows), {"units": "dB"}),
            "spread": (("link", "hypothesis"), _spread(rows), {"units": "dB"}),
        },
        {name: evidence[name] for name in ("episode", "hypothesis", "link", "link_item", "link_episode")},
        {**post.attrs, "how": how, "coder": f"{how} pool of {' '.join(map(str, chosen['coder'].values))}"},
    )


def _together(chosen: xr.Dataset, how: str, share: Array, *, equal: bool) -> Array:
    """Pooled probabilities (episode, hypothesis); with `equal`, witnesses weigh the same on every link."""
    stated = None if equal else share
    if how == "log":
        return np.asarray(update(log_pool(chosen, share=stated))["probability"].values)
    each = update(fill_gaps(chosen, share=stated))["probability"].values
    return np.asarray(np.tensordot(share, each.reshape(share.size, *each.shape[-2:]), axes=1))


def _shares(evidence: xr.Dataset, weights: Mapping[str, float] | None) -> Array:
    names = [str(name) for name in evidence["coder"].values]
    if weights is None:
        return voices(evidence, np.ones(len(names), dtype=bool))
    for name in weights:
        if name not in names:
            raise UnknownNameError("coder", name, names)
    share = np.array([float(weights.get(name, 0.0)) for name in names])
    if (share < 0).any() or not share.sum() > 0:
        shown = ", ".join(f"{name} {value:g}" for name, value in weights.items())
        message = f"weights of coders are {shown or 'none'}; expected none below 0, and a sum above 0"
        raise BayesTraceError(message)
    return np.asarray(share / share.sum())


def _rows(evidence: xr.Dataset) -> Array:
    """Effective log-likelihoods in dB (coder, link, hypothesis), missing where a coder gave none."""
    return np.where(
        spoken_by_coder(evidence)[..., None], log_to_db(evidence["log_likelihood"].values), np.nan
    )


def _widest(rows: Array) -> Array:
    """Largest difference of two coders in the weight between any two hypotheses.

    For a pair of coders that is the range over hypotheses of the difference of their rows.
    """
    widest = np.full(rows.shape[1], np.nan)
    for first in range(rows.shape[0]):
        for second in range(first + 1, rows.shape[0]):
            both_out = np.isneginf(rows[first]) & np.isneginf(rows[second])
            with np.errstate(invalid="ignore"):
                gap = np.where(both_out, np.nan, rows[first] - rows[second])
            known = ~np.isnan(rows[[first, second]]).any(axis=(0, 2))
            top = np.max(np.where(np.isnan(gap), -np.inf, gap), axis=-1)
            low = np.min(np.where(np.isnan(gap), np.inf, gap), axis=-1)
            with np.errstate(invalid="ignore"):
                span = np.where(known, np.maximum(top - low, 0.0), np.nan)
            widest = np.fmax(widest, span)
    return widest


def _spread(rows: Array) -> Array:
    """Standard deviation over coders of centred rows; missing for rows with a zero or fewer than two coders."""
    finite = np.isfinite(rows).all(axis=-1, keepdims=True)
    held = np.where(finite, rows, 0.0)
    centred = held - held.mean(axis=-1, keepdims=True)
    count = finite.sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = (centred * finite).sum(axis=0) / count
        square = (finite * (centred - mean) ** 2).sum(axis=0)
        return np.where(count > 1, np.sqrt(square / (count - 1)), np.nan)


register(Question("pool", lambda asked: pool(asked.evidence), place=100))
