"""httpx's transport, whose connections go by the countdown of the request."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from .deadline import time_left

SLICE = 64 * 1024
"""Bytes to write at once: whoever reads them slowly is noticed after so many."""


class DeadlineTransport(httpx.HTTPTransport):
    """Made like ``httpx.HTTPTransport``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # httpx has no argument for what httpcore's pools take as one of theirs.
        inner = self._pool._network_backend  # pyright: ignore[reportPrivateUsage]
        counted = _Backend(inner)
        self._pool._network_backend = counted  # pyright: ignore[reportPrivateUsage]


class _Backend(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        seconds = time_left(timeout, httpcore.ConnectTimeout)
        return _Stream(
            self._inner.connect_tcp(host, port, seconds, local_address, socket_options)
        )

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, time_left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), SLICE):
            seconds = time_left(timeout, httpcore.WriteTimeout)
            self._inner.write(buffer[start : start + SLICE], seconds)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = time_left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
