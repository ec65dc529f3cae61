"""Measuring a piece of media (kind, format, size, duration) from as few bytes as possible."""

from __future__ import annotations

import io
import os
import stat
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from ..daemon_threads import CHECK_THREADS
from ..escaping import printable
from .data_uri import data_reader
from .errors import MediaError, MediaFault
from .fetch.policy import DEFAULT_POLICY, FetchPolicy
from .format_table import Kind
from .info import MediaInfo
from .parser import LOCAL_HEAD, Read, drive
from .sniff import parse_media, read_usual_header

MediaSource: TypeAlias = (
    "PathLike[str] | bytes | bytearray | memoryview | BinaryIO | str"
)
"""A path, some bytes, an open binary file, or, as a string, a ``data:`` or https URL."""


def probe(
    source: MediaSource,
    *,
    kind: Kind | None = None,
    thorough: bool | None = None,
    policy: FetchPolicy = DEFAULT_POLICY,
) -> MediaInfo:
    """Measure a piece of media.

    A string is a ``data:`` URI or an https URL, never a path: text from an untrusted source
    must not open a local file. ``kind`` is the required kind of media. ``thorough`` permits
    reading everything, for facts that no header states. It is the default for local content,
    but not for URLs, which are fetched within ``policy``.

    Raises ``MediaError``; for a format that is not supported, its subclass
    ``MediaUnsupported``.
    """
    if isinstance(source, str) and not _is_data(source):
        from .fetch.client import fetch

        return _check_kind(kind, fetch(source, policy, thorough=bool(thorough)))
    info = _measure_local(source, thorough is not False)
    return info if kind is None else _check_kind(kind, info)


async def probe_async(
    source: MediaSource,
    *,
    kind: Kind | None = None,
    thorough: bool | None = None,
    policy: FetchPolicy = DEFAULT_POLICY,
) -> MediaInfo:
    """Do what ``probe`` does, without blocking the event loop."""
    if isinstance(source, str) and not _is_data(source):
        from .fetch.async_client import fetch_async

        return _check_kind(
            kind, await fetch_async(source, policy, thorough=bool(thorough))
        )
    info = await CHECK_THREADS.run(
        lambda: _measure_local(source, thorough is not False)
    )
    return _check_kind(kind, info)


def _is_data(source: str) -> bool:
    return source[:5].lower() == "data:"


def _measure_local(source: MediaSource, thorough: bool) -> MediaInfo:
    if isinstance(
        source, Path
    ):  # the most frequent case, and much faster to check than below
        return _measure_file(source, thorough)
    if type(source) is io.BytesIO and not source.closed:
        # Its content is there already; its position stays where it is.
        source = source.getvalue()
    if isinstance(source, str):
        read, size = data_reader(source)
    elif isinstance(source, (bytes, bytearray, memoryview)):
        read, size = memory_reader(source)
    elif isinstance(source, PathLike):
        return _measure_file(source, thorough)
    else:
        return _measure_stream(source, thorough)
    return _measure_read(read, size, thorough)


def _measure_read(read: Read, size: int, thorough: bool) -> MediaInfo:
    """Measure content whose beginning costs nothing to read."""
    known = read_usual_header(read(0, LOCAL_HEAD), size)
    if known is not None:
        return known
    return drive(parse_media(size, thorough, LOCAL_HEAD), read)


def _measure_file(path: PathLike[str], thorough: bool) -> MediaInfo:
    opened = FileReader(path)
    try:
        return _measure_read(opened.read, opened.size, thorough)
    finally:
        opened.close()


def _measure_stream(source: BinaryIO, thorough: bool) -> MediaInfo:
    opened = _open(source)
    try:
        return drive(parse_media(opened.size, thorough=thorough), opened.read)
    finally:
        opened.close()


def _open(source: BinaryIO) -> StreamReader:
    if not hasattr(source, "read"):
        name = type(source).__name__
        raise MediaError(
            f"a {name} is not a media source: give a Path, bytes, a file opened in binary "
            "mode, or a data: or https URL",
            MediaFault.UNREADABLE,
        )
    return StreamReader(source)


def _check_kind(kind: Kind | None, info: MediaInfo) -> MediaInfo:
    if kind is not None and info.kind != kind:
        raise MediaError(
            f"this is {info.kind} ({info.format}), expected {kind}",
            MediaFault.WRONG_KIND,
        )
    return info


# Content that is already in memory.


def memory_reader(content: bytes | bytearray | memoryview) -> tuple[Read, int]:
    """A reader of bytes in memory, and their number. They are not copied."""
    if isinstance(content, bytes):
        return lambda offset, length: content[offset : offset + length], len(content)
    view = memoryview(content)
    view = view.cast("B") if view.c_contiguous else memoryview(bytes(view))
    return lambda offset, length: bytes(view[offset : offset + length]), len(view)


# The content of a regular file on disk, opened without blocking.


# A FIFO without a writer would block a plain open without end.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_BLOCK = 4096


class FileReader:
    """A regular file, opened. ``size`` is in bytes; ``close`` it."""

    __slots__ = ("_handle", "_head", "_path", "size")

    def __init__(self, path: PathLike[str]) -> None:
        """Open a file. Raises ``MediaError`` if it is missing, locked, or not a regular one."""
        try:
            self._handle = os.open(path, _FLAGS)
        except (OSError, ValueError) as error:
            raise _unreadable(path, error) from None
        status = os.fstat(self._handle)
        if not stat.S_ISREG(status.st_mode):
            os.close(self._handle)
            name = _name(status.st_mode)
            raise MediaError(
                f"{_shown(path)} is {name}, not a file", MediaFault.UNREADABLE
            )
        self._path, self.size = path, status.st_size
        try:
            self._head = os.read(self._handle, _BLOCK)
        except OSError as error:
            os.close(self._handle)
            raise _unreadable(path, error) from None

    def read(self, offset: int, length: int) -> bytes:
        """Bytes from an offset. Raises ``MediaError`` if the disk fails."""
        end = offset + length
        if end > self.size:  # files of the kernel contain more than they state
            end = self.size
        if end <= _BLOCK:
            return self._head[offset:end]
        try:
            os.lseek(self._handle, offset, os.SEEK_SET)
            return os.read(self._handle, end - offset) if end > offset else b""
        except (OSError, OverflowError) as error:
            raise _unreadable(self._path, error) from None

    def close(self) -> None:
        """Give the handle back."""
        os.close(self._handle)


def _unreadable(path: PathLike[str], error: Exception) -> MediaError:
    reason = getattr(error, "strerror", None) or str(error)
    return MediaError(f"{_shown(path)} cannot be read: {reason}", MediaFault.UNREADABLE)


def _shown(path: PathLike[str]) -> str:
    return printable(os.fsdecode(path), 200)


def _name(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        return "a device"
    return "a socket" if stat.S_ISSOCK(mode) else "something else"


# The content of an open binary file. Its position is restored afterwards.


class StreamReader:
    """A seekable binary file object. ``size`` is in bytes; ``close`` puts its position back.

    The file object is the caller's code, so any exception from it is reported as unreadable.
    """

    __slots__ = ("_place", "_stream", "size")

    def __init__(self, stream: BinaryIO) -> None:
        """Take a file object. Raises ``MediaError`` if it cannot seek."""
        self._stream: Any = stream  # it may be a text file, despite its type
        try:
            self._place = stream.tell()
            stream.seek(0, io.SEEK_END)  # which need not return the position
            self.size = stream.tell()
        except Exception as error:
            raise MediaError(
                f"the file object cannot seek ({type(error).__name__}); "
                "pass its bytes instead",
                MediaFault.UNREADABLE,
            ) from None

    def read(self, offset: int, length: int) -> bytes:
        """Bytes from an offset. Raises ``MediaError`` if the file object fails."""
        try:
            self._stream.seek(offset)
            data = self._some(length)
            while (
                0 < len(data) < length
            ):  # raw files may return fewer bytes than available
                more = self._some(length - len(data))
                if not more:
                    break
                data += more
        except MediaError:
            raise
        except Exception as error:
            reason = printable(str(error), 120) or type(error).__name__
            raise _unreadable_stream(
                f"reading the file object failed: {reason}"
            ) from None
        return data[:length]

    def _some(self, length: int) -> bytes:
        """The bytes that one call returns."""
        data = self._stream.read(length)
        if isinstance(data, bytes):
            return data
        if data is None:
            raise _unreadable_stream(
                "the file object has nothing to give now; make it block"
            )
        try:
            return memoryview(data).tobytes()
        except TypeError:
            raise _unreadable_stream(
                "the file object gives text; open it in binary mode"
            ) from None

    def close(self) -> None:
        """Restore the position if possible. The file object stays open."""
        with suppress(Exception):
            self._stream.seek(self._place)


def _unreadable_stream(message: str) -> MediaError:
    return MediaError(message, MediaFault.UNREADABLE)
