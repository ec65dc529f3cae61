"""The life of a job: submitted, polled, cancelled, its files downloaded; and the answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from runcomfy_runtime.error_codes import NO_BALANCE, NOT_FOUND
from runcomfy_runtime.job_identity import canonical_json
from runcomfy_runtime.media.format_table import BY_EXTENSION
from runcomfy_runtime.protocol import (
    CancelOutcome,
    Phase,
    cancel_path,
    result_path,
    status_path,
)

from .clock import timestamp
from .faults.fault_rule import magic_rules
from .http_messages import (
    ApiRequest,
    ApiResponse,
    cancel_response,
    coded_error,
    json_response,
)
from .input_problems import invalid_input, problem_summary
from .input_validation import ValidationMode, read_body
from .job import FAILURE_MESSAGE, JobRecord, JobState, charge, job_state
from .job_repository import JobRepository, microdollars
from .model_catalog import CatalogModel, ModelCatalog
from .output_files import plan_output, render_file, serve_file
from .scheduler import JobPlanner, queue_behind, queue_position, reschedule
from .settings import SandboxSettings

WARNING_HEADER = "x-sandbox-warning"

_QUEUE_LOOKBACK = 50  # jobs; a new one does not wait for jobs before them


class JobService:
    """The jobs of a sandbox, from acceptance to output files."""

    def __init__(
        self, catalog: ModelCatalog, settings: SandboxSettings, jobs: JobRepository
    ) -> None:
        self.jobs = jobs
        self._catalog = catalog
        self._settings = settings
        self._planner = JobPlanner(settings.seed, settings.speed, settings.polls)

    def submit(
        self, request: ApiRequest, model_id: str, account: str, now: float
    ) -> ApiResponse:
        """Accept a job. Raises ``Refused`` for a wrong input or a balance that is too low."""
        model = self._catalog.get(model_id)
        document = read_body(request)
        warning = self._check_input(model, document)
        job = self._new_job(model, document, account, now, magic_rules(request))
        if self.balance(account) < max(1, microdollars(job.price)):
            raise coded_error(NO_BALANCE, "The balance does not cover this job.")
        self.jobs.save(job)
        self._reschedule(account, now)
        response = accepted_response(job, self._settings.base_url)
        return response.having((WARNING_HEADER, warning)) if warning else response

    def balance(self, account: str) -> int:
        """The balance of an account, in millionths of a dollar."""
        start = round(self._settings.balance * 1_000_000)
        return start - self.jobs.spent(account)

    def change_new_job(
        self,
        response: ApiResponse,
        change: Callable[[JobRecord], JobRecord],
        now: float,
    ) -> bool:
        """Change the job that a submit has made. Returns whether it has made one."""
        if response.status != 200:
            return False
        job = self.jobs.get(response.json()["request_id"])
        assert job is not None
        self.jobs.save(change(job))
        self._reschedule(job.account, now)
        return True

    def poll(self, request_id: str, account: str, now: float) -> JobRecord:
        """The account's job after one more poll, which may move it on."""
        job = self.jobs.get_own(request_id, account).polled(now)
        self.jobs.save(job)
        return job

    def cancel(self, job: JobRecord, now: float) -> ApiResponse:
        """Cancel a job if it is queued; the jobs that wait behind it move up."""
        job, response = cancel_job(job, now)
        self.jobs.save(job)
        self._reschedule(job.account, now)
        return response

    def state_of(self, job: JobRecord, now: float) -> JobState:
        """The state of a job. With workers, its queue position counts the jobs before it."""
        state = job_state(job, now)
        if state.queue_position is None or not self._settings.workers:
            return state
        position = queue_position(job, self.jobs.open_jobs(job.account, now), now)
        return replace(state, queue_position=position)

    def output_value(self, job: JobRecord) -> dict[str, Any]:
        """The ``output`` of a job that has succeeded, its files as URLs of this sandbox."""
        base = self._settings.base_url
        return job.output.value(tuple(base + path for path in self.file_paths(job)))

    def file_paths(self, job: JobRecord) -> tuple[str, ...]:
        """The paths of a job's files, in order."""
        return tuple(f"/outputs/{job.request_id}/{name}" for name in job.output.names)

    def output_file(
        self, request: ApiRequest, request_id: str, name: str, now: float
    ) -> ApiResponse:
        """One output file. Raises ``Refused`` with 404001 before the job has succeeded."""
        job = self.jobs.get(request_id)
        if job is not None and job_state(job, now).phase is Phase.SUCCEEDED:
            output = job.output
            if name in output.names:
                number = output.names.index(name)
                body = render_file(output, self._settings.seed, request_id, number)
                media_type = BY_EXTENSION[output.suffix].media_type
                return serve_file(request, body, media_type, name)
        raise coded_error(NOT_FOUND, f"There is no file at {request.path!r:.200}.")

    def _check_input(self, model: CatalogModel, document: dict[str, Any]) -> str:
        """A warning, or nothing. Raises ``Refused`` if wrong inputs are rejected."""
        if self._settings.validation is ValidationMode.OFF:
            return ""
        problems = model.schema.problems(document)
        certain = tuple(problem for problem in problems if not problem.warns)
        if certain and self._settings.validation is ValidationMode.REJECT:
            raise invalid_input(certain)
        # A header is ASCII only.
        return json.dumps(problem_summary(problems))[1:-1] if problems else ""

    def _reschedule(self, account: str, now: float) -> None:
        if not self._settings.workers:
            return
        jobs = self.jobs.open_jobs(account, now)
        for job in reschedule(jobs, now, self._settings.workers):
            self.jobs.save(job)

    def _new_job(
        self,
        model: CatalogModel,
        document: dict[str, Any],
        account: str,
        now: float,
        rules: str,
    ) -> JobRecord:
        number = self.jobs.next_number(account)
        request_id = self.jobs.request_id(account, number)
        output = plan_output(model.model, model.media, document)
        plan = self._planner.plan(request_id, model.media)
        if not self._settings.workers:
            plan = queue_behind(plan, self.jobs.newest(account, _QUEUE_LOOKBACK), now)
        return JobRecord(
            request_id=request_id,
            model_id=model.model.model_id,
            account=account,
            number=number,
            body=json.dumps(document),
            price=model.price(output),
            submitted_at=now,
            plan=plan,
            output=output,
            drive=self._settings.drive,
            magic=rules,
            input_sha256=_identity(document),
        )


def _identity(document: Mapping[str, Any]) -> str:
    """The identity that a client gives the same input, so that the bill is read by it."""
    text = canonical_json(document).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()


def accepted_response(job: JobRecord, base_url: str) -> ApiResponse:
    """The answer to a submit: the request id, and the URLs of its calls."""
    return json_response(
        {
            "request_id": job.request_id,
            **_links(job, base_url),
            "cancel_url": base_url + cancel_path(job.request_id),
        }
    )


def status_response(job: JobRecord, state: JobState, base_url: str) -> ApiResponse:
    """The answer of ``/status``; it has a queue position only while the job is queued."""
    body: dict[str, Any] = {"request_id": job.request_id, "status": state.status_word}
    if state.queue_position is not None:
        body["queue_position"] = state.queue_position
    return json_response(body | _links(job, base_url))


def result_response(
    job: JobRecord, now: float, output: dict[str, Any], *, cost: bool
) -> ApiResponse:
    """The answer of ``/result``: the outcome, or the state before the job has ended.

    ``output`` is in it only if the job has succeeded.
    """
    state = job_state(job, now)
    body: dict[str, Any] = {"request_id": job.request_id, "status": state.result_word}
    if state.phase is Phase.SUCCEEDED:
        body["output"] = output
    if state.phase is Phase.FAILED:
        body["error"] = FAILURE_MESSAGE
    body["created_at"] = timestamp(job.submitted_at)
    if state.finished_at is not None:
        body["finished_at"] = timestamp(state.finished_at)
    if cost and state.phase.terminal:
        body["cost"] = charge(job)
    return json_response(body)


def cancel_job(job: JobRecord, now: float) -> tuple[JobRecord, ApiResponse]:
    """The job after a call of ``/cancel``, and the answer. Only a queued job is cancelled."""
    outcome = CancelOutcome.NOT_CANCELLABLE
    if job_state(job, now).phase is Phase.QUEUED:
        job, outcome = job.cancelled(now), CancelOutcome.CANCELLED
    word = job_state(job, now).status_word
    return job, cancel_response(job.request_id, word, outcome)


def _links(job: JobRecord, base_url: str) -> dict[str, str]:
    return {
        "status_url": base_url + status_path(job.request_id),
        "result_url": base_url + result_path(job.request_id),
    }
