"""The command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SETS = Path(__file__).parents[1] / "evidence_sets"
ARMS = SETS / "us_arms_transfers"
COMMAND = Path(sys.executable).with_name("bayes-trace")


def run(*arguments, width=100, cwd=None):
    environment = {**os.environ, "COLUMNS": str(width), "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [COMMAND, *map(str, arguments)], capture_output=True, text=True, env=environment, cwd=cwd, check=False
    )
