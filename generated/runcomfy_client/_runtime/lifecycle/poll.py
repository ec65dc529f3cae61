"""Polling a job: reading its state until it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from .. import errors, responses
from ..job_handle import JobHandle
from ..protocol import Phase, Status, has_status, read_status
from ..retry_and_timeouts import poll_pause
from ..transport import Response
from .retried_get import (
    GOOD,
    AnswerClass,
    DeadlineReached,
    GoodAnswer,
    classify_answer,
    get_with_retries,
)
from .steps import Emit, Flow, FlowContext, Sleep, UnknownStatus


class Poller:
    """What has been seen of one job during the wait for it."""

    __slots__ = (
        *("announced", "began", "failure", "handle", "hint", "last"),
        *("listener_error", "odd_results", "reference", "unknown_words"),
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
        self.failure: Mapping[str, Any] = {}
        """The answer of ``/status`` that says that the job failed."""
        self.odd_results = 0
        """How many results were read in which no output was found."""
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
        answer = yield from get_with_retries(
            *(context, handle, _READING, handle.status_url, deadline),
            _classify_status_answer,
        )
        return _status_in(handle, answer)
    except DeadlineReached as reached:
        raise errors.PollInterrupted(
            f"reading the status of {handle.request_id}: no good answer in time, last {reached}"
        ).concerning(handle.request_id) from None


_READING = "reading the status"
_FAILED, _UNKNOWN = Phase.FAILED, Phase.UNKNOWN
"""Constants, as in ``protocol``: these are looked up for every answer."""


def _status_in(handle: JobHandle, answer: GoodAnswer) -> Status:
    status = read_status(handle.request_id, answer.content)
    assert status is not None
    return status


def _classify_status_answer(response: Response, value: object) -> AnswerClass:
    answer_class = classify_answer(response, value)
    if answer_class is GOOD:
        content = responses.as_object(value)
        if content is None or not has_status(content):
            return AnswerClass.TROUBLE
    return answer_class


def poll_until_ended(
    context: FlowContext, poller: Poller, deadline: float
) -> Flow[Status]:
    """Read the state until the job has ended, and emit each change.

    Raises ``DeadlineReached``.
    """
    handle = poller.handle
    url = handle.status_url
    while True:
        answer = yield from get_with_retries(
            context, handle, _READING, url, deadline, _classify_status_answer
        )
        status, poller.hint = _status_in(handle, answer), answer.hint
        if status.phase is _FAILED:
            poller.failure = answer.content
        if status != poller.last:
            poller.last = status
            try:
                yield Emit(status)
            except BaseException as error:
                poller.listener_error = error
                raise
            if status.phase is _UNKNOWN and status.state not in poller.unknown_words:
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
