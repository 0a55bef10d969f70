"""The same work on every block of a table: one after the other here, or side by side with Dask."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayes_trace.blocks.work import Work, added_up, work_for
from bayes_trace.errors import BlockError, ClusterLostError
from bayes_trace.files.evidence_tables.parts import Part
from bayes_trace.files.evidence_tables.results import begin, block_file, fingerprint, land, landed
from bayes_trace.guards import guarded
from bayes_trace.independent import each_done, listed
from bayes_trace.likelihood.table import EvidenceTable

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["map_blocks"]

Progress = Callable[[str, float], None]


@guarded
def map_blocks(
    function: Callable[..., Any],
    table: EvidenceTable,
    *,
    out: str | Path,
    client: Client | str | None = None,
    resume: bool = True,
    seed: int = 0,
    progress: Progress | None = None,
) -> Path:
    """Do the same work on every block of an evidence table; results land on disk block by block.

    Parameters
    ----------
    function
        `update`, `lead`, `sensitivity.leave_one_out` (in the long form of `leave_each_out`),
        `sensitivity.robustness`, `propagate` (without its draws) or `summarise` (means and shares by case, in
        ``total.parquet``); or a function of compiled evidence that gives a dataset, a data frame or an Arrow table.
        `functools.partial` fixes options.
    table
        As from `open_evidence_table`.
    out
        Folder of the results: ``block-000000.parquet`` and so on, in the order of the table.
    client
        A client of `dask.distributed` or the address of a scheduler, whose workers see the same files; by default
        all is done in this process. Results have the same bits either way.
    resume
        Whether a run that was stopped goes on where it stopped; else its results are replaced.
    seed
        Of `propagate`; each block draws from it and from the name of its first episode.
    progress
        Called as ``callback(description, fraction)``.

    Returns
    -------
    The folder.

    Raises
    ------
    BlockError
        Once all other blocks are done, for those that could not be: each is named with its fault.
    BayesTraceError
        For a folder that holds other results, and for a scheduler that does not answer.

    References
    ----------
    Rocklin (2015), Dask: parallel computation with blocked algorithms, doi:10.25080/Majora-7b98e3ed-013.

    Examples
    --------
    >>> import tempfile
    >>> import bayes_trace as bt
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = bt.write_evidence_table(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}), folder / "codings.parquet")
    >>> table = bt.open_evidence_table(folder / "codings.parquet", hypotheses=["A", "B"])
    >>> [file.name for file in sorted(map_blocks(bt.update, table, out=folder / "answers").iterdir())]
    ['block-000000.parquet', 'run.json']
    """
    out = Path(out).resolve()
    table = replace(table, path=table.path.resolve())
    work = work_for(function, seed)
    begin(out, _record(work, table), resume=resume)
    named = ((each.name, each) for each in table.parts() if not block_file(out, each.number).exists())
    # what is known before it is read can be handed over at once
    parts = list(named) if table.in_pieces else named
    failed = _failed(partial(work, table, out), parts, out, client=client, progress=progress)
    if failed:
        head = f"{len(failed)} block{'s' if len(failed) > 1 else ''} could not be answered; {_kept(out)}"
        raise BlockError(listed(head, failed), failed)
    if work.function is None and work.name == "summarise":
        land(added_up(landed(out)), out / "total.parquet")
    return out


def _failed(
    function: Callable[[Part], None],
    parts: Iterable[tuple[str, Part]],
    out: Path,
    *,
    client: Client | str | None,
    progress: Progress | None,
) -> dict[str, str]:
    """Blocks that could not be answered, once all others are."""
    failed: dict[str, str] = {}
    count = len(parts) if isinstance(parts, list) else 0
    try:
        with contextlib.closing(each_done(function, parts, client)) as done:
            for number, (name, ended) in enumerate(done, start=1):
                if progress:
                    progress(name, number / max(count, number))
                if ended.fault:
                    failed[name] = ended.fault
    except ClusterLostError as error:
        message = f"{error}; {_kept(out)}"
        raise ClusterLostError(message) from None
    return failed


def _record(work: Work, table: EvidenceTable) -> dict[str, Any]:
    """What tells one run from another."""
    head = table.head
    return {
        "question": work.name,
        "options": {name: repr(value) for name, value in sorted(work.options.items())},
        "seed": work.seed,
        "table": fingerprint(table.path),
        "hypotheses": {hypothesis.id: hypothesis.prior for hypothesis in head.hypotheses},
        "set": head.digest,
        "coders": list(table.coders),
    }


def _kept(out: Path) -> str:
    return f"{len(landed(out))} others are kept in {out.as_posix()}, and the same call goes on from there"
