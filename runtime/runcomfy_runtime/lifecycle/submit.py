"""Submitting a paid job once.

The API has no idempotency key, so a request that may have been accepted is never sent again.
It is sent again in two cases only: nothing of it left this machine, or the server answered 429.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import Any, NamedTuple, NoReturn, Protocol, Self

from .. import errors, protocol, responses
from ..job_handle import JobHandle, handle_from_answer
from ..retry_and_timeouts import (
    CONNECT_BACKOFF_CAP,
    CONNECT_RETRY_BUDGET,
    MAX_RETRY_AFTER,
    RATE_LIMIT_BACKOFF_CAP,
    backoff,
    request_timeout,
)
from ..transport import Lost, Outcome, Response
from .concurrency import RateLimiter
from .steps import (
    Accepted,
    Emit,
    Ended,
    Flow,
    FlowContext,
    Intent,
    Retry,
    RunTask,
    Sleep,
    WriteJournal,
    api_request,
    failure_reason,
    record_accepted,
    send,
)
from .submit_outcome import SubmitOutcome, classify_response, request_id_candidates

NOT_ACCEPTED = "not accepted"
"""The state, in the journal, of an intent that was not accepted and cost nothing."""
RESUBMITTABLE_STATES = (NOT_ACCEPTED, "cancelled")
"""States after which the same intent may be submitted again: neither was billed."""


class PreSubmitTask(Protocol):
    """A task to run before anything is sent. It raises if the input must not be paid for."""

    def within(self, left: Callable[[], float]) -> Self:
        """The same task with a time limit: ``left`` returns the seconds that are left."""
        ...

    def __call__(self) -> None:
        """Run it, blocking the thread."""
        ...

    async def on_loop(self) -> None:
        """Run it without blocking the event loop."""
        ...


class Submission(NamedTuple):
    """A job to submit. Its body is serialised once, so that every try sends the same bytes."""

    model_id: str
    body: bytes
    payload_sha256: str
    reference: str
    """The key of this submit in the journal: the same reference is not submitted twice."""
    echoes: tuple[str, ...] = ()
    check: PreSubmitTask | None = None


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
    limiter = limiter or RateLimiter()
    try:
        handle = yield from _submit_with_retries(context, submission, deadline, limiter)
    except errors.ApiError as error:
        limiter.close(error)
        raise
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
        )
        yield WriteJournal(intent)
        if context.now() >= deadline:
            yield from _record_not_accepted(context, submission)
            raise _deadline_error(submission)


def _deadline_error(submission: Submission) -> errors.NotSent:
    return errors.NotSent(
        f"submitting to {submission.model_id}: the time that this call may take was over before the "
        "request could leave; nothing was sent, nothing is billed"
    )


def _record_not_accepted(context: FlowContext, submission: Submission) -> Flow[None]:
    """Record that nothing was accepted. If that fails, the intent stays unknown and is not resent."""
    if context.journal:
        with suppress(errors.JournalError):
            yield WriteJournal(Ended(submission.reference, "", NOT_ACCEPTED))


def _submit_with_retries(
    context: FlowContext, submission: Submission, deadline: float, limiter: RateLimiter
) -> Flow[JobHandle]:
    """Try until accepted or refused. Each try is an intent of its own in the journal.

    So a process that is killed in the pause between two tries leaves no unknown intent.
    """
    began = context.now()
    for attempt in count():
        yield from limiter.acquire(context, deadline)
        try:
            yield from _record_intent(context, submission, deadline)
            outcome = yield from _post(context, submission, deadline)
            content = responses.json_object(_as_response(outcome))
            result = classify_response(outcome, content)
            if result in (SubmitOutcome.ACCEPTED, SubmitOutcome.ID_LOST):
                return _accepted_job(context, submission, outcome, content)
            if result is SubmitOutcome.UNKNOWN:
                raise _unknown_outcome(context, submission, outcome)
            yield from _record_not_accepted(context, submission)
            if result is SubmitOutcome.REFUSED:
                _raise_refused(context, outcome)
            if result is SubmitOutcome.BUSY:
                pause = _rate_limit_pause(
                    context, outcome, attempt, began, deadline, limiter
                )
            else:
                pause = _connect_pause(context, outcome, attempt, began, deadline)
        finally:
            limiter.release()
        yield Emit(Retry("submit", failure_reason(outcome), attempt + 1, pause))
        yield Sleep(pause)
    raise AssertionError("count() never ends")


def _post(
    context: FlowContext, submission: Submission, deadline: float
) -> Flow[Outcome]:
    url = context.base_url + protocol.submit_path(submission.model_id)
    timeout = request_timeout(deadline, context.now())
    request = api_request(context, "POST", url, submission.body, timeout, paid=True)
    try:
        return (yield from send(request))
    except errors.RunComfyError:
        # The driver refused to send, for example because there is no token.
        yield from _record_not_accepted(context, submission)
        raise
    except Exception as error:
        raise _unknown_error(
            context, submission, f"{type(error).__name__}: {error}"
        ) from error
    except BaseException as error:
        if not isinstance(error, GeneratorExit):
            error.add_note(
                "Interrupted while a paid job was being submitted: it may be running."
            )
        raise


def _rate_limit_pause(
    context: FlowContext,
    outcome: Outcome,
    attempt: int,
    began: float,
    deadline: float,
    limiter: RateLimiter,
) -> float:
    """The pause that the server asks for; our own backoff if it names none, or 0 repeatedly.

    The limiter pauses every submit of the batch for as long, even if this call cannot wait.
    """
    hint = responses.retry_after(outcome.headers, context.today())
    use_hint = hint is not None and (hint > 0 or attempt == 0)
    own = 2 * backoff(attempt, context.random(), RATE_LIMIT_BACKOFF_CAP)
    pause = hint if use_hint and hint is not None else own
    now = context.now()
    limiter.pause(now + pause)
    too_long = pause > MAX_RETRY_AFTER or now + pause >= deadline
    if too_long or (not use_hint and now + pause - began > MAX_RETRY_AFTER):
        raise errors.RateLimited(
            f"submitting: HTTP 429: the server asks for a pause of {pause:.0f} s, longer than "
            "this call may wait; nothing was accepted",
            http_status=429,
            text=responses.error_text(
                responses.json_object(_as_response(outcome)) or ""
            ),
            retry_after=hint,
        )
    return pause


def _connect_pause(
    context: FlowContext, outcome: Outcome, attempt: int, began: float, deadline: float
) -> float:
    assert isinstance(outcome, Lost)
    pause = backoff(attempt, context.random(), CONNECT_BACKOFF_CAP)
    if outcome.hopeless or context.now() + pause > min(
        deadline, began + CONNECT_RETRY_BUDGET
    ):
        raise errors.NotSent(
            f"submitting: {context.base_url} cannot be reached: {outcome.reason}; "
            "nothing was sent, nothing is billed"
        )
    return pause


def _raise_refused(context: FlowContext, outcome: Outcome) -> NoReturn:
    response = _as_response(outcome)
    content = responses.json_object(response)
    details = responses.read_error(response, content, context.today())
    assert details is not None
    if 300 <= response.status < 400:
        location = responses.error_text(response.headers.get("location", "elsewhere"))
        text = f"the server redirects to {location}: is the base URL right?"
        details = details._replace(text=text)
    raise responses.api_error("submitting", details, errors.SubmitRefused)


def _as_response(outcome: Outcome) -> Response:
    if isinstance(outcome, Response):
        return outcome
    return Response(outcome.status, outcome.headers, outcome.body)


def _unknown_outcome(
    context: FlowContext, submission: Submission, outcome: Outcome
) -> errors.SubmitOutcomeUnknown:
    reason = failure_reason(outcome)
    if isinstance(outcome, Response):
        content = responses.json_object(outcome)
        details = responses.read_error(outcome, content, context.today())
        reason += f": {details.text}" if details else ""
    return _unknown_error(context, submission, reason)


def _unknown_error(
    context: FlowContext, submission: Submission, reason: str
) -> errors.SubmitOutcomeUnknown:
    return errors.SubmitOutcomeUnknown(
        f"submitting to {submission.model_id}: the request was sent, and no answer says whether it "
        f"was accepted ({reason}). It may be running and may be billed; it is not sent again. "
        "Look at your requests on RunComfy before you submit again",
        sent_at=context.today(),
        payload_sha256=submission.payload_sha256,
        reference=submission.reference,
    )


def _accepted_job(
    context: FlowContext,
    submission: Submission,
    outcome: Outcome,
    content: responses.JsonObject | None,
) -> JobHandle:
    """The job that an answer names, or one for an id found in what is left of the answer."""
    at = context.today()
    for candidate in request_id_candidates(outcome, content):
        handle = handle_from_answer(
            candidate,
            model_id=submission.model_id,
            base_url=context.base_url,
            at=at,
            echoes=submission.echoes,
        )
        if handle is not None:
            return handle
    raise _lost_id_error(submission, content or {}, outcome, at)


def _lost_id_error(
    submission: Submission, content: Mapping[str, Any], outcome: Outcome, at: float
) -> errors.SubmitOutcomeUnknown:
    reason = (
        outcome.reason
        if isinstance(outcome, Lost)
        else responses.describe_body(outcome)
    )
    error = errors.SubmitOutcomeUnknown(
        f"submitting to {submission.model_id}: HTTP {outcome.status}, but the answer names no job "
        f"({reason}). It is probably running and billed; it is not sent again",
        accepted=True,
        sent_at=at,
        payload_sha256=submission.payload_sha256,
        reference=submission.reference,
    )
    request_id = content.get("request_id")
    error.request_id = str(request_id) if request_id else None
    return error
