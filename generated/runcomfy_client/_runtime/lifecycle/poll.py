"""Polling a job: reading its state until it has ended, then reading its result."""

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
    """What has been seen of one job during the wait for it."""

    __slots__ = (
        *("announced", "began", "handle", "hint", "last"),
        *("listener_error", "reference", "unknown_words"),
    )

    def __init__(
        self,
        handle: JobHandle,
        began: float,
        reference: str = "",
        *,
        announced: bool = True,
    ) -> None:
        self.handle = handle
        self.reference = reference
        self.announced = announced
        """Whether the event that the job was accepted has been emitted."""
        self.began = began
        self.last: Status | None = None
        self.hint: float | None = None
        self.listener_error: BaseException | None = None
        """What a listener raised when a change was reported to it."""
        self.unknown_words: set[str] = set()
        """Status words that are not in the table. Each is reported once."""

    @property
    def word(self) -> str | None:
        """The last published status word."""
        return self.last.state if self.last else None


def poll_once(context: FlowContext, handle: JobHandle, deadline: float) -> Flow[Status]:
    """Read the state once. The read is repeated if its answer states none.

    Raises ``PollInterrupted`` if there is no good answer in time.
    """
    try:
        return (yield from _get_status(context, handle, deadline)).status
    except DeadlineReached:
        raise errors.PollInterrupted(
            f"reading the status of {handle.request_id}: no good answer in time"
        ).concerning(handle.request_id) from None


class _StatusAnswer(NamedTuple):
    status: Status
    hint: float | None


def _get_status(
    context: FlowContext, handle: JobHandle, deadline: float
) -> Flow[_StatusAnswer]:
    answer = yield from get_with_retries(
        context,
        handle,
        "reading the status",
        handle.status_url,
        deadline,
        _classify_status_answer,
    )
    status = read_status(handle.request_id, answer.content)
    assert status is not None
    return _StatusAnswer(status, answer.hint)


def _classify_status_answer(
    response: Response, content: responses.JsonObject | None
) -> AnswerClass:
    answer_class = classify_answer(response, content)
    if (
        answer_class is AnswerClass.GOOD
        and content is not None
        and not has_status(content)
    ):
        return AnswerClass.TROUBLE
    return answer_class


def poll_until_ended(
    context: FlowContext, poller: Poller, deadline: float
) -> Flow[Status]:
    """Read the state until the job has ended, and emit each change.

    Raises ``DeadlineReached``.
    """
    while True:
        status, poller.hint = yield from _get_status(context, poller.handle, deadline)
        if status != poller.last:
            poller.last = status
            try:
                yield Emit(status)
            except BaseException as error:
                poller.listener_error = error
                raise
            if (
                status.phase is Phase.UNKNOWN
                and status.state not in poller.unknown_words
            ):
                poller.unknown_words.add(status.state)
                yield Emit(UnknownStatus(status.request_id, status.state))
        if status.finished:
            return status
        yield from wait_before_poll(context, poller, deadline)


def poll_changes(context: FlowContext, poller: Poller, deadline: float) -> Flow[None]:
    """Emit each change until the job has ended or the deadline is reached."""
    try:
        with suppress(DeadlineReached):
            yield from poll_until_ended(context, poller, deadline)
    except errors.RunComfyError as error:
        error.last_status = error.last_status or poller.word
        raise


def wait_before_poll(
    context: FlowContext, poller: Poller, deadline: float
) -> Flow[None]:
    """Pause before the next read. Raises ``DeadlineReached``."""
    now = context.now()
    if now >= deadline:
        raise DeadlineReached
    seconds = poll_pause(now - poller.began, poller.hint, context.random())
    yield Sleep(min(seconds, deadline - now))


def wait_for_result(
    context: FlowContext, poller: Poller, deadline: float
) -> Flow[responses.JsonObject]:
    """Wait until the job has succeeded, and return the whole answer of ``/result``.

    The two endpoints have two vocabularies, and only ``/result`` has a word for failure: a job
    that is completed for ``/status`` has succeeded only if ``/result`` says so too.
    """
    if not poller.announced:
        yield Emit(Accepted(poller.reference, poller.handle))
    yield from poll_until_ended(context, poller, deadline)
    while True:
        content = yield from fetch_result(context, poller, deadline)
        if content is not None:
            return content
        yield from wait_before_poll(context, poller, deadline)


def fetch_result(
    context: FlowContext, poller: Poller, deadline: float
) -> Flow[responses.JsonObject | None]:
    """Read the result; None if it is too early. Raises ``JobFailed``, ``JobCancelled``."""
    handle = poller.handle
    if poller.last is not None and poller.last.phase is Phase.CANCELLED:
        raise _cancelled_error(poller, poller.last.state)
    url = handle.result_url + ("?include_cost=true" if context.include_cost else "")
    answer: GoodAnswer = yield from get_with_retries(
        context, handle, "reading the result", url, deadline, _classify_result_answer
    )
    poller.hint = answer.hint
    return _read_result(poller, answer.content)


def _classify_result_answer(
    response: Response, content: responses.JsonObject | None
) -> AnswerClass:
    """An answer that comes too early has two forms: HTTP 400, and HTTP 200 with the state."""
    answer_class = classify_answer(response, content)
    if answer_class is not AnswerClass.FINAL:
        return answer_class
    code = responses.error_code(content) if content else None
    known = protocol.ERROR_CODES.get(code) if isinstance(code, int) else None
    undocumented = response.status == 400 and not responses.is_documented(code)
    if undocumented or (known is not None and known.retry):
        return AnswerClass.TROUBLE
    return answer_class


def _read_result(
    poller: Poller, content: responses.JsonObject
) -> responses.JsonObject | None:
    status = read_status(poller.handle.request_id, content)
    phase = status.phase if status else _phase_of(content)
    word = status.state if status else None
    if phase is Phase.CANCELLED:
        poller.last = status
        raise _cancelled_error(poller, word)
    if phase is Phase.FAILED or _failed_silently(phase, content):
        raise _failed_error(poller, word, content)
    return content if phase is Phase.SUCCEEDED else None


def _failed_silently(phase: Phase, content: responses.JsonObject) -> bool:
    """Whether a status says succeeded but there is an error and no output."""
    has_only_error = content.get("output") is None and bool(content.get("error"))
    return phase is Phase.SUCCEEDED and has_only_error


def _phase_of(content: responses.JsonObject) -> Phase:
    """The phase of a result without a status, by its members."""
    if content.get("output") is not None:
        return Phase.SUCCEEDED
    return Phase.FAILED if content.get("error") else Phase.UNKNOWN


def _failed_error(
    poller: Poller, word: str | None, content: responses.JsonObject
) -> errors.JobFailed:
    failure: object = content.get("error")
    stated = failure or {key: content[key] for key in _ERROR_KEYS if key in content}
    text = (responses.error_text(stated) if stated else "") or "no reason is given"
    inner = (
        cast(responses.JsonObject, failure) if isinstance(failure, dict) else content
    )
    error = errors.JobFailed(
        f"the job {poller.handle.request_id} failed: {text}",
        code=inner.get("error_code", inner.get("code")),
        error=content.get("error"),
    )
    return error.concerning(poller.handle.request_id, word or poller.word)


_ERROR_KEYS = ("error_message", "message", "detail", "error_code")


def _cancelled_error(poller: Poller, word: str | None) -> errors.JobCancelled:
    error = errors.JobCancelled(f"the job {poller.handle.request_id} was cancelled")
    error.concerning(poller.handle.request_id, word or poller.word)
    error.may_be_billed = False
    return error
