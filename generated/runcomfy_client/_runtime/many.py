"""Many jobs at once, blocking and without threads: one heap of what is due next."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import count
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

from .batch import Item, Order, Plan, Stopped
from .driver import Driver, Listener
from .errors import RunComfyError
from .exchange import Outcome
from .flow.step import Send, Sleep, Step
from .job import Job
from .result import Result

YieldT = TypeVar("YieldT")


class _Lane:
    """A job under way: its flow, and how the flow goes on."""

    __slots__ = ("answer", "error", "item")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.answer: Outcome | None = None
        self.error: BaseException | None = None


class Batch(Generic[YieldT]):
    """The results of many jobs, one after the other. Made by ``RunComfy.map``.

    At most so many jobs are under way as the batch was told; their reads take turns in the
    caller's thread. When it ends early, by an error or Ctrl-C, what is still queued is
    cancelled, and ``jobs`` holds what runs on.
    """

    def __init__(
        self,
        driver: Driver,
        plan: Plan,
        *,
        concurrency: int,
        ordered: bool,
        return_exceptions: bool,
        timeout: float,
        cancel: bool,
        listener: Listener | None,
    ) -> None:
        self._driver = driver
        self._terms = driver.world.terms()
        self._items: Iterator[Item] | None
        self._items = plan.items(self._terms, timeout, cancel=cancel)
        self._room = max(1, concurrency)
        self._return_exceptions = return_exceptions
        self._listener = listener
        self._order: Order[Result[Any] | Exception] = Order(ordered)
        self._due: list[tuple[float, int, _Lane]] = []
        self._turns = count()
        self._started: list[Item] = []

    @property
    def jobs(self) -> list[Job[Any]]:
        """The jobs that were accepted and are not known to have ended."""
        return [
            job
            for item in self._started
            if not item.course.ended and (job := self._job(item)) is not None
        ]

    def _job(self, item: Item) -> Job[Any] | None:
        ticket = item.course.ticket
        if ticket is None:
            return None
        call, reader = item.asked
        return Job(self._driver, ticket, reader, call.reference)

    def __iter__(self) -> Iterator[YieldT]:
        return self

    def __next__(self) -> YieldT:
        try:
            return cast(YieldT, self._next())
        except StopIteration:
            raise
        except BaseException as error:
            self._stop(error)
            raise

    def _next(self) -> Result[Any] | Exception:
        while True:
            self._fill()
            outcome = self._order.take()
            if isinstance(outcome, Exception) and not self._return_exceptions:
                raise outcome
            if outcome is not None:
                return outcome
            if not self._due:
                raise StopIteration
            self._turn()

    def _fill(self) -> None:
        """Begin as many jobs as there is room for."""
        while self._items is not None and len(self._due) < self._room:
            item = next(self._items, None)
            if item is None:
                self._items = None
                return
            self._started.append(item)
            self._schedule(_Lane(item), self._terms.now())

    def _schedule(self, lane: _Lane, at: float) -> None:
        heapq.heappush(self._due, (at, next(self._turns), lane))

    def _turn(self) -> None:
        """Let the job that is due next go on until it sleeps or ends."""
        at, _, lane = self._due[0]
        early = at - self._terms.now()
        if early > 0:
            self._driver.world.clock.sleep(early)
        while True:
            try:
                step = _resumed(lane)
                if isinstance(step, Send) and step.request.paid:
                    step = self._driver.paid(lane.item.flow, step)
            except StopIteration as ended:
                heapq.heappop(self._due)
                self._finish(lane.item, ended.value)
                return
            except Exception as error:
                heapq.heappop(self._due)
                self._fail(lane.item, error)
                return
            if isinstance(step, Sleep):
                wake = (self._terms.now() + step.seconds, next(self._turns), lane)
                heapq.heapreplace(self._due, wake)
                return
            try:
                lane.answer = self._driver.perform(step, self._listener)
            except Exception as error:
                lane.error = error

    def _finish(self, item: Item, content: dict[str, Any]) -> None:
        ticket = item.course.ticket
        assert ticket is not None
        result = Result(self._driver, ticket, content, item.asked.reader)
        self._order.put(item.place, result)

    def _fail(self, item: Item, error: Exception) -> None:
        job = self._job(item)
        if job is not None and isinstance(error, RunComfyError):
            error.of(job)
        error.add_note(f"(input {item.place} of the batch)")
        self._order.put(item.place, error)

    def _stop(self, error: BaseException) -> None:
        """Submit nothing more, clean up each job under way, and tell of those that run on."""
        self._items = None
        lanes, self._due = [lane for _, _, lane in self._due], []
        for lane in lanes:
            stopped = Stopped()
            try:
                self._driver.drive(lane.item.flow, thrown=stopped)
            except (Stopped, Exception):
                for note in getattr(stopped, "__notes__", ()):
                    error.add_note(note)

    def close(self) -> None:
        """End the batch: submit nothing more, cancel what is queued, leave what runs."""
        self._stop(Stopped())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop(error or Stopped())


def _resumed(lane: _Lane) -> Step:
    answer, error = lane.answer, lane.error
    lane.answer = lane.error = None
    flow = lane.item.flow
    return flow.send(answer) if error is None else flow.throw(error)
