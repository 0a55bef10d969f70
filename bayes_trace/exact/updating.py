"""Bayes' rule: one segmented sum over links, normalised in logarithms."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import BayesTraceError, ImpossibleEvidenceError, UnknownNameError
from bayes_trace.exact.mean import mean_rows
from bayes_trace.scales import log_sum, log_to_db

__all__ = ["inclusion", "lead", "log_joint", "select_coder", "sum_over_links", "update"]

Array = npt.NDArray[np.float64]


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


def log_joint(evidence: xr.Dataset, *, point: Literal["best", "mean"] = "best") -> xr.DataArray:
    """Log prior plus weighted log-likelihoods, before normalising.

    Returns
    -------
    Nats with dimensions coder, episode, hypothesis.
    """
    if point not in ("best", "mean"):
        message = f"point={point!r}; expected 'best' or 'mean'"
        raise BayesTraceError(message)
    rows, kappa = (
        (evidence["log_likelihood"].values, evidence["kappa"].values)
        if point == "best"
        else mean_rows(evidence)
    )
    total = np.log(evidence["prior"].values) + sum_over_links(evidence, kappa[..., None] * rows)
    coords = {name: evidence[name] for name in ("coder", "episode", "hypothesis")}
    return xr.DataArray(total, coords, ("coder", "episode", "hypothesis"))


def update(
    evidence: xr.Dataset,
    *,
    point: Literal["best", "mean"] = "best",
    coder: str | None = None,
    pool: Literal["log", "linear"] | None = None,
) -> xr.Dataset:
    """Posterior of every hypothesis in every episode, by Bayes' rule.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    point
        ``best`` takes the likelihoods as coded; ``mean`` integrates each link's range out, one link at a
        time. That is the coherent posterior where nothing uncertain is shared by two links of an episode
        (a source's reliability, an implication, a reading); where something is, `sample` it.
    coder
        One coder alone.
    pool
        Coders together with equal weights: ``log`` averages log-likelihoods (and renormalises),
        ``linear`` averages posteriors.

    Returns
    -------
    Dataset with ``probability``, ``log_probability`` and ``prior`` over episode and hypothesis,
    ``log_evidence`` (nats) and ``relative`` over episode: where true, log_evidence has no absolute
    level. With several coders, and neither `coder` nor `pool`, a dimension ``coder`` comes first.

    Raises
    ------
    ImpossibleEvidenceError
        If every hypothesis of an episode is ruled out; names the items.
    ScaleError
        For ``point="mean"`` with ratio codings.
    UnknownNameError
        For an unknown coder.

    References
    ----------
    Fairfield and Charman (2017); the geometric pool: Genest and Zidek (1986).

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> bt.update(ev).probability.sel(hypothesis="A").round(3).item()
    0.8
    """
    if coder is not None and pool is not None:
        message = "coder= and pool= exclude one another; give one"
        raise BayesTraceError(message)
    if pool not in (None, "log", "linear"):
        message = f"pool={pool!r}; expected 'log' or 'linear'"
        raise BayesTraceError(message)
    if coder is not None:
        evidence = evidence.sel(coder=[str(select_coder(evidence, coder)["coder"].item())])
    joint = log_joint(evidence, point=point)
    relative = _relative(evidence)
    if pool == "log":
        joint, relative = (
            joint.mean("coder", keep_attrs=True).expand_dims("coder"),
            relative.any("coder") | True,
        )
    post = _normalised(evidence, joint, relative)
    if pool == "linear":
        post = _linear_pool(post)
    alone = pool is not None or post.sizes["coder"] == 1
    post.attrs |= {**evidence.attrs, "point": point, "coder": _who(evidence, pool)}
    return post.isel(coder=0, drop=True) if alone else post


def _who(evidence: xr.Dataset, pool: str | None) -> str:
    names = " ".join(str(name) for name in np.atleast_1d(evidence["coder"].values))
    return f"{pool} pool of {names}" if pool else names


def _relative(evidence: xr.Dataset) -> xr.DataArray:
    """Episodes whose log evidence is only relative: a weight below 1, or a ratio."""
    loose = (evidence["kappa"].values < 1) | (evidence["is_ratio"] & evidence["coded"]).values
    counted = sum_over_links(evidence, loose[..., None].astype(float))[..., 0] > 0
    return xr.DataArray(counted, {n: evidence[n] for n in ("coder", "episode")}, ("coder", "episode"))


def _normalised(evidence: xr.Dataset, joint: xr.DataArray, relative: xr.DataArray) -> xr.Dataset:
    level = log_sum(joint.values, axis=-1)
    _refuse_impossible(evidence, level)
    log_p = joint - xr.DataArray(level, dims=("coder", "episode"))
    prior = evidence["prior"]
    post = xr.Dataset(
        {
            "probability": xr.DataArray(np.exp(log_p)).assign_attrs(
                units="1", long_name="posterior probability"
            ),
            "log_probability": log_p.assign_attrs(units="nats"),
            "prior": prior.assign_attrs(units="1", long_name="prior probability"),
            "log_evidence": (("coder", "episode"), level, {"units": "nats"}),
            "relative": relative.reset_coords(drop=True),
        }
    )
    return post.drop_vars(
        [n for n in post.coords if n not in evidence["episode"].coords and n not in post.dims]
    )


def _refuse_impossible(evidence: xr.Dataset, level: Array) -> None:
    impossible = np.flatnonzero(np.isneginf(level).any(axis=0))
    if not impossible.size:
        return
    episode = str(evidence["episode"].values[impossible[0]])
    here = evidence["link_episode"].values == episode
    zero = np.isneginf(evidence["log_likelihood"].values).any(axis=0)
    items = {
        str(name): [str(item) for item in evidence["link_item"].values[here & zero[:, h]]]
        for h, name in enumerate(evidence["hypothesis"].values)
    }
    raise ImpossibleEvidenceError(episode, items)


def _linear_pool(post: xr.Dataset) -> xr.Dataset:
    probability = post["probability"].mean("coder", keep_attrs=True).expand_dims("coder")
    with np.errstate(divide="ignore"):
        log_p = xr.DataArray(np.log(probability)).assign_attrs(units="nats")
    evidence = post["log_evidence"].max("coder").expand_dims("coder") * np.nan
    return xr.Dataset(
        {
            "probability": probability,
            "log_probability": log_p,
            "prior": post["prior"],
            # an average of posteriors is nobody's likelihood
            "log_evidence": evidence,
            "relative": post["relative"].any("coder").expand_dims("coder") | True,
        }
    )


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


def lead(posterior: xr.Dataset) -> xr.Dataset:
    """Leader, runner-up and the decibels between them.

    Returns
    -------
    ``leader``, ``runner_up`` (names) and ``lead`` (dB of posterior odds) over the dimensions of
    the posterior but ``hypothesis``. Of equals the one listed first leads, by 0 dB.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> post = bt.update(bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}})))
    >>> round(float(bt.lead(post).lead.item()), 2)
    6.02
    """
    log_p = posterior["log_probability"].transpose(..., "hypothesis")
    order = np.argsort(-log_p.values, axis=-1, kind="stable")
    ranked = np.take_along_axis(log_p.values, order, axis=-1)
    names = posterior["hypothesis"].values[order]
    dims = log_p.dims[:-1]
    with np.errstate(invalid="ignore"):
        gap = log_to_db(ranked[..., 0] - ranked[..., 1])
    coords = {name: coord for name, coord in log_p.coords.items() if "hypothesis" not in coord.dims}
    return xr.Dataset(
        {
            "leader": (dims, names[..., 0].astype(str)),
            "runner_up": (dims, names[..., 1].astype(str)),
            "lead": (dims, gap, {"units": "dB"}),
        },
        coords,
    )
