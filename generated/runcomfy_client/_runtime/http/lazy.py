"""The HTTP transports, imported when something is first sent: that costs more than all else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..transport import Outcome, Request

if TYPE_CHECKING:
    from .async_httpx_transport import AsyncHttpxTransport
    from .httpx_transport import HttpxTransport


class LazyTransport:
    """Blocking HTTP."""

    def __init__(self) -> None:
        self._opened: HttpxTransport | None = None

    def send(self, request: Request) -> Outcome:
        """Send once, and tell what came back, or how far it got."""
        if self._opened is None:
            from .httpx_transport import HttpxTransport

            self._opened = HttpxTransport()
        return self._opened.send(request)

    def close(self) -> None:
        """Close the connections, if there are any."""
        if self._opened is not None:
            self._opened.close()


class LazyAsyncTransport:
    """HTTP without blocking."""

    def __init__(self) -> None:
        self._opened: AsyncHttpxTransport | None = None

    async def send(self, request: Request) -> Outcome:
        """Send once, and tell what came back, or how far it got."""
        if self._opened is None:
            from .async_httpx_transport import AsyncHttpxTransport

            self._opened = AsyncHttpxTransport()
        return await self._opened.send(request)

    async def aclose(self) -> None:
        """Close the connections of the running loop, if there are any."""
        if self._opened is not None:
            await self._opened.aclose()
