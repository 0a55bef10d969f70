"""Whose codings are sampled, and which episodes they leave without an answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from bayes_trace.errors import ModelError, UnknownNameError
from bayes_trace.likelihood.links import EVENT
from bayes_trace.models.coded import coders_used
from bayes_trace.models.selection import keep_episodes

__all__ = ["Readers", "of_readers"]


@dataclass(frozen=True)
class Readers:
    """Evidence of one coder, or of all, without the episodes that they have not coded."""

    evidence: xr.Dataset
    #: why direct sampling does not apply; empty where it does
    why_not_direct: str
    attrs: dict[str, str]


def of_readers(evidence: xr.Dataset, coder: str | None) -> Readers:
    """The evidence of one coder, by default the base coder, or of all.

    Raises
    ------
    UnknownNameError
        If there is no such coder.
    ModelError
        If the coder has coded no episode.
    """
    name = coder or str(evidence.attrs["base_coder"])
    known = [str(each) for each in evidence["coder"].values]
    if name not in (*known, "all"):
        raise UnknownNameError("coder", name, [*known, "all"])
    chosen = evidence if name == "all" else evidence.sel(coder=[name])
    silent = _silent(chosen)
    attrs = {"coder": name}
    if silent.all():
        message = f"coder {name} has coded no episode here; choose another: {', '.join(known)}, or all"
        raise ModelError(message)
    if silent.any():
        attrs["not_coded"] = " ".join(map(str, evidence["episode"].values[silent]))
        chosen = keep_episodes(chosen, np.flatnonzero(~silent).tolist())
    used = coders_used(chosen)
    several = f"{len(used)} coders are modelled together, which takes a Markov chain"
    return Readers(chosen, several if len(used) > 1 else "", attrs)


def _silent(evidence: xr.Dataset) -> np.ndarray:
    """Episodes with items of which none is coded: they have no answer, not the prior."""
    episode = evidence["episode_index"].values[evidence["entry_link"].values]
    items = evidence["entry_role"].values != EVENT
    coded = evidence["coded"].values.any(axis=0) & items
    n = evidence.sizes["episode"]
    held, told = (np.bincount(episode[each], minlength=n) for each in (items, coded))
    return np.asarray((held > 0) & (told == 0))
