"""Ending a wait before the job has ended: at the deadline, on Ctrl-C, on any exception.

A job that was last seen queued is cancelled with one bounded request, and one more tells
whether it was. A job in progress cannot be cancelled, so it is left alone. What became of it is
told honestly.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Literal, cast, get_args

from .. import errors, responses
from ..errors import BadSetting
from ..protocol import Phase, Status, read_status
from ..retry_and_timeouts import CLEANUP_TIMEOUT
from ..transport import Outcome, Response
from .cancel import read_cancellation, send_cancel
from .poll import Poller, fetch_result, wait_for_result
from .retried_get import AnswerClass, DeadlineReached, classify_answer
from .steps import Flow, FlowContext, api_request, record_ended, resume_hint, send


class StopOutcome(StrEnum):
    """What became of a job whose wait was ended."""

    CANCELLED = "cancelled"
    STILL_QUEUED = "still_queued"
    STILL_RUNNING = "still_running"
    ENDED = "ended"
    """For ``/status``; ``/result`` may not tell the outcome yet."""
    UNKNOWN = "unknown"


_BY_PHASE = {
    Phase.CANCELLED: StopOutcome.CANCELLED,
    Phase.QUEUED: StopOutcome.STILL_QUEUED,
    Phase.RUNNING: StopOutcome.STILL_RUNNING,
    Phase.SUCCEEDED: StopOutcome.ENDED,
    Phase.FAILED: StopOutcome.ENDED,
    Phase.UNKNOWN: StopOutcome.UNKNOWN,
}


def wait_or_clean_up(
    context: FlowContext, poller: Poller, deadline: float, *, cancel: bool
) -> Flow[responses.JsonObject]:
    """Wait for the outcome, and clean up if that is stopped.

    With ``cancel`` a job that is still queued is cancelled then. Raises ``JobTimeout`` at the
    deadline; whatever else stops the wait goes on its way, with a note of the job.
    """
    try:
        return (yield from wait_for_result(context, poller, deadline))
    except DeadlineReached:
        return (yield from _after_deadline(context, poller, cancel))
    except GeneratorExit:
        raise
    except BaseException as error:
        if isinstance(error, errors.RunComfyError) and error is not poller.objection:
            _attach_job(poller, error)
            raise
        became = yield from _clean_up(context, poller, cancel)
        error.add_note(_note(poller, became))
        if isinstance(error, errors.RunComfyError) and error.request_id is None:
            _attach_job(poller, error)
            error.may_be_billed = became is not StopOutcome.CANCELLED
        raise


def _attach_job(poller: Poller, error: errors.RunComfyError) -> None:
    """See that an error tells of the job, whoever raised it."""
    if error.request_id is None:
        error.concerning(poller.handle.request_id)
    error.last_status = error.last_status or poller.word


def _clean_up(context: FlowContext, poller: Poller, cancel: bool) -> Flow[StopOutcome]:
    """Stop, unless that is stopped as well: a second Ctrl-C skips the clean-up."""
    if cancel:
        with _job_named(poller), suppress(Exception):
            yield from cancel_if_queued(context, poller)
    return _last_seen(poller)


@contextmanager
def _job_named(poller: Poller) -> Generator[None]:
    """Whoever stops this still gets the job's name."""
    try:
        yield
    except (errors.RunComfyError, GeneratorExit):
        raise
    except BaseException as error:
        error.add_note(_note(poller, _last_seen(poller)))
        raise


def _after_deadline(
    context: FlowContext, poller: Poller, cancel: bool
) -> Flow[responses.JsonObject]:
    became = yield from _clean_up(context, poller, cancel)
    if became is StopOutcome.ENDED:
        with _job_named(poller):
            content = yield from _last_fetch(context, poller)
        if content is not None:
            return content
    error = errors.JobTimeout(_timeout_message(poller, became), outcome=became)
    error.concerning(poller.handle.request_id, poller.word)
    error.may_be_billed = became is not StopOutcome.CANCELLED
    raise error


def _timeout_message(poller: Poller, became: StopOutcome) -> str:
    job = f"the job {poller.handle.request_id}"
    if became is StopOutcome.CANCELLED:
        return f"{job} did not end in time; it is cancelled"
    if became is StopOutcome.ENDED:
        text = f"{job} told no outcome in time, though its status is {poller.word!r}"
    else:
        text = f"{job} did not end in time; it is {became.replace('_', ' ')}"
    return f"{text}: take it up again with its token"


def _last_fetch(
    context: FlowContext, poller: Poller
) -> Flow[responses.JsonObject | None]:
    try:
        return (yield from fetch_result(context, poller, context.now()))
    except DeadlineReached:
        return None


def _last_seen(poller: Poller) -> StopOutcome:
    return _BY_PHASE[poller.last.phase] if poller.last else StopOutcome.UNKNOWN


def cancel_if_queued(context: FlowContext, poller: Poller) -> Flow[None]:
    """Cancel if the job was not seen past the queue, and see what became of it."""
    if poller.last is not None and poller.last.phase is not Phase.QUEUED:
        return
    reply = yield from send_cancel(context, poller.handle, CLEANUP_TIMEOUT)
    look = api_request(context, "GET", poller.handle.status_url, None, CLEANUP_TIMEOUT)
    state = yield from send(look)
    _read_status_answer(poller, reply)
    _read_cancel_answer(poller, reply)
    _read_status_answer(poller, state)
    if _last_seen(poller) is StopOutcome.CANCELLED:
        yield from record_ended(
            context, poller.reference, poller.handle, StopOutcome.CANCELLED
        )


def _read_status_answer(poller: Poller, came: Outcome) -> None:
    """Take in a good answer. A gateway's word about itself is none about the job."""
    content = responses.json_object(came) if isinstance(came, Response) else None
    if (
        content is None
        or classify_answer(cast(Response, came), content) is not AnswerClass.GOOD
    ):
        return
    status = read_status(poller.handle.request_id, content)
    if status is not None:
        poller.last = status


def _read_cancel_answer(poller: Poller, reply: Outcome) -> None:
    """What the answer to a cancel says, for when the read that is to confirm it gets lost."""
    said = read_cancellation(poller.handle, reply)
    if said is None:
        return
    if said.cancelled:
        word = said.state or said.outcome
        poller.last = Status(poller.handle.request_id, word, Phase.CANCELLED)
    elif said.state is None and poller.last is not None:
        # It has left the queue, and nobody says where to.
        poller.last = poller.last._replace(phase=Phase.UNKNOWN)


def _note(poller: Poller, became: StopOutcome) -> str:
    state = (
        "has ended" if became is StopOutcome.ENDED else f"is {became.replace('_', ' ')}"
    )
    text = f"The RunComfy job {poller.handle.request_id} {state}."
    return (
        text
        if became is StopOutcome.CANCELLED
        else f"{text} {resume_hint(poller.handle)}"
    )


# What is to become of a job when its wait is stopped.


OnStop = Literal["cancel_queued", "detach"]
"""``cancel_queued``: a job that is still queued is cancelled. ``detach``: it is left alone."""


def cancels_queued(on_stop: OnStop) -> bool:
    """Whether a queued job is to be cancelled. Raises ``BadSetting`` for any other word."""
    words: tuple[str, ...] = get_args(OnStop)
    if on_stop not in words:
        told = " or ".join(map(repr, words))
        raise BadSetting(f"on_stop must be {told}, not {on_stop!r:.40}")
    return on_stop == "cancel_queued"
