"""The API without a socket: a transport for the runtime's clients, for tests."""

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
    """The token of a client; only a transport reads it."""

    def reveal(self) -> str:
        """The token itself."""
        ...


class ClientRequest(Protocol):
    """A request of a client: the runtime's class, or its copy in a generated client."""

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
        """Headers, in addition to those that a transport adds."""
        ...

    @property
    def token(self) -> ClientToken | None:
        """The token of the caller."""
        ...

    @property
    def sink(self) -> Callable[[Any, bytes], None] | None:
        """Where the body of a 2xx answer goes instead of into memory."""
        ...


class DirectTransport:
    """Passes a client's requests to an ``Api``, and its answers or losses back.

    If the client has the same ``VirtualClock``, a job runs without any time passing. It serves
    the runtime's own client and generated ones: the outcomes are of the classes in the module
    that defines the class of the request.
    """

    def __init__(self, api: Api, clock: SandboxClock) -> None:
        self._api = api
        self._clock = clock

    def send(self, request: ClientRequest) -> Any:
        """Send once. Returns the client's ``Response``, or its ``Lost`` with the point reached."""
        seconds, outcome = _exchange(self._api, self._clock, request)
        self._clock.sleep(seconds)
        return outcome()

    def close(self) -> None:
        """Do nothing: there is no connection."""


class AsyncDirectTransport:
    """The same for the asynchronous client."""

    def __init__(self, api: Api, clock: SandboxClock) -> None:
        self._api = api
        self._clock = clock

    async def send(self, request: ClientRequest) -> Any:
        """Send once. Returns the client's ``Response``, or its ``Lost`` with the point reached."""
        seconds, outcome = _exchange(self._api, self._clock, request)
        await self._clock.sleep_async(seconds)
        return outcome()

    async def close(self) -> None:
        """Do nothing: there is no connection."""


@dataclass(frozen=True, slots=True)
class _Outcomes:
    """The outcome classes of the runtime that made a request."""

    response: Callable[..., Any]
    lost: Callable[..., Any]
    reached: Callable[[int], Any]

    @classmethod
    def of(cls, sent: ClientRequest) -> _Outcomes:
        module: Any = sys.modules[type(sent).__module__]
        return cls(module.Response, module.Lost, module.Reached)


def _exchange(
    api: Api, clock: SandboxClock, sent: ClientRequest
) -> tuple[float, Callable[[], Any]]:
    """The duration of the exchange in seconds, and a function that returns its outcome."""
    outcomes = _Outcomes.of(sent)
    if not sent.url.startswith(api.settings.base_url + "/"):
        reached = outcomes.reached(Reached.NOTHING_SENT)
        return 0.0, lambda: outcomes.lost(reached, "only the sandbox can be reached")
    response = api.handle(_api_request(sent), clock.now())
    seconds = min(response.seconds, sent.timeout)
    return seconds, lambda: _outcome(response, sent, outcomes)


def _api_request(sent: ClientRequest) -> ApiRequest:
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


def _outcome(response: ApiResponse, sent: ClientRequest, outcomes: _Outcomes) -> Any:
    late = response.seconds >= sent.timeout
    lost, unanswered = outcomes.lost, outcomes.reached(Reached.SENT)
    match response.delivery:
        case Delivery.NEVER:
            return lost(unanswered, "the connection was reset")
        case Delivery.HELD if late:
            return lost(unanswered, "the answer did not come in time")
        case Delivery.DRIBBLE if late:
            return _broken_off(response, 0, "the answer does not end", sent, outcomes)
        case Delivery.RESET | Delivery.CUT:
            half = len(response.body) // 2
            return _broken_off(
                response, half, "the connection broke off", sent, outcomes
            )
        case _:
            head = outcomes.response(response.status, _head(response))
            return head._replace(body=_body(head, response.body, sent))


def _broken_off(
    response: ApiResponse,
    size: int,
    reason: str,
    sent: ClientRequest,
    outcomes: _Outcomes,
) -> Any:
    head = outcomes.response(response.status, _head(response))
    kept = _body(head, response.body[:size], sent)
    reached = outcomes.reached(Reached.ANSWER_BEGAN)
    return outcomes.lost(reached, reason, head.status, head.headers, kept)


def _body(head: Any, body: bytes, sent: ClientRequest) -> bytes:
    """The body for the response; empty if the sink of the request has taken it."""
    if sent.sink is None or not 200 <= head.status < 300:
        return body
    sent.sink(head, body)
    return b""


def _head(response: ApiResponse) -> dict[str, str]:
    return {**dict(response.headers), "content-length": str(len(response.body))}
