"""Changes many files of a folder at once: writes temporary files, then replaces the old ones.

No file is replaced before every new file is complete on the same disk. So a full disk, a
read-only folder or a crash during writing leaves the old state. If replacing fails half
way, the replaced files are restored. Ctrl-C and SIGTERM wait until replacing is done.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import sys
import threading
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """What to do to a folder: bytes to write, files to remove, by path below it."""

    write: Mapping[PurePosixPath, bytes] = field(
        default_factory=dict[PurePosixPath, bytes]
    )
    remove: Iterable[PurePosixPath] = ()


def apply_changes(root: Path, changes: FolderChanges) -> None:
    """Make the changes. If it raises ``OSError``, the old files are still in place."""
    remove = [root / path for path in changes.remove]
    with contextlib.ExitStack() as undo:
        staged = [
            (_write_temporary(root / path, content, undo), root / path)
            for path, content in sorted(changes.write.items())
        ]
        with _signals_delayed():
            backups = [_back_up(target, undo) for target in remove]
            backups += [
                _replace(temporary, target, undo) for temporary, target in staged
            ]
            undo.pop_all()
            for old in backups:
                old.unlink(missing_ok=True)
            for target in remove:
                _remove_empty_folders(root, target)


def read_bytes(path: Path) -> bytes | None:
    """The content of a file; None if it does not exist."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _write_temporary(target: Path, content: bytes, undo: contextlib.ExitStack) -> Path:
    for folder in reversed(
        [parent for parent in target.parents if not parent.exists()]
    ):
        folder.mkdir(exist_ok=True)
        undo.callback(_remove_if_empty, folder)
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder")
    temporary = _temporary_name(target)
    undo.callback(temporary.unlink, missing_ok=True)
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
    except OSError as error:
        # The error of a full disk does not name a file.
        error.filename = str(target)
        raise
    return temporary


def _back_up(target: Path, undo: contextlib.ExitStack) -> Path:
    """Rename a file, if it exists, so that it can be restored; return its temporary name."""
    old = _temporary_name(target)
    with contextlib.suppress(FileNotFoundError):
        target.rename(old)
        undo.callback(old.replace, target)
    return old


def _replace(temporary: Path, target: Path, undo: contextlib.ExitStack) -> Path:
    """Replace a file so that it exists at any time; return the temporary name of the old one."""
    old = _temporary_name(target)
    if target.exists():
        # Two hard links to one file cannot replace each other, so the second is removed extra.
        undo.callback(old.unlink, missing_ok=True)
        _link_or_copy(target, old)
        undo.callback(old.replace, target)
    else:
        undo.callback(target.unlink, missing_ok=True)
    temporary.replace(target)
    return old


def _link_or_copy(target: Path, other: Path) -> None:
    try:
        other.hardlink_to(target)
    except OSError:
        # Some file systems have no hard links.
        other.write_bytes(target.read_bytes())


def _temporary_name(target: Path) -> Path:
    return target.with_name(f".{target.name[:200]}.{secrets.token_hex(4)}.tmp")


def _remove_if_empty(folder: Path) -> None:
    # A folder that is not empty by now is in use.
    with contextlib.suppress(OSError):
        folder.rmdir()


def _remove_empty_folders(root: Path, path: Path) -> None:
    for folder in path.parents:
        if folder == root:
            return
        _remove_if_empty(folder)


@contextlib.contextmanager
def _signals_delayed() -> Generator[None]:
    """Delay Ctrl-C and SIGTERM until the block is done. Other threads get neither anyway."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)

    handlers = {signum: signal.signal(signum, note) for signum in _SIGNALS}
    try:
        yield
    finally:
        for signum, handler in handlers.items():
            signal.signal(signum, handler)
    for number in received[:1]:
        signal.raise_signal(number)


# The lock: only one process at a time may change a folder.


class FolderLocked(Exception):
    """Another process is changing the folder."""

    def __init__(self, folder: Path) -> None:
        """Say which folder is locked."""
        super().__init__(f"another runcomfy-codegen is writing {folder}")


@contextlib.contextmanager
def lock_folder(folder: Path) -> Generator[None]:
    """Lock a folder for the block, creating it if needed. Raises ``FolderLocked``, ``OSError``.

    The lock is an advisory lock of the kernel on the folder itself. A killed process leaves
    nothing behind, and there is no lock file that could be committed.
    """
    created = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            yield
    finally:
        for path in created:
            # A folder that is not empty by now is in use.
            with contextlib.suppress(OSError):
                path.rmdir()


if sys.platform == "win32":

    @contextlib.contextmanager
    def _locked(folder: Path) -> Generator[None]:
        """Windows cannot lock folders: two writers are not noticed."""
        yield

else:
    import fcntl

    @contextlib.contextmanager
    def _locked(folder: Path) -> Generator[None]:
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise FolderLocked(folder) from None
        finally:
            os.close(handle)
