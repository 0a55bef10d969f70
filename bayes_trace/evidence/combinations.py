"""Mechanisms that may work together, as rivals that exclude one another."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from math import prod

from bayes_trace.errors import BayesTraceError
from bayes_trace.guards import guarded

__all__ = ["configurations"]

#: mechanisms, each of which doubles the rivals
MOST = 12


@guarded
def configurations(
    mechanisms: Iterable[str],
    *,
    prior: float | Mapping[str, float] = 0.5,
    nothing: str = "none",
    excluded: Collection[str] = (),
) -> dict[str, float]:
    """Every combination of mechanisms with its prior, as if each worked or not whatever the others do.

    A combination of k of n mechanisms of probability p has the prior p^k (1 - p)^(n - k), so that one more
    mechanism, unlike one more hypothesis of an even prior, leaves the probability of the others where it was.

    Parameters
    ----------
    mechanisms
        Ids; those of combinations are joined by ``+``, in this order.
    prior
        Probability that a mechanism is at work, one for all or one for each.
    nothing
        Id of the combination in which none is at work.
    excluded
        Combinations that cannot be; the others share their prior in proportion.

    Returns
    -------
    Id of the combination -> prior, as `from_table` takes priors; they sum to 1.

    Raises
    ------
    BayesTraceError
        For no mechanism or more than 12, two of the same name, a mechanism without a prior, a prior that is no
        probability between 0 and 1, an unknown combination, or if all are excluded.

    References
    ----------
    Zaks (2021); Rohlfing (2014), on rivals that do not exclude one another.

    Examples
    --------
    >>> {name: round(p, 2) for name, p in configurations(["greed", "grievance"], prior=0.2).items()}
    {'none': 0.64, 'greed': 0.16, 'grievance': 0.16, 'greed+grievance': 0.04}
    """
    names = list(mechanisms)
    again = [name for name, times in Counter([*names, nothing]).items() if times > 1 or "+" in name]
    if not names or again:
        there = ", ".join(map(repr, names)) or "none"
        expected = "expected one mechanism or more, each with a name of its own, without +"
        message = f"mechanisms: {there}, and {nothing!r} where none is at work; {expected}"
        raise BayesTraceError(message)
    if len(names) > MOST:
        message = f"{len(names)} mechanisms, which make 2^{len(names)} combinations; expected at most {MOST}"
        raise BayesTraceError(message)
    each = _priors(names, prior)
    sets = [chosen for size in range(len(names) + 1) for chosen in itertools.combinations(names, size)]
    found = {
        "+".join(chosen) or nothing: prod(each[name] if name in chosen else 1 - each[name] for name in names)
        for chosen in sets
    }
    for name in excluded:
        if name not in found:
            message = f"no combination {name!r} to exclude; expected one of: {', '.join(found)}"
            raise BayesTraceError(message)
    kept = {name: p for name, p in found.items() if name not in excluded}
    if not kept:
        message = "every combination is excluded; leave one"
        raise BayesTraceError(message)
    total = sum(kept.values())
    return {name: p / total for name, p in kept.items()}


def _priors(names: list[str], prior: float | Mapping[str, float]) -> dict[str, float]:
    each = dict(prior) if isinstance(prior, Mapping) else dict.fromkeys(names, float(prior))
    for name in names:
        if not 0 < each.get(name, 0.0) < 1:
            shown = f"prior {each[name]:.15g}" if name in each else "no prior"
            message = f"{shown} for {name}, expected above 0 and below 1"
            raise BayesTraceError(message)
    return each
