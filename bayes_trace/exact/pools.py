"""Pooling of coders: the log pool, and a coder's gaps filled from the others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.exact.coherent import coherent_rows
from bayes_trace.likelihood import cluster_weight, effective_number
from bayes_trace.likelihood.links import best_point, links_of

__all__ = ["coherent_pool", "fill_gaps", "log_pool", "voices"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def log_pool(evidence: xr.Dataset, *, share: Array | None = None) -> xr.Dataset:
    """One coder in the place of all: effective log-likelihoods averaged link by link over those who coded it.

    `share` holds the weights of the coders; by default every witness weighs the same. Effective numbers of clusters
    are those of the pooled rows. A coder who passed a link over has no voice on it.

    References
    ----------
    Genest and Zidek (1986), on the logarithmic opinion pool.
    """
    coded = evidence["coded"].any("coder").values[None]
    return _with_rows(evidence.isel(coder=[0]), _pooled(evidence, share)[None], coded).assign(
        is_ratio=(evidence["is_ratio"] & evidence["coded"]).any("coder").expand_dims("coder")
    )


def coherent_pool(evidence: xr.Dataset) -> xr.Dataset:
    """One coder in the place of all: the coherent likelihoods nearest to those of all, see `coherent_rows`."""
    coded = evidence["coded"].any("coder").values[None]
    rows = coherent_rows(evidence, voices(evidence, spoken_by_coder(evidence)))
    return _with_rows(evidence.isel(coder=[0]), rows[None], coded)


def fill_gaps(evidence: xr.Dataset, *, share: Array | None = None) -> xr.Dataset:
    """Every coder, with the log pool of the others where a link was passed over."""
    own = spoken_by_coder(evidence)
    rows = np.where(own[..., None], evidence["log_likelihood"].values, _pooled(evidence, share))
    coded = np.broadcast_to(evidence["coded"].any("coder").values, evidence["coded"].shape)
    return _with_rows(evidence, rows, coded)


def spoken_by_coder(evidence: xr.Dataset) -> Flags:
    """Which links (coder, link) each coder has coded."""
    each = [links_of(evidence, coder).spoken for coder in range(evidence.sizes["coder"])]
    return np.array(each, dtype=bool).reshape(len(each), evidence.sizes["link"])


def voices(evidence: xr.Dataset, spoken: Flags, *, share: Array | None = None) -> Array:
    """Weight of every coder (coder, ...) among those who spoke: as `share` says, or witnesses weigh the same.

    Of coders who are one witness each has a part: coders of kind model are one unless the set says otherwise.
    """
    if share is None:
        weight = np.zeros(spoken.shape)
        names = evidence["witness"].values if "witness" in evidence.coords else evidence["coder"].values
        for witness in dict.fromkeys(names.tolist()):
            own = np.flatnonzero(names == witness)
            weight[own] = spoken[own] / np.maximum(spoken[own].sum(axis=0), 1)
    else:
        weight = spoken * share.reshape(-1, *[1] * (spoken.ndim - 1))
    total = weight.sum(axis=0)
    return np.asarray(weight / np.where(total > 0, total, 1.0))


def _pooled(evidence: xr.Dataset, share: Array | None) -> Array:
    """Weighted mean over the coders who coded a link; 0 where nobody did."""
    spoken = spoken_by_coder(evidence)
    weight = voices(evidence, spoken, share=share)[..., None]
    return np.asarray((np.where(weight > 0, evidence["log_likelihood"].values, 0.0) * weight).sum(axis=0))


def _with_rows(evidence: xr.Dataset, rows: Array, coded: Flags) -> xr.Dataset:
    """The evidence with these log-likelihoods, and with weights in clusters that follow from them."""
    numbers, weights = [], []
    for coder in range(evidence.sizes["coder"]):
        links, point = links_of(evidence, coder), best_point(evidence, coder)
        k = effective_number(links, rows[coder][..., None], coded[coder][:, None])
        numbers.append(k[:, 0])
        weights.append(cluster_weight(links, k, point.correlation)[:, 0])
    return evidence.assign(
        log_likelihood=(("coder", "link", "hypothesis"), rows),
        effective_number=(("coder", "link"), np.array(numbers)),
        kappa=(("coder", "link"), np.array(weights)),
        coded=(("coder", "entry"), coded),
    )
