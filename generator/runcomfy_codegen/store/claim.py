"""A folder that one process at a time may change."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Generator
from pathlib import Path


class Claimed(Exception):
    """Another process is changing the folder."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        super().__init__(f"another runcomfy-codegen is writing {folder}")


@contextlib.contextmanager
def claim(folder: Path) -> Generator[None]:
    """Hold a folder, made if need be, for the block. Raises ``Claimed`` and ``OSError``.

    The lock is the kernel's and on the folder itself: nothing is left behind by a process
    that is killed, and nothing lies in the folder that could be committed.
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _held(folder):
            yield
    finally:
        for each in made:
            # One that holds something by now is somebody's.
            with contextlib.suppress(OSError):
                each.rmdir()


if sys.platform == "win32":

    @contextlib.contextmanager
    def _held(folder: Path) -> Generator[None]:
        """Folders cannot be locked there: two writers are told only by what they leave."""
        yield

else:
    import fcntl

    @contextlib.contextmanager
    def _held(folder: Path) -> Generator[None]:
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise Claimed(folder) from None
        finally:
            os.close(handle)
