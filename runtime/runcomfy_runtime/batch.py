"""Many jobs at once, blocking and without threads: a heap of what is due next."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator
from itertools import count
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

from .batch_claims import warn_kept_claims
from .batch_items import BatchItems, BatchStopped, checked_concurrency
from .batch_state import BatchItem, BatchState, BatchView
from .driver import Driver, Listener
from .errors import JournalError, RunComfyError
from .job import Job, Result
from .journal import may_share
from .lifecycle.concurrency import RequestSlots
from .lifecycle.steps import Intent, Send, Sending, Sleep, Step, WriteJournal
from .progress import open_bar
from .retry_and_timeouts import CLEANUP_TIMEOUT, JOURNAL_TIMEOUT, SHARED_BATCH_PAUSE
from .transport import Outcome

YieldT = TypeVar("YieldT")
INTENTS_TOGETHER = 4
"""Submits whose intents are synced to disk at once.

If the power fails, as many may be unknown; after a kill, only the one that was being sent.
"""


class _RunningJob:
    """A running job: its flow, and the answer or error with which the flow continues."""

    __slots__ = ("ahead", "answer", "error", "intent", "item")

    def __init__(self, item: BatchItem) -> None:
        self.item = item
        self.answer: Outcome | None = None
        self.error: BaseException | None = None
        self.ahead: str | None = None
        """The reference of its intent, if that was recorded ahead of other requests."""
        self.intent: Intent | None = None
        """What it is about to write, once the other jobs that are due have come as far."""


class Batch(BatchView, Generic[YieldT]):
    """The results of many jobs, one after the other. ``RunComfy.map`` returns it.

    At most ``concurrency`` jobs run at a time; their reads take turns in the caller's thread.
    If the batch ends early, by an error or Ctrl-C, jobs that are still queued are cancelled.
    ``jobs`` holds those that continue and those whose result was not read, and the notes of
    the error name them. Enter the batch with ``with`` if you may leave the loop before its
    end: a batch that is only dropped cancels nothing, and its jobs are only logged.
    """

    def __init__(
        self,
        driver: Driver,
        plan: BatchItems,
        *,
        concurrency: int,
        ordered: bool,
        return_exceptions: bool,
        timeout: float,
        cancel: bool,
        listener: Listener | None,
        progress: object = None,
    ) -> None:
        self._driver = driver
        self._context = driver.config.flow_context()
        self._concurrency = checked_concurrency(concurrency)
        self._slots = RequestSlots()
        self._items = plan
        self._total = plan.total
        self._open = True
        """Whether more items may begin."""
        plan.begin(self._context, self._slots, timeout, cancel=cancel)
        self._last: tuple[BatchItem, Result[Any] | Exception] | None = None
        """What was returned last: the caller has it for certain when it asks for the next."""
        self._return_exceptions = return_exceptions
        self._listener = listener
        self._state: BatchState[Result[Any]] = BatchState(
            ordered, open_bar(progress, plan.total)
        )
        self._due: list[tuple[float, int, _RunningJob]] = []
        self._sequence = count()
        self._closed = False

    @property
    def jobs(self) -> list[Job[Any]]:
        """The accepted jobs that have not ended, or whose result was not returned."""
        items = self._state.unfinished()
        return [job for item in items if (job := self._job(item)) is not None]

    def _job(self, item: BatchItem) -> Job[Any] | None:
        handle = item.progress.handle
        if handle is None:
            return None
        submission, reader, _ = item.prepared
        return Job(self._driver, handle, reader, submission.reference)

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
        self._confirm()
        while True:
            self._fill()
            self._last = self._state.take()
            if self._last is not None:
                outcome = self._last[1]
                if isinstance(outcome, Exception) and not self._return_exceptions:
                    raise outcome
                return outcome
            if self._due:
                self._advance()
            elif self._open:
                time.sleep(SHARED_BATCH_PAUSE)  # leases end by real clocks
            else:
                self._give_back()
                self._state.end()
                raise StopIteration

    def _confirm(self) -> None:
        if self._last is not None:
            self._items.returned(*self._last)
            self._last = None

    def _fill(self) -> None:
        """Begin as many jobs as there is room for."""
        room = self._concurrency - len(self._due)
        if self._open and room and self._items.reads_journal:
            self._items.prepare(room)
        while self._open and len(self._due) < self._concurrency:
            item = self._items.take()
            if item is None:
                self._open = not self._items.exhausted
                return
            self._state.begin(item)
            self._schedule(_RunningJob(item), self._context.now())

    def _schedule(self, running: _RunningJob, at: float) -> None:
        heapq.heappush(self._due, (at, next(self._sequence), running))

    def _advance(self) -> None:
        """Let the job that is due next continue until it sleeps or ends."""
        at, _, running = self._due[0]
        early = at - self._context.now()
        if early > 0:
            self._driver.config.clock.sleep(early)
        if running.intent is not None:
            self._write_intents()
        elif running.ahead is not None and running.error is None:
            running.error = self._driver.record([Sending(running.ahead)])[0]
        running.ahead = None
        while True:
            try:
                step = _resume(running)
                if isinstance(step, Send) and step.request.paid:
                    step = self._driver.paid(running.item.flow, step)
            except StopIteration as ended:
                heapq.heappop(self._due)
                self._finish(running.item, ended.value)
                return
            except Exception as error:
                heapq.heappop(self._due)
                self._fail(running.item, error)
                return
            if isinstance(step, WriteJournal) and isinstance(step.entry, Intent):
                running.intent = step.entry
                self._postpone(running, 0.0)
                return
            if isinstance(step, Sleep):
                self._postpone(running, step.seconds)
                return
            try:
                running.answer = self._driver.perform(step, self._listener)
            except Exception as error:
                running.error = error

    def _postpone(self, running: _RunningJob, seconds: float) -> None:
        """Let the job that is due next continue after these seconds, behind others due then."""
        wake = (self._context.now() + seconds, next(self._sequence), running)
        heapq.heapreplace(self._due, wake)

    def _write_intents(self) -> None:
        """Write the intents of the jobs that are about to be submitted, with one sync to disk."""
        waiting = [running for _, _, running in sorted(self._due) if running.intent]
        group = [item for item in waiting if item.intent and may_share(item.intent)]
        group = group[:INTENTS_TOGETHER] if waiting[0] in group else waiting[:1]
        intents = [
            running.intent._replace(ahead=position > 0)
            for position, running in enumerate(group)
            if running.intent is not None
        ]
        failures = self._driver.record(intents)
        for running, intent, failure in zip(group, intents, failures, strict=True):
            running.intent, running.error = None, failure
            running.ahead = intent.reference if intent.ahead else None

    def _finish(self, item: BatchItem, content: Any) -> None:
        handle = item.progress.handle
        assert handle is not None
        result = Result(self._driver, handle, content, item.prepared.reader)
        self._state.put(item, result)

    def _fail(self, item: BatchItem, error: Exception) -> None:
        job = self._job(item)
        if job is not None and isinstance(error, RunComfyError):
            error.of(job)
        error.add_note(f"(input {item.position} of the batch)")
        self._state.put(item, error)

    def _stop(self, error: BaseException) -> None:
        """Submit no more, clean up each running job, and add notes about those that continue.

        A second Ctrl-C is raised instead of the error and skips the rest of the clean-up.
        """
        if self._closed:
            return
        self._closed = True
        self._open = False
        self._slots.close(self._context.now())
        self._state.end()
        all_running, self._due = [running for _, _, running in self._due], []
        again: BaseException | None = None
        for running in all_running:
            try:
                self._driver.drive(running.item.flow, thrown=BatchStopped())
            except (BatchStopped, Exception) as stopped:
                self._state.keep_notes(running.item, stopped)
            except BaseException as second:
                self._slots.close_at_once()
                self._state.keep_notes(running.item, second)
                again = second
        self._leave(again or error)
        if again is not None:
            raise again

    def _leave(self, error: BaseException) -> None:
        """Name the jobs that continue, and give back what this process has claimed."""
        self._state.add_notes(error)
        self._confirm()
        self._give_back(CLEANUP_TIMEOUT)

    def _give_back(self, timeout: float = JOURNAL_TIMEOUT) -> None:
        try:
            self._items.end(timeout)
        except JournalError as failure:
            warn_kept_claims(failure)

    def close(self) -> None:
        """End the batch: submit no more, cancel what is queued, leave what is running."""
        self._stop(BatchStopped())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._last = None  # the caller may not have finished with it
        self._stop(error or BatchStopped())

    def __del__(self) -> None:
        if not getattr(self, "_closed", True):
            self._state.log_lost()
            self._items.abandon()


def _resume(running: _RunningJob) -> Step:
    answer, error = running.answer, running.error
    running.answer = running.error = None
    flow = running.item.flow
    return flow.send(answer) if error is None else flow.throw(error)
