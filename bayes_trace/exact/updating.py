"""Bayes' rule: one segmented sum over links, normalised in logarithms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import BayesTraceError, ImpossibleEvidenceError, UnknownNameError
from bayes_trace.exact.mean import mean_joint
from bayes_trace.exact.pools import coherent_pool, fill_gaps, log_pool, voices
from bayes_trace.guards import guarded
from bayes_trace.likelihood.labelled import dataset
from bayes_trace.likelihood.links import EVENT, FACT
from bayes_trace.scales import log_sum, log_to_db

__all__ = [
    "LEVEL_DB",
    "TIE",
    "inclusion",
    "lead",
    "log_joint",
    "ranking",
    "select_coder",
    "sum_over_links",
    "update",
]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
Counts = npt.NDArray[np.intp]
#: log-posteriors closer than this are level, in nats
TIE = 1e-9
_POOLS = {"log": log_pool, "linear": fill_gaps, "coherent": coherent_pool}
#: hypotheses less than this many decibels behind the first are level with it for all practical purposes
LEVEL_DB = 1.0


def select_coder(evidence: xr.Dataset, coder: str | None) -> xr.Dataset:
    """The evidence of one coder, by default the base coder, without the dimension ``coder``.

    Raises
    ------
    UnknownNameError
        If there is no such coder.
    """
    name = coder or str(evidence.attrs["base_coder"])
    if name not in evidence["coder"].values:
        raise UnknownNameError("coder", name, list(evidence["coder"].values))
    return evidence.sel(coder=name)


def sum_over_links(evidence: xr.Dataset, values: Array) -> Array:
    """Sum values (..., link, hypothesis) into (..., episode, hypothesis)."""
    return _summed(values, evidence.variables["episode_index"].values, evidence.sizes["episode"])


def _summed(values: Array, index: Index, n_episodes: int) -> Array:
    """The same by the episode of each link; links are sorted by episode."""
    starts = np.append(0, np.flatnonzero(index[1:] != index[:-1]) + 1)[: index.size]
    held = index[starts]
    sums = np.add.reduceat(values, starts, axis=-2) if held.size else values[..., :0, :]
    if held.size == n_episodes:
        return np.asarray(sums)
    total = np.zeros((*values.shape[:-2], n_episodes, values.shape[-1]))
    total[..., held, :] = sums
    return total


def log_joint(evidence: xr.Dataset) -> xr.DataArray:
    """Log prior plus weighted log-likelihoods at best values, before normalising.

    Returns
    -------
    Nats with dimensions coder, episode, hypothesis.
    """
    coords = {name: evidence[name] for name in ("coder", "episode", "hypothesis")}
    return xr.DataArray(_log_joint(evidence), coords, ("coder", "episode", "hypothesis"))


def _log_joint(evidence: xr.Dataset) -> Array:
    kappa, weighted = (evidence.variables[name].values for name in ("kappa", "log_likelihood"))
    if not (kappa == 1.0).all():
        weighted = kappa[..., None] * weighted
    return np.asarray(np.log(evidence.variables["prior"].values) + sum_over_links(evidence, weighted))


@guarded
def update(
    evidence: xr.Dataset,
    *,
    point: Literal["best", "mean"] = "best",
    refused: Literal["raise", "best"] = "raise",
    coder: str | None = None,
    pool: Literal["log", "linear", "coherent"] | None = None,
) -> xr.Dataset:
    """Posterior of every hypothesis in every episode, by Bayes' rule.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    point
        ``best`` takes the likelihoods as coded; ``mean`` integrates ranges out, a source's rates over all its
        links together: the coherent posterior, where nothing else that is uncertain is shared.
    refused
        What becomes of episodes for which ``point="mean"`` has no answer (ratios, an uncertain correlation, a
        shared implication or detection): an error, or the answer at best values, marked in ``at_best``.
    coder
        One coder alone.
    pool
        Witnesses together with equal weights, models being one witness unless the set says otherwise: ``log``
        averages effective log-likelihoods over those who coded a link (and renormalises); ``linear`` averages
        posteriors, each coder's gaps filled by the log pool; ``coherent`` takes the likelihoods nearest in squares to
        those of all in which every compound lies between its parts (without compounds the mean of probabilities).

    Returns
    -------
    Dataset with ``probability``, ``log_probability`` and ``prior`` over episode and hypothesis, ``log_evidence``
    (nats), ``relative`` (where true, log_evidence has no absolute level), ``at_best``, ``n_items`` and
    ``n_coded`` over episode. With several coders, and neither `coder` nor `pool`, a dimension ``coder`` comes
    first; an episode that a coder has not coded at all is NaN there, never the prior.

    Raises
    ------
    ImpossibleEvidenceError
        If every hypothesis of an episode is ruled out; names the items.
    ScaleError
        For ``point="mean"`` where it has no answer, with each episode and the reason; for ratios in a coherent pool.
    UnknownNameError
        For an unknown coder.

    References
    ----------
    Fairfield and Charman (2017); the geometric pool: Genest and Zidek (1986); the coherent one: Predd et al. (2008).

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> bt.update(ev).probability.sel(hypothesis="A").round(3).item()
    0.8
    """
    _check_choices(point, coder, pool)
    if coder is not None:
        evidence = evidence.sel(coder=[str(select_coder(evidence, coder)["coder"].item())])
    names = _who(evidence, pool)
    if pool is not None:
        evidence = _POOLS[pool](evidence)
    joint, at_best = _log_joint(evidence), np.zeros(evidence.sizes["episode"], dtype=bool)
    if point == "mean":
        joint, at_best = mean_joint(evidence, joint, refused=refused)
    found = _normalised(evidence, joint) | {"at_best": at_best}
    if pool == "linear":
        found = _linear_pool(found, voices(evidence, np.ones(evidence.sizes["coder"], dtype=bool)))
    if pool is not None:
        # averaged and renormalised: nobody's likelihood
        found["relative"] = np.ones_like(found["relative"])
    return _posterior(evidence, found, {**evidence.attrs, "point": point, "coder": names})


def _check_choices(point: str, coder: str | None, pool: str | None) -> None:
    """Refuse choices that exclude one another; words that are unknown the guard has refused."""
    if coder is not None and pool is not None:
        message = "coder= and pool= are mutually exclusive; give one"
        raise BayesTraceError(message)
    if pool is not None and point == "mean":
        message = "point='mean' is the answer of one coder; give coder=, or pool at point='best'"
        raise BayesTraceError(message)


def _who(evidence: xr.Dataset, pool: str | None) -> str:
    names = " ".join(str(name) for name in np.atleast_1d(evidence["coder"].values))
    return f"{pool} pool of {names}" if pool else names


def _counts(evidence: xr.Dataset) -> tuple[Counts, Counts]:
    """Items of every episode (reports among them, events not), and how many a coder has coded."""
    stored, n = evidence.variables, evidence.sizes["episode"]
    index, links, coded = (stored[name].values for name in ("episode_index", "entry_link", "coded"))
    if links.size == index.size:  # every link is one item
        every = np.bincount(index, minlength=n)
    else:
        index, items = index[links], stored["entry_role"].values != EVENT
        every, coded = np.bincount(index[items], minlength=n), coded & items
    full = int(every.sum())
    each = [every if np.count_nonzero(own) == full else np.bincount(index[own], minlength=n) for own in coded]
    return every, np.array(each).reshape(len(coded), n)


def _relative(evidence: xr.Dataset) -> Flags:
    """Episodes (coder, episode) whose log evidence is only relative: a weight below 1, a ratio, a reading."""
    stored = evidence.variables
    index, ratio = stored["episode_index"].values, stored["is_ratio"].values
    found = np.zeros((ratio.shape[0], evidence.sizes["episode"]), dtype=bool)
    if ratio.any():
        coders, entries = np.nonzero(ratio & stored["coded"].values)
        found[coders, index[stored["entry_link"].values[entries]]] = True
    discounted = stored["kappa"].values < 1
    if discounted.any():
        coders, members = np.nonzero(discounted)
        found[coders, index[members]] = True
    if stored["option_probability"].sizes["option"] > 1:
        found[:, index[stored["link_kind"].values == FACT]] = True
    return found


def _normalised(evidence: xr.Dataset, joint: Array) -> dict[str, npt.NDArray[Any]]:
    level = log_sum(joint, axis=-1)
    _refuse_impossible(evidence, level)
    n_items, n_coded = _counts(evidence)
    # nothing coded where others have coded something: no answer, not the prior
    silent = (n_coded == 0) & (n_items > 0)
    log_p = joint - level[..., None]
    if silent.any():
        log_p[silent] = np.nan
        level = np.where(silent, np.nan, level)
    return {
        "probability": np.exp(log_p),
        "log_probability": log_p,
        "log_evidence": level,
        "relative": _relative(evidence),
        "n_items": n_items,
        "n_coded": n_coded,
    }


_ATTRS = {
    "probability": {"units": "1", "long_name": "posterior probability"},
    "log_probability": {"units": "nats"},
    "prior": {"units": "1", "long_name": "prior probability"},
    "log_evidence": {"units": "nats"},
}


def _posterior(
    evidence: xr.Dataset, found: Mapping[str, npt.NDArray[Any]], attrs: Mapping[str, Any]
) -> xr.Dataset:
    """What was found, by coder where there are several, with the names along its dimensions."""
    each = {name: values for name, values in found.items() if name not in ("n_items", "at_best")}
    several = found["probability"].shape[0] > 1
    dims = ("coder", "episode", "hypothesis") if several else ("episode", "hypothesis")
    by_name = {name: values if several else values[0] for name, values in each.items()}
    variables: dict[str, tuple[Any, ...]] = {
        name: (dims[: values.ndim], values, _ATTRS.get(name, {})) for name, values in by_name.items()
    }
    for name in ("n_items", "at_best"):
        variables[name] = (("episode",), found[name], {})
    prior = evidence.variables["prior"]
    variables["prior"] = (prior.dims, prior.values, {**prior.attrs, **_ATTRS["prior"]})
    coords = {
        str(name): evidence.variables[name]
        for name in evidence.coords
        if evidence.variables[name].dims in ((), ("episode",), ("hypothesis",)) or name == dims[0]
    }
    indexes = {str(name): index for name, index in evidence.xindexes.items() if name in coords}
    return dataset(variables, coords, attrs, indexes=indexes)


def _refuse_impossible(evidence: xr.Dataset, level: Array) -> None:
    impossible = np.flatnonzero(np.isneginf(level).any(axis=0))
    if not impossible.size:
        return
    episode = str(evidence["episode"].values[impossible[0]])
    here = evidence["link_episode"].values == episode
    zero = np.isneginf(evidence["log_likelihood"].values).any(axis=0)
    links = evidence["entry_link"].values
    items = {
        str(name): [str(item) for item in evidence["entry_item"].values[(here & zero[:, h])[links]]]
        for h, name in enumerate(evidence["hypothesis"].values)
    }
    raise ImpossibleEvidenceError(episode, items)


def _linear_pool(found: dict[str, npt.NDArray[Any]], weight: Array) -> dict[str, npt.NDArray[Any]]:
    """Posteriors averaged over coders."""
    probability = (found["probability"] * weight[:, None, None]).sum(axis=0, keepdims=True)
    with np.errstate(divide="ignore"):
        log_p = np.log(probability)
    return {
        **found,
        "probability": probability,
        "log_probability": log_p,
        # an average of posteriors is nobody's likelihood
        "log_evidence": found["log_evidence"][:1] * np.nan,
        "relative": found["relative"][:1],
        "n_coded": found["n_coded"].max(axis=0, keepdims=True),
    }


@guarded
def inclusion(posterior: xr.Dataset) -> xr.Dataset:
    """Probability that each mechanism was at work, alone or in a compound.

    Parameters
    ----------
    posterior
        As from `update`. Hypotheses such as ``loyalty+strategy`` are compounds.

    Returns
    -------
    ``probability`` and ``prior`` with a dimension ``mechanism`` in the place of ``hypothesis``.
    They may sum to more than 1, since mechanisms may work together.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> table = {"memo": {"G": 0.8, "R": 0.2, "G+R": 0.8, "none": 0.1}}
    >>> post = bt.update(bt.compile_evidence(bt.from_table(table)))
    >>> bt.inclusion(post).probability.sel(mechanism=["G", "R"]).round(3).values.tolist()
    [[0.842, 0.526]]
    """
    names = [str(name) for name in posterior["hypothesis"].values]
    mechanisms = list(dict.fromkeys(part for name in names for part in name.split("+")))
    member = xr.DataArray(
        [[float(m in name.split("+")) for m in mechanisms] for name in names],
        {"hypothesis": names, "mechanism": mechanisms},
        ("hypothesis", "mechanism"),
    )
    return xr.Dataset(
        {name: posterior[name].dot(member, dim="hypothesis") for name in ("probability", "prior")}
    )


@guarded
def lead(posterior: xr.Dataset) -> xr.Dataset:
    """Leader, runner-up and the decibels between them.

    Returns
    -------
    ``leader``, ``runner_up`` (names) and ``lead`` (dB of posterior odds) over the dimensions of the posterior
    but ``hypothesis``, and ``level`` (..., hypothesis): those that share the lead, their log-posteriors within
    1e-9 of the largest. Of hypotheses that are level the one listed first in the set is named, with a lead of
    0. Where nothing was coded names are empty and the lead is NaN.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> post = bt.update(bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})))
    >>> round(float(bt.lead(post).lead.item()), 2)
    6.02
    """
    log_p = posterior["log_probability"].transpose(..., "hypothesis")
    order = ranking(log_p.values)
    ranked = np.take_along_axis(log_p.values, order[..., :2], axis=-1)
    names = np.where(np.isnan(ranked), "", posterior["hypothesis"].values[order[..., :2]].astype(str))
    dims = log_p.dims[:-1]
    with np.errstate(invalid="ignore"):
        gap = log_to_db(ranked[..., 0] - ranked[..., 1])
        level = (log_p >= log_p.max("hypothesis") - TIE).drop_attrs()
    coords = {name: coord for name, coord in log_p.coords.items() if "hypothesis" not in coord.dims}
    return xr.Dataset(
        {
            "leader": (dims, names[..., 0]),
            "runner_up": (dims, names[..., 1]),
            "lead": (dims, np.where(np.abs(gap) < log_to_db(TIE), 0.0, gap), {"units": "dB"}),
            "level": level,
        },
        coords,
    )


def ranking(log_values: Array) -> npt.NDArray[np.int64]:
    """Hypotheses (..., rank) from the most to the least probable; those that are level in the order of the set."""
    left = np.where(np.isnan(log_values), -np.inf, log_values)
    places = []
    taken = np.zeros(left.shape, dtype=bool)
    for _ in range(left.shape[-1]):
        top = np.where(taken, -np.inf, left).max(axis=-1, keepdims=True)
        # what is impossible is level with what is impossible
        with np.errstate(invalid="ignore"):
            first = ((left >= top - TIE) & ~taken).argmax(axis=-1)
        places.append(first)
        np.put_along_axis(taken, first[..., None], values=True, axis=-1)
    return np.stack(places, axis=-1)
