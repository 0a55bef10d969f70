"""Results of a table: a Parquet file for each block, which is there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bayes_trace.errors import BayesTraceError
from bayes_trace.files.evidence_tables.parts import opened
from bayes_trace.files.keeping import refuse_set, write_text
from bayes_trace.files.texts import UnreadableTextError, read_text

if TYPE_CHECKING:
    import pyarrow as pa
    import xarray as xr

__all__ = ["as_arrow", "begin", "block_file", "fingerprint", "land", "landed"]

RUN = "run.json"
#: bytes of the beginning and the end of a file by which it is told from others
EDGE = 1 << 16


def fingerprint(path: Path) -> str:
    """What tells a table from another: names, sizes, beginnings and ends of its files."""
    digest = hashlib.sha256()
    for name in sorted(opened(path)[0].files):
        file = Path(name)
        with file.open("rb") as stream:
            digest.update(f"{file.name} {file.stat().st_size} ".encode())
            digest.update(stream.read(EDGE))
            stream.seek(max(0, file.stat().st_size - EDGE))
            digest.update(stream.read(EDGE))
    return digest.hexdigest()


def begin(out: Path, run: dict[str, Any], *, resume: bool) -> None:
    """Prepare a folder of results: go on where the same run stopped, or start anew.

    Raises
    ------
    BayesTraceError
        If the folder holds something else: results of another run, or files that are none.
    """
    refuse_set(out / RUN)
    record = out / RUN
    if out.exists() and any(out.iterdir()) and not record.is_file():
        message = f"{out.as_posix()}: holds files that are no results of map_blocks; choose another folder"
        raise BayesTraceError(message)
    if record.is_file() and resume:
        there = _recorded(record)
        if there != run:
            other = ", ".join(key for key in run if there.get(key) != run[key])
            message = (
                f"{out.as_posix()}: holds results of another run ({other} differs); "
                "choose another folder, or pass --overwrite (resume=False in Python)"
            )
            raise BayesTraceError(message)
    for old in out.glob("*") if out.exists() else ():
        if old.name.endswith(".part") or (not resume and old.suffix == ".parquet"):
            old.unlink()
    write_text(record, json.dumps(run, indent=2) + "\n")


def _recorded(record: Path) -> dict[str, Any]:
    """What a run said of itself."""
    try:
        there = json.loads(read_text(record))
    except (UnreadableTextError, ValueError, RecursionError):
        there = None
    if not isinstance(there, dict):
        message = (
            f"{record.as_posix()}: not the record of a run of map_blocks; "
            "choose another folder, or pass --overwrite (resume=False in Python)"
        )
        raise BayesTraceError(message)
    return there


def block_file(out: Path, number: int) -> Path:
    """Where the results of a block land."""
    return out / f"block-{number:06d}.parquet"


def landed(out: Path) -> list[Path]:
    """Results that are there, in the order of blocks."""
    return sorted(out.glob("block-*.parquet"))


def land(table: pa.Table, file: Path) -> None:
    """Write results under another name and then give them theirs, so that no half of a file is ever found."""
    import pyarrow.parquet as pq

    # no process number: machines that share the folder may have the same ones
    unfinished = file.with_name(f".{file.stem}.{uuid.uuid4().hex}.part")
    try:
        pq.write_table(table, unfinished, compression="zstd")
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def as_arrow(result: Any) -> pa.Table:  # noqa: ANN401 - whatever a function of the user gives
    """A result as a flat table, a row for each combination of the dimensions of its widest variable.

    Raises
    ------
    BayesTraceError
        For what is no table.
    """
    import pyarrow as pa

    kind = type(result).__name__
    if isinstance(result, pa.Table):
        return result
    if kind == "DataArray":
        result = result.to_dataset(name=result.name or "value")
    if kind in ("DataArray", "Dataset"):
        return _flat(result)
    if kind == "DataFrame":
        return pa.Table.from_pandas(result, preserve_index=False)
    message = f"the function gave {kind}, expected a dataset, an array, a data frame or an Arrow table"
    raise BayesTraceError(message)


def _flat(result: xr.Dataset) -> pa.Table:
    dims = max((each.dims for each in result.data_vars.values()), key=len, default=())
    shape = [result.sizes[dim] for dim in dims]
    columns: dict[str, Any] = {}
    for place, dim in enumerate(dims):
        around = [1] * len(dims)
        around[place] = shape[place]
        index = np.broadcast_to(np.arange(shape[place], dtype=np.int32).reshape(around), shape).ravel()
        of_dim = [str(name) for name, coord in result.coords.items() if coord.dims == (dim,)]
        names = [name for name in (dim, *of_dim) if name in result.coords]
        for name in names:
            columns[str(name)] = _repeated(result[name].values, index)
    for name, variable in result.data_vars.items():
        if set(variable.dims) <= set(dims):
            whole = variable.broadcast_like(result[max(result.data_vars, key=lambda v: len(result[v].dims))])
            columns[str(name)] = _plain(whole.transpose(*dims).values.ravel())
    return _table(columns)


def _table(columns: dict[str, Any]) -> pa.Table:
    import pyarrow as pa

    return pa.table(columns)


def _repeated(names: Any, index: Any) -> Any:  # noqa: ANN401 - arrays of any kind
    """A coordinate along the rows: names once, and for each row which."""
    import pyarrow as pa

    if np.asarray(names).dtype.kind in "biuf":
        return np.asarray(names)[index]
    return pa.DictionaryArray.from_arrays(
        index, pa.array(np.asarray(names).astype(str).tolist(), pa.string())
    )


def _plain(values: Any) -> Any:  # noqa: ANN401 - arrays of any kind
    """Texts by what occurs, so that names are not written out row by row."""
    import pyarrow as pa

    if values.dtype.kind not in "OUT":
        return values
    names, index = np.unique(values.astype(str), return_inverse=True)
    return pa.DictionaryArray.from_arrays(index.astype(np.int32), pa.array(names.tolist(), pa.string()))
