"""What a person or a test may look at and move by hand, below ``/sandbox``.

Looking is open to whoever reaches the port. Whatever changes the sandbox needs its secret in
the header ``x-sandbox-secret``, which a page of another site cannot know.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict
from typing import Any, TypeVar

from runcomfy_runtime.protocol import NOT_FOUND, Phase

from .catalog import whole_number
from .clock import timestamp
from .desk import Desk
from .exchange import Request, Response, json_response
from .faults.selection import Selection
from .job import Job, state
from .journal import Journal
from .ledger import rows
from .refusal import assumed, documented
from .requests import cancelled
from .route import nowhere
from .settings import Settings

SECRET_HEADER = "x-sandbox-secret"  # noqa: S105 - the name of it

T = TypeVar("T")

_MOST = 100_000  # entries of an answer
_LONGEST = 200_000  # characters of an input that is shown


class Control:
    """The calls below ``/sandbox``; their form is ours, the live API has none of them."""

    def __init__(
        self, settings: Settings, desk: Desk, journal: Journal, faults: Selection
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._book = desk.book
        self._journal = journal
        self._faults = faults

    def answer(self, request: Request, name: str, now: float) -> Response:
        """Answer one control call. Raises ``Refused`` without the secret, or for no such call."""
        wanted = request.parameters.get("account")
        limit = whole_number(request.parameters, "limit", _MOST, 0, _MOST)
        match request.method, tuple(name.split("/")):
            case "GET", ("jobs",):
                jobs = [job for job in self._book if wanted in (None, job.account)]
                told = [self._shown(job, now) for job in _last(jobs, limit)]
                return json_response({"jobs": told, "total": len(jobs)})
            case "GET", ("journal",):
                entries = list(self._journal.entries(wanted))
                told = [asdict(entry) for entry in _last(entries, limit)]
                return json_response({"entries": told, "total": len(entries)})
            case "GET", ("ledger",):
                return json_response(self._bill(wanted, limit, now))
            case "POST", ("reset",):
                self._require_secret(request)
                self.reset(wanted)
                return json_response({"reset": wanted or "everything"})
            case "POST", ("jobs", request_id, ("step" | "cancel") as word):
                self._require_secret(request)
                return self._moved(request_id, word, now)
            case _:
                raise nowhere(request)

    def reset(self, account: str | None) -> None:
        """Forget what an account has done, or everything."""
        self._book.forget(account)
        self._journal.clear(account)
        self._faults.forget(account)

    def _bill(self, wanted: str | None, limit: int, now: float) -> dict[str, Any]:
        bill = [row for row in rows(self._book, now) if wanted in (None, row.account)]
        return {
            "rows": [asdict(row) for row in _last(bill, limit)],
            "total": len(bill),
            "total_usd": round(sum(row.cost for row in bill), 6),
            "repeated": sum(row.repeats is not None for row in bill),
        }

    def _moved(self, request_id: str, word: str, now: float) -> Response:
        job = self._book.peek(request_id)
        if job is None:
            raise documented(NOT_FOUND, f"There is no request {request_id!r:.140}.")
        job = job.stepped(now) if word == "step" else cancelled(job, now)[0]
        self._book.put(job)
        return json_response(self._shown(job, now))

    def _require_secret(self, request: Request) -> None:
        given, secret = request.header(SECRET_HEADER) or "", self._settings.secret
        if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
            raise assumed(
                403, f"This needs the sandbox's secret in the header {SECRET_HEADER}."
            )

    def _shown(self, job: Job, now: float) -> dict[str, Any]:
        at = state(job, now)
        return {
            "request_id": job.request_id,
            "model_id": job.model_id,
            "account": job.account,
            "status": at.result_word,
            "queue_position": at.queue_position,
            "drive": job.drive.value,
            "created_at": timestamp(job.submitted_at),
            "finished_at": timestamp(at.finished_at) if at.finished_at else None,
            "input": json.loads(job.body) if len(job.body) <= _LONGEST else None,
            "input_characters": len(job.body),
            "files": self._desk.paths(job) if at.phase is Phase.SUCCEEDED else (),
        }


def _last(entries: list[T], limit: int) -> list[T]:
    return entries[-limit:] if limit else []
