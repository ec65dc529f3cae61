"""Cancelling: only a queued job can be, and whether it was is told as it is."""

from __future__ import annotations

from itertools import count

from .. import errors, responses
from ..job_handle import JobHandle
from ..protocol import Cancellation, CancelOutcome, Phase, is_temporary, read_status
from ..retry_and_timeouts import backoff, request_timeout
from ..transport import Lost, Outcome, Response
from .poll import poll_once
from .steps import (
    Emit,
    Flow,
    FlowContext,
    Retry,
    Sleep,
    api_request,
    record_ended,
    send,
)


def send_cancel(
    context: FlowContext, handle: JobHandle, timeout: float
) -> Flow[Outcome]:
    """Ask once, whatever comes of it."""
    request = api_request(context, "POST", handle.cancel_url, b"", timeout)
    return (yield from send(request))


def cancel(
    context: FlowContext, handle: JobHandle, deadline: float, reference: str = ""
) -> Flow[Cancellation]:
    """Cancel if the job is still queued, and note it in the journal if that succeeded.

    Raises the server's error if it gives one, ``PollInterrupted`` if it cannot be reached.
    """
    settled = yield from _cancel_with_retries(context, handle, deadline)
    if settled.cancelled:
        yield from record_ended(context, reference, handle, CancelOutcome.CANCELLED)
    return settled


def _cancel_with_retries(
    context: FlowContext, handle: JobHandle, deadline: float
) -> Flow[Cancellation]:
    """Ask; asking costs nothing, so it is tried again when the answer is lost."""
    for attempt in count():
        timeout = request_timeout(deadline, context.now())
        outcome = yield from send_cancel(context, handle, timeout)
        settled = read_cancellation(handle, outcome)
        if settled is not None and (attempt == 0 or settled.cancelled):
            return settled
        if isinstance(outcome, Response) and not is_temporary(outcome.status):
            return (yield from _confirm_by_status(context, handle, outcome, deadline))
        pause = backoff(attempt, context.random())
        if context.now() + pause >= deadline:
            raise _unreachable_error(handle, outcome)
        doing, reason = "cancel", _reason(outcome)
        yield Emit(Retry(doing, reason, attempt + 1, pause, handle.request_id))
        yield Sleep(pause)
    raise AssertionError("counting ends")


def _reason(outcome: Outcome) -> str:
    return outcome.reason if isinstance(outcome, Lost) else f"HTTP {outcome.status}"


def read_cancellation(handle: JobHandle, outcome: Outcome) -> Cancellation | None:
    """What an answer says of the outcome, if it does."""
    content = responses.json_object(outcome) if isinstance(outcome, Response) else None
    if content is None:
        return None
    status = read_status(handle.request_id, content)
    word = status.state if status else None
    said = content.get("outcome")
    if said in (CancelOutcome.CANCELLED, CancelOutcome.NOT_CANCELLABLE):
        return Cancellation(CancelOutcome(said), word)
    if said is None and status is not None and status.phase is Phase.CANCELLED:
        return Cancellation(CancelOutcome.CANCELLED, word)
    return None


def _confirm_by_status(
    context: FlowContext, handle: JobHandle, response: Response, deadline: float
) -> Flow[Cancellation]:
    """An answer without a clear outcome, or one after a lost one: the state decides."""
    refusal = responses.read_error(
        response, responses.json_object(response), context.today()
    )
    if refusal is not None and read_cancellation(handle, response) is None:
        error = responses.api_error(
            f"cancelling {handle.request_id}", refusal, errors.ApiError
        )
        raise error.concerning(handle.request_id)
    status = yield from poll_once(context, handle, deadline)
    gone = status.phase is Phase.CANCELLED
    outcome = CancelOutcome.CANCELLED if gone else CancelOutcome.NOT_CANCELLABLE
    return Cancellation(outcome, status.state)


def _unreachable_error(handle: JobHandle, outcome: Outcome) -> errors.PollInterrupted:
    return errors.PollInterrupted(
        f"cancelling {handle.request_id}: no answer in time, last {_reason(outcome)}; "
        "whether the job is cancelled is not known"
    ).concerning(handle.request_id)
