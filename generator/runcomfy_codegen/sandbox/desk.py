"""Where requests are taken in, asked about, and handed out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from runcomfy_runtime.protocol import NO_BALANCE, NOT_FOUND, Phase

from .book import Book
from .catalog import Catalog, Offer
from .exchange import Request, Response
from .faults.selection import magic
from .files import serve
from .job import Job, state
from .lanes import in_turn
from .outputs import CONTENT_TYPES, Output, output_of, render
from .pace import Pace
from .prices import price
from .refusal import documented
from .requests import accepted, cancelled
from .settings import Settings
from .validation import Validation, invalid, read_input, summary

WARNING_HEADER = "x-sandbox-warning"


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
        if self.left(account) <= 0:
            raise documented(NO_BALANCE, "The balance is used up.")
        job = self._job(offer, given, account, now, magic(request))
        self.book.put(job)
        response = accepted(job, self._settings.base_url)
        return response.having((WARNING_HEADER, warning)) if warning else response

    def left(self, account: str) -> int:
        """What is left of an account's money, in millionths of a dollar."""
        start = round(self._settings.balance * 1_000_000)
        return start - self.book.spent(account)

    def alter(self, response: Response, change: Callable[[Job], Job]) -> None:
        """Change the job that a submit has made, if it has made one."""
        if response.status == 200:
            job = self.book.peek(response.json()["request_id"])
            assert job is not None
            self.book.put(change(job))

    def ask(self, request_id: str, account: str, now: float) -> Job:
        """The account's job, which may move on for being asked about."""
        job = self.book.find(request_id, account).polled(now)
        self.book.put(job)
        return job

    def cancel(self, request_id: str, account: str, now: float) -> Response:
        """Try to stop the account's job."""
        job, response = cancelled(self.book.find(request_id, account), now)
        self.book.put(job)
        return response

    def output(self, job: Job) -> dict[str, Any]:
        """The ``output`` of a job that has succeeded, its files as URLs of this sandbox."""
        base = self._settings.base_url
        return self._output(job).value(tuple(base + path for path in self.paths(job)))

    def paths(self, job: Job) -> tuple[str, ...]:
        """The paths of a job's files, in order."""
        return tuple(
            f"/outputs/{job.request_id}/{name}" for name in self._output(job).names
        )

    def file(
        self, request: Request, request_id: str, name: str, now: float
    ) -> Response:
        """One output file. Raises ``Refused`` with 404001 before the job is done."""
        job = self.book.peek(request_id)
        if job is not None and state(job, now).phase is Phase.SUCCEEDED:
            output = self._output(job)
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

    def _output(self, job: Job) -> Output:
        offer = self._catalog.find(job.model_id)
        return output_of(offer.model, offer.media, job.body)

    def _job(
        self, offer: Offer, given: dict[str, Any], account: str, now: float, rules: str
    ) -> Job:
        number = self.book.next_number(account)
        request_id = self.book.request_id(account, number)
        plan = self._pace.plan(request_id, offer.media)
        body = json.dumps(given)
        same = json.dumps(given, sort_keys=True).encode()
        return Job(
            request_id=request_id,
            model_id=offer.model.model_id,
            account=account,
            number=number,
            body=body,
            price=price(offer, output_of(offer.model, offer.media, body)),
            submitted_at=now,
            plan=in_turn(plan, self.book.of(account), now, self._settings.workers),
            drive=self._settings.drive,
            magic=rules,
            input_sha256=hashlib.sha256(same).hexdigest(),
        )
