"""Evidence drawn from its own codings, under each hypothesis in turn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import expit, ndtr

from bayes_trace.errors import NoDataModelError, SimulationError, UnknownNameError
from bayes_trace.guards import guarded
from bayes_trace.independent import all_done
from bayes_trace.likelihood import best_point, effective_likelihood, links_of
from bayes_trace.likelihood.kernel import NUMPY
from bayes_trace.likelihood.links import EVENT
from bayes_trace.scales import log_sum
from bayes_trace.simulation.correlated import Correlations, latent_matrix, spread_by

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Design", "designs", "draw", "log_likelihood", "log_posterior", "simulate"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
#: entries of one link, whose ends are gone through one by one
MOST = 10
#: replicates that are drawn together, from a seed of their own
TOGETHER = 10_000


@dataclass(frozen=True)
class Design:
    """The links of one episode, and how each may turn out."""

    episode: str
    log_prior: Array
    #: names of the links
    links: tuple[str, ...]
    #: for each link, log P(end | hypothesis), (end, hypothesis); the first end is that all was found
    ends: tuple[Array, ...]
    #: weight of each link, as compiled
    kappa: Array
    #: cluster of each link, -1 for none, and the correlation of each link's cluster
    cluster: Index
    correlation: Array
    #: of the normals behind the links, (hypothesis, link, link); none where no pair was stated
    latent: Array | None = None


def designs(
    evidence: xr.Dataset, coder: str | None, correlations: Correlations | None = None
) -> list[Design]:
    """The design of every episode.

    Raises
    ------
    NoDataModelError
        Where a coding is a ratio, which says nothing of how probable an item is.
    UnknownNameError
        For an unknown coder.
    """
    name = coder or str(evidence.attrs["base_coder"])
    if name not in evidence["coder"].values:
        raise UnknownNameError("coder", name, list(evidence["coder"].values))
    one = evidence.sel(coder=[name])
    structure = links_of(one, 0)
    _refuse_ratios(one, structure.is_ratio & structure.coded)
    tables = _ends(one)
    rho = np.append(expit(one["correlation_location"].values), 0.0)[structure.cluster]
    found = []
    for number, episode in enumerate(one["episode"].values):
        here = np.flatnonzero((structure.episode == number) & structure.spoken)
        found.append(
            Design(
                episode=str(episode),
                log_prior=NUMPY.log(one["prior"].values[number]),
                links=tuple(str(each) for each in one["link_item"].values[here]),
                ends=tuple(tables[link] for link in here),
                kappa=structure.kappa[here],
                cluster=structure.cluster[here],
                correlation=rho[here],
            )
        )
    if not correlations:
        return found
    _check_pairs(found, correlations)
    hypotheses = [str(each) for each in one["hypothesis"].values]
    return [_correlated(design, correlations, hypotheses) for design in found]


def _check_pairs(found: list[Design], correlations: Correlations) -> None:
    """Every pair is there, together on some episode."""
    known = list(dict.fromkeys(name for design in found for name in design.links))
    for pair in correlations:
        if not isinstance(pair, tuple):
            message = f"correlations: {pair!r}, expected pairs of items such as ('memo', 'cable')"
            raise SimulationError(message)
        for name in pair:
            if name not in known:
                raise UnknownNameError("coded item", name, known)
        if len(set(pair)) != 2 or not any(set(pair) <= set(design.links) for design in found):
            message = f"correlation of {' and '.join(pair)}; expected two items that bear on one episode"
            raise SimulationError(message)


def _correlated(design: Design, correlations: Correlations, hypotheses: list[str]) -> Design:
    """The design with pairs that were stated; members of one cluster keep its correlation otherwise."""
    if not any(set(pair) <= set(design.links) for pair in correlations):
        return design
    same = (design.cluster[:, None] == design.cluster) & (design.cluster >= 0)
    base = np.where(same, design.correlation, 0.0)
    np.fill_diagonal(base, 1.0)
    tables = [np.exp(table) for table in design.ends]
    return replace(design, latent=latent_matrix(design.links, tables, correlations, hypotheses, base))


def _refuse_ratios(one: xr.Dataset, ratio: npt.NDArray[np.bool_]) -> None:
    names = list(dict.fromkeys(str(item) for item in one["entry_item"].values[ratio]))
    if names:
        message = (
            f"{', '.join(names)}: coded by ratios, which do not say how probable an item is; "
            "code probabilities, or state a reference_probability"
        )
        raise NoDataModelError(message)


def _ends(one: xr.Dataset) -> list[Array]:
    """For each link, log P(end | hypothesis) of every way in which its items may be found or not."""
    role, link = one["entry_role"].values, one["entry_link"].values
    searched = role != EVENT
    place = np.zeros(role.size, dtype=np.int64)
    size = np.zeros(one.sizes["link"], dtype=np.int64)
    for entry in np.flatnonzero(searched):
        place[entry] = size[link[entry]]
        size[link[entry]] += 1
    if size.size and size.max() > MOST:
        which = one["link_item"].values[size.argmax()]
        message = f"{which} holds {size.max()} items, expected at most {MOST} on one fact or event"
        raise SimulationError(message)
    rows = np.stack(
        [_rows(one, searched & (number >> place & 1 == 1)) for number in range(2 ** int(size.max(initial=0)))]
    )
    tables = [rows[: 2 ** int(n), number] for number, n in enumerate(size)]
    # lambda of readings has a level of its own: what may happen sums to 1
    return [table - log_sum(table, axis=0) for table in tables]


def _rows(one: xr.Dataset, missed: npt.NDArray[np.bool_]) -> Array:
    """Effective likelihoods if the search for these entries finds nothing and all others are found."""
    # the question to a source is only whether it affirms
    drawn = one.assign(absent=("entry", missed), says_no=("entry", np.zeros(missed.size, dtype=bool)))
    rows = effective_likelihood(links_of(drawn, 0), best_point(drawn, 0))[..., 0]
    seen = NUMPY.log_expit(one["detection_location"].values) * (~missed)[:, None]
    searched = (one["entry_role"].values != EVENT)[:, None]
    seen = np.where(searched & ~missed[:, None], seen, 0.0)
    np.add.at(rows, one["entry_link"].values, seen)
    return rows


def draw(design: Design, truth: int, replicates: int, rng: np.random.Generator) -> Index:
    """Number of the end of each link (replicate, link), if a hypothesis is true.

    Members of a cluster are joined by a normal copula of the cluster's correlation, pairs by the one stated for them.
    """
    u = ndtr(_normals(design, truth, rng.standard_normal((replicates, len(design.ends))), rng))
    drawn = np.zeros(u.shape, dtype=np.int64)
    for number, table in enumerate(design.ends):
        steps = np.cumsum(np.exp(table[:, truth]))[:-1]
        drawn[:, number] = np.searchsorted(steps, u[:, number], side="right")
    return drawn


def _normals(design: Design, truth: int, z: Array, rng: np.random.Generator) -> Array:
    """Independent normals (replicate, link) made to correlate as stated, else as the clusters say."""
    if design.latent is not None:
        return spread_by(design.latent[truth], z)
    for cluster in np.unique(design.cluster[design.cluster >= 0]):
        member = design.cluster == cluster
        rho = design.correlation[member]
        common = rng.standard_normal((len(z), 1))
        z[:, member] = np.sqrt(rho) * common + np.sqrt(1 - rho) * z[:, member]
    return z


def log_likelihood(design: Design, drawn: Index) -> Array:
    """Weighted log-likelihoods (replicate, hypothesis) of what was drawn."""
    total = np.zeros((len(drawn), design.log_prior.size))
    for number, table in enumerate(design.ends):
        total += design.kappa[number] * table[drawn[:, number]]
    return total


def log_posterior(design: Design, weights: Array) -> Array:
    """Posterior from log-likelihoods (replicate, hypothesis), in logarithms."""
    both = design.log_prior + weights
    return np.asarray(both - log_sum(both, axis=-1)[:, None])


@guarded
def simulate(  # noqa: PLR0913 - what is drawn, of what, and where
    evidence: xr.Dataset,
    *,
    truth: str,
    episode: str | None = None,
    replicates: int = 1000,
    seed: int = 0,
    coder: str | None = None,
    correlations: Correlations | None = None,
    client: Client | str | None = None,
) -> xr.Dataset:
    """Draw what the same searches would have found if a hypothesis were true, and update on it.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    truth
        The hypothesis that is true.
    episode
        By default the only one there is.
    replicates
        How many times the evidence is drawn.
    seed
        Of the draws.
    coder
        By default the base coder.
    correlations
        Pair of items -> correlation of their findings, one number or one per hypothesis; it may be negative, and takes
        the place of that of a cluster. The evidence is drawn with it (a normal copula that gives exactly this
        correlation); the update knows nothing of it: kappa discounts clusters only.
    client
        As for `map_independent`: a cluster, to whose workers replicates go, 10,000 at a time. Each ten thousand has
        a seed of its own, whoever draws it.

    Returns
    -------
    Over ``replicate``: ``probability`` (replicate, hypothesis), the posterior; ``end`` (replicate, link), 0 where all
    of a link was found, a sum of powers of 2 for those of its items that were not. What was absent is found with
    its detection; reports come from the rates of their source, given the event, and only affirm or not; readings come
    with the probability that they had before the documents; members of a cluster are joined by a
    normal copula of its correlation, while the update discounts them by kappa, as it always does.

    Raises
    ------
    NoDataModelError
        Where an item is coded by ratios.
    SimulationError
        For fewer than one replicate, several episodes and none named, too many items on one fact or event, or a
        correlation that its findings cannot have; the error names the range.
    UnknownNameError
        For a truth that is no hypothesis, an unknown episode, coder or item.

    References
    ----------
    Royall (2000), JASA 95, 760-768; Blair et al. (2019), American Political Science Review 113, 838-859.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.75, "B": 0.25}}))
    >>> drawn = simulate(ev, truth="A", replicates=10, seed=1)
    >>> sorted(set(drawn.probability.sel(hypothesis="A").round(2).values.tolist()))
    [0.25, 0.75]
    """
    if replicates < 1:
        message = f"replicates={replicates}; expected 1 or more"
        raise SimulationError(message)
    names = [str(name) for name in evidence["hypothesis"].values]
    if truth not in names:
        raise UnknownNameError("hypothesis", truth, names)
    design = _one(designs(evidence, coder, correlations), episode)
    sizes = {str(at): (at, min(TOGETHER, replicates - at)) for at in range(0, replicates, TOGETHER)}
    pieces = all_done(partial(_drawn, design, names.index(truth), seed), sizes, client=client)
    drawn = np.concatenate(list(pieces.values()))
    weights = log_likelihood(design, drawn)
    return xr.Dataset(
        {
            "probability": (
                ("replicate", "hypothesis"),
                np.exp(log_posterior(design, weights)),
                {"units": "1"},
            ),
            "log_likelihood": (("replicate", "hypothesis"), weights, {"units": "nats"}),
            "end": (("replicate", "link"), drawn),
        },
        {"hypothesis": names, "link": list(design.links)},
        {**evidence.attrs, "truth": truth, "episode": design.episode, "seed": seed},
    )


def _drawn(design: Design, truth: int, seed: int, piece: tuple[int, int]) -> Index:
    """Replicates from a place on."""
    at, size = piece
    # those that are drawn alone are those of the plain seed
    of_piece = np.random.SeedSequence(seed, spawn_key=(at // TOGETHER,) if at else ())
    return draw(design, truth, size, np.random.default_rng(of_piece))


def _one(every: list[Design], name: str | None) -> Design:
    there = [design.episode for design in every]
    if name is None and len(every) > 1:
        message = f"there are several episodes, {', '.join(there)}; name one of them"
        raise SimulationError(message)
    if name is not None and name not in there:
        raise UnknownNameError("episode", name, there)
    return every[there.index(name or there[0])]
