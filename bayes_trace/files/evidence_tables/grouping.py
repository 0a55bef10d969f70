"""From rows to codings: rows of one coding are found, put in order, and checked to be one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from bayes_trace.evidence import EvidenceSet
from bayes_trace.evidence.forms import CodingUnit
from bayes_trace.files.evidence_tables.columns import COLUMNS, REQUIRED
from bayes_trace.files.evidence_tables.faults import Faults
from bayes_trace.files.evidence_tables.rows import Judgements, Rows, Text

__all__ = ["group"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
_ONE_WORD = re.compile(r"\S{1,200}")
_FOUND, _SAYS = ("present", "absent", "not_sought"), ("yes", "no")


def group(rows: Rows, head: EvidenceSet, coders: Sequence[str], faults: Faults, *, wide: bool) -> Judgements:
    """The codings of a block.

    Parameters
    ----------
    rows
        In any order.
    head
        A set without cases: hypotheses, scales and whatever else several blocks share.
    coders
        Names, the base coder first.
    faults
        Where faults are noted.
    wide
        Whether there is a column for each hypothesis, and a row for each link.

    Raises
    ------
    EvidenceSetError
        For names that are unknown, rows that stand twice, and rows of one item that contradict each other.
    """
    _check_names(rows, head, coders, faults, wide=wide)
    faults.stop()
    entry = _entries(rows)
    coder = _place(rows.text("coder"), coders)
    coder = np.where(coder < 0, 0, coder)
    hypotheses = head.hypothesis_ids
    hypothesis = np.zeros(rows.size, np.int64) if wide else _place(rows.text("hypothesis"), hypotheses)
    option = rows.text("option")
    key = (entry * len(coders) + coder) * (option.names.size + 1) + option.code + 1
    at, start = _runs(key, hypothesis, len(hypotheses), faults)
    _check_same(rows, at, start, entry, faults)
    faults.stop()
    row = at[start]
    cell = _cells(at, start, hypothesis, len(hypotheses), wide=wide)
    return Judgements(rows, hypotheses, tuple(coders), row, cell, entry[row], coder[row], wide)


def _place(text: Text, among: Sequence[str]) -> Index:
    """Place of each name among others, -1 for a blank."""
    place = {name: number for number, name in enumerate(among)}
    return np.array([*(place.get(str(name), -1) for name in text.names), -1], dtype=np.int64)[text.code]


def _check_names(rows: Rows, head: EvidenceSet, coders: Sequence[str], faults: Faults, *, wide: bool) -> None:
    for name in REQUIRED:
        faults.where(name, rows.text(name).code < 0, "give every row one")
    for name in ("case", "episode", "item", "cluster", "source", "reading", "option", "event"):
        _refuse(
            rows,
            name,
            lambda each: bool(_ONE_WORD.fullmatch(each)),
            "expected one word without blanks",
            faults,
        )
    known: dict[str, Sequence[str]] = {
        "hypothesis": head.hypothesis_ids,
        "reference": head.hypothesis_ids,
        "coder": coders,
        "form": [str(unit) for unit in CodingUnit],
        "found": _FOUND,
        "says": _SAYS,
        "scale": ["ipcc", *(scale.id for scale in head.scales)],
    }
    for name, names in known.items():
        if not (wide and name == "hypothesis"):
            _refuse(rows, name, names.__contains__, f"expected one of: {', '.join(names)}", faults)
    if not wide:
        blank = (rows.text("hypothesis").code < 0) & (rows.text("event").code < 0)
        faults.where("hypothesis", blank, "name the hypothesis that the row is about")


def _refuse(rows: Rows, column: str, is_good: Callable[[str], bool], expected: str, faults: Faults) -> None:
    """A fault for each row whose name will not do; every name is looked at once."""
    text = rows.text(column)
    bad = np.array([*(not is_good(str(name)) for name in text.names), False], dtype=np.bool_)
    if bad.any():
        faults.where(column, bad[text.code], expected)


def _entries(rows: Rows) -> Index:
    """Number of the entry of each row: items of an episode by `order`, then by name."""
    episode, item = rows.text("episode"), rows.text("item")
    key = episode.code * np.int64(item.names.size) + item.code
    step = np.diff(key, prepend=key[:1])
    if not rows.has("order") and (step >= 0).all():
        return np.cumsum(step > 0)
    names, entry = np.unique(key, return_inverse=True)
    if rows.has("order"):
        order = np.nan_to_num(rows.number("order"), nan=np.inf)
        least = np.full(names.size, np.inf)
        np.minimum.at(least, entry, order)
        rank = np.empty(names.size, dtype=np.int64)
        rank[np.lexsort((names, least, names // max(item.names.size, 1)))] = np.arange(names.size)
        entry = rank[entry]
    return np.asarray(entry, dtype=np.int64)


def _runs(key: Index, hypothesis: Index, n: int, faults: Faults) -> tuple[Index, Index]:
    """Rows by coding and hypothesis, and where each coding starts among them."""
    full = key * n + np.maximum(hypothesis, 0)
    step = np.diff(full)
    at = np.arange(key.size)
    if (step <= 0).any():
        at = np.argsort(full, kind="stable")
        step = np.diff(full[at])
    twice = np.flatnonzero(step == 0)
    names = "episode, item, coder, option and hypothesis"
    faults.add("item", at[twice + 1], f"occurs twice with the same {names}; keep one of the rows")
    return at, np.flatnonzero(np.diff(key[at], prepend=-1) != 0)


def _cells(at: Index, start: Index, hypothesis: Index, n: int, *, wide: bool) -> Index:
    """Row of each coding and hypothesis; a row without a hypothesis stands for all."""
    if wide:
        return np.repeat(at[:, None], n, axis=1)
    if start.size * n == at.size and (hypothesis[at].reshape(-1, n) == np.arange(n)).all():
        return at.reshape(-1, n)
    cell = np.full((start.size, n), -1, dtype=np.int64)
    coding = np.repeat(np.arange(start.size), np.diff(np.append(start, at.size)))
    for_all = hypothesis[at] < 0
    cell[coding[for_all]] = at[for_all][:, None]
    cell[coding[~for_all], hypothesis[at][~for_all]] = at[~for_all]
    return cell


def _check_same(rows: Rows, at: Index, start: Index, entry: Index, faults: Faults) -> None:
    """What is said once of an episode, an entry or a coding must not differ between its rows."""
    coding = np.zeros(at.size, dtype=bool)
    coding[start] = True
    begins = {
        "coding": coding[1:],
        "entry": np.diff(entry[at]) != 0,
        "episode": np.diff(rows.text("episode").code[at]) != 0,
    }
    of = {"coding": "coding", "entry": "item on one episode", "episode": "episode"}
    for name, column in COLUMNS.items():
        if column.of in begins and rows.has(name):
            values = (
                rows.text(name).code if column.kind == "text" else np.nan_to_num(rows.number(name), nan=-1.0)
            )
            values = values[at]
            wrong = (values[1:] != values[:-1]) & ~begins[column.of]
            faults.add(name, at[1:][wrong], f"the rows of one {of[column.of]} must agree")
