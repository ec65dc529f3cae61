"""The life of a request as the API tells it: accepted, status, result, cancelled."""

from __future__ import annotations

from typing import Any

from runcomfy_runtime.protocol import (
    CancelOutcome,
    Phase,
    cancel_path,
    result_path,
    status_path,
)

from .clock import timestamp
from .exchange import Response, json_response
from .job import Job, State, state

FAILURE = "The model could not finish this request."


def accepted(job: Job, base_url: str) -> Response:
    """The answer to a submit: the id, and where to ask about it."""
    return json_response(
        {
            "request_id": job.request_id,
            **_links(job, base_url),
            "cancel_url": base_url + cancel_path(job.request_id),
        }
    )


def status(job: Job, at: State, base_url: str) -> Response:
    """The answer of ``/status``; the queue position stands there only while queued."""
    body: dict[str, Any] = {"request_id": job.request_id, "status": at.status_word}
    if at.queue_position is not None:
        body["queue_position"] = at.queue_position
    return json_response(body | _links(job, base_url))


def result(job: Job, now: float, output: dict[str, Any], *, cost: bool) -> Response:
    """The answer of ``/result``: the outcome, or the state while there is none.

    ``output`` is told only if the job has succeeded.
    """
    at = state(job, now)
    body: dict[str, Any] = {"request_id": job.request_id, "status": at.result_word}
    if at.phase is Phase.SUCCEEDED:
        body["output"] = output
    if at.phase is Phase.FAILED:
        body["error"] = FAILURE
    body["created_at"] = timestamp(job.submitted_at)
    if at.finished_at is not None:
        body["finished_at"] = timestamp(at.finished_at)
    if cost and at.phase.terminal:
        body["cost"] = charge(job)
    return json_response(body)


def cancelled(job: Job, now: float) -> tuple[Job, Response]:
    """The job after it was asked to stop, and the answer; only a queued job can be cancelled."""
    outcome = CancelOutcome.NOT_CANCELLABLE
    if state(job, now).phase is Phase.QUEUED:
        job, outcome = job.cancelled(now), CancelOutcome.CANCELLED
    word = state(job, now).status_word
    body = {"request_id": job.request_id, "status": word, "outcome": outcome.value}
    return job, json_response(body)


def charge(job: Job) -> float:
    """What the job costs its account, in US dollars: nothing once cancelled, or if it fails."""
    return 0.0 if job.cancelled_at is not None or job.plan.fails else job.price


def _links(job: Job, base_url: str) -> dict[str, str]:
    return {
        "status_url": base_url + status_path(job.request_id),
        "result_url": base_url + result_path(job.request_id),
    }
