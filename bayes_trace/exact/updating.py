"""Bayes' rule: one segmented sum over links, normalised in logarithms."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import BayesTraceError, ImpossibleEvidenceError, UnknownNameError
from bayes_trace.exact.mean import mean_joint
from bayes_trace.exact.pools import coherent_pool, fill_gaps, log_pool, voices
from bayes_trace.guards import guarded
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
    index = evidence["episode_index"].values
    total = np.zeros((*values.shape[:-2], evidence.sizes["episode"], values.shape[-1]))
    held, starts = np.unique(index, return_index=True)  # links are sorted by episode
    if held.size:
        total[..., held, :] = np.add.reduceat(values, starts, axis=-2)
    return total


def log_joint(evidence: xr.Dataset) -> xr.DataArray:
    """Log prior plus weighted log-likelihoods at best values, before normalising.

    Returns
    -------
    Nats with dimensions coder, episode, hypothesis.
    """
    weighted = evidence["kappa"].values[..., None] * evidence["log_likelihood"].values
    total = np.log(evidence["prior"].values) + sum_over_links(evidence, weighted)
    coords = {name: evidence[name] for name in ("coder", "episode", "hypothesis")}
    return xr.DataArray(total, coords, ("coder", "episode", "hypothesis"))


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
    joint, at_best = log_joint(evidence), np.zeros(evidence.sizes["episode"], dtype=bool)
    if point == "mean":
        joint.values, at_best = mean_joint(evidence, joint.values, refused=refused)
    post = _normalised(evidence, joint, at_best)
    if pool == "linear":
        post = _linear_pool(post, voices(evidence, np.ones(evidence.sizes["coder"], dtype=bool)))
    if pool is not None:
        # averaged and renormalised: nobody's likelihood
        post["relative"] = post["relative"] | True
    alone = pool is not None or post.sizes["coder"] == 1
    post.attrs |= {**evidence.attrs, "point": point, "coder": names}
    return post.isel(coder=0, drop=True) if alone else post


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


def _by_episode(evidence: xr.Dataset, flags: Array) -> Array:
    """Count flags (coder, link) by episode."""
    return sum_over_links(evidence, flags[..., None].astype(np.float64))[..., 0]


def _counts(evidence: xr.Dataset) -> dict[str, Any]:
    """Items of every episode (reports among them, events not), and how many a coder has coded."""
    index = evidence["episode_index"].values[evidence["entry_link"].values]
    items = evidence["entry_role"].values != EVENT
    coded = evidence["coded"].values & items
    n = evidence.sizes["episode"]
    counted = [np.bincount(index[each], minlength=n) for each in coded]
    return {
        "n_items": ("episode", np.bincount(index[items], minlength=n)),
        "n_coded": (("coder", "episode"), np.array(counted).reshape(len(coded), n)),
    }


def _relative(evidence: xr.Dataset) -> Flags:
    """Episodes (coder, episode) whose log evidence is only relative: a weight below 1, a ratio, a reading."""
    ratio = evidence["is_ratio"].values & evidence["coded"].values
    by_link = np.zeros(evidence["kappa"].shape, dtype=bool)
    coders, entries = np.nonzero(ratio)
    by_link[coders, evidence["entry_link"].values[entries]] = True
    fact = evidence["link_kind"].values == FACT
    return _by_episode(evidence, by_link | (evidence["kappa"].values < 1) | fact) > 0


def _normalised(evidence: xr.Dataset, joint: xr.DataArray, at_best: Flags) -> xr.Dataset:
    level = log_sum(joint.values, axis=-1)
    _refuse_impossible(evidence, level)
    counts = _counts(evidence)
    # nothing coded where others have coded something: no answer, not the prior
    silent = (counts["n_coded"][1] == 0) & (counts["n_items"][1] > 0)
    log_p = (joint - xr.DataArray(level, dims=("coder", "episode"))).where(
        xr.DataArray(~silent, dims=("coder", "episode"))
    )
    dims = ("coder", "episode")
    post = xr.Dataset(
        {
            "probability": xr.DataArray(np.exp(log_p)).assign_attrs(
                units="1", long_name="posterior probability"
            ),
            "log_probability": log_p.assign_attrs(units="nats"),
            "prior": evidence["prior"].assign_attrs(units="1", long_name="prior probability"),
            "log_evidence": (dims, np.where(silent, np.nan, level), {"units": "nats"}),
            "relative": (dims, _relative(evidence)),
            "at_best": ("episode", at_best),
            **counts,
        }
    )
    kept = {
        *evidence["episode"].coords,
        *evidence["hypothesis"].coords,
        *evidence["coder"].coords,
        *post.dims,
    }
    return post.drop_vars([name for name in post.coords if name not in kept])


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


def _linear_pool(post: xr.Dataset, weight: Array) -> xr.Dataset:
    each = post["probability"] * xr.DataArray(weight, dims="coder")
    probability = each.sum("coder", skipna=False).assign_attrs(post["probability"].attrs).expand_dims("coder")
    with np.errstate(divide="ignore"):
        log_p = xr.DataArray(np.log(probability)).assign_attrs(units="nats")
    return post.isel(coder=[0]).assign(
        probability=probability,
        log_probability=log_p,
        # an average of posteriors is nobody's likelihood
        log_evidence=post["log_evidence"].isel(coder=[0]) * np.nan,
        n_coded=post["n_coded"].max("coder").expand_dims("coder"),
    )


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
        level = log_p >= log_p.max("hypothesis") - TIE
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
