"""``python -m bayes_trace`` is ``bayes-trace``; an interrupt ends it with a word, from the first import on."""

from __future__ import annotations

import os
import signal
from types import FrameType

__all__ = ["main"]

INTERRUPTED = 130


def main() -> None:
    """Load the command line and run it."""
    kept = signal.getsignal(signal.SIGINT)
    if kept is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _stop)
    from bayes_trace.cli import main as run

    # from here on work can be ended in order
    signal.signal(signal.SIGINT, kept)
    run()


def _stop(_number: int, _frame: FrameType | None) -> None:
    """End at once: half of a package is loaded, and there is nothing to put in order."""
    os.write(2, b"bayes-trace: stopped\n")
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
