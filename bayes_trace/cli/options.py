"""Options that several commands share, and how results are written."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import xarray as xr
    from distributed import Client
    from rich.console import Console

    from bayes_trace.evidence import EvidenceSet

__all__ = [
    "CoderOption",
    "JsonFlag",
    "OutOption",
    "OverwriteFlag",
    "ScenarioOption",
    "SchedulerOption",
    "SetArgument",
    "WorkersOption",
    "claim",
    "cluster",
    "console",
    "progress",
    "read",
    "read_with",
    "to_json",
    "write_netcdf",
]

#: what tells the bar that is open
_OPEN: ContextVar[Callable[[str, float], None] | None] = ContextVar("open", default=None)
#: bytes of a set that takes more than a moment to be read
LARGE = 1_000_000

SetArgument = Annotated[
    Path,
    typer.Argument(
        metavar="SET", help="Folder of the evidence set.", exists=True, file_okay=False, show_default=False
    ),
]
ScenarioOption = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario",
        "-s",
        help="Apply this scenario, or that of a .yaml file; repeat to apply several, in order.",
        show_default=False,
    ),
]


def _named(name: str | None) -> str | None:
    """Refuse a blank, which an unset variable of a shell leaves, instead of taking it for nothing said."""
    if name is not None and not name.strip():
        message = "a blank, expected a name"
        raise typer.BadParameter(message)
    return name


CoderOption = Annotated[
    str | None,
    typer.Option("--coder", help="Use this coder's codings.", show_default="the base coder", callback=_named),
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
OverwriteFlag = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Compute on this Dask cluster, such as tcp://10.0.0.1:8786.",
        show_default=False,
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers", help="Compute in that many processes on this machine.", min=1, show_default=False
    ),
]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="Write there.", show_default=False)]


def read(folder: Path, scenarios: list[str] | None) -> EvidenceSet:
    """The set in a folder with scenarios applied, in order."""
    from bayes_trace.scenarios import apply_scenario

    es, names = read_with(folder, scenarios)
    return apply_scenario(es, *names)


def read_with(folder: Path, scenarios: list[str] | None) -> tuple[EvidenceSet, list[str]]:
    """The set in a folder, none applied, and the names of scenarios: one in a file of its own is put to the set."""
    from bayes_trace.files import read_evidence_set
    from bayes_trace.files.views import is_scenario_file, with_scenario_file

    with progress("read") if _is_large(folder) else contextlib.nullcontext() as say:
        es, names = read_evidence_set(folder, progress=say), list[str]()
    for each in scenarios or ():
        if not each.strip():
            message = "--scenario: a blank, expected a name"
            raise typer.BadParameter(message)
        parts = [each] if _is_file(each) else each.split("+")
        for number, part in enumerate(parts):
            if is_scenario_file(part):
                es, parts[number] = with_scenario_file(es, part)
                _say_if_changed(es, parts[number])
        names.append("+".join(parts))
    return es, names


def _is_file(name: str) -> bool:
    with contextlib.suppress(OSError, ValueError):  # longer than any name of a file
        return Path(name).is_file()
    return False


def _is_large(folder: Path) -> bool:
    """Whether reading takes long enough for a bar; what is no set may be the whole disk, and is not gone through."""
    named = folder.glob("*/*.yaml") if (folder / "set.yaml").is_file() else ()
    return sum(path.stat().st_size for path in named if path.is_file()) > LARGE


def _say_if_changed(es: EvidenceSet, name: str) -> None:
    written = es.scenarios[name].base_digest
    if written and not es.digest.startswith(written):
        message = f"{name} was written for {written[:12]}, but the set is now {es.digest[:12]}: its numbers may have moved"
        typer.echo(f"bayes-trace: {message}", err=True)


def console() -> Console:
    """A console that prints what it is given, without markup of its own."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            """Whoever has read enough, `head` for one, has met no fault: `main` ends as with any other command."""
            raise BrokenPipeError

    return Plain(markup=False, highlight=False, emoji=False, soft_wrap=False)


def to_json(value: Any) -> str:  # noqa: ANN401 - anything JSON can hold
    """JSON with infinities as text, so that every reader accepts it."""
    return json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 - NaN


def claim(*paths: Path | None, overwrite: bool) -> None:
    """Refuse, before anything is computed, to write over a file or into an evidence set."""
    from bayes_trace.files.keeping import refuse_set

    for path in filter(None, paths):
        refuse_set(path)
        if path.is_dir():
            message = f"--out {path}: a folder, expected a file"
            raise typer.BadParameter(message)
        if path.exists() and not overwrite:
            message = f"--out {path}: the file already exists; pass --overwrite to replace it"
            raise typer.BadParameter(message)


@contextlib.contextmanager
def cluster(scheduler: str | None, workers: int | None) -> Iterator[Client | None]:
    """Where independent work is done: a cluster that is there, or one of this machine; else in this process."""
    if scheduler and workers:
        message = "--scheduler and --workers are mutually exclusive; give one"
        raise typer.BadParameter(message)
    if not (scheduler or workers):
        yield None
        return
    from bayes_trace.independent import connected

    with connected(scheduler, workers=workers) as client:
        yield client


def write_netcdf(file: Path, result: xr.Dataset | xr.DataTree) -> None:
    """Write arrays to a file, made in memory first: HDF5 goes down with the whole program where a disk is full."""
    # a view of a buffer outlives a failure badly
    file.write_bytes(bytes(result.to_netcdf(engine="h5netcdf")))


@contextlib.contextmanager
def progress(title: str) -> Iterator[Callable[[str, float], None]]:
    """A bar on the terminal, one at a time; silent where the output is a file or a pipe."""
    if not sys.stderr.isatty() or _OPEN.get():
        yield _OPEN.get() or (lambda _what, _done: None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    with Progress(
        TextColumn("{task.fields[title]}"),
        BarColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("", total=1.0, title=title)

        def say(what: str, done: float) -> None:
            bar.update(task, description=what, completed=done)

        token = _OPEN.set(say)
        try:
            yield say
        finally:
            _OPEN.reset(token)
