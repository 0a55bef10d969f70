"""How much memory and time one call takes, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import NamedTuple

_MEASURE = """
import json, resource, sys, time
from bayes_trace.__main__ import main
import bayes_trace.cli, bayes_trace.files.workbook, bayes_trace.files.bibliography
begun = time.process_time()
sys.argv = ["bayes-trace", *sys.argv[1:]]
try:
    main()
    code = 0
except SystemExit as ended:
    code = ended.code or 0
used = [resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]
try:
    # ru_maxrss of a new process begins with what its parent held
    with open("/proc/self/status") as status:
        used += [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
except OSError:
    used.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(json.dumps([code, max(used) / 1024, time.process_time() - begun]))
"""


class Measured(NamedTuple):
    """How a call ended."""

    code: int
    #: at most, of it and of the programs that it called
    megabytes: float
    #: of processor time
    seconds: float
    said: str


def measured(*arguments) -> Measured:
    """A call of the command line."""
    command = [sys.executable, "-c", _MEASURE, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return Measured(*json.loads(done.stdout.splitlines()[-1]), " ".join(done.stderr.split()))
