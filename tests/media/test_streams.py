"""Open file objects of every temper: raw, mapped, closed, broken, or no files at all."""

from __future__ import annotations

import io
import mmap
import os
from pathlib import Path
from struct import pack
from typing import Any, cast

import pytest

from media.meter import DATA
from media.test_drivers import MP4, PNG, failure
from runcomfy_runtime.media.errors import MediaFault
from runcomfy_runtime.media.prober import probe


class Slow(io.RawIOBase):
    """A file object that gives seven bytes a read, as raw ones may."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def readinto(self, buffer: Any) -> int:
        piece = self._inner.read(min(7, len(buffer)))
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize("name", ["image/jpeg_orient6.jpg", "video/mp4_moov_end.mp4"])
def test_a_file_object_may_give_less_than_it_is_asked_for(name: str) -> None:
    content = (DATA / name).read_bytes()
    assert probe(cast(Any, Slow(content))) == probe(content)


def test_a_mapped_file_is_a_file_object() -> None:
    path = DATA / "video/mp4_moov_end.mp4"
    with path.open("rb") as opened:
        with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            assert probe(cast(Any, mapped)) == probe(path)


class Odd(io.BytesIO):
    """A file object of somebody who thought of something else."""

    def __init__(self, content: bytes, answer: Any) -> None:
        super().__init__(content)
        self._answer = answer

    def read(self, size: int | None = -1) -> bytes:
        found: bytes = self._answer(self, super().read(size))
        return found


def shut(stream: io.BytesIO, data: bytes) -> bytes:
    stream.close()
    return data


def refuse(stream: io.BytesIO, data: bytes) -> bytes:
    raise RuntimeError("the vault is closed\x1b[31m")


def test_a_file_object_that_closes_itself_still_gives_what_was_read() -> None:
    bitmap = b"BM" + bytes(12) + pack("<IHHHH", 12, 40, 30, 1, 24) + bytes(99)
    assert probe(Odd(bitmap, shut)).shown == (40, 30)
    assert "closed file" in str(failure(Odd(MP4, shut)))


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (refuse, "the vault is closed"),
        (lambda stream, data: None, "has nothing to give now"),
        (lambda stream, data: "text", "binary mode"),
        (lambda stream, data: [1], "binary mode"),
    ],
)
def test_whatever_goes_wrong_in_a_file_object_is_an_error_that_quotes_it(
    answer: Any, text: str
) -> None:
    error = failure(Odd(PNG, answer))
    assert error.fault is MediaFault.UNREADABLE
    assert text in str(error)
    assert str(error).isprintable()


@pytest.mark.parametrize(
    "answer",
    [
        lambda stream, data: bytearray(data),
        lambda stream, data: memoryview(data),
        lambda stream, data: data + bytes(100),
    ],
)
def test_bytes_of_any_kind_and_more_than_asked_for_are_taken(answer: Any) -> None:
    assert probe(Odd(MP4, answer)).duration == 4.0


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
