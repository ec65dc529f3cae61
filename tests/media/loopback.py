"""Real TLS servers on loopback that behave as badly as a test asks them to."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PUBLIC, PRIVATE = "127.0.0.2", "127.0.0.1"
"""Stand-ins: the tests' guard takes the first for an address on the internet."""


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]

    @property
    def span(self) -> tuple[int, int] | None:
        """The bytes that were asked for, both ends included."""
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("range", ""))
        return (int(match[1]), int(match[2])) if match else None


Send = Callable[[bytes], None]
Behaviour = Callable[[Request, Send], None]
"""Answers a request. Returning None keeps the connection; raising ``Hangup`` ends it."""


class Hangup(Exception):
    """Close the connection now."""


@dataclass
class Server:
    """A running server and what it has seen."""

    port: int
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    names: list[str | None] = field(default_factory=list)
    sent: int = 0

    def url(self, host: str, path: str = "/file") -> str:
        return f"https://{host}:{self.port}{path}"


def respond(status: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A response with the length of its body, unless the headers say otherwise."""
    fields = {"Content-Length": str(len(body))} | headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body


def serve_file(content: bytes, **headers: str) -> Behaviour:
    """A good server: ranges, total, and whatever headers are added."""

    def answer(request: Request, send: Send) -> None:
        if request.span is None:
            send(respond("200 OK", headers, content))
            return
        start, end = request.span
        piece = content[start : end + 1]
        if not piece:
            told = {"Content-Range": f"bytes */{len(content)}"}
            send(respond("416 Range Not Satisfiable", told))
            return
        told = {
            "Content-Range": f"bytes {start}-{start + len(piece) - 1}/{len(content)}"
        }
        send(respond("206 Partial Content", told | headers, piece))

    return answer


def script(*behaviours: Behaviour) -> Behaviour:
    """One behaviour a request, in order; the last one stays."""
    left = list(behaviours)

    def answer(request: Request, send: Send) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(request, send)

    return answer


def always(response: bytes, *, hangup: bool = False) -> Behaviour:
    """The same bytes to every request."""

    def answer(request: Request, send: Send) -> None:
        send(response)
        if hangup:
            raise Hangup

    return answer


def redirect(location: str, status: str = "302 Found") -> Behaviour:
    return always(respond(status, {"Location": location}))


@contextmanager
def serving(
    behaviour: Behaviour, context: ssl.SSLContext | None, address: str = PUBLIC
) -> Iterator[Server]:
    """A server in threads of its own; plain HTTP without a context."""
    listener = socket.create_server((address, 0))
    server = Server(listener.getsockname()[1])
    stopping = threading.Event()
    if context is not None:
        context.sni_callback = lambda _socket, name, _context: server.names.append(name)

    def accept() -> None:
        while not stopping.is_set():
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            worker = threading.Thread(
                target=_converse, args=(raw, context, behaviour, server)
            )
            worker.daemon = True
            worker.start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        stopping.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _converse(
    raw: socket.socket,
    context: ssl.SSLContext | None,
    behaviour: Behaviour,
    server: Server,
) -> None:
    raw.settimeout(10)
    try:
        stream = context.wrap_socket(raw, server_side=True) if context else raw
    except OSError:
        raw.close()
        return

    def send(data: bytes) -> None:
        stream.sendall(data)
        server.sent += len(data)

    with contextlib.suppress(OSError, Hangup), stream:
        pending = b""
        while True:
            while b"\r\n\r\n" not in pending:
                received = stream.recv(65536)
                if not received:
                    return
                pending += received
            head, _, pending = pending.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            method, path, _ = first.split(" ")
            pairs = (line.split(": ", 1) for line in lines)
            request = Request(
                method, path, {name.lower(): value for name, value in pairs}
            )
            server.requests.append(request)
            behaviour(request, send)
