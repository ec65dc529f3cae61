"""Many jobs, apart from who drives them: one flow for each."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from . import errors, responses
from .base_job import untyped_output
from .errors import RunComfyError
from .input_checks import InputChecks
from .job_handle import decode_token
from .lifecycle.concurrency import RateLimiter, RequestSlots, limit_requests
from .lifecycle.run import JobProgress, run
from .lifecycle.steps import Flow, FlowContext, resume_hint
from .lifecycle.submit import RESUBMITTABLE_STATES, Submission
from .observer import logger
from .submission import PreparedSubmission, prepare_submission


class PastJob(Protocol):
    """What a journal knows of one job."""

    @property
    def token(self) -> str:
        """The job's token; empty if it is not known to have been accepted."""
        ...

    @property
    def state(self) -> str:
        """How it ended; empty if it has not."""
        ...


class PastJobs(Protocol):
    """Who remembers what an earlier run of the same batch has submitted."""

    def find(self, reference: str) -> PastJob | None:
        """What is known of the job under a reference."""
        ...


class BatchStopped(BaseException):
    """Thrown into the flows of a batch that ends early. Never leaves the batch."""


def checked_concurrency(concurrency: int) -> int:
    """How many jobs may be under way at a time. Raises ``BadSetting`` for less than one."""
    if concurrency < 1:
        raise errors.BadSetting(
            f"map: concurrency is {concurrency}; it is the number of jobs under way at a "
            "time, so give at least 1"
        )
    return concurrency


class BatchItem(NamedTuple):
    """One job of a batch."""

    position: int
    prepared: PreparedSubmission
    progress: JobProgress
    flow: Flow[responses.JsonObject]


_NOTHING = PreparedSubmission(Submission("", b"", "", ""), untyped_output)


def _failing_flow(error: Exception) -> Flow[responses.JsonObject]:
    """A flow that only fails."""
    yield from ()
    raise error


class BatchItems:
    """The items of a batch, made one by one as there is room for them."""

    def __init__(
        self,
        inputs: Iterable[Any],
        name: str | None,
        memory: PastJobs | None,
        checks: InputChecks | None = None,
    ) -> None:
        if name is not None and memory is None:
            raise errors.NotConfigured(
                "a named batch is continued from a journal: give RunComfy(journal=…)"
            )
        self._inputs = enumerate(inputs)
        self._name = name
        self._memory = memory
        self._checks = checks
        self._seen: Counter[str] = Counter()

    def items(
        self, context: FlowContext, slots: RequestSlots, timeout: float, *, cancel: bool
    ) -> Iterator[BatchItem]:
        """Each item with its flow, whose time begins when it is taken from here."""
        limiter = RateLimiter(slots)
        for index, given in self._inputs:
            progress = JobProgress()
            try:
                what = prepare_submission(given, None, self._checks)
            except errors.InputRejected as error:
                yield BatchItem(index, _NOTHING, progress, _failing_flow(error))
                continue
            if self._name is not None:
                what = self._named(what)
            deadline = context.now() + timeout
            flow = self._flow(context, what, progress, deadline, cancel, limiter)
            yield BatchItem(
                index, what, progress, limit_requests(context, flow, slots, deadline)
            )

    def _named(self, what: PreparedSubmission) -> PreparedSubmission:
        """With a reference that is the same in every run: of what is sent, not of its place."""
        sha256 = what.submission.payload_sha256
        self._seen[sha256] += 1
        model = what.submission.model_id
        reference = f"{self._name}/{model}/{sha256}/{self._seen[sha256]}"
        return what._replace(submission=what.submission._replace(reference=reference))

    def _flow(
        self,
        context: FlowContext,
        what: PreparedSubmission,
        progress: JobProgress,
        deadline: float,
        cancel: bool,
        limiter: RateLimiter,
    ) -> Flow[responses.JsonObject]:
        noted = None
        if self._name is not None and self._memory is not None:
            noted = self._memory.find(what.submission.reference)
        if noted is not None and noted.state not in RESUBMITTABLE_STATES:
            if not noted.token:
                raise _unknown(what)
            progress.handle = decode_token(noted.token, base_url=context.base_url)
        return (
            yield from run(
                context,
                what.submission,
                progress,
                deadline,
                cancel=cancel,
                limiter=limiter,
            )
        )


def _unknown(what: PreparedSubmission) -> errors.SubmitOutcomeUnknown:
    return errors.SubmitOutcomeUnknown(
        f"an earlier run of this batch meant to submit this to {what.submission.model_id}, and was "
        "stopped before it knew the outcome. It may be running and may be billed; it is not "
        "sent again",
        payload_sha256=what.submission.payload_sha256,
        reference=what.submission.reference,
    )


# The books of a batch: what came of each item, and which jobs are still to be looked after.


T = TypeVar("T")


class BatchState(Generic[T]):
    """Gives out what came of the items, in their order or as it comes.

    An item is on its books from its beginning until its outcome is given out, and longer if
    its job goes on after that.
    """

    def __init__(self, ordered: bool) -> None:
        self._ordered = ordered
        self._heap: list[tuple[int, int, BatchItem, T | Exception]] = []
        self._next = 0
        self._count = 0
        self._open: dict[int, BatchItem] = {}
        self._given: dict[int, BatchItem] = {}
        self._notes: list[str] = []
        self._noted: set[int] = set()

    def begin(self, item: BatchItem) -> None:
        """An item is under way."""
        self._open[item.position] = item

    def put(self, item: BatchItem, outcome: T | Exception) -> None:
        """Take in what came of an item."""
        self._count += 1
        key = item.position if self._ordered else self._count
        heapq.heappush(self._heap, (key, self._count, item, outcome))

    def lacks(self, item: BatchItem) -> bool:
        """Whether nothing has come of an item yet."""
        settled = (other.position for _, _, other, _ in self._heap)
        return item.position in self._open and item.position not in settled

    def take(self) -> T | Exception | None:
        """The next outcome to give out, if it is there."""
        if not self._heap or (self._ordered and self._heap[0][0] != self._next):
            return None
        self._next += 1
        _, _, item, outcome = heapq.heappop(self._heap)
        self._open.pop(item.position, None)
        if item.progress.handle is not None and not item.progress.ended:
            self._given[item.position] = item
        return outcome

    def unfinished(self) -> list[BatchItem]:
        """The items whose jobs were accepted, and are not both ended and given out.

        One that was cancelled is not among them: nothing is to be had of it.
        """
        items = sorted((self._open | self._given).items())
        return [item for _, item in items if _is_open(item)]

    def note(self, item: BatchItem, error: BaseException) -> None:
        """Keep what the flow of an item has told of its job on being stopped."""
        told = getattr(error, "__notes__", ())
        if told:
            self._notes.extend(told)
            self._noted.add(item.position)

    def tell(self, error: BaseException) -> None:
        """Add to an error what there is to know of each job whose result was not given out."""
        for note in [*self._notes, *self._unread()]:
            error.add_note(note)
        self._notes = []
        self._noted |= self._open.keys()

    def _unread(self) -> list[str]:
        came = {item.position: outcome for _, _, item, outcome in self._heap}
        items = sorted(self._open.items())
        return [
            text
            for index, item in items
            if index not in self._noted
            and (text := _unread_note(item, came.get(index)))
        ]

    def drop(self) -> None:
        """Log the jobs that nobody can be told of any more."""
        with suppress(Exception):  # as at the end of the process
            for text in self._unread():
                logger().warning(
                    "A batch was dropped before its end; leave it through `with`. %s",
                    text,
                )


def _is_open(item: BatchItem) -> bool:
    return item.progress.handle is not None and not item.progress.cancelled


def _unread_note(item: BatchItem, outcome: object) -> str:
    """What to tell of an item whose outcome nobody was given. The token, if any, comes last."""
    handle, where = item.progress.handle, f"input {item.position} of the batch"
    if item.progress.cancelled:
        return ""
    if handle is None:
        lost = isinstance(outcome, RunComfyError) and outcome.may_be_billed
        return f"Not given out ({where}): {outcome}" if lost else ""
    job = f"The RunComfy job {handle.request_id} ({where})"
    if isinstance(outcome, Exception):
        state = f"came to an error that was not given out: {outcome}."
    elif item.progress.outcome_read:
        state = "has ended, and its result was not given out."
    else:
        state = "was accepted and goes on."
    return f"{job} {state} {resume_hint(handle)}"
