"""What no second try mends ends at once, with its cause; what passes is waited for."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.http import httpx_adapter
from runcomfy_runtime.transport import Lost, Outcome, Reached, Request
from runtime.side import OUTPUT, TOKEN, Side
from support.scripted_server import Reply, ScriptedServer, result, status, submitted

GOOD = json.dumps({"status": "succeeded", "output": OUTPUT}).encode()


def encoded(body: bytes, coding: str, code: int = 200) -> Reply:
    headers = {"Content-Encoding": coding, "Content-Type": "application/json"}
    return Reply(body, code, headers)


UNREADABLE = [
    (
        encoded(gzip.compress(gzip.compress(GOOD)), "gzip, gzip"),
        "encoded as 'gzip, gzip'",
    ),
    (encoded(gzip.compress(zlib.compress(GOOD)), "deflate, gzip"), "encoded as"),
    (encoded(GOOD, "br"), "encoded as 'br'"),
    (encoded(GOOD, "zstd"), "encoded as 'zstd'"),
    (encoded(gzip.compress(b" " * (17 << 20)), "gzip"), "longer than 16 MiB"),
    (encoded(zlib.compress(b" " * (17 << 20)), "deflate"), "longer than 16 MiB"),
    (Reply(b" " * (17 << 20)), "longer than 16 MiB"),
    (Reply(b'{"status":"succeeded","output":{"text":"caf\xe9"}}'), "not UTF-8"),
]


@pytest.mark.parametrize("kind", ["status", "result"])
@pytest.mark.parametrize(
    ("reply", "cause"), UNREADABLE, ids=[cause for _, cause in UNREADABLE]
)
def test_an_answer_that_cannot_be_read_ends_the_wait_and_keeps_the_job(
    server: ScriptedServer, side: Side, reply: Reply, cause: str, kind: str
) -> None:
    server.on(kind, reply)
    with pytest.raises(errors.UnreadableAnswer, match=cause) as caught:
        side.run()
    assert caught.value.job is not None
    assert "The job itself continues" in str(caught.value)
    assert (server.count("submit"), server.count(kind)) == (1, 1)


READABLE = [
    encoded(gzip.compress(GOOD), "gzip"),
    encoded(gzip.compress(GOOD), "identity, X-GZIP"),
    encoded(gzip.compress(GOOD[:9]) + gzip.compress(GOOD[9:]), "gzip"),
    encoded(zlib.compress(GOOD), "deflate"),
    encoded(zlib.compress(GOOD)[2:-4], "deflate"),
    encoded(GOOD, "identity"),
    Reply(b"\xef\xbb\xbf" + GOOD),
]


@pytest.mark.parametrize("reply", READABLE)
def test_one_coding_and_a_byte_order_mark_are_read(
    server: ScriptedServer, side: Side, reply: Reply
) -> None:
    server.on("result", reply)
    assert side.run().output == OUTPUT
    assert server.count("result") == 1


PASSING = [
    Reply(b"<html>Attention Required!", 403, {"Content-Type": "text/html"}),
    encoded(gzip.compress(GOOD)[:-12], "gzip"),
    encoded(b"not gzip at all", "gzip"),
    encoded(gzip.compress(gzip.compress(GOOD)), "gzip, gzip", 503),
    Reply(b"<html>caf\xe9</html>"),
]


@pytest.mark.parametrize("kind", ["status", "result"])
@pytest.mark.parametrize("trouble", PASSING)
def test_trouble_on_the_way_to_a_free_read_is_not_the_end(
    server: ScriptedServer, side: Side, trouble: Reply, kind: str
) -> None:
    server.on(
        kind, trouble, status("completed") if kind == "status" else result(OUTPUT)
    )
    assert side.run().output == OUTPUT
    assert server.count(kind) == 2


@pytest.mark.parametrize(
    ("path", "good", "call"),
    [
        ("cancel", {"outcome": "cancelled"}, lambda side: side.cancel()),
        ("/v1/models?limit=3&offset=0", {"models": []}, lambda side: side.models(3)),
        ("/prod/v2/balance", {"balance_usd": 1.5}, lambda side: side.balance()),
    ],
)
def test_a_page_of_a_firewall_ends_no_free_request(
    server: ScriptedServer, side: Side, path: str, good: Any, call: Any
) -> None:
    page = Reply(b"<html>Attention Required!", 403, {"Content-Type": "text/html"})
    server.on(path, page, Reply(good))
    call(side)
    assert server.count(path) == 2


@pytest.mark.parametrize("kind", ["submit", "status"])
def test_a_page_with_403_is_not_taken_for_another_account(
    server: ScriptedServer, side: Side, kind: str
) -> None:
    server.on(kind, Reply(b"<html>Attention Required!", 403))
    with pytest.raises(errors.RunComfyError) as caught:
        side.run()
    assert "account" not in str(caught.value)
    assert "firewall" in str(caught.value) or kind == "status"


def test_an_encoded_page_of_a_refusal_is_a_refusal(
    server: ScriptedServer, side: Side
) -> None:
    server.on("submit", encoded(gzip.compress(gzip.compress(b"{}")), "gzip, gzip", 401))
    with pytest.raises(errors.AuthError):
        side.run()


def test_an_accepted_submit_that_cannot_be_read_says_that_it_runs(
    server: ScriptedServer, side: Side
) -> None:
    server.on("submit", encoded(gzip.compress(gzip.compress(GOOD)), "gzip, gzip"))
    with pytest.raises(
        errors.SubmitOutcomeUnknown, match="running and billed"
    ) as caught:
        side.run()
    assert caught.value.accepted
    assert server.count("submit") == 1


@pytest.fixture
def no_tls_yet() -> Iterator[None]:
    httpx_adapter._tls.cache_clear()
    yield
    httpx_adapter._tls.cache_clear()


@pytest.mark.usefixtures("no_tls_yet")
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_that_cannot_be_read_are_named(
    side: Side, variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    path = tmp_path / "nowhere"
    monkeypatch.setenv(variable, str(path))
    side.settle(base_url="https://127.0.0.1:9")
    with pytest.raises(errors.BadSetting, match=variable) as caught:
        side.run()
    assert str(path) in str(caught.value)
    assert not caught.value.may_be_billed
    assert side.clock.slept == []


@pytest.mark.usefixtures("no_tls_yet")
def test_a_certificate_file_without_certificates_is_named(
    side: Side, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "empty.pem"
    path.write_text("nothing")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    side.settle(base_url="https://127.0.0.1:9")
    with pytest.raises(errors.BadSetting, match="SSL_CERT_FILE"):
        side.run()


MEASURED = """
import asyncio, json, resource, sys, tempfile
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
settings = {"token": sys.argv[1], "base_url": sys.argv[2]}
def note(call):
    try: call()
    except Exception as error: errors.append(type(error).__name__)
async def note_async(call):
    async with AsyncRunComfy(**settings) as client:
        try: await call(client)
        except Exception as error: errors.append(type(error).__name__)
errors = []
RunComfy(**settings).submit("vendor/model", {})  # loads everything
asyncio.run(note_async(lambda client: client.submit("vendor/model", {})))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
folder = tempfile.mkdtemp()
with RunComfy(**settings) as client:
    note(lambda: client.job("req-1").status())
    note(lambda: client.run("vendor/model", {}).download(folder))
asyncio.run(note_async(lambda client: client.job("req-1").status()))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([errors, (after - before) // 1024]))
"""


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_takes_no_more_memory_than_the_cap_and_64_mib(
    server: ScriptedServer, layers: int
) -> None:
    import subprocess
    import sys

    bomb, coding = gzipped(b" " * (1 << 20), 256), "gzip"
    if layers == 2:
        bomb, coding = gzip.compress(bomb), "gzip, gzip"
    server.on("submit", submitted())
    server.on("status", *[encoded(bomb, coding), status("completed")])
    server.on("result", result({"image": f"{server.url}/x.png"}))
    server.on("/x.png", encoded(bomb, coding, 400))
    script = [sys.executable, "-c", MEASURED, TOKEN, server.url]
    done = subprocess.run(script, capture_output=True, text=True, timeout=60)
    names, grown = json.loads(done.stdout)
    assert "UnreadableAnswer" in names
    assert "DownloadError" in names
    assert grown < 16 + 64


def gzipped(piece: bytes, times: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(piece) for _ in range(times)) + packer.flush()


def test_a_full_executor_of_the_program_delays_no_run(
    server: ScriptedServer, tmp_path: Path
) -> None:
    import threading
    from concurrent.futures import ThreadPoolExecutor

    from runcomfy_runtime.async_client import AsyncRunComfy

    released = threading.Event()
    settings: dict[str, Any] = {"token": TOKEN, "base_url": server.url}
    server.on("submit", submitted())
    server.on("status", status("completed"))
    server.on("result", result(OUTPUT))

    async def main() -> Any:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        blocked = loop.run_in_executor(None, released.wait, 20)
        try:
            async with AsyncRunComfy(**settings, journal=tmp_path / "j.db") as client:
                async with asyncio.timeout(10):
                    return (await client.run("vendor/model", {})).output
        finally:
            released.set()
            await blocked

    assert asyncio.run(main()) == OUTPUT


class _Unsendable:
    """A transport over which nothing can ever be sent."""

    def __init__(self) -> None:
        self.asked = 0

    def send(self, request: Request) -> Outcome:
        self.asked += 1
        return Lost(Reached.NOTHING_SENT, "wrong certificate", hopeless=True)


class _AsyncUnsendable(_Unsendable):
    async def send(self, request: Request) -> Outcome:  # type: ignore[override]
        return super().send(request)


def test_a_cancel_that_can_never_be_sent_ends_at_once() -> None:
    words = "wrong certificate; nothing was sent, the job is not cancelled"
    transport, other = _Unsendable(), _AsyncUnsendable()
    with RunComfy(token=TOKEN, transport=transport) as client:
        with pytest.raises(errors.PollInterrupted, match=words):
            client.job("req-1").cancel()

    async def cancel() -> None:
        async with AsyncRunComfy(token=TOKEN, transport=other) as client:
            await client.job("req-1").cancel()

    with pytest.raises(errors.PollInterrupted, match=words):
        asyncio.run(cancel())
    assert (transport.asked, other.asked) == (1, 1)


def test_a_server_that_never_answers_is_the_cause_that_is_named(side: Side) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    side._settings["base_url"] = f"http://127.0.0.1:{port}"
    with pytest.raises(errors.PollInterrupted, match=r"in time, last ConnectError.*"):
        side.look()
    with pytest.raises(errors.JobTimeout, match="the last read failed: ConnectError"):
        side.resume(timeout=5)


def test_a_job_that_is_only_slow_names_no_failed_read(
    server: ScriptedServer, side: Side
) -> None:
    server.on("status", Reply(b"", 503), status("in_progress"))
    with pytest.raises(errors.JobTimeout) as caught:
        side.run(timeout=5)
    assert "failed" not in str(caught.value)
