"""The API without a socket: on the runtime's transport seam, for tests."""

from __future__ import annotations

from urllib.parse import urlsplit

from runcomfy_runtime.exchange import Lost, Outcome, Reached
from runcomfy_runtime.exchange import Request as Sent
from runcomfy_runtime.exchange import Response as Answer

from .api import Api
from .clock import Clock
from .exchange import JSON_TYPE, Carriage, Request, Response


class DirectTransport:
    """Hands a client's requests to an ``Api`` and its answers back, losses included.

    With a ``VirtualClock``, given to the client too, a job runs without any time passing.
    """

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock

    def send(self, request: Sent) -> Outcome:
        """Send once, and tell what came back, or how far it got."""
        if not request.url.startswith(self._api.settings.base_url + "/"):
            return Lost(Reached.NOTHING_SENT, "nothing but the sandbox can be reached")
        response = self._api.handle(_received(request), self._clock.now())
        self._clock.sleep(min(response.seconds, request.timeout))
        return _delivered(response, request)

    def close(self) -> None:
        """There is nothing to close."""


class AsyncDirectTransport:
    """The same for the asynchronous client."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._direct = DirectTransport(api, clock)

    async def send(self, request: Sent) -> Outcome:
        """Send once, and tell what came back, or how far it got."""
        return self._direct.send(request)

    async def close(self) -> None:
        """There is nothing to close."""


def _received(sent: Sent) -> Request:
    parts = urlsplit(sent.url)
    headers = [("host", parts.netloc), *sent.headers]
    if sent.body:
        headers.append(("content-type", JSON_TYPE))
    if sent.token is not None:
        headers.append(("authorization", f"Bearer {sent.token.reveal()}"))
    return Request(
        method=sent.method,
        path=parts.path,
        query=parts.query,
        headers=tuple((name.lower(), value) for name, value in headers),
        body=sent.body or b"",
    )


def _delivered(response: Response, sent: Sent) -> Outcome:
    late = response.seconds >= sent.timeout
    head = Answer(response.status, _head(response))
    match response.carriage:
        case Carriage.NEVER:
            return Lost(Reached.SENT, "the connection was reset")
        case Carriage.HELD if late:
            return Lost(Reached.SENT, "the answer did not come in time")
        case Carriage.DRIBBLE if late:
            return _begun(head, b"", "the answer does not end", sent)
        case Carriage.RESET | Carriage.CUT:
            half = response.body[: len(response.body) // 2]
            return _begun(head, half, "the connection broke off", sent)
        case _:
            return head._replace(body=_taken(head, response.body, sent))


def _begun(head: Answer, body: bytes, reason: str, sent: Sent) -> Lost:
    kept = _taken(head, body, sent)
    return Lost(Reached.ANSWER_BEGAN, reason, head.status, head.headers, kept)


def _taken(head: Answer, body: bytes, sent: Sent) -> bytes:
    """What stays in memory: all of it, or nothing if the request has a sink for it."""
    if sent.sink is None or not 200 <= head.status < 300:
        return body
    sent.sink(head, body)
    return b""


def _head(response: Response) -> dict[str, str]:
    return {**dict(response.headers), "content-length": str(len(response.body))}
