"""Cancelling a job. Only a queued job can be cancelled; the outcome says whether it was."""

from __future__ import annotations

from itertools import count

from .. import errors, protocol, responses
from ..job_handle import JobHandle
from ..protocol import STATED_OUTCOMES, Cancellation, CancelOutcome, Phase, read_status
from ..retry_and_timeouts import OTHER_JOB_READS, backoff, request_timeout
from ..transport import Lost, Outcome, Reached, Response
from .poll import poll_once
from .retried_get import other_job_error
from .steps import (
    Emit,
    Flow,
    FlowContext,
    Retry,
    Sleep,
    api_request,
    failure_reason,
    record_ended,
    send,
)


def send_cancel(
    context: FlowContext, handle: JobHandle, timeout: float
) -> Flow[Outcome]:
    """Send one cancel request, and return its outcome."""
    request = api_request(context, "POST", handle.cancel_url, b"", timeout)
    return (yield from send(request))


def cancel(
    context: FlowContext, handle: JobHandle, deadline: float, reference: str = ""
) -> Flow[Cancellation]:
    """Cancel the job if it is still queued, and record it in the journal if that succeeded.

    Raises the server's error if it answers with one, ``PollInterrupted`` if it cannot be
    reached.
    """
    cancellation = yield from _cancel_with_retries(context, handle, deadline)
    if cancellation.cancelled:
        yield from record_ended(context, reference, handle, CancelOutcome.CANCELLED)
    return cancellation


def _cancel_with_retries(
    context: FlowContext, handle: JobHandle, deadline: float
) -> Flow[Cancellation]:
    """Send the request, and send it again if the answer is lost: cancelling is free."""
    sent = False
    for attempt in count():
        timeout = request_timeout(deadline, context.now())
        outcome = yield from send_cancel(context, handle, timeout)
        lost = outcome if isinstance(outcome, Lost) else None
        sent = sent or lost is None or lost.reached is not Reached.NOTHING_SENT
        cancellation = read_cancellation(handle, outcome)
        if cancellation is not None:
            refused = cancellation.outcome is CancelOutcome.NOT_CANCELLABLE
            if cancellation.cancelled or (refused and not attempt):
                return cancellation
            return (
                yield from _confirm_by_status(context, handle, cancellation, deadline)
            )
        if isinstance(outcome, Response) and not responses.may_change(outcome):
            if not responses.is_success(outcome):
                raise _refused_error(context, handle, outcome)
            if attempt + 1 >= OTHER_JOB_READS:
                raise other_job_error(handle, "the cancel", outcome)
        pause = backoff(attempt, context.random())
        hopeless = lost is not None and lost.hopeless
        if hopeless or context.now() + pause >= deadline:
            raise _unreachable_error(handle, outcome, sent=sent)
        reason = failure_reason(outcome)
        yield Emit(Retry("cancel", reason, attempt + 1, pause, handle.request_id))
        yield Sleep(pause)
    raise AssertionError("count() never ends")


def read_cancellation(handle: JobHandle, outcome: Outcome) -> Cancellation | None:
    """The outcome that an answer states; None if there is no answer about this job, or an error.

    ``requested`` is the word for every answer that takes the request without a known outcome: an
    empty body, ``cancellation_requested``, a word that is not in the table.
    """
    if not isinstance(outcome, Response):
        return None
    answer = responses.json_object(outcome) or {}
    taken = responses.is_success(outcome)
    if taken and protocol.names_other_job(handle.request_id, answer):
        return None
    content = protocol.unwrap(answer)
    status = read_status(handle.request_id, content)
    word = status.state if status else None
    stated = content.get("outcome")
    if stated in STATED_OUTCOMES:
        return Cancellation(CancelOutcome(stated), word)
    cancelled = status is not None and status.phase is Phase.CANCELLED
    if cancelled and stated is None:
        return Cancellation(CancelOutcome.CANCELLED, word)
    if taken or cancelled or _REQUESTED in (stated, word):
        return Cancellation(CancelOutcome.REQUESTED, word)
    return None


_REQUESTED = "cancellation_requested"


def _confirm_by_status(
    context: FlowContext, handle: JobHandle, stated: Cancellation, deadline: float
) -> Flow[Cancellation]:
    """Read the state once: for an answer without a known outcome, or one after a lost answer."""
    try:
        status = yield from poll_once(context, handle, deadline)
    except errors.PollInterrupted:
        if stated.outcome is not CancelOutcome.REQUESTED:
            raise
        return stated
    if status.phase is Phase.CANCELLED:
        return Cancellation(CancelOutcome.CANCELLED, status.state)
    return Cancellation(stated.outcome, status.state)


def _refused_error(
    context: FlowContext, handle: JobHandle, response: Response
) -> errors.ApiError:
    details = responses.read_error(
        response, responses.json_object(response), context.today()
    )
    assert details is not None
    error = responses.api_error(
        f"cancelling {handle.request_id}", details, errors.ApiError
    )
    return error.concerning(handle.request_id)


def _unreachable_error(
    handle: JobHandle, outcome: Outcome, *, sent: bool
) -> errors.PollInterrupted:
    unknown = "it is not known whether the job is cancelled"
    return errors.PollInterrupted(
        f"cancelling {handle.request_id}: no answer, last {failure_reason(outcome)}; "
        f"{unknown if sent else 'nothing was sent, the job is not cancelled'}"
    ).concerning(handle.request_id)
