"""Sockets of the blocking transport: names, connections, and slots to wait for.

It is written by hand next to the file for asyncio: that one waits on the event loop, and
reads what the server sent even after writing to it has failed.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

import httpcore
from httpcore._backends.sync import SyncStream

from ..daemon_threads import LOOKUP_THREADS
from .request_trace import time_left

Address = tuple[Any, ...]
"""An answer of ``getaddrinfo``."""

_UNSENT = 128 * 1024
"""Bytes that the system keeps unsent. If it kept megabytes, a slow line would still be sending
them long after the last byte was written."""


class Slots:
    """A semaphore whose waiting ends with the time of the request."""

    def __init__(self, count: int) -> None:
        self._free = threading.Semaphore(count)

    def acquire(self) -> None:
        """Wait for a free slot."""
        if self._free.acquire(blocking=False):
            return
        seconds = time_left(None, httpcore.ConnectTimeout)
        if seconds is not None:
            seconds = min(seconds, threading.TIMEOUT_MAX)
        if not self._free.acquire(timeout=seconds):
            raise no_slot()

    def release(self) -> None:
        """Free a slot."""
        self._free.release()


def no_slot() -> httpcore.ConnectTimeout:
    """The error for a request that waited too long for a connection."""
    return httpcore.ConnectTimeout("no connection became free in time")


def look_up(host: str, port: int, seconds: float | None) -> list[Address]:
    """The addresses of a name, at least one. Raises ``ConnectTimeout`` if that takes too long.

    The system's resolver has no time limit. A look-up that outlives its time is left to its
    thread, and its answer is dropped.
    """
    answers: SimpleQueue[list[Address] | Exception] = SimpleQueue()
    abandoned = threading.Event()

    def ask() -> None:
        if not abandoned.is_set():
            answers.put(resolve(host, port))

    LOOKUP_THREADS.start(ask)
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise too_slow(host) from None
    finally:
        abandoned.set()
    if isinstance(answer, Exception):
        raise answer
    return answer


def resolve(host: str, port: int) -> list[Address] | Exception:
    """Ask the system's resolver; return the error to raise if there is no address."""
    try:
        addresses: list[Address] = list(
            socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
    except (OSError, UnicodeError) as error:
        return httpcore.ConnectError(f"looking up {host}: {error}")
    except Exception as error:  # a resolver that the program has put in its place
        return error
    return addresses or httpcore.ConnectError(f"the name {host} has no address")


def too_slow(host: str) -> httpcore.ConnectTimeout:
    """The error for a look-up that takes too long."""
    return httpcore.ConnectTimeout(f"looking up {host} takes too long")


def open_stream(address: Address, seconds: float | None) -> httpcore.NetworkStream:
    """Connect to an address."""
    connection = new_socket(address)
    try:
        connection.settimeout(seconds)
        connection.connect(address[4])
    except TimeoutError as error:
        connection.close()
        raise httpcore.ConnectTimeout(str(error)) from error
    except OSError as error:
        connection.close()
        raise httpcore.ConnectError(str(error)) from error
    except BaseException:
        connection.close()
        raise
    return SyncStream(connection)


def new_socket(address: Address) -> socket.socket:
    """A socket for an address, not connected yet."""
    try:
        connection = socket.socket(*address[:3])
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    with suppress(OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        unsent = getattr(socket, "TCP_NOTSENT_LOWAT", None)
        if unsent is not None:
            connection.setsockopt(socket.IPPROTO_TCP, unsent, _UNSENT)
    return connection
