"""One coder's evidence as plain arrays, and what becomes of it when links or numbers change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import logsumexp

from bayes_trace.errors import BayesTraceError, UnknownNameError
from bayes_trace.exact import select_coder, sum_over_links, update
from bayes_trace.likelihood import final_rows
from bayes_trace.likelihood.rows import FLAT

__all__ = [
    "TIE",
    "Array",
    "Flags",
    "Index",
    "Ledger",
    "check_choice",
    "check_within",
    "close_over_given",
    "find_hypothesis",
    "normalised",
    "open_ledger",
]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]

#: log-odds closer to zero than this are a tie, in nats
TIE = 1e-9
#: cells held at once when many variants of one set are computed
CELLS = 2_000_000
#: what final rows are made of
_ELICITED = (
    "prior",
    "episode_index",
    "location",
    "is_ratio",
    "coded",
    "read",
    "absent",
    "detection_location",
    "source_index",
    "hit_location",
    "false_report_location",
    "cluster_index",
    "correlation_location",
    "reading_index",
    "option_probability",
)


@dataclass(frozen=True)
class Ledger:
    """Final rows and weights of one coder."""

    #: with the dimension ``coder``, of size 1
    evidence: xr.Dataset
    #: log-likelihoods (link, hypothesis) and weights (link,)
    rows: Array
    kappa: Array

    @cached_property
    def hypotheses(self) -> list[str]:
        """Names, in order."""
        return [str(name) for name in self.evidence["hypothesis"].values]

    @cached_property
    def episodes(self) -> list[str]:
        """Names, in order."""
        return [str(name) for name in self.evidence["episode"].values]

    @cached_property
    def episode_index(self) -> Index:
        """Episode of each link."""
        return np.asarray(self.evidence["episode_index"].values, dtype=np.int64)

    @cached_property
    def log_prior(self) -> Array:
        """Logarithm of the prior (episode, hypothesis)."""
        return np.asarray(np.log(self.evidence["prior"].values), dtype=np.float64)

    @cached_property
    def weighted(self) -> Array:
        """Log-likelihoods times weights (link, hypothesis)."""
        return self.kappa[:, None] * self.rows

    @cached_property
    def log_likelihood(self) -> Array:
        """Weighted log-likelihoods summed over links (episode, hypothesis)."""
        return self.sum(self.weighted)

    @cached_property
    def joint(self) -> Array:
        """Log prior plus log-likelihood (episode, hypothesis)."""
        return self.log_prior + self.log_likelihood

    @cached_property
    def order(self) -> Index:
        """Hypotheses (episode, rank) from the most to the least probable, of equals the first listed."""
        return np.argsort(-self.joint, axis=-1, kind="stable")

    @property
    def leader(self) -> Index:
        """Leading hypothesis of each episode."""
        return self.order[:, 0]

    @cached_property
    def speaks(self) -> Flags:
        """Links whose final row tells hypotheses apart."""
        with np.errstate(invalid="ignore"):
            flat = (self.rows.max(axis=-1) - self.rows.min(axis=-1)) < FLAT
        return np.asarray(self.evidence["coded"].values[0] & ~flat)

    def sum(self, values: Array) -> Array:
        """Sum values (..., link, hypothesis) into (..., episode, hypothesis)."""
        return sum_over_links(self.evidence, values)

    def names(self, index: Index) -> npt.NDArray[np.str_]:
        """Names of hypotheses given by number."""
        return np.array(self.hypotheses, dtype=str)[index]

    def links(self, episode: int) -> Index:
        """Links of one episode."""
        return np.flatnonzero(self.episode_index == episode)

    def against(self, values: Array, of: Index | None = None) -> Array:
        """Differences (..., episode, hypothesis) of `of` (by default the leader) less each hypothesis.

        Where both are minus infinity nothing is said between them: 0.
        """
        return _gaps(values, self.leader if of is None else of)

    def links_against(self, values: Array, of: Index | None = None) -> Array:
        """Likewise for values (link, hypothesis), each link by the hypothesis of its episode."""
        return _gaps(values, (self.leader if of is None else of)[self.episode_index])

    def company(self, group: Index) -> Index:
        """Members of each link's group in its episode that speak, the link itself counted as one.

        `group` holds numbers, -1 for links of no group.
        """
        key = self.episode_index * (int(group.max(initial=-1)) + 1) + group
        member = group >= 0
        counts = np.bincount(key[member & self.speaks], minlength=int(key.max(initial=0)) + 1)
        return np.where(member, counts[key * member] + ~self.speaks, 1)

    @cached_property
    def correlation(self) -> Array:
        """Correlation of each link's cluster, 0 outside clusters."""
        location = np.append(self.evidence["correlation_location"].values, -np.inf)
        with np.errstate(over="ignore"):
            return np.asarray(1.0 / (1.0 + np.exp(-location[self.evidence["cluster_index"].values])))

    def coords(self, *names: str) -> dict[str, xr.DataArray]:
        """Coordinates of the evidence, and what belongs to them."""
        own = self.evidence.coords
        return {str(key): own[key] for name in names for key in own if own[key].dims == (name,)}

    @property
    def attrs(self) -> dict[str, str | float]:
        """Where the result comes from."""
        kept = ("evidence_set", "title", "digest", "scenario")
        facts = {name: self.evidence.attrs.get(name, "") for name in kept}
        return {**facts, "coder": str(self.evidence["coder"].values[0])}

    def without(self, dropped: Flags) -> Iterator[tuple[slice, Array, Array]]:
        """Final rows and weights of many subsets of the links.

        Parameters
        ----------
        dropped
            True for each link (subset, link) set aside; what is coded given it goes as well.

        Yields
        ------
        Places, rows (subset, link, hypothesis) and weights (subset, link). Rows of what is dropped are 0.
        """
        gone = close_over_given(self.evidence, dropped)
        lean = self.evidence[list(_ELICITED)]
        for part in _parts(gone.shape[0], self.rows.size):
            kept = ~gone[part]
            many = lean.isel(coder=np.zeros(kept.shape[0], dtype=np.int64))
            dims = ("coder", "link")
            coded, read = (many[name].values & kept for name in ("coded", "read"))
            rows, kappa = final_rows(many.assign(coded=(dims, coded), read=(dims, read)))
            yield part, rows, kappa

    def joint_without(self, dropped: Flags) -> Array:
        """Log joint (subset, episode, hypothesis) of many subsets of the links."""
        joint = np.empty((dropped.shape[0], *self.log_prior.shape))
        for part, rows, kappa in self.without(dropped):
            joint[part] = self.log_prior + self.sum(kappa[..., None] * rows)
        return joint

    def joint_at(self, location: Array) -> Array:
        """Log joint (variant, episode, hypothesis) at other elicited numbers (variant, link, option, hypothesis)."""
        lean = self.evidence[list(_ELICITED)].isel(coder=np.zeros(location.shape[0], dtype=np.int64))
        rows, kappa = final_rows(lean, location)
        return self.log_prior + self.sum(kappa[..., None] * rows)


def _gaps(values: Array, of: Index) -> Array:
    mine = np.take_along_axis(values, np.broadcast_to(of[:, None], (*values.shape[:-1], 1)), axis=-1)
    with np.errstate(invalid="ignore"):
        gap = mine - values
    return np.where(np.isnan(gap), 0.0, gap)


def open_ledger(evidence: xr.Dataset, coder: str | None = None) -> Ledger:
    """The evidence of one coder, by default the base coder.

    Raises
    ------
    UnknownNameError
        For an unknown coder.
    ImpossibleEvidenceError
        If every hypothesis of an episode is ruled out.
    """
    name = str(select_coder(evidence, coder)["coder"].values)
    one = evidence.sel(coder=[name])
    ledger = Ledger(one, one["log_likelihood"].values[0], one["kappa"].values[0])
    if np.isneginf(ledger.joint).all(axis=-1).any():
        update(one)  # names the items
    return ledger


def close_over_given(evidence: xr.Dataset, dropped: Flags) -> Flags:
    """Subsets (subset, link) with what is coded given their members, in the same episode."""
    gone = np.array(dropped, dtype=bool)
    parents = _parents(evidence)
    while True:
        before = int(gone.sum())
        for child, given in parents:
            gone[:, child] |= gone[:, given].any(axis=1)
        if int(gone.sum()) == before:
            return gone


def _parents(evidence: xr.Dataset) -> list[tuple[int, list[int]]]:
    """Links coded given others, and the places of those."""
    items, episodes = evidence["link_item"].values, evidence["link_episode"].values
    place = {(str(i), str(e)): n for n, (i, e) in enumerate(zip(items, episodes, strict=True))}
    found = []
    for child, names in enumerate(evidence["link_given"].values):
        given = [place[key] for name in str(names).split() if (key := (name, str(episodes[child]))) in place]
        if given:
            found.append((child, given))
    return found


def _parts(count: int, cells: int) -> Iterator[slice]:
    step = max(1, CELLS // max(1, cells))
    yield from (slice(start, min(start + step, count)) for start in range(0, count, step))


def normalised(joint: Array) -> Array:
    """Probabilities from log joints (..., hypothesis)."""
    return np.asarray(np.exp(joint - logsumexp(joint, axis=-1, keepdims=True)))


def find_hypothesis(ledger: Ledger, name: str) -> int:
    """Place of a hypothesis.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    """
    if name not in ledger.hypotheses:
        raise UnknownNameError("hypothesis", name, ledger.hypotheses)
    return ledger.hypotheses.index(name)


def check_choice(name: str, value: str, known: Sequence[str]) -> None:
    """Refuse a word that is not among those known."""
    if value not in known:
        message = f"{name}={value!r}; expected one of {', '.join(known)}"
        raise BayesTraceError(message)


def check_within(name: str, values: npt.ArrayLike, low: float, high: float) -> Array:
    """Numbers from `low` to `high`, ends included."""
    numbers = np.asarray(values, dtype=np.float64)
    wrong = numbers[~((numbers >= low) & (numbers <= high))]
    if wrong.size:
        message = f"{name}={wrong.ravel()[0]:g}; expected numbers from {low:g} to {high:g}"
        raise BayesTraceError(message)
    return numbers
