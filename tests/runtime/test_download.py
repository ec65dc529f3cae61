"""Downloads: whole or not at all, resumed, from allowed hosts, under our own names."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.download.hosts import refused
from runcomfy_runtime.download.name import file_name
from runcomfy_runtime.files import File
from runcomfy_runtime.result import Result
from runtime.hurried import Hurried
from runtime.loopback import (
    REQUEST_ID,
    Loopback,
    Reply,
    Seen,
    result,
    status,
    submitted,
)

CONTENT = os.urandom(300_000)
TOKEN = "rc-0123456789-secret"


@pytest.fixture
def made(server: Loopback) -> Any:
    server.on("submit", submitted())
    server.on("status", status("completed"))
    server.on("result", result({"image": f"{server.url}/out.png"}))
    with RunComfy(token=TOKEN, base_url=server.url, clock=Hurried()) as client:
        yield client.run("vendor/model", {})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def ranged(seen: Seen, etag: str = '"one"', content: bytes = CONTENT) -> Reply:
    """What a server with ranges answers."""
    span = re.fullmatch(r"bytes=(\d+)-", seen.headers.get("range", ""))
    headers = {"ETag": etag, "Content-Type": "image/png"}
    if span is None or seen.headers.get("if-range") != etag:
        return Reply(content, 200, headers)
    start = int(span[1])
    headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
    return Reply(content[start:], 206, headers)


def broken_off(seen: Seen) -> Reply:
    reply = ranged(seen)
    return Reply(reply.body, reply.status, reply.headers, fault="half")


def test_a_broken_download_goes_on_where_it_broke_off(
    server: Loopback, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", broken_off, broken_off, ranged)
    (path,) = made.download(tmp_path)
    assert path.read_bytes() == CONTENT
    asked = [
        seen.headers.get("range") for seen in server.seen if seen.path == "/out.png"
    ]
    assert asked == [None, "bytes=150000-", "bytes=225000-"]
    assert names(tmp_path) == [f"{REQUEST_ID}-1.png"]


def test_a_broken_download_goes_on_in_a_later_call(
    server: Loopback, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", broken_off, Reply(b"", 503))
    with pytest.raises(errors.DownloadError, match="503"):
        made.download(tmp_path)
    name = f"{REQUEST_ID}-1.png.part"
    assert names(tmp_path) == [name, f"{name}.etag"]
    server.on("/out.png", ranged)
    assert made.download(tmp_path)[0].read_bytes() == CONTENT
    assert server.seen[-1].headers["range"] == "bytes=150000-"
    assert names(tmp_path) == [f"{REQUEST_ID}-1.png"]


def test_content_that_changed_meanwhile_is_fetched_anew(
    server: Loopback, made: Result[Any], tmp_path: Path
) -> None:
    other = CONTENT[::-1]
    server.on("/out.png", broken_off, lambda seen: ranged(seen, '"two"', other))
    assert made.download(tmp_path)[0].read_bytes() == other


def test_a_server_that_ignores_ranges_is_read_from_the_start(
    server: Loopback, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", broken_off, Reply(CONTENT))
    assert made.download(tmp_path)[0].read_bytes() == CONTENT


def test_a_part_of_another_place_is_no_file(
    server: Loopback, made: Result[Any], tmp_path: Path
) -> None:
    wrong = {
        "ETag": '"one"',
        "Content-Range": f"bytes 5-{len(CONTENT) - 1}/{len(CONTENT)}",
    }
    server.on("/out.png", broken_off, Reply(CONTENT[5:], 206, wrong))
    with pytest.raises(errors.DownloadError, match="another part"):
        made.download(tmp_path)
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (
            Reply(
                CONTENT, headers={"Content-Length": str(len(CONTENT) + 7)}, fault="half"
            ),
            "whole",
        ),
        (Reply(CONTENT, headers={"Content-Encoding": "gzip"}), "compressed"),
        (Reply(b"", 500), "500"),
        (Reply(b"", 400), "400"),
        (Reply(fault="reset"), "whole"),
    ],
)
def test_a_file_that_does_not_come_whole_leaves_nothing(
    server: Loopback, made: Result[Any], tmp_path: Path, reply: Reply, text: str
) -> None:
    server.on("/out.png", reply)
    with pytest.raises(errors.DownloadError, match=text) as caught:
        made.download(tmp_path)
    assert caught.value.url.endswith("/out.png")
    assert names(tmp_path) == []


def test_a_file_over_the_limit_is_refused(
    server: Loopback, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", Reply(CONTENT))
    with pytest.raises(errors.DownloadError, match="longer than 1000 bytes"):
        made.download(tmp_path, limit=1000)
    assert names(tmp_path) == []


def test_an_empty_file_is_a_file(
    server: Loopback, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", Reply(b""))
    assert made.download(tmp_path)[0].read_bytes() == b""


def test_a_file_that_is_there_is_not_fetched_again(
    server: Loopback, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", Reply(CONTENT))
    assert made.download(tmp_path) == made.download(tmp_path)
    assert server.count("/out.png") == 1


@pytest.mark.parametrize("gone", [403, 404, 410])
def test_an_expired_url_is_renewed_once(
    server: Loopback, made: Result[Any], tmp_path: Path, gone: int
) -> None:
    server.on("/out.png", Reply(b"", gone))
    server.on("/fresh.png", Reply(CONTENT))
    server.on("result", result({"image": f"{server.url}/fresh.png"}))
    assert made.download(tmp_path)[0].read_bytes() == CONTENT
    assert server.kinds[-3:] == ["/out.png", "result", "/fresh.png"]


def test_a_file_that_is_gone_for_good_says_so(
    server: Loopback, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", Reply(b"", 404))
    with pytest.raises(errors.DownloadError, match="gone"):
        made.download(tmp_path)
    assert server.kinds[-3:] == ["/out.png", "result", "/out.png"]


def test_redirects_are_followed_to_allowed_hosts_only(
    server: Loopback, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", Reply(b"", 302, {"Location": "/moved.png"}))
    server.on("/moved.png", Reply(CONTENT))
    assert made.download(tmp_path / "a")[0].read_bytes() == CONTENT
    for target in (
        "https://evil.example/x",
        "http://169.254.169.254/",
        "file:///etc/passwd",
    ):
        server.on("/out.png", Reply(b"", 302, {"Location": target}))
        with pytest.raises(
            errors.DownloadError, match="allow it with|is no plain https"
        ):
            made.download(tmp_path / "b")
    server.on("/out.png", Reply(b"", 302, {"Location": "/out.png"}))
    with pytest.raises(errors.DownloadError, match="redirects more than"):
        made.download(tmp_path / "c")


def test_no_file_request_carries_the_token(
    server: Loopback, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", Reply(b"", 302, {"Location": "/moved.png"}))
    server.on("/moved.png", Reply(CONTENT, headers={"Set-Cookie": "a=b"}))
    made.download(tmp_path)
    files = [seen for seen in server.seen if seen.path.endswith(".png")]
    assert len(files) == 2
    assert all("authorization" not in seen.headers for seen in files)
    assert all("cookie" not in seen.headers for seen in server.seen)


@pytest.mark.parametrize("link", ["", ".part"])
def test_nothing_is_written_through_a_link(
    server: Loopback, made: Result[Any], tmp_path: Path, link: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / f"{REQUEST_ID}-1.png{link}").symlink_to(victim)
    server.on("/out.png", Reply(CONTENT))
    with pytest.raises(errors.DownloadError, match="symbolic link"):
        made.download(folder)
    assert victim.read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_a_clear_error(
    made: Result[Any], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.DownloadError, match="cannot be made"):
        made.download(tmp_path / "file" / "out")


def test_progress_is_told_with_the_total(
    server: Loopback, made: Result[Any], tmp_path: Path
) -> None:
    told: list[tuple[int, int | None]] = []
    server.on("/out.png", Reply(CONTENT))
    made.download(
        tmp_path, on_progress=lambda path, done, total: told.append((done, total))
    )
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_an_interrupt_leaves_no_file(
    server: Loopback, made: Result[Any], tmp_path: Path
) -> None:
    def interrupt(path: Path, done: int, total: int | None) -> None:
        if done > 100_000:
            raise KeyboardInterrupt

    server.on("/out.png", ranged)
    with pytest.raises(KeyboardInterrupt):
        made.download(tmp_path, on_progress=interrupt)
    assert not (tmp_path / f"{REQUEST_ID}-1.png").exists()
    (path,) = made.download(tmp_path)
    assert path.read_bytes() == CONTENT
    assert "range" in server.seen[-1].headers


def test_two_downloads_at_once_leave_one_whole_file(
    server: Loopback, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", ranged)
    problems: list[BaseException] = []

    def download() -> None:
        try:
            made.download(tmp_path)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=download) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert (tmp_path / f"{REQUEST_ID}-1.png").read_bytes() == CONTENT


BASE = "https://model-api.runcomfy.net"


@pytest.mark.parametrize(
    "url",
    [
        "https://files.runcomfy.net/a.png",
        "https://a.b.runcomfy.com/a?sig=x",
        "https://RUNCOMFY.net/a",
        f"{BASE}/files/a",
        "https://cdn.example.org/a",
    ],
)
def test_allowed_hosts_are_allowed(url: str) -> None:
    assert refused(url, BASE, ["example.org"]) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://files.runcomfy.net/a.png",
        "https://evilruncomfy.net/a",
        "https://runcomfy.net.evil.com/a",
        "https://user@files.runcomfy.net/a",
        "https://a\\@files.runcomfy.net/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://evil.com#.runcomfy.net",
        "file:///etc/passwd",
        "https:///a",
        "https://runcomfy.net:99999/",
        "https://r\u00fcncomfy.net/",
        "https://files.runcomfy.net/a b",
    ],
)
def test_other_hosts_are_refused(url: str) -> None:
    assert refused(url, BASE, []) is not None


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://h/../../etc/passwd", "r-1.png"),
        ("https://h/a.PNG?x=../y", "r-1.png"),
        ("https://h/a.exe", "r-1.png"),
        ("https://h/a.mp4/", "r-1.png"),
        ("https://h/CON.webp", "r-1.webp"),
        ("https://[bad/a.png", "r-1.png"),
    ],
)
def test_a_server_chooses_no_name(url: str, name: str) -> None:
    assert file_name("r", 0, File(url, "image", "/image")) == name
