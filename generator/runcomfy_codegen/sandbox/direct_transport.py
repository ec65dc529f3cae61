"""The API without a socket: on the runtime's transport seam, for tests."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from runcomfy_runtime.transport import Reached

from .api import Api
from .clock import SandboxClock
from .http_messages import JSON_TYPE, ApiRequest, ApiResponse, Delivery, Headers


class ClientToken(Protocol):
    """A client's token, which only a transport reveals."""

    def reveal(self) -> str:
        """The token itself."""
        ...


class ClientRequest(Protocol):
    """A request as clients send it; the runtime's, or the copy in a generated client."""

    @property
    def method(self) -> str:
        """``GET`` or ``POST``."""
        ...

    @property
    def url(self) -> str:
        """The whole URL."""
        ...

    @property
    def body(self) -> bytes | None:
        """The JSON to send."""
        ...

    @property
    def timeout(self) -> float:
        """Seconds to wait for the answer."""
        ...

    @property
    def headers(self) -> Headers:
        """Headers, beside those that a transport makes."""
        ...

    @property
    def token(self) -> ClientToken | None:
        """Who asks."""
        ...

    @property
    def sink(self) -> Callable[[Any, bytes], None] | None:
        """Where the body of a 2xx answer goes instead of into memory."""
        ...


class DirectTransport:
    """Hands a client's requests to an ``Api`` and its answers back, losses included.

    With a ``VirtualClock``, given to the client too, a job runs without any time passing. Any
    client will do, the runtime's own or a generated one: the outcomes are made of the classes
    that stand beside the class of the request.
    """

    def __init__(self, api: Api, clock: SandboxClock) -> None:
        self._api = api
        self._clock = clock

    def send(self, request: ClientRequest) -> Any:
        """Send once; the client's ``Response``, or its ``Lost`` that tells how far it got."""
        seconds, outcome = _exchanged(self._api, self._clock, request)
        self._clock.sleep(seconds)
        return outcome()

    def close(self) -> None:
        """There is nothing to close."""


class AsyncDirectTransport:
    """The same for the asynchronous client."""

    def __init__(self, api: Api, clock: SandboxClock) -> None:
        self._api = api
        self._clock = clock

    async def send(self, request: ClientRequest) -> Any:
        """Send once; the client's ``Response``, or its ``Lost`` that tells how far it got."""
        seconds, outcome = _exchanged(self._api, self._clock, request)
        await self._clock.sleep_async(seconds)
        return outcome()

    async def close(self) -> None:
        """There is nothing to close."""


@dataclass(frozen=True, slots=True)
class _Outcomes:
    """The classes of outcomes that the sender of a request knows."""

    response: Callable[..., Any]
    lost: Callable[..., Any]
    reached: Callable[[int], Any]

    @classmethod
    def of(cls, sent: ClientRequest) -> _Outcomes:
        home: Any = sys.modules[type(sent).__module__]
        return cls(home.Response, home.Lost, home.Reached)


def _exchanged(
    api: Api, clock: SandboxClock, sent: ClientRequest
) -> tuple[float, Callable[[], Any]]:
    """How long the exchange takes, in seconds, and what it gives then."""
    outcomes = _Outcomes.of(sent)
    if not sent.url.startswith(api.settings.base_url + "/"):
        reached = outcomes.reached(Reached.NOTHING_SENT)
        return 0.0, lambda: outcomes.lost(reached, "only the sandbox can be reached")
    response = api.handle(_received(sent), clock.now())
    seconds = min(response.seconds, sent.timeout)
    return seconds, lambda: _delivered(response, sent, outcomes)


def _received(sent: ClientRequest) -> ApiRequest:
    parts = urlsplit(sent.url)
    headers = [("host", parts.netloc), *sent.headers]
    if sent.body:
        headers.append(("content-type", JSON_TYPE))
    if sent.token is not None:
        headers.append(("authorization", f"Bearer {sent.token.reveal()}"))
    return ApiRequest(
        method=sent.method,
        path=parts.path,
        query=parts.query,
        headers=tuple((name.lower(), value) for name, value in headers),
        body=sent.body or b"",
    )


def _delivered(response: ApiResponse, sent: ClientRequest, outcomes: _Outcomes) -> Any:
    late = response.seconds >= sent.timeout
    lost, unanswered = outcomes.lost, outcomes.reached(Reached.SENT)
    match response.carriage:
        case Delivery.NEVER:
            return lost(unanswered, "the connection was reset")
        case Delivery.HELD if late:
            return lost(unanswered, "the answer did not come in time")
        case Delivery.DRIBBLE if late:
            return _begun(response, 0, "the answer does not end", sent, outcomes)
        case Delivery.RESET | Delivery.CUT:
            half = len(response.body) // 2
            return _begun(response, half, "the connection broke off", sent, outcomes)
        case _:
            head = outcomes.response(response.status, _head(response))
            return head._replace(body=_taken(head, response.body, sent))


def _begun(
    response: ApiResponse,
    size: int,
    reason: str,
    sent: ClientRequest,
    outcomes: _Outcomes,
) -> Any:
    head = outcomes.response(response.status, _head(response))
    kept = _taken(head, response.body[:size], sent)
    reached = outcomes.reached(Reached.ANSWER_BEGAN)
    return outcomes.lost(reached, reason, head.status, head.headers, kept)


def _taken(head: Any, body: bytes, sent: ClientRequest) -> bytes:
    """What stays in memory: all of it, or nothing if the request has a sink for it."""
    if sent.sink is None or not 200 <= head.status < 300:
        return body
    sent.sink(head, body)
    return b""


def _head(response: ApiResponse) -> dict[str, str]:
    return {**dict(response.headers), "content-length": str(len(response.body))}
