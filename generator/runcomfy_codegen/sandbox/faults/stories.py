"""Faults of the story a job tells: words nobody knows, steps back, ends that are not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from runcomfy_codegen.ir.json_text import items
from runcomfy_runtime.protocol import NOT_FOUND, CancelOutcome, Phase

from ..exchange import Response, file_response, json_response
from ..refusal import error_body
from ..requests import FAILURE
from .situation import CANCEL, FILE, POLLS, RESULT, After, Fault, Situation

Body = dict[str, Any]
Change = Callable[[Situation, Body], Body]


def stories() -> Iterator[Fault]:
    """The faults of this file."""
    changes: tuple[tuple[str, str, Change, Any], ...] = (
        ("unknown-status", "a running job has a status nobody knows", _unknown, POLLS),
        (
            "backward-status",
            "a running job is queued again, every other time",
            _backward,
            POLLS,
        ),
        ("stuck", "the job never leaves the queue", _stuck, POLLS),
        (
            "failed-result",
            "the status is completed, the result is failed",
            _failed,
            RESULT,
        ),
        (
            "error-object",
            "as failed-result, the error being an object",
            _error_object,
            RESULT,
        ),
        (
            "succeeded-result",
            "the result says succeeded for completed",
            _succeeded,
            RESULT,
        ),
        (
            "echoed-input",
            "the result repeats the input beside the output",
            _echoed,
            RESULT,
        ),
        (
            "echoed-output",
            "the output repeats the input's URLs",
            _echoed_output,
            RESULT,
        ),
        ("null-output", "the output of a completed job is null", _null_output, RESULT),
        ("no-output", "a completed job has no output", _no_output, RESULT),
        (
            "bare-output",
            "the output is a URL instead of an object",
            _bare_output,
            RESULT,
        ),
    )
    for name, says, change, on in changes:
        yield Fault(name=name, says=says, on=on, after=_changed(change))
    yield Fault(
        name="expired-request",
        says="completed once, and 404001 from then on",
        on=POLLS,
        after=_expired,
    )
    yield Fault(
        name="cancel-race",
        says="cancel says cancelled, and the job completes",
        on=CANCEL,
        instead=_cancel_race,
    )
    yield Fault(
        name="cancel-refused",
        says="cancel says not_cancellable though the job is queued",
        on=CANCEL,
        instead=_cancel_refused,
    )
    yield Fault(
        name="expired-file",
        says="an output file is 403",
        on=FILE,
        instead=_expired_file,
    )
    yield Fault(
        name="html-file",
        says="an output file is an HTML page",
        on=FILE,
        after=_html_file,
    )


def _changed(change: Change) -> After:
    def after(situation: Situation, response: Response) -> Response:
        polled = situation.route.action in POLLS
        if response.status != 200 or situation.job is None or not polled:
            return response
        return json_response(change(situation, response.json()))

    return after


def _phase(situation: Situation) -> Phase | None:
    return situation.state.phase if situation.state else None


def _unknown(situation: Situation, body: Body) -> Body:
    if _phase(situation) is not Phase.RUNNING:
        return body
    return body | {"status": "warming_up"}


def _backward(situation: Situation, body: Body) -> Body:
    if _phase(situation) is not Phase.RUNNING or situation.nth % 2:
        return body
    return body | {"status": "in_queue", "queue_position": 1}


def _stuck(situation: Situation, body: Body) -> Body:
    if _phase(situation) is Phase.CANCELLED:
        return body
    kept = {
        name: body[name]
        for name in body
        if name not in ("output", "finished_at", "cost")
    }
    return kept | {"status": "in_queue", "queue_position": 1}


def _failed(situation: Situation, body: Body) -> Body:
    if _phase(situation) is not Phase.SUCCEEDED:
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
        {"status": "succeeded"} if _phase(situation) is Phase.SUCCEEDED else {}
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


def _cancel_race(situation: Situation) -> Response | None:
    if _phase(situation) is not Phase.QUEUED:
        return None
    return _cancel_answer(situation, "cancelled", CancelOutcome.CANCELLED)


def _cancel_refused(situation: Situation) -> Response | None:
    if situation.state is None:
        return None
    word = situation.state.status_word
    return _cancel_answer(situation, word, CancelOutcome.NOT_CANCELLABLE)


def _cancel_answer(situation: Situation, word: str, outcome: CancelOutcome) -> Response:
    request_id = situation.route.request_id
    return json_response(
        {"request_id": request_id, "status": word, "outcome": outcome.value}
    )


def _expired_file(_: Situation) -> Response:
    body = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
    return file_response(body, "application/xml", status=403)


def _html_file(_: Situation, response: Response) -> Response:
    page = b"<html><body>403 Forbidden</body></html>"
    return file_response(page, response.header("content-type") or "text/html")
