"""Independent pieces of work: one after the other in this process, or side by side on a cluster with Dask."""

from __future__ import annotations

import contextlib
import importlib.util
import pickle
import uuid
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from bayes_trace.errors import BayesTraceError, ClusterLostError, WorkError, WrongArgumentError, printable
from bayes_trace.guards import from_outside, guarded

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["Ended", "all_done", "connected", "each_done", "listed", "map_independent"]

Progress = Callable[[str, float], None]
#: seconds in which a scheduler answers, or is not there
PATIENCE = 10
#: of pieces that are read as they go, those that wait for each thread: none is idle, and not all are held at once
AHEAD = 3
#: faults that are told in full
SHOWN = 5
_LOST = "the cluster went away"


@guarded
def map_independent[T, R](
    function: Callable[[T], R],
    work: Mapping[str, T],
    *,
    client: Client | str | None = None,
    progress: Progress | None = None,
) -> dict[str, R]:
    """Do the same to each of several things that do not hang on one another, here or on many machines.

    Parameters
    ----------
    function
        What is done to each; `functools.partial` fixes whatever else it takes. What it draws must follow from a seed
        that it is given.
    work
        The things, by name.
    client
        A client of `dask.distributed` or the address of a scheduler; by default all is done in this process. Results
        have the same bits either way.
    progress
        Called as ``callback(name, fraction)`` when something is done.

    Returns
    -------
    Results by name, in the order of ``work``.

    Raises
    ------
    WorkError
        Once all else is done, for what could not be: each piece is named with its fault, and ``kept`` of the error
        holds the results of the others.
    BayesTraceError
        For a scheduler that does not answer.

    References
    ----------
    Rocklin (2015), Dask: parallel computation with blocked algorithms, doi:10.25080/Majora-7b98e3ed-013.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> tables = {"strong": {"memo": {"A": 0.8, "B": 0.2}}, "weak": {"memo": {"A": 0.6, "B": 0.4}}}
    >>> evidence = {name: bt.compile_evidence(bt.from_table(table)) for name, table in tables.items()}
    >>> posteriors = map_independent(bt.update, evidence)
    >>> {name: float(each.probability.sel(hypothesis="A").item()) for name, each in posteriors.items()}
    {'strong': 0.8, 'weak': 0.6}
    """
    say = progress or (lambda _what, _done: None)
    ended: dict[str, Ended] = {}
    lost = ""
    try:
        with contextlib.closing(each_done(function, work.items(), client)) as done:
            for name, each in done:
                ended[name] = each
                say(name, len(ended) / len(work))
    except ClusterLostError as error:
        lost = str(error)
    failed = {name: ended[name].fault if name in ended else lost for name in work}
    kept = {name: ended[name].value for name in work if not failed[name]}
    if not any(failed.values()):
        return kept
    failed = {name: fault for name, fault in failed.items() if fault}
    head = f"{len(failed)} of {len(work)} pieces of work could not be done; `kept` of this error holds the others"
    raise WorkError(listed(head, failed), failed, kept) from next(
        (each.error for each in ended.values() if each.error), None
    )


@dataclass(frozen=True)
class Ended:
    """How a piece of work ended: with a value, or with what was wrong."""

    value: Any = None
    error: BaseException | None = None

    @property
    def fault(self) -> str:
        """What was wrong as one text, with the kind of an error that is not ours; empty where nothing was."""
        if self.error is None:
            return ""
        text = str(self.error).strip() or type(self.error).__name__
        return text if isinstance(self.error, BayesTraceError) else f"{type(self.error).__name__}: {text}"

    def result(self) -> Any:  # noqa: ANN401 - whatever the work gives
        """The value, or the error raised."""
        if self.error is not None:
            raise self.error
        return self.value


def all_done[T, R](
    function: Callable[[T], R],
    work: Mapping[str, T],
    *,
    client: Client | str | None,
    progress: Progress | None = None,
) -> dict[str, R]:
    """Results by name in the order given; an error is raised as it is, and what waits is not begun."""
    found: dict[str, R] = {}
    with contextlib.closing(each_done(function, work.items(), client)) as done:
        for name, ended in done:
            found[name] = ended.result()
            if progress:
                progress(name, len(found) / len(work))
    return {name: found[name] for name in work}


def each_done(
    function: Callable[[Any], Any], work: Iterable[tuple[str, Any]], client: Client | str | None
) -> Generator[tuple[str, Ended]]:
    """How each named piece ended, as soon as it did; what waits is cancelled where no more are asked for.

    Raises
    ------
    ClusterLostError
        If the cluster goes away.
    """
    with connected(client) if isinstance(client, str) else contextlib.nullcontext(client) as there:
        if there is None:
            for name, piece in work:
                yield name, _ended(function, piece)
        else:
            yield from _there(there, function, work)


def _ended(function: Callable[[Any], Any], piece: object) -> Ended:
    """Whatever is wrong with one piece, the others go on."""
    try:
        with from_outside():
            return Ended(function(piece))
    except Exception as error:  # noqa: BLE001
        return Ended(error=error)


def _sent(function: Callable[[Any], Any], piece: object) -> Ended:
    """The same on a worker: of an error that cannot be sent, what it says."""
    ended = _ended(function, piece)
    try:
        pickle.loads(pickle.dumps(ended.error))
    except Exception:  # noqa: BLE001 - errors of others may do anything
        return Ended(error=BayesTraceError(ended.fault))
    return ended


def _there(
    client: Client, function: Callable[[Any], Any], work: Iterable[tuple[str, Any]]
) -> Iterator[tuple[str, Ended]]:
    """On the workers of a cluster."""
    from distributed import as_completed

    # a task as well, so that a worker that dies with it costs nothing but to make it again
    shared = _submitted(client, _same, function)
    queue, done = iter(work), as_completed(raise_errors=False)
    waiting: dict[Future[Any], str] = {}

    def hand_over() -> None:
        if client.status != "running":
            raise ClusterLostError(_LOST)
        most = len(work) if isinstance(work, Sized) else AHEAD * max(1, sum(client.nthreads().values()))
        for name, piece in islice(queue, max(0, most - len(waiting))):
            future = _submitted(client, _sent, shared, piece)
            waiting[future] = name
            done.add(future)

    try:
        hand_over()
        for future in done:
            ended = _fetched(future)
            yield waiting.pop(future), ended
            hand_over()
    finally:
        # what goes away takes along what waits
        with contextlib.suppress(Exception):
            client.cancel(list(waiting))


def _submitted(client: Client, function: Callable[..., Any], *handed: object) -> Future[Any]:
    with warnings.catch_warnings():
        # Dask advises against what is large; this is sent once
        warnings.filterwarnings("ignore", message="Sending large graph")
        return client.submit(function, *handed, key=f"bayes-trace-{uuid.uuid4().hex}")


def _same(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return function


def _fetched(future: Future[Any]) -> Ended:
    """How a piece ended that was handed over; it may also have killed its workers, or made what cannot be sent."""
    if future.cancelled():
        raise ClusterLostError(_LOST)
    try:
        ended: Ended = future.result()
    except Exception as error:  # noqa: BLE001
        return Ended(error=error)
    return ended


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
    with _client_at(scheduler) as client:
        yield client


def _client_at(scheduler: str) -> Client:
    from distributed import Client

    if "://" not in scheduler:
        message = f"client is {scheduler!r}, expected a client of dask.distributed or tcp://HOST:PORT"
        raise WrongArgumentError(message)
    try:
        return Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        said = printable(str(error).splitlines()[0]) if str(error) else type(error).__name__
        message = (
            f"no scheduler answers at {scheduler} ({said}); start one with `dask scheduler`, or leave it out "
            "to compute in this process"
        )
        raise BayesTraceError(message) from None


def listed(head: str, failed: Mapping[str, str]) -> str:
    """What could not be done, the first in full."""
    shown = [
        f"  {name}: {said.replace(chr(10), chr(10) + '  ')}" for name, said in islice(failed.items(), SHOWN)
    ]
    more = [f"  and {len(failed) - SHOWN} more"] if len(failed) > SHOWN else []
    return "\n".join([f"{head}:", *shown, *more])
