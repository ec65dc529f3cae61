"""The asyncio transport over httpx. Imported when the first request is sent.

It is written by hand next to the blocking transport: this one has pools for each event loop,
which must be closed with the loop, that one has pools for all threads.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from weakref import WeakKeyDictionary, finalize

from ..access import origin
from ..errors import forget_frames
from ..transport import Outcome, Request
from .async_deadline_transport import AsyncDeadlineTransport
from .body import BodyReader
from .httpx_adapter import build_request, pool_options, refused_by_proxy
from .httpx_transport import Origin
from .proxy import Proxy, proxy_for
from .request_trace import LOSSES, RequestTrace, sending


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
            prepared = build_request(request)
            pools = await self._opened()
            pool, proxy = pools.to(request.url)
            trace.use_proxy(proxy.name if proxy else "")
            with sending(trace):
                response = await pool.handle_async_request(prepared)
                try:
                    if refused_by_proxy(response, request.url, proxy):
                        return trace.refused_by_proxy(response)
                    body.begin(trace.begun(response))
                    if body.raw:
                        trace.lift_deadline()
                    async for piece in response.aiter_raw():
                        body.take(piece)
                finally:
                    await response.aclose()
            return body.ended()
        except LOSSES as error:
            return body.unreadable(error) or trace.lost(error, bytes(body.kept))
        except BaseException as error:
            if request.token is not None:
                forget_frames(error)
            raise

    async def _opened(self) -> _Pools:
        loop = asyncio.get_running_loop()
        pools = self._kept.get(loop)
        if pools is None or pools.pid != os.getpid():
            await self._drop_closed_loops()
            pools = self._kept[loop] = _Pools()
            await pools.register_with_loop(loop)
        return pools

    async def _drop_closed_loops(self) -> None:
        """Close the connections of loops that were closed without ending their generators."""
        for loop, pools in list(self._kept.items()):
            if loop.is_closed() and self._kept.pop(loop, None) is not None:
                await pools.closed()

    async def aclose(self) -> None:
        """Close the connections of the running loop. The next request opens new ones."""
        pools = self._kept.pop(asyncio.get_running_loop(), None)
        if pools is not None:
            await pools.closed()


class _Pools:
    """The pools of one event loop, which are closed with it.

    Before a loop ends it closes its open async generators. So a generator that closes the pools
    when it is closed itself leaves no socket open, even if the program forgot to close them. A
    loop that is closed without that closes them when it is collected. Nothing here refers to
    the loop, and nothing waits: it works when the loop is closed.
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._pools: dict[Origin, tuple[AsyncDeadlineTransport, Proxy | None]] = {}
        self._keeper = self._until_closed()

    def to(self, url: str) -> tuple[AsyncDeadlineTransport, Proxy | None]:
        """The pool for a URL, and the proxy that it uses."""
        key = origin(url)
        if key not in self._pools:
            proxy = proxy_for(url)
            self._pools[key] = AsyncDeadlineTransport(**pool_options(proxy)), proxy
        return self._pools[key]

    async def _until_closed(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await self.closed()

    async def register_with_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Register the generator that closes the pools with the running loop."""
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(
            hooks.firstiter, None
        )  # the finalizer refers to the loop
        try:
            await anext(self._keeper)
        finally:
            sys.set_asyncgen_hooks(*hooks)
        finalize(loop, self._close_now).atexit = False

    def _close_now(self) -> None:
        closing = self.closed()
        try:
            closing.send(None)
        except StopIteration:
            pass
        finally:
            closing.close()

    async def closed(self) -> None:
        """Close every connection now, unless it belongs to the parent of this process."""
        pools, self._pools = self._pools, {}
        if self.pid != os.getpid():
            return
        for pool, _ in pools.values():
            await pool.aclose()
