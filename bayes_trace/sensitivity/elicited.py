"""Final rows of one episode at any values of what was elicited, many at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.special import expit, log_expit, logsumexp

from bayes_trace.scales import db_to_log
from bayes_trace.sensitivity.ledger import Array, Flags, Index, Ledger

__all__ = ["Deviates", "Elicited", "Quantity", "elicited", "stated_spreads"]


@dataclass(frozen=True)
class Quantity:
    """Numbers x = location + (low if z < 0 else high) z, on their scale."""

    location: Array
    low: Array
    high: Array

    @property
    def ranged(self) -> Flags:
        """Which have a range."""
        return (self.low > 0) | (self.high > 0)

    def at(self, z: Array) -> Array:
        """Values at deviates that broadcast against them."""
        return np.asarray(self.location + np.where(z < 0, self.low, self.high) * z)


@dataclass(frozen=True)
class Deviates:
    """Standard deviates, a batch in front of each.

    One deviate moves a rate, a detection or a correlation under every hypothesis.
    """

    #: (batch, link, option, hypothesis)
    location: Array
    #: (batch, source)
    hit: Array
    false_report: Array
    #: (batch, link)
    detection: Array
    #: (batch, cluster)
    correlation: Array


@dataclass(frozen=True)
class Elicited:
    """One coder's numbers for the links of one episode."""

    #: place of each link in the compiled evidence
    links: Index
    log_prior: Array
    location: Quantity
    hit: Quantity
    false_report: Quantity
    detection: Quantity
    correlation: Quantity
    is_ratio: Flags
    absent: Flags
    source: Index
    #: fact that each link turns on, -1 for none
    reading: Index
    option_probability: Array
    cluster: Index
    #: members of its cluster that speak, 1 where the link weighs in full whatever the correlation
    company: Array

    def zeros(self, batch: int) -> Deviates:
        """Deviates at the stated best values."""
        return Deviates(
            location=np.zeros((batch, *self.location.location.shape)),
            hit=np.zeros((batch, self.hit.location.shape[0])),
            false_report=np.zeros((batch, self.hit.location.shape[0])),
            detection=np.zeros((batch, self.links.size)),
            correlation=np.zeros((batch, self.correlation.location.size)),
        )

    def rows(self, z: Deviates) -> Array:
        """Log-likelihoods (batch, link, hypothesis), before weights."""
        with np.errstate(divide="ignore", over="ignore"):
            log_q = self._found(self._traces(z), z)
        rows = log_q[:, :, 0].copy()
        for fact in np.unique(self.reading[self.reading >= 0]):
            group = np.flatnonzero(self.reading == fact)
            rows[:, group] = self._read_together(log_q[:, group], self.option_probability[fact])
        return rows

    def kappa(self, z: Deviates) -> Array:
        """Weights (batch, link)."""
        rho = expit(self.correlation.at(z.correlation))
        rho = np.concatenate([rho, np.zeros((rho.shape[0], 1))], axis=1)
        return np.asarray(1.0 / (1.0 + (self.company - 1.0) * rho[:, self.cluster]))

    def _traces(self, z: Deviates) -> Array:
        x = self.location.at(z.location)
        log_q = np.where(self.is_ratio[:, None, None], db_to_log(x), log_expit(x))
        if (reported := self.source >= 0).any():
            at = self.source[reported]
            r = expit(self.hit.at(z.hit[..., None]))[:, at, None]
            f = expit(self.false_report.at(z.false_report[..., None]))[:, at, None]
            p = expit(x[:, reported])
            log_q[:, reported] = np.log(r * p + f * (1 - p))
        return log_q

    def _found(self, log_q: Array, z: Deviates) -> Array:
        if (out := self.absent).any():
            d = expit(self.detection.at(z.detection[..., None]))[:, out, None]
            log_q[:, out] = np.log1p(-d * np.exp(log_q[:, out]))
        return log_q

    def _read_together(self, log_q: Array, weight: Array) -> Array:
        """Rows (batch, link, hypothesis) of links that turn on one fact: each given those before it."""
        used = weight > 0
        so_far = np.cumsum(log_q[:, :, used], axis=1)
        level = logsumexp(so_far + self.log_prior, axis=-1, keepdims=True)
        joint = logsumexp(so_far - level + np.log(weight[used])[:, None], axis=2)
        return np.diff(joint, axis=1, prepend=0.0)


def elicited(ledger: Ledger, episode: int) -> Elicited:
    """What was elicited for the coded links of one episode."""
    ev = ledger.evidence
    links = ledger.links(episode)
    links = links[ev["coded"].values[0, links]]
    read = ev["read"].values[0, links]
    company = ledger.company(np.asarray(ev["cluster_index"].values)).astype(np.float64)
    return Elicited(
        links=links,
        log_prior=ledger.log_prior[episode],
        location=_quantity(ev, "", links),
        hit=_quantity(ev, "hit_"),
        false_report=_quantity(ev, "false_report_"),
        detection=_quantity(ev, "detection_", links),
        correlation=_quantity(ev, "correlation_"),
        is_ratio=ev["is_ratio"].values[0, links],
        absent=ev["absent"].values[links],
        source=ev["source_index"].values[links],
        reading=np.where(read, ev["reading_index"].values[links], -1),
        option_probability=ev["option_probability"].values,
        cluster=ev["cluster_index"].values[links],
        company=np.where(ledger.speaks, company, 1.0)[links],
    )


def _quantity(evidence: xr.Dataset, name: str, links: Index | None = None) -> Quantity:
    parts = []
    for part in ("location", "spread_low", "spread_high"):
        values = evidence[f"{name}{part}"].values
        values = values if name else values[0]
        parts.append(values if links is None else values[links])
    return Quantity(*parts)


def stated_spreads(ledger: Ledger) -> tuple[Array, Array]:
    """Low and high spreads (link, option, hypothesis) as stated: ratios against their reference.

    In the compiled evidence the reference of a ratio carries half the smallest variance, so that the stated
    ranges hold for differences (design.md, section 4). Here it stands still, and the others have it all.
    """
    at, low, high = (ledger.evidence[name].values[0] for name in ("location", "spread_low", "spread_high"))
    low, high = low.copy(), high.copy()
    for cell in np.argwhere(ledger.evidence["is_ratio"].values[0][:, None] & (at == 0).any(axis=-1)):
        place = tuple(cell)
        low[place], high[place] = _against_reference(at[place], low[place], high[place])
    return low, high


def _against_reference(at: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Spreads of the differences to the reference: at 0 dB, with the smallest share that any other has left."""
    for name in np.flatnonzero(at == 0):
        others = np.arange(at.size) != name
        if np.isclose(high[name], low[others].min()) and np.isclose(low[name], high[others].min()):
            wide_low, wide_high = np.hypot(low, high[name]), np.hypot(high, low[name])
            wide_low[name] = wide_high[name] = 0.0
            return wide_low, wide_high
    return low, high
