"""Where requests are taken in, asked about, and handed out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from runcomfy_runtime.protocol import (
    NO_BALANCE,
    NOT_FOUND,
    CancelOutcome,
    Phase,
    cancel_path,
    result_path,
    status_path,
)

from .bill import price
from .clock import timestamp
from .faults.fault_rule import magic
from .http_messages import Request, Response, documented, json_response
from .input_validation import Validation, invalid, read_input, summary
from .job import FAILURE, Job, State, charge, state
from .job_repository import Book, micro
from .model_catalog import Catalog, Offer
from .output_files import CONTENT_TYPES, output_of, render, serve
from .scheduler import Pace, behind, in_turn, position
from .settings import Settings

WARNING_HEADER = "x-sandbox-warning"

_LOOKED_BACK = 50  # jobs; a new one does not wait for those before them


class Desk:
    """The jobs of a sandbox, from acceptance to output files."""

    def __init__(self, catalog: Catalog, settings: Settings, book: Book) -> None:
        self.book = book
        self._catalog = catalog
        self._settings = settings
        self._pace = Pace(settings.seed, settings.speed, settings.polls)

    def submit(
        self, request: Request, model_id: str, account: str, now: float
    ) -> Response:
        """Take a job in. Raises ``Refused`` if the input is wrong or the money gone."""
        offer = self._catalog.find(model_id)
        given = read_input(request)
        warning = self._checked(offer, given)
        job = self._job(offer, given, account, now, magic(request))
        if self.left(account) < max(1, micro(job.price)):
            raise documented(NO_BALANCE, "The balance does not cover this job.")
        self.book.put(job)
        self._take_turns(account, now)
        response = accepted(job, self._settings.base_url)
        return response.having((WARNING_HEADER, warning)) if warning else response

    def left(self, account: str) -> int:
        """What is left of an account's money, in millionths of a dollar."""
        start = round(self._settings.balance * 1_000_000)
        return start - self.book.spent(account)

    def alter(
        self, response: Response, change: Callable[[Job], Job], now: float
    ) -> bool:
        """Change the job that a submit has made; whether it has made one."""
        if response.status != 200:
            return False
        job = self.book.peek(response.json()["request_id"])
        assert job is not None
        self.book.put(change(job))
        self._take_turns(job.account, now)
        return True

    def ask(self, request_id: str, account: str, now: float) -> Job:
        """The account's job, which may move on for being asked about."""
        job = self.book.find(request_id, account).polled(now)
        self.book.put(job)
        return job

    def cancel(self, job: Job, now: float) -> Response:
        """Try to stop a job; those that wait behind it move up."""
        job, response = cancelled(job, now)
        self.book.put(job)
        self._take_turns(job.account, now)
        return response

    def standing(self, job: Job, now: float) -> State:
        """Where a job stands, its queue position counted from those that wait before it."""
        at = state(job, now)
        if at.queue_position is None or not self._settings.workers:
            return at
        before = position(job, self.book.of(job.account), now)
        return replace(at, queue_position=before)

    def output(self, job: Job) -> dict[str, Any]:
        """The ``output`` of a job that has succeeded, its files as URLs of this sandbox."""
        base = self._settings.base_url
        return job.output.value(tuple(base + path for path in self.paths(job)))

    def paths(self, job: Job) -> tuple[str, ...]:
        """The paths of a job's files, in order."""
        return tuple(f"/outputs/{job.request_id}/{name}" for name in job.output.names)

    def file(
        self, request: Request, request_id: str, name: str, now: float
    ) -> Response:
        """One output file. Raises ``Refused`` with 404001 before the job is done."""
        job = self.book.peek(request_id)
        if job is not None and state(job, now).phase is Phase.SUCCEEDED:
            output = job.output
            if name in output.names:
                at = output.names.index(name)
                body = render(output, self._settings.seed, request_id, at)
                return serve(
                    request, body, CONTENT_TYPES[name.rpartition(".")[2]], name
                )
        raise documented(NOT_FOUND, f"There is no file at {request.path!r:.200}.")

    def _checked(self, offer: Offer, given: dict[str, Any]) -> str:
        """What to warn of. Raises ``Refused`` if inputs are to be rejected."""
        if self._settings.validation is Validation.OFF:
            return ""
        problems = offer.schema.problems(given)
        if problems and self._settings.validation is Validation.REJECT:
            raise invalid(problems)
        # A header takes no letters beyond ASCII.
        return json.dumps(summary(problems))[1:-1] if problems else ""

    def _take_turns(self, account: str, now: float) -> None:
        jobs, workers = self.book.of(account), self._settings.workers
        for job in in_turn(jobs, now, workers):
            self.book.put(job)

    def _job(
        self, offer: Offer, given: dict[str, Any], account: str, now: float, rules: str
    ) -> Job:
        number = self.book.next_number(account)
        request_id = self.book.request_id(account, number)
        output = output_of(offer.model, offer.media, given)
        same = json.dumps(given, sort_keys=True).encode()
        plan = self._pace.plan(request_id, offer.media)
        if not self._settings.workers:
            plan = behind(plan, self.book.last(account, _LOOKED_BACK), now)
        return Job(
            request_id=request_id,
            model_id=offer.model.model_id,
            account=account,
            number=number,
            body=json.dumps(given),
            price=price(offer, output),
            submitted_at=now,
            plan=plan,
            output=output,
            drive=self._settings.drive,
            magic=rules,
            input_sha256=hashlib.sha256(same).hexdigest(),
        )


# The life of a request as the API tells it: accepted, status, result, cancelled.


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


def _links(job: Job, base_url: str) -> dict[str, str]:
    return {
        "status_url": base_url + status_path(job.request_id),
        "result_url": base_url + result_path(job.request_id),
    }
