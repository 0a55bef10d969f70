"""Several coders together, and where they disagree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import xarray as xr
from scipy.special import logsumexp

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.exact import log_joint, update
from bayes_trace.scales import log_to_db
from bayes_trace.sensitivity.ledger import Array, check_choice

__all__ = ["pool"]


def pool(
    evidence: xr.Dataset, *, how: Literal["linear", "log"] = "log", weights: Mapping[str, float] | None = None
) -> xr.Dataset:
    """Posteriors of the coders put together, and their disagreement item by item.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    how
        ``linear``: sum of w p, keeps disagreement as spread. ``log``: product of p^w, normalised;
        externally Bayesian, and a single 0 is a veto.
    weights
        Coder -> weight; scaled to sum to 1. Coders not named are left out. By default all weigh the same.

    Returns
    -------
    Dataset with ``probability`` (episode, hypothesis), ``by_coder`` (coder, episode, hypothesis), and per
    link ``disagreement``: the most by which two coders differ in any weight of evidence (dB, kappa
    excluded), and ``spread`` (link, hypothesis): standard deviation of the centred log-likelihood over
    coders (dB). Missing where fewer than two coders judged the link.

    Raises
    ------
    UnknownNameError
        For weights of an unknown coder.
    BayesTraceError
        For an unknown `how`, and for weights that are negative or sum to 0.

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
    check_choice("how", how, ("linear", "log"))
    share = _shares(evidence, weights)
    single = evidence.isel(coder=np.flatnonzero(share > 0))
    post = update(evidence.sel(coder=single["coder"]))
    by_coder = (
        post["probability"].expand_dims(coder=single["coder"].values)
        if single.sizes["coder"] == 1
        else post["probability"]
    )
    used = share[share > 0]
    together = _linear(by_coder.values, used) if how == "linear" else _log(log_joint(single).values, used)
    dims = ("episode", "hypothesis")
    units = {"units": "1", "long_name": "pooled posterior probability"}
    rows = _rows(evidence)
    return xr.Dataset(
        {
            "probability": (dims, together, units),
            "by_coder": by_coder.assign_attrs(units="1"),
            "weight": ("coder", used, {"units": "1"}),
            "disagreement": ("link", _widest(rows), {"units": "dB"}),
            "spread": (("link", "hypothesis"), _spread(rows), {"units": "dB"}),
        },
        {name: evidence[name] for name in ("episode", "hypothesis", "link", "link_item", "link_episode")},
        {**post.attrs, "how": how, "coder": f"{how} pool of {' '.join(map(str, single['coder'].values))}"},
    )


def _shares(evidence: xr.Dataset, weights: Mapping[str, float] | None) -> Array:
    names = [str(name) for name in evidence["coder"].values]
    if weights is None:
        return np.full(len(names), 1 / len(names))
    for name in weights:
        if name not in names:
            raise UnknownNameError("coder", name, names)
    share = np.array([float(weights.get(name, 0.0)) for name in names])
    if (share < 0).any() or not share.sum() > 0:
        shown = ", ".join(f"{name} {value:g}" for name, value in weights.items())
        message = f"weights of coders are {shown or 'none'}; expected none below 0, and a sum above 0"
        raise BayesTraceError(message)
    return np.asarray(share / share.sum())


def _linear(by_coder: Array, share: Array) -> Array:
    return np.asarray(np.tensordot(share, by_coder, axes=1))


def _log(joint: Array, share: Array) -> Array:
    total = (share[:, None, None] * joint).sum(axis=0)
    level = logsumexp(total, axis=-1, keepdims=True)
    if np.isneginf(level).any():
        message = (
            "the coders rule out every hypothesis between them; a logarithmic pool needs one that all allow"
        )
        raise BayesTraceError(message)
    return np.asarray(np.exp(total - level))


def _rows(evidence: xr.Dataset) -> Array:
    """Final rows in dB (coder, link, hypothesis), missing where a coder gave none."""
    coded = evidence["coded"].values[..., None]
    return np.where(coded, log_to_db(evidence["log_likelihood"].values), np.nan)


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
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (centred * finite).sum(axis=0) / count
        square = (finite * (centred - mean) ** 2).sum(axis=0)
        return np.where(count > 1, np.sqrt(square / (count - 1)), np.nan)
