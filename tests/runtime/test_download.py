"""Downloads: whole or not at all, resumed, from allowed hosts, under our own names."""

from __future__ import annotations

import asyncio
import os
import pickle
import re
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.job import Result
from runcomfy_runtime.testing import VirtualClock
from support.scripted_server import (
    REQUEST_ID,
    HttpRequest,
    Reply,
    ScriptedServer,
    result,
    status,
    submitted,
)

CONTENT = os.urandom(300_000)
TOKEN = "rc-0123456789-secret"


@pytest.fixture
def made(server: ScriptedServer) -> Any:
    server.on("submit", submitted())
    server.on("status", status("completed"))
    server.on("result", result({"image": f"{server.url}/out.png"}))
    with RunComfy(token=TOKEN, base_url=server.url, clock=VirtualClock()) as client:
        yield client.run("vendor/model", {})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def ranged(seen: HttpRequest, etag: str = '"one"', content: bytes = CONTENT) -> Reply:
    """What a server with ranges answers."""
    span = re.fullmatch(r"bytes=(\d+)-", seen.headers.get("range", ""))
    headers = {"ETag": etag, "Content-Type": "image/png"}
    if span is None or seen.headers.get("if-range") != etag:
        return Reply(content, 200, headers)
    start = int(span[1])
    headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
    return Reply(content[start:], 206, headers)


def broken_off(seen: HttpRequest) -> Reply:
    reply = ranged(seen)
    return Reply(reply.body, reply.status, reply.headers, fault="half")


def test_a_broken_download_goes_on_where_it_broke_off(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
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
    server: ScriptedServer, made: Result[Any], tmp_path: Path
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
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    other = CONTENT[::-1]
    server.on("/out.png", broken_off, lambda seen: ranged(seen, '"two"', other))
    assert made.download(tmp_path)[0].read_bytes() == other


def test_a_server_that_ignores_ranges_is_read_from_the_start(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", broken_off, Reply(CONTENT))
    assert made.download(tmp_path)[0].read_bytes() == CONTENT


def test_a_part_of_another_place_is_no_file(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
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
    server: ScriptedServer, made: Result[Any], tmp_path: Path, reply: Reply, text: str
) -> None:
    server.on("/out.png", reply)
    with pytest.raises(errors.DownloadError, match=text) as caught:
        made.download(tmp_path)
    assert caught.value.url.endswith("/out.png")
    assert names(tmp_path) == []


def test_a_file_over_the_limit_is_refused(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", Reply(CONTENT))
    with pytest.raises(errors.DownloadError, match="longer than 1000 bytes"):
        made.download(tmp_path, limit=1000)
    assert names(tmp_path) == []


def test_a_file_that_is_announced_to_be_over_the_limit_is_not_begun(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    told: list[int] = []
    server.on("/out.png", Reply(CONTENT))
    with pytest.raises(errors.DownloadError, match="longer than 299999 bytes"):
        made.download(
            tmp_path,
            limit=len(CONTENT) - 1,
            on_progress=lambda path, done, total: told.append(done),
        )
    assert told == []


def test_the_limit_holds_for_a_file_whose_length_nobody_told(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    chunks = b"".join(b"400\r\n" + b"x" * 1024 + b"\r\n" for _ in range(100))
    server.on("/out.png", chunked(chunks + b"0\r\n\r\n"))
    with pytest.raises(errors.DownloadError, match="longer than 5000 bytes"):
        made.download(tmp_path, limit=5000)
    assert names(tmp_path) == []


def test_a_length_beside_chunks_counts_for_nothing(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    reply = chunked(b"5\r\nhello\r\n0\r\n\r\n", **{"Content-Length": "7"})
    server.on("/out.png", reply)
    assert made.download(tmp_path)[0].read_bytes() == b"hello"


def chunked(body: bytes, **headers: str) -> Reply:
    """A reply whose body is sent as it is, in chunks."""
    told = {"Content-Length": "", "Transfer-Encoding": "chunked", **headers}
    return Reply(body, headers={name: text for name, text in told.items() if text})


@pytest.mark.parametrize("word", [201, 202, 203, 204, 205, 207, 226])
def test_only_an_answer_that_brings_a_file_is_one(
    server: ScriptedServer, made: Result[Any], tmp_path: Path, word: int
) -> None:
    server.on("/out.png", Reply(b"" if word in (204, 205) else b"text", word))
    with pytest.raises(errors.DownloadError, match=f"HTTP {word} instead of a file"):
        made.download(tmp_path)
    assert names(tmp_path) == []


def test_an_empty_file_is_a_file(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", Reply(b""))
    assert made.download(tmp_path)[0].read_bytes() == b""


def test_a_file_that_is_there_is_not_fetched_again(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", Reply(CONTENT))
    assert made.download(tmp_path) == made.download(tmp_path)
    assert server.count("/out.png") == 1


@pytest.mark.parametrize("gone", [403, 404, 410])
def test_an_expired_url_is_renewed_once(
    server: ScriptedServer, made: Result[Any], tmp_path: Path, gone: int
) -> None:
    server.on("/out.png", Reply(b"", gone))
    server.on("/fresh.png", Reply(CONTENT))
    server.on("result", result({"image": f"{server.url}/fresh.png"}))
    assert made.download(tmp_path)[0].read_bytes() == CONTENT
    assert server.kinds[-3:] == ["/out.png", "result", "/fresh.png"]


def test_a_file_that_is_gone_for_good_says_so(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", Reply(b"", 404))
    with pytest.raises(errors.DownloadError, match="gone"):
        made.download(tmp_path)
    assert server.kinds[-3:] == ["/out.png", "result", "/out.png"]


def test_redirects_are_followed_to_allowed_hosts_only(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
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
            errors.DownloadError, match="allow it with|is not a plain https"
        ):
            made.download(tmp_path / "b")
    server.on("/out.png", Reply(b"", 302, {"Location": "/out.png"}))
    with pytest.raises(errors.DownloadError, match="redirects more than"):
        made.download(tmp_path / "c")


@pytest.mark.parametrize("place", ["http://[", "", "https://u@files.runcomfy.net/a"])
def test_a_redirect_to_no_url_is_a_clear_error(
    server: ScriptedServer, made: Result[Any], tmp_path: Path, place: str
) -> None:
    server.on("/out.png", Reply(b"", 302, {"Location": place}))
    with pytest.raises(errors.DownloadError, match="without a URL|user name"):
        made.download(tmp_path)
    assert names(tmp_path) == []


def test_no_file_request_carries_the_token(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
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
    server: ScriptedServer, made: Result[Any], tmp_path: Path, link: str
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


def test_nothing_is_written_to_what_is_no_file_of_its_own(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    victim, part = tmp_path / "victim", tmp_path / f"{REQUEST_ID}-1.png.part"
    victim.write_text("mine")
    server.on("/out.png", Reply(CONTENT))
    part.hardlink_to(victim)
    with pytest.raises(errors.DownloadError, match="a device or has several names"):
        made.download(tmp_path)
    assert victim.read_text() == "mine"
    part.unlink()
    os.mkfifo(part)
    with pytest.raises(errors.DownloadError, match="cannot be written"):
        made.download(tmp_path)


@contextmanager
def small_disk(size: int) -> Iterator[None]:
    """No file may grow over that size, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [100_000, len(CONTENT) - 1])
def test_a_full_disk_is_a_clear_error_and_leaves_nothing(
    server: ScriptedServer, made: Result[Any], tmp_path: Path, size: int
) -> None:
    server.on("/out.png", Reply(CONTENT))
    with small_disk(size):
        with pytest.raises(errors.DownloadError, match="cannot be written") as caught:
            made.download(tmp_path)
    assert caught.value.url.endswith("/out.png")
    assert names(tmp_path) == []
    assert server.count("/out.png") == 1


def test_a_folder_that_cannot_be_made_is_a_clear_error(
    made: Result[Any], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.DownloadError, match="cannot be created"):
        made.download(tmp_path / "file" / "out")


def test_progress_is_told_with_the_total(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    told: list[tuple[int, int | None]] = []
    server.on("/out.png", Reply(CONTENT))
    made.download(
        tmp_path, on_progress=lambda path, done, total: told.append((done, total))
    )
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_an_interrupt_leaves_no_file(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
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


@pytest.mark.parametrize(
    "raised",
    [OSError("the bar"), TimeoutError(), errors.DownloadError("mine"), KeyError("x")],
    ids=lambda error: type(error).__name__,
)
def test_what_the_progress_function_raises_passes_unchanged_and_the_part_stays(
    server: ScriptedServer, made: Result[Any], tmp_path: Path, raised: Exception
) -> None:
    def break_off(path: Path, done: int, total: int | None) -> None:
        if done > 100_000:
            raise raised

    server.on("/out.png", ranged)
    with pytest.raises(type(raised)) as caught:
        made.download(tmp_path, on_progress=break_off)
    assert caught.value is raised
    assert server.count("/out.png") == 1
    (path,) = made.download(tmp_path)
    assert path.read_bytes() == CONTENT
    assert "range" in server.seen[-1].headers


@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_error_of_a_download_carries_the_job(
    server: ScriptedServer, made: Result[Any], tmp_path: Path, asynchronous: bool
) -> None:
    server.on("/out.png", Reply(b"", 500))

    async def download() -> None:
        async with AsyncRunComfy(token=TOKEN, base_url=server.url) as client:
            result = await client.run("vendor/model", {})
            await result.download(tmp_path / "file")

    (tmp_path / "file").write_text("")
    with pytest.raises(errors.DownloadError) as caught:
        asyncio.run(download()) if asynchronous else made.download(tmp_path / "file")
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert error.request_id == REQUEST_ID
        assert error.last_status == "completed"
        assert error.may_be_billed
        assert error.job is not None
        with RunComfy(token=TOKEN, base_url=server.url) as client:
            job = client.job(error.job.token())
        assert (job.request_id, job.model_id) == (REQUEST_ID, "vendor/model")


def test_a_fresh_url_is_found_though_the_result_echoes_the_input(
    server: ScriptedServer, tmp_path: Path
) -> None:
    def told(name: str) -> Reply:
        source = {"image": f"{server.url}/source.png"}
        output = {"image": source["image"], "made": f"{server.url}/{name}"}
        return result(output, input=source)

    server.on("status", status("completed"))
    server.on("result", told("old.png"))
    server.on("/old.png", Reply(b"", 403))
    server.on("/fresh.png", Reply(CONTENT))
    with RunComfy(token=TOKEN, base_url=server.url, clock=VirtualClock()) as client:
        outcome = client.job(REQUEST_ID).result()
        server.on("result", told("fresh.png"))
        (path,) = outcome.download(tmp_path)
    assert path.read_bytes() == CONTENT


def test_two_downloads_at_once_leave_one_whole_file(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
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


PROCESS = """
import sys
from runcomfy_runtime.client import RunComfy
with RunComfy(token="rc-0123456789-secret", base_url=sys.argv[1]) as client:
    client.job("req-1").result().download(sys.argv[2])
"""


def test_two_processes_at_once_leave_one_whole_file(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    both_asked = threading.Barrier(2)

    def slow(seen: HttpRequest) -> Reply:
        both_asked.wait(20)
        return ranged(seen)

    server.on("/out.png", slow)
    command = [sys.executable, "-c", PROCESS, server.url, str(tmp_path)]
    processes = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert names(tmp_path) == [f"{REQUEST_ID}-1.png"]
    assert (tmp_path / f"{REQUEST_ID}-1.png").read_bytes() == CONTENT


KILLED = """
import os, signal, sys
from runcomfy_runtime.client import RunComfy

def die(path, done, total):
    if done > 100_000:
        os.kill(os.getpid(), signal.SIGKILL)

with RunComfy(token="rc-0123456789-secret", base_url=sys.argv[1]) as client:
    client.job("req-1").result().download(sys.argv[2], on_progress=die)
"""


def test_a_download_goes_on_after_its_process_was_killed(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", ranged)
    command = [sys.executable, "-c", KILLED, server.url, str(tmp_path)]
    assert subprocess.run(command).returncode == -signal.SIGKILL
    part = tmp_path / f"{REQUEST_ID}-1.png.part"
    had = part.stat().st_size
    assert 0 < had < len(CONTENT)
    assert part.read_bytes() == CONTENT[:had]
    assert made.download(tmp_path)[0].read_bytes() == CONTENT
    assert server.seen[-1].headers["range"] == f"bytes={had}-"
    assert names(tmp_path) == [f"{REQUEST_ID}-1.png"]


def test_files_of_one_result_never_share_a_name(
    server: ScriptedServer, tmp_path: Path
) -> None:
    places = ["/a/x.png", "/b/x.png", "/A/X.PNG", "/con.png", "/nul", "/x.png:y"]
    server.on("submit", submitted())
    server.on("status", status("completed"))
    server.on("result", result({"images": [server.url + place for place in places]}))
    for place in places:
        server.on(place, Reply(place.encode()))
    with RunComfy(token=TOKEN, base_url=server.url, clock=VirtualClock()) as client:
        paths = client.run("vendor/model", {}).download(tmp_path)
    assert [path.read_text() for path in paths] == places
    assert len({path.name.lower() for path in paths}) == len(places)
    assert all(re.fullmatch(r"req-1-\d\.[a-z0-9]+", path.name) for path in paths)


@pytest.mark.parametrize("hosts", [None, 5, [1], [None], [b"cdn.example.org"]])
def test_what_is_no_name_of_a_host_is_said_to_be_none(
    made: Result[Any], tmp_path: Path, hosts: Any
) -> None:
    with pytest.raises(errors.DownloadError, match="is not a host name"):
        made.download(tmp_path, hosts=hosts)
