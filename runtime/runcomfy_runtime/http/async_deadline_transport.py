"""The same for asyncio: httpx's transport, whose connections go by the countdown.

``asyncio.timeout`` around a request would do as well, if httpcore closed a connection whose
TLS handshake is cancelled; it does so only for one that fails.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from .deadline import time_left
from .deadline_transport import SLICE


class AsyncDeadlineTransport(httpx.AsyncHTTPTransport):
    """Made like ``httpx.AsyncHTTPTransport``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # httpx has no argument for what httpcore's pools take as one of theirs.
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
        return _Stream(
            await self._inner.connect_tcp(
                host, port, seconds, local_address, socket_options
            )
        )

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(
            max_bytes, time_left(timeout, httpcore.ReadTimeout)
        )

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), SLICE):
            seconds = time_left(timeout, httpcore.WriteTimeout)
            await self._inner.write(buffer[start : start + SLICE], seconds)

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
