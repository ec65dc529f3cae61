"""How far a request got, from the events of httpcore's ``trace`` extension.

Exception classes do not show it: an answer that never began and one that broke off raise the
same class, and only the second means that a job was accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from ..escaping import printable
from ..transport import Lost, Reached, Request, Response

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
