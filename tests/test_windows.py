"""What Windows lacks, the package does without."""

from __future__ import annotations

import subprocess
import sys

import bayes_trace as bt

_WITHOUT = """
import sys
for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[name] = None
from bayes_trace.__main__ import main
sys.argv = ["bayes-trace", *sys.argv[1:]]
main()
"""


def test_commands_run_without_the_modules_of_posix(tmp_path):
    folder = bt.write_template(tmp_path / "set")
    for arguments in (["check", folder], ["update", folder, "--out", tmp_path / "a.csv"]):
        command = [sys.executable, "-c", _WITHOUT, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert (tmp_path / "a.csv").read_text().startswith("case,")
