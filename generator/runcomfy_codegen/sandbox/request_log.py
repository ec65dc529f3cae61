"""What was asked and answered, in order: for assertions such as "exactly one submit"."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any, Protocol

from runcomfy_runtime.did_you_mean import did_you_mean_or_list

from .clock import timestamp
from .http_messages import ApiRequest, ApiResponse
from .routes import Action, Route

_KEPT = 100_000  # entries; the oldest go first
_ABOUT_JOBS = (Action.SUBMIT, Action.STATUS, Action.RESULT, Action.CANCEL)
_LONGEST = 20_000  # bytes of an answer that is read

FAULT_HEADER = "x-sandbox-fault"
"""Tells a request which fault to meet, and an answer which one it met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One request and its answer. The token is not in it, the body only as size and hash.

    ``status`` is that of HTTP, ``job_status`` the word that was told of the job, ``outcome``
    what became of a cancel; they are what the API meant, where a fault made it unreadable.
    """

    number: int
    at: str
    account: str | None
    action: str
    method: str
    path: str
    query: str
    model_id: str
    request_id: str
    body_bytes: int
    body_sha256: str
    status: int
    error_code: int | None
    job_status: str
    outcome: str
    fault: str | None
    carriage: str


LOG_FIELDS = tuple(field.name for field in fields(LogEntry))
"""What entries can be chosen by."""


class LogStore(Protocol):
    """Where entries are kept beyond the life of the sandbox."""

    def entries(self) -> list[LogEntry]:
        """The entries kept, from the oldest."""
        ...

    def note(self, entry: LogEntry, oldest: int) -> None:
        """Keep an entry; those with a number below ``oldest`` may go."""
        ...

    def forget_entries(self, account: str | None) -> None:
        """Drop the entries of an account, or all."""
        ...


class RequestLog:
    """Every entry since the start, or since the last reset."""

    def __init__(self, diary: LogStore | None = None) -> None:
        self._diary = diary
        kept = diary.entries() if diary else ()
        self._entries: deque[LogEntry] = deque(kept, maxlen=_KEPT)
        self._number = self._entries[-1].number if self._entries else 0

    def add(
        self,
        request: ApiRequest,
        found: Route | None,
        account: str | None,
        response: ApiResponse,
        now: float,
    ) -> None:
        """Write down one exchange at ``now``, seconds since 1970."""
        self._number += 1
        entry = LogEntry(
            number=self._number,
            at=timestamp(now),
            account=account,
            status=response.status,
            fault=response.header(FAULT_HEADER),
            carriage=response.carriage.value,
            **_asked(request, found),
            **_answered(found, response),
        )
        self._entries.append(entry)
        if self._diary is not None:
            self._diary.note(entry, self._number - _KEPT + 1)

    def entries(
        self, account: str | None = None, **wanted: str | int | None
    ) -> Iterator[LogEntry]:
        """The entries, of one account or of all, whose members have these values.

        Raises ``TypeError`` for a member that entries do not have.
        """
        for name in wanted.keys() - LOG_FIELDS:
            raise TypeError(
                f"entries have no {name!r}{did_you_mean_or_list(name, LOG_FIELDS)}"
            )
        said = {name: str(value) for name, value in wanted.items()}
        return (
            entry
            for entry in tuple(self._entries)
            if account in (None, entry.account)
            and all(str(getattr(entry, name)) == text for name, text in said.items())
        )

    def text(self, account: str | None = None) -> str:
        """The entries as JSON lines, without the times, numbered from 1.

        The same seed and the same calls in the same order, to jobs that stand where they
        stood, give the same bytes.
        """
        lines: list[str] = []
        for number, entry in enumerate(self.entries(account), 1):
            line = asdict(entry) | {"number": number}
            del line["at"]
            lines.append(json.dumps(line) + "\n")
        return "".join(lines)

    def latest(self) -> str:
        """When the last entry was made, as entries tell it; empty if there is none."""
        return self._entries[-1].at if self._entries else ""

    def clear(self, account: str | None = None) -> None:
        """Forget the entries of an account, or all of them and start counting again."""
        if self._diary is not None:
            self._diary.forget_entries(account)
        if account is None:
            self._entries.clear()
            self._number = 0
            return
        kept = [entry for entry in self._entries if entry.account != account]
        self._entries = deque(kept, maxlen=_KEPT)


def _asked(request: ApiRequest, found: Route | None) -> dict[str, Any]:
    body = request.body
    return {
        "action": found.action.value if found else "none",
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "model_id": found.model_id if found else "",
        "body_bytes": len(body) + request.discarded,
        "body_sha256": hashlib.sha256(body).hexdigest() if body else "",
    }


def _answered(found: Route | None, response: ApiResponse) -> dict[str, Any]:
    told = _told(response)
    request_id = found.request_id if found else ""
    of_job = told if found is not None and found.action in _ABOUT_JOBS else {}
    return {
        "request_id": request_id or of_job.get("request_id", ""),
        "error_code": told.get("error_code"),
        "job_status": of_job.get("status", ""),
        "outcome": of_job.get("outcome", ""),
    }


def _told(response: ApiResponse) -> dict[str, Any]:
    # Of a submit the id, of an error the code, of a job its status. Longer answers tell none.
    body = response.meant or response.body
    if not body.startswith(b"{") or len(body) > _LONGEST:
        return {}
    try:
        return dict(json.loads(body))
    except ValueError:
        return {}
