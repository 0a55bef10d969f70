"""Answers without some of the evidence: each part set aside in turn."""

from __future__ import annotations

from typing import Literal

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded
from bayes_trace.likelihood import close_over_given
from bayes_trace.likelihood.links import ITEM
from bayes_trace.sensitivity.arrays import Arrays, Flags, normalised, open_arrays
from bayes_trace.sensitivity.pooling import pool
from bayes_trace.sensitivity.registry import Question, register

__all__ = ["leave_each_out", "leave_one_out"]

Part = Literal["item", "source", "coder", "cluster", "implication", "step"]


@guarded
def leave_one_out(evidence: xr.Dataset, *, by: Part = "item", coder: str | None = None) -> xr.DataArray:
    """Posterior with each item, source, cluster, implication, step or coder set aside in turn.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    by
        What is set aside. ``coder`` leaves each coder out of the logarithmic pool of all.
    coder
        By default the base coder.

    Returns
    -------
    Probabilities with dimensions ``left_out``, ``episode``, ``hypothesis``. What hangs on the part that is set
    aside goes with it (coordinate ``also_removed``): items coded given it, the reports of an event, an event
    without reports. The set is weighed as if it had been written without it, so that members of a cluster
    that stay may weigh otherwise (``reweighted``). ``title`` says what an item is about.

    Raises
    ------
    BayesTraceError
        For an unknown `by`, for ``by="coder"`` with `coder`, or with a single coder.

    References
    ----------
    Humphreys and Jacobs (2023), ch. 16, on what single clues carry.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.3, "B": 0.6}}))
    >>> without = leave_one_out(ev).sel(left_out="memo", hypothesis="A")
    >>> round(float(without.item()), 3)
    0.333
    """
    if by == "coder":
        return _without_coders(evidence, coder)
    arrays = open_arrays(evidence, coder)
    names, dropped = parts_of(arrays.evidence, by)
    gone = close_over_given(arrays.evidence, dropped)
    entries, links = (arrays.evidence[name].values for name in ("entry", "link"))
    coords = {
        "left_out": names,
        "title": ("left_out", _titles(arrays, names) if by == "item" else np.array(names, dtype=str)),
        "also_removed": ("left_out", _listed(gone & ~dropped, entries)),
        "reweighted": ("left_out", _listed(_reweighted(arrays, gone), links)),
        **arrays.coords("episode", "hypothesis"),
    }
    attrs = arrays.attrs | {"units": "1", "long_name": "posterior probability", "by": by}
    return xr.DataArray(
        normalised(arrays.joint_without(dropped)),
        coords,
        ("left_out", "episode", "hypothesis"),
        name="probability",
        attrs=attrs,
    )


@guarded
def leave_each_out(evidence: xr.Dataset, *, coder: str | None = None) -> xr.Dataset:
    """Posterior of an episode without each of its items in turn: what `leave_one_out` says, in a long form.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    coder
        By default the base coder.

    Returns
    -------
    ``probability`` with dimensions ``left_out`` (an item, event or report on one episode) and ``hypothesis``, and
    coordinates ``episode``, ``item`` and ``link`` (the fact or event that it belongs to, or its own name): as many
    numbers as there are likelihoods, where `leave_one_out` has every item beside every episode.

    Raises
    ------
    UnknownNameError
        For an unknown coder.

    References
    ----------
    See `leave_one_out`.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> ev = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}, "note": {"A": 0.3, "B": 0.6}}))
    >>> leave_each_out(ev).probability.sel(left_out="memo@episode").round(3).values.tolist()
    [0.333, 0.667]
    """
    arrays = open_arrays(evidence, coder)
    ev, episode = arrays.evidence, arrays.entry_episode
    return xr.Dataset(
        {
            "probability": (
                ("left_out", "hypothesis"),
                normalised(_joint_without_each(arrays)),
                {"units": "1"},
            )
        },
        {
            "left_out": ev["entry"].values,
            "episode": ("left_out", ev["episode"].values[episode]),
            "item": ("left_out", ev["entry_item"].values),
            "link": ("left_out", ev["link_item"].values[arrays.structure.entry_link]),
            "hypothesis": arrays.hypotheses,
        },
        arrays.attrs | {"by": "item"},
    )


def _joint_without_each(arrays: Arrays) -> np.ndarray:
    """Log joint (entry, hypothesis) of its episode without each entry."""
    link, episode = arrays.structure.entry_link, arrays.entry_episode
    with np.errstate(invalid="ignore"):
        joint = arrays.joint[episode] - arrays.weighted[link]
    bound = np.flatnonzero(_bound(arrays) | ~np.isfinite(joint).all(axis=1))
    if bound.size:
        # one of every episode at a time: episodes do not touch each other
        turn = np.arange(bound.size) - np.searchsorted(episode[bound], episode[bound])
        dropped = np.zeros((link.size, int(turn.max()) + 1), dtype=bool)
        dropped[bound, turn] = True
        joint[bound] = arrays.joint_without(dropped)[turn, episode[bound]]
    return joint


def _bound(arrays: Arrays) -> Flags:
    """Entries without which others would say something else: of a fact, an event or a cluster, or given each other."""
    structure, episode = arrays.structure, arrays.entry_episode
    alone = np.bincount(structure.entry_link, minlength=structure.n_links) == 1
    free = alone & (structure.kind == ITEM) & (structure.cluster < 0)
    given = arrays.evidence["entry_given"].values != ""
    return ~free[structure.entry_link] | np.isin(episode, episode[given])


def parts_of(evidence: xr.Dataset, by: str) -> tuple[list[str], Flags]:
    """Names of the parts, in order, and the entries (entry, part) of each; entries of no part stand in none."""
    link = evidence["entry_link"].values
    texts = evidence[f"link_{by}"].values[link] if by in _BY_LINK else evidence[f"entry_{by}"].values
    words = [str(text).split() if by == "implication" else [str(text)] for text in texts]
    places: dict[str, list[int]] = {}
    for entry, each in enumerate(words):
        for name in filter(None, each):
            places.setdefault(name, []).append(entry)
    member = np.zeros((len(words), len(places)), dtype=bool)
    for part, mine in enumerate(places.values()):
        member[mine, part] = True
    return list(places), member


#: an event stands in a cluster and bears on a step with all its reports
_BY_LINK = ("cluster", "step")


def _titles(arrays: Arrays, names: list[str]) -> np.ndarray:
    ev = arrays.evidence
    title = dict(zip(ev["entry_item"].values.tolist(), ev["item_title"].values.tolist(), strict=True))
    return np.array([title[name] for name in names], dtype=str)


def _listed(chosen: Flags, names: np.ndarray) -> np.ndarray:
    return np.array([" ".join(names[column]) for column in chosen.T], dtype=str)


def _reweighted(arrays: Arrays, gone: Flags) -> Flags:
    """Links (link, part) that stay, wholly or in part, and weigh otherwise in their cluster."""
    changed = np.zeros((arrays.structure.n_links, gone.shape[1]), dtype=bool)
    stay = arrays.structure.coded_links(arrays.structure.coded[:, None] & ~gone)
    if (arrays.kappa < 1).any():
        for part, _, kappa in arrays.without(gone):
            changed[:, part] = ~np.isclose(kappa, arrays.kappa[:, None], rtol=1e-12, atol=0) & stay[:, part]
    return changed


def _without_coders(evidence: xr.Dataset, coder: str | None) -> xr.DataArray:
    names = [str(name) for name in evidence["coder"].values]
    if coder is not None:
        message = 'by="coder" and coder= are mutually exclusive; give one'
        raise BayesTraceError(message)
    if len(names) == 1:
        message = f'by="coder" needs two coders or more; there is only {names[0]}'
        raise BayesTraceError(message)
    others = {out: [name for name in names if name != out] for out in names}
    pools = [pool(evidence.sel(coder=rest), how="log")["probability"] for rest in others.values()]
    result = xr.concat(pools, xr.Variable("left_out", names), coords="minimal", compat="override")
    return result.assign_attrs(by="coder")


def _question(by: Part) -> Question:
    """A part that the set does not have is passed over."""
    return Question(
        f"leave_one_out/{by}",
        lambda asked: leave_one_out(asked.evidence, by=by, coder=asked.coder),
        place=5,
        applies=lambda asked: bool(parts_of(asked.evidence, by)[0]),
    )


register(
    *(_question(by) for by in ("item", "source", "cluster", "implication", "step")),
    Question(
        "leave_one_out/coder",
        lambda asked: leave_one_out(asked.evidence, by="coder"),
        place=6,
        applies=lambda asked: asked.evidence.sizes["coder"] > 1,
    ),
)
