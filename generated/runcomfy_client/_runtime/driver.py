"""Drives flows in the caller's thread: the one place where the blocking client does I/O.

There are two drivers by hand, not one and its twin, because they differ in substance: this one
holds back Ctrl-C by a signal handler, the other shields a task from cancellation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import GeneratorType
from typing import Any, TypeVar

from .client_config import ClientConfig
from .errors import JournalError, shorten_traceback
from .interrupt import HoldInterrupts, InterruptHeld
from .journal import Entry, note_all
from .lifecycle.steps import (
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
from .transport import Outcome, Request, Transport

T = TypeVar("T")
Listener = Callable[[Status], None]


class Driver:
    """Executes the steps of flows, one after the other, in the caller's thread."""

    __slots__ = ("_given", "_transport", "config")

    def __init__(self, config: ClientConfig, transport: Transport | None) -> None:
        self.config = config
        self._given = self._transport = transport

    def without_connections(self) -> Driver:
        """A driver like this one, which opens its own connections."""
        return Driver(self.config, self._given)

    def close(self) -> None:
        """Close the connections and the journal. The next use opens new ones."""
        if self.config.journal is not None:
            self.config.journal.close()
        close = getattr(self._transport, "close", None)
        if close is not None:
            close()

    def drive(
        self,
        flow: Flow[T],
        listener: Listener | None = None,
        *,
        thrown: BaseException | None = None,
    ) -> T:
        """Drive a flow to its end. Whatever stops it is thrown into the flow first.

        With ``thrown``, a flow that was begun before continues with that exception.
        """
        while True:
            try:
                return self._driven(flow, listener, thrown)
            except BaseException as stopped:
                if not _suspended(flow):
                    shorten_traceback(stopped)
                    raise  # the flow itself raised it
                thrown = stopped  # it came between two steps

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
                if isinstance(step, Send):
                    answer = self.send(step.request)
                else:
                    self.perform(step, listener)
            except BaseException as caught:
                error = caught

    def paid(self, flow: Flow[Any], step: Step) -> Step:
        """Send a paid request and record its answer in the journal, without interruption.

        Ctrl-C is held back meanwhile, so that the job's id is not lost, and thrown into the
        flow afterwards. Returns the flow's next step.
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
        """Execute one step, and resume the flow with its outcome."""
        try:
            if isinstance(step, Send):
                answer: Outcome | None = self.send(step.request)
            else:
                answer = self.perform(step, None)
        except InterruptHeld as held:
            interrupts.hold(held.cause)
            answer = held.outcome
        except BaseException as error:
            return flow.throw(error)
        return flow.send(answer)

    def updates(self, flow: Flow[None]) -> Iterator[Status]:
        """Drive a flow, and yield each status that it emits."""
        statuses: list[Status] = []
        answer: Outcome | None = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration:
                return
            answer = self.perform(step, statuses.append)
            while statuses:
                yield statuses.pop()

    def perform(self, step: Step, listener: Listener | None) -> Outcome | None:
        """Execute one step, and return the answer for the flow."""
        if isinstance(step, Send):
            return self.send(step.request)
        if isinstance(step, Sleep):
            self.config.clock.sleep(step.seconds)
        elif isinstance(step, Emit):
            self._emit(step.event, listener)
        elif isinstance(step, WriteJournal):
            assert self.config.journal is not None
            self.config.journal.note(step.entry)
        elif isinstance(step, RunTask):
            step.task()
        return None

    def call(self, task: Callable[[], T]) -> T:
        """Run a task that may block."""
        return task()

    def record(self, entries: Sequence[Entry]) -> list[JournalError | None]:
        """Write entries together; for each, why it was not written, or None."""
        assert self.config.journal is not None
        return note_all(self.config.journal, entries)

    def send(self, request: Request) -> Outcome:
        """Send one request, and report it to the hooks."""
        config, transport = self.config, self._transport
        began = config.clock.now()
        if transport is None:
            # Importing httpx takes longer than everything else together.
            from .http.httpx_transport import HttpxTransport

            transport = self._transport = HttpxTransport()
        return config.received(request, transport.send(request), began)

    def _emit(self, event: Event, listener: Listener | None) -> None:
        report_event(self.config.hooks, event)
        if listener is not None and isinstance(event, Status):
            listener(event)


def _suspended(flow: object) -> bool:
    """Whether a flow has not ended, so that an exception can be thrown into it."""
    return isinstance(flow, GeneratorType) and flow.gi_frame is not None
