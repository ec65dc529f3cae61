"""The HTTP server: uvicorn on a socket, in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from functools import partial
from typing import ClassVar

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .asgi_app import TRANSPORT, AsgiApp

MOST_CONNECTIONS = 1000
"""uvicorn itself answers 503 to requests on more connections."""

_GRACE = 2  # seconds for open connections at the end
_BACKLOG = 512


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; the system chooses for port 0. Raises ``OSError`` if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With IPPROTO_TCP, asyncio turns Nagle's algorithm off. Otherwise every answer waits
    # 40 ms for the client's acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


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
            timeout_graceful_shutdown=_GRACE,
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
