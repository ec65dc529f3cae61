"""What both transports over httpx need: requests, bodies, proxies, log redaction, a deadline."""

from __future__ import annotations

import logging
import math
import ssl
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from ..access import Token
from ..errors import BadSetting
from ..escaping import printable, quoted
from ..retry_and_timeouts import KEEPALIVE
from ..transport import Lost, Reached, Request, Response

_BODY_LIMIT = 16 * 1024 * 1024
_HEADERS = (
    ("Accept", "application/json"),
    ("User-Agent", "runcomfy-client-python"),
    ("Connection", "keep-alive"),
)


def build_request(request: Request, trace: object) -> httpx.Request:
    """Convert a request for httpx. The token is revealed here and nowhere else."""
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


class BodyReader:
    """Receives a body in pieces: in memory up to a limit, or in the sink of the request."""

    __slots__ = ("_head", "_request", "kept", "raw")

    def __init__(self, request: Request) -> None:
        self.kept = bytearray()
        self.raw = False
        """Whether the bytes go to a sink, and are therefore not decoded."""
        self._request = request
        self._head = Response(0)

    def begin(self, head: Response) -> Response:
        """Begin the body that belongs to this head, and return the head."""
        self._head = head
        self.raw = self._request.sink is not None and 200 <= head.status < 300
        return head

    def take(self, piece: bytes) -> None:
        """Receive a piece. Raises ``OSError`` if the body is too long."""
        if self.raw and self._request.sink is not None:
            self._request.sink(self._head, piece)
            return
        self.kept += piece
        if len(self.kept) > _BODY_LIMIT:
            raise OSError("the answer is longer than 16 MiB")

    def ended(self, head: Response) -> Response:
        """The complete answer."""
        return head._replace(body=bytes(self.kept)) if self.kept else head


def pool_options(url: str) -> dict[str, Any]:
    """The options of a connection pool for a URL."""
    return {
        "verify": _tls(),
        "proxy": proxy_for(url),
        "limits": httpx.Limits(
            max_connections=64, max_keepalive_connections=16, keepalive_expiry=KEEPALIVE
        ),
    }


@cache
def _tls() -> ssl.SSLContext:
    """One TLS context for all pools: creating one reads every certificate, which takes 20 ms."""
    return httpx.create_ssl_context()


# The proxy of the environment.


_KINDS = ("http", "https", "socks5", "socks5h")


def proxy_for(url: str) -> str | None:
    """The URL of the proxy, from ``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY`` and the like.

    Raises ``BadSetting`` for one that cannot be used: no request bypasses a proxy.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return _checked(proxy if "://" in proxy else f"http://{proxy}") if proxy else None


def _checked(proxy: str) -> str:
    kind = proxy.partition("://")[0].lower()
    if kind not in _KINDS:  # the rest is not shown: it may contain a password
        raise BadSetting(
            f"the environment names a proxy of the kind {quoted(kind)}; "
            f"{', '.join(_KINDS)} can be used"
        )
    if kind.startswith("socks") and find_spec("socksio") is None:
        raise BadSetting(
            f"the environment names a proxy of the kind {kind}, which needs one more "
            "package: pip install socksio"
        )
    return proxy


# Log redaction: at the level DEBUG httpcore logs the head of every answer, in which a server
# may echo the token.


token_under_way: ContextVar[Token | None] = ContextVar("token_under_way", default=None)
"""The token of the request that this thread or task is sending."""


class _TokenFilter(logging.Filter):
    """Replaces the token in every log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        token = token_under_way.get()
        if token is not None:
            record.msg, record.args = token.redacted_text(record.getMessage()), ()
        return True


for _logger in ("connection", "http11", "proxy", "socks"):
    logging.getLogger(f"httpcore.{_logger}").addFilter(_TokenFilter())

# One deadline for a whole request. httpx has a timeout for each read, so a server that sends a
# byte now and then, or one ``100 Continue`` after the other, would block a caller without limit.
# Here every operation on a connection gets the time that is left of the whole request.


WRITE_SIZE = 64 * 1024
"""Bytes to write at once, so that a peer that reads slowly is noticed after so many."""

_end: ContextVar[float] = ContextVar("end", default=math.inf)
"""The deadline of the request that this thread or task is sending."""


@contextmanager
def request_deadline(seconds: float) -> Generator[None]:
    """Limit what is done in this context to so many seconds."""
    before = _end.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(before)


def lift_deadline() -> None:
    """Remove the deadline for the rest of the context: each read still has its timeout."""
    _end.set(math.inf)


def time_left(timeout: float | None, late: Callable[[str], Exception]) -> float | None:
    """Seconds for one operation. Raises ``late`` if no time is left."""
    end = _end.get()
    if end == math.inf:
        return timeout
    remaining = end - time.monotonic()
    if remaining <= 0:
        raise late("the time for the whole request is over")
    return remaining if timeout is None else min(remaining, timeout)


# How far a request got, from the events of httpcore's ``trace`` extension.
#
# Exception classes do not show it: an answer that never began and one that broke off raise the
# same class, and only the second means that a job was accepted.


LOSSES = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)
"""What httpx raises when a request or its answer is lost."""
_HOPELESS = ("SSLCertVerificationError", "UnsupportedProtocol", "InvalidURL")


class RequestTrace:
    """How far one request got.

    Tracing costs about 10 µs, so only a paid request is traced: for any other it does not
    matter whether it was sent.
    """

    __slots__ = ("_token", "head", "sent", "status")

    def __init__(self, request: Request) -> None:
        self._token = request.token
        self.sent = not request.paid
        self.head: Mapping[str, str] = {}
        self.status = 0

    def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        """Receive an event. A ``CONNECT`` to a proxy is not the request itself."""
        if event.endswith("send_request_headers.started"):
            self.sent = self.sent or info["request"].method != b"CONNECT"

    async def on_event_async(self, event: str, info: Mapping[str, Any]) -> None:
        """The same, for an async connection."""
        self(event, info)

    def begun(self, response: httpx.Response) -> Response:
        """Record the head of an answer."""
        self.status = response.status_code
        self.head = _plain(response.headers)
        return Response(self.status, self.head)

    def lost(self, error: Exception, body: bytes) -> Lost:
        """The outcome of a request that ended in an exception."""
        text = f"{type(error).__name__}: {error}".removesuffix(": ")
        if (
            self._token is not None
        ):  # before the text is cut: part of a token is not found
            text = self._token.redacted_text(text)
        reason = printable(text, 200)
        if self.status:
            return Lost(Reached.ANSWER_BEGAN, reason, self.status, self.head, body)
        reached = Reached.SENT if self.sent else Reached.NOTHING_SENT
        return Lost(reached, reason, hopeless=not self.sent and _hopeless(error))


def _plain(headers: httpx.Headers) -> Mapping[str, str]:
    """Headers by their names in lower case; those of one name joined (RFC 9110, 5.2)."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _hopeless(error: BaseException | None) -> bool:
    """Whether every try would fail: a wrong certificate, an invalid URL."""
    while error is not None:
        if type(error).__name__ in _HOPELESS:
            return True
        error = error.__cause__ or error.__context__
    return False
