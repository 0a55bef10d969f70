"""What a clue inside a causal chain says about a query."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from bayes_trace.causal.model import CausalModel
from bayes_trace.causal.query import Event, Given, Join, Not, as_event
from bayes_trace.causal.worlds import chance, probability
from bayes_trace.errors import CausalModelError
from bayes_trace.guards import guarded

__all__ = [
    "ProbativeValue",
    "expected_learning",
    "likelihoods_from",
    "mutual_information",
    "necessity_bounds",
    "priors_from",
    "probative_value",
]

Query = str | Mapping[str, str]
Clues = str | Sequence[str]
_SLACK = 1e-9


@guarded
def likelihoods_from(
    model: CausalModel, clues: Mapping[str, int], query: Query, *, given: Given = None
) -> dict[str, dict[str, float]]:
    """The likelihoods of clues that follow from a model: a table for `from_table`.

    Parameters
    ----------
    model
        A causal model.
    clues
        Node -> what was found, 0 or 1, in the order in which they are to count.
    query
        Hypothesis -> question, of which exactly one must hold; or one question, for the hypotheses ``holds``
        and ``fails``.
    given
        What was known of the case before, as in `probability`.

    Returns
    -------
    Clue -> hypothesis -> probability of what was found, given the hypothesis, what was known and the clues
    before it: these rows multiply, however clues hang together. Where a hypothesis is already ruled out, 0.

    Raises
    ------
    CausalModelError
        If no type allows the clues, or the hypotheses overlap or leave a gap.
    UnknownNameError
        For a clue that is no node.

    References
    ----------
    Humphreys and Jacobs (2023), Integrated Inferences, ch. 7 and 15.

    Examples
    --------
    >>> model = CausalModel("X -> M -> Y", increasing=["X -> M", "M -> Y"])
    >>> likelihoods_from(model, {"M": 1}, "Y[X=1] > Y[X=0]", given="X == 1 & Y == 1")
    {'M': {'holds': 1.0, 'fails': 0.75}}
    """
    hypotheses = _hypotheses(model, query, given)
    known = as_event(given)
    probability(model, as_event(clues), given=known)  # a clue that is no node is named before all else
    if not clues:
        message = "no clues; expected node -> 0 or 1"
        raise CausalModelError(message)
    table: dict[str, dict[str, float]] = {}
    for clue, value in clues.items():
        found = as_event({clue: value})
        table[clue] = {name: _share(model, found, event, known) for name, event in hypotheses.items()}
        known = Join("&", (known, found))
    if chance(model, known) == 0:
        message = (
            f"no type of the model allows {dict(clues)} in this case; correct a clue, or lift a restriction"
        )
        raise CausalModelError(message)
    return table


def _share(model: CausalModel, found: Event, hypothesis: Event, known: Event) -> float:
    base = Join("&", (hypothesis, known))
    below = chance(model, base)
    # rounding must not carry a probability above 1
    return min(chance(model, Join("&", (found, base))) / below, 1.0) if below else 0.0


@guarded
def priors_from(model: CausalModel, query: Query, *, given: Given = None) -> dict[str, float]:
    """The probabilities of hypotheses that follow from a model before the clues, for `from_table`.

    Parameters
    ----------
    model, query, given
        As in `likelihoods_from`.

    Returns
    -------
    Hypothesis -> probability.

    Raises
    ------
    CausalModelError
        If the hypotheses overlap or leave a gap.

    References
    ----------
    Humphreys and Jacobs (2023), Integrated Inferences, ch. 7.

    Examples
    --------
    >>> priors_from(CausalModel("X -> Y"), "Y[X=1] > Y[X=0]", given="X == 1 & Y == 1")
    {'holds': 0.5, 'fails': 0.5}
    """
    found = {
        name: probability(model, event, given=given)
        for name, event in _hypotheses(model, query, given).items()
    }
    total = math.fsum(found.values())
    return {name: share / total for name, share in found.items()}


def _hypotheses(model: CausalModel, query: Query, given: Given) -> dict[str, Event]:
    if isinstance(query, str):
        event = as_event(query)
        return {"holds": event, "fails": Not(event)}
    events = {name: as_event(question) for name, question in query.items()}
    for (one, first), (other, second) in combinations(events.items(), 2):
        both = probability(model, Join("&", (first, second)), given=given)
        if both > _SLACK:
            message = f"{one} and {other} hold together with probability {both:g}; expected one at most"
            raise CausalModelError(message)
    none = 1 - math.fsum(probability(model, event, given=given) for event in events.values())
    if none > _SLACK:
        message = f"no hypothesis holds with probability {none:g}; add one for the rest"
        raise CausalModelError(message)
    return events


@dataclass(frozen=True)
class ProbativeValue:
    """What finding a clue says, and what not finding it says.

    Examples
    --------
    >>> value = ProbativeValue(given_true=0.8, given_false=0.2)
    >>> round(value.present, 2), round(value.absent, 2)
    (6.02, -6.02)
    """

    #: P(clue = 1) if what is asked is true, and if it is false
    given_true: float
    given_false: float

    @property
    def present(self) -> float:
        """Weight of a clue of 1, in dB."""
        return _db(self.given_true, self.given_false)

    @property
    def absent(self) -> float:
        """Weight of a clue of 0, in dB."""
        return _db(1 - self.given_true, 1 - self.given_false)


def _db(first: float, second: float) -> float:
    if first == second:
        return 0.0
    if not first or not second:
        return -math.inf if not first else math.inf
    return 10 * math.log10(first / second)


@guarded
def probative_value(model: CausalModel, clue: str, query: str, *, given: Given = None) -> ProbativeValue:
    """What a clue says about a question, by what is found.

    Parameters
    ----------
    model
        A causal model.
    clue
        A node.
    query, given
        As in `probability`.

    Returns
    -------
    Its probability if what is asked is true and if it is false, and the weights of both findings.

    Raises
    ------
    CausalModelError
        If what is asked is certain, so that no clue can bear on it.
    UnknownNameError
        For a clue that is no node.

    References
    ----------
    Humphreys and Jacobs (2023), Integrated Inferences, ch. 5 and 7.

    Examples
    --------
    >>> model = CausalModel("X -> M -> Y", increasing=["X -> M", "M -> Y"])
    >>> round(probative_value(model, "M", "Y[X=1] > Y[X=0]", given="X == 1 & Y == 1").present, 2)
    1.25
    """
    found, event, known = as_event({clue: 1}), as_event(query), as_event(given)
    probability(model, found, given=known)
    share = probability(model, event, given=known)
    if not 0 < share < 1:
        message = f"{query} has probability {share:g} in this case; no clue can bear on it"
        raise CausalModelError(message)
    return ProbativeValue(_share(model, found, event, known), _share(model, found, Not(event), known))


@guarded
def expected_learning(model: CausalModel, clues: Clues, query: str, *, given: Given = None) -> float:
    """The share of the variance of a belief that clues are expected to remove.

    Parameters
    ----------
    model
        A causal model.
    clues
        A node, or several looked at together.
    query, given
        As in `probability`.

    Returns
    -------
    1 - E[Var(posterior)] / Var(prior), from 0 to 1; 0 where nothing is left to learn.

    Raises
    ------
    CausalModelError
        As `probability`.
    UnknownNameError
        For a clue that is no node.

    References
    ----------
    Humphreys and Jacobs (2023), Integrated Inferences, ch. 12.

    Examples
    --------
    >>> model = CausalModel("H -> K", shares={"K": {"01": 0.8, "11": 0.1, "00": 0.1}})
    >>> round(expected_learning(model, "K", "H == 1"), 4)
    0.64
    """
    outcomes, prior = _outcomes(model, clues, query, given)
    if not 0 < prior < 1:
        return 0.0
    left = math.fsum(weight * p * (1 - p) for weight, p in outcomes)
    return max(1 - left / (prior * (1 - prior)), 0.0)


@guarded
def mutual_information(model: CausalModel, clues: Clues, query: str, *, given: Given = None) -> float:
    """The uncertainty about a query that clues are expected to remove, in bits.

    Parameters
    ----------
    model, clues, query, given
        As in `expected_learning`.

    Returns
    -------
    H(prior) - E[H(posterior)], from 0.

    Raises
    ------
    CausalModelError
        As `probability`.
    UnknownNameError
        For a clue that is no node.

    References
    ----------
    Shannon (1948), Bell System Technical Journal 27, 379-423.

    Examples
    --------
    >>> model = CausalModel("H -> K", shares={"K": {"01": 1}})
    >>> mutual_information(model, "K", "H == 1")
    1.0
    """
    outcomes, prior = _outcomes(model, clues, query, given)
    return max(_entropy(prior) - math.fsum(weight * _entropy(p) for weight, p in outcomes), 0.0)


def _entropy(p: float) -> float:
    return -math.fsum(q * math.log2(q) for q in (p, 1 - p) if 0 < q < 1)


def _outcomes(
    model: CausalModel, clues: Clues, query: str, given: Given
) -> tuple[list[tuple[float, float]], float]:
    """Chance of every finding with the belief that it leaves, and the belief before."""
    names = [clues] if isinstance(clues, str) else list(clues)
    if wrong := [name for name in names if not isinstance(name, str)]:
        message = f"clues: {wrong[0]!r}, expected names of nodes"
        raise CausalModelError(message)
    event, known = as_event(query), as_event(given)
    prior = probability(model, event, given=known)
    found = []
    for values in product((0, 1), repeat=len(names)):
        finding = as_event(dict(zip(names, values, strict=True)))
        weight = probability(model, finding, given=known)
        if weight > 0:
            found.append((weight, probability(model, event, given=Join("&", (known, finding)))))
    return found, prior


@guarded
def necessity_bounds(treated: float, untreated: float) -> tuple[float, float]:
    """Bounds on the probability that X = 1 was necessary for Y = 1, from an experiment alone.

    Parameters
    ----------
    treated
        P(Y = 1) where X is set to 1.
    untreated
        P(Y = 1) where X is set to 0.

    Returns
    -------
    Lowest and highest probability that Y would have been 0 without X, in a case with X = Y = 1.

    Raises
    ------
    CausalModelError
        For what are no probabilities, or if Y is never 1 where X is.

    References
    ----------
    Tian and Pearl (2000), Annals of Mathematics and Artificial Intelligence 28, 287-313; Humphreys and
    Jacobs (2023), Integrated Inferences, table 15.1.

    Examples
    --------
    >>> necessity_bounds(0.75, 0.25)[1]
    1.0
    """
    for name, value in {"treated": treated, "untreated": untreated}.items():
        if not 0 <= value <= 1:
            message = f"{name} = {value!r}: expected a probability"
            raise CausalModelError(message)
    if treated == 0:
        message = "treated = 0: no case has X = 1 and Y = 1, so nothing can be asked of it"
        raise CausalModelError(message)
    return max(0.0, (treated - untreated) / treated), min(1.0, (1 - untreated) / treated)
