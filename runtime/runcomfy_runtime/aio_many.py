"""Many jobs at once on an event loop: a task for each, their requests over few connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

from .aio_driver import AsyncDriver, AsyncListener
from .aio_job import AsyncJob, AsyncResult
from .batch import Item, Order, Plan
from .errors import RunComfyError
from .exchange import Outcome, Request
from .transport import AsyncTransport

YieldT = TypeVar("YieldT")
CONNECTIONS = 8
"""Requests of one batch that are under way at the same time, however many jobs are."""


class _Narrow:
    """A transport that has few requests under way at a time; the others wait their turn."""

    def __init__(self, transport: AsyncTransport, width: int) -> None:
        self._transport = transport
        self._turns = asyncio.Semaphore(width)

    async def send(self, request: Request) -> Outcome:
        """Send once there is a connection free."""
        async with self._turns:
            return await self._transport.send(request)


class AsyncBatch(Generic[YieldT]):
    """The results of many jobs; see ``Batch``. Leave it early through ``async with``."""

    def __init__(
        self,
        driver: AsyncDriver,
        plan: Plan,
        *,
        concurrency: int,
        ordered: bool,
        return_exceptions: bool,
        timeout: float,
        cancel: bool,
        listener: AsyncListener | None,
    ) -> None:
        self._driver = driver
        self._narrow = replace(
            driver, transport=_Narrow(driver.transport, min(CONNECTIONS, concurrency))
        )
        self._items: Iterator[Item] | None
        self._items = plan.items(driver.world.terms(), timeout, cancel=cancel)
        self._room = max(1, concurrency)
        self._return_exceptions = return_exceptions
        self._listener = listener
        self._order: Order[AsyncResult[Any] | Exception] = Order(ordered)
        self._tasks: set[asyncio.Task[None]] = set()
        self._started: list[Item] = []

    @property
    def jobs(self) -> list[AsyncJob[Any]]:
        """The jobs that were accepted and are not known to have ended."""
        return [
            job
            for item in self._started
            if not item.course.ended and (job := self._job(item)) is not None
        ]

    def _job(self, item: Item) -> AsyncJob[Any] | None:
        ticket = item.course.ticket
        if ticket is None:
            return None
        call, reader = item.asked
        return AsyncJob(self._driver, ticket, reader, call.reference)

    def __aiter__(self) -> AsyncIterator[YieldT]:
        return self

    async def __anext__(self) -> YieldT:
        try:
            return cast(YieldT, await self._next())
        except StopAsyncIteration:
            raise
        except BaseException:
            await self.aclose()
            raise

    async def _next(self) -> AsyncResult[Any] | Exception:
        while True:
            self._fill()
            outcome = self._order.take()
            if isinstance(outcome, Exception) and not self._return_exceptions:
                raise outcome
            if outcome is not None:
                return outcome
            if not self._tasks:
                raise StopAsyncIteration
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    def _fill(self) -> None:
        """Begin as many jobs as there is room for."""
        while self._items is not None and len(self._tasks) < self._room:
            item = next(self._items, None)
            if item is None:
                self._items = None
                return
            self._started.append(item)
            task = asyncio.ensure_future(self._concluded(item))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _concluded(self, item: Item) -> None:
        try:
            content = await self._narrow.drive(item.flow, self._listener)
        except Exception as error:
            job = self._job(item)
            if job is not None and isinstance(error, RunComfyError):
                error.of(job)
            error.add_note(f"(input {item.place} of the batch)")
            self._order.put(item.place, error)
            return
        ticket = item.course.ticket
        assert ticket is not None
        result = AsyncResult(self._driver, ticket, content, item.asked.reader)
        self._order.put(item.place, result)

    async def aclose(self) -> None:
        """End the batch: submit nothing more, cancel what is queued, leave what runs."""
        self._items = None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
