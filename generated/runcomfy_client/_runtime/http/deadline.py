"""One deadline for a whole request.

httpx has a timeout for each read, so a server that sends a byte now and then, or one
``100 Continue`` after the other, would block a caller without limit. Here every operation on a
connection gets the time that is left of the whole request.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

WRITE_SIZE = 64 * 1024
"""Bytes to write at once, so that a peer that reads slowly is noticed after so many."""

_end: ContextVar[float] = ContextVar("end", default=math.inf)
"""The deadline of the request that this thread or task is sending."""


@contextmanager
def request_deadline(seconds: float) -> Generator[None]:
    """Limit what is done in this context to so many seconds."""
    before = _end.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(before)


def lift_deadline() -> None:
    """Remove the deadline for the rest of the context: each read still has its timeout."""
    _end.set(math.inf)


def time_left(timeout: float | None, late: Callable[[str], Exception]) -> float | None:
    """Seconds for one operation. Raises ``late`` if no time is left."""
    end = _end.get()
    if end == math.inf:
        return timeout
    remaining = end - time.monotonic()
    if remaining <= 0:
        raise late("the time for the whole request is over")
    return remaining if timeout is None else min(remaining, timeout)
