"""What was asked and answered, in order: for assertions such as "exactly one submit"."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from .clock import timestamp
from .exchange import Request, Response
from .route import Route

_KEPT = 100_000  # entries; the oldest go first

FAULT_HEADER = "x-sandbox-fault"
"""Tells a request which fault to meet, and an answer which one it met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request and its answer. The token is not in it, the body only as size and hash."""

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
    fault: str | None
    carriage: str


class Journal:
    """Every entry since the start, or since the last reset."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._number = 0

    def add(
        self,
        request: Request,
        found: Route | None,
        account: str | None,
        response: Response,
        now: float,
    ) -> None:
        """Write down one exchange at ``now``, seconds since 1970."""
        self._number += 1
        told = _told(response)
        self._entries.append(
            Entry(
                number=self._number,
                at=timestamp(now),
                account=account,
                action=found.action.value if found else "none",
                method=request.method,
                path=request.path,
                query=request.query,
                model_id=found.model_id if found else "",
                request_id=(found.request_id if found else "")
                or told.get("request_id", ""),
                body_bytes=len(request.body),
                body_sha256=(
                    hashlib.sha256(request.body).hexdigest() if request.body else ""
                ),
                status=response.status,
                error_code=told.get("error_code"),
                fault=response.header(FAULT_HEADER),
                carriage=response.carriage.value,
            )
        )

    def entries(self, account: str | None = None, **wanted: str) -> Iterator[Entry]:
        """The entries, of one account or of all, whose members have these values."""
        return (
            entry
            for entry in tuple(self._entries)
            if account in (None, entry.account)
            and all(
                str(getattr(entry, name, "")) == value for name, value in wanted.items()
            )
        )

    def text(self, account: str | None = None) -> str:
        """The entries as JSON lines; the same seed and the same calls give the same bytes."""
        return "".join(
            json.dumps(asdict(entry)) + "\n" for entry in self.entries(account)
        )

    def clear(self, account: str | None = None) -> None:
        """Forget the entries of an account, or all of them and start counting again."""
        if account is None:
            self._entries.clear()
            self._number = 0
            return
        kept = [entry for entry in self._entries if entry.account != account]
        self._entries = deque(kept, maxlen=_KEPT)


def _told(response: Response) -> dict[str, Any]:
    # Of a submit the id, of an error the code. Longer answers tell neither.
    if not response.body.startswith(b"{") or len(response.body) > 2000:
        return {}
    try:
        return dict(response.json())
    except ValueError:
        return {}
