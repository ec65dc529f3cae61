"""One of the two clients, called alike, so that a test can ask both for the same."""

from __future__ import annotations

import asyncio
import inspect
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.testing import VirtualClock
from runtime.specimen import good

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
            "media_checks": "off",
        }
        self._asynchronous = asynchronous

    def run(self, *, payload: Any = None, **options: Any) -> Any:
        return self._call("run", *_payload(payload), **options)

    def submit(self, *, payload: Any = None, **options: Any) -> Any:
        return self._call("submit", *_payload(payload), **options)

    def cancel(self) -> Any:
        """Submit a job and cancel it."""
        return self._call("submit", *_payload(None), then=lambda job: job.cancel())

    def models(self, limit: int) -> Any:
        """The first entries of the catalog."""
        return self._with_client(lambda client: client.models(limit=limit))

    def balance(self) -> Any:
        """The balance of the account."""
        return self._with_client(lambda client: client.balance())

    def download(self) -> Any:
        """Run a job and save its files."""
        folder = tempfile.mkdtemp()
        return self._call(
            "run", *_payload(None), then=lambda done: done.download(folder)
        )

    def resume(self, **options: Any) -> Any:
        """The result of a job that another process submitted."""
        return self._with_client(lambda client: client.job("req-1").result(**options))

    def look(self) -> Any:
        """Read the status of a job once."""
        return self._with_client(lambda client: client.job("req-1").status())

    def map(self, **options: Any) -> Any:
        """The only result of a batch of one."""
        if self._asynchronous:
            return asyncio.run(self._map_async(**options))
        with RunComfy(**self._settings) as client:
            (done,) = client.map([good()], **options)
            return done

    async def _map_async(self, **options: Any) -> Any:
        async with AsyncRunComfy(**self._settings) as client:
            (done,) = [each async for each in client.map([good()], **options)]
            return done

    def decide(self, reference: str, request_id: str | None) -> Any:
        """Settle an unknown submit."""
        how: Any = {"request_id": request_id} if request_id else {"accepted": False}

        def settled(client: Any) -> Any:
            return client.journal.settle(reference, **how)

        return self._with_client(settled)

    def submit_with_pauses(self, pauses: Sequence[float]) -> list[Any]:
        """Submit by one client, with pauses between."""
        steps = [0.0, *pauses]
        if self._asynchronous:
            return asyncio.run(self._submit_with_pauses_async(steps))
        with RunComfy(**self._settings) as client:
            jobs: list[Any] = []
            for pause in steps:
                time.sleep(pause)
                jobs.append(client.submit(*_payload(None)))
            return jobs

    async def _submit_with_pauses_async(self, steps: Sequence[float]) -> list[Any]:
        async with AsyncRunComfy(**self._settings) as client:
            jobs: list[Any] = []
            for pause in steps:
                await asyncio.sleep(pause)
                jobs.append(await client.submit(*_payload(None)))
            return jobs

    def _call(
        self, name: str, *arguments: Any, then: Any = None, **options: Any
    ) -> Any:
        """Call a method of the client, and then perhaps one of what it returns."""

        def call(client: Any) -> Any:
            return getattr(client, name)(*arguments, **options)

        return self._with_client(call, *([then] if then else []))

    def _with_client(self, *calls: Callable[[Any], Any]) -> Any:
        """Make a client, and hand each call the value of the one before."""
        if self._asynchronous:
            return asyncio.run(self._with_client_async(calls))
        with RunComfy(**self._settings) as client:
            value: Any = client
            for call in calls:
                value = call(value)
            return value

    async def _with_client_async(self, calls: Sequence[Callable[[Any], Any]]) -> Any:
        async with AsyncRunComfy(**self._settings) as client:
            value: Any = client
            for call in calls:
                value = call(value)
                if inspect.iscoroutine(value):
                    value = await value
            return value

    def settle(self, **settings: Any) -> None:
        """Make the client with these settings too."""
        self._settings |= settings


def _payload(given: Any) -> tuple[str, Any]:
    return "vendor/model", {"prompt": "x"} if given is None else given
