"""The fault matrix, continued: connections, certificates, proxies, uploads, downloads, the journal.

One table. Both clients run each row, with a journal, over real sockets: how the call ends, how
many submits reached the server, and how many the journal holds for unknown.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.client_config import SystemClock
from runcomfy_runtime.http import httpx_adapter
from runcomfy_runtime.sqlite_journal import SqliteJournal
from runtime.side import OUTPUT, Side
from support.loopback_server import LoopbackServer
from support.scripted_server import Reply, ScriptedServer, result, status, submitted

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


class World(NamedTuple):
    """What a row may arrange."""

    server: ScriptedServer
    side: Side
    patch: pytest.MonkeyPatch
    folder: Path
    raw: list[LoopbackServer]
    released: threading.Event

    def serve(self, serve: Callable[[socket.socket], None]) -> str:
        """Start another server that treats its sockets so, and return its address."""
        server = LoopbackServer(serve)
        self.raw.append(server)
        return f"127.0.0.1:{server.port}"

    def instead(self, serve: Callable[[socket.socket], None], scheme: str) -> None:
        """Let such a server be the one that the client knows."""
        self.side.settle(base_url=f"{scheme}://{self.serve(serve)}")

    def in_real_time(self) -> None:
        self.side.settle(clock=SystemClock())

    def hang(self, connection: socket.socket) -> None:
        connection.recv(65536)
        self.released.wait(20)


def slow_look_up(world: World) -> None:
    look_up = socket.getaddrinfo

    def slow(*arguments: Any, **options: Any) -> Any:
        world.released.wait(10)
        return look_up(*arguments, **options)

    world.patch.setattr(socket, "getaddrinfo", slow)
    world.in_real_time()


def hung_handshake(world: World) -> None:
    world.instead(world.hang, "https")
    world.in_real_time()


def hung_proxy(world: World) -> None:
    world.patch.setenv("HTTPS_PROXY", f"http://{world.serve(world.hang)}")
    world.side.settle(base_url="https://model-api.runcomfy.net")
    world.in_real_time()


def one_byte(world: World) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(1)

    world.instead(serve, "http")


def slow_reader(rate: int) -> Callable[[World], None]:
    def serve(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        if b"POST" not in head:
            return
        size = int(head.lower().partition(b"content-length:")[2].split()[0])
        count = len(body)
        while count < size:
            time.sleep(16384 / rate)
            count += len(connection.recv(16384))
        answer = b'{"request_id": "req-1"}'
        length = b"Content-Length: %d" % len(answer)
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n\r\n" + answer)

    def arrange(world: World) -> None:
        world.instead(serve, "http")
        world.in_real_time()

    return arrange


def early(code: int) -> Callable[[World], None]:
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\n{}" % code)
        time.sleep(0.2)  # the rest is never read, so closing resets the connection

    return lambda world: world.instead(serve, "http")


def certificates(variable: str) -> Callable[[World], None]:
    def arrange(world: World) -> None:
        world.patch.delenv("SSL_CERT_FILE", raising=False)
        world.patch.setenv(variable, str(world.folder / "nowhere"))
        world.side.settle(base_url="https://127.0.0.1:9")

    return arrange


def proxy(code: int) -> Callable[[World], None]:
    def arrange(world: World) -> None:
        world.server.on("model-api.runcomfy.net:443", Reply(b"", code))
        world.patch.setenv("HTTPS_PROXY", world.server.url)
        world.side.settle(base_url="https://model-api.runcomfy.net")

    return arrange


def dead_proxy(**variables: str) -> Callable[[World], None]:
    """A proxy that is not there; with NO_PROXY, or on this machine, it is not asked."""

    def arrange(world: World) -> None:
        for name, value in variables.items():
            port = world.server.url.rpartition(":")[2]
            world.patch.setenv(name, value.replace("PORT", port))

    return arrange


def answered(kind: str, *replies: Reply) -> Callable[[World], None]:
    return lambda world: world.server.on(kind, *replies)


def hung_clean_up(world: World) -> None:
    world.server.on("status", status("in_queue"), Reply(fault="hang"))
    world.server.on("cancel", Reply(fault="hang"))
    world.patch.setattr("runcomfy_runtime.lifecycle.run.CLEANUP_TIMEOUT", 0.3)
    world.in_real_time()


def file(*replies: Reply) -> Callable[[World], None]:
    def arrange(world: World) -> None:
        world.server.on("result", result({"image": f"{world.server.url}/out.png"}))
        world.server.on("/out.png", *replies)

    return arrange


BIG = {"prompt": "x" * 6_000_000}
FILE = {"payload": BIG, "timeout": 30}


class Row(NamedTuple):
    """One fault: what it does to the world, the call, and how that ends."""

    name: str
    arrange: Callable[[World], None]
    error: type[Exception] | None
    text: str = ""
    submits: int = 0
    unknown: int = 0
    call: str = "run"
    options: dict[str, Any] = {}  # noqa: RUF012 - never changed
    seconds: float = 8.0


UNKNOWN, NOT_SENT = errors.SubmitOutcomeUnknown, errors.NotSent
PAGE = {"Content-Type": "text/html"}
ROWS = [
    # which byte counts as sent
    Row("a look-up that hangs", slow_look_up, NOT_SENT, "too long", options={"timeout": 0.3}),
    Row("a TLS handshake that hangs", hung_handshake, NOT_SENT, options={"timeout": 1.2}),
    Row("a CONNECT that hangs", hung_proxy, NOT_SENT, options={"timeout": 1.2}),
    Row("one byte is read", one_byte, UNKNOWN, "may be billed", unknown=1),
    # uploads
    Row("a slow upload", slow_reader(1_500_000), None, call="submit", options={"payload": {"prompt": "x" * 1_500_000}, "timeout": 20}),
    Row("an upload longer than the call", slow_reader(200_000), UNKNOWN, unknown=1, options={"payload": BIG, "timeout": 1.5}),
    Row("413 before the body ends", early(413), errors.SubmitRefused, "413", options=FILE),
    Row("401 before the body ends", early(401), errors.AuthError, "401", options=FILE),
    # causes that stay
    Row("no certificate file", certificates("SSL_CERT_FILE"), errors.BadSetting, "SSL_CERT_FILE"),
    Row("no certificate folder", certificates("SSL_CERT_DIR"), errors.BadSetting, "SSL_CERT_DIR"),
    Row("a status that is not UTF-8", answered("status", Reply(b'{"status": "\xe9"}')), errors.UnreadableAnswer, "not UTF-8", 1),
    Row("a result that is not UTF-8", answered("result", Reply(b'{"status": "\xe9"}')), errors.UnreadableAnswer, "not UTF-8", 1),
    Row("a result over the cap", answered("result", Reply(b" " * (17 << 20))), errors.UnreadableAnswer, "16 MiB", 1),
    Row("407 of a proxy", proxy(407), NOT_SENT, "407.*127.0.0.1"),
    Row("502 of a proxy", proxy(502), NOT_SENT, "502.*127.0.0.1"),
    Row("a page with 403 on a status", answered("status", Reply(b"<html>", 403, PAGE), status("completed")), None, submits=1),
    Row("a page with 403 on a submit", answered("submit", Reply(b"<html>", 403, PAGE)), errors.PermissionDenied, "firewall", 1),
    # the deadline
    Row("a clean-up that hangs", hung_clean_up, errors.JobTimeout, "req-1", 1, options={"timeout": 1}, seconds=4.5),
    # proxies that are not asked
    Row("NO_PROXY with a network", dead_proxy(ALL_PROXY="http://127.0.0.2:9", NO_PROXY="10.0.0.0/8,127.0.0.0/8"), None, submits=1),
    Row("NO_PROXY with a port", dead_proxy(ALL_PROXY="http://127.0.0.2:9", NO_PROXY="127.0.0.1:PORT"), None, submits=1),
    Row("plain http to this machine", dead_proxy(HTTP_PROXY="http://127.0.0.2:9"), None, submits=1),
    # downloads
    Row("a whole file", file(Reply(PNG, 200)), None, submits=1, call="download"),
    Row("200 with a range", file(Reply(PNG, 200, {"Content-Range": "bytes 0-9/900"})), errors.DownloadError, "part of the file", 1, call="download"),
    Row("a page instead of a picture", file(Reply(b"<html>login", 200, PAGE)), errors.DownloadError, "instead of the file", 1, call="download"),
]  # fmt: skip


@pytest.fixture
def world(
    server: ScriptedServer,
    side: Side,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[World]:
    for name in ("NO_PROXY", "no_proxy", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    httpx_adapter._tls.cache_clear()
    made = World(server, side, monkeypatch, tmp_path, [], threading.Event())
    side.settle(journal=tmp_path / "jobs.db")
    yield made
    made.released.set()
    for raw in made.raw:
        raw.stop()
    httpx_adapter._tls.cache_clear()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_fault_of_the_wire(world: World, row: Row) -> None:
    row.arrange(world)
    began = time.monotonic()
    done: Any = None
    raised: Exception | None = None
    try:
        done = getattr(world.side, row.call)(**row.options)
    except Exception as error:
        raised = error
    assert time.monotonic() - began < row.seconds
    world.released.set()
    if row.error is None:
        assert raised is None
    else:
        assert type(raised) is row.error
        assert re.search(row.text, str(raised))
    if isinstance(done, list):
        assert [path.read_bytes() for path in done] == [PNG]
    assert world.server.count("submit") == row.submits
    with SqliteJournal(world.folder / "jobs.db") as journal:
        assert len(journal.unknown()) == row.unknown
    billed = bool(row.unknown or row.submits)
    if isinstance(raised, errors.RunComfyError) and row.name[-6:] != "submit":
        assert raised.may_be_billed is billed
        assert (raised.job is not None) is bool(row.submits)


# The way out of "unknown", and the next batch.


@pytest.mark.parametrize("accepted", [False, True])
def test_an_unknown_submit_is_settled_and_its_batch_continues(
    world: World, accepted: bool
) -> None:
    world.server.on("submit", Reply(fault="close"), submitted("req-2"))
    for _ in range(2):  # the second time nothing is sent
        with pytest.raises(UNKNOWN, match="settle"):
            world.side.map(name="n")
    with SqliteJournal(world.folder / "jobs.db") as journal:
        (entry,) = journal.unknown()
    world.side.decide(entry.reference, "req-1" if accepted else None)
    done = world.side.map(name="n")
    assert done.request_id == ("req-1" if accepted else "req-2")
    assert world.server.count("submit") == (1 if accepted else 2)
    assert done.files[0].url == OUTPUT["image"]


def test_connections_that_the_server_closes_early_make_no_submit_unknown(
    world: World,
) -> None:
    def serve(connection: socket.socket) -> None:
        data = connection.recv(65536)
        while data:
            answer = b'{"request_id": "req-1"}'
            length = b"Content-Length: %d" % len(answer)
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n\r\n" + answer)
            connection.settimeout(0.1)
            data = connection.recv(65536)

    world.instead(serve, "http")
    jobs = world.side.submit_with_pauses([0.099, 0.1, 0.101, 0.102])
    assert [job.request_id for job in jobs] == ["req-1"] * 5
