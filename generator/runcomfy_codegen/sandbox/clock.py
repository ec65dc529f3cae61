"""Time and chance: the real and the virtual clock, and random draws that repeat by seed."""

from __future__ import annotations

import asyncio
import hmac
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Protocol

EPOCH = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
"""Where a virtual clock starts by default."""


class SandboxClock(Protocol):
    """A source of time, and a way to wait."""

    def now(self) -> float:
        """The time, in seconds since 1970."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Wait without blocking the event loop."""
        ...


class WallClock:
    """Real time that never jumps: the time of day at the start, then a monotonic clock."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        """The time, in seconds since 1970."""
        return self._offset + time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Wait without blocking the event loop."""
        await asyncio.sleep(seconds)


class SandboxVirtualClock:
    """Time that only moves when it is advanced; a sleep advances it and returns at once.

    The runtime's clients take it as their clock too. Waiting for a job then takes no time.
    """

    def __init__(self, start: float = EPOCH) -> None:
        self._now = start
        self._lock = threading.Lock()
        self._listeners: list[Callable[[float], None]] = []

    def now(self) -> float:
        """The time, in seconds since 1970."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the time on. Raises ``ValueError`` for a negative number."""
        if seconds < 0:
            raise ValueError(f"a clock cannot be advanced by {seconds} seconds")
        with self._lock:
            self._now += seconds
            for listener in self._listeners:
                listener(self._now)

    @contextmanager
    def notifying(
        self, listener: Callable[[float], None]
    ) -> Generator[None, None, None]:
        """Within the block, call ``listener`` with the time: at once, and whenever it moves."""
        with self._lock:
            self._listeners.append(listener)
            listener(self._now)
        try:
            yield
        finally:
            with self._lock:
                self._listeners.remove(listener)

    def today(self) -> float:
        """The time, in seconds since 1970."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Advance by this many seconds."""
        self.advance(max(0.0, seconds))

    async def sleep_async(self, seconds: float) -> None:
        """Advance by this many seconds, and let other tasks run."""
        self.sleep(seconds)
        await asyncio.sleep(0)


def timestamp(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds, as the API writes ``created_at``."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_timestamp(text: str) -> float:
    """Seconds since 1970 of a timestamp. Raises ``ValueError`` for any other text."""
    return datetime.fromisoformat(text).timestamp()


@dataclass(frozen=True, slots=True)
class Seed:
    """The root of every identifier and random draw.

    Each depends on the seed and its own name alone. One more draw somewhere changes no other.
    """

    value: str = "runcomfy"

    def digest(self, *name: str | int) -> bytes:
        """32 bytes for this name."""
        text = "\x1f".join(str(part) for part in name)
        return hmac.digest(
            self.value.encode(), text.encode("utf-8", "surrogatepass"), "sha256"
        )

    def identifier(self, *name: str | int) -> str:
        """An identifier in the form of a UUID."""
        text = self.digest(*name).hex()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"

    def draws(self, *name: str | int) -> Random:
        """A stream of random numbers for this name."""
        # Repeatable on purpose; nothing secret depends on it.
        return Random(self.digest(*name))  # noqa: S311
