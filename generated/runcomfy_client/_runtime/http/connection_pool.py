# Made from http/async_connection_pool.py by runtime/make_sync.py: edit that file, then run the script.
"""Lends connections to requests, one at a time.

httpcore has pools, but a task that is cancelled at the wrong moment never frees its place in
them (encode/httpcore#1093). Here a connection belongs to one request until its answer has
ended or anything has stopped it; then it is idle, or it is closed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpcore

from ..retry_and_timeouts import KEEPALIVE, PAID_KEEPALIVE
from .request_trace import current_request
from .sockets import Slots

_CONNECTIONS = 64
"""Open connections to one server, idle ones included."""
_IDLE = 16


class ConnectionPool:
    """The connections to one server. ``create`` opens one when it is first used."""

    def __init__(
        self,
        create: Callable[[httpcore.Origin], httpcore.ConnectionInterface],
    ) -> None:
        self._create = create
        self._slots = Slots(_CONNECTIONS)
        self._lock = threading.Lock()
        self._idle: list[tuple[httpcore.ConnectionInterface, float]] = []
        """Each with the time since when it is idle, the latest last."""
        self._closed = False

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request over an idle connection or a new one."""
        trace = current_request()
        self._slots.acquire()
        connection: httpcore.ConnectionInterface | None = None
        try:
            if trace is not None:
                trace.begin_step()
            paid = trace is not None and trace.paid
            connection = self._borrow(request, paid)
            response: Any = connection.handle_request(request)
        except BaseException:
            self._take_back(connection)
            raise
        return httpcore.Response(
            response.status,
            headers=response.headers,
            content=_Body(response.stream, connection, self._take_back),
            extensions=response.extensions,
        )

    def _borrow(
        self, request: httpcore.Request, paid: bool
    ) -> httpcore.ConnectionInterface:
        """An idle connection, the latest first; else a new one in the place of an idle one.

        A paid request gets no connection that the server may be closing right now: its
        outcome would be unknown.
        """
        longest = PAID_KEEPALIVE if paid else KEEPALIVE
        with self._lock:
            latest = self._idle.pop() if self._idle else None
        if latest is not None:
            connection, since = latest
            if time.monotonic() - since <= longest and _usable(connection):
                return connection
            connection.close()
        self._close_expired()
        return self._create(request.url.origin)

    def _close_expired(self) -> None:
        limit = time.monotonic() - KEEPALIVE
        with self._lock:
            expired = [idle for idle, since in self._idle if since < limit]
            self._idle = [entry for entry in self._idle if entry[1] >= limit]
        for connection in expired:
            connection.close()

    def _take_back(self, connection: httpcore.ConnectionInterface | None) -> None:
        """The request is over: keep the connection if it is idle and clean, else close it.

        Nothing here waits, so that no cancellation comes in between.
        """
        try:
            if connection is not None:
                with self._lock:
                    keep = (
                        not self._closed
                        and len(self._idle) < _IDLE
                        and connection.is_idle()
                        and not _leftover(connection)
                    )
                    if keep:
                        self._idle.append((connection, time.monotonic()))
                if not keep:
                    connection.close()
        finally:
            self._slots.release()

    def close(self) -> None:
        """Close the idle connections now, and the others when their requests are over."""
        with self._lock:
            idle, self._idle, self._closed = self._idle, [], True
        for connection, _ in idle:
            connection.close()


class _Body:
    """The body of an answer, at whose end the connection is taken back."""

    def __init__(
        self,
        stream: Any,
        connection: httpcore.ConnectionInterface,
        take_back: Callable[[httpcore.ConnectionInterface], Any],
    ) -> None:
        self._stream = stream
        self._connection = connection
        self._take_back = take_back
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        pieces: Iterator[bytes] = iter(self._stream)
        return pieces

    def close(self) -> None:
        """End the body, whether it was read to its end or not."""
        if not self._closed:
            self._closed = True
            try:
                self._stream.close()
            finally:
                self._take_back(self._connection)


def _usable(connection: httpcore.ConnectionInterface) -> bool:
    """Whether the server has neither closed an idle connection nor sent anything over it."""
    return connection.is_idle() and not connection.has_expired()


def _leftover(connection: Any) -> bool:
    """Whether the server sent more than the answer: it would be taken for the next answer."""
    while (inner := getattr(connection, "_connection", None)) is not None:
        connection = inner
    state = getattr(connection, "_h11_state", None)
    return state is not None and bool(state.trailing_data[0])
