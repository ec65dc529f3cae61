"""The items of a batch and their state. The two batches that drive them are next to this file.

``Batch`` and ``AsyncBatch`` are written by hand, not one and its twin, because they differ in
substance: one keeps a heap of what is due next in the caller's thread, the other a task for
each job.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from functools import partial
from typing import Any, TypeVar
from weakref import WeakSet

from . import errors
from .base_job import untyped_output
from .batch_claims import (
    ClaimedInput,
    ClaimedInputs,
    PositionedInput,
    SharedPause,
)
from .batch_state import BatchItem
from .input_checks import InputChecks
from .job_handle import decode_token
from .job_identity import job_identity
from .journal import (
    IntentExists,
    Journal,
    JournalEntry,
    SharedJournal,
    find_within,
)
from .lifecycle.concurrency import RateLimiter, RequestSlots, limit_requests
from .lifecycle.run import JobProgress, run
from .lifecycle.steps import Flow, FlowContext, RunTask, Sleep, settle_hint
from .lifecycle.submit import RESUBMITTABLE_STATES
from .lifecycle.submit_outcome import Submission
from .observer import logger
from .old_references import OldReferences
from .retry_and_timeouts import SHARED_BATCH_PAUSE
from .submission import PreparedSubmission, prepare_submission
from .wrong_use import is_pair, wrong_inputs

T = TypeVar("T")


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
    """The items of a batch, created one by one when there is room for them.

    With a journal that many processes share, these are the items that this process claims.
    """

    def __init__(
        self,
        inputs: Iterable[Any],
        name: str | None,
        journal: Journal | None,
        checks: InputChecks | None = None,
        most: int | None = None,
    ) -> None:
        wrong = wrong_inputs(inputs)
        if wrong:
            raise errors.BadSetting(wrong)
        if name is not None and journal is None:
            raise errors.NotConfigured(
                "a named batch is continued from a journal: give RunComfy(journal=…)"
            )
        if name is None and journal is not None:
            _warn_unnamed(journal)
        shared = journal if name and isinstance(journal, SharedJournal) else None
        if most is not None and shared is None:
            raise errors.BadSetting(
                "map: total_concurrency is for a batch that many processes share: give it a "
                "name, and the client journal='postgresql://…'"
            )
        self._inputs = enumerate(inputs)
        self.total = len(inputs) if isinstance(inputs, Sized) else None
        """The number of inputs, if it is known."""
        self._name = name
        self._journal = journal
        self._shared = shared
        self._most = most
        self._checks = checks
        self._old = (
            OldReferences(journal, name) if name and journal and not shared else None
        )
        self._seen: Counter[tuple[str, str]] = Counter()
        self._claimed: ClaimedInputs | None = None
        self._ended = False
        self._next: Callable[[], BatchItem | None] = lambda: None

    def begin(
        self, context: FlowContext, slots: RequestSlots, timeout: float, *, cancel: bool
    ) -> None:
        """Set how the flows of the items run. Reads nothing yet."""
        name, shared = self._name or "", self._shared
        pause = None if shared is None else SharedPause(shared, name)
        limiter = RateLimiter(slots, pause)
        given = self._given()
        if shared is not None:
            claims = shared.claims(name, self._most)
            self._claimed = ClaimedInputs(given, claims, context.base_url)

        def take() -> BatchItem | None:
            claimed = self._take(given)
            if claimed is None:
                return None
            return self._item(context, claimed, slots, limiter, timeout, cancel)

        self._next = take

    @property
    def reads_journal(self) -> bool:
        """Whether ``prepare`` has something to do, which may block."""
        if self._claimed is not None:
            return not self._claimed.exhausted
        return self._old is not None and not self._old.was_read

    def prepare(self, room: int) -> None:
        """Read what the next items need, and claim items. It may block."""
        if self._claimed is not None:
            self._claimed.claim(room)
        elif self._old is not None:
            self._old.read()

    @property
    def reads_files(self) -> bool:
        """Whether ``take`` may read local files: a named batch knows an input by their content."""
        named = self._name is not None and self._claimed is None
        return (
            named and self._checks is not None and self._checks.local_files.takes_files
        )

    @property
    def exhausted(self) -> bool:
        """Whether there are no more items. If not, there may be none just now."""
        return self._ended if self._claimed is None else self._claimed.exhausted

    def take(self) -> BatchItem | None:
        """The next item with its flow, or None for now. Its timeout begins now."""
        return self._next()

    def returned(self, item: BatchItem, outcome: object) -> None:
        """The caller has the outcome of an item, and came back for the next."""
        reference = item.prepared.submission.reference
        if self._claimed is not None and reference:
            self._claimed.close(reference, outcome)

    def end(self, timeout: float) -> None:
        """Give back what was claimed and not returned. It may block."""
        if self._claimed is not None:
            self._claimed.end(timeout)

    def abandon(self) -> None:
        """The same for a batch that is dropped, without I/O."""
        if self._claimed is not None:
            self._claimed.abandon()

    def _take(self, given: Iterator[PositionedInput]) -> ClaimedInput | None:
        if self._claimed is not None:
            return self._claimed.take()
        one = next(given, None)
        self._ended = one is None
        return None if one is None else ClaimedInput(one)

    def _given(self) -> Iterator[PositionedInput]:
        """Every input with its submission."""
        for position, given in self._inputs:
            try:
                model, payload = given if is_pair(given) else (given, None)
                prepared = prepare_submission(model, payload, self._checks)
                if self._name is not None:
                    prepared = self._with_reference(prepared)
            except errors.InputRejected as error:
                nothing = _NOTHING._replace(given=given)
                yield PositionedInput(position, nothing, error)
                continue
            yield PositionedInput(position, prepared._replace(given=given))

    def _item(
        self,
        context: FlowContext,
        claimed: ClaimedInput,
        slots: RequestSlots,
        limiter: RateLimiter,
        timeout: float,
        cancel: bool,
    ) -> BatchItem:
        position, prepared, rejected = claimed.given
        progress = JobProgress()
        if rejected is not None:
            flow = _failing_flow(rejected)
            return BatchItem(position, prepared, progress, flow)
        deadline = context.now() + timeout
        flow = self._flow(context, claimed, progress, deadline, cancel, limiter)
        limited = limit_requests(context, flow, slots, deadline)
        return BatchItem(position, prepared, progress, limited)

    def _with_reference(self, prepared: PreparedSubmission) -> PreparedSubmission:
        """The same with a reference that every run gives it, by its content, not its position."""
        submission = prepared.submission
        files = submission.files
        if files is not None:
            files.check()
        key = submission.model_id, job_identity(submission.members)
        # Earlier versions took no local files.
        old: Sequence[str] = ()
        if self._old is not None and files is None:
            old = self._old.of(*key, prepared.given)
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
        claimed: ClaimedInput,
        progress: JobProgress,
        deadline: float,
        cancel: bool,
        limiter: RateLimiter,
    ) -> Flow[Any]:
        submission = claimed.given.prepared.submission
        known = self._claimed is not None and _is_new(claimed.entry)
        while True:
            entry: JournalEntry | None = None
            if not known:
                entry = yield from self._earlier_submit(context, submission, deadline)
            known = False
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
        """The job of an earlier or another run of this batch, or None.

        Waits for a run that is alive and about to get its answer. Raises
        ``SubmitOutcomeUnknown`` if the outcome stays unknown.
        """
        if self._name is None or self._journal is None:
            return None
        while True:
            left = deadline - context.now()
            entry = yield from _find(self._journal, submission.reference, left)
            if entry is None or entry.state in RESUBMITTABLE_STATES:
                return None
            if not entry.unknown:
                return entry
            if not entry.owner_alive or context.now() >= deadline:
                raise _unknown_outcome(submission)
            yield Sleep(SHARED_BATCH_PAUSE)


def _is_new(entry: JournalEntry | None) -> bool:
    """Whether an input may be submitted, going by its entry when it was claimed."""
    return entry is None or entry.state in RESUBMITTABLE_STATES


def _find(journal: Journal, reference: str, left: float) -> Flow[JournalEntry | None]:
    """The entry under a reference. Reading it may block, so it is a task of the driver."""
    found: list[JournalEntry | None] = []
    find = partial(find_within, journal, reference, left)
    try:
        yield RunTask(lambda: found.append(find()), begin_within=left)
    except TimeoutError:
        raise errors.JournalError(
            "the journal is busy with other jobs of this client: it was not read in time"
        ) from None
    return found[0]


def _unknown_outcome(submission: Submission) -> errors.SubmitOutcomeUnknown:
    return errors.SubmitOutcomeUnknown(
        f"an earlier run of this batch was about to submit this to {submission.model_id} and "
        "was stopped before it knew the outcome. It may be running and may be billed; it is "
        f"not sent again. {settle_hint(submission.reference)}",
        payload_sha256=submission.payload_sha256,
        reference=submission.reference,
    )
