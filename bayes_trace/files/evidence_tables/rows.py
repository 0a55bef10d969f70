"""The rows of a block as arrays: texts as codes of sorted names, numbers with NaN where nothing stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Judgements", "Rows", "Text"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
Names = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Text:
    """A column of names: codes into names that are sorted, -1 where the cell is blank."""

    code: Index
    names: Names

    def take(self, rows: Index) -> Text:
        """The cells of some rows."""
        return Text(self.code[rows], self.names)

    @property
    def values(self) -> Names:
        """The names themselves, empty where blank."""
        return np.append(self.names, "")[self.code] if self.names.size else np.full(self.code.shape, "")

    def is_(self, name: str) -> Flags:
        """Where this name stands."""
        return np.asarray(np.append(self.names == name, False)[self.code], dtype=bool)


class Rows:
    """Columns of an Arrow table."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self._texts: dict[str, Text] = {}
        self._numbers: dict[str, Array] = {}
        blank = (name for name in table.column_names if table[name].null_count == table.num_rows)
        self._stated = set(table.column_names) - set(blank)

    @property
    def size(self) -> int:
        """How many rows."""
        return int(self.table.num_rows)

    def has(self, name: str) -> bool:
        """Whether there is such a column with anything in it."""
        return name in self._stated

    def text(self, name: str) -> Text:
        """A column of names; blank where there is none."""
        if name not in self._texts:
            there = self.has(name) and _is_text(self.table.schema.field(name).type)
            self._texts[name] = _encoded(self.table[name]) if there else _blank(self.size)
        return self._texts[name]

    def number(self, name: str) -> Array:
        """A column of numbers, or of flags as 0 and 1."""
        if name not in self._numbers:
            self._numbers[name] = self._read(name)
        return self._numbers[name]

    def _read(self, name: str) -> Array:
        import pyarrow as pa

        if not self.has(name) or _is_text(self.table.schema.field(name).type):
            return np.broadcast_to(np.nan, self.size)
        return np.asarray(self.table[name].cast(pa.float64()).to_numpy(), dtype=np.float64)


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow.types as of

    held = kind.value_type if of.is_dictionary(kind) else kind
    return bool(of.is_string(held) or of.is_large_string(held) or of.is_string_view(held))


def _blank(size: int) -> Text:
    return Text(np.broadcast_to(np.int64(-1), size), np.empty(0, dtype=str))


def _encoded(column: pa.ChunkedArray) -> Text:
    """Codes into the names that occur, in their order as texts; an Arrow dictionary may list others."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    joined = column.unify_dictionaries().combine_chunks()
    joined = joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined
    index = joined.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    names = np.array(joined.dictionary.to_pylist(), dtype=str)
    used = np.zeros(names.size + 1, dtype=bool)
    used[index] = True
    order = pc.sort_indices(joined.dictionary).to_numpy()
    kept = order[used[order] & (names[order] != "")]
    rank = np.full(names.size + 1, -1, dtype=np.int64)
    rank[kept] = np.arange(kept.size)
    return Text(rank[index], names[kept])


@dataclass(frozen=True)
class Judgements:
    """What coders said, one by one, sorted by episode, entry, coder and option; an entry is an item on an episode."""

    rows: Rows
    hypotheses: tuple[str, ...]
    coders: tuple[str, ...]
    #: first row of each coding
    row: Index
    #: row of each coding and hypothesis, -1 where there is none
    cell: Index
    #: entry of each coding, ascending
    entry: Index
    #: place of its coder
    coder: Index
    #: a column per hypothesis
    wide: bool

    @cached_property
    def first(self) -> Index:
        """First coding of each entry."""
        return np.flatnonzero(np.diff(self.entry, prepend=-1))

    @cached_property
    def is_event(self) -> Flags:
        """Judgements of an event: it bears the name of the event."""
        item, event = self.text("item"), self.text("event")
        place = {name: number for number, name in enumerate(item.names.tolist())} if event.names.size else {}
        at = np.array([*(place.get(name, -2) for name in event.names.tolist()), -2], dtype=np.int64)
        return np.asarray(at[event.code] == item.code, dtype=bool)

    @cached_property
    def is_report(self) -> Flags:
        """What stands for a report of an event, which has no likelihoods of its own."""
        return (self.text("event").code >= 0) & ~self.is_event

    @cached_property
    def at(self) -> Index:
        """Row of each coding and hypothesis; where there is none, that of the coding."""
        return np.where(self.cell < 0, self.row[:, None], self.cell)

    def text(self, name: str) -> Text:
        """What stands in the first row of each coding."""
        return self.rows.text(name).take(self.row)

    def number(self, name: str) -> Array:
        """The same of numbers."""
        return self.rows.number(name)[self.row]

    def flag(self, name: str) -> Flags:
        """Whether the first row of each coding says yes."""
        return np.asarray(self.number(name) == 1, dtype=bool)

    def cells(self, name: str) -> Array:
        """Numbers by coding and hypothesis, NaN where there are none."""
        if self.wide and name in ("low", "best", "high"):
            end = "" if name == "best" else f"_{name}"
            return np.stack([self.rows.number(f"{each}{end}") for each in self.hypotheses], axis=1)[self.row]
        values = self.rows.number(name)
        return values.reshape(self.cell.shape) if self._in_order else np.append(values, np.nan)[self.cell]

    @cached_property
    def _in_order(self) -> bool:
        """Whether rows stand as codings do, so that nothing has to be looked up."""
        return self.cell.size == self.rows.size and bool(
            (self.cell.ravel() == np.arange(self.cell.size)).all()
        )

    def terms(self) -> Text:
        """Verbal terms by coding and hypothesis."""
        if not self.wide:
            term = self.rows.text("term")
            return Text(np.append(term.code, -1)[self.cell], term.names)
        each = [self.rows.text(name) for name in self.hypotheses]
        names = np.unique(np.concatenate([one.names for one in each]))
        code = [np.append(np.searchsorted(names, one.names), -1)[one.code] for one in each]
        return Text(np.stack(code, axis=1)[self.row], names)

    def names_of(self, name: str) -> Names:
        """Names in the first row of each coding, empty where blank."""
        return self.text(name).values

    def triples(self, name: str = "", at: Index | None = None) -> Array:
        """Low, best and high by coding and hypothesis: of the likelihoods, or of what is named, of some codings."""
        best, low, high = (self.cells(each) for each in _ends(name))
        if at is not None:
            best, low, high = best[at], low[at], high[at]
        return _filled(low, best, high)

    def triple(self, name: str) -> Array:
        """Low, best and high in the first row of each coding."""
        best, low, high = (self.number(each) for each in _ends(name))
        return _filled(low, best, high)


def _ends(name: str) -> tuple[str, str, str]:
    return (name, f"{name}_low", f"{name}_high") if name else ("best", "low", "high")


def _filled(low: Array, best: Array, high: Array) -> Array:
    """Where there is no range all three are the best."""
    return np.stack([np.where(np.isnan(low), best, low), best, np.where(np.isnan(high), best, high)], axis=-1)
