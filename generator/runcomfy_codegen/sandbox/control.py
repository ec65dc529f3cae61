"""The calls below ``/sandbox``: a person or a test looks at jobs and moves them by hand.

Every call needs the sandbox's secret in the header ``x-sandbox-secret``. Pages of other sites
and other users of this machine cannot know it.
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any

from runcomfy_runtime.did_you_mean import did_you_mean_or_list
from runcomfy_runtime.error_codes import NOT_FOUND

from .clock import SandboxClock, SandboxVirtualClock, timestamp
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
from .job_repository import bill_row
from .job_service import JobService
from .model_catalog import whole_parameter
from .request_log import LOG_FIELDS, RequestLog
from .routes import READ_METHODS, no_such_path, require_method
from .settings import SandboxSettings
from .watch_page import inline_files, job_details, job_summary

SECRET_HEADER = "x-sandbox-secret"  # noqa: S105 - the name of it

_DEFAULT_LIMIT, _LARGEST_LIMIT = 1000, 100_000  # entries of an answer
_LONGEST_ADVANCE = 1e8  # seconds at once: three years


class ControlApi:
    """Answers the calls below ``/sandbox``. The live API has none of them."""

    def __init__(
        self,
        settings: SandboxSettings,
        service: JobService,
        log: RequestLog,
        faults: FaultSelection,
        clock: SandboxClock | None,
    ) -> None:
        self._settings = settings
        self._service = service
        self._jobs = service.jobs
        self._log = log
        self._faults = faults
        self._clock = clock

    def answer(self, request: ApiRequest, name: str, now: float) -> ApiResponse:
        """Answer one call. Raises ``Refused`` without the secret, or if there is no such call."""
        match tuple(name.split("/")):
            case (("jobs" | "journal" | "ledger") as kind,):
                self._require_secret(request, READ_METHODS)
                return self._list(request, kind, now)
            case "jobs", request_id:
                self._require_secret(request, READ_METHODS)
                job = self._job(request_id)
                return json_response(self._summary(job, now) | job_details(job))
            case "jobs", request_id, ("step" | "cancel") as word:
                self._require_secret(request, ("POST",))
                return self._move(self._job(request_id), word, now)
            case "jobs", request_id, "inline", number:
                self._require_secret(request, READ_METHODS)
                return self._inline(request, self._job(request_id), number)
            case "jobs", request_id, "files", name:
                self._require_secret(request, READ_METHODS)
                return self._service.output_file(request, request_id, name, now)
            case ("reset",):
                self._require_secret(request, ("POST",))
                account = _query(request, "account").get("account")
                self.reset(account)
                return json_response({"reset": account or "everything"})
            case ("clock",):
                self._require_secret(request, (*READ_METHODS, "POST"))
                return self._time(request, now)
            case _:
                raise no_such_path(request)

    def reset(self, account: str | None) -> None:
        """Forget the jobs and requests of an account, or of all."""
        self._jobs.remove(account)
        self._log.clear(account)
        self._faults.reset(account)

    def _require_secret(self, request: ApiRequest, methods: tuple[str, ...]) -> None:
        require_method(request, *methods)
        header, secret = request.header(SECRET_HEADER) or "", self._settings.secret
        if not secret or not hmac.compare_digest(header.encode(), secret.encode()):
            raise assumed_error(
                403, f"This needs the sandbox's secret in the header {SECRET_HEADER}."
            )

    def _list(self, request: ApiRequest, kind: str, now: float) -> ApiResponse:
        members = tuple(name for name in LOG_FIELDS if name != "account")
        filters = members if kind == "journal" else ()
        if kind == "ledger":
            filters = ("reference",)
        query = dict(_query(request, "account", "limit", *filters))
        limit = whole_parameter(query, "limit", _DEFAULT_LIMIT, 0, _LARGEST_LIMIT)
        account = query.pop("account", None)
        query.pop("limit", None)
        if kind == "journal":
            return json_response(self._entries(account, limit, query))
        reference = query.get("reference")
        if reference is None:
            jobs = self._jobs.newest(account, limit)
            total = len(self._jobs.of_account(account))
        else:
            listed = self._jobs.of_reference(account, reference)
            jobs, total = listed[:limit], len(listed)
        if kind == "jobs":
            summaries = [self._summary(job, now) for job in jobs]
            return json_response({"jobs": summaries, "total": total})
        bill = [asdict(bill_row(job, self._jobs, now)) for job in jobs]
        spent = self._jobs.spent(account) / 1_000_000
        repeated = self._jobs.repeat_count(account)
        return json_response(
            {"rows": bill, "total": total, "total_usd": spent, "repeated": repeated}
        )

    def _entries(
        self, account: str | None, limit: int, query: Mapping[str, str]
    ) -> dict[str, Any]:
        entries = list(self._log.entries(account, **query))
        newest = islice(entries, max(0, len(entries) - limit), None)
        return {"entries": [asdict(entry) for entry in newest], "total": len(entries)}

    def _move(self, job: JobRecord, word: str, now: float) -> ApiResponse:
        if word == "step":
            self._jobs.save(job.stepped(now))
        else:
            self._service.cancel(job, now)
        return json_response(self._summary(self._job(job.request_id), now))

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
        clock = self._clock if isinstance(self._clock, SandboxVirtualClock) else None
        if request.method == "POST":
            seconds = _seconds(_query(request, "advance").get("advance", ""))
            if clock is None:
                raise assumed_error(
                    400, "Real time cannot be advanced; this needs a virtual clock."
                )
            clock.advance(seconds)
            now = clock.now()
        return json_response({"now": timestamp(now), "virtual": clock is not None})

    def _job(self, request_id: str) -> JobRecord:
        job = self._jobs.get(request_id)
        if job is None:
            raise coded_error(NOT_FOUND, f"There is no request {request_id!r:.140}.")
        return job

    def _summary(self, job: JobRecord, now: float) -> dict[str, Any]:
        return job_summary(
            job, self._service.state_of(job, now), self._service.file_paths(job)
        )


def _query(request: ApiRequest, *known: str) -> Mapping[str, str]:
    """The query. Raises ``Refused`` (400) for an unknown parameter."""
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
    if not 0 <= seconds <= _LONGEST_ADVANCE:
        raise assumed_error(
            400,
            f"advance must be seconds, up to {_LONGEST_ADVANCE:g}, not {text!r:.40}.",
        )
    return seconds
