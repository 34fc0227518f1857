"""The clock by which trust is judged: it counts on while the machine sleeps, or the process stands still."""

from __future__ import annotations

import functools
import sys
import time
from typing import Callable

#: Nanoseconds. Only differences mean something.
Clock = Callable[[], int]

SECOND = 1_000_000_000


def default_clock() -> Clock:
    """CLOCK_BOOTTIME where there is one. On macOS it is CLOCK_MONOTONIC that counts the sleep, elsewhere Python's own."""
    names = ["CLOCK_BOOTTIME"] + (["CLOCK_MONOTONIC"] if sys.platform == "darwin" else [])
    for name in names:
        identifier = getattr(time, name, None)
        if identifier is None:
            continue
        try:
            time.clock_gettime_ns(identifier)
        except OSError:
            continue
        return functools.partial(time.clock_gettime_ns, identifier)
    return time.monotonic_ns
