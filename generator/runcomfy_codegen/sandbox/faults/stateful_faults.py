"""Faults of the story a job tells: words nobody knows, steps back, ends that are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from runcomfy_runtime.protocol import NOT_FOUND, Phase

from ..http_messages import ApiResponse, error_response, json_response
from ..input_validation import all_texts
from ..job import FAILURE_MESSAGE
from ..routes import Action
from . import POLLS, RESULT, Fault, FaultContext

Body = dict[str, Any]
BodyChange = Callable[[FaultContext, Body], Body]


_PUBLISHED = frozenset({"backward-status", "failed-result", "succeeded-result"})
"""Stories in words and forms that RunComfy's own pages and clients have."""


def _story(
    name: str,
    says: str,
    on: frozenset[Action],
    change: BodyChange,
    can: frozenset[Action] = POLLS,
) -> Fault:
    """A fault that changes what the API tells of the account's own job."""

    def after(situation: FaultContext, response: ApiResponse) -> ApiResponse:
        if response.status != 200 or situation.job is None:
            return response
        told = response.json()
        changed = change(situation, told)
        if changed == told:
            return response
        return json_response(changed, assumed=name not in _PUBLISHED)

    return Fault(name=name, says=says, on=on, can=can, after=after)


def _of_output(name: str, says: str, change: BodyChange) -> Fault:
    """A story that only a result can tell."""
    return _story(name, says, RESULT, change, can=RESULT)


def _unknown(situation: FaultContext, body: Body) -> Body:
    if situation.phase is not Phase.RUNNING:
        return body
    return body | {"status": "warming_up"}


def _backward(situation: FaultContext, body: Body) -> Body:
    # Told in this order whenever it is asked about, after its real end too: the first answer
    # that is not in_queue is in_progress, the next in_queue again, then comes the truth.
    job = situation.job
    if job is None or situation.phase is Phase.CANCELLED or not 0 < job.told_begun < 3:
        return body
    ended = ("output", "error", "finished_at", "cost")
    kept = {name: value for name, value in body.items() if name not in ended}
    if job.told_begun == 1:
        return kept | {"status": "in_progress"}
    return kept | {"status": "in_queue", "queue_position": 1}


def _failed(situation: FaultContext, body: Body) -> Body:
    if situation.phase is not Phase.SUCCEEDED:
        return body
    kept = {name: value for name, value in body.items() if name != "output"}
    return kept | {"status": "failed", "error": FAILURE_MESSAGE}


def _error_object(situation: FaultContext, body: Body) -> Body:
    changed = _failed(situation, body)
    return changed | (
        {"error": {"code": 1, "message": FAILURE_MESSAGE}} if "error" in changed else {}
    )


def _succeeded(situation: FaultContext, body: Body) -> Body:
    return body | (
        {"status": "succeeded"} if situation.phase is Phase.SUCCEEDED else {}
    )


def _echoed(situation: FaultContext, body: Body) -> Body:
    assert situation.job is not None
    return {"input": json.loads(situation.job.body), **body}


def _echoed_output(situation: FaultContext, body: Body) -> Body:
    if "output" not in body:
        return body
    assert situation.job is not None
    given = json.loads(situation.job.body)
    urls = [text for text in all_texts(given) if text.startswith("https://")]
    return body | {"output": {"reference_urls": urls, **body["output"]}}


def _null_output(_: FaultContext, body: Body) -> Body:
    return body | ({"output": None} if "output" in body else {})


def _no_output(_: FaultContext, body: Body) -> Body:
    return {name: value for name, value in body.items() if name != "output"}


def _bare_output(_: FaultContext, body: Body) -> Body:
    if "output" not in body:
        return body
    value = next(iter(body["output"].values()))
    return body | {"output": value}


def _expired(situation: FaultContext, response: ApiResponse) -> ApiResponse:
    # The answer that tells of the end is the last one; questions before it do not count.
    job, at = situation.job, situation.state
    if job is None or at is None or at.finished_at is None or job.told_end < 2:
        return response
    return error_response(NOT_FOUND, "The request has expired.")


STATEFUL_FAULTS = (
    _story(
        "unknown-status", "a running job has a status nobody knows", POLLS, _unknown
    ),
    _story(
        "backward-status", "once in_progress, a job is in_queue again", POLLS, _backward
    ),
    _story(
        "failed-result",
        "the status is completed, the result is failed",
        RESULT,
        _failed,
    ),
    _story(
        "error-object",
        "failed-result, the error being an object",
        RESULT,
        _error_object,
    ),
    _story(
        "succeeded-result",
        "the result says succeeded for completed",
        RESULT,
        _succeeded,
    ),
    _story("echoed-input", "the result repeats the input", RESULT, _echoed),
    _of_output("echoed-output", "the output repeats the input's URLs", _echoed_output),
    _of_output("null-output", "the output of a completed job is null", _null_output),
    _of_output("no-output", "a completed job has no output", _no_output),
    _of_output("bare-output", "the output is a URL, not an object", _bare_output),
    Fault(
        name="expired-request",
        says="completed once, and 404001 from then on",
        on=POLLS,
        can=POLLS,
        after=_expired,
    ),
)
"""The faults of this file."""
