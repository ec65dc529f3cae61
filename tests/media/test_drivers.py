"""Where content comes from: files, file objects, ``data:`` URIs, and all that is none."""

from __future__ import annotations

import base64
import io
import os
import socket
import tracemalloc
from pathlib import Path
from typing import Any, cast

import pytest

from media.meter import DATA
from runcomfy_runtime.media.errors import MediaError, MediaFault
from runcomfy_runtime.media.prober import FileReader, probe

PNG = (DATA / "image/png_rgba16like.png").read_bytes()
MP4 = (DATA / "video/mp4_moov_end.mp4").read_bytes()
BASE64 = base64.b64encode(PNG).decode()


def failure(source: Any) -> MediaError:
    with pytest.raises(MediaError) as caught:
        probe(source)
    return caught.value


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    error = failure(tmp_path / "boat.png")
    assert error.fault is MediaFault.UNREADABLE
    assert "boat.png cannot be read: No such file" in str(error)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "is a folder, not a file" in str(failure(tmp_path))


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert "is a pipe, not a file" in str(failure(tmp_path / "pipe.png"))


def test_a_socket_and_a_device_are_no_files(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        assert failure(tmp_path / "s").fault is MediaFault.UNREADABLE
    assert "is a device, not a file" in str(failure(Path("/dev/zero")))


def test_files_of_the_kernel_are_empty(tmp_path: Path) -> None:
    assert "0 bytes" in str(failure(Path("/proc/self/environ")))


def test_a_link_to_nothing_and_a_name_with_a_zero_are_errors(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    assert failure(tmp_path / "link").fault is MediaFault.UNREADABLE
    assert failure(Path("a\0b")).fault is MediaFault.UNREADABLE


def test_a_link_that_leads_to_itself_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "loop.png").symlink_to("loop.png")
    assert failure(tmp_path / "loop.png").fault is MediaFault.UNREADABLE


def test_a_file_that_grows_while_it_is_read_is_as_long_as_it_was(
    tmp_path: Path,
) -> None:
    path = tmp_path / "grows.mp4"
    path.write_bytes(bytes(10_000))
    opened = FileReader(path)
    try:
        with path.open("ab") as more:
            more.write(b"x" * 10_000)
        assert (opened.size, opened.read(9_990, 100)) == (10_000, bytes(10))
        assert opened.read(10_000, 100) == b""
        assert opened.read(20_000, 100) == b""
        os.truncate(path, 5_000)
        assert opened.read(9_000, 100) == b""
    finally:
        opened.close()


def test_a_small_file_that_grows_is_as_long_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "grows.png"
    path.write_bytes(PNG[:100])
    opened = FileReader(path)
    try:
        path.write_bytes(PNG)
        assert len(opened.read(0, 4096)) == opened.size == 100
    finally:
        opened.close()


def test_a_file_that_shrinks_while_it_is_read_is_an_error_and_not_a_crash(
    tmp_path: Path,
) -> None:
    path = tmp_path / "film.mp4"
    content = (DATA / "video/mp4_moov_end.mp4").read_bytes()
    path.write_bytes(content[:50_000])
    os.truncate(path, len(content))  # grown by a hole, where its header would be
    assert failure(path).fault in (MediaFault.MALFORMED, MediaFault.TRUNCATED)


def test_no_handle_is_left_open_after_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(30))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path in (tmp_path, tmp_path / "x.png", tmp_path / "none"):
        failure(path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_text_is_never_a_path() -> None:
    for text in (
        "/etc/passwd",
        "boat.png",
        str(DATA / "image/jp2.jp2"),
        "",
        "file:///etc/passwd",
    ):
        error = failure(text)
        assert error.fault is MediaFault.REFUSED
        assert "root:" not in str(error)


def test_things_that_hold_no_bytes_are_named() -> None:
    assert "a int is not a media source" in str(failure(5))
    assert failure(None).fault is MediaFault.UNREADABLE
    assert "binary mode" in str(failure(io.StringIO("x" * 100)))


class BytesPath:
    """A path as ``os.scandir`` gives it for a folder that is named by bytes."""

    def __init__(self, path: bytes) -> None:
        self._path = path

    def __fspath__(self) -> bytes:
        return self._path


def test_a_path_of_bytes_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(PNG)
    assert probe(BytesPath(bytes(tmp_path / "x.png"))).shown == (640, 480)  # type: ignore[arg-type]
    error = failure(BytesPath(bytes(tmp_path) + b"/\xff\x1b.png"))
    assert "cannot be read: No such file" in str(error)
    assert str(error).isprintable()


def test_a_kind_that_was_not_asked_for_is_an_error() -> None:
    with pytest.raises(
        MediaError, match="this is image .png., expected video"
    ) as caught:
        probe(PNG, kind="video")
    assert caught.value.fault is MediaFault.WRONG_KIND
    assert probe(PNG, kind="image").kind == "image"


def test_an_error_survives_pickling() -> None:
    import pickle

    error = failure(Path("nowhere.png"))
    again = cast(MediaError, pickle.loads(pickle.dumps(error)))
    assert (str(again), again.fault, type(again)) == (
        str(error),
        error.fault,
        type(error),
    )


def test_bytes_with_gaps_and_of_other_types_are_read_as_bytes() -> None:
    spread = memoryview(
        bytes(byte for pair in zip(PNG, PNG, strict=True) for byte in pair)
    )
    assert probe(spread[::2]) == probe(PNG)
    words = memoryview(PNG[: len(PNG) // 4 * 4]).cast("I")
    assert probe(words).size == len(PNG) // 4 * 4


def test_a_large_buffer_is_not_copied() -> None:
    buffer = bytearray(PNG) + bytearray(64 << 20)
    tracemalloc.start()
    assert probe(buffer).size == len(buffer)
    assert probe(memoryview(buffer)).shown == (640, 480)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
