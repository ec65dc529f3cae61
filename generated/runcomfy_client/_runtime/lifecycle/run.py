"""One job from its submit to its outcome, in one flow: nothing can come between the two."""

from __future__ import annotations

from .. import errors, responses
from ..job_handle import JobHandle
from ..protocol import Phase
from .concurrency import RateLimiter
from .poll import Poller
from .steps import Accepted, Emit, Flow, FlowContext, job_note, record_ended
from .stop import wait_or_clean_up
from .submit import Submission, submit


class JobProgress:
    """How far a job got. Kept by the caller, for when the flow ends in an error."""

    __slots__ = ("handle", "poller", "settled")

    def __init__(self) -> None:
        self.handle: JobHandle | None = None
        self.poller: Poller | None = None
        self.settled = False
        """Whether its outcome has been read."""

    @property
    def cancelled(self) -> bool:
        """Whether it was seen to be cancelled, so that nothing is to be had of it."""
        last = self.poller.last if self.poller is not None else None
        return last is not None and last.phase is Phase.CANCELLED

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it: its outcome is read, or it was cancelled."""
        return self.settled or self.cancelled


def run(
    context: FlowContext,
    submission: Submission,
    progress: JobProgress,
    deadline: float,
    *,
    cancel: bool,
    limiter: RateLimiter | None = None,
) -> Flow[responses.JsonObject]:
    """Submit, wait and come to the whole answer of ``/result``.

    A course that has a ticket already, from a journal, is not submitted again.
    """
    fresh = progress.handle is None
    if progress.handle is None:
        progress.handle = yield from submit(context, submission, deadline, limiter)
    progress.poller = Poller(
        progress.handle, context.now(), submission.reference, fresh=fresh
    )
    try:
        content = yield from wait_and_record(
            context, progress.poller, deadline, cancel=cancel
        )
    except errors.JobFailed:
        progress.settled = True
        raise
    progress.settled = True
    return content


def wait_and_record(
    context: FlowContext, poller: Poller, deadline: float, *, cancel: bool
) -> Flow[responses.JsonObject]:
    """Wait for a job that was submitted, and note its end in the journal."""
    try:
        content = yield from wait_or_clean_up(context, poller, deadline, cancel=cancel)
    except (errors.JobFailed, errors.JobCancelled) as error:
        state = error.last_status or "failed"
        yield from record_ended(context, poller.reference, poller.handle, state)
        raise
    yield from record_ended(context, poller.reference, poller.handle, "succeeded")
    return content


# The moment after a job was accepted, in which its id must not be lost.


def submit_and_announce(
    context: FlowContext, submission: Submission, progress: JobProgress, deadline: float
) -> Flow[JobHandle]:
    """Submit, and tell that the job was accepted. Whoever stops that gets the job's name."""
    handle = progress.handle = yield from submit(context, submission, deadline)
    try:
        yield Emit(Accepted(submission.reference, handle))
    except GeneratorExit:
        raise
    except BaseException as error:
        error.add_note(job_note(handle))
        raise
    return handle
