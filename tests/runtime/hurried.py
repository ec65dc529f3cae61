"""The system's clocks with short sleeps, for tests over real sockets."""

from __future__ import annotations

import time

from runcomfy_runtime.clock import SystemClock


class Hurried(SystemClock):
    """Sleeps a fiftieth of what is asked for, and counts the rest as passed."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return time.monotonic() + self._ahead

    def today(self) -> float:
        return time.time() + self._ahead

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        time.sleep(seconds / 50)
        self._ahead += seconds * 49 / 50

    async def sleep_async(self, seconds: float) -> None:
        self.slept.append(seconds)
        await super().sleep_async(seconds / 50)
        self._ahead += seconds * 49 / 50
