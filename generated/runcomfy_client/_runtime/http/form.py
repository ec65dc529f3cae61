"""Requests and bodies in httpx's form: what both transports have in common."""

from __future__ import annotations

import ssl
import time
from functools import cache
from typing import Any

import httpx

from ..exchange import Request, Response
from .proxy import proxy_for

_BODY_LIMIT = 16 * 1024 * 1024
_HEADERS = (
    ("Accept", "application/json"),
    ("User-Agent", "runcomfy-client-python"),
    ("Connection", "keep-alive"),
)


def formed(request: Request, trace: object) -> httpx.Request:
    """A request as httpx sends it. The token is revealed here and nowhere else."""
    headers = dict(_HEADERS)
    headers["Accept-Encoding"] = "gzip, deflate" if request.sink is None else "identity"
    if request.body:
        headers["Content-Type"] = "application/json"
    if request.token is not None:
        headers["Authorization"] = f"Bearer {request.token.reveal()}"
    headers.update(request.headers)
    seconds = request.timeout
    limits = {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}
    extensions: dict[str, Any] = {"timeout": limits}
    if request.paid:
        extensions["trace"] = trace
    return httpx.Request(
        request.method,
        request.url,
        content=request.body,
        headers=headers,
        extensions=extensions,
    )


class Body:
    """A body as it comes: into memory up to a limit, or into the sink of the request."""

    __slots__ = ("_head", "_late", "_sink", "kept")

    def __init__(self, request: Request, head: Response) -> None:
        self.kept = bytearray()
        self._head = head
        self._sink = request.sink if 200 <= head.status < 300 else None
        self._late = time.monotonic() + request.timeout

    @property
    def raw(self) -> bool:
        """Whether the bytes go to a sink, and so are not decoded."""
        return self._sink is not None

    def take(self, piece: bytes) -> None:
        """Take a piece. Raises ``OSError`` if there is too much of it, or too late."""
        if self._sink is not None:
            self._sink(self._head, piece)
            return
        self.kept += piece
        if len(self.kept) > _BODY_LIMIT:
            raise OSError("the answer is longer than 16 MiB")
        if time.monotonic() > self._late:
            raise OSError("the answer does not end")


def options(url: str) -> dict[str, Any]:
    """How a connection pool for a URL is made."""
    return {
        "verify": _tls(),
        "proxy": proxy_for(url),
        "limits": httpx.Limits(
            max_connections=64, max_keepalive_connections=16, keepalive_expiry=5.0
        ),
    }


@cache
def _tls() -> ssl.SSLContext:
    """One context for all: making one reads every certificate, some 20 ms."""
    return httpx.create_ssl_context()
