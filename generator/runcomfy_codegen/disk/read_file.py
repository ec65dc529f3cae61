"""Reads a file of unknown origin: its kind is checked first, and its size has a cap.

Opening a FIFO waits for a writer, reading ``/dev/zero`` never ends, and a file can be larger
than the memory. Git carries links to any of them, and to ``/dev/stdin``: only a file that the
call names may be standard input or a FIFO.
"""

from __future__ import annotations

import errno
import io
import os
import select
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeAlias

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
_MOST_LINKS = 40
_OPEN_FILES = ("/dev/fd/", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/proc/")

Kinds: TypeAlias = tuple[tuple[Callable[[int], bool], str], ...]
_KINDS: Kinds = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISBLK, "is a device"),
    (stat.S_ISCHR, "is a device"),
)
_STORED_KINDS: Kinds = (*_KINDS, (stat.S_ISFIFO, "is a FIFO"))


class NotReadable(OSError):
    """It is not a file with contents of a reasonable size; ``reason`` says what it is."""

    def __init__(self, path: Path | str, reason: str) -> None:
        """Name the path and the reason."""
        super().__init__(errno.EINVAL, reason, str(path))
        self.reason = reason


def read_file(path: Path | str, cap: int) -> bytes:
    """The content of a stored file. ``/dev/null`` is an empty file.

    Raises ``OSError``, and ``NotReadable`` for anything other than a file, for a link to
    standard input, and for more than ``cap`` bytes.
    """
    mode = os.lstat(path).st_mode
    if stat.S_ISREG(mode):
        # As nearly all are: nothing more has to be looked at before it is open.
        return _read_open(path, cap, _STORED_KINDS)
    if stat.S_ISLNK(mode) and (opened := _linked_open_file(path)):
        raise NotReadable(path, f"is a link to {opened}, which no stored file may be")
    return _read_path(path, cap, _STORED_KINDS)


def read_named_file(path: Path | str, cap: int) -> bytes:
    """The content of a file that the call names, or of a FIFO that a program writes to.

    ``-`` and ``/dev/stdin`` are standard input. Nothing here waits without a writer. Raises
    like ``read_file``.
    """
    if str(path) in _STDIN:
        return read_stdin(cap)
    return _read_path(path, cap, _KINDS)


def _read_path(path: Path | str, cap: int, refused: Kinds) -> bytes:
    mode = _mode(path)
    if stat.S_ISCHR(mode) and os.path.samefile(path, os.devnull):  # noqa: PTH121
        return b""
    _check_kind(path, mode, refused)
    return _read_open(path, cap, refused)


def _read_open(path: Path | str, cap: int, refused: Kinds) -> bytes:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
    try:
        # It may be another file by now.
        opened = os.fstat(handle)
        _check_kind(path, opened.st_mode, refused)
        if opened.st_size > cap:
            raise over_cap(path, cap)
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


def over_cap(path: Path | str, cap: int) -> NotReadable:
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


def _linked_open_file(path: Path | str) -> str:
    """The path of an open file that a link leads to, as ``/dev/stdin``; empty if to none.

    Such a path may lead on to a regular file, whose content is not the link's.
    """
    step = Path(path)
    for _ in range(_MOST_LINKS):
        if not step.is_symlink():
            break
        folder = os.path.realpath(step.parent)
        step = Path(os.path.normpath(Path(folder, step.readlink())))
        if str(step).startswith(_OPEN_FILES):
            return str(step)
    return ""


def _check_kind(path: Path | str, mode: int, refused: Kinds) -> None:
    for is_kind, reason in refused:
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
            raise over_cap(path, cap)
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
            raise over_cap(path, cap)
        if piece:
            until = 0.0
        elif content or not until or ready.poll(0):
            return bytes(content)
        elif time.monotonic() > until:
            raise NotReadable(path, "is a FIFO that no program writes to")
        else:
            time.sleep(0.01)
