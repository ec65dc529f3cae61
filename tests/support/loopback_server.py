"""A server on loopback: a thread for each connection, and requests read as values.

``scripted_server`` answers as the RunComfy API does, ``file_server`` hands out files.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True)
class HttpRequest:
    """One request as it came over the wire; the names of its headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def kind(self) -> str:
        """submit, status, result, cancel, or the path itself."""
        if self.path.startswith("/v1/models/"):
            return "submit"
        tail = self.path.partition("?")[0].rpartition("/")[2]
        return tail if tail in ("status", "result", "cancel") else self.path

    @property
    def span(self) -> tuple[int, int] | None:
        """The bytes that were asked for, both ends included."""
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("range", ""))
        return (int(match[1]), int(match[2])) if match else None


def read_request(stream: IO[bytes]) -> HttpRequest | None:
    """The next request; None if the connection ends first."""
    first = stream.readline().decode("latin-1").split()
    if len(first) != 3:
        return None
    headers = {}
    while (line := stream.readline().decode("latin-1").strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", 0))
    body = stream.read(length)
    if len(body) < length:
        return None  # the caller is gone: no server acts on half a request
    return HttpRequest(first[0], first[1], headers, body)


class LoopbackServer:
    """Accepts connections until it stops, and serves each in a thread of its own.

    ``serve`` gets the connection, encrypted if there is a TLS context, and may leave it by
    any ``OSError``. The server closes it afterwards.
    """

    def __init__(
        self,
        serve: Callable[[socket.socket], None],
        *,
        address: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.accepted = 0
        """How many connections there were."""
        self.open: set[socket.socket] = set()
        """The connections that there are."""
        self._serve = serve
        self._tls = tls
        self._listener = socket.create_server((address, 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.accepted += 1
            self.open.add(connection)
            thread = threading.Thread(
                target=self._converse, args=(connection,), daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _converse(self, connection: socket.socket) -> None:
        stream = connection
        try:
            if self._tls is not None:
                connection.settimeout(10)
                stream = self._tls.wrap_socket(connection, server_side=True)
                self.open.add(stream)
            self._serve(stream)
        except OSError:
            pass
        finally:
            stream.close()
            connection.close()
            self.open -= {connection, stream}

    def stop(self) -> None:
        """Accept nothing more, end every connection, and wait for their threads."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
