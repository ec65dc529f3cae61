"""Driving flows, blocking: the one place where the sync client touches the world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from .exchange import Outcome, Request
from .flow.step import Emit, Event, Flow, Note, Send, Sleep, Step
from .observer import happened
from .status import Status
from .transport import Transport
from .world import World

T = TypeVar("T")
Listener = Callable[[Status], None]


@dataclass(frozen=True, slots=True)
class Driver:
    """Does what flows ask for, one step after the other, in the caller's thread."""

    world: World
    transport: Transport

    def drive(
        self,
        flow: Flow[T],
        listener: Listener | None = None,
        *,
        thrown: BaseException | None = None,
    ) -> T:
        """Drive a flow to its end. What stops a step is thrown into the flow first.

        With ``thrown`` the flow, which was begun before, goes on by that exception.
        """
        answer: Outcome | None = None
        error = thrown
        while True:
            try:
                step = flow.send(answer) if error is None else flow.throw(error)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]
            answer, error = None, None
            try:
                answer = self.perform(step, listener)
            except BaseException as caught:
                error = caught

    def updates(self, flow: Flow[None]) -> Iterator[Status]:
        """Drive a flow, and give out each status that it tells of."""
        told: list[Status] = []
        answer: Outcome | None = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration:
                return
            answer = self.perform(step, told.append)
            while told:
                yield told.pop()

    def perform(self, step: Step, listener: Listener | None) -> Outcome | None:
        """Do one step, and give back what a flow is answered with."""
        if isinstance(step, Send):
            return self.send(step.request)
        if isinstance(step, Sleep):
            self.world.clock.sleep(step.seconds)
        elif isinstance(step, Emit):
            self._tell(step.event, listener)
        elif isinstance(step, Note):
            assert self.world.journal is not None
            self.world.journal.note(step.entry)
        else:
            step.task()
        return None

    def send(self, request: Request) -> Outcome:
        """Send one request, and tell of it."""
        world = self.world
        began = world.clock.now()
        return world.received(request, self.transport.send(request), began)

    def _tell(self, event: Event, listener: Listener | None) -> None:
        happened(self.world.hooks, event)
        if listener is not None and isinstance(event, Status):
            listener(event)
