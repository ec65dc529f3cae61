"""What the sync and the async fetch share: deadline, TLS context, requests and failures."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from functools import cache

import httpcore
import httpx

from ...escaping import printable
from ..errors import MediaError, MediaFault
from .exchange import ResponseHead, SendRequest


class Deadline:
    """A moment on a monotonic clock."""

    __slots__ = ("_clock", "_end", "_seconds")

    def __init__(
        self, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._seconds = seconds
        self._end = clock() + seconds

    def remaining(self, limit: float | None = None) -> float:
        """Seconds left, but at most ``limit``. Raises ``MediaError`` if the time is over."""
        left = self._end - self._clock()
        if left <= 0:
            raise self.passed()
        return left if limit is None else min(left, limit)

    def passed(self) -> MediaError:
        """The error for a passed deadline."""
        return MediaError(
            f"the server took longer than {self._seconds:g} s", MediaFault.UNREACHABLE
        )


# Failures of a connection as messages.


FAILURES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
    OSError,
)
"""Everything that httpcore and the system raise; programming errors are not among them."""


def as_media_error(error: Exception) -> MediaError:
    """The failure as a ``MediaError``. Text of the library or the peer is escaped."""
    if isinstance(error, httpcore.TimeoutException):
        reason = "the server does not answer in time"
    elif isinstance(error, httpcore.ProtocolError):
        reason = (
            f"the server does not speak HTTP properly ({printable(str(error), 120)})"
        )
    else:
        reason = f"the connection failed ({printable(str(error), 160) or type(error).__name__})"
    return MediaError(reason, MediaFault.UNREACHABLE)


# The certificate authorities: the same ones that the API client trusts.


@cache
def default_context() -> ssl.SSLContext:
    """The context of httpx: certifi's authorities, or those of ``SSL_CERT_FILE`` if it is set.

    Raises ``MediaError`` if that file cannot be read.
    """
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl.SSLError is one
        raise MediaError(
            f"the certificate authorities cannot be loaded ({error.strerror or error}); "
            "look at SSL_CERT_FILE and SSL_CERT_DIR",
            MediaFault.UNREACHABLE,
        ) from None


def as_request(command: SendRequest, deadline: Deadline) -> httpcore.Request:
    """The httpcore request, with the URL in its checked parts."""
    target, seconds = command.target, deadline.remaining()
    return httpcore.Request(
        b"GET",
        httpcore.URL(
            scheme=target.scheme.encode("ascii"),
            host=target.host.encode("ascii"),
            port=target.port,
            target=target.path.encode("ascii"),
        ),
        headers=list(command.headers),
        extensions={
            "timeout": {
                "connect": seconds,
                "read": seconds,
                "write": seconds,
                "pool": seconds,
            }
        },
    )


def as_head(response: httpcore.Response) -> ResponseHead:
    """The status and headers of a response as a value."""
    return ResponseHead(
        response.status,
        tuple((name.lower(), value) for name, value in response.headers),
    )
