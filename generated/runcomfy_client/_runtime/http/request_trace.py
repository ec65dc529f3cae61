"""How far one request got, and the time that is left for its next step.

httpx has a timeout for each read, so a server that sends a byte now and then, or one ``100
Continue`` after the other, would block a caller without limit. Here every operation on a
connection gets the time that is left of the whole request.

Exception classes do not show how far a request got: an answer that never began and one that
broke off raise the same class, and only the second means that a job was accepted. So the
connection itself reports what it writes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import httpx

from ..escaping import printable
from ..transport import Lost, Reached, Request, Response

LOSSES = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)
"""What httpx raises when a request or its answer is lost."""
_HOPELESS = ("SSLCertVerificationError", "UnsupportedProtocol", "InvalidURL")
_WHOLE_WRITE = 4096
"""The system takes so few bytes at once or, if writing fails, none of them."""


class UnreadableBody(OSError):
    """An answer that no second try makes readable: it is too long, or encoded in a strange way."""


class RequestTrace:
    """One request that is being sent.

    Until the call's end it may wait for a connection. Then each step has ``timeout``: the
    connecting, every piece that is written, and the whole answer after the last piece.
    """

    __slots__ = (
        "_call_end",
        "_opening",
        "_request",
        "_step_end",
        "_via",
        "head",
        "sent",
        "status",
    )

    def __init__(self, request: Request) -> None:
        self._request = request
        self._call_end = time.monotonic() + max(request.timeout, request.call_timeout)
        self._step_end = self._call_end
        self._opening = f"{request.method} ".encode()
        self.sent = False
        self.head: Mapping[str, str] = {}
        self.status = 0
        self._via = ""

    @property
    def paid(self) -> bool:
        """Whether the request starts a job that costs money."""
        return self._request.paid

    def use_proxy(self, name: str) -> None:
        """Name the proxy in the reason for a loss: it may be what cannot be reached."""
        self._via = f" (through the proxy {name} of the environment)" if name else ""

    def refused_by_proxy(self, response: httpx.Response) -> Lost:
        """The outcome of a request that the proxy did not pass on."""
        reason = f"the proxy refused: HTTP {response.status_code}{self._via}"
        return Lost(Reached.NOTHING_SENT, printable(reason, 300), hopeless=True)

    def begin_step(self) -> None:
        """A step begins: it has the time of one step."""
        self._step_end = time.monotonic() + self._request.timeout

    def lift_deadline(self) -> None:
        """Remove the deadline: each read still has its timeout."""
        self._call_end = self._step_end = math.inf

    def time_left(self) -> float:
        """Seconds for the next operation; zero or less if the time is over."""
        end = min(self._step_end, self._call_end)
        return end if end == math.inf else end - time.monotonic()

    def writing(self, piece: bytes, late: Callable[[str], Exception]) -> bool:
        """Bytes are about to be written. Returns whether they are the first of the request.

        TLS and a ``CONNECT`` to a proxy are not the request itself. Raises ``late`` if the
        request must not begin any more.
        """
        if self.sent or not piece.startswith(self._opening):
            return False
        may_begin = self._request.may_begin
        if may_begin is not None and not may_begin():
            raise late(
                "this process was stopped for so long that another one may have taken over"
            )
        self.sent = True
        return len(piece) <= _WHOLE_WRITE

    def begun(self, response: httpx.Response) -> Response:
        """Record the head of an answer."""
        self.status = response.status_code
        self.head = _plain(response.headers)
        return Response(self.status, self.head)

    def lost(self, error: Exception, body: bytes) -> Lost:
        """The outcome of a request that ended in an exception."""
        text = f"{type(error).__name__}: {error}".removesuffix(": ")
        if isinstance(error, UnreadableBody):
            text = str(error)
        token = self._request.token
        if token is not None:  # before the text is cut: part of a token is not found
            text = token.redacted_text(text)
        if self.status:
            hopeless = isinstance(error, UnreadableBody)
            reason = printable(text, 200)
            return Lost(
                Reached.ANSWER_BEGAN, reason, self.status, self.head, body, hopeless
            )
        reason = printable(text + self._via, 300)
        reached = Reached.SENT if self.sent else Reached.NOTHING_SENT
        may_be_paid = self.sent and self._request.paid
        return Lost(reached, reason, hopeless=not may_be_paid and _hopeless(error))


def _plain(headers: httpx.Headers) -> Mapping[str, str]:
    """Headers by their names in lower case; those of one name joined (RFC 9110, 5.2)."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _hopeless(error: BaseException | None) -> bool:
    """Whether every try would fail: a wrong certificate, an invalid URL, a proxy's refusal."""
    while error is not None:
        if type(error).__name__ in _HOPELESS:
            return True
        if isinstance(error, httpx.ProxyError) and str(error)[:1] != "5":
            return True  # 407 and the like; a proxy in trouble says 502, 503 or 504
        error = error.__cause__ or error.__context__
    return False


# The request that this thread or task is sending.


_current: ContextVar[RequestTrace | None] = ContextVar("request_trace", default=None)


@contextmanager
def sending(trace: RequestTrace) -> Generator[None]:
    """What is done in this context is done for this request."""
    before = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(before)


def current_request() -> RequestTrace | None:
    """The request that is being sent."""
    return _current.get()


def time_left(timeout: float | None, late: Callable[[str], Exception]) -> float | None:
    """Seconds for one operation. Raises ``late`` if no time is left."""
    trace = _current.get()
    left = math.inf if trace is None else trace.time_left()
    if left <= 0:
        raise late("the time for the whole request is over")
    if left == math.inf:
        return timeout
    return left if timeout is None else min(left, timeout)
