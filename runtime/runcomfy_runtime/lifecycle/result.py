"""Reading the result of a job that has ended, and what it can end with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from .. import error_codes, errors, protocol, responses
from ..protocol import Phase, read_status
from ..retry_and_timeouts import ODD_RESULT_READS, request_timeout
from ..transport import Response
from .poll import Poller, poll_until_ended, wait_before_poll
from .retried_get import (
    GOOD,
    AnswerClass,
    GoodAnswer,
    classify_answer,
    classify_json,
    get_with_retries,
)
from .steps import (
    Accepted,
    Emit,
    Flow,
    FlowContext,
    api_request,
    failure_reason,
    send,
)

_SUCCEEDED, _FAILED, _CANCELLED = Phase.SUCCEEDED, Phase.FAILED, Phase.CANCELLED
"""Constants, as in ``protocol``: these are looked up for every answer."""


def wait_for_result(context: FlowContext, poller: Poller, deadline: float) -> Flow[Any]:
    """Wait until the job has succeeded, and return the whole answer of ``/result``.

    The two endpoints have two vocabularies: a job that is completed for ``/status`` has
    succeeded only if ``/result`` says so too. One that failed for ``/status`` has failed.
    """
    if not poller.announced:
        yield Emit(Accepted(poller.reference, poller.handle))
    yield from poll_until_ended(context, poller, deadline)
    while True:
        answer = yield from fetch_result(context, poller, deadline)
        if answer is not None:
            return answer.content
        yield from wait_before_poll(context, poller, deadline)


def fetch_result(
    context: FlowContext, poller: Poller, deadline: float
) -> Flow[GoodAnswer | None]:
    """Read the result; None if it is too early. Raises ``JobFailed``, ``JobCancelled``."""
    handle = poller.handle
    phase = poller.last.phase if poller.last is not None else None
    if phase is _CANCELLED:
        raise _cancelled_error(poller, poller.word)
    url = handle.result_url + ("?include_cost=true" if context.include_cost else "")
    if phase is _FAILED:
        return (yield from _look_at_failed(context, poller, url, deadline))
    answer: GoodAnswer = yield from get_with_retries(
        context, handle, "reading the result", url, deadline, _classify_result_answer
    )
    poller.hint = answer.hint
    return answer if _is_final(poller, answer.content) else None


def _look_at_failed(
    context: FlowContext, poller: Poller, url: str, deadline: float
) -> Flow[GoodAnswer | None]:
    """Read the result of a failed job once: it may state the reason that ``/status`` does not.

    Returns None only if ``/status`` says ``error``, a word that gateways use too, and the
    result says that the job has not ended.
    """
    timeout = request_timeout(deadline, context.now())
    outcome = yield from send(api_request(context, "GET", url, None, timeout))
    content = responses.json_object(outcome) if isinstance(outcome, Response) else None
    word = poller.word
    if (
        content is None
        or not isinstance(outcome, Response)
        or classify_answer(outcome, content) is not AnswerClass.GOOD
        or protocol.names_other_job(poller.handle.request_id, content)
    ):
        reason = f"no reason is given, and its result cannot be read: {failure_reason(outcome)}"
        raise _failed_error(poller, word, poller.failure, reason)
    if _is_final(poller, content):
        return GoodAnswer(content, None)
    status = read_status(poller.handle.request_id, content)
    if str(word).lower() == "error" and status is not None:
        return None
    raise _failed_error(poller, word, poller.failure)


def _classify_result_answer(response: Response, value: object) -> AnswerClass:
    """An answer that comes too early has two forms: HTTP 400, and HTTP 200 with the state."""
    answer_class = classify_json(response, value)
    if answer_class is GOOD or answer_class is not AnswerClass.FINAL:
        return answer_class
    content = responses.as_object(value)
    code = responses.error_code(content) if content else None
    known = error_codes.ERROR_CODES.get(code) if isinstance(code, int) else None
    undocumented = response.status == 400 and not responses.is_documented(code)
    if undocumented or (known is not None and known.retry):
        return AnswerClass.TROUBLE
    return answer_class


def _is_final(poller: Poller, value: object) -> bool:
    """Whether an answer is the result, not one that is too early.

    One of unknown shape is the result once several reads brought no better one. Raises what a
    job can end with.
    """
    content = responses.as_object(value)
    if content is None:
        return _seen_often(poller)
    is_bare = content.get("output") is not None
    answer = content if is_bare else protocol.unwrap(content)
    word = protocol.status_word(answer)
    phase = _phase_of(answer) if word is None else protocol.phase(word)
    if phase is _CANCELLED:
        poller.last = read_status(poller.handle.request_id, content)
        raise _cancelled_error(poller, word)
    if phase is _FAILED or _failed_silently(phase, answer):
        stated = answer if _stated_failure(answer) else poller.failure or answer
        raise _failed_error(poller, word, stated)
    has_output = answer.get("output") is not None
    if phase is _SUCCEEDED and has_output:
        return True
    if phase.terminal or word is None or has_output:
        return _seen_often(poller)
    return False


def _seen_often(poller: Poller) -> bool:
    poller.odd_results += 1
    return poller.odd_results >= ODD_RESULT_READS


def _failed_silently(phase: Phase, content: Mapping[str, Any]) -> bool:
    """Whether a status says succeeded but there is an error and no output."""
    has_only_error = content.get("output") is None and bool(content.get("error"))
    return has_only_error and phase is _SUCCEEDED


def _phase_of(content: Mapping[str, Any]) -> Phase:
    """The phase of a result without a status, by its members."""
    if content.get("output") is not None:
        return Phase.SUCCEEDED
    return Phase.FAILED if content.get("error") else Phase.UNKNOWN


def _failed_error(
    poller: Poller,
    word: str | None,
    content: Mapping[str, Any],
    reason: str = "no reason is given",
) -> errors.JobFailed:
    content = protocol.unwrap(content)
    failure: object = content.get("error")
    stated = _stated_failure(content)
    text = (responses.error_text(stated) if stated else "") or reason
    inner = cast(Mapping[str, Any], failure) if isinstance(failure, dict) else content
    error = errors.JobFailed(
        f"the job {poller.handle.request_id} failed: {text}",
        code=inner.get("error_code", inner.get("code")),
        error=content.get("error"),
    )
    return error.concerning(poller.handle.request_id, word or poller.word)


def _stated_failure(content: Mapping[str, Any]) -> object:
    """What an answer gives as the reason of a failure; something empty if it gives none."""
    stated = {key: content[key] for key in _ERROR_KEYS if content.get(key)}
    return content.get("error") or stated


_ERROR_KEYS = ("error_message", "message", "detail", "error_code")


def _cancelled_error(poller: Poller, word: str | None) -> errors.JobCancelled:
    error = errors.JobCancelled(f"the job {poller.handle.request_id} was cancelled")
    error.concerning(poller.handle.request_id, word or poller.word)
    error.may_be_billed = False
    return error
