"""The same work on every block of a table: one after the other here, or side by side with Dask."""

from __future__ import annotations

import contextlib
import importlib.util
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayes_trace.blocks.work import Work, added_up, work_for
from bayes_trace.errors import BayesTraceError, BlockError, WrongArgumentError, printable
from bayes_trace.files.evidence_tables.parts import Part
from bayes_trace.files.evidence_tables.results import begin, block_file, fingerprint, land, landed
from bayes_trace.guards import guarded
from bayes_trace.likelihood.table import EvidenceTable

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["connected", "map_blocks"]

Progress = Callable[[str, float], None]
#: a block, and what was wrong with it
Outcome = tuple[Part, str]
#: seconds in which a scheduler answers, or is not there
PATIENCE = 10
#: blocks that wait for each thread of the workers, so that none is idle and not all are held at once
AHEAD = 3
#: faults that are told in full
SHOWN = 5


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
    _check_client(client)
    out = Path(out).resolve()
    table = replace(table, path=table.path.resolve())
    work = work_for(function, seed)
    begin(out, _record(work, table), resume=resume)
    parts = list(table.parts()) if table.in_pieces else table.parts()
    count = len(parts) if isinstance(parts, list) else 0
    left = (part for part in parts if not block_file(out, part.number).exists())
    say = progress or (lambda _what, _done: None)
    failed: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        there = stack.enter_context(connected(client)) if isinstance(client, str) else client
        done = _here(work, table, left, out) if there is None else _there(there, work, table, left, out)
        for part, fault in done:
            say(part.name, (part.number + 1) / max(count, part.number + 1))
            if fault:
                failed[part.name] = fault
    if failed:
        raise BlockError(_told(failed, out), failed)
    if work.function is None and work.name == "summarise":
        land(added_up(landed(out)), out / "total.parquet")
    return out


def _check_client(client: object) -> None:
    """Refuse what is neither a client nor the address of a scheduler."""
    good = "://" in client if isinstance(client, str) else client is None or hasattr(client, "scatter")
    if not good:
        message = f"map_blocks: client is {client!r}, expected a dask.distributed.Client or tcp://HOST:PORT"
        raise WrongArgumentError(message)


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


def _answer(shared: tuple[Work, EvidenceTable], part: Part, file: Path) -> str:
    """Answer for one block; what was wrong with it, as text, since not every error can be sent."""
    work, table = shared
    try:
        work(table, part, file)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one block, the others go on
        return _said(error)
    return ""


def _said(error: BaseException) -> str:
    """An error as one text; one that is not ours with its kind."""
    text = str(error).strip() or type(error).__name__
    return text if isinstance(error, BayesTraceError) else f"{type(error).__name__}: {text}"


def _here(work: Work, table: EvidenceTable, parts: Iterable[Part], out: Path) -> Iterator[Outcome]:
    """Block after block in this process."""
    for part in parts:
        yield part, _answer((work, table), part, block_file(out, part.number))


def _there(
    client: Client, work: Work, table: EvidenceTable, parts: Iterable[Part], out: Path
) -> Iterator[Outcome]:
    """On the workers of a cluster, some blocks ahead of those that are done."""
    from distributed import CancelledError, as_completed

    # a task, so that a worker that dies with it costs nothing but to make it again
    shared = client.submit(_both, work, table, pure=False)
    waiting: dict[str, Part] = {}
    queue, done = iter(parts), as_completed(raise_errors=False)

    def submit() -> None:
        if (part := next(queue, None)) is not None:
            name = f"{work.name}-block-{part.number:06d}-{uuid.uuid4().hex}"
            future = client.submit(_answer, shared, part, block_file(out, part.number), key=name)
            waiting[name] = part
            done.add(future)

    for _ in range(AHEAD * max(1, sum(client.nthreads().values()))):
        submit()
    for future in done:
        error = CancelledError(future.key) if future.cancelled() else future.exception()
        if isinstance(error, CancelledError):
            message = f"{client}: the cluster went away; {_kept(out)}"
            raise BayesTraceError(message)
        yield waiting.pop(future.key), _said(error) if error else future.result()
        future.release()
        submit()


def _both(work: Work, table: EvidenceTable) -> tuple[Work, EvidenceTable]:
    return work, table


@contextlib.contextmanager
def connected(scheduler: str | None = None, *, workers: int | None = None) -> Iterator[Client]:
    """A client of the scheduler at an address, or of a cluster of this machine.

    Raises
    ------
    BayesTraceError
        If Dask is not installed, or no scheduler answers at the address.
    """
    if importlib.util.find_spec("distributed") is None:
        message = "work on a cluster needs Dask; install it with: pip install 'bayes-trace[dask]'"
        raise BayesTraceError(message)
    from distributed import Client, LocalCluster

    if scheduler is None:
        with (
            LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    _check_client(scheduler)
    try:
        client = Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        said = printable(str(error).splitlines()[0]) if str(error) else type(error).__name__
        message = (
            f"no scheduler answers at {scheduler} ({said}); start one with `dask scheduler`, or leave it out "
            "to compute in this process"
        )
        raise BayesTraceError(message) from None
    with client:
        yield client


def _told(failed: dict[str, str], out: Path) -> str:
    shown = [
        f"  {name}: {said.replace(chr(10), chr(10) + '  ')}" for name, said in list(failed.items())[:SHOWN]
    ]
    more = [f"  and {len(failed) - SHOWN} more"] if len(failed) > SHOWN else []
    count = f"{len(failed)} block{'s' if len(failed) > 1 else ''} could not be answered"
    return "\n".join([f"{count}; {_kept(out)}:", *shown, *more])


def _kept(out: Path) -> str:
    return f"{len(landed(out))} others are kept in {out.as_posix()}, and the same call goes on from there"
