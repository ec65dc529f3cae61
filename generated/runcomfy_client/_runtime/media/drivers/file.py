"""Content of a file on disk: a regular one, opened without waiting for anybody."""

from __future__ import annotations

import os
import stat
from os import PathLike

from ...quotation import printable
from ..errors import MediaError
from ..fault import MediaFault

# A FIFO without a writer would block a plain open for ever.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_BLOCK = 4096


class OpenFile:
    """A file that was found to be a regular one. ``size`` is in bytes; ``close`` it."""

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
        if end > self.size:  # files of the kernel hold more than they say
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
