"""The difference between two sets, item by item."""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded
from bayes_trace.scales import log_to_db
from bayes_trace.sensitivity.arrays import Arrays, find_hypothesis, open_arrays

__all__ = ["attribution", "component_changes"]

PRIOR = "prior"


@guarded
def attribution(
    first: xr.Dataset, second: xr.Dataset, *, of: str, against: str, coder: str | None = None
) -> xr.DataArray:
    """The difference between two scenarios in dB, attributed to items exactly.

    Parameters
    ----------
    first, second
        Two compiled sets with common episodes.
    of, against
        The hypotheses whose odds are compared.
    coder
        By default the base coder.

    Returns
    -------
    Decibels by ``component``, ``item@episode`` (a fact or an event as one) or ``prior@episode``: what each
    adds to the posterior odds in the second less what it adds in the first (weights of clusters included). They sum
    to the difference of the odds. An item that one of the two does not have counts as 0 there.

    Raises
    ------
    UnknownNameError
        For an unknown hypothesis or coder.
    BayesTraceError
        If the two have no episode in common.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> one = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    >>> two = bt.compile_evidence(bt.from_table({"memo": {"A": 0.4, "B": 0.2}}))
    >>> attribution(one, two, of="A", against="B").round(2).values.tolist()
    [0.0, -3.01]
    """
    each_coder = open_arrays(first, coder), open_arrays(second, coder)
    for arrays in each_coder:
        find_hypothesis(arrays, of), find_hypothesis(arrays, against)
    common = [name for name in each_coder[0].episodes if name in each_coder[1].episodes]
    if not common:
        message = "the two sets have no episode in common; nothing to compare"
        raise BayesTraceError(message)
    parts = component_changes(*each_coder, dict.fromkeys(common, (of, against)))
    episodes = np.array([name.rsplit("@", 1)[1] for name in parts])
    return xr.DataArray(
        np.array(list(parts.values())),
        {"component": list(parts), "episode": ("component", episodes)},
        ("component",),
        name="difference",
        attrs={"units": "dB", "of": of, "against": against},
    )


def component_changes(first: Arrays, second: Arrays, pairs: dict[str, tuple[str, ...]]) -> dict[str, float]:
    """What each component adds in the second less what it adds in the first, for the pair of each episode."""
    before, after = _weights(first, pairs), _weights(second, pairs)
    return {
        name: _less(after.get(name, 0.0), before.get(name, 0.0)) for name in dict.fromkeys([*before, *after])
    }


def _less(after: float, before: float) -> float:
    return 0.0 if after == before else after - before


def _weights(arrays: Arrays, pairs: dict[str, tuple[str, ...]]) -> dict[str, float]:
    """DB that the prior and each item add to the odds of the pair of each episode, prior first.

    Missing where a hypothesis of the pair is unknown here.
    """
    place = {name: n for n, name in enumerate(arrays.hypotheses)}
    wanted = [[place.get(each, -1) for each in pairs.get(name, ("", ""))] for name in arrays.episodes]
    one, other = np.array(wanted, dtype=np.int64).reshape(-1, 2).T
    unknown = (one < 0) | (other < 0)
    at = np.arange(one.size)
    prior = np.where(unknown, np.nan, arrays.log_prior[at, one] - arrays.log_prior[at, other])
    link, episode = np.arange(arrays.episode_index.size), arrays.episode_index
    with np.errstate(invalid="ignore"):
        gap = arrays.weighted[link, one[episode]] - arrays.weighted[link, other[episode]]
    gap = np.where(unknown[episode], np.nan, np.where(np.isnan(gap), 0.0, gap))
    parts = {
        f"{PRIOR}@{name}": float(log_to_db(prior[n]))
        for n, name in enumerate(arrays.episodes)
        if name in pairs
    }
    names = (str(name) for name in arrays.evidence["link"].values)
    weights = dict(zip(names, log_to_db(gap).tolist(), strict=True))
    return parts | {name: value for name, value in weights.items() if name.rsplit("@", 1)[1] in pairs}
