"""Submitting a paid job once.

The API has no idempotency key, so a request that may have been accepted is never sent again.
It is sent again in two cases only: nothing of it left this machine, or the server said 429.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import Any, NamedTuple, NoReturn, Protocol

from .. import errors, protocol, responses
from ..job_handle import JobHandle, handle_from_answer
from ..retry_and_timeouts import (
    CONNECT_RETRY_BUDGET,
    MAX_RETRY_AFTER,
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
    """What is to be done before anything is sent; it raises if the input must not be paid for."""

    def within(self, left: Callable[[], float]) -> Callable[[], None]:
        """The task, which is told how many seconds are left."""
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
    terms: FlowContext, call: Submission, until: float, gate: RateLimiter | None = None
) -> Flow[JobHandle]:
    """Submit once and come to the ticket of the job.

    Raises ``NotSent``, ``RateLimited``, ``SubmitRefused`` and its relatives when nothing was
    accepted, and ``SubmitOutcomeUnknown`` when that cannot be known.
    """
    if call.check is not None:
        yield from _run_check(terms, call, call.check, until)
    gate = gate or RateLimiter()
    try:
        ticket = yield from _submit_with_retries(terms, call, until, gate)
    except errors.ApiError as error:
        gate.close(error)
        raise
    yield from record_accepted(terms, Accepted(call.reference, ticket))
    return ticket


def _run_check(
    terms: FlowContext, call: Submission, check: PreSubmitTask, until: float
) -> Flow[None]:
    """Check the input, in the time of the call. Raises ``NotSent`` when none is left."""
    yield RunTask(check.within(lambda: until - terms.now()))
    if terms.now() >= until:
        raise errors.NotSent(
            f"submitting to {call.model_id}: checking the input took all the time that this "
            "call may take; nothing was sent, nothing is billed"
        )


def _record_intent(terms: FlowContext, call: Submission, until: float) -> Flow[None]:
    """Note what is about to be sent. If that cannot be done in time, nothing is sent."""
    if terms.now() >= until:
        raise _deadline_error(call)
    if terms.journal:
        left = until - terms.now()
        digest, today = call.payload_sha256, terms.today()
        yield WriteJournal(Intent(call.reference, call.model_id, digest, today, left))
        if terms.now() >= until:
            yield from _record_not_accepted(terms, call)
            raise _deadline_error(call)


def _deadline_error(call: Submission) -> errors.NotSent:
    return errors.NotSent(
        f"submitting to {call.model_id}: the time that this call may take was over before the "
        "request could leave; nothing was sent, nothing is billed"
    )


def _record_not_accepted(terms: FlowContext, call: Submission) -> Flow[None]:
    """Note that. If even that fails, the intent stays unknown, and is not sent again."""
    if terms.journal:
        with suppress(errors.JournalError):
            yield WriteJournal(Ended(call.reference, "", NOT_ACCEPTED))


def _submit_with_retries(
    terms: FlowContext, call: Submission, until: float, gate: RateLimiter
) -> Flow[JobHandle]:
    """Each try is an intent of its own, so that a pause between two leaves nothing unknown."""
    began = terms.now()
    for attempt in count():
        yield from gate.passed(terms, until)
        try:
            yield from _record_intent(terms, call, until)
            outcome = yield from _post(terms, call, until)
            content = responses.json_object(_as_response(outcome))
            became = classify_response(outcome, content)
            if became is SubmitOutcome.ACCEPTED or became is SubmitOutcome.ID_LOST:
                return _accepted_job(terms, call, outcome, content)
            if became is SubmitOutcome.UNKNOWN:
                raise _unknown_outcome(terms, call, outcome)
            yield from _record_not_accepted(terms, call)
            if became is SubmitOutcome.REFUSED:
                _raise_refused(terms, outcome)
            if became is SubmitOutcome.BUSY:
                pause = _rate_limit_pause(terms, outcome, attempt, began, until, gate)
            else:
                pause = _connect_pause(terms, outcome, attempt, began, until)
        finally:
            gate.leave()
        yield Emit(Retry("submit", _reason(outcome), attempt + 1, pause))
        yield Sleep(pause)
    raise AssertionError("counting ends")


def _post(terms: FlowContext, call: Submission, until: float) -> Flow[Outcome]:
    url = terms.base_url + protocol.submit_path(call.model_id)
    timeout = request_timeout(until, terms.now())
    request = api_request(terms, "POST", url, call.body, timeout, paid=True)
    try:
        return (yield from send(request))
    except errors.RunComfyError:
        # The driver refused to send, as for want of a token.
        yield from _record_not_accepted(terms, call)
        raise
    except Exception as error:
        raise _unknown_error(terms, call, f"{type(error).__name__}: {error}") from error
    except BaseException as error:
        if not isinstance(error, GeneratorExit):
            error.add_note(
                "Interrupted while a paid job was being submitted: it may be running."
            )
        raise


def _reason(outcome: Outcome) -> str:
    return outcome.reason if isinstance(outcome, Lost) else f"HTTP {outcome.status}"


def _rate_limit_pause(
    terms: FlowContext,
    outcome: Outcome,
    attempt: int,
    began: float,
    until: float,
    gate: RateLimiter,
) -> float:
    """Exactly what the server asks for; a pause of our own if it names none, or says again
    and again that none is needed.

    The gate is shut for as long, even when this call cannot wait for it: others may not try.
    """
    hint = responses.retry_after(outcome.headers, terms.today())
    named = hint is not None and (hint > 0 or attempt == 0)
    own = 2 * backoff(attempt, terms.random(), 30.0)
    pause = hint if named and hint is not None else own
    now = terms.now()
    gate.pause(now + pause)
    too_long = pause > MAX_RETRY_AFTER or now + pause >= until
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
    terms: FlowContext, outcome: Outcome, attempt: int, began: float, until: float
) -> float:
    assert isinstance(outcome, Lost)
    pause = backoff(attempt, terms.random(), 4.0)
    if outcome.hopeless or terms.now() + pause > min(
        until, began + CONNECT_RETRY_BUDGET
    ):
        raise errors.NotSent(
            f"submitting: {terms.base_url} cannot be reached: {outcome.reason}; "
            "nothing was sent, nothing is billed"
        )
    return pause


def _raise_refused(terms: FlowContext, outcome: Outcome) -> NoReturn:
    response = _as_response(outcome)
    stated = responses.read_error(
        response, responses.json_object(response), terms.today()
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
    terms: FlowContext, call: Submission, outcome: Outcome
) -> errors.SubmitOutcomeUnknown:
    said = outcome.reason if isinstance(outcome, Lost) else f"HTTP {outcome.status}"
    if isinstance(outcome, Response):
        content = responses.json_object(outcome)
        stated = responses.read_error(outcome, content, terms.today())
        said += f": {stated.text}" if stated else ""
    return _unknown_error(terms, call, said)


def _unknown_error(
    terms: FlowContext, call: Submission, said: str
) -> errors.SubmitOutcomeUnknown:
    return errors.SubmitOutcomeUnknown(
        f"submitting to {call.model_id}: the request was sent, and no answer says whether it "
        f"was accepted ({said}). It may be running and may be billed; it is not sent again. "
        "Look at your requests on RunComfy before you submit anew",
        sent_at=terms.today(),
        payload_sha256=call.payload_sha256,
        reference=call.reference,
    )


def _accepted_job(
    terms: FlowContext,
    call: Submission,
    outcome: Outcome,
    content: responses.JsonObject | None,
) -> JobHandle:
    """The ticket in an answer, or one for the id saved from what came of it."""
    at = terms.today()
    for naming in request_id_candidates(outcome, content):
        ticket = handle_from_answer(
            naming,
            model_id=call.model_id,
            base_url=terms.base_url,
            at=at,
            echoes=call.echoes,
        )
        if ticket is not None:
            return ticket
    raise _lost_id_error(call, content or {}, outcome, at)


def _lost_id_error(
    call: Submission, content: Mapping[str, Any], outcome: Outcome, at: float
) -> errors.SubmitOutcomeUnknown:
    how = (
        outcome.reason
        if isinstance(outcome, Lost)
        else responses.describe_body(outcome)
    )
    error = errors.SubmitOutcomeUnknown(
        f"submitting to {call.model_id}: HTTP {outcome.status}, but the answer names no job "
        f"({how}). It is probably running and billed; it is not sent again",
        accepted=True,
        sent_at=at,
        payload_sha256=call.payload_sha256,
        reference=call.reference,
    )
    request_id = content.get("request_id")
    error.request_id = str(request_id) if request_id else None
    return error
