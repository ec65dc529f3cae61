"""Where content comes from: files, file objects, ``data:`` URIs, and all that is none."""

from __future__ import annotations

import base64
import io
import os
import socket
import tracemalloc
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote_from_bytes

import pytest

from media.meter import DATA
from runcomfy_runtime.media.errors import MediaError
from runcomfy_runtime.media.fault import MediaFault
from runcomfy_runtime.media.prober import probe

PNG = (DATA / "image/png_rgba16like.png").read_bytes()
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
    assert "a int is no media source" in str(failure(5))
    assert failure(None).fault is MediaFault.UNREADABLE
    assert "binary mode" in str(failure(io.StringIO("x" * 100)))


class Broken(io.RawIOBase):
    """A file object whose disk fails."""

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return 100

    def tell(self) -> int:
        return 0

    def read(self, size: int | None = -1) -> bytes:
        raise OSError(5, "Input/output error\x1b[31m")


def test_a_file_object_that_fails_or_cannot_seek_is_an_error() -> None:
    assert "\x1b" not in str(failure(Broken()))
    read_end, write_end = os.pipe()
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        assert "cannot seek" in str(failure(pipe))


def test_an_open_file_stays_where_it_was(tmp_path: Path) -> None:
    with (DATA / "image/jpeg_baseline.jpg").open("rb") as stream:
        stream.seek(99)
        assert probe(stream).shown == (640, 480)
        assert stream.tell() == 99


@pytest.mark.parametrize(
    "uri",
    [
        f"data:image/png;base64,{BASE64}",
        f"DATA:;BASE64,{BASE64}",
        f"data:text/plain;charset=utf-8;base64,{BASE64}",
        f"data:image/png;base64,{BASE64.rstrip('=')}",
        "data:image/png;base64," + BASE64.replace("+", "%2B").replace("=", "%3D"),
        "data:image/png;base64," + BASE64.replace("+", "-").replace("/", "_"),
        "data:image/png;base64,"
        + "\n".join(BASE64[at : at + 76] for at in range(0, len(BASE64), 76)),
        f"data:image/png,{quote_from_bytes(PNG)}",
    ],
)
def test_a_data_uri_is_read_however_it_is_written(uri: str) -> None:
    info = probe(uri)
    assert (info.shown, info.size) == ((640, 480), len(PNG))


@pytest.mark.parametrize(
    "uri",
    [
        "data:",
        "data:image/png;base64",
        "data:image/png;base64;" + "x" * 400 + "," + BASE64,
        "data:image/png;base64,A",
        "data:image/png;base64,!!!!",
        "data:image/png;base64,iVBO===RwKGgo",
        "data:image/png;base64,ïVBORw0K",
    ],
)
def test_a_data_uri_that_is_none_is_an_error_without_its_content(uri: str) -> None:
    error = failure(uri)
    assert error.fault is MediaFault.UNREADABLE
    assert "iVBO" not in str(error)


@pytest.mark.parametrize(
    "uri", ["data:,", "data:;base64,", "data:image/png;base64,===="]
)
def test_a_data_uri_without_content_is_an_error(uri: str) -> None:
    assert failure(uri).fault in (MediaFault.TRUNCATED, MediaFault.UNREADABLE)


def test_two_hundred_megabytes_in_a_data_uri_are_measured_without_decoding_them() -> (
    None
):
    uri = "data:image/png;base64," + BASE64[:2400] + "A" * (200 << 20)
    tracemalloc.start()
    info = probe(uri)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert info.shown == (640, 480)
    assert info.size == (len(uri) - 22) * 3 // 4
    assert peak < 1 << 20


def test_a_large_data_uri_that_must_be_unescaped_first_is_refused() -> None:
    uri = "data:image/png;base64,%" + "A" * (65 << 20)
    assert failure(uri).fault is MediaFault.TOO_COSTLY


def test_a_kind_that_was_not_asked_for_is_an_error() -> None:
    with pytest.raises(
        MediaError, match="this is image .png. where video belongs"
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
