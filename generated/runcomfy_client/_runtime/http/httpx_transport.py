"""The blocking transport over httpx. Imported when the first request is sent.

It is written by hand next to the asyncio transport: that one has pools for each event loop and
no forks to care for, this one has pools for all threads.
"""

from __future__ import annotations

import threading

from ..access import origin
from ..errors import forget_frames
from ..fork import renew_after_fork
from ..transport import Outcome, Request
from .body import BodyReader
from .deadline_transport import DeadlineTransport
from .httpx_adapter import build_request, pool_options, refused_by_proxy
from .proxy import Proxy, proxy_for
from .request_trace import LOSSES, RequestTrace, sending

Origin = tuple[str, str, int | None]


class HttpxTransport:
    """Sends over httpx's connections, with a pool for each server, created when first used.

    The pools are used without ``httpx.Client``: nothing here may follow redirects, keep
    cookies or look for credentials. A forked child creates its own.
    """

    def __init__(self) -> None:
        self._pools: dict[Origin, tuple[DeadlineTransport, Proxy | None]] = {}
        self._inherited: list[object] = []
        self._lock = threading.Lock()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Drop the parent's connections without closing them: that would end them there."""
        self._inherited.append(self._pools)
        self._pools = {}
        self._lock = threading.Lock()

    def send(self, request: Request) -> Outcome:
        """Send once; return the answer, or how far the request got.

        ``request.timeout`` covers connecting, each written piece, and the whole answer. If the
        answer goes to a sink, it covers the head, and then each piece.
        """
        trace, body = RequestTrace(request), BodyReader(request)
        try:
            prepared = build_request(request)
            pool, proxy = self._pool(request.url)
            trace.use_proxy(proxy.name if proxy else "")
            with sending(trace):
                response = pool.handle_request(prepared)
                try:
                    if refused_by_proxy(response, request.url, proxy):
                        return trace.refused_by_proxy(response)
                    body.begin(trace.begun(response))
                    if body.raw:
                        trace.lift_deadline()
                    for piece in response.iter_raw():
                        body.take(piece)
                finally:
                    response.close()
            return body.ended()
        except LOSSES as error:
            return body.unreadable(error) or trace.lost(error, bytes(body.kept))
        except BaseException as error:
            if request.token is not None:
                forget_frames(error)
            raise

    def _pool(self, url: str) -> tuple[DeadlineTransport, Proxy | None]:
        key = origin(url)
        pool = self._pools.get(key)
        if pool is not None:
            return pool
        with self._lock:
            if key not in self._pools:
                proxy = proxy_for(url)
                self._pools[key] = DeadlineTransport(**pool_options(proxy)), proxy
            return self._pools[key]

    def close(self) -> None:
        """Close the connections. The next request opens new ones."""
        with self._lock:
            pools, self._pools = self._pools, {}
        for pool, _ in pools.values():
            pool.close()
