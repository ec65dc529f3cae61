"""The asyncio transport over httpx. Imported when the first request is sent.

It is written by hand next to the blocking transport: this one has pools for each event loop,
which must be closed before the loop ends, that one has pools for all threads.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from weakref import WeakKeyDictionary

from ..access import origin
from ..transport import Outcome, Request
from .async_deadline_transport import AsyncDeadlineTransport
from .httpx_adapter import (
    LOSSES,
    BodyReader,
    RequestTrace,
    build_request,
    lift_deadline,
    pool_options,
    request_deadline,
)
from .httpx_transport import Origin


class AsyncHttpxTransport:
    """Sends over connection pools of the running event loop, closed when that loop ends."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pools] = (
            WeakKeyDictionary()
        )

    async def send(self, request: Request) -> Outcome:
        """Send once; return the answer, or how far the request got.

        ``request.timeout`` means the same as for ``HttpxTransport``.
        """
        trace, body = RequestTrace(request), BodyReader(request)
        try:
            sending = build_request(request, trace.on_event_async)
            with request_deadline(request.timeout):
                pools = await self._opened()
                response = await pools.to(request.url).handle_async_request(sending)
                try:
                    head = body.begin(trace.begun(response))
                    if body.raw:
                        lift_deadline()
                    pieces = response.aiter_raw if body.raw else response.aiter_bytes
                    async for piece in pieces():
                        body.take(piece)
                finally:
                    await response.aclose()
            return body.ended(head)
        except LOSSES as error:
            return trace.lost(error, bytes(body.kept))

    async def _opened(self) -> _Pools:
        loop = asyncio.get_running_loop()
        pools = self._kept.get(loop)
        if pools is None or pools.pid != os.getpid():
            pools = self._kept[loop] = _Pools()
            await pools.register_with_loop()
        return pools

    async def aclose(self) -> None:
        """Close the connections of the running loop. The next request opens new ones."""
        pools = self._kept.pop(asyncio.get_running_loop(), None)
        if pools is not None and pools.pid == os.getpid():
            await pools.closed()


class _Pools:
    """The pools of one event loop, which are closed with it.

    Before a loop ends it closes its open async generators. So a generator that closes the pools
    when it is closed itself leaves no socket open, even if the program forgot to close them.
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._pools: dict[Origin, AsyncDeadlineTransport] = {}
        self._keeper = self._until_closed()

    def to(self, url: str) -> AsyncDeadlineTransport:
        """The pool for a URL."""
        key = origin(url)
        if key not in self._pools:
            self._pools[key] = AsyncDeadlineTransport(**pool_options(url))
        return self._pools[key]

    async def _until_closed(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await self.closed()

    async def register_with_loop(self) -> None:
        """Register the generator that closes the pools with the running loop."""
        await anext(self._keeper)

    async def closed(self) -> None:
        """Close every connection now."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.aclose()
