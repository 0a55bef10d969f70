"""The coherent pool: of all likelihoods that fit together, those nearest to what the coders said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import ScaleError

__all__ = ["coherent_rows", "nearest_coherent"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
#: place of a compound, and those of its parts
Compound = tuple[int, tuple[int, ...]]
#: larger than another by less is rounding
LEVEL = 1e-12


def coherent_rows(evidence: xr.Dataset, weight: Array) -> Array:
    """Log-likelihoods (link, hypothesis) nearest, in squares of probabilities, to those of all coders together.

    The nearest to all of them is the nearest to their mean. Coherent are rows in which every compound lies between
    its parts, since a paper shows one of the reasons.

    Parameters
    ----------
    evidence
        As from `compile_evidence`.
    weight
        Share (coder, link) that each coder has in what is said of a link.

    Raises
    ------
    ScaleError
        For links that a coder coded by ratios, which have no probability to be near to.

    References
    ----------
    Osherson and Vardi (2006), Games and Economic Behavior 56, 148-173; Predd, Osherson, Kulkarni and Poor (2008),
    Decision Analysis 5, 177-189.
    """
    _refuse_ratios(evidence)
    mean = np.asarray((weight[..., None] * np.exp(evidence["log_likelihood"].values)).sum(axis=0))
    mean[weight.sum(axis=0) == 0] = 1.0
    compounds = list(_compounds([str(name) for name in evidence["hypothesis"].values]))
    for link in np.flatnonzero(_violated(mean, compounds).any(axis=1)):
        mean[link] = nearest_coherent(mean[link], compounds)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(mean))


def _refuse_ratios(evidence: xr.Dataset) -> None:
    ratio = (evidence["is_ratio"] & evidence["coded"]).any("coder").values
    if ratio.any():
        names = ", ".join(dict.fromkeys(str(name) for name in evidence["entry_item"].values[ratio]))
        message = (
            f"{names}: coded by ratios, and a coherent pool needs probabilities; state a reference_probability, "
            "or use pool='log'"
        )
        raise ScaleError(message)


def _compounds(names: Sequence[str]) -> Iterator[Compound]:
    for number, name in enumerate(names):
        parts = name.split("+")
        if len(parts) > 1 and set(parts) <= set(names):
            yield number, tuple(names.index(part) for part in parts)


def _violated(rows: Array, compounds: Sequence[Compound]) -> Flags:
    """Which compounds (row, compound) lie outside the range of their parts."""
    outside = np.zeros((len(rows), len(compounds)), dtype=bool)
    for number, (whole, parts) in enumerate(compounds):
        own, low, high = rows[:, whole], rows[:, parts].min(axis=1), rows[:, parts].max(axis=1)
        outside[:, number] = (own > high + LEVEL) | (own < low - LEVEL)
    return outside


def nearest_coherent(row: Array, compounds: Sequence[Compound]) -> Array:
    """The row nearest in squares in which every compound lies between its parts.

    Which part lies above and which below is tried in every way, for compounds that are violated; those that a mend
    violates are added until there are none.

    Examples
    --------
    >>> nearest_coherent(np.array([0.2, 0.4, 0.8]), [(2, (0, 1))]).round(9).tolist()
    [0.2, 0.6, 0.6]
    """
    held: set[int] = set()
    best = row
    while (outside := _violated(best[None], compounds)[0]).any():
        held |= set(np.flatnonzero(outside).tolist())
        best = min(_mended(row, [compounds[n] for n in sorted(held)]), key=lambda each: _far(each, row))
    return best


def _far(one: Array, other: Array) -> float:
    return float(np.square(one - other).sum())


def _mended(row: Array, compounds: Sequence[Compound]) -> Iterator[Array]:
    """Nearest rows for every choice of a part above and a part below each compound."""
    from scipy.optimize import nnls

    choices = [
        [(whole, above, below) for above, below in product(parts, repeat=2)] for whole, parts in compounds
    ]
    for chosen in product(*choices):
        rules = np.zeros((2 * len(chosen), row.size))
        for number, (whole, above, below) in enumerate(chosen):
            rules[2 * number, [whole, above]] = 1.0, -1.0
            rules[2 * number + 1, [below, whole]] = 1.0, -1.0
        # of the rows for which no rule is above 0 the nearest is what the cone of the rules leaves over
        yield row - rules.T @ nnls(rules.T, row)[0]
