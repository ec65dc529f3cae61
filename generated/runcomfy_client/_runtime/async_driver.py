"""Driving flows on an event loop: the same steps, the same order, without blocking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from .client_config import ClientConfig
from .input_checks import PreSubmitCheck
from .interrupt import InterruptHeld
from .lifecycle.steps import (
    Acquire,
    Emit,
    Event,
    Flow,
    RunTask,
    Send,
    Sleep,
    Step,
    WriteJournal,
)
from .observer import report_event
from .protocol import Status
from .retry_and_timeouts import CLEANUP_TIMEOUT
from .transport import AsyncTransport, Outcome, Request

T = TypeVar("T")
AsyncListener = Callable[[Status], Awaitable[None] | None]


async def _whole(doing: Coroutine[Any, Any, T]) -> T:
    """Do this to its end. A cancellation waits for that, at most five seconds; a second does not.

    Raises ``Interrupted`` with what came of it if there was a cancellation.
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


async def _noted(noting: Coroutine[Any, Any, None]) -> None:
    """Write to the end, whatever happens: half-noted is worse than late."""
    try:
        await _whole(noting)
    except InterruptHeld as interrupted:
        raise interrupted.cause from None


@dataclass(frozen=True, slots=True)
class AsyncDriver:
    """Does what flows ask for, one step after the other, in the running task."""

    config: ClientConfig
    transport: AsyncTransport

    async def drive(self, flow: Flow[T], listener: AsyncListener | None = None) -> T:
        """Drive a flow to its end. What stops a step is thrown into the flow first.

        A cancellation during a paid request is held back until its answer has come, at most
        five seconds, so that the job's id is not lost; then it is thrown into the flow.
        """
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
        """Drive a flow, and give out each status that it tells of."""
        told: list[Status] = []
        answer: Outcome | None = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration:
                return
            answer = await self._perform(step, told.append)
            while told:
                yield told.pop()

    async def _perform(
        self, step: Step, listener: AsyncListener | None
    ) -> Outcome | None:
        match step:
            case Send(request):
                return await self._sent(request)
            case Sleep(seconds):
                await self.config.clock.sleep_async(seconds)
            case Emit(event):
                await self._tell(event, listener)
            case WriteJournal(entry):
                assert self.config.journal is not None
                await _noted(asyncio.to_thread(self.config.journal.note, entry))
            case Acquire(semaphore):
                await semaphore.acquire()
            case RunTask(task):
                if isinstance(task, PreSubmitCheck):
                    await task.on_loop()
                else:
                    await asyncio.to_thread(task)
        return None

    async def _sent(self, request: Request) -> Outcome:
        sending = self.send(request)
        return await (_whole(sending) if request.paid else sending)

    async def send(self, request: Request) -> Outcome:
        """Send one request, and tell of it."""
        config = self.config
        began = config.clock.now()
        outcome = await self.transport.send(request)
        return config.received(request, outcome, began)

    async def _tell(self, event: Event, listener: AsyncListener | None) -> None:
        report_event(self.config.hooks, event)
        if listener is not None and isinstance(event, Status):
            waiting = listener(event)
            if waiting is not None:
                await waiting
