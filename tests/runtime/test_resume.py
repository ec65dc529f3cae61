"""Going on with a download: only with bytes that are known to belong to the same file."""

from __future__ import annotations

import os
import re
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
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

CONTENT = os.urandom(3000)
NAME = f"{REQUEST_ID}-1.png"
Script = Callable[[HttpRequest], Reply]


def whole(seen: HttpRequest) -> Reply:
    return Reply(CONTENT, headers={"ETag": '"one"'})


def half(seen: HttpRequest) -> Reply:
    return Reply(CONTENT, headers={"ETag": '"one"'}, fault="half")


def rest(
    span: str, body: bytes | None = None, etag: str | None = '"one"', **headers: str
) -> Reply:
    answer = {"Content-Range": span, **headers}
    if etag is not None:
        answer["ETag"] = etag
    return Reply(CONTENT[1500:] if body is None else body, 206, answer)


@pytest.fixture
def made(server: ScriptedServer) -> Any:
    server.on("submit", submitted())
    server.on("status", status("completed"))
    server.on("result", result({"image": f"{server.url}/out.png"}))
    with RunComfy(
        token="rc-secret", base_url=server.url, clock=VirtualClock()
    ) as client:
        yield client.run("vendor/model", {})


def ranges(server: ScriptedServer) -> list[str | None]:
    return [seen.headers.get("range") for seen in server.seen if "png" in seen.path]


def test_a_fitting_rest_is_taken(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", half, rest("bytes 1500-2999/3000"))
    assert made.download(tmp_path)[0].read_bytes() == CONTENT
    assert ranges(server) == [None, "bytes=1500-"]


MISFITS = {
    "another version": rest("bytes 1500-2999/3000", b"x" * 1500, '"two"'),
    "no version": rest("bytes 1500-2999/3000", b"x" * 1500, None),
    "a weak version": rest("bytes 1500-2999/3000", b"x" * 1500, 'W/"one"'),
    "a shorter file": rest("bytes 1500-1999/2000", b"x" * 500),
    "a longer file": rest("bytes 1500-3999/4000", b"x" * 2500),
    "another place": rest("bytes 5-2999/3000", CONTENT[5:]),
    "an end behind the file": rest("bytes 1500-3500/3000", b"x" * 2001),
    "an end before the start": rest("bytes 1500-1400/3000", b""),
    "fewer bytes than the span": rest("bytes 1500-2999/3000", b"x" * 10),
    "more bytes than the span": rest("bytes 1500-1509/3000", b"x" * 1500),
    "no span": Reply(CONTENT[1500:], 206, {"ETag": '"one"'}),
    "another unit": rest("lines 1500-2999/3000"),
    "digits that are none": rest("bytes 1500-2999/" + "9" * 5000),
}


@pytest.mark.parametrize("misfit", MISFITS.values(), ids=MISFITS)
def test_a_rest_that_does_not_fit_is_thrown_away_and_the_whole_fetched_anew(
    server: ScriptedServer, made: Result[Any], tmp_path: Path, misfit: Reply
) -> None:
    server.on("/out.png", half, misfit, whole)
    assert made.download(tmp_path)[0].read_bytes() == CONTENT
    assert ranges(server) == [None, "bytes=1500-", None]
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_rest_of_unknown_length_does_not_make_the_file_shorter(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    server.on(
        "/out.png",
        half,
        rest("bytes 1500-1999/*", CONTENT[1500:2000]),
        rest("bytes 2000-2999/*", CONTENT[2000:]),
    )
    assert made.download(tmp_path)[0].read_bytes() == CONTENT
    assert ranges(server) == [None, "bytes=1500-", "bytes=2000-"]


def test_a_rest_of_a_file_whose_length_nobody_told_is_not_taken(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    chunk = b"5dc\r\n" + CONTENT[:1500]  # and then nothing, where another should come
    unsized = {"ETag": '"one"', "Transfer-Encoding": "chunked", "Connection": "close"}
    server.on(
        "/out.png",
        Reply(chunk + b"x" * len(chunk), headers=unsized, fault="half"),
        rest("bytes 1500-1999/*", CONTENT[1500:2000]),
        whole,
    )
    assert made.download(tmp_path)[0].read_bytes() == CONTENT
    assert ranges(server)[-1] is None


def test_a_download_that_gets_on_is_gone_on_with_however_often_it_breaks(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    content, piece = os.urandom(2_000_000), 100_000

    def breaking(seen: HttpRequest) -> Reply:
        span = re.fullmatch(r"bytes=(\d+)-", seen.headers.get("range", "bytes=0-"))
        start = int(span[1]) if span else 0
        answer = {"ETag": '"one"', "Content-Length": str(len(content) - start)}
        if start:
            answer["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        last = start + piece >= len(content)
        body = content[start : start + piece] * (1 if last else 2)  # half of it is sent
        return Reply(body, 206 if start else 200, answer, "" if last else "half")

    server.on("/out.png", breaking)
    assert made.download(tmp_path)[0].read_bytes() == content
    assert server.count("/out.png") == 20


def test_a_file_that_starts_over_each_time_is_given_up(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", Reply(b"x" * 1_000_000, fault="half"))
    with pytest.raises(errors.DownloadError, match="could not be fetched whole"):
        made.download(tmp_path)
    assert server.count("/out.png") == 5
    assert list(tmp_path.iterdir()) == []


def test_a_file_server_that_names_a_pause_gets_it(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    clock = made._driver.config.clock
    busy = Reply(b"", 429, {"Retry-After": "7"})
    server.on("/out.png", busy, busy, whole)
    assert made.download(tmp_path)[0].read_bytes() == CONTENT
    assert clock.slept[-2:] == [7.0, 7.0]
    server.on("/out.png", Reply(b"", 503, {"Retry-After": "3600"}))
    before = server.count("/out.png")
    with pytest.raises(errors.DownloadError, match="503"):
        made.download(tmp_path / "again")
    assert server.count("/out.png") == before + 1


def test_a_server_whose_rests_never_fit_is_given_up(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", half, rest("bytes 5-2999/3000"), half, MISFITS["no span"])
    with pytest.raises(errors.DownloadError, match="another part"):
        made.download(tmp_path)
    assert ranges(server) == [None, "bytes=1500-", None, "bytes=1500-"]
    assert list(tmp_path.iterdir()) == []


def test_a_rest_that_nobody_asked_for_is_refused(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", rest("bytes 0-2999/3000", CONTENT))
    with pytest.raises(errors.DownloadError, match="another part"):
        made.download(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_later_process_knows_the_length_too(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    server.on("/out.png", half, Reply(b"", 503))
    with pytest.raises(errors.DownloadError):
        made.download(tmp_path)
    shorter = rest("bytes 1500-1999/2000", b"x" * 500)
    server.on("/out.png", shorter, whole)
    assert made.download(tmp_path)[0].read_bytes() == CONTENT


@pytest.mark.parametrize(
    "mark", ["", "W/", '"one', '"one"\nx', "\xff", '"one"\n' + "9" * 5000]
)
def test_a_mark_that_says_nothing_is_not_trusted(
    server: ScriptedServer, made: Result[Any], tmp_path: Path, mark: str
) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(b"x" * 1500)
    (tmp_path / f"{NAME}.part.etag").write_text(mark, "latin-1")
    server.on("/out.png", whole)
    assert made.download(tmp_path)[0].read_bytes() == CONTENT
    assert ranges(server) == [None]


def test_the_mark_is_not_written_through_a_link(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / f"{NAME}.part.etag").symlink_to(victim)
    server.on("/out.png", whole)
    made.download(tmp_path)
    assert victim.read_text() == "mine"


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b'"one"\n3000\n')
        file.truncate(2 * 1024**3)


def _link(path: Path) -> None:
    other = path.with_name("other")
    other.write_text('"one"\n3000\n')
    path.symlink_to(other)


@pytest.mark.skipif(sys.platform == "win32", reason="no FIFO, no /dev")
@pytest.mark.parametrize("make", [_fifo, _device, _huge, _link])
def test_a_mark_that_is_no_small_file_is_not_read(
    server: ScriptedServer,
    made: Result[Any],
    tmp_path: Path,
    make: Callable[[Path], None],
) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(b"x" * 1500)
    make(tmp_path / f"{NAME}.part.etag")
    server.on("/out.png", whole)
    tracemalloc.start()
    try:
        assert made.download(tmp_path)[0].read_bytes() == CONTENT
        assert tracemalloc.get_traced_memory()[1] < 16 * 1024**2
    finally:
        tracemalloc.stop()
    assert ranges(server) == [None]


@pytest.mark.parametrize("ending", [".part", ".part.etag"])
def test_a_folder_in_the_place_of_a_part_or_mark_is_a_download_error(
    server: ScriptedServer, made: Result[Any], tmp_path: Path, ending: str
) -> None:
    (tmp_path / f"{NAME}{ending}").mkdir()
    server.on("/out.png", whole)
    with pytest.raises(errors.DownloadError, match=ending):
        made.download(tmp_path)
    assert not (tmp_path / NAME).exists()


def test_a_part_that_the_server_calls_too_long_is_begun_anew(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(CONTENT)
    (tmp_path / f"{NAME}.part.etag").write_text('"one"\n3000\n')
    server.on("/out.png", Reply(b"", 416, {"Content-Range": "bytes */3000"}), whole)
    assert made.download(tmp_path)[0].read_bytes() == CONTENT
    assert ranges(server) == ["bytes=3000-", None]


def test_resuming_never_mixes_two_versions_however_often_it_breaks(
    server: ScriptedServer, made: Result[Any], tmp_path: Path
) -> None:
    versions = [bytes([mark]) * 3000 for mark in range(4)]
    turn = iter([0, 1, 1, 2])

    def changing(seen: HttpRequest) -> Reply:
        current = next(turn, 3)
        etag, body = f'"{current}"', versions[current]
        span = re.fullmatch(r"bytes=(\d+)-", seen.headers.get("range", ""))
        fault = "half" if current < 3 else ""
        if span is None:  # and If-Range is minded by nobody
            return Reply(body, 200, {"ETag": etag}, fault)
        start = int(span[1])
        answer = {"ETag": etag, "Content-Range": f"bytes {start}-2999/3000"}
        return Reply(body[start:], 206, answer, fault)

    server.on("/out.png", changing)
    try:
        (path,) = made.download(tmp_path)
    except errors.DownloadError:
        assert list(tmp_path.iterdir()) == []
    else:
        assert path.read_bytes() in versions
