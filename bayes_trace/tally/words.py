"""Counts and likelihoods side by side, and why they differ."""

from __future__ import annotations

import math

from bayes_trace.guards import guarded

__all__ = ["reading"]

#: dB within which two methods say about the same, and below which a sum of weights says nothing
ALIKE, EVEN = 3.0, 1.0


@guarded
def reading(
    supporting: int, opposing: int, *, bayes_factor: float, weight: float, of: str, against: str
) -> str:
    """Why the number of items and their likelihoods say the same, or do not.

    Parameters
    ----------
    supporting, opposing
        Items for `of`, and items for `against`.
    bayes_factor
        Of these numbers, as from `bayes_factor`.
    weight
        The sum of the weights of all items, in dB for `of`.
    of, against
        The two hypotheses, in words.

    Returns
    -------
    A sentence. A count takes every item for as good as the next; a likelihood says how good each one is.

    Examples
    --------
    >>> reading(2, 1, bayes_factor=2.2, weight=-13.5, of="T", against="R")
    'More items speak for T, but those for R weigh more: a count takes all for alike.'
    >>> reading(9, 1, bayes_factor=185.2, weight=9.5, of="T", against="R")
    'Both favour T, the count by more: it does not see that the items are weak, 1.0 dB each on average.'
    """
    if not supporting + opposing:
        return "No item favours either, so there is nothing to count."
    more = _favoured(supporting - opposing, 0.0, of, against)
    heavier = _favoured(weight, EVEN, of, against)
    if not heavier:
        return (
            f"{f'More items speak for {more}' if more else 'The items are divided'}; their weights balance."
        )
    if not more:
        return f"As many items speak for either; those for {heavier} weigh more."
    if more != heavier:
        return (
            f"More items speak for {more}, but those for {heavier} weigh more: a count takes all for alike."
        )
    # a factor may be beyond all numbers, and 0 the other way
    counted = abs(10 * math.log10(bayes_factor)) if bayes_factor > 0 else math.inf
    return _both(counted, abs(weight), supporting + opposing, more)


def _favoured(lead: float, least: float, of: str, against: str) -> str:
    if abs(lead) <= least:
        return ""
    return of if lead > 0 else against


def _both(counted: float, weighed: float, items: int, name: str) -> str:
    each = f"{weighed / items:.1f} dB each on average"
    if weighed > counted + ALIKE:
        return f"Both favour {name}, the likelihoods by more: the items are strong, {each}."
    if counted > weighed + ALIKE:
        return f"Both favour {name}, the count by more: it does not see that the items are weak, {each}."
    return f"Both favour {name}, about as strongly."
