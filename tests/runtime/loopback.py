"""A scripted HTTP server on loopback: it answers as told, or breaks off as told.

Every request it reads is kept, so that a test can count what really went over the wire.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

REQUEST_ID = "req-1"


@dataclass(frozen=True)
class Seen:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """submit, status, result, cancel, or the path itself."""
        if self.path.startswith("/v1/models/"):
            return "submit"
        tail = self.path.partition("?")[0].rpartition("/")[2]
        return tail if tail in ("status", "result", "cancel") else self.path


@dataclass(frozen=True)
class Reply:
    """What to do with a request: an answer, or a way of failing to give one.

    ``fault``: ``close`` (read, then FIN), ``reset`` (read, then RST), ``hang`` (read, then say
    nothing until the server stops), ``half`` (send half of the body, then close).
    """

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""
    before: Callable[[], None] | None = None

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body).encode()


def submitted(request_id: str = REQUEST_ID, **extra: Any) -> Reply:
    return Reply({"request_id": request_id, **extra})


def status(
    word: str, request_id: str = REQUEST_ID, headers: Any = None, **extra: Any
) -> Reply:
    content = {"request_id": request_id, "status": word, **extra}
    return Reply(content, headers=headers or {})


def result(output: Any = None, word: str = "completed", **extra: Any) -> Reply:
    content = {"request_id": REQUEST_ID, "status": word, **extra}
    if output is not None:
        content["output"] = output
    return Reply(content)


Script = Reply | Callable[[Seen], Reply]


class Loopback:
    """The server. ``script`` maps a kind of request to the replies it gets, the last for ever."""

    def __init__(
        self, script: Mapping[str, Script | list[Script]] | None = None
    ) -> None:
        self.seen: list[Seen] = []
        self.script: dict[str, deque[Script]] = {}
        for kind, replies in (script or {}).items():
            self.on(kind, *(replies if isinstance(replies, list) else [replies]))
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def on(self, kind: str, *replies: Script) -> None:
        self.script[kind] = deque(replies)

    @property
    def kinds(self) -> list[str]:
        return [request.kind for request in self.seen]

    def count(self, kind: str) -> int:
        return self.kinds.count(kind)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.add(connection)
            thread = threading.Thread(
                target=self._serve, args=(connection,), daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as lines:
                while (request := self._read(lines)) is not None:
                    self.seen.append(request)
                    if not self._answer(connection, request):
                        return
        except OSError:
            pass
        finally:
            self._open.discard(connection)

    def _read(self, lines: Any) -> Seen | None:
        first = lines.readline().decode("latin-1").split()
        if len(first) != 3:
            return None
        headers = {}
        while (line := lines.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        body = lines.read(length)
        if len(body) < length:
            return None  # whoever asked is gone: no server acts on half a request
        return Seen(first[0], first[1], headers, body)

    def _reply_for(self, request: Seen) -> Reply:
        replies = self.script.get(request.kind)
        if not replies:
            return Reply({"error_code": 404001, "error_message": "no such thing"}, 404)
        script = replies[0] if len(replies) == 1 else replies.popleft()
        return script if isinstance(script, Reply) else script(request)

    def _answer(self, connection: socket.socket, request: Seen) -> bool:
        reply = self._reply_for(request)
        if reply.before is not None:
            reply.before()
        if reply.fault == "reset":
            connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
        if reply.fault == "hang":
            self._stopped.wait(20)
        if reply.fault in ("close", "reset", "hang"):
            return False
        body = reply.encoded()
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **reply.headers,
        }
        head = f"HTTP/1.1 {reply.status} Scripted\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in headers.items()
        )
        half = reply.fault == "half"
        connection.sendall(
            head.encode("latin-1") + b"\r\n" + body[: len(body) // 2 if half else None]
        )
        return not half

    def stop(self) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._acceptor.join(5)
        for thread in self._threads:
            thread.join(5)

    def __enter__(self) -> Loopback:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
