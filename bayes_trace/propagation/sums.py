"""Running summaries of draws that are not kept: means, spreads, leads, a histogram of every probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

__all__ = ["Sums"]

Array = npt.NDArray[np.float64]
#: bins of a probability for the quantiles
BINS = 4000
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
#: probabilities closer than this share the lead
TIE = 1e-9


@dataclass
class Sums:
    """Sums over draws, (episode, hypothesis) each."""

    total: Array
    square: Array
    leads: Array
    histogram: npt.NDArray[np.int64]

    @staticmethod
    def empty(n_episodes: int, n_hypotheses: int) -> Sums:
        """Before any draw."""
        total, square, leads = np.zeros((3, n_episodes, n_hypotheses))
        return Sums(total, square, leads, np.zeros((n_episodes, n_hypotheses, BINS), dtype=np.int64))

    def add(self, probability: Array) -> None:
        """Count probabilities (episode, hypothesis, draw)."""
        top = probability >= probability.max(axis=1, keepdims=True) * (1 - TIE)
        self.leads += (top / top.sum(axis=1, keepdims=True)).sum(axis=-1)
        self.total += probability.sum(axis=-1)
        self.square += np.einsum("jhd,jhd->jh", probability, probability)
        place = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
        rows = place.reshape(-1, probability.shape[-1])
        place = rows + BINS * np.arange(rows.shape[0])[:, None]
        counted = np.bincount(place.ravel(), minlength=rows.shape[0] * BINS)
        self.histogram += counted.reshape(*probability.shape[:2], BINS)

    def summary(self, evidence: xr.Dataset, n: int) -> xr.Dataset:
        """Means, standard deviations, shares of the lead and quantiles after n draws."""
        mean = self.total / n
        sd = np.sqrt(np.maximum(self.square / n - mean**2, 0.0))
        below = np.cumsum(self.histogram, axis=-1)
        middles = (np.arange(BINS) + 0.5) / BINS
        quantiles = np.stack([middles[(below < q * n).sum(axis=-1)] for q in QUANTILES])
        dims, units = ("episode", "hypothesis"), {"units": "1"}
        coords = {"episode": evidence["episode"].values, "hypothesis": evidence["hypothesis"].values}
        return xr.Dataset(
            {
                "mean": (dims, mean, units),
                "sd": (dims, sd, units),
                "leads": (dims, self.leads / n, units),
                "quantile": (("share", *dims), quantiles, units),
            },
            {**coords, "share": list(QUANTILES)},
        )
