"""What a person or a test may look at and move by hand, below ``/sandbox``.

All of it needs the sandbox's secret in the header ``x-sandbox-secret``, which neither a page
of another site nor another user of this machine can know.
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any

from runcomfy_runtime.protocol import NOT_FOUND

from .bill import row
from .clock import Clock, VirtualClock, timestamp
from .faults.selection import Selection
from .http_messages import (
    Request,
    Response,
    assumed,
    documented,
    file_response,
    json_response,
)
from .job import Job
from .job_service import Desk
from .model_catalog import whole_number
from .nearest import nearest
from .request_log import MEMBERS, Journal
from .routes import READ, nowhere, only
from .settings import Settings
from .watch_page import brief, detail, inline_files

SECRET_HEADER = "x-sandbox-secret"  # noqa: S105 - the name of it

_USUAL, _MOST = 1000, 100_000  # entries of an answer
_FURTHEST = 1e8  # seconds that time is advanced at once: three years


class Control:
    """The calls below ``/sandbox``; their form is ours, the live API has none of them."""

    def __init__(
        self,
        settings: Settings,
        desk: Desk,
        journal: Journal,
        faults: Selection,
        clock: Clock | None,
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._book = desk.book
        self._journal = journal
        self._faults = faults
        self._clock = clock

    def answer(self, request: Request, name: str, now: float) -> Response:
        """Answer one control call. Raises ``Refused`` without the secret, or for no such call."""
        match tuple(name.split("/")):
            case (("jobs" | "journal" | "ledger") as word,):
                self._admit(request, READ)
                return self._list(request, word, now)
            case "jobs", request_id:
                self._admit(request, READ)
                job = self._job(request_id)
                return json_response(self._brief(job, now) | detail(job))
            case "jobs", request_id, ("step" | "cancel") as word:
                self._admit(request, ("POST",))
                return self._moved(self._job(request_id), word, now)
            case "jobs", request_id, "inline", number:
                self._admit(request, READ)
                return self._inline(request, self._job(request_id), number)
            case "jobs", request_id, "files", name:
                self._admit(request, READ)
                return self._desk.file(request, request_id, name, now)
            case ("reset",):
                self._admit(request, ("POST",))
                account = _said(request, "account").get("account")
                self.reset(account)
                return json_response({"reset": account or "everything"})
            case ("clock",):
                self._admit(request, (*READ, "POST"))
                return self._time(request, now)
            case _:
                raise nowhere(request)

    def reset(self, account: str | None) -> None:
        """Forget what an account has done, or everything."""
        self._book.forget(account)
        self._journal.clear(account)
        self._faults.forget(account)

    def _admit(self, request: Request, methods: tuple[str, ...]) -> None:
        only(request, *methods)
        given, secret = request.header(SECRET_HEADER) or "", self._settings.secret
        if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
            raise assumed(
                403, f"This needs the sandbox's secret in the header {SECRET_HEADER}."
            )

    def _list(self, request: Request, word: str, now: float) -> Response:
        members = tuple(name for name in MEMBERS if name != "account")
        chosen = members if word == "journal" else ()
        said = dict(_said(request, "account", "limit", *chosen))
        limit = whole_number(said, "limit", _USUAL, 0, _MOST)
        account = said.pop("account", None)
        said.pop("limit", None)
        if word == "journal":
            return json_response(self._entries(account, limit, said))
        jobs, total = self._book.last(account, limit), len(self._book.of(account))
        if word == "jobs":
            told = [self._brief(job, now) for job in jobs]
            return json_response({"jobs": told, "total": total})
        bill = [asdict(row(job, self._book, now)) for job in jobs]
        spent = self._book.spent(account) / 1_000_000
        repeated = self._book.repeated(account)
        return json_response(
            {"rows": bill, "total": total, "total_usd": spent, "repeated": repeated}
        )

    def _entries(
        self, account: str | None, limit: int, said: Mapping[str, str]
    ) -> dict[str, Any]:
        entries = list(self._journal.entries(account, **said))
        newest = islice(entries, max(0, len(entries) - limit), None)
        return {"entries": list(map(asdict, newest)), "total": len(entries)}

    def _moved(self, job: Job, word: str, now: float) -> Response:
        if word == "step":
            self._book.put(job.stepped(now))
        else:
            self._desk.cancel(job, now)
        return json_response(self._brief(self._job(job.request_id), now))

    def _inline(self, request: Request, job: Job, number: str) -> Response:
        files = inline_files(job)
        if number.isascii() and number.isdigit() and int(number[:9]) < len(files):
            file = files[int(number[:9])]
            try:
                return file_response(file.content(), file.type)
            except ValueError:
                pass
        raise nowhere(request)

    def _time(self, request: Request, now: float) -> Response:
        clock = self._clock if isinstance(self._clock, VirtualClock) else None
        if request.method == "POST":
            seconds = _seconds(_said(request, "advance").get("advance", ""))
            if clock is None:
                raise assumed(
                    400, "Real time cannot be advanced; this needs a virtual clock."
                )
            clock.advance(seconds)
            now = clock.now()
        return json_response({"now": timestamp(now), "virtual": clock is not None})

    def _job(self, request_id: str) -> Job:
        job = self._book.peek(request_id)
        if job is None:
            raise documented(NOT_FOUND, f"There is no request {request_id!r:.140}.")
        return job

    def _brief(self, job: Job, now: float) -> dict[str, Any]:
        return brief(job, self._desk.standing(job, now), self._desk.paths(job))


def _said(request: Request, *known: str) -> Mapping[str, str]:
    """The query. Raises ``Refused`` (400) for a name that the call does not know."""
    for name in request.parameters:
        if name not in known:
            told = nearest(name, known)
            raise assumed(400, f"There is no parameter {name!r:.40}; {told}")
    return request.parameters


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= _FURTHEST:
        raise assumed(
            400, f"advance must be seconds, up to {_FURTHEST:g}, not {text!r:.40}."
        )
    return seconds
