"""The command line: ``bayes-trace`` and one module per command."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import typer

from bayes_trace.cli import (
    check,
    cite,
    compare,
    exchange,
    explain,
    explore,
    lock,
    mapping,
    new,
    plan,
    report,
    sample,
    schema,
    sensitivity,
    sorting,
    table,
    update,
    verify,
)
from bayes_trace.cli.lines import plain_substitutes
from bayes_trace.cli.usage import Command
from bayes_trace.errors import BayesTraceError, BlockError, EvidenceSetError, SamplingStoppedError, printable

__all__ = ["app", "main"]

PROBLEMS, WRONG_CALL, INTERRUPTED = 1, 2, 130

app = typer.Typer(
    name="bayes-trace",
    help="Bayesian process tracing: what the evidence says about rival explanations, and what that rests on.",
    epilog="Exit codes: 0 sound, 1 problems found, 2 usage error, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
#: in the order of the help
_COMMANDS: dict[str, Callable[..., None]] = {
    "check": check.check,
    "update": update.update,
    "explain": explain.explain,
    "compare": compare.compare,
    "sample": sample.sample,
    "sensitivity": sensitivity.sensitivity,
    "plan": plan.plan,
    "report": report.report,
    "explore": explore.explore,
    "table": table.table,
    "sort": sorting.sort,
    "map": mapping.map_table,
    "cite": cite.cite,
    "lock": lock.lock,
    "verify": verify.verify,
    "new": new.new,
    "import": exchange.import_spreadsheet,
    "import-sources": exchange.import_sources,
    "export": exchange.export,
    "schema": schema.schema,
}
for _name, _function in _COMMANDS.items():
    app.command(_name, cls=Command)(_function)


@app.callback(invoke_without_command=True)
def _root(
    *, version: bool = typer.Option(False, "--version", help="Show the version and stop.", is_eager=True)
) -> None:
    if version:
        from importlib import metadata

        typer.echo(f"bayes-trace {metadata.version('bayes-trace')}")
        raise typer.Exit


def main() -> None:
    """Run the command line; an error is one message, never a traceback."""
    _open_streams()
    plain_substitutes()
    try:
        _run()
    except (EvidenceSetError, BlockError) as error:
        _stop(str(error), PROBLEMS)
    except SamplingStoppedError as error:
        _stop(str(error), INTERRUPTED)
    except BrokenPipeError:
        _lose_the_rest()  # the reader, `head` for one, has seen enough
    except OSError as error:
        _stop(f"{error.filename or _nameless()}: {error.strerror or error}", PROBLEMS)
    except BayesTraceError as error:
        _stop(str(error), WRONG_CALL)
    except KeyboardInterrupt:
        _stop("stopped", INTERRUPTED)


def _open_streams() -> None:
    """What was closed by the caller, as with ``2>&-``, takes words and loses them."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the end


def _nameless() -> str:
    """What an error that names no file is about: the output that is full, or a file of the program's own."""
    try:
        print(flush=True)  # whether it takes a line
    except OSError:
        _lose_the_rest()
        return "standard output"
    return tempfile.gettempdir()


def _lose_the_rest() -> None:
    """What still waits to be written would fail once more when Python ends, with an exit code of its own."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run() -> None:
    try:
        app()
    except SystemExit as ended:
        # Typer ends so on an interrupt, without a word
        if ended.code == INTERRUPTED:
            raise KeyboardInterrupt from None
        # and so, with an error's code, where the reader of its output has gone
        if type(sys.stdout).__name__ == "PacifyFlushWrapper":
            raise BrokenPipeError from None
        raise


def _stop(message: str, code: int) -> None:
    typer.echo(f"bayes-trace: {printable(message)}", err=True)
    raise SystemExit(code)
