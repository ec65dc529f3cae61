"""Requests and bodies in httpx's form: what both transports have in common."""

from __future__ import annotations

import logging
import ssl
from contextvars import ContextVar
from functools import cache
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from ..errors import BadSetting
from ..escaping import quoted
from ..retry_and_timeouts import KEEPALIVE
from ..secret import Token
from ..transport import Request, Response

_BODY_LIMIT = 16 * 1024 * 1024
_HEADERS = (
    ("Accept", "application/json"),
    ("User-Agent", "runcomfy-client-python"),
    ("Connection", "keep-alive"),
)


def build_request(request: Request, trace: object) -> httpx.Request:
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


class BodyReader:
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


def pool_options(url: str) -> dict[str, Any]:
    """How a connection pool for a URL is made."""
    return {
        "verify": _tls(),
        "proxy": proxy_for(url),
        "limits": httpx.Limits(
            max_connections=64, max_keepalive_connections=16, keepalive_expiry=KEEPALIVE
        ),
    }


@cache
def _tls() -> ssl.SSLContext:
    """One context for all: making one reads every certificate, some 20 ms."""
    return httpx.create_ssl_context()


# Which proxy the environment wants for a URL.


_KINDS = ("http", "https", "socks5", "socks5h")


def proxy_for(url: str) -> str | None:
    """The URL of the proxy, from ``HTTPS_PROXY``, ``ALL_PROXY``, ``NO_PROXY`` and the like.

    Raises ``BadSetting`` for one that cannot be used: nothing goes around a proxy.
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
    if kind not in _KINDS:  # the rest is not shown, it may hold a password
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


# What httpcore logs, without our token.
#
# At the level DEBUG it logs the head of every answer, word for word, and a server may have
# echoed there what it was sent.


token_under_way: ContextVar[Token | None] = ContextVar("token_under_way", default=None)
"""The token of the request that this thread or task is sending."""


class _TokenFilter(logging.Filter):
    """Lets every record through, and takes the token out of it."""

    def filter(self, record: logging.LogRecord) -> bool:
        token = token_under_way.get()
        if token is not None:
            record.msg, record.args = token.redacted_text(record.getMessage()), ()
        return True


for _logger in ("connection", "http11", "proxy", "socks"):
    logging.getLogger(f"httpcore.{_logger}").addFilter(_TokenFilter())
