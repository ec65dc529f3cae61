"""Blocking HTTP. Imported only when something is sent."""

from __future__ import annotations

import threading

from ..base_url import origin
from ..fork import renew_after_fork
from ..transport import Outcome, Request
from .deadline import lift_deadline, request_deadline
from .deadline_transport import DeadlineTransport
from .httpx_adapter import BodyReader, build_request, pool_options
from .request_trace import LOSSES, RequestTrace

Origin = tuple[str, str, int | None]


class HttpxTransport:
    """Sends over httpx's connection pools, one for each server, made when first used.

    The pools are used without ``httpx.Client``: nothing here may follow redirects, keep
    cookies or look for credentials. A forked child makes its own.
    """

    def __init__(self) -> None:
        self._pools: dict[Origin, DeadlineTransport] = {}
        self._inherited: list[DeadlineTransport] = []
        self._lock = threading.Lock()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Forget the parent's connections; closing them here would end them there."""
        self._inherited += self._pools.values()
        self._pools = {}
        self._lock = threading.Lock()

    def send(self, request: Request) -> Outcome:
        """Send once, and tell what came back, or how far it got.

        ``request.timeout`` is for everything together; of an answer that goes to a sink it is
        for the head, and after that for each piece.
        """
        trail, body = RequestTrace(request), BodyReader(request)
        try:
            sending = build_request(request, trail)
            with request_deadline(request.timeout):
                response = self._pool(request.url).handle_request(sending)
                try:
                    head = body.begin(trail.begun(response))
                    if body.raw:
                        lift_deadline()
                    pieces = response.iter_raw if body.raw else response.iter_bytes
                    for piece in pieces():
                        body.take(piece)
                finally:
                    response.close()
            return body.ended(head)
        except LOSSES as error:
            return trail.lost(error, bytes(body.kept))

    def _pool(self, url: str) -> DeadlineTransport:
        there = origin(url)
        pool = self._pools.get(there)
        if pool is not None:
            return pool
        with self._lock:
            if there not in self._pools:
                self._pools[there] = DeadlineTransport(**pool_options(url))
            return self._pools[there]

    def close(self) -> None:
        """Close the connections. The next request opens new ones."""
        with self._lock:
            pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.close()
