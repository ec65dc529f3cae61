"""How far one request got, read from httpcore's ``trace`` extension.

Exception classes cannot tell it: an answer that never began and one that broke off are the same
class, and one of them means that a job was accepted.
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
    """What is known of one request on its way.

    Listening costs some 10 µs, so only a paid request is listened to: of the others nobody
    need know whether they left.
    """

    __slots__ = ("_token", "head", "sent", "status")

    def __init__(self, request: Request) -> None:
        self._token = request.token
        self.sent = not request.paid
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
        self.head = _plain(response.headers)
        return Response(self.status, self.head)

    def lost(self, error: Exception, body: bytes) -> Lost:
        """What to tell of a request that an exception ended."""
        told = f"{type(error).__name__}: {error}".removesuffix(": ")
        if self._token is not None:  # before it is cut: a part of it would not be found
            told = self._token.redacted_text(told)
        reason = printable(told, 200)
        if self.status:
            return Lost(Reached.ANSWER_BEGAN, reason, self.status, self.head, body)
        reached = Reached.SENT if self.sent else Reached.NOTHING_SENT
        return Lost(reached, reason, hopeless=not self.sent and _hopeless(error))


def _plain(headers: httpx.Headers) -> Mapping[str, str]:
    """Headers by their names in lower case, several of one name as a list (RFC 9110, 5.2)."""
    told: dict[str, str] = {}
    for raw_name, raw_value in headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        told[name] = f"{told[name]}, {value}" if name in told else value
    return told


def _hopeless(error: BaseException | None) -> bool:
    """Whether the next try would fail alike: a wrong certificate, a URL that is none."""
    while error is not None:
        if type(error).__name__ in _HOPELESS:
            return True
        error = error.__cause__ or error.__context__
    return False
