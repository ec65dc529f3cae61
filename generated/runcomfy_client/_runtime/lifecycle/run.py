"""One job from its submit to its result, in one flow: nothing can come between the two."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Any, Literal, get_args

from .. import errors, responses
from ..errors import BadSetting
from ..job_handle import JobHandle
from ..protocol import CancelOutcome, Phase, Status, names_other_job, read_status
from ..retry_and_timeouts import CLEANUP_TIMEOUT
from ..transport import Outcome, Response
from .cancel import read_cancellation, send_cancel
from .concurrency import RateLimiter
from .poll import Poller
from .result import fetch_result, wait_for_result
from .retried_get import AnswerClass, DeadlineReached, GoodAnswer, classify_answer
from .steps import (
    Accepted,
    Emit,
    Flow,
    FlowContext,
    api_request,
    job_note,
    record_ended,
    resume_hint,
    send,
)
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
) -> Flow[Any]:
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
) -> Flow[Any]:
    """Wait for a job that was submitted, and record its end in the journal."""
    try:
        content = yield from wait_for_result(context, poller, deadline)
    except GeneratorExit:
        raise
    except BaseException as stopped:
        content = yield from _stopped_wait(context, poller, stopped, cancel)
    if context.journal:
        yield from record_ended(
            context, poller.reference, poller.handle, Phase.SUCCEEDED
        )
    return content


def _stopped_wait(
    context: FlowContext, poller: Poller, stopped: BaseException, cancel: bool
) -> Flow[Any]:
    """Clean up, record the end of a job that did not succeed, and raise what stopped the wait.

    Returns the result of a job that ended at the deadline.
    """
    try:
        return (yield from _clean_up_after(context, poller, stopped, cancel))
    except (errors.JobFailed, errors.JobCancelled) as error:
        state = error.last_status or Phase.FAILED
        yield from record_ended(context, poller.reference, poller.handle, state)
        raise


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


# Ending a wait before the job has ended: at the deadline, on Ctrl-C, on any exception.
#
# A job that was last seen queued is cancelled with one bounded request, and one more reads
# whether it was. A job in progress cannot be cancelled, so it is left alone. The error says
# which of these happened.


class StopOutcome(StrEnum):
    """The state of a job after the wait for it was stopped."""

    CANCELLED = "cancelled"
    STILL_QUEUED = "still_queued"
    STILL_RUNNING = "still_running"
    ENDED = "ended"
    """According to ``/status``; ``/result`` may not have the outcome yet."""
    UNKNOWN = "unknown"


_BY_PHASE = {
    Phase.CANCELLED: StopOutcome.CANCELLED,
    Phase.QUEUED: StopOutcome.STILL_QUEUED,
    Phase.RUNNING: StopOutcome.STILL_RUNNING,
    Phase.SUCCEEDED: StopOutcome.ENDED,
    Phase.FAILED: StopOutcome.ENDED,
    Phase.UNKNOWN: StopOutcome.UNKNOWN,
}


def _clean_up_after(
    context: FlowContext, poller: Poller, stopped: BaseException, cancel: bool
) -> Flow[Any]:
    """Clean up after a wait that was stopped.

    With ``cancel`` a job that is still queued is cancelled then. Raises ``JobTimeout`` at the
    deadline. Any other exception that stopped the wait is raised again with a note of the job.
    """
    if isinstance(stopped, DeadlineReached):
        return (yield from _after_deadline(context, poller, cancel, str(stopped)))
    own = stopped is poller.listener_error
    if isinstance(stopped, errors.RunComfyError) and not own:
        _attach_job(poller, stopped)
        raise stopped
    state = yield from _clean_up(context, poller, cancel)
    stopped.add_note(_note(poller, state))
    if isinstance(stopped, errors.RunComfyError) and stopped.request_id is None:
        _attach_job(poller, stopped)
        stopped.may_be_billed = state is not StopOutcome.CANCELLED
    raise stopped


def _attach_job(poller: Poller, error: errors.RunComfyError) -> None:
    """Make an error name the job, whatever raised it."""
    if error.request_id is None:
        error.concerning(poller.handle.request_id)
    error.last_status = error.last_status or poller.word


def _clean_up(context: FlowContext, poller: Poller, cancel: bool) -> Flow[StopOutcome]:
    """Cancel the job if it is queued. A second Ctrl-C skips the clean-up."""
    if cancel:
        with _job_named(poller), suppress(Exception):
            yield from cancel_if_queued(context, poller)
    return _last_seen(poller)


@contextmanager
def _job_named(poller: Poller) -> Generator[None]:
    """Add the note of the job to an exception that stops the clean-up."""
    try:
        yield
    except (errors.RunComfyError, GeneratorExit):
        raise
    except BaseException as error:
        error.add_note(_note(poller, _last_seen(poller)))
        raise


def _after_deadline(
    context: FlowContext, poller: Poller, cancel: bool, failed: str
) -> Flow[Any]:
    """Clean up, and return a result that has just come. ``failed``: why the last read failed."""
    state = yield from _clean_up(context, poller, cancel)
    if state is StopOutcome.ENDED:
        with _job_named(poller):
            answer = yield from _last_fetch(context, poller)
        if answer is not None:
            return answer.content
    error = errors.JobTimeout(_timeout_message(poller, state, failed), outcome=state)
    error.concerning(poller.handle.request_id, poller.word)
    error.may_be_billed = state is not StopOutcome.CANCELLED
    raise error


def _timeout_message(poller: Poller, state: StopOutcome, failed: str) -> str:
    job = f"the job {poller.handle.request_id}"
    if state is StopOutcome.CANCELLED:
        return f"{job} did not end in time; it is cancelled"
    if state is StopOutcome.ENDED:
        text = f"{job} gave no result in time, although its status is {poller.word!r}"
    else:
        text = f"{job} did not end in time; it is {state.replace('_', ' ')}"
    if failed:
        text += f"; the last read failed: {failed}"
    return f"{text}: resume it with its token"


def _last_fetch(context: FlowContext, poller: Poller) -> Flow[GoodAnswer | None]:
    try:
        return (yield from fetch_result(context, poller, context.now()))
    except DeadlineReached:
        return None


def _last_seen(poller: Poller) -> StopOutcome:
    return _BY_PHASE[poller.last.phase] if poller.last else StopOutcome.UNKNOWN


def cancel_if_queued(context: FlowContext, poller: Poller) -> Flow[None]:
    """Cancel the job unless it was seen past the queue, and read its state afterwards."""
    if poller.last is not None and poller.last.phase is not Phase.QUEUED:
        return
    handle = poller.handle
    cancelled = yield from send_cancel(context, handle, CLEANUP_TIMEOUT)
    request = api_request(context, "GET", handle.status_url, None, CLEANUP_TIMEOUT)
    status = yield from send(request)
    _read_status_answer(poller, cancelled)
    _read_cancel_answer(poller, cancelled)
    _read_status_answer(poller, status)
    if _last_seen(poller) is StopOutcome.CANCELLED:
        yield from record_ended(
            context, poller.reference, handle, StopOutcome.CANCELLED
        )


def _read_status_answer(poller: Poller, outcome: Outcome) -> None:
    """Keep the status of a good answer. A gateway's error says nothing about the job."""
    if not isinstance(outcome, Response):
        return
    content = responses.json_object(outcome)
    if content is None or classify_answer(outcome, content) is not AnswerClass.GOOD:
        return
    if names_other_job(poller.handle.request_id, content):
        return
    status = read_status(poller.handle.request_id, content)
    if status is not None:
        poller.last = status
        poller.failure = content if status.phase is Phase.FAILED else {}


def _read_cancel_answer(poller: Poller, outcome: Outcome) -> None:
    """Keep what the answer to a cancel says, in case the read that confirms it is lost."""
    cancellation = read_cancellation(poller.handle, outcome)
    if cancellation is None:
        return
    requested = cancellation.outcome is CancelOutcome.REQUESTED
    if cancellation.cancelled:
        word = cancellation.state or cancellation.outcome
        poller.last = Status(poller.handle.request_id, word, Phase.CANCELLED)
    elif requested or cancellation.state is None:
        # The job has left the queue or may have, and the answer does not say for what.
        word = cancellation.state or poller.word or cancellation.outcome
        poller.last = Status(poller.handle.request_id, word, Phase.UNKNOWN)


def _note(poller: Poller, state: StopOutcome) -> str:
    ended = state is StopOutcome.ENDED
    words = "has ended" if ended else f"is {state.replace('_', ' ')}"
    text = f"The RunComfy job {poller.handle.request_id} {words}."
    if state is StopOutcome.CANCELLED:
        return text
    return f"{text} {resume_hint(poller.handle)}"


OnStop = Literal["cancel_queued", "detach"]
"""``cancel_queued``: a job that is still queued is cancelled. ``detach``: it is left alone."""


def cancels_queued(on_stop: OnStop) -> bool:
    """Whether a queued job is to be cancelled. Raises ``BadSetting`` for any other word."""
    words: tuple[str, ...] = get_args(OnStop)
    if on_stop not in words:
        choices = " or ".join(map(repr, words))
        raise BadSetting(f"on_stop must be {choices}, not {on_stop!r:.40}")
    return on_stop == "cancel_queued"
