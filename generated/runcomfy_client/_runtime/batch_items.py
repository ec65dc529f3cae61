"""The items of a batch and their state. The two batches that drive them are next to this file.

``Batch`` and ``AsyncBatch`` are written by hand, not one and its twin, because they differ in
substance: one keeps a heap of what is due next in the caller's thread, the other a task for
each job.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import WeakSet

from . import errors
from .base_job import untyped_output
from .errors import RunComfyError
from .input_checks import InputChecks
from .job_handle import decode_token
from .job_identity import job_identity
from .journal import IntentExists, Journal, JournalEntry
from .lifecycle.concurrency import RateLimiter, RequestSlots, limit_requests
from .lifecycle.run import JobProgress, run
from .lifecycle.steps import Flow, FlowContext, RunTask, Sleep, resume_hint, settle_hint
from .lifecycle.submit import RESUBMITTABLE_STATES
from .lifecycle.submit_outcome import Submission
from .observer import logger
from .old_references import OldReferences
from .submission import PreparedSubmission, prepare_submission

T = TypeVar("T")
LOOK_AGAIN = 0.5
"""Seconds between two looks at the journal, for what another process is submitting."""


class BatchStopped(BaseException):
    """Thrown into the flows of a batch that ends early. Never leaves the batch."""


def checked_concurrency(concurrency: int) -> int:
    """The number of jobs at a time. Raises ``BadSetting`` if it is less than one."""
    if concurrency < 1:
        raise errors.BadSetting(
            f"map: concurrency is {concurrency}; it is the number of jobs at a time, so give "
            "at least 1"
        )
    return concurrency


class BatchItem(NamedTuple):
    """One job of a batch."""

    position: int
    """Its index in the inputs."""
    prepared: PreparedSubmission
    progress: JobProgress
    flow: Flow[Any]


_NOTHING = PreparedSubmission(Submission("", b"", "", ""), untyped_output)


def _failing_flow(error: Exception) -> Flow[Any]:
    """A flow that only raises."""
    yield from ()
    raise error


_WARNED: WeakSet[Journal] = WeakSet()


def _warn_unnamed(journal: Journal) -> None:
    """Say once for a journal that a batch without a name cannot be continued."""
    if journal not in _WARNED:
        _WARNED.add(journal)
        logger().warning(
            "this batch has no name: if the process is killed and you map the same inputs "
            "again, they are submitted and paid for again. Write "
            'client.map(inputs, name="my-batch"); under its name the journal continues it'
        )


class BatchItems:
    """The items of a batch, created one by one when there is room for them."""

    def __init__(
        self,
        inputs: Iterable[Any],
        name: str | None,
        journal: Journal | None,
        checks: InputChecks | None = None,
    ) -> None:
        if name is not None and journal is None:
            raise errors.NotConfigured(
                "a named batch is continued from a journal: give RunComfy(journal=…)"
            )
        if name is None and journal is not None:
            _warn_unnamed(journal)
        self._inputs = enumerate(inputs)
        self._name = name
        self._journal = journal
        self._checks = checks
        self._old = OldReferences(journal, name) if name and journal else None
        self._seen: Counter[tuple[str, str]] = Counter()

    @property
    def reads_journal(self) -> bool:
        """Whether the journal is read before the first item."""
        return self._old is not None

    def read_journal(self) -> None:
        """Read now what the first item would read. It may block."""
        if self._old is not None:
            self._old.read()

    def items(
        self, context: FlowContext, slots: RequestSlots, timeout: float, *, cancel: bool
    ) -> Iterator[BatchItem]:
        """Yield each item with its flow. Its timeout begins when it is taken from here."""
        limiter = RateLimiter(slots)
        for position, given in self._inputs:
            progress = JobProgress()
            try:
                prepared = prepare_submission(given, None, self._checks)
            except errors.InputRejected as error:
                yield BatchItem(position, _NOTHING, progress, _failing_flow(error))
                continue
            if self._name is not None:
                prepared = self._with_reference(prepared, given)
            deadline = context.now() + timeout
            flow = self._flow(context, prepared, progress, deadline, cancel, limiter)
            limited = limit_requests(context, flow, slots, deadline)
            yield BatchItem(position, prepared, progress, limited)

    def _with_reference(
        self, prepared: PreparedSubmission, given: object
    ) -> PreparedSubmission:
        """The same with a reference that every run gives it, by its content, not its position."""
        submission = prepared.submission
        key = submission.model_id, job_identity(submission.members)
        old = self._old.of(*key, given) if self._old else ()
        count = self._seen[key]
        self._seen[key] += 1
        reference = "/".join((self._name or "", *key, str(count + 1)))
        named = submission._replace(
            reference=old[count] if count < len(old) else reference,
            batch=self._name or "",
        )
        return prepared._replace(submission=named)

    def _flow(
        self,
        context: FlowContext,
        prepared: PreparedSubmission,
        progress: JobProgress,
        deadline: float,
        cancel: bool,
        limiter: RateLimiter,
    ) -> Flow[Any]:
        submission = prepared.submission
        while True:
            entry = yield from self._earlier_submit(context, submission, deadline)
            if entry is not None:
                progress.handle = decode_token(entry.token, base_url=context.base_url)
            try:
                return (
                    yield from run(
                        *(context, submission, progress, deadline),
                        cancel=cancel,
                        limiter=limiter,
                    )
                )
            except IntentExists:
                if self._name is None:
                    raise
                # Another process was quicker: its job is this input's job.

    def _earlier_submit(
        self, context: FlowContext, submission: Submission, deadline: float
    ) -> Flow[JournalEntry | None]:
        """The job of an earlier or another run of this batch; None if there is none.

        Waits for a run that is alive and about to get its answer. Raises
        ``SubmitOutcomeUnknown`` if the outcome stays unknown.
        """
        if self._name is None or self._journal is None:
            return None
        while True:
            entry = yield from _find(self._journal, submission.reference)
            if entry is None or entry.state in RESUBMITTABLE_STATES:
                return None
            if not entry.unknown:
                return entry
            if not entry.owner_alive or context.now() >= deadline:
                raise _unknown_outcome(submission)
            yield Sleep(LOOK_AGAIN)


def _find(journal: Journal, reference: str) -> Flow[JournalEntry | None]:
    """The entry under a reference. Reading it may block, so it is a task of the driver."""
    found: list[JournalEntry | None] = []
    yield RunTask(lambda: found.append(journal.find(reference)))
    return found[0]


def _unknown_outcome(submission: Submission) -> errors.SubmitOutcomeUnknown:
    return errors.SubmitOutcomeUnknown(
        f"an earlier run of this batch was about to submit this to {submission.model_id} and "
        "was stopped before it knew the outcome. It may be running and may be billed; it is "
        f"not sent again. {settle_hint(submission.reference)}",
        payload_sha256=submission.payload_sha256,
        reference=submission.reference,
    )


class BatchState(Generic[T]):
    """Which items of a batch are open, and the outcomes that are not yet returned.

    It returns outcomes in the order of the items, or as they come. An item is open until its
    outcome is returned, and longer if its job continues after that.
    """

    def __init__(self, ordered: bool) -> None:
        self._ordered = ordered
        self._heap: list[tuple[int, int, BatchItem, T | Exception]] = []
        self._next = 0
        self._count = 0
        self._open: dict[int, BatchItem] = {}
        self._returned: dict[int, BatchItem] = {}
        """Items whose outcome was returned and whose job continues."""
        self._notes: list[str] = []
        self._positions_with_notes: set[int] = set()

    def begin(self, item: BatchItem) -> None:
        """Open an item."""
        self._open[item.position] = item

    def put(self, item: BatchItem, outcome: T | Exception) -> None:
        """Store the outcome of an item."""
        self._count += 1
        key = item.position if self._ordered else self._count
        heapq.heappush(self._heap, (key, self._count, item, outcome))

    def lacks(self, item: BatchItem) -> bool:
        """Whether an open item has no outcome yet."""
        known = (other.position for _, _, other, _ in self._heap)
        return item.position in self._open and item.position not in known

    def take(self) -> T | Exception | None:
        """Remove and return the next outcome; None if it is not there yet."""
        if not self._heap or (self._ordered and self._heap[0][0] != self._next):
            return None
        self._next += 1
        _, _, item, outcome = heapq.heappop(self._heap)
        self._open.pop(item.position, None)
        if item.progress.handle is not None and not item.progress.ended:
            self._returned[item.position] = item
        return outcome

    def unfinished(self) -> list[BatchItem]:
        """The items whose jobs were accepted, and have not both ended and been returned.

        A job that was cancelled is left out: it has no result.
        """
        items = sorted((self._open | self._returned).items())
        return [item for _, item in items if _has_open_job(item)]

    def keep_notes(self, item: BatchItem, error: BaseException) -> None:
        """Keep the notes about a job that its flow added to the exception that stopped it."""
        notes = getattr(error, "__notes__", ())
        if notes:
            self._notes.extend(notes)
            self._positions_with_notes.add(item.position)

    def add_notes(self, error: BaseException) -> None:
        """Add a note to an error for each job whose result was not returned."""
        for note in [*self._notes, *self._unreturned_notes()]:
            error.add_note(note)
        self._notes = []
        self._positions_with_notes |= self._open.keys()

    def _unreturned_notes(self) -> list[str]:
        outcomes = {item.position: outcome for _, _, item, outcome in self._heap}
        return [
            note
            for position, item in sorted(self._open.items())
            if position not in self._positions_with_notes
            and (note := _unreturned_note(item, outcomes.get(position)))
        ]

    def log_lost(self) -> None:
        """Log the jobs of a batch that was dropped: there is no error to add notes to."""
        with suppress(Exception):  # for example at the end of the process
            for note in self._unreturned_notes():
                logger().warning(
                    "A batch was dropped before its end; leave it through `with`. %s",
                    note,
                )


def _has_open_job(item: BatchItem) -> bool:
    return item.progress.handle is not None and not item.progress.cancelled


def _unreturned_note(item: BatchItem, outcome: object) -> str:
    """The note about an item whose outcome was not returned. The token, if any, comes last."""
    handle, where = item.progress.handle, f"input {item.position} of the batch"
    if item.progress.cancelled:
        return ""
    if handle is None:
        lost = isinstance(outcome, RunComfyError) and outcome.may_be_billed
        return f"Not returned ({where}): {outcome}" if lost else ""
    job = f"The RunComfy job {handle.request_id} ({where})"
    if isinstance(outcome, Exception):
        state = f"ended in an error that was not returned: {outcome}."
    elif item.progress.outcome_read:
        state = "has ended, and its result was not returned."
    else:
        state = "was accepted and continues."
    return f"{job} {state} {resume_hint(handle)}"
