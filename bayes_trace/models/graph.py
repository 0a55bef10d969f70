"""Effective likelihoods of every link as a graph: ranges, coders, reports, absence, readings, events."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pymc as pm
import pytensor.sparse as ps
import pytensor.tensor as pt
import scipy.sparse

from bayes_trace.likelihood import kernel
from bayes_trace.likelihood.links import EVENT, FACT, ITEM
from bayes_trace.models.base import EvidenceModel, Tensor
from bayes_trace.models.cells import Table, rate_of
from bayes_trace.models.coders import pooled_values
from bayes_trace.models.layout import Layout
from bayes_trace.models.numbers import PYTENSOR
from bayes_trace.models.reports import ANSWERED, DENIED, SILENT, YES
from bayes_trace.scales.units import NATS_PER_DB

__all__ = ["Rows", "build_rows", "gather", "level_of_ratios", "spread_out", "sum_by_episode"]

Index = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """Effective log-likelihoods (link, hypothesis), and the weight of each link."""

    rows: Tensor
    #: kappa times exponent, (link,)
    weight: Tensor
    #: logits of the detection of what was searched for in vain, None where nothing was
    detection: Tensor


@dataclass(frozen=True)
class Rates:
    """Logits of the rates of sources (source, hypothesis); None where there are none."""

    hit: Tensor
    false_report: Tensor
    denial_if_true: Tensor
    denial_if_false: Tensor


def spread_out(model: EvidenceModel, name: str, table: Table, *, shared: bool = True) -> Tensor:
    """Elicited numbers as a tensor, their deviates as one free vector."""
    if not table.is_uncertain:
        return model.data(f"{name}_table", table.location)
    location, low, high = model.layers(f"{name}_table", table.location, table.low, table.high)
    z = gather(deviates(model, name, table, shared=shared), table)
    return kernel.two_piece(PYTENSOR, location, low, high, z)


def deviates(model: EvidenceModel, name: str, table: Table, *, shared: bool) -> Tensor:
    """One standard normal per slot of a table."""
    model.add_coord(f"{name}_deviate", table.names)
    return model.normal(f"{name}_noise", 1.0, (f"{name}_deviate",), shared=shared)


def gather(z: Tensor, table: Table) -> Tensor:
    """Deviates in the shape of a table, 0 where a number is a point; those of ratios against their reference."""
    ratios = (table.common >= 0).any()
    if not ratios and np.array_equal(table.slot.ravel(), np.arange(len(table.names))):
        return z.reshape(table.slot.shape)
    padded = pt.concatenate([z, np.zeros(1)])
    own = padded[table.slot.ravel()].reshape(table.slot.shape)
    if not ratios:
        return own
    joined = kernel.joined(own, padded[table.common][:, None])
    return pt.switch((table.common >= 0)[:, None], joined, own)


def sum_by_episode(layout: Layout, rows: Tensor, weight: Tensor) -> Tensor:
    """Weighted sum of rows (link, ...) by episode: one sparse product."""
    n_links, n_episodes = layout.episode_index.size, layout.evidence.sizes["episode"]
    if not n_links:
        return pt.zeros((n_episodes, layout.evidence.sizes["hypothesis"]))
    sums = scipy.sparse.csr_matrix(
        (np.ones(n_links), (layout.episode_index, np.arange(n_links))), shape=(n_episodes, n_links)
    )
    return ps.structured_dot(ps.as_sparse_variable(sums), rows * weight[:, None])


def level_of_ratios(layout: Layout, rows: Rows) -> Tensor:
    """Logarithm of the even mean, over hypotheses as written, of what ratios say of each episode."""
    if not layout.relative.any():
        return pt.zeros(layout.evidence.sizes["episode"])
    ratios = sum_by_episode(layout, rows.rows, rows.weight * layout.relative)
    held = np.flatnonzero(layout.written > 0)
    return PYTENSOR.log_sum(ratios[:, held] + np.log(layout.written[held]), -1)


def build_rows(model: EvidenceModel, layout: Layout, *, turn_absent: bool = False) -> Rows:
    """Rows of all links, in the order of the layout.

    With a model of the data absent items are turned where what was found is known, unless
    `turn_absent`.
    """
    x = _values(model, layout)
    rates, detection = _rates(model, layout), _detection(model, layout)
    log_q = PYTENSOR.log_expit(x)
    if layout.slot_ratio.any():
        log_q = pt.switch(layout.slot_ratio[:, None], x * NATS_PER_DB, log_q)
    slots = np.flatnonzero(layout.slot_source >= 0)
    if slots.size:
        hit, false = (rate[layout.slot_source[slots]] for rate in (rates.hit, rates.false_report))
        log_q = pt.set_subtensor(log_q[slots], kernel.report(PYTENSOR, x[slots], hit, false))
    slots = np.flatnonzero(layout.slot_search >= 0)
    if slots.size and (layout.without_data_model or turn_absent):
        vain = kernel.absent(PYTENSOR, log_q[slots], detection[layout.slot_search[slots]])
        log_q = pt.set_subtensor(log_q[slots], vain)
    weight = model.data("kappa", layout.kappa) * layout.exponent
    return Rows(_by_link(model, layout, (x, log_q), (rates, detection)), weight, detection)


def _values(model: EvidenceModel, layout: Layout) -> Tensor:
    if len(layout.codings.coders) == 1:
        return spread_out(model, "item", layout.items, shared=False)
    z = gather(deviates(model, "item", layout.items, shared=False), layout.items)
    return pooled_values(model, layout, z)


def _rates(model: EvidenceModel, layout: Layout) -> Rates:
    tables = {name: getattr(layout, name) for name in Rates.__annotations__}
    values = {name: spread_out(model, name, t) if t.slot.size else None for name, t in tables.items()}
    _keep_rates(model, layout, values)
    return Rates(**values)


def _detection(model: EvidenceModel, layout: Layout) -> Tensor:
    if not layout.detection.slot.size:
        return None
    detection = spread_out(model, "detection", layout.detection)
    _keep_rates(model, layout, {"detection": detection})
    return detection


def _keep_rates(model: EvidenceModel, layout: Layout, values: dict[str, Tensor]) -> None:
    """Show uncertain rates on their own scale."""
    for name, value in values.items():
        table: Table = getattr(layout, name)
        if table.is_uncertain:
            rows = np.flatnonzero((table.slot >= 0).any(axis=1))
            dims = (f"{name}_deviate", model.rivals)
            model.keep(name, pm.math.sigmoid(value[rows]), dims, judge=True)
            model.record.derived[name] = partial(rate_of, name=name, table=table, dims=dims)


def _by_link(
    model: EvidenceModel, layout: Layout, slots: tuple[Tensor, Tensor], shared: tuple[Rates, Tensor]
) -> Tensor:
    """Items as they are, facts read, events attested to."""
    x, log_q = slots
    items, facts, events = ((layout.kind == kind).sum() for kind in (ITEM, FACT, EVENT))
    if not facts and not events:
        return log_q
    blocks = [log_q[:items]] if items else []
    if facts:
        blocks.append(_read(model, layout, log_q[items : items + layout.read_at.size]))
    if events:
        blocks.append(_attested(model, layout, x[items + layout.read_at.size :], shared))
    return pt.concatenate(blocks) if len(blocks) > 1 else blocks[0]


def _read(model: EvidenceModel, layout: Layout, log_q: Tensor) -> Tensor:
    """Sum over the readings of each fact, all its items together."""
    weight = model.data("option_log_weight", layout.option_log_weight)
    shape = (*layout.option_log_weight.shape, layout.evidence.sizes["hypothesis"])
    cells, slots = shape[0] * shape[1], layout.read_at.size
    if not np.array_equal(layout.read_at, np.arange(cells)):
        together = scipy.sparse.csr_matrix(
            (np.ones(slots), (layout.read_at, np.arange(slots))), shape=(cells, slots)
        )
        log_q = ps.structured_dot(ps.as_sparse_variable(together), log_q)
    return kernel.read(PYTENSOR, log_q.reshape(shape), weight[:, :, None], 1)


def _attested(model: EvidenceModel, layout: Layout, x: Tensor, shared: tuple[Rates, Tensor]) -> Tensor:
    """Sum over whether each event happened."""
    rates, detection = shared
    pairs = (rates.hit, rates.denial_if_true), (rates.false_report, rates.denial_if_false)
    rho = model.data("agreement", layout.reports.agreement[:, None]) if layout.reports.correlated else None
    given = [_told(layout, *pair, detection, rho) for pair in pairs]
    return kernel.attest(PYTENSOR, x, *given)


def _told(layout: Layout, rate: Tensor, denial: Tensor, detection: Tensor, rho: Tensor) -> Tensor:
    """Log P(reports | e) of every event, e being what the rates are given."""
    reports = layout.reports
    blocks = []
    for said in (YES, ANSWERED, DENIED, SILENT):
        those = reports.that_said(said)
        if those.size:
            blocks.append(_log_p(layout, said, those, (rate, denial, detection)))
    log_p = pt.concatenate([*blocks, pt.zeros((1, layout.evidence.sizes["hypothesis"]))])
    each = log_p[reports.at.ravel()].reshape((*reports.at.shape, layout.evidence.sizes["hypothesis"]))
    product = each.sum(axis=1)
    if rho is None:
        return product
    yes = np.append(reports.said == YES, False)[reports.at][..., None]
    no = np.append(reports.said != YES, False)[reports.at][..., None]
    least = pt.switch(yes, pt.exp(each), 1.0).min(axis=1)
    most = pt.switch(no, -pt.expm1(each), 0.0).max(axis=1)
    return kernel.agree(PYTENSOR, product, least - most, rho)


def _log_p(layout: Layout, said: int, those: Index, numbers: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """Log P(report | e) of the reports that said so."""
    rate, denial, detection = numbers
    source = layout.reports.source[those]
    if said == SILENT:
        searched = detection[layout.reports.search[those]]
        return kernel.absent(PYTENSOR, PYTENSOR.log_expit(rate[source]), searched)
    if said == DENIED:
        return PYTENSOR.log_expit(denial[source])
    return PYTENSOR.log_expit(rate[source] if said == YES else -rate[source])
