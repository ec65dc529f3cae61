"""Reads a file that somebody else made: its kind is looked at first, and its size has a cap.

Opening a FIFO waits for a writer, reading ``/dev/zero`` never ends, and a file can be larger
than the memory. Git carries links to any of them.
"""

from __future__ import annotations

import errno
import io
import os
import select
import stat
import sys
import time
from pathlib import Path
from typing import BinaryIO

MIB = 1024 * 1024
SOURCE_CAP = 64 * MIB
"""For sources of ``import``, input documents and standard input. A catalog of thousands of
models has a few megabytes."""
STORED_CAP = 2 * SOURCE_CAP
"""For a stored document, which is a published one with its origin."""
SETTINGS_CAP = 4 * MIB
"""For files that people write: configuration, approvals, scenarios, templates."""
GENERATED_CAP = 256 * MIB
"""For each file of a generated package, and its lock file."""

_STDIN = frozenset({"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
_WRITER_WAIT = 0.5
_PIECE = 64 * 1024
_KINDS = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISBLK, "is a device"),
    (stat.S_ISCHR, "is a device"),
)


class NotReadable(OSError):
    """It is no file with contents of a reasonable size; ``reason`` says what it is."""

    def __init__(self, path: Path | str, reason: str) -> None:
        """Name the path and the reason."""
        super().__init__(errno.EINVAL, reason, str(path))
        self.reason = reason


def read_file(path: Path | str, cap: int) -> bytes:
    """The content of a file, or of a FIFO that a program writes to.

    ``/dev/null`` is an empty file; ``/dev/stdin`` is standard input. Nothing here blocks
    without a writer. Raises ``OSError``, and ``NotReadable`` for anything that is no file,
    and for more than ``cap`` bytes.
    """
    if str(path) in _STDIN:
        return read_stdin(cap)
    mode = _mode(path)
    if stat.S_ISCHR(mode) and os.path.samefile(path, os.devnull):  # noqa: PTH121
        return b""
    _check_kind(path, mode)
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
    try:
        # It may be another file by now.
        opened = os.fstat(handle)
        _check_kind(path, opened.st_mode)
        if opened.st_size > cap:
            raise too_large(path, cap)
        if stat.S_ISFIFO(opened.st_mode):
            return _read_fifo(handle, path, cap)
        with io.FileIO(handle, closefd=False) as file:
            return _read(file, path, cap, opened.st_size + 1)
    finally:
        os.close(handle)


_BINARY = getattr(os, "O_BINARY", 0)


def read_stdin(cap: int) -> bytes:
    """Standard input, to its end. Raises ``NotReadable`` for more than ``cap`` bytes."""
    return _read(sys.stdin.buffer, "<stdin>", cap)


def read_if_there(path: Path, cap: int) -> bytes | None:
    """The content of a file; None if it does not exist."""
    try:
        return read_file(path, cap)
    except (FileNotFoundError, NotADirectoryError):
        return None


def too_large(path: Path | str, cap: int) -> NotReadable:
    """The error for more than ``cap`` bytes."""
    return NotReadable(path, f"has more than {cap // MIB} MiB, the most that is read")


def _mode(path: Path | str) -> int:
    try:
        return os.stat(path).st_mode  # noqa: PTH116
    except FileNotFoundError:
        if os.path.islink(path):  # noqa: PTH114
            raise NotReadable(path, "is a link to a file that does not exist") from None
        raise
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotReadable(path, "is a link that leads to itself") from None
        raise


def _check_kind(path: Path | str, mode: int) -> None:
    for is_kind, reason in _KINDS:
        if is_kind(mode):
            raise NotReadable(path, f"{reason}, not a file")


def _read(
    file: io.RawIOBase | BinaryIO, path: Path | str, cap: int, size: int = MIB
) -> bytes:
    """Read to the end in pieces: the size that a file states may be wrong."""
    content = bytearray()
    while piece := file.read(min(size, cap + 1 - len(content))):
        content += piece
        if len(content) > cap:
            raise too_large(path, cap)
    return bytes(content)


def _read_fifo(handle: int, path: Path | str, cap: int) -> bytes:
    """Read a FIFO to its end, waiting for its writer like a read of standard input."""
    content = bytearray()
    until = time.monotonic() + _WRITER_WAIT
    ready = select.poll()
    ready.register(handle, select.POLLIN)
    while True:
        try:
            piece = os.read(handle, _PIECE)
        except BlockingIOError:
            # A writer has it open, and has not written yet.
            ready.poll()
            until = 0.0
            continue
        content += piece
        if len(content) > cap:
            raise too_large(path, cap)
        if piece:
            until = 0.0
        elif content or not until or ready.poll(0):
            return bytes(content)
        elif time.monotonic() > until:
            raise NotReadable(path, "is a FIFO that no program writes to")
        else:
            time.sleep(0.01)
