"""httpx's transport with one deadline for the whole request, and connections of our own pool.

httpx has a timeout for each operation; here every operation on a connection gets the time that
is left of the request. ``asyncio.timeout`` around a request would do as well, if httpcore closed
a connection whose TLS handshake is cancelled; it closes only one whose handshake fails.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from ..retry_and_timeouts import ADDRESS_TIMEOUT
from .async_connection_pool import AsyncConnectionPool
from .async_sockets import look_up_async, open_stream_async
from .request_trace import current_request, time_left

_PIECE = 16 * 1024
"""Bytes to write at once, so that a peer that reads slowly is noticed after so many."""


class AsyncDeadlineTransport(httpx.AsyncHTTPTransport):
    """Takes the options of httpx's own transport."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # httpx has arguments neither for the network backend nor for the pool. Its own pool
        # knows how to make a connection, through a proxy if there is one.
        inner: Any = self._pool
        inner._network_backend = _Backend()
        self._pool: Any = AsyncConnectionPool(inner.create_connection)


class _Backend(httpcore.AsyncNetworkBackend):
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers."""
        seconds = time_left(timeout, httpcore.ConnectTimeout)
        addresses = await look_up_async(host, port, seconds)
        last = addresses.pop()
        for address in addresses:
            seconds = time_left(ADDRESS_TIMEOUT, httpcore.ConnectTimeout)
            try:
                return _Stream(await open_stream_async(address, seconds))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        seconds = time_left(timeout, httpcore.ConnectTimeout)
        return _Stream(await open_stream_async(last, seconds))


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        seconds = time_left(timeout, httpcore.ReadTimeout)
        return await self._inner.read(max_bytes, seconds)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write in pieces, and note each in the trace of the request."""
        trace = current_request()
        for start in range(0, len(buffer), _PIECE):
            seconds = time_left(timeout, httpcore.WriteTimeout)
            piece = buffer[start : start + _PIECE]
            first = trace is not None and trace.writing(piece, httpcore.WriteTimeout)
            try:
                await self._inner.write(piece, seconds)
            except httpcore.WriteError:
                if first and trace is not None:
                    trace.sent = False
                raise
            if trace is not None:
                trace.begin_step()

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Encrypt the connection; close it if that fails."""
        seconds = time_left(timeout, httpcore.ConnectTimeout)
        try:
            return _Stream(
                await self._inner.start_tls(ssl_context, server_hostname, seconds)
            )
        except BaseException:
            await self._inner.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
