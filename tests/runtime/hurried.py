"""A clock for tests over real sockets: time passes only by sleeping, and sleeping is short."""

from __future__ import annotations

import asyncio
import time


class Hurried:
    """Counts what is slept as passed. What the sockets take does not count."""

    def __init__(self) -> None:
        self._started = time.time()
        self._passed = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self._passed

    def today(self) -> float:
        return self._started + self._passed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._passed += seconds
        time.sleep(0.001)

    async def sleep_async(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._passed += seconds
        await asyncio.sleep(0.001)
