"""The log of requests and answers, for assertions such as "exactly one submit"."""

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

_CAPACITY = 100_000  # entries; the oldest are dropped first
_ABOUT_JOBS = (Action.SUBMIT, Action.STATUS, Action.RESULT, Action.CANCEL)
_LONGEST_ANSWER = 20_000  # bytes of an answer that is read

FAULT_HEADER = "x-sandbox-fault"
"""In a request, the fault rules to apply; in an answer, the fault that struck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One request and its answer. The token is not in it, the body only as size and hash.

    ``status`` is the HTTP status, ``job_status`` the status word of the job, ``outcome`` the
    outcome of a cancel. If a fault made the answer unreadable, they are what the API meant.
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
"""The fields that entries can be filtered by."""


class LogStore(Protocol):
    """Keeps entries beyond the life of the sandbox."""

    def entries(self) -> list[LogEntry]:
        """The entries, the oldest first."""
        ...

    def append(self, entry: LogEntry, oldest: int) -> None:
        """Keep an entry, and remove those with a number below ``oldest``."""
        ...

    def remove_entries(self, account: str | None) -> None:
        """Remove the entries of an account, or all."""
        ...


class RequestLog:
    """Every entry since the start, or since the last reset."""

    def __init__(self, store: LogStore | None = None) -> None:
        self._store = store
        kept = store.entries() if store else ()
        self._entries: deque[LogEntry] = deque(kept, maxlen=_CAPACITY)
        self._number = self._entries[-1].number if self._entries else 0

    def add(
        self,
        request: ApiRequest,
        route: Route | None,
        account: str | None,
        response: ApiResponse,
        now: float,
    ) -> None:
        """Log one request and its answer at ``now``, in seconds since 1970."""
        self._number += 1
        entry = LogEntry(
            number=self._number,
            at=timestamp(now),
            account=account,
            status=response.status,
            fault=response.header(FAULT_HEADER),
            carriage=response.delivery.value,
            **_request_fields(request, route),
            **_response_fields(route, response),
        )
        self._entries.append(entry)
        if self._store is not None:
            self._store.append(entry, self._number - _CAPACITY + 1)

    def entries(
        self, account: str | None = None, **filters: str | int | None
    ) -> Iterator[LogEntry]:
        """The entries of one account, or of all, whose fields have these values.

        Raises ``TypeError`` for a name that entries do not have.
        """
        for name in filters.keys() - LOG_FIELDS:
            raise TypeError(
                f"entries have no {name!r}{did_you_mean_or_list(name, LOG_FIELDS)}"
            )
        texts = {name: str(value) for name, value in filters.items()}
        return (
            entry
            for entry in tuple(self._entries)
            if account in (None, entry.account)
            and all(str(getattr(entry, name)) == text for name, text in texts.items())
        )

    def text(self, account: str | None = None) -> str:
        """The entries as JSON lines, without the times, numbered from 1.

        The same seed, and the same calls in the same order to jobs in the same state, give
        the same bytes.
        """
        lines: list[str] = []
        for number, entry in enumerate(self.entries(account), 1):
            line = asdict(entry) | {"number": number}
            del line["at"]
            lines.append(json.dumps(line) + "\n")
        return "".join(lines)

    def latest(self) -> str:
        """The time of the last entry, as a timestamp; empty without entries."""
        return self._entries[-1].at if self._entries else ""

    def clear(self, account: str | None = None) -> None:
        """Remove the entries of an account, or remove all and start counting again."""
        if self._store is not None:
            self._store.remove_entries(account)
        if account is None:
            self._entries.clear()
            self._number = 0
            return
        kept = [entry for entry in self._entries if entry.account != account]
        self._entries = deque(kept, maxlen=_CAPACITY)


def _request_fields(request: ApiRequest, route: Route | None) -> dict[str, Any]:
    body = request.body
    return {
        "action": route.action.value if route else "none",
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "model_id": route.model_id if route else "",
        "body_bytes": len(body) + request.discarded,
        "body_sha256": hashlib.sha256(body).hexdigest() if body else "",
    }


def _response_fields(route: Route | None, response: ApiResponse) -> dict[str, Any]:
    body = _answer_body(response)
    request_id = route.request_id if route else ""
    job = body if route is not None and route.action in _ABOUT_JOBS else {}
    return {
        "request_id": request_id or job.get("request_id", ""),
        "error_code": body.get("error_code"),
        "job_status": job.get("status", ""),
        "outcome": job.get("outcome", ""),
    }


def _answer_body(response: ApiResponse) -> dict[str, Any]:
    # An id, an error code or a status is in a short JSON object; longer answers have none.
    body = response.intended_body or response.body
    if not body.startswith(b"{") or len(body) > _LONGEST_ANSWER:
        return {}
    try:
        return dict(json.loads(body))
    except ValueError:
        return {}
