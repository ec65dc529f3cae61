"""What counts as sent: the first byte of the request itself, once it is written."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.daemon_threads import LOOKUP_THREADS
from runcomfy_runtime.http import async_deadline_transport, deadline_transport
from runcomfy_runtime.transport import Lost, Reached, Request, Response
from runtime.test_connections import both, sent
from runtime.test_deadline import certified  # noqa: F401 - a fixture
from support.loopback_server import LoopbackServer
from support.scripted_server import ScriptedServer, submitted

TOKEN = "rc-0123456789-secret"


def submit(asynchronous: bool, timeout: float, **settings: Any) -> Any:
    async def submit_async() -> list[Any]:
        async with AsyncRunComfy(token=TOKEN, **settings) as client:
            try:
                await client.submit("vendor/model", {}, timeout=timeout)
            finally:
                unknown.extend(client.journal.unknown())
        return unknown

    unknown: list[Any] = []
    if asynchronous:
        asyncio.run(submit_async())
    else:
        with RunComfy(token=TOKEN, **settings) as client:
            try:
                client.submit("vendor/model", {}, timeout=timeout)
            finally:
                unknown.extend(client.journal.unknown())
    return unknown


@both
def test_a_look_up_that_outlives_the_deadline_has_sent_nothing(
    server: ScriptedServer,
    asynchronous: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    look_up, released = socket.getaddrinfo, threading.Event()

    def slow(*arguments: Any, **options: Any) -> Any:
        released.wait(10)
        return look_up(*arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    server.on("submit", submitted())
    journal = tmp_path / "jobs.db"
    began = time.monotonic()
    with pytest.raises(errors.NotSent, match="takes too long") as caught:
        submit(asynchronous, 0.3, base_url=server.url, journal=journal)
    assert time.monotonic() - began < 5
    released.set()
    assert not caught.value.may_be_billed
    assert server.seen == []
    with RunComfy(token=TOKEN, base_url=server.url, journal=journal) as client:
        assert not list(client.journal.unknown())


def test_look_ups_that_hang_take_a_bounded_number_of_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_, **__: released.wait(20) and []
    )
    request = Request("POST", "http://a.test/", b"{}", timeout=0.01, paid=True)
    before = threading.active_count()
    outcomes = sent(False, *([request] * 40))
    assert {outcome.reached for outcome in outcomes if isinstance(outcome, Lost)} == {
        Reached.NOTHING_SENT
    }
    threads = threading.active_count() - before
    released.set()
    assert threads <= LOOKUP_THREADS.limit


@both
def test_a_deadline_that_passes_before_the_first_write_has_sent_nothing(
    server: ScriptedServer, asynchronous: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing is announced, and then the process is stopped for a while."""
    for module in (deadline_transport, async_deadline_transport):
        left = module.time_left

        def late(timeout: float | None, error: Any, left: Any = left) -> Any:
            if "WriteTimeout" in error.__name__:
                time.sleep(0.3)
            return left(timeout, error)

        monkeypatch.setattr(module, "time_left", late)
    server.on("submit", submitted())
    url = f"{server.url}/v1/models/vendor/model"
    (outcome,) = sent(asynchronous, Request("POST", url, b"{}", 0.2, paid=True))
    assert isinstance(outcome, Lost)
    assert outcome.reached is Reached.NOTHING_SENT
    assert server.seen == []


@both
def test_the_first_byte_of_the_request_counts(asynchronous: bool) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(1)

    server = LoopbackServer(serve)
    url = f"http://127.0.0.1:{server.port}/"
    (outcome,) = sent(asynchronous, Request("POST", url, b"{}", 5, paid=True))
    server.stop()
    assert isinstance(outcome, Lost)
    assert outcome.reached is Reached.SENT


@both
def test_the_bytes_of_tls_and_of_connect_do_not_count(
    asynchronous: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        connection.recv(65536)  # the beginning of TLS, and then nothing

    server = LoopbackServer(serve)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.port}")
    request = Request("POST", "https://model-api.test/", b"{}", 2, paid=True)
    (outcome,) = sent(asynchronous, request)
    server.stop()
    assert isinstance(outcome, Lost)
    assert outcome.reached is Reached.NOTHING_SENT


def read_slowly(connection: socket.socket, rate: int, size: int) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    began, count = time.monotonic(), 0
    while count < size:
        piece = connection.recv(16384)
        if not piece:
            return
        count += len(piece)
        time.sleep(max(0.0, count / rate - (time.monotonic() - began)))
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


@both
@pytest.mark.parametrize("encrypted", [False, True])
def test_an_upload_takes_the_time_that_it_needs(
    asynchronous: bool,
    encrypted: bool,
    certified: ssl.SSLContext,  # noqa: F811
) -> None:
    def serve(connection: socket.socket) -> None:
        read_slowly(connection, 400_000, 900_000)

    server = LoopbackServer(serve, tls=certified if encrypted else None)
    url = f"{'https' if encrypted else 'http'}://127.0.0.1:{server.port}/"
    body = b"x" * 900_000
    request = Request("POST", url, body, 1.0, paid=True, call_timeout=30)
    began = time.monotonic()
    (outcome,) = sent(asynchronous, request)
    server.stop()
    assert isinstance(outcome, Response), outcome
    assert time.monotonic() - began > 1.5


@both
def test_an_upload_ends_with_the_time_of_its_call(asynchronous: bool) -> None:
    server = LoopbackServer(lambda connection: read_slowly(connection, 200_000, 10**7))
    url = f"http://127.0.0.1:{server.port}/"
    request = Request("POST", url, b"x" * 10**7, 1.0, paid=True, call_timeout=1.8)
    began = time.monotonic()
    (outcome,) = sent(asynchronous, request)
    assert 1.2 < time.monotonic() - began < 6
    server.stop()
    assert isinstance(outcome, Lost)
    assert outcome.reached is Reached.SENT


@both
@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("status", [413, 401, 200])
def test_an_answer_before_the_end_of_the_body_is_read(
    asynchronous: bool,
    encrypted: bool,
    status: int,
    certified: ssl.SSLContext,  # noqa: F811
) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\n{}" % status)
        time.sleep(0.2)  # the rest is never read, so closing resets the connection

    server = LoopbackServer(serve, tls=certified if encrypted else None)
    url = f"{'https' if encrypted else 'http'}://127.0.0.1:{server.port}/"
    body = b"x" * 12_000_000
    (outcome,) = sent(asynchronous, Request("POST", url, body, 5, paid=True))
    server.stop()
    assert isinstance(outcome, Response), outcome
    assert (outcome.status, outcome.body) == (status, b"{}")
