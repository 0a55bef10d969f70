"""The value at which rivals tie: how far each link would have to move."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy.special import expit

from bayes_trace.guards import guarded
from bayes_trace.likelihood import Links, cluster_weight, effective_likelihood, effective_number
from bayes_trace.likelihood.links import FACT
from bayes_trace.scales import log_to_db
from bayes_trace.sensitivity.arrays import Array, Arrays, Flags, Index, find_hypothesis, open_arrays
from bayes_trace.sensitivity.registry import Question, register

__all__ = ["tipping_points"]

#: a root in a cluster is looked for this far (nats) about the ratio as coded, in so many refinements
REACH, POINTS, LOOKS = 40.0, 65, 12


@guarded
def tipping_points(
    evidence: xr.Dataset, *, target: str | None = None, coder: str | None = None
) -> xr.Dataset:
    """The likelihood ratio of each item at which leader and rival would tie.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    target
        A hypothesis to take in the place of the leader, whether it leads or not.
    coder
        By default the base coder.

    Returns
    -------
    Dataset over ``link`` and ``rival``: ``ratio`` and ``ratio_db``, target : rival as coded, of the effective
    likelihood; ``tipping_ratio`` and ``tipping_db``, the value at which the two would tie, all else as it is,
    LR x odds^(-1 / kappa); ``distance`` = tipping_db - ratio_db. Where no value that the item could have
    would do, the tipping point is 0 or infinite (minus or plus infinity dB): a report stays between f/r and
    r/f, an absence between 1 - d and 1 / (1 - d). ``attainable_low`` and ``attainable_high`` are those limits in
    dB. Missing for the target itself. In a discounted cluster the weight of all members moves with the ratio.

    Raises
    ------
    UnknownNameError
        For an unknown hypothesis or coder.

    References
    ----------
    Good (1950), on odds; Schum (1994) on the limits of reports.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.5, "B": 0.25}}
    >>> tip = tipping_points(bt.compile_evidence(bt.from_table(table)))
    >>> round(float(tip.tipping_ratio.sel(link="memo@episode", rival="B").item()), 3)
    0.5
    """
    arrays = open_arrays(evidence, coder)
    of = arrays.leader if target is None else np.full(len(arrays.episodes), find_hypothesis(arrays, target))
    own = arrays.links_against(arrays.rows, of)
    tip = _where_they_tie(arrays, of, own)
    low, high = _attainable(arrays, of)
    tip = np.where(tip < low - 1e-12, -np.inf, np.where(tip > high + 1e-12, np.inf, tip))
    itself = np.arange(tip.shape[1]) == of[arrays.episode_index][:, None]
    with np.errstate(invalid="ignore"):
        parts = {
            "ratio_db": log_to_db(own),
            "tipping_db": log_to_db(tip),
            "distance": log_to_db(np.where(own == tip, 0.0, tip - own)),
            "attainable_low": log_to_db(low),
            "attainable_high": log_to_db(high),
        }
    dims = ("link", "rival")
    with np.errstate(over="ignore"):
        ratios = {"ratio": np.exp(own), "tipping_ratio": np.exp(tip)}
    hidden = {name: np.where(itself, np.nan, values) for name, values in (ratios | parts).items()}
    units = {name: {"units": "1" if name in ratios else "dB"} for name in hidden}
    return xr.Dataset(
        {name: (dims, values, units[name]) for name, values in hidden.items()},
        {
            **arrays.coords("link"),
            "rival": arrays.hypotheses,
            "target": ("link", arrays.names(of)[arrays.episode_index]),
        },
        arrays.attrs,
    )


def _where_they_tie(arrays: Arrays, of: Index, own: Array) -> Array:
    """Log ratios target : rival (link, rival) at which target and rival would be level."""
    rest = _all_else(arrays, of)
    tip = -rest / arrays.kappa[:, None]
    for link in np.flatnonzero(_tied(arrays)):
        target = of[arrays.episode_index[link]]
        cluster = _Cluster.of(arrays, int(link), int(target))
        for rival in range(own.shape[1]):
            if rival != target and np.isfinite(own[link, rival]) and np.isfinite(rest[link, rival]):
                tip[link, rival] = cluster.tie(rival, own[link, rival], rest[link, rival])
    return tip


def _tied(arrays: Arrays) -> Flags:
    """Links that share a discounted cluster with another: moving one moves the weight of all."""
    structure = arrays.structure
    rho = expit(np.append(arrays.point.correlation[:, 0], -np.inf))[structure.cluster]
    key = structure.episode * (structure.cluster.max(initial=-1) + 2) + structure.cluster
    member = (structure.cluster >= 0) & structure.spoken
    _, place = np.unique(key, return_inverse=True)
    size = np.bincount(place, weights=member)
    return np.asarray(member & (rho > 0) & (size[place] > 1))


@dataclass(frozen=True)
class _Cluster:
    """A link among the members of its cluster on one episode."""

    structure: Links
    correlation: Array
    rows: Array
    #: place of the link among the members, and the target hypothesis
    link: int
    target: int

    @staticmethod
    def of(arrays: Arrays, link: int, target: int) -> _Cluster:
        """The members that stand with a link."""
        whole = arrays.structure
        same = (whole.cluster == whole.cluster[link]) & (whole.episode == whole.episode[link])
        members = np.flatnonzero(same)
        structure, point, _ = arrays.take(members)
        place = int(np.searchsorted(members, link))
        return _Cluster(structure, point.correlation, arrays.rows[members], place, target)

    def gap(self, rival: int, ratio: Array) -> Array:
        """Weighted log-odds target : rival of all members, the link at these log ratios."""
        rows = np.repeat(self.rows[..., None], ratio.size, axis=-1)
        rows[self.link, self.target] = rows[self.link, rival] + ratio
        kappa = cluster_weight(self.structure, effective_number(self.structure, rows), self.correlation)
        with np.errstate(invalid="ignore"):
            each = rows[:, self.target] - rows[:, rival]
        return np.asarray((kappa * np.where(np.isfinite(each), each, 0.0)).sum(axis=0))

    def tie(self, rival: int, own: float, rest: float) -> float:
        """The log ratio nearest to `own` at which the members cancel all else; `rest` is without the link.

        The weight of a cluster depends on the ratio that moves, so the root is searched, ever closer.
        """
        kappa = cluster_weight(
            self.structure, effective_number(self.structure, self.rows[..., None]), self.correlation
        )
        others = float(self.gap(rival, np.array([own]))[0] - kappa[self.link, 0] * own)
        outside = rest - others
        reach = REACH + 2 * abs(rest)
        low, high = own - reach, own + reach
        for _ in range(LOOKS):
            at = np.linspace(low, high, POINTS)
            value = outside + self.gap(rival, at)
            turns = np.flatnonzero(np.sign(value[:-1]) * np.sign(value[1:]) <= 0)
            if not turns.size:
                return float(-np.inf if value[0] > 0 else np.inf)
            nearest = turns[np.abs(at[turns] + at[turns + 1] - 2 * own).argmin()]
            low, high = at[nearest], at[nearest + 1]
        return float((low + high) / 2)


def _all_else(arrays: Arrays, of: Index) -> Array:
    """Log-odds target : rival (link, rival) from all but the link itself, at the weights that links have.

    Infinities are counted apart, so that an item's own can be taken away again.
    """
    own = arrays.links_against(arrays.weighted, of)
    finite = np.where(np.isfinite(own), own, 0.0)
    prior = arrays.against(arrays.log_prior, of)
    rest = (prior + arrays.sum(finite))[arrays.episode_index] - finite
    for sign in (1.0, -1.0):
        endless = (own == sign * np.inf).astype(np.float64)
        others = arrays.sum(endless)[arrays.episode_index] - endless
        with np.errstate(invalid="ignore"):  # both ruled out by others: no ratio would settle it
            rest = np.where(others > 0, rest + sign * np.inf, rest)
    return rest


def _attainable(arrays: Arrays, of: Index) -> tuple[Array, Array]:
    """Least and greatest log ratio target : rival (link, rival) that the effective likelihood can take."""
    least, most = _limits(arrays)
    mine = of[arrays.episode_index][:, None]
    with np.errstate(invalid="ignore"):
        low = np.take_along_axis(least, mine, axis=1) - most
        high = np.take_along_axis(most, mine, axis=1) - least
    return np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)


def _limits(arrays: Arrays) -> tuple[Array, Array]:
    """Least and greatest effective log-likelihood (link, hypothesis), whatever is coded.

    What an item or an event says is between its values at certainty, a ratio between infinities; a reading has no limits.
    """
    structure, point = arrays.structure, arrays.point
    ends = [
        effective_likelihood(structure, replace(point, location=np.full_like(point.location, end)))[..., 0]
        for end in (-np.inf, np.inf)
    ]
    free = structure.kind == FACT
    least, most = np.minimum(*ends), np.maximum(*ends)
    least[free], most[free] = -np.inf, np.inf
    return least, most


register(
    Question("tipping_points", lambda asked: tipping_points(asked.evidence, coder=asked.coder), place=91)
)
