"""Contrasts of two episodes or cases in a comparative model: evidence on what the conditions do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.models.conditions import Design, Groups

__all__ = ["Contrasts", "make_contrasts"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Contrasts:
    """Contrasts that bear on a model: conditions and groups of both sides, and what the items say."""

    names: tuple[str, ...]
    #: standardised columns (contrast, side, column)
    x: Array
    #: place of each side among the levels of each group, -1 where it is none of them
    index: Mapping[str, Index]
    #: 1 for the hypothesis that is at work in the first and not in the second, or its parts (contrast, hypothesis)
    about: Array
    #: P(item | it is so), P(item | it is not) (contrast, 2)
    likelihood: Array
    #: why others do not bear on it
    left_out: dict[str, str]


def make_contrasts(evidence: xr.Dataset, fitted: xr.Dataset, design: Design, groups: Groups) -> Contrasts:
    """Contrasts whose sides differ in a condition of the design and do not both count already.

    A side that is an episode fitted, or a case with one, counts already: where both do, the contrast would say their
    outcomes again.
    """
    if "contrast" not in evidence.dims:
        return _none(design, {})
    names = evidence["contrast"].values.astype(str)
    text = evidence["contrast_condition"].values.astype(str)
    known = evidence["condition"].values.astype(str).tolist()
    stated = np.stack([_column(text, known, name) for name in design.names], axis=-1)
    left_out = _left_out(evidence, fitted, stated)
    kept = np.array([name not in left_out for name in names], dtype=bool)
    if not kept.any():
        return _none(design, left_out)
    cases = evidence["contrast_case"].values.astype(str)[kept]
    index = {
        name: _places(cases if name == "case" else None, levels, cases.shape)
        for name, levels in groups.levels.items()
    }
    return Contrasts(
        names=tuple(names[kept].tolist()),
        x=(stated[kept] - design.mean) / design.sd,
        index=index,
        about=evidence["contrast_about"].values[kept].astype(np.float64),
        likelihood=evidence["contrast_likelihood"].values[kept],
        left_out=left_out,
    )


def _none(design: Design, left_out: dict[str, str]) -> Contrasts:
    empty = np.zeros((0, 2, len(design.names)))
    return Contrasts((), empty, {}, np.zeros((0, 0)), np.zeros((0, 2)), left_out)


def _column(text: npt.NDArray[np.str_], known: list[str], name: str) -> Array:
    """One column of the design for both sides: a number, or whether a text has that level; NaN where not stated."""
    front, _, level = name.partition("[")
    own = text[:, :, known.index(front)]
    value = (
        (own == level.rstrip("]")).astype(np.float64)
        if level
        else np.where(own == "", "nan", own).astype(np.float64)
    )
    return np.where(own == "", np.nan, value)


def _left_out(evidence: xr.Dataset, fitted: xr.Dataset, stated: Array) -> dict[str, str]:
    counted = {*fitted["episode"].values.astype(str), *fitted["case"].values.astype(str)}
    reasons: dict[str, str] = {}
    for number, name in enumerate(evidence["contrast"].values.astype(str)):
        first, second = stated[number]
        if np.isnan(stated[number]).any():
            reasons[name] = "a condition is not stated for one side"
        elif np.array_equal(first, second):
            reasons[name] = "its sides do not differ in the conditions asked for"
        elif set(evidence["contrast_side"].values[number].astype(str)) <= counted:
            reasons[name] = "the outcomes of both sides count already"
    return reasons


def _places(cases: npt.NDArray[np.str_] | None, levels: tuple[str, ...], shape: tuple[int, ...]) -> Index:
    if cases is None:
        return np.full(shape, -1, dtype=np.int64)
    place = {level: number for number, level in enumerate(levels)}
    return np.array([[place.get(case, -1) for case in pair] for pair in cases], dtype=np.int64)
