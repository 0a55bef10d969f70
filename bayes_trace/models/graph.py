"""The final rows of every link as a graph: ranges, coders, reports, absence, readings, clusters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pymc as pm
import pytensor.sparse as ps
import pytensor.tensor as pt
import scipy.sparse
import xarray as xr
from scipy.special import expit

from bayes_trace.models.base import EvidenceModel, Tensor
from bayes_trace.models.cells import Table
from bayes_trace.models.coders import pooled_values
from bayes_trace.models.layout import Layout
from bayes_trace.scales import NATS_PER_DB

__all__ = ["Rows", "build_rows", "gather", "log_sum", "spread_out", "sum_by_episode"]

#: kept away from log 0 where a certain item was certain to be found
BARELY = -1e-300


@dataclass(frozen=True)
class Rows:
    """Log-likelihoods (link, hypothesis) before weights, and the weight of each link."""

    rows: Tensor
    #: kappa times exponent, (link,)
    weight: Tensor
    #: log detection of links searched for in vain, None where there are none
    log_detection: Tensor


def spread_out(model: EvidenceModel, name: str, table: Table, *, shared: bool = True) -> Tensor:
    """Elicited numbers as a tensor, their deviates as one free vector."""
    if not table.is_uncertain:
        return model.data(f"{name}_table", table.location)
    location, low, high = model.layers(f"{name}_table", table.location, table.low, table.high)
    z = gather(deviates(model, name, table, shared=shared), table)
    return location + pt.switch(z < 0, low, high) * z


def log_expit(x: Tensor) -> Tensor:
    """Logarithm of the probability whose logit is x."""
    return -pt.softplus(-x)


def log_sum(x: Tensor) -> Tensor:
    """Logarithm of the sum of exponentials along the last axis.

    Hidden in a log1p it is left as it is: PyTensor's own form has a gradient that is compiled as a
    graph of its own, for seconds.
    """
    top = x.max(axis=-1, keepdims=True)
    return pt.log1p(pt.exp(x - top).sum(axis=-1) - 1.0) + top[..., 0]


def deviates(model: EvidenceModel, name: str, table: Table, *, shared: bool) -> Tensor:
    """One standard normal per slot of a table."""
    model.add_coord(f"{name}_deviate", table.names)
    return model.normal(f"{name}_noise", 1.0, (f"{name}_deviate",), shared=shared)


def gather(z: Tensor, table: Table) -> Tensor:
    """Deviates in the shape of a table, 0 where a number is a point."""
    if np.array_equal(table.slot.ravel(), np.arange(len(table.names))):
        return z.reshape(table.slot.shape)
    padded = pt.concatenate([z, np.zeros(1)])
    return padded[table.slot.ravel()].reshape(table.slot.shape)


def sum_by_episode(layout: Layout, rows: Tensor, weight: Tensor) -> Tensor:
    """Weighted sum of rows (link, ...) by episode: one sparse product."""
    n_links, n_episodes = layout.episode_index.size, layout.evidence.sizes["episode"]
    if not n_links:
        return pt.zeros((n_episodes, layout.evidence.sizes["hypothesis"]))
    sums = scipy.sparse.csr_matrix(
        (np.ones(n_links), (layout.episode_index, np.arange(n_links))), shape=(n_episodes, n_links)
    )
    return ps.structured_dot(ps.as_sparse_variable(sums), rows * weight[:, None])


def build_rows(model: EvidenceModel, layout: Layout, log_prior: Tensor, *, turn_absent: bool = False) -> Rows:
    """Rows of all links, in the order of the layout.

    With a model of the data absent items are turned where what was found is known, unless
    `turn_absent`.
    """
    x = _values(model, layout)
    log_q = log_expit(x)
    if layout.unit_ratio.any():
        log_q = pt.switch(layout.unit_ratio[:, None], x * NATS_PER_DB, log_q)
    log_q = _reported(model, layout, x, log_q)
    log_d = _log_detection(model, layout)
    if layout.without_data_model or turn_absent:
        log_q = _turned(layout, log_q, log_d)
    rows = log_q[: layout.n_plain]
    if layout.n_read:
        rows = pt.concatenate([rows, _over_readings(model, layout, log_q[layout.n_plain :], log_prior)])
    return Rows(rows, _weight(model, layout), log_d)


def _values(model: EvidenceModel, layout: Layout) -> Tensor:
    if len(layout.codings.coders) == 1:
        return spread_out(model, "item", layout.items, shared=False)
    z = gather(deviates(model, "item", layout.items, shared=False), layout.items)
    return pooled_values(model, layout, z)


def _reported(model: EvidenceModel, layout: Layout, x: Tensor, log_q: Tensor) -> Tensor:
    units = np.flatnonzero(layout.unit_report >= 0)
    if not units.size:
        return log_q
    at = layout.unit_report[units]
    hit = spread_out(model, "hit", layout.hit)
    false = spread_out(model, "false_report", layout.false_report)
    report = pt.logaddexp(
        log_expit(hit)[at] + log_expit(x[units]),
        log_expit(false)[at] + log_expit(-x[units]),
    )
    _keep_rates(model, layout, {"hit": hit, "false_report": false})
    return pt.set_subtensor(log_q[units], report)


def _keep_rates(model: EvidenceModel, layout: Layout, values: dict[str, Tensor]) -> None:
    """Show uncertain rates on their own scale."""
    for name, value in values.items():
        table: Table = getattr(layout, name)
        if table.is_uncertain:
            rows = np.flatnonzero((table.slot >= 0).any(axis=1))
            shown = pm.math.sigmoid(value[rows])
            dims: tuple[str, ...] = (f"{name}_deviate", model.rivals)
            if name == "correlation":
                shown, dims = shown[:, 0], dims[:1]
            model.keep(name, shown, dims, judge=True)
            model.record.derived[name] = partial(_rate_of, name=name, table=table, dims=dims)


def _rate_of(draws: xr.Dataset, *, name: str, table: Table, dims: tuple[str, ...]) -> xr.DataArray:
    """An uncertain rate from draws of its deviate, as in `spread_out`."""
    rows = np.flatnonzero((table.slot >= 0).any(axis=1))
    z = np.concatenate([draws[f"{name}_noise"].values, np.zeros((*draws[f"{name}_noise"].shape[:2], 1))], -1)
    z = z[..., table.slot[rows]]
    rate = expit(table.location[rows] + np.where(z < 0, table.low[rows], table.high[rows]) * z)
    if len(dims) == 1:
        return xr.DataArray(rate[..., 0], dims=("chain", "draw", *dims))
    return xr.DataArray(rate, dims=("chain", "draw", *dims))


def _log_detection(model: EvidenceModel, layout: Layout) -> Tensor:
    if not (layout.link_search >= 0).any():
        return None
    detection = spread_out(model, "detection", layout.detection)
    _keep_rates(model, layout, {"detection": detection})
    return log_expit(detection)


def _turned(layout: Layout, log_q: Tensor, log_d: Tensor) -> Tensor:
    """1 - d q where an item was searched for in vain."""
    search = layout.link_search[layout.unit_link]
    units = np.flatnonzero(search >= 0)
    if not units.size:
        return log_q
    seen = pt.minimum(log_q[units] + log_d[search[units]], BARELY)
    return pt.set_subtensor(log_q[units], pt.log1mexp(seen))


def _over_readings(model: EvidenceModel, layout: Layout, log_q: Tensor, log_prior: Tensor) -> Tensor:
    """Sum readings out; links that turn on one fact share what they say only jointly."""
    n, options = layout.n_read, layout.n_options
    log_q = log_q.reshape((n, options, -1))
    prior = log_prior[layout.episode_index[layout.n_plain :]][:, None, :]
    weight = pt.log(pt.maximum(model.data("option_probability", layout.option_weight), 1e-300))

    def read(log_likelihood: Tensor) -> Tensor:
        level = pt.logsumexp(log_likelihood + prior, axis=-1, keepdims=True)
        return pt.logsumexp(log_likelihood - level + weight[:, :, None], axis=1)

    alone = read(log_q)
    first, second = layout.group_pairs.T
    if first.size == n:  # every fact has one link
        return alone
    members = ps.as_sparse_variable(
        scipy.sparse.csr_matrix((np.ones(first.size), (first, second)), shape=(n, n))
    )
    joint = read(ps.structured_dot(members, log_q.reshape((n, -1))).reshape(log_q.shape))
    return alone + layout.group_share[:, None] * (joint - ps.structured_dot(members, alone))


def _weight(model: EvidenceModel, layout: Layout) -> Tensor:
    kappa = model.data("kappa", layout.kappa)
    links = np.flatnonzero(layout.link_cluster >= 0)
    if links.size:
        correlation = spread_out(model, "correlation", layout.correlation)
        _keep_rates(model, layout, {"correlation": correlation})
        rho = pm.math.sigmoid(correlation)[layout.link_cluster[links], 0]
        company = model.data("company", layout.company[links])
        kappa = pt.set_subtensor(kappa[links], 1.0 / (1.0 + company * rho))
    return kappa * layout.exponent
