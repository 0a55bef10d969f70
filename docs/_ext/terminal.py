"""The commands' own help."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from typer.main import get_command

from bayes_trace.cli import app

__all__ = ["commands", "help_text", "markdown"]

WIDTH = 72


def commands() -> list[str]:
    """Names of the commands, in the order in which they are registered."""
    return list(get_command(app).commands)  # type: ignore[attr-defined]


def help_text(command: str) -> str:
    """What ``bayes-trace COMMAND --help`` prints."""
    program = Path(sys.executable).with_name("bayes-trace")
    arguments = [str(program), *([command] if command else []), "--help"]
    environment = {**os.environ, "COLUMNS": str(WIDTH), "NO_COLOR": "1", "TERMINAL_WIDTH": str(WIDTH)}
    shown = subprocess.run(arguments, capture_output=True, text=True, env=environment, check=True).stdout
    return "\n".join(line.rstrip() for line in shown.strip("\n").splitlines())


def markdown() -> str:
    """One section per command."""
    parts = [f"```text\n{help_text('')}\n```"]
    parts += [
        f"({command}-command)=\n## bayes-trace {command}\n\n```text\n{help_text(command)}\n```"
        for command in commands()
    ]
    return "\n\n".join(parts) + "\n"
