"""Many jobs at once on an event loop: a task for each, with few connections for all."""

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
from .daemon_threads import FILE_THREADS
from .errors import RunComfyError
from .lifecycle.concurrency import RequestSlots

YieldT = TypeVar("YieldT")
CONNECTIONS = 8
"""Requests of one batch that are in flight at a time, however many jobs there are."""


class AsyncBatch(Generic[YieldT]):
    """The results of many jobs; see ``Batch``. Enter it with ``async with`` to leave it early."""

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
        self._plan: BatchItems | None = plan
        """Until the first item: what it needs is read in a thread."""
        self._items: Iterator[BatchItem] | None
        self._items = plan.items(self._context, self._slots, timeout, cancel=cancel)
        self._return_exceptions = return_exceptions
        self._listener = listener
        self._state: BatchState[AsyncResult[Any]] = BatchState(ordered)
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def jobs(self) -> list[AsyncJob[Any]]:
        """The accepted jobs that have not ended, or whose result was not returned."""
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
        if self._plan is not None and self._plan.reads_journal:
            await FILE_THREADS.run(self._plan.read_journal)
        self._plan = None
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
            task = asyncio.ensure_future(self._run(item))
            self._tasks.add(task)
            task.add_done_callback(partial(self._task_ended, item))

    async def _run(self, item: BatchItem) -> None:
        try:
            content = await self._driver.drive(item.flow, self._listener)
        except Exception as error:
            self._fail(item, error)
            return
        except BaseException as stopped:
            if self._closed:
                self._state.keep_notes(item, stopped)
            else:
                self._fail_from_outside(item, stopped)
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

    def _task_ended(self, item: BatchItem, task: asyncio.Task[None]) -> None:
        """A task has ended. A task that was cancelled before it began has no outcome yet."""
        self._tasks.discard(task)
        if task.cancelled() and not self._closed and self._state.lacks(item):
            self._fail_from_outside(item, asyncio.CancelledError())

    def _fail_from_outside(self, item: BatchItem, stopped: BaseException) -> None:
        """The exception that ended a task is the outcome of its input: the batch continues."""
        error = _ended_from_outside(stopped)
        self._fail(item, error)
        error.may_be_billed = error.may_be_billed and not item.progress.cancelled

    async def _stop(self, error: BaseException) -> None:
        """Cancel the tasks, let them clean up, and add notes about the jobs that continue.

        A second cancellation is raised instead of the error and skips the clean-up.
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
            self._state.add_notes(again)
            raise
        self._state.add_notes(error)

    async def aclose(self) -> None:
        """End the batch: submit no more, cancel what is queued, leave what is running."""
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
            self._state.log_lost()


def _ended_from_outside(stopped: BaseException) -> RunComfyError:
    """The error of an input whose task was ended by something other than the batch."""
    error = RunComfyError(
        f"the wait for this input was ended from outside the batch, by {stopped!r}: its task "
        "was cancelled, or on_update awaited something that was cancelled"
    )
    for note in getattr(stopped, "__notes__", ()):
        error.add_note(note)
    error.__cause__ = stopped
    return error
