"""What a person or a test may look at and move by hand, below ``/sandbox``.

Looking is open to whoever reaches the port. Whatever changes the sandbox needs its secret in
the header ``x-sandbox-secret``, which a page of another site cannot know.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict
from typing import Any

from runcomfy_runtime.protocol import NOT_FOUND

from .book import Book
from .clock import timestamp
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


class Control:
    """The calls below ``/sandbox``; their form is ours, the live API has none of them."""

    def __init__(
        self, settings: Settings, book: Book, journal: Journal, faults: Selection
    ) -> None:
        self._settings = settings
        self._book = book
        self._journal = journal
        self._faults = faults

    def answer(self, request: Request, name: str, now: float) -> Response:
        """Answer one control call. Raises ``Refused`` without the secret, or for no such call."""
        wanted = request.parameters.get("account")
        match request.method, tuple(name.split("/")):
            case "GET", ("jobs",):
                jobs = [job for job in self._book if wanted in (None, job.account)]
                return json_response({"jobs": [_shown(job, now) for job in jobs]})
            case "GET", ("journal",):
                entries = [asdict(entry) for entry in self._journal.entries(wanted)]
                return json_response({"entries": entries})
            case "GET", ("ledger",):
                return json_response(self._bill(wanted, now))
            case "POST", ("reset",):
                self._require_secret(request)
                self.reset(wanted)
                return json_response({"reset": wanted or "everything"})
            case "POST", ("jobs", request_id, ("step" | "cancel") as word):
                self._require_secret(request)
                return self._moved(request_id, word, now)
            case _:
                raise nowhere(request)

    def _bill(self, wanted: str | None, now: float) -> dict[str, Any]:
        bill = [row for row in rows(self._book, now) if wanted in (None, row.account)]
        total = round(sum(row.cost for row in bill), 6)
        return {"rows": [asdict(row) for row in bill], "total_usd": total}

    def reset(self, account: str | None) -> None:
        """Forget what an account has done, or everything."""
        self._book.forget(account)
        self._journal.clear(account)
        self._faults.forget(account)

    def _moved(self, request_id: str, word: str, now: float) -> Response:
        job = self._book.peek(request_id)
        if job is None:
            raise documented(NOT_FOUND, f"There is no request {request_id!r:.140}.")
        job = job.stepped(now) if word == "step" else cancelled(job, now)[0]
        self._book.put(job)
        return json_response(_shown(job, now))

    def _require_secret(self, request: Request) -> None:
        given, secret = request.header(SECRET_HEADER) or "", self._settings.secret
        if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
            raise assumed(
                403, f"This needs the sandbox's secret in the header {SECRET_HEADER}."
            )


def _shown(job: Job, now: float) -> dict[str, Any]:
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
        "input": json.loads(job.body),
    }
