"""Job faults: a job fails or takes long, its cancellation is answered wrongly, its files fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from runcomfy_runtime.protocol import CancelOutcome, Phase, StatusWord

from ..http_messages import ApiResponse, cancel_response, file_response
from ..job import JobPlan, JobRecord
from ..routes import Action
from . import CANCEL, FILE, SUBMIT, ChangeResponse, Fault, FaultContext, ReplaceResponse

_LONGER = 60  # seconds, unless a rule says how many
_FOR_EVER = 1e9  # seconds: three decades; polls, and steps


def _planned(
    name: str, description: str, change: Callable[[FaultContext, JobPlan], JobPlan]
) -> Fault:
    """The plan of a new job is changed."""

    def change_job(context: FaultContext, job: JobRecord) -> JobRecord:
        return replace(job, plan=change(context, job.plan))

    return Fault(
        name=name,
        description=description,
        on=SUBMIT,
        allowed=SUBMIT,
        change_job=change_job,
    )


def _fails(_: FaultContext, plan: JobPlan) -> JobPlan:
    return replace(plan, fails=True)


def _queued_longer(context: FaultContext, plan: JobPlan) -> JobPlan:
    return replace(plan, delayed=context.seconds(_LONGER))


def _stuck(_: FaultContext, plan: JobPlan) -> JobPlan:
    count = int(_FOR_EVER)
    return replace(plan, delayed=_FOR_EVER, queued_polls=count, queued_steps=count)


def _running_longer(context: FaultContext, plan: JobPlan) -> JobPlan:
    return replace(plan, running=plan.running + context.seconds(_LONGER))


def _cancel_race(context: FaultContext) -> ApiResponse | None:
    if context.phase is not Phase.QUEUED:
        return None
    request_id = context.route.request_id
    return cancel_response(request_id, StatusWord.CANCELLED, CancelOutcome.CANCELLED)


def _cancel_refused(context: FaultContext) -> ApiResponse | None:
    if context.state is None:
        return None
    word = context.state.status_word
    request_id = context.route.request_id
    return cancel_response(request_id, word, CancelOutcome.NOT_CANCELLABLE)


def _expired_file(_: FaultContext) -> ApiResponse:
    body = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
    return file_response(body, "application/xml", status=403)


def _html_file(_: FaultContext, response: ApiResponse) -> ApiResponse:
    page = b"<html><body>403 Forbidden</body></html>"
    return file_response(page, response.header("content-type") or "text/html")


def _fault(
    name: str,
    description: str,
    on: frozenset[Action],
    *,
    instead: ReplaceResponse | None = None,
    change: ChangeResponse | None = None,
) -> Fault:
    return Fault(
        name=name,
        description=description,
        on=on,
        allowed=on,
        replace_response=instead,
        change_response=change,
    )


JOB_FAULTS = (
    _planned("failed-job", "the job fails", _fails),
    _planned("long-queue", "the job is queued seconds=N (60) longer", _queued_longer),
    _planned("stuck", "the job never leaves the queue; it can be cancelled", _stuck),
    _planned("long-run", "the job runs seconds=N (60) longer", _running_longer),
    _fault(
        "cancel-race",
        "cancel says cancelled, and the job completes",
        CANCEL,
        instead=_cancel_race,
    ),
    _fault(
        "cancel-refused",
        "cancel says not_cancellable though the job is queued",
        CANCEL,
        instead=_cancel_refused,
    ),
    _fault("expired-file", "an output file is 403", FILE, instead=_expired_file),
    _fault("html-file", "an output file is an HTML page", FILE, change=_html_file),
)
"""The faults of this file."""
