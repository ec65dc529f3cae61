"""Reading from the API: free of charge, so a read that fails is repeated."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple, NoReturn

from .. import error_codes, errors, protocol, responses
from ..escaping import quoted
from ..job_handle import JobHandle
from ..retry_and_timeouts import (
    NOT_FOUND_GRACE,
    OTHER_JOB_READS,
    READ_BACKOFF_CAP,
    READ_RETRY_BUDGET,
    backoff,
    clamp_poll_hint,
    request_timeout,
)
from ..transport import Lost, Outcome, Reached, Response
from .steps import (
    Emit,
    Flow,
    FlowContext,
    Retry,
    Send,
    Sleep,
    api_request,
    failure_reason,
)


class DeadlineReached(Exception):
    """The deadline of a wait was reached. Never leaves the flows.

    Its text is why the last read failed; empty if it did not fail.
    """


class AnswerClass(StrEnum):
    """How to treat an answer to a read."""

    GOOD = "good"
    TROUBLE = "trouble"
    FINAL = "final"


GOOD = AnswerClass.GOOD
"""A constant, as in ``protocol``: it is looked up for every answer."""


class GoodAnswer(NamedTuple):
    """A good answer: its JSON value, and the pause that the server asks for."""

    content: Any
    hint: float | None


Classifier = Callable[[Response, object], AnswerClass]

_CONTINUES = "The job itself continues: resume it with its token"
_ENDS = (protocol.Phase.FAILED, protocol.Phase.CANCELLED)
_ACCOUNT_ERRORS = frozenset(
    {401, 402, 403, 429, error_codes.BAD_TOKEN.code, error_codes.FORBIDDEN.code}
)


def classify_answer(response: Response, value: object) -> AnswerClass:
    """How to treat an answer with this JSON value, by the rules that hold for every read."""
    content = responses.as_object(value)
    good = 200 <= response.status < 300
    if good and content is not None and not responses.states_error(content):
        return GOOD
    if content is not None and _states_job_end(response, content):
        return AnswerClass.GOOD
    if good:
        return AnswerClass.TROUBLE if content is None else AnswerClass.FINAL
    return AnswerClass.TROUBLE if responses.may_change(response) else AnswerClass.FINAL


def classify_json(response: Response, value: object) -> AnswerClass:
    """The same for a result, which may be any JSON value and not only an object."""
    is_json = value is not responses.BodyWithoutJson.NOT_JSON
    if is_json and responses.as_object(value) is None and 200 <= response.status < 300:
        return AnswerClass.GOOD
    return classify_answer(response, value)


def _states_job_end(response: Response, content: responses.JsonObject) -> bool:
    """Whether an answer with an error status or code says how the job itself ended.

    ``failed`` and ``cancelled`` describe jobs; ``error`` may describe any gateway.
    """
    word = content.get("status") or content.get("state")
    if protocol.phase(word) not in _ENDS or str(word).lower() == "error":
        return False
    stated = (response.status, responses.error_code(content))
    return _ACCOUNT_ERRORS.isdisjoint(stated)


def get_with_retries(
    context: FlowContext,
    handle: JobHandle,
    doing: str,
    url: str,
    deadline: float,
    classify: Classifier = classify_answer,
) -> Flow[GoodAnswer]:
    """Repeat a GET until ``classify`` finds a good answer, about this job.

    Raises ``DeadlineReached`` at the deadline, ``PollInterrupted`` after two minutes without
    a good answer, ``UnreadableAnswer`` if several are about another job, and the server's
    error if repeating cannot help.
    """
    began, failed = context.now(), ""
    attempt = others = 0  # others: answers about another job
    while True:
        now = context.now()
        if now >= deadline and attempt:
            raise DeadlineReached(failed)
        timeout = request_timeout(deadline, now)
        outcome = yield Send(api_request(context, "GET", url, None, timeout))
        assert outcome is not None
        if isinstance(outcome, Lost):
            _raise_if_hopeless(handle, doing, outcome)
        else:
            value = responses.json_value(outcome)
            answer_class = classify(outcome, value)
            if answer_class is GOOD:
                if not protocol.names_other_job(handle.request_id, value):
                    return GoodAnswer(value, _hint(context, outcome))
                others += 1
            _raise_if_final(context, handle, doing, outcome, answer_class, others)
        pause = _pause(context, outcome, attempt)
        if context.now() + pause - began > READ_RETRY_BUDGET:
            _raise_interrupted(context, handle, doing, outcome)
        attempt += 1
        failed = failure_reason(outcome)
        yield Emit(Retry(doing, failed, attempt, pause, handle.request_id))
        yield Sleep(min(pause, max(deadline - context.now(), 0.0)))


def _raise_if_hopeless(handle: JobHandle, doing: str, outcome: Lost) -> None:
    """Raise if the answer cannot be read, or the server not be reached, however often one tries."""
    if not outcome.hopeless:
        return
    reason = f"{doing} of {handle.request_id}: {outcome.reason}. {_CONTINUES}"
    if outcome.reached is Reached.ANSWER_BEGAN:
        error: errors.RunComfyError = errors.UnreadableAnswer(
            reason, http_status=outcome.status
        )
    else:
        error = errors.PollInterrupted(reason)
    raise error.concerning(handle.request_id)


def _raise_if_final(
    context: FlowContext,
    handle: JobHandle,
    doing: str,
    response: Response,
    answer_class: AnswerClass,
    others: int,
) -> None:
    """Raise if reading again cannot help."""
    if others >= OTHER_JOB_READS:
        raise other_job_error(handle, doing, response)
    good = 200 <= response.status < 300
    if good and (damage := responses.damage(response.body)):
        raise errors.UnreadableAnswer(
            f"{doing} of {handle.request_id}: {damage}. {_CONTINUES}",
            http_status=response.status,
        ).concerning(handle.request_id)
    content = responses.json_object(response)
    final = answer_class is AnswerClass.FINAL
    if final and not _may_appear_later(context, handle, response, content):
        _raise_refused(context, handle, doing, response, content)


def _hint(context: FlowContext, outcome: Outcome) -> float | None:
    return (
        responses.retry_after(outcome.headers, context.today())
        if outcome.headers
        else None
    )


def _pause(context: FlowContext, outcome: Outcome, attempt: int) -> float:
    hint = _hint(context, outcome)
    return (
        clamp_poll_hint(hint)
        if hint is not None
        else backoff(attempt, context.random(), READ_BACKOFF_CAP)
    )


def _may_appear_later(
    context: FlowContext,
    handle: JobHandle,
    response: Response,
    content: responses.JsonObject | None,
) -> bool:
    """Whether "not found" may mean that the job has not reached every server yet."""
    code = responses.error_code(content) if content else None
    missing = response.status in (404, 410) or code == error_codes.NOT_FOUND.code
    # Both ways: a clock that was set back makes no old job young again.
    age = abs(context.today() - handle.submitted_at)
    return missing and age < NOT_FOUND_GRACE


def _raise_refused(
    context: FlowContext,
    handle: JobHandle,
    doing: str,
    response: Response,
    content: responses.JsonObject | None,
) -> NoReturn:
    details = responses.read_error(response, content, context.today())
    assert details is not None
    error = responses.api_error(
        f"{doing} of {handle.request_id}", details, errors.ApiError
    )
    raise error.concerning(handle.request_id)


def other_job_error(
    handle: JobHandle, doing: str, response: Response
) -> errors.UnreadableAnswer:
    """The error for answers that are about another job, from a cache or a mixed-up proxy."""
    content = responses.json_object(response) or {}
    error = errors.UnreadableAnswer(
        f"{doing} of {handle.request_id}: the server answers about another job, "
        f"{quoted(content.get('request_id'))}. The job itself continues: resume it with its token",
        http_status=response.status,
    )
    return error.concerning(handle.request_id)


def _raise_interrupted(
    context: FlowContext,
    handle: JobHandle,
    doing: str,
    outcome: Outcome,
) -> NoReturn:
    reason = failure_reason(outcome)
    if isinstance(outcome, Response):
        content = responses.json_object(outcome)
        details = responses.read_error(outcome, content, context.today())
        reason += f": {details.text if details else responses.describe_body(outcome)}"
    raise errors.PollInterrupted(
        f"{doing} of {handle.request_id}: no good answer for {READ_RETRY_BUDGET:.0f} s, last "
        f"{reason}. The job itself continues: resume it with its token"
    ).concerning(handle.request_id)
