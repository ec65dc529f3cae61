"""The ``.part`` file of a download: one writer at a time, whichever process it is in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from ..errors import DownloadError


def claimed(path: Path) -> tuple[Path, BinaryIO]:
    """Open a part to go on writing to it, or one of our own if somebody else does that.

    The lock belongs to the open file, so it goes when its process does, killed or not.
    """
    for _ in range(10):
        file = _opened(path)
        if not _locked(file):
            file.close()
            break
        if _still_there(file, path):
            return path, file
        file.close()  # it was made the finished file before the lock was ours
    own = path.with_name(f"{path.name}.{os.urandom(4).hex()}")
    return own, own.open("xb")


def _opened(path: Path) -> BinaryIO:
    if path.is_symlink():
        raise DownloadError(f"{path} is a symbolic link: it is not written through")
    return path.open("ab")


def _locked(file: BinaryIO) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows, where an open file cannot be moved away in any case
        return True
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _still_there(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False
