"""Evidence tables brought into order: rows by episode and item, and row groups of whole episodes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bayes_trace.errors import EvidenceSetError, Problem
from bayes_trace.files.evidence_tables.parts import opened, pieces, read_errors
from bayes_trace.files.keeping import whole
from bayes_trace.guards import guarded

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

__all__ = ["ROWS_OF_A_GROUP", "in_order", "sort_evidence_table", "write_groups"]

#: rows of a row group, some thousand episodes of some thirty items
ROWS_OF_A_GROUP = 120_000
#: rows that are sorted in memory at once
BUCKET = 4_000_000
_KEYS = ("episode", "item", "option", "coder", "hypothesis")


@guarded
def sort_evidence_table(
    path: str | Path, out: str | Path, *, rows: int = ROWS_OF_A_GROUP, overwrite: bool = False
) -> Path:
    r"""Bring a table into the order in which it is read, in a memory that does not grow with it.

    Parameters
    ----------
    path
        Parquet, Arrow or CSV, one file or a folder, rows in any order.
    out
        The Parquet file to write: rows by episode and item, row groups of whole episodes.
    rows
        Of a row group, about: what is in memory at once when the table is read.
    overwrite
        Whether a file that is there may be replaced.

    Returns
    -------
    The file.

    Raises
    ------
    EvidenceSetError
        For a table without a column ``episode``, one that cannot be read, and a file that is there.

    Examples
    --------
    >>> import tempfile
    >>> import bayes_trace as bt
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.csv").write_text("episode,item,hypothesis,best\ne2,x,A,.5\ne1,x,A,.5\n")
    >>> sort_evidence_table(folder / "a.csv", folder / "b.parquet").name
    'b.parquet'
    """
    path, out = Path(path), Path(out)
    if out.exists() and not overwrite:
        message = "already exists; choose another name or pass --overwrite (overwrite=True in Python)"
        raise EvidenceSetError(out.as_posix(), [Problem((), message)])
    found, _ = opened(path)
    if "episode" not in found.schema.names:
        raise EvidenceSetError("evidence table", [Problem(("episode",), "the column is missing", path.name)])
    with (
        whole(out) as file,
        tempfile.TemporaryDirectory(dir=out.parent, prefix=".sorting") as folder,
        read_errors(path.name),
    ):
        list(pieces(found))
        _write(_sorted_buckets(found, Path(folder)), file, rows)
    return out


def in_order(table: pa.Table) -> pa.Table:
    """Rows by episode, item, option, coder and hypothesis; texts as dictionaries."""
    import pyarrow as pa
    import pyarrow.compute as pc

    keys = [(name, "ascending") for name in _KEYS if name in table.column_names]
    plain = table.select([name for name, _ in keys])
    plain = plain.cast(pa.schema([(name, pa.string()) for name, _ in keys]))
    return table.take(pc.sort_indices(plain, sort_keys=keys))


def write_groups(table: pa.Table, file: Path | IO[bytes], *, rows: int) -> None:
    """A sorted table as Parquet."""
    _write(iter([table]), file, rows)


def _write(tables: Iterator[pa.Table], file: Path | IO[bytes], rows: int) -> None:
    """Sorted tables, one behind the other, in row groups of whole episodes."""
    import pyarrow.parquet as pq

    writer = None
    try:
        for table in tables:
            writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
            starts = _starts(table["episode"])
            for first, last in _groups(starts, table.num_rows, rows):
                writer.write_table(table.slice(first, last - first), row_group_size=last - first)
    finally:
        if writer is not None:
            writer.close()


def _starts(episodes: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """First row of each episode."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = episodes.cast(pa.string()).combine_chunks()
    changed = pc.not_equal(plain[1:], plain[:-1]).fill_null(True).to_numpy(zero_copy_only=False)
    return np.flatnonzero(np.append(True, changed))


def _groups(starts: npt.NDArray[np.int64], n: int, rows: int) -> Iterator[tuple[int, int]]:
    """Runs of whole episodes of at least so many rows, the last but for the rest."""
    first = 0
    for end in np.append(starts[1:], n):
        if end - first >= rows:
            yield first, int(end)
            first = int(end)
    if first < n:
        yield first, n


def _sorted_buckets(found: ds.Dataset, folder: Path) -> Iterator[pa.Table]:
    """The table in pieces of ascending episodes, each sorted in memory; larger ones wait on disk."""
    count = max(1, -(-found.count_rows() // BUCKET))
    if count == 1:
        yield in_order(found.to_table())
        return
    edges = _edges(found, count)
    _distribute(found, edges, folder)
    import pyarrow.parquet as pq

    for number in range(len(edges) + 1):
        bucket = folder / f"{number}.parquet"
        if bucket.exists():
            yield in_order(pq.read_table(bucket))
            bucket.unlink()


def _edges(found: ds.Dataset, count: int) -> npt.NDArray[np.str_]:
    """Episodes that part the table into pieces of about even size."""
    import pyarrow as pa
    import pyarrow.compute as pc

    tallies: dict[str, int] = {}
    for batch in found.to_batches(columns=["episode"]):
        for each in pc.value_counts(batch.column(0).cast(pa.string())).to_pylist():
            name = each["values"] or ""
            tallies[name] = tallies.get(name, 0) + each["counts"]
    names = np.array(sorted(tallies), dtype=str)
    total = np.cumsum([tallies[name] for name in names])
    return np.unique(names[np.searchsorted(total, total[-1] * np.arange(1, count) / count)])


def _distribute(found: ds.Dataset, edges: npt.NDArray[np.str_], folder: Path) -> None:
    """Every row into the file of its piece."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writers: dict[int, pq.ParquetWriter] = {}
    try:
        for batch in found.to_batches():
            if not batch.num_rows:
                continue
            column = batch.column(batch.schema.get_field_index("episode")).cast(pa.string()).fill_null("")
            encoded = column.dictionary_encode()
            of_name = np.searchsorted(edges, np.array(encoded.dictionary.to_pylist(), dtype=str), side="left")
            piece = of_name[encoded.indices.to_numpy()]
            for number in np.unique(piece).tolist():
                if number not in writers:
                    writers[number] = pq.ParquetWriter(folder / f"{number}.parquet", batch.schema)
                writers[number].write_batch(batch.filter(pa.array(piece == number)))
    finally:
        for writer in writers.values():
            writer.close()
