"""The HTTP server: an ASGI application that can break connections, and uvicorn in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import h11
import uvicorn
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from runcomfy_runtime.retry_and_timeouts import RESET_PAUSE, SERVER_STOP_TIMEOUT

from .clock import SandboxClock
from .http_messages import ApiRequest, ApiResponse, Delivery, assumed_error
from .input_validation import MAX_BODY

TRANSPORT = "sandbox.transport"
"""The key of the scope that holds the connection's transport."""

_LARGEST_DISCARDED = 512 * 1024 * 1024  # bytes
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: closing sends RST


class AsgiApp:
    """An ASGI application that answers every request with a handler."""

    body_timeout: ClassVar[float] = 60.0
    """Seconds that a client may take to send the body of a request."""

    def __init__(
        self, handle: Callable[[ApiRequest, float], ApiResponse], clock: SandboxClock
    ) -> None:
        self._handle = handle
        self._clock = clock
        self._delayed: set[asyncio.Transport] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        try:
            async with asyncio.timeout(self.body_timeout):
                request = await _read(HttpRequest(scope, receive))
        except ClientDisconnect:
            return
        except TimeoutError:
            # An incomplete request is not logged.
            await _whole(_too_slow())(scope, receive, send)
            return
        response = self._handle(request, self._clock.now())
        match response.delivery:
            case Delivery.WHOLE:
                await _whole(response)(scope, receive, send)
            case Delivery.HELD | Delivery.DRIBBLE:
                await self._late(response, scope, receive, send)
            case _:
                await _broken(response, scope, receive, send)

    def release(self) -> None:
        """Break every connection whose answer is delayed."""
        for transport in self._delayed:
            transport.abort()

    async def _late(
        self, response: ApiResponse, scope: Scope, receive: Receive, send: Send
    ) -> None:
        transport = scope[TRANSPORT]
        self._delayed.add(transport)
        try:
            if response.delivery is Delivery.DRIBBLE:
                await _dribble(response, receive, send)
            elif not await _client_left(receive, response.seconds):
                await _whole(response)(scope, receive, send)
        finally:
            self._delayed.discard(transport)


async def _dribble(response: ApiResponse, receive: Receive, send: Send) -> None:
    body = response.body
    await _start(response, send)
    if not body:
        await _client_left(receive, response.seconds)
        await _send_body(send, b"", more=False)
    last = len(body) - 1
    for at in range(len(body)):
        await _send_body(send, body[at : at + 1], more=at < last)
        if at < last and await _client_left(receive, response.seconds / len(body)):
            return


async def _broken(
    response: ApiResponse, scope: Scope, receive: Receive, send: Send
) -> None:
    transport: asyncio.Transport = scope[TRANSPORT]
    if response.delivery is not Delivery.NEVER:
        await _start(response, send)
        await _send_body(send, response.body[: len(response.body) // 2], more=True)
        await asyncio.sleep(RESET_PAUSE)
    if response.delivery is Delivery.CUT:
        transport.close()
    else:
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()
    await _client_left(receive, None)


async def _client_left(receive: Receive, seconds: float | None) -> bool:
    """Wait up to ``seconds`` for the client to leave. Returns whether it has left."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
            return True
    return False


async def _start(response: ApiResponse, send: Send) -> None:
    start: dict[str, Any] = {"type": "http.response.start", "status": response.status}
    await send(start | {"headers": _whole(response).raw_headers})


async def _send_body(send: Send, body: bytes, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


def _whole(response: ApiResponse) -> HttpResponse:
    answer = HttpResponse(response.body, response.status)
    for name, value in response.headers:
        answer.headers[name] = value
    return answer


def _too_slow() -> ApiResponse:
    refused = assumed_error(408, "The body of the request did not come in time.")
    return refused.response.having(("connection", "close"))


async def _read(request: HttpRequest) -> ApiRequest:
    scope = request.scope
    body, discarded = await _body(request)
    return ApiRequest(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in scope["headers"]
        ),
        body=body,
        discarded=discarded,
    )


async def _body(request: HttpRequest) -> tuple[bytes, int]:
    """The body, and 0; for a body that is too long, nothing and its size."""
    # A body that is too long is read to its end, up to a limit: a client that is still
    # writing does not see an early answer.
    body, discarded = bytearray(), 0
    async for chunk in request.stream():
        if len(body) + len(chunk) <= MAX_BODY and not discarded:
            body += chunk
        else:
            discarded += len(chunk)
        if discarded > _LARGEST_DISCARDED:
            break
    return (b"", len(body) + discarded) if discarded else (bytes(body), 0)


MOST_CONNECTIONS = 1000
"""uvicorn itself answers 503 to requests on more connections."""


class Server:
    """A server on an open socket. ``run`` blocks; ``start`` and ``stop`` use a thread."""

    def __init__(self, app: AsgiApp, listener: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=ResettableProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=SERVER_STOP_TIMEOUT,
            limit_concurrency=MOST_CONNECTIONS,
        )
        self._listener = listener
        self._uvicorn = _UvicornServer(config, app)
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Serve until interrupted or stopped."""
        try:
            self._uvicorn.run(sockets=[self._listener])
        finally:
            self._uvicorn.serving.set()
            self._listener.close()

    def start(self) -> None:
        """Serve in the background. Returns when the server answers requests."""
        self._thread = threading.Thread(target=self.run, name="sandbox", daemon=True)
        self._thread.start()
        self._uvicorn.serving.wait()
        if not self._uvicorn.started:
            self._thread.join()
            raise RuntimeError("the sandbox could not start; the log says why")

    def stop(self) -> None:
        """Finish open requests, close the socket, end the thread. May be called twice."""
        self._uvicorn.should_exit = True
        if self._thread is not None:
            self._thread.join()


class _UvicornServer(uvicorn.Server):
    """A uvicorn server with an event for the start; uvicorn itself only sets a flag."""

    def __init__(self, config: uvicorn.Config, app: AsgiApp) -> None:
        super().__init__(config)
        self.serving = threading.Event()
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.serving.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.release()
        await super().shutdown(sockets)


class ResettableProtocol(H11Protocol):
    """HTTP/1.1 that gives the application its connections, to reset them on demand.

    A connection on which no complete head arrives in time is aborted.
    """

    head_timeout: ClassVar[float] = 15.0
    """Seconds that a client may take to send the head of a request."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timeout for the head of a request."""
        # uvicorn narrows the argument in the same way: TCP transports only.
        super().connection_made(transport)
        self.app = partial(_with_transport, self.app, transport)
        self._update_timeout()

    def data_received(self, data: bytes) -> None:
        """Take bytes; the timeout runs until they are a complete head."""
        super().data_received(data)
        self._update_timeout()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timeout."""
        self._stop_timeout()
        super().connection_lost(exc)

    def _update_timeout(self) -> None:
        # h11 calls the client idle until the head of a request is complete.
        if self.conn.their_state is not h11.IDLE:
            self._stop_timeout()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(
                self.head_timeout, self.transport.abort
            )

    def _stop_timeout(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


async def _with_transport(
    app: ASGIApp,
    transport: asyncio.Transport,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    await app({**scope, TRANSPORT: transport}, receive, send)
