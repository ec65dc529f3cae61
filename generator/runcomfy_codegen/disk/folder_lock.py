"""The lock on a folder: only one process at a time may change it."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Generator
from pathlib import Path

from ..errors import FolderBusy
from .atomic_write import remove_leftovers


def require_folder(folder: Path) -> None:
    """Raise ``NotADirectoryError`` for a file, or a link to nothing, where a folder belongs."""
    above = (folder, *folder.absolute().parents)
    there = next((path for path in above if os.path.lexists(path)), folder)
    if os.path.lexists(there) and not there.is_dir():
        problem = "a file or a broken link, and a folder is needed; nothing was written"
        raise NotADirectoryError(errno.ENOTDIR, problem, str(there))


@contextlib.contextmanager
def lock_folder(folder: Path, wait: float = 0.0) -> Generator[None]:
    """Lock a folder for the block, creating it if needed.

    Raises ``FolderBusy``, and ``OSError``, also if a file is in its place. Waits at most
    ``wait`` seconds for another process. Removes what a killed process left.

    The lock is an advisory lock of the kernel on the folder itself. A killed process leaves
    nothing behind, and there is no lock file that could be committed.
    """
    require_folder(folder)
    created = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder, time.monotonic() + wait):
            yield
    finally:
        for path in created:
            # A folder that is not empty by now is in use.
            with contextlib.suppress(OSError):
                path.rmdir()


if sys.platform == "win32":

    @contextlib.contextmanager
    def _locked(folder: Path, until: float) -> Generator[None]:
        """Windows cannot lock folders: two writers are not noticed."""
        yield

else:
    import fcntl

    _PAUSE = 0.02
    # Some network file systems have no locks: two writers are not noticed there.
    _NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EBADF)

    @contextlib.contextmanager
    def _locked(folder: Path, until: float) -> Generator[None]:
        handle = os.open(folder, os.O_RDONLY)
        try:
            if _acquire(handle, folder, until):
                remove_leftovers(folder)
            yield
        finally:
            os.close(handle)

    def _acquire(handle: int, folder: Path, until: float) -> bool:
        """Lock the folder; False where the file system has no locks."""
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise FolderBusy(
                        f"another runcomfy-codegen is writing {folder}; nothing was"
                        " written. Try again when it is done"
                    ) from None
                time.sleep(_PAUSE)
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise
                return False
            else:
                return True
