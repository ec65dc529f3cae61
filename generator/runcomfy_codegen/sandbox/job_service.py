"""Where requests are taken in, asked about, and handed out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from runcomfy_runtime.media.format_table import BY_EXTENSION
from runcomfy_runtime.protocol import (
    NO_BALANCE,
    NOT_FOUND,
    CancelOutcome,
    Phase,
    cancel_path,
    result_path,
    status_path,
)

from .bill import job_price
from .clock import timestamp
from .faults.fault_rule import magic_rules
from .http_messages import ApiRequest, ApiResponse, coded_error, json_response
from .input_validation import ValidationMode, invalid_input, problem_summary, read_input
from .job import FAILURE_MESSAGE, JobRecord, JobState, charge, job_state
from .job_repository import JobRepository, microdollars
from .model_catalog import CatalogModel, ModelCatalog
from .output_files import plan_output, render_file, serve_file
from .scheduler import JobPlanner, queue_behind, queue_position, reschedule
from .settings import SandboxSettings

WARNING_HEADER = "x-sandbox-warning"

_LOOKED_BACK = 50  # jobs; a new one does not wait for those before them


class JobService:
    """The jobs of a sandbox, from acceptance to output files."""

    def __init__(
        self, catalog: ModelCatalog, settings: SandboxSettings, book: JobRepository
    ) -> None:
        self.book = book
        self._catalog = catalog
        self._settings = settings
        self._pace = JobPlanner(settings.seed, settings.speed, settings.polls)

    def submit(
        self, request: ApiRequest, model_id: str, account: str, now: float
    ) -> ApiResponse:
        """Take a job in. Raises ``Refused`` if the input is wrong or the money gone."""
        offer = self._catalog.find(model_id)
        given = read_input(request)
        warning = self._checked(offer, given)
        job = self._job(offer, given, account, now, magic_rules(request))
        if self.left(account) < max(1, microdollars(job.price)):
            raise coded_error(NO_BALANCE, "The balance does not cover this job.")
        self.book.put(job)
        self._take_turns(account, now)
        response = accepted_response(job, self._settings.base_url)
        return response.having((WARNING_HEADER, warning)) if warning else response

    def left(self, account: str) -> int:
        """What is left of an account's money, in millionths of a dollar."""
        start = round(self._settings.balance * 1_000_000)
        return start - self.book.spent(account)

    def alter(
        self,
        response: ApiResponse,
        change: Callable[[JobRecord], JobRecord],
        now: float,
    ) -> bool:
        """Change the job that a submit has made; whether it has made one."""
        if response.status != 200:
            return False
        job = self.book.peek(response.json()["request_id"])
        assert job is not None
        self.book.put(change(job))
        self._take_turns(job.account, now)
        return True

    def ask(self, request_id: str, account: str, now: float) -> JobRecord:
        """The account's job, which may move on for being asked about."""
        job = self.book.find(request_id, account).polled(now)
        self.book.put(job)
        return job

    def cancel(self, job: JobRecord, now: float) -> ApiResponse:
        """Try to stop a job; those that wait behind it move up."""
        job, response = cancel_job(job, now)
        self.book.put(job)
        self._take_turns(job.account, now)
        return response

    def standing(self, job: JobRecord, now: float) -> JobState:
        """Where a job stands, its queue position counted from those that wait before it."""
        at = job_state(job, now)
        if at.queue_position is None or not self._settings.workers:
            return at
        before = queue_position(job, self.book.of(job.account), now)
        return replace(at, queue_position=before)

    def output(self, job: JobRecord) -> dict[str, Any]:
        """The ``output`` of a job that has succeeded, its files as URLs of this sandbox."""
        base = self._settings.base_url
        return job.output.value(tuple(base + path for path in self.paths(job)))

    def paths(self, job: JobRecord) -> tuple[str, ...]:
        """The paths of a job's files, in order."""
        return tuple(f"/outputs/{job.request_id}/{name}" for name in job.output.names)

    def file(
        self, request: ApiRequest, request_id: str, name: str, now: float
    ) -> ApiResponse:
        """One output file. Raises ``Refused`` with 404001 before the job is done."""
        job = self.book.peek(request_id)
        if job is not None and job_state(job, now).phase is Phase.SUCCEEDED:
            output = job.output
            if name in output.names:
                at = output.names.index(name)
                body = render_file(output, self._settings.seed, request_id, at)
                return serve_file(
                    request, body, BY_EXTENSION[output.suffix].media_type, name
                )
        raise coded_error(NOT_FOUND, f"There is no file at {request.path!r:.200}.")

    def _checked(self, offer: CatalogModel, given: dict[str, Any]) -> str:
        """What to warn of. Raises ``Refused`` if inputs are to be rejected."""
        if self._settings.validation is ValidationMode.OFF:
            return ""
        problems = offer.schema.problems(given)
        if problems and self._settings.validation is ValidationMode.REJECT:
            raise invalid_input(problems)
        # A header takes no letters beyond ASCII.
        return json.dumps(problem_summary(problems))[1:-1] if problems else ""

    def _take_turns(self, account: str, now: float) -> None:
        jobs, workers = self.book.of(account), self._settings.workers
        for job in reschedule(jobs, now, workers):
            self.book.put(job)

    def _job(
        self,
        offer: CatalogModel,
        given: dict[str, Any],
        account: str,
        now: float,
        rules: str,
    ) -> JobRecord:
        number = self.book.next_number(account)
        request_id = self.book.request_id(account, number)
        output = plan_output(offer.model, offer.media, given)
        same = json.dumps(given, sort_keys=True).encode()
        plan = self._pace.plan(request_id, offer.media)
        if not self._settings.workers:
            plan = queue_behind(plan, self.book.last(account, _LOOKED_BACK), now)
        return JobRecord(
            request_id=request_id,
            model_id=offer.model.model_id,
            account=account,
            number=number,
            body=json.dumps(given),
            price=job_price(offer, output),
            submitted_at=now,
            plan=plan,
            output=output,
            drive=self._settings.drive,
            magic=rules,
            input_sha256=hashlib.sha256(same).hexdigest(),
        )


# The life of a request as the API tells it: accepted, status, result, cancelled.


def accepted_response(job: JobRecord, base_url: str) -> ApiResponse:
    """The answer to a submit: the id, and where to ask about it."""
    return json_response(
        {
            "request_id": job.request_id,
            **_links(job, base_url),
            "cancel_url": base_url + cancel_path(job.request_id),
        }
    )


def status_response(job: JobRecord, at: JobState, base_url: str) -> ApiResponse:
    """The answer of ``/status``; the queue position stands there only while queued."""
    body: dict[str, Any] = {"request_id": job.request_id, "status": at.status_word}
    if at.queue_position is not None:
        body["queue_position"] = at.queue_position
    return json_response(body | _links(job, base_url))


def result_response(
    job: JobRecord, now: float, output: dict[str, Any], *, cost: bool
) -> ApiResponse:
    """The answer of ``/result``: the outcome, or the state while there is none.

    ``output`` is told only if the job has succeeded.
    """
    at = job_state(job, now)
    body: dict[str, Any] = {"request_id": job.request_id, "status": at.result_word}
    if at.phase is Phase.SUCCEEDED:
        body["output"] = output
    if at.phase is Phase.FAILED:
        body["error"] = FAILURE_MESSAGE
    body["created_at"] = timestamp(job.submitted_at)
    if at.finished_at is not None:
        body["finished_at"] = timestamp(at.finished_at)
    if cost and at.phase.terminal:
        body["cost"] = charge(job)
    return json_response(body)


def cancel_job(job: JobRecord, now: float) -> tuple[JobRecord, ApiResponse]:
    """The job after it was asked to stop, and the answer; only a queued job can be cancelled."""
    outcome = CancelOutcome.NOT_CANCELLABLE
    if job_state(job, now).phase is Phase.QUEUED:
        job, outcome = job.cancelled(now), CancelOutcome.CANCELLED
    word = job_state(job, now).status_word
    body = {"request_id": job.request_id, "status": word, "outcome": outcome.value}
    return job, json_response(body)


def _links(job: JobRecord, base_url: str) -> dict[str, str]:
    return {
        "status_url": base_url + status_path(job.request_id),
        "result_url": base_url + result_path(job.request_id),
    }
