"""The ``.part`` file of a download: one writer at a time, and one atomic step to the finished file."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from ..errors import DownloadError


def _flag(name: str) -> int:
    """A flag of ``open(2)``; 0 if this system does not have it."""
    return int(getattr(os, name, 0))


_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT
_NO_LINKS = _flag("O_NOFOLLOW") | _flag("O_NONBLOCK")  # no link, no wait for a pipe
_PRIVATE_HANDLE = _flag("O_CLOEXEC") | _flag("O_NOINHERIT") | _flag("O_BINARY")


def open_part(path: Path) -> tuple[Path, BinaryIO]:
    """Open a part for appending, or a new one if another process is writing to it.

    The lock belongs to the open file, so it ends with the process, even if that is killed.
    Raises ``DownloadError`` if the path is not a regular file with a single name.
    """
    for _ in range(10):
        file = _open_for_append(path)
        if not _try_lock(file):
            file.close()
            break
        if _is_same_file(file, path):
            return path, file
        file.close()  # it was renamed to the finished file before we got the lock
    own = path.with_name(f"{path.name}.{os.urandom(4).hex()}")
    return own, own.open("xb")


def _open_for_append(path: Path) -> BinaryIO:
    if path.is_symlink():
        raise DownloadError(f"{path} is a symbolic link: it is not written through")
    file = os.fdopen(os.open(path, _APPEND | _NO_LINKS | _PRIVATE_HANDLE, 0o666), "ab")
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        file.close()
        raise DownloadError(
            f"{path} is a device or has several names (hard links): "
            "it is not written to"
        )
    return file


def read_small_file(path: Path, limit: int) -> bytes | None:
    """The content of a file next to the part.

    None if it does not exist, is not a regular file with a single name, or is longer than
    ``limit``. Nothing here waits: another program may have put a FIFO there.
    """
    try:
        handle = os.open(path, os.O_RDONLY | _NO_LINKS | _PRIVATE_HANDLE)
    except OSError:
        return None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        os.close(handle)
        return None
    with os.fdopen(handle, "rb") as file:
        content = file.read(limit + 1)
    return content if len(content) <= limit else None


if sys.platform == "win32":
    import msvcrt

    _FAR_BEHIND = 2**62  # a lock there does not block reading or writing the content

    def _try_lock(file: BinaryIO) -> bool:
        file.seek(_FAR_BEHIND)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(0, os.SEEK_END)
        return True

else:
    import fcntl

    def _try_lock(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def _is_same_file(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


# The finished file appears at its place in one step, complete.


def move_into_place(file: BinaryIO, part: Path, target: Path) -> None:
    """Move a part, whose content is already on the disk, to its target, and close it.

    It is moved while its lock is held, so that no other process writes to it.
    """
    try:
        part.replace(target)
    except PermissionError:  # Windows does not move open files
        file.close()
        part.replace(target)
    file.close()
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Write the new name to the disk as well, on systems that can sync a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
