"""Where an evidence table stands on disk, and the parts in which it is read: whole episodes, in order."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayes_trace.errors import BayesTraceError, EvidenceSetError, Problem
from bayes_trace.files.evidence_tables.packed import unpacked_sizes

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

__all__ = ["ROWS", "Part", "opened", "parts_in_order", "pieces", "read_errors"]

#: rows of a part of a file that has none of its own
ROWS = 1 << 17
#: rows and unpacked bytes of a part, which is held in memory
MOST_ROWS, MOST_BYTES = 1 << 20, 500_000_000
#: files of a table, and folders; more is the whole disk, given by mistake
MOST_FILES = 100_000
FORMATS = {".parquet": "parquet", ".arrow": "ipc", ".feather": "ipc", ".ipc": "ipc", ".csv": "csv"}
#: batches that are unpacked before they are asked for
_AHEAD = 1
_SORT = "bring it into order with `bayes-trace sort` (bt.sort_evidence_table)"


@dataclass(frozen=True)
class Part:
    """Some whole episodes of a table: a row group of a Parquet file, or rows that were read already."""

    number: int
    file: str
    #: first row in the file, counted from 1
    row: int
    #: rows, or a piece of a file that holds them
    source: Any
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """For people: the file, and where in it."""
        return f"{self.file}, from row {self.row}"

    def load(self) -> pa.Table:
        """Its rows."""
        if not hasattr(self.source, "row_groups"):
            return self.source
        with read_errors(self.file):
            table = self.source.to_table(columns=list(self.columns), use_threads=False)
            table.validate(full=True)
            return table


@contextlib.contextmanager
def read_errors(file: str) -> Iterator[None]:
    """What pyarrow cannot read, as an error of ours that names the file."""
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        said = (
            "text that is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error).splitlines()[0]
        )
        message = f"not readable: {said}; write the file anew"
        raise EvidenceSetError("evidence table", [Problem((), message, file)]) from None


def opened(path: Path) -> tuple[ds.Dataset, str]:
    """The files of a table as one dataset, and their format."""
    import pyarrow.dataset as ds

    if not path.exists():
        message = f"{path.as_posix()}: no such file or folder"
        raise BayesTraceError(message)
    kind = _format(path)
    with read_errors(path.name):
        found = ds.dataset(path, format=_reader(kind), partitioning="hive" if path.is_dir() else None)
        if kind == "csv":
            found = found.replace_schema(_csv_schema(found.schema))
        found.schema.names  # noqa: B018 - a name that is no text is told here
    for file in found.files if kind == "ipc" else ():
        _unpacks(file)
    return found, kind


def _unpacks(file: str) -> None:
    """Refuse an Arrow file of which a few bytes become more than fits into memory; it is unpacked a batch at a time."""
    with read_errors(file):
        size = max(unpacked_sizes(Path(file)), default=0)
    if size > MOST_BYTES:
        message = f"a record batch of {size} bytes when unpacked; expected at most {MOST_BYTES}, so write smaller ones"
        raise EvidenceSetError("evidence table", [Problem((), message, file)])


def pieces(found: ds.Dataset) -> Iterator[ds.Fragment]:
    """The files of a table in order, each found sound when it is reached."""
    for fragment in sorted(found.get_fragments(), key=lambda each: each.path):
        if fragment.format.default_extname == "arrow":
            _refuse_unsound(fragment.path)
        yield fragment


def _refuse_unsound(file: str) -> None:
    """Arrow files are taken into memory as they are: an offset that leads astray would end the whole program."""
    import pyarrow as pa

    with read_errors(file), pa.memory_map(file) as mapped, pa.ipc.open_file(mapped) as reader:
        for number in range(reader.num_record_batches):
            reader.get_batch(number).validate(full=True)


def _format(path: Path) -> str:
    if path.is_file():
        names = {path.suffix.lower()}
    else:
        found = list(itertools.islice(path.rglob("*"), MOST_FILES + 1))
        if len(found) > MOST_FILES:
            message = f"{path.as_posix()}: more than {MOST_FILES} files and folders; name the folder of the table alone"
            raise BayesTraceError(message)
        files = (each for each in found if each.is_file())
        names = {each.suffix.lower() for each in files if not each.name.startswith((".", "_"))}
    known = {FORMATS[name] for name in names if name in FORMATS}
    if len(known) != 1 or names - FORMATS.keys():
        shown = ", ".join(sorted(names)) or "no files"
        message = f"{path.as_posix()}: {shown}; expected files of one kind among {', '.join(FORMATS)}"
        raise BayesTraceError(message)
    return known.pop()


def _reader(kind: str) -> object:
    """How files are read: an empty cell of a CSV is blank, text or not."""
    import pyarrow.csv as pc
    import pyarrow.dataset as ds

    if kind != "csv":
        return ds.ParquetFileFormat(dictionary_columns=_TEXTS) if kind == "parquet" else kind
    blanks = pc.ConvertOptions(strings_can_be_null=True, null_values=[""], column_types=_csv_types())
    return ds.CsvFileFormat(convert_options=blanks)


def _csv_types() -> dict[str, Any]:
    import pyarrow as pa

    from bayes_trace.files.evidence_tables.columns import COLUMNS

    kinds = {"text": pa.string(), "number": pa.float64(), "flag": pa.bool_()}
    return {name: kinds[column.kind] for name, column in COLUMNS.items()}


def _csv_schema(schema: pa.Schema) -> pa.Schema:
    """The types that columns have by their names; the rest as it looks."""
    import pyarrow as pa

    types = _csv_types()
    return pa.schema([field.with_type(types.get(field.name, field.type)) for field in schema])


def _texts() -> set[str]:
    from bayes_trace.files.evidence_tables.columns import COLUMNS

    return {name for name, column in COLUMNS.items() if column.kind == "text"}


_TEXTS = _texts()


def parts_in_order(found: ds.Dataset, kind: str, columns: Sequence[str]) -> Iterator[Part]:
    """The parts of a table.

    Raises
    ------
    EvidenceSetError
        Where episodes are not in order, or one stands in two row groups.
    """
    if kind == "parquet":
        yield from _row_groups(found, tuple(columns))
    else:
        yield from _streamed(found, tuple(columns))


def _row_groups(found: ds.Dataset, columns: tuple[str, ...]) -> Iterator[Part]:
    """A part for each row group; that their episodes are whole and in order is seen from their statistics."""
    last: dict[str, Any] = {}
    number = 0
    for fragment in pieces(found):
        row = 1
        with read_errors(fragment.path):
            metadata = fragment.metadata
        _same_columns(fragment, found)
        for group in range(metadata.num_row_groups):
            of = metadata.row_group(group)
            if not of.num_rows:
                continue
            _moderate(of.num_rows, of.total_byte_size, fragment.path, row)
            key = str(fragment.partition_expression)
            last[key] = _end(of, fragment.path, row, last.get(key))
            yield Part(
                number,
                fragment.path,
                row,
                _Piece(fragment.subset(row_group_ids=[group]), found.schema),
                columns,
            )
            number, row = number + 1, row + of.num_rows


def _moderate(rows: int, size: int, file: str, row: int) -> None:
    """Refuse a part that would not fit into memory."""
    if rows > MOST_ROWS or size > MOST_BYTES:
        found = f"{rows} rows, {size} bytes when unpacked, of whole episodes from row {row}"
        message = f"{found}; expected at most {MOST_ROWS} and {MOST_BYTES}, so {_SORT}"
        raise EvidenceSetError("evidence table", [Problem((), message, file)])


@dataclass(frozen=True)
class _Piece:
    """A row group, with the schema of the whole, so that columns made from the names of folders are there."""

    fragment: Any
    schema: Any

    @property
    def row_groups(self) -> Any:  # noqa: ANN401 - pyarrow's
        """Which they are."""
        return self.fragment.row_groups

    def to_table(self, *, columns: list[str], use_threads: bool) -> pa.Table:
        """Its rows."""
        return self.fragment.to_table(schema=self.schema, columns=columns, use_threads=use_threads)


def _same_columns(fragment: Any, found: ds.Dataset) -> None:  # noqa: ANN401 - pyarrow's
    strange = [name for name in fragment.physical_schema.names if name not in found.schema.names]
    if strange:
        message = "a column that the first file does not have; every file needs the same columns"
        raise EvidenceSetError("evidence table", [Problem((strange[0],), message, fragment.path)])


def _end(group: Any, file: str, row: int, last: str | None) -> str:  # noqa: ANN401 - pyarrow's
    """Last episode of a row group that begins behind the one before."""
    at = next((n for n in range(group.num_columns) if group.column(n).path_in_schema == "episode"), None)
    statistics = None if at is None else group.column(at).statistics
    if statistics is None or not statistics.has_min_max:
        raise _unsorted(file, f"the row group from row {row} has no statistics of its episodes; {_SORT}")
    low, high = str(statistics.min), str(statistics.max)
    if last is not None and low <= last:
        what = f"episode {low} in the row group from row {row} comes behind {last}"
        raise _unsorted(file, f"{what}; row groups must hold whole episodes in order, so {_SORT}")
    return high


def _unsorted(file: str, message: str) -> EvidenceSetError:
    return EvidenceSetError("evidence table", [Problem(("episode",), message, file)])


def _streamed(found: ds.Dataset, columns: tuple[str, ...]) -> Iterator[Part]:
    """Parts of files that are read from one end to the other: as many whole episodes as fit."""
    number, last = 0, None
    for fragment in pieces(found):
        for row, table in _whole_episodes(fragment, found.schema, columns):
            episodes = table["episode"]
            first = episodes[0].as_py()
            if last is not None and str(first) <= str(last):
                what = f"episode {first} from row {row} comes behind {last}"
                raise _unsorted(fragment.path, f"{what}; rows must stand by episode, so {_SORT}")
            last = episodes[-1].as_py()
            yield Part(number, fragment.path, row, table, columns)
            number += 1


def _whole_episodes(
    fragment: ds.Fragment, schema: pa.Schema, columns: tuple[str, ...]
) -> Iterator[tuple[int, pa.Table]]:
    """First row and rows, cut where an episode ends."""
    import pyarrow as pa

    held: list[pa.Table] = []
    row, size, enough, weight = 1, 0, ROWS, 0
    how = {"batch_size": ROWS // 4, "batch_readahead": _AHEAD, "fragment_readahead": 0}
    with read_errors(fragment.path):
        for batch in fragment.to_batches(schema=schema, columns=list(columns), **how):
            held.append(pa.Table.from_batches([batch]))
            size, weight = size + batch.num_rows, weight + batch.nbytes
            if size >= enough or weight > MOST_BYTES:
                table = pa.concat_tables(held)
                cut = _cut(table["episode"], fragment.path, row)
                _moderate(size - cut, table.nbytes, fragment.path, row + cut)
                # one long episode is not gone through at every batch
                enough = ROWS if cut else min(2 * size, MOST_ROWS + 1)
                if cut:
                    yield row, table.slice(0, cut)
                    row, size, held = row + cut, size - cut, [table.slice(cut)]
                    weight = held[0].nbytes
        if size:
            table = pa.concat_tables(held)
            _cut(table["episode"], fragment.path, row)
            yield row, table


def _cut(episodes: pa.ChunkedArray, file: str, row: int) -> int:
    """Where the last episode begins, 0 if there is but one; rows out of order are refused."""
    import numpy as np

    names = np.array(episodes.to_pylist(), dtype=str)
    back = np.flatnonzero(names[1:] < names[:-1])
    if back.size:
        at = int(back[0]) + 1
        what = f"episode {names[at]} in row {row + at} comes behind {names[at - 1]}"
        raise _unsorted(file, f"{what}; rows must stand by episode, so {_SORT}")
    return int(np.searchsorted(names, names[-1]))
