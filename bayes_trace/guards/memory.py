"""Making many records at once, none of which is garbage, without the collector going through all of them again and again."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Iterator

__all__ = ["collector_paused"]

_LOCK = threading.Lock()
#: for each pause that lasts, the thresholds before: the collector is one for all threads
_PAUSES: list[tuple[int, int, int]] = []


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """No search for cycles meanwhile: with it, the time of reading grows faster than the number of items.

    The collector stays enabled with a threshold of zero, at which Python never starts it. Libraries that are first
    imported during a pause may remember whether it was enabled: dask's arrays do, and would leave it off for good.
    Of several pauses at once, in threads or one inside another, the last to end lets the collector go on.

    Examples
    --------
    >>> import gc
    >>> with collector_paused():
    ...     gc.get_threshold()[0]
    0
    >>> gc.get_threshold()[0] > 0
    True
    """
    with _LOCK:
        _PAUSES.append(gc.get_threshold())
        gc.set_threshold(0)
    try:
        yield
    finally:
        with _LOCK:
            before = _PAUSES.pop()
            if not _PAUSES:
                gc.set_threshold(*before)
