"""The time of a request is for all of it: nothing that a server drips makes it longer."""

from __future__ import annotations

import asyncio
import re
import socket
import sqlite3
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from runcomfy_runtime import errors, retry_and_timeouts
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.http import httpx_adapter
from runcomfy_runtime.http.async_httpx_transport import AsyncHttpxTransport
from runcomfy_runtime.http.httpx_transport import HttpxTransport
from runcomfy_runtime.sqlite_journal import SqliteJournal
from runcomfy_runtime.transport import Lost, Outcome, Reached, Request, Response
from support.loopback_server import LoopbackServer
from support.scripted_server import Reply, ScriptedServer, status, submitted

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ENOUGH = 12.0
"""Seconds in which everything here must have ended; it takes a tenth of that."""


def drip(text: bytes) -> Iterator[bytes]:
    for byte in text:
        yield bytes([byte])
        time.sleep(0.05)


def dripping_head() -> Iterator[bytes]:
    yield from drip(HEAD + b"X-Padding: " + b"x" * 1000)


def dripping_body() -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 1000\r\n\r\n"
    yield from drip(b" " * 1000)


def dripping_chunks() -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    for _ in range(1000):
        yield b"1\r\n \r\n"
        time.sleep(0.05)


def continuing() -> Iterator[bytes]:
    for _ in range(1000):
        yield b"HTTP/1.1 100 Continue\r\n\r\n"
        time.sleep(0.05)


def flooding() -> Iterator[bytes]:
    while True:
        yield b"HTTP/1.1 100 Continue\r\n\r\n" * 100


DRIPS = [dripping_head, dripping_body, dripping_chunks, continuing, flooding]


@contextmanager
def serving(
    answer: Callable[[], Iterator[bytes]], tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """A server that sends this whatever is requested."""
    stopped = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        for piece in answer():
            connection.sendall(piece)
            if stopped.is_set():
                return

    server = LoopbackServer(serve, tls=tls)
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.port}"
    finally:
        stopped.set()
        server.stop()


def sent(request: Request, asynchronous: bool) -> Outcome:
    if not asynchronous:
        transport = HttpxTransport()
        try:
            return transport.send(request)
        finally:
            transport.close()

    async def send() -> Outcome:
        transport = AsyncHttpxTransport()
        try:
            return await transport.send(request)
        finally:
            await transport.aclose()

    return asyncio.run(send())


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("answer", DRIPS, ids=lambda answer: answer.__name__)
def test_a_request_ends_in_its_time_whatever_drips(
    answer: Callable[[], Iterator[bytes]], asynchronous: bool
) -> None:
    with serving(answer) as url:
        began = time.monotonic()
        outcome = sent(Request("GET", f"{url}/", timeout=0.5), asynchronous)
        assert time.monotonic() - began < ENOUGH
    assert isinstance(outcome, Lost)
    in_body = answer in (dripping_body, dripping_chunks)
    assert outcome.reached == (Reached.ANSWER_BEGAN if in_body else Reached.SENT)
    assert bool(outcome.body) == in_body


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_a_server_that_reads_slowly_does_not_make_it_longer(
    asynchronous: bool,
) -> None:
    with serving(lambda: drip(b"x" * 200)) as url:
        body = b" " * 12_000_000
        request = Request("POST", f"{url}/", body, timeout=0.5, paid=True)
        began = time.monotonic()
        outcome = sent(request, asynchronous)
        assert time.monotonic() - began < ENOUGH
    assert isinstance(outcome, Lost)
    assert outcome.reached is Reached.SENT


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_a_file_may_take_longer_than_its_head(asynchronous: bool) -> None:
    def slow_file() -> Iterator[bytes]:
        yield HEAD + b"Content-Length: 20\r\n\r\n"
        yield from drip(b"x" * 20)

    taken = bytearray()

    def take(head: Response, piece: bytes) -> None:
        taken.extend(piece)

    with serving(slow_file) as url:
        request = Request("GET", f"{url}/", timeout=0.5, sink=take)
        assert isinstance(sent(request, asynchronous), Response)
    assert taken == b"x" * 20


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_a_file_whose_head_drips_is_given_up(asynchronous: bool) -> None:
    with serving(dripping_head) as url:
        request = Request("GET", f"{url}/", timeout=0.5, sink=lambda head, piece: None)
        began = time.monotonic()
        assert isinstance(sent(request, asynchronous), Lost)
        assert time.monotonic() - began < ENOUGH


def test_a_request_out_of_a_sink_has_its_own_time() -> None:
    def two_pieces() -> Iterator[bytes]:
        yield HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n"
        yield from drip(b"xx")

    with serving(two_pieces) as url:
        transport = HttpxTransport()
        inner = Request("GET", f"{url}/", timeout=5)
        answers: list[Outcome] = []
        request = Request(
            "GET",
            f"{url}/",
            timeout=5,
            sink=lambda head, piece: answers.append(transport.send(inner)),
        )
        assert isinstance(transport.send(request), Response)
        transport.close()
    assert {type(answer) for answer in answers} == {Response}


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(
    "answer",
    [dripping_head, dripping_body, continuing],
    ids=lambda answer: answer.__name__,
)
def test_a_run_ends_by_its_deadline_and_one_request(
    answer: Callable[[], Iterator[bytes]], asynchronous: bool
) -> None:
    async def run_async(**settings: Any) -> None:
        async with AsyncRunComfy(**settings) as client:
            await client.run("vendor/model", {}, timeout=0.2)

    def run(**settings: Any) -> None:
        if asynchronous:
            return asyncio.run(run_async(**settings))
        with RunComfy(**settings) as client:
            client.run("vendor/model", {}, timeout=0.2)
        return None

    with serving(answer) as url:
        began = time.monotonic()
        with pytest.raises(errors.SubmitOutcomeUnknown):
            run(token="rc-0123456789-secret", base_url=url)
        assert time.monotonic() - began < ENOUGH


@pytest.fixture
def certified(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[ssl.SSLContext]:
    """The TLS context of a server that the clients here trust."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    httpx_adapter._tls.cache_clear()
    yield context
    httpx_adapter._tls.cache_clear()


def honest() -> Iterator[bytes]:
    yield HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_an_encrypted_request_ends_in_its_time_as_well(
    certified: ssl.SSLContext, asynchronous: bool
) -> None:
    with serving(honest, certified) as url:
        outcome = sent(Request("GET", f"{url}/", timeout=5), asynchronous)
    assert isinstance(outcome, Response)
    assert outcome.body == b"{}"
    with serving(dripping_head, certified) as url:
        began = time.monotonic()
        outcome = sent(Request("GET", f"{url}/", timeout=0.5), asynchronous)
        assert time.monotonic() - began < ENOUGH
    assert isinstance(outcome, Lost)


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_a_handshake_that_never_comes_has_sent_nothing(asynchronous: bool) -> None:
    def silent() -> Iterator[bytes]:
        time.sleep(1.5)
        yield b""

    with serving(silent) as url:
        address = url.replace("http:", "https:")
        request = Request("POST", f"{address}/", b"{}", timeout=0.5, paid=True)
        began = time.monotonic()
        outcome = sent(request, asynchronous)
        assert time.monotonic() - began < ENOUGH
    assert isinstance(outcome, Lost)
    assert outcome.reached is Reached.NOTHING_SENT


NETWORK = Path(__file__).parents[2] / "docs" / "network.md"


def stated(words: str) -> float:
    """The seconds that docs/network.md states after these words."""
    match = re.search(words + r"\W+(\d+) s", " ".join(NETWORK.read_text().split()))
    assert match is not None
    return float(match[1])


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("word", ["in_queue", "in_progress"])
def test_cleaning_up_exceeds_the_timeout_by_no_more_than_is_stated(
    server: ScriptedServer,
    asynchronous: bool,
    word: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server hangs from the deadline on; each request of the clean-up has its own time."""
    ratio = 20
    overrun = stated("Cleaning up exceeds `timeout=` by at most")
    assert overrun == 2 * retry_and_timeouts.CLEANUP_TIMEOUT + 2
    shortened = retry_and_timeouts.CLEANUP_TIMEOUT / ratio
    monkeypatch.setattr("runcomfy_runtime.lifecycle.run.CLEANUP_TIMEOUT", shortened)
    server.on("submit", submitted())
    server.on("status", status(word), Reply(fault="hang"))
    server.on("cancel", Reply(fault="hang"))
    settings: dict[str, Any] = {"token": "rc-0123456789-secret", "base_url": server.url}

    async def run_async() -> None:
        async with AsyncRunComfy(**settings) as client:
            await client.run("vendor/model", {}, timeout=1)

    def run() -> None:
        if asynchronous:
            return asyncio.run(run_async())
        with RunComfy(**settings) as client:
            client.run("vendor/model", {}, timeout=1)
        return None

    began = time.monotonic()
    with pytest.raises(errors.JobTimeout) as caught:
        run()
    assert caught.value.job is not None
    # The poll on the way has a second, then a cancel and a read, then a last second.
    assert time.monotonic() - began < 1 + 2 + 2 * shortened + 1


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_a_locked_journal_delays_the_end_of_a_call_as_long_as_is_stated(
    server: ScriptedServer,
    asynchronous: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    stated_end = stated("recording the end of a job takes up to")
    assert stated_end == retry_and_timeouts.CLEANUP_TIMEOUT
    assert (
        stated("what a named batch already has, up to")
        == retry_and_timeouts.JOURNAL_TIMEOUT
    )
    monkeypatch.setattr("runcomfy_runtime.lifecycle.steps.CLEANUP_TIMEOUT", 0.3)
    monkeypatch.setattr("runcomfy_runtime.sqlite_journal.CLEANUP_TIMEOUT", 0.3)
    path = tmp_path / "jobs.db"
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def lock() -> None:
        if not holder.in_transaction:
            holder.execute("BEGIN EXCLUSIVE")

    server.on("submit", submitted())
    done = {"request_id": "req-1", "status": "completed", "output": {"text": "x"}}
    server.on("status", status("completed"))
    server.on("result", Reply(done, before=lock))
    settings: dict[str, Any] = {"token": "rc-0123456789-secret", "base_url": server.url}

    async def run_async() -> Any:
        async with AsyncRunComfy(**settings, journal=path) as client:
            return await client.run("vendor/model", {}, timeout=10)

    def run() -> Any:
        if asynchronous:
            return asyncio.run(run_async())
        with RunComfy(**settings, journal=path) as client:
            return client.run("vendor/model", {}, timeout=10)

    began = time.monotonic()
    assert run().output == {"text": "x"}
    assert time.monotonic() - began < 4
    holder.close()
    with SqliteJournal(path) as journal:
        assert [entry.request_id for entry in journal.pending()] == ["req-1"]
