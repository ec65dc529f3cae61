"""The seam to the network: requests, their outcomes, and a method that sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple, Protocol

from .access import Token
from .retry_and_timeouts import REQUEST_TIMEOUT

# One request and its outcome: an answer, or the loss of one.


_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Response(NamedTuple):
    """A complete answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = _NO_HEADERS
    body: bytes = b""


class Reached(IntEnum):
    """How far a request got that has no complete answer."""

    NOTHING_SENT = 0
    """No byte of it was sent: the server cannot know of it."""
    SENT = 1
    """Some or all of it was sent, and no answer began: the server may have acted on it."""
    ANSWER_BEGAN = 2
    """The head of an answer arrived, then the connection broke."""


class Lost(NamedTuple):
    """No complete answer. ``status``, ``headers`` and ``body`` are the part that arrived."""

    reached: Reached
    reason: str
    status: int = 0
    headers: Mapping[str, str] = _NO_HEADERS
    body: bytes = b""
    hopeless: bool = False
    """Trying again cannot help, for example with a wrong certificate."""


Outcome = Response | Lost
Sink = Callable[[Response, bytes], None]
"""Receives a body in pieces: called with its head (without body) and each piece."""


BODY_LIMIT = 16 * 1024 * 1024
"""The most bytes of an answer of the API, decoded. The files of a result are no part of it."""


class Request(NamedTuple):
    """A request to send. The body is serialised once."""

    method: str
    url: str
    body: bytes | None = None
    timeout: float = REQUEST_TIMEOUT
    """Seconds for connecting, for each piece of the body, and for the whole answer after it."""
    headers: tuple[tuple[str, str], ...] = ()
    paid: bool = False
    """Whether it starts a job that costs money, so that its answer must not be lost."""
    token: Token | None = None
    """Set only for the configured server. The transport reveals it."""
    sink: Sink | None = None
    """Receives the undecoded body of a 2xx answer, which is then not kept in memory."""
    call_timeout: float = 0.0
    """Seconds that the call has in all: for waiting until a connection is free, and for sending
    the body. At least ``timeout`` counts."""
    body_limit: int = BODY_LIMIT
    """The most bytes of the answer, decoded. What goes to the sink is not part of it."""
    may_begin: Callable[[], bool] | None = None
    """Asked right before the first byte leaves. If it returns False, nothing is sent."""


class Transport(Protocol):
    """Sends requests. A network failure is returned as ``Lost``; other errors are raised."""

    def send(self, request: Request) -> Outcome:
        """Send once without following redirects; return the answer, or how far it got."""
        ...


class AsyncTransport(Protocol):
    """Sends requests without blocking the event loop."""

    async def send(self, request: Request) -> Outcome:
        """Send once without following redirects; return the answer, or how far it got."""
        ...


# Redaction: servers echo what they are sent, in error pages, redirects and headers. From there
# the token would get into errors, logs and the journal.


def redact(outcome: Outcome, token: Token) -> Outcome:
    """The same outcome, or a copy in which the token is replaced."""
    headers = _headers(outcome.headers, token) if outcome.headers else outcome.headers
    if isinstance(outcome, Response):
        body = token.redacted(outcome.body)
        if body is outcome.body and headers is outcome.headers:
            return outcome
        return outcome._replace(headers=headers, body=body)
    return outcome._replace(
        reason=token.redacted_text(outcome.reason),
        headers=headers,
        body=token.redacted(outcome.body, whole=False),
    )


def _headers(headers: Mapping[str, str], token: Token) -> Mapping[str, str]:
    text = "\n".join((*headers, *headers.values()))
    if token.redacted_text(text) == text:
        return headers
    return {
        token.redacted_text(name): token.redacted_text(value)
        for name, value in headers.items()
    }
