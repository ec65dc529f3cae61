"""Faults of the story a job tells: words nobody knows, steps back, ends that are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from runcomfy_runtime.protocol import NOT_FOUND, Phase

from ...ir.json_text import items
from ..exchange import Response, json_response
from ..refusal import error_body
from ..requests import FAILURE
from ..route import Action
from .situation import POLLS, RESULT, Fault, Situation

Body = dict[str, Any]
Change = Callable[[Situation, Body], Body]


def _story(name: str, says: str, on: frozenset[Action], change: Change) -> Fault:
    """A fault that changes what the API tells of the account's own job."""

    def after(situation: Situation, response: Response) -> Response:
        polled = situation.route.action in POLLS
        if response.status != 200 or situation.job is None or not polled:
            return response
        return json_response(change(situation, response.json()))

    return Fault(name=name, says=says, on=on, after=after)


def _unknown(situation: Situation, body: Body) -> Body:
    if situation.phase is not Phase.RUNNING:
        return body
    return body | {"status": "warming_up"}


def _backward(situation: Situation, body: Body) -> Body:
    if situation.phase is not Phase.RUNNING or situation.nth % 2:
        return body
    return body | {"status": "in_queue", "queue_position": 1}


def _stuck(situation: Situation, body: Body) -> Body:
    if situation.phase is Phase.CANCELLED:
        return body
    kept = {
        name: body[name]
        for name in body
        if name not in ("output", "finished_at", "cost")
    }
    return kept | {"status": "in_queue", "queue_position": 1}


def _failed(situation: Situation, body: Body) -> Body:
    if situation.phase is not Phase.SUCCEEDED:
        return body
    kept = {name: value for name, value in body.items() if name != "output"}
    return kept | {"status": "failed", "error": FAILURE}


def _error_object(situation: Situation, body: Body) -> Body:
    changed = _failed(situation, body)
    return changed | (
        {"error": {"code": 1, "message": FAILURE}} if "error" in changed else {}
    )


def _succeeded(situation: Situation, body: Body) -> Body:
    return body | (
        {"status": "succeeded"} if situation.phase is Phase.SUCCEEDED else {}
    )


def _echoed(situation: Situation, body: Body) -> Body:
    assert situation.job is not None
    return {"input": json.loads(situation.job.body), **body}


def _echoed_output(situation: Situation, body: Body) -> Body:
    if "output" not in body:
        return body
    assert situation.job is not None
    values = json.loads(situation.job.body).values()
    texts = [text for value in values for text in (items(value) or [value])]
    urls = [text for text in texts if str(text).startswith("https://")]
    return body | {"output": {"reference_urls": urls, **body["output"]}}


def _null_output(_: Situation, body: Body) -> Body:
    return body | ({"output": None} if "output" in body else {})


def _no_output(_: Situation, body: Body) -> Body:
    return {name: value for name, value in body.items() if name != "output"}


def _bare_output(_: Situation, body: Body) -> Body:
    if "output" not in body:
        return body
    value = next(iter(body["output"].values()))
    return body | {"output": value}


def _expired(situation: Situation, response: Response) -> Response:
    # The answer that tells of the end is the last one; questions before it do not count.
    job, at = situation.job, situation.state
    if job is None or at is None or at.finished_at is None or job.told_end < 2:
        return response
    body = error_body(NOT_FOUND.code, "The request has expired.")
    return json_response(body, status=NOT_FOUND.http_status)


STORIES = (
    _story(
        "unknown-status", "a running job has a status nobody knows", POLLS, _unknown
    ),
    _story(
        "backward-status", "a running job is queued again, on and off", POLLS, _backward
    ),
    _story("stuck", "the job never leaves the queue", POLLS, _stuck),
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
    _story(
        "echoed-output", "the output repeats the input's URLs", RESULT, _echoed_output
    ),
    _story(
        "null-output", "the output of a completed job is null", RESULT, _null_output
    ),
    _story("no-output", "a completed job has no output", RESULT, _no_output),
    _story("bare-output", "the output is a URL, not an object", RESULT, _bare_output),
    Fault(
        name="expired-request",
        says="completed once, and 404001 from then on",
        on=POLLS,
        after=_expired,
    ),
)
"""The faults of this file."""
