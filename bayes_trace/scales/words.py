"""Words for probabilities and for what evidence says: ENFSI's, the IPCC's, and Van Evera's tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bayes_trace.errors import ScaleError
from bayes_trace.guards import guarded
from bayes_trace.scales.units import Array, inside

__all__ = ["IPCC", "Support", "Words", "classify_test", "enfsi", "ipcc_term"]

#: a number that may be missing (NaN), for which there are words of its own
Number = float


@dataclass(frozen=True)
class Support:
    """ENFSI's words for a likelihood ratio.

    Examples
    --------
    >>> str(Support("moderate", 1))
    'moderate support for the first rather than the second'
    """

    #: ``no``, ``weak``, ``moderate``, ``moderately strong``, ``strong``, ``very strong``, ``extremely strong``
    word: str
    #: 1: for the first hypothesis, -1: for the second, 0: for neither
    direction: int

    def between(self, first: str, second: str) -> str:
        """The sentence with the names of the two hypotheses.

        Examples
        --------
        >>> Support("weak", -1).between("A", "B")
        'weak support for B rather than A'
        """
        if self.direction == 0:
            return f"no support for either of {first} and {second}"
        winner, loser = (first, second) if self.direction > 0 else (second, first)
        return f"{self.word} support for {winner} rather than {loser}"

    def __str__(self) -> str:
        return self.between("the first", "the second")


_ENFSI: tuple[tuple[float, str], ...] = (
    (10.0, "weak"),
    (100.0, "moderate"),
    (1e3, "moderately strong"),
    (1e4, "strong"),
    (1e6, "very strong"),
    (np.inf, "extremely strong"),
)


@guarded
def enfsi(likelihood_ratio: Number) -> Support:
    """Words for what evidence says between two hypotheses; never for a posterior.

    Parameters
    ----------
    likelihood_ratio
        P(E given first) / P(E given second), prior excluded; 0 and infinity allowed.

    Returns
    -------
    The word and the direction. Classes are closed below and open above:
    10 is ``moderate``, anything above 1 and below 10 ``weak``, 1e6 ``extremely strong``.

    Raises
    ------
    ScaleError
        For a negative ratio or NaN.

    References
    ----------
    ENFSI (2015), Guideline for Evaluative Reporting in Forensic Science, table of verbal equivalents.

    Examples
    --------
    >>> enfsi(0.05).between("loyalty", "bargain")
    'moderate support for bargain rather than loyalty'
    """
    if not likelihood_ratio >= 0:
        message = f"likelihood ratio {likelihood_ratio!r}: expected a number from 0 to infinity"
        raise ScaleError(message)
    if likelihood_ratio == 1:
        return Support("no", 0)
    direction = 1 if likelihood_ratio > 1 else -1
    # the boundaries swap with the hypotheses: 1/10 is as moderate as 10
    for bound, word in _ENFSI:
        below = likelihood_ratio < bound if direction > 0 else likelihood_ratio > 1 / bound
        if below:
            return Support(word, direction)
    return Support("extremely strong", direction)


@dataclass(frozen=True)
class Words:
    """A verbal term for a probability: its 90 % range and its best value."""

    low: float
    best: float
    high: float


#: IPCC's likelihood terms. Classes open towards 0 or 1 end at .001 or .999, and their best value is
#: the middle of what no narrower class covers (a choice of this project).
IPCC: dict[str, Words] = {
    "virtually certain": Words(0.99, 0.995, 0.999),
    "extremely likely": Words(0.95, 0.97, 0.999),
    "very likely": Words(0.90, 0.93, 0.999),
    "likely": Words(0.66, 0.78, 0.999),
    "more likely than not": Words(0.50, 0.58, 0.999),
    "about as likely as not": Words(0.33, 0.50, 0.66),
    "unlikely": Words(0.001, 0.22, 0.33),
    "very unlikely": Words(0.001, 0.07, 0.10),
    "extremely unlikely": Words(0.001, 0.03, 0.05),
    "exceptionally unlikely": Words(0.001, 0.005, 0.01),
}

# nominal classes, narrowest first, as printed: (low, high, term)
_IPCC_CLASSES = (
    (0.99, 1.0, "virtually certain"),
    (0.0, 0.01, "exceptionally unlikely"),
    (0.95, 1.0, "extremely likely"),
    (0.0, 0.05, "extremely unlikely"),
    (0.90, 1.0, "very likely"),
    (0.0, 0.10, "very unlikely"),
    (0.33, 0.66, "about as likely as not"),
    (0.0, 0.33, "unlikely"),
    (0.66, 1.0, "likely"),
    (0.50, 1.0, "more likely than not"),
)


@guarded
def ipcc_term(probability: Number) -> str:
    """The narrowest IPCC term that covers an elicited probability.

    For inputs only: a posterior stays a number.

    Raises
    ------
    ScaleError
        Outside [0, 1].

    References
    ----------
    Mastrandrea et al. (2010), IPCC guidance note on uncertainties, table 1.

    Examples
    --------
    >>> ipcc_term(0.97), ipcc_term(0.5), ipcc_term(0.2)
    ('extremely likely', 'about as likely as not', 'unlikely')
    """
    if not 0 <= probability <= 1:
        message = f"probability {probability!r}: expected a number from 0 to 1"
        raise ScaleError(message)
    return next(term for low, high, term in _IPCC_CLASSES if low <= probability <= high)


def _alike(first: Array, second: Array) -> tuple[Array, Array]:
    """Two arrays in their common shape."""
    try:
        one, other = np.broadcast_arrays(first, second)
    except ValueError:
        message = f"arrays of {first.shape} and {second.shape} numbers, expected one common shape"
        raise ScaleError(message) from None
    return one, other


@guarded
def classify_test(
    given_first: npt.ArrayLike, given_second: npt.ArrayLike, *, decisive_db: float = 10.0
) -> npt.NDArray[np.str_]:
    """Van Evera's test, derived from two probabilities of an item.

    Parameters
    ----------
    given_first, given_second
        P(item given the first hypothesis) and given the second, any common shape.
    decisive_db
        Weight in dB from which presence, or absence, counts as decisive.

    Returns
    -------
    ``smoking gun`` where what was found favours the first by at least `decisive_db`; ``hoop``
    where its absence would favour the second by as much; ``doubly decisive`` where both; the same
    words and ``for the rival`` where the hypotheses change places; ``straw in the wind`` where
    none of these; ``undetermined`` where a probability is missing (NaN). Everything lies on a
    continuum: the numbers say more than the word.

    Raises
    ------
    ScaleError
        For a probability outside [0, 1], or shapes that have none in common.
    WrongArgumentError
        For a threshold below 0 or above 1,000 dB.

    References
    ----------
    Van Evera (1997), p. 31; Humphreys and Jacobs (2015).

    Examples
    --------
    >>> classify_test([0.5, 0.99, 0.99, 0.6], [0.01, 0.5, 0.01, 0.4]).tolist()
    ['smoking gun', 'hoop', 'doubly decisive', 'straw in the wind']
    >>> classify_test(0.01, 0.5).item()
    'smoking gun for the rival'
    """
    first, second = _alike(inside(given_first, "probability", 1.0), inside(given_second, "probability", 1.0))
    ratio = np.power(10.0, decisive_db / 10) * (1 - 1e-12)  # a hair of slack keeps exact boundaries inside
    words = np.full(first.shape, "straw in the wind", dtype="<U29")
    for one, other, whose in ((second, first, " for the rival"), (first, second, "")):
        # products, not quotients: no division by zero
        present = (one >= other * ratio) & (one > 0)
        absent = ((1 - one) * ratio <= 1 - other) & (other < 1)
        for flags, word in (
            (present, "smoking gun"),
            (absent, "hoop"),
            (present & absent, "doubly decisive"),
        ):
            words[flags] = word + whose
    words[np.isnan(first) | np.isnan(second)] = "undetermined"
    return words
