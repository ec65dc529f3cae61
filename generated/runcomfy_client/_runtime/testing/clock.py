"""Time that passes only when somebody sleeps."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count


class VirtualClock:
    """A clock for both clients. Hours of polling take milliseconds."""

    def __init__(self, today: float = 1_700_000_000.0) -> None:
        self.slept: list[float] = []
        """Every sleep that was asked for, in seconds."""
        self._start = today
        self._passed = 0.0
        self._sleepers: list[tuple[float, int]] = []
        self._numbers = count()

    def now(self) -> float:
        """Seconds since this clock was made."""
        return self._passed

    def today(self) -> float:
        """Seconds since 1970, by the date the clock was made with."""
        return self._start + self._passed

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._passed += max(0.0, seconds)

    def sleep(self, seconds: float) -> None:
        """Let time pass, at once."""
        self.slept.append(seconds)
        self.advance(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Let time pass when nobody else wakes before, at once."""
        self.slept.append(seconds)
        sleeper = (self._passed + max(0.0, seconds), next(self._numbers))
        heapq.heappush(self._sleepers, sleeper)
        try:
            await asyncio.sleep(0)
            while self._sleepers[0] != sleeper:
                await asyncio.sleep(0)
            self._passed = max(self._passed, sleeper[0])
        finally:
            self._sleepers.remove(sleeper)
            heapq.heapify(self._sleepers)
