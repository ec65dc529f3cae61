"""Requests and bodies in httpx's form: what both transports have in common."""

from __future__ import annotations

import ssl
from functools import cache
from typing import Any

import httpx

from ..exchange import Request, Response
from .discreet import token_under_way
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
    token_under_way.set(request.token)
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

    __slots__ = ("_head", "_request", "kept", "raw")

    def __init__(self, request: Request) -> None:
        self.kept = bytearray()
        self.raw = False
        """Whether the bytes go to a sink, and so are not decoded."""
        self._request = request
        self._head = Response(0)

    def begin(self, head: Response) -> Response:
        """Take in the head that the body belongs to, and give it back."""
        self._head = head
        self.raw = self._request.sink is not None and 200 <= head.status < 300
        return head

    def take(self, piece: bytes) -> None:
        """Take a piece. Raises ``OSError`` if there is too much of it."""
        if self.raw and self._request.sink is not None:
            self._request.sink(self._head, piece)
            return
        self.kept += piece
        if len(self.kept) > _BODY_LIMIT:
            raise OSError("the answer is longer than 16 MiB")

    def ended(self, head: Response) -> Response:
        """The whole answer."""
        return head._replace(body=bytes(self.kept)) if self.kept else head


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
