"""Stateful faults: what the API says of a job contradicts what it said before, or makes no sense."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from runcomfy_runtime.error_codes import NOT_FOUND
from runcomfy_runtime.protocol import Phase, StatusWord

from ..http_messages import ApiResponse, error_response, json_response
from ..input_validation import all_texts
from ..job import FAILURE_MESSAGE
from ..routes import Action
from . import POLLS, RESULT, Fault, FaultContext

Body = dict[str, Any]
ChangeBody = Callable[[FaultContext, Body], Body]

_PUBLISHED = frozenset({"backward-status", "failed-result", "completed-result"})
"""Faults whose words and forms RunComfy's own pages and clients have."""


def _fault(
    name: str,
    description: str,
    on: frozenset[Action],
    change: ChangeBody,
    allowed: frozenset[Action] = POLLS,
) -> Fault:
    """A fault that changes the body of a successful answer about the account's own job."""

    def change_response(context: FaultContext, response: ApiResponse) -> ApiResponse:
        if response.status != 200 or context.job is None:
            return response
        body = response.json()
        changed = change(context, body)
        if changed == body:
            return response
        return json_response(changed, assumed=name not in _PUBLISHED)

    return Fault(
        name=name,
        description=description,
        on=on,
        allowed=allowed,
        change_response=change_response,
    )


def _output_fault(
    name: str, description: str, change: Callable[[FaultContext, Body], Any]
) -> Fault:
    """A fault that replaces the ``output`` of a result, where there is one."""

    def change_body(context: FaultContext, body: Body) -> Body:
        if "output" not in body:
            return body
        return body | {"output": change(context, body["output"])}

    return _fault(name, description, RESULT, change_body, allowed=RESULT)


def _unknown_status(context: FaultContext, body: Body) -> Body:
    if context.phase is not Phase.RUNNING:
        return body
    return body | {"status": "warming_up"}


def _backward_status(context: FaultContext, body: Body) -> Body:
    # The order is the same after the real end of the job: the first answer that is not
    # in_queue is in_progress, the next is in_queue again, and all later ones are true.
    job = context.job
    if (
        job is None
        or context.phase is Phase.CANCELLED
        or not 0 < job.polls_since_start < 3
    ):
        return body
    running = _without(body, "output", "error", "finished_at", "cost")
    if job.polls_since_start == 1:
        return running | {"status": StatusWord.IN_PROGRESS}
    return running | {"status": StatusWord.IN_QUEUE, "queue_position": 1}


def _failed_result(context: FaultContext, body: Body) -> Body:
    if context.phase is not Phase.SUCCEEDED:
        return body
    failed = {"status": StatusWord.FAILED, "error": FAILURE_MESSAGE}
    return _without(body, "output") | failed


def _error_object(context: FaultContext, body: Body) -> Body:
    changed = _failed_result(context, body)
    if "error" not in changed:
        return changed
    return changed | {"error": {"code": 1, "message": FAILURE_MESSAGE}}


def _completed_result(context: FaultContext, body: Body) -> Body:
    if context.phase is not Phase.SUCCEEDED:
        return body
    return body | {"status": StatusWord.COMPLETED}


def _echoed_input(context: FaultContext, body: Body) -> Body:
    return {"input": _input(context), **body}


def _echoed_output(context: FaultContext, output: Body) -> Body:
    texts = all_texts(_input(context))
    urls = [text for text in texts if text.startswith("https://")]
    return {"reference_urls": urls, **output}


def _null_output(_: FaultContext, output: Body) -> None:
    return None


def _no_output(_: FaultContext, body: Body) -> Body:
    return _without(body, "output")


def _expired_request(context: FaultContext, response: ApiResponse) -> ApiResponse:
    # The first answer after the end of the job is the last one; answers before do not count.
    job, state = context.job, context.state
    if (
        job is None
        or state is None
        or state.finished_at is None
        or job.polls_since_end < 2
    ):
        return response
    return error_response(NOT_FOUND, "The request has expired.")


def _input(context: FaultContext) -> Any:
    assert context.job is not None
    return json.loads(context.job.body)


def _without(body: Body, *names: str) -> Body:
    return {name: value for name, value in body.items() if name not in names}


STATEFUL_FAULTS = (
    _fault(
        "unknown-status",
        "a running job has an undocumented status",
        POLLS,
        _unknown_status,
    ),
    _fault(
        "backward-status",
        "after in_progress, a job is in_queue again",
        POLLS,
        _backward_status,
    ),
    _fault(
        "failed-result",
        "the status is completed, the result is failed",
        RESULT,
        _failed_result,
    ),
    _fault(
        "error-object",
        "like failed-result, and the error is an object",
        RESULT,
        _error_object,
    ),
    _fault(
        "completed-result",
        "the result says completed, as the status does, not succeeded",
        RESULT,
        _completed_result,
    ),
    _fault("echoed-input", "the result repeats the input", RESULT, _echoed_input),
    _output_fault(
        "echoed-output", "the output repeats the URLs of the input", _echoed_output
    ),
    _output_fault("null-output", "the output of a completed job is null", _null_output),
    _fault(
        "no-output", "a completed job has no output", RESULT, _no_output, allowed=RESULT
    ),
    _output_fault(
        "bare-output",
        "the output is a URL, not an object",
        lambda _, output: next(iter(output.values())),
    ),
    Fault(
        name="expired-request",
        description=f"completed once, then {NOT_FOUND.code} in every later answer",
        on=POLLS,
        allowed=POLLS,
        change_response=_expired_request,
    ),
)
"""The faults of this file."""
