"""Driving flows, blocking: the one place where the sync client touches the world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import GeneratorType
from typing import Any, TypeVar

from .client_config import ClientConfig
from .interrupt import HoldInterrupts, InterruptHeld
from .lifecycle.steps import Emit, Event, Flow, RunTask, Send, Sleep, Step, WriteJournal
from .observer import report_event
from .protocol import Status
from .transport import Outcome, Request, Transport

T = TypeVar("T")
Listener = Callable[[Status], None]


@dataclass(frozen=True, slots=True)
class Driver:
    """Does what flows ask for, one step after the other, in the caller's thread."""

    config: ClientConfig
    transport: Transport

    def drive(
        self,
        flow: Flow[T],
        listener: Listener | None = None,
        *,
        thrown: BaseException | None = None,
    ) -> T:
        """Drive a flow to its end. What stops it, at whichever moment, is thrown into it first.

        With ``thrown`` the flow, which was begun before, goes on by that exception.
        """
        while True:
            try:
                return self._driven(flow, listener, thrown)
            except BaseException as stopped:
                if not _suspended(flow):
                    raise  # out of the flow itself
                thrown = stopped  # between two of its steps

    def _driven(
        self, flow: Flow[T], listener: Listener | None, error: BaseException | None
    ) -> T:
        answer: Outcome | None = None
        while True:
            try:
                step = flow.send(answer) if error is None else flow.throw(error)
                if isinstance(step, Send) and step.request.paid:
                    step = self.paid(flow, step)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]
            answer, error = None, None
            try:
                answer = self.perform(step, listener)
            except BaseException as caught:
                error = caught

    def paid(self, flow: Flow[Any], step: Step) -> Step:
        """Send what is paid for, in one piece with what is noted of its answer.

        Ctrl-C is held back meanwhile, so that the job's id is not lost, and then thrown into
        the flow. Returns the flow's next step.
        """
        with HoldInterrupts() as interrupts:
            step = self._done(flow, step, interrupts)
            while isinstance(step, WriteJournal):
                step = self._done(flow, step, interrupts)
        try:
            interrupts.deliver()
        except BaseException as interrupt:
            return flow.throw(interrupt)
        return step

    def _done(self, flow: Flow[Any], step: Step, interrupts: HoldInterrupts) -> Step:
        """Do one step, and let the flow go on by what came of it."""
        try:
            answer = self.perform(step, None)
        except InterruptHeld as late:
            interrupts.hold(late.cause)
            answer = late.outcome
        except BaseException as error:
            return flow.throw(error)
        return flow.send(answer)

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
            self.config.clock.sleep(step.seconds)
        elif isinstance(step, Emit):
            self._tell(step.event, listener)
        elif isinstance(step, WriteJournal):
            assert self.config.journal is not None
            self.config.journal.note(step.entry)
        elif isinstance(step, RunTask):
            step.task()
        return None

    def send(self, request: Request) -> Outcome:
        """Send one request, and tell of it."""
        config = self.config
        began = config.clock.now()
        return config.received(request, self.transport.send(request), began)

    def _tell(self, event: Event, listener: Listener | None) -> None:
        report_event(self.config.hooks, event)
        if listener is not None and isinstance(event, Status):
            listener(event)


def _suspended(flow: object) -> bool:
    """Whether a flow has not ended, so that it can be told why it is stopped."""
    return isinstance(flow, GeneratorType) and flow.gi_frame is not None
