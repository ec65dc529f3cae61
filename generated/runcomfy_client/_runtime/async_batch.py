"""Many jobs at once on an event loop: a task for each, their requests over few connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

from .async_driver import AsyncDriver, AsyncListener
from .async_job import AsyncJob, AsyncResult
from .batch_items import (
    BatchItem,
    BatchItems,
    BatchState,
    BatchStopped,
    checked_concurrency,
)
from .errors import RunComfyError
from .lifecycle.concurrency import RequestSlots

YieldT = TypeVar("YieldT")
CONNECTIONS = 8
"""Requests of one batch that are under way at the same time, however many jobs are."""


class AsyncBatch(Generic[YieldT]):
    """The results of many jobs; see ``Batch``. Leave it early through ``async with``."""

    def __init__(
        self,
        driver: AsyncDriver,
        plan: BatchItems,
        *,
        concurrency: int,
        ordered: bool,
        return_exceptions: bool,
        timeout: float,
        cancel: bool,
        listener: AsyncListener | None,
    ) -> None:
        self._driver = driver
        self._context = driver.config.flow_context()
        self._concurrency = checked_concurrency(concurrency)
        self._slots = RequestSlots(asyncio.Semaphore(min(CONNECTIONS, concurrency)))
        self._items: Iterator[BatchItem] | None
        self._items = plan.items(self._context, self._slots, timeout, cancel=cancel)
        self._return_exceptions = return_exceptions
        self._listener = listener
        self._state: BatchState[AsyncResult[Any]] = BatchState(ordered)
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def jobs(self) -> list[AsyncJob[Any]]:
        """The jobs that were accepted, and have not ended or whose result was not given out."""
        items = self._state.unfinished()
        return [job for item in items if (job := self._job(item)) is not None]

    def _job(self, item: BatchItem) -> AsyncJob[Any] | None:
        handle = item.progress.handle
        if handle is None:
            return None
        submission, reader = item.prepared
        return AsyncJob(self._driver, handle, reader, submission.reference)

    def __aiter__(self) -> AsyncIterator[YieldT]:
        return self

    async def __anext__(self) -> YieldT:
        try:
            return cast(YieldT, await self._next())
        except StopAsyncIteration:
            raise
        except BaseException as error:
            await self._stop(error)
            raise

    async def _next(self) -> AsyncResult[Any] | Exception:
        while True:
            self._fill()
            outcome = self._state.take()
            if isinstance(outcome, Exception) and not self._return_exceptions:
                raise outcome
            if outcome is not None:
                return outcome
            if not self._tasks:
                raise StopAsyncIteration
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    def _fill(self) -> None:
        """Begin as many jobs as there is room for."""
        while self._items is not None and len(self._tasks) < self._concurrency:
            item = next(self._items, None)
            if item is None:
                self._items = None
                return
            self._state.begin(item)
            task = asyncio.ensure_future(self._concluded(item))
            self._tasks.add(task)
            task.add_done_callback(partial(self._landed, item))

    async def _concluded(self, item: BatchItem) -> None:
        try:
            content = await self._driver.drive(item.flow, self._listener)
        except Exception as error:
            self._fail(item, error)
            return
        except BaseException as stopped:
            if self._closed:
                self._state.note(item, stopped)
            else:
                self._break_off(item, stopped)
            raise
        handle = item.progress.handle
        assert handle is not None
        result = AsyncResult(self._driver, handle, content, item.prepared.reader)
        self._state.put(item, result)

    def _fail(self, item: BatchItem, error: Exception) -> None:
        job = self._job(item)
        if job is not None and isinstance(error, RunComfyError):
            error.of(job)
        error.add_note(f"(input {item.position} of the batch)")
        self._state.put(item, error)

    def _landed(self, item: BatchItem, task: asyncio.Task[None]) -> None:
        """A task has ended. One that was cancelled before it began has told nothing."""
        self._tasks.discard(task)
        if task.cancelled() and not self._closed and self._state.lacks(item):
            self._break_off(item, asyncio.CancelledError())

    def _break_off(self, item: BatchItem, stopped: BaseException) -> None:
        """What ended one task is the outcome of its input: the batch itself goes on."""
        error = _ended_from_outside(stopped)
        self._fail(item, error)
        error.may_be_billed = error.may_be_billed and not item.progress.cancelled

    async def _stop(self, error: BaseException) -> None:
        """Cancel the tasks, let them clean up, and tell of the jobs that run on.

        A second cancellation is raised instead of the error, and skips the clean-up.
        """
        self._items = None
        if self._closed:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            return
        self._closed = True
        self._slots.close(self._context.now())
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        try:
            await asyncio.gather(*tasks, return_exceptions=True)
        except BaseException as again:
            self._state.tell(again)
            raise
        self._state.tell(error)

    async def aclose(self) -> None:
        """End the batch: submit nothing more, cancel what is queued, leave what runs."""
        await self._stop(BatchStopped())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop(error or BatchStopped())

    def __del__(self) -> None:
        if not getattr(self, "_closed", True):
            self._state.drop()


def _ended_from_outside(stopped: BaseException) -> RunComfyError:
    """What came of an input whose task was ended by something that was not the batch."""
    error = RunComfyError(
        f"waiting for this input was ended from outside the batch, by {stopped!r}: its task "
        "was cancelled, or something cancelled was awaited by on_update"
    )
    for note in getattr(stopped, "__notes__", ()):
        error.add_note(note)
    error.__cause__ = stopped
    return error
