"""Codings on one scale per item, one coder or several."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import log_expit

from bayes_trace.scales import log_to_db

__all__ = ["Codings", "coders_used", "gather_codings"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Codings:
    """What each coder said of each slot (an entry, or one reading of it) under each hypothesis."""

    coders: tuple[str, ...]
    #: logits, or dB where `is_ratio`; (coder, slot, hypothesis)
    stated: Array
    #: standard deviation that the range of a coding stands for, same shape
    spread: Array
    #: (coder, slot)
    coded: Flags
    is_ratio: Flags
    #: share of each slot in the codings: a coding of several episodes was made once
    share: Array
    #: hypothesis that a lone coder's ratios are taken against, -1 for probabilities
    reference: Index
    #: (slot, hypothesis); of the first coder alone
    location: Array
    low: Array
    high: Array
    has_options: bool

    @property
    def signature(self) -> str:
        """The same where models differ in numbers only."""
        parts = (
            self.coders,
            self.is_ratio.tobytes(),
            self.is_ratio.shape,
            self.share.tobytes(),
            self.reference.tobytes(),
            self.has_options,
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def coders_used(evidence: xr.Dataset) -> list[str]:
    """Coders who coded anything here; the base coder alone where nothing was coded."""
    names = [str(name) for name in evidence["coder"].values]
    used = [name for name in names if bool(evidence["coded"].sel(coder=name).any())]
    return used or names[:1]


def gather_codings(evidence: xr.Dataset, slot_entry: Index, slot_option: Index) -> Codings:
    """Codings by slot; items coded in different forms become ratios without a level."""
    coded = evidence["coded"].values[:, slot_entry]
    at = slice(None), slot_entry, slot_option
    stated, low, high = (evidence[name].values[at] for name in ("location", "spread_low", "spread_high"))
    ratio = evidence["is_ratio"].values[:, slot_entry]
    mixed = (ratio & coded).any(axis=0) & (~ratio & coded).any(axis=0)
    stated, low, high = _mixed_to_db(stated, low, high, mixed & ~ratio)
    is_ratio = (ratio & coded).any(axis=0)
    several = coded.shape[0] > 1
    if several:
        # a certain probability is infinite, and never a ratio
        level = np.where(is_ratio[None, :, None], stated, 0.0).mean(axis=-1, keepdims=True)
        stated = stated - level
    return Codings(
        coders=tuple(str(name) for name in evidence["coder"].values),
        stated=stated,
        spread=(low + high) / 2,
        coded=coded,
        is_ratio=is_ratio,
        share=_share(evidence, slot_entry, slot_option, np.stack([stated, low, high], axis=1), coded),
        reference=np.full(slot_entry.size, -1) if several else evidence["reference"].values[0, slot_entry],
        location=_first_certain(stated, coded) if several else stated[0],
        # with several coders every number that is not certain is uncertain
        low=_finite(stated, coded) if several else low[0],
        high=_finite(stated, coded) if several else high[0],
        has_options=bool((slot_option > 0).any()),
    )


def _mixed_to_db(stated: Array, low: Array, high: Array, turn: Flags) -> tuple[Array, Array, Array]:
    """Logits to decibels of probability where another coder gave ratios."""
    if not turn.any():
        return stated, low, high

    def to_db(logits: Array) -> Array:
        return log_to_db(np.maximum(log_expit(logits), -690.0))

    at = turn[:, :, None]
    middle = to_db(stated)
    return (
        np.where(at, middle, stated),
        np.where(at, middle - to_db(stated - low), low),
        np.where(at, to_db(stated + high) - middle, high),
    )


def _finite(stated: Array, coded: Flags) -> Array:
    return (~(np.isinf(stated) & coded[:, :, None]).any(axis=0)).astype(np.float64)


def _first_certain(stated: Array, coded: Flags) -> Array:
    """The value of the first coder who is certain of it, 0 elsewhere."""
    certain = np.isinf(stated) & coded[:, :, None]
    first = np.take_along_axis(stated, np.argmax(certain, axis=0)[None], axis=0)[0]
    return np.where(certain.any(axis=0), first, 0.0)


def _share(evidence: xr.Dataset, slot_entry: Index, slot_option: Index, judged: Array, coded: Flags) -> Array:
    """One over the number of slots that hold one and the same judgement."""
    items = evidence["entry_item"].values[slot_entry]
    keys = [
        (str(item), int(option), judged[:, :, slot].tobytes(), coded[:, slot].tobytes())
        for slot, (item, option) in enumerate(zip(items, slot_option, strict=True))
    ]
    count: dict[tuple[object, ...], int] = {}
    for key in keys:
        count[key] = count.get(key, 0) + 1
    return np.array([1.0 / count[key] for key in keys])
