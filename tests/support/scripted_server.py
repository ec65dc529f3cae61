"""A server that answers as its script says, or breaks off as its script says.

Every request it reads is kept, so that a test can count what really went over the wire.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from support.loopback_server import HttpRequest, LoopbackServer, read_request

REQUEST_ID = "req-1"


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


_JOB = re.compile("/v1/requests/([^/]+)/")


def _about_the_job_asked_for(reply: Reply, path: str) -> Reply:
    """The reply with the id in the path, if it names the job that scripts name by default."""
    job = _JOB.match(path)
    if job is None or not isinstance(reply.body, dict):
        return reply
    if reply.body.get("request_id") != REQUEST_ID:
        return reply
    return replace(reply, body={**reply.body, "request_id": job[1]})


Script = Reply | Callable[[HttpRequest], Reply]


class ScriptedServer:
    """The server. ``script`` maps a kind of request to its replies; the last one stays."""

    def __init__(
        self, script: Mapping[str, Script | list[Script]] | None = None
    ) -> None:
        self.seen: list[HttpRequest] = []
        self.script: dict[str, deque[Script]] = {}
        for kind, replies in (script or {}).items():
            self.on(kind, *(replies if isinstance(replies, list) else [replies]))
        self._stopped = threading.Event()
        self._server = LoopbackServer(self._serve)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    def on(self, kind: str, *replies: Script) -> None:
        self.script[kind] = deque(replies)

    @property
    def kinds(self) -> list[str]:
        return [request.kind for request in self.seen]

    def count(self, kind: str) -> int:
        return self.kinds.count(kind)

    @property
    def open(self) -> set[socket.socket]:
        """The connections that there are."""
        return self._server.open

    def _serve(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            while (request := read_request(stream)) is not None:
                self.seen.append(request)
                if not self._answer(connection, request):
                    return

    def _reply_for(self, request: HttpRequest) -> Reply:
        replies = self.script.get(request.kind)
        if not replies:
            return Reply({"error_code": 404001, "error_message": "no such thing"}, 404)
        script = replies[0] if len(replies) == 1 else replies.popleft()
        reply = script if isinstance(script, Reply) else script(request)
        return _about_the_job_asked_for(reply, request.path)

    def _answer(self, connection: socket.socket, request: HttpRequest) -> bool:
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
        self._server.stop()

    def __enter__(self) -> ScriptedServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
