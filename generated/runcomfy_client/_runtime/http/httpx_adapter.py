"""What both transports over httpx need: requests, certificates, log redaction."""

from __future__ import annotations

import logging
import os
import ssl
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from ..access import Token
from ..errors import BadSetting
from ..escaping import printable
from ..retry_and_timeouts import KEEPALIVE
from ..transport import Request
from .proxy import Proxy

_HEADERS = (
    ("Accept", "application/json"),
    ("User-Agent", "runcomfy-client-python"),
    ("Connection", "keep-alive"),
)


def build_request(request: Request) -> httpx.Request:
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
    return httpx.Request(
        request.method,
        request.url,
        content=request.body,
        headers=headers,
        extensions={"timeout": limits},
    )


def pool_options(proxy: Proxy | None) -> dict[str, Any]:
    """The options of a connection pool."""
    return {
        "verify": _tls(),
        "proxy": proxy.url if proxy is not None else None,
        "limits": httpx.Limits(keepalive_expiry=KEEPALIVE),
    }


def refused_by_proxy(response: httpx.Response, url: str, proxy: Proxy | None) -> bool:
    """Whether the proxy itself answered: it wants a password, and passed nothing on."""
    return proxy is not None and response.status_code == 407 and url.startswith("http:")


@cache
def _tls() -> ssl.SSLContext:
    """One TLS context for all pools: creating one reads every certificate, which takes 20 ms.

    Raises ``BadSetting`` if the environment names certificates that cannot be read.
    """
    folders = os.environ.get("SSL_CERT_DIR", "").split(os.pathsep)
    alone = folders != [""] and not os.environ.get("SSL_CERT_FILE")
    if alone and not any(Path(folder).is_dir() for folder in folders):
        raise _bad_certificates("SSL_CERT_DIR", "there is no such folder")
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl.SSLError is one
        reason = error.strerror or str(error)
        raise _bad_certificates("SSL_CERT_FILE", reason) from None


def _bad_certificates(variable: str, reason: str) -> BadSetting:
    path = printable(os.environ.get(variable, ""), 1000)
    return BadSetting(
        f"the environment variable {variable} names {path!r} as the certificates to trust, and "
        f"they cannot be read ({printable(reason, 120)}): name a PEM file, or unset the "
        "variable to use the usual ones"
    )


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
