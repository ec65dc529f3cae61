"""Sockets of the asyncio transport: names, connections, and slots to wait for.

A connection here is a socket, not one of asyncio's transports. A transport closes itself when
writing fails, and what the server had answered by then is lost: an early "413 Content Too
Large", for example. And a socket can be closed when its event loop is closed already.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping
from typing import Any

import anyio
import httpcore
from anyio.abc import ByteStream, SocketAttribute
from httpcore._backends.anyio import AnyIOStream

from ..daemon_threads import LOOKUP_THREADS
from .request_trace import time_left
from .sockets import Address, new_socket, no_slot, resolve, too_slow


class AsyncSlots:
    """A semaphore whose waiting ends with the time of the request."""

    def __init__(self, count: int) -> None:
        self._free = asyncio.Semaphore(count)

    async def acquire(self) -> None:
        """Wait for a free slot."""
        if not self._free.locked():
            await self._free.acquire()  # at once
            return
        seconds = time_left(None, httpcore.ConnectTimeout)
        try:
            async with asyncio.timeout(seconds):
                await self._free.acquire()
        except TimeoutError:
            raise no_slot() from None

    def release(self) -> None:
        """Free a slot."""
        self._free.release()


async def look_up_async(host: str, port: int, seconds: float | None) -> list[Address]:
    """The addresses of a name, at least one. Raises ``ConnectTimeout`` if that takes too long."""
    try:
        async with asyncio.timeout(seconds):
            answer = await LOOKUP_THREADS.run(lambda: resolve(host, port))
    except TimeoutError:
        raise too_slow(host) from None
    if isinstance(answer, Exception):
        raise answer
    return answer


async def open_stream_async(
    address: Address, seconds: float | None
) -> httpcore.AsyncNetworkStream:
    """Connect to an address."""
    connection = new_socket(address)
    try:
        connection.setblocking(False)
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(connection, address[4])
    except TimeoutError as error:
        connection.close()
        raise httpcore.ConnectTimeout(str(error)) from error
    except OSError as error:
        connection.close()
        raise httpcore.ConnectError(str(error)) from error
    except BaseException:
        connection.close()
        raise
    connected = _SocketStream(connection)
    return _Stream(connected, connected)


class _SocketStream(ByteStream):
    """A connected socket.

    A write that fails raises nothing: anyio's TLS would regard the whole connection as broken
    then, and what the server sent before could not be read.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self.write_error: OSError | None = None

    async def receive(self, max_bytes: int = 65536) -> bytes:
        """Read what has arrived. Raises anyio's errors, as its other streams do."""
        try:
            loop = asyncio.get_running_loop()
            data = await loop.sock_recv(self._socket, max_bytes)
        except OSError as error:
            raise anyio.BrokenResourceError(str(error)) from error
        if not data:
            raise anyio.EndOfStream
        return data

    async def send(self, item: bytes) -> None:
        try:
            await asyncio.get_running_loop().sock_sendall(self._socket, item)
        except OSError as error:
            self.write_error = error

    async def send_eof(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)

    async def aclose(self) -> None:
        self._socket.close()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        return {
            SocketAttribute.raw_socket: lambda: self._socket,
            SocketAttribute.local_address: self._socket.getsockname,
            SocketAttribute.remote_address: self._socket.getpeername,
        }


class _Stream(AnyIOStream):
    """httpcore's stream, with timeouts and TLS, over such a socket."""

    def __init__(self, stream: ByteStream, connected: _SocketStream) -> None:
        super().__init__(stream)
        self._connected = connected

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await super().write(buffer, timeout)
        error = self._connected.write_error
        if error is not None:
            raise httpcore.WriteError(str(error)) from error

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Encrypt the connection; a failed write is still noticed on the socket below."""
        stream = await super().start_tls(ssl_context, server_hostname, timeout)
        assert isinstance(stream, AnyIOStream)
        encrypted: Any = stream._stream  # pyright: ignore[reportPrivateUsage]
        return _Stream(encrypted, self._connected)
