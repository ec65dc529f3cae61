"""Cancelling a job. Only a queued job can be cancelled; the outcome says whether it was."""

from __future__ import annotations

from itertools import count

from .. import errors, responses
from ..job_handle import JobHandle
from ..protocol import Cancellation, CancelOutcome, Phase, is_temporary, read_status
from ..retry_and_timeouts import backoff, request_timeout
from ..transport import Outcome, Response
from .poll import poll_once
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
    for attempt in count():
        timeout = request_timeout(deadline, context.now())
        outcome = yield from send_cancel(context, handle, timeout)
        cancellation = read_cancellation(handle, outcome)
        if cancellation is not None and (attempt == 0 or cancellation.cancelled):
            return cancellation
        if isinstance(outcome, Response) and not is_temporary(outcome.status):
            return (yield from _confirm_by_status(context, handle, outcome, deadline))
        pause = backoff(attempt, context.random())
        if context.now() + pause >= deadline:
            raise _unreachable_error(handle, outcome)
        reason = failure_reason(outcome)
        yield Emit(Retry("cancel", reason, attempt + 1, pause, handle.request_id))
        yield Sleep(pause)
    raise AssertionError("count() never ends")


def read_cancellation(handle: JobHandle, outcome: Outcome) -> Cancellation | None:
    """The outcome that an answer states; None if it states none."""
    content = responses.json_object(outcome) if isinstance(outcome, Response) else None
    if content is None:
        return None
    status = read_status(handle.request_id, content)
    word = status.state if status else None
    stated = content.get("outcome")
    if stated in (CancelOutcome.CANCELLED, CancelOutcome.NOT_CANCELLABLE):
        return Cancellation(CancelOutcome(stated), word)
    if stated is None and status is not None and status.phase is Phase.CANCELLED:
        return Cancellation(CancelOutcome.CANCELLED, word)
    return None


def _confirm_by_status(
    context: FlowContext, handle: JobHandle, response: Response, deadline: float
) -> Flow[Cancellation]:
    """Read the state: for an answer without a clear outcome, or one after a lost answer."""
    details = responses.read_error(
        response, responses.json_object(response), context.today()
    )
    if details is not None and read_cancellation(handle, response) is None:
        error = responses.api_error(
            f"cancelling {handle.request_id}", details, errors.ApiError
        )
        raise error.concerning(handle.request_id)
    status = yield from poll_once(context, handle, deadline)
    if status.phase is Phase.CANCELLED:
        return Cancellation(CancelOutcome.CANCELLED, status.state)
    return Cancellation(CancelOutcome.NOT_CANCELLABLE, status.state)


def _unreachable_error(handle: JobHandle, outcome: Outcome) -> errors.PollInterrupted:
    return errors.PollInterrupted(
        f"cancelling {handle.request_id}: no answer in time, last {failure_reason(outcome)}; "
        "it is not known whether the job is cancelled"
    ).concerning(handle.request_id)
