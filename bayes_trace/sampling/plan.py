"""What a sampler was asked for, and what it returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import xarray as xr

__all__ = ["Chains", "Plan", "Sampler"]

Sampler = Literal["auto", "direct", "nutpie", "pymc", "numpyro"]


@dataclass(frozen=True)
class Plan:
    """What was asked for."""

    draws: int
    tune: int
    chains: int
    seed: int
    sampler: Sampler


@dataclass(frozen=True)
class Chains:
    """Draws of all chains, cut to the shortest."""

    draws: xr.Dataset
    divergences: int
    interrupted: bool
    #: None where it cannot be told from sampling
    compile_seconds: float | None
    sampling_seconds: float
