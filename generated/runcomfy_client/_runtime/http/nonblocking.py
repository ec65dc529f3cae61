"""HTTP without blocking, over one ``httpx.AsyncClient`` a loop. Imported only when something is sent."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from weakref import WeakKeyDictionary

import httpx

from ..exchange import Outcome, Request
from .blocking import Body, Trail, options, parts


class AsyncHttpxTransport:
    """Sends over one ``httpx.AsyncClient`` for each event loop, closed when that loop ends."""

    def __init__(self) -> None:
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, _Kept] = (
            WeakKeyDictionary()
        )

    async def send(self, request: Request) -> Outcome:
        """Send once, and tell what came back, or how far it got."""

        trail, kept = Trail(), b""
        try:
            client = await self._opened()
            sending = client.build_request(**parts(request, trail.heard))
            response = await client.send(sending, stream=True)
            try:
                head = trail.begun(response)
                body = Body(request, head)
                try:
                    pieces = response.aiter_raw if body.raw else response.aiter_bytes
                    async for piece in pieces():
                        body.take(piece)
                finally:
                    kept = bytes(body.kept)
            finally:
                await response.aclose()
            return head._replace(body=kept)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            return trail.lost(error, kept)

    async def _opened(self) -> httpx.AsyncClient:

        loop = asyncio.get_running_loop()
        kept = self._clients.get(loop)
        if kept is None or kept.pid != os.getpid():
            kept = self._clients[loop] = _Kept()
            await kept.opened()
        return kept.client

    async def aclose(self) -> None:
        """Close the connections of the running loop. The next request opens new ones."""

        kept = self._clients.pop(asyncio.get_running_loop(), None)
        if kept is not None and kept.pid == os.getpid():
            await kept.closed()


class _Kept:
    """A client that ends with its event loop.

    The loop closes the async generators that are still open in it before it ends, so one that
    closes the client when it is closed itself leaves no socket behind, whoever forgot to.
    """

    def __init__(self) -> None:

        self.pid = os.getpid()
        self.client = httpx.AsyncClient(**options())
        self._keeper = self._until_closed()

    async def _until_closed(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await self.client.aclose()

    async def opened(self) -> None:
        """Put the client under the care of the running loop."""
        await anext(self._keeper)

    async def closed(self) -> None:
        """Close the client now."""
        await self.client.aclose()
