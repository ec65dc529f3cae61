"""Time and chance that repeat: the real or a virtual clock, and draws that depend on a seed."""

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
"""When a virtual clock starts, unless told otherwise."""


class SandboxClock(Protocol):
    """Tells seconds since 1970, UTC, and lets them pass."""

    def now(self) -> float:
        """The time, in seconds since 1970."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Let time pass, without blocking the event loop."""
        ...


class WallClock:
    """Real time, steady: it starts at the wall's time and never jumps."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        """The time, in seconds since 1970."""
        return self._offset + time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Let time pass, without blocking the event loop."""
        await asyncio.sleep(seconds)


class VirtualClock:
    """Time that stands still until it is advanced, and that passes at once when slept.

    It is a clock for the runtime's clients too: with it, waiting for a job takes no time.
    """

    def __init__(self, start: float = EPOCH) -> None:
        self._now = start
        self._lock = threading.Lock()
        self._told: list[Callable[[float], None]] = []

    def now(self) -> float:
        """The time, in seconds since 1970."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on. Raises ``ValueError`` for a negative number: time does not run backwards."""
        if seconds < 0:
            raise ValueError(f"a clock cannot be advanced by {seconds} seconds")
        with self._lock:
            self._now += seconds
            for tell in self._told:
                tell(self._now)

    @contextmanager
    def telling(self, tell: Callable[[float], None]) -> Generator[None, None, None]:
        """As long as this lasts, call ``tell`` with the time: at once, and when it moves on."""
        with self._lock:
            self._told.append(tell)
            tell(self._now)
        try:
            yield
        finally:
            with self._lock:
                self._told.remove(tell)

    def today(self) -> float:
        """The time, in seconds since 1970."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Advance by what was to be slept."""
        self.advance(max(0.0, seconds))

    async def sleep_async(self, seconds: float) -> None:
        """Advance by what was to be slept, and let other tasks run."""
        self.sleep(seconds)
        await asyncio.sleep(0)


def timestamp(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds, as the API writes ``created_at``."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_timestamp(text: str) -> float:
    """Seconds since 1970 of a timestamp. Raises ``ValueError`` for a text that is none."""
    return datetime.fromisoformat(text).timestamp()


# Chance that repeats: identifiers and draws that depend on the seed and a name, on nothing else.


@dataclass(frozen=True, slots=True)
class Seed:
    """The root of every random choice.

    Each choice has a name of its own, so that one more draw somewhere moves no other.
    """

    value: str = "runcomfy"

    def digest(self, *name: str | int) -> bytes:
        """32 bytes that belong to this name."""
        text = "\x1f".join(str(part) for part in name)
        return hmac.digest(
            self.value.encode(), text.encode("utf-8", "surrogatepass"), "sha256"
        )

    def identifier(self, *name: str | int) -> str:
        """An identifier in the form of a UUID."""
        text = self.digest(*name).hex()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"

    def draws(self, *name: str | int) -> Random:
        """A stream of random numbers that belongs to this name."""
        # Repeatable on purpose; nothing is guarded by it.
        return Random(self.digest(*name))  # noqa: S311
