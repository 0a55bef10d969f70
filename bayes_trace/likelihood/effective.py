"""Effective likelihoods: what each link says of each hypothesis after reports, absence, readings and events.

Arrays end in a dimension ``variant`` (see `Point`): draws, scenarios or subsets are computed side by side.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bayes_trace.likelihood import kernel
from bayes_trace.likelihood.kernel import NUMPY
from bayes_trace.likelihood.links import EVENT, FACT, ITEM, REPORT, Links, Point
from bayes_trace.scales import db_to_log, expit

__all__ = [
    "cluster_weight",
    "combined",
    "core_log_mean",
    "effective_likelihood",
    "effective_number",
    "option_log_weight",
    "trace_likelihood",
]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
#: log-likelihoods closer than this are the same: the link does not discriminate
FLAT = 1e-9


def trace_likelihood(links: Links, point: Point, *, searched: bool = True) -> Array:
    """Log-likelihood of every entry by itself, its report and its absence taken into account.

    Parameters
    ----------
    links, point
        Structure and numbers.
    searched
        Whether absent items count as searched for in vain, or as if they had been found.

    Returns
    -------
    Nats (entry, option, hypothesis, variant); what stands for reports of an event is not looked at.
    """
    x = point.location
    log_q: Array = NUMPY.log_expit(x)
    log_q[links.is_ratio] = db_to_log(x[links.is_ratio])
    reported = np.flatnonzero((links.source >= 0) & (links.role == ITEM))
    if reported.size:
        at = links.source[reported]
        told = kernel.report(NUMPY, x[reported], point.hit[at][:, None], point.false_report[at][:, None])
        log_q = _wide(log_q, told)
        log_q[reported] = told
    absent = np.flatnonzero(links.absent & (links.role == ITEM))
    if searched and absent.size:
        vain = kernel.absent(NUMPY, log_q[absent], point.detection[absent][:, None])
        log_q = _wide(log_q, vain)
        log_q[absent] = vain
    return log_q


def _wide(array: Array, other: Array) -> Array:
    """The array with as many variants as another, so that this may be put into it."""
    variants = other.shape[-1]
    if array.shape[-1] == variants or variants == 1:
        return array
    return np.broadcast_to(array, (*array.shape[:-1], variants)).copy()


def effective_likelihood(
    links: Links, point: Point, *, coded: Flags | None = None, log_weight: Array | None = None
) -> Array:
    """Effective log-likelihoods of all links.

    Parameters
    ----------
    links, point
        Structure and numbers.
    coded
        Entries that count (entry, variant), instead of those that the coder coded.
    log_weight
        log lambda of the readings (link, option, variant), instead of the stored ones.

    Returns
    -------
    Nats (link, hypothesis, variant); 0 where nothing was coded.
    """
    return combined(links, point, trace_likelihood(links, point), coded=coded, log_weight=log_weight)


def combined(
    links: Links, point: Point, log_q: Array, *, coded: Flags | None = None, log_weight: Array | None = None
) -> Array:
    """Effective log-likelihoods from those of entries by themselves, `log_q` as from `trace_likelihood`.

    Returns
    -------
    As from `effective_likelihood`.
    """
    coded = links.coded[:, None] if coded is None else coded
    rows = log_q[links.first, 0]
    facts, events = (np.flatnonzero(links.kind == kind) for kind in (FACT, EVENT))
    if facts.size:
        weight = links.log_weight[..., None] if log_weight is None else log_weight
        joint = _sum_by_fact(links, log_q, coded, facts)
        read = kernel.read(NUMPY, joint, weight[facts][:, :, None], 1)
        rows = _wide(rows, read)
        rows[facts] = read
    if events.size:
        attested = _attested(links, point, coded, events)
        rows = _wide(rows, attested)
        rows[events] = attested
    spoken = links.coded_links(coded)
    return rows if spoken.all() else np.where(spoken[:, None], rows, 0.0)


def _sum_by_fact(links: Links, log_q: Array, coded: Flags, facts: Index) -> Array:
    """Log-likelihoods of all items of each fact together (fact, option, hypothesis, variant)."""
    entries = np.flatnonzero(links.kind[links.entry_link] == FACT)
    each = log_q[entries]
    if not coded[entries].all():
        each = np.where(coded[entries][:, None, None], each, 0.0)
    starts = np.searchsorted(links.entry_link[entries], facts)
    return np.asarray(np.add.reduceat(each, starts, axis=0))


def option_log_weight(links: Links, point: Point, coded: Flags | None = None) -> Array:
    """Log lambda of every reading: its probability over the even mean of what its items say of core hypotheses.

    Parameters
    ----------
    links, point
        Structure, and every number at its best value.
    coded
        Entries that count (entry, variant), instead of those that the coder coded.

    Returns
    -------
    Nats (link, option, variant); minus infinity for a reading that no core hypothesis allows. A link that
    turns on no fact has 0 for its one option.
    """
    coded = links.coded[:, None] if coded is None else coded
    stated = NUMPY.log(links.option_probability)
    facts = np.flatnonzero(links.kind == FACT)
    weight = np.repeat(stated[..., None], coded.shape[-1], axis=-1)
    if facts.size:
        level = core_log_mean(links, _sum_by_fact(links, trace_likelihood(links, point), coded, facts))
        weight[facts] = np.where(np.isneginf(level), -np.inf, stated[facts][..., None] - level)
    return weight


def core_log_mean(links: Links, log_values: Array) -> Array:
    """Logarithm of the even mean over core hypotheses of (..., hypothesis, variant)."""
    share = links.core.sum(axis=0) / links.core.shape[0]
    return np.asarray(NUMPY.log_sum(log_values + NUMPY.log(share)[:, None], -2))


# --- events ------------------------------------------------------------------------------------


def _attested(links: Links, point: Point, coded: Flags, events: Index) -> Array:
    """Log-likelihoods (event, hypothesis, variant) of events with their reports."""
    reports = np.flatnonzero(links.role == REPORT)
    of = np.searchsorted(events, links.entry_link[reports])
    given = [_reports(links, point, reports, of, (coded, events), happened=e) for e in (True, False)]
    x = point.location[links.first[events], 0]
    return np.asarray(kernel.attest(NUMPY, x, *given))


def _reports(
    links: Links, point: Point, reports: Index, of: Index, counted: tuple[Flags, Index], *, happened: bool
) -> Array:
    """Log P(reports | e) (event, hypothesis, variant), e being that the event happened, or that it did not."""
    coded, events = counted
    affirmed, log_p = report_probability(links, point, reports, happened=happened)
    heard = coded[reports][:, None]
    log_p = np.where(heard, log_p, 0.0)
    starts = np.searchsorted(of, np.arange(events.size))
    product = np.add.reduceat(log_p, starts, axis=0)
    yes = np.where(heard & affirmed[:, None, None], np.exp(log_p), 1.0)
    no = np.where(heard & ~affirmed[:, None, None], -np.expm1(log_p), 0.0)
    common = np.minimum.reduceat(yes, starts, axis=0) - np.maximum.reduceat(no, starts, axis=0)
    return np.asarray(kernel.agree(NUMPY, product, common, expit(point.agreement[events])[:, None]))


def report_probability(links: Links, point: Point, reports: Index, *, happened: bool) -> tuple[Flags, Array]:
    """Which reports affirm the event, and log P(report | e) of each (report, hypothesis, variant)."""
    at = links.source[reports]
    rate = (point.hit if happened else point.false_report)[at]
    denial = (point.denial_if_true if happened else point.denial_if_false)[at]
    denied, silent = links.says_no[reports], links.absent[reports]
    deny = NUMPY.log_expit(np.where(links.answers[at][:, None, None], -rate, denial))
    vain = kernel.absent(NUMPY, NUMPY.log_expit(rate), point.detection[reports])
    log_p = np.where(denied[:, None, None], deny, NUMPY.log_expit(rate))
    return ~(denied | silent), np.where(silent[:, None, None], vain, log_p)


# --- clusters ----------------------------------------------------------------------------------


def effective_number(links: Links, rows: Array, coded: Flags | None = None) -> Array:
    """Effective number of members of each link's cluster on its episode: sum of spreads over the largest.

    Parameters
    ----------
    links
        The structure.
    rows
        Effective log-likelihoods (link, hypothesis, variant) at best values.
    coded
        Entries that count (entry, variant), instead of those that the coder coded.

    Returns
    -------
    (link, variant); 1 outside clusters, where no member discriminates, and for what is not coded. Members
    that rule a hypothesis out have an infinite spread: it is then their number.
    """
    spoken = links.coded_links(links.coded[:, None] if coded is None else coded)
    k = np.ones((links.n_links, max(rows.shape[-1], spoken.shape[-1])))
    member = np.flatnonzero(links.cluster >= 0)
    if not member.size:
        return k
    width = int(links.cluster.max()) + 1
    group = links.episode[member] * width + links.cluster[member]
    order = np.argsort(group, kind="stable")
    _, starts, size = np.unique(group[order], return_index=True, return_counts=True)
    members = member[order]
    effective = _effective(links, np.where(spoken[members][:, None], rows[members], 0.0), starts)
    k[members] = np.repeat(effective, size, axis=0)
    return np.where(spoken, k, 1.0)


def _effective(links: Links, rows: Array, starts: Index) -> Array:
    """Effective number (group, variant) from the rows of members, group by group."""
    core = core_spread(links, rows)
    separates = np.maximum.reduceat(core, starts, axis=0) >= FLAT
    width = np.diff(np.append(starts, rows.shape[0]))
    spread = np.where(np.repeat(separates, width, axis=0), core, _spread(rows))
    largest = np.maximum.reduceat(spread, starts, axis=0)
    infinite = np.add.reduceat(np.isinf(spread).astype(np.float64), starts, axis=0)
    total = np.add.reduceat(np.where(np.isinf(spread), 0.0, spread), starts, axis=0)
    silent = largest < FLAT
    k = np.where(infinite > 0, infinite, total / np.where(silent | np.isinf(largest), 1.0, largest))
    return np.where(silent, 1.0, k)


def core_spread(links: Links, rows: Array) -> Array:
    """Largest less smallest log-likelihood over core hypotheses (link, variant); parts of a split as their mean."""
    if ((links.core == 0) | (links.core == 1)).all():
        return _spread(rows[:, links.core.argmax(axis=1)])
    return _spread(NUMPY.log_sum(rows[:, None] + NUMPY.log(links.core)[..., None], -2))


def _spread(rows: Array) -> Array:
    with np.errstate(invalid="ignore"):
        spread = rows.max(axis=1) - rows.min(axis=1)
    # impossible under all: nothing is told apart
    return np.where(np.isnan(spread), 0.0, spread)


def cluster_weight(links: Links, k: Array, correlation: Array) -> Array:
    """Kappa (link, variant) from effective numbers and the logits of correlations (cluster, variant)."""
    rho = np.append(expit(correlation), np.zeros((1, correlation.shape[-1])), axis=0)
    return np.asarray(kernel.kappa(k, rho[links.cluster]))
