"""Expected likelihoods: elicited ranges integrated out, one link at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import ScaleError
from bayes_trace.likelihood import final_rows
from bayes_trace.scales import expit

__all__ = ["mean_rows", "two_piece_nodes"]

Array = npt.NDArray[np.float64]
#: where the normal density has fallen below 1e-17
FAR = 8.6
_ELICITED = ("location", "spread_low", "spread_high")


def two_piece_nodes(n: int = 80) -> tuple[Array, Array]:
    """Nodes and weights for the expectation over a standard normal, kink at zero allowed.

    Returns
    -------
    z and weights, 2 n of each; Gauss-Legendre on either side of zero.

    Examples
    --------
    >>> z, w = two_piece_nodes()
    >>> round(float((w * np.abs(z)).sum()), 9)  # sqrt(2 / pi)
    0.797884561
    """
    x, weight = np.polynomial.legendre.leggauss(n)
    z = FAR * (x + 1) / 2
    density = weight * FAR / 2 * np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    # the density adds up to 1 but for rounding
    density /= 2 * density.sum()
    return np.concatenate([-z[::-1], z]), np.concatenate([density[::-1], density])


def _nodes(location: float, low: float, high: float) -> tuple[Array, Array]:
    """Probabilities and weights of one elicited probability; a single node for a point."""
    if low == 0 and high == 0:
        return expit(np.array([location])), np.ones(1)
    z, weight = two_piece_nodes(24)
    return expit(location + np.where(z < 0, low, high) * z), weight


def mean_rows(evidence: xr.Dataset) -> tuple[Array, Array]:
    """Final rows with E[q^kappa]^(1/kappa) in the place of q.

    Returns
    -------
    Log-likelihoods (coder, link, hypothesis) and kappa (coder, link).

    Raises
    ------
    ScaleError
        For ratio codings: a ratio has no expectation of its own.

    References
    ----------
    Humphreys and Jacobs (2023), section 5.3, on averaging over what is not known.
    """
    ratio = (evidence["is_ratio"] & evidence["coded"]).values
    if ratio.any():
        items = sorted(set(evidence["link_item"].values[ratio.any(axis=0)]))
        message = (
            f"point='mean' needs probabilities, but ratios were coded for {', '.join(items[:5])}; "
            "use point='best', give reference_probability, or compile the other episodes only (episodes=)"
        )
        raise ScaleError(message)
    best, kappa = final_rows(evidence)
    simple = _expected_location(evidence, kappa)
    rows, _ = final_rows(evidence, simple)
    rows = np.where(evidence["coded"].values[:, :, None], rows, best)
    return _with_uncertain_reports(evidence, rows, kappa), kappa


def _expected_location(evidence: xr.Dataset, kappa: Array) -> Array:
    """Logits of E[p^kappa]^(1/kappa), as if nothing but p were uncertain."""
    location = evidence["location"].values
    low, high = evidence["spread_low"].values, evidence["spread_high"].values
    uncertain = (low > 0) | (high > 0)
    if not uncertain.any():
        return location
    z, weight = two_piece_nodes()
    at = np.nonzero(uncertain)
    steps = np.where(z < 0, low[at][:, None], high[at][:, None]) * z
    p = expit(location[at][:, None] + steps)
    exponent = np.broadcast_to(kappa[:, :, None, None], location.shape)[at][:, None]
    # an absence is turned after the expectation: with kappa 1 that is the same, E[1 - d q] = 1 - d E[q]
    mean = (p**exponent @ weight) ** (1 / exponent[:, 0])
    expected = location.copy()
    with np.errstate(divide="ignore"):
        expected[at] = np.log(mean) - np.log1p(-mean)
    return expected


def _with_uncertain_reports(evidence: xr.Dataset, rows: Array, kappa: Array) -> Array:
    """Links where a report, a detection or a discounted absence is uncertain: all nodes at once."""
    rows = rows.copy()
    source = evidence["source_index"].values
    reported = source >= 0
    special = reported | evidence["absent"].values
    plain = evidence["coded"].values & ~evidence["read"].values & special
    for coder, link in zip(*np.nonzero(plain), strict=True):
        for h in range(rows.shape[2]):
            rows[coder, link, h] = _expected_row(
                evidence, int(coder), int(link), h, float(kappa[coder, link])
            )
    return rows


def _expected_row(evidence: xr.Dataset, coder: int, link: int, h: int, kappa: float) -> float:
    """Logarithm of E[found^kappa]^(1/kappa) over the item, its source and its detection."""
    source = int(evidence["source_index"].values[link])
    absent = bool(evidence["absent"].values[link])
    certain, never = (np.ones(1), np.ones(1)), (np.zeros(1), np.ones(1))
    axes = [
        _nodes(*(float(evidence[name].values[coder, link, 0, h]) for name in _ELICITED)),
        _rate(evidence, "hit", source, h) if source >= 0 else certain,
        _rate(evidence, "false_report", source, h) if source >= 0 else never,
        _rate(evidence, "detection", link, h) if absent else certain,
    ]
    if kappa == 1:
        # multilinear in its parts: their expectations suffice
        axes = [(np.array([node @ weight]), np.ones(1)) for node, weight in axes]
    p, r, f, d = np.ix_(*(node for node, _ in axes))
    q = r * p + f * (1 - p)
    found = (1 - d * q if absent else q * np.ones_like(d)) ** kappa
    mean = float(np.einsum("prfd,p,r,f,d->", found, *(weight for _, weight in axes)))
    return float(np.log(mean) / kappa) if mean > 0 else -np.inf


def _rate(evidence: xr.Dataset, name: str, row: int, h: int) -> tuple[Array, Array]:
    return _nodes(*(float(evidence[f"{name}_{part}"].values[row, h]) for part in _ELICITED))
