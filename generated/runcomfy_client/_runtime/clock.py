"""Time, as something that can be given from outside."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Two clocks and a way to wait. Tests give one whose time is only counted."""

    def now(self) -> float:
        """Seconds that only ever grow: deadlines go by them."""
        ...

    def today(self) -> float:
        """Seconds since 1970."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass, blocking."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Let time pass, without blocking the event loop."""
        ...


class SystemClock:
    """The clocks of this machine."""

    now = staticmethod(time.monotonic)

    def today(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Let time pass, blocking."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Let time pass, without blocking the event loop."""
        import asyncio

        await asyncio.sleep(seconds)
