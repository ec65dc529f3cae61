"""Drives flows on an event loop: the same steps in the same order, without blocking.

There are two drivers by hand, not one and its twin, because they differ in substance: this one
shields a task from cancellation, the other holds back Ctrl-C by a signal handler.
"""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from .client_config import ClientConfig
from .daemon_threads import DaemonThreads
from .errors import JournalError, RunComfyError, shorten_traceback
from .interrupt import InterruptHeld
from .journal import Entry, GroupingJournal, may_share
from .lifecycle.steps import (
    Acquire,
    Emit,
    Ended,
    Event,
    Flow,
    Intent,
    RunTask,
    Send,
    Sleep,
    Step,
    WriteJournal,
)
from .observer import report_event
from .protocol import Status
from .retry_and_timeouts import CLEANUP_TIMEOUT, COMMIT_WINDOW, JOURNAL_TIMEOUT
from .transport import AsyncTransport, Outcome, Request

T = TypeVar("T")
_BUSY = "the journal is busy with other jobs of this client: it was not written in time"
AsyncListener = Callable[[Status], Awaitable[None] | None]


async def _shielded(doing: Coroutine[Any, Any, T]) -> T:
    """Await a coroutine to its end, even if the task is cancelled meanwhile.

    A cancellation waits for at most five seconds; a second one does not wait. Raises
    ``InterruptHeld`` with the outcome if there was a cancellation.
    """
    task = asyncio.ensure_future(doing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError as cancelled:
        try:
            await asyncio.wait([task], timeout=CLEANUP_TIMEOUT)
        finally:
            if not task.done():
                task.cancel()
        if not task.done() or task.cancelled():
            raise
        ended = task.exception()
        if isinstance(ended, InterruptHeld):
            raise InterruptHeld(ended.outcome, cancelled) from None
        if ended is not None:
            raise
        raise InterruptHeld(task.result(), cancelled) from None


async def _finish_writing(noting: Coroutine[Any, Any, None]) -> None:
    """Finish writing to the journal, even if the task is cancelled meanwhile."""
    try:
        await _shielded(noting)
    except InterruptHeld as interrupted:
        raise interrupted.cause from None


class _IntentGroup:
    """Intents of one event loop that are written to the journal with one sync to disk."""

    def __init__(
        self, journal: GroupingJournal, threads: DaemonThreads, window: float
    ) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._begun = False
        """Whether the intents are being written."""
        self.loop = asyncio.get_running_loop()
        self.open = True
        """Whether more intents may be added."""
        self._journal = journal
        self._waiting: list[tuple[Intent, asyncio.Future[None]]] = []
        self.loop.call_later(window, self._close)

    async def write(self, intent: Intent) -> None:
        """Return when the intent is on disk. One whose task is cancelled before is dropped.

        Raises ``JournalError`` if no thread is free in time.
        """
        written: asyncio.Future[None] = self.loop.create_future()
        self._waiting.append((intent, written))
        longest = min(intent.timeout, JOURNAL_TIMEOUT)
        limit = self.loop.call_later(longest, self._give_up, written)
        try:
            await written
        finally:
            limit.cancel()

    def _give_up(self, written: asyncio.Future[None]) -> None:
        """Drop an intent whose time is over, unless it is being written."""
        with self._lock:
            if not self._begun and not written.done():
                written.set_exception(JournalError(_BUSY))

    def _close(self) -> None:
        self.open = False
        self._threads.start(self._commit)

    def _commit(self) -> None:
        with self._lock:
            self._begun = True
            waiting = [pair for pair in self._waiting if not pair[1].done()]
        failures: list[Any]
        try:
            failures = self._journal.note_many([intent for intent, _ in waiting])
        except BaseException as error:
            failures = [error] * len(waiting)
        with suppress(RuntimeError):  # the loop is closed: no caller waits any more
            self.loop.call_soon_threadsafe(self._deliver, waiting, failures)

    @staticmethod
    def _deliver(
        waiting: list[tuple[Intent, asyncio.Future[None]]], failures: list[Any]
    ) -> None:
        for (_, written), failure in zip(waiting, failures, strict=True):
            if written.done():
                continue
            if failure is None:
                written.set_result(None)
            else:
                written.set_exception(failure)


class AsyncDriver:
    """Executes the steps of flows, one after the other, in the running task."""

    __slots__ = ("_flows", "_given", "_group", "_transport", "config", "threads")

    def __init__(self, config: ClientConfig, transport: AsyncTransport | None) -> None:
        self.config = config
        self._given = self._transport = transport
        self._flows = 0
        """How many flows are driven now."""
        self._group: _IntentGroup | None = None
        self.threads = DaemonThreads("journal", 16)
        """For the journal and other files: the locked journal of one client delays no other."""

    def without_connections(self) -> AsyncDriver:
        """A driver like this one, which opens its own connections."""
        return AsyncDriver(self.config, self._given)

    async def aclose(self) -> None:
        """Close the running loop's connections and the journal. The next use opens new ones."""
        if self.config.journal is not None:
            self.config.journal.close()
        close = getattr(self._transport, "aclose", None)
        if close is not None:
            await close()

    async def drive(self, flow: Flow[T], listener: AsyncListener | None = None) -> T:
        """Drive a flow to its end. Whatever stops a step is thrown into the flow first.

        A cancellation during a paid request is held back until its answer has arrived, at
        most five seconds, so that the job's id is not lost; then it is thrown into the flow.
        """
        self._flows += 1
        try:
            return await self._driven(flow, listener)
        except RunComfyError as error:
            shorten_traceback(error)
            raise
        finally:
            self._flows -= 1

    async def _driven(self, flow: Flow[T], listener: AsyncListener | None) -> T:
        answer: Outcome | None = None
        error: BaseException | None = None
        late: BaseException | None = None
        while True:
            try:
                step = flow.send(answer) if error is None else flow.throw(error)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]
            except Exception as ended:
                if late is None:
                    raise
                late.add_note(str(ended))
                raise late from ended
            answer, error = None, None
            if late is not None and not isinstance(step, WriteJournal):
                error, late = late, None
                continue
            try:
                answer = await self._perform(step, listener)
            except InterruptHeld as interrupted:
                answer, late = interrupted.outcome, interrupted.cause
            except BaseException as caught:
                error = caught

    async def updates(self, flow: Flow[None]) -> AsyncIterator[Status]:
        """Drive a flow, and yield each status that it emits."""
        statuses: list[Status] = []
        answer: Outcome | None = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration:
                return
            answer = await self._perform(step, statuses.append)
            while statuses:
                yield statuses.pop()

    async def _perform(
        self, step: Step, listener: AsyncListener | None
    ) -> Outcome | None:
        match step:
            case Send(request):
                return await self._sent(request)
            case Sleep(seconds):
                await self.config.clock.sleep_async(seconds)
            case Emit(event):
                await self._emit(event, listener)
            case WriteJournal(entry):
                await _finish_writing(self._write(entry))
            case Acquire(semaphore):
                await semaphore.acquire()
            case RunTask(task, None, begin_within):
                await self.threads.run(task, begin_within)
            case RunTask(_, on_loop):
                assert on_loop is not None
                await on_loop()
        return None

    async def call(self, task: Callable[[], T]) -> T:
        """Run a task that may block, in a thread."""
        return await self.threads.run(task)

    async def _write(self, entry: Entry) -> None:
        """Write an entry to the journal: an intent together with those of other jobs."""
        journal = self.config.journal
        assert journal is not None
        if (
            isinstance(journal, GroupingJournal)
            and isinstance(entry, Intent)
            and may_share(entry)
        ):
            await self._open_group(journal).write(entry)
            return
        seconds = entry.timeout if isinstance(entry, (Intent, Ended)) else math.inf
        longest = min(seconds, JOURNAL_TIMEOUT)
        try:
            await self.threads.run(lambda: journal.note(entry), longest)
        except TimeoutError:
            raise JournalError(_BUSY) from None

    def _open_group(self, journal: GroupingJournal) -> _IntentGroup:
        group = self._group
        loop = asyncio.get_running_loop()
        if group is None or not group.open or group.loop is not loop:
            window = COMMIT_WINDOW if self._flows > 1 else 0.0
            group = self._group = _IntentGroup(journal, self.threads, window)
        return group

    async def _sent(self, request: Request) -> Outcome:
        sending = self.send(request)
        return await (_shielded(sending) if request.paid else sending)

    async def send(self, request: Request) -> Outcome:
        """Send one request, and report it to the hooks."""
        config, transport = self.config, self._transport
        began = config.clock.now()
        if transport is None:
            # Importing httpx takes longer than everything else together.
            from .http.async_httpx_transport import AsyncHttpxTransport

            transport = self._transport = AsyncHttpxTransport()
        return config.received(request, await transport.send(request), began)

    async def _emit(self, event: Event, listener: AsyncListener | None) -> None:
        report_event(self.config.hooks, event)
        if listener is not None and isinstance(event, Status):
            waiting = listener(event)
            if waiting is not None:
                await waiting
