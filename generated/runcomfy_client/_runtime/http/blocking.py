"""Blocking HTTP over one ``httpx.Client``. Imported only when something is sent.

How far a request got is read from httpcore's ``trace`` extension, not from exception classes:
those cannot tell an answer that never began from one that broke off.
"""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections.abc import Mapping
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from ..exchange import Lost, Outcome, Reached, Request, Response
from ..quotation import printable

_BODY_LIMIT = 16 * 1024 * 1024
_AGENT = "runcomfy-client-python"


class Trail:
    """How far one request got, as httpcore tells it."""

    __slots__ = ("head", "sent", "status")

    def __init__(self) -> None:
        self.sent = False
        self.head: Mapping[str, str] = {}
        self.status = 0

    def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        """Hear of one event. What a proxy is asked for is not the request itself."""
        if event.endswith("send_request_headers.started"):
            self.sent = self.sent or info["request"].method != b"CONNECT"

    async def heard(self, event: str, info: Mapping[str, Any]) -> None:
        """The same, for an async connection."""
        self(event, info)

    def begun(self, response: httpx.Response) -> Response:
        """Note that the head of an answer came."""
        self.status = response.status_code
        self.head = {name.lower(): value for name, value in response.headers.items()}
        return Response(self.status, self.head)

    def lost(self, error: Exception, body: bytes) -> Lost:
        """What to tell of a request that an exception ended."""
        reason = printable(f"{type(error).__name__}: {error}".removesuffix(": "), 200)
        if self.status:
            return Lost(Reached.ANSWER_BEGAN, reason, self.status, self.head, body)
        reached = Reached.SENT if self.sent else Reached.NOTHING_SENT
        return Lost(reached, reason, hopeless=not self.sent and _hopeless(error))


def _hopeless(error: BaseException | None) -> bool:
    """Whether the next try would fail alike: a wrong certificate, a URL that is none."""
    while error is not None:
        if type(error).__name__ in _HOPELESS:
            return True
        error = error.__cause__ or error.__context__
    return False


_HOPELESS = ("SSLCertVerificationError", "UnsupportedProtocol", "InvalidURL")


class Body:
    """A body as it comes: into memory up to a limit, or into the sink of the request."""

    __slots__ = ("_head", "_late", "_request", "kept")

    def __init__(self, request: Request, head: Response) -> None:
        self.kept = bytearray()
        self._request = request
        self._head = head
        self._late = time.monotonic() + request.timeout

    @property
    def raw(self) -> bool:
        """Whether the bytes go to a sink, and so are not decoded."""
        return self._request.sink is not None and 200 <= self._head.status < 300

    def take(self, piece: bytes) -> None:
        """Take a piece. Raises ``OSError`` if there is too much of it, or too late."""
        if self.raw and self._request.sink is not None:
            self._request.sink(self._head, piece)
            return
        self.kept += piece
        if len(self.kept) > _BODY_LIMIT:
            raise OSError("the answer is longer than 16 MiB")
        if time.monotonic() > self._late:
            raise OSError("the answer does not end")


def parts(request: Request, trace: object) -> dict[str, Any]:
    """A request in httpx's words. The token is revealed here and nowhere else."""

    headers = list(request.headers)
    if request.body:
        headers.append(("Content-Type", "application/json"))
    if request.sink is not None:
        headers.append(("Accept-Encoding", "identity"))
    if request.token is not None:
        headers.append(("Authorization", f"Bearer {request.token.reveal()}"))
    return {
        "method": request.method,
        "url": request.url,
        "content": request.body,
        "headers": headers,
        "timeout": httpx.Timeout(request.timeout),
        "extensions": {"trace": trace},
    }


class HttpxTransport:
    """Sends over one ``httpx.Client``, made when first used, and made anew in a forked child."""

    def __init__(self) -> None:
        self._client: httpx.Client | None = None
        self._pid = 0
        self._inherited: list[httpx.Client] = []
        self._lock = threading.Lock()

    def send(self, request: Request) -> Outcome:
        """Send once, and tell what came back, or how far it got."""

        trail, kept = Trail(), b""
        try:
            client = self._opened()
            sending = client.build_request(**parts(request, trail))
            response = client.send(sending, stream=True)
            with _closing(response):
                head = trail.begun(response)
                body = Body(request, head)
                try:
                    pieces = response.iter_raw if body.raw else response.iter_bytes
                    for piece in pieces():
                        body.take(piece)
                finally:
                    kept = bytes(body.kept)
            return head._replace(body=kept)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            return trail.lost(error, kept)

    def _opened(self) -> httpx.Client:
        pid = os.getpid()
        if self._client is not None and self._pid == pid:
            return self._client
        with self._lock:
            if self._client is not None and self._pid != pid:
                # A parent's connections: closing them here would end them there.
                self._inherited.append(self._client)
                self._client = None
            if self._client is None:

                self._client = httpx.Client(**options())
                self._pid = pid
            return self._client

    def close(self) -> None:
        """Close the connections. The next request opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None and self._pid == os.getpid():
            client.close()


class _closing:  # noqa: N801 - used as a statement, like contextlib.closing
    """Closes a response; losing the connection while doing so is no news."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._response.close()


def options() -> dict[str, Any]:
    """How every client is made: no redirects, no cookies, one TLS context for all."""

    return {
        "verify": _tls(),
        "follow_redirects": False,
        "cookies": _no_cookies(),
        "headers": {"User-Agent": _AGENT, "Accept": "application/json"},
        "limits": httpx.Limits(max_connections=64, max_keepalive_connections=16),
    }


@cache
def _tls() -> ssl.SSLContext:
    """One context for all: making one reads every certificate, some 20 ms."""

    return httpx.create_ssl_context()


def _no_cookies() -> CookieJar:
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))
