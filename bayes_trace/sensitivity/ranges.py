"""One number at a time: codings at the ends of their ranges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr
from scipy.special import expit

from bayes_trace.guards import LARGEST_DB, guarded
from bayes_trace.likelihood import effective_likelihood, parts_of
from bayes_trace.scales import db_to_log, log_to_db, logit
from bayes_trace.scales.units import Z_90
from bayes_trace.sensitivity.arrays import (
    CELLS,
    Array,
    Arrays,
    check_within,
    normalised,
    open_arrays,
)
from bayes_trace.sensitivity.registry import Question, register

__all__ = ["one_way"]

#: a common half-width in dB stops short of certainty
HIGHEST = 0.999
ENDS = ("low", "high")


@guarded
def one_way(evidence: xr.Dataset, *, uniform: float | None = None, coder: str | None = None) -> xr.Dataset:
    """Posterior with each coding at the low and at the high end of its range: the tornado.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    uniform
        Instead of the stated ranges, this many dB of probability (or of ratio) on either side,
        never above .999.
    coder
        By default the base coder.

    Returns
    -------
    Dataset with ``probability`` (entry, varied, end, hypothesis), where ``varied`` is the hypothesis whose
    likelihood moves and ``end`` is low or high; ``lead`` (entry, varied, end), the dB of the leader of the
    episode over its strongest rival, negative where it is overtaken; and ``swing`` (entry, varied), the
    distance in dB between the two ends. All options of an item with readings move together. A ratio
    moves against its reference, which has no range of its own.

    Raises
    ------
    BayesTraceError
        For a negative half-width.

    References
    ----------
    Howard (1988), Decision Analysis: Practice and Promise, on tornado diagrams.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> memo = {"A": {"low": 0.4, "best": 0.8, "high": 0.9}, "B": 0.2}
    >>> ev = bt.compile_evidence(bt.from_table({"memo": memo}))
    >>> moved = one_way(ev).probability.sel(varied="A", hypothesis="A").isel(entry=0)
    >>> moved.round(3).values.tolist()
    [0.667, 0.818]
    """
    arrays = open_arrays(evidence, coder)
    ends = _stated_ends(arrays) if uniform is None else _uniform_ends(arrays, uniform)
    joint = _at_ends(arrays, ends)
    lead = _lead(arrays, joint)
    with np.errstate(invalid="ignore"):
        swing = np.nan_to_num(np.abs(lead[..., 1] - lead[..., 0]), nan=0.0, posinf=np.inf)
    dims = ("entry", "varied", "end")
    return xr.Dataset(
        {
            "probability": ((*dims, "hypothesis"), normalised(joint), {"units": "1"}),
            "lead": (dims, lead, {"units": "dB"}),
            "swing": (dims[:2], swing, {"units": "dB"}),
        },
        {
            **arrays.coords("entry", "hypothesis"),
            "entry_episode": ("entry", np.array(arrays.episodes)[arrays.entry_episode]),
            "varied": arrays.hypotheses,
            "end": list(ENDS),
        },
        arrays.attrs | {"range": "stated" if uniform is None else f"{uniform:g} dB either way"},
    )


def _stated_ends(arrays: Arrays) -> Array:
    """Locations (end, entry, option, hypothesis) at the stated low and high."""
    at, low, high = parts_of(arrays.evidence, "location", 0)
    return np.stack([at - Z_90 * low, at + Z_90 * high])


def _uniform_ends(arrays: Arrays, db: float) -> Array:
    width = float(check_within("uniform", db, 0.0, LARGEST_DB))
    at = arrays.evidence["location"].values[0]
    p = expit(at)
    ratio = arrays.structure.is_ratio[:, None, None]
    ends = []
    for sign in (-1.0, 1.0):
        moved = p * np.exp(db_to_log(sign * width))
        ends.append(np.where(ratio, at + sign * width, logit(np.minimum(moved, np.maximum(p, HIGHEST)))))
    return np.stack(ends)


def _at_ends(arrays: Arrays, ends: Array) -> Array:
    """Log joint (entry, varied, end, hypothesis) of the entry's episode, one likelihood moved at a time.

    Weights of readings and in clusters stay, so that nothing but the link of an entry moves with it: the first
    entries of all links are moved at once, then the second.
    """
    link, n = arrays.structure.entry_link, len(arrays.hypotheses)
    position = np.arange(link.size) - np.searchsorted(link, link)
    joint = np.zeros((link.size, n, 2, n))
    most = int(position.max(initial=-1)) + 1
    step = min(max(1, CELLS // max(1, 2 * n * ends[0].size)), max(1, most))
    for start in range(0, most, step):
        here = np.flatnonzero((position >= start) & (position < start + step))
        turn = position[here] - start
        moved = np.broadcast_to(arrays.point.location[..., None, None], (*ends.shape[1:], step, n, 2)).copy()
        for varied, end in np.ndindex(n, 2):
            moved[here, :, varied, turn, varied, end] = ends[end, here, :, varied]
        point = replace(arrays.point, location=moved.reshape(*ends.shape[1:], -1))
        rows = effective_likelihood(arrays.structure, point).reshape(-1, n, step, n, 2)
        weighted = arrays.kappa[link[here], None, None, None] * rows[link[here], :, turn]
        joint[here] = arrays.rest[link[here], None, None] + np.moveaxis(weighted, 1, -1)
    return joint


def _lead(arrays: Arrays, joint: Array) -> Array:
    """Decibels of each entry's episode's leader over its strongest rival, joint (entry, varied, end, h)."""
    leader = arrays.leader[arrays.entry_episode][:, None, None, None]
    mine = np.take_along_axis(joint, np.broadcast_to(leader, (*joint.shape[:-1], 1)), axis=-1)[..., 0]
    rivals = np.where(np.arange(joint.shape[-1]) == leader, -np.inf, joint).max(axis=-1)
    with np.errstate(invalid="ignore"):
        return log_to_db(mine - rivals)


register(Question("one_way", lambda asked: one_way(asked.evidence, coder=asked.coder), place=90))
