"""What a file server may send in place of the file, over a real socket, by both clients."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.testing import VirtualClock
from support.scripted_server import REQUEST_ID, HttpRequest, Reply, ScriptedServer
from support.scripted_server import result as result_of

CONTENT = b"\x89PNG\r\n\x1a\n" + bytes(i * 7 % 251 for i in range(60_000))
TOKEN = "rc-0123456789-secret"


@pytest.fixture(params=["sync", "async"])
def download(
    server: ScriptedServer, request: pytest.FixtureRequest, tmp_path: Path
) -> Any:
    """Downloads the one file of the result, by each of the clients."""
    server.on("result", result_of({"image": f"{server.url}/out.png"}))
    settings: Any = {
        "token": TOKEN,
        "base_url": server.url,
        "clock": VirtualClock(),
    }

    async def by_async() -> list[Path]:
        async with AsyncRunComfy(**settings) as client:
            return await (await client.job(REQUEST_ID).result()).download(tmp_path)

    def by_sync() -> list[Path]:
        with RunComfy(**settings) as client:
            return client.job(REQUEST_ID).result().download(tmp_path)

    server.on("status", Reply({"status": "completed"}))
    if request.param == "sync":
        return by_sync
    return lambda: asyncio.run(by_async())


def begin(seen: HttpRequest) -> Reply:
    headers = {"ETag": '"v1"', "Content-Type": "image/png"}
    return Reply(CONTENT, 200, headers, fault="half")


def whole(seen: HttpRequest) -> Reply:
    return Reply(CONTENT, 200, {"ETag": '"v1"', "Content-Type": "image/png"})


HALF = len(CONTENT) // 2
SLICES: dict[str, dict[str, str]] = {
    "with Content-Range": {
        "ETag": '"v2"',
        "Content-Range": f"bytes {HALF}-{len(CONTENT) - 1}/{len(CONTENT)}",
    },
    "with the known ETag": {"ETag": '"v1"'},
    "with both": {
        "ETag": '"v1"',
        "Content-Range": f"bytes {HALF}-{len(CONTENT) - 1}/*",
    },
}


@pytest.mark.parametrize("name", SLICES)
def test_a_slice_that_is_sent_as_the_whole_is_not_saved(
    server: ScriptedServer, download: Any, name: str
) -> None:
    server.on("/out.png", begin, Reply(CONTENT[HALF:], 200, SLICES[name]), whole)
    (path,) = download()
    assert path.read_bytes() == CONTENT
    assert [seen.headers.get("range") for seen in server.seen[-3:]] == [
        None,
        f"bytes={HALF}-",
        None,
    ]


RANGES = [
    f"bytes 0-99/{len(CONTENT)}",
    f"BYTES 0-99/{len(CONTENT)}",
    f"bytes=0-99/{len(CONTENT)}",
    "bytes 0-99/*",
    f"bytes */{len(CONTENT)}",
    f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}",
    f"bytes 0-99/{len(CONTENT)}, bytes 0-99/100",
    "items 0-1/2",
    "bytes",
]


@pytest.mark.parametrize("content_range", RANGES)
def test_a_slice_that_nobody_asked_for_fails(
    server: ScriptedServer, download: Any, tmp_path: Path, content_range: str
) -> None:
    stated = {"Content-Range": content_range}
    server.on("/out.png", Reply(CONTENT[:100], 200, stated))
    with pytest.raises(errors.DownloadError, match="part of the file"):
        download()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("unit", ["bytes", "Bytes"])
def test_a_200_that_states_the_whole_span_is_the_whole(
    server: ScriptedServer, download: Any, unit: str
) -> None:
    stated = {"Content-Range": f"{unit} 0-{len(CONTENT) - 1}/{len(CONTENT)}"}
    server.on("/out.png", Reply(CONTENT, 200, stated))
    assert download()[0].read_bytes() == CONTENT


PAGES: list[tuple[bytes, str]] = [
    (b"<html>login</html>", "text/html"),
    (b"<html>login</html>", "image/png"),
    (b"\xef\xbb\xbf<!-- x --><!DOCTYPE html><body>hi", "application/octet-stream"),
    (b'{"error": "expired"}', "application/json"),
    (b'{"error": "expired"}', "image/png"),
    (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "text/xml"),
    (b"link expired", "text/plain; charset=utf-8"),
    (b"%PDF-1.7 x", "application/pdf"),
]


@pytest.mark.parametrize(("body", "kind"), PAGES)
def test_a_page_is_not_saved_as_a_picture(
    server: ScriptedServer, download: Any, tmp_path: Path, body: bytes, kind: str
) -> None:
    server.on("/out.png", Reply(body, 200, {"Content-Type": kind}))
    with pytest.raises(errors.DownloadError, match="instead of the file") as caught:
        download()
    assert caught.value.url == f"{server.url}/out.png"
    assert caught.value.request_id == REQUEST_ID
    assert list(tmp_path.iterdir()) == []


FILES: list[tuple[str, bytes, str]] = [
    ("out.png", CONTENT, "text/html"),
    ("out.png", b"\x00\x01 a format that nobody knows", "text/html"),
    ("out.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
    ("out.json", b'{"a": 1}', "application/json"),
    ("out.txt", b"<html>", "text/html"),
]


@pytest.mark.parametrize(("name", "body", "kind"), FILES)
def test_what_may_be_the_file_is_saved(
    server: ScriptedServer, download: Any, name: str, body: bytes, kind: str
) -> None:
    server.on("result", result_of({"file": f"{server.url}/{name}"}))
    server.on(f"/{name}", Reply(body, 200, {"Content-Type": kind}))
    assert download()[0].read_bytes() == body
