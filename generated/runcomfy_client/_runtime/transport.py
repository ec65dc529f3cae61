"""The one seam to the network: a request, what became of it, and a method that sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple, Protocol

from .retry_and_timeouts import REQUEST_TIMEOUT
from .secret import Token

# One request and what came of it: an answer, or the loss of one.


_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Response(NamedTuple):
    """A whole answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = _NO_HEADERS
    body: bytes = b""


class Reached(IntEnum):
    """How far a request got whose answer did not come whole."""

    NOTHING_SENT = 0
    """Not one byte of it left: the server cannot know of it."""
    SENT = 1
    """Some or all of it left, and no answer began: the server may have acted on it."""
    ANSWER_BEGAN = 2
    """The head of an answer came, then the connection broke."""


class Lost(NamedTuple):
    """No whole answer. ``status``, ``headers`` and ``body`` hold what came, if any did."""

    reached: Reached
    reason: str
    status: int = 0
    headers: Mapping[str, str] = _NO_HEADERS
    body: bytes = b""
    hopeless: bool = False
    """Trying again cannot help, as with a certificate that does not fit."""


Outcome = Response | Lost
Sink = Callable[[Response, bytes], None]
"""Takes a body piece by piece: the head it belongs to (without body), and a piece."""


class Request(NamedTuple):
    """What to send. ``timeout`` is in seconds; the body is whole, serialised once."""

    method: str
    url: str
    body: bytes | None = None
    timeout: float = REQUEST_TIMEOUT
    headers: tuple[tuple[str, str], ...] = ()
    paid: bool = False
    """Whether it starts something that costs money, so that its answer must not be lost."""
    token: Token | None = None
    """Only for the configured server; the transport reveals it."""
    sink: Sink | None = None
    """Where the body of a 2xx answer goes instead of into memory, undecoded."""


class Transport(Protocol):
    """Sends requests. Losses are values: only what is no matter of the network is raised."""

    def send(self, request: Request) -> Outcome:
        """Send once, follow no redirect, and tell what came back, or how far it got."""
        ...


class AsyncTransport(Protocol):
    """Sends requests without blocking the event loop."""

    async def send(self, request: Request) -> Outcome:
        """Send once, follow no redirect, and tell what came back, or how far it got."""
        ...


# What came of a request, without the token that the request carried.
#
# Servers echo what they are sent: in a page about an error, in the place that they redirect to,
# in any header. From there it would get into errors, logs and the journal.


def redact(outcome: Outcome, token: Token) -> Outcome:
    """The outcome as it came, or a copy without the token wherever it stood."""
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
