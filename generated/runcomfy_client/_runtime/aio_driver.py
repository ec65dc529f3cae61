"""Driving flows on an event loop: the same steps, the same order, without blocking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from .exchange import Outcome, Request
from .flow.pace import CLEANUP_TIMEOUT
from .flow.step import Emit, Event, Flow, Note, Send, Sleep, Step, Work
from .observer import happened
from .status import Status
from .transport import AsyncTransport
from .world import World

T = TypeVar("T")
AsyncListener = Callable[[Status], Awaitable[None] | None]


class _Interrupted(Exception):
    """The task was cancelled while a paid request was under way, and its answer came."""

    def __init__(self, outcome: Outcome, cancelled: BaseException) -> None:
        super().__init__()
        self.outcome = outcome
        self.cancelled = cancelled


@dataclass(frozen=True, slots=True)
class AsyncDriver:
    """Does what flows ask for, one step after the other, in the running task."""

    world: World
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
            answer, error = None, None
            if late is not None and not isinstance(step, Note):
                error, late = late, None
                continue
            try:
                answer = await self._perform(step, listener)
            except _Interrupted as interrupted:
                answer, late = interrupted.outcome, interrupted.cancelled
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
                await self.world.clock.sleep_async(seconds)
            case Emit(event):
                await self._tell(event, listener)
            case Note(entry):
                assert self.world.journal is not None
                await asyncio.to_thread(self.world.journal.note, entry)
            case Work(task):
                await asyncio.to_thread(task)
        return None

    async def _sent(self, request: Request) -> Outcome:
        if not request.paid:
            return await self.send(request)
        sending = asyncio.ensure_future(self.send(request))
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError as cancelled:
            done, _ = await asyncio.wait([sending], timeout=CLEANUP_TIMEOUT)
            if not done or sending.cancelled() or sending.exception() is not None:
                sending.cancel()
                raise
            raise _Interrupted(sending.result(), cancelled) from None

    async def send(self, request: Request) -> Outcome:
        """Send one request, and tell of it."""
        world = self.world
        began = world.clock.now()
        outcome = await self.transport.send(request)
        return world.received(request, outcome, began)

    async def _tell(self, event: Event, listener: AsyncListener | None) -> None:
        happened(self.world.hooks, event)
        if listener is not None and isinstance(event, Status):
            waiting = listener(event)
            if waiting is not None:
                await waiting
