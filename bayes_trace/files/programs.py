"""Other programs, run to an end that is known: by the clock while this one is there, by processor time when it is not."""

from __future__ import annotations

import contextlib
import math
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["ended"]


def ended(
    command: Sequence[str],
    *,
    seconds: float,
    given: bytes = b"",
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """A program that has come to its end, with what it said.

    Raises
    ------
    subprocess.TimeoutExpired
        If it takes longer.

    Examples
    --------
    >>> import sys
    >>> ended([sys.executable, "-c", "print(input()[::-1])"], seconds=60, given=b"omem").stdout.split()
    [b'memo']
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=pipe, stdout=pipe, stderr=pipe
    ) as process:
        _limit(process.pid, seconds)
        try:
            out, err = process.communicate(given, timeout=seconds)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def _limit(process: int, seconds: float) -> None:
    """Let the system end it too: whoever is killed can stop no other program. Linux alone offers this."""
    with contextlib.suppress(ImportError, AttributeError, OSError, ValueError):
        import resource

        most = max(1, math.ceil(seconds))
        resource.prlimit(process, resource.RLIMIT_CPU, (most, most))
