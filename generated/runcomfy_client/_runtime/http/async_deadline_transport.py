"""httpx's transport with one deadline for the whole request.

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

from .httpx_adapter import WRITE_SIZE, time_left


class AsyncDeadlineTransport(httpx.AsyncHTTPTransport):
    """Takes the options of httpx's own transport."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # httpx has no argument for the network backend of httpcore's pools.
        inner = self._pool._network_backend  # pyright: ignore[reportPrivateUsage]
        counted = _Backend(inner)
        self._pool._network_backend = counted  # pyright: ignore[reportPrivateUsage]


class _Backend(httpcore.AsyncNetworkBackend):
    def __init__(self, inner: httpcore.AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        seconds = time_left(timeout, httpcore.ConnectTimeout)
        stream = await self._inner.connect_tcp(
            host, port, seconds, local_address, socket_options
        )
        return _Stream(stream)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        seconds = time_left(timeout, httpcore.ReadTimeout)
        return await self._inner.read(max_bytes, seconds)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), WRITE_SIZE):
            seconds = time_left(timeout, httpcore.WriteTimeout)
            await self._inner.write(buffer[start : start + WRITE_SIZE], seconds)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        seconds = time_left(timeout, httpcore.ConnectTimeout)
        return _Stream(
            await self._inner.start_tls(ssl_context, server_hostname, seconds)
        )

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
