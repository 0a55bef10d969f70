"""The main job opens no connection: sockets are refused, and nothing asks for one."""

from __future__ import annotations

import subprocess
import sys

import bayes_trace as bt

_REFUSED = """
import sys

def refuse(event, _arguments):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        raise SystemExit(f"asked for {event}")

sys.addaudithook(refuse)
from bayes_trace.__main__ import main

folder, out = sys.argv[1:]
for command in (
    ["check", folder],
    ["update", folder],
    ["sensitivity", folder],
    ["report", folder, "--out", out, "--format", "md,html,docx"],
    ["verify", out],
):
    sys.argv = ["bayes-trace", *command]
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            raise
print("alone")
"""


def test_the_main_job_needs_no_network(tmp_path):
    folder = bt.write_template(tmp_path / "set")
    command = [sys.executable, "-c", _REFUSED, str(folder), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "alone"
