"""One job from its submit to its result, in one flow: nothing can come between the two."""

from __future__ import annotations

from .. import errors, responses
from ..job_handle import JobHandle
from ..protocol import Phase
from .concurrency import RateLimiter
from .poll import Poller
from .steps import Accepted, Emit, Flow, FlowContext, job_note, record_ended
from .stop import wait_or_clean_up
from .submit import submit
from .submit_outcome import Submission


class JobProgress:
    """How far a job got. The caller keeps it, in case the flow ends in an error."""

    __slots__ = ("handle", "outcome_read", "poller")

    def __init__(self) -> None:
        self.handle: JobHandle | None = None
        self.poller: Poller | None = None
        self.outcome_read = False
        """Whether its outcome has been read."""

    @property
    def cancelled(self) -> bool:
        """Whether it was seen cancelled, so that there will be no result."""
        last = self.poller.last if self.poller is not None else None
        return last is not None and last.phase is Phase.CANCELLED

    @property
    def ended(self) -> bool:
        """Whether the job is over: its outcome has been read, or it was cancelled."""
        return self.outcome_read or self.cancelled


def run(
    context: FlowContext,
    submission: Submission,
    progress: JobProgress,
    deadline: float,
    *,
    cancel: bool,
    limiter: RateLimiter | None = None,
) -> Flow[responses.JsonObject]:
    """Submit, wait and return the whole answer of ``/result``.

    If ``progress`` has a handle already, from a journal, the job is not submitted again.
    """
    announced = progress.handle is not None
    if progress.handle is None:
        progress.handle = yield from submit(context, submission, deadline, limiter)
    progress.poller = Poller(
        progress.handle, context.now(), submission.reference, announced=announced
    )
    try:
        content = yield from wait_and_record(
            context, progress.poller, deadline, cancel=cancel
        )
    except errors.JobFailed:
        progress.outcome_read = True
        raise
    progress.outcome_read = True
    return content


def wait_and_record(
    context: FlowContext, poller: Poller, deadline: float, *, cancel: bool
) -> Flow[responses.JsonObject]:
    """Wait for a job that was submitted, and record its end in the journal."""
    try:
        content = yield from wait_or_clean_up(context, poller, deadline, cancel=cancel)
    except (errors.JobFailed, errors.JobCancelled) as error:
        state = error.last_status or Phase.FAILED
        yield from record_ended(context, poller.reference, poller.handle, state)
        raise
    yield from record_ended(context, poller.reference, poller.handle, Phase.SUCCEEDED)
    return content


def submit_and_announce(
    context: FlowContext, submission: Submission, progress: JobProgress, deadline: float
) -> Flow[JobHandle]:
    """Submit, and emit that the job was accepted. An exception in between names the job."""
    handle = progress.handle = yield from submit(context, submission, deadline)
    try:
        yield Emit(Accepted(submission.reference, handle))
    except GeneratorExit:
        raise
    except BaseException as error:
        error.add_note(job_note(handle))
        raise
    return handle
