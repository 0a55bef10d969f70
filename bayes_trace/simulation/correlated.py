"""Findings that hang together, pair by pair and under each hypothesis: correlations of a normal copula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from bayes_trace.errors import SimulationError, UnknownNameError

__all__ = ["Correlations", "feasible_range", "latent", "latent_matrix", "spread_by"]

Array = npt.NDArray[np.float64]
#: two items -> the correlation of their findings, under every hypothesis or by hypothesis
Correlations = Mapping[tuple[str, str], float | Mapping[str, float]]
#: beyond a limit by less is rounding, of a correlation and of an eigenvalue
ROUNDING, SINGULAR = 1e-9, 1e-6


def feasible_range(p: float, q: float) -> tuple[float, float]:
    """Correlations that two findings of these probabilities can have.

    Examples
    --------
    >>> [round(end, 3) for end in feasible_range(0.8, 0.5)], [round(end, 3) for end in feasible_range(0.5, 0.5)]
    ([-0.5, 0.5], [-1.0, 1.0])
    """
    if not (0 < p < 1 and 0 < q < 1):
        return 0.0, 0.0
    same, other = sqrt(p * q / ((1 - p) * (1 - q))), sqrt(p * (1 - q) / (q * (1 - p)))
    return -min(same, 1 / same), min(other, 1 / other)


def latent(p: float, q: float, rho: float) -> float:
    """Correlation of two normals that are cut at these probabilities so that the findings have correlation rho.

    Examples
    --------
    >>> round(latent(0.5, 0.5, 0.5), 4), latent(0.5, 0.5, -1.0)
    (0.7071, -1.0)
    """
    from scipy.optimize import brentq
    from scipy.stats import multivariate_normal

    low, high = feasible_range(p, q)
    if rho <= low + ROUNDING or rho >= high - ROUNDING:
        return 0.0 if low == high else float(np.sign(rho))
    both = p * q + rho * sqrt(p * (1 - p) * q * (1 - q))
    cut = ndtri([p, q])

    def missing(r: float) -> float:
        together = multivariate_normal.cdf(cut, cov=[[1.0, r], [r, 1.0]], allow_singular=True)
        return float(together) - both

    return float(brentq(missing, -1.0, 1.0, xtol=1e-10))


def latent_matrix(
    names: Sequence[str],
    found: Sequence[Array],
    stated: Correlations,
    hypotheses: Sequence[str],
    base: Array,
) -> Array:
    """Correlations of the normals behind the links of an episode, (hypothesis, link, link).

    Parameters
    ----------
    names
        Links of the episode.
    found
        For each link, P(end | hypothesis), (end, hypothesis).
    stated
        Of pairs of links; those that are not on this episode are passed over.
    hypotheses
        Their names.
    base
        Correlations (link, link) of clusters, in the place of which those stated come.

    Raises
    ------
    SimulationError
        For a correlation out of its range, for links with more than two ends, for correlations that cannot hold
        together.
    UnknownNameError
        For an unknown hypothesis.
    """
    whole = np.repeat(base[None], len(hypotheses), axis=0)
    for (one, other), values in stated.items():
        if one in names and other in names:
            at = names.index(one), names.index(other)
            each = _by_hypothesis(values, hypotheses)
            for h, rho in each.items():
                p, q = (_two_ends(names[link], found[link])[h] for link in at)
                _check(one, other, hypotheses[h], float(p), float(q), rho)
                whole[h][at] = whole[h][at[::-1]] = latent(float(p), float(q), rho)
    for h, matrix in enumerate(whole):
        _check_together(matrix, hypotheses[h], names)
    return whole


def _by_hypothesis(values: float | Mapping[str, float], hypotheses: Sequence[str]) -> dict[int, float]:
    if not isinstance(values, Mapping):
        return dict.fromkeys(range(len(hypotheses)), float(values))
    for name in values:
        if name not in hypotheses:
            raise UnknownNameError("hypothesis", name, hypotheses)
    return {hypotheses.index(name): float(rho) for name, rho in values.items()}


def _two_ends(name: str, ends: Array) -> Array:
    """P(found | hypothesis) of an item."""
    if len(ends) != 2:
        message = f"{name} has {len(ends)} ways to end; a correlation can be stated between single items only"
        raise SimulationError(message)
    return np.asarray(ends[0])


def _check(one: str, other: str, hypothesis: str, p: float, q: float, rho: float) -> None:
    low, high = feasible_range(p, q)
    if not low - ROUNDING <= rho <= high + ROUNDING:
        message = (
            f"correlation {rho:g} of {one} and {other} under {hypothesis}; findings of probability {p:.3g} and {q:.3g} "
            f"can have one from {low:.3f} to {high:.3f}"
        )
        raise SimulationError(message)


def _check_together(matrix: Array, hypothesis: str, names: Sequence[str]) -> None:
    least = float(np.linalg.eigvalsh(matrix)[0]) if len(matrix) else 0.0
    if least < -SINGULAR:
        tied = [name for name, row in zip(names, matrix, strict=True) if np.count_nonzero(row) > 1]
        message = (
            f"the correlations of {', '.join(tied)} under {hypothesis} cannot hold together "
            f"(least eigenvalue {least:.3f}, expected 0 or more); bring some nearer to 0"
        )
        raise SimulationError(message)


def spread_by(matrix: Array, z: Array) -> Array:
    """Independent normals (replicate, link) made to correlate."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray(z @ (vectors * np.sqrt(np.maximum(values, 0.0))).T)
