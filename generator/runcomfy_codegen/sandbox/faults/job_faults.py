"""Faults of what becomes of a job: that it fails or takes long, its cancelling, its files."""

from __future__ import annotations

from dataclasses import replace

from runcomfy_runtime.protocol import CancelOutcome, Phase

from ..http_messages import ApiResponse, file_response, json_response
from ..job import JobRecord
from . import CANCEL, FILE, SUBMIT, Fault, FaultContext

_LONGER = 60  # seconds, unless a rule says how many
_FOR_EVER = 1e9  # seconds: three decades; polls, and steps


def _fails(_: FaultContext, job: JobRecord) -> JobRecord:
    return replace(job, plan=replace(job.plan, fails=True))


def _queued_longer(situation: FaultContext, job: JobRecord) -> JobRecord:
    longer = float(situation.options.get("seconds", _LONGER))
    return replace(job, plan=replace(job.plan, delayed=longer))


def _stuck(_: FaultContext, job: JobRecord) -> JobRecord:
    times = int(_FOR_EVER)
    plan = replace(job.plan, delayed=_FOR_EVER, queued_polls=times, queued_steps=times)
    return replace(job, plan=plan)


def _running_longer(situation: FaultContext, job: JobRecord) -> JobRecord:
    longer = job.plan.running + float(situation.options.get("seconds", _LONGER))
    return replace(job, plan=replace(job.plan, running=longer))


def _cancel_race(situation: FaultContext) -> ApiResponse | None:
    if situation.phase is not Phase.QUEUED:
        return None
    return _cancel_answer(situation, "cancelled", CancelOutcome.CANCELLED)


def _cancel_refused(situation: FaultContext) -> ApiResponse | None:
    if situation.state is None:
        return None
    word = situation.state.status_word
    return _cancel_answer(situation, word, CancelOutcome.NOT_CANCELLABLE)


def _cancel_answer(
    situation: FaultContext, word: str, outcome: CancelOutcome
) -> ApiResponse:
    request_id = situation.route.request_id
    return json_response(
        {"request_id": request_id, "status": word, "outcome": outcome.value}
    )


def _expired_file(_: FaultContext) -> ApiResponse:
    body = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
    return file_response(body, "application/xml", status=403)


def _html_file(_: FaultContext, response: ApiResponse) -> ApiResponse:
    page = b"<html><body>403 Forbidden</body></html>"
    return file_response(page, response.header("content-type") or "text/html")


JOB_FAULTS = (
    Fault(
        name="failed-job", says="the job fails", on=SUBMIT, can=SUBMIT, alters=_fails
    ),
    Fault(
        name="long-queue",
        says="the job is queued seconds=N (60) longer",
        on=SUBMIT,
        can=SUBMIT,
        alters=_queued_longer,
    ),
    Fault(
        name="stuck",
        says="the job never leaves the queue; it can be cancelled",
        on=SUBMIT,
        can=SUBMIT,
        alters=_stuck,
    ),
    Fault(
        name="long-run",
        says="the job runs seconds=N (60) longer",
        on=SUBMIT,
        can=SUBMIT,
        alters=_running_longer,
    ),
    Fault(
        name="cancel-race",
        says="cancel says cancelled, and the job completes",
        on=CANCEL,
        can=CANCEL,
        instead=_cancel_race,
    ),
    Fault(
        name="cancel-refused",
        says="cancel says not_cancellable though the job is queued",
        on=CANCEL,
        can=CANCEL,
        instead=_cancel_refused,
    ),
    Fault(
        name="expired-file",
        says="an output file is 403",
        on=FILE,
        can=FILE,
        instead=_expired_file,
    ),
    Fault(
        name="html-file",
        says="an output file is an HTML page",
        on=FILE,
        can=FILE,
        after=_html_file,
    ),
)
"""The faults of this file."""
