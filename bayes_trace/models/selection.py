"""Which episodes are modelled, and the names and constants that every model of them has; needs no PyMC."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from bayes_trace.errors import ModelError, UnknownNameError
from bayes_trace.models.layout import Layout, Scope, take_links
from bayes_trace.models.record import Record, as_names

__all__ = ["basic_coords", "keep_episodes", "prior_constants", "select_episodes"]


def select_episodes(evidence: xr.Dataset, episodes: Iterable[str] | None, scope: Scope) -> xr.Dataset:
    """The evidence of some episodes; a joint model has no aggregates."""
    if scope not in ("episode", "set"):
        message = f"scope={scope!r}; expected 'episode' or 'set'"
        raise ModelError(message)
    names = [str(name) for name in evidence["episode"].values]
    aggregate = dict(zip(names, evidence["is_aggregate"].values, strict=True))
    wanted = as_names(names if episodes is None else episodes)
    for name in wanted:
        if name not in names:
            raise UnknownNameError("episode", name, names)
        if scope == "set" and aggregate[name] and episodes is not None:
            message = f"episode {name} sums up other episodes and cannot enter a joint model with them; leave it out"
            raise ModelError(message)
    kept = [n for n, name in enumerate(names) if name in wanted and not (scope == "set" and aggregate[name])]
    if not kept:
        message = (
            f"{evidence.attrs.get('evidence_set', 'the set')}: no scored episode is left to model; name one"
        )
        raise ModelError(message)
    return keep_episodes(evidence, kept)


def keep_episodes(evidence: xr.Dataset, kept: list[int]) -> xr.Dataset:
    """The evidence of the episodes at these places, in this order of the set."""
    place = np.full(evidence.sizes["episode"], -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    at = place[evidence["episode_index"].values]
    links = np.flatnonzero(at >= 0)
    kept_links = take_links(evidence, links).assign(episode_index=("link", at[links]))
    return kept_links.isel(episode=kept)


def basic_coords(layout: Layout) -> dict[str, list[str]]:
    """Names of episodes, hypotheses, mechanisms, links and coders."""
    evidence = layout.evidence
    names = [str(name) for name in evidence["hypothesis"].values]
    return {
        "episode": [str(name) for name in evidence["episode"].values],
        "hypothesis": names,
        "mechanism": list(dict.fromkeys(part for name in names for part in name.split("+"))),
        "link": [str(name) for name in evidence["link"].values],
        "coder": list(layout.codings.coders),
    }


def prior_constants(record: Record) -> dict[str, xr.DataArray]:
    """Stated priors of hypotheses and of mechanisms."""
    prior = record.evidence["prior"].reset_coords(drop=True)
    return {"prior": prior, "inclusion_prior": record.inclusion(prior)}
