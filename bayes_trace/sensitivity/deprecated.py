"""Very many priors and likelihoods for one episode: an earlier name of `propagate`."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import xarray as xr

from bayes_trace.errors import UnknownNameError
from bayes_trace.guards import guarded
from bayes_trace.propagation import propagate

__all__ = ["many_scenarios"]


@guarded
def many_scenarios(
    evidence: xr.Dataset,
    episode: str,
    *,
    n: int = 1_000_000,
    concentration: float | None = None,
    seed: int = 0,
    coder: str | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> xr.Dataset:
    """Deprecated: use `propagate` with ``keep_draws=False`` and take its ``summary``.

    Parameters
    ----------
    evidence, concentration, seed, coder, progress
        As for `propagate`.
    episode
        Its id.
    n
        How many draws.

    Returns
    -------
    Dataset over ``hypothesis``: ``mean``, ``sd``, ``leads`` and ``quantile`` (share, hypothesis).

    Raises
    ------
    UnknownNameError
        For an unknown episode or coder.
    BayesTraceError
        For `n` below 1 or a concentration that is not above 0.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> memo = {"A": {"low": 0.6, "best": 0.8, "high": 0.9}, "B": 0.2}
    >>> ev = bt.compile_evidence(bt.from_table({"memo": memo}))
    >>> with warnings.catch_warnings(action="ignore"):
    ...     drawn = many_scenarios(ev, "episode", n=20_000)
    >>> drawn["leads"].round(2).values.tolist()
    [1.0, 0.0]
    """
    warnings.warn("many_scenarios is now propagate(..., keep_draws=False)", DeprecationWarning, stacklevel=2)
    names = [str(name) for name in evidence["episode"].values]
    if episode not in names:
        raise UnknownNameError("episode", episode, names)
    links = evidence["link_episode"].values == episode
    kept = links[evidence["entry_link"].values]
    alone = evidence.isel(episode=[names.index(episode)], link=links, entry=kept)
    place = links.cumsum() - 1
    alone = alone.assign(
        episode_index=alone["episode_index"] * 0, entry_link=("entry", place[alone["entry_link"].values])
    )
    drawn = propagate(
        alone,
        draws=n,
        seed=seed,
        coder=coder,
        concentration=concentration,
        keep_draws=False,
        progress=progress,
    )
    facts = {**drawn.attrs, "episode": episode, "n": n, "second_order": "propagated"}
    return drawn["summary"].to_dataset().isel(episode=0, drop=True).assign_attrs(facts)
