"""The command line: in this process, which is quick, and in one of its own, where that matters."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from bayes_trace.cli import main

SETS = Path(__file__).parents[1] / "evidence_sets"
ARMS = SETS / "us_arms_transfers"
ANALYSES = SETS.parent / "analyses"
COMMAND = Path(sys.executable).with_name("bayes-trace")


class Shown(NamedTuple):
    """What a call printed, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments, width=100, cwd=None):
    environment = {**os.environ, "COLUMNS": str(width), "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [COMMAND, *map(str, arguments)], capture_output=True, text=True, env=environment, cwd=cwd, check=False
    )


def call(*arguments, width=100, cwd=None, encoding="utf-8"):
    """The same in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n") for _ in range(2))
    with (
        mock.patch.object(sys.modules["__main__"], "__package__", ""),  # else it is called by pytest's name
        mock.patch.object(sys, "argv", ["bayes-trace", *map(str, arguments)]),
        mock.patch.dict(os.environ, {"COLUMNS": str(width)}),
        contextlib.chdir(cwd or "."),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = _ended()
    return Shown(code, *(_text(stream, encoding) for stream in (out, err)))


def _ended():
    try:
        main()
    except SystemExit as ended:
        return ended.code or 0
    return 0


def _text(stream, encoding):
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


def run_script(name, *arguments):
    """What a script of the gallery prints, in a process of its own."""
    shown = subprocess.run(
        [sys.executable, "-W", "error", ANALYSES / name, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr
    return shown.stdout
