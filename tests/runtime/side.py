"""One of the two clients, called alike, so that a test can ask both for the same."""

from __future__ import annotations

import asyncio
from typing import Any

from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.testing import VirtualClock

TOKEN = "rc-0123456789-secret"
OUTPUT = {"image": "https://files.runcomfy.net/a.png"}


class Side:
    """Runs one job on a clock whose time only sleeping moves."""

    def __init__(self, url: str, asynchronous: bool) -> None:
        self.clock = VirtualClock()
        self._settings: dict[str, Any] = {
            "token": TOKEN,
            "base_url": url,
            "clock": self.clock,
        }
        self._asynchronous = asynchronous

    def run(self, **options: Any) -> Any:
        if not self._asynchronous:
            with RunComfy(**self._settings) as client:
                return client.run("vendor/model", {"prompt": "x"}, **options)
        return asyncio.run(self._run_async(**options))

    async def _run_async(self, **options: Any) -> Any:
        async with AsyncRunComfy(**self._settings) as client:
            return await client.run("vendor/model", {"prompt": "x"}, **options)

    def cancel(self) -> Any:
        """Submit a job and cancel it."""
        if not self._asynchronous:
            with RunComfy(**self._settings) as client:
                return client.submit("vendor/model", {"prompt": "x"}).cancel()
        return asyncio.run(self._cancel_async())

    async def _cancel_async(self) -> Any:
        async with AsyncRunComfy(**self._settings) as client:
            job = await client.submit("vendor/model", {"prompt": "x"})
            return await job.cancel()

    def settle(self, **settings: Any) -> None:
        """Make the client with these settings too."""
        self._settings |= settings

    def look(self) -> Any:
        """Read the status of a job once."""
        if not self._asynchronous:
            with RunComfy(**self._settings) as client:
                return client.job("req-1").status()
        return asyncio.run(self._look_async())

    async def _look_async(self) -> Any:
        async with AsyncRunComfy(**self._settings) as client:
            return await client.job("req-1").status()
