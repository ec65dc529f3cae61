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

from runcomfy_runtime.did_you_mean import did_you_mean_or_list
from runcomfy_runtime.protocol import NOT_FOUND

from .bill import bill_row
from .clock import SandboxClock, VirtualClock, timestamp
from .faults.selection import FaultSelection
from .http_messages import (
    ApiRequest,
    ApiResponse,
    assumed_error,
    coded_error,
    file_response,
    json_response,
)
from .job import JobRecord
from .job_service import JobService
from .model_catalog import whole_number
from .request_log import LOG_FIELDS, RequestLog
from .routes import READ_METHODS, no_such_path, require_method
from .settings import SandboxSettings
from .watch_page import inline_files, job_details, job_summary

SECRET_HEADER = "x-sandbox-secret"  # noqa: S105 - the name of it

_USUAL, _MOST = 1000, 100_000  # entries of an answer
_FURTHEST = 1e8  # seconds that time is advanced at once: three years


class ControlApi:
    """The calls below ``/sandbox``; their form is ours, the live API has none of them."""

    def __init__(
        self,
        settings: SandboxSettings,
        desk: JobService,
        journal: RequestLog,
        faults: FaultSelection,
        clock: SandboxClock | None,
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._book = desk.book
        self._journal = journal
        self._faults = faults
        self._clock = clock

    def answer(self, request: ApiRequest, name: str, now: float) -> ApiResponse:
        """Answer one control call. Raises ``Refused`` without the secret, or for no such call."""
        match tuple(name.split("/")):
            case (("jobs" | "journal" | "ledger") as word,):
                self._admit(request, READ_METHODS)
                return self._list(request, word, now)
            case "jobs", request_id:
                self._admit(request, READ_METHODS)
                job = self._job(request_id)
                return json_response(self._brief(job, now) | job_details(job))
            case "jobs", request_id, ("step" | "cancel") as word:
                self._admit(request, ("POST",))
                return self._moved(self._job(request_id), word, now)
            case "jobs", request_id, "inline", number:
                self._admit(request, READ_METHODS)
                return self._inline(request, self._job(request_id), number)
            case "jobs", request_id, "files", name:
                self._admit(request, READ_METHODS)
                return self._desk.file(request, request_id, name, now)
            case ("reset",):
                self._admit(request, ("POST",))
                account = _said(request, "account").get("account")
                self.reset(account)
                return json_response({"reset": account or "everything"})
            case ("clock",):
                self._admit(request, (*READ_METHODS, "POST"))
                return self._time(request, now)
            case _:
                raise no_such_path(request)

    def reset(self, account: str | None) -> None:
        """Forget what an account has done, or everything."""
        self._book.forget(account)
        self._journal.clear(account)
        self._faults.forget(account)

    def _admit(self, request: ApiRequest, methods: tuple[str, ...]) -> None:
        require_method(request, *methods)
        given, secret = request.header(SECRET_HEADER) or "", self._settings.secret
        if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
            raise assumed_error(
                403, f"This needs the sandbox's secret in the header {SECRET_HEADER}."
            )

    def _list(self, request: ApiRequest, word: str, now: float) -> ApiResponse:
        members = tuple(name for name in LOG_FIELDS if name != "account")
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
        bill = [asdict(bill_row(job, self._book, now)) for job in jobs]
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

    def _moved(self, job: JobRecord, word: str, now: float) -> ApiResponse:
        if word == "step":
            self._book.put(job.stepped(now))
        else:
            self._desk.cancel(job, now)
        return json_response(self._brief(self._job(job.request_id), now))

    def _inline(self, request: ApiRequest, job: JobRecord, number: str) -> ApiResponse:
        files = inline_files(job)
        if number.isascii() and number.isdigit() and int(number[:9]) < len(files):
            file = files[int(number[:9])]
            try:
                return file_response(file.content(), file.type)
            except ValueError:
                pass
        raise no_such_path(request)

    def _time(self, request: ApiRequest, now: float) -> ApiResponse:
        clock = self._clock if isinstance(self._clock, VirtualClock) else None
        if request.method == "POST":
            seconds = _seconds(_said(request, "advance").get("advance", ""))
            if clock is None:
                raise assumed_error(
                    400, "Real time cannot be advanced; this needs a virtual clock."
                )
            clock.advance(seconds)
            now = clock.now()
        return json_response({"now": timestamp(now), "virtual": clock is not None})

    def _job(self, request_id: str) -> JobRecord:
        job = self._book.peek(request_id)
        if job is None:
            raise coded_error(NOT_FOUND, f"There is no request {request_id!r:.140}.")
        return job

    def _brief(self, job: JobRecord, now: float) -> dict[str, Any]:
        return job_summary(job, self._desk.standing(job, now), self._desk.paths(job))


def _said(request: ApiRequest, *known: str) -> Mapping[str, str]:
    """The query. Raises ``Refused`` (400) for a name that the call does not know."""
    for name in request.parameters:
        if name not in known:
            hint = did_you_mean_or_list(name, known)
            raise assumed_error(400, f"There is no parameter {name!r:.40}{hint}")
    return request.parameters


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= _FURTHEST:
        raise assumed_error(
            400, f"advance must be seconds, up to {_FURTHEST:g}, not {text!r:.40}."
        )
    return seconds
