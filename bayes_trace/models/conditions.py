"""Conditions of episodes as columns of a design, and what makes them unusable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from bayes_trace.errors import ConditionError, ModelError, UnknownNameError
from bayes_trace.likelihood import drop_entries
from bayes_trace.models.record import as_names

__all__ = ["Design", "Groups", "make_design", "make_groups", "of_outcome", "without_restating"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
#: outcome classes; part of what was asked is a grant
CLASSES = {True: ("yes", "part"), False: ("no",)}
#: relative size below which a direction of the design counts as none
NO_DIRECTION = 1e-8


@dataclass(frozen=True)
class Design:
    """Columns of a design: one per number, one per further level of a text."""

    names: tuple[str, ...]
    #: as stated, (episode, column)
    stated: Array
    mean: Array
    sd: Array

    @property
    def standard(self) -> Array:
        """Columns with mean 0 and standard deviation 1."""
        return np.asarray((self.stated - self.mean) / self.sd)


@dataclass(frozen=True)
class Groups:
    """Episodes grouped, with a place for each among the levels."""

    levels: dict[str, tuple[str, ...]]
    index: dict[str, Index]
    #: why a group that was not asked for by name is not there
    left_out: dict[str, str]


def of_outcome(evidence: xr.Dataset, classes: Sequence[str]) -> list[int]:
    """Places of the episodes of some outcomes, aggregates excepted.

    Raises
    ------
    ModelError
        If there is none.
    """
    wanted = np.isin(evidence["granted"].values, classes) & ~evidence["is_aggregate"].values
    if not wanted.any():
        message = (
            f"{evidence.attrs.get('evidence_set', 'the set')}: no scored episode with granted: "
            f"{' or '.join(classes)}; state what was granted, or ask for the other outcome"
        )
        raise ModelError(message)
    return [int(j) for j in np.flatnonzero(wanted)]


def without_restating(evidence: xr.Dataset, conditions: Iterable[str]) -> tuple[xr.Dataset, list[str]]:
    """The evidence without items that restate a condition or the outcome, and those items."""
    named = {"outcome", *conditions}
    out = np.array([bool(named & set(str(text).split())) for text in evidence["entry_restates"].values], bool)
    if not out.any():
        return evidence, []
    kept = drop_entries(evidence, out)
    gone = set(evidence["entry_item"].values.tolist()) - set(kept["entry_item"].values.tolist())
    return kept, sorted(str(name) for name in gone)


def make_design(evidence: xr.Dataset, conditions: Sequence[str]) -> Design:
    """Columns of the conditions over the episodes of the evidence.

    Raises
    ------
    UnknownNameError
        For a condition that the set does not declare.
    ConditionError
        For conditions that are missing, constant, collinear, or too many for the cases.
    """
    known = [str(name) for name in evidence["condition"].values]
    columns: dict[str, Array] = {}
    for name in conditions:
        if name not in known:
            raise UnknownNameError("condition", name, known)
        columns |= _columns(evidence, name)
    if not columns:
        message = "no condition was named; give at least one of " + ", ".join(known)
        raise ConditionError(message)
    stated = np.stack(list(columns.values()), axis=1)
    design = Design(tuple(columns), stated, stated.mean(axis=0), stated.std(axis=0))
    _refuse_collinear(design)
    _refuse_too_many(evidence, design)
    return design


def _columns(evidence: xr.Dataset, name: str) -> dict[str, Array]:
    text = evidence["condition_text"].sel(condition=name).values.astype(str)
    episodes = evidence["episode"].values
    if (text == "").any():
        missing = ", ".join(str(each) for each in episodes[text == ""])
        message = f"condition {name} is missing for {missing}; state it for the case or the episode"
        raise ConditionError(message)
    if len(set(text)) == 1:
        message = (
            f"condition {name} is {text[0]} in every one of the {text.size} episodes fitted, so nothing can "
            "be learned about it; leave it out"
        )
        raise ConditionError(message)
    try:
        return {name: text.astype(np.float64)}
    except ValueError:
        return {f"{name}[{level}]": (text == level).astype(np.float64) for level in sorted(set(text))[1:]}


def _refuse_collinear(design: Design) -> None:
    x = design.standard
    _, size, directions = np.linalg.svd(x, full_matrices=True)
    full = np.zeros(x.shape[1])
    full[: size.size] = size
    none = full < NO_DIRECTION * max(float(full.max()), 1.0)
    if not none.any():
        return
    involved = (np.abs(directions[none]) > np.sqrt(NO_DIRECTION)).any(axis=0)
    names = [name for name, inside in zip(design.names, involved, strict=True) if inside]
    message = (
        f"conditions {', '.join(names)} are collinear in the {x.shape[0]} episodes fitted; "
        "merge them into one condition or leave all but one out"
    )
    raise ConditionError(message)


def _refuse_too_many(evidence: xr.Dataset, design: Design) -> None:
    cases = evidence["case"].values.astype(str)
    names = sorted(set(cases))
    within = [all(len(set(column[cases == case])) == 1 for case in names) for column in design.stated.T]
    of_case = [name for name, flag in zip(design.names, within, strict=True) if flag]
    most = len(names) // 2
    if len(of_case) > most:
        message = (
            f"{len(of_case)} conditions of cases ({', '.join(of_case)}) for {len(names)} scored cases "
            f"({', '.join(names)}); at most one per two cases, that is {most}: leave some out or score more cases"
        )
        raise ConditionError(message)


def make_groups(evidence: xr.Dataset, groups: Iterable[str] | None) -> Groups:
    """Case and administration, or the groups asked for.

    Raises
    ------
    UnknownNameError
        For another group.
    ConditionError
        For groups asked for by name that have one level, or that coincide.
    """
    known = ("case", "administration")
    asked = as_names(known if groups is None else groups)
    levels: dict[str, tuple[str, ...]] = {}
    index: dict[str, Index] = {}
    left_out: dict[str, str] = {}
    for name in asked:
        if name not in known:
            raise UnknownNameError("group", name, known)
        text = evidence[name].values.astype(str)
        found, at = np.unique(text, return_inverse=True)
        why = _why_not(name, found, at, index)
        if why and groups is not None:
            raise ConditionError(why)
        if why:
            left_out[name] = why
            continue
        levels[name], index[name] = tuple(str(each) or "unknown" for each in found), at.astype(np.int64)
    return Groups(levels, index, left_out)


def _why_not(name: str, found: Array, at: Index, others: dict[str, Index]) -> str:
    if found.size < 2:
        return f"all episodes fitted have the same {name}; leave the group out"
    for other, index in others.items():
        together = len(set(zip(at.tolist(), index.tolist(), strict=True)))
        if together == found.size == len(set(index.tolist())):
            return f"{name} and {other} divide the episodes fitted in the same way; merge them into one group"
    return ""
