"""Many jobs at once on an event loop: a task for each, with few connections for all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

from .async_driver import AsyncDriver, AsyncListener
from .async_job import AsyncJob, AsyncResult
from .batch_claims import warn_kept_claims
from .batch_items import BatchItems, BatchStopped, checked_concurrency
from .batch_state import BatchItem, BatchState, BatchView
from .errors import JournalError, RunComfyError
from .lifecycle.concurrency import RequestSlots
from .progress import open_bar
from .retry_and_timeouts import CLEANUP_TIMEOUT, JOURNAL_TIMEOUT, SHARED_BATCH_PAUSE

YieldT = TypeVar("YieldT")
CONNECTIONS = 8
"""Requests of one batch that are in flight at a time, however many jobs there are."""


class AsyncBatch(BatchView, Generic[YieldT]):
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
        progress: object = None,
    ) -> None:
        self._driver = driver
        self._context = driver.config.flow_context()
        self._concurrency = checked_concurrency(concurrency)
        self._slots = RequestSlots(asyncio.Semaphore(min(CONNECTIONS, concurrency)))
        self._items = plan
        self._total = plan.total
        self._open = True
        """Whether more items may begin."""
        plan.begin(self._context, self._slots, timeout, cancel=cancel)
        self._last: tuple[BatchItem, AsyncResult[Any] | Exception] | None = None
        """What was returned last: the caller has it for certain when it asks for the next."""
        self._return_exceptions = return_exceptions
        self._listener = listener
        self._state: BatchState[AsyncResult[Any]] = BatchState(
            ordered, open_bar(progress, plan.total)
        )
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
        submission, reader, _ = item.prepared
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
        self._confirm()
        while True:
            await self._fill()
            self._last = self._state.take()
            if self._last is not None:
                outcome = self._last[1]
                if isinstance(outcome, Exception) and not self._return_exceptions:
                    raise outcome
                return outcome
            if self._tasks:
                limit = SHARED_BATCH_PAUSE if self._open and self._has_room() else None
                await asyncio.wait(
                    self._tasks, timeout=limit, return_when=asyncio.FIRST_COMPLETED
                )
            elif self._open:
                await asyncio.sleep(SHARED_BATCH_PAUSE)  # leases end by real clocks
            else:
                await self._give_back()
                self._state.end()
                raise StopAsyncIteration

    def _confirm(self) -> None:
        if self._last is not None:
            self._items.returned(*self._last)
            self._last = None

    def _has_room(self) -> bool:
        return len(self._tasks) < self._concurrency

    async def _fill(self) -> None:
        """Begin as many jobs as there is room for. The journal is read in a thread."""
        room = self._concurrency - len(self._tasks)
        if self._open and room and self._items.reads_journal:
            await self._driver.threads.run(lambda: self._items.prepare(room))
        while self._open and self._has_room():
            items = self._items
            item = (
                await self._driver.threads.run(items.take)
                if items.reads_files
                else items.take()
            )
            if item is None:
                self._open = not self._items.exhausted
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
        self._open = False
        if self._closed:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            return
        self._closed = True
        self._slots.close(self._context.now())
        self._state.end()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        try:
            await asyncio.gather(*tasks, return_exceptions=True)
        except BaseException as again:
            self._state.add_notes(again)
            self._items.abandon()
            raise
        self._state.add_notes(error)
        self._confirm()
        await self._give_back(CLEANUP_TIMEOUT)

    async def _give_back(self, timeout: float = JOURNAL_TIMEOUT) -> None:
        try:
            await self._driver.threads.run(lambda: self._items.end(timeout))
        except JournalError as failure:
            warn_kept_claims(failure)
        except BaseException:  # a second cancellation
            self._items.abandon()
            raise

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
        if error is not None:
            self._last = None  # the caller may not have finished with it
        await self._stop(error or BatchStopped())

    def __del__(self) -> None:
        if not getattr(self, "_closed", True):
            self._state.log_lost()
            self._items.abandon()


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
