"""Commands in processes that are killed at given moments: everything is loaded once, each run is a fork of that.

Reads a line of JSON for each run, `[arguments, seconds]`, and answers with how it ended.
"""

from __future__ import annotations

import importlib
import json
import os
import pathlib
import signal
import sys
import time

from bayes_trace.cli import main

#: what commands load when they are run, so that runs are short
LATE = (
    "report.writing",
    "report.verification",
    "sensitivity.survey",
    "summary.verdicts",
    "exact",
    "files.workbook",
    "explore",
    "sampling",
)
#: seconds that a slow disk takes for the second half of a file
HALF = 0.01


def slowly(write):
    """Writing that can be caught in the middle."""

    def written(path, content, *more, **named):
        write(path, content[: len(content) // 2], *more, **named)
        time.sleep(HALF)
        return write(path, content, *more, **named)

    return written


def run(arguments):
    """In a process of its own."""
    sys.argv = ["bayes-trace", *arguments]
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    pathlib.Path.write_bytes = slowly(pathlib.Path.write_bytes)
    pathlib.Path.write_text = slowly(pathlib.Path.write_text)
    try:
        main()
    except SystemExit as ended:
        os._exit(ended.code or 0)
    os._exit(0)


def ended(process, seconds):
    """Exit code, or -9 where the process was killed after so many seconds; none: it is waited for."""
    if seconds is not None:
        time.sleep(seconds)
        os.kill(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def serve():
    """One run after another."""
    for name in LATE:
        importlib.import_module(f"bayes_trace.{name}")
    for line in sys.stdin:
        arguments, seconds = json.loads(line)
        begun = time.monotonic()
        process = os.fork()
        if not process:
            run(arguments)
        sys.stdout.write(json.dumps([ended(process, seconds), time.monotonic() - begun]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
