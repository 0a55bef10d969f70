"""Pandoc, within bounds of time and memory."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from bayes_trace.errors import BayesTraceError
from bayes_trace.files.programs import ended

__all__ = ["MOST_MEGABYTES", "MOST_SECONDS", "UnboundedError", "pandoc_bytes", "run_pandoc"]

#: of one run; a report of a thousand items takes a tenth of either
MOST_SECONDS, MOST_MEGABYTES = 300, 2048


class UnboundedError(BayesTraceError):
    """A run that took too long or too much memory."""


def run_pandoc(
    text: str, options: Sequence[str], *, seconds: int = MOST_SECONDS, megabytes: int = MOST_MEGABYTES
) -> str:
    r"""What Pandoc makes of a text.

    Raises
    ------
    UnboundedError
        If it takes longer, or more memory, than it may.
    BayesTraceError
        With what Pandoc says, if it fails.

    Examples
    --------
    >>> run_pandoc("*memo*", ["-t", "plain"])
    'memo\n'
    """
    return pandoc_bytes(text, options, seconds=seconds, megabytes=megabytes).decode()


def pandoc_bytes(
    text: str, options: Sequence[str], *, seconds: int = MOST_SECONDS, megabytes: int = MOST_MEGABYTES
) -> bytes:
    """The same where it is no text."""
    import pypandoc

    command = [pypandoc.get_pandoc_path(), *options, "+RTS", f"-M{megabytes}m", "-RTS"]
    try:
        done = ended(command, seconds=seconds, given=text.encode())
    except subprocess.TimeoutExpired:
        message = f"{seconds} seconds"
        raise UnboundedError(message) from None
    said = done.stderr.decode(errors="replace")
    if done.returncode and "heap" in said.lower():
        message = f"{megabytes} MB"
        raise UnboundedError(message)
    if done.returncode:
        raise BayesTraceError(said)
    return done.stdout
