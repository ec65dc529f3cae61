"""Submitting a paid job once.

The API has no idempotency key, so a request that may have been accepted is never sent again.
It is sent again in two cases only: nothing of it left this machine, or the server said 429.
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
    record_accepted,
    send,
)
from .submit_outcome import SubmitOutcome, classify_response, request_id_candidates

NOT_ACCEPTED = "not accepted"
"""The end, in the journal, of an intent that came to nothing and cost nothing."""
RESUBMITTABLE_STATES = (NOT_ACCEPTED, "cancelled")
"""Ends after which the same intent may be submitted again: neither was billed."""


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
    """A job to submit: its body serialised once, so that every try sends the same bytes."""

    model_id: str
    body: bytes
    payload_sha256: str
    reference: str
    echoes: tuple[str, ...] = ()
    check: PreSubmitTask | None = None


def submit(
    context: FlowContext,
    submission: Submission,
    deadline: float,
    limiter: RateLimiter | None = None,
) -> Flow[JobHandle]:
    """Submit once and come to the ticket of the job.

    Raises ``NotSent``, ``RateLimited``, ``SubmitRefused`` and its relatives when nothing was
    accepted, and ``SubmitOutcomeUnknown`` when that cannot be known.
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
    """Check the input, in the time of the call. Raises ``NotSent`` when none is left."""
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
    """Note what is about to be sent. If that cannot be done in time, nothing is sent."""
    if context.now() >= deadline:
        raise _deadline_error(submission)
    if context.journal:
        left = deadline - context.now()
        digest, today = submission.payload_sha256, context.today()
        yield WriteJournal(
            Intent(submission.reference, submission.model_id, digest, today, left)
        )
        if context.now() >= deadline:
            yield from _record_not_accepted(context, submission)
            raise _deadline_error(submission)


def _deadline_error(submission: Submission) -> errors.NotSent:
    return errors.NotSent(
        f"submitting to {submission.model_id}: the time that this call may take was over before the "
        "request could leave; nothing was sent, nothing is billed"
    )


def _record_not_accepted(context: FlowContext, submission: Submission) -> Flow[None]:
    """Note that. If even that fails, the intent stays unknown, and is not sent again."""
    if context.journal:
        with suppress(errors.JournalError):
            yield WriteJournal(Ended(submission.reference, "", NOT_ACCEPTED))


def _submit_with_retries(
    context: FlowContext, submission: Submission, deadline: float, limiter: RateLimiter
) -> Flow[JobHandle]:
    """Each try is an intent of its own, so that a pause between two leaves nothing unknown."""
    began = context.now()
    for attempt in count():
        yield from limiter.passed(context, deadline)
        try:
            yield from _record_intent(context, submission, deadline)
            outcome = yield from _post(context, submission, deadline)
            content = responses.json_object(_as_response(outcome))
            became = classify_response(outcome, content)
            if became is SubmitOutcome.ACCEPTED or became is SubmitOutcome.ID_LOST:
                return _accepted_job(context, submission, outcome, content)
            if became is SubmitOutcome.UNKNOWN:
                raise _unknown_outcome(context, submission, outcome)
            yield from _record_not_accepted(context, submission)
            if became is SubmitOutcome.REFUSED:
                _raise_refused(context, outcome)
            if became is SubmitOutcome.BUSY:
                pause = _rate_limit_pause(
                    context, outcome, attempt, began, deadline, limiter
                )
            else:
                pause = _connect_pause(context, outcome, attempt, began, deadline)
        finally:
            limiter.leave()
        yield Emit(Retry("submit", _reason(outcome), attempt + 1, pause))
        yield Sleep(pause)
    raise AssertionError("counting ends")


def _post(
    context: FlowContext, submission: Submission, deadline: float
) -> Flow[Outcome]:
    url = context.base_url + protocol.submit_path(submission.model_id)
    timeout = request_timeout(deadline, context.now())
    request = api_request(context, "POST", url, submission.body, timeout, paid=True)
    try:
        return (yield from send(request))
    except errors.RunComfyError:
        # The driver refused to send, as for want of a token.
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


def _reason(outcome: Outcome) -> str:
    return outcome.reason if isinstance(outcome, Lost) else f"HTTP {outcome.status}"


def _rate_limit_pause(
    context: FlowContext,
    outcome: Outcome,
    attempt: int,
    began: float,
    deadline: float,
    limiter: RateLimiter,
) -> float:
    """Exactly what the server asks for; a pause of our own if it names none, or says again
    and again that none is needed.

    The gate is shut for as long, even when this call cannot wait for it: others may not try.
    """
    hint = responses.retry_after(outcome.headers, context.today())
    named = hint is not None and (hint > 0 or attempt == 0)
    own = 2 * backoff(attempt, context.random(), RATE_LIMIT_BACKOFF_CAP)
    pause = hint if named and hint is not None else own
    now = context.now()
    limiter.pause(now + pause)
    too_long = pause > MAX_RETRY_AFTER or now + pause >= deadline
    if too_long or (not named and now + pause - began > MAX_RETRY_AFTER):
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
    stated = responses.read_error(
        response, responses.json_object(response), context.today()
    )
    assert stated is not None
    if 300 <= response.status < 400:
        moved = response.headers.get("location", "elsewhere")
        text = f"the server redirects to {responses.error_text(moved)}: is the base URL right?"
        stated = stated._replace(text=text)
    raise responses.api_error("submitting", stated, errors.SubmitRefused)


def _as_response(outcome: Outcome) -> Response:
    if isinstance(outcome, Response):
        return outcome
    return Response(outcome.status, outcome.headers, outcome.body)


def _unknown_outcome(
    context: FlowContext, submission: Submission, outcome: Outcome
) -> errors.SubmitOutcomeUnknown:
    said = outcome.reason if isinstance(outcome, Lost) else f"HTTP {outcome.status}"
    if isinstance(outcome, Response):
        content = responses.json_object(outcome)
        stated = responses.read_error(outcome, content, context.today())
        said += f": {stated.text}" if stated else ""
    return _unknown_error(context, submission, said)


def _unknown_error(
    context: FlowContext, submission: Submission, said: str
) -> errors.SubmitOutcomeUnknown:
    return errors.SubmitOutcomeUnknown(
        f"submitting to {submission.model_id}: the request was sent, and no answer says whether it "
        f"was accepted ({said}). It may be running and may be billed; it is not sent again. "
        "Look at your requests on RunComfy before you submit anew",
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
    """The ticket in an answer, or one for the id saved from what came of it."""
    at = context.today()
    for naming in request_id_candidates(outcome, content):
        handle = handle_from_answer(
            naming,
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
    how = (
        outcome.reason
        if isinstance(outcome, Lost)
        else responses.describe_body(outcome)
    )
    error = errors.SubmitOutcomeUnknown(
        f"submitting to {submission.model_id}: HTTP {outcome.status}, but the answer names no job "
        f"({how}). It is probably running and billed; it is not sent again",
        accepted=True,
        sent_at=at,
        payload_sha256=submission.payload_sha256,
        reference=submission.reference,
    )
    request_id = content.get("request_id")
    error.request_id = str(request_id) if request_id else None
    return error
