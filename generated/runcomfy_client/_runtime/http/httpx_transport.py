"""The blocking transport over httpx. Imported when the first request is sent.

It is written by hand next to the asyncio transport: that one has pools for each event loop and
no forks to care for, this one has pools for all threads.
"""

from __future__ import annotations

import threading

from ..access import origin
from ..fork import renew_after_fork
from ..transport import Outcome, Request
from .deadline_transport import DeadlineTransport
from .httpx_adapter import (
    LOSSES,
    BodyReader,
    RequestTrace,
    build_request,
    lift_deadline,
    pool_options,
    request_deadline,
)

Origin = tuple[str, str, int | None]


class HttpxTransport:
    """Sends over httpx's connection pools, one for each server, created when first used.

    The pools are used without ``httpx.Client``: nothing here may follow redirects, keep
    cookies or look for credentials. A forked child creates its own.
    """

    def __init__(self) -> None:
        self._pools: dict[Origin, DeadlineTransport] = {}
        self._inherited: list[DeadlineTransport] = []
        self._lock = threading.Lock()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Drop the parent's connections without closing them: that would end them there."""
        self._inherited += self._pools.values()
        self._pools = {}
        self._lock = threading.Lock()

    def send(self, request: Request) -> Outcome:
        """Send once; return the answer, or how far the request got.

        ``request.timeout`` covers the whole request. If the answer goes to a sink, it covers
        the head, and then each piece.
        """
        trace, body = RequestTrace(request), BodyReader(request)
        try:
            sending = build_request(request, trace)
            with request_deadline(request.timeout):
                response = self._pool(request.url).handle_request(sending)
                try:
                    head = body.begin(trace.begun(response))
                    if body.raw:
                        lift_deadline()
                    pieces = response.iter_raw if body.raw else response.iter_bytes
                    for piece in pieces():
                        body.take(piece)
                finally:
                    response.close()
            return body.ended(head)
        except LOSSES as error:
            return trace.lost(error, bytes(body.kept))

    def _pool(self, url: str) -> DeadlineTransport:
        key = origin(url)
        pool = self._pools.get(key)
        if pool is not None:
            return pool
        with self._lock:
            if key not in self._pools:
                self._pools[key] = DeadlineTransport(**pool_options(url))
            return self._pools[key]

    def close(self) -> None:
        """Close the connections. The next request opens new ones."""
        with self._lock:
            pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.close()
