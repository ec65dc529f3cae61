"""Waiting for a job: reading its state until it has ended, then reading its outcome."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple, cast

from .. import errors, protocol, responses
from ..job_handle import JobHandle
from ..protocol import Phase, Status, has_status, read_status
from ..retry_and_timeouts import poll_pause
from ..transport import Response
from .retried_get import (
    AnswerClass,
    DeadlineReached,
    GoodAnswer,
    classify_answer,
    get_with_retries,
)
from .steps import Accepted, Emit, Flow, FlowContext, Sleep, UnknownStatus


class Poller:
    """What has been seen of one job while it is waited for."""

    __slots__ = (
        *("began", "fresh", "hint", "last"),
        *("objection", "reference", "strange", "ticket"),
    )

    def __init__(
        self,
        ticket: JobHandle,
        began: float,
        reference: str = "",
        *,
        fresh: bool = False,
    ) -> None:
        self.ticket = ticket
        self.reference = reference
        self.fresh = fresh
        """Whether nobody has been told yet that the job was accepted."""
        self.began = began
        self.last: Status | None = None
        self.hint: float | None = None
        self.objection: BaseException | None = None
        """What a listener raised on being told of a change."""
        self.strange: set[str] = set()
        """Status words that no table knows, each told once."""

    @property
    def word(self) -> str | None:
        """The last published status word."""
        return self.last.state if self.last else None


def poll_once(terms: FlowContext, ticket: JobHandle, until: float) -> Flow[Status]:
    """Read the state once. An answer without a state counts as trouble and is asked again.

    Raises ``PollInterrupted`` if there is no good answer in time.
    """
    try:
        return (yield from _get_status(terms, ticket, until)).status
    except DeadlineReached:
        raise errors.PollInterrupted(
            f"reading the status of {ticket.request_id}: no good answer in time"
        ).concerning(ticket.request_id) from None


class _StatusAnswer(NamedTuple):
    status: Status
    hint: float | None


def _get_status(
    terms: FlowContext, ticket: JobHandle, until: float
) -> Flow[_StatusAnswer]:
    reading = yield from get_with_retries(
        terms,
        ticket,
        "reading the status",
        ticket.status_url,
        until,
        _classify_status_answer,
    )
    status = read_status(ticket.request_id, reading.content)
    assert status is not None
    return _StatusAnswer(status, reading.hint)


def _classify_status_answer(
    response: Response, content: responses.JsonObject | None
) -> AnswerClass:
    verdict = classify_answer(response, content)
    if verdict is AnswerClass.GOOD and content is not None and not has_status(content):
        return AnswerClass.TROUBLE
    return verdict


def poll_until_ended(terms: FlowContext, watch: Poller, until: float) -> Flow[Status]:
    """Read the state until it is a last one, telling each change. Raises ``Overdue``."""
    while True:
        status, watch.hint = yield from _get_status(terms, watch.ticket, until)
        if status != watch.last:
            watch.last = status
            try:
                yield Emit(status)
            except BaseException as error:
                watch.objection = error
                raise
            if status.phase is Phase.UNKNOWN and status.state not in watch.strange:
                watch.strange.add(status.state)
                yield Emit(UnknownStatus(status.request_id, status.state))
        if status.finished:
            return status
        yield from wait_before_poll(terms, watch, until)


def poll_changes(terms: FlowContext, watch: Poller, until: float) -> Flow[None]:
    """Tell each change until the job has ended or the deadline has come."""
    try:
        with suppress(DeadlineReached):
            yield from poll_until_ended(terms, watch, until)
    except errors.RunComfyError as error:
        error.last_status = error.last_status or watch.word
        raise


def wait_before_poll(terms: FlowContext, watch: Poller, until: float) -> Flow[None]:
    """Let time pass before the next read. Raises ``Overdue`` when the deadline has come."""
    now = terms.now()
    if now >= until:
        raise DeadlineReached
    seconds = poll_pause(now - watch.began, watch.hint, terms.random())
    yield Sleep(min(seconds, until - now))


def wait_for_result(
    terms: FlowContext, watch: Poller, until: float
) -> Flow[responses.JsonObject]:
    """Wait to the end, and come to the whole answer of ``/result`` of a job that succeeded.

    The two endpoints have two vocabularies, and only ``/result`` knows of failure: a job that
    is completed for ``/status`` has succeeded only when ``/result`` says so too.
    """
    if watch.fresh:
        yield Emit(Accepted(watch.reference, watch.ticket))
    yield from poll_until_ended(terms, watch, until)
    while True:
        content = yield from fetch_result(terms, watch, until)
        if content is not None:
            return content
        yield from wait_before_poll(terms, watch, until)


def fetch_result(
    terms: FlowContext, watch: Poller, until: float
) -> Flow[responses.JsonObject | None]:
    """Read the outcome; None when it is too early. Raises ``JobFailed``, ``JobCancelled``."""
    ticket = watch.ticket
    if watch.last is not None and watch.last.phase is Phase.CANCELLED:
        raise _cancelled_error(watch, watch.last.state)
    url = ticket.result_url + ("?include_cost=true" if terms.include_cost else "")
    reading: GoodAnswer = yield from get_with_retries(
        terms, ticket, "reading the result", url, until, _classify_result_answer
    )
    watch.hint = reading.hint
    return _read_result(watch, reading.content)


def _classify_result_answer(
    response: Response, content: responses.JsonObject | None
) -> AnswerClass:
    """Too early has two forms: HTTP 400, and HTTP 200 with the state as it is."""
    verdict = classify_answer(response, content)
    if verdict is not AnswerClass.FINAL:
        return verdict
    code = responses.error_code(content) if content else None
    if code == protocol.NOT_READY.code:
        return AnswerClass.TROUBLE
    if response.status == 400 and not responses.is_documented(code):
        return AnswerClass.TROUBLE
    return verdict


def _read_result(
    watch: Poller, content: responses.JsonObject
) -> responses.JsonObject | None:
    status = read_status(watch.ticket.request_id, content)
    phase = status.phase if status else _phase_of(content)
    word = status.state if status else None
    if phase is Phase.CANCELLED:
        watch.last = status
        raise _cancelled_error(watch, word)
    if phase is Phase.FAILED or _failed_silently(phase, content):
        raise _failed_error(watch, word, content)
    return content if phase is Phase.SUCCEEDED else None


def _failed_silently(phase: Phase, content: responses.JsonObject) -> bool:
    """A success that names an error and holds no output is none."""
    lacking = content.get("output") is None and bool(content.get("error"))
    return phase is Phase.SUCCEEDED and lacking


def _phase_of(content: responses.JsonObject) -> Phase:
    """A result without a status is judged by what it holds."""
    if content.get("output") is not None:
        return Phase.SUCCEEDED
    return Phase.FAILED if content.get("error") else Phase.UNKNOWN


def _failed_error(
    watch: Poller, word: str | None, content: responses.JsonObject
) -> errors.JobFailed:
    failure: object = content.get("error")
    told = failure or {key: content[key] for key in _ERROR_KEYS if key in content}
    text = (responses.error_text(told) if told else "") or "no reason is given"
    inner = (
        cast(responses.JsonObject, failure) if isinstance(failure, dict) else content
    )
    error = errors.JobFailed(
        f"the job {watch.ticket.request_id} failed: {text}",
        code=inner.get("error_code", inner.get("code")),
        error=content.get("error"),
    )
    return error.concerning(watch.ticket.request_id, word or watch.word)


_ERROR_KEYS = ("error_message", "message", "detail", "error_code")


def _cancelled_error(watch: Poller, word: str | None) -> errors.JobCancelled:
    error = errors.JobCancelled(f"the job {watch.ticket.request_id} was cancelled")
    error.concerning(watch.ticket.request_id, word or watch.word)
    error.may_be_billed = False
    return error
