"""The guarded fetch of media: drives ``measure_remote`` over httpcore."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Any

import httpcore

from ..info import MediaInfo
from .connection import (
    FAILURES,
    Deadline,
    as_head,
    as_media_error,
    as_request,
    default_context,
)
from .exchange import Command, CommandResult, Exchange, SendRequest, T
from .guard import Guard, lookup_within_async, system_lookup
from .policy import FetchPolicy
from .remote_file import measure_remote


async def fetch_async(
    url: str,
    policy: FetchPolicy,
    *,
    thorough: bool = False,
    guard: Guard | None = None,
    context: ssl.SSLContext | None = None,
) -> MediaInfo:
    """Measure the file at an https URL. Raises ``MediaError``.

    Proxies and credentials of the environment are not used: behind a proxy, the guard
    would check the proxy's address and nothing else.
    """
    deadline = Deadline(policy.seconds)
    backend = AsyncGuardedBackend(guard or Guard(policy), deadline)
    async with httpcore.AsyncConnectionPool(
        ssl_context=context or default_context(),
        network_backend=backend,
        max_connections=1,
    ) as pool:
        return await _run(measure_remote(url, policy, thorough), pool, deadline)


async def _run(
    exchange: Exchange[T], pool: httpcore.AsyncConnectionPool, deadline: Deadline
) -> T:
    connection = _Connection(pool, deadline)
    try:
        command = next(exchange)
        while True:
            command = exchange.send(await connection.answer(command))
    except StopIteration as stop:
        result: T = stop.value
        return result
    except FAILURES as error:
        raise as_media_error(error) from None
    finally:
        await connection.close()


class _Connection:
    """Answers the commands of an exchange."""

    def __init__(self, pool: httpcore.AsyncConnectionPool, deadline: Deadline) -> None:
        self._pool = pool
        self._deadline = deadline
        self._response: httpcore.Response | None = None
        self._pieces: AsyncIterator[bytes] | None = None

    async def answer(self, command: Command) -> CommandResult:
        """Send a request, or receive a piece of the last one's body."""
        if not isinstance(command, SendRequest):
            self._deadline.remaining()
            return b"" if self._pieces is None else await anext(self._pieces, b"")
        await self.close()
        request = as_request(command, self._deadline)
        response = self._response = await self._pool.handle_async_request(request)
        assert isinstance(response.stream, AsyncIterable)
        self._pieces = aiter(response.stream)
        return as_head(response)

    async def close(self) -> None:
        """Give the connection back: for further use if the body was read to its end."""
        response, self._response = self._response, None
        if response is not None:
            await response.aclose()


class AsyncGuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name once, checks every answer, and dials that address and no other."""

    def __init__(self, guard: Guard, deadline: Deadline) -> None:
        self._guard = guard
        self._deadline = deadline
        inner = httpcore.AnyIOBackend()
        # async only: where anyio is missing, httpcore has a stub of another type
        assert isinstance(inner, httpcore.AsyncNetworkBackend)
        # end
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers. Raises ``MediaError`` if none may be."""
        guard, deadline = self._guard, self._deadline
        lookup = guard.lookup or system_lookup
        addresses = await lookup_within_async(lookup, host, port, deadline.remaining())
        failure: Exception | None = None
        for address in guard.admit(host, port, addresses):
            seconds = deadline.remaining(guard.policy.connect_seconds)
            try:
                stream = await self._inner.connect_tcp(
                    address, port, seconds, local_address, socket_options
                )
                return AsyncTimedStream(stream, deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        assert failure is not None
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Always refused: media are not behind sockets of this machine."""
        raise httpcore.UnsupportedProtocol("no unix sockets")


class AsyncTimedStream(httpcore.AsyncNetworkStream):
    """A connection whose every step ends at the deadline."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Receive some bytes."""
        return await self._inner.read(max_bytes, self._deadline.remaining(timeout))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        await self._inner.write(buffer, self._deadline.remaining(timeout))

    async def aclose(self) -> None:
        """Close the connection, in time or not."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Begin TLS; the certificate is checked for the name, not for the address."""
        seconds = self._deadline.remaining(timeout)
        return AsyncTimedStream(
            await self._inner.start_tls(ssl_context, server_hostname, seconds),
            self._deadline,
        )

    def get_extra_info(self, info: str) -> Any:
        """What the connection underneath knows."""
        return self._inner.get_extra_info(info)
