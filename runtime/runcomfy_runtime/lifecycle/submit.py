"""Submitting a paid job once.

The API has no idempotency key, so a request that may have been accepted is never sent again.
It is sent again in two cases only: nothing of it left this machine, or the server answered 429.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from itertools import count

from .. import errors, protocol, responses
from ..job_handle import JobHandle
from ..retry_and_timeouts import request_timeout, submit_timeout
from ..transport import Outcome
from .concurrency import RateLimiter
from .steps import (
    Accepted,
    Emit,
    Ended,
    Flow,
    FlowContext,
    Intent,
    OutcomeUnknown,
    Retry,
    RunTask,
    Send,
    Sleep,
    WriteJournal,
    api_request,
    failure_reason,
    record_accepted,
)
from .submit_outcome import (
    FilesTask,
    PreSubmitTask,
    Submission,
    SubmitOutcome,
    accepted_job,
    as_response,
    classify_response,
    raise_refused,
    unknown_error,
    unknown_outcome,
)
from .submit_pauses import check_pause, connect_pause, rate_limit_pause, share_pause

NOT_ACCEPTED = "not accepted"
"""The state, in the journal, of an intent that was not accepted and cost nothing."""
RESUBMITTABLE_STATES = (NOT_ACCEPTED, protocol.Phase.CANCELLED)
"""States after which the same intent may be submitted again: neither was billed."""


_ACCEPTED = (SubmitOutcome.ACCEPTED, SubmitOutcome.ID_LOST)
_MAY_BE_RUNNING = "Interrupted while a paid job was being submitted: it may be running."


def submit(
    context: FlowContext,
    submission: Submission,
    deadline: float,
    limiter: RateLimiter | None = None,
) -> Flow[JobHandle]:
    """Submit once and return the handle of the job.

    Raises ``NotSent``, ``RateLimited``, ``SubmitRefused`` or another ``ApiError`` if nothing
    was accepted, and ``SubmitOutcomeUnknown`` if that cannot be known.
    """
    if submission.check is not None:
        yield from _run_check(context, submission, submission.check, deadline)
    if submission.files is not None:
        submission = yield from _with_files(
            context, submission, submission.files, deadline
        )
    limiter = limiter or RateLimiter()
    try:
        handle = yield from _submit_with_retries(context, submission, deadline, limiter)
    except errors.ApiError as error:
        limiter.close(error)
        raise
    if context.journal:
        yield from record_accepted(context, Accepted(submission.reference, handle))
    return handle


def _run_check(
    context: FlowContext, submission: Submission, check: PreSubmitTask, deadline: float
) -> Flow[None]:
    """Check the input within the deadline. Raises ``NotSent`` if no time is left."""
    task = check.within(lambda: deadline - context.now())
    yield RunTask(task, task.on_loop)
    if context.now() >= deadline:
        raise errors.NotSent(
            f"submitting to {submission.model_id}: checking the input took all the time that this "
            "call may take; nothing was sent, nothing is billed"
        )


def _with_files(
    context: FlowContext, submission: Submission, files: FilesTask, deadline: float
) -> Flow[Submission]:
    """The submission with its local files in the body. Raises ``NotSent`` if no time is left."""
    yield RunTask(files, files.on_loop)
    if context.now() >= deadline:
        raise errors.NotSent(
            f"submitting to {submission.model_id}: reading or hosting the local files took all "
            "the time that this call may take; nothing was sent, nothing is billed"
        )
    return submission.with_members(files.members())


def _record_intent(
    context: FlowContext, submission: Submission, deadline: float
) -> Flow[None]:
    """Record what is about to be sent. If that takes too long, nothing is sent."""
    if context.now() >= deadline:
        raise _deadline_error(submission)
    if context.journal:
        intent = Intent(
            submission.reference,
            submission.model_id,
            submission.payload_sha256,
            at=context.today(),
            timeout=deadline - context.now(),
            batch=submission.batch,
            base_url=context.base_url,
            submit_timeout=_longest_post(context, submission, deadline),
        )
        try:
            yield WriteJournal(intent)
        except (errors.JournalError, GeneratorExit):
            raise
        except BaseException:  # Ctrl-C, or the end of the batch: nothing was sent yet
            yield from _record_not_accepted(context, submission)
            raise
        if context.now() >= deadline:
            yield from _record_not_accepted(context, submission)
            raise _deadline_error(submission)


def _deadline_error(submission: Submission) -> errors.NotSent:
    return errors.NotSent(
        f"submitting to {submission.model_id}: the time that this call may take was over before the "
        "request could leave; nothing was sent, nothing is billed"
    )


def _acquire_slot(
    context: FlowContext, submission: Submission, deadline: float, limiter: RateLimiter
) -> Flow[None]:
    """Acquire a slot and record the intent. ``limiter.release`` must follow.

    Intents of one batch are recorded together: the limiter may have closed since.
    """
    while True:
        now = context.now()
        if not limiter.acquire_now(now):
            yield from limiter.acquire(context, deadline)
            now = context.now()
        try:
            if not context.journal and now < deadline:
                return
            yield from _record_intent(context, submission, deadline)
            open_now = limiter.is_open(context.now())
            if open_now and _owned(context, submission, deadline):
                return
            yield from _record_not_accepted(context, submission)
        except BaseException:
            limiter.release()
            raise
        limiter.release()


def _longest_post(
    context: FlowContext, submission: Submission, deadline: float
) -> float:
    return submit_timeout(deadline, context.now(), len(submission.body))


def _owned(context: FlowContext, submission: Submission, deadline: float) -> bool:
    """Whether the intent may still be sent.

    A process that was stopped for a while must not send what others have given up.
    """
    if context.owns is None:
        return True
    return context.owns(
        submission.reference, _longest_post(context, submission, deadline)
    )


def _record_not_accepted(context: FlowContext, submission: Submission) -> Flow[None]:
    """Record that nothing was accepted. If that fails, the intent stays unknown and is not resent."""
    if context.journal:
        with suppress(errors.JournalError):
            yield WriteJournal(Ended(submission.reference, "", NOT_ACCEPTED))


def _record_unknown(context: FlowContext, submission: Submission) -> Flow[None]:
    """Record that the answer is no longer awaited, so that a person can settle it at once.

    What interrupts the recording says, too, that the job may be running.
    """
    if not context.journal:
        return
    try:
        with suppress(errors.JournalError):
            yield WriteJournal(OutcomeUnknown(submission.reference))
    except BaseException as error:
        if not isinstance(error, GeneratorExit):
            error.add_note(_MAY_BE_RUNNING)
        raise


def _submit_with_retries(
    context: FlowContext, submission: Submission, deadline: float, limiter: RateLimiter
) -> Flow[JobHandle]:
    """Try until accepted or refused. Each try is a new intent, so no pause leaves one open."""
    began = context.now()
    for attempt in count():
        yield from _acquire_slot(context, submission, deadline, limiter)
        try:
            outcome = yield from _post(context, submission, deadline)
            content = responses.json_object(as_response(outcome))
            result = classify_response(outcome, content)
            if result in _ACCEPTED:
                try:
                    return accepted_job(context, submission, outcome, content)
                except errors.SubmitOutcomeUnknown:
                    yield from _record_unknown(context, submission)
                    raise
            if result is SubmitOutcome.UNKNOWN:
                yield from _record_unknown(context, submission)
                raise unknown_outcome(context, submission, outcome)
            not_sent = result is SubmitOutcome.NOT_SENT
            stopped = not_sent and not _owned(context, submission, deadline)
            yield from _record_not_accepted(context, submission)
            if stopped:
                continue  # the next try has a lease of its own
            if result is SubmitOutcome.REFUSED:
                raise_refused(context, outcome)
            if result is SubmitOutcome.BUSY:
                rate_limit = rate_limit_pause(context, outcome, attempt, limiter)
                yield from share_pause(submission, limiter, rate_limit)
                check_pause(context, outcome, rate_limit, began, deadline)
                pause = rate_limit.seconds
            else:
                pause = connect_pause(context, outcome, attempt, began, deadline)
        finally:
            limiter.release()
        yield Emit(Retry("submit", failure_reason(outcome), attempt + 1, pause))
        yield Sleep(pause)
    raise AssertionError("count() never ends")


def _post(
    context: FlowContext, submission: Submission, deadline: float
) -> Flow[Outcome]:
    url = context.base_url + protocol.submit_path(submission.model_id)
    now = context.now()
    timeout, left = request_timeout(deadline, now), deadline - now
    request = api_request(
        context,
        "POST",
        url,
        submission.body,
        timeout,
        paid=True,
        call_timeout=left,
    )
    if context.owns is not None:
        owned = partial(_owned, context, submission, deadline)
        request = request._replace(may_begin=owned)
    try:
        outcome = yield Send(request)
        assert outcome is not None
        return outcome
    except errors.RunComfyError:
        # The driver refused to send, for example because there is no token.
        yield from _record_not_accepted(context, submission)
        raise
    except Exception as error:
        yield from _record_unknown(context, submission)
        raise unknown_error(
            context, submission, f"{type(error).__name__}: {error}"
        ) from error
    except BaseException as error:
        if not isinstance(error, GeneratorExit):
            error.add_note(_MAY_BE_RUNNING)
            yield from _record_unknown(context, submission)
        raise
