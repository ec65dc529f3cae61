"""Connections: none is lost by a cancellation, none outlives its loop, none is stale when paid."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.http import async_connection_pool, connection_pool
from runcomfy_runtime.http.async_httpx_transport import AsyncHttpxTransport
from runcomfy_runtime.http.httpx_transport import HttpxTransport
from runcomfy_runtime.retry_and_timeouts import PAID_KEEPALIVE
from runcomfy_runtime.sqlite_journal import SqliteJournal
from runcomfy_runtime.transport import Lost, Outcome, Reached, Request, Response
from support.loopback_server import LoopbackServer, read_request
from support.scripted_server import (
    REQUEST_ID,
    Reply,
    ScriptedServer,
    result,
    status,
    submitted,
)

TOKEN = "rc-0123456789-secret"
both = pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])


@pytest.fixture
def ready(server: ScriptedServer) -> ScriptedServer:
    server.on("submit", submitted())
    server.on("status", status("completed"))
    server.on("result", result({"image": "https://files.runcomfy.net/a.png"}))
    return server


def sent(asynchronous: bool, *steps: Request | float) -> list[Outcome]:
    """Send requests over one transport, one after the other, with pauses in between."""

    async def send_async() -> list[Outcome]:
        transport = AsyncHttpxTransport()
        outcomes: list[Outcome] = []
        for step in steps:
            if isinstance(step, Request):
                outcomes.append(await transport.send(step))
            else:
                await asyncio.sleep(step)
        await transport.aclose()
        return outcomes

    if asynchronous:
        return asyncio.run(send_async())
    transport = HttpxTransport()
    outcomes: list[Outcome] = []
    for step in steps:
        if isinstance(step, Request):
            outcomes.append(transport.send(step))
        else:
            time.sleep(step)
    transport.close()
    return outcomes


@pytest.mark.parametrize("what", ["status", "run", "submit"])
def test_cancelled_requests_leave_no_slot_taken(
    ready: ScriptedServer, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(async_connection_pool, "_CONNECTIONS", 4)

    async def main() -> None:
        async with AsyncRunComfy(token=TOKEN, base_url=ready.url) as client:
            job = client.job(REQUEST_ID)
            calls: dict[str, Any] = {
                "status": job.status,
                "run": lambda: client.run("vendor/model", {}),
                "submit": lambda: client.submit("vendor/model", {}),
            }
            for turn in range(24):
                tasks = [asyncio.create_task(calls[what]()) for _ in range(8)]
                for _ in range(turn % 12):
                    await asyncio.sleep(0)
                await asyncio.sleep(0.001 * (turn % 5) if turn % 12 > 8 else 0)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            async with asyncio.timeout(10):
                done = await client.run("vendor/model", {})
            assert done.request_id == REQUEST_ID

    asyncio.run(main())


def test_four_hundred_runs_at_once_open_no_more_connections_than_the_limit(
    ready: ScriptedServer,
) -> None:
    most = 0

    def answer(_: Any) -> Reply:
        nonlocal most
        most = max(most, len(ready.open))
        return status("completed")

    ready.on("status", answer)

    async def main() -> list[Any]:
        async with AsyncRunComfy(token=TOKEN, base_url=ready.url) as client:
            runs = (client.run("vendor/model", {}) for _ in range(400))
            return await asyncio.gather(*runs)

    assert len(asyncio.run(main())) == 400
    assert 0 < most <= 64


@both
def test_who_waits_for_a_connection_in_vain_has_sent_nothing(
    asynchronous: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (async_connection_pool, connection_pool):
        monkeypatch.setattr(module, "_CONNECTIONS", 1)
    asked = threading.Event()
    stopped = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        asked.set()
        stopped.wait(20)

    server = LoopbackServer(serve)
    url = f"http://127.0.0.1:{server.port}/"
    first = Request("GET", url, timeout=3)
    paid = Request("POST", url, b"{}", timeout=0.1, paid=True, call_timeout=0.5)

    async def compete() -> Outcome:
        transport = AsyncHttpxTransport()
        waiting = asyncio.create_task(transport.send(first))
        while not asked.is_set():
            await asyncio.sleep(0.01)
        outcome = await transport.send(paid)
        waiting.cancel()
        await asyncio.wait([waiting])
        await transport.aclose()
        return outcome

    began = time.monotonic()
    if asynchronous:
        outcome = asyncio.run(compete())
    else:
        transport = HttpxTransport()
        thread = threading.Thread(target=transport.send, args=(first,))
        thread.start()
        asked.wait(5)
        outcome = transport.send(paid)
        stopped.set()
        thread.join(10)
        transport.close()
    stopped.set()
    server.stop()
    assert isinstance(outcome, Lost)
    assert outcome.reached is Reached.NOTHING_SENT
    assert "no connection became free" in outcome.reason
    assert 0.4 < time.monotonic() - began < 8


@both
def test_a_paid_request_uses_no_connection_that_was_idle_for_long(
    ready: ScriptedServer, asynchronous: bool
) -> None:
    read = Request("GET", f"{ready.url}/v1/requests/x/status", timeout=5)
    paid = Request("POST", f"{ready.url}/v1/models/v/m", b"{}", timeout=5, paid=True)
    sent(asynchronous, read, PAID_KEEPALIVE * 3, read)
    assert ready._server.accepted == 1
    sent(asynchronous, read, PAID_KEEPALIVE * 3, paid)
    assert ready._server.accepted == 3
    assert len(ready.open) <= 1  # the new one took the place of the idle one


@both
def test_a_server_that_closes_idle_connections_early_makes_no_submit_unknown(
    asynchronous: bool,
) -> None:
    def serve(connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            while read_request(stream) is not None:
                body = b'{"request_id":"req-1"}'
                head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
                connection.sendall(head + body)
                connection.settimeout(0.1)

    server = LoopbackServer(serve)
    url = f"http://127.0.0.1:{server.port}/v1/models/v/m"
    paid = Request("POST", url, b"{}", timeout=5, paid=True)
    pauses = [0.1 + offset / 4000 for offset in range(-5, 6)]
    steps = [step for pause in pauses for step in (paid, pause)]
    assert {type(outcome) for outcome in sent(asynchronous, *steps)} == {Response}
    server.stop()


@both
def test_bytes_after_an_answer_are_not_the_next_answer(asynchronous: bool) -> None:
    def serve(connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            while (request := read_request(stream)) is not None:
                body = request.path.encode()
                head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
                connection.sendall((head + body) * 2)

    server = LoopbackServer(serve)
    urls = [f"http://127.0.0.1:{server.port}/{number}" for number in range(4)]
    outcomes = sent(asynchronous, *(Request("GET", url, timeout=5) for url in urls))
    server.stop()
    assert [outcome.body for outcome in outcomes] == [b"/0", b"/1", b"/2", b"/3"]


def test_event_loops_that_are_closed_keep_no_socket(ready: ScriptedServer) -> None:
    client = AsyncRunComfy(token=TOKEN, base_url=ready.url)

    async def main() -> None:
        await client.run("vendor/model", {})

    def run_on_a_loop_of_its_own() -> None:
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
        loop.close()  # and not shutdown_asyncgens(), which asyncio.run calls

    for _ in range(20):
        run_on_a_loop_of_its_own()
    gc.collect()
    transport: Any = client._driver._transport
    assert len(transport._kept) == 0
    deadline = time.monotonic() + 5
    while ready.open and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not ready.open


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize("journal", [False, True])
def test_children_forked_beside_writing_threads_work(
    ready: ScriptedServer, tmp_path: Path, journal: bool
) -> None:
    path = tmp_path / "jobs.db" if journal else None
    client = RunComfy(token=TOKEN, base_url=ready.url, journal=path)
    client.submit("vendor/model", {})
    stopped = threading.Event()

    def write() -> None:
        while not stopped.is_set():
            client.submit("vendor/model", {})

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        codes = [forked_submit(client) for _ in range(10)]
    finally:
        stopped.set()
        for thread in threads:
            thread.join(20)
        client.close()
    assert codes == [0] * 10


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_threads_that_fork_at_once_leave_no_journal_locked(tmp_path: Path) -> None:
    """Each gives back the locks that it took itself."""
    journals = [SqliteJournal(tmp_path / f"{number}.db") for number in range(3)]

    def fork() -> None:
        for _ in range(15):
            child = os.fork()
            if child == 0:
                os._exit(0)
            os.waitpid(child, 0)

    threads = [threading.Thread(target=fork) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for journal in journals:
        assert journal.fork_lock.acquire(timeout=5)
        journal.fork_lock.release()


def forked_submit(client: RunComfy) -> int:
    """The exit code of a child that submits a job; 14 if it hangs and its alarm ends it."""
    import signal

    time.sleep(0.01)
    child = os.fork()
    if child == 0:
        signal.alarm(8)
        try:
            client.submit("vendor/model", {})
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]
