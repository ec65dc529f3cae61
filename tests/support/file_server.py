"""Servers of files, over TLS or plain, that behave as badly as a test asks them to."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from support.loopback_server import HttpRequest, LoopbackServer, read_request

PUBLIC, PRIVATE = "127.0.0.2", "127.0.0.1"
"""Stand-ins: the tests' guard takes the first for an address on the internet."""


Send = Callable[[bytes], None]
Behaviour = Callable[[HttpRequest, Send], None]
"""Answers a request. Returning None keeps the connection; raising ``Hangup`` ends it."""


class Hangup(Exception):
    """Close the connection now."""


class FileServer:
    """A running server and the requests that it has seen."""

    def __init__(
        self, behaviour: Behaviour, context: ssl.SSLContext | None, address: str
    ) -> None:
        self.requests: list[HttpRequest] = []
        self.names: list[str | None] = []
        self.sent = 0
        self._behaviour = behaviour
        if context is not None:
            context.sni_callback = lambda _socket, name, _context: self.names.append(
                name
            )
        self._server = LoopbackServer(self._serve, address=address, tls=context)
        self.port = self._server.port
        self.stop = self._server.stop

    @property
    def connections(self) -> int:
        """How many connections there were."""
        return self._server.accepted

    def url(self, host: str, path: str = "/file") -> str:
        return f"https://{host}:{self.port}{path}"

    def _serve(self, connection: socket.socket) -> None:
        def send(data: bytes) -> None:
            connection.sendall(data)
            self.sent += len(data)

        with contextlib.suppress(Hangup), connection.makefile("rb") as stream:
            while (request := read_request(stream)) is not None:
                self.requests.append(request)
                self._behaviour(request, send)


def respond(status: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A response with the length of its body, unless the headers say otherwise."""
    fields = {"Content-Length": str(len(body))} | headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body


def serve_file(content: bytes, **headers: str) -> Behaviour:
    """A good server: ranges, total, and whatever headers are added."""

    def answer(request: HttpRequest, send: Send) -> None:
        if request.span is None:
            send(respond("200 OK", headers, content))
            return
        start, end = request.span
        piece = content[start : end + 1]
        if not piece:
            result = {"Content-Range": f"bytes */{len(content)}"}
            send(respond("416 Range Not Satisfiable", result))
            return
        result = {
            "Content-Range": f"bytes {start}-{start + len(piece) - 1}/{len(content)}"
        }
        send(respond("206 Partial Content", result | headers, piece))

    return answer


def script(*behaviours: Behaviour) -> Behaviour:
    """One behaviour a request, in order; the last one stays."""
    left = list(behaviours)

    def answer(request: HttpRequest, send: Send) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(request, send)

    return answer


def always(response: bytes, *, hangup: bool = False) -> Behaviour:
    """The same bytes to every request."""

    def answer(request: HttpRequest, send: Send) -> None:
        send(response)
        if hangup:
            raise Hangup

    return answer


def redirect(location: str, status: str = "302 Found") -> Behaviour:
    return always(respond(status, {"Location": location}))


@contextmanager
def serving(
    behaviour: Behaviour, context: ssl.SSLContext | None, address: str = PUBLIC
) -> Iterator[FileServer]:
    """A server in threads of its own; plain HTTP without a context."""
    server = FileServer(behaviour, context, address)
    try:
        yield server
    finally:
        server.stop()
