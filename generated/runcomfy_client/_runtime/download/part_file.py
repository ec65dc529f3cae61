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
    """A flag of ``open(2)``, where there is such a one."""
    return int(getattr(os, name, 0))


_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT
_NO_LINKS = _flag("O_NOFOLLOW") | _flag("O_NONBLOCK")  # no link, no wait for a pipe
_PRIVATE_HANDLE = _flag("O_CLOEXEC") | _flag("O_NOINHERIT") | _flag("O_BINARY")


def open_part(path: Path) -> tuple[Path, BinaryIO]:
    """Open a part to go on writing to it, or one of our own if somebody else does that.

    The lock belongs to the open file, so it goes when its process does, killed or not.
    Raises ``DownloadError`` for what is there and is no file of its own.
    """
    for _ in range(10):
        file = _open_locked(path)
        if not _locked(file):
            file.close()
            break
        if _is_same_file(file, path):
            return path, file
        file.close()  # it was made the finished file before the lock was ours
    own = path.with_name(f"{path.name}.{os.urandom(4).hex()}")
    return own, own.open("xb")


def _open_locked(path: Path) -> BinaryIO:
    if path.is_symlink():
        raise DownloadError(f"{path} is a symbolic link: it is not written through")
    file = os.fdopen(os.open(path, _APPEND | _NO_LINKS | _PRIVATE_HANDLE, 0o666), "ab")
    found = os.fstat(file.fileno())
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        file.close()
        raise DownloadError(
            f"{path} is no file of its own, but a device or another name of one: "
            "it is not written to"
        )
    return file


if sys.platform == "win32":
    import msvcrt

    _FAR_BEHIND = 2**62  # a lock there keeps nobody from reading or writing the content

    def _locked(file: BinaryIO) -> bool:
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

    def _locked(file: BinaryIO) -> bool:
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


# Putting a finished file in its place, so that it is there whole or not at all.


def move_into_place(file: BinaryIO, part: Path, target: Path) -> None:
    """Move a part, whose content is on the disk, over its target, and close it.

    It is moved while its lock is held: nobody else may go on writing to it.
    """
    try:
        part.replace(target)
    except PermissionError:  # Windows moves no open file
        file.close()
        part.replace(target)
    file.close()
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Have the new name on the disk as well, where folders can be asked for that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
