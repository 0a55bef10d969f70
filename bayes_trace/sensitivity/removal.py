"""Answers without some of the evidence: each part set aside in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded
from bayes_trace.likelihood.links import ITEM
from bayes_trace.sensitivity.arrays import Array, Arrays, Flags, Index, normalised, open_arrays
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
    places = parts_of(arrays.evidence, by)
    found = _without(arrays, places)
    coords = {
        "left_out": list(places),
        "title": (
            "left_out",
            _titles(arrays, list(places)) if by == "item" else np.array(list(places), dtype=str),
        ),
        "also_removed": ("left_out", np.array([" ".join(each) for each in found.also], dtype=str)),
        "reweighted": ("left_out", np.array([" ".join(each) for each in found.reweighted], dtype=str)),
        **arrays.coords("episode", "hypothesis"),
    }
    attrs = arrays.attrs | {"units": "1", "long_name": "posterior probability", "by": by}
    return xr.DataArray(
        found.probability, coords, ("left_out", "episode", "hypothesis"), name="probability", attrs=attrs
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
    joint, bound = arrays.rest[link], np.flatnonzero(_bound(arrays))
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
    return np.asarray(~free[structure.entry_link] | np.isin(episode, episode[given]))


@dataclass
class _Without:
    """What is left when each part is set aside."""

    #: (part, episode, hypothesis)
    probability: Array
    #: entries that go along, and links that stay and weigh otherwise
    also: list[list[str]]
    reweighted: list[list[str]]
    #: labels of all entries and links
    entries: npt.NDArray[np.str_]
    links: npt.NDArray[np.str_]


def _without(arrays: Arrays, places: dict[str, list[int]]) -> _Without:
    """Episode by episode, as nothing that is set aside on one moves another."""
    base = normalised(arrays.joint)
    also: list[list[str]] = [[] for _ in places]
    reweighted: list[list[str]] = [[] for _ in places]
    labels = (arrays.evidence[name].values for name in ("entry", "link"))
    found = _Without(np.repeat(base[None], len(places), axis=0), also, reweighted, *labels)
    touched: dict[int, dict[int, list[int]]] = {}
    bound = _bound(arrays)
    for part, entries in enumerate(places.values()):
        if len(entries) == 1 and not bound[entries[0]]:
            (entry,) = entries
            alone = normalised(arrays.rest[arrays.structure.entry_link[entry]])
            found.probability[part, arrays.entry_episode[entry]] = alone
            continue
        for entry in entries:
            touched.setdefault(int(arrays.entry_episode[entry]), {}).setdefault(part, []).append(entry)
    for episode in sorted(touched):
        _without_in(arrays, episode, touched[episode], found)
    return found


def _without_in(arrays: Arrays, episode: int, parts: dict[int, list[int]], found: _Without) -> None:
    """Fill in one episode."""
    entries, numbers = arrays.entries(arrays.links(episode)), np.array(list(parts))
    dropped = np.zeros((entries.size, numbers.size), dtype=bool)
    for column, own in enumerate(parts.values()):
        dropped[np.array(own) - entries[0], column] = True
    links, gone, variants = arrays.without_in(episode, dropped)
    prior = arrays.log_prior[episode]
    for part, rows, kappa in variants:
        joint = prior + (kappa[:, None] * rows).sum(axis=0).T
        found.probability[numbers[part], episode] = normalised(joint)
        moved = ~np.isclose(kappa, arrays.kappa[links][:, None], rtol=1e-12, atol=0) & _stay(
            arrays, links, gone[:, part]
        )
        _note(found.reweighted, numbers[part], moved, found.links[links])
    _note(found.also, numbers, gone & ~dropped, found.entries[entries])


def _stay(arrays: Arrays, links: Index, gone: Flags) -> Flags:
    """Links (link, part) that stay, wholly or in part."""
    structure, _, _ = arrays.take(links)
    return structure.coded_links(structure.coded[:, None] & ~gone)


def _note(lists: list[list[str]], numbers: Index, chosen: Flags, names: npt.NDArray[np.str_]) -> None:
    """Add the names chosen (name, part) to the lists of the parts."""
    for place, column in zip(*np.nonzero(chosen), strict=True):
        lists[numbers[column]].append(str(names[place]))


def parts_of(evidence: xr.Dataset, by: str) -> dict[str, list[int]]:
    """Names of the parts, in order, and the entries of each; entries of no part stand in none."""
    link = evidence["entry_link"].values
    texts = evidence[f"link_{by}"].values[link] if by in _BY_LINK else evidence[f"entry_{by}"].values
    words = [str(text).split() if by == "implication" else [str(text)] for text in texts]
    places: dict[str, list[int]] = {}
    for entry, each in enumerate(words):
        for name in filter(None, each):
            places.setdefault(name, []).append(entry)
    return places


#: an event stands in a cluster and bears on a step with all its reports
_BY_LINK = ("cluster", "step")


def _titles(arrays: Arrays, names: list[str]) -> np.ndarray:
    ev = arrays.evidence
    title = dict(zip(ev["entry_item"].values.tolist(), ev["item_title"].values.tolist(), strict=True))
    return np.array([title[name] for name in names], dtype=str)


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
        applies=lambda asked: bool(parts_of(asked.evidence, by)),
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
