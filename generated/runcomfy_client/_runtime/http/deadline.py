"""One limit on all the time that a request takes, however its answer drips.

httpx limits each read for itself, so a server that sends a byte now and then, or one
``100 Continue`` after the other, would hold a caller for ever. Here every operation on a
connection gets what is left of the whole.
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
"""When the request that this thread or task has under way must be over."""


@contextmanager
def request_deadline(seconds: float) -> Generator[None]:
    """Let that much time for what is done in here."""
    before = _end.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(before)


def lift_deadline() -> None:
    """Let the rest of a countdown take as long as it may, as long as something comes."""
    _end.set(math.inf)


def time_left(timeout: float | None, late: Callable[[str], Exception]) -> float | None:
    """Seconds for one operation. Raises what ``late`` makes if there are none."""
    end = _end.get()
    if end == math.inf:
        return timeout
    remaining = end - time.monotonic()
    if remaining <= 0:
        raise late("the time for the whole request is over")
    return remaining if timeout is None else min(remaining, timeout)
